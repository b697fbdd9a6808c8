"""Run the examples that rules carry: they are the rules' tests and their documentation."""

from __future__ import annotations

from sgdlint.fixer import apply
from sgdlint.linter import OptionError, Options, check
from sgdlint.record import record
from sgdlint.rules.files import RuleFile, RuleProblem, place_at
from sgdlint.rules.model import Pack
from sgdlint.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sgdlint.finding import Finding, Report


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
        pack = Pack((*base.rules, *pack.rules), (*base.facts, *pack.facts))
    results = []
    for index, rule in enumerate(file.data.get("rules", ())):
        for number, example in enumerate(rule["examples"]):
            place = ("rules", index, "examples", number)
            kind = next(iter({"bad", "good", "unknown"} & set(example)))
            message = _run(rule, kind, example, pack)
            problem = place_at(file, place, message) if message else None
            results.append(Result(rule["code"], rule["name"], kind, problem))
    return results


def script_of(example: dict[str, Any], key: str) -> str:
    """Return an example's script with the environment it asks for exported above it."""
    exports = [f"export {name}='{value}'" for name, value in example.get("env", {}).items()]
    return "\n".join([*exports, example[key].rstrip("\n")]) + "\n"


def options_of(rule: dict[str, Any], example: dict[str, Any]) -> Options:
    """Return the release and hardware of an example; without one, the first release of the rule."""
    return Options(
        sglang=example.get("sglang", rule.get("since", "")),
        gpu=example.get("gpu", ""),
        gpus=example.get("gpus"),
        vram=example.get("vram"),
        lossy=True,
    )


def _run(rule: dict[str, Any], kind: str, example: dict[str, Any], pack: Pack) -> str:
    """Return what is wrong with an example, or ""."""
    options = options_of(rule, example)
    try:
        report = check(Source("example", script_of(example, kind)), pack, options)
    except OptionError as error:
        return str(error)
    if report.failures:
        return report.failures[0].message
    fired = [finding for finding in report.findings if finding.code == rule["code"]]
    if rule.get("on") != "syntax-error" and not report.launches:
        return f"the {kind} example holds no launch that is known to be diffusion"
    if kind != "bad":
        return f"fires on the {kind} example: {fired[0].message}" if fired else ""
    if not fired:
        return "does not fire on the bad example"
    return _check_fixed(example, report, fired, pack, options)


def _check_fixed(
    example: dict[str, Any], report: Report, fired: list[Finding], pack: Pack, options: Options
) -> str:
    text = report.source.text
    for _ in range(10):
        fixable = [
            one for one in fired if one.fix is not None and one.fix.applicability != "display"
        ]
        if not fixable:
            break
        text = apply(text, fixable[:1])
        report = check(Source("example", text), pack, options)
        fired = [one for one in report.findings if one.code == fixable[0].code]
    if "fixed" not in example:
        changed = text != script_of(example, "bad")
        return f"the fix gives a text that `fixed` does not state:\n{text}" if changed else ""
    if text != script_of(example, "fixed"):
        return f"the fixes give:\n{text}instead of:\n{script_of(example, 'fixed')}"
    return "still fires on the fixed example" if fired else ""
