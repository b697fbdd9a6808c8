"""Where the documents tell of a rule, in a checkout of the repository; a wheel has none of them."""

from __future__ import annotations

import os

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "docs")
LIST = os.path.join(FOLDER, "rules.md")
"""The list of all rules with their pages."""
_read: list[str] = []


def page_of(code: str) -> str:
    """Return the address of what is told of a rule; "" when there is none."""
    text = _list()
    start = text.find(f"[{code}](")
    if start < 0:
        return ""
    from pathlib import Path

    told = text[start + len(code) + 3 : text.index(")", start)]
    name, _, anchor = told.partition("#")
    return f"{Path(FOLDER, name).as_uri()}#{anchor}"


def _list() -> str:
    if not _read:
        try:
            with open(LIST, encoding="utf-8") as file:
                _read.append(file.read())
        except OSError:
            _read.append("")
    return _read[0]
