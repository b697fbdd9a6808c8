#!/usr/bin/env python3
"""Write docs/coverage.md: every statement of SGLang's performance guide, and what answers it.

python scripts/build_coverage.py            # write it
python scripts/build_coverage.py --check    # exit 1 when the committed file differs

docs/coverage.yaml is kept by hand. A statement has an `id`, its `topic`, where it comes from
(`of`), what it `says` in short, optionally what the `code` of the releases does and the `source`
of that, and an answer, one of these or several:

    rules          codes of the rules that carry it; name, severity and releases come from the pack
    see            ids of the statements that answer it
    not_checkable  why no command shows it
    todo           rules that are still to be written: `rule`, `severity`, `since`, `until`, `when`
                   and `source`

What is still to be written is counted and listed, by `--check` as well, and is no failure.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import generated

if TYPE_CHECKING:
    from sgdlint.rules.model import Rule

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
DATA = ROOT / "docs" / "coverage.yaml"
TARGET = ROOT / "docs" / "coverage.md"
KEYS = {"id", "topic", "of", "says", "code", "source", "rules", "see", "not_checkable", "todo"}
ANSWERS = ("rules", "see", "not_checkable", "todo")
TODO_KEYS = {"rule", "severity", "since", "until", "when", "source"}
SEVERITIES = ("error", "warning", "perf", "info")
HEAD = """\
# The guide, statement by statement

<!-- Made by scripts/build_coverage.py from docs/coverage.yaml; not edited by hand. -->

SGLang ships a guide to the fastest options of its diffusion models. Each row below is one statement
of it, in our words, or one of the mistakes that SGLang accepts without a word: the rules that carry
it, the releases in which each holds, and what the code of the releases does where that is not what
the guide says. Sources are `RELEASE FILE:LINE` below `sglang/multimodal_gen/` of that wheel.
"""

Entry = dict[str, Any]


def main() -> int:
    """Write or compare the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the committed file")
    check = parser.parse_args().check
    data, rules = load(DATA), pack()
    faults = problems(data, rules)
    if faults:
        print("\n".join(faults), file=sys.stderr)
        return 1
    print(f"{len(open_rules(data))} rules are still to be written")
    for item, todo in open_rules(data):
        print(f"  {item['topic']}: {todo['rule']}")
    return generated.keep(TARGET, page(data, rules), check=check)


def load(path: Path) -> Entry:
    """Return topics and statements as they are written."""
    import yaml

    data: Entry = yaml.safe_load(path.read_text(encoding="utf-8"))
    return data


def pack() -> dict[str, Rule]:
    """Return the built-in rules by code."""
    from sgdlint import rulepack

    return {rule.code: rule for rule in rulepack.load().rules}


def open_rules(data: Entry) -> list[tuple[Entry, Entry]]:
    """Return the rules that are still to be written, each with its statement."""
    return [(item, todo) for item in data["statements"] for todo in item.get("todo", ())]


def problems(data: Entry, rules: dict[str, Rule]) -> list[str]:
    """Return what is wrong with the data, one line for each fault."""
    ids = [str(item.get("id")) for item in data["statements"]]
    found = [f"{name}: the id is taken" for name in sorted(set(ids)) if ids.count(name) > 1]
    for item in data["statements"]:
        faults = [*faults_of_statement(item, data["topics"]), *faults_of_links(item, ids, rules)]
        found += [f"{item.get('id')}: {fault}" for fault in faults]
    written = {rule.name for rule in rules.values()}
    for item, todo in open_rules(data):
        faults = [*faults_of_todo(todo)]
        if todo.get("rule") in written:
            faults.append(f"{todo['rule']} is written: move it from todo to rules")
        found += [f"{item.get('id')}: {fault}" for fault in faults]
    return found


def faults_of_statement(item: Entry, topics: Entry) -> list[str]:
    """Return what one statement lacks or has too much."""
    found = [f"unknown key {key}" for key in sorted(item.keys() - KEYS)]
    found += [f"{key} is missing" for key in ("id", "topic", "of", "says") if not item.get(key)]
    if item.get("topic") not in topics:
        found.append(f"there is no topic {item.get('topic')}")
    if not any(item.get(key) for key in ANSWERS):
        found.append(f"no answer: give one of {', '.join(ANSWERS)}")
    return [*found, *faults_of_sources(item.get("source", ()))]


def faults_of_links(item: Entry, ids: list[str], rules: dict[str, Rule]) -> list[str]:
    """Return the rules and statements that one statement names and that do not exist."""
    found = [f"there is no rule {code}" for code in item.get("rules", ()) if code not in rules]
    others = set(ids) - {item.get("id")}
    return found + [
        f"there is no other statement {x}" for x in item.get("see", ()) if x not in others
    ]


def faults_of_todo(todo: Entry) -> list[str]:
    """Return what a rule that is still to be written does not say."""
    name = str(todo.get("rule"))
    found = [f"{name}: unknown key {key}" for key in sorted(todo.keys() - TODO_KEYS)]
    found += [f"{name}: {key} is missing" for key in ("when", "source") if not todo.get(key)]
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        found.append(f"{name} is no name of a rule")
    if todo.get("severity") not in SEVERITIES:
        found.append(f"{name}: severity is one of {', '.join(SEVERITIES)}")
    bounds = [todo[key] for key in ("since", "until") if key in todo]
    return found + [f"{name}: {x} is no release" for x in bounds if not is_bound(x)]


def faults_of_sources(sources: list[str]) -> list[str]:
    """Return the sources that name neither a known release nor an address."""
    known = known_releases()
    bad = [x for x in sources if not x.startswith("https://") and x.split(" ")[0] not in known]
    return [f"source `{x}`: begin with a known release, or give an address" for x in bad]


def known_releases() -> list[str]:
    """Return the releases of the catalog, the oldest first."""
    from sgdlint import catalog

    return list(catalog.releases())


def is_bound(value: object) -> bool:
    """Tell whether a text can bound a range of releases, known ones or not."""
    return isinstance(value, str) and re.fullmatch(r"\d+\.\d+\.\d+(\.post\d+)?", value) is not None


def page(data: Entry, rules: dict[str, Rule]) -> str:
    """Return the page."""
    parts = [HEAD, "\n", summary(data["statements"])]
    for topic, title in data["topics"].items():
        rows = [row(item, rules) for item in data["statements"] if item["topic"] == topic]
        parts += [f"\n## {title}\n\n", "| statement | carried by | what the code does |\n"]
        parts += ["| --- | --- | --- |\n", *rows]
    if open_rules(data):
        parts += ["\n## Still to be written\n\n", "| rule | releases | when | source |\n"]
        parts += ["| --- | --- | --- | --- |\n", *(open_row(todo) for _, todo in open_rules(data))]
    return "".join(parts)


def summary(statements: list[Entry]) -> str:
    """Return how many statements there are and how they are answered."""
    open_ones = sum("todo" in item for item in statements)
    closed = [item for item in statements if "todo" not in item]
    unseen = sum("not_checkable" in item for item in closed)
    ruled = sum("rules" in item and "not_checkable" not in item for item in closed)
    elsewhere = len(closed) - unseen - ruled
    return (
        f"{len(statements)} statements: {ruled} are carried by rules, {elsewhere} by what another "
        f"row says,\n{unseen} cannot be checked in a command, and {open_ones} wait for a rule.\n"
    )


def row(item: Entry, rules: dict[str, Rule]) -> str:
    """Return the line of one statement."""
    says = f'<a id="{item["id"]}"></a>{cell(item["says"])}<br>*{cell(item["of"])}*'
    code = cell(item.get("code", ""))
    sources = ", ".join(cell(source) for source in item.get("source", ()))
    told = f"{code}<br>{sources}" if code and sources else code or sources
    return f"| {says} | {'<br>'.join(answers(item, rules))} | {told} |\n"


def answers(item: Entry, rules: dict[str, Rule]) -> list[str]:
    """Return what answers a statement, a line for each."""
    found = [answer_by(rules[code]) for code in item.get("rules", ())]
    found += [f"as [{name}](#{name})" for name in item.get("see", ())]
    if "not_checkable" in item:
        found.append(f"Not checkable: {cell(item['not_checkable'])}")
    return found + [f"*open:* `{todo['rule']}`" for todo in item.get("todo", ())]


def answer_by(rule: Rule) -> str:
    """Return a rule with its severity and releases."""
    return f"{rule.code} `{rule.name}` ({rule.severity}, {span(rule.since, rule.until)})"


def open_row(todo: Entry) -> str:
    """Return the line of a rule that is still to be written."""
    name = f"`{todo['rule']}` ({todo['severity']})"
    when = span(todo.get("since", ""), todo.get("until", ""))
    return f"| {name} | {when} | {cell(todo['when'])} | {cell(todo['source'])} |\n"


def span(since: str, until: str) -> str:
    """Return the releases from `since` to the last known one before `until`, in words."""
    from sgdlint.catalog import release_key

    if not until:
        return f"from {since}" if since else "all releases"
    last = [name for name in known_releases() if release_key(name) < release_key(until)][-1]
    return f"{since} to {last}" if since else f"until {last}"


def cell(text: str) -> str:
    """Return a text as the cell of a table shows it."""
    plain = " ".join(str(text).split()).replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"([|*\\])", r"\\\1", plain)


if __name__ == "__main__":
    sys.exit(main())
