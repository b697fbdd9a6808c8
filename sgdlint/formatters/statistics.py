"""How often each rule was found: as aligned lines, and as JSON."""

from __future__ import annotations

from sgdlint.finding import SEVERITIES
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.finding import Finding, Report
    from sgdlint.formatters.excerpt import Line


@record
class Count:
    """One rule as it was found with one severity.

    files: in how many. fixed, fixed_unsafe: how many `sgdlint fix` mends, and with --unsafe alone.
    lossy: how many with --lossy alone.
    """

    code: str
    name: str
    severity: str
    findings: int
    files: int
    fixed: int
    fixed_unsafe: int
    lossy: int


def counts(reports: Sequence[Report]) -> list[Count]:
    """Return the counts, those of what is found most often first."""
    groups: dict[tuple[str, str, str], list[tuple[str, Finding]]] = {}
    for report in reports:
        for one in report.findings:
            group = groups.setdefault((one.code, one.name, one.severity), [])
            group.append((report.source.path, one))
    found = [_count(key, some) for key, some in groups.items()]
    return sorted(found, key=lambda one: (-one.findings, -_grade(one), one.code))


def _grade(one: Count) -> int:
    return SEVERITIES.index(one.severity)


def _count(key: tuple[str, str, str], some: Sequence[tuple[str, Finding]]) -> Count:
    ways = [mended_by(one) for _, one in some]
    return Count(
        *key,
        findings=len(some),
        files=len({path for path, _ in some}),
        fixed=ways.count("safe"),
        fixed_unsafe=ways.count("unsafe"),
        lossy=ways.count("lossy"),
    )


def mended_by(finding: Finding) -> str:
    """Return how a finding can be fixed: `safe`, `unsafe`, `lossy`, or "" when it cannot be."""
    if finding.fix is None or finding.fix.applicability == "display":
        return ""
    return finding.fix.applicability if finding.lossless else "lossy"


def lines(reports: Sequence[Report]) -> list[Line]:
    """Return the counts as styled lines."""
    rows = [((str(one.findings), one.severity, one.code, one.name), one) for one in counts(reports)]
    wide = [max(map(len, column)) for column in zip(*(cells for cells, _ in rows), strict=True)]
    return [
        [
            (f"{number:>{wide[0]}}  ", ""),
            (severity, severity),
            (" " * (wide[1] - len(severity) + 2), ""),
            (f"{code:<{wide[2]}}  {name:<{wide[3]}}", "code"),
            (f"  {_beside(one)}", "dim"),
        ]
        for (number, severity, code, name), one in rows
    ]


def _beside(one: Count) -> str:
    ways = ((one.fixed, "safely"), (one.fixed_unsafe, "with --unsafe"), (one.lossy, "with --lossy"))
    told = [f"{number} {way}" for number, way in ways if number]
    files = f"in {one.files} file{'' if one.files == 1 else 's'}"
    return f"{files}; can be fixed: {', '.join(told)}" if told else files


def render(reports: Sequence[Report]) -> str:
    """Return the counts as one JSON document."""
    import json

    from sgdlint import __version__

    document = {
        "version": __version__,
        "files": len([one for one in reports if not one.failures]),
        "statistics": [
            {
                "code": one.code,
                "name": one.name,
                "severity": one.severity,
                "findings": one.findings,
                "files": one.files,
                "safe": one.fixed,
                "unsafe": one.fixed_unsafe,
                "lossy": one.lossy,
            }
            for one in counts(reports)
        ],
        "failures": [
            {"path": each.path, "message": each.message} for one in reports for each in one.failures
        ],
    }
    return json.dumps(document, indent=2) + "\n"
