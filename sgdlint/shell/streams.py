"""What commands read and write: the input of the statements that run, and what a `$(…)` collects.

Both are kept among the variables of a state, under names that no variable can have, so that paths
keep them apart and join them like all else. Without an entry nothing is known of the input, and
nothing is collected.
"""

from __future__ import annotations

from sgdlint.shell import builtins, tree
from sgdlint.shell.held import unknown
from sgdlint.shell.joining import join_words
from sgdlint.shell.slices import joined, without_newlines, written_nowhere
from sgdlint.shell.values import Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from sgdlint.shell.state import State
    from sgdlint.shell.values import Word

INPUT = "<"
OUTPUT = ">"

QUIET = frozenset(
    """
    : [ break cd continue exit export false getopts let local mapfile mkdir pushd read readarray
    readonly return rm set shift shopt sleep test touch trap true unset wait
    """.split()  # noqa: SIM905 - a column of names is harder to read
)
"""Commands that write nothing when they have arguments, or never."""

KNOWN = frozenset(
    """
    . awk basename cat command cut dirname echo eval head paste printf sed seq source tail tr wc
    xargs
    """.split()  # noqa: SIM905 - a column of names is harder to read
)
"""Commands of which the output may be known."""

LEAVING = frozenset(
    """
    basename chmod cp date dirname du hf hostname huggingface-cli ls mkdir mktemp mv nproc
    nvidia-smi pgrep pip pkill ps pwd realpath rm seq sglang sleep stat touch uname which
    """.split()  # noqa: SIM905 - a column of names is harder to read
)
"""Programs that read no input."""

SHOWS = ("-", "-p", "-v", "--verbose", "-P", "-l")
"""With one of these as their first argument some of them write."""

REASON = "$(…) runs a command"


def get(state: State, name: str) -> Word | None:
    """Return the input, or what was collected; None when it is not known."""
    variable = state.variables.get(name)
    return variable.word if variable is not None and type(variable) is Variable else None


def put(state: State, name: str, word: Word | None) -> None:
    """Set the input, or what was collected."""
    if word is not None:
        state.put(name, Variable(name, word, False, -1, -1))
    elif name in state.variables:
        state.put(name, None)


def write(state: State, word: Word | None) -> None:
    """Collect what a command writes; None: nobody knows what."""
    before = get(state, OUTPUT)
    if before is not None:
        put(state, OUTPUT, joined((before, word or unknown(REASON))))


def take(state: State, rests: Sequence[Word | None]) -> None:
    """Note what processes of their own have left of the input that they share."""
    before = get(state, INPUT)
    if before is not None and any(rest is not before for rest in rests):
        put(state, INPUT, rests[0] if all(rest == rests[0] for rest in rests) else None)


def lose(state: State) -> None:
    """Know neither the input any more, nor what was collected."""
    put(state, INPUT, None)
    put(state, OUTPUT, None)


def may_be_known(body: Sequence[tree.Node], functions: Container[str]) -> bool:
    """Tell whether what commands write is worth following."""
    first = body[0] if len(body) == 1 else None
    if not isinstance(first, tree.Simple):
        while isinstance(first, tree.AndOr):
            first = first.left
        return _name(first) != "cd"  # `cd … && pwd` is the business of `folders`
    return _name(first) in KNOWN or _name(first) in functions


def _name(node: tree.Node | None) -> str:
    """Return the name of a simple command, when it is written literally."""
    words = node.words if isinstance(node, tree.Simple) else ()
    first = words[0].parts[0] if words and isinstance(words[0], tree.Word) else None
    return first.text if isinstance(first, tree.Literal) else ""


def has_input(redirects: Sequence[tree.Redirect]) -> bool:
    """Tell whether an input of its own is given to a command."""
    return any(one.operator[0] == "<" and one.descriptor in ("", "0") for one in redirects)


def is_left(words: Sequence[Word]) -> bool:
    """Tell whether a command leaves its input to those behind it."""
    name = words[0].text
    if name in LEAVING or name in builtins.BUILTINS or name in builtins.DECLARING:
        return True
    return name in builtins.READERS or any("sglang" in word.prefix for word in words)


def together(words: Sequence[Word | None]) -> Word | None:
    """Return one word for what several paths have written."""
    found = [word for word in words if word is not None]
    if not found or len(found) < len(words):
        return None
    first = found[0]
    return first if all(word == first for word in found) else join_words(found)


def substituted(word: Word | None) -> Word | None:
    """Return what a command substitution becomes, before it is split."""
    return None if word is None else without_newlines(word)


def stdin_of(
    redirects: Sequence[tree.Redirect], given: Word | None, around: Word | None
) -> Word | None:
    """Return the input of a command; None when it is not known.

    given: what its last here-document, here-string or `< <(…)` holds. around: its input without
    redirections.
    """
    for one in reversed(redirects):
        if has_input((one,)):
            if one.operator == "<<<" and given is not None:
                return joined((given, written_nowhere("\n")))
            return given if one.operator in ("<<", "<<-") or is_process(one) else None
    return around


def is_process(one: tree.Redirect) -> bool:
    """Tell whether a redirection is `< <(…)`."""
    parts = one.target.parts
    return (
        one.operator == "<"
        and len(parts) == 1
        and isinstance(parts[0], tree.ProcessSubstitution)
        and parts[0].direction == "<"
    )


def is_elsewhere(redirects: Sequence[tree.Redirect]) -> bool:
    """Tell whether the output goes anywhere else."""
    return any(
        one.operator in (">", ">>", ">|", "&>", "&>>", "<>", ">&") and one.descriptor in ("", "1")
        for one in redirects
    )


def is_quiet(words: Sequence[Word]) -> bool:
    """Tell whether a command certainly writes nothing."""
    name, rest = words[0].text, words[1:]
    if name in ("declare", "typeset", "printf"):
        first = rest[0].text if rest else None
        return first is not None and (first == "-v" if name == "printf" else first[:2] != "-p")
    if name not in QUIET:
        return False
    if not rest:
        return name in (":", "[", "break", "continue", "exit", "false", "read", "return", "shift",
                        "test", "true", "wait")  # fmt: skip
    first = rest[0].text
    return name in ("[", "test", "return", "exit", ":") or (
        first is not None and first not in SHOWS
    )
