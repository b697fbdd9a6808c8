#!/usr/bin/env python3
"""Write docs/rules.md and docs/rules/*.md: every built-in rule, by the number of its code.

    python scripts/build_docs_rules.py            # write them
    python scripts/build_docs_rules.py --check    # exit 1 when a committed page differs

What stands there comes from rules.d; messages are those on the first bad example that leaves
nothing open, for all releases of the rule.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from sgdlint.finding import Gain
    from sgdlint.story import Told

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
TARGET = ROOT / "docs" / "rules.md"
FOLDER = ROOT / "docs" / "rules"
MADE = "<!-- Made by scripts/build_docs_rules.py from rules.d; not edited by hand. -->"
HEAD = f"""\
# Rules

{MADE}

Each rule with its severity, the SGLang releases that it holds for, and what it says on one of its
examples. The code leads to the whole story, which `sgdlint explain CODE` tells too. The last two
digits of a code mean nothing, and no code is given twice. These pages are made from the rules in
`rules.d/`, whose examples are run with every test.

**error**: that release rejects the command, or cannot run it. **warning**: accepted, but ignored or
surely not what was meant. **perf**: slower than it need be. **info**: good to know. *Lossy* advice
follows a change of the output; of severity perf and info it is shown with `--lossy` only. A rule
that is *off* is asked for with `--select CODE`.
"""


class Group(NamedTuple):
    """Rules whose codes lie between two numbers."""

    first: int
    last: int
    page: str
    title: str

    @property
    def codes(self) -> str:
        """The codes in short."""
        return f"{self.first} to {self.last}"


GROUPS = (
    Group(100, 199, "incompatible", "What cannot go together, or is refused"),
    Group(200, 299, "options", "Options and their values"),
    Group(300, 399, "ignored", "Accepted, and without effect"),
    Group(400, 499, "slow", "Slower than it need be"),
    Group(500, 599, "migration", "Moving to another release"),
    Group(600, 649, "memory", "Memory"),
    Group(650, 699, "lossy", "What changes the output"),
    Group(700, 799, "measuring", "Reproducing and measuring"),
    Group(800, 899, "shell", "The shell, and the file itself"),
    Group(900, 999, "environment", "The environment: packages, variables, access, machine"),
)
HOMES = {
    "slow": ("slow", "memory", "measuring"),
    "memory": ("memory",),
    "lossy": ("lossy",),
    "migration": ("migration", "options"),
    "recipe": ("slow", "lossy"),
    "reproducibility": ("measuring",),
    "shell": ("shell", "options"),
}
"""The pages on which rules of a category may stand; those of the others stand where they help."""


def main() -> int:
    """Write or compare the pages."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the committed files")
    check = parser.parse_args().check
    made = pages()
    there = {TARGET, *FOLDER.glob("*.md")}
    if check:
        changed = [path for path, text in made.items() if not is_same(path, text)]
        changed += sorted(there - set(made))
        for path in changed:
            print(f"{path.relative_to(ROOT)} is out of date: run scripts/{Path(__file__).name}")
        return 1 if changed else 0
    FOLDER.mkdir(exist_ok=True)
    for path in there - set(made):
        path.unlink(missing_ok=True)
    for path, text in made.items():
        path.write_text(text, encoding="utf-8")
    return 0


def is_same(path: Path, text: str) -> bool:
    """Whether a file holds a text."""
    return path.is_file() and path.read_text(encoding="utf-8") == text


def pages() -> dict[Path, str]:
    """Return every page by its path."""
    by_group: dict[Group, list[Told]] = {}
    for one in told():
        by_group.setdefault(group_of(one.rule.code), []).append(one)
    found = {TARGET: index(by_group)}
    for group, rules in by_group.items():
        found[FOLDER / f"{group.page}.md"] = page(group, rules)
    return found


def told() -> list[Told]:
    """Return every built-in rule with what is told of it, by code."""
    from sgdlint import packing, resources, rulepack, story
    from sgdlint.rules.files import read_files

    pack = rulepack.load()
    files = read_files(packing.files_at([resources.find("rules.d")]))
    rules = [rule for file in files for _, rule in file.each("rules")]
    return [story.told(rule, pack) for rule in sorted(rules, key=lambda rule: str(rule["code"]))]


def group_of(code: str) -> Group:
    """Return the group of a code; one of four digits belongs where its first three do."""
    number = int(re.sub(r"\D", "", code)[:3])
    return next(group for group in GROUPS if group.first <= number <= group.last)


# --- the index ------------------------------------------------------------------------------------


def index(by_group: dict[Group, list[Told]]) -> str:
    """Return docs/rules.md."""
    parts = [HEAD, "\n| codes | what they are about | rules |\n| --- | --- | ---: |\n"]
    for group, rules in by_group.items():
        parts.append(f"| {group.codes} | [{group.title}](#{group.page}) | {len(rules)} |\n")
    for group, rules in by_group.items():
        parts.append(f'\n<a id="{group.page}"></a>\n\n## {group.title}\n\n')
        parts.append("| rule | severity | SGLang | says |\n| --- | --- | --- | --- |\n")
        parts += [row(group, one) for one in rules]
    return "".join(parts)


def row(group: Group, one: Told) -> str:
    """Return the line of one rule."""
    rule = one.rule
    link = f"[{rule.code}](rules/{group.page}.md#{rule.code.lower()})<br>`{rule.name}`"
    marks = [rule.severity, *marks_of(one)]
    return f"| {link} | {', '.join(marks)} | {range_of(one)} | {cell(one.message)} |\n"


def marks_of(one: Told) -> list[str]:
    """Return what else is told of a severity."""
    found = [] if one.rule.lossless else ["*lossy*"]
    return found if one.rule.enabled else [*found, "*off*"]


def range_of(one: Told) -> str:
    """Return the releases of a rule."""
    from sgdlint import story

    found = story.releases(one.rule.since, one.rule.until)
    return found.removeprefix("of ").replace(" and later", "–").replace(" to ", "–")


def cell(text: str) -> str:
    """Return a text as the cell of a table shows it."""
    return re.sub(r"([|*\\_])", r"\\\1", plain(text))


def plain(text: str) -> str:
    """Return a text as Markdown shows it, in one line."""
    return " ".join(str(text).split()).replace("&", "&amp;").replace("<", "&lt;")


# --- stories --------------------------------------------------------------------------------------


def page(group: Group, rules: list[Told]) -> str:
    """Return the page of a group."""
    head = f"# {group.title}\n\n{MADE}\n\nRules {group.codes}; [all rules](../rules.md).\n"
    return head + "".join(map(section, rules))


def section(one: Told) -> str:
    """Return the whole story of a rule."""
    rule, data = one.rule, one.data
    facts = [rule.severity, rule.category, *marks_of(one), f"SGLang {range_of(one)}"]
    commands = " and ".join(f"`{name}`" for name in rule.commands)
    commands += f"; for {' and '.join(rule.goals)}" if rule.goals else ""
    parts = [
        f'\n<a id="{rule.code.lower()}"></a>\n\n## {rule.code} {rule.name}\n',
        f"{', '.join(facts)}; {commands}\n",
        f"> {plain(one.message)}\n",
        plain(data["why"]) + "\n",
    ]
    if one.help:
        parts.append(f"**What to do:** {plain(one.help)}\n")
    if "on" in data:
        parts.append(f"**Noticed:** `{data['on']}`\n")
    if "when" in data:
        parts.append(f"**When:**\n\n{block(data['when'])}")
    parts += [fix(number, one, whole) for number, whole in enumerate(data.get("fixes", ()))]
    if rule.gain is not None:
        parts.append(gain(rule.gain))
    parts += [example(whole) for whole in data["examples"]]
    sources = "\n".join(f"- {source(text)}" for text in data["references"])
    parts.append(f"**Sources:**\n\n{sources}\n")
    return "\n".join(parts)


def gain(one: Gain) -> str:
    """Return what a rule gains, as documented."""
    from sgdlint.formatters.gains import whole

    return f"**Gain:** {plain(whole(one))} ({', '.join(map(source, one.sources))})\n"


def fix(number: int, one: Told, data: dict[str, Any]) -> str:
    """Return a fix."""
    title = one.title if one.title and number == 0 else data["title"]
    because = f": {plain(data['because'])}" if "because" in data else ""
    only = f", for {' and '.join(data['goals'])}" if "goals" in data else ""
    only += f", when `{' '.join(data['when'].split())}`" if "when" in data else ""
    return f"**Fix** ({data['safety']}{because}{only}): {plain(title)}\n"


def example(data: dict[str, Any]) -> str:
    """Return an example with the files beside it."""
    from sgdlint import story

    kind = story.kind_of(data)
    settings = [f"{key} {data[key]}" for key in story.SETTINGS if key in data]
    settings += [f"`{name}={value}`" for name, value in data.get("env", {}).items()]
    parts = [f"**{kind.capitalize()}**{': ' + ', '.join(settings) if settings else ''}\n"]
    parts.append(block(data[kind]))
    parts += [f"with `{name}`\n\n{block(text)}" for name, text in data.get("files", {}).items()]
    if "fixed" in data:
        parts.append(f"fixed\n\n{block(data['fixed'])}")
    if "note" in data:
        parts.append(plain(data["note"]) + "\n")
    return "\n".join(parts)


def block(text: str) -> str:
    """Return a text as it is."""
    return "```text\n" + text.strip("\n").replace("\0", "\N{SYMBOL FOR NULL}") + "\n```\n"


def source(text: str) -> str:
    """Return a source, an address as a link."""
    return f"<{text}>" if text.startswith("https://") and " " not in text else plain(text)


if __name__ == "__main__":
    sys.exit(main())
