"""`sgdlint catalog`: what is known of options, models, backends, variables and releases."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sgdlint import catalog
from sgdlint.arguments import SUBJECTS
from sgdlint.cli import main
from sgdlint.known import changes
from sgdlint.known.places import places_of


def told(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    """Return the lines that `sgdlint catalog` prints for these words."""
    assert main(["catalog", *words]) == 0
    return capsys.readouterr().out.splitlines()


def data(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """Return what `sgdlint catalog … --format json` prints."""
    return json.loads("\n".join(told(capsys, *words, "--format", "json")))


@pytest.mark.parametrize("name", ["--warmup", "warmup"])
def test_an_option_is_told_release_by_release(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = told(capsys, "option", name)
    generate = lines[lines.index("sglang generate") + 1]
    assert generate.startswith("  0.5.8 to 0.5.17: --warmup; true or false")
    gone = "Deprecated from 0.5.14 on, removed in 0.5.18; --warmup-mode takes its place"
    assert any(line.startswith(f"{gone} (request for true, off for false). ") for line in lines)


def test_ranges_that_read_the_same_are_one(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "option", "num_gpus")
    assert "  from 0.5.5 on: --num-gpus; whole number; default 1" in lines
    assert sum("--num-gpus" in line for line in lines) == len(catalog.COMMANDS)


def test_a_model_is_told_for_a_release(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "model", "Wan-AI/Wan2.2-T2V-A14B-Diffusers", "--sglang", "0.5.18")
    assert lines[0] == "Wan-AI/Wan2.2-T2V-A14B-Diffusers in SGLang 0.5.18"
    assert {"task: T2V", "output: video", "needs an image: no"} <= set(lines)


SOURCES = [
    ("option", "--warmup", "0.5.9", "runtime/server_args.py", "ServerArgs.add_cli_args"),
    ("option", "--prompt", "0.5.5", "configs/sample/base.py", "SamplingParams.add_cli_args"),
    (
        "option",
        "--config",
        "0.5.23",
        "runtime/entrypoints/cli/serve.py",
        "add_multimodal_gen_serve_args",
    ),
    ("env", "SGLANG_CACHE_DIT_FN", "0.5.12", "envs.py", "environment_variables"),
    (
        "attention",
        "sage_attn",
        "0.5.23",
        "runtime/platforms/cuda.py",
        "_SageAttentionBackendResolver",
    ),
    ("attention", "fa3", "0.5.9", "runtime/layers/attention/backends/flash_attn.py", ""),
    ("model", "Qwen/Qwen-Image", "0.5.23", "configs/pipeline_configs/qwen_image.py", "register"),
    ("model", "Qwen/Qwen-Image", "0.5.9", "registry.py", "_register_configs"),
    ("model", "Qwen/Qwen-Image", "0.5.5", "configs/pipelines/registry.py", ""),
    ("model", "Qwen/Qwen-Image", "0.5.9", "configs/sample/qwenimage.py", "QwenImageSamplingParams"),
]


@pytest.mark.parametrize(("subject", "name", "release", "file", "symbol"), SOURCES)
def test_every_fact_says_where_it_was_read(
    subject: str,
    name: str,
    release: str,
    file: str,
    symbol: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = data(capsys, subject, name, "--sglang", release)["sources"]
    place = ("sglang/multimodal_gen/" + file, symbol)
    assert place in [(one["file"], one["symbol"]) for one in found]
    text = told(capsys, subject, name, "--sglang", release)
    assert any(" ".join(place).rstrip() in one.translate({40: "", 41: ""}) for one in text)


@pytest.mark.parametrize("release", catalog.releases())
def test_no_fact_is_without_a_place(release: str) -> None:
    loaded = catalog.load(release)
    flags = {one.flags[0] for c in catalog.COMMANDS for one in loaded.options(c).values()}
    models = loaded.models()
    wanted = {
        "option": flags,
        "environment": set(loaded.environment()),
        "attention": set(loaded.attention_backends()),
        "family": {one.family for one in models},
        "registration": {one.family for one in models},
        "transformer": {one.transformer for one in models} - {""},
        "pipeline": set(loaded.pipelines()),
    }
    for kind, names in wanted.items():
        assert [name for name in sorted(names) if not places_of(kind, {name}, release)] == []


def test_an_attention_backend_is_told_by_its_other_name(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "attention", "FA3")
    assert "  0.5.5 to 0.5.5.post2: fa3; lossless; with ring attention" in lines
    assert any(one.startswith("  from 0.5.5.post3 on: fa; also called fa3, fa4") for one in lines)


def test_quality_and_users_of_a_backend(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "attention", "sage_attn", "--sglang", "0.5.12")
    assert any("lossy (quantizes queries and keys to 8 bits)" in one for one in lines)
    users = {one.split(":")[0].strip(): one for one in lines}
    assert "QwenImageTransformer2DModel" in users["layers that name it"]
    assert "Flux2Transformer2DModel" not in users["layers that name it"]
    assert "FluxTransformer2DModel" in users["layers that take any"]
    (sla,) = data(capsys, "attention", "sla_attn", "--sglang", "0.5.12")["versions"]
    assert (sla["quality"], sla["for"]) == ("lossy", "TurboWan")


def test_what_a_backend_needs(capsys: pytest.CaptureFixture[str]) -> None:
    (sparge,) = data(capsys, "attention", "sparge_attn", "--sglang", "0.5.23")["versions"]
    assert sparge["needs"] == ["spas_sage_attn"]
    assert sparge["capabilities"] == [8.0, 8.6, 8.7, 8.9, 9.0]
    assert sparge["sparse"] is True
    assert sparge["ring"] is False


def test_an_environment_variable_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "env", "SGLANG_CACHE_DIT_ENABLED")
    assert any(one.endswith("t mean yes; default no") for one in lines)
    lines = told(capsys, "env", "SGLANG_DIFFUSION_ATTENTION_BACKEND", "--sglang", "0.5.12")
    assert any("nothing reads it: no effect" in one for one in lines)


@pytest.mark.parametrize(
    ("name", "release", "words"),
    [
        ("SGLANG_CACHE_DIT_ENABLED", "0.5.23", "1, true, yes, on, y, t mean yes; default no"),
        ("MINIMAX_H3_VAE_DECODER_FUSED_NORM", "0.5.23", "1, true, yes, on mean yes; default yes"),
        ("SGLANG_ENABLE_FUSED_QKNORM_ROPE", "0.5.23", "0, false, no, off mean no, all else yes"),
        ("SGL_DIFFUSION_STAGE_LOGGING", "0.5.5", "only numbers are read, 0 means no"),
        ("SGLANG_CACHE_DIT_SECONDARY_FN", "0.5.12", "when not set, SGLANG_CACHE_DIT_FN counts"),
    ],
)
def test_what_a_variable_may_hold(
    name: str, release: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words in "\n".join(told(capsys, "env", name, "--sglang", release))


def test_pipelines_that_bring_a_models_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    found = data(capsys, "model", "black-forest-labs/FLUX.1-dev", "--sglang", "0.5.12")
    assert found["pipelines"] == ["ComfyUIFluxPipeline"]


def test_a_default_that_the_class_gives_is_called_so(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "model", "Wan-AI/Wan2.2-T2V-A14B-Diffusers", "--sglang", "0.5.23")
    by_class = "(default of WanVideoConfig, unless the checkpoint says otherwise)"
    assert f"attention heads {by_class}: 40" in lines


@pytest.mark.parametrize("subject", SUBJECTS)
def test_without_a_name_all_are_listed(subject: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, subject)
    rows = data(capsys, subject)
    assert len(lines) == len(rows) > 20
    key = next(iter(rows[0]))
    assert [row[key] for row in rows] == [line.split()[0] for line in lines]
    for row in rows[:: len(rows) // 20]:
        told(capsys, subject, row[key])


def test_a_list_for_one_release(capsys: pytest.CaptureFixture[str]) -> None:
    names = {line.split()[0] for line in told(capsys, "option", "--sglang", "0.5.5")}
    loaded = catalog.load("0.5.5")
    assert names == {flag for c in catalog.COMMANDS for flag in loaded.options(c)}
    lines = told(capsys, "attention", "--sglang", "0.5.23")
    assert [one.split()[0] for one in lines] == sorted(catalog.load("0.5.23").attention_backends())


@pytest.mark.parametrize(
    "words",
    [
        ("option", "--num-gpus", "--sglang", "0.5.9"),
        ("option", "--sglang", "0.5.9", "--num-gpus"),
        ("--sglang=0.5.9", "option", "num_gpus"),
    ],
)
def test_our_options_stand_anywhere(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert "  0.5.5 to 0.5.12.post1: --num-gpus; whole number; default 1" in told(capsys, *words)


def test_a_release_names_its_wheel_and_its_changes(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "release", "0.5.18")
    assert lines[0] == "SGLang 0.5.18"
    assert any(line.startswith("read in sglang-0.5.18-") for line in lines)
    assert "- --warmup: use --warmup-mode" in lines
    assert "+ --nnodes: whole number; default 1" in lines


@pytest.mark.parametrize("place", range(1, len(catalog.releases())))
def test_changes_account_for_every_spelling(place: int) -> None:
    before, after = (catalog.load(catalog.releases()[at]) for at in (place - 1, place))
    lines = changes(after.name)
    named = {sign: [one for one in lines if one.startswith(sign)] for sign in "+-~"}
    for command in catalog.COMMANDS:
        old, new = dict(before.options(command).items()), dict(after.options(command).items())
        for flag in {*old} - {*new}:
            assert any(one.split(":")[0].split(" (")[0] == f"- {flag}" for one in named["-"])
        for flag in {*new} - {*old}:
            spelling = {flag, f"--{flag[2:].replace('_', '-')}"}
            assert any(spelling & {*one[2:].split(":")[0].split(", ")} for one in named["+"])


def test_the_first_release_has_none_before_it() -> None:
    assert changes(catalog.releases()[0]) == ["The first release that the catalog has."]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["option", "--wrmup"], "did you mean '--warmup'?"),
        (["option", "--warmup", "x"], "unrecognized arguments: x"),
        ([], "required: option|model|attention|env|release"),
        (["option", "--warmup-mode", "--sglang", "0.5.9"], "0.5.9 has no option"),
        (["attention", "sage"], "did you mean 'sage_attn'?"),
        (["attention", "sol_attn", "--sglang", "0.5.9"], "SGLang 0.5.9 has no"),
        (["env", "sglang_cache_dit_enable"], "did you mean 'SGLANG_CACHE_DIT_ENABLED'?"),
        (["model", "nobody/knows-it", "--sglang", "0.5.18"], "SGLang 0.5.18 does not know"),
        (["model", "x", "--sglang", "9.9"], "9.9 is not in the catalog"),
        (["release", "0.4"], "0.4 is not in the catalog"),
        (["release", "0.5.18", "--sglang", "0.5.18"], "name the release itself"),
        (["gpu", "H100"], "invalid choice: 'gpu'"),
    ],
)
def test_wrong_words(words: list[str], reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", *words]) == 2
    assert reason in capsys.readouterr().err
