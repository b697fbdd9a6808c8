#!/usr/bin/env python3
"""Hold what sgdlint understands of scripts against bash, over many generated scripts.

    python scripts/prove_interpreter.py                          # 5,000 scripts, and the page
    python scripts/prove_interpreter.py --seed 7 --count 300     # some of them, and no page
    python scripts/prove_interpreter.py --only loops,functions   # of these families
    python scripts/prove_interpreter.py --file x.sh              # one script, in several cases

Each wrong answer is shown with a shrunk script; the exit status is then 1. The page is
docs/interpreter-proof.md. bash runs with a stub of sglang, in a temporary folder.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from proof import generate, judge  # noqa: E402
from proof.bash import Sandbox  # noqa: E402
from proof.generate import Script  # noqa: E402
from proof.judge import Verdict  # noqa: E402

TARGET = ROOT / "docs" / "interpreter-proof.md"
WHOLE = 5000
"""So many scripts are run for the page."""
HEAD = """\
# How the interpreter is proved

<!-- Made by scripts/prove_interpreter.py; not edited by hand. -->

bash is the judge. {scripts} scripts (seeds {first} to {last}) are made by a grammar of what
people write. Each is started in bash in three ways: with nothing set, and with variables and
arguments that the script may look at, where programs that it asks answer by chance. A stub stands
for `sglang` and writes down its arguments and environment. What `sgdlint` says beforehand must
agree with every run: each known word is this word, one of several texts is among them, a variable
that is said to be exported is there with its value, and one that is said to be unset is not.

- {runs} launches ran. **{wrong} were said to be something else**, and {missed} were not seen.
- For {whole} of them each word was known beforehand; of the words in what was said, {known} were.
- The scripts are harder than those of people: a word in seven is a variable that only the
  environment can set, and much of the text is there to mislead.

*Confirmed* is the share of the variants of launches that some run showed: others are behind tests
that the three ways did not reach.

| family | scripts | launches | wholly known | words known | confirmed | wrong | not seen |
|---|---|---|---|---|---|---|---|
{rows}

Left out are expansions that fail (`${{!NOT_SET}}`, a division by zero): bash then ends the command,
or the script. Of a script in a string, what follows an unknown part is not compared: it is assumed
that such a part holds no `;`, quote or line end. `sh` is taken to be bash.
"""


def main() -> int:
    """Run the scripts that were asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--count", type=int, help=f"how many scripts ({WHOLE}, and the page)")
    parser.add_argument("--only", default="", help=f"families: {','.join(generate.families())}")
    parser.add_argument("--kind", default="", help="value, dead, missed: this kind alone")
    parser.add_argument("--show", type=int, default=3, help="how many wrong answers to show")
    parser.add_argument("--file", type=Path, help="a script to run instead of generated ones")
    parser.add_argument("--print", action="store_true", help="print the scripts, run nothing")
    wanted = parser.parse_args()
    only = tuple(filter(None, wanted.only.split(",")))
    seeds = range(wanted.seed, wanted.seed + (wanted.count or WHOLE))
    scripts: Iterator[Script] = (generate.script_of(seed, only) for seed in seeds)
    if wanted.file:
        scripts = iter([Script(1, wanted.file.read_text(), {}, ())])
    if wanted.print:
        print("\n".join(f"# seed {one.seed}\n{one.text}" for one in scripts))
        return 0
    with tempfile.TemporaryDirectory(prefix="proof-") as folder:
        total = Total(wanted.kind, wanted.show)
        total.run(Sandbox(Path(folder) / "box"), scripts)
    print(total.told())
    if wanted.count is None and not (only or wanted.file or wanted.kind):
        TARGET.write_text(total.page(seeds), encoding="utf-8")
    return 1 if total.wrong else 0


class Total:
    """What came of all scripts."""

    def __init__(self, kind: str, most_shown: int) -> None:
        self.kind = kind
        self.most_shown = most_shown
        self.wrong: Counter[str] = Counter()
        self.seeds: list[int] = []
        self.count: Counter[str] = Counter()
        self.by_family: dict[str, Counter[str]] = {}

    def run(self, sandbox: Sandbox, scripts: Iterator[Script]) -> None:
        """Run scripts, and show the first that are wrong."""
        for script in scripts:
            cases = generate.cases_of(script.seed) + generate.tried(script.text)[3:]
            verdict = judge.judge(sandbox, script.text, script.files, cases)
            self._add(script, verdict)
            kinds = {one.kind for _, one in verdict.wrong if self.kind in ("", one.kind)}
            self.wrong.update(kinds)
            if kinds:
                self.seeds.append(script.seed)
                if len(self.seeds) <= self.most_shown:
                    self._show(sandbox, script, verdict)

    def _add(self, script: Script, verdict: Verdict) -> None:
        values = {"scripts": 1, **verdict._asdict(), "wrong": 0, "missed": 0}
        values |= Counter(one.kind if one.kind == "missed" else "wrong" for _, one in verdict.wrong)
        for name in ("all", *script.families):
            self.by_family.setdefault(name, Counter()).update(values)

    def _show(self, sandbox: Sandbox, script: Script, verdict: Verdict) -> None:
        case, first = next(one for one in verdict.wrong if self.kind in ("", one[1].kind))
        print(f"===== seed {script.seed}: {first.kind}")
        print(judge.told_small(sandbox, script.text, script.files, case, first), flush=True)

    def told(self) -> str:
        """Return what came of it, one line for each family."""
        lines = [f"wrong scripts: {dict(self.wrong)} at seeds {self.seeds[:40]}"]
        for name in sorted(self.by_family):
            one = self.by_family[name]
            lines.append(
                f"{name:14} {one['scripts']:5} scripts {one['runs']:6} launches"
                f" {one['whole'] / (one['runs'] or 1):6.1%} wholly known,"
                f" {one['known'] / (one['words'] or 1):6.1%} of words,"
                f" {one['confirmed'] / (one['claimed'] or 1):6.1%} of claims confirmed,"
                f" {one['wrong']} wrong, {one['missed']} missed"
            )
        return "\n".join(lines)

    def page(self, seeds: range) -> str:
        """Return the page for the documentation."""
        every = self.by_family["all"]
        rows = [
            f"| {name} | {one['scripts']} | {one['runs']} | {_share(one, 'whole', 'runs')} |"
            f" {_share(one, 'known', 'words')} | {_share(one, 'confirmed', 'claimed')} |"
            f" {one['wrong']} | {one['missed']} |"
            for name, one in sorted(self.by_family.items())
            if name != "all"
        ]
        return HEAD.format(
            scripts=f"{every['scripts']:,}",
            first=seeds[0],
            last=seeds[-1],
            runs=f"{every['runs']:,}",
            wrong=every["wrong"],
            missed=every["missed"],
            whole=_share(every, "whole", "runs"),
            known=_share(every, "known", "words"),
            rows="\n".join(rows),
        )


def _share(one: Counter[str], part: str, whole: str) -> str:
    return f"{one[part] / (one[whole] or 1):.0%}"


if __name__ == "__main__":
    sys.exit(main())
