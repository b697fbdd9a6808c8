"""What is told of the word under the cursor: an option, a model, an environment variable."""

from __future__ import annotations

from lsprotocol import types

from sgdlint import catalog
from sgdlint.catalog.options import meaning
from sgdlint.known import environment, models, options
from sgdlint.known.places import where
from sgdlint.known.words import details as details_of
from sgdlint.known.words import names, shown, spans
from sgdlint.lsp.completion import OURS, known_values
from sgdlint.lsp.cursor import given_at, typed
from sgdlint.recommended import gain as gain_of
from sgdlint.rules import recipes
from sgdlint.rules.model import holds
from sgdlint.source import Span
from sgdlint.stated import OptionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from sgdlint.catalog import Model, Option, Release
    from sgdlint.launch.bind import Given
    from sgdlint.launch.launch import Launch
    from sgdlint.lsp.seen import Launched, Seen
    from sgdlint.lsp.texts import OpenText
    from sgdlint.rules.recipes import Recipe, Step

MOST_STEPS = 3
"""Recipes that are told of an option."""
MOST_NAMES = 40
"""Above this many names that a release has, they are not listed."""
_recipes: list[tuple[Recipe, ...]] = []


def hover(text: OpenText, seen: Seen, position: types.Position) -> types.Hover | None:
    """Return what is known of the word at a position."""
    offset = text.offset(position)
    found = _option_at(seen, offset) or _name_at(seen, offset)
    if found is None:
        return None
    told, span = found
    content = types.MarkupContent(types.MarkupKind.Markdown, told)
    return types.Hover(content, text.range(span))


def _option_at(seen: Seen, offset: int) -> tuple[str, Span] | None:
    given = given_at(seen, offset)
    if given is None:
        return None
    one, option, is_name = given
    span = typed(seen.text, offset).span
    word = seen.text[span.start : span.end]
    value = word.partition("=")[2] if option.joined else word
    if not is_name or (option.joined and offset > span.start + word.find("=")):
        told = model_told(value, one.launch.release)
        if told:
            return told, span
    return option_told(one, option), span


def _name_at(seen: Seen, offset: int) -> tuple[str, Span] | None:
    """Return what is told of a variable or a model, wherever it is named."""
    span = typed(seen.text, offset).span
    word = seen.text[span.start : span.end]
    begin = word.rfind("=", 0, offset - span.start) + 1
    name = word[begin:].partition("=")[0].strip(":")
    is_ours = seen.pack is not None or name.startswith(OURS)
    told = variable_told(name, seen.release) if is_ours else ""
    if not told and "/" in name and is_ours:
        told = model_told(name, catalog.load(seen.release))
    start = span.start + begin
    return (told, Span(start, start + len(name))) if told else None


# --- options --------------------------------------------------------------------------------------


def option_told(one: Launched, given: Given) -> str:
    """Return what is known of an option that a launch has."""
    launch, flags = one.launch, given.option.flags
    flag = given.flag if given.flag in flags else flags[0]  # it may be shortened
    lines = list(facts_told(given.option, flag, launch.release, launch.command))
    lines += _steps_told(given.option.dest, launch)
    return "\n\n".join(lines)


def facts_told(option: Option, flag: str, release: Release, command: str) -> Iterator[str]:
    """Yield what is known of an option of a release: what it does, type, choices, default."""
    yield f"**`{names(option)}`** of `sglang {command}`, SGLang {release.name}"
    does = meaning(option.dest)
    if does:
        yield does
    yield details_of(option)
    known = known_values(option, release)
    if not option.choices and len(known) in range(3, MOST_NAMES):
        yield "Known: " + ", ".join(known)
    ignored = release.ignored(command).get(flag)
    if ignored is not None:
        yield f"Accepted and ignored: {ignored.why}"
    history = catalog.all_flags(command).get(flag)
    if history:
        yield f"Releases: {spans(history)}"
    data = _facts(flag, release.name) or _facts(flag, "")
    if data is None:  # one that is not in the tables, such as the path of a component
        return
    if data["removed"]:
        yield options.gone(data["removed"])
    if data["sources"]:
        yield f"Read in `{where(data['sources'][-1])}`"


def _facts(flag: str, release: str) -> dict[str, Any] | None:
    try:
        return options.facts(flag, release)
    except OptionError:
        return None


def _steps_told(name: str, launch: Launch) -> list[str]:
    """Return what recipes say of an option: why it is set, what it gains and what it costs."""
    told: dict[str, None] = {}
    for step in _steps(name, launch.release, launch.model):
        parts = [step.why]
        parts += [gain_of(step.gain)] if step.gain is not None else []
        parts += [f"cost, {what}: {cost}" for what, cost in step.costs]
        parts += [f"measure: {step.measure}"] if step.measure else []
        told.setdefault(f"- `{_written(step, launch)}`: " + "; ".join(parts))
    listed = "\n".join(list(told)[:MOST_STEPS])
    head = "From the recipes: why it is set, what it gains and what it costs"
    return [f"{head}\n\n{listed}"] if told else []


def _written(step: Step, launch: Launch) -> str:
    """Return the options of a step; what it works out for a machine is `…`."""
    words = []
    for name, value in step.set:
        words.append(launch.flag(name))
        if value:
            words.append(value if isinstance(value, str) and "{" not in value else "…")
    return " ".join(words)


def _steps(name: str, release: Release, model: Model | None) -> Iterator[Step]:
    if not _recipes:
        _recipes.append(recipes.load())
    for recipe in _recipes[0]:
        is_for_all = not (recipe.families or recipe.ids or recipe.kinds)
        if is_for_all or (model is not None and model.family in recipe.families):
            for step in recipe.steps:
                if name in dict(step.set) and holds(release.name, step.since, step.until):
                    yield step


# --- models and variables -------------------------------------------------------------------------


def model_told(name: str, release: Release) -> str:
    """Return what is known of a model; "" for what is none."""
    found = release.model(name) if name else None
    if found is None or found.how == "detector":
        return ""
    data = models.facts(name, release.name)
    lines = [f"**{data['model']}** in SGLang {release.name}", ""]
    rows = [(told, value) for told, value in models.rows(data) if value not in (None, "", [])]
    return "\n".join([*lines, *(f"- {told}: {shown(value)}" for told, value in rows)])


def variable_told(name: str, release: str) -> str:
    """Return what is known of an environment variable; "" for what is none."""
    if not name.isidentifier() or not name.isupper():
        return ""
    try:
        data = environment.facts(name, "")
    except OptionError:
        return ""
    lines = [f"**`{name}`**, environment variable of SGLang", ""]
    for one in data["versions"]:
        told = spans([(one["since"], one["until"])])
        lines.append(f"- {told}: {one['says']}")
    if catalog.load(release).variable(name) is None:
        lines += ["", f"SGLang {release} does not know it."]
    return "\n".join(lines)
