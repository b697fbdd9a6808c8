"""Which file a path in a launch means, when the folder where the launch runs can be told."""

from __future__ import annotations

import re

from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.launch.recognise import Recognised
    from sgdlint.shell.values import Command, Word
    from sgdlint.source import Source

_SCRIPT_FOLDER = re.compile(
    r'"?\$\((?:builtin )?dirname (?:-- )?"?\$(?:0|\{?BASH_SOURCE(?:\[0\])?\}?)"?\)([\w./-]*)"?\Z'
)


@record
class Surroundings:
    """What a launch may read besides its words: the script, its commands, the files around it."""

    source: Source
    commands: Sequence[Command]

    def text_of(self, path: str, found: Recognised) -> str | None:
        """Return the text of the file that a path means; None when that is not certain.

        Nothing is certain in a container or on another host, after a `cd` to an unknown folder,
        when two different files may be meant, and for a file that the script itself may write.
        """
        if found.fresh or self._is_mentioned_elsewhere(path.rpartition("/")[2]):
            return None
        folder = "" if path.startswith("/") else self._folder(found.command.start)
        if folder is None:
            return None
        near = self.source.near
        if folder.startswith("@"):  # the folder of the script
            return near.read(_join(folder[1:].lstrip("/"), path))
        texts = {near.read(_join(folder, path)), near.read_from_start(_join(folder, path))}
        texts.discard(None)
        return texts.pop() if len(texts) == 1 else None

    def _folder(self, before: int) -> str | None:
        """Return the folder that the `cd` before a launch lead to; None when it is not known.

        "" is where the script starts, "@…" lies below the script's own folder.
        """
        folder: str | None = ""
        for command in self.commands:
            name = command.words[0].text if command.words and command.end <= before else ""
            if name in ("popd", "pushd") or (name == "cd" and command.conditional):
                return None
            if name == "cd":
                target = self._target(command.words[1:])
                if target is None or (folder is None and not target.startswith(("/", "@"))):
                    return None
                folder = target if target[0] in "/@" else _join(folder or "", target)
        return folder

    def _target(self, words: Sequence[Word]) -> str | None:
        if len(words) != 1:
            return None
        text = words[0].text
        if text is not None:
            return None if text in ("", "-") or text[0] in "@~" else text
        written = self.source.text[words[0].start : words[0].end]
        match = _SCRIPT_FOLDER.match(written)
        return "@" + match[1] if match else None

    def _is_mentioned_elsewhere(self, name: str) -> bool:
        """Whether the script names a file but as a configuration: it may write it."""
        text = self.source.text
        for match in re.finditer(re.escape(name), text):
            before = text[: match.start()].rpartition("\n")[2]
            if re.search(r"--config[= ]+[\"']?[^\s\"';|&<>]*\Z", before):
                continue
            variable = re.search(r"(\w+)=[\"']?[^\s\"'$;|&<>]*\Z", before)
            if variable is None or self._is_used_elsewhere(variable[1]):
                return True
        return False

    def _is_used_elsewhere(self, variable: str) -> bool:
        uses = re.finditer(rf"\$\{{?{variable}\b", self.source.text)
        return any(
            not re.search(
                r"--config[= ]+[\"']?\Z", self.source.text[max(0, one.start() - 20) : one.start()]
            )
            for one in uses
        )


def _join(folder: str, path: str) -> str:
    return path if not folder or path.startswith("/") else f"{folder.rstrip('/')}/{path}"
