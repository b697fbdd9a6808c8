"""From a file to the shell text in it. Today: shell scripts, which are shell text as a whole."""

from __future__ import annotations

from sgdlint import quick

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.source import Source

SHELL_ENDINGS = (".sh", ".bash", ".ksh", ".zsh")
_SHEBANG = rb"#!\s*\S*/(?:env\s+(?:-\S+\s+)*)?(?:ba|da|k|z|a)?sh\b"
MENTION = "sglang"


def is_script_name(name: str) -> bool:
    """Whether a file in a folder is taken for a shell script by its name."""
    return name.endswith(SHELL_ENDINGS)


def is_script_head(head: bytes) -> bool:
    """Whether the first bytes of a file without a known ending make it a shell script."""
    return quick.match(_SHEBANG, head.removeprefix(b"\xef\xbb\xbf")) is not None


def mentions_sglang(source: Source) -> bool:
    """Whether a file can hold a launch at all; one that cannot is not parsed."""
    return MENTION in source.text
