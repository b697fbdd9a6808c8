"""A recommendation as text, as a script, as data, and as parts of deployment files."""

from __future__ import annotations

import json
import textwrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from sgdlint.catalog.memory import Estimate
    from sgdlint.recommend import Command, Filled, Recommendation
    from sgdlint.rules.recipes import Gain, Step

BAR = 50
"""So wide is the bar of the memory."""
LETTERS = {"dit": "D", "text_encoder": "T", "image_encoder": "I", "vae": "V"}
NAMES = {"text_encoder": "text encoder", "image_encoder": "image encoder", "cuda": "CUDA"}
NAMES |= {"dit": "DiT", "vae": "VAE"}
HEADS = {
    "measure": "Measure both: the other variant",
    "later": "To try next",
    "lossy": "Lossy, in place of the command",
}
IMAGE = "lmsysorg/sglang:v"


def script(rec: Recommendation) -> str:
    """Return the command, ready to paste."""
    return rec.command.text(" \\\n  ") + "\n"


def text(rec: Recommendation, memory_gib: float | None, width: int) -> str:
    """Return all that there is to say. memory_gib: of one GPU."""
    lines = [f"# {_head(rec)}", *script(rec).splitlines(), ""]
    for one in rec.taken:
        lines += [*_step(one.step, _written(one, rec.command), width), ""]
    lines += [*_together(rec), ""] if any(_factors(rec)) else []
    if not rec.taken:
        lines += ["No step of a recipe is certain here: this is the plain command.", ""]
    lines += [*_memory(rec, memory_gib), ""]
    for kind, head in HEADS.items():
        lines += _variants(rec, kind, head, width)
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
    return f"SGLang {wish.options.sglang}, {machine}, for {wish.goal}; recipes: {titles}"


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


def _together(rec: Recommendation) -> Iterator[str]:
    """Say what the steps gain together, for each thing that is gained."""
    told = [f"{_range(factors)}× on {of}" for of, factors in _factors(rec).items()]
    yield f"Documented together: {'; '.join(told)}; not measured here."


def _factors(rec: Recommendation) -> dict[str, tuple[float, ...]]:
    """Return how many times faster each thing gets, from and to, by the steps that give figures."""
    found: dict[str, tuple[float, ...]] = {}
    for one in rec.taken:
        step = one.step.gain
        if step is not None and step.times:
            before = found.get(step.of, (1.0, 1.0))
            found[step.of] = tuple(a * b for a, b in zip(before, step.times, strict=True))
    return found


def gain(one: Gain) -> str:
    """Return a gain in words: the range, of what, on what."""
    figure = one.note
    if one.times:
        figure = f"{_range(one.times)}× on {one.of}"
    elif one.gib:
        figure = f"{_range(one.gib)} GiB less {one.of}"
    where = f" ({one.on})" if one.on else ""
    return f"documented: {figure}{where}; not measured here"


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


def _memory(rec: Recommendation, memory_gib: float | None) -> Iterator[str]:
    found = rec.estimate
    if found is None:
        yield "Memory: nothing is known of the size of these weights."
        return
    verdict = {True: "fits", False: "does not fit", None: "not certain to fit"}[rec.fits]
    most = found.bounds.most
    upper = "unknown at most" if most is None else f"{most:.1f} at most"
    card = f" of {memory_gib:.1f}" if memory_gib else ""
    told = f": {verdict}" if memory_gib else ""
    yield f"Memory of each GPU, GiB: {found.bounds.least:.1f} at least, {upper}{card}{told}"
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
    for number, one in enumerate(found):
        if number == 0:
            yield f"{head}:"
        yield from _wrapped(one.step.measure or one.step.why, "  ", width)
        yield f"    {one.command.text()}"
        if kind != "measure" and one.step.gain is not None:
            yield from _wrapped(gain(one.step.gain), "    gain:   ", width)
        for what, told in one.step.costs if kind != "measure" else ():
            yield from _wrapped(f"{what}: {told}", "    cost:   ", width)
    if found:
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
        "model_known": rec.model is not None,
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
    return {"command": command.text(), "argv": _argv(command), "environment": dict(command.env)}


def _argv(command: Command) -> list[str]:
    return ["sglang", command.command, *(word for words in command.words() for word in words)]


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


# --- deployment files -----------------------------------------------------------------------------


def compose(rec: Recommendation) -> str:
    """Return a Compose file with the command as its service."""
    gpus = _gpus(rec)
    return (
        f"services:\n  sglang:\n    image: {_image(rec)}\n    ipc: host\n    init: true\n"
        f"{_environment(rec, '    ')}"
        f"    command:\n{_items(rec, '      ')}"
        f'    ports:\n      - "30000:30000"\n'
        "    deploy:\n      resources:\n        reservations:\n          devices:\n"
        f"            - driver: nvidia\n              count: {gpus}\n"
        "              capabilities: [gpu]\n"
    )


def kubernetes(rec: Recommendation) -> str:
    """Return a pod that runs the command."""
    env = "".join(
        f"        - name: {name}\n          value: {json.dumps(value)}\n"
        for name, value in rec.command.env
    )
    return (
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: sglang\nspec:\n"
        f"  containers:\n    - name: sglang\n      image: {_image(rec)}\n"
        f"      command:\n{_items(rec, '        ')}"
        + (f"      env:\n{env}" if env else "")
        + "      ports:\n        - containerPort: 30000\n"
        f"      resources:\n        limits:\n          nvidia.com/gpu: {_gpus(rec)}\n"
        "      volumeMounts:\n        - name: shm\n          mountPath: /dev/shm\n"
        "  volumes:\n    - name: shm\n      emptyDir:\n        medium: Memory\n"
    )


def _image(rec: Recommendation) -> str:
    return f"{IMAGE}{rec.wish.options.sglang}"


def _gpus(rec: Recommendation) -> str:
    return dict(rec.command.options).get("num_gpus", "1")


def _environment(rec: Recommendation, before: str) -> str:
    if not rec.command.env:
        return ""
    lines = [f"{before}  {name}: {json.dumps(value)}\n" for name, value in rec.command.env]
    return f"{before}environment:\n" + "".join(lines)


def _items(rec: Recommendation, before: str) -> str:
    words = _argv(rec.command)
    if rec.command.command == "serve":
        words += ["--host", "0.0.0.0"]
    return "".join(f"{before}- {json.dumps(word, ensure_ascii=False)}\n" for word in words)


FRAGMENTS: dict[str, Callable[[Recommendation], str]] = {
    "shell": script,
    "yaml": compose,
    "kubernetes": kubernetes,
}
"""The formats that hold the command alone."""
