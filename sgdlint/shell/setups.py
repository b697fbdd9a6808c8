"""Files of tools that say where programs are: `bin/activate` of an environment, and its kin."""

from __future__ import annotations

from sgdlint.shell.events import SETTINGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.shell.values import Word

FILES = (
    "/bin/activate",
    "/profile.d/conda.sh",
    "/profile.d/mamba.sh",
    "/profile.d/modules.sh",
    "/ascend-toolkit/set_env.sh",
)
"""How their paths end."""

PATHS = frozenset(
    """
    CONDA CPATH GSETTINGS LIBRARY LOADEDMODULES MAMBA MANPATH MODULEPATH MODULESHOME PATH PKG PS1
    PYTHONHOME PYTHONPATH VIRTUAL
    """.split()  # noqa: SIM905 - a column of names is harder to read
)
"""What names of variables begin with that say where programs and libraries are."""


def is_one(word: Word) -> bool:
    """Tell whether a word names such a file; `source activate NAME` finds one in PATH.

    Variables in it that are not quoted are taken to hold one word.
    """
    texts = word.pieces[-1].texts if word.pieces else None
    if texts is None:
        return False
    return word.text == "activate" or all(text.endswith(FILES) for text in texts)


def may_set(name: str) -> bool:
    """Tell whether such a file may set a variable."""
    head = name.partition("_")[0]
    return not head or head in SETTINGS or head in PATHS
