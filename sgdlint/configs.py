"""Read a configuration file as SGLang does: YAML 1.1 or JSON, by the ending of its name.

yaml is imported when such a file is read.
"""

from __future__ import annotations

import re

from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ENDINGS = (".json", ".yaml", ".yml")
MOST_MERGED = 1_000_000
"""Pairs that merge keys may add: a loader writes them all out, and ends in no time that counts."""
MOST_DEPTH = 300
"""Lists and mappings inside each other; what reads YAML is slow beyond it, or ends the process."""


class ConfigError(Exception):
    """A text that is not YAML or JSON; the message says why. line: from 1, 0 when not known."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


@record
class Loaded:
    """What a file holds.

    lines: the line of each key at its top. first: the first line of a key that is repeated.
    """

    data: Any
    lines: dict[str, int]
    first: dict[str, int]


def load(name: str, text: str) -> Loaded:
    """Read a file; raises ConfigError."""
    if is_deep(text):
        raise ConfigError(f"nested more than {MOST_DEPTH} deep", 0)
    return _load_json(text) if name.endswith(".json") else _load_yaml(text)


def is_deep(text: str) -> bool:
    """Whether lists and mappings stand inside each other beyond the bound."""
    depth = 0
    for match in re.finditer(r"[\[{\]}]", text):
        depth = depth + 1 if match[0] in "[{" else max(0, depth - 1)
        if depth > MOST_DEPTH:
            return True
    return re.search(rf"(?:[-?:][ \t]+){{{MOST_DEPTH}}}", text) is not None


def _load_json(text: str) -> Loaded:
    import json

    pairs: list[tuple[str, Any]] = []

    def note(found: list[tuple[str, Any]]) -> dict[str, Any]:
        pairs[:] = found  # the object at the top is the last one to be complete
        return dict(found)

    try:
        data = json.loads(text, object_pairs_hook=note)
    except (ValueError, RecursionError) as error:
        message = getattr(error, "msg", str(error))
        raise ConfigError(message, getattr(error, "lineno", 0)) from None
    names = [key for key, _ in pairs] if isinstance(data, dict) else []
    places = {key: _lines_of(json.dumps(key), text) for key in names}
    first = {key: places[key][0] for key in names if names.count(key) > 1}
    return Loaded(data, {key: lines[-1] for key, lines in places.items()}, first)


def _lines_of(quoted: str, text: str) -> list[int]:
    """Return the lines where a quoted key stands."""
    places = re.finditer(re.escape(quoted) + r"\s*:", text)
    return [text.count("\n", 0, place.start()) + 1 for place in places] or [0]


def _load_yaml(text: str) -> Loaded:
    import yaml

    lines: dict[str, int] = {}
    first: dict[str, int] = {}
    try:
        loader = yaml.SafeLoader(text)
    except yaml.YAMLError as error:  # a character that no YAML has
        raise ConfigError(str(error).partition("\n")[0], 0) from None
    try:
        node = loader.get_single_node()
        if node is None:
            return Loaded(None, {}, {})
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if isinstance(key, yaml.ScalarNode):
                if key.value in lines:
                    first.setdefault(key.value, lines[key.value])
                lines[key.value] = key.start_mark.line + 1
        if _merged(node, {}) > MOST_MERGED:
            raise ConfigError(f"its merge keys add more than {MOST_MERGED:,} values", 0)
        return Loaded(loader.construct_document(node), lines, first)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        message = getattr(error, "problem", None) or str(error)
        raise ConfigError(message, mark.line + 1 if mark else 0) from None
    except (ValueError, TypeError, RecursionError) as error:
        raise ConfigError(str(error), 0) from None
    finally:
        loader.dispose()


def _merged(node: Any, known: dict[int, int]) -> int:
    """Return how many pairs a YAML loader writes out for a node and what is merged into it."""
    if id(node) in known:
        return known[id(node)]
    count = 0
    if node.id == "mapping":
        for key, value in node.value:
            times = 1 if key.value == "<<" else 0
            named = value.value if times and value.id == "sequence" else [value]
            found = [_merged(one, known) for one in named]
            count += sum(found) if times else max(found)
        count += len(node.value)
    elif node.id == "sequence":
        count = max((_merged(one, known) for one in node.value), default=0)
    known[id(node)] = count
    return count


@record
class Part:
    """A key, or a value, of a file: from where to where it goes.

    text: of a scalar, None for anything else. style: how it is quoted, `|` or `>` for a block.
    """

    start: int
    end: int
    text: str | None
    style: str


def pairs(text: str) -> list[tuple[Part, Part]]:
    """Return the keys at the top of a file with their values, those of JSON too."""
    import yaml

    if is_deep(text):
        return []
    try:
        # The one in C takes JSON with tabs, too.
        node = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, RecursionError):
        return []
    found = node.value if isinstance(node, yaml.MappingNode) else []
    return [(_part(key), _part(value)) for key, value in found]


def _part(node: Any) -> Part:
    scalar = node.id == "scalar"
    style = (node.style or "") if scalar else ""
    text = node.value if scalar else None
    return Part(node.start_mark.index, node.end_mark.index, text, style)


def written(text: str, style: str) -> str:
    """Return a text as a scalar: quoted as asked for, and where it would be no text otherwise."""
    if style == "'" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    if not style and re.fullmatch(r"[A-Za-z_][\w-]*", text):
        from yaml.nodes import ScalarNode
        from yaml.resolver import Resolver

        resolve: Any = Resolver().resolve
        if resolve(ScalarNode, text, (True, False)).endswith(":str"):
            return text
    import json

    return json.dumps(text, ensure_ascii=False)
