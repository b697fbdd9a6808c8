"""The scripts of a file: the file itself, or what a document holds; parsed and interpreted."""

from __future__ import annotations

from sgdlint.documents import SHELL_ENDINGS
from sgdlint.record import record, replace
from sgdlint.shell.tree import Simple, below
from sgdlint.source import COMMAND, Lined, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sgdlint.directives import Setting
    from sgdlint.documents.document import Unread
    from sgdlint.documents.region import Region
    from sgdlint.finding import Finding
    from sgdlint.launch.recognise import Recognised
    from sgdlint.shell.sourcing import Files
    from sgdlint.shell.tree import SyntaxProblem, Tree
    from sgdlint.shell.values import Command
    from sgdlint.source import Source
    from sgdlint.suppressions import Suppression
    from sgdlint.variants import Place

NAMING = ("source ", ". ", "env-file", ".sh", ".bash", ".sbatch", ".slurm")
"""One of these stands in each script that names a file to be read or run."""


@record
class Script:
    """What is read of a script before any release counts.

    source: its text; of a region of a document, lines and columns are the document's. number: which
    script of the file it is. region: where it stands in a document. problems: what is no shell
    script in it, or in its strings. unread: files that it names in vain. document: the text of the
    document.
    """

    source: Source
    tree: Tree
    commands: Sequence[Command]
    found: Sequence[Recognised]
    problems: Sequence[SyntaxProblem] = ()
    number: int = 0
    region: Region | None = None
    unread: Sequence[str] = ()
    document: str = ""

    @property
    def ways(self) -> dict[Place, list[Command]]:
        """The commands of each place that starts SGLang: one for each way to it."""
        from sgdlint.variants import place_of

        ways: dict[Place, list[Command]] = {}
        for one in self.found:
            ways.setdefault(place_of(one.command), []).append(one.command)
        return ways

    def at_home(self, span: Span) -> Span:
        """Return where a part of the script stands in the file."""
        return span if self.region is None else self.region.host_span(span)


@record
class Scripts:
    """All scripts of a file. comments: of the file, and of its scripts where they are written.

    texts: of comments that are not written just so. parts, is_page: as of a Document.
    """

    source: Source
    all: Sequence[Script]
    comments: Sequence[Span] = ()
    unread: Sequence[Unread] = ()
    parts: Sequence[Span] = ()
    is_page: bool = False
    texts: Mapping[Span, str] = {}

    def directives(self) -> tuple[list[Setting], list[Suppression]]:
        """Return what the comments say; raises DirectiveError."""
        from sgdlint import directives

        return directives.read(self.lined, self.comments, self.launches, self.wholes, self.texts)

    @property
    def lined(self) -> Source:
        r"""The file, with line ends where strings of it have `\n`."""
        text = self.source.text
        ends = [one.end for one in self.comments if self.is_page]  # of a cell in Python, too
        for script in self.all:
            for _, piece in script.region.anchors if script.region is not None else ():
                if piece.texts == ("\n",):
                    ends.append(piece.start)
        found = {
            end + 2
            for end in ends
            if text.startswith("\\n", end) and text[end + 2 : end + 3] != '"'
        }
        return Lined(self.source, found) if found else self.source

    def wholes(self) -> Iterator[Span]:
        """Yield what a comment above its first line is for as a whole.

        Parts of a document, its values, and commands with their here-documents.
        """
        yield from self.parts
        for script in self.all:
            for node in below(script.tree.statements):
                if isinstance(node, Simple):
                    bodies = [one.body.end for one in node.redirects if one.body is not None]
                    yield script.at_home(Span(node.start, max(node.end, *bodies, node.end)))
            if script.region is not None:
                yield from (place.span for place in script.region.places)

    @property
    def launches(self) -> list[Span]:
        """Where the commands stand in the file that start SGLang."""
        return [
            script.at_home(Span(one.command.start, one.command.end))
            for script in self.all
            for one in script.found
        ]

    def at_home(self, found: Sequence[tuple[Script, list[Finding]]]) -> list[Finding]:
        """Return findings of scripts as findings of the file."""
        if all(script.region is None for script, _ in found):
            return [one for _, some in found for one in some]
        from sgdlint.documents.home import at_home, together

        return together(
            [
                (script.region, [at_home(one, script.region) for one in some])
                for script, some in found
                if script.region is not None
            ]
        )


def read(source: Source, kind: str = "") -> Scripts:
    """Read the scripts of a file. kind: of KINDS, when the user names one."""
    if source.path == COMMAND:
        return _shell(source)
    if not kind and (source.path == "-" or source.path.endswith(SHELL_ENDINGS)):
        return _shell(source)
    from sgdlint.documents import kinds

    kind = kind or kinds.kind_of(source.path, source.text)
    if kind == kinds.SHELL:
        return _shell(source)
    if kind in ("", kinds.NONE):
        return Scripts(source, ())
    from sgdlint.documents import document

    found = document.read(source, kind)
    scripts = [_inner(source, one, number) for number, one in enumerate(found.regions)]
    inside, texts = _comments(scripts)
    comments = sorted({*found.comments, *inside, *texts}, key=lambda one: one.start)
    return Scripts(source, scripts, comments, found.unread, found.parts, found.is_page, texts)


def _comments(scripts: Sequence[Script]) -> tuple[list[Span], dict[Span, str]]:
    """Return where the comments of regions stand, and the texts of those not written just so."""
    exact: list[Span] = []
    texts: dict[Span, str] = {}
    for script in scripts:
        for one in script.tree.comments if script.region is not None else ():
            span = Span(one.start, one.end)
            place = script.region.exact_span(span) if script.region is not None else None
            if place is not None:
                exact.append(place)
            elif "sgdlint" in one.text:
                texts[script.at_home(span)] = one.text
    return exact, texts


def _shell(source: Source) -> Scripts:
    script = _script(source)
    comments = [Span(one.start, one.end) for one in script.tree.comments]
    return Scripts(source, (script,), comments)


def _inner(host: Source, region: Region, number: int) -> Script:
    from sgdlint.documents.within import Inner, near_of

    script = _script(Inner(host, region, near_of(region, host)), region)
    return replace(script, number=number, document=host.text)


def _script(source: Source, region: Region | None = None) -> Script:
    from sgdlint.launch.recognise import launches as recognise
    from sgdlint.shell.interpreter import commands as interpret
    from sgdlint.shell.parser import parse

    tree = parse(source.text)
    files = _files(source)
    problems = list(tree.problems)
    if region is None:
        commands = interpret(tree, source.text, files=files, short=True)
        found = recognise(commands, files, problems)
    else:
        from sgdlint.documents.within import Within, launches

        commands = interpret(tree, source.text, origin=Within(region), files=files, short=True)
        found = launches(recognise(commands, files, problems), region)
    missing = tuple(files.missing) if files else ()
    return Script(source, tree, commands, found, problems, 0, region, missing)


def _files(source: Source) -> Files | None:
    """Return what reads the files that a script names; None when it names none."""
    if not any(sign in source.text for sign in NAMING):
        return None
    from sgdlint.shell.sourcing import Files

    return Files(source.near, source.text)
