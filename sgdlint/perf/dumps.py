"""A file that `--perf-dump-path` wrote → `Dump`. Nothing is guessed: what is not there is None."""

from __future__ import annotations

import json
import math

from sgdlint.perf.shape import shape, written_by
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, NoReturn

MOST_CHARACTERS = 16_000_000
"""A longer text is not read; a dump has a few thousand."""
MOST_STAGES = 200
"""So many stages, and snapshots of the memory, a dump may have."""
MOST_STEPS = 20_000
"""So many denoising steps a dump may have."""
LONGEST = 1e12
"""Milliseconds, or MiB: no run takes 30 years, and no GPU has an exabyte."""
MEMORY = ("allocated_mb", "reserved_mb", "peak_allocated_mb", "peak_reserved_mb")
"""What each snapshot of the memory holds, in MiB."""
HOST = "peak_host_anon_mb"
"""What newer releases tell of the host; 0 is: it was not measured."""


class DumpError(Exception):
    """A text that is no perf dump, or a broken one; the message says what is wrong, and where."""


@record
class Stage:
    """A stage of the pipeline and the milliseconds that it took."""

    name: str
    ms: float


@record
class Snapshot:
    """The memory at one point of the run, in MiB: of one GPU, and of the host (None: unknown)."""

    name: str
    allocated: float
    reserved: float
    peak_allocated: float
    peak_reserved: float
    peak_host: float | None


@record
class Dump:
    """One measured request. Times are in milliseconds.

    name: where it was read. total: what the worker took for the request, without saving the
    output. stages: in the order in which they ran. steps: each denoising step; () when none was
    measured. model, prompt, tag, commit, timestamp, request: as they are written, "" when not.
    backend: "native" or "diffusers", "" when the stages do not tell. warmed: whether a warm-up ran
    before; None when that is not told. since, before: the first release that writes such a file,
    and the first one that would write another; "" when there is none.
    """

    name: str
    total: float
    stages: tuple[Stage, ...]
    steps: tuple[float, ...]
    memory: tuple[Snapshot, ...]
    model: str
    prompt: str
    tag: str
    commit: str
    timestamp: str
    request: str
    backend: str
    warmed: bool | None
    since: str
    before: str

    @property
    def measurement(self) -> tuple[str, str, float]:
        """What is the same in copies of a dump, and in no other one."""
        return self.timestamp, self.request, self.total


def read(text: str, name: str) -> Dump:
    """Return the dump that a text holds; raises DumpError."""
    data = _parsed(text)
    _check_kind(data)
    total = _number(data["total_duration_ms"], "total_duration_ms")
    if total == 0:
        raise DumpError("total_duration_ms is 0: the request was not measured")
    stages = _stages(data["steps"])
    memory = tuple(_snapshots(data.get("memory_checkpoints", {})))
    meta = _is(data.get("meta", {}), dict, "meta")
    tag = _text(data, "tag")
    since, before = written_by(_present(data, tag), bool(memory))
    return Dump(
        name,
        total,
        stages,
        tuple(_steps(data.get("denoise_steps_ms", []))),
        memory,
        _text(meta, "model", "meta."),
        _text(meta, "prompt", "meta."),
        tag,
        _text(data, "commit_hash"),
        _text(data, "timestamp"),
        _text(data, "request_id"),
        _backend(stages),
        _warmed(memory),
        since,
        before,
    )


# --- JSON -----------------------------------------------------------------------------------------


def _parsed(text: str) -> Any:
    if len(text) > MOST_CHARACTERS:
        raise DumpError(f"more than {MOST_CHARACTERS:,} characters: this is no perf dump")
    if not text.strip():
        raise DumpError("the file is empty: the run ended before it wrote its measurements")
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise DumpError(_not_json(text, error)) from None
    except (ValueError, RecursionError) as error:  # a number of thousands of digits; nested deeply
        raise DumpError(f"not JSON that can be read: {error}") from None


def _refuse_constant(word: str) -> NoReturn:
    raise DumpError(f"it holds {word}, which is no number")


def _not_json(text: str, error: json.JSONDecodeError) -> str:
    if error.pos >= len(text.rstrip()):
        return f"not JSON: it breaks off at line {error.lineno}"
    if error.msg == "Extra data":
        return f"several JSON values (the second at line {error.lineno}); a perf dump is one object"
    return f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}"


def _check_kind(data: Any) -> None:
    """Refuse JSON that is something else, and say what it looks like."""
    if not isinstance(data, dict):
        raise DumpError(f"not a perf dump: {_called(data)} instead of an object")
    needed = [one.name for one in shape().fields if one.place == "report" and one.since == "0.5.6"]
    lacking = [key for key in needed if key not in data]
    if not lacking:
        return
    looks = ""
    if "stages" in data and "total_duration_ms" in data:
        looks = "; it looks like a record of performance.log"
    elif any(key.startswith(("throughput", "latency")) for key in data):
        looks = "; it looks like a result of bench_serving"
    raise DumpError(f"not a perf dump: it has no {' and no '.join(lacking)}{looks}")


def _called(value: Any) -> str:
    if value is None:
        return "null"
    names = {bool: "true or false", str: "a text", dict: "an object", list: "a list"}
    return names.get(type(value), "a number")


def _is(value: Any, kind: type, where: str) -> Any:
    if not isinstance(value, kind):
        wanted = "an object" if kind is dict else "a list"
        raise DumpError(f"{where}: {_called(value)} instead of {wanted}")
    return value


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise DumpError(f"{where}: {_called(value)} instead of a number")
    if not 0 <= value <= LONGEST or not math.isfinite(value):
        shown = str(value)[:30]
        raise DumpError(f"{where}: {shown} is {'below zero' if value < 0 else 'too large'}")
    return float(value)


def _text(data: dict[str, Any], key: str, inside: str = "") -> str:
    """Return a text that may be missing, or null."""
    value = data.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise DumpError(f"{inside}{key}: {_called(value)} instead of a text")
    return value


# --- what is in it --------------------------------------------------------------------------------


def _stages(rows: Any) -> tuple[Stage, ...]:
    """Return the stages. Denoising steps that stand among them are one; so are equal names."""
    known = shape()
    _few(_is(rows, list, "steps"), MOST_STAGES, "steps")
    found: dict[str, float] = {}
    for number, row in enumerate(rows):
        where = f"steps[{number}]"
        name = _text(_is(row, dict, where), "name", f"{where}.") or "unknown"
        if name.startswith(known.step) and name[len(known.step) :].isdecimal():
            name = known.loop
        ms = _number(row.get("duration_ms", 0.0), f"{where}.duration_ms")
        found[name] = found.get(name, 0.0) + ms
    return tuple(Stage(name, ms) for name, ms in found.items())


def _steps(rows: Any) -> Iterator[float]:
    _few(_is(rows, list, "denoise_steps_ms"), MOST_STEPS, "denoise_steps_ms")
    for number, row in enumerate(rows):
        where = f"denoise_steps_ms[{number}]"
        _is(row, dict, where)
        if "duration_ms" not in row:
            raise DumpError(f"{where}: no duration_ms")
        yield _number(row["duration_ms"], f"{where}.duration_ms")


def _few(rows: Any, most: int, where: str) -> None:
    if len(rows) > most:
        raise DumpError(f"{where}: {len(rows):,} entries; at most {most:,} are read")


def _snapshots(rows: Any) -> Iterator[Snapshot]:
    _few(_is(rows, dict, "memory_checkpoints"), MOST_STAGES, "memory_checkpoints")
    for name, row in rows.items():
        where = f"memory_checkpoints.{name}"
        _is(row, dict, where)
        now, held, peak, most, host = (
            _number(row.get(key, 0.0), f"{where}.{key}") for key in (*MEMORY, HOST)
        )
        yield Snapshot(name, now, held, peak, most, host or None)


def _present(data: dict[str, Any], tag: str) -> set[tuple[str, str]]:
    """Return pairs of place and name of what is there."""
    snapshots = data.get("memory_checkpoints") or {}
    return {
        *(("report", key) for key in data),
        *(("checkpoints", key) for key in snapshots),
        *(("checkpoint", key) for row in snapshots.values() for key in row),
        ("tag", tag),
    }


def _backend(stages: tuple[Stage, ...]) -> str:
    """Return the backend that ran. A stage that only another one has tells it."""
    if not stages:
        return ""
    known = dict(shape().backends)
    return next((known[one.name] for one in stages if one.name in known), "native")


def _warmed(memory: tuple[Snapshot, ...]) -> bool | None:
    """Return whether a request for warming up ran before, as the memory that it took tells."""
    snapshot, _ = shape().warmup
    told = [one.peak_reserved for one in memory if one.name == snapshot]
    return told[0] > 0 if told else None
