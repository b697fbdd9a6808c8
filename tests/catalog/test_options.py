"""Options: those of the real parsers, their history, and what SGLang does with some."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from sgdlint import catalog
from sgdlint.catalog import SUPPRESS, UNKNOWN, Option, options, tables

RECORDED = sorted((Path(__file__).parent / "recorded").glob("*.json"), key=lambda p: p.stem)
COUNTS = {  # options of generate and serve, counted by reading each release's source by other means
    "0.5.5": (115, 86),
    "0.5.6.post2": (108, 70),
    "0.5.7": (102, 63),
    "0.5.8.post1": (107, 68),
    "0.5.9": (120, 76),
    "0.5.10.post1": (132, 80),
    "0.5.11": (159, 101),
    "0.5.12": (172, 114),
    "0.5.12.post1": (172, 114),
    "0.5.13.post1": (196, 131),
    "0.5.14": (198, 133),
    "0.5.15.post1": (203, 138),
    "0.5.16": (217, 145),
    "0.5.17": (224, 151),
    "0.5.18": (265, 175),
    "0.5.19": (273, 179),
    "0.5.20": (276, 182),
    "0.5.21": (284, 189),
    "0.5.22": (297, 193),
    "0.5.23": (301, 197),
}
KINDS = {"loads": "json", None: "str"}


def distinct(release: str, command: str) -> list[Option]:
    return list({id(o): o for o in catalog.load(release).options(command).values()}.values())


def as_recorded(option: Option) -> list[Any]:
    """Write an option as `record.py` writes SGLang's own."""
    default = option.default
    if option.action == "refuse" or isinstance(default, list):
        default = str(default) if option.action == "refuse" else default
    kind = option.kind if option.action in ("store", "refuse") else None
    nargs = option.nargs if option.action in ("store", "refuse") else None
    choices = None if option.choices is None else [str(choice) for choice in option.choices]
    return [list(option.flags), option.dest, option.action, nargs, kind, choices, default]


@pytest.mark.parametrize("file", RECORDED, ids=lambda p: p.stem)
@pytest.mark.parametrize("command", catalog.COMMANDS)
def test_options_are_those_of_the_real_parser(file: Path, command: str) -> None:
    real = json.loads(file.read_text(encoding="utf-8"))[command]
    for row in real:
        if row[2] in ("store", "refuse"):
            row[4] = KINDS.get(row[4], row[4])
        if row[5] is not None:  # whether a choice is a number is told by the type
            row[5] = [str(choice) for choice in row[5]]
    ours = [as_recorded(option) for option in distinct(file.stem, command)]
    assert [row[:6] for row in ours] == [row[:6] for row in real]
    different = [
        (row[0], row[6], other[6])
        for row, other in zip(ours, real, strict=True)
        if row[6] != other[6] and not (row[6] == "None" and other[6] is None)
    ]
    # The one default that is an enumeration's member: the catalog has its number.
    assert [d for d in different if d[0] != ["--data-type"]] == []


@pytest.mark.parametrize(("release", "counts"), COUNTS.items())
def test_counts_of_options(release: str, counts: tuple[int, int]) -> None:
    assert tuple(len(distinct(release, command)) for command in catalog.COMMANDS) == counts


def test_every_release_with_the_diffusion_command_line_is_there() -> None:
    assert catalog.releases() == (
        *("0.5.5", "0.5.5.post1", "0.5.5.post2", "0.5.5.post3"),
        *("0.5.6", "0.5.6.post1", "0.5.6.post2", "0.5.7", "0.5.8", "0.5.8.post1", "0.5.9"),
        *("0.5.10", "0.5.10.post1", "0.5.11", "0.5.12", "0.5.12.post1", "0.5.13", "0.5.13.post1"),
        *("0.5.14", "0.5.15", "0.5.15.post1", "0.5.16", "0.5.17", "0.5.18", "0.5.19", "0.5.20"),
        *("0.5.21", "0.5.22", "0.5.23"),
    )


@pytest.mark.parametrize(
    ("release", "command", "flag", "expected"),
    [
        ("0.5.11", "serve", "--enable-cfg-parallel", {"action": "store_true"}),
        ("0.5.12", "serve", "--enable-cfg-parallel", {"action": "boolean", "field_default": None}),
        ("0.5.23", "serve", "--num-gpus", {"kind": "int", "default": 1, "field_default": 1}),
        ("0.5.12", "serve", "--pin-cpu-memory", {"default": False, "field_default": True}),
        ("0.5.12", "serve", "--cfg-parallel-size", {"dest": "cfg_parallel_degree"}),
        ("0.5.23", "generate", "--prompt", {"nargs": "+", "default": SUPPRESS, "sampling": True}),
        ("0.5.9", "generate", "--prompt", {"nargs": None, "sampling": True}),
        ("0.5.23", "generate", "--cache-dit-params", {"kind": "json", "sampling": True}),
        (
            "0.5.23",
            "generate",
            "--no-save-output",
            {"action": "store_false", "dest": "save_output"},
        ),
        ("0.5.23", "generate", "--perf-dump-path", {"sampling": False}),
        ("0.5.23", "serve", "--log-requests-level", {"choices": (0, 1, 2, 3), "kind": "int"}),
        ("0.5.15", "serve", "--warmup-mode", {"field_default": "server"}),
        ("0.5.15", "generate", "--warmup-mode", {"field_default": None}),
        ("0.5.23", "serve", "--text-encoder-configs", None),
        ("0.5.23", "generate", "--text-encoder-configs", {"action": "refuse"}),
        ("0.5.18", "serve", "--warmup", None),
    ],
)
def test_option(release: str, command: str, flag: str, expected: dict[str, Any] | None) -> None:
    option = catalog.load(release).options(command).get(flag)
    if expected is None:
        assert option is None
        return
    assert {name: getattr(option, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("flag", "takes", "needs"),
    [
        ("--num-gpus", True, True),
        ("--pin-cpu-memory", True, False),
        ("--enable-trace", False, False),
        ("--gpu-ids", True, True),
        ("--uvicorn-access-log-exclude-prefixes", True, False),
    ],
)
def test_values_of_an_option(flag: str, takes: bool, needs: bool) -> None:
    option = catalog.load("0.5.23").options("serve")[flag]
    assert (option.takes_value, option.needs_value) == (takes, needs)


def test_by_dest_gives_the_option_of_an_alias() -> None:
    assert catalog.load("0.5.23").by_dest("serve")["dp_size"].flags[-1] == "--dp"


def test_an_unknown_command_is_refused() -> None:
    with pytest.raises(ValueError, match="'bench' is not one of generate, serve"):
        catalog.load("0.5.23").options("bench")


@pytest.mark.parametrize(
    ("name", "command", "expected"),
    [
        ("--warmup", "generate", [("0.5.8", "0.5.18")]),
        ("--warmup", "serve", [("0.5.8", "0.5.13"), ("0.5.13", "0.5.14"), ("0.5.14", "0.5.18")]),
        ("--decoder-tp", "serve", [("0.5.11", "0.5.18")]),
        (
            "enable_cfg_parallel",
            "serve",
            [("0.5.5", "0.5.11"), ("0.5.11", "0.5.12"), ("0.5.12", None)],
        ),
        ("--no-such-option", None, []),
        ("--prompt", "serve", []),
    ],
)
def test_history(name: str, command: str | None, expected: list[Any]) -> None:
    assert [span for span, _ in catalog.option_history(name, command)] == expected


def test_history_of_an_option_that_differs_by_command_names_each_version() -> None:
    found = {(span, o.field_default) for span, o in catalog.option_history("--warmup-mode")}
    assert found == {(("0.5.14", None), None), (("0.5.14", None), "server")}


@pytest.mark.parametrize(
    ("flag", "command", "expected"),
    [
        ("--warmup", None, (("0.5.8", "0.5.18"),)),
        ("--num-gpus", None, (("0.5.5", None),)),
        ("--mode", "serve", (("0.5.5", "0.5.7"), ("0.5.12", None))),
    ],
)
def test_all_flags(flag: str, command: str | None, expected: object) -> None:
    assert catalog.all_flags(command)[flag] == expected


@pytest.mark.parametrize(
    ("release", "flag", "ignored"),
    [
        ("0.5.12", "--cfg-parallel-size", True),
        ("0.5.13", "--cfg-parallel-size", False),
        ("0.5.12.post1", "--dp", True),
        ("0.5.12.post1", "--data-parallel-size", True),
        ("0.5.13", "--data-parallel-size", False),
        ("0.5.16", "--pipeline", True),
        ("0.5.22", "--pipeline", True),
        ("0.5.23", "--pipeline", False),
        ("0.5.22", "--pipeline-class-name", False),
        ("0.5.12", "--mode", False),
        ("0.5.9", "--diffusers-attention-backend", True),
        ("0.5.8", "--diffusers-attention-backend", False),
        ("0.5.15.post1", "--pipeline-config-path", True),
        ("0.5.16", "--pipeline-config-path", False),
        ("0.5.8.post1", "--moba-config-path", False),
        ("0.5.23", "--mask-strategy-file-path", True),
        ("0.5.23", "--srt-encoder-connection-timeout", True),
        ("0.5.23", "--num-gpus", False),
    ],
)
def test_ignored(release: str, flag: str, ignored: bool) -> None:
    found = catalog.load(release).ignored("serve").get(flag)
    assert (found is not None and bool(found.why)) is ignored


@pytest.mark.parametrize(
    ("release", "command", "expected"),
    [("0.5.9", "serve", False), ("0.5.9", "generate", True), ("0.5.10", "serve", True)],
)
def test_words_that_no_option_takes(release: str, command: str, expected: bool) -> None:
    assert catalog.load(release).rejects_unknown(command) is expected


@pytest.mark.parametrize(
    ("release", "flag", "expected"),
    [
        ("0.5.9", "--transformer-path", None),
        ("0.5.10", "--transformer-path", ("component_paths", "transformer")),
        ("0.5.12", "--vae-weights-path", ("component_paths", "vae_weights")),
        ("0.5.23", "--vae-weights-path", ("component_weights_paths", "vae")),
        ("0.5.23", "--component-paths.text-encoder", ("component_paths", "text_encoder")),
        ("0.5.23", "--component_precisions.vae", ("component_precisions", "vae")),
        ("0.5.23", "--text-encoder-quantization", ("component_quantizations", "text_encoder")),
        ("0.5.12", "--text-encoder-quantization", None),
        ("0.5.23", "-path", None),
    ],
)
def test_dynamic_options(release: str, flag: str, expected: tuple[str, str] | None) -> None:
    found = catalog.load(release).component(flag)
    assert (found and (found[0].name, found[1])) == expected


def test_values_of_dynamic_options() -> None:
    found = {one.name: one.values for one in catalog.load("0.5.23").dynamic()}
    assert found["component_paths"] == "one"
    assert found["component_direct_gpu_weight_loading"] == "boolean"
    assert found["component_quantization_ignored_layers"] == "many"


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        ("--ulysses-degree", True),
        ("--enable-cfg-parallel", True),
        ("--component-paths.vae", True),
        ("--tp-size", False),
        ("--model-path", False),
        ("--mem-fraction-static", False),
    ],
)
def test_options_that_show_a_diffusion_server(flag: str, expected: bool) -> None:
    assert catalog.load("0.5.23").diffusion_only(flag) is expected


def test_no_default_is_beyond_the_source_except_the_text_encoders() -> None:
    unknown = {
        option.flags
        for release in catalog.releases()
        for command in catalog.COMMANDS
        for option in distinct(release, command)
        if UNKNOWN in (option.default, option.field_default, option.choices)
    }
    assert unknown == set()


def test_what_an_option_does_is_known() -> None:
    newest = catalog.load(catalog.newest())
    every = {one.dest for command in catalog.COMMANDS for one in distinct(newest.name, command)}
    assert {dest for dest in every if not options.meaning(dest)} == set()
    rows = tables.table("options")["rows"]
    known = {options.dest_of(row) for row in rows}
    told = [row["option"] for row in tables.table("meanings")["meanings"]]
    assert set(told) <= known
    assert len(told) == len(set(told))


def test_what_an_option_does_is_known_where_a_rule_or_recipe_speaks_of_it() -> None:
    root = Path(__file__).parents[2]
    data = [one for name in ("rules.d", "recipes.d") for one in (root / name).glob("*.yaml")]
    words = set(re.findall(r"\w+", "\n".join(one.read_text(encoding="utf-8") for one in data)))
    known = {options.dest_of(row) for row in tables.table("options")["rows"]}
    assert {dest for dest in known & words if not options.meaning(dest)} == set()
