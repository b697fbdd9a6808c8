"""From a file to the shell text in it. Today: shell scripts, which are shell text as a whole."""

from __future__ import annotations

from sgdlint import quick

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.source import Source

SHELL_ENDINGS = (".sh", ".bash", ".ksh", ".zsh")
_SHEBANG = rb"#!\s*\S*/(?:env\s+(?:-\S+\s+)*)?(?:ba|da|k|z|a)?sh\b"
MENTION = "sglang"
SOURCING = ("source ", ". ")
"""One of these stands in each script that sources another file."""
_SOURCED = r"(?m)^(?:[^#\n]*[ \t;&|({])?(?:source|\.)[ \t]+([^\n]*)"
_PATH = r"(?:\$\w+)?([\w+-]*[./][\w./+-]*)"
MOST_SOURCED = 16
"""So many words behind `source` are taken for names of files."""


def is_script_name(name: str) -> bool:
    """Whether a file in a folder is taken for a shell script by its name."""
    return name.endswith(SHELL_ENDINGS)


def is_script_head(head: bytes) -> bool:
    """Whether the first bytes of a file without a known ending make it a shell script."""
    return quick.match(_SHEBANG, head.removeprefix(b"\xef\xbb\xbf")) is not None


def mentions_sglang(source: Source) -> bool:
    """Whether a file can hold a launch at all, itself or in a file that it sources.

    One that cannot is not parsed.
    """
    return MENTION in source.text or _is_in_sourced(source)


def _is_in_sourced(source: Source) -> bool:
    if not any(sign in source.text for sign in SOURCING):
        return False
    lines = quick.findall(_SOURCED, source.text)
    paths = [path.lstrip("/") for line in lines for path in quick.findall(_PATH, line)]
    files = (source.near.in_project(path) for path in paths[:MOST_SOURCED] if path.strip("./"))
    return any(file is not None and MENTION in file[1] for file in files)
