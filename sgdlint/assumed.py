"""Which releases a launch is checked for, and what says so."""

from __future__ import annotations

from sgdlint import catalog
from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.pins import Evidence


@record
class Assumed:
    """Releases, oldest first, and where they come from.

    stated: the user said that it must work with each; else one of them is in use.
    note: what is not known about the release that was named, or "".
    """

    releases: tuple[str, ...]
    origin: str
    stated: bool = True
    note: str = ""

    @property
    def text(self) -> str:
        """The releases in short."""
        if len(self.releases) == 1:
            return self.releases[0]
        from sgdlint.catalog.specifiers import described

        return described(self.releases)

    @property
    def why(self) -> str:
        """Where the releases come from, with what is not known."""
        return self.origin + (f", {self.note}" if self.note else "")

    @property
    def pinned(self) -> bool | None:
        """Whether the script or its project names one release; None when the user says another."""
        if self.origin == COMMAND_LINE:
            return None
        by_chance = self.origin == NEWEST or self.origin.startswith(INSTALLED)
        return len(self.releases) == 1 and not by_chance


@record
class Machine:
    """Where a script of a document runs.

    tags: what its image tells. named: that is an image of SGLang. container: it runs in one.
    away: it does not run where the file lies.
    """

    tags: tuple[Evidence, ...] = ()
    named: bool = False
    container: bool = False
    away: bool = False


NEWEST = "the newest release known"
INSTALLED = "installed in "
COMMAND_LINE = "the command line"


def newest() -> Assumed:
    """Return what is assumed when nothing tells."""
    return Assumed((catalog.newest(),), NEWEST)


def stated(texts: Sequence[str], origin: str) -> Assumed:
    """Return the releases that the user names; raises SpecifierError or UnknownReleaseError."""
    from sgdlint.catalog.specifiers import releases_of

    found = {release for text in texts for release in releases_of(text)}
    return Assumed(tuple(one for one in catalog.releases() if one in found), origin)
