"""Programs that run another command: what of their arguments comes before it.

The facts stand in wrappers.txt, one paragraph a program; a paragraph is read when a script names
its program. Nothing here is about SGLang.
"""

from __future__ import annotations

import os

from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "wrappers.txt")

EFFECTS = _names(
    "args clears clears-unless-true entrypoint env env-file env-list exports forgets grants inserts"
    " keeps module moves program rest script splits stops to-command to-keys to-shell unset"
)
"""What an option may do; each is a line of wrappers.txt that lists the options which do it.

args, rest: the command follows. clears, clears-unless-true: the command gets no variables from
outside. entrypoint: names the program of the command. env, env-list: set variables (`A=1`; several,
apart by commas). env-file: a file that sets some. exports: lists the variables that the command
gets (`ALL,A=1`). forgets: variables may change in ways that cannot be seen. grants: says which GPUs
the command gets. inserts: the text in the place of which input comes. keeps: variables from outside
reach the command all the same. module, program: a Python module follows, or a program. moves: the
command runs in another folder. script: is a script for a shell. splits: holds words of the command.
stops: no command is run. to-command, to-keys, to-shell: what follows is read as `runs` says for
that word. unset: takes a variable away.
"""

RUNS = ("batch", "command", "inputs", "keys", "scripts", "shell", "template", "terminal")
"""What stands behind the options.

batch: a file with a script, else one in the input. command: a command. inputs: a command to which
words from outside are added. keys: what is typed in a terminal. scripts: nothing that is run.
shell: words that a shell joins and reads. template: the same, with places for words from outside.
terminal: one word that a shell reads, or a command.
"""


@record
class Wrapper:
    """How a program takes its arguments; options stand without their dashes.

    flags, valued, pairs: options without a value, with one, with two. optional: a value may be
    joined to them. guess: what any other long option is: "valued", "flag", or "" for not known.
    effects: what options do, by option. operands: how many arguments stand before the command;
    interleaved: options may follow them. anywhere: also between the words of the command, and
    behind it. subcommands: the word that must come first, each with how
    it goes on. one_dash: options with several letters may have one dash.
    assigns: NAME=VALUE may stand before the command. separator: the command begins after `--`, and
    nowhere else. needs: an effect without which there is no command.
    fresh: no variables from outside reach the command. forgets: they may all change. moves: the
    command runs in another folder. adds: variables that it sets itself. prefixes: `PREFIX_NAME`
    outside is NAME inside.
    tool: the command begins with a requirement (`sglang@0.5.12`). image: an image stands before it.
    python: "script" when a Python script follows, "command" when a command does.
    runs: one of RUNS.
    """

    flags: frozenset[str] = frozenset()
    valued: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    pairs: frozenset[str] = frozenset()
    effects: Mapping[str, str] = {}
    guess: str = ""
    operands: int = 0
    interleaved: bool = False
    anywhere: bool = False
    subcommands: Mapping[str, Wrapper] = {}
    one_dash: bool = False
    assigns: bool = False
    separator: bool = False
    needs: str = ""
    fresh: bool = False
    forgets: bool = False
    moves: bool = False
    adds: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    tool: bool = False
    image: bool = False
    python: str = ""
    runs: str = "command"

    @property
    def may_be_fresh(self) -> bool:
        """Whether it, or a subcommand of it, may be fresh."""
        return self.fresh or any(below.may_be_fresh for below in self.subcommands.values())


if TYPE_CHECKING:
    Path = tuple[str, ...]
    Lines = list[str]

_texts: list[str] = []
_wrappers: dict[str, Wrapper | None] = {}


def wrapper_of(name: str) -> Wrapper | None:
    """Return how a program takes its arguments; `-m NAME` is a Python module."""
    if name not in _wrappers:
        paths = _paths(name)
        _wrappers[name] = _tree(name, paths) if paths else None
    return _wrappers[name]


def programs() -> list[str]:
    """Return the names of all programs of the table."""
    heads = [text.partition("\n")[0] for text in _paragraphs()]
    return list(dict.fromkeys(_head(one)[0] for head in heads for one in head.split("|")))


def _paragraphs() -> list[str]:
    """Return the paragraphs of the table; the first line of each says what it is about."""
    if not _texts:
        with open(TABLE, encoding="utf-8") as file:
            found = [text.strip("\n") for text in file.read().split("\n\n")]
        _texts.extend(text for text in found if text and text[0] != "#")
    return _texts


def _paths(name: str) -> dict[Path, Lines]:
    """Return the lines about a program, by subcommands; {} when it is not in the table."""
    paths: dict[Path, Lines] = {}
    for text in _paragraphs():
        head, _, rest = text.partition("\n")
        for one in head.split("|") if name in head else ():
            program, path = _head(one)
            if program == name:
                paths.setdefault(path, []).extend(rest.split("\n") if rest else ())
    return paths


def _head(head: str) -> tuple[str, Path]:
    name, *path = head.split()
    if name == "-m":
        name, path = f"-m {path[0]}", path[1:]
    return name, tuple(path)


def _tree(name: str, paths: Mapping[Path, Lines], path: Path = ()) -> Wrapper:
    """Return the wrapper of a program, or of a subcommand, with those below it."""
    depth = len(path)
    below = {one[depth]: None for one in paths if len(one) > depth and one[:depth] == path}
    subcommands = {word: _tree(name, paths, (*path, word)) for word in below}
    return _read(_all_lines(paths.get(path, [])), subcommands)


def _all_lines(lines: Iterable[str]) -> Lines:
    """Return lines, with those of another paragraph in the place of `like`."""
    found: Lines = []
    for line in lines:
        key, _, rest = line.strip().partition(" ")
        if key == "like":
            name, path = _head(rest)
            found += _all_lines(_paths(name)[path])
        else:
            found.append(line)
    return found


def _read(lines: Iterable[str], subcommands: Mapping[str, Wrapper]) -> Wrapper:
    options: dict[str, set[str]] = {kind: set() for kind in _KINDS}
    effects: dict[str, str] = {}
    values: dict[str, list[str]] = {}
    for line in lines:
        key, *words = line.split()
        if key in options:
            for kind, some in options.items():  # later lines win
                some.difference_update(words) if kind != key else some.update(words)
        elif key in EFFECTS:
            effects.update(dict.fromkeys(words, key))
        else:
            values[key] = [*values.get(key, ()), *words] if key in _LISTS else words
    for name, effect in effects.items():
        if not any(name in some for some in options.values()):
            options["flags" if effect in _WITHOUT_VALUE else "valued"].add(name)
    return _wrapper(options, effects, values, subcommands)


def _wrapper(
    options: Mapping[str, set[str]],
    effects: Mapping[str, str],
    values: Mapping[str, list[str]],
    subcommands: Mapping[str, Wrapper],
) -> Wrapper:
    def one(key: str, otherwise: str = "") -> str:
        return values[key][0] if key in values else otherwise

    return Wrapper(
        flags=frozenset(options["flags"]),
        valued=frozenset(options["valued"]),
        optional=frozenset(options["optional"]),
        pairs=frozenset(options["pairs"]),
        effects=effects,
        guess=one("guess"),
        operands=int(one("operands", "0")),
        interleaved="interleaved" in values,
        anywhere="anywhere" in values,
        subcommands=subcommands,
        one_dash="one-dash" in values,
        assigns="assigns" in values,
        separator="separator" in values,
        needs=one("needs"),
        fresh="fresh" in values,
        forgets="forgets-all" in values,
        moves="moves-all" in values,
        adds=tuple(values.get("adds", ())),
        prefixes=tuple(values.get("prefixes", ())),
        tool="tool" in values,
        image="image" in values,
        python=one("python"),
        runs=one("runs", "command"),
    )


_KINDS = ("flags", "valued", "optional", "pairs")
_LISTS = ("adds", "prefixes")
_WITHOUT_VALUE = ("args", "clears", "keeps", "module", "program", "rest", "stops")
"""Effects of options that take no value, unless they stand in `valued` or `optional` as well."""

CONTAINERS = _names("apptainer docker docker-compose enroot kubectl nerdctl oc podman singularity")
"""Programs that run a command inside a container or an image."""
