"""Log patterns for people: `sgdlint log --list`, and `sgdlint explain` of one."""

from __future__ import annotations

import json

from sgdlint.catalog import release_key
from sgdlint.log.model import TOPICS
from sgdlint.log.patterns import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from sgdlint.log.model import Form, Pattern


def listing(patterns: Sequence[Pattern], as_json: bool) -> str:
    """Return all patterns, one a line, or as JSON."""
    told = sorted((one for one in patterns if one.told), key=lambda one: one.rule.code)
    if as_json:
        return json.dumps([_as_data(one) for one in told], indent=2, ensure_ascii=False) + "\n"
    width = max((len(one.rule.name) for one in told), default=0)
    return "".join(
        f"{one.rule.code}  {one.rule.name:<{width}}  {one.rule.severity:<7}  {releases(one)}\n"
        for one in told
    )


def _as_data(one: Pattern) -> dict[str, Any]:
    return {
        "code": one.rule.code,
        "name": one.rule.name,
        "severity": one.rule.severity,
        "topic": one.rule.category,
        "message": plain(one.rule.message),
        "why": one.why,
        "help": plain(one.rule.help),
        "options": list(one.rule.at),
        "forms": [
            {
                "text": form.text,
                "origin": form.origin,
                "since": form.since,
                "until": form.until,
                "references": list(form.references),
            }
            for form in one.forms
        ],
        "references": list(one.references),
        "fixes": [fix.safety for fix in one.rule.fixes] + ["unsafe"] * bool(one.resident),
    }


def releases(one: Pattern) -> str:
    """Say which releases have a wording of a pattern."""
    ours = [form for form in one.forms if form.origin == "sglang"]
    since = [form.since for form in ours]
    until = [form.until for form in ours]
    first = min(since, key=release_key) if ours and all(since) else ""
    last = max(until, key=release_key) if ours and all(until) else ""
    return _range(first, last)


def range_of(form: Form) -> str:
    """Say which releases have a wording."""
    return (
        _range(form.since, form.until) if form.origin == "sglang" else f"written by {form.origin}"
    )


def _range(since: str, until: str) -> str:
    if not since and not until:
        return "all releases"
    return " ".join([f"since {since}"] * bool(since) + [f"until before {until}"] * bool(until))


def plain(text: str) -> str:
    """Return a message with its holes as people read them."""
    return text.replace("{event.", "{")


def explain(wish: str) -> str:
    """Return the whole story of the built-in pattern with a code or a name; "" for none."""
    for one in load():
        if one.told and wish.lower() in (one.rule.code.lower(), one.rule.name):
            return explained(one)
    return ""


def names() -> list[str]:
    """Return the codes and names of the built-in patterns."""
    rules = [one.rule for one in load() if one.told]
    return [name for rule in rules for name in (rule.code, rule.name)]


def explained(one: Pattern) -> str:
    """Return the whole story of a pattern."""
    rule = one.rule
    parts = [
        f"{rule.code} {rule.name} ({rule.severity}; a line of a log)",
        f"About {TOPICS[rule.category]}.",
        plain(rule.message),
        *([f"Help: {plain(rule.help)}"] if rule.help else []),
        one.why,
    ]
    if one.forms:
        lines = [
            f"  {form.text}\n    {range_of(form)}; {'; '.join(form.references)}"
            for form in one.forms
        ]
        parts.append("The line:\n" + "\n".join(lines))
    if one.references:
        parts.append("Sources: " + "; ".join(one.references))
    for fix in rule.fixes:
        because = f": {fix.because}" if fix.because else ""
        parts.append(f"Fix with --log ({fix.safety}{because}): {plain(fix.title)}")
    return "\n\n".join(parts) + "\n"
