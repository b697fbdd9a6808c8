"""Rules for people: `sgdlint rules`, `sgdlint explain RULE`, `sgdlint rule test`."""

from __future__ import annotations

import json
import os
import textwrap

from sgdlint import resources, rulepack
from sgdlint.linter import OptionError
from sgdlint.nearest import nearest
from sgdlint.rules.files import read_files
from sgdlint.ruletest import look_at, options_of, script_of
from sgdlint.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from sgdlint.finding import Finding
    from sgdlint.rules.model import Pack, Rule


def listing(as_json: bool, paths: Sequence[str] = ()) -> str:
    """Return all rules, one a line, or as JSON; paths: the user's rule files and folders."""
    rules = sorted(rulepack.load(paths).rules, key=lambda rule: rule.code)
    if as_json:
        return json.dumps([_as_data(rule) for rule in rules], indent=2) + "\n"
    width = max(len(rule.name) for rule in rules)
    return "".join(
        f"{rule.code}  {rule.name:<{width}}  {rule.severity:<7}  {_range(rule)}\n" for rule in rules
    )


def _as_data(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity,
        "category": rule.category,
        "lossless": rule.lossless,
        "since": rule.since,
        "until": rule.until,
        "commands": list(rule.commands),
        "message": rule.message,
        "fixes": [fix.safety for fix in rule.fixes],
    }


def _range(rule: Rule) -> str:
    return (
        ", ".join(
            part
            for part in (
                f"since {rule.since}" if rule.since else "",
                f"until {rule.until}" if rule.until else "",
            )
            if part
        )
        or "every release"
    )


def explain(wish: str, paths: Sequence[str] = ()) -> str:
    """Return the whole story of a rule, by code or name; raises OptionError when there is none.

    paths: the user's rule files and folders; raises RuleError when they are wrong.
    """
    pack = rulepack.load(paths)
    files = read_files(rulepack.files_at([resources.find("rules.d"), *paths]))
    rules = [rule for file in files for _, rule in file.each("rules")]
    for rule in rules:
        if wish.lower() in (rule["code"].lower(), rule["name"]):
            return _story(rule, _seen(rule, pack))
    hint = nearest(wish, [rule[key] for rule in rules for key in ("code", "name")])
    raise OptionError(f"no rule {wish!r}{f'; did you mean {hint!r}?' if hint else ''}")


def _seen(rule: dict[str, Any], pack: Pack) -> Finding:
    """Return the finding on the rule's first bad example, whose message has its names filled in."""
    example = next(one for one in rule["examples"] if "bad" in one)
    source = Source("example", script_of(example, "bad"))
    findings = look_at(example, source, pack, options_of(rule, example))(source).findings
    return next(finding for finding in findings if finding.code == rule["code"])


def _story(rule: dict[str, Any], seen: Finding) -> str:
    parts = [
        f"{rule['code']} {rule['name']}",
        _classes(rule),
        _wrapped(seen.message),
        _wrapped(rule["why"]),
    ]
    if "help" in rule:
        parts.append(_wrapped(seen.help))
    if "when" in rule:
        parts.append("When\n" + _indented(rule["when"]))
    for fix in rule.get("fixes", ()):
        because = f": {fix['because']}" if "because" in fix else ""
        title = seen.fix.title if seen.fix and fix is rule["fixes"][0] else fix["title"]
        parts.append(f"Fix ({fix['safety']}{because})\n" + _indented(title))
    parts += [_example(example) for example in rule["examples"]]
    parts.append("References\n" + "\n".join(_indented(one) for one in rule["references"]))
    return "\n\n".join(parts) + "\n"


def _classes(rule: dict[str, Any]) -> str:
    since, until = rule.get("since"), rule.get("until")
    holds = [f"from {since} on" if since else "", f"before {until}" if until else ""]
    return (
        f"{rule['severity']}, {rule['category']}, {rule.get('quality', 'lossless')}; "
        f"SGLang {', '.join(one for one in holds if one) or 'every known release'}; "
        f"{' and '.join(rule.get('commands', ('generate', 'serve')))}"
    )


def _example(example: dict[str, Any]) -> str:
    kind = next(iter({"bad", "good", "unknown"} & set(example)))
    settings = " ".join(
        f"{key}={example[key]}"
        for key in ("from", "sglang", "gpu", "gpus", "vram")
        if key in example
    )
    text = f"Example, {kind}{f' ({settings})' if settings else ''}\n{_indented(example[kind])}"
    if "fixed" in example:
        text += f"\n  fixed\n{_indented(example['fixed'])}"
    return text


def _wrapped(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), 88)


def _indented(text: str) -> str:
    return textwrap.indent(text.strip("\n"), "    ")


def test(path: str) -> tuple[str, bool]:
    """Run the examples of rule files; return what to print and whether all passed.

    Raises RuleError when the files themselves are not valid. Without a path: the built-in rules.
    """
    folder = resources.find("rules.d")
    if not path or _is_inside(path, folder):
        _, results = rulepack.examine([folder], only=path)
    else:
        _, results = rulepack.examine([path], rulepack.load())
    failed = [result.problem for result in results if result.problem is not None]
    lines = [str(problem) for problem in failed]
    rules = len({result.code for result in results})
    outcome = f"{len(failed)} failed" if failed else "all passed"
    lines.append(f"{_counted(rules, 'rule')}, {_counted(len(results), 'example')}: {outcome}")
    return "\n".join(lines) + "\n", not failed


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _is_inside(path: str, folder: str) -> bool:
    """Whether a path is the folder of the built-in rules, or one of them: they belong together."""
    path, folder = os.path.realpath(path), os.path.realpath(folder)
    return os.path.exists(path) and (path == folder or path.startswith(folder + os.sep))
