"""The JSON format: documented in docs/json.md, stable; lines and columns count from 1."""

from __future__ import annotations

import json

from sgdlint import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sgdlint.finding import Finding, Gain, InForce, Report
    from sgdlint.formatters import Changed, Told
    from sgdlint.source import Source, Span


def render(told: Told) -> str:
    """Return the reports as one JSON document."""
    files = [
        {**_file(report), **_changes(told.changed.get(report.source.path))}
        for report in told.reports
    ]
    return json.dumps({"version": __version__, "files": files}, indent=2) + "\n"


def _changes(changed: Changed | None) -> dict[str, Any]:
    """Return what `fix` did to a file; nothing for `check`."""
    if changed is None:
        return {}
    fixed = [
        {
            "code": one.code,
            "name": one.name,
            "title": one.fix.title,
            "applicability": one.fix.applicability,
            "lossless": one.lossless,
        }
        for one in changed.applied
        if one.fix is not None
    ]
    return {"fixed": fixed, **({"text": changed.text} if changed.shows else {})}


def _file(report: Report) -> dict[str, Any]:
    return {
        "path": report.source.path,
        "sglang": report.sglang,
        "release_from": report.release_from,
        "launches": [
            {
                **span_data(one.span, report.source),
                "releases": one.releases,
                "release_from": one.origin,
            }
            for one in report.checked
        ],
        "findings": [finding_data(one, report.source) for one in report.findings],
        "baselined": report.baselined,
        "failures": [{"message": one.message} for one in report.failures],
    }


def finding_data(finding: Finding, source: Source) -> dict[str, Any]:
    """Return a finding with all that is known of it."""
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "category": finding.category,
        "lossless": finding.lossless,
        "message": finding.message,
        "help": finding.help,
        "url": finding.url,
        "releases": finding.releases,
        "in_force": [in_force(one) for one in finding.in_force],
        **span_data(finding.span, source),
        "related": [{"label": one.label, **span_data(one.span, source)} for one in finding.related],
        "gain": None if finding.gain is None else gain_data(finding.gain),
        "fix": _fix(finding, source),
    }


def in_force(one: InForce) -> dict[str, Any]:
    """Return a value that SGLang works with, and where it comes from; values: null is unknown."""
    because = [{"from": kind, "because": text} for kind, text in one.origins]
    return {"name": one.name, "label": one.label, "values": one.values, "because": because}


def gain_data(gain: Gain) -> dict[str, Any]:
    """Return a documented gain; null where no figure is documented."""
    return {
        "of": gain.part,
        "from": gain.least or None,
        "to": gain.most or None,
        "hardware": gain.hardware,
        "measured": gain.measured,
        "says": gain.says,
        "sources": gain.sources,
    }


def _fix(finding: Finding, source: Source) -> dict[str, Any] | None:
    fix = finding.fix
    if fix is None:
        return None
    return {
        "applicability": fix.applicability,
        "lossless": finding.lossless,
        "title": fix.title,
        "note": fix.note,
        "edits": [
            {
                **span_data(edit.span, source),
                "old": source.text[edit.span.start : edit.span.end],
                "text": edit.text,
            }
            for edit in fix.edits
        ],
    }


def span_data(span: Span, source: Source) -> dict[str, Any]:
    """Return where a span begins and ends."""
    return {"start": _place(span.start, source), "end": _place(span.end, source)}


def _place(offset: int, source: Source) -> dict[str, int]:
    line, column = source.location(offset)
    byte = source.byte_offset(offset)
    return {"line": line, "column": column, "offset": offset, "byte": byte}
