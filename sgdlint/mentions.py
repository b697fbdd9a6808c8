"""Launches that a file mentions where nothing tells how they are run: they are said, not judged.

Prose mentions launches, too: sentences, comments, what `echo` writes. Only what is certainly words
for a program counts: a list of words with an option behind, or a text that begins with them in a
file that people write for programs. Most words for language models are left alone.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.documents import kinds
from sgdlint.documents.document import Unread
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sgdlint.scripts import Script, Scripts
    from sgdlint.shell.values import Command, Word
    from sgdlint.source import Source

_SUBCOMMAND = r"(?:serve|generate)"
_MODULE = r"sglang\.(?:multimodal_gen(?!\.(?:benchmarks|test|tools)\b)(?:\.\w+)*|launch_server)"
"""Benchmarks, tests and tools of SGLang are no launches."""
_GAP = r"[\"']?[ \t]*(?:,\s*|\n[ \t]*-[ \t]+)[\"']?"
_LISTED = (
    rf"(?<=[\"'/\s\[,(])(sglang{_GAP}{_SUBCOMMAND}|(?<=[\"'\s])-m{_GAP}{_MODULE})(?={_GAP}--?[a-z])"
)
"""Words in a list: quoted or not, with commas between them or each in a line behind a dash."""
_QUOTE = r"[\"']\s*,\s*[\"']"
_QUOTED = (
    rf"(?<=[\"'/])(sglang{_QUOTE}{_SUBCOMMAND}|(?<=[\"'])-m{_QUOTE}{_MODULE})(?={_QUOTE}--?[a-z])"
)
"""Words in a list of a program."""
_CALLED = (
    r"\b(?:launch_server_cmd|execute_shell_command|system|run|call|check_call|Popen)\(\s*[fr]?"
    rf"(?:\"\"\"|'''|[\"'])\s*(sglang[ \t]+{_SUBCOMMAND}|python3?[ \t]+-m[ \t]+{_MODULE})"
    r"(?=[ \t\\\n]+--[a-z])"
)
"""A text that a program gives to a shell."""
_ARRAY = rf"=\(\s*(sglang[\s\\]+{_SUBCOMMAND})(?=[\s\\]+--)"
"""Words in an array of a shell."""
_BEGIN = r"(?:^[ \t]*|[\"'`]|[:=|>&;][ \t]+|=)(?:exec[ \t]+)?"
_TEXT = (
    rf"(?m){_BEGIN}(sglang[ \t]+{_SUBCOMMAND}|python3?[ \t]+-m[ \t]+{_MODULE})"
    r"(?=(?:[ \t]|\\+n?\s)+--[a-z])"
)
"""A text for a shell."""
_PROSE_KEY = (
    r"(?i)^[ \t-]*[\"']?[\w.-]*(?:description|summary|help|title|note|comment|message|name|usage"
    r"|example|doc)s?[\"']?\s*[:=]"
)
_ALWAYS = r"generate|multimodal_gen"
_MODEL = (
    r"--model(?:-path)?[\"']?(?:=|[ \t]*,\s*|[ \t]*\n[ \t]*-[ \t]+|[ \t\\\n]+)"
    r"[\"']?([\w.-]*/[\w./-]+)"
)
PROSE = ("markdown", "rst", "asciidoc", "notebook")
"""Kinds of files for people: what is no code there is prose."""
PROSE_ENDINGS = (
    *(".md", ".mdx", ".txt", ".rst", ".adoc", ".html", ".htm", ".xml", ".svg", ".tex", ".log"),
    *(".out", ".err", ".csv", ".tsv", ".jsonl", ".ndjson", ".patch", ".diff", ".lock", ".map"),
)
"""Endings of files for people, and of what programs write down."""
PRINTERS = (
    *("echo", "print", "log", "info", "warn", "err", "debug", "die", "fail", "say", "msg", "note"),
    *("usage", "cat", "tee", "grep", "egrep", "fgrep", "rg", "pgrep", "pkill", "killall", "which"),
    *("type", "man", "wall", "wait_for", "notify", ":", "true", "help", "title", "step", "ok"),
)
"""How the names of programs begin that write or look for words, and run none."""
WINDOW = 4_000
"""Characters: so far behind a launch its model is looked for."""
MOST = 20
"""Mentions of one file that are looked at."""


def launch(source: Source) -> Span | None:
    """Return where a file of no known kind certainly mentions a launch, by its text alone."""
    path, text = source.path.lower(), source.text
    if path.endswith(PROSE_ENDINGS) or _holds_rules(path, text):
        return None
    is_code = path.endswith(kinds.CODE_ENDINGS) or text.startswith("#!")
    return next(_in_text(text, (_QUOTED,) if is_code else (_LISTED, _TEXT), ()), None)


def _holds_rules(path: str, text: str) -> bool:
    """Whether a file holds rules for sgdlint: their examples are no launches."""
    is_yaml = path.endswith(kinds.YAML_ENDINGS) and "examples:" in text
    return is_yaml and quick.search(r"(?m)^rules:[ \t]*$", text) is not None


def unread(read: Scripts, kind: str) -> list[Unread]:
    """Return the mention in a file of which no launch is known; kind: what the user says it is."""
    source = read.source
    kind = kind or kinds.kind_of(source.path, source.text)
    if kind in ("", kinds.NONE):
        place = launch(source)
        told = "sgdlint does not know this kind of file (--kind names one that it knows)"
        return [Unread(place, told)] if place is not None else []
    found: Iterable[Unread]
    if kind == kinds.SHELL:
        found = (one for script in read.all for one in _in_script(script))
    elif kind == "notebook":
        found = _in_notebook(source)
    elif kind in PROSE:
        return []
    else:
        found = _in_document(read, kind)
    return [one for one, _ in zip(found, "1", strict=False)]


def _in_document(read: Scripts, kind: str) -> Iterator[Unread]:
    for script in read.all:
        yield from _in_script(script)
    patterns = (_QUOTED,) if kind == "python" else (_LISTED, _TEXT)
    for place in _in_text(read.source.text, patterns, read.comments):
        yield Unread(place, f"nothing in this {kind} file is known to run it")


def _in_notebook(source: Source) -> Iterator[Unread]:
    from sgdlint.documents import notebook
    from sgdlint.documents.pieces import cut

    for cell in notebook.python_cells(source):
        for place in _in_text(cell.text or "", (_QUOTED, _CALLED), ()):
            pieces = list(cut(cell.pieces, place.start, place.end))
            home = Span(pieces[0].start, pieces[-1].end)
            yield Unread(home, "Python in notebooks is not read")


def _in_text(text: str, patterns: Sequence[str], comments: Sequence[Span]) -> Iterator[Span]:
    for pattern in patterns:
        for match, _ in zip(quick.finditer(pattern, text), range(MOST), strict=False):
            start = match.start(1)
            line = text[text.rfind("\n", 0, start) + 1 : start]
            if any(one.start <= start < one.end for one in comments) or _is_comment(line):
                continue
            if not quick.match(_PROSE_KEY, line) and _may_be_diffusion(text, start):
                yield Span(start, match.end())


def _is_comment(before: str) -> bool:
    """Whether a line begins a comment before a place, in any of the usual languages."""
    return before.lstrip().startswith(("#", "//", "*", "/*", "--", ";")) or " #" in before


def _may_be_diffusion(text: str, start: int) -> bool:
    """Whether a launch at a place may be one of diffusion; a model of another kind says no."""
    behind = text[start : start + WINDOW]
    model = quick.search(_MODEL, behind)
    if model is None or quick.search(_ALWAYS, behind[: model.start()]):
        return True
    from sgdlint import catalog

    return catalog.load(catalog.newest()).model(model[1]) is not None


# --- in scripts for a shell -----------------------------------------------------------------------


def _in_script(script: Script) -> Iterator[Unread]:
    text = script.source.text
    for command in script.commands:
        for place, told in _in_command(command, text):
            yield Unread(script.at_home(place), told)
    comments = [Span(one.start, one.end) for one in script.tree.comments]
    for place in _in_text(text, (_ARRAY,), comments):
        yield Unread(script.at_home(place), "what runs these words is not known")


def _in_command(command: Command, text: str) -> Iterator[tuple[Span, str]]:
    """Yield where a command mentions a launch, and what is not known of it."""
    if not command.words or command.dead is not None:
        return
    whole, program = Span(command.start, command.end), command.words[0].text
    found = _in_words(command, text)
    if found is not None:
        first, last = found
        place = Span(first.start, last.end) if 0 <= first.start <= last.end else whole
        told = f"whether `{program}` runs these words is not known"
        yield place, told if program else "which program is given these words is not known"
    elif command.stdin is not None and any(_in_text(command.stdin.text or "", (_LISTED,), ())):
        yield whole, f"what `{program or '?'}` makes of this text is not known"


def _in_words(command: Command, text: str) -> tuple[Word, Word] | None:
    """Return the words that are a launch for a program which is not known."""
    if _only_prints(command, text):
        return None
    texts = [word.text or "" for word in command.words]
    if "--help" in texts or "-h" in texts:
        return None
    for index in range(1, len(texts) - 2):
        first, second, third = texts[index : index + 3]
        if first.rpartition("/")[2] == "sglang" and quick.fullmatch(_SUBCOMMAND, second):
            is_one = third.startswith("--")
        else:
            is_one = first == "-m" and bool(quick.fullmatch(_MODULE, second))
        if is_one and _may_be_diffusion(" ".join(texts[index:]), 0):
            return command.words[index], command.words[index + 1]
    return None


def _only_prints(command: Command, text: str) -> bool:
    name = (command.words[0].text or "").rpartition("/")[2].lower()
    if command.function or name.startswith(PRINTERS):
        return True
    return bool(name) and any(one in text for one in (f"{name}()", f"{name} ()", f"ction {name}"))
