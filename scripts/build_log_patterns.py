#!/usr/bin/env python3
"""Check the patterns in logs.d/ and write what is made of them: patterns.json, and their page.

python scripts/build_log_patterns.py            # write both
python scripts/build_log_patterns.py --check    # exit 1 when a committed file differs
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import generated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.log.model import Form, Pattern

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
PAGE = ROOT / "docs/log-patterns.md"
HEAD = """\
# Lines of a log

<!-- Made by scripts/build_log_patterns.py from logs.d; not edited by hand. -->

What [`sgdlint log`](log.md) knows: {count} things that a log can say of its command, in {forms}
wordings. Each wording of SGLang was looked up in the sources of every release; a part in braces
differs from line to line.
"""


def main() -> int:
    """Build the prepared patterns and their page."""
    from sgdlint import rulepack
    from sgdlint.log import patterns
    from sgdlint.log.pattern_check import read_patterns
    from sgdlint.rules.check import check as check_rules
    from sgdlint.rules.data import to_data
    from sgdlint.rules.files import RuleError, read_files

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the committed files")
    check = parser.parse_args().check
    try:
        rules = check_rules(read_files(rulepack.built_in_files()))
        found = read_patterns([str(ROOT / "logs.d")], rules)
    except RuleError as error:
        print(error, file=sys.stderr)
        return 1
    made = "by scripts/build_log_patterns.py from logs.d/*.yaml; do not edit"
    lines = [json.dumps(to_data(one), ensure_ascii=False) for one in found]
    text = f'{{"generated": "{made}",\n"patterns": [\n' + ",\n".join(lines) + "\n]}\n"
    kept = generated.keep(Path(patterns.PREPARED), text, check=check)
    return generated.keep(PAGE, page(found), check=check) or kept


def page(patterns: list[Pattern]) -> str:
    """Return the page of all patterns, by topic."""
    from sgdlint.log.model import TOPICS

    told = [one for one in patterns if one.told]
    forms = sum(len(one.forms) for one in patterns)
    parts = [HEAD.format(count=len(told), forms=forms)]
    for topic, title in TOPICS.items():
        parts.append(f"\n## {title[0].upper()}{title[1:]}\n")
        parts += [described(one) for one in told if one.rule.category == topic]
    return "".join(parts)


def described(one: Pattern) -> str:
    """Return what the page says of a pattern."""
    from sgdlint.log.telling import plain, releases

    rule = one.rule
    fixes = [f"{fix.safety}: {plain(fix.title)}" for fix in rule.fixes]
    fixes += ["safe or unsafe, by the figures: keep these components on the GPU"] * bool(
        one.resident
    )
    lines = [
        f'\n<a id="{rule.code.lower()}"></a>\n\n### {rule.code} {rule.name}\n',
        f"\n{rule.severity}, {releases(one)}. {plain(rule.message)}. {one.why}\n",
        *([f"\nWhat to do: {plain(rule.help)}.\n"] if rule.help else []),
        *(f"\nWith `--log` ({fix}).\n" for fix in fixes),
    ]
    if one.forms:
        rows = [f"{form.text}\n    {wording(form)}\n" for form in one.forms]
        lines.append("\n```text\n" + "".join(rows) + "```\n")
    else:
        lines.append(f"\nSources: {'; '.join(one.references)}.\n")
    return "".join(lines)


def wording(form: Form) -> str:
    """Say where a wording stands."""
    from sgdlint.log.telling import range_of

    return f"{range_of(form)}; {'; '.join(form.references)}"


if __name__ == "__main__":
    sys.exit(main())
