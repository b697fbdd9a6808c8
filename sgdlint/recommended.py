"""A recommendation as text and as data."""

from __future__ import annotations

import json
import textwrap

from sgdlint.fragments import argv, script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from sgdlint.catalog.memory import Estimate
    from sgdlint.recommend import Command, Filled, Recommendation, Variant
    from sgdlint.rules.recipes import Gain, Step

BAR = 50
"""So wide is the bar of the memory."""
LETTERS = {"dit": "D", "text_encoder": "T", "image_encoder": "I", "vae": "V"}
NAMES = {"text_encoder": "text encoder", "image_encoder": "image encoder", "cuda": "CUDA"}
NAMES |= {"dit": "DiT", "vae": "VAE"}
HEADS = {
    "measure": "Measure both: the other variant",
    "later": "To try next",
    "lossy": "Lossy, each in place of the command",
}
COLUMNS = ("what", "in the command", "documented gain", "quality")
WIDE_ENOUGH = 90
"""So many columns of a terminal hold the variants side by side."""


def text(rec: Recommendation, memory_gib: float | None, width: int) -> str:
    """Return all that there is to say. memory_gib: of one GPU."""
    head = textwrap.wrap(_head(rec), width - 2, break_long_words=False)
    lines = [*(f"# {line}" for line in head), *script(rec).splitlines(), ""]
    for one in rec.taken:
        lines += [*_step(one.step, _written(one, rec.command), width), ""]
    lines += [*_documented(rec), ""] if any(_factors(rec)) else []
    if not rec.taken:
        lines += ["No step of a recipe is certain here: this is the plain command.", ""]
    lines += [*_memory(rec, memory_gib, width), ""]
    for kind, title in HEADS.items():
        lines += _variants(rec, kind, title, width)
    lines += _refused(rec, width)
    lines += _notes(rec, width)
    return "\n".join(lines).rstrip("\n") + "\n"


def _head(rec: Recommendation) -> str:
    wish = rec.wish
    vram = wish.options.vram
    gpu = wish.options.gpu or (
        f"GPU of {vram:g} GiB" if vram else "a GPU that was not told (--gpu)"
    )
    machine = f"{wish.options.gpus or 1} × {gpu}"
    titles = " + ".join(rec.recipes)
    like = f"reckoned as {wish.like}; " if wish.like else ""
    return f"SGLang {wish.options.sglang}, {machine}, for {wish.goal}; {like}recipes: {titles}"


def _written(one: Filled, command: Command) -> str:
    names = [name for name, _ in one.options]
    words = command.words()
    pairs = zip(command.options, words, strict=True)
    shown = [" ".join(spelt) for (name, _), spelt in pairs if name in names]
    return " ".join([*(f"{name}={value}" for name, value in one.env), *shown])


def _step(step: Step, head: str, width: int) -> Iterator[str]:
    yield from _wrapped(head, "", width)
    yield from _wrapped(step.why, "    why:    ", width)
    if step.gain is not None:
        yield from _wrapped(gain(step.gain), "    gain:   ", width)
    for what, told in step.costs:
        yield from _wrapped(f"{what}: {told}", "    cost:   ", width)
    yield from _wrapped("; ".join(step.references), "    source: ", width)


def _documented(rec: Recommendation) -> Iterator[str]:
    """Say what the steps gain, for each thing that is gained; nobody measured them together."""
    told = [f"{' and '.join(ranges)} on {of}" for of, ranges in _factors(rec).items()]
    yield f"Documented: {'; '.join(told)}; not measured here, and not multiplied."


def _factors(rec: Recommendation) -> dict[str, list[str]]:
    """Return how many times faster each thing gets, by each of the steps that give figures."""
    found: dict[str, list[str]] = {}
    for one in rec.taken:
        step = one.step.gain
        if step is not None and step.times:
            found.setdefault(step.of, []).append(f"{_range(step.times)}×")
    return found


def gain(one: Gain) -> str:
    """Return a gain in words: the range, of what, on what."""
    return f"documented: {figure(one)}; not measured here"


def figure(one: Gain) -> str:
    """Return what a gain is said to be, and where."""
    told = one.note
    if one.times:
        told = f"{_range(one.times)}× on {one.of}"
    elif one.gib:
        told = f"{_range(one.gib)} GiB less {one.of}"
    return f"{told} ({one.on})" if one.on else told


def _range(values: tuple[float, ...]) -> str:
    first, last = (f"{value:.3g}" for value in values)
    return first if first == last else f"{first}–{last}"


def _wrapped(told: str, before: str, width: int) -> list[str]:
    return textwrap.wrap(
        told,
        width,
        initial_indent=before,
        subsequent_indent=" " * (len(before) or 4),
        break_long_words=False,
        break_on_hyphens=False,
    )


# --- memory ---------------------------------------------------------------------------------------


def _memory(rec: Recommendation, memory_gib: float | None, width: int) -> Iterator[str]:
    found = rec.estimate
    if found is None:
        yield "Memory: nothing is known of the size of these weights."
        return
    verdict = {True: "fits", False: "does not fit", None: "not certain to fit"}[rec.fits]
    most = found.bounds.most
    upper = "unknown at most" if most is None else f"{most:.1f} at most"
    card = f" of {memory_gib:.1f}" if memory_gib else ""
    told = f": {verdict}" if memory_gib else ""
    head = f"Memory of each GPU, GiB: {found.bounds.least:.1f} at least, {upper}{card}{told}"
    yield from _wrapped(head, "", width)
    if memory_gib:
        yield "  " + bar(found, memory_gib)
    for row in found.rows:
        letter = LETTERS.get(row.name, row.name[0])
        upper = "unknown" if row.most is None else f"{row.most:.1f}"
        place = "" if row.stays else "  while it works"
        name = NAMES.get(row.name, row.name)
        yield f"  {letter}  {name:<14} {row.least:5.1f} to {upper:>5}{place}"


def bar(found: Estimate, memory_gib: float) -> str:
    """Return the most that each part takes as one bar; `|` is where the GPU ends.

    Of the parts that come when they work the largest counts.
    """
    coming = [row for row in found.rows if not row.stays]
    largest = max(coming, key=lambda row: row.most or 0, default=None)
    rows = [row for row in found.rows if row.stays or row is largest]
    scale = max(memory_gib, sum(row.most or 0 for row in rows)) / BAR
    drawn = "".join(
        LETTERS.get(row.name, row.name[0]) * round((row.most or 0) / scale) for row in rows
    )
    end = round(memory_gib / scale)
    return f"[{drawn[:end].ljust(end, '·')}|{drawn[end:]}]"


# --- what else ------------------------------------------------------------------------------------


def _variants(rec: Recommendation, kind: str, head: str, width: int) -> Iterator[str]:
    found = [one for one in rec.variants if one.kind == kind]
    if found:
        yield f"{head}:"
    if kind == "lossy" and len(found) > 1 and width >= WIDE_ENOUGH:
        yield from _side_by_side([_cells(rec, one) for one in found], width)
    for one in found:
        yield from _wrapped(_title(one), "  ", width)
        yield f"    {one.command.text()}"
        if kind != "measure" and one.step.gain is not None:
            yield from _wrapped(gain(one.step.gain), "    gain:   ", width)
        for what, told in one.step.costs if kind != "measure" else ():
            yield from _wrapped(f"{what}: {told}", "    cost:   ", width)
    if found:
        yield ""


def _title(one: Variant) -> str:
    told = one.step.measure or one.step.why
    return told if one.kind == "measure" else f"{one.step.name}: {told}"


def _cells(rec: Recommendation, one: Variant) -> tuple[str, ...]:
    """Return a row of the variants: name, what differs, what it gains, what it does to quality."""
    gained = one.step.gain
    told = "" if gained is None else figure(gained)
    return (
        one.step.name,
        _difference(rec.command, one.command),
        told,
        dict(one.step.costs)["quality"],
    )


def _difference(before: Command, after: Command) -> str:
    """Return what a command has more than another one, and what it lacks."""
    old, new = _parts(before), _parts(after)
    more = [part for part in new if part not in old]
    flags = {part.split(" ")[0] for part in more}
    gone = [part.split(" ")[0] for part in old if part not in new]
    return " ".join([*more, *(f"no {flag}" for flag in gone if flag not in flags)])


def _parts(command: Command) -> list[str]:
    env = [f"{name}={value}" for name, value in command.env]
    return [*env, *(" ".join(words) for words in command.words())]


def _side_by_side(rows: list[tuple[str, ...]], width: int) -> Iterator[str]:
    """Yield a table; the name and the longest word of a command get their room, if there is any."""
    first = max(len(row[0]) for row in rows)
    longest = max(len(word) for row in rows for word in row[1].split())
    left = width - first - 2 * len(COLUMNS)
    second = min(max(longest, left // 3), left // 2)
    sizes = [first, second, *[(left - second) // 2] * 2]
    for row in (COLUMNS, *rows):
        cells = [
            textwrap.wrap(told, size, break_on_hyphens=False)
            for told, size in zip(row, sizes, strict=True)
        ]
        for number in range(max(map(len, cells))):
            texts = [cell[number] if number < len(cell) else "" for cell in cells]
            line = "  ".join(text.ljust(size) for text, size in zip(texts, sizes, strict=True))
            yield ("  " + line).rstrip()
    yield ""


def _refused(rec: Recommendation, width: int) -> Iterator[str]:
    for one in rec.refused:
        told = f"Left out: {one.step.name}, for {'; '.join(one.findings)}"
        yield from _wrapped(told, "", width)
    if rec.refused:
        yield ""


def _notes(rec: Recommendation, width: int) -> Iterator[str]:
    for one in rec.notes:
        yield from _wrapped(f"{one.severity} {one.code} {one.name}: {one.message}", "", width)


# --- data -----------------------------------------------------------------------------------------


def data(rec: Recommendation, memory_gib: float | None) -> dict[str, Any]:
    """Return a recommendation as JSON-able data."""
    wish = rec.wish
    return {
        "sglang": wish.options.sglang,
        "model": wish.model,
        "model_known": rec.model is not None and not wish.like,
        "like": wish.like,
        "goal": wish.goal,
        "gpu": wish.options.gpu,
        "gpus": wish.options.gpus or 1,
        "recipes": list(rec.recipes),
        **_command(rec.command),
        "steps": [
            {**_step_data(one.step), "options": dict(one.options), "environment": dict(one.env)}
            for one in rec.taken
        ],
        "memory": _memory_data(rec, memory_gib),
        "variants": [
            {"kind": one.kind, **_command(one.command), **_step_data(one.step)}
            for one in rec.variants
        ],
        "not_taken": [
            {"name": one.step.name, "findings": list(one.findings)} for one in rec.refused
        ],
        "notes": [
            {"severity": one.severity, "code": one.code, "name": one.name, "message": one.message}
            for one in rec.notes
        ],
    }


def as_json(rec: Recommendation, memory_gib: float | None) -> str:
    """Return a recommendation as a JSON text."""
    return json.dumps(data(rec, memory_gib), ensure_ascii=False, indent=2) + "\n"


def _command(command: Command) -> dict[str, Any]:
    return {"command": command.text(), "argv": argv(command), "environment": dict(command.env)}


def _step_data(step: Step) -> dict[str, Any]:
    found: dict[str, Any] = {"name": step.name, "why": step.why, "lossy": step.lossy}
    if step.gain is not None:
        gained = {"of": step.gain.of, "on": step.gain.on, "source": step.gain.source}
        ranges = {"times": list(step.gain.times), "gib": list(step.gain.gib)}
        found["gain"] = {**gained, **ranges, "note": step.gain.note}
    return {**found, "costs": dict(step.costs), "references": list(step.references)}


def _memory_data(rec: Recommendation, memory_gib: float | None) -> dict[str, Any] | None:
    if rec.estimate is None:
        return None
    parts = [
        {"part": row.name, "least": row.least, "most": row.most, "stays": row.stays}
        for row in rec.estimate.rows
    ]
    bounds = rec.estimate.bounds
    return {
        "gpu_gib": memory_gib,
        "least_gib": bounds.least,
        "most_gib": bounds.most,
        "fits": rec.fits,
        "parts": parts,
    }
