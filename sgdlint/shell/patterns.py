r"""The regular expressions of the shell lexer.

Names of groups are kinds of tokens, except `special`, which the lexer looks at itself. Loops over
quoted text are unrolled (`[^x]*(?:\\.[^x]*)*`), so that long strings cost neither stack nor
memory.
"""

from __future__ import annotations

import re

NEWLINE = r"\r?\n"
BLANK = rf"[ \t]*(?:\\{NEWLINE}[ \t]*)*"
LINE_REST = r"[^\r\n]*(?:\r(?!\n)[^\r\n]*)*"
NAME = r"[A-Za-z_][A-Za-z0-9_]*"
SPECIAL_NAME = r"[@*#?$!-]"
VARIABLE = rf"\$(?:{NAME}|[0-9]|{SPECIAL_NAME}|\{{(?:{NAME}|[0-9]+|{SPECIAL_NAME})\}})"
SINGLE = r"'[^']*'"
ANSI = r"\$'[^'\\]*(?:\\.[^'\\]*)*'"
STRING = r'\$?"[^"$`\\]*(?:\\.[^"$`\\]*)*"'
RANGE = r"\{(?:[+-]?[0-9]+\.\.[+-]?[0-9]+|[A-Za-z]\.\.[A-Za-z])(?:\.\.[+-]?[0-9]+)?\}"  # {1..9..2}
BRACKET = r"\[[!^]?\]?(?:\[[:.=][a-z]+[:.=]\]|[^\]\[ \t\r\n'\"$`\\;&|<>()])*\]"
EXTENDED = r"[?*+@!]\("

PLAIN_FIRST = r"[^ \t\r\n;&|<>()'\"`$\\*?\[{~#]"
PLAIN_REST = r"[^ \t\r\n;&|<>()'\"`$\\*?\[{~]*"
WORD_ENDS = r"(?=[ \t\n;&|)]|\([ \t]*\)|[<>](?!\()|\r\n|\\\r?\n[ \t\n]|\Z)"
PLAIN = rf"(?:{PLAIN_FIRST}{PLAIN_REST}|\[\[?|\{{\}}?){WORD_ENDS}|\{{(?=\()"
"""A whole word in which no character is special."""

REDIRECT = rf"(?:[0-9]+|\{{{NAME}\}})?(?:<<<|<<-?|<&|<>|<(?!\()|>>|>&|>\||>(?!\())|&>>?"

COMMAND = re.compile(
    rf"{BLANK}(?:(?=[<>&0-9{{])({REDIRECT})|({PLAIN})|({NEWLINE})|(;;&|;;|;&|&&|\|\||\|&|[;&|])"
    rf"|([()])|(#{LINE_REST}))?"
)
REDIRECT_AT, PLAIN_AT, NEWLINE_AT, OPERATOR_AT, PAREN_AT, COMMENT_AT = range(1, 7)
"""The groups of COMMAND."""

ARRAY = re.compile(
    rf"(?:{BLANK}(?:#{LINE_REST})?{NEWLINE})*{BLANK}(?:({PLAIN})|(\))|(#{LINE_REST}))?"
)
COND_SKIP = re.compile(rf"(?:{BLANK}(?:(?<=[ \t\n])#{LINE_REST})?{NEWLINE})*{BLANK}")
COND_PLAIN = re.compile(
    rf"(?:{PLAIN_FIRST}{PLAIN_REST}|[{{}}!\[]|{{}})(?=[ \t\n]|\r\n|\\\r?\n[ \t\n]|[;&|<>)]|\Z)"
)
COMMENT_ANYWHERE = re.compile(rf"(#{LINE_REST})|[^#]+")
BLANKS = re.compile(BLANK)
LINE_ENDS = re.compile(r"\r?\n|\r?\Z")
NEWLINE_ONLY = re.compile(NEWLINE)

ASSIGN = re.compile(rf"({NAME})(\+?=|\[)")
ASSIGN_ALL = re.compile(rf"{NAME}=")
ARRAY_ASSIGN = re.compile(rf"{NAME}\+?=\(")
_INSIDE_BRACKETS = (
    r"(?:[^\]\[\n'\"$`\\]|\\.|'[^'\n]*'|\"[^\"\\\n]*(?:\\.[^\"\\\n]*)*\""
    r"|\$(?:\{[^}\n]*\}|\(\([^\n]*?\)\)|\([^)\n]*\)|[^\{\(\n])|`[^`\n]*`|\[[^\]\[\n]*\])*"
)
SUBSCRIPT_ASSIGN = re.compile(rf"(?:{NAME})?\[{_INSIDE_BRACKETS}\]\+?=")
VALUE_PLAIN = re.compile(rf"[^ \t\r\n;&|<>()'\"`$\\~]+{WORD_ENDS}")
VALUE_ENDS = re.compile(r"[ \t\n;&|)]|[<>](?!\()|\r\n|\Z")

DELIMITER_PIECE = re.compile(
    rf"(?P<SINGLE>{SINGLE})|(?P<ANSI>{ANSI})|(?P<STRING>\$?\"[^\"\\]*(?:\\.[^\"\\]*)*\")"
    r"|(?P<TEXT>(?:[^ \t\r\n;&|<>()'\"\\]|\\.)+)",
    re.DOTALL,
)
TIME_OPTION = re.compile(r"[ \t]+-p(?=[ \t\n])")
COPROC_NAME = re.compile(
    rf"[ \t]+({NAME})(?=[ \t]+(?:[{{(]|\[\[|(?:if|while|until|for|case|select)[ \t]))"
)
TILDE = re.compile(r"~[A-Za-z0-9_.+-]*(?=[/: \t\r\n;&|<>()}]|\Z)")
BACKTICK = re.compile(r"`[^`\\]*(?:\\.[^`\\]*)*`", re.DOTALL)
PARAM_HEAD = re.compile(
    rf"\$\{{(?:#(?:{NAME}|[0-9]+|{SPECIAL_NAME})(?=[\[}}])|!(?:{NAME}|[0-9]+|[@*#])|{NAME}|[0-9]+"
    rf"|{SPECIAL_NAME})?"
)
PARAM_OP = re.compile(r":[-=?+]|[-=?+]|##?|%%?|/[/#%]?|\^\^?|,,?|[@*](?=\})|@(?=[A-Za-z]\})|:|")
GLOB_PAREN = re.compile(rf"[()]|\\.|{SINGLE}|{STRING}|[^()\\'\"]+|.", re.DOTALL)

COND_UNARY = re.compile(r"-[a-hknoprstuvwxzGLNORS](?=[ \t\r\n])")
COND_BINARY = re.compile(r"(?:==|=~|!=|=|-(?:eq|ne|lt|le|gt|ge|nt|ot|ef))(?=[ \t\r\n])|[<>](?!\()")
COND_OPERATOR = re.compile(r"&&|\|\||[()]|!(?=[ \t\r\n(])|\]\](?=[ \t\r\n;&|<>()]|\Z)")


def _inside(
    stops: str, special: str = "(?!)", kind: str = "TEXT", quotes: str = "", glob: str = ""
) -> re.Pattern[str]:
    """Return the pattern of the inside of a construct.

    stops: the characters that plain text excludes. special: what the lexer must look at itself; a
    stop that is not special ends the construct. glob: "" when `*(` has no meaning here, "extended"
    when it has, "glob" when `*` and `[…]` have one too.
    """
    taken = {"": "", "extended": "+@!?*", "glob": "+@!?*"}[glob]
    single = {"": "", "extended": r"|[+@!?*](?!\()", "glob": r"|[+@!](?!\()"}[glob]
    escape = r"\\." if kind != "TEXT" else r"\\(?!\r?\n)."
    globs = rf"|(?P<GLOB>{BRACKET}|(?:[*?](?!\())+)" if glob == "glob" else ""
    extended = rf"{EXTENDED}|" if glob else ""
    return re.compile(
        rf"(?P<{kind}>(?:[^$`\\{stops}{taken}]+|{escape}{single})+)|(?P<VARIABLE>{VARIABLE})"
        rf"{quotes}{globs}|(?P<special>{extended}{special}|\\\r?\n|\\\Z|[$`])",
        re.DOTALL,
    )


_QUOTES = rf"|(?P<SINGLE>{SINGLE})|(?P<ANSI>{ANSI})|(?P<STRING>{STRING})"
_RANGE = rf"|(?P<RANGE>{RANGE})"
_ENDS = r" \t\r\n;&|<>()'\""
_ODD = r"[<>]\(|\r(?!\n)|"

WORD = _inside(_ENDS + r"~\[{", _ODD + r"[\"'~\[{]", quotes=_QUOTES + _RANGE, glob="glob")
BRACED = _inside(_ENDS + r"~\[{},", _ODD + r"[\"'~\[{},]", quotes=_QUOTES + _RANGE, glob="glob")
VALUE = _inside(_ENDS + "~", _ODD + r"[\"'~]", quotes=_QUOTES, glob="extended")
PATTERN = _inside(_ENDS + r"~\[", _ODD + r"[\"'~\[]", quotes=_QUOTES, glob="glob")
REGEX = _inside(r" \t\r\n;&<>()'\"", r"\r(?!\n)|[\"']", quotes=_QUOTES)
REGEX_GROUP = _inside(r"()'\"", r"[\"']", quotes=_QUOTES)
DOUBLE = _inside('"', kind="QUOTED_TEXT")
HEREDOC = _inside("", kind="QUOTED_TEXT")
ARGUMENT = _inside(r"}'\"\[", r"[\"'\[]", quotes=_QUOTES, glob="glob")
ARGUMENT_PATTERN = _inside(r"}/'\"\[", r"[\"'\[]", quotes=_QUOTES, glob="glob")
ARGUMENT_QUOTED = _inside("}'\"", "[\"']", kind="QUOTED_TEXT", quotes=rf"|(?P<STRING>{STRING})")
ARGUMENT_PAIRED = _inside("'\"", "[\"']", kind="QUOTED_TEXT", quotes=rf"|(?P<STRING>{STRING})")
SLICE = _inside(r"}:'\"", r"[\"']", quotes=_QUOTES)
ARITHMETIC = _inside(r"()'\"", r"[\"']", kind="ARITH_TEXT", quotes=_QUOTES)
ARITHMETIC_OLD = _inside(r"\[\]'\"", r"[\"']", kind="ARITH_TEXT", quotes=_QUOTES)
SUBSCRIPT = _inside(r"\[\]'\"", r"[\"']", quotes=_QUOTES)
