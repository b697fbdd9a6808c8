"""From a file to the shell text in it: shell scripts, and documents that hold some."""

from __future__ import annotations

from sgdlint import quick

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sgdlint.source import Source

SHELL_ENDINGS = (".sh", ".bash", ".ksh", ".zsh", ".slurm", ".sbatch")
_SHEBANG = rb"#!\s*\S*/(?:env\s+(?:-\S+\s+)*)?(?:ba|da|k|z|a)?sh\b"
HEAD = 80
"""So far into a script its first line tells which program runs it."""
CONFIG = "sglang-config"
"""The kind of SGLang's own configuration files, which need not mention it."""
MENTION = "sglang"
SOURCING = ("source ", ". ")
"""One of these stands in each script that sources another file."""
_SOURCED = r"(?m)^(?:[^#\n]*[ \t;&|({])?(?:source|\.)[ \t]+([^\n]*)"
_PATH = r"(?:\$\w+)?([\w+-]*[./][\w./+-]*)"
RUNNING = (".sh", ".bash", ".sbatch", ".slurm")
"""How the names of scripts end that another script may run."""
_RAN = r"([\w+./-]*[\w+-]\.(?:sh|bash|sbatch|slurm))\b"
MOST_SOURCED = 16
"""So many words behind `source`, and so many names of scripts, are taken for names of files."""


def is_script_name(name: str) -> bool:
    """Whether a file in a folder is taken for a shell script by its name."""
    return name.endswith(SHELL_ENDINGS)


def is_script_head(head: bytes) -> bool:
    """Whether the first bytes of a file without a known ending make it a shell script."""
    return quick.match(_SHEBANG, head.removeprefix(b"\xef\xbb\xbf")) is not None


def mentions_sglang(source: Source) -> bool:
    """Whether a file can hold a launch at all, itself or in a file that it sources or runs.

    One that cannot is not parsed.
    """
    return MENTION in source.text or any(map(_holds_launch(source), _named(source.text)))


def _named(text: str) -> list[str]:
    """Return what may be names of files that a script sources or runs."""
    paths: list[str] = []
    if any(sign in text for sign in SOURCING):
        lines = quick.findall(_SOURCED, text)
        paths += [path.lstrip("/") for line in lines for path in quick.findall(_PATH, line)]
        paths = [path for path in paths if path.strip("./")][:MOST_SOURCED]
    if any(ending in text for ending in RUNNING):
        ran = [path.lstrip("/") for path in quick.findall(_RAN, text)]
        paths += list(dict.fromkeys(ran))[:MOST_SOURCED]
    return paths


def _holds_launch(source: Source) -> Callable[[str], bool]:
    """Return whether a file of the project mentions SGLang."""

    def holds(path: str) -> bool:
        file = source.near.in_project(path)
        return file is not None and MENTION in file[1]

    return holds
