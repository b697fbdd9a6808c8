"""What containers run, in whatever language they are described."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.documents.assemble import Script, Value
from sgdlint.launch.entrypoints import OFFICIAL_IMAGE
from sgdlint.shell.values import Piece

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.documents.region import Noted

SHELLS = ("sh", "bash", "dash", "ash", "zsh", "ksh")
TAKES_SCRIPT = r"-[a-z]*c[a-z]*"
_SHEBANG = r"#!\s*(?:\S*/env\s+(?:-S\s+)?)?(?:\S*/)?(\w+)"


def is_shell(text: str | None) -> bool:
    """Whether a word is the name of a shell, with or without folder."""
    return text is not None and text.rpartition("/")[2] in SHELLS


def is_script(values: Sequence[Value]) -> bool:
    """Whether words are a shell and a text that it reads; what may follow is not known."""
    rest = [value.many for value in values[3:]]
    if len(values) < 3 or any(value.many for value in values[:3]) or not all(rest):
        return False
    option = values[1].text
    takes = option is not None and quick.fullmatch(TAKES_SCRIPT, option) is not None
    return takes and is_shell(values[0].text)


def is_for_shell(text: str) -> bool:
    """Whether a script without a program of its own is one for a shell, by its first line."""
    if not text.startswith("#!"):
        return True
    match = quick.match(_SHEBANG, text)
    return match is not None and match[1] in SHELLS


def run_by_image(script: Script, image: Noted | None, first: Value) -> None:
    """Put in what runs the words of a container that names no program.

    An image of SGLang takes the first option for one; of other images it is not known.
    """
    begins = first.pieces[0] if first.pieces else None
    text = begins.texts[0].lstrip() if begins is not None and begins.texts else ""
    if begins is None or image is None or first.many or not text.startswith("--"):
        return
    if quick.fullmatch(OFFICIAL_IMAGE, image.text):
        script.add(Piece((f"docker run {image.text} ",), begins.start, begins.start))
