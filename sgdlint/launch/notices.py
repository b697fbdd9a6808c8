"""What is noticed about options that are well formed.

Values out of range, repeats, what has no effect, and models of later releases.
"""

from __future__ import annotations

from sgdlint.catalog import tables
from sgdlint.catalog.quirks import dead_variables, ignored_flag
from sgdlint.launch.bind import Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.catalog import Model
    from sgdlint.launch.bind import Bound, Given
    from sgdlint.launch.launch import Launch

REFUSED = ("missing-value", "invalid-type", "invalid-choice", "surplus-value")
"""What is noticed about an option at whose value the parser stops."""

OTHER_MODEL = ("pipeline_class_name", "model_id")
"""Options that give the launch another pipeline than its model's."""


def noted(launch: Launch) -> Iterator[Event]:
    """Yield what there is to say about the options and variables of a launch."""
    every = [given for given in launch.bound.every if not given.retired]
    model = None if launch.bound.given.keys() & set(OTHER_MODEL) else launch.model
    yield from _repeated(every, launch)
    for given in every:
        if not given.dropped or given.flag in given.option.dropped:
            yield from _without_effect(given, launch, model)
    for given in launch.bound.given.values():
        if not given.retired and not given.dropped:
            yield from _out_of_range(given, launch, model)
    yield from _dead_variables(launch)
    yield from _later_model(launch)


def _words(given: Given) -> tuple[int, ...]:
    return (given.name_word, *given.value_words)


def _event(kind: str, given: Given, **fields: str) -> Event:
    return Event(kind, _words(given), tuple(fields.items()), given)


# --- values ---------------------------------------------------------------------------------------


def _out_of_range(given: Given, launch: Launch, model: Model | None) -> Iterator[Event]:
    dest = given.option.dest
    if not given.values or not tables.mentions("limits", f'"{dest}"'):
        return
    from sgdlint.catalog.limits import limit_of

    limit = limit_of(launch.release.name, dest, model)
    # What a configuration file has instead of JSON is no text that is parsed.
    if (
        limit is None
        or (limit.json and given.place)
        or any(launch.bound.may_be_given(name) for name in limit.unless)
    ):
        return
    if any(map(limit.allows, given.values)):
        return
    from sgdlint.nearest import nearest

    value = _shown(given.values[0])
    near = nearest(value, limit.among) if limit.among else ""
    fields = {"flag": given.flag, "value": value, "allowed": limit.described(), "nearest": near}
    place = given.value_words or (given.name_word,)
    yield Event("value-out-of-range", place, tuple(fields.items()), given)


def _shown(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


# --- repeats --------------------------------------------------------------------------------------


def _repeated(every: list[Given], launch: Launch) -> Iterator[Event]:
    """Yield an event for each option that a later one with the same destination overrides."""
    last = {given.option.dest: given for given in every if not given.dropped}
    # Where SGLang stops at the later one, the earlier one may be what was meant.
    refused = _refused(launch.bound)
    for given in every:
        winner = last.get(given.option.dest)
        if given.dropped or winner is None or winner is given or winner.name_word in refused:
            continue
        yield _event(
            "repeated-option",
            given,
            flag=given.flag,
            written=_written(given),
            winner=_written(winner),
            same="yes" if given.values is not None and given.values == winner.values else "",
            apart="" if _together(given, winner, launch) else "yes",
        )


def _refused(bound: Bound) -> set[int]:
    """Return the names, as word numbers, of options at whose value the parser stops."""
    words = {word for event in bound.events if event.kind in REFUSED for word in event.words}
    return {one.name_word for one in bound.every if words & {one.name_word, *one.value_words}}


def _written(given: Given) -> str:
    """Return an option with its value; "" when that is not known."""
    if not given.value_words and not given.joined:
        return given.flag
    if given.values is None or len(given.values) != 1:
        return ""
    return f"{given.flag} {_shown(given.values[0])}"


def _together(one: Given, other: Given, launch: Launch) -> bool:
    """Whether both are written out in the command itself, not in an array or variable."""
    spans = [launch.words_span((given.name_word,)) for given in (one, other)]
    return all(launch.span.start <= span.start < launch.span.end for span in spans)


# --- without effect -------------------------------------------------------------------------------


def _without_effect(given: Given, launch: Launch, model: Model | None) -> Iterator[Event]:
    ignored = ignored_flag(launch.release.name, given.option, given.flag)
    if ignored is not None:
        yield _event("ignored-option", given, flag=given.flag, reason=ignored.why)
    elif model is not None and _is_for_others(given, launch, model):
        yield _event("option-for-other-models", given, flag=given.flag, model=model.id)


def _is_for_others(given: Given, launch: Launch, model: Model) -> bool:
    """Whether the request parameters of other models have it, and those of this one do not."""
    option = given.option
    if not option.sampling or option.field == "sampling" or option.dest in model.sampling_fields:
        return False
    release = launch.release.name
    return any(
        option.dest in row.get("fields", ()) and tables.holds(row, release, "all")
        for row in tables.rows_with("sampling", f'"{option.dest}"')
    )


def _dead_variables(launch: Launch) -> Iterator[Event]:
    names = [name for name in launch.environment if name.startswith("SGLANG_")]
    dead = dead_variables(launch.release.name) if names else {}
    for name in names:
        variable = launch.environment[name]
        if name in dead and variable.word is not None and variable.start >= 0:
            fields = (("variable", name), ("reason", dead[name]))
            yield Event("dead-variable", (), fields, None, (variable.start, variable.end))


# --- the model ------------------------------------------------------------------------------------


def _later_model(launch: Launch) -> Iterator[Event]:
    """Yield an event for a model that only a later release has in its registry."""
    added = launch.release.registered_later(launch.model_path)
    if added is not None:
        given = launch.bound.given.get("model_path")
        words = (0,) if given is None else _words(given)
        fields = (("model", launch.model_path), ("added", added))
        yield Event("later-model", words, fields, given)
