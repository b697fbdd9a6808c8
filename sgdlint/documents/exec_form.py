"""The exec form of a Dockerfile's instructions: a JSON list of words."""

from __future__ import annotations

import json
import re

from sgdlint.documents.yaml_tree import List, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.documents.docker_lines import Instruction

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def words_of(one: Instruction, source: str) -> List | None:
    """Return the words of an instruction in exec form; None for any other form."""
    text = one.text.strip()
    if not text.startswith("["):
        return None
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        return None
    whole = one.span(one.text.index("["), one.text.rindex("]") + 1)
    words = List(whole.start, True)
    words.end = whole.end
    for found, value in zip(_STRING.finditer(one.text), values, strict=True):
        place = one.span(*found.span())
        words.items.append(Scalar(source, place.start, place.end, '"', value, "str"))
    return words
