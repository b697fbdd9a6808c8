"""What is wrong with options that are about single components of a pipeline.

Imported when a launch has such an option: one with entries (`component=value,…` or JSON), or one
that no parser lists and that names the component itself (`--component-precisions.vae bf16`).
"""

from __future__ import annotations

from sgdlint.catalog.dynamic import usual_components
from sgdlint.catalog.quirks import component_values
from sgdlint.launch.bind import Event
from sgdlint.nearest import nearest
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.catalog import Release
    from sgdlint.catalog.quirks import ComponentValues
    from sgdlint.launch.bind import Bound, Given


@record
class Entry:
    """What one component is given.

    family: the server argument that it fills. flag: the option as it was written.
    value: its text, of several the first; None when it is not known. words: where it stands.
    """

    family: str
    flag: str
    component: str
    value: str | None
    words: tuple[int, ...]


def noted(bound: Bound, single: Sequence[Entry], release: Release) -> Iterator[Event]:
    """Yield what is wrong with the entries of a launch; single: those with options of their own."""
    last = {(one.family, one.component): one for one in single}
    for name, given in bound.given.items():
        if not given.dropped and component_values(release.name, name):
            for entry in _written(name, given):
                last.setdefault((name, entry.component), entry)
    named = {(one.family, _plain(one.component)) for one in last.values()}
    sure = not bound.open and "config" not in bound.given
    for entry in last.values():
        rules = component_values(release.name, entry.family)
        if rules is None:
            yield _right(entry, release)
        elif problem := _problem(entry, rules):
            yield _event(problem, entry)
        elif entry.value is not None and not _takes(rules, entry.value):
            near = nearest(entry.value.strip().lower(), rules.values)
            allowed = ", ".join(rules.values) or "a text that is not empty"
            yield _event("component-value", entry, value=entry.value, allowed=allowed, nearest=near)
        elif rules.needs and sure and (rules.needs, _plain(entry.component)) not in named:
            yield _event("component-without-partner", entry, needs=rules.needs)
        else:
            yield _right(entry, release)


def _right(entry: Entry, release: Release) -> Event:
    """Return the event for an entry that the launch takes."""
    usual = "yes" if _plain(entry.component) in usual_components(release.name) else ""
    value = "" if entry.value is None else entry.value
    return _event("component-entry", entry, family=entry.family, value=value, usual=usual)


def _event(kind: str, entry: Entry, **more: str) -> Event:
    fields = {"flag": entry.flag, "component": _plain(entry.component), **more}
    return Event(kind, entry.words, tuple(fields.items()))


def _written(name: str, given: Given) -> Iterator[Entry]:
    """Yield the entries of an option that holds several."""
    words = (given.name_word, *given.value_words)
    if given.values is not None and len(given.values) == 1 and isinstance(given.values[0], str):
        for component, value in _parsed(given.values[0]):
            yield Entry(name, given.flag, component, value, words)


def _parsed(text: str) -> list[tuple[str, str]]:
    """Return the entries of a text; none where it is not made of entries."""
    import json

    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = None
    if isinstance(data, dict):
        return [
            (key, one if isinstance(one, str) else json.dumps(one)) for key, one in data.items()
        ]
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    if not all(equals for _, equals, _ in pairs):
        return []
    return list({component.strip(): value.strip() for component, _, value in pairs}.items())


def _plain(component: str) -> str:
    return component.strip().replace("-", "_")


def _problem(entry: Entry, rules: ComponentValues) -> str:
    """Return the event for a wrong name of a component, "" for a right one."""
    component, dot, role = entry.component.rpartition(".")
    if not rules.roles or not dot:
        component = entry.component
    elif role.strip().lower() not in rules.roles:
        return "component-role"
    return "" if component.strip() else "component-not-named"


def _takes(rules: ComponentValues, value: str) -> bool:
    value = value.strip().lower()
    return bool(value) and (not rules.values or value in rules.values)
