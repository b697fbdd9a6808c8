"""Why no path leads to a command: what ends them before it, or the test that keeps them away.

Imported when there is such a command.
"""

from __future__ import annotations

from sgdlint.record import fields_of
from sgdlint.shell import tree
from sgdlint.shell.values import Dead

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    End = tuple[int, int, tree.Node | None]

NOWHERE = Dead(-1, -1, False)


def why(root: tree.Tree, start: int, ends: Sequence[End]) -> Dead:
    """Return why no path leads to the command at an offset.

    ends: parts of the text into which none led, with the statement at which they ended, or None.
    """
    around = [one for one in ends if one[0] <= start < one[1]]
    if not around:
        return NOWHERE
    first, _, last = min(around, key=lambda one: one[1] - one[0])
    if last is not None:
        return Dead(last.start, last.end, True)
    test = _test(root, first)
    return NOWHERE if test is None else Dead(test.start, test.end, False)


def _test(root: tree.Tree, start: int) -> tree.Node | None:
    """Return the test that decides whether the statements at an offset run."""
    found = None
    waiting: list[object] = [root]
    while waiting:
        node = waiting.pop()
        if type(node) is tuple:
            waiting.extend(node)
        elif isinstance(node, tree.Tree) or (
            isinstance(node, tree.Node) and node.start <= start < node.end
        ):
            found = _test_of(node, start) or found
            waiting.extend(getattr(node, name) for name in fields_of(node))
    return found


def _test_of(node: tree.Node, start: int) -> tree.Node | None:
    if isinstance(node, tree.AndOr) and node.right.start == start:
        return node.left
    if isinstance(node, tree.Case) and any(_begins(arm.body, start) for arm in node.arms):
        return node.word
    if not isinstance(node, tree.If):
        return None
    if node.otherwise is not None and _begins(node.otherwise, start):
        return node.branches[-1].condition[-1]
    tests = (one.condition[-1] for one in node.branches if _begins(one.body, start))
    return next(tests, None)


def _begins(body: Sequence[tree.Node], start: int) -> bool:
    return bool(body) and body[0].start == start
