r"""The regular expressions of the shell lexer.

`patterns.TILDE` is the compiled pattern of that name; it is compiled when first used, because
compiling them all would take longer than reading a script. Loops over quoted text are unrolled
(`[^x]*(?:\\.[^x]*)*`), so that long strings cost neither stack nor memory.
"""

from __future__ import annotations

from sgdlint import quick

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

_NEWLINE = r"\r?\n"
_BLANK = rf"[ \t]*(?:\\{_NEWLINE}[ \t]*)*"
_REST = r"[^\r\n]*(?:\r(?!\n)[^\r\n]*)*"
_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_SIGN = r"[@*#?$!-]"
_SINGLE = r"'[^']*'"
_ANSI = r"\$'[^'\\]*(?:\\.[^'\\]*)*'"
_STRING = r'\$?"[^"$`\\]*(?:\\.[^"$`\\]*)*"'
_WORD_ENDS = r"(?=[ \t\n;&|)]|[<>](?!\()|(?<![+@!])\(|\([ \t]*\)[ \t]*\{|\r\n|\\\r?\n[ \t\n]|\Z)"
_PLAIN_REST = r"[^ \t\r\n;&|<>()'\"`$\\*?\[{~]*"
_PLAIN = rf"(?:[^ \t\r\n;&|<>()'\"`$\\*?\[{{~#]{_PLAIN_REST}|\[\[?|\{{\}}?){_WORD_ENDS}|\{{(?=\()"
_KNOWN = rf"\$(?:{_NAME}(?![A-Za-z0-9_])|[0-9]|{_SIGN}|\{{(?:{_NAME}|[0-9]+|{_SIGN})\}})"
_QUOTED = rf"\"[^\"$`\\]*(?:(?:\\.|{_KNOWN})[^\"$`\\]*)*\""
_REDIRECT = rf"(?:(?:[0-9]+|\{{{_NAME}\}})?(?:<(?:<[<-]?|[&>]|(?!\())|>(?:[>&|]|(?!\()))|&>>?)"
_IN_BRACKETS = (
    r"(?:[^\]\[\n'\"$`\\]|\\.|'[^'\n]*'|\"[^\"\\\n]*(?:\\.[^\"\\\n]*)*\""
    r"|\$(?:\{[^}\n]*\}|\(\([^\n]*?\)\)|\([^)\n]*\)|[^\{\(\n])|`[^`\n]*`|\[[^\]\[\n]*\])*"
)

_SOURCES = {
    # between words
    "COMMAND": rf"{_BLANK}(?:(?=[<>&0-9{{])({_REDIRECT})|({_PLAIN})|({_NEWLINE})"
    rf"|(;;&?|;&|&&?|\|[|&]?|;)|([()])|(#{_REST}))?",
    "SKIP": rf"(?:{_BLANK}(?:(?<=[ \t\n(])#{_REST})?{_NEWLINE})*{_BLANK}",
    "PLAIN": _PLAIN,
    "BLANKS": _BLANK,
    "LINE_ENDS": r"\r?\n|\r?\Z",
    "TIME_OPTION": r"[ \t]+-p(?=[ \t\n])",
    "COPROC_NAME": r"[ \t]+(?!(?:if|while|until|for|case|select|time|!)[ \t])"
    r"([^\s;&|<>(){}'\"`$\\]+)(?=[ \t]+(?:[{(]|\[\[|(?:if|while|until|for|case|select)[ \t])|\(\()",
    # assignments
    "ASSIGN": rf"({_NAME})(\+?=|\[)",
    "ASSIGN_ALL": rf"{_NAME}=",
    "ARRAY_ASSIGN": rf"{_NAME}\+?=\(",
    "CONTINUED_ARRAY": rf"(?:\\{_NEWLINE})+\(",
    "SUBSCRIPT_ASSIGN": rf"(?:{_NAME})?\[{_IN_BRACKETS}\]\+?=",
    "VALUE_PLAIN": rf"[^ \t\r\n;&|<>()'\"`$\\~]*{_WORD_ENDS}",
    # words of text, quotes and plain variables; no two ways to read one, so that it stays linear
    "QUOTED": rf"{_PLAIN_REST}(?:(?:{_SINGLE}|{_QUOTED}|{_KNOWN}){_PLAIN_REST})+{_WORD_ENDS}",
    "QUOTED_PIECE": rf"(?P<SINGLE>{_SINGLE})|(?P<STRING>\"[^\"$`\\]*(?:\\.[^\"$`\\]*)*\")"
    rf"|(?P<QUOTES>{_QUOTED})|(?P<VARIABLE>{_KNOWN})|(?P<TEXT>[^'\"$]+)",
    "IN_QUOTES": rf"(?P<VARIABLE>{_KNOWN})|(?P<QUOTED_TEXT>(?:[^\"$`\\]|\\.)+)",
    # inside words
    "VARIABLE": rf"\$(?:{_NAME}|[0-9]|{_SIGN}|\{{(?:{_NAME}|[0-9]+|{_SIGN})\}})",
    "STRING": _STRING,
    "ANSI": _ANSI,
    "BACKTICK": r"`[^`\\]*(?:\\.[^`\\]*)*`",
    "TILDE": r"~[A-Za-z0-9_.+-]*(?=[/: \t\r\n;&|<>()}]|\Z)",
    "RANGE": r"\{(?:[+-]?[0-9]+\.\.[+-]?[0-9]+|[A-Za-z]\.\.[A-Za-z])(?:\.\.[+-]?[0-9]+)?\}",
    "BRACKET": r"\[[!^]?\]?(?:\[[:.=][a-z]+[:.=]\]|[^\]\[ \t\r\n'\"$`\\;&|<>()])*\]",
    "GLOB_PAREN": rf"[()]|\\.|{_SINGLE}|{_STRING}|[^()\\'\"]+|.",
    "PARAM_HEAD": rf"\$\{{(?:#(?:{_NAME}|[0-9]+|{_SIGN})(?=[\[}}])|!(?:{_NAME}|[0-9]+|[@*#])"
    rf"|{_NAME}|[0-9]+|{_SIGN})?",
    "PARAM_OP": r":[-=?+]|[-=?+]|##?|%%?|/[/#%]?|\^\^?|,,?|~~?|[@*](?=\})|@(?=[A-Za-z]\})|:|",
    "DELIMITER_PIECE": rf"(?P<SINGLE>{_SINGLE})|(?P<ANSI>{_ANSI})"
    r"|(?P<STRING>\$?\"[^\"\\]*(?:\\.[^\"\\]*)*\")|(?P<TEXT>(?:[^ \t\r\n;&|<>()'\"\\]|\\.)+)",
    # [[ … ]]
    "COND_UNARY": r"-[a-hknoprstuvwxzGLNORS](?=[ \t\r\n])",
    "COND_BINARY": r"(?:==|=~|!=|=|-(?:eq|ne|lt|le|gt|ge|nt|ot|ef))(?=[ \t\r\n])|[<>](?!\()",
    "COND_OPERATOR": r"&&|\|\||[()]|!(?=[ \t\r\n(])|\]\](?=[ \t\r\n;&|<>()]|\Z)",
}

REDIRECT_AT, PLAIN_AT, NEWLINE_AT, OPERATOR_AT, PAREN_AT, COMMENT_AT = range(1, 7)
"""The groups of COMMAND."""


def __getattr__(name: str) -> re.Pattern[str]:
    """Compile a pattern when it is first asked for."""
    if name not in _SOURCES:
        raise AttributeError(name)
    pattern = quick.compile(_SOURCES[name], quick.DOTALL)
    globals()[name] = pattern
    return pattern
