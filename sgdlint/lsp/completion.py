"""What may be typed at the cursor: options, their values, models, environment variables."""

from __future__ import annotations

from lsprotocol import types

from sgdlint import catalog
from sgdlint.catalog.options import meaning
from sgdlint.known.words import details
from sgdlint.lsp.cursor import context_of, typed
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sgdlint.catalog import Option, Release
    from sgdlint.lsp.cursor import Context, Typed
    from sgdlint.lsp.seen import Seen
    from sgdlint.lsp.texts import OpenText

Kind = types.CompletionItemKind
NAMES_OF: dict[str, Callable[[Release], Iterable[str]]] = {
    "model_path": lambda release: [one for model in release.models() for one in model.ids],
    "attention_backend": lambda release: release.attention_backends(),
    "pipeline_class_name": lambda release: release.pipelines(),
}
"""What a release has names for, by the destination of the option that takes one."""
BEFORE_VARIABLE = ("export", "env", "ENV", "-e", "--env")
"""Words behind which a variable is named."""
OURS = "SGLANG_"
"""What begins so is meant for SGLang, also in a file that starts nothing."""
_models: dict[str, list[str]] = {}


def complete(text: OpenText, seen: Seen, position: types.Position) -> list[types.CompletionItem]:
    """Return what may stand at a position."""
    offset = text.offset(position)
    word = typed(seen.text, offset)
    context = context_of(seen, word, offset)
    if context is not None:
        found = _of_launch(word, context)
        if found is not None:
            items, start = found
            return [_put(one, text, start, word) for one in items]
    is_name = word.text[:1].isupper() or word.before in BEFORE_VARIABLE
    if is_name and (seen.pack is not None or word.text.startswith(OURS)):
        release = context.release if context is not None else catalog.load(seen.release)
        return [_put(one, text, word.span.start, word) for one in _variables(release)]
    return []


def _of_launch(word: Typed, context: Context) -> tuple[list[types.CompletionItem], int] | None:
    """Return what a launch takes at a word, and where it begins; None when it is no such word."""
    options = context.release.options(context.command)
    flag, joined, _ = word.text.partition("=")
    if joined and flag in options:
        return list(_values(options[flag], context.release)), word.span.start + len(flag) + 1
    before = options.get(word.before)
    if before is not None and before.takes_value:
        found = list(_values(before, context.release))
        if found and not word.text.startswith("-"):
            return found, word.span.start
        if before.needs_value:
            return [], word.span.start
    if word.text.startswith("-") or not word.text:
        return list(_options(context)), word.span.start
    return None


def _put(
    item: types.CompletionItem, text: OpenText, start: int, word: Typed
) -> types.CompletionItem:
    """Return an item that replaces what is typed of it, and the rest of the word."""
    place = text.range(Span(start, word.span.end))
    item.text_edit = types.TextEdit(place, item.label)
    item.filter_text = item.label
    return item


# --- options and their values ---------------------------------------------------------------------


def _options(context: Context) -> Iterator[types.CompletionItem]:
    """Yield the options of a subcommand; those that the launch has already stand last."""
    release, command = context.release, context.command
    given = context.launched.launch.bound.given if context.launched is not None else {}
    ignored = release.ignored(command)
    for flag, option in release.options(command).items():
        if not flag.startswith("--") or ("_" in flag and flag.replace("_", "-") in option.flags):
            continue
        told = details(option)
        tags = None
        if flag in ignored:
            told = f"accepted and ignored: {ignored[flag].why}; {told}"
            tags = [types.CompletionItemTag.Deprecated]
        rank = "2" if tags else "1" if option.dest in given else "0"
        yield types.CompletionItem(
            flag,
            kind=Kind.Property,
            detail=f"{told}; given already" if option.dest in given else told,
            documentation=meaning(option.dest) or None,
            tags=tags,
            sort_text=rank + flag,
        )


def _values(option: Option, release: Release) -> Iterator[types.CompletionItem]:
    """Yield what an option takes, where that is a list."""
    default = option.field_default
    for number, value in enumerate(known_values(option, release)):
        told = "the default" if value == default else ""
        yield types.CompletionItem(
            value, kind=Kind.EnumMember, detail=told or None, sort_text=f"{number:04}"
        )


def known_values(option: Option, release: Release) -> list[str]:
    """Return what an option may be, as far as it is a list of words."""
    if option.choices:
        return list(map(str, option.choices))
    if option.action == "boolean":
        return ["true", "false"]
    if option.dest not in NAMES_OF:
        return []
    key = f"{release.name} {option.dest}"
    if key not in _models:
        _models[key] = list(dict.fromkeys(NAMES_OF[option.dest](release)))
    return _models[key]


# --- environment variables ------------------------------------------------------------------------


def _variables(release: Release) -> Iterator[types.CompletionItem]:
    """Yield the environment variables of a release."""
    for name, one in release.environment().items():
        kinds = {"bool": "true or false", "str": "text", "int": "whole number", "float": "number"}
        told = kinds.get(one.kind, one.kind)
        dead = not one.read
        yield types.CompletionItem(
            name,
            kind=Kind.Variable,
            detail="declared, but nothing reads it" if dead else told or None,
            tags=[types.CompletionItemTag.Deprecated] if dead else None,
        )
