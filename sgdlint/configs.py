"""Read a configuration file as SGLang does: YAML 1.1 or JSON, by the ending of its name.

yaml is imported when such a file is read.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ENDINGS = (".json", ".yaml", ".yml")


class ConfigError(Exception):
    """A text that is not YAML or JSON; the message says why. line: from 1, 0 when not known."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def load(name: str, text: str) -> tuple[Any, dict[str, int]]:
    """Return the data of a file and the line of each key at its top; raises ConfigError."""
    return _load_json(text) if name.endswith(".json") else _load_yaml(text)


def _load_json(text: str) -> tuple[Any, dict[str, int]]:
    import json

    try:
        data = json.loads(text)
    except ValueError as error:
        message = getattr(error, "msg", str(error))
        raise ConfigError(message, getattr(error, "lineno", 0)) from None
    keys = data if isinstance(data, dict) else ()
    return data, {key: _line_of(json.dumps(key), text) for key in keys}


def _line_of(quoted: str, text: str) -> int:
    """Return the line of the last place where a quoted key stands; of several the last counts."""
    places = list(re.finditer(re.escape(quoted) + r"\s*:", text))
    return text.count("\n", 0, places[-1].start()) + 1 if places else 0


def _load_yaml(text: str) -> tuple[Any, dict[str, int]]:
    import yaml

    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None, {}
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        lines = {
            key.value: key.start_mark.line + 1
            for key, _ in pairs
            if isinstance(key, yaml.ScalarNode)
        }
        return loader.construct_document(node), lines
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        message = getattr(error, "problem", None) or str(error)
        raise ConfigError(message, mark.line + 1 if mark else 0) from None
    except (ValueError, TypeError, RecursionError) as error:
        raise ConfigError(str(error), 0) from None
    finally:
        loader.dispose()
