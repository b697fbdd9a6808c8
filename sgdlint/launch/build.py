"""From a recognised command to a Launch: bind its options, find its model, note what is wrong."""

from __future__ import annotations

from sgdlint import catalog
from sgdlint.catalog import tables
from sgdlint.catalog.quirks import retired_options
from sgdlint.launch.bind import Bound, Elsewhere, Event, Given, Table, bind
from sgdlint.launch.entrypoints import DIFFUSION_CLI, DIFFUSION_SERVER, INERT_CLI
from sgdlint.launch.launch import Hardware, Launch
from sgdlint.nearest import nearest
from sgdlint.record import replace
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.catalog import Model, Release
    from sgdlint.catalog.options import OptionTable
    from sgdlint.launch.recognise import Recognised
    from sgdlint.shell.values import Word

# The options that decide how everything else is read. SGLang looks at them before its parser does.
HELP = ("-h", "--help")
MODEL, CONFIG, MODEL_TYPE = "model_path", "config", "--model-type"
DIFFUSION_MODULES = (DIFFUSION_CLI, DIFFUSION_SERVER)
"""Modules that start diffusion whatever the model."""
SURE = ("id", "name", "cache")
"""How a model must have been found for its facts to count as known."""


def launch_of(found: Recognised, release: Release, hardware: Hardware) -> Launch | None:
    """Return the launch, or None when it is not known to be one of a diffusion model."""
    if any(word.text in HELP for word in found.arguments):
        return None
    words, model_type = _without_model_type(found, release)
    table = _table(release, found.subcommand)
    positional = _has_positional_model(found, release, words)
    bound = bind(words[1:] if positional else words, table)
    if positional:
        bound = _shifted(bound)
    words_unknown = bound.open
    bound = replace(bound, open=bound.open or CONFIG in bound.given)
    path = _known_text(words[0] if positional else _model_word(bound, words))
    model = release.model(path) if path else None
    certain = found.subcommand == "generate" or found.entry in DIFFUSION_MODULES
    if not certain and not _is_diffusion(bound, release, model, model_type):
        return None
    inert = [Event("inert-module", ())] if found.entry == INERT_CLI else []
    events = (*inert, *bound.events, *_leftovers(bound, words, release, found.subcommand))
    unclear = _probably_meant(events, release.options(found.subcommand))
    named = MODEL in bound.given and not bound.given[MODEL].dropped
    # A config file cannot name the model: SGLang looks for it before it reads the file.
    if not (positional or named or words_unknown or MODEL in unclear):
        events = (*events, Event("missing-model", ()))
    return Launch(
        command=found.subcommand,
        release=release,
        words=words,
        span=Span(found.command.start, found.command.end),
        head_start=found.head_start,
        head_end=found.head_end,
        bound=replace(bound, events=events, unclear=unclear),
        environment=found.environment,
        prefix_reaches=found.prefix_reaches,
        fresh=found.fresh,
        model=model if model is not None and model.how in SURE else None,
        hardware=hardware,
    )


# --- what stands before the options ---------------------------------------------------------------


def _has(release: Release, feature: str) -> bool:
    return any(row["name"] == feature for row in tables.rows_of("dispatch", release.name, "all"))


def _is_dispatched(found: Recognised) -> bool:
    """Whether `sglang serve` itself looks at the words before the diffusion parser does."""
    return found.subcommand == "serve" and found.entry not in DIFFUSION_MODULES


def _without_model_type(found: Recognised, release: Release) -> tuple[tuple[Word, ...], str]:
    """Take `--model-type X` out of the words of a serve, as its dispatcher does."""
    words = list(found.arguments)
    if not _is_dispatched(found) or not _has(release, "model-type-option"):
        return tuple(words), ""
    for index, word in enumerate(words):
        text = word.text or ""
        if text == MODEL_TYPE and index + 1 < len(words):
            chosen = words[index + 1].text or ""
            return (*words[:index], *words[index + 2 :]), chosen
        if text.startswith(MODEL_TYPE + "="):
            return (*words[:index], *words[index + 1 :]), text.partition("=")[2]
    return tuple(words), ""


def _has_positional_model(found: Recognised, release: Release, words: Sequence[Word]) -> bool:
    if not _is_dispatched(found) or not words or words[0].many:
        return False
    texts = words[0].texts
    is_option = any(text.startswith("-") for text in texts) if texts else True
    return not is_option and _has(release, "positional-model")


def _shifted(bound: Bound) -> Bound:
    """Return the result of binding the words after the first, counted from the first."""

    def move(given: Given) -> Given:
        value_words = tuple(index + 1 for index in given.value_words)
        return replace(given, name_word=given.name_word + 1, value_words=value_words)

    events = tuple(
        replace(
            event,
            words=tuple(index + 1 for index in event.words),
            given=event.given and move(event.given),
        )
        for event in bound.events
    )
    return replace(
        bound,
        given={name: move(given) for name, given in bound.given.items()},
        every=tuple(map(move, bound.every)),
        events=events,
        extras=tuple(index + 1 for index in bound.extras),
    )


def _model_word(bound: Bound, words: Sequence[Word]) -> Word | None:
    given = bound.given.get(MODEL)
    if given is None or (not given.value_words and not given.joined):
        return None
    return words[given.name_word if given.joined else given.value_words[0]]


def _known_text(word: Word | None) -> str:
    text = word.text if word is not None else None
    if text is None:
        return ""
    return text.partition("=")[2] if text.startswith("--") else text


def _is_diffusion(bound: Bound, release: Release, model: Model | None, model_type: str) -> bool:
    """Whether a `serve` is certainly for diffusion: by its model, or by an option of its own."""
    if model_type:
        return model_type == "diffusion"
    if model is not None:
        return True
    return any(
        release.diffusion_only(given.option.flags[0]) and not given.dropped
        for given in bound.every
        if not given.retired
    )


def _probably_meant(events: Sequence[Event], options: OptionTable) -> frozenset[str]:
    """Return the options that wrong words may stand for: whether these are given is not certain."""
    found = set()
    has_retired = any(event.kind == "removed-option" for event in events)
    retired = retired_options() if has_retired else {}
    for event in events:
        fields = dict(event.fields)
        flags = [fields.get("nearest", ""), *fields.get("candidates", "").split(", ")]
        if event.kind == "removed-option" and fields["flag"] in retired:
            flags.append(retired[fields["flag"]].flag)
        found |= {options[flag].dest for flag in flags if flag in options}
    return frozenset(found)


# --- the options of other releases and commands ---------------------------------------------------


def _table(release: Release, command: str) -> Table:
    options = release.options(command)

    def elsewhere(flag: str) -> Elsewhere | None:
        return _elsewhere(flag, release, command)

    def is_dynamic(flag: str) -> bool:
        return any(family.component(flag) is not None for family in release.dynamic())

    return Table(options, is_dynamic, elsewhere)


def _elsewhere(flag: str, release: Release, command: str) -> Elsewhere | None:
    """Return what is known of an option that this release's subcommand does not have."""
    other = "serve" if command == "generate" else "generate"
    here = release.options(other).get(flag)
    if here is not None:
        return Elsewhere(here, "other-command-option", (("flag", flag), ("command", other)))
    key = catalog.release_key(release.name)
    history = [one for one in catalog.option_history(flag, command) if flag in one[1].flags]
    earlier = [one for one in history if catalog.release_key(one[0][0]) <= key]
    if earlier:
        (_, until), option = earlier[-1]
        return Elsewhere(option, "removed-option", (("flag", flag), ("removed", until or "")))
    if history:
        (since, _), option = history[0]
        return Elsewhere(option, "newer-option", (("flag", flag), ("added", since)))
    return None


# --- words that no option takes -------------------------------------------------------------------


def _leftovers(bound: Bound, words: Sequence[Word], release: Release, command: str) -> list[Event]:
    """Return events for the words left over, after SGLang has taken its dynamic options out."""
    events: list[Event] = []
    extras = list(bound.extras)
    position = 0
    while position < len(extras):
        index = extras[position]
        text = words[index].text or words[index].prefix
        position += 1
        if not text.startswith("-"):
            events.append(Event("stray-argument", (index,), (("value", text),)))
            continue
        flag, equals, _ = text.partition("=")
        taken = _taken(flag, bool(equals), [words[one].text for one in extras[position:]], release)
        if taken is None:
            events.append(_unknown(flag, index, release, command))
            position += _values_of_unknown(extras, position, words)
        else:
            position += taken
            events += _swallowed(flag, index, release, command)
    return events


def _taken(
    flag: str, joined: bool, following: Sequence[str | None], release: Release
) -> int | None:
    """Return how many further words a dynamic option takes; None when it is not one."""
    for family in release.dynamic():
        if family.component(flag) is None:
            continue
        if joined:
            return 0
        if family.values == "boolean":
            return 1 if following[:1] and following[0] in ("true", "false") else 0
        has_value = bool(following) and not (following[0] or "").startswith("-")
        return 1 if has_value else None
    return None


def _values_of_unknown(extras: Sequence[int], position: int, words: Sequence[Word]) -> int:
    """Return how many words after an unknown option are most likely its value: one at most."""
    if position >= len(extras) or extras[position] != extras[position - 1] + 1:
        return 0
    return 0 if (words[extras[position]].text or "").startswith("-") else 1


def _unknown(flag: str, index: int, release: Release, command: str) -> Event:
    options = release.options(command)
    hyphenated = "--" + flag[2:].replace("_", "-")
    if flag != hyphenated and hyphenated in options:
        return Event("underscore-option", (index,), (("flag", flag), ("nearest", hyphenated)))
    near = nearest(flag, options)
    return Event("unknown-option", (index,), (("flag", flag), ("nearest", near)))


def _swallowed(flag: str, index: int, release: Release, command: str) -> list[Event]:
    """Return an event when a dynamic option looks like a misspelt or foreign one."""
    components = [
        name
        for row in tables.rows_of("dispatch", release.name, "all")
        for name in row.get("names", ())
    ]
    usual = ["--" + name.replace("_", "-") + "-path" for name in components]
    if flag in usual:
        return []
    component = next(
        (name for family in release.dynamic() if (name := family.component(flag)) is not None), ""
    )
    if not flag.endswith("-path") or flag.startswith(("--component", "--component_")):
        return []
    other = _elsewhere(flag, release, command)
    if other is not None:
        fields = {**dict(other.fields), "component": component}
        return [Event("swallowed-foreign-option", (index,), tuple(fields.items()))]
    near = nearest(flag, [*release.options(command), *usual], cutoff=0.85)
    fields = {"flag": flag, "nearest": near, "component": component}
    return [Event("swallowed-option", (index,), tuple(fields.items()))] if near else []
