"""The text format: place, rule, message, the source with the exact words underlined, and the fix.

Text is built as styled segments. On a terminal rich prints them in colour; elsewhere they are
joined as they are, and rich is not imported.
"""

from __future__ import annotations

from sgdlint.finding import SEVERITIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TextIO

    from sgdlint.finding import Checked, Failure, Finding, Report
    from sgdlint.formatters.excerpt import Line

STYLES = {
    "error": "bold red",
    "warning": "bold yellow",
    "perf": "bold cyan",
    "info": "bold blue",
    "path": "bold",
    "code": "bold",
    "gutter": "blue",
    "removed": "red",
    "added": "green",
    "dim": "dim",
    "ok": "green",
    "warn": "bold yellow",
    "block": "bold red",
    "unknown": "blue",
}
WIDTH = 110
"""Columns of a line where there is no terminal that has a width of its own."""
MOST_NAMES = 5
"""Files that the closing lines name: standard error has them all."""
MOST_LINES = 3
"""Lines that the closing line names for one release."""
LINE = ", line "
"""Stands before the line in the origin of a release."""
NARROWEST = 40
"""Below this the terminal may wrap lines: less of them would say nothing."""


def render(
    reports: Sequence[Report], width: int = WIDTH, failures: Sequence[Failure] = ()
) -> list[Line]:
    """Return the reports as lines of (text, style) that are at most so many columns wide.

    Only the first line of a finding may be longer: its parts stand together.
    """
    width = max(width, NARROWEST) if width > 0 else WIDTH
    return blocks(reports, width) + summary(reports, width, failures)


def blocks(reports: Sequence[Report], width: int = WIDTH) -> list[Line]:
    """Return the findings of reports, without the closing lines."""
    lines: list[Line] = []
    for report in reports:
        if report.findings:
            # Not at the top: most runs find nothing.
            from sgdlint.formatters.block import block

            for finding in report.findings:
                lines += [*block(finding, report.source, width), []]
    return lines


def plain(lines: Iterable[Line]) -> str:
    """Return styled lines as text without styles."""
    return "".join("".join(text for text, _ in line).rstrip() + "\n" for line in lines)


def print_rich(lines: Iterable[Line], stream: TextIO) -> None:
    """Print styled lines in colour."""
    from rich.console import Console
    from rich.text import Text

    console = Console(
        file=stream,
        force_terminal=True,  # whether to use colours was decided by the caller
        color_system="standard",  # the 16 colours of the terminal's own theme
        no_color=False,
        highlight=False,
        soft_wrap=True,
    )
    links = stream.isatty()  # a file has no use for them
    for line in lines:
        console.print(Text.assemble(*((text, _style(text, style, links)) for text, style in line)))


def _style(text: str, style: str, links: bool) -> str:
    """Return how rich calls a style; `code URL` is a link where the terminal can.

    Where a rule names no address, the page about it is the link, if it is there.
    """
    name, _, url = style.partition(" ")
    if name == "code" and links and not url:
        from sgdlint.pages import page_of

        url = page_of(text.partition(" ")[0])
    return f"{STYLES.get(name, '')} link {url}" if url and links else STYLES.get(name, "")


def summary(
    reports: Sequence[Report], width: int = WIDTH, failures: Sequence[Failure] = ()
) -> list[Line]:
    """Return the closing lines: how many findings, how many can be fixed, for which release.

    A file that could not be checked is named, and never counted as one without findings.
    """
    read = [report for report in reports if not report.failures]
    unread = _unread(read, failures)
    if unread and not read:
        return _wrapped(f"Not checked: {unread}", "path", width)
    findings = [finding for report in read for finding in report.findings]
    checked = _checked(read) + _releases(read)
    left = _wrapped(f"Not checked: {unread}", "path", width) if unread else []
    if not findings:
        clean = "No findings in what could be read" if unread else "No findings"
        return [*_wrapped(f"{clean}: {checked}", "dim", width), *left]
    lines = _wrapped(f"{counted(findings)}; {checked}", "path", width)
    return [*lines, *_fixable(findings, width), *_gained(findings, width), *left]


def _checked(read: Sequence[Report]) -> str:
    """Return how much was looked at; a log holds no launches."""
    if read and all(report.source.is_log for report in read):
        return _count(len(read), "log")
    launches = sum(_places(report.checked) for report in read)
    return f"{_count(launches, 'launch', 'launches')} in {_count(len(read), 'file')}"


def counted(findings: Sequence[Finding]) -> str:
    """Return how many findings there are, by severity; "" for none."""
    return f"{_count(len(findings), 'finding')} ({_severities(findings)})" if findings else ""


def _places(checked: Sequence[Checked]) -> int:
    """Return how many places are checked; a launch in a string may end elsewhere on each path."""
    count, end = 0, -1
    for span in sorted((one.span for one in checked), key=lambda span: span.start):
        count += span.start >= end
        end = max(end, span.end)
    return count


def _unread(read: Sequence[Report], failures: Sequence[Failure]) -> str:
    """Return the names of what failed and was not checked; a file may fail to be written alone."""
    checked = {report.source.path for report in read}
    paths = [path for path in dict.fromkeys(one.path for one in failures) if path not in checked]
    more = len(paths) - MOST_NAMES
    told = paths[:MOST_NAMES] + [f"and {more} more"] * (more > 0)
    return ", ".join(told)


def _wrapped(text: str, style: str, width: int) -> list[Line]:
    if len(text) <= width:
        return [[(text, style)]]
    from sgdlint.formatters.columns import wrapped

    first, *more = wrapped(text, width - 2)
    return [[(first, style)], *([("  " + line, style)] for line in more)]


def _severities(findings: Sequence[Finding]) -> str:
    parts = []
    for severity in reversed(SEVERITIES):
        number = sum(finding.severity == severity for finding in findings)
        if number:
            many = severity if severity in ("perf", "info") else severity + "s"
            parts.append(_count(number, severity, many))
    return ", ".join(parts)


def _fixable(findings: Sequence[Finding], width: int) -> list[Line]:
    fixable = [one for one in findings if one.fix is not None]
    given = [one.fix.applicability for one in fixable if one.fix is not None and one.lossless]
    lossy = sum(
        one.fix.applicability != "display" for one in fixable if one.fix and not one.lossless
    )
    safe, unsafe = given.count("safe"), given.count("unsafe")
    told = [f"{safe} with `sgdlint fix`"] if safe else []
    told += [f"{unsafe}{' more' * bool(safe)} with `sgdlint fix --unsafe`"] if unsafe else []
    told += [f"{lossy}{' more' * bool(told)} that change the output with --lossy"] if lossy else []
    return _wrapped("Can be fixed: " + ", ".join(told), "dim", width) if told else []


def _gained(findings: Sequence[Finding], width: int) -> list[Line]:
    if not any(finding.gain is not None for finding in findings):
        return []
    from sgdlint.formatters.gains import summed

    gains = summed(findings)
    return _wrapped(gains, "dim", width) if gains else []


def _releases(reports: Sequence[Report]) -> str:
    """Say which releases were assumed, and why when that is the same for all files."""
    checked = [(report, one) for report in reports for one in report.checked]
    if not checked:
        return ""
    from sgdlint.catalog.specifiers import described

    assumed = dict.fromkeys((one.releases, one.origin) for _, one in checked)
    several = len(reports) > 1
    if len(assumed) > 1 and not several:
        return "; SGLang " + ", ".join(
            f"{described(releases)} ({_from(origin)})" for releases, origin in _by_origin(assumed)
        )
    told = f"; SGLang {described(tuple({one for releases, _ in assumed for one in releases}))}"
    [(_, origin), *more] = assumed
    return told if more or (several and "line " in origin) else f"{told} ({_from(origin)})"


def _by_origin(
    assumed: Iterable[tuple[tuple[str, ...], str]],
) -> list[tuple[tuple[str, ...], str]]:
    """Return releases with origins, in which lines that tell the same the same way are joined."""
    lines: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for releases, origin in assumed:
        told, is_line, line = origin.rpartition(LINE)
        if is_line and line.isdecimal():
            lines.setdefault((releases, told), []).append(line)
        else:
            lines[releases, origin] = []
    return [(releases, told + _lines(some)) for (releases, told), some in lines.items()]


def _lines(lines: Sequence[str]) -> str:
    if len(lines) < 2:
        return "".join(LINE + line for line in lines)
    if len(lines) <= MOST_LINES:
        return f", lines {', '.join(lines[:-1])} and {lines[-1]}"
    return f", lines {', '.join(lines[:MOST_LINES])} and {len(lines) - MOST_LINES} more"


def _from(origin: str) -> str:
    return f"from {origin}" if origin.startswith(("the command", "line ")) else origin


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
