"""What a preflight says: text for people, JSON for programs."""

from __future__ import annotations

import json

from sgdlint import __version__
from sgdlint.formatters import text
from sgdlint.formatters.json import finding_data
from sgdlint.preflight.check import BLOCK, OK, STATUSES, UNKNOWN, WARN
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from sgdlint.finding import Report
    from sgdlint.formatters.excerpt import Line
    from sgdlint.preflight.check import Check
    from sgdlint.preflight.looked import Place

STOPS = "error"
"""A finding of this severity blocks: the release rejects the launch, or it cannot run."""
NAME = 12
"""Columns for the name of a check."""


@record
class Flight:
    """One file or command: what is found in its text, and the checks of each launch."""

    report: Report
    launches: tuple[tuple[Place, tuple[Check, ...]], ...]

    @property
    def checks(self) -> list[Check]:
        """Every check of every launch."""
        return [check for _, some in self.launches for check in some]

    @property
    def stops(self) -> bool:
        """Whether something blocks."""
        errors = any(one.severity == STOPS for one in self.report.findings)
        return errors or any(one.status == BLOCK for one in self.checks)


# --- text -----------------------------------------------------------------------------------------


def lines(flights: Sequence[Flight], width: int, quiet: bool) -> list[Line]:
    """Return what is printed. quiet: only what is to be done."""
    found: list[Line] = []
    for one in flights:
        found += text.blocks([one.report], width)
        found += _checks(one, quiet)
    if flights and (not quiet or any(one.stops for one in flights)):
        found.append(_closing(flights))
    return found


def _checks(flight: Flight, quiet: bool) -> Iterator[Line]:
    """Yield the checks of a file: what holds for all of its launches first."""
    common = _common(flight)
    shared = f"{flight.report.source.path}: all {len(flight.launches)} launches"
    blocks = [(shared, common)] if common else []
    for place, checks in flight.launches:
        blocks.append((_title(flight, place), [one for one in checks if one not in common]))
    for title, some in blocks:
        shown = [one for one in some if not quiet or one.status in (WARN, BLOCK)]
        if shown:
            yield [(title, "path")]
            yield from map(_line, shown)
            yield []


def _common(flight: Flight) -> list[Check]:
    if len(flight.launches) < 2:
        return []
    (_, first), *others = flight.launches
    return [one for one in first if all(one in some for _, some in others)]


def _title(flight: Flight, place: Place) -> str:
    asked = place.asked
    path = f", {place.path}" if place.path else ""
    where = flight.report.source.path + (f":{asked.line}" if asked.line else "")
    return f"{where}: {asked.title}{path} (SGLang {asked.release})"


def _line(check: Check) -> Line:
    status = (f"  {check.status:8}", check.status)
    todo = [(f" → {check.todo}", "")] if check.todo else []
    return [status, (f"{check.name:{NAME}}", "code"), (check.says, ""), *todo]


def _closing(flights: Sequence[Flight]) -> Line:
    checks = [check for one in flights for check in one.checks]
    count = {status: sum(one.status == status for one in checks) for status in STATUSES}
    errors = sum(one.severity == STOPS for it in flights for one in it.report.findings)
    if not any(one.launches for one in flights) and not errors:
        return [("No launch to look at", "path")]
    blocks = count[BLOCK] + errors
    words = [
        "Nothing blocks"
        if not blocks
        else "1 thing blocks"
        if blocks == 1
        else f"{blocks} things block",
        f"{count[WARN]} to look at" if count[WARN] else "",
        f"{count[UNKNOWN]} not known" if count[UNKNOWN] else "",
        f"{count[OK]} in order" if count[OK] else "",
    ]
    return [("; ".join(filter(None, words)), "block" if blocks else "path")]


# --- JSON -----------------------------------------------------------------------------------------


def as_json(flights: Sequence[Flight], failures: Sequence[Any]) -> str:
    """Return the document of `--format json`."""
    document = {
        "version": __version__,
        "blocks": any(one.stops for one in flights),
        "files": [_file(one) for one in flights],
        "failures": [{"path": one.path, "message": one.message} for one in failures],
    }
    return json.dumps(document, indent=2) + "\n"


def _file(flight: Flight) -> dict[str, Any]:
    source = flight.report.source
    return {
        "path": source.path,
        "blocks": flight.stops,
        "findings": [finding_data(one, source) for one in flight.report.findings],
        "launches": [_launch(place, checks) for place, checks in flight.launches],
    }


def _launch(place: Place, checks: Sequence[Check]) -> dict[str, Any]:
    asked = place.asked
    return {
        "line": asked.line,
        "path": place.path,
        "command": asked.title,
        "sglang": asked.release,
        "release_from": asked.release_from,
        "container": asked.inside,
        "gpus": asked.gpus,
        "checks": [
            {"name": one.name, "status": one.status, "says": one.says, "todo": one.todo}
            for one in checks
        ],
    }
