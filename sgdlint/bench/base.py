"""The launch that is measured: from what stands in a file to options that can be changed.

What no run of it tells (`$PROMPT` that nothing sets) stays a variable of the script, and what
cannot be told so is refused: a measurement of something else is worth nothing.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.launch import entrypoints
from sgdlint.launch.wrappers import CONTAINERS
from sgdlint.recommend import IMAGE, PROMPT, quoted
from sgdlint.record import record, replace
from sgdlint.shell.values import Piece, Variable, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sgdlint.bench.axes import Plan
    from sgdlint.catalog import Release
    from sgdlint.launch.launch import Launch
    from sgdlint.launch.recognise import Recognised

    Read = Callable[[Recognised], "Launch | None"]

GENERATE, SERVE = "generate", "serve"
DUMP, OUTPUTS = "perf_dump_path", "output_path"
"""The options that name the files of a run."""
SHELLS = ("bash", "sh", "dash", "ksh", "zsh", "eval", "env", "exec", "time", "nohup")
"""What may start a launch and need not be told."""
_SECRET = r"\w*(TOKEN|SECRET|PASSWORD|API_KEY)"
_UNSET = r"\$(\w+) is not set in this script"
PROMPTS = "prompt_file_path"
"""The option of a request that stands among those of the server."""
WRITE_OUT = "give the command with --command, written out"
"""What helps where words are not known."""
SINGLE = r"[A-Za-z_]\w*"
"""What may be the name of a variable."""


class BenchError(Exception):
    """A launch of which nothing can be measured; the message says why, and what helps."""


@record
class Part:
    """An option with its values, by destination ("" when the parser knows none)."""

    dest: str
    words: tuple[Word, ...]


@record
class Command:
    """What one variant runs: options in order, and variables that it has beside the common ones."""

    parts: tuple[Part, ...]
    env: tuple[tuple[str, str], ...] = ()

    def without(self, names: Iterable[str]) -> Command:
        """Return it without some options and `env.NAME`."""
        gone = set(names)
        parts = tuple(one for one in self.parts if one.dest not in gone)
        env = tuple(one for one in self.env if f"env.{one[0]}" not in gone)
        return Command(parts, env)

    def having(self, parts: Iterable[Part], env: Iterable[tuple[str, str]] = ()) -> Command:
        """Return it with options and variables in the place of those that it has."""
        new = {one.dest: one for one in parts}
        kept = [new.pop(one.dest, one) for one in self.parts]
        fresh = dict(env)
        rest = tuple(one for one in self.env if one[0] not in fresh)
        return Command((*kept, *new.values()), (*rest, *fresh.items()))


@record
class Base:
    """A launch as it is measured.

    found: the launch, as `generate`. command: what is varied; whole: what stands in the file. text:
    of its script. served: it is a server in the file. head: what stands before the options, as bash
    reads it.
    exports: variables that the script sets; needed: those that must come from outside. notes: what
    is otherwise than in the file.
    """

    found: Recognised
    command: Command
    whole: Command
    release: Release
    text: str
    read: Read
    served: bool
    head: tuple[str, ...]
    exports: tuple[tuple[str, str], ...]
    needed: tuple[str, ...]
    notes: tuple[str, ...]

    def launch(self, command: Command) -> Launch | None:
        """Return the launch that a command is."""
        return self.read(self.as_found(command, GENERATE))

    def in_file(self, command: Command) -> Launch | None:
        """Return the launch that a command is when it stands in the file."""
        return self.read(self.as_found(command, SERVE if self.served else GENERATE))

    def as_found(self, command: Command, subcommand: str) -> Recognised:
        """Return a command as if it had been found in the file."""
        words = tuple(word for part in command.parts for word in part.words)
        new = {name: variable(name, value) for name, value in command.env}
        environment = {**self.found.environment, **new}
        changes = {"arguments": words, "environment": environment, "subcommand": subcommand}
        return replace(self.found, **changes)

    def part(self, name: str, value: str) -> Part:
        """Return an option with a value; "" for a switch."""
        flag = self.release.flag(GENERATE, name) or "--" + name.replace("_", "-")
        return Part(name, tuple(word(one) for one in (flag, *value.split())))


def word(text: str) -> Word:
    """Return a word that is written nowhere."""
    return Word(-1, -1, (Piece((text,), -1, -1),))


def variable(name: str, value: str) -> Variable:
    """Return a variable that reaches the process."""
    return Variable(name, word(value), True, -1, -1)


def base_of(
    found: Recognised, launch: Launch, text: str, read: Read, plan: Plan, request: Sequence[str]
) -> Base:
    """Return what is measured of a launch; raises BenchError.

    read: returns the launch that a command is. request: words that every request has.
    """
    release, served = launch.release, found.subcommand == SERVE
    if release.flag(GENERATE, DUMP) is None:
        raise BenchError(f"SGLang {release.name} has no --perf-dump-path: it writes no measurement")
    notes = [] if not served else [_SERVED]
    settled = replace(found, arguments=tuple(_settled(found, notes)))
    bound = read(settled)
    if bound is None or bound.bound.open:
        raise BenchError(f"which options it has is not known{_which(settled)}; {WRITE_OUT}")
    parts = _parts(bound, settled)
    left = [one for one in plan.left_out if found.subcommand in one.commands]
    gone = {name for one in left for name in one.options}
    whole = Command(tuple(parts))
    command = whole.without(gone)
    notes += _left_out(command, parts, release)
    if served:
        command = Command(tuple(one for one in command.parts if _is_known(one, release)))
    settled = replace(settled, subcommand=GENERATE, written=None)
    base = Base(settled, command, whole, release, text, read, served, (), (), (), ())
    command = _with_request(base, command, request)
    head, wrapped = _head(found, served)
    exports, needed, told = _environment(settled, release)
    needed = (*needed, *_variables(command, text, release))
    return replace(
        base,
        command=command,
        head=head,
        exports=exports,
        needed=tuple(dict.fromkeys(needed)),
        notes=(*notes, *wrapped, *told),
    )


_SERVED = (
    "the file starts a server; the same options are measured with `sglang generate`, which writes "
    "the times of one request, as SGLang's own benchmark does"
)


def _which(found: Recognised) -> str:
    """Return the first words that are not known, to be shown."""
    told = next((one.reason for one in found.arguments if one.text is None and one.reason), "")
    return f" ({told})" if told else ""


def _is_of_request(part: Part, release: Release) -> bool:
    """Whether an option is one of what a request may ask for, not of the server."""
    flag = release.flag(GENERATE, part.dest) if part.dest else None
    known = flag is not None and release.options(GENERATE)[flag].sampling
    return known or part.dest == PROMPTS


def _is_known(part: Part, release: Release) -> bool:
    """Whether `generate` has an option; words that are none belong to those for components."""
    if part.dest:
        return release.flag(GENERATE, part.dest) is not None
    text = part.words[0].text or ""
    return not text.startswith("--") or release.component(text.partition("=")[0]) is not None


def _left_out(command: Command, parts: Sequence[Part], release: Release) -> list[str]:
    """Return what is said of options that no run has."""
    kept = [one for one in command.parts if _is_known(one, release)]
    gone = [one.words[0].text or "" for one in parts if one not in kept]
    flags = ", ".join(dict.fromkeys(text.partition("=")[0] for text in gone))
    return [f"left out of every run: {flags}"] if flags else []


# --- options --------------------------------------------------------------------------------------


def _settled(found: Recognised, notes: list[str]) -> Iterable[Word]:
    """Yield the words with what they are when nothing outside the script sets a variable."""
    for one in found.arguments:
        if one.text is not None or one.default is None:
            yield one
        else:
            notes.append(f"as {one.reason}, its default is measured: {one.default or 'nothing'}")
            yield from map(word, one.default.split() if one.many else [one.default])


def _parts(launch: Launch, found: Recognised) -> list[Part]:
    """Return the options in the order of the words.

    A word that is none, behind one that the parser does not know, is taken for its value.
    """
    given = [one for one in launch.bound.every if not one.place]
    owners = {index: one for one in given for index in (one.name_word, *one.value_words)}
    parts: list[Part] = []
    before = None
    for index, one in enumerate(found.arguments):
        owner = owners.get(index)
        is_value = owner is None and bool(parts) and _is_value(one, parts[-1])
        if is_value or (owner is not None and owner is before):
            parts[-1] = Part(parts[-1].dest, (*parts[-1].words, one))
        else:
            parts.append(Part(owner.option.dest if owner is not None else "", (one,)))
        before = owner
    if parts and not parts[0].dest and launch.model_path == parts[0].words[0].text:
        parts[0] = Part("model_path", (word(launch.flag("model_path")), *parts[0].words))
    return parts


def _is_value(one: Word, part: Part) -> bool:
    """Whether a word may be a value of an option that the parser does not know."""
    flag = part.words[0].text or ""
    return not part.dest and flag.startswith("--") and not one.prefix.startswith("--")


def _with_request(base: Base, command: Command, request: Sequence[str]) -> Command:
    """Return a command with the words of the request, and a prompt where it has none."""
    if request:
        asked = replace(base.found, arguments=tuple(map(word, request)))
        launch = base.read(asked)
        parts = _parts(launch, asked) if launch is not None else []
        others = [one for one in parts if not _is_of_request(one, base.release)]
        if others or not parts:
            wrong = f", not {others[0].words[0].text}" if others else ""
            raise BenchError(
                f"--request holds options of a request, as '--prompt \"a fox\" --seed 1'{wrong}"
            )
        command = command.without(one.dest for one in parts).having(parts)
    names = {one.dest for one in command.parts}
    launch = base.launch(command)
    model = launch.model if launch is not None else None
    if model is not None and model.requires_image and not names & {"image_path", "config"}:
        raise BenchError(f"the model needs an image: --request '--image-path {IMAGE} --prompt …'")
    if names & {"prompt", "prompt_path", PROMPTS, "config"}:
        return command
    prompt = Part("prompt", (word(launch.flag("prompt") if launch else "--prompt"), word(PROMPT)))
    return command.having([prompt])


# --- as bash reads it -----------------------------------------------------------------------------


def shell(one: Word, text: str) -> str:
    """Return a word as it is written in the script: known, or with one variable from outside."""
    if one.text is not None:
        return quoted(one.text)
    pieces = [piece.texts[0] if piece.texts else "" for piece in one.pieces]
    variable_there = f'"${{{name_of(one, text)}}}"'
    return "".join(quoted(part) if part else variable_there for part in pieces)


def name_of(one: Word, text: str) -> str:
    """Return the variable from outside that a word holds and all else of it is known; else ""."""
    match = quick.fullmatch(_UNSET, one.reason)
    name = match[1] if match and quick.fullmatch(SINGLE, match[1]) else ""
    unknown = [piece for piece in one.pieces if piece.texts is None]
    known = [piece for piece in one.pieces if piece.texts is not None]
    written = text[one.written_start : one.written_end] if one.written_start >= 0 else ""
    if not name or one.many or len(unknown) != 1 or any(len(one.texts or ()) != 1 for one in known):
        return ""
    plain = written.replace('"', "").replace("'", "")
    around = "".join(piece.texts[0] if piece.texts else "\0" for piece in one.pieces)
    forms = (around.replace("\0", f"${name}"), around.replace("\0", f"${{{name}}}"))
    return name if plain in forms else ""


def _variables(command: Command, text: str, release: Release) -> Iterable[str]:
    """Yield the variables from outside that a command has; raises BenchError for anything else."""
    for part in command.parts:
        for one in part.words:
            if one.text is not None:
                continue
            name = name_of(one, text)
            if not name:
                raise BenchError(_unknown(one, part, text, release))
            yield name


def _unknown(one: Word, part: Part, text: str, release: Release) -> str:
    """Return what is said of a word of which nothing is known, and what helps."""
    shown = one.prefix + "…" if one.prefix else text[one.written_start : one.written_end]
    flag = release.flag(GENERATE, part.dest) if part.dest else None
    of_request = _is_of_request(part, release)
    helps = f"--request '{flag} …' says it" if of_request else WRITE_OUT
    return f"{shown or 'a word'} is not known ({one.reason or 'it depends on the path'}); {helps}"


def _head(found: Recognised, served: bool) -> tuple[tuple[str, ...], list[str]]:
    """Return what stands before the options, and what is said of what is left out of it."""
    words = found.command.words
    count = len(words) - len(found.arguments)
    usual = ("sglang", GENERATE)
    as_program = found.entry == entrypoints.PROGRAM
    containers = [one for one in found.wrappers if one in CONTAINERS]
    told = [
        f"the file starts it with {one}: run the script in that container" for one in containers
    ]
    if found.nested or words[count:] != found.arguments:
        others = [one for one in found.wrappers if one not in (*containers, *SHELLS)]
        return usual, [
            *told,
            *([f"left out: what starts it, {' '.join(others)}"] if others else []),
        ]
    if not as_program and served:
        return usual, told
    start = found.launcher if containers else 0
    texts = [one.text for one in words[start:count]]
    if any(one is None for one in texts):
        return usual, [*told, "what starts it in the file is not known, so `sglang` does"]
    head = [quoted(one) for one in texts if one is not None]
    return (*head[:-1], GENERATE), told


def _environment(
    found: Recognised, release: Release
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...], list[str]]:
    """Return the variables that are set, those that are needed, and what is said of others."""
    exports, needed, unknown = [], [], []
    known = release.environment()
    for name, one in found.environment.items():
        if one.exported is not True or one.word is None or not quick.fullmatch(SINGLE, name):
            continue
        text = one.word.text
        if text is None and name in known:
            text = one.word.default
        if quick.fullmatch(_SECRET, name):
            needed.append(name)
        elif text is not None:
            exports.append((name, text))
        else:
            unknown.append(name)
    told = [f"the file sets these, and what they are is not known here: {', '.join(unknown)}"]
    return tuple(exports), tuple(needed), told if unknown else []
