#!/usr/bin/env python3
"""Ask the real SGLang whether it accepts what `sgdlint recommend` prints.

    python scripts/prove_recommend.py FOLDER --notes FILE        # everything; goes on where it was
    python scripts/prove_recommend.py FOLDER --minutes 30        # as much as there is time for
    python scripts/prove_recommend.py FOLDER --gpus H100,H200    # some GPUs, releases or models

FOLDER is an installation of the judge, as for scripts/record_conformance.py; `--judge COMMAND`
names its program. The wishes are every model that a release knows × GPU × count × goal × command.
The command itself and each variant beside it are asked about, equal questions once. `--notes FILE`
keeps what was made and answered, a line each; what a change of the recipes, the rules or the
catalog does not touch is not made again, and no question is asked twice. Writes
docs/recommend-proof.md and prints what is not accepted, and what sgdlint itself finds; exit status
1 when there is such a command. The models of all releases are taken in turns, so that a part of
them is spread over all.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import shlex
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from conformance.case import RELEASES, Case, Judged  # noqa: E402
from conformance.judge import ask  # noqa: E402

from sgdlint import catalog, rulepack  # noqa: E402
from sgdlint.recommend import (  # noqa: E402
    IMAGE,
    Command,
    Recommendation,
    Wish,
    fitting,
    model_of,
    recommend,
)
from sgdlint.rules import recipes  # noqa: E402
from sgdlint.rules.data import to_data  # noqa: E402
from sgdlint.stated import Options  # noqa: E402

TARGET = ROOT / "docs" / "recommend-proof.md"
GPUS: tuple[str, ...] = ("H100", "RTX 4090", "H200", "B200", "L40S", "A100", "RTX 5090", "A10")
GPUS += ("T4", "L4", "A100 40GB", "RTX PRO 6000 Blackwell")
"""The GPUs that the judge can stand for; of each size and capability of the catalog the usual."""
JUDGED = {"A100 40GB": "A100-40GB", "RTX PRO 6000 Blackwell": "RTXPRO6000"}
"""What the judge calls some of them."""
MOVA = ("OpenMOSS-Team/MOVA-360p", "OpenMOSS-Team/MOVA-720p")
DETECTED = (*MOVA, "zai-org/GLM-Image", "robbyant/lingbot-video-moe-30b-a3b")
"""Models that a release knows by a pattern of their names alone."""
TURNS = 8
"""The models of a release are taken in so many turns."""
COUNTS = (1, 2, 4, 8)
COMMANDS = ("serve", "generate")
BATCH = 300
"""So many questions are asked at once."""
MADE_OF = ("recommend.py", "rules/pack.json", "*/memory.py", "catalog/data/*.json")
"""What a recommendation hangs on, besides the recipes that fit."""
HEAD = """\
# Is what `recommend` prints accepted?

<!-- Made by scripts/prove_recommend.py; not edited by hand. -->

`scripts/prove_recommend.py` makes recommendations for the models that a release knows, on
{gpus},
{counts} of them, for each goal, as a server and as one generation, and asks the real parser and
validation of SGLang, run on CPU, about each command: the recommended one, and each variant that is
printed beside it (what to measure, what to try next, what is lossy). *Models* counts each on each
of these GPUs, and of how many; the others of a release were not asked about. *Questions* are the
different ones among the commands. *Not decided* are those of which the judge is not certain: it
does not hold the model, or a package or the GPU decides. *Flagged* are commands in which
`sgdlint check` finds an error or a warning. A recommendation hangs on the memory and the compute
capability of the GPU; other GPUs than these were not asked about.

| release | models | wishes | commands | questions | accepted | refused | not decided | flagged |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
"""


@dataclass(frozen=True)
class Group:
    """The wishes for one model of a release on one GPU."""

    release: str
    model: str
    gpu: str

    def wishes(self) -> Iterator[Wish]:
        """Yield a wish for every count, goal and command."""
        for count, goal, command in itertools.product(COUNTS, recipes.GOALS, COMMANDS):
            options = Options(sglang=self.release, gpu=self.gpu, gpus=count)
            yield Wish(self.model, options, command, goal, lossy=True)


@dataclass(frozen=True)
class Made:
    """What is printed for a group. asked: the key of each question, and which command it is.

    flagged: what sgdlint finds of severity error or warning, with the command.
    """

    group: Group
    wishes: int
    asked: tuple[tuple[str, str], ...]
    flagged: tuple[str, ...]


@dataclass
class Notes:
    """What is known so far, and the file that keeps it."""

    path: Path | None
    made: dict[tuple[Group, str], Made] = field(default_factory=dict)
    answers: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    def read(self) -> None:
        """Read what an earlier run left; a line that was not written whole is passed over."""
        lines = self.path.read_text(encoding="utf-8").splitlines() if self.path else []
        for line in lines:
            try:
                data = json.loads(line)
            except ValueError:
                continue
            self.take(data)

    def take(self, data: dict[str, Any]) -> None:
        """Take one line."""
        if "question" in data:
            self.answers[data["question"]] = data["verdict"], data["reason"], data["text"]
            return
        group = Group(*data["group"])
        asked = tuple((key, what) for key, what in data["asked"])
        made = Made(group, data["wishes"], asked, tuple(data["flagged"]))
        self.made[group, data["digest"]] = made

    def keep(self, rows: Iterable[dict[str, Any]]) -> None:
        """Take lines, and write them down."""
        lines = list(rows)
        for data in lines:
            self.take(data)
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(data, ensure_ascii=False) + "\n" for data in lines)


def main() -> int:
    """Ask, write the page, and tell what is not accepted."""
    given = arguments()
    judge = shlex.split(given.judge or "") or ["python3", str(Path(given.folder) / "oracle.py")]
    if given.notes:
        given.notes.touch()
    notes = Notes(given.notes)
    notes.read()
    groups = list(chosen(given))
    found = list(through(groups, notes, judge, given.minutes))
    TARGET.write_text(page(groups, found, notes, given), encoding="utf-8")
    return tell(found, notes)


def arguments() -> argparse.Namespace:
    """Return what is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", default=".", help="an installation of the judge")
    parser.add_argument("--judge", help="the judge's program, when it is not oracle.py in FOLDER")
    parser.add_argument("--notes", type=Path, help="the file that keeps what was made and answered")
    parser.add_argument("--minutes", type=float, default=1e6, help="stop to ask after so many")
    parser.add_argument("--gpus", default=",".join(GPUS), help="some of the GPUs")
    parser.add_argument("--releases", default=",".join(RELEASES), help="some of the releases")
    parser.add_argument("--models", default="", help="part of the name of some models")
    return parser.parse_args()


def chosen(given: argparse.Namespace) -> Iterator[Group]:
    """Yield the groups that are asked for, so that the first ones are spread over all."""
    releases = given.releases.split(",")
    models = {release: models_of(release) for release in releases}
    for gpu, turn, release in itertools.product(given.gpus.split(","), range(TURNS), releases):
        for model in models[release][turn::TURNS]:
            if given.models in model:
                yield Group(release, model, gpu)


def models_of(release: str) -> list[str]:
    """Return the models that a release knows."""
    found = dict.fromkeys(one.id for one in catalog.load(release).models())
    found |= dict.fromkeys(one for one in DETECTED if model_of(release, one) is not None)
    return list(found)


# --- making and asking ----------------------------------------------------------------------------


def through(
    groups: Sequence[Group], notes: Notes, judge: Sequence[str], minutes: float
) -> Iterator[Made]:
    """Yield what is printed for each group whose questions are answered in time."""
    digests = Digests()
    begun = time.monotonic()
    batches = batched(groups, digests, notes)
    while time.monotonic() - begun < minutes * 60 and (some := next(batches, None)) is not None:
        notes.keep(answered(some, judge))
        spent = f"{time.monotonic() - begun:.0f} s, {len(notes.answers)} questions"
        print(spent, file=sys.stderr, flush=True)
    for group in groups:
        made = notes.made.get((group, digests.of(group)))
        if made is not None and all(key in notes.answers for key, _ in made.asked):
            yield made


def batched(groups: Sequence[Group], digests: Digests, notes: Notes) -> Iterator[dict[str, Case]]:
    """Make what was not made before, and yield the questions that are open, some at a time."""
    waiting: dict[str, Case] = {}
    for group in groups:
        digest = digests.of(group)
        made = notes.made.get((group, digest))
        if made is not None and all(key in notes.answers for key, _ in made.asked):
            continue
        row, cases = make(group, digest)
        if made is None:
            notes.keep([row])
        waiting.update((key, one) for key, one in cases.items() if key not in notes.answers)
        if len(waiting) >= BATCH:
            yield waiting
            waiting = {}
    yield waiting


def make(group: Group, digest: str) -> tuple[dict[str, Any], dict[str, Case]]:
    """Return the line for a group, and its questions by key."""
    asked: list[tuple[str, str]] = []
    flagged: list[str] = []
    cases: dict[str, Case] = {}
    wishes = list(group.wishes())
    pack, every = rulepack.load(), recipes.load()
    for wish in wishes:
        found = recommend(wish, pack, every)
        for what, command, notes in printed(found):
            one = case(found, command)
            key = hashlib.blake2b(one.key().encode(), digest_size=12).hexdigest()
            cases[key] = one
            asked.append((key, what))
            bad = (note for note in notes if note.severity in ("error", "warning"))
            flagged += (f"{note.code}: {one.release} {one.text()}" for note in bad)
    names = [group.release, group.model, group.gpu]
    counted = {"group": names, "digest": digest, "wishes": len(wishes)}
    row = {**counted, "asked": asked, "flagged": flagged}
    return row, cases


def printed(found: Recommendation) -> list[tuple[str, Command, Sequence[Any]]]:
    """Return every command that is printed, which it is, and what sgdlint finds in it."""
    if any(one.severity == "error" for one in found.notes):
        return []  # nothing is recommended: the command line says the error and exits with 1
    shown = [(f"{one.kind} {one.step.name}", one.command, one.notes) for one in found.variants]
    return [("recommended", found.command, found.notes), *shown]


def case(found: Recommendation, command: Command) -> Case:
    """Return a command as the judge is asked about it."""
    options = found.wish.options
    words = [word for words in command.words() for word in words]
    files = {IMAGE: "an image"} if IMAGE in words else {}
    return Case(
        (command.command, *words),
        dict(command.env),
        JUDGED.get(options.gpu, options.gpu),
        options.gpus or 1,
        files,
        release=str(options.sglang),
    )


def answered(waiting: dict[str, Case], judge: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield a line for each question, with the answer."""
    if not waiting:
        return
    answers = ask(judge, list(waiting.values()))
    for (key, one), answer in zip(waiting.items(), answers, strict=True):
        told = verdict(answer)
        reason = answer.reason if answer is not None and told == "refused" else ""
        text = f"{one.release} {one.text()}" if told == "refused" else ""
        yield {"question": key, "verdict": told, "reason": reason, "text": text}


def verdict(answer: Judged | None) -> str:
    """Return how an answer counts."""
    if answer is None:
        return "not decided"
    return "accepted" if answer.verdict == "accepted" else "refused"


class Digests:
    """Says whether what was made for a group would be made in the same way again."""

    def __init__(self) -> None:
        self.recipes = recipes.load()
        files = sorted(path for one in MADE_OF for path in (ROOT / "sgdlint").glob(one))
        self.all = hashlib.blake2b(b"".join(path.read_bytes() for path in files)).digest()

    def of(self, group: Group) -> str:
        """Return a text that is another one when a recommendation may be another one."""
        fit = fitting(self.recipes, model_of(group.release, group.model))
        data = json.dumps([to_data(one) for one in fit])
        return hashlib.blake2b(self.all + data.encode(), digest_size=8).hexdigest()


# --- telling --------------------------------------------------------------------------------------


def page(
    groups: Sequence[Group], found: Sequence[Made], notes: Notes, given: argparse.Namespace
) -> str:
    """Return the text of the page."""
    gpus = given.gpus.replace(",", ", ")
    head = HEAD.format(gpus=gpus, counts=", ".join(map(str, COUNTS)))
    rows = []
    for release in given.releases.split(","):
        mine = [made for made in found if made.group.release == release]
        of = sum(one.release == release for one in groups)
        numbers = [f"{len(mine)} of {of}", *numbers_of(mine, notes)]
        rows.append(f"| {release} | " + " | ".join(map(str, numbers)) + " |")
    return head + "\n".join(rows) + "\n"


def numbers_of(found: Sequence[Made], notes: Notes) -> list[int]:
    """Return the numbers of one release, in the order of the columns."""
    keys = [key for one in found for key, _ in one.asked]
    told = Counter(notes.answers[key][0] for key in set(keys))
    wishes = sum(one.wishes for one in found)
    verdicts = [told[one] for one in ("accepted", "refused", "not decided")]
    return [wishes, len(keys), len(set(keys)), *verdicts, sum(len(m.flagged) for m in found)]


def tell(found: Sequence[Made], notes: Notes) -> int:
    """Print each kind of refusal once, with a command, and what sgdlint finds."""
    refused: dict[tuple[str, str], list[str]] = {}
    told: Counter[str] = Counter()
    for key, what in {pair for one in found for pair in one.asked}:
        answer, reason, text = notes.answers[key]
        told[answer] += 1
        if answer == "refused":
            refused.setdefault((what, reason), []).append(text)
    for (what, reason), texts in sorted(refused.items()):
        print(f"{len(texts)} × {what}: {reason}\n    {min(texts)}")
    flagged = [text for one in found for text in one.flagged]
    kinds: dict[str, list[str]] = {}
    for text in flagged:
        kinds.setdefault(text.partition(":")[0], []).append(text)
    for code, texts in sorted(kinds.items()):
        print(f"{len(texts)} × flagged {code}\n    {min(texts)}")
    print(", ".join(f"{count} {name}" for name, count in sorted(told.items())))
    return 1 if refused or flagged else 0


if __name__ == "__main__":
    sys.exit(main())
