"""The keys of settings: what each means, what is allowed, and what reads its value.

`scripts/build_settings.py` makes the JSON Schema and the table of docs/settings.md from them.
"""

from __future__ import annotations

from sgdlint.finding import GOALS, NO_GOAL
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

GRADES = ("error", "warning", "perf", "info", "off")
THRESHOLDS = GRADES[:-1]


@record
class Key:
    """A key. read: its value as it is kept, None when it is not allowed.

    allowed: for messages. about: one line for people. schema: JSON Schema of the value.
    for_files: it may stand in an override.
    """

    name: str
    read: Callable[[Any], Any]
    allowed: str
    about: str
    schema: dict[str, Any]
    for_files: bool = True

    @property
    def part(self) -> str:
        """The part of `Settings` that holds it."""
        return self.name.replace("-", "_")


def _texts(value: object) -> tuple[str, ...] | None:
    """Return one text, or some of them."""
    values = value if isinstance(value, list) else [value]
    texts = tuple(one for one in values if isinstance(one, str) and one.strip())
    return texts if values and len(texts) == len(values) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and value is not True and value > 0 else None


def _number(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 < value < float("inf") else None  # type: ignore[arg-type,operator]


def _switch(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _grades(value: object) -> tuple[tuple[str, str], ...] | None:
    """Return pairs of a rule and how its findings are graded."""
    if not isinstance(value, dict):
        return None
    # YAML 1.1 takes a bare `off` for false.
    pairs = [(str(rule), "off" if grade is False else grade) for rule, grade in value.items()]
    return tuple(pairs) if all(grade in GRADES for _, grade in pairs) else None


def _one_of(names: tuple[str, ...]) -> Callable[[object], str | None]:
    return lambda value: value if isinstance(value, str) and value in names else None


_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
_TEXTS: dict[str, Any] = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]}
_SWITCH: dict[str, Any] = {"type": "boolean"}
_RULES = 'a rule or a list of them, each a code, a name, or the beginning of codes: ["SGD4"]'

KEYS = (
    Key(
        "extend",
        _texts,
        'a settings file, or a list of them: "../sgdlint.toml"',
        "Settings files that hold where this one says nothing; paths from its folder.",
        _TEXTS,
        for_files=False,
    ),
    Key(
        "sglang",
        _texts,
        'a release or a range in quotes, or a list of them: ["0.5.12", "0.5.23"]',
        "The SGLang release where the file and its project name none; of several, it must work "
        "with each.",
        _TEXTS,
    ),
    Key(
        "gpu",
        _text,
        'the name of a GPU in quotes: "H100"',
        "The GPU where the file names none.",
        _TEXT,
    ),
    Key(
        "gpus",
        _whole,
        "a whole number from 1",
        "How many GPUs the machine has.",
        {"type": "integer", "minimum": 1},
    ),
    Key(
        "vram",
        _number,
        "a number above 0",
        "Memory of one GPU in GiB, where it is not that of the product.",
        {"type": "number", "exclusiveMinimum": 0},
    ),
    Key(
        "select",
        _texts,
        _RULES,
        "Only these rules.",
        _TEXTS,
    ),
    Key(
        "ignore",
        _texts,
        _RULES,
        "All but these rules. In an override: these, too.",
        _TEXTS,
    ),
    Key(
        "severity",
        _grades,
        f'a table of rules, each with one of {", ".join(GRADES)}: {{SGD402 = "info"}}',
        "How findings of a rule are graded. In an override: these, too.",
        {"type": "object", "additionalProperties": {"enum": list(GRADES)}},
    ),
    Key(
        "goal",
        _one_of((*GOALS, NO_GOAL)),
        f"one of {', '.join((*GOALS, NO_GOAL))}, in quotes",
        "What launches are tuned for; `none`: repairs alone. Default `latency`.",
        {"enum": [*GOALS, NO_GOAL]},
    ),
    Key(
        "lossy",
        _switch,
        "true or false",
        "Show advice, and apply fixes, that trade quality for speed, too.",
        _SWITCH,
    ),
    Key(
        "fail-on",
        _one_of(THRESHOLDS),
        f"one of {', '.join(THRESHOLDS)}",
        "The lowest severity that gives exit status 1; default `warning`.",
        {"enum": list(THRESHOLDS)},
    ),
    Key(
        "strict",
        _switch,
        "true or false",
        "Exit status 1 also when something may hold a launch and could not be read.",
        _SWITCH,
    ),
    Key(
        "require-reasons",
        _switch,
        "true or false",
        "A suppression that gives no reason is a finding (SGD820).",
        _SWITCH,
    ),
    Key(
        "rules",
        _texts,
        'a rule file or a folder of them, or a list of such: ["ops/rules.d"]',
        "Rules of your own; paths from the folder of the settings file.",
        _TEXTS,
        for_files=False,
    ),
    Key(
        "baseline",
        _text,
        'the path of a file: ".sgdlint-baseline.json"',
        "The file of findings that are known, as `--baseline`; its path from the folder of the "
        "settings file.",
        _TEXT,
        for_files=False,
    ),
    Key(
        "exclude",
        _texts,
        'a pattern as in .gitignore, or a list of them: ["old/", "*.bak.sh"]',
        "Files that are not looked for in folders; patterns of paths from the folder of the "
        "settings file, as in `.gitignore`. A file that is named is read.",
        _TEXTS,
        for_files=False,
    ),
)
"""All but `overrides`, which holds tables of them."""
BY_NAME = {key.name: key for key in KEYS}
OVERRIDES = "overrides"
FILES = "files"
ABOUT_OVERRIDES = (
    "A list of tables: `files`, a pattern of paths from the folder of the settings file or a list "
    "of them, as in `.gitignore`, and what is set otherwise for them. Of several that fit, the "
    "last one counts."
)
