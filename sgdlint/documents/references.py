"""`$(NAME)` as Kubernetes puts it into words and variables, and `$(params.x)` as Tekton does.

A name that the container does not have stays as it is written; `$$` before a parenthesis is one
`$`. Source: Kubernetes documentation, "Define Dependent Environment Variables"; Tekton
documentation, "Variable Substitutions Supported by Tasks and Pipelines".
"""

from __future__ import annotations

import re

from sgdlint.documents.assemble import Value
from sgdlint.record import replace
from sgdlint.shell.values import Piece

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_REFERENCE = re.compile(r"\$(\$|\(([A-Za-z_.-][\w.-]*)\))")
_STEP = re.compile(
    r"\$\((?:params|inputs|outputs|resources|results|steps|tasks|workspaces|context|finally)"
    r"(?:\.[\w./-]+|\[['\"]?[\w./*-]+['\"]?\])+\)"
)
_MANY = "[*])"
_SERVICES = re.compile(r"KUBERNETES_\w+|\w+_SERVICE_(?:HOST|PORT\w*)|\w+_PORT(?:_\w+)?")
"""Variables that Kubernetes sets for the services of the namespace."""


class References:
    """Puts variables in. known: those of the container so far.

    is_open: others may come from what is not read. steps: Tekton puts its own in first.
    """

    def __init__(self, is_open: bool, steps: bool) -> None:
        self.known: dict[str, Value] = {}
        self._is_open = is_open
        self._steps = steps

    def in_text(self, value: Value) -> Value:
        """Return a text for a shell, in which only Tekton puts something."""
        if not self._steps:
            return value
        return replace(value, pieces=tuple(self._each(value, self._with_steps)))

    def put_in(self, value: Value) -> Value:
        """Return a word or the value of a variable with what it refers to."""
        if self._steps:
            many = value.text is not None and value.text.endswith(_MANY)
            value = replace(self.in_text(value), many=many or value.many)
        return replace(value, pieces=tuple(self._each(value, self._with_names)))

    @staticmethod
    def _each(value: Value, change: Callable[[Piece], Iterator[Piece]]) -> Iterator[Piece]:
        for piece in value.pieces:
            if piece.texts is None or "$" not in piece.texts[0]:
                yield piece
            else:
                yield from change(piece)

    @staticmethod
    def _with_steps(piece: Piece) -> Iterator[Piece]:
        text = piece.texts[0] if piece.texts else ""
        done = 0
        for match in _STEP.finditer(text):
            yield from _part(piece, done, match.start())
            yield Piece(None, *_place(piece, *match.span()))
            done = match.end()
        yield from _part(piece, done, len(text))

    def _with_names(self, piece: Piece) -> Iterator[Piece]:
        text = piece.texts[0] if piece.texts else ""
        done = 0
        for match in _REFERENCE.finditer(text):
            name = match[2]
            stays = not text.startswith("(", match.end()) if name is None else self._stays(name)
            if stays:
                continue
            yield from _part(piece, done, match.start())
            place = _place(piece, match.start(), match.end())
            if name is None:
                yield Piece(("$",), *place)
            else:
                pieces = self.known[name].pieces if name in self.known else (Piece(None, -1, -1),)
                yield from (Piece(one.texts, *place, default=one.default) for one in pieces)
            done = match.end()
        yield from _part(piece, done, len(text))

    def _stays(self, name: str) -> bool:
        """Whether a name is certainly none of a variable."""
        may_come = self._is_open or _SERVICES.fullmatch(name) is not None
        return name not in self.known and not may_come


def _part(piece: Piece, start: int, end: int) -> list[Piece]:
    """Return some characters of a piece, as a piece of their own."""
    text = piece.texts[0][start:end] if piece.texts else ""
    return [Piece((text,), *_place(piece, start, end), piece.exact)] if text else []


def _place(piece: Piece, start: int, end: int) -> tuple[int, int]:
    if not piece.exact:
        return piece.start, piece.end
    return piece.start + start, piece.start + end
