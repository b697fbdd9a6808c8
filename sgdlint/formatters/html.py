"""A report of many files as one page of HTML that loads nothing from elsewhere.

The findings are those of the text format, in colour; beside them stand what each launch would run,
what memory it needs, and the changes that the safe fixes make.
"""

from __future__ import annotations

import os
from html import escape

from sgdlint import __version__
from sgdlint.finding import SEVERITIES
from sgdlint.formatters.block import block
from sgdlint.formatters.text import plain, summary
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.catalog.memory import Estimate, Row
    from sgdlint.finding import Failure, Report
    from sgdlint.formatters import Told
    from sgdlint.formatters.excerpt import Line

WIDTH = 120
"""Columns of an excerpt; a narrower window scrolls it."""
ROWS = "dit", "text_encoder", "image_encoder", "vae", "work", "cuda"
"""What memory is needed for, in the order of the colours."""
MOST_OPEN = 30
"""Files whose list is open at first; a longer one is folded."""
FOOTER = "Memory is an estimate, gains are as documented; nothing was run or measured."
NAMES = {"dit": "DiT", "vae": "VAE", "cuda": "CUDA"}


@record
class Run:
    """What one launch would run.

    line: where it stands. path: on which path through the script, "" on each. command: normalized,
    `?` is not known. machine, model: in words. environment: of SGLang, as it is set. rows: what
    SGLang works with: label, value and reason. estimate: the memory of each GPU, None when it is
    not known. gpu_gib: that of the card. dead: it never runs.
    """

    line: int
    path: str
    command: str
    release: str
    model: str
    machine: str
    environment: tuple[str, ...]
    rows: tuple[tuple[str, str, str], ...]
    estimate: Estimate | None
    gpu_gib: float | None
    dead: bool = False


@record
class Page:
    """What is shown of one file. diff: what the safe fixes change, as a unified diff."""

    report: Report
    runs: tuple[Run, ...]
    diff: str


def render(given: Told) -> str:
    """Return the reports as one page."""
    pages = [given.look(one) if given.look else Page(one, (), "") for one in given.reports]
    failures = [failure for one in given.reports for failure in one.failures]
    return whole(pages, failures, os.path.basename(given.folder.rstrip(os.sep)))


def whole(pages: Sequence[Page], failures: Sequence[Failure], title: str = "") -> str:
    """Return the whole page. title: what was checked, such as the name of the repository."""
    shown = [one for one in pages if one.report.findings or one.runs]
    reports = [one.report for one in pages]
    told = plain(summary(reports, 10_000, failures)).strip()
    head = f"sgdlint: {title}" if title else "sgdlint"
    body = [
        f"<header><h1>{escape(head)}</h1>",
        *(f"<p>{escape(line)}</p>" for line in told.splitlines()),
        _filters(reports),
        "</header><main>",
        *_failures(failures),
        *_contents(shown),
        *(part for number, one in enumerate(shown) for part in _file(one, number)),
        "</main>",
        f"<footer>sgdlint {escape(__version__)}. {FOOTER}</footer>",
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(head)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + f"\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
    )


def _filters(reports: Sequence[Report]) -> str:
    """Return a switch for each severity that is there."""
    found = [finding.severity for report in reports for finding in report.findings]
    boxes = [
        f'<label class="{one}"><input type="checkbox" checked value="{one}"> '
        f"{_counted(one, found.count(one))}</label>"
        for one in reversed(SEVERITIES)
        if one in found
    ]
    return f'<form class="filters">{"".join(boxes)}</form>' if boxes else ""


def _counted(severity: str, number: int) -> str:
    """Return how often a severity was found, in words."""
    ending = "s" if severity in ("error", "warning") and number != 1 else ""
    return f"{number} {severity}{ending}"


def _contents(pages: Sequence[Page]) -> Iterator[str]:
    """Yield a list of the files with what is found in each, where there are several."""
    if len(pages) < 2:
        return
    rows = "".join(
        f'<li><a href="#file-{number}">{escape(one.report.source.path)}</a> '
        f"{_counts(one.report)}</li>"
        for number, one in enumerate(pages)
    )
    opened = " open" if len(pages) <= MOST_OPEN else ""
    yield f'<details class="contents"{opened}><summary>Files</summary><ul>{rows}</ul></details>'


def _counts(report: Report) -> str:
    found = [one.severity for one in report.findings]
    return " ".join(
        f'<span class="t-{one}">{_counted(one, found.count(one))}</span>'
        for one in reversed(SEVERITIES)
        if one in found
    )


def _failures(failures: Sequence[Failure]) -> Iterator[str]:
    if failures:
        lines = "".join(
            f"<li><code>{escape(one.path)}</code>: {escape(one.message)}</li>" for one in failures
        )
        yield f'<section class="failures"><h2>Not checked</h2><ul>{lines}</ul></section>'


def _file(page: Page, number: int) -> Iterator[str]:
    report = page.report
    yield f'<section class="file"><h2 id="file-{number}">{escape(report.source.path)}</h2>'
    for finding in report.findings:
        lines = _joined(block(finding, report.source, WIDTH))
        told = escape(f"{finding.severity} {finding.code}")
        yield (
            f'<article class="finding {finding.severity}" aria-label="{told}">'
            f"<pre>{lines}</pre></article>"
        )
    if not report.findings:
        yield '<p class="clean">No findings.</p>'
    if page.diff:
        yield (
            "<details><summary>After <code>sgdlint fix</code></summary>"
            f"<pre>{_diff(page.diff)}</pre></details>"
        )
    if page.runs:
        yield "<details><summary>What it would run</summary>"
        yield from map(_run, page.runs)
        yield "</details>"
    yield "</section>"


def _joined(lines: Sequence[Line]) -> str:
    return "\n".join("".join(map(_segment, line)).rstrip() for line in lines)


def _segment(segment: tuple[str, str]) -> str:
    text, style = segment
    name, _, url = style.partition(" ")
    shown = escape(text)
    if url.startswith("https://"):
        shown = f'<a href="{escape(url)}">{shown}</a>'
    return f'<span class="t-{name}">{shown}</span>' if name else shown


def _diff(text: str) -> str:
    lines = []
    for line in text.splitlines():
        kind = {"+": "added", "-": "removed", "@": "gutter"}.get(line[:1], "")
        kind = "path" if line.startswith(("+++", "---")) else kind
        lines.append(_segment((line, kind)))
    return "\n".join(lines)


# --- launches -------------------------------------------------------------------------------------


def _run(run: Run) -> str:
    told = f"line {run.line}" + (f", {run.path}" if run.path else "")
    told += ", never runs" if run.dead else ""
    facts = [("SGLang", run.release, ""), ("model", run.model, ""), ("machine", run.machine, "")]
    facts += [("environment", one, "") for one in run.environment]
    rows = "".join(
        f"<tr><th>{escape(label)}</th><td>{escape(value)}</td><td>{escape(why)}</td></tr>"
        for label, value, why in (*facts, *run.rows)
    )
    return (
        f'<div class="run"><h3>{escape(told)}</h3><pre class="command">{escape(run.command)}</pre>'
        f"{_memory(run)}<table>{rows}</table></div>"
    )


def _memory(run: Run) -> str:
    """Return the most that each part takes as one bar, and the same in words."""
    found = run.estimate
    if found is None:
        return ""
    coming = [row for row in found.rows if not row.stays]
    largest = max(coming, key=lambda row: row.most or 0, default=None)
    drawn = [row for row in found.rows if row.stays or row is largest]
    whole = max(run.gpu_gib or 0, sum(row.most or 0 for row in drawn)) or 1
    parts = "".join(_part(row, whole) for row in drawn)
    card = ""
    if run.gpu_gib:
        card = f'<i class="card" style="left:{run.gpu_gib / whole:.2%}"></i>'
    most = found.bounds.most
    upper = "no upper bound known" if most is None else f"{most:.1f} at most"
    ending = f", of {run.gpu_gib:g}" if run.gpu_gib else ""
    told = f"GiB on each GPU: {found.bounds.least:.1f} at least, {upper}{ending}"
    legend = "".join(
        f'<li><i class="m m{_colour(row)}"></i>{escape(_name(row))} '
        f"{'?' if row.most is None else f'{row.most:.1f}'}"
        f"{'' if row.stays else ' while it works'}</li>"
        for row in found.rows
    )
    return (
        f'<figure class="memory"><figcaption>{escape(told)}</figcaption>'
        f'<div class="bar" role="img" aria-label="{escape(told)}">{parts}{card}</div>'
        f"<ul>{legend}</ul></figure>"
    )


def _part(row: Row, whole: float) -> str:
    share = (row.most or 0) / whole
    return (
        f'<i class="m m{_colour(row)}" style="width:{share:.2%}" title="{escape(_name(row))}"></i>'
    )


def _colour(row: Row) -> int:
    return ROWS.index(row.name) if row.name in ROWS else len(ROWS)


def _name(row: Row) -> str:
    return NAMES.get(row.name, row.name.replace("_", " "))


STYLE = """
:root{--bg:#fff;--fg:#1b1f24;--dim:#57606a;--line:#d0d7de;--soft:#f6f8fa;--error:#b42318;
--warning:#8a5300;--perf:#0b6478;--info:#0550ae;--added:#116329;--removed:#a40e26;
--m0:#3b6fd4;--m1:#c2571a;--m2:#8250a8;--m3:#2f855a;--m4:#b58900;--m5:#7a8691;--m6:#444}
@media (prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--dim:#9aa4af;--line:#30363d;
--soft:#161b22;--error:#ff8f85;--warning:#e3b341;--perf:#56d4dd;--info:#79c0ff;--added:#7ee787;
--removed:#ffa198;--m0:#6f9bff;--m1:#f0883e;--m2:#c297ff;--m3:#56d364;--m4:#e3b341;--m5:#8b949e;
--m6:#aaa}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:76rem;padding:1.5rem;background:var(--bg);color:var(--fg);
font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.5rem;margin:0 0 .5rem}h2{font-size:1.1rem;margin:2rem 0 .5rem;
font-family:ui-monospace,monospace;overflow-wrap:anywhere}
h3{font-size:.95rem;margin:1rem 0 .3rem;color:var(--dim);font-weight:600}
header p{margin:.1rem 0;color:var(--dim)}
pre{margin:0;padding:.75rem 1rem;overflow-x:auto;font:13px/1.45 ui-monospace,monospace;
background:var(--soft);border-radius:6px}
.finding pre{border-left:4px solid var(--dim);border-radius:0 6px 6px 0}
.finding{margin:.6rem 0}
.error pre{border-color:var(--error)}.warning pre{border-color:var(--warning)}
.perf pre{border-color:var(--perf)}.info pre{border-color:var(--info)}
.t-error{color:var(--error);font-weight:600}.t-warning{color:var(--warning);font-weight:600}
.t-perf{color:var(--perf);font-weight:600}.t-info{color:var(--info);font-weight:600}
.t-path,.t-code{font-weight:600}.t-gutter,.t-dim{color:var(--dim)}
.t-added{color:var(--added)}.t-removed{color:var(--removed)}
a{color:inherit}
.filters{display:flex;flex-wrap:wrap;gap:.5rem;margin-top:1rem}
.filters label{border:1px solid var(--line);border-radius:99px;padding:.15rem .75rem}
.filters .error{color:var(--error)}.filters .warning{color:var(--warning)}
.filters .perf{color:var(--perf)}.filters .info{color:var(--info)}
details{margin:.6rem 0;border:1px solid var(--line);border-radius:6px;padding:.4rem 1rem}
.contents ul{margin:.3rem 0;padding:0;list-style:none;overflow-wrap:anywhere}
.contents span{font-size:.85rem;margin-left:.5rem}
summary{cursor:pointer}details>pre{margin:.5rem 0}
table{border-collapse:collapse;font-size:.85rem;margin:.5rem 0;display:block;overflow-x:auto}
th,td{text-align:left;vertical-align:top;padding:.1rem 1rem .1rem 0;font-weight:400}
th,td:last-child{color:var(--dim)}
.command{white-space:pre-wrap;overflow-wrap:anywhere}
.memory{margin:.75rem 0;font-size:.85rem}
.bar{position:relative;display:flex;height:1.4rem;margin:.3rem 0;background:var(--soft);
border:1px solid var(--line);border-radius:4px;overflow:hidden}
.m{display:block;height:100%}.memory ul{display:flex;flex-wrap:wrap;gap:.2rem 1rem;margin:0;
padding:0;list-style:none;color:var(--dim)}
.memory li .m{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin-right:.4em}
.m0{background:var(--m0)}.m1{background:var(--m1)}.m2{background:var(--m2)}
.m3{background:var(--m3)}.m4{background:var(--m4)}.m5{background:var(--m5)}.m6{background:var(--m6)}
.card{position:absolute;top:0;bottom:0;border-right:2px solid var(--error)}
.clean,footer{color:var(--dim)}footer{margin-top:3rem;font-size:.85rem}
.failures{color:var(--error)}
@media print{details{display:block}}
"""
SCRIPT = """
for (const box of document.querySelectorAll('.filters input'))
  box.addEventListener('change', () => {
    for (const one of document.querySelectorAll('.finding.' + box.value))
      one.hidden = !box.checked;
  });
"""
