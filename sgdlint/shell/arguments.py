"""Words as far as they are written literally."""

from __future__ import annotations

from sgdlint.shell import tree
from sgdlint.shell.builtins import Argument

TEXTS = (tree.Literal, tree.SingleQuoted, tree.AnsiQuoted)


def argument_of(word: tree.Word | tree.Assignment) -> Argument:
    """Return as much of a word as is written literally."""
    if isinstance(word, tree.Assignment):
        if isinstance(word.value, tree.Word) and word.subscript is None and not word.append:
            value = argument_of(word.value)
            return Argument(f"{word.name}={value.text}", value.whole)
        return Argument(word.name + "=", False)
    if word.is_plain:
        return Argument(word.kept, True)
    text = ""
    for part in word.parts:
        literal = _literal(part)
        if literal is None:
            return Argument(text, False)
        text += literal
    return Argument(text, True)


def literal_of(word: tree.Word | tree.Assignment) -> str | None:
    """Return a word that is wholly written literally; None for any other."""
    text = word.kept if type(word) is tree.Word else ""
    if text and "\\" not in text and "\r" not in text:
        if word.is_plain:  # type: ignore[union-attr]
            return text
        if "'" not in text:
            if "$" in text:
                return None
            if text[0] == text[-1] == '"' and '"' not in text[1:-1]:
                return text[1:-1]
    argument = argument_of(word)
    return argument.text if argument.whole else None


def _literal(part: tree.Node) -> str | None:
    if isinstance(part, TEXTS):
        return part.text
    if isinstance(part, tree.DoubleQuoted) and not part.translated:
        texts = [one.text if isinstance(one, tree.Literal) else None for one in part.parts]
        known = [text for text in texts if text is not None]
        return "".join(known) if len(known) == len(texts) else None
    return None
