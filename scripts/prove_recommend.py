#!/usr/bin/env python3
"""Ask the real SGLang whether it accepts what `sgdlint recommend` prints.

    python scripts/prove_recommend.py FOLDER                 # one wish of 40
    python scripts/prove_recommend.py FOLDER --one-of 1      # all of them
    python scripts/prove_recommend.py FOLDER --one-of 40 --offset 1    # other ones

FOLDER is an installation of the judge, as for scripts/record_conformance.py; `--judge COMMAND`
names its program. The wishes are every model that a release knows × GPU × count × goal × command.
The command itself and each variant beside it are asked about. Writes docs/recommend-proof.md and
prints what is not accepted; exit status 1 when there is such a command.
"""

from __future__ import annotations

import argparse
import itertools
import shlex
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from conformance.case import RELEASES, Case, Judged  # noqa: E402
from conformance.judge import ask  # noqa: E402

from sgdlint import catalog, rulepack  # noqa: E402
from sgdlint.recommend import IMAGE, Command, Recommendation, Wish, recommend  # noqa: E402
from sgdlint.rules import recipes  # noqa: E402
from sgdlint.stated import Options  # noqa: E402

TARGET = ROOT / "docs" / "recommend-proof.md"
GPUS = ("RTX 4090", "L40S", "A100", "H100", "H200", "B200")
COUNTS = (1, 2, 4, 8)
ONE_OF = 40
HEAD = """\
# Is what `recommend` prints accepted?

<!-- Made by scripts/prove_recommend.py; not edited by hand. -->

`scripts/prove_recommend.py` makes recommendations for every model that a release knows, on
{gpus},
{counts} of them, for each goal, as a server and as one generation, and asks the real parser and
validation of SGLang, run on CPU, about each command: the recommended one, and each variant that is
printed beside it (what to measure, what to try next, what is lossy). This is one wish of {one_of},
from number {offset} on. *Not decided* are commands of which the judge is not certain: it does not
hold the model, or a package or the GPU decides.

| release | wishes | commands | accepted | refused | not decided |
| --- | ---: | ---: | ---: | ---: | ---: |
"""


@dataclass(frozen=True)
class Asked:
    """A command that was printed for a wish: the recommended one, or which variant."""

    wish: Wish
    what: str
    case: Case


def main() -> int:
    """Ask, write the page, and tell what is not accepted."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", default=".", help="an installation of the judge")
    parser.add_argument("--judge", help="the judge's program, when it is not oracle.py in FOLDER")
    parser.add_argument("--one-of", type=int, default=ONE_OF, help="ask about one wish of so many")
    parser.add_argument("--offset", type=int, default=0, help="the first one")
    given = parser.parse_args()
    command = shlex.split(given.judge or "") or ["python3", str(Path(given.folder) / "oracle.py")]
    chosen = list(itertools.islice(wishes(), given.offset, None, given.one_of))
    asked = [one for wish in chosen for one in commands(wish)]
    answers = ask(command, [one.case for one in asked])
    found = list(zip(asked, answers, strict=True))
    TARGET.write_text(page(chosen, found, given.one_of, given.offset), encoding="utf-8")
    return tell(found)


def wishes() -> Iterator[Wish]:
    """Yield every wish, in an order in which neighbours differ little."""
    for release in RELEASES:
        models = dict.fromkeys(one.id for one in catalog.load(release).models())
        machines = itertools.product(GPUS, COUNTS)
        every = itertools.product(models, machines, recipes.GOALS, ("serve", "generate"))
        for model, (gpu, count), goal, command in every:
            options = Options(sglang=release, gpu=gpu, gpus=count)
            yield Wish(model, options, command, goal, lossy=True)


def commands(wish: Wish) -> list[Asked]:
    """Return every command that is printed for a wish."""
    found = recommend(wish, rulepack.load(), recipes.load())
    errors = [one for one in found.notes if one.severity == "error"]
    if errors:  # then nothing is recommended: the command line says the error and exits with 1
        return []
    variants = [(f"{one.kind} {one.step.name}", one.command) for one in found.variants]
    printed = [("recommended", found.command), *variants]
    return [Asked(wish, what, case(found, one)) for what, one in printed]


def case(found: Recommendation, command: Command) -> Case:
    """Return a command as the judge is asked about it."""
    options = found.wish.options
    words = [word for words in command.words() for word in words]
    files = {IMAGE: "an image"} if IMAGE in words else {}
    return Case(
        (command.command, *words),
        dict(command.env),
        options.gpu,
        options.gpus or 1,
        files,
        release=str(options.sglang),
    )


def page(
    chosen: Sequence[Wish],
    found: Sequence[tuple[Asked, Judged | None]],
    one_of: int,
    offset: int,
) -> str:
    """Return the text of the page."""
    wished = Counter(str(wish.options.sglang) for wish in chosen)
    told = Counter((one.case.release, verdict(answer)) for one, answer in found)
    head = HEAD.format(
        gpus=", ".join(GPUS),
        counts=", ".join(map(str, COUNTS)),
        one_of=one_of,
        offset=offset,
    )
    rows = []
    for release in RELEASES:
        counts = [told[release, one] for one in ("accepted", "refused", "not decided")]
        numbers = [wished[release], sum(counts), *counts]
        rows.append(f"| {release} | " + " | ".join(map(str, numbers)) + " |")
    return head + "\n".join(rows) + "\n"


def verdict(answer: Judged | None) -> str:
    """Return how an answer counts."""
    if answer is None:
        return "not decided"
    return "accepted" if answer.verdict == "accepted" else "refused"


def tell(found: Sequence[tuple[Asked, Judged | None]]) -> int:
    """Print each kind of refusal once, with a command."""
    seen: dict[tuple[str, str], tuple[Asked, int]] = {}
    for one, answer in found:
        if answer is not None and answer.verdict != "accepted":
            key = one.what, answer.reason
            first, count = seen.get(key, (one, 0))
            seen[key] = first, count + 1
    for (what, reason), (one, count) in seen.items():
        print(f"{count} × {what}: {reason}\n    {one.case.release} {one.case.text()}")
    total = Counter(verdict(answer) for _, answer in found)
    print(", ".join(f"{count} {name}" for name, count in total.items()))
    return 1 if total["refused"] else 0


if __name__ == "__main__":
    sys.exit(main())
