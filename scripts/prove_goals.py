#!/usr/bin/env python3
"""Compare what `sgdlint fix --unsafe --goal G` makes of a plain launch with what is recommended.

    python scripts/prove_goals.py FOLDER                 # one wish of 40
    python scripts/prove_goals.py FOLDER --one-of 400 --offset 1
    python scripts/prove_goals.py --compare              # asks nobody; writes nothing

FOLDER is an installation of the judge, as for scripts/record_conformance.py; `--judge COMMAND`
names its program. The wishes are those of scripts/prove_recommend.py. Each launch is fixed, fixed
again (which changes nothing), compared with the recommendation, and the real SGLang is asked
whether it accepts it. Writes docs/goals-proof.md and prints what is not as it should be; exit
status 1 when fixing broke a launch or did not settle.
"""

from __future__ import annotations

import argparse
import itertools
import shlex
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from conformance.case import RELEASES, Case, Judged  # noqa: E402
from conformance.judge import ask  # noqa: E402

from sgdlint import catalog, rulepack  # noqa: E402
from sgdlint.finding import GOALS, SEVERITIES, Report  # noqa: E402
from sgdlint.fixer import fix  # noqa: E402
from sgdlint.launch.launch import sure_model  # noqa: E402
from sgdlint.linter import check, launches_for  # noqa: E402
from sgdlint.recommend import IMAGE, PROMPT, Command, Wish, recommend  # noqa: E402
from sgdlint.record import replace as changed  # noqa: E402
from sgdlint.rules import recipes  # noqa: E402
from sgdlint.source import Source  # noqa: E402
from sgdlint.stated import Options  # noqa: E402

TARGET = ROOT / "docs" / "goals-proof.md"
GPUS = ("RTX 4090", "L40S", "A100", "H100", "H200", "B200")
COUNTS = (1, 2, 4, 8)
ONE_OF = 40
STARTS: dict[str, Callable[[Wish], tuple[tuple[str, str], ...]]] = {
    "bare": lambda wish: (),
    "with GPUs": lambda wish: (("num_gpus", str(wish.options.gpus)),),
    "offloaded": lambda wish: (("dit_cpu_offload", "true"), ("text_encoder_cpu_offload", "true")),
    "compiled cold": lambda wish: (("enable_torch_compile", ""),),
    "laid out": lambda wish: (("num_gpus", str(wish.options.gpus)), ("tp_size", "1")),
}
"""What a person wrote beside the model."""
OWN = {"pipeline_class_name", "model_variant"}
SAME = ("bare", "with GPUs")
"""The starts that are to become what is recommended."""
COLUMNS = (
    *("launches", "changed", "compared", "as recommended"),
    *("accepted", "mended", "refused", "broken", "not decided"),
)
HEAD = """\
# Does `fix` come to what `recommend` prints?

<!-- Made by scripts/prove_goals.py; not edited by hand. -->

`scripts/prove_goals.py` takes models that a release knows, on {gpus}, {counts} of them, for each
goal, as a server and as one generation, and writes launches for them: the model alone; with
`--num-gpus`; with parts offloaded; with compilation and no warmup; with a layout of its own. Each
is fixed with `--unsafe --goal`, and

- fixed again, which changes nothing;
- checked: no finding that was not there is as bad as what was mended;
- compared, where it had the model alone or with `--num-gpus`, with what `sgdlint recommend` prints
  for this machine, fixed too; not where another number of GPUs, another pipeline or something of
  the request is recommended, which the person decides, where the launch is still wrong, or where
  the release guesses which model it is;
- given to the real parser and validation of SGLang, run on CPU, before and after. *Mended* are
  those that were refused and no longer are, *refused* those that still are, *broken* those that
  only now are. *Not decided* are launches of which the judge is not certain: it does not hold the
  model, or a package or the GPU decides.

This is one wish of {one_of}, from number {offset} on.

"""


@dataclass(frozen=True)
class Done:
    """A launch that was fixed. start: which. wrong: what is not as it should be, before SGLang.

    recommended: the text of what is printed for the wish; "" where nothing is, or it is no
    comparison.
    """

    wish: Wish
    start: str
    before: str
    after: str
    recommended: str
    wrong: str

    @property
    def release(self) -> str:
        """The release that it is for."""
        return str(self.wish.options.sglang)


def main() -> int:
    """Fix, compare, ask, write the page, and tell what is not as it should be."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", default=".", help="an installation of the judge")
    parser.add_argument("--judge", help="the judge's program, when it is not oracle.py in FOLDER")
    parser.add_argument("--one-of", type=int, default=ONE_OF, help="take one wish of so many")
    parser.add_argument("--offset", type=int, default=0, help="the first one")
    parser.add_argument("--compare", action="store_true", help="ask nobody, write nothing")
    given = parser.parse_args()
    chosen = itertools.islice(wishes(), given.offset, None, given.one_of)
    done = [one for wish in chosen for one in fixed(wish)]
    if given.compare:
        return tell(done, [(None, None)] * len(done))
    command = shlex.split(given.judge or "") or ["python3", str(Path(given.folder) / "oracle.py")]
    answers = ask(command, [case(one, text) for one in done for text in (one.before, one.after)])
    pairs = list(zip(answers[::2], answers[1::2], strict=True))
    TARGET.write_text(page(done, pairs, given.one_of, given.offset), encoding="utf-8")
    return tell(done, pairs)


def wishes() -> Iterator[Wish]:
    """Yield every wish, in an order in which neighbours differ little."""
    for release in RELEASES:
        models = dict.fromkeys(one.id for one in catalog.load(release).models())
        machines = itertools.product(GPUS, COUNTS)
        every = itertools.product(models, machines, GOALS, ("serve", "generate"))
        for model, (gpu, count), goal, command in every:
            options = Options(sglang=release, gpu=gpu, gpus=count)
            yield Wish(model, options, command, goal)


def fixed(wish: Wish) -> Iterator[Done]:
    """Yield each launch of a wish with what fixing makes of it."""
    pack = rulepack.load()
    options = changed(wish.options, goal=wish.goal, tune=True)

    def look(source: Source) -> Report:
        return check(source, pack, options)

    found = recommend(wish, pack, recipes.load())
    is_printed = not any(one.severity in ("error", "warning") for one in found.notes)
    is_printed = (
        is_printed and sure_model(catalog.load(str(options.sglang)), wish.model) is not None
    )
    for name, more in STARTS.items():
        before = _source(start(wish, more(wish)))
        result = fix(before, look, unsafe=True)
        after = before.with_text(result.text)
        wanted = dict(found.command.options)
        same = all(wanted.get(option, value) == value for option, value in more(wish))
        same = same and name in SAME and is_printed and not _own(found.command)
        same = same and not any(one.severity == "error" for one in result.report.findings)
        recommended = fix(_source(found.command), look, unsafe=True).text.strip() if same else ""
        wrong = result.refused or _again(after, options) or _brought(before, after, options)
        texts = (before.text.rstrip("\n"), after.text.rstrip("\n"))
        yield Done(wish, name, *texts, recommended, wrong)


def _source(command: Command) -> Source:
    return Source("run.sh", command.text() + "\n")


def _own(command: Command) -> bool:
    """Whether a command names the pipeline or something of the request: these are the person's."""
    by_dest = catalog.load(command.release).by_dest(command.command)
    names = {name for name, _ in command.options} - {"prompt", "image_path"}
    return bool(OWN & names) or any(by_dest[one].sampling for one in names if one in by_dest)


def _again(source: Source, options: Options) -> str:
    """Return what is wrong when a text is fixed a second time."""
    again = fix(source, lambda it: check(it, rulepack.load(), options), unsafe=True)
    return "" if again.text == source.text else f"fixed again: {again.text}"


def _brought(before: Source, after: Source, options: Options) -> str:
    """Return what is found after the fixes, and was not before, as bad as what was."""
    old, new = (check(one, rulepack.load(), options).findings for one in (before, after))
    least = min((SEVERITIES.index(one.severity) for one in old), default=0)
    known = {one.code for one in old}
    told = [
        f"{one.severity} {one.code}: {one.message}"
        for one in new
        if one.code not in known and SEVERITIES.index(one.severity) >= max(least, 1)
    ]
    return "; ".join(told)


def start(wish: Wish, more: tuple[tuple[str, str], ...]) -> Command:
    """Return the launch that is fixed."""
    release = str(wish.options.sglang)
    model = catalog.load(release).model(wish.model)
    options = [("model_path", wish.model)]
    if wish.command == "generate":
        options.append(("prompt", PROMPT))
        options += [("image_path", IMAGE)] if model is not None and model.requires_image else []
    else:
        options.append(("port", "30000"))
    return Command(release, wish.command, (*options, *more))


def differs(one: Done) -> list[str]:
    """Return the options and variables in which a fixed launch is not as recommended."""
    here, there = (_given(text, one.release) for text in (one.after, one.recommended))
    own = dict(STARTS[one.start](one.wish))
    names = [name for name in sorted({**here, **there}) if name in there or name not in own]
    pairs = [(name, here.get(name), there.get(name)) for name in names]
    return [f"{name}: {mine} for {its}" for name, mine, its in pairs if mine != its]


def _given(text: str, release: str) -> dict[str, object]:
    [launch] = launches_for(Source("run.sh", text + "\n"), release, Options(sglang=release))
    assert launch is not None
    given: dict[str, object] = {name: one.values for name, one in launch.bound.given.items()}
    words = {
        name: one.word.text for name, one in launch.environment.items() if one.word is not None
    }
    return {**given, **words}


def case(one: Done, text: str) -> Case:
    """Return a launch as the judge is asked about it."""
    words = shlex.split(text)
    first = words.index("sglang")
    env = dict(word.split("=", 1) for word in words[:first])
    files = {IMAGE: "an image"} if IMAGE in words else {}
    options = one.wish.options
    argv = tuple(words[first + 1 :])
    return Case(argv, env, options.gpu, options.gpus or 1, files, release=one.release)


def page(
    done: Sequence[Done],
    answers: Sequence[tuple[Judged | None, Judged | None]],
    one_of: int,
    offset: int,
) -> str:
    """Return the text of the page."""
    told: Counter[tuple[str, str]] = Counter()
    for one, (before, after) in zip(done, answers, strict=True):
        told.update((one.release, name) for name in _counted(one, before, after))
    gpus, counts = ", ".join(GPUS), ", ".join(map(str, COUNTS))
    head = HEAD.format(gpus=gpus, counts=counts, one_of=one_of, offset=offset)
    rows = [
        f"| {release} | " + " | ".join(str(told[release, name]) for name in COLUMNS) + " |"
        for release in RELEASES
    ]
    heads = [f"| release | {' | '.join(COLUMNS)} |", "| --- |" + " ---: |" * len(COLUMNS)]
    return head + "\n".join([*heads, *rows]) + "\n"


def _counted(one: Done, before: Judged | None, after: Judged | None) -> Iterator[str]:
    """Yield the columns in which a launch counts."""
    yield "launches"
    yield from ["changed"] * (one.after != one.before)
    yield from ["compared"] * bool(one.recommended)
    yield from ["as recommended"] * (bool(one.recommended) and not differs(one))
    yield verdict(before, after)


def verdict(before: Judged | None, after: Judged | None) -> str:
    """Return how an answer counts."""
    if after is None:
        return "not decided"
    if after.verdict != "accepted":
        return "broken" if before is not None and before.verdict == "accepted" else "refused"
    return "mended" if before is not None and before.verdict != "accepted" else "accepted"


def tell(done: Sequence[Done], answers: Sequence[tuple[Judged | None, Judged | None]]) -> int:
    """Print what is not as it should be, and how often what is."""
    total: Counter[str] = Counter()
    bad = 0
    for one, (before, after) in zip(done, answers, strict=True):
        total.update(_counted(one, before, after))
        told = [one.wrong] if one.wrong else []
        different = differs(one) if one.recommended else []
        told += [f"not as recommended: {'; '.join(different)}"] if different else []
        if after is not None and after.verdict != "accepted":
            told.append(f"refused: {after.reason} (before: {before and before.verdict})")
        where = f"{one.release} {one.wish.options.gpu} x{one.wish.options.gpus} {one.wish.goal}"
        if told:
            print("\n    ".join([f"{where}, {one.start}", one.before, one.after, *told]))
        bad += bool(one.wrong) or verdict(before, after) == "broken"
    print(", ".join(f"{count} {name}" for name, count in total.items()))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
