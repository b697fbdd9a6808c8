"""A matrix, or what came of it, as text, Markdown and data."""

from __future__ import annotations

import json
import textwrap

from sgdlint.bench.manifest import NOT_RUN, about, row
from sgdlint.bench.matrix import BASE
from sgdlint.formatters.columns import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from sgdlint.bench.matrix import Matrix
    from sgdlint.bench.results import Outcome, Results

WIDTH = 98
MOST_LIKELY = 0.1
"""A recommendation that is more likely by chance says so."""
MOST_SAID = 3
"""So many things of each log are told; `sgdlint log` tells all."""
SMALL = 1.1
"""A gain below this is worth another measurement."""
SAME_MEMORY = 0.1
"""GiB: a smaller difference is none."""
COLUMNS = ("variant", "runs", "median", "spread", "against base", "denoising", "peak", "")
PLANNED = ("variant", "differs", "why")
VERDICTS = {
    "faster": "faster",
    "slower": "slower",
    "same": "no difference beyond the noise",
    "unsure": "too few runs to tell",
    "unknown": "one run of each tells nothing",
    "": "",
}


# --- what is to be run ----------------------------------------------------------------------------


def planned(matrix: Matrix, form: str) -> str:
    """Return what is run, as text, markdown or json."""
    if form == "json":
        return json.dumps(plan_data(matrix), ensure_ascii=False, indent=2) + "\n"
    rows = [
        (one.name, one.differs or "the launch as it is", _why(one.why, one.lossy))
        for one in matrix.trials
    ]
    lines = list(_markdown(PLANNED, rows) if form == "markdown" else _listed(rows))
    told = [*matrix.base.notes, *(f"not run: {one.name}: {one.reason}" for one in matrix.dropped)]
    if matrix.left:
        told.append(f"not run: {matrix.left} more combinations; --only AXIS takes some axes")
    mark = "- " if form == "markdown" else ""
    return "\n".join([*lines, *([""] if told else []), *(f"{mark}{one}" for one in told)]) + "\n"


def _why(text: str, lossy: bool) -> str:
    return f"lossy: {text}" if lossy else text


def _listed(rows: Iterable[tuple[str, ...]]) -> Iterable[str]:
    for name, differs, why in rows:
        yield name
        yield f"    {differs}"
        if name != BASE:
            yield from textwrap.wrap(why, WIDTH, initial_indent="    ", subsequent_indent="    ")


def plan_data(matrix: Matrix) -> dict[str, Any]:
    """Return what is run as data."""
    return {
        **about(matrix),
        "notes": list(matrix.base.notes),
        "needed": list(matrix.base.needed),
        "variants": [row(matrix, one) for one in matrix.trials],
        "not_run": [{"name": one.name, "reason": one.reason} for one in matrix.dropped],
        "more_combinations": matrix.left,
    }


# --- what came of it ------------------------------------------------------------------------------


def told(results: Results, form: str) -> str:
    """Return what came of it, as text, markdown or json."""
    if form == "json":
        return json.dumps(result_data(results), ensure_ascii=False, indent=2) + "\n"
    rows = [_cells(one, one is results.best) for one in results.outcomes]
    machine = f", {results.gpu}" if results.gpu else ""
    lines = [f"{results.model or 'the launch'}, SGLang {results.sglang or '?'}{machine}", ""]
    lines += _markdown(COLUMNS, rows) if form == "markdown" else _columns(COLUMNS, rows)
    heard = [*_heard(results, "- " if form == "markdown" else "")]
    lines += ["", *heard, *([""] if heard else []), *_advice(results, form == "markdown")]
    return "".join(visible(line) + "\n" for line in "\n".join(lines).split("\n"))


def _heard(results: Results, mark: str) -> Iterable[str]:
    """Yield what the logs say of the variants, which may not run as they were asked to."""
    for one in results.outcomes[1:]:
        for said in one.said[:MOST_SAID]:
            yield f"{mark}{one.name}: {said.code}: {said.message}"


def _cells(one: Outcome, best: bool) -> tuple[str, ...]:
    name = f"{one.name} *" if best else one.name
    if one.total is None:
        return (name, "0", "", "", "", "", "", one.failed)
    spread = (
        f"{one.total.low / 1000:.2f}–{one.total.high / 1000:.2f} s" if one.total.count > 1 else ""
    )
    denoising = f"{one.denoising / 1000:.2f} s" if one.denoising is not None else ""
    peak = f"{one.peak:.1f} GiB" if one.peak is not None else ""
    says = one.failed or one.misfit or VERDICTS[one.verdict]
    output = {"same": "same output", "differs": "other output"}.get(one.output, "")
    parts = [says, "lossy" if one.lossy else "", output]
    return (
        name,
        str(one.total.count),
        f"{one.total.median / 1000:.2f} s",
        spread,
        _speedup(one),
        denoising,
        peak,
        ", ".join(filter(None, parts)),
    )


def _speedup(one: Outcome) -> str:
    if one.against is None or one.against.total.speedup is None:
        return ""
    total = one.against.total
    between = f" ({total.low:.2f}–{total.high:.2f})" if one.total and one.total.count > 1 else ""
    return f"{total.speedup:.2f}×{between}"


def _advice(results: Results, is_markdown: bool) -> Iterable[str]:
    """Yield what to take, with its command."""
    base, best = results.base, results.best
    fence = ("\n```sh", "```\n") if is_markdown else ("", "")
    if not base.counts:
        reason = base.failed or base.misfit
        yield f"Nothing is recommended: the launch as it is has no result that counts ({reason})."
        return
    if best is None:
        unsure = [
            one for one in results.outcomes if one.counts and one.verdict in ("unsure", "unknown")
        ]
        waiting = [one for one in results.outcomes if one.failed == NOT_RUN]
        yield "No lossless variant is faster beyond the noise: keep the launch as it is."
        if unsure:
            names = ", ".join(one.name for one in unsure)
            yield f"More runs may tell of {names}: REPEAT=5 goes on where it was."
        if waiting:
            yield f"Not run yet: {', '.join(one.name for one in waiting)}."
    else:
        assert best.against is not None
        speedup = best.against.total.speedup or 0
        memory = f"; {_memory(base, best)}" if _memory(base, best) else ""
        yield f"Take {best.name}: {speedup:.2f}× as fast, beyond the noise{memory}."
        yield from (fence[0], best.command, fence[1])
        if best.output == "differs":
            yield "Its output is not the same byte for byte: look whether it is as good."
        yield from _by_chance(results, speedup)
    lossy = results.lossy
    if lossy is not None and lossy.against is not None:
        speedup = lossy.against.total.speedup or 0
        yield f"Lossy, look at its output: {lossy.name}, {speedup:.2f}× as fast ({lossy.differs})."


def _by_chance(results: Results, speedup: float) -> Iterable[str]:
    """Yield how often one of so many variants looks faster where none is, for a small gain."""
    compared = [one.against.total for one in results.outcomes if one.counts and one.against]
    likely = sum((1 - one.confidence) / 2 for one in compared)
    if likely > MOST_LIKELY and speedup < SMALL:
        yield (
            f"Of {len(compared)} variants, all equally fast, one would look faster by chance in "
            f"{min(likely, 1):.0%} of such measurements: measure a gain this small once more."
        )


def _memory(base: Outcome, best: Outcome) -> str:
    if base.peak is None or best.peak is None or abs(base.peak - best.peak) < SAME_MEMORY:
        return ""
    return f"the peak of the memory is {best.peak:.1f} instead of {base.peak:.1f} GiB"


def result_data(results: Results) -> dict[str, Any]:
    """Return what came of it as data; times in milliseconds."""
    return {
        "sglang": results.sglang,
        "model": results.model,
        "gpu": results.gpu,
        "recommended": None if results.best is None else results.best.name,
        "command": (results.best or results.base).command,
        "lossy": None if results.lossy is None else results.lossy.name,
        "variants": [_outcome_data(one) for one in results.outcomes],
    }


def _outcome_data(one: Outcome) -> dict[str, Any]:
    total = one.against.total if one.against is not None else None
    backends = {dump.backend for dump in one.dumps}
    return {
        "name": one.name,
        "differs": one.differs,
        "lossy": one.lossy,
        "command": one.command,
        "runs": len(one.dumps),
        "median_ms": one.total and one.total.median,
        "low_ms": one.total and one.total.low,
        "high_ms": one.total and one.total.high,
        "denoising_ms": one.denoising,
        "peak_gib": one.peak,
        "backend": backends.pop() if len(backends) == 1 else "",
        "speedup": total and total.speedup,
        "speedup_low": total and total.low,
        "speedup_high": total and total.high,
        "verdict": one.verdict,
        "output": one.output,
        "log": [{"code": said.code, "message": said.message} for said in one.said],
        "failed": one.failed or one.misfit,
    }


# --- tables ---------------------------------------------------------------------------------------


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    yield "| " + " | ".join(head) + " |"
    yield "| " + " | ".join("---" for _ in head) + " |"
    for cells in rows:
        yield "| " + " | ".join(one.replace("|", "\\|") for one in cells) + " |"


def _columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterable[str]:
    sizes = [max(len(one[number]) for one in (head, *rows)) for number in range(len(head))]
    for cells in (head, *rows):
        line = "  ".join(text.ljust(size) for text, size in zip(cells, sizes, strict=True))
        yield line.rstrip()
