"""A diffusion model that is given to what does not serve it: another server, a bare image.

Imported when a script starts such a thing.
"""

from __future__ import annotations

from sgdlint.launch.bind import Bound, Event
from sgdlint.launch.launch import Hardware, Launch, sure_model
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.catalog import Release
    from sgdlint.launch.recognise import Recognised

MODEL_FLAGS = ("--model-path", "--model")
"""How the server of language models calls its model."""


def wrong_server(found: Recognised, release: Release, hardware: Hardware) -> Launch | None:
    """Return a launch with unknown options; None when its model may be a language model."""
    place = (found.head_start, found.head_end)
    edits = () if found.nested else ((*place, "sglang serve"),)
    return _noticed(found, release, hardware, Event("language-server", (), (), None, place, edits))


def bare_image(found: Recognised, release: Release, hardware: Hardware) -> Launch | None:
    """Return a launch that ends at once: its image runs the first option as a program."""
    place = (found.head_start, found.head_end)
    start = found.arguments[0].written_start if found.arguments else -1
    edits = ((start, start, "sglang serve "),) if start >= 0 else ()
    fields = (("flag", found.arguments[0].prefix),)
    return _noticed(found, release, hardware, Event("bare-image", (), fields, None, place, edits))


def _noticed(
    found: Recognised, release: Release, hardware: Hardware, event: Event
) -> Launch | None:
    path = _model_path(found)
    model = sure_model(release, path)
    if model is None or path != model.id:
        return None
    return Launch(
        command=found.subcommand,
        release=release,
        words=found.arguments,
        span=Span(found.command.start, found.command.end),
        head_start=found.head_start,
        head_end=found.head_end,
        bound=Bound({}, (), (event,), True, ()),
        environment={},
        prefix_reaches=found.prefix_reaches,
        fresh=found.fresh,
        model_path=path,
        hardware=hardware,
        nested=found.nested,
    )


def _model_path(found: Recognised) -> str:
    """Return the model, "" when it is not known."""
    path = ""
    texts = [word.text or "" for word in found.arguments]
    for text, following in zip(texts, [*texts[1:], ""], strict=False):
        flag, equals, value = text.partition("=")
        if flag in MODEL_FLAGS:
            path = value if equals else following
    return path
