"""Which parts of a script can matter to a launch: only there paths are worth following apart.

A part matters when it holds a command that may be a launch, when it changes what such a command
reads (its variables, in turn what they are made of, and the tests around them), or when it may end
the script. Some of what does not matter is followed as well, in the plain way that costs little:
what somebody asks for beside launches, and what the values of variables come from that are read
there. `stops` are the places of all this; what lies between them may be passed over.
"""

from __future__ import annotations

from bisect import bisect_left

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class Relevance:
    """What matters in one text; `slicing` finds it.

    offsets: where something matters. stops: where something is to be followed. told: commands that
    somebody may ask for. reads: where a variable is read that matters.
    names: the variables that matter. functions: those in which something matters. kept: the
    variables of which somebody may ask for the value; ignored: the others that the text sets.
    lost: those of them that may be read all the same. is_whole: somebody may ask for any variable.
    """

    __slots__ = (
        "_offsets", "_reads", "_told", "functions", "ignored", "is_whole", "kept", "lost", "names",
        "stops",
    )  # fmt: skip

    def __init__(
        self,
        offsets: list[int],
        stops: list[int],
        told: list[int],
        reads: list[int],
        names: set[str],
        functions: set[str],
        kept: set[str],
        ignored: set[str],
        lost: set[str],
        is_whole: bool,
    ) -> None:
        self._offsets = offsets
        self._told = told
        self._reads = reads
        self.stops = stops
        self.names = names
        self.functions = functions
        self.kept = kept
        self.ignored = ignored
        self.lost = lost
        self.is_whole = is_whole

    def matters(self, start: int, end: int) -> bool:
        """Tell whether anything that matters stands in a part of the script."""
        return has(self._offsets, start, end)

    def tells(self, start: int, end: int) -> bool:
        """Tell whether anybody may ask for the words of a command."""
        return has(self._told, start, start + 1) or has(self._reads, start, end)

    def tells_in(self, start: int, end: int) -> bool:
        """Tell whether anybody may ask for a command in a part of the script."""
        return has(self._told, start, end) or has(self._reads, start, end)


def has(places: Sequence[int], start: int, end: int) -> bool:
    """Tell whether one of some places lies in a part of the script."""
    place = bisect_left(places, start)
    return place < len(places) and places[place] < end
