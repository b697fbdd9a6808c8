"""Rules for people: `sgdlint rules`, `sgdlint explain RULE`, `sgdlint rule test`, `rule new`."""

from __future__ import annotations

import json
import os

from sgdlint import packing, resources, rulepack, story
from sgdlint.files import Neighbours
from sgdlint.nearest import nearest
from sgdlint.rules.files import read_files
from sgdlint.stated import OptionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from sgdlint.rules.model import Rule
    from sgdlint.rules.pack import Pack
    from sgdlint.source import Nearby


def listing(as_json: bool, paths: Sequence[str] = ()) -> str:
    """Return all rules, one a line, or as JSON; paths: the user's rule files and folders."""
    rules = sorted(_pack(paths).rules, key=lambda rule: rule.code)
    if as_json:
        return json.dumps([_as_data(rule) for rule in rules], indent=2) + "\n"
    width = max(len(rule.name) for rule in rules)
    return "".join(
        f"{rule.code}  {rule.name:<{width}}  {_severity(rule):<7}  {_range(rule)}\n"
        for rule in rules
    )


def _severity(rule: Rule) -> str:
    return rule.severity if rule.enabled else "off"


def _range(rule: Rule) -> str:
    return story.releases(rule.since, rule.until).removeprefix("of ")


def _as_data(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity,
        "category": rule.category,
        "lossless": rule.lossless,
        "enabled": rule.enabled,
        "since": rule.since,
        "until": rule.until,
        "commands": list(rule.commands),
        "goals": list(rule.goals),
        "message": rule.message,
        "fixes": [fix.safety for fix in rule.fixes],
    }


def as_written(near: Sequence[Nearby], paths: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the rules as their files have them, by code.

    near: where the files are that were checked, whose projects may have rules of their own.
    """
    own = dict.fromkeys(path for one in near for path in rulepack.paths_of(one))
    places = dict.fromkeys([resources.find("rules.d"), *own, *paths])
    files = read_files(packing.files_at(list(places)))
    return {rule["code"]: rule for file in files for _, rule in file.each("rules")}


def explain(wishes: Sequence[str], paths: Sequence[str] = (), others: Sequence[str] = ()) -> str:
    """Return the whole story of rules, by code or name; raises OptionError when there is none.

    paths: the user's rule files and folders; raises RuleError when they are wrong. others: what
    else may have been meant.
    """
    pack = _pack(paths)
    places = [resources.find("rules.d"), *rulepack.paths_of(Neighbours("")), *paths]
    files = read_files(packing.files_at(places))
    rules = [rule for file in files for _, rule in file.each("rules")]
    found = [_named(wish, rules, others) for wish in wishes]
    return "\n\n".join(story.text(story.told(rule, pack)) for rule in found)


def _named(wish: str, rules: Sequence[dict[str, Any]], others: Sequence[str]) -> dict[str, Any]:
    for rule in rules:
        if wish.lower() in (rule["code"].lower(), rule["name"].lower()):
            return rule
    names = [rule[key] for rule in rules for key in ("code", "name")]
    known = {name.lower(): name for name in (*names, *others)}
    hint = known.get(nearest(wish.lower(), known) or "")
    raise OptionError(f"no rule {wish!r}{f'; did you mean {hint!r}?' if hint else ''}")


def _pack(paths: Sequence[str]) -> Pack:
    """Return the rules of the project where sgdlint was started, with those at more paths."""
    return rulepack.of_project(Neighbours(""), paths)


def new(name: str, folder: str) -> str:
    """Start a rule file in a folder; return what to print. Raises OptionError."""
    from sgdlint import newrule

    folder = "" if folder == "." else folder
    path = newrule.start(name, folder, rulepack.paths_of(Neighbours("")))
    return (
        f"{path}: change what it looks for, what it says and its examples, then\n"
        f"  sgdlint rule test {path}\n"
        f"  sgdlint check --rules {path} run.sh    # or name it in the settings: rules = [...]\n"
    )


def test(path: str) -> tuple[str, bool]:
    """Run the examples of rule files; return what to print and whether all passed.

    Raises RuleError when the files themselves are not valid. Without a path: the built-in rules.
    """
    folder = resources.find("rules.d")
    if not path or _is_inside(path, folder):
        _, results = packing.examine([folder], only=path)
    else:
        _, results = packing.examine([path], rulepack.load())
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
