"""Help and error messages of the command line, by argparse."""

from __future__ import annotations

import argparse

from sgdlint.arguments import (
    ABOUT,
    DESCRIPTIONS,
    EXITS,
    EXITS_OF,
    FLAGS,
    KIND,
    LOGS,
    PATHS,
    SHELLS,
    SUBJECTS,
    Arguments,
    initial,
)
from sgdlint.documents.kinds import KINDS
from sgdlint.nearest import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.arguments import Flag


COMPLETION = """\
bash: sgdlint completion bash > ~/.local/share/bash-completion/completions/sgdlint
zsh:  sgdlint completion zsh > DIRECTORY_OF_FPATH/_sgdlint
fish: sgdlint completion fish > ~/.config/fish/completions/sgdlint.fish
"""


PERF = """\
PATH is a file, a folder (the .json files in it), or a pattern in quotes. The files of one folder,
one pattern or one --new are runs of the same thing: their noise is measured. The first PATH is the
baseline, each other one a variant: NAME=PATH names it. Three runs of each are the fewest that show
that a difference is no chance.
"""
PERF_END = """\
  sgdlint perf eager.json compiled.json
  sgdlint perf eager=runs/eager compiled=runs/compiled --output compared.svg
  sgdlint perf --baseline a-1.json a-2.json a-3.json --new b-1.json b-2.json b-3.json

exit status: 0 compared, 1 slower than --fail-if-slower allows, 2 could not compare
"""

GROUPS = {
    "what is read": (
        *("--command", "--stdin-filename", "--kind", "--as-found"),
        *("--log", "--patterns"),
    ),
    "release, machine, goal": ("--sglang", "--gpu", "--gpus", "--vram", "--goal"),
    "rules": ("--select", "--ignore", "--lossy", "--rules"),
    "fixes": ("--unsafe", "--to", "--diff", "--interactive", "--explain"),
    "old and new findings": (
        *("--baseline", "--write-baseline", "--update-baseline", "--diff-base"),
        *("--add-suppressions", "--reason"),
    ),
    "report": ("--format", "--output", "--statistics", "--quiet", "--verbose", "--color"),
    "the machine": ("--record", "--machine", "--force"),
    "what fails": ("--fail-on", "--strict", "--exit-zero", "--exit-non-zero-on-fix"),
}
"""The options under headings, for commands that have many."""
MANY = 15
"""So many options need headings."""
SHORT = {"--quiet": ("-q",), "--verbose": ("-v",)}
USAGES = {
    "preflight": "sgdlint preflight [OPTIONS] FILE ... | --command TEXT | -- COMMAND [WORD ...]",
    "log": "sgdlint log [OPTIONS] FILE ...",
}
ABOUT_PATHS = {
    "preflight": ("FILE is a script or a deployment file, or - for standard input."),
    "log": LOGS,
}
"""What commands say of their paths that take none by default."""


class _Parser(argparse.ArgumentParser):
    """Names the nearest option or value in its errors."""

    def error(self, message: str) -> None:  # type: ignore[override]
        _, unrecognized, words = message.partition("unrecognized arguments: ")
        if unrecognized:
            message += self._hint(words.split()[0].partition("=")[0])
        _, invalid, rest = message.partition("invalid choice: ")
        if invalid:
            given, _, known = rest.partition(" (choose from ")
            names = [one.strip(" '\"") for one in known.rstrip(")").split(",")]
            hint = nearest(given.strip("'\""), names)
            message += f"; did you mean {hint}?" if hint else ""
        self.exit(2, f"sgdlint: error: {message}\nTry `{self.prog} --help`.\n")

    def _hint(self, flag: str) -> str:
        """Return what an option may have been meant for."""
        others = [name for name, flags in FLAGS.items() if flag in (one.name for one in flags)]
        if others:
            return f"; it is an option of {', '.join(f'`sgdlint {one}`' for one in others)}"
        known = [each for action in self._actions for each in action.option_strings]
        hint = nearest(flag, known)
        return f"; did you mean {hint}?" if hint else ""


WITH_PATHS = ("check", "fix", "expand", "config", "perf", "log", "bench")
"""The commands that take paths, between which options may stand."""


class _General(_Parser):
    def error(self, message: str) -> None:  # type: ignore[override]
        if "required" in message:
            message = f"a command is needed: {', '.join(DESCRIPTIONS)}"
        message = message.removeprefix("argument COMMAND: ")
        self.exit(2, f"sgdlint: error: {message}\nTry `sgdlint --help`.\n")


def parse(words: Sequence[str], version: str) -> Arguments:
    """Read any arguments; raises SystemExit for help and for bad usage."""
    if words[:1] == ["help"]:
        words = [*words[1:2], "--help"]
    name = words[0] if words else ""
    if name not in DESCRIPTIONS:
        return Arguments(**vars(_general(version).parse_args(words)))
    parser = of_command(name)
    read = _with_paths if name in WITH_PATHS else _with_words
    read = _with_command if name == "preflight" else read
    return Arguments(action=name, **vars(read(parser, name, list(words[1:]))))


def of_command(name: str) -> argparse.ArgumentParser:
    """Return the parser of a command, with its options and without what stands between them."""
    parser = _Parser(
        prog=f"sgdlint {name}",
        description=DESCRIPTIONS[name],
        epilog=EXITS_OF.get(name, EXITS),
        allow_abbrev=False,
    )
    flags = FLAGS.get(name, ())
    names = {flag.name for flag in flags}
    places: dict[str, argparse._ActionsContainer] = {}
    for title, group in GROUPS.items() if len(flags) >= MANY else ():
        if names.intersection(group):
            places.update(dict.fromkeys(group, parser.add_argument_group(title)))
    for flag in flags:
        _add(places.get(flag.name, parser), flag)
    return parser


def _add(parser: argparse._ActionsContainer, flag: Flag) -> None:
    if flag.kind == "switch":
        names = *SHORT.get(flag.name, ()), flag.name
        parser.add_argument(*names, action="store_true", help=flag.help)
    elif flag is KIND:
        told = flag.help + ", ".join(KINDS)
        parser.add_argument(flag.name, default="", help=told, metavar=flag.metavar)
    else:
        parser.add_argument(
            flag.name,
            action="append" if flag.kind in ("values", "lists") else "store",
            nargs="+" if flag.kind == "lists" else None,
            default=initial(flag),
            choices=flag.choices or None,
            metavar=flag.metavar or None,
            help=flag.help,
        )


def _with_paths(parser: argparse.ArgumentParser, name: str, words: list[str]) -> argparse.Namespace:
    """Read options that may stand between paths."""
    parser.usage = USAGES.get(name, f"sgdlint {name} [OPTIONS] [PATH ...]")
    parser.description = f"{DESCRIPTIONS[name]} {ABOUT_PATHS.get(name, PATHS)}"
    if name == "perf":
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.description, parser.epilog = f"{DESCRIPTIONS[name]}\n\n{PERF}", PERF_END
    if name == "bench":
        parser.usage = "sgdlint bench [OPTIONS] FILE | --command TEXT | --read DIR"
        parser.description = DESCRIPTIONS[name]
    end = words.index("--") if "--" in words else len(words)
    arguments, others = parser.parse_known_args(words[:end])
    unknown = [word for word in others if word.startswith("-") and word != "-"]
    if unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    arguments.paths = [*others, *words[end + 1 :]]
    return arguments


def _with_command(
    parser: argparse.ArgumentParser, name: str, words: list[str]
) -> argparse.Namespace:
    """Read options and paths; what stands behind `--` is a command, and its options are its own."""
    end = words.index("--") if "--" in words else len(words)
    arguments = _with_paths(parser, name, words[:end])
    arguments.has_end, arguments.run = end < len(words), words[end + 1 :]
    return arguments


def _with_words(parser: argparse.ArgumentParser, name: str, words: list[str]) -> argparse.Namespace:
    add = parser.add_argument
    if name == "ast":
        add("file", metavar="FILE", help="a script, or - for standard input")
    elif name == "explain":
        add("rule", nargs="+", metavar="RULE", help="its code or name; may be several")
    elif name == "catalog":
        add("what", choices=SUBJECTS, metavar="|".join(SUBJECTS))
        add(
            "name",
            nargs="?",
            default="",
            metavar="NAME",
            help="--warmup, Wan-AI/Wan2.2-T2V-A14B-Diffusers, sage_attn, 0.5.18, …; default: all",
        )
        words = _name_last(words)
    elif name == "completion":
        add("shell", choices=SHELLS, help="print it for this shell")
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.epilog = COMPLETION
    elif name == "rule":
        _add_rule(parser, words)
    return parser.parse_args(words)


def _add_rule(parser: argparse.ArgumentParser, words: list[str]) -> None:
    """Add what follows `rule test` or `rule new`."""
    add = parser.add_argument
    verb = words[0] if words else ""
    if verb == "new":
        add("verb", choices=["new"], metavar="new", help="start a rule file")
        add("name", metavar="NAME", help="the fault that it finds: serve-without-strict-ports")
        add("path", nargs="?", default=".", metavar="FOLDER", help="where; default: this folder")
        return
    told = "test" if verb == "test" else "test|new"
    add("verb", choices=["test", "new"], metavar=told, help="run the examples; new starts a file")
    add(
        "path",
        nargs="?",
        default="",
        metavar="PATH",
        help="a rule file or a folder of them; default: the built-in rules",
    )


def _name_last(words: list[str]) -> list[str]:
    """Return the words with those of SGLang behind `--`: the name of an option is none of ours."""
    ours, others = [], []
    flags = [flag.name for flag in FLAGS["catalog"]]
    waiting = list(reversed(words))
    while waiting:
        word = waiting.pop()
        if word in flags and waiting:
            ours += [word, waiting.pop()]
        elif word in ("-h", "--help") or word.partition("=")[0] in flags:
            ours.append(word)
        else:
            others.append(word)
    return [*ours, *others[:1], "--", *others[1:]] if others[1:] else [*ours, *others]


def _general(version: str) -> argparse.ArgumentParser:
    parser = _General(
        prog="sgdlint",
        description=ABOUT,
        epilog=EXITS,
        usage="sgdlint COMMAND …",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    told = f"sgdlint {version}"
    parser.add_argument("-V", "--version", action="version", version=told)
    parser.add_argument("action", metavar="COMMAND", help=argparse.SUPPRESS, type=_refuse)
    return parser


def _refuse(name: str) -> str:
    hint = nearest(name, DESCRIPTIONS)
    suggestion = f"; did you mean `{hint}`?" if hint else f"; there are {', '.join(DESCRIPTIONS)}"
    raise argparse.ArgumentTypeError(f"there is no command `{name}`{suggestion}")
