"""Check what a fix does: each of its edits must be one that can be made in every release."""

from __future__ import annotations

import re

from sgdlint.nearest import nearest
from sgdlint.rules.compiler import ConditionError
from sgdlint.rules.engine import PLACEHOLDER
from sgdlint.rules.model import Action
from sgdlint.rules.names import Names, ever_a_variable, ever_an_option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sgdlint.catalog import Option
    from sgdlint.rules.files import At, RuleProblem

ACTIONS = (
    "set",
    "add",
    "remove",
    "rename",
    "replace",
    "drop",
    "set_env",
    "unset_env",
    "rename_env",
)
_REPLACED = ("flag", "value", "whole", "words", "before", "noted")
_DROPPED = ("option", "variable")


def actions_of(
    at: At, data: dict[str, Any], names: Names
) -> tuple[list[tuple[Action, At]], list[RuleProblem]]:
    """Return the actions of a fix, each with its place, and what is wrong with them."""
    actions, problems = [], []
    for kind in ACTIONS:
        for key, name, value in _edits(data.get(kind, ())):
            place = at.down(kind, key)
            messages = _mistakes(kind, name, value, names)
            problems += [place.down(*below).problem(text) for below, text in messages]
            actions.append((_action(kind, name, value), place))
    return actions, problems


def _edits(data: Any) -> list[tuple[str | int, str, Any]]:
    """Return (key in the file, name, value) for each edit; a list has no values."""
    if isinstance(data, dict):
        return [(name, name, value) for name, value in data.items()]
    return [(index, name, None) for index, name in enumerate(data)]


def _action(kind: str, name: str, value: Any) -> Action:
    if kind == "rename":
        values = tuple(value.get("values", {}).items())
        return Action(kind, name, to=value["to"], values=values)
    return Action(kind, name, None if value is None else " ".join(value.split()))


if TYPE_CHECKING:
    Mistakes = list[tuple[tuple[str, ...], str]]
    """For each mistake the keys below the edit where it stands, and what it is."""


def _mistakes(kind: str, name: str, value: Any, names: Names) -> Mistakes:
    if kind == "replace":
        if names.event and name in _REPLACED:
            return []
        allowed = ", ".join(f"`{one}`" for one in _REPLACED)
        return [((), f"replaces one of {allowed} of an event; the rule needs `on`")]
    if kind == "drop":
        if names.event and name in _DROPPED:
            return []
        return [((), "drops the `option` or `variable` of an event; the rule needs `on`")]
    if re.fullmatch(PLACEHOLDER, name) and names.event:  # which one, the event says
        return []
    if kind in ("set_env", "unset_env"):
        return _at_edit(_variable_mistake(kind, name, names))
    if kind == "rename_env":
        unknown = [one for one in (name, value) if not ever_a_variable(one)]
        return [((), f"no release knows the variable {one}") for one in unknown]
    if kind == "rename":
        return _rename_mistakes(name, value, names)
    if kind == "remove" and ever_an_option(name):
        return []
    mistake = _option_mistake(name, names)
    if not mistake and value is not None and not re.search(PLACEHOLDER, value):
        mistake = _value_mistake(name, value, names)
    return _at_edit(mistake)


def _at_edit(mistake: str) -> Mistakes:
    return [((), mistake)] if mistake else []


def _option_mistake(name: str, names: Names) -> str:
    """Return what is wrong with an option of a fix, or ""."""
    try:
        found = names.resolve(name)
    except ConditionError as error:
        return str(error)
    if found is not None and found[0][0] == "option":
        return ""
    return f"there is no option `{name}`{_hint(name, names.option_names())}"


def _variable_mistake(kind: str, name: str, names: Names) -> str:
    """Return what is wrong with a variable of a fix, or "". Taking an old one away is right."""
    if kind == "unset_env" and ever_a_variable(name):
        return ""
    try:
        found = names.resolve(f"env.{name}")
    except ConditionError as error:
        return str(error)
    if found is not None:
        return ""
    return f"no release knows the variable {name}{_hint(name, names.variable_names())}"


def _rename_mistakes(name: str, value: dict[str, Any], names: Names) -> Mistakes:
    new = value["to"]
    if name == new:
        return [((), "renames the option to itself")]
    mistakes: Mistakes = []
    if not ever_an_option(name):
        mistakes.append(((), f"no release has an option `{name}`"))
    unknown = _option_mistake(new, names)
    if unknown:
        return [*mistakes, (("to",), unknown)]
    for old, text in value.get("values", {}).items():
        mistake = _value_mistake(new, text, names)
        if mistake:
            mistakes.append((("values", old), mistake))
    return mistakes


def _value_mistake(name: str, value: str, names: Names) -> str:
    for option in names.options(name).values():
        if not _fits(option, value):
            allowed = ", ".join(map(str, option.choices or ()))
            choices = f": it takes {allowed}" if allowed else ""
            return f"{value!r} is not a value of `{name}`{choices}"
    return ""


def _fits(option: Option, value: str) -> bool:
    from sgdlint.launch.bind import convert

    if value == "":  # the bare option
        return not option.needs_value
    if not option.takes_value:
        return False
    typed, fits = convert(option, value)
    return fits and (not option.choices or typed in option.choices)


def _hint(name: str, known: list[str]) -> str:
    hint = nearest(name, known)
    return f"; did you mean `{hint}`?" if hint else ""
