"""Files of `NAME=value` lines, as Compose reads them: `.env`, and those of `env_file`.

Values that need more than their quotes taken off (`$NAME`, escapes) are not told. Source:
compose-go, `dotenv/parser.go`.
"""

from __future__ import annotations

import re

from sgdlint.shell.sourcing import SECRET

MOST_LINES = 2_000
"""So many lines of a file are read."""
_LINE = re.compile(
    r"\s*(?:export\s+)?(?P<name>[A-Za-z_]\w*)\s*[=:][ \t]*"
    r"(?:'(?P<single>[^'\\\n]*)'|\"(?P<double>[^\"\\$\n]*)\"|(?P<plain>[^\s#'\"$\\][^#$\\\n]*?|))"
    r"\s*(?:\s#.*)?"
)
_OPEN = re.compile(r"[^#'\"]*[=:][ \t]*['\"]")
_NAME = re.compile(r"\s*(?:export\s+)?([A-Za-z_]\w*)")


def variables(text: str) -> dict[str, str | None]:
    """Return the variables that a file sets; None for a secret, and an unclear value."""
    found: dict[str, str | None] = {}
    for line in text.split("\n")[:MOST_LINES]:
        match = _LINE.fullmatch(line.rstrip("\r"))
        if match is not None:
            values = (match["single"], match["double"], match["plain"])
            known = next(value for value in values if value is not None)
            found[match["name"]] = None if re.search(SECRET, match["name"]) else known
            continue
        if _OPEN.match(line):
            break  # a value of several lines
        named = _NAME.match(line)
        if named is not None:
            found[named[1]] = None
    return found
