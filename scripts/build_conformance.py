#!/usr/bin/env python3
"""Write docs/conformance.md: how often sgdlint and the real SGLang agree.

python scripts/build_conformance.py            # write it
python scripts/build_conformance.py --check    # exit 1 when the committed file differs
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import generated

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from conformance.case import Judged  # noqa: E402

TARGET = ROOT / "docs" / "conformance.md"
HEAD = """\
# Conformance

<!-- Made by scripts/build_conformance.py from tests/conformance; not edited by hand. -->

Does sgdlint say what SGLang does? `tests/conformance/recorded` holds launch commands with the
verdict of the real SGLang parser and validation, run on CPU, for six releases. Each command has its
environment, GPU and files beside it. Half of them are accepted. The others are refused, or pass the
launch and then their workers die.

- **false errors**: accepted commands for which sgdlint reports an error. There must be none.
- **found**: refused or dying commands for which it reports an error; the aim is 99%.
- **named**: of these, those where an error stands at, or speaks of, an option, variable or word
  that is to blame: what SGLang's message names, or what was broken on purpose; the aim is 95%.

Rules were written while looking at the first set. Nobody looks at the second one: it is scored, and
only its totals are printed. It was made by the same generators with another seed, and shares no
command with the first.
"""
HOW = """
## How the commands are made

`tests/conformance/makers` holds {makers} generators. Each is entered under the checks of SGLang
that it is about, makes faults on purpose and, beside most of them, the nearest command that is
right. Of {candidates} candidates a release, {wanted} are kept: no command twice, half of them
accepted, and no cause of refusal in more than one of {share} of the refused.

To record the same commands again, with an installation of the judge in FOLDER (its `oracle.py`
reads commands and writes verdicts, one JSON object a line):

```sh
python scripts/record_conformance.py FOLDER          # the same commands: the files stay as they are
python scripts/record_conformance.py FOLDER --new    # after the generators changed
python scripts/build_conformance.py                  # this page
python tests/conformance/misses.py                   # where both disagree, on the first set
```

## Known deviations

- Degrees that make fewer workers than GPUs: the launch checks nothing and the judge accepts them,
  but the workers that belong to no group stop with an assertion. Recorded as `dies`, worked out
  from the degrees in force (`tests/conformance/judge.py` names the lines).
- Parts of a disaggregated server that are not told where the others are: the judge ends before the
  parts are started, which then stop. Recorded as `dies` from the options given.
- Attention backends that ask the GPU when the model is loaded ({backends}) are left out where the
  launch is accepted: the judge loads no model.
- Rules on what fails after all that the judge runs are not held against its verdict: {later}.
- Models for which the judge only infers the pipeline class are left out where that sends them to
  the diffusers backend.
- Commands on which the judge has no verdict, since SGLang would ask the network, are left out.
- Commands that go to the server of language models, and model types that a package may add, are
  left out: only diffusion is judged.
- The judge sees no weights and no checkpoints. What is refused for a package or a file that its
  machine lacks is left out: sgdlint cannot know it, and says so at a lower severity.

## What each check has

How many commands of both sets stand under each check; one may stand under several.

| check | about | rejected | dies | accepted | remark |
| --- | --- | ---: | ---: | ---: | --- |
"""
RULES = """
## Rules that say error

Each of the {rules} rules of severity error was tried in every one of the releases that it holds
for: its bad examples must be refused, or their workers die; its good and fixed ones must be
accepted.
`python scripts/confirm_rules.py FOLDER` asks the judge, and `tests/data/confirmed.jsonl` keeps each
verdict.

"""
UNJUDGED = """\
The judge cannot tell everything: it starts no worker, and lacks some packages. For these rules a
person read the source (`tests/data/unjudged.yaml`):
"""


def main() -> int:
    """Write or compare the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare with the committed file")
    check = parser.parse_args().check
    return generated.keep(TARGET, page(), check=check)


def page() -> str:
    """Return the page."""
    from conformance.choose import SHARE
    from conformance.draw import MAKERS
    from conformance.judge import ASKS_THE_GPU
    from conformance.recorded import SETS, read
    from conformance.score import LATER, score, table
    from record_conformance import CANDIDATES, WANTED

    sets = {name: read(name) for name in SETS}
    titles = {"tuning": "The first set", "held-out": "The second set, which nobody looks at"}
    parts = [HEAD]
    for name, commands in sets.items():
        parts.append(f"\n## {titles[name]}: {len(commands):,} commands\n\n")
        parts += [f"{line}\n" for line in table(score(commands))]
    rows = coverage_rows([one for commands in sets.values() for one in commands])
    numbers = {"makers": len(MAKERS), "candidates": f"{CANDIDATES:,}", "wanted": WANTED}
    backends = ", ".join(sorted(ASKS_THE_GPU))
    later = "; ".join(f"{why} ({code})" for code, why in sorted(LATER.items()))
    parts.append(HOW.format(**numbers, share=SHARE, backends=backends, later=later))
    return "".join([*parts, *rows, confirmed()])


def confirmed() -> str:
    """Return what the judge says of the examples of rules."""
    from conformance import confirm

    rules = confirm.error_rules()
    lines = [*confirm.table(rules, confirm.recorded()), ""]
    reasons = [f"- {code}: {one['reason']}" for code, one in sorted(confirm.unjudged().items())]
    return RULES.format(rules=len(rules)) + "\n".join([*lines, UNJUDGED, *reasons, ""])


def coverage_rows(commands: list[Judged]) -> Iterator[str]:
    """Yield a line of the table for each check."""
    from conformance.coverage import CHECKS, PARTLY, UNCOVERED, counts

    for check, found in counts(commands).items():
        remark = UNCOVERED.get(check) or PARTLY.get(check, "")
        numbers = [str(found[verdict]) for verdict in ("rejected", "dies", "accepted")]
        yield f"| {check} | {' | '.join([CHECKS[check], *numbers, remark])} |\n"


if __name__ == "__main__":
    sys.exit(main())
