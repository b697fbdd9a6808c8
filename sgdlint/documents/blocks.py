"""The scripts of a guide: its blocks of code that are shell, as a reader would type them.

Each block is a script of its own. What earlier blocks export may be in force in later ones, or
not: it is unknown there.
"""

from __future__ import annotations

from bisect import bisect_right

from sgdlint import quick
from sgdlint.documents.assemble import Script, made
from sgdlint.documents.document import Document, Unread, read
from sgdlint.documents.kinds import SHELL, kind_of
from sgdlint.documents.placeholders import gaps, has_gaps
from sgdlint.documents.prompts import SESSIONS, Typed, typed
from sgdlint.documents.region import ELSEWHERE, CannotWriteError, Granted, Place, Region
from sgdlint.record import record
from sgdlint.shell.parser import parse
from sgdlint.shell.values import Piece
from sgdlint.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Sequence

SHELLS = ("bash", "sh", "shell", "zsh", "ksh", "shellscript", "shell-script")
PLAIN = ("", "none", "text", "txt", "plain", "plaintext", "cmd", "default")
"""Languages of blocks that may be anything; a command to launch SGLang shows that it is shell."""
OTHERS = {
    "yaml": "block.yaml",
    "yml": "block.yaml",
    "json": "block.json",
    "jsonc": "block.json",
    "python": "block.py",
    "py": "block.py",
    "python3": "block.py",
}
"""Languages that have readers of their own, with a name of a file in that language."""
MOST_OTHERS = 20
"""Blocks in such languages that are read of one file."""
INLINE = "inline"
"""The language of code within a paragraph."""
MOST_SCRIPTS = 500
"""Scripts of one file; further ones are not read."""
MOST_EXPORTS = 60
"""Variables that earlier blocks export and that are kept in mind."""
REASON = "the guide leaves it to its reader"
_LINE = quick.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")
_LAUNCH = quick.compile(
    r"(?m)^[ \t]*(?:[$%#\u276f] +)?(?:\w+=\S+ +)*"
    r"(?:(?:python3?|uv|docker|podman|srun|torchrun|numactl|nohup|sudo|env|exec|time)[ \t].*)?"
    r"sglang(?:[ \t]+(?:generate|serve)|\.[\w.]*\.(?:launch_server|main))\b"
    r"[ \t]*(?=[-\\$<{[\"'\n]|\Z)"
)
_PINS = quick.compile(r"(?:pip3?|uv|docker|podman)\b[^\n]*\bsglang")
_EXPORT = quick.compile(r"(?m)^[ \t]*(?:[$%#\u276f] +)?(?:export|declare -x)[ \t]+([^\n]*)")
_NAME = quick.compile(r"(?:^|[ \t])([A-Za-z_]\w*)(?:=|(?=[ \t]|$))")


@record
class Line:
    """A line of a block: its text from start to end, and where its line end ends.

    lead: what a new line after it begins with: the indent, the marks of a quotation.
    """

    start: int
    end: int
    stop: int
    lead: str = ""


@record
class Block:
    """A block of code. language: as it is named, in small letters, or INLINE.

    start: where the line begins that opens it.
    """

    language: str
    lines: tuple[Line, ...]
    start: int

    @property
    def span(self) -> Span:
        """Where all of it stands."""
        return Span(self.start, self.lines[-1].end if self.lines else self.start)


def lines_of(text: str) -> Iterator[Line]:
    """Yield the lines of a text."""
    start = 0
    while start < len(text):
        match = _LINE.match(text, start)
        if match is None:
            return
        yield Line(start, match.end(1), match.end())
        start = match.end()


def inline(text: str, pattern: re.Pattern[str], taken: Sequence[Span]) -> Iterator[Block]:
    """Yield code within a line that stands in nothing else. pattern: its group `code` is it."""
    ordered = sorted(taken, key=lambda one: one.start)
    starts = [one.start for one in ordered]
    for match in pattern.finditer(text):
        start, end = match.span("code")
        index = bisect_right(starts, start) - 1
        if index < 0 or start >= ordered[index].end:
            yield Block(INLINE, (Line(start, end, end),), start)


def document(source: Source, blocks: Iterable[Block], comments: Sequence[Span]) -> Document:
    """Return the scripts of a guide. comments: those of the guide's own language."""
    exported: dict[str, None] = {}
    regions: list[Region] = []
    parts: list[Span] = []
    unread: list[Unread] = []
    others = 0
    for block in blocks:
        text = "\n".join(source.text[line.start : line.end] for line in block.lines)
        if "sglang" in text and _may_be_shell(block, text):
            if len(regions) == MOST_SCRIPTS:
                unread.append(Unread(block.span, f"it has more than {MOST_SCRIPTS} blocks"))
                break
            region = _region(source.text, block, exported)
            if region is not None:
                regions.append(region)
                parts.append(block.span)
        elif block.language in OTHERS and "sglang" in text and others < MOST_OTHERS:
            others += 1
            found = _other(source, block, text)
            regions += found.regions
            comments = [*comments, *found.comments]
            parts += [block.span] if found.regions else []
        if block.language in (*SHELLS, *SESSIONS, *PLAIN):
            _note_exports(text, exported)
    return Document(tuple(regions), tuple(comments), tuple(unread), tuple(parts), True)


def _may_be_shell(block: Block, text: str) -> bool:
    if block.language in (*SHELLS, *SESSIONS):
        return True
    if block.language == INLINE:
        return _LAUNCH.match(text) is not None and text.count(" --") > 1
    is_launch = _LAUNCH.search(text) is not None or _PINS.search(text) is not None
    return block.language in PLAIN and is_launch


def _other(source: Source, block: Block, text: str) -> Document:
    """Return what the reader of another language makes of a block; nothing where it has gaps.

    It is given the guide up to the end of the block, with blanks for all that is not the block.
    """
    if any(line.lead.strip() for line in block.lines) or has_gaps(text):
        return Document()
    name = OTHERS[block.language]
    kind = kind_of(name, text)
    if kind in ("", SHELL):
        return Document()
    head = quick.sub(r"[^\r\n]", " ", source.text[: block.lines[0].start])
    inner = Source(name, head + source.text[block.lines[0].start : block.lines[-1].stop])
    return read(inner, kind)


def _note_exports(text: str, exported: dict[str, None]) -> None:
    for match in _EXPORT.finditer(text):
        for name in _NAME.findall(match[1]):
            if len(exported) < MOST_EXPORTS:
                exported[name] = None


def _region(text: str, block: Block, exported: Iterable[str]) -> Region | None:
    """Return the script of a block; None when it is none after all."""
    script = Script()
    for name in exported:
        script.add(made(f"export {name}='"), Piece(None, -1, -1), made("'\n"))
    lines = [text[line.start : line.end] for line in block.lines]
    session = typed(lines, block.language)
    pieces = _all(text, block) if session is None else _session(text, block, session)
    gap = _with_gaps(script, pieces)
    if block.language == INLINE:  # a sentence shows as much of a command as it speaks of
        script.add(made(" "))
        script.loose.append(script.length)
        script.add(Piece(None, block.span.end, block.span.end))
    script.places = [_place(text, block)]
    region = script.region(block.span, Granted(runs=ELSEWHERE), REASON)
    problems = parse(region.text).problems
    if block.language in (*PLAIN, INLINE) and problems:
        return None
    region.is_quoted = block.language == INLINE
    is_script = block.language in SHELLS and session is None and not gap
    region.is_certain = is_script and all(_is_launch(region.text, one.start) for one in problems)
    return region


def _is_launch(text: str, offset: int) -> bool:
    r"""Whether the lines before an offset, joined with `\`, are a command to launch SGLang."""
    start = text.rfind("\n", 0, offset)
    while start > 0 and text[start - 1] == "\\":
        start = text.rfind("\n", 0, start)
    return _LAUNCH.match(text, start + 1) is not None


def _all(text: str, block: Block) -> list[Piece]:
    """Return the pieces of a block in which each line is typed."""
    pieces: list[Piece] = []
    for line in block.lines:
        pieces += _line(text, line)
    return pieces


def _session(text: str, block: Block, session: Sequence[Typed]) -> list[Piece]:
    """Return the pieces of a block in which some lines are typed, and others were printed."""
    pieces: list[Piece] = []
    for one in session:
        line = block.lines[one.number]
        if pieces and not one.joined:
            pieces[-1] = made("\n")
        pieces += _line(text, Line(line.start + one.skip, line.end, line.stop))
    return pieces


def _line(text: str, line: Line) -> list[Piece]:
    pieces: list[Piece] = []
    if line.end > line.start:
        pieces.append(Piece((text[line.start : line.end],), line.start, line.end, True))
    if line.stop > line.end:
        is_plain = text[line.end : line.stop] == "\n"
        pieces.append(Piece(("\n",), line.end, line.stop, is_plain))
    return pieces


def _with_gaps(script: Script, pieces: Sequence[Piece]) -> bool:
    """Put in pieces, with unknowns for placeholders; return whether there are any."""
    whole = "".join(piece.texts[0] for piece in pieces if piece.texts)
    found = list(gaps(whole))
    waiting = iter(found)
    gap = next(waiting, None)
    offset = 0
    for piece in pieces:
        text = piece.texts[0] if piece.texts else ""
        done = 0
        while gap is not None and gap.start < offset + len(text):
            left, right = gap.start - offset, min(gap.end - offset, len(text))
            script.add(*_part(piece, done, left))
            if gap.loose:
                script.loose.append(script.length)
            script.add(Piece(None, piece.start + left, piece.start + right))
            done = right
            gap = next(waiting, None)
        script.add(*_part(piece, done, len(text)))
        offset += len(text)
    return bool(found)


def _part(piece: Piece, start: int, end: int) -> list[Piece]:
    if not piece.exact or piece.texts is None:
        return [piece] if end > start else []
    text = piece.texts[0][start:end]
    return [Piece((text,), piece.start + start, piece.start + end, True)] if text else []


def _place(text: str, block: Block) -> Place:
    """Return how text is written in a block: further lines begin like the one they follow."""
    inline = block.language == INLINE

    def encode(new: str, span: Span) -> str:
        if inline:
            raise CannotWriteError("the sentence around it may speak of it")
        if "\n" not in new:
            return new
        line = next(one for one in block.lines if span.start <= one.stop)
        end = "\r\n" if "\r\n" in text[line.end : line.stop] else "\n"
        return new.replace("\n", end + line.lead)

    first, last = block.lines[0], block.lines[-1]
    return Place(Span(first.start, last.stop), encode)
