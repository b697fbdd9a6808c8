"""Programs that read scripts: their names and options, and what Python runs."""

from __future__ import annotations

from sgdlint import quick

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.shell.values import Word

SHELLS = frozenset(("bash", "dash", "ksh", "sh", "zsh"))
"""Programs that read a script from `-c` or from their input."""

PLAIN_SHELLS = SHELLS - {"ksh", "zsh"}
"""Those that refuse what bash refuses."""

SHELL_FLAGS = "abefhiklmnprstuvxBCEHPT"
"""Options of a shell without a value; `-c` and `-o` are looked at themselves."""

SHELL_VALUED = ("-o", "+o", "-O", "+O", "--rcfile", "--init-file")

PYTHON = quick.compile(r"(?:python|pypy)(?:[0-9]+(?:\.[0-9]+)*)?")
PYTHON_FLAGS = "bBdEiIOPqsSuvx"
PYTHON_VALUED = "WX"


def of_python(words: Sequence[Word], index: int) -> tuple[str, int, str]:
    """Return what Python runs, from the index of its arguments on, and where that stands.

    It is a "module", with its name when it is joined to the option, a "script", or "".
    """
    while index < len(words):
        text = words[index].text
        if text == "-":
            return "", index, ""
        if text is None or not text.startswith("-"):
            return "script", index, ""
        letters = text[1:].lstrip(PYTHON_FLAGS)
        if letters == "m":
            return "module", index + 1, ""
        if letters.startswith("m"):
            return "module", index, letters[1:]
        if letters and letters[0] not in PYTHON_VALUED:
            return "", index, ""
        index += 2 if len(letters) == 1 else 1
    return "", index, ""
