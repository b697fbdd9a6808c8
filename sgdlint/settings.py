"""The settings of a project: `sgdlint.toml`, or `[tool.sgdlint]` in `pyproject.toml`.

The nearest of these files counts, from the folder of the checked file upwards. What reads TOML is
imported when there is one.
"""

from __future__ import annotations

import sys

from sgdlint.finding import GOALS, NO_GOAL
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sgdlint.source import Nearby

OWN, SHARED = "sgdlint.toml", "pyproject.toml"
TABLE = "tool.sgdlint"
# Most projects have a pyproject.toml, and few of them settings: looking is cheaper than reading.
_MENTIONS = ("tool.sgdlint", 'tool."sgdlint', "tool.'sgdlint", "[tool]")


class SettingsError(Exception):
    """A settings file that cannot be used; the message says where and what is allowed."""


@record
class Settings:
    """What a project sets; empty means: not said.

    path: the file that says it, "" when there is none. lines: the line of each key in it.
    sglang: releases, or ranges of them. rules: files and folders of rules, from the folder of path.
    goal: what launches are tuned for, or "none".
    """

    path: str
    lines: dict[str, int]
    sglang: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    goal: str = ""

    def where(self, key: str) -> str:
        """Return the place of a key: `pyproject.toml:12`."""
        line = self.lines.get(key, 0)
        return f"{self.path}:{line}" if line else self.path


NONE = Settings("", {})
_known: dict[tuple[str, str], Settings | None] = {}
"""What was read, by path and text: a folder of scripts has one settings file."""
_last: list[tuple[Nearby, Settings]] = []
"""What was asked for last: several parts ask for the settings of the same file."""


def of(near: Nearby) -> Settings:
    """Return the settings for a file; raises SettingsError."""
    if not _last or _last[0][0] is not near:
        _last[:] = [(near, _found(near))]
    return _last[0][1]


def _found(near: Nearby) -> Settings:
    for path, text in near.above((OWN, SHARED)):
        if (path, text) not in _known:
            _known[path, text] = read(path, text)
        found = _known[path, text]
        if found is not None:
            return found
    return NONE


def read(path: str, text: str) -> Settings | None:
    """Return what a file sets; None for a pyproject.toml without a table for sgdlint."""
    own = path.endswith(OWN)
    if not own and not _mentions(text):
        return None
    data = _parsed(path, text)
    table = data if own else _table(path, data)
    if table is None:
        return None
    lines = {key: _line(key, text, own) for key in table}
    values = {key: _value(path, lines[key], key, value) for key, value in table.items()}
    return Settings(path, lines, **values)


def _mentions(text: str) -> bool:
    """Whether a pyproject.toml may have a table for sgdlint."""
    dense = text.replace(" ", "") if "sgdlint" in text else ""
    return any(mark in dense for mark in _MENTIONS)


def _parsed(path: str, text: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        data: dict[str, Any] = tomllib.loads(text)
        return data
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"{path}: not TOML: {error}") from None


def _table(path: str, data: dict[str, Any]) -> dict[str, Any] | None:
    tools = data.get("tool")
    table = tools.get("sgdlint") if isinstance(tools, dict) else None
    if table is None or isinstance(table, dict):
        return table
    raise SettingsError(f"{path}: `sgdlint` is no table; write [{TABLE}] above the settings")


def _line(key: str, text: str, own: bool) -> int:
    """Return the line of a key, 0 when it is written in an unusual way."""
    import re

    head = None if own else re.search(rf"^\s*\[\s*{TABLE}\s*\]", text, re.MULTILINE)
    start = head.end() if head else 0
    found = re.compile(rf"^\s*[\"']?{re.escape(key)}[\"']?\s*[.=]", re.MULTILINE)
    match = found.search(text, start) if own or head else None
    return text.count("\n", 0, match.end()) + 1 if match else 0


# --- the keys -------------------------------------------------------------------------------------


def _texts(value: object) -> tuple[str, ...] | None:
    """Return one text, or some of them."""
    values = value if isinstance(value, list) else [value]
    texts = tuple(one for one in values if isinstance(one, str))
    return texts if values and len(texts) == len(values) else None


def _goal(value: object) -> str | None:
    return value if isinstance(value, str) and value in (*GOALS, NO_GOAL) else None


KEYS = {
    "sglang": (_texts, 'a release or a range in quotes, or a list of them: ["0.5.12", "0.5.23"]'),
    "rules": (_texts, 'a rule file or a folder of them, or a list of such: ["ops/rules.d"]'),
    "goal": (_goal, f"one of {', '.join((*GOALS, NO_GOAL))}, in quotes"),
}
"""Each key: what reads its value (None: not allowed), and what is allowed."""


def _value(path: str, line: int, key: str, value: object) -> Any:
    place = f"{path}:{line}" if line else path
    if key not in KEYS:
        from sgdlint.nearest import nearest

        near = nearest(key, KEYS)
        hint = f"; did you mean `{near}`?" if near else "."
        raise SettingsError(f"{place}: no setting `{key}`{hint} Known: {', '.join(KEYS)}")
    read_it, allowed = KEYS[key]
    found = read_it(value)
    if found is None:
        raise SettingsError(f"{place}: `{key}` is {allowed}")
    return found
