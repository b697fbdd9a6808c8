"""Run the examples that rules carry: they are the rules' tests and their documentation."""

from __future__ import annotations

from sgdlint import migration
from sgdlint.fixer import apply
from sgdlint.linter import check
from sgdlint.record import record, replace
from sgdlint.rules.compiler import shown
from sgdlint.rules.logic import names_in
from sgdlint.rules.model import Rule, holds
from sgdlint.rules.pack import Pack
from sgdlint.source import Nearby, Source
from sgdlint.stated import OptionError, Options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sgdlint.finding import Finding, Report
    from sgdlint.rules.files import RuleFile, RuleProblem


@record
class Result:
    """One example that was run: which rule, its kind (bad, good, unknown), and what went wrong."""

    code: str
    name: str
    kind: str
    problem: RuleProblem | None


def run_examples(file: RuleFile, pack: Pack, base: Pack | None = None) -> list[Result]:
    """Run every example of a rule file against its pack; base adds the facts it builds on."""
    if base is not None:
        pack = base + pack
    pack = pack.awake()
    results = []
    for at, rule in file.each("rules"):
        for number, example in enumerate(rule["examples"]):
            kind = next(iter({"bad", "good", "unknown"} & set(example)))
            message = _run(rule, kind, example, pack)
            problem = at.down("examples", number).problem(message) if message else None
            results.append(Result(rule["code"], rule["name"], kind, problem))
    return results


def script_of(example: dict[str, Any], key: str) -> str:
    """Return an example's script with the environment it asks for exported above it."""
    exports = [f"export {name}={_quoted(value)}" for name, value in example.get("env", {}).items()]
    return "\n".join([*exports, example[key].rstrip("\n")]) + "\n"


class _Beside(Nearby):
    """The files that an example states."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files

    def read(self, path: str) -> str | None:
        text = self.files.get(path)
        return None if text is not None and "\0" in text else text

    def lack(self, path: str) -> str:
        if path in self.files:
            return "not text" if self.read(path) is None else ""
        return "missing" if self.files else ""

    def lack_from_start(self, path: str) -> str:
        return "missing" if self.files else ""


def source_of(example: dict[str, Any], key: str) -> Source:
    """Return an example's script as a source with the files beside it."""
    name = example.get("name", "example")
    return Source(name, script_of(example, key), near=_Beside(example.get("files", {})))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def options_of(rule: dict[str, Any], example: dict[str, Any]) -> Options:
    """Return the release and hardware of an example; without one, the first release of the rule."""
    return Options(
        sglang=example.get("sglang", rule.get("since", "")),
        gpu=example.get("gpu", ""),
        gpus=example.get("gpus"),
        vram=example.get("vram"),
        lossy=True,
        goal=example.get("goal", ""),
    )


def _run(rule: dict[str, Any], kind: str, example: dict[str, Any], pack: Pack) -> str:
    """Return what is wrong with an example, or ""."""
    options = options_of(rule, example)
    try:
        source = source_of(example, kind)
        look = look_at(example, source, pack, options)
        report = look(source)
    except OptionError as error:
        return str(error)
    if report.failures:
        return report.failures[0].message
    fired = [finding for finding in report.findings if finding.code == rule["code"]]
    if rule.get("on") not in ("syntax-error", "lost-launch", "not-read") and not report.launches:
        return f"the {kind} example holds no launch that is known to be diffusion"
    if kind != "bad":
        return f"fires on the {kind} example: {fired[0].message}" if fired else ""
    if not fired:
        source = source_of(example, kind)
        reason = _why_silent(rule["code"], source, pack, options)
        return f"does not fire on the bad example: {reason}"
    return _check_fixed(example, report, fired, look)


def look_at(
    example: dict[str, Any], source: Source, pack: Pack, options: Options
) -> Callable[[Source], Report]:
    """Return what checks the texts of an example: for one release, or on the way to another."""
    if "from" not in example:
        return lambda one: check(one, pack, options)
    move = migration.plan(source, replace(options, sglang=example["from"]), str(options.sglang))
    return lambda one: migration.check(one, pack, move)


def _check_fixed(
    example: dict[str, Any],
    report: Report,
    fired: list[Finding],
    look: Callable[[Source], Report],
) -> str:
    text = report.source.text
    for _ in range(10):
        fixable = [
            one for one in fired if one.fix is not None and one.fix.applicability != "display"
        ]
        if not fixable:
            break
        text = apply(text, fixable[:1])
        report = look(report.source.with_text(text))
        fired = [one for one in report.findings if one.code == fixable[0].code]
    if "fixed" not in example:
        changed = text != script_of(example, "bad")
        return f"the fix gives a text that `fixed` does not state:\n{text}" if changed else ""
    if text != script_of(example, "fixed"):
        return f"the fixes give:\n{text}instead of:\n{script_of(example, 'fixed')}"
    return "still fires on the fixed example" if fired else ""


# --- why a rule says nothing ----------------------------------------------------------------------

PROBE = "PROBE000"
ALWAYS = ["const", True]
UNKNOWN = "?"
"""What a message shows for a value that is not known."""


def _why_silent(code: str, source: Source, pack: Pack, options: Options) -> str:
    """Return why a rule does not fire on a script.

    The rule is run alone, with other conditions and with a message that tells the values of facts.
    """
    rule = next(one for one in pack.rules if one.code == code)
    report = check(source, pack, options)
    if not holds(report.sglang, rule.since, rule.until):
        return f"it does not hold for SGLang {report.sglang}"
    probe = replace(rule, code=PROBE, name="probe", message="-", help="", at=(), fixes=())

    def found(**changes: Any) -> list[Finding]:
        only = Pack((replace(probe, **changes),), pack.facts)
        return [one for one in check(source, only, options).findings if one.code == PROBE]

    if not found(when=None if rule.on else ALWAYS):
        return f"there is no {rule.on or 'launch of ' + ' or '.join(rule.commands)} in it"
    alone = found()
    if not alone:
        return _why_not_true(rule, pack, found)
    others = sorted({one.code for one in report.findings if one.span == alone[0].span})
    if rule.on and others:
        return f"{', '.join(others)} speaks of it first"
    return "a comment in it suppresses the rule"


def _why_not_true(rule: Rule, pack: Pack, found: Callable[..., list[Finding]]) -> str:
    """Return whether a condition is false or unknown, and the values that make it so."""
    names = [shown([kind, name]) for kind, name in _names_below(rule.when, pack)]
    message = "\n".join("{" + name + "}" for name in names)
    values = found(when=None if rule.on else ALWAYS, message=message)[0].message.split("\n")
    pairs = list(zip(names, values, strict=False))
    if found(when=["not", rule.when]):
        direct = [shown([kind, name]) for kind, name in names_in(rule.when)]
        told = ", ".join(f"`{name}` is {value}" for name, value in pairs if name in direct)
        return f"its condition is false there ({told})"
    waits = [name for name, value in pairs if value == UNKNOWN or " or " in value]
    told = ", ".join(f"`{name}`" for name in waits)
    return f"its condition is unknown there: it waits for {told or 'a value that is not known'}"


def _names_below(condition: list[Any], pack: Pack) -> list[tuple[str, str]]:
    """Return the facts that a condition reads, with those that derived facts are made of."""
    found: dict[tuple[str, str], None] = {}
    for kind, name in names_in(condition):
        found[kind, name] = None
        for fact in pack.facts if kind == "derived" else ():
            if fact.name == name:
                found.update(dict.fromkeys(_names_below(fact.value, pack)))
    return list(found)
