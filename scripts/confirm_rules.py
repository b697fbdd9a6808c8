#!/usr/bin/env python3
"""Ask the real SGLang about the examples of every rule that says error.

    python scripts/confirm_rules.py FOLDER           # the examples that are new or changed
    python scripts/confirm_rules.py FOLDER --all     # every example again

FOLDER is an installation of the judge, as for scripts/record_conformance.py; `--judge COMMAND`
names its program. Writes tests/data/confirmed.jsonl, and prints what contradicts a rule.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from conformance import confirm  # noqa: E402
from conformance.confirm import Confirmed, Example, Key  # noqa: E402
from conformance.judge import answers  # noqa: E402

from sgdlint import rulepack  # noqa: E402
from sgdlint.rules.pack import Pack  # noqa: E402


def main() -> int:
    """Ask, record, and tell what does not fit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", default=".", help="an installation of the judge")
    parser.add_argument("--judge", help="the judge's program, when it is not oracle.py in FOLDER")
    parser.add_argument("--all", action="store_true", help="ask about every example again")
    given = parser.parse_args()
    command = shlex.split(given.judge or "") or ["python3", str(Path(given.folder) / "oracle.py")]
    known = {} if given.all else confirm.recorded()
    examples = [one for rule in confirm.error_rules() for one in confirm.examples(rule)]
    kept = {one.key: known[one.key] for one in examples if is_current(one, known)}
    new = ask(command, [one for one in examples if one.key not in kept])
    found = [kept.get(one.key) or new[one.key] for one in examples]
    write(found)
    return tell(found, len(new))


def is_current(example: Example, known: Mapping[Key, Confirmed]) -> bool:
    """Whether an example was asked about as it is now."""
    return example.key in known and known[example.key].mark == example.mark()


def ask(command: Sequence[str], examples: Sequence[Example]) -> dict[Key, Confirmed]:
    """Return what the judge says of some examples."""
    pack = rulepack.load()
    asked = [
        (example.key, release, case, request)
        for example in examples
        for release in example.releases()
        for case, request in confirm.requests(example, release, pack)
    ]
    replies = answers(command, [request for _, _, _, request in asked])
    told: dict[tuple[Key, str], dict[tuple[str, ...], list[str]]] = {}
    for (key, release, case, _), reply in zip(asked, replies, strict=True):
        commands = told.setdefault((key, release), {})
        commands.setdefault(case.argv, []).append(confirm.verdict_of(case, reply))
    return {example.key: confirmed(example, told, pack) for example in examples}


def confirmed(
    example: Example, told: Mapping[tuple[Key, str], dict[tuple[str, ...], list[str]]], pack: Pack
) -> Confirmed:
    """Return the record of one example; where sgdlint warns of it, a refusal says nothing new."""
    found = {
        release: confirm.together(example.kind, commands.values())
        for release in example.releases()
        if (commands := told.get((example.key, release)))
    }
    whole = Confirmed(example.key, example.mark(), found)
    explained = [
        release
        for release in found
        if whole.is_wrong(release) and confirm.is_warned_of(example, release, pack)
    ]
    kept = {release: verdict for release, verdict in found.items() if release not in explained}
    return Confirmed(example.key, example.mark(), kept)


def write(found: Sequence[Confirmed]) -> None:
    """Write the record, one example a line."""
    confirm.RECORDED.write_text("".join(f"{one.to_line()}\n" for one in found), encoding="utf-8")


def tell(found: Sequence[Confirmed], new: int) -> int:
    """Print what the record says against the rules; return the exit status."""
    unlike = [(one, release) for one in found for release in one.verdicts if one.is_wrong(release)]
    wrong = [(one, release) for one, release in unlike if not is_excused(one, release)]
    for one, release in wrong:
        code, number, kind = one.key
        print(f"{code} example {number} ({kind}), SGLang {release}: {one.verdicts[release]}")
    count = sum(len(one.verdicts) for one in found)
    print(f"{len(found)} examples, {new} of them asked now, {count} verdicts, {len(wrong)} wrong")
    print(f"{len(unlike) - len(wrong)} it cannot tell: {confirm.UNJUDGED.name} says why")
    return 1 if wrong else 0


def is_excused(one: Confirmed, release: str) -> bool:
    """Whether a reason is written why the judge cannot tell."""
    code, _, kind = one.key
    return confirm.excused(code, "bad" if kind == "bad" else "good", release)


if __name__ == "__main__":
    raise SystemExit(main())
