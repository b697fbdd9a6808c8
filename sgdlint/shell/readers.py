"""The variables that a test depends on."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.record import fields_of
from sgdlint.shell import tree
from sgdlint.shell.builtins import VOLATILE

_NAME = r"(?<![\w$#])[A-Za-z_]\w*"
_CHANGES = r"\+\+|--|(?<![=!<>])=(?!=)|<<=|>>="
_OUTSIDE = r"\s-(?:[a-hkoprstuwxGLNOSR]|nt|ot|ef)\s"
BRACKETS = frozenset({"[", "]", "=", "==", "!="})
"""Words of tests that name nothing."""
_RUNNING = (tree.CommandSubstitution, tree.ProcessSubstitution, tree.Tilde)


def reads(node: tree.Node, text: str) -> frozenset[str] | None:
    """Return the variables that a test depends on; None when it depends on other things too.

    Those are files, programs and the time. Asked again with the same values it gives the same.
    text: the script that the test stands in.
    """
    if isinstance(node, tree.Simple | tree.Conditional):
        source = text[node.start : node.end]
        if quick.search(_OUTSIDE, source):
            return None
    names: set[str] = set()
    waiting: list[object] = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, tuple):
            waiting.extend(one)
        elif type(one) is tree.Word and one.is_plain:
            if not _names_in(one.kept, names):
                return None
        elif isinstance(one, tree.Node):
            if not _add(one, text, names):
                return None
            waiting.extend(getattr(one, name) for name in fields_of(one)[2:])
    return frozenset(names)


def _add(node: tree.Node, text: str, names: set[str]) -> bool:
    """Add the names that one node reads; return False when it depends on more than variables."""
    if isinstance(node, _RUNNING):
        return False
    if isinstance(node, tree.Parameter):
        if node.prefix == "!" or node.operator in ("=", ":=", "?", ":?", "@") or not node.name:
            return False
        if node.name in VOLATILE or node.name in ("?", "!", "-", "_"):
            return False
        names.add(node.name)
    elif isinstance(node, tree.ArithmeticExpansion | tree.ArithmeticCommand):
        if quick.search(_CHANGES, node.text):
            return False
        found = quick.findall(_NAME, node.text)
        names.update(found)
        return not VOLATILE.intersection(found)
    elif isinstance(node, tree.Literal):
        return _names_in(node.text, names)
    return True


def _names_in(text: str, names: set[str]) -> bool:
    """Add what literal text names: `-v X`, and what `[[ … -eq … ]]` and subscripts evaluate."""
    if text[:1] == "-" or text in BRACKETS:
        return True
    found = quick.findall(_NAME, text)
    names.update(found)
    return not VOLATILE.intersection(found)
