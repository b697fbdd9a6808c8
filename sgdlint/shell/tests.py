"""Tests: what `[ … ]`, `[[ … ]]` and `(( … ))` give, and what follows for their variables.

The contract with the interpreter. It calls `decide` for a command that is a test:

- a `tree.Simple` whose first word is `[` or `test` (no function of the script), with its words
  after expansion, the first included: their side effects have happened;
- a `tree.Conditional` or `tree.ArithmeticCommand`, with no words: `decide` expands what it needs
  with the expander, and with it come the side effects (`(( N++ ))`, `[[ -n ${X:=1} ]]`). What may
  or may not be expanded goes through `expander.maybe`.

The state is `expander.state`, and after the call it holds whichever way the test went. Refinements
are true on one side only; the interpreter puts them into the state of that path. A name is that of
a variable, or a positional parameter ("1"); its Word is what is known of the value on that side.
"""

from __future__ import annotations

from sgdlint.record import record
from sgdlint.shell import tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.shell.expand import Expander
    from sgdlint.shell.values import Word

COMMANDS = frozenset({"[", "test"})
"""Commands whose words are a test."""


@record
class Verdict:
    """What is known of a test.

    holds: whether it succeeds; None when that is not known.
    if_true, if_false: what is known of variables on that side, by name.
    reads: the variables that it depends on when it depends on nothing else (no file, no program,
    no time): asked again with the same values it gives the same. None otherwise.
    """

    holds: bool | None
    if_true: dict[str, Word]
    if_false: dict[str, Word]
    reads: frozenset[str] | None = None


UNDECIDED = Verdict(None, {}, {})


def decide(node: tree.Node, words: Sequence[Word], expander: Expander) -> Verdict:
    """Return what is known of a test."""
    if isinstance(node, tree.Conditional):
        for word in node.words:
            expander.maybe(word)
        return UNDECIDED
    if isinstance(node, tree.ArithmeticCommand):
        for part in node.parts:
            expander.value(tree.Word(part.start, part.end, (part,)))
        expander.change(node.text)
        return UNDECIDED
    texts = [word.text for word in words]
    if texts[0] == "[" and texts[-1] == "]":
        del texts[-1]
    if len(texts) == 4 and texts[2] in ("=", "==", "!=") and not any(word.many for word in words):
        left, right = texts[1], texts[3]
        if left is not None and right is not None:
            return Verdict((left == right) is (texts[2] != "!="), {}, {})
    return UNDECIDED
