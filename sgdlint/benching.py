"""`sgdlint bench`: a launch → the script that measures its variants; a folder → what came of it."""

from __future__ import annotations

import os
import shlex
import sys

from sgdlint import catalog
from sgdlint.arguments import Arguments
from sgdlint.bench import axes
from sgdlint.bench.base import BenchError, base_of
from sgdlint.bench.changes import Wish
from sgdlint.bench.manifest import manifest
from sgdlint.bench.matrix import matrix_of
from sgdlint.bench.script import MARK, script
from sgdlint.bench.telling import planned
from sgdlint.checking import CLEAN, FAILED, FOUND, Packs, inputs, options_of
from sgdlint.expanded import Expanded
from sgdlint.expanding import command_text, path_of
from sgdlint.launch.build import launch_of
from sgdlint.linter import check, surroundings_of
from sgdlint.nearest import nearest
from sgdlint.record import record
from sgdlint.stated import OptionError, positive_whole
from sgdlint.ways import Layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.bench.axes import Plan
    from sgdlint.bench.matrix import Matrix
    from sgdlint.finding import Failure, Finding
    from sgdlint.launch.launch import Launch
    from sgdlint.launch.recognise import Recognised
    from sgdlint.linter import Also
    from sgdlint.rules.engine import Engine
    from sgdlint.scripts import Script
    from sgdlint.source import Source
    from sgdlint.variants import Variant

REPEAT = 3
"""So many runs of each variant, the fewest that can show a difference."""
RESULTS = "bench-results"
"""The folder of the results, where none is named."""
MOST_REPEATS = 50
"""So many runs of each variant are compared at most."""
MODE = 0o755
STOPPED = (129, 130, 143)
"""How the script ends when someone stops it."""


@record
class Candidate:
    """A launch that may be measured."""

    source: Source
    script: Script
    variant: Variant
    launch: Launch
    engine: Engine

    @property
    def place(self) -> str:
        """Where it stands."""
        line, _ = self.script.source.location(self.launch.span.start)
        return f"{self.source.path}:{line}"

    @property
    def expanded(self) -> Expanded:
        """The same, as `expand` tells it."""
        return Expanded(self.script, self.variant, self.launch, ())


def run(arguments: Arguments) -> int:
    """Write the script, run it, or tell what came of it; return the exit status."""
    _check_together(arguments)
    if arguments.read:
        return _read(arguments.read, arguments.format or "text")
    plan = axes.load()
    wish = _wish(arguments, plan)
    repeat = _repeat(arguments)
    request = _request(arguments.request)
    one = _chosen(arguments)
    if one is None:
        return FAILED

    try:
        matrix = matrix_for(one, plan, wish, request)
    except BenchError as error:
        print(f"sgdlint: error: {one.place}: {error}", file=sys.stderr)
        return FOUND
    return _give(matrix, one, arguments, repeat)


def matrix_for(one: Candidate, plan: Plan, wish: Wish, request: Sequence[str] = ()) -> Matrix:
    """Return what is run for a launch; raises BenchError."""
    around = surroundings_of(one.script)

    def read(found: Recognised) -> Launch | None:
        return launch_of(found, one.launch.release, one.launch.hardware, around)

    text = one.script.source.text
    base = base_of(one.variant.found, one.launch, text, read, plan, request)
    return matrix_of(base, one.engine, plan, wish)


def gather(source: Source, into: list[Candidate]) -> Also:
    """Return what puts each launch that is checked into a list, and finds nothing."""

    def see(script: Script, variant: Variant, launch: Launch, engine: Engine) -> list[Finding]:
        if variant.found.command.dead is None:
            into.append(Candidate(source, script, variant, launch, engine))
        return []

    return see


def _give(matrix: Matrix, one: Candidate, arguments: Arguments, repeat: int) -> int:
    """Print or write what is run, or run it."""
    results = arguments.results or RESULTS
    form = arguments.format or "script"
    if form != "script":
        sys.stdout.write(planned(matrix, form))
        return CLEAN
    written = script(matrix, one.source.path, repeat, results)
    if arguments.run:
        return _run(matrix, written, results)
    if len(matrix.trials) == 1:
        print("sgdlint: nothing to vary: the script measures the launch alone", file=sys.stderr)
    if arguments.output and arguments.output != "-":
        _write(arguments.output, written)
        count = len(matrix.trials)
        told = f"{count} variants, {count * repeat} runs" if count > 1 else f"{repeat} runs"
        print(f"sgdlint: {arguments.output}: {told}", file=sys.stderr)
    else:
        sys.stdout.write(written)
    return CLEAN


# --- what is asked for ----------------------------------------------------------------------------


def _check_together(arguments: Arguments) -> None:
    """Refuse what would be left undone; raises OptionError."""
    form = arguments.format or ("text" if arguments.read else "script")
    if arguments.read and (arguments.paths or arguments.command is not None or arguments.run):
        raise OptionError("--read tells what came of a script: without a launch and --run")
    if arguments.run and (arguments.format or arguments.output):
        raise OptionError("--run keeps the script with the results: without --format, --output")
    if form != "script" and arguments.output not in ("", "-"):
        raise OptionError(f"--output writes the script; for --format {form} take `> FILE`")


def _wish(arguments: Arguments, plan: Plan) -> Wish:
    known = [one.name for one in plan.axes]
    only, more = _names(arguments.only, known), _names(arguments.axis, known)
    return Wish(arguments.lossy, arguments.full, only, more)


def _names(given: list[str], known: list[str]) -> tuple[str, ...]:
    """Return the names of axes; raises OptionError."""
    found = tuple(name for text in given for name in text.split(",") if name)
    for name in found:
        if name not in known:
            hint = nearest(name, known)
            told = f"; did you mean {hint!r}?" if hint else f"; there are {', '.join(known)}"
            raise OptionError(f"there is no axis {name!r}{told}")
    return found


def _repeat(arguments: Arguments) -> int:
    repeat = _number("--repeat", arguments.repeat) if arguments.repeat else REPEAT
    if repeat > MOST_REPEATS:
        raise OptionError(f"--repeat: at most {MOST_REPEATS} runs of each are compared")
    return repeat


def _number(option: str, text: str) -> int:
    try:
        return positive_whole(text)
    except OptionError as error:
        raise OptionError(f"{option}: {error}") from None


def _request(text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise OptionError(f"--request: {error}") from None


def _chosen(arguments: Arguments) -> Candidate | None:
    """Return the launch to measure; None, with the reason told, when there is none."""
    if not arguments.paths and arguments.command is None:
        raise OptionError("name the file with the launch, or give it with --command")
    for path in filter(os.path.isdir, arguments.paths):
        raise OptionError(f"{path} is a folder: name the file with the launch")
    failures: list[Failure] = []
    found = list(_candidates(arguments, failures))
    for failure in failures:
        print(f"sgdlint: error: {failure.path}: {failure.message}", file=sys.stderr)
    if failures:
        return None
    if not found:
        print("sgdlint: error: no launch of SGLang Diffusion was found", file=sys.stderr)
        return None
    number = _number("--launch", arguments.launch) if arguments.launch else 0
    if number > len(found):
        told = "is 1 launch" if len(found) == 1 else f"are {len(found)} launches"
        raise OptionError(f"--launch: there {told}")
    if len(found) > 1 and not number:
        print("sgdlint: error: several launches; --launch N says which:", file=sys.stderr)
        for index, one in enumerate(found, 1):
            print(f"  {index}  {one.place}: {_told(one, found)}", file=sys.stderr)
        return None
    return found[number - 1]


def _told(one: Candidate, found: Sequence[Candidate]) -> str:
    """Return a launch in words, with the path on which it runs where it has several."""
    here = [other.expanded for other in found if other.place == one.place]
    layout = Layout(one.script.tree) if len(here) > 1 else None
    path = path_of(one.expanded, here, layout)
    return f"{path}: {command_text(one.launch)}" if path else command_text(one.launch)


def _candidates(arguments: Arguments, failures: list[Failure]) -> list[Candidate]:
    more = {"select": [], "ignore": [], "goal": "", "as_found": False, "verbose": False}
    asked = Arguments(**{**more, **vars(arguments)})
    packs, options = Packs(asked), options_of(asked)
    found: list[Candidate] = []
    for one in inputs(asked, failures):
        report = check(
            one.source, packs.of(one.source), one.wishes(options), gather(one.source, found)
        )
        failures += report.failures
    names = dict.fromkeys(one.launch.release.name for one in found)
    if len(names) > 1:
        newest = [one for one in catalog.releases() if one in names][-1]
        found = [one for one in found if one.launch.release.name == newest]
    return found


# --- files ----------------------------------------------------------------------------------------


def _write(path: str, text: str) -> None:
    """Write the script; a file that is none of ours stays."""
    if os.path.lexists(path) and not _is_ours(path):
        raise OptionError(f"{path}: it is there, and no script of `sgdlint bench`")
    try:
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(path, MODE)
    except OSError as error:
        raise OptionError(f"{path}: cannot be written: {error.strerror or error}") from None


def _is_ours(path: str) -> bool:
    try:
        with open(path, encoding="utf-8") as file:
            return MARK in file.read(1000)
    except (OSError, UnicodeDecodeError):
        return False


def _run(matrix: Matrix, text: str, results: str) -> int:
    """Run the script, and tell what came of it; a folder of other variants stays as it is."""
    import signal
    import subprocess

    from sgdlint.bench.folder import is_of

    if os.environ.get("FORCE") != "1" and not is_of(results, manifest(matrix)):
        raise OptionError(
            f"{results}: it holds results of other variants; --results names another folder"
        )
    try:
        os.makedirs(results, exist_ok=True)
    except OSError as error:
        raise OptionError(f"{results}: cannot be made: {error.strerror or error}") from None
    path = os.path.join(results, "bench.sh")
    _write(path, text)
    sys.stdout.flush()
    before = signal.signal(signal.SIGINT, lambda number, frame: None)  # bash gets it, too, and ends
    try:
        environment = {**os.environ, "RESULTS": results}
        status = subprocess.run(["bash", path], env=environment, check=False).returncode
    except OSError as error:
        raise OptionError(f"bash cannot be started: {error.strerror or error}") from None
    finally:
        signal.signal(signal.SIGINT, before)
    if status in STOPPED:
        return status
    read = _read(results, "text")
    return read if not status else FOUND


def _read(folder: str, form: str) -> int:
    from sgdlint.bench.folder import ResultsError
    from sgdlint.bench.results import read
    from sgdlint.bench.telling import told

    if form == "script":
        raise OptionError("--format: results are text, markdown or json")
    try:
        results = read(folder)
    except ResultsError as error:
        print(f"sgdlint: error: {folder}: {error}", file=sys.stderr)
        return FAILED
    sys.stdout.write(told(results, form))
    return CLEAN if results.base.counts else FOUND
