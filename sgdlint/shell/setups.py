"""What tools give a shell to find programs: `bin/activate` of an environment, and its kin."""

from __future__ import annotations

from sgdlint import quick
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

OUTPUT = (
    r"\"?\$\(\s*['\"]?(?:[\w.~/{}$-]*/)?"
    r"(?:(?:conda|mamba|micromamba)\b[^;|&`()]*\bshell\b|pyenv\b[^;|&`()]*\binit\b"
    r"|direnv\b[^;|&`()]*\bhook\b|brew\b[^;|&`()]*\bshellenv\b|pixi\b[^;|&`()]*\bshell-hook\b"
    r"|ssh-agent\b)[^;|&`()]*\)\"?|\"?\$\{?__conda_setup\}?\"?"
)
"""What `eval` is given when a tool prints how it is set up."""

PATHS = frozenset(
    """
    CMAKE CONDA CPATH DIRENV GSETTINGS HOMEBREW INFOPATH LD LIBRARY LOADEDMODULES MAMBA MANPATH
    MODULEPATH MODULESHOME NVCC PATH PIXI PKG PS1 PYENV PYTHONHOME PYTHONPATH SSH VIRTUAL
    """.split()  # noqa: SIM905 - a column of names is harder to read
)
"""What names of variables begin with that say where programs and libraries are."""


def is_output(text: str) -> bool:
    """Tell whether the argument of `eval`, as it is written, is what such a tool prints."""
    return quick.fullmatch(OUTPUT, text) is not None


def is_file(word: Word) -> bool:
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
