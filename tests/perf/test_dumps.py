"""Reading perf dumps: those of all releases, and broken ones of all kinds."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from perf.making import DATA, WORKED

from sgdlint.catalog import release_key, releases
from sgdlint.perf import dumps, shape
from sgdlint.perf.dumps import Dump, DumpError, read
from sgdlint.perf.sides import Side, releases_of
from sgdlint.rules.files import RuleError

FILES = sorted((DATA / "releases").glob("*.json"))


def dump_of(path: Path) -> Dump:
    return read(path.read_text("utf-8"), path.name)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_each_release_writes(path: Path) -> None:
    release, _, writer = path.stem.rpartition("-")
    found, data = dump_of(path), json.loads(path.read_text("utf-8"))
    assert found.total == data["total_duration_ms"]
    assert [one.name for one in found.stages][:2] == ["InputValidationStage", "TextEncodingStage"]
    assert sum(one.ms for one in found.stages) < found.total
    key = release_key(release)
    assert len(found.steps) == (10 if key >= release_key("0.5.7") else 0)
    assert bool(found.memory) == (key >= release_key("0.5.9"))
    assert found.warmed == (True if key >= release_key("0.5.20") else None)
    assert found.backend == "native"
    assert found.model == "Wan-AI/Wan2.1-T2V-1.3B-Diffusers"
    assert bool(found.prompt) == (writer == "generate")
    assert found.tag == {"generate": "cli_generate", "server": "server_perf_dump"}[writer]
    # The host is told by a server alone: `generate` passes on the memory of the GPU only.
    host = {one.peak_host for one in found.memory}
    assert host == ({21400.5} if writer == "server" and key >= release_key("0.5.19") else host)
    if writer == "generate":
        assert host <= {None}
    assert release in releases_of(Side("", (found,)))


def test_the_releases_that_write_such_a_file() -> None:
    found = {path.stem: dump_of(path) for path in FILES}
    ranges = {name: (one.since, one.before) for name, one in found.items()}
    assert ranges["0.5.6-generate"] == ("0.5.6", "0.5.7")
    assert ranges["0.5.8-generate"] == ("0.5.7", "0.5.9")
    assert ranges["0.5.12-generate"] == ("0.5.9", "0.5.19")
    assert ranges["0.5.12-server"] == ("0.5.10", "0.5.19")
    assert ranges["0.5.19-server"] == ("0.5.19", "")
    assert ranges["0.5.23-generate"] == ("0.5.20", "")


def test_the_backend_and_the_warm_up_are_told_by_stages_and_memory() -> None:
    assert dump_of(DATA / "diffusers.json").backend == "diffusers"
    assert dump_of(DATA / "cold.json").warmed is False
    assert dump_of(DATA / "spike.json").warmed is True


def with_value(path: tuple[str | int, ...], value: Any) -> str:
    """Return a dump as text, with one value replaced; `...` takes it out."""
    data = json.loads(WORKED)
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    if value is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return json.dumps(data)


BROKEN = [
    ("", "the file is empty"),
    ("  \n", "the file is empty"),
    (WORKED[:500], "it breaks off at line 18"),
    (WORKED[:-2], "it breaks off"),
    ('{"a": 1} {"b": 2}', "several JSON values (the second at line 1)"),
    ("{'a': 1}", "not JSON: Expecting property name enclosed in double quotes at line 1, column 2"),
    ("[1, 2]", "not a perf dump: a list instead of an object"),
    ("null", "not a perf dump: null instead of an object"),
    ("3", "not a perf dump: a number instead of an object"),
    ("{}", "it has no total_duration_ms and no steps and no meta"),
    ('{"stages": [], "total_duration_ms": 3}', "it looks like a record of performance.log"),
    ('{"throughput_qps": 3, "latency_mean": 1}', "it looks like a result of bench_serving"),
    ("[" * 100_000, "not JSON that can be read"),
    (WORKED.replace('"tag"', '"tag": NaN, "x"'), "it holds NaN, which is no number"),
    (WORKED.replace('"tag"', '"tag": -Infinity, "x"'), "it holds -Infinity, which is no number"),
    (with_value(("total_duration_ms",), 0), "total_duration_ms is 0"),
    (with_value(("total_duration_ms",), -3), "total_duration_ms: -3 is below zero"),
    (with_value(("total_duration_ms",), 1e300), "total_duration_ms: 1e+300 is too large"),
    (WORKED.replace('"total_duration_ms": 4', '"total_duration_ms": 4e999, "x": 4'), "too large"),
    (WORKED.replace('_ms": 4', f'_ms": 1{"0" * 400}, "x": 4', 1), "too large"),
    (WORKED.replace('_ms": 4', f'_ms": 1{"0" * 5000}, "x": 4', 1), "not JSON that can be read"),
    (with_value(("total_duration_ms",), "3"), "total_duration_ms: a text instead of a number"),
    (with_value(("total_duration_ms",), True), "true or false instead of a number"),
    (with_value(("total_duration_ms",), None), "total_duration_ms: null instead of a number"),
    (with_value(("steps",), {}), "steps: an object instead of a list"),
    (with_value(("steps", 2), 5), "steps[2]: a number instead of an object"),
    (with_value(("steps", 2, "name"), 5), "steps[2].name: a number instead of a text"),
    (with_value(("steps", 2, "duration_ms"), "x"), "steps[2].duration_ms: a text instead of"),
    (with_value(("steps", 2, "duration_ms"), -1), "steps[2].duration_ms: -1 is below zero"),
    (with_value(("denoise_steps_ms",), None), "denoise_steps_ms: null instead of a list"),
    (with_value(("denoise_steps_ms", 1), []), "denoise_steps_ms[1]: a list instead of an object"),
    (with_value(("denoise_steps_ms", 1, "duration_ms"), ...), "denoise_steps_ms[1]: no duration"),
    (with_value(("memory_checkpoints",), []), "memory_checkpoints: a list instead of an object"),
    (with_value(("memory_checkpoints", "load_peak"), 1), "memory_checkpoints.load_peak: a number"),
    (
        with_value(("memory_checkpoints", "load_peak", "reserved_mb"), "8"),
        "memory_checkpoints.load_peak.reserved_mb: a text instead of a number",
    ),
    (with_value(("meta",), "x"), "meta: a text instead of an object"),
    (with_value(("meta", "model"), ["x"]), "meta.model: a list instead of a text"),
    (with_value(("commit_hash",), 7), "commit_hash: a number instead of a text"),
    (with_value(("steps",), [{}] * 201), "steps: 201 entries; at most 200 are read"),
]


@pytest.mark.parametrize(("text", "told"), BROKEN, ids=[told[:40] for _, told in BROKEN])
def test_a_broken_dump_says_what_is_wrong_and_where(text: str, told: str) -> None:
    with pytest.raises(DumpError) as caught:
        read(text, "x.json")
    assert told in str(caught.value)


def test_a_text_that_is_too_long_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dumps, "MOST_CHARACTERS", 100)
    with pytest.raises(DumpError, match="more than 100 characters"):
        read(WORKED, "x.json")


@pytest.mark.parametrize("key", ["commit_hash", "tag", "timestamp", "request_id"])
@pytest.mark.parametrize("value", [None, ...])
def test_what_only_names_the_run_may_be_missing(key: str, value: Any) -> None:
    assert read(with_value((key,), value), "x.json").total > 0


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_is_read_or_refused(value: Any) -> None:
    for text in (
        json.dumps(value),
        json.dumps({"total_duration_ms": value, "steps": value, "meta": value}),
    ):
        with pytest.raises(DumpError):
            read(text, "x.json")


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(DumpError):
        read(text, "x.json")


@given(
    st.sampled_from(sorted(json.loads(WORKED))),
    st.none() | st.integers() | st.floats() | st.text() | st.lists(st.integers()),
)
def test_any_value_of_a_key_is_read_or_refused(key: str, value: Any) -> None:
    with suppress(DumpError):
        assert read(with_value((key,), value), "x.json").total > 0


def test_denoising_steps_among_the_stages_are_one_and_equal_names_are_added() -> None:
    rows = [
        ("A", 1),
        ("denoising_step_0", 10),
        ("denoising_step_1", 20),
        ("A", 2),
        ("denoising_step_x", 5),
    ]
    steps = [{"name": name, "duration_ms": ms} for name, ms in rows]
    found = read(with_value(("steps",), steps), "x.json")
    assert [(one.name, one.ms) for one in found.stages] == [
        ("A", 3.0),
        ("Denoising Loop", 30.0),
        ("denoising_step_x", 5.0),
    ]


# --- the facts ------------------------------------------------------------------------------------


def test_each_fact_names_a_release_and_where_it_was_read() -> None:
    data = json.loads(Path(shape.FILE).read_text("utf-8"))
    for row in (
        *data["fields"],
        *data["writers"],
        *data["stages"],
        data["warmup"],
        data["sampling"],
    ):
        release, _, place = row["source"].removeprefix("sglang ").partition(" ")
        assert release in releases()
        assert place.startswith("multimodal_gen/")
        assert place.rpartition(":")[2].isdecimal()
        assert row.get("since", release) == release


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda data: data.update(fields=3), "fields: a list is needed"),
        (lambda data: data.update(more=3), "more: there is no such key"),
        (lambda data: data["fields"][0].pop("since"), "fields[0].since: a text is needed"),
        (lambda data: data["fields"][0].update(since="0.4"), "'0.4' is no release that is known"),
        (lambda data: data["fields"][0].update({"in": "x"}), "fields[0].in: 'x' is not one of"),
        (lambda data: data["stages"][0].update(until="1"), "stages[0].until: there is no such key"),
        (lambda data: data.update(warmup=[]), "warmup: an object is needed"),
    ],
)
def test_a_broken_file_of_facts_is_refused_with_its_key(change: Any, told: str) -> None:
    data = json.loads(Path(shape.FILE).read_text("utf-8"))
    change(data)
    with pytest.raises(RuleError) as caught:
        shape.read(json.dumps(data), "format.json")
    assert told in str(caught.value)
    assert str(caught.value).startswith("format.json: ")


def test_a_file_of_facts_that_is_no_json_is_refused() -> None:
    with pytest.raises(RuleError, match="not JSON"):
        shape.read("{", "format.json")
