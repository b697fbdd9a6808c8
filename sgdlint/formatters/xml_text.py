"""Text as XML takes it: escaped, and without the characters that no XML may hold."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
IN_ATTRIBUTES = {**MARKUP, '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
"""A parser makes blanks of line ends in attributes that are not written so."""
UNSEEN = "\ufffd"


def text(plain: str) -> str:
    """Return text for between tags."""
    return "".join(MARKUP.get(one, one) for one in _legal(plain).replace("\r", "\n"))


def tag(name: str, attributes: Mapping[str, str | int], *, is_empty: bool = False) -> str:
    """Return a tag that opens an element, or all of an empty one."""
    told = "".join(f' {key}="{_attribute(str(value))}"' for key, value in attributes.items())
    return f"<{name}{told}{'/' * is_empty}>"


def _attribute(plain: str) -> str:
    return "".join(IN_ATTRIBUTES.get(one, one) for one in _legal(plain))


def _legal(plain: str) -> str:
    return "".join(one if _is_legal(one) else UNSEEN for one in plain)


def _is_legal(one: str) -> bool:
    if one < " ":
        return one in "\t\n\r"
    return not "\ud800" <= one <= "\udfff" and one not in "\ufffe\uffff"
