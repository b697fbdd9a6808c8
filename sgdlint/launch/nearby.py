"""Which file a path in a launch means, when the folder where the launch runs can be told."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.record import record
from sgdlint.shell.folders import CURRENT
from sgdlint.shell.folders import UNKNOWN as NO_FOLDER
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.launch.launch import Surroundings
    from sgdlint.launch.recognise import Recognised
    from sgdlint.shell.values import Command, Word

_READS = r"--(?:config|prompt-path|prompt-file-path|pipeline-config-path)[= ]+[\"']?"
"""What stands before the path of a file that SGLang reads."""
_SCRIPT_FOLDER = (
    r'"?\$\((?:builtin )?dirname (?:-- )?"?\$(?:0|\{?BASH_SOURCE(?:\[0\])?\}?)"?\)([\w./-]*)"?\Z'
)


@record
class Seen:
    """What can be told of a file: its text, None when that is not certain.

    lack: "beside" when the folder of the script has no such file, "anywhere" when neither that nor
    the folder where sgdlint was started has one, "not text" when it is no text.
    start: where the text begins in the script that writes the file, -1 when it is not written there
    just so.
    """

    text: str | None = None
    lack: str = ""
    start: int = -1


def excludes(one: Command, other: Command) -> bool:
    """Whether two commands never run in one run of the script: a test came out otherwise."""
    held = {(step.start, step.end, step.text): step.held for step in one.path}
    return any(
        held.get((step.start, step.end, step.text), step.held) != step.held for step in other.path
    )


def look(around: Surroundings, path: str, found: Recognised) -> Seen:
    """Return what can be told of the file that a path means.

    Nothing is certain in a container or on another host, after a `cd` to an unknown folder,
    when two different files may be meant, and for a file that the script itself may write,
    unless it is one here-document that is known whole.
    """
    if found.fresh or found.environment.get(CURRENT) == NO_FOLDER:
        return Seen()
    writer = _writer(around, path, found.command)
    if _is_mentioned_elsewhere(around, path.rpartition("/")[2], _line_of(around, writer)):
        return Seen()
    if writer is not None:
        return _written(writer.stdin)
    folder = "" if path.startswith("/") else _folder(around, found.command)
    if folder is None:
        return Seen()
    near = around.source.near
    if folder.startswith("@"):  # the folder of the script
        place = _join(folder[1:].lstrip("/"), path)
        return _seen({near.read(place)}, {near.lack(place)}, "beside")
    place = _join(folder, path)
    texts = {near.read(place), near.read_from_start(place)}
    return _seen(texts, {near.lack(place), near.lack_from_start(place)}, _scope(place))


def _writer(around: Surroundings, path: str, launch: Command) -> Command | None:
    """Return the `cat > path` before a launch that certainly writes the file it reads."""
    writers = [
        one
        for one in around.commands
        if one.stdout is not None and one.stdout.text == path and one.end <= launch.start
    ]
    if len(writers) != 1 or writers[0].conditional or writers[0].nested:
        return None
    writer = writers[0]
    alone = [word.text for word in writer.words] == ["cat"] and writer.stdin is not None
    here = _folder(around, writer)
    same = here is not None and here == _folder(around, launch)
    return writer if alone and (same or path.startswith("/")) else None


def _line_of(around: Surroundings, command: Command | None) -> Span:
    """Return the line on which a command stands, with its redirections."""
    if command is None:
        return Span(0, 0)
    end = around.source.text.find("\n", command.end)
    end = end if end >= 0 else len(around.source.text)
    written = _written(command.stdin)
    if written.text is not None and written.start >= 0:  # what it says of itself writes nothing
        end = max(end, written.start + len(written.text))
    return Span(command.start, end)


def _folder(around: Surroundings, launch: Command) -> str | None:
    """Return the folder that the `cd` before a launch lead to; None when it is not known.

    "" is where the script starts, "@…" lies below the script's own folder.
    """
    folder: str | None = ""
    called = launch.calls[0][0] if launch.calls else 0
    for command in around.commands:
        before = command.words and command.end <= max(launch.start, called)
        name = command.words[0].text if before else ""
        if name in ("cd", "popd", "pushd") and not excludes(command, launch):
            sure = not command.conditional and set(command.path) <= set(launch.path)
            if name != "cd" or not sure or command.end > launch.start:
                return None
            target = _target(around, command.words[1:])
            if target is None or (folder is None and not target.startswith(("/", "@"))):
                return None
            folder = target if target[0] in "/@" else _join(folder or "", target)
    return folder


def _target(around: Surroundings, words: Sequence[Word]) -> str | None:
    if len(words) != 1:
        return None
    text = words[0].text
    if text is not None:
        return None if text in ("", "-") or text[0] in "@~" else text
    written = around.source.text[words[0].start : words[0].end]
    match = quick.match(_SCRIPT_FOLDER, written)
    return "@" + match[1] if match else None


def _is_mentioned_elsewhere(around: Surroundings, name: str, known: Span) -> bool:
    """Whether the script names a file but as one that is read, or in a place that is known."""
    text = around.source.text
    import re

    for match in re.finditer(re.escape(name), text):
        if known.start <= match.start() < known.end:
            continue
        before = text[: match.start()].rpartition("\n")[2]
        if quick.search(rf"{_READS}[^\s\"';|&<>]*\Z", before):
            continue
        variable = quick.search(r"(\w+)=[\"']?[^\s\"'$;|&<>]*\Z", before)
        if variable is None or _is_used_elsewhere(around, variable[1], known):
            return True
    return False


def _is_used_elsewhere(around: Surroundings, variable: str, known: Span) -> bool:
    text = around.source.text
    import re

    uses = re.finditer(rf"\$\{{?{variable}\b", text)
    return any(
        not known.start <= one.start() < known.end
        and not quick.search(rf"{_READS}\Z", text[max(0, one.start() - 40) : one.start()])
        for one in uses
    )


def _written(text: Word | None) -> Seen:
    """Return what a here-document writes."""
    if text is None or text.text is None:
        return Seen()
    pieces = [piece for piece in text.pieces if piece.texts != ("",)]
    exact = len(pieces) == 1 and pieces[0].exact and not pieces[0].file
    return Seen(text.text, start=pieces[0].start if exact else -1)


def _seen(texts: set[str | None], lacks: set[str], scope: str) -> Seen:
    texts.discard(None)
    if texts:
        return Seen(texts.pop() if len(texts) == 1 else None)
    if lacks == {"missing"}:
        return Seen(lack=scope)
    return Seen(lack="not text" if "not text" in lacks and "" not in lacks else "")


def _scope(place: str) -> str:
    """Return what it means that a file is missing: nothing for one of this machine alone."""
    return "" if place.startswith(("/", "~")) or "://" in place else "anywhere"


def _join(folder: str, path: str) -> str:
    return path if not folder or path.startswith("/") else f"{folder.rstrip('/')}/{path}"
