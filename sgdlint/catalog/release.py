"""Everything that is known about one release, read when it is asked for."""

from __future__ import annotations

from sgdlint.catalog.options import COMMANDS, options_of
from sgdlint.catalog.releases import resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.catalog.options import Option

_loaded: dict[str, Release] = {}


class Release:
    """One release of SGLang. Get it from `load`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._options: dict[str, dict[str, Option]] = {}

    def __repr__(self) -> str:
        return f"Release({self.name!r})"

    def options(self, command: str) -> dict[str, Option]:
        """Return the options of `generate` or `serve` by spelling, in parser order.

        `-h` and `--help`, which argparse adds by itself, are not among them.
        """
        if command not in COMMANDS:
            raise ValueError(f"{command!r} is not one of {', '.join(COMMANDS)}")
        if command not in self._options:
            self._options[command] = options_of(self.name, command)
        return self._options[command]

    def by_dest(self, command: str) -> dict[str, Option]:
        """Return the options by destination; the first one where several share it."""
        found: dict[str, Option] = {}
        for option in self.options(command).values():
            found.setdefault(option.dest, option)
        return found


def load(release: str) -> Release:
    """Return a known release; raises UnknownReleaseError, which names the nearest known ones."""
    name = resolve(release)
    if name not in _loaded:
        _loaded[name] = Release(name)
    return _loaded[name]
