"""A region as a script of its own: to the interpreter, and to whatever tells lines."""

from __future__ import annotations

from sgdlint.documents.region import CONTAINER, HERE, STAND_IN
from sgdlint.record import replace
from sgdlint.shell.origin import Origin
from sgdlint.shell.values import Piece
from sgdlint.source import Nearby, Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sgdlint.documents.region import Region
    from sgdlint.launch.recognise import Recognised


class Within(Origin):
    """The text of a region, in which a character stands for each part that is not known."""

    __slots__ = ("region",)

    def __init__(self, region: Region) -> None:
        stand_in = STAND_IN if STAND_IN in region.text else ""
        super().__init__(region.text, None, (0, len(region.text)), stand_in, region.reason)
        self.region = region

    def pieces(self, text: str, start: int, end: int, bare: bool = False) -> tuple[Piece, ...]:
        """Return the characters that the text from start to end means, with their places."""
        if not self.stand_in or self.stand_in not in self.text[start:end]:
            return super().pieces(text, start, end, bare)
        if end - start != len(text):
            return self._escaped(text, start, end)
        return self._exact(start, end)

    def keeps_whole(self, start: int, end: int) -> bool:
        """Whether what is not known there ends no quotes and no word."""
        return not any(start <= offset < end for offset in self.region.loose)

    def _exact(self, start: int, end: int) -> tuple[Piece, ...]:
        found: list[Piece] = []
        while start < end:
            place = self.text.find(STAND_IN, start, end) if self.stand_in else -1
            stop = end if place < 0 else place
            if start < stop:
                found.append(Piece((self.text[start:stop],), start, stop, True))
            if place >= 0:
                known = self.region.piece_at(place)
                default = known[1].default if known is not None else None
                found.append(Piece(None, place, place + 1, False, default))
            start = stop + 1
        return tuple(found)


class Inner(Source):
    """The text of a region as a source; lines and columns are those of the document."""

    def __init__(self, host: Source, region: Region, near: Nearby) -> None:
        super().__init__(host.path, region.text, near=near)
        self._host = host
        self._region = region

    def location(self, offset: int) -> tuple[int, int]:
        """Return line and column in the document of what stands at an offset of the region."""
        return self._host.location(self._region.host_span(Span(offset, offset)).start)


class Apart(Nearby):
    """What is around a script that runs elsewhere: the project's settings, and no files."""

    def __init__(self, near: Nearby) -> None:
        self._near = near

    def above(self, names: Sequence[str]) -> Iterable[tuple[str, str]]:
        """Return path and text of files by name: in the folder of the source, then above it."""
        return self._near.above(names)

    def unread_above(self, names: Sequence[str]) -> Iterable[str]:
        """Return the paths of such files that are there and cannot be read as text."""
        return self._near.unread_above(names)


def launches(found: Sequence[Recognised], region: Region) -> list[Recognised]:
    """Return the launches of a region: variables from outside reach no container."""
    if region.granted.runs != CONTAINER or region.granted.is_open:
        return list(found)
    return [replace(one, fresh=True) for one in found]


class CheckedOut(Apart):
    """What is around a script that runs elsewhere, in a folder with the files of the project.

    What it lacks is not told: earlier steps may have made it.
    """

    def __init__(self, near: Nearby, folder: str) -> None:
        super().__init__(near)
        self._folder = folder

    def read(self, path: str) -> str | None:
        """Return the text of a file of the project."""
        found = self.in_project(path)
        return None if found is None else found[1]

    def in_project(self, path: str, from_start: bool = False) -> tuple[str, str] | None:
        """Return the name and the text of a file of the project."""
        if from_start or path.startswith("/"):
            return None
        return self._near.in_project(f"{self._folder}/{path}")


def near_of(region: Region, host: Source) -> Nearby:
    """Return the files that a region's script can read."""
    granted = region.granted
    if granted.runs == HERE:
        return host.near
    if granted.checkout is not None:
        return CheckedOut(host.near, granted.checkout)
    return Apart(host.near)
