"""The arguments of the command line. Only the parser of the command that is used is built."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

ABOUT = """\
Lint and fix launch commands of SGLang Diffusion (`sglang generate`, `sglang serve`) in shell
scripts, for the SGLang release in use.

commands:
  check       say what will fail, be ignored or be slow
  fix         apply the safe fixes to the files
  explain     tell everything about a rule
  rules       list the rules
  rule test   run the examples of rule files
  ast         print the syntax tree of a script as JSON

`sgdlint COMMAND --help` tells more.
"""
EXITS = "exit status: 0 nothing at or above the threshold, 1 findings, 2 could not run"


class _Parser(argparse.ArgumentParser):
    """Names the nearest command or option in its errors."""

    def error(self, message: str) -> None:  # type: ignore[override]
        from sgdlint.nearest import nearest

        known = [flag for action in self._actions for flag in action.option_strings]
        for word in message.split():
            if word.startswith("--") and word.partition("=")[0] not in known:
                hint = nearest(word.partition("=")[0], known)
                message += f"; did you mean {hint}?" if hint else ""
                break
        self.exit(2, f"sgdlint: error: {message}\nTry `{self.prog} --help`.\n")


def parse(words: Sequence[str], version: str) -> argparse.Namespace:
    """Read the arguments; `action` is the command. Raises SystemExit as argparse does."""
    name = words[0] if words else ""
    build = _COMMANDS.get(name)
    if build is None:
        return _general(version).parse_args(words)
    parser = _Parser(prog=f"sgdlint {name}", epilog=EXITS, allow_abbrev=False)
    build(parser)
    arguments = parser.parse_intermixed_args(words[1:])  # options may stand between paths
    arguments.action = name
    return arguments


def _general(version: str) -> argparse.ArgumentParser:
    parser = _General(
        prog="sgdlint",
        description=ABOUT,
        epilog=EXITS,
        usage="sgdlint COMMAND …",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"sgdlint {version}")
    parser.add_argument("action", metavar="COMMAND", help=argparse.SUPPRESS, type=_refuse)
    return parser


class _General(_Parser):
    def error(self, message: str) -> None:  # type: ignore[override]
        if "required" in message:
            message = f"a command is needed: {', '.join(_COMMANDS)}"
        self.exit(
            2,
            f"sgdlint: error: {message.removeprefix('argument COMMAND: ')}\n"
            "Try `sgdlint --help`.\n",
        )


def _refuse(name: str) -> str:
    from sgdlint.nearest import nearest

    hint = nearest(name, _COMMANDS)
    suggestion = f"; did you mean `{hint}`?" if hint else f"; there are {', '.join(_COMMANDS)}"
    raise argparse.ArgumentTypeError(f"there is no command `{name}`{suggestion}")


def _add_checking(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files, folders (their shell scripts are found), or - for standard input; default .",
    )
    add("--command", metavar="TEXT", help="check this command instead of a file")
    add("--stdin-filename", default="", metavar="NAME", help="the name to show for standard input")
    add("--sglang", default="", metavar="VERSION", help="SGLang release; default: the newest known")
    add("--gpu", default="", metavar="NAME", help="GPU (H100, L40S, …), or auto for this machine's")
    add("--gpus", metavar="N", help="how many GPUs the machine has")
    add("--vram", metavar="GIB", help="memory of one GPU in GiB")
    add(
        "--select",
        action="append",
        default=[],
        metavar="RULE",
        help="only these rules (codes, beginnings of codes, names; commas between)",
    )
    add("--ignore", action="append", default=[], metavar="RULE", help="all but these rules")
    add("--lossy", action="store_true", help="show advice that trades quality for speed, too")
    add(
        "--fail-on",
        choices=("error", "warning", "perf", "info"),
        default="warning",
        help="lowest severity that gives exit status 1; default warning",
    )
    add("--format", choices=("text", "json"), default="text", help="default text")
    add(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help="default auto: on a terminal, unless NO_COLOR is set",
    )


def _check(parser: argparse.ArgumentParser) -> None:
    parser.description = "Say what will fail, be ignored or be slow, at the exact words."
    _add_checking(parser)


def _fix(parser: argparse.ArgumentParser) -> None:
    parser.description = "Apply the safe fixes to the files, and report what is left."
    _add_checking(parser)
    parser.add_argument("--diff", action="store_true", help="show the changes, write nothing")
    parser.add_argument(
        "--unsafe",
        action="store_true",
        help="apply fixes too that may change output, memory or meaning",
    )


def _ast(parser: argparse.ArgumentParser) -> None:
    parser.description = "Print the syntax tree as JSON; exit 1 when part of it did not parse."
    parser.add_argument("file", metavar="FILE", help="a script, or - for standard input")


def _rules(parser: argparse.ArgumentParser) -> None:
    parser.description = "List the rules."
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default text")


def _explain(parser: argparse.ArgumentParser) -> None:
    parser.description = "Tell everything about a rule: why, since when, examples, references."
    parser.add_argument("rule", metavar="RULE", help="its code or name")


def _rule(parser: argparse.ArgumentParser) -> None:
    parser.description = "Check rule files and run their examples."
    parser.prog = "sgdlint rule test"
    parser.add_argument("verb", choices=["test"], metavar="test", help="run the examples")
    parser.add_argument(
        "path",
        nargs="?",
        default="",
        metavar="PATH",
        help="a rule file or a folder of them; default: the built-in rules",
    )
    parser.set_defaults(rule_test=True)


_COMMANDS = {
    "check": _check,
    "fix": _fix,
    "explain": _explain,
    "rules": _rules,
    "rule": _rule,
    "ast": _ast,
}
