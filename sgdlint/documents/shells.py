"""Programs that run a text as a shell script."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

SHELLS = ("sh", "bash", "dash", "ash", "zsh", "ksh")
_COMMAND_FLAG = re.compile(r"-[a-z]*c")


def is_shell(text: str | None) -> bool:
    """Whether a program is a shell whose scripts are read."""
    return text is not None and text.rpartition("/")[2] in SHELLS


def runs_text(words: Sequence[str | None]) -> bool:
    """Whether words are a shell, and what tells it to run the text that follows."""
    return len(words) == 2 and is_shell(words[0]) and _is_flag(words[1])


def _is_flag(text: str | None) -> bool:
    return text is not None and _COMMAND_FLAG.fullmatch(text) is not None
