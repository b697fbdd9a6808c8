"""Which release a script takes from SGLang's repository: `git clone -b v0.5.12`, `git checkout`."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.pins import VERSION
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.shell.values import Command

_URL = r"(?:.*[/:])?sglang(?:\.git)?/?"
_REF = rf"(?:refs/)?(?:tags/)?v?(?P<version>{VERSION})"
_SETTLES = ("checkout", "switch", "reset")


@record
class Checkout:
    """Something that a script does with a release of the repository.

    command: what it is done with. word, start, end: where the release is written; -1 for none, when
    what is taken is no release. at: the command that has that word. installed: `pip` installs it.
    """

    command: Command
    at: Command
    word: int = -1
    start: int = 0
    end: int = 0
    installed: bool = False


def checkouts(commands: Sequence[Command]) -> Iterator[Checkout]:
    """Yield what is installed from a checkout, in order; then checkouts that are not installed."""
    folders: dict[str, Checkout] = {}
    used: set[str] = set()
    here: list[str] = []
    for command in commands:
        texts = [word.text or word.default or word.prefix for word in command.words]
        name = texts[0].rpartition("/")[2] if texts else ""
        if name in ("cd", "pushd", "popd"):
            here = _moved(here, texts)
        elif name == "git":
            _note(command, texts, here, folders)
        elif "install" in texts[:5] and folders:
            for folder in _installed(texts, here, folders):
                used.add(folder)
                one = folders[folder]
                yield Checkout(command, one.at, one.word, one.start, one.end, True)
    yield from (one for name, one in folders.items() if name not in used and one.word >= 0)


def _moved(here: list[str], texts: Sequence[str]) -> list[str]:
    """Return the folders that lead to where the shell is after a `cd`."""
    target = texts[-1] if len(texts) > 1 and texts[0] != "popd" else ""
    if not target or target == "-":
        return []
    return _resolved([] if target.startswith(("/", "~")) else here, target)


def _resolved(here: Sequence[str], path: str) -> list[str]:
    found = list(here)
    for part in path.split("/"):
        if part == "..":
            found = found[:-1]
        elif part not in ("", "."):
            found.append(part)
    return found


def _note(
    command: Command, texts: Sequence[str], here: list[str], folders: dict[str, Checkout]
) -> None:
    """Note what a git command does with the folders of SGLang's repository."""
    place = 1
    while place < len(texts) and texts[place].startswith("-"):
        if texts[place] == "-C" and place + 1 < len(texts):
            here = _resolved(here, texts[place + 1])
        place += 2 if texts[place] in ("-C", "-c") else 1
    action = texts[place] if place < len(texts) else ""
    if action == "clone":
        name = _cloned(texts, place + 1)
        if name:
            folders[name] = _found(command, texts, place + 1)
    elif action in _SETTLES and "--" not in texts:
        name = _folder(here, folders) or ("sglang" if "sglang" in here else "")
        if name:
            folders[name] = _found(command, texts, place + 1)


def _cloned(texts: Sequence[str], start: int) -> str:
    """Return the folder into which SGLang's repository is cloned; "" for another repository."""
    for place in range(start, len(texts)):
        if quick.fullmatch(_URL, texts[place]) and texts[place - 1] not in ("-b", "--branch"):
            more = texts[place + 1 : place + 2]
            into = more[0] if more and not more[0].startswith("-") else "sglang"
            return into.rstrip("/").rpartition("/")[2] or "sglang"
    return ""


def _found(command: Command, texts: Sequence[str], start: int) -> Checkout:
    """Return what a command checks out: the word that names a release, if one does."""
    for place in range(start, len(texts)):
        match = quick.fullmatch(rf"(?:-b|--branch=)?{_REF}", texts[place])
        if match is not None and "dev" not in match["version"]:
            return Checkout(command, command, place, *match.span("version"))
    return Checkout(command, command)


def _folder(path: Sequence[str], folders: dict[str, Checkout]) -> str:
    """Return the innermost folder of a path that holds the repository; "" for none."""
    return next((part for part in reversed(path) if part in folders), "")


def _installed(
    texts: Sequence[str], here: Sequence[str], folders: dict[str, Checkout]
) -> Iterator[str]:
    """Yield the checkouts that an install command takes: `-e "python[diffusion]"`, `./sglang`."""
    for before, text in zip(["", *texts], texts, strict=False):
        path = text.removeprefix("--editable=").removeprefix("file://").partition("[")[0]
        editable = before in ("-e", "--editable") or text.startswith("--editable=")
        if not editable and not ("/" in path or path in (".", "python")):
            continue
        if path.startswith("-") or "://" in path:
            continue
        folder = _folder(_resolved([] if path.startswith("/") else here, path), folders)
        if folder:
            yield folder
