"""The whole story of a rule, as text: what it says and when, why, fixes, examples, sources."""

from __future__ import annotations

import textwrap

from sgdlint import catalog
from sgdlint.formatters.gains import whole
from sgdlint.record import record, replace
from sgdlint.rules.model import holds
from sgdlint.rules.pack import Pack
from sgdlint.ruletest import UNKNOWN, look_at, options_of, source_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from sgdlint.finding import Finding
    from sgdlint.rules.model import Change, Rule

SETTINGS = ("name", "from", "sglang", "gpu", "gpus", "vram", "goal")
COMMANDS = ("generate", "serve")


@record
class Told:
    """A rule with what is told of it.

    data: as its file has it. rule: as the pack has it, with what a pack of the user changed.
    message, help, title: as a finding says them, with values for a range of releases.
    """

    data: dict[str, Any]
    rule: Rule
    change: Change | None
    message: str
    help: str
    title: str


def told(data: dict[str, Any], pack: Pack) -> Told:
    """Return a rule of a pack with its words filled in."""
    rule = next(one for one in pack.rules if one.code == data["code"])
    change = next((one for one in pack.changes if one.rule == rule.code), None)
    seen = _seen(data, rule, pack)
    title = seen.fix.title if seen.fix else ""
    return Told(data, rule, change, seen.message, seen.help, title)


def releases(since: str, until: str) -> str:
    """Return a range of releases in words, by the last known release that is in it."""
    known = [one for one in catalog.releases() if holds(one, since, until)]
    if not until:
        return f"{since} and later" if since else "of every release"
    last = known[-1] if known else f"before {until}"
    return last if since == last else f"{since} to {last}" if since else f"up to {last}"


def _seen(data: dict[str, Any], rule: Rule, pack: Pack) -> Finding:
    """Return the finding on a bad example, the first that leaves nothing open in the message.

    Messages name the release: there the range stands for it, and the others keep their words.
    """
    shown = releases(rule.since, rule.until)
    spoken = replace(
        rule,
        message=rule.message.replace("{sglang}", shown),
        help=rule.help.replace("{sglang}", shown),
    )
    rules = [spoken if one.code == rule.code else one for one in pack.rules]
    whole = Pack(rules, pack.facts, pack.index).awake()
    found = [
        one
        for example in data["examples"]
        if "bad" in example
        for one in _findings(data, example, whole)
    ]
    return next((one for one in found if UNKNOWN not in one.message), found[0])


def _findings(data: dict[str, Any], example: dict[str, Any], pack: Pack) -> list[Finding]:
    source = source_of(example, "bad")
    findings = look_at(example, source, pack, options_of(data, example))(source).findings
    return [one for one in findings if one.code == data["code"]]


# --- text -----------------------------------------------------------------------------------------


def text(one: Told) -> str:
    """Return a rule as `sgdlint explain` shows it."""
    data = one.data
    parts = [
        f"{data['code']} {data['name']}",
        "\n".join(_classes(one)),
        wrapped(one.message),
        wrapped(data["why"]),
    ]
    if one.help:
        parts.append(wrapped("What to do: " + one.help))
    if "on" in data:
        parts.append(f"Noticed\n    {data['on']}")
    if "when" in data:
        parts.append("When\n" + _indented(data["when"]))
    for number, fix in enumerate(data.get("fixes", ())):
        because = f": {fix['because']}" if "because" in fix else ""
        title = one.title if one.title and number == 0 else fix["title"]
        only = f", for {' and '.join(fix['goals'])}" if "goals" in fix else ""
        only += f", when {' '.join(fix['when'].split())}" if "when" in fix else ""
        parts.append(f"Fix ({fix['safety']}{because}{only})\n" + _indented(title))
    if one.rule.gain is not None:
        sources = "\n".join(map(_indented, one.rule.gain.sources))
        parts.append(f"Gain\n{_indented(wrapped(whole(one.rule.gain), 84))}\n{sources}")
    parts += [_example(example) for example in data["examples"]]
    parts.append("References\n" + "\n".join(_indented(line) for line in data["references"]))
    return "\n\n".join(parts) + "\n"


def _classes(one: Told) -> Iterator[str]:
    rule = one.rule
    quality = "lossless" if rule.lossless else "lossy"
    commands = " and ".join(rule.commands)
    yield (
        f"{rule.severity}, {rule.category}, {quality}; "
        f"SGLang {releases(rule.since, rule.until)}; {commands}"
        + (f"; for {' and '.join(rule.goals)}" if rule.goals else "")
    )
    if not rule.enabled:
        yield f"off by default: --select {rule.code} switches it on"
    if one.change is not None:
        yield f"changed in {one.change.place}: {one.change.reason}"


def _example(example: dict[str, Any]) -> str:
    kind = kind_of(example)
    told = [f"{key}={example[key]}" for key in SETTINGS if key in example]
    told += [f"{name}={value}" for name, value in example.get("env", {}).items()]
    lines = [f"Example, {kind}{f' ({chr(32).join(told)})' if told else ''}"]
    lines.append(_indented(example[kind]))
    for name, content in example.get("files", {}).items():
        lines += [f"  {name}", _indented(content) if content.strip() else "    (blank)"]
    if "fixed" in example:
        lines += ["  fixed", _indented(example["fixed"])]
    if "note" in example:
        lines.append(textwrap.indent(wrapped(example["note"], 84), "  "))
    return "\n".join(lines)


def kind_of(example: dict[str, Any]) -> str:
    """Return whether an example is bad, good or unknown."""
    return next(kind for kind in ("bad", "good", "unknown") if kind in example)


def wrapped(text: str, width: int = 88) -> str:
    """Return a text in lines of at most that many letters."""
    return textwrap.fill(" ".join(text.split()), width)


def _indented(text: str) -> str:
    return textwrap.indent(text.strip("\n"), "    ")
