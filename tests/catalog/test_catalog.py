"""Releases, environment variables, GPUs, and the generated files themselves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sgdlint import catalog
from sgdlint.catalog import COMMANDS, history, options, quirks, tables
from sgdlint.catalog.options import OptionTable


@pytest.mark.parametrize(
    ("smaller", "larger"),
    [
        ("0.5.9", "0.5.10"),
        ("0.5.10", "0.5.10.post1"),
        ("0.5.10.post1", "0.5.11"),
        ("0.5.12rc1", "0.5.12"),
        ("0.5.12.dev3", "0.5.12rc1"),
        ("v0.5.12", "0.5.12.post1+cu126"),
        ("0.5", "0.5.1"),
    ],
)
def test_order_of_releases(smaller: str, larger: str) -> None:
    assert catalog.release_key(smaller) < catalog.release_key(larger)


@pytest.mark.parametrize("text", ["", "latest", "0.5.x", "1", "0.5.12-cu126", "main"])
def test_what_is_not_a_release(text: str) -> None:
    with pytest.raises(ValueError, match="is not a release; expected one like"):
        catalog.release_key(text)


def test_releases_are_in_order_and_the_last_is_the_newest() -> None:
    assert list(catalog.releases()) == sorted(catalog.releases(), key=catalog.release_key)
    assert catalog.newest() == catalog.releases()[-1]


@pytest.mark.parametrize("text", ["0.5.12.post1", "v0.5.12.post1", "0.5.12.post1+cu126"])
def test_load(text: str) -> None:
    assert catalog.load(text) is catalog.load("0.5.12.post1")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0.5.24", "SGLang 0.5.24 is not in the catalog; the nearest known: 0.5.23"),
        ("0.5.7.post1", "the nearest known: 0.5.7 and 0.5.8"),
        ("0.4.0", "the nearest known: 0.5.5"),
        ("newest", "'newest' is not a release; expected one like 0.5.12"),
    ],
)
def test_load_of_an_unknown_release_names_the_nearest(text: str, message: str) -> None:
    with pytest.raises(catalog.UnknownReleaseError) as caught:
        catalog.load(text)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("spans", "joined"),
    [
        ([("0.5.7", "0.5.8"), ("0.5.8", "0.5.9")], (("0.5.7", "0.5.9"),)),
        ([("0.5.8", None), ("0.5.5", "0.5.7")], (("0.5.5", "0.5.7"), ("0.5.8", None))),
        ([("0.5.5", None), ("0.5.9", "0.5.12")], (("0.5.5", None),)),
        ([], ()),
    ],
)
def test_join(spans: list[Any], joined: tuple[Any, ...]) -> None:
    assert history.join(spans) == joined


@pytest.mark.parametrize(
    ("release", "name", "expected"),
    [
        ("0.5.23", "SGLANG_CACHE_DIT_ENABLED", {"kind": "bool", "default": False, "read": True}),
        ("0.5.23", "SGLANG_CACHE_DIT_RDT", {"kind": "float", "default": 0.24}),
        ("0.5.23", "SGLANG_CACHE_DIT_SECONDARY_FN", {"kind": "int", "default": 1}),
        ("0.5.23", "SGLANG_CACHE_DIT_SCM_PRESET", {"kind": "str"}),
        ("0.5.12", "SGLANG_DIFFUSION_ATTENTION_BACKEND", {"read": False}),
        ("0.5.12", "SGLANG_DIFFUSION_TARGET_DEVICE", {"read": False, "default": "cuda"}),
        ("0.5.12", "SGLANG_TEST_NUM_INFERENCE_STEPS", {"declared": False, "read": True}),
        ("0.5.5", "SGL_DIFFUSION_STAGE_LOGGING", {"kind": "bool", "default": False}),
    ],
)
def test_environment(release: str, name: str, expected: dict[str, Any]) -> None:
    variable = catalog.load(release).environment()[name]
    assert {key: getattr(variable, key) for key in expected} == expected


@pytest.mark.parametrize(
    ("release", "name"),
    [("0.5.5", "SGLANG_DIFFUSION_STAGE_LOGGING"), ("0.5.23", "SGL_DIFFUSION_STAGE_LOGGING")],
)
def test_variables_that_a_release_does_not_have(release: str, name: str) -> None:
    assert name not in catalog.load(release).environment()


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("H100", "H100"),
        ("h100", "H100"),
        ("NVIDIA H100 80GB HBM3", "H100"),
        ("NVIDIA-H100-80GB-HBM3", "H100"),
        ("h100-sxm", "H100"),
        ("NVIDIA H100 PCIe", "H100 PCIe"),
        ("NVIDIA H100 NVL", "H100 NVL"),
        ("NVIDIA A100-SXM4-40GB", "A100 40GB"),
        ("NVIDIA A100 80GB PCIe", "A100 80GB PCIe"),
        ("a100", "A100 80GB"),
        ("Tesla V100-SXM2-32GB", "V100 32GB"),
        ("NVIDIA GeForce RTX 4090", "RTX 4090"),
        ("rtx4090", "RTX 4090"),
        ("4090", "RTX 4090"),
        ("NVIDIA RTX 6000 Ada Generation", "RTX 6000 Ada"),
        ("NVIDIA RTX A6000", "RTX A6000"),
        ("NVIDIA RTX PRO 6000 Blackwell Server Edition", "RTX PRO 6000 Blackwell"),
        ("NVIDIA B300 SXM6 AC", "B300"),
        ("L40S", "L40S"),
        ("gtx 1080", None),
        ("", None),
    ],
)
def test_gpu(written: str, name: str | None) -> None:
    found = catalog.gpu(written)
    assert (found and found.name) == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("H100", (79.65, 80, 9.0, "Hopper", "nvlink")),
        ("RTX 4090", (24.0, 24, 8.9, "Ada", "pcie")),
        ("A100 40GB", (40.0, 40, 8.0, "Ampere", "nvlink")),
        ("RTX 5090", (31.84, 32, 12.0, "Blackwell", "pcie")),
        ("B200", (179.06, 180, 10.0, "Blackwell", "nvlink")),
        ("GB10", (128.0, 128, 12.1, "Blackwell", "pcie")),
    ],
)
def test_facts_of_a_gpu(name: str, expected: tuple[Any, ...]) -> None:
    gpu = catalog.gpu(name)
    assert gpu is not None
    found = (gpu.memory_gib, gpu.nominal_gb, gpu.capability, gpu.architecture, gpu.interconnect)
    assert found == expected
    assert gpu.fast_interconnect is (gpu.interconnect == "nvlink")


def test_no_name_means_two_gpus() -> None:
    seen: dict[str, str] = {}
    for gpu in catalog.gpus():
        for name in (gpu.name, *gpu.aliases):
            found = catalog.gpu(name)
            assert found is not None
            assert seen.setdefault(name.lower(), found.name) == gpu.name
        assert gpu.source.startswith("https://")


@pytest.mark.parametrize(
    ("flag", "instead", "values"),
    [
        ("--warmup", "--warmup-mode", {"true": "request", "false": "off"}),
        ("--server-warmup", "--warmup-mode", {"true": "server", "false": "off"}),
        ("--decoder-tp", "--decoder-sp", {}),
    ],
)
def test_retired(flag: str, instead: str, values: dict[str, str]) -> None:
    retired = quirks.retired_options()[flag]
    assert (retired.flag, retired.values) == (instead, values)
    assert catalog.all_flags()[flag][-1][1] == retired.until
    assert instead in catalog.load(retired.until).options("serve")


def test_hand_kept_facts_name_options_that_exist() -> None:
    known = catalog.all_flags()
    listed = tables.table("quirks")
    flags = [flag for row in listed["ignored"] for flag in row["flags"]]
    assert flags
    assert set(flags) <= set(known)


def test_the_files_are_what_was_extracted(root: Path) -> None:
    command = [sys.executable, str(root / "scripts" / "extract_catalog.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{len(catalog.releases())} releases as extracted\n"


def test_loading_one_release_imports_nothing_slow() -> None:
    code = (
        "import sys; before = set(sys.modules); from sgdlint import catalog; "
        "r = catalog.load('0.5.23'); r.options('serve'); r.model('Qwen/Qwen-Image').uses_cfg; "
        "r.environment(); r.dynamic(); catalog.gpu('H100'); "
        "print(*sorted((set(sys.modules) - before) & {'typing', 'dataclasses', 'pathlib', 'yaml', "
        "'inspect', 'importlib.metadata', 'importlib.resources', 'collections.abc'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


@pytest.mark.parametrize(
    ("name", "release", "text", "true"),
    [
        ("SGLANG_CACHE_DIT_ENABLED", "0.5.9", " ON ", True),
        ("SGLANG_CACHE_DIT_ENABLED", "0.5.9", "enabled", False),
        ("MINIMAX_H3_VAE_DECODER_FUSED_NORM", "0.5.23", "t", False),
        ("SGLANG_ENABLE_FUSED_QKNORM_ROPE", "0.5.23", "enabled", True),
        ("SGLANG_ENABLE_FUSED_QKNORM_ROPE", "0.5.23", "off", False),
    ],
)
def test_words_for_true_are_those_of_the_variable(
    name: str, release: str, text: str, true: bool
) -> None:
    variable = catalog.load(release).variable(name)
    assert variable is not None
    assert variable.is_true(text) is true


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("release", catalog.releases()[::4])
def test_single_options_are_found_as_in_the_whole_table(release: str, command: str) -> None:
    whole, single = OptionTable(release, command), OptionTable(release, command)
    spellings = whole.destinations()
    for flag in {flag for row in tables.table("options")["rows"] for flag in row["flags"]}:
        assert (flag in single) == (flag in whole)
        assert single.get(flag) == whole.get(flag)
        start = flag[: len(flag) // 2]
        assert single.beginning(start) == [one for one in whole if one.startswith(start)]
    for dest in {options.dest_of(row) for row in tables.table("options")["rows"]}:
        assert single.spelling(dest) == spellings.get(dest)


def test_late_names_are_not_hidden_by_a_module() -> None:
    late: dict[str, tuple[str, ...]] = vars(catalog)["LATE"]
    assert [part for part, names in late.items() if part in names] == []
