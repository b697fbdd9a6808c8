"""Which variables the builtins of bash change, from their arguments alone."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.record import record
from sgdlint.shell.folders import CURRENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DECLARING = frozenset({"declare", "export", "local", "readonly", "typeset"})

GIVING = frozenset({"getopts", "let", "mapfile", "printf", "read", "readarray", "shopt"})
"""Builtins that give variables values; `sgdlint.shell.effects` carries them out."""

REPLACING = frozenset({".", "eval", "source"})
"""Builtins that run text which may set any variable."""

VOLATILE = frozenset(
    """
    BASHOPTS BASHPID BASH_ALIASES BASH_ARGC BASH_ARGV BASH_CMDS BASH_COMMAND BASH_LINENO
    BASH_REMATCH BASH_SOURCE BASH_SUBSHELL BASH_VERSINFO BASH_VERSION COLUMNS COMPREPLY
    COMP_CWORD COMP_LINE COMP_WORDS COPROC DIRSTACK EPOCHREALTIME EPOCHSECONDS EUID FUNCNAME
    GROUPS HISTCMD LINENO LINES OLDPWD PIPESTATUS PPID PWD RANDOM SECONDS
    SHELLOPTS SHLVL SRANDOM UID _
    """.split()  # noqa: SIM905 - a column of names is harder to read
)
"""Variables that bash itself changes, whatever a script assigns."""

FIXED = frozenset({"BASHOPTS", "BASH_VERSINFO", "EUID", "PPID", "SHELLOPTS", "UID"})
"""Those of them that cannot be assigned."""

PROGRAMS = frozenset(
    """
    apt apt-get awk basename cat chmod chown conda cp curl cut date deepspeed dirname docker du
    env find free git grep head hf hostname huggingface-cli ip jq kubectl ls lsof mamba mkdir
    mktemp mpirun mv ncu nohup nproc nsys numactl nvidia-smi pip pip3 pkill podman ps python
    python3 realpath rm rsync scp screen sed seq setsid sglang sleep sort srun ssh stat stdbuf
    sudo tail tar taskset tee time timeout tmux torchrun touch tr uname uniq unzip uv wc wget
    which xargs
    """.split()  # noqa: SIM905 - a column of names is harder to read
)
"""Names that nobody gives to a function that sets variables."""

BUILTINS = frozenset(
    """
    : [ alias bg break builtin command continue dirs disown echo enable exec exit false fg
    hash help history jobs kill logout pwd return set shift shopt suspend test times
    trap true type ulimit umask
    """.split()  # noqa: SIM905 - a column of names is harder to read
)
"""Builtins that change no variable of the script, beside those that have a reader below."""

# Compiled when an arithmetic command is met, not at every start.
ASSIGNED = (
    r"(?:\+\+|--)\s*([A-Za-z_]\w*)"
    r"|([A-Za-z_]\w*)(?:\[[^]]*\])?\s*(?:=(?!=)|[-+*/%&|^]=|<<=|>>=|\+\+|--)"
)
INDIRECT = r"(?:\}|\$\w+)\s*(?:=(?!=)|[-+*/%&|^]=|<<=|>>=|\+\+|--)|(?:\+\+|--)\s*\$"
NAME = quick.compile(r"[A-Za-z_]\w*")


HARMLESS = (
    BUILTINS
    | PROGRAMS
    | {"cd", "getopts", "let", "mapfile", "popd", "printf", "pushd"}
    | {"read", "readarray", "wait"}
)
"""Commands that change what is said here, even when functions of another file are about."""


@record
class Argument:
    """An argument as far as it is known: text, and whether that is the whole of it."""

    text: str
    whole: bool


@record
class Effect:
    """What a command changes: kinds of change by name; `any` when it may be any variable.

    Kinds: `=` a value, `x` attributes, `-` anything, `[]` it may become an array, `r` no longer any
    value, `!` values are changed when they are assigned, `i` to numbers, `n` it may refer to
    another variable.
    """

    names: dict[str, str]
    any: bool = False


ATTRIBUTES = {"a": "[]", "A": "[]!", "c": "!", "i": "!i", "l": "!", "r": "r", "u": "!"}
"""What the options of `declare` mean for later assignments."""

NOTHING = Effect({})
MOVED = Effect({CURRENT: "="})
ANYTHING = Effect({}, True)


def assigned_in(text: str) -> Effect:
    """Return the variables that an arithmetic expression assigns."""
    if "=" not in text and "++" not in text and "--" not in text:
        return NOTHING
    if quick.search(INDIRECT, text):
        return ANYTHING
    return Effect({one or other: "=" for one, other in quick.findall(ASSIGNED, text)})


def effect_of(name: str, arguments: Sequence[Argument]) -> Effect:
    """Return what a builtin changes; nothing for a command that is not a builtin."""
    if name in REPLACING:
        return ANYTHING
    if name in DECLARING:
        return _declare(name, arguments)
    reader = READERS.get(name)
    return reader(arguments) if reader else NOTHING


def _declare(name: str, arguments: Sequence[Argument]) -> Effect:
    names: dict[str, str] = {}
    kinds = "r" if name == "readonly" else ""
    refers = False
    for argument in arguments:
        if argument.text[:1] in ("-", "+") and argument.whole:
            refers = refers or ("n" in argument.text and name != "export")
            kinds += "".join(ATTRIBUTES.get(letter, "") for letter in argument.text)
            continue
        match = NAME.match(argument.text)
        if match is None or (not argument.whole and match.end() == len(argument.text)):
            return ANYTHING
        if refers:
            _, _, target = argument.text.partition("=")
            if not argument.whole or NAME.fullmatch(target) is None:
                return ANYTHING
            names[target] = "-"
            names[match.group()] = kinds + "n!-"
            continue
        names[match.group()] = kinds + ("x=" if "=" in argument.text else "x")
    return Effect(names)


def _unset(arguments: Sequence[Argument]) -> Effect:
    return _named(arguments, "-")


def _named(arguments: Sequence[Argument], kinds: str) -> Effect:
    """Return the effect of a builtin whose operands are names of variables."""
    names: dict[str, str] = {}
    for argument in arguments:
        match = NAME.match(argument.text)
        if match is not None and (argument.whole or match.end() < len(argument.text)):
            names[match.group()] = kinds + ("[]" if match.end() < len(argument.text) else "")
        elif not argument.whole:
            return ANYTHING
    return Effect(names)


def _read(arguments: Sequence[Argument]) -> Effect:
    array = False
    names: list[Argument] = []
    skip = False
    for one in arguments:
        if not skip and one.whole and one.text.startswith("-"):
            array = array or "a" in one.text
            skip = one.text[-1] in "diNnptu"
        elif skip:
            skip = False
        else:
            names.append(one)
    effect = _named(names, "=[]" if array else "=")
    return effect if effect.any else Effect({"REPLY": "=", **effect.names})


def _mapfile(arguments: Sequence[Argument]) -> Effect:
    effect = _named(arguments, "=[]")
    return effect if effect.any else Effect({"MAPFILE": "=[]", **effect.names})


def _printf(arguments: Sequence[Argument]) -> Effect:
    if not arguments:
        return NOTHING
    first = arguments[0]
    if not first.text.startswith("-v"):
        return NOTHING
    return _named([Argument(first.text[2:], first.whole), *arguments[1:2]], "=")


def _getopts(arguments: Sequence[Argument]) -> Effect:
    effect = _named(arguments[1:2], "=")
    return effect if effect.any else Effect({"OPTIND": "=", "OPTARG": "-", **effect.names})


def _let(arguments: Sequence[Argument]) -> Effect:
    effects = [assigned_in(one.text) for one in arguments]
    if any(effect.any for effect in effects) or not all(one.whole for one in arguments):
        return ANYTHING
    return Effect({name: "=" for effect in effects for name in effect.names})


def _shopt(arguments: Sequence[Argument]) -> Effect:
    from sgdlint.shell.options import NAMES

    names = [one.text for one in arguments if one.whole]
    is_sure = len(names) == len(arguments)
    return Effect({known: "=" for name, known in NAMES.items() if name in names or not is_sure})


def _wait(arguments: Sequence[Argument]) -> Effect:
    """`wait -p NAME`; what is not known is taken for a process."""
    for index, one in enumerate(arguments):
        if one.text[:1] != "-":
            break
        _, option, name = one.text.partition("p")
        if option:
            named = Argument(name, one.whole)
            return _named([named] if name else arguments[index + 1 : index + 2], "=")
    return NOTHING


READERS: dict[str, Callable[[Sequence[Argument]], Effect]] = {
    "cd": lambda _: MOVED,
    "getopts": _getopts,
    "let": _let,
    "mapfile": _mapfile,
    "popd": lambda _: MOVED,
    "printf": _printf,
    "pushd": lambda _: MOVED,
    "read": _read,
    "readarray": _mapfile,
    "shopt": _shopt,
    "unset": _unset,
    "wait": _wait,
}

CHANGING = DECLARING | REPLACING | READERS.keys()
"""Commands of which `effect_of` tells a change."""
