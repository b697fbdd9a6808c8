"""What `sglang` itself looks at before a subcommand's own parser: the model and its type."""

from __future__ import annotations

from sgdlint.catalog import tables
from sgdlint.launch.bind import Event
from sgdlint.launch.entrypoints import DIFFUSION_MODULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.catalog import Release
    from sgdlint.catalog.options import OptionTable
    from sgdlint.launch.recognise import Recognised
    from sgdlint.shell.values import Word

MODEL_PATH = "--model-path"
DASHES = ("value", "--")
"""The fields of an event for the word behind which the parser takes no options."""
MODEL_TYPE = "--model-type"
MODEL_TYPES = ("auto", "llm", "diffusion")


def _has(release: Release, feature: str) -> bool:
    return any(row["name"] == feature for row in tables.rows_of("dispatch", release.name, "all"))


def is_dispatched(found: Recognised) -> bool:
    """Whether `sglang serve` itself looks at the words before the diffusion parser does."""
    return found.subcommand == "serve" and found.entry not in DIFFUSION_MODULES


def without_model_type(
    found: Recognised, release: Release
) -> tuple[tuple[Word, ...], str, tuple[Event, ...]]:
    """Take `--model-type X` out of the words of a serve, as its dispatcher does; the last counts.

    Returns the other words, the type, "" without one, and an event for a type that is none.
    """
    words = found.arguments
    if not is_dispatched(found) or not _has(release, "model-type-option"):
        return tuple(words), "", ()
    kept: list[Word] = []
    used: tuple[Word, ...] = ()
    rest = iter(words)
    for word in rest:
        text = word.text or word.prefix
        if text == MODEL_TYPE:
            used = (word, *(one for one in [next(rest, None)] if one is not None))
        elif text.startswith(MODEL_TYPE + "="):
            used = (word,)
        else:
            kept.append(word)
    if not used:
        return tuple(kept), "", ()
    value = _value_of(used)
    if value is None or value in MODEL_TYPES:
        return tuple(kept), value or "unknown", ()
    place = (used[0].start, used[-1].end)
    fields = (("value", value), ("allowed", ", ".join(MODEL_TYPES)))
    return tuple(kept), "", (Event("model-type", (), fields, None, place),)


def _value_of(words: tuple[Word, ...]) -> str | None:
    """Return the value of an option, in its own word or the next; None when it is not known."""
    text = words[0].text
    if len(words) == 2:
        return words[1].text
    return None if text is None else text.partition("=")[2]


def has_positional_model(found: Recognised, release: Release, words: Sequence[Word]) -> bool:
    """Whether the first word is the model."""
    if not is_dispatched(found) or not words or words[0].many:
        return False
    texts = words[0].texts or (words[0].prefix or "-",)
    is_option = any(text.startswith("-") for text in texts)
    return not is_option and _has(release, "positional-model")


def dispatched_model(release: Release, words: Sequence[Word]) -> list[str | None]:
    """Return what `sglang` itself takes for the model: [] without one, [None] when not known."""
    flags = [
        row["flag"] for row in tables.rows_of("dispatch", release.name, "all") if "flag" in row
    ]
    for index, word in enumerate(words):
        text = word.text
        if text is None and _may_be(word, flags):
            return [None]
        if text in flags and index + 1 < len(words):
            return [words[index + 1].text]
        if text and text.partition("=")[0] in flags and "=" in text:
            return [text.partition("=")[2]]
    return []


def _may_be(word: Word, flags: Sequence[str]) -> bool:
    """Whether a word that is not known may be one of the options, with or without a value."""
    start = word.prefix
    return word.many or any(
        flag.startswith(start) or start.startswith(flag + "=") for flag in flags
    )


def names_no_model(found: Recognised, words: Sequence[Word]) -> bool:
    """Whether no word of a `sglang serve` stands where a later release looks for the model."""
    return is_dispatched(found) and (not words or (words[0].text or "-").startswith("-"))


def without_model(
    events: tuple[Event, ...],
    words: Sequence[Word],
    release: Release,
    found: Recognised,
    *,
    unclear: bool,
) -> tuple[Event, ...]:
    """Add that a launch has no model; the event tells what was meant to name it, if anything.

    unclear: a wrong word may stand for the model. When it is refused, that says enough; when
    SGLang passes it over or takes it for a component, the launch stops for the missing model.
    """
    taken = [event for event in events if ("nearest", MODEL_PATH) in event.fields]
    swallowed = [event for event in taken if event.kind in ("swallowed-option", "unread-option")]
    ends = any(event.kind == "stray-argument" and DASHES in event.fields for event in events)
    if ends or (unclear and not swallowed):
        return events
    missing = _missing_model(words, release.options(found.subcommand))
    return (*(event for event in events if event not in swallowed), missing)


def _missing_model(words: Sequence[Word], options: OptionTable) -> Event:
    from sgdlint.nearest import nearest

    for index, word in enumerate(words):
        flag = (word.text or word.prefix).partition("=")[0]
        if not flag.startswith("--") or flag in options:
            continue
        if flag.startswith("--model") or nearest(flag, [MODEL_PATH], cutoff=0.85):
            return Event("missing-model", (index,), (("flag", flag),))
    return Event("missing-model", ())


def model_that_is_an_option(words: Sequence[Word]) -> Event | None:
    """Return the event for `--model-path` before a word that begins like an option."""
    for index, word in enumerate(words[:-1]):
        if word.text == MODEL_PATH and words[index + 1].prefix.startswith("-"):
            fields = (("flag", MODEL_PATH), ("expected", "one value"))
            return Event("missing-value", (index,), fields)
    return None
