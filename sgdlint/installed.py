"""Which SGLang is installed: the names of folders tell, and nothing is imported or run."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BEGIN, _END = "sglang-", ".dist-info"
_PACKAGES = ("site-packages", "dist-packages")


def installed(folders: Iterable[str], here: str) -> tuple[str, str] | None:
    """Return the version that an environment has, and how to call the environment.

    Looked at in order: the active environment, the `.venv` in the first of some folders that has
    one, and the environment that sgdlint runs in. here: what the name leaves out of a path.
    """
    for place, packages in _environments(folders, here):
        for folder in packages:
            version = _version_in(folder)
            if version:
                return version, place
    return None


def _environments(folders: Iterable[str], here: str) -> Iterator[tuple[str, list[str]]]:
    active = os.environ.get("VIRTUAL_ENV", "")
    if active:
        yield "the active environment", _packages(active)
    for folder in folders:
        own = os.path.join(folder, ".venv")
        if os.path.isdir(own):
            yield own.removeprefix(here), _packages(own)
            break
    mine = [path for path in sys.path if path.endswith(_PACKAGES)]
    yield "the environment of sgdlint", mine


def _packages(environment: str) -> list[str]:
    """Return the folders where a virtual environment keeps its packages."""
    library = os.path.join(environment, "lib")
    versions = [name for name in _listed(library) if name.startswith("python")]
    found = [os.path.join(library, name, "site-packages") for name in versions]
    return found or [os.path.join(environment, "Lib", "site-packages")]  # on Windows


def _version_in(folder: str) -> str:
    """Return the version in the name of SGLang's metadata; "" when there is none."""
    for name in _listed(folder):
        if name.startswith(_BEGIN) and name.endswith(_END):
            return name[len(_BEGIN) : -len(_END)]
    return ""


def _listed(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []
