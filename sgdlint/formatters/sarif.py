"""SARIF 2.1.0, for code scanning and editors: docs/json.md says what goes where."""

from __future__ import annotations

import hashlib
import json
import os.path
from urllib.parse import quote

from sgdlint import __version__
from sgdlint.formatters.json import gain_data, in_force

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from sgdlint.finding import Failure, Finding, Fix, Report
    from sgdlint.formatters import Told
    from sgdlint.source import Source, Span

    Data = dict[str, Any]

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
LEVELS = {"error": "error", "warning": "warning", "perf": "note", "info": "note"}
ROOT = "SRCROOT"
"""The name of the folder that paths are told from: where sgdlint was started."""
FINGERPRINT = "sgdlint/v1"


def render(told: Told) -> str:
    """Return the reports as one SARIF log with one run."""
    findings = [one for report in told.reports for one in report.findings]
    written = told.rules() if findings else {}
    codes = sorted({one.code for one in findings})
    rules = {code: _rule(code, findings, written) for code in codes}
    failures = [one for report in told.reports for one in report.failures]
    run = {
        "tool": {
            "driver": {
                "name": "sgdlint",
                "version": __version__,
                "rules": list(rules.values()),
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"uri": f"file://{quote(told.folder)}"}},
        "invocations": [
            {
                "executionSuccessful": not failures,
                "toolExecutionNotifications": [_notification(one, told.folder) for one in failures],
            }
        ],
        "results": [one for report in told.reports for one in _results(report, told.folder, codes)],
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2) + "\n"


def _rule(code: str, findings: Iterable[Finding], written: Mapping[str, Data]) -> Data:
    """Return what is told of a rule: why it is one, what to do, and where the fact stands."""
    finding = next(one for one in findings if one.code == code)
    rule = written.get(code, {})
    why, help_text = _line(rule.get("why", "")), _line(rule.get("help", ""))
    text = "\n\n".join([one for one in (why, help_text) if one]) or finding.name
    sources = "".join(f"\n- {one}" for one in rule.get("references", ()))
    data: Data = {
        "id": code,
        "name": finding.name,
        "shortDescription": {"text": finding.name.replace("-", " ")},
        "fullDescription": {"text": why or finding.name},
        "help": {"text": text + sources, "markdown": text + (f"\n{sources}" if sources else "")},
        "defaultConfiguration": {"level": LEVELS[rule.get("severity", finding.severity)]},
        "properties": {"category": finding.category, "tags": [finding.category]},
    }
    return {**data, "helpUri": finding.url} if finding.url else data


def _line(text: str) -> str:
    return " ".join(text.split())


# --- results --------------------------------------------------------------------------------------


def _results(report: Report, folder: str, codes: Sequence[str]) -> list[Data]:
    """Return the findings of a file, each with a mark that stays when other lines change."""
    seen: dict[str, int] = {}
    place = _artifact(report.source.path, folder)
    found = []
    for one in report.findings:
        mark = _mark(one, report.source, place["uri"])
        seen[mark] = seen.get(mark, 0) + 1
        whole = hashlib.sha256(f"{mark}\n{seen[mark]}".encode()).hexdigest()
        found.append(
            {
                **_result(one, report.source, place, codes),
                "partialFingerprints": {FINGERPRINT: whole},
            }
        )
    return found


def _mark(finding: Finding, source: Source, uri: str) -> str:
    """Return what a finding is known by: its rule, its file, and the words where it stands."""
    words = source.text[finding.span.start : finding.span.end]
    line = source.line_text(source.location(finding.span.start)[0])
    text = "\n".join([finding.code, uri, " ".join(words.split()), " ".join(line.split())])
    return text.encode("utf-8", "backslashreplace").decode()


def _result(finding: Finding, source: Source, place: Data, codes: Sequence[str]) -> Data:
    message = f"{finding.message}. {finding.help}" if finding.help else finding.message
    data: Data = {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": LEVELS[finding.severity],
        "message": {"text": message},
        "locations": [{"physicalLocation": _location(finding.span, source, place)}],
        "properties": {
            "severity": finding.severity,
            "category": finding.category,
            "lossless": finding.lossless,
            "releases": list(finding.releases),
            "inForce": [in_force(one) for one in finding.in_force],
        },
    }
    if finding.related:
        data["relatedLocations"] = [
            {
                "id": number,
                "message": {"text": one.label},
                "physicalLocation": _location(one.span, source, place),
            }
            for number, one in enumerate(finding.related)
        ]
    if finding.gain is not None:
        data["properties"]["gain"] = gain_data(finding.gain)
    fix = finding.fix
    if fix is not None and fix.edits and fix.applicability != "display":
        data["fixes"] = [_fix(fix, finding.lossless, source, place)]
    return data


def _fix(fix: Fix, lossless: bool, source: Source, place: Data) -> Data:
    marks = [] if fix.applicability == "safe" else [fix.applicability]
    marks += [] if lossless else ["lossy"]
    because = f"{', '.join(marks)}{f': {fix.note}' if fix.note else ''}"
    changes = [
        {
            "deletedRegion": _region(edit.span, source),
            "insertedContent": {"text": edit.text},
        }
        for edit in fix.edits
    ]
    return {
        "description": {"text": f"{fix.title} ({because})" if marks else fix.title},
        "artifactChanges": [{"artifactLocation": place, "replacements": changes}],
        "properties": {"applicability": fix.applicability, "lossless": lossless},
    }


def _notification(failure: Failure, folder: str) -> Data:
    data: Data = {"artifactLocation": _artifact(failure.path, folder)}
    if failure.line:
        data["region"] = {"startLine": failure.line}
    return {
        "level": "error",
        "message": {"text": failure.message},
        "locations": [{"physicalLocation": data}],
    }


# --- places ---------------------------------------------------------------------------------------


def _artifact(path: str, folder: str) -> Data:
    """Return how a file is named: from the folder where sgdlint was started when it is below."""
    whole = os.path.normpath(os.path.join(folder, path))
    if folder and not whole.startswith(folder):
        return {"uri": f"file://{_quoted(whole)}"}
    return {"uri": _quoted(whole[len(folder) :]), "uriBaseId": ROOT}


def _quoted(path: str) -> str:
    return quote(os.fsencode(path))


def _location(span: Span, source: Source, place: Data) -> Data:
    region = _region(span, source)
    shown = source.text[span.start : span.end]
    if shown and not any("\ud800" <= letter <= "\udfff" for letter in shown):
        region["snippet"] = {"text": shown}
    return {"artifactLocation": place, "region": region}


def _region(span: Span, source: Source) -> Data:
    """Return a span as lines and columns, and as an offset; the end is exclusive."""
    line, column = source.location(span.start)
    end_line, end_column = source.location(span.end)
    return {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
        "charOffset": span.start,
        "charLength": span.end - span.start,
    }
