"""What plain text is inside each kind of word, and which characters are special there."""

from __future__ import annotations

from sgdlint import quick

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable
    from typing import Any, Final

    Match = Callable[[str, int, int], re.Match[str] | None]


class Mode:
    """The inside of a construct.

    stops: the characters, as of a class in a pattern, that plain text excludes, beside `$`, the
    backtick and the backslash. special: those that the lexer must look at; any other stop ends the
    construct. kind: the kind of plain text's tokens. globs: "" when `*(` means nothing here,
    "extended" when it does, "all" when `*` and `[…]` do too. match: finds plain text.
    """

    __slots__ = ("globs", "kind", "match", "special", "stops")
    match: Match

    def __init__(self, stops: str, special: str, kind: str = "TEXT", globs: str = "") -> None:
        self.stops = stops
        self.special = "$`\\" + special + ("*?+@!" if globs else "")
        self.kind = kind
        self.globs = globs

    def __getattr__(self, name: str) -> Any:
        """Compile the pattern when it is first asked for."""
        if name != "match":
            raise AttributeError(name)
        self.match = quick.compile(self.pattern, quick.DOTALL).match
        return self.match

    @property
    def pattern(self) -> str:
        """The regular expression for plain text."""
        escape = r"\\(?!\r?\n)." if self.kind == "TEXT" else r"\\."
        globs = {"": "", "extended": r"|[+@!?*](?!\()", "all": r"|[+@!](?!\()"}[self.globs]
        taken = "+@!?*" if self.globs else ""
        return rf"(?:[^$`\\{self.stops}{taken}]+|{escape}{globs})+"


_ENDS: Final = r" \t\r\n;&|<>()'\""
_ODD: Final = "<>\r\"'~"

WORD: Final = Mode(_ENDS + r"~\[{", _ODD + "[{", globs="all")
BRACED: Final = Mode(_ENDS + r"~\[{},", _ODD + "[{},", globs="all")
"""After a `{` that may begin a brace expansion."""
VALUE: Final = Mode(_ENDS + "~", _ODD, globs="extended")
PATTERN: Final = Mode(_ENDS + r"~\[", _ODD + "[", globs="all")
REGEX: Final = Mode(r" \t\r\n;&<>()'\"", "\r\"'")
REGEX_GROUP: Final = Mode(r"()'\"", "\"'")
DOUBLE: Final = Mode('"', "", "QUOTED_TEXT")
HEREDOC: Final = Mode("", "", "QUOTED_TEXT")
ARGUMENT: Final = Mode(r"}'\"\[", "\"'[", globs="all")
ARGUMENT_PATTERN: Final = Mode(r"}/'\"\[", "\"'[", globs="all")
"""The pattern of `${x/pattern/string}`."""
ARGUMENT_QUOTED: Final = Mode(r"}'\"", "\"'", "QUOTED_TEXT")
ARGUMENT_PAIRED: Final = Mode(r"'\"", "\"'", "QUOTED_TEXT")
"""Between two `'` in `"${x:-…}"`, where they are plain but a brace closes nothing."""
SLICE: Final = Mode(r"}:'\"", "\"'")
ARITHMETIC: Final = Mode(r"()'\"", "\"'", "ARITH_TEXT")
ARITHMETIC_OLD: Final = Mode(r"\[\]'\"", "\"'", "ARITH_TEXT")
SUBSCRIPT: Final = Mode(r"\[\]'\"", "\"'")
