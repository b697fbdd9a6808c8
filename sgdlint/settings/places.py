"""Settings files as data, with the line of each key and item: TOML and YAML."""

from __future__ import annotations

import re
import sys

from sgdlint.settings import SettingsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    Path = tuple[str | int, ...]
    """Where something stands in the data: keys of tables, numbers of items."""

_AT = re.compile(r"\(at line (\d+),")
_HEAD = re.compile(r"^[ \t]*(\[\[?)([^\[\]]+)\]\]?[ \t]*(?:#.*)?$", re.MULTILINE)
_KEY = re.compile(
    r"^[ \t]*((?:[\w\-]+|\"[^\"\n]*\"|'[^'\n]*')(?:[ \t]*\.[ \t]*[\w\-]+)*)[ \t]*=", re.MULTILINE
)


class Read:
    """A settings file. data: what it holds. lines: of each place that is known, from 1."""

    def __init__(self, path: str, data: Any, lines: dict[Path, int]) -> None:
        self.path = path
        self.data = data
        self._lines = lines

    def place(self, *at: str | int) -> str:
        """Return `file:line` of a place in the data, or of the nearest one around it."""
        for length in range(len(at), 0, -1):
            line = self._lines.get(at[:length])
            if line:
                return f"{self.path}:{line}"
        return self.path

    def below(self, *keys: str) -> Read | None:
        """Return what stands below keys; None when there is nothing, SettingsError for no table."""
        data = self.data
        for key in keys:
            data = data.get(key) if isinstance(data, dict) else None
        if data is None:
            return None
        lines = {
            at[len(keys) :]: line for at, line in self._lines.items() if at[: len(keys)] == keys
        }
        found = Read(self.path, data, lines)
        if not isinstance(data, dict):
            place = self.place(*keys)
            raise SettingsError(f"{place}: `{keys[-1]}` is no table; write [{'.'.join(keys)}]")
        return found


def read(path: str, text: str) -> Read:
    """Read a file; raises SettingsError when it is neither TOML nor YAML, as its name says."""
    return _yaml(path, text) if path.endswith((".yaml", ".yml")) else _toml(path, text)


# --- TOML -----------------------------------------------------------------------------------------


def _toml(path: str, text: str) -> Read:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        told = _AT.search(str(error))
        place = f"{path}:{told[1]}" if told is not None else path
        raise SettingsError(f"{place}: not TOML: {error}") from None
    return Read(path, data, dict(_toml_lines(text)))


def _toml_lines(text: str) -> Iterator[tuple[Path, int]]:
    """Yield the lines of keys that are written in the usual way; others have no line."""
    at: Path = ()
    numbers: dict[Path, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        head, key = _HEAD.match(line), _KEY.match(line)
        if head is not None:
            at = _parts(head[2])
            if head[1] == "[[":
                numbers[at] = numbers.get(at, -1) + 1
                at = (*at, numbers[at])
            yield at, number
        elif key is not None:
            yield (*at, *_parts(key[1])), number


def _parts(dotted: str) -> Path:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


# --- YAML -----------------------------------------------------------------------------------------


def _yaml(path: str, text: str) -> Read:
    import yaml

    from sgdlint.configs import MOST_DEPTH, is_deep

    if is_deep(text):
        raise SettingsError(f"{path}: nested more than {MOST_DEPTH} deep")
    try:
        loader = yaml.SafeLoader(text)
    except yaml.YAMLError as error:  # a character that no YAML has
        raise SettingsError(f"{path}: not YAML: {str(error).partition(chr(10))[0]}") from None
    try:
        node = loader.get_single_node()
        lines = {} if node is None else dict(_yaml_lines(path, node))
        data = {} if node is None else loader.construct_document(node)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark is not None else path
        raise SettingsError(f"{place}: not YAML: {getattr(error, 'problem', error)}") from None
    finally:
        loader.dispose()
    if not isinstance(data, dict):
        raise SettingsError(f"{path}: settings are `key: value` lines")
    return Read(path, data, lines)


def _yaml_lines(path: str, node: Any, at: Path = ()) -> Iterator[tuple[Path, int]]:
    """Yield the line of each key and item; what is written once and used often has one place."""
    waiting: list[tuple[Any, Path]] = [(node, at)]
    seen: set[int] = set()
    while waiting:
        node, at = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node.id == "mapping":
            keys: set[str] = set()
            for key, value in node.value:
                line = key.start_mark.line + 1
                if key.tag.endswith(":merge"):
                    raise SettingsError(f"{path}:{line}: settings take no merge keys; use `extend`")
                if key.value in keys:
                    raise SettingsError(f"{path}:{line}: `{key.value}` stands twice")
                keys.add(key.value if isinstance(key.value, str) else "")
                yield (*at, str(key.value)), line
                waiting.append((value, (*at, str(key.value))))
        elif node.id == "sequence":
            for number, value in enumerate(node.value):
                yield (*at, number), value.start_mark.line + 1
                waiting.append((value, (*at, number)))
