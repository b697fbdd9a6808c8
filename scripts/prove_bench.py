#!/usr/bin/env python3
"""Ask the real SGLang whether it accepts the variants that `sgdlint bench` measures.

    python scripts/prove_bench.py FOLDER                 # as docs/bench-proof.md has it
    python scripts/prove_bench.py FOLDER --one-of 5      # more of the launches

FOLDER is an installation of the judge, as for scripts/record_conformance.py; `--judge COMMAND`
names its program. The launches are those of the recorded sets that SGLang accepts, commands of the
guides, and what `sgdlint recommend` prints; one of `--one-of` of them. Of each the matrix is made
with `--lossy`, of one in eight with `--full`, and SGLang is asked about each command that the
script would run, and about each that would be recommended. Writes docs/bench-proof.md and prints
what is refused; exit status 1 when there is such a command although the launch itself is accepted.
"""

from __future__ import annotations

import argparse
import itertools
import json
import shlex
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from conformance import recorded  # noqa: E402
from conformance.case import RELEASES, Case, Judged  # noqa: E402
from conformance.judge import ask  # noqa: E402
from conformance.score import GPU_NAMES  # noqa: E402

from sgdlint import catalog, rulepack  # noqa: E402
from sgdlint.bench import axes  # noqa: E402
from sgdlint.bench.base import BenchError, Command  # noqa: E402
from sgdlint.bench.changes import Wish  # noqa: E402
from sgdlint.bench.matrix import BASE, Matrix  # noqa: E402
from sgdlint.benching import Candidate, gather, matrix_for  # noqa: E402
from sgdlint.linter import check  # noqa: E402
from sgdlint.recommend import IMAGE, recommend  # noqa: E402
from sgdlint.recommend import Wish as Goal  # noqa: E402
from sgdlint.rules import recipes  # noqa: E402
from sgdlint.source import Source  # noqa: E402
from sgdlint.stated import Options  # noqa: E402

TARGET = ROOT / "docs" / "bench-proof.md"
ONE_OF = 60
"""One of so many launches is taken."""
FULL = 8
"""One of so many matrices has every combination."""
GPUS = ("RTX 4090", "L40S", "H100", "H200", "B200")
COUNTS = (1, 2, 4, 8)
BATCH = 400
"""So many commands are asked about at once."""
SIZE = (1024, 1024)
"""What each second recommended command asks for, so that graphs have a size."""
OFTEN = 20
"""Commands of guides are few, so that so many times as many of them are taken."""
HEAD = """\
# Are the variants of `bench` accepted?

<!-- Made by scripts/prove_bench.py; not edited by hand. -->

`scripts/prove_bench.py` makes the matrices of `sgdlint bench --lossy` (of one in {full} with
`--full`) for launches of the recorded sets, of the guides, and of `sgdlint recommend`, one of
{one_of} of them, on the GPUs that they are for. The real parser and validation of SGLang, run on
CPU, are asked about each command that the script runs, and about each that is recommended when it
wins, if the launch as it is is accepted. *No matrix* are launches that `bench` refuses: they are in
error, or one request tells nothing of them. *Left out* are variants that the launch runs already,
or that the rules took out of the matrices before. *Not decided* are commands of which the judge is
not certain: it does not hold the model, or a package or the GPU decides.

| {head} |
| --- |{lines}
"""


@dataclass(frozen=True)
class Start:
    """A launch that matrices are made of. kind: where it is from."""

    kind: str
    case: Case


@dataclass(frozen=True)
class Question:
    """One command of a matrix."""

    start: Start
    name: str
    case: Case


def main() -> int:
    """Ask, write the page, and tell what is refused."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", default=".", help="an installation of the judge")
    parser.add_argument("--judge", help="the judge's program, when it is not oracle.py in FOLDER")
    parser.add_argument("--one-of", type=int, default=ONE_OF, help="take one of so many launches")
    parser.add_argument("--releases", default=",".join(RELEASES), help="some of the releases")
    given = parser.parse_args()
    judge = shlex.split(given.judge or "") or ["python3", str(Path(given.folder) / "oracle.py")]
    rows, refused = [], []
    for release in given.releases.split(","):
        counts, mine = of_release(release, given.one_of, judge)
        rows.append((release, counts))
        refused += mine
    TARGET.write_text(page(rows, given.one_of), encoding="utf-8")
    for question, answer in refused:
        print(f"{question.name} of {question.start.kind}: {answer.reason}")
        print(f"    {question.case.text()}\n    from {question.start.case.text()}")
    return 1 if refused else 0


# --- launches -------------------------------------------------------------------------------------


def starts(release: str, one_of: int) -> Iterator[Start]:
    """Yield the launches of a release: some of each kind."""
    for case in [*of_records(release)][::one_of]:
        yield Start("recorded", case)
    for case in [*of_guides(release)][:: max(1, one_of // OFTEN)]:
        yield Start("guide", case)
    models = [one.id for one in catalog.load(release).models()]
    wishes = [*itertools.product(models, GPUS, COUNTS)]
    for number, (model, gpu, count) in enumerate(wishes[::one_of]):
        yield Start("recommended", recommended(release, model, gpu, count, number))


def of_records(release: str) -> Iterator[Case]:
    """Yield the recorded launches that SGLang accepts."""
    for name in recorded.SETS:
        for one in recorded.read(name):
            if one.case.release == release and one.verdict == "accepted":
                yield one.case


def of_guides(release: str) -> Iterator[Case]:
    """Yield commands of guides that hold no placeholder."""
    path = ROOT / "tests" / "data" / "guide_commands.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines():
        data = json.loads(line)
        words = shlex.split(data["command"])
        if release not in data["releases"] or "$" in data["command"] or "sglang" not in words:
            continue
        at = words.index("sglang")
        env = dict(word.split("=", 1) for word in words[:at] if "=" in word)
        yield Case(tuple(words[at + 1 :]), env, release=release)


def recommended(release: str, model: str, gpu: str, count: int, number: int) -> Case:
    """Return what is recommended for a model; each third one is a server."""
    options = Options(sglang=release, gpu=gpu, gpus=count)
    command = "serve" if number % 3 == 2 else "generate"
    size = SIZE if number % 2 else (0, 0)
    goal = Goal(model, options, command, "latency", size=size)
    made = recommend(goal, rulepack.load(), recipes.load()).command
    words = tuple(word for some in made.words() for word in some)
    files = {IMAGE: "an image"} if IMAGE in words else {}
    judged = {known: name for name, known in GPU_NAMES.items()}.get(gpu, gpu)
    return Case((command, *words), dict(made.env), judged, count, files, release=release)


# --- asking ---------------------------------------------------------------------------------------


def of_release(
    release: str, one_of: int, judge: Sequence[str]
) -> tuple[Counter[str], list[tuple[Question, Judged]]]:
    """Return the numbers of a release, and what is refused."""
    begun = time.monotonic()
    counts: Counter[str] = Counter()
    questions: list[Question] = []
    for number, start in enumerate(starts(release, one_of)):
        counts["launches"] += 1
        matrix = matrix_of(start.case, full=number % FULL == 0)
        if matrix is None:
            counts["no matrix"] += 1
            continue
        counts["matrices"] += 1
        counts["variants"] += len(matrix.trials)
        counts["left out"] += len(matrix.dropped)
        questions += asked(start, matrix)
    answers = answered(questions, judge)
    bases = {one.start.case.key(): answer for one, answer in answers if one.name == BASE}
    refused = []
    for question, answer in answers:
        base = bases.get(question.start.case.key())
        if base is None or base.verdict != "accepted":
            continue
        counts["questions"] += 1
        counts["not decided" if answer is None else answer.verdict] += 1
        if answer is not None and answer.verdict != "accepted":
            refused.append((question, answer))
    counts["refused"] = len(refused)
    print(f"{release}: {time.monotonic() - begun:.0f} s, {dict(counts)}", file=sys.stderr)
    return counts, refused


def matrix_of(case: Case, *, full: bool) -> Matrix | None:
    """Return the matrix of a launch; None when there is none."""
    options = Options(sglang=case.release, gpu=GPU_NAMES.get(case.gpu, case.gpu), gpus=case.count)
    source = Source("run.sh", case.text() + "\n")
    found: list[Candidate] = []
    check(source, rulepack.load(), options, gather(source, found))
    try:
        wish = Wish(lossy=True, full=full)
        return matrix_for(found[0], axes.load(), wish) if len(found) == 1 else None
    except BenchError:
        return None


def asked(start: Start, matrix: Matrix) -> Iterator[Question]:
    """Yield the commands of a matrix, each once."""
    seen: set[str] = set()
    for trial in matrix.trials:
        both = [("generate", trial.command, trial.name)]
        if trial.name != BASE:
            written = "serve" if matrix.base.served else "generate"
            both.append((written, trial.whole, f"{trial.name}, recommended"))
        for subcommand, command, name in both:
            case = replace(
                start.case, argv=(subcommand, *words_of(command)), env=env_of(matrix, command)
            )
            if case.key() not in seen:
                seen.add(case.key())
                yield Question(start, name, case)


def words_of(command: Command) -> list[str]:
    """Return the words of a command."""
    return [one.text or "" for part in command.parts for one in part.words]


def env_of(matrix: Matrix, command: Command) -> dict[str, str]:
    """Return the variables of a command."""
    return {**dict(matrix.base.exports), **dict(command.env)}


def answered(
    questions: Sequence[Question], judge: Sequence[str]
) -> list[tuple[Question, Judged | None]]:
    """Return the answer to each question; equal ones are asked once."""
    cases = {one.case.key(): one.case for one in questions}
    known: dict[str, Judged | None] = {}
    waiting = list(cases.items())
    for at in range(0, len(waiting), BATCH):
        some = waiting[at : at + BATCH]
        answers = ask(judge, [case for _, case in some])
        known.update(zip((key for key, _ in some), answers, strict=True))
    return [(one, known[one.case.key()]) for one in questions]


# --- telling --------------------------------------------------------------------------------------


COLUMNS: tuple[str, ...] = ("launches", "no matrix", "matrices", "variants", "left out")
COLUMNS += ("questions", "accepted", "refused", "not decided")


def page(rows: Iterable[tuple[str, Counter[str]]], one_of: int) -> str:
    """Return the text of the page."""
    head = " | ".join(("release", *COLUMNS))
    text = HEAD.format(full=FULL, one_of=one_of, head=head, lines=" ---: |" * len(COLUMNS))
    for release, counts in rows:
        text += f"| {release} | " + " | ".join(str(counts[one]) for one in COLUMNS) + " |\n"
    return text


if __name__ == "__main__":
    sys.exit(main())
