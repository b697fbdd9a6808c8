"""Launches in systemd's services and their drop-ins, and in the containers of podman's Quadlet.

Read as systemd reads them: there is no shell; `%x` is put in when the unit is loaded, `${NAME}`
when the command is started, and `$NAME` only where it is a word of its own, which is then split.
What `EnvironmentFile=` holds is not known here, and counts more than `Environment=` of a service.
Sources: systemd.service(5), systemd.exec(5), podman-systemd.unit(5).
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.documents.assemble import PLAIN, Script, Value, Variable, made
from sgdlint.documents.document import Document, Unread
from sgdlint.documents.line_words import LineWords
from sgdlint.documents.placed import Part, joined
from sgdlint.documents.region import CONTAINER, ELSEWHERE, Granted, Item, Place
from sgdlint.documents.unit_files import (
    MOST_CHARACTERS,
    UnitWord,
    WordsError,
    parse,
    with_references,
    with_specifiers,
    words,
)
from sgdlint.documents.unit_writers import added, encode_in, removal, written
from sgdlint.shell.values import Piece
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sgdlint.documents.region import Noted, Region
    from sgdlint.documents.unit_files import Setting, Unit
    from sgdlint.finding import Edit
    from sgdlint.source import Source

SERVICE, QUADLET = "Service", "Container"
COMMANDS = {
    SERVICE: ("ExecCondition", "ExecStartPre", "ExecStart", "ExecStartPost"),
    QUADLET: ("Exec",),
}
"""The settings of each section that run something."""
SHELLS = ("sh", "bash", "dash", "ash", "zsh", "ksh")
REASON = "it is filled in when the unit starts"
_PREFIX = "@-:+!"
_GPU = r"nvidia\.com/gpu=([\w-]+)"
_SETS = r"(?:^|\s)(?:-e|--env|--env-file)\b"


def read(source: Source) -> Document:
    """Read a unit."""
    if len(source.text) > MOST_CHARACTERS:
        message = f"it has more than {MOST_CHARACTERS:,} characters"
        return Document(unread=(Unread(Span(0, 0), message),))
    unit = parse(source.text)
    regions: list[Region] = []
    unread: list[Unread] = []
    for section, keys in COMMANDS.items():
        reader = _Section(source, unit, section)
        for setting in [one for key in keys for one in unit.of(section, key)]:
            if "sglang" not in setting.value.text and setting.key not in ("ExecStart", "Exec"):
                continue
            try:
                regions += reader.regions(setting)
            except WordsError as error:
                unread.append(Unread(_place(setting), str(error)))
    regions.sort(key=lambda one: one.around.start)
    return Document(tuple(regions), unit.comments, tuple(unread))


def _place(setting: Setting) -> Span:
    return Span(*setting.value.place(0, len(setting.value.text)))


class _Section:
    """A section of a unit that runs something: its variables, and its commands."""

    def __init__(self, source: Source, unit: Unit, section: str) -> None:
        self.source = source.text
        self.unit = unit
        self.section = section
        name = source.path.replace("\\", "/").rpartition("/")[2]
        self.place = f"[{section}] of {name}"
        self.variables = list(self._variables(self._is_open()))
        # A container's variables are not those of the service that starts it.
        own = self.variables if section == SERVICE else []
        self.known = {one.name: one.value for one in own}

    # --- commands -------------------------------------------------------------------------------

    def regions(self, setting: Setting) -> Iterator[Region]:
        """Yield the scripts of a setting; raises WordsError."""
        for written_words in words(setting.value):
            prefix, command = "", written_words
            if self.section == SERVICE:
                prefix, command = _without_prefix(written_words)
            if command and "|" not in prefix:  # it hands the command to a shell of the user
                yield self._region(setting, command, ":" not in prefix)

    def _region(self, setting: Setting, command: list[UnitWord], dollars: bool) -> Region:
        script = Script()
        granted = self._granted(script)
        for variable in self.variables:
            script.export(variable)
        found = [with_specifiers(word) for word in command]
        if dollars:
            start = 1 if self.section == SERVICE else 0
            found[start:] = [with_references(word) for word in found[start:]]
        entrypoint = self.unit.of(QUADLET, "Entrypoint") if self.section == QUADLET else []
        for one in entrypoint[-1:]:
            script.word(_whole(one))
            script.add(made(" "))
        if len(found) == 3 and _is_shell(found[0]) and found[1].text in ("-c", "-ec", "-lc"):
            script.shell(self._spliced(found[2], dollars))
        else:
            self._run(script, found, dollars)
        around = Span(command[0].start, command[-1].end)
        return script.region(around, granted, REASON, self._adding(setting))

    def _run(self, script: Script, found: list[UnitWord], dollars: bool) -> None:
        """Put in words, with the references in them as they are."""
        writer = LineWords([Span(one.start, one.end) for one in found], self.source, written)
        for index, word in enumerate(found):
            if index:
                script.add(made(" "))
            start = script.length
            self._word(script, word)
            script.items.append(Item(start, script.length, index, writer))
            place = Span(word.start, word.end)
            script.places.append(Place(place, encode_in(word, self.source, dollars)))

    def _word(self, script: Script, word: UnitWord) -> None:
        run: list[Part] = []
        for part in word.parts:
            if not part.name and (part.text is not None or len(word.parts) > 1):
                run.append(part)
                continue
            _flush(script, run)
            run = []
            self._reference(script, part)
        if run or not word.parts:
            script.word(Value(joined(run), Span(word.start, word.end)))

    def _reference(self, script: Script, part: Part) -> None:
        """Put in a reference; where a shell would read it otherwise, it is not known."""
        text = self.source[part.start : part.end]
        piece = Piece((text,), part.start, part.end, True)
        if part.name and text == f"${{{part.name}}}":
            script.add(made('"'), piece, made('"'))
        elif part.name and text == f"${part.name}" and self._splits_alike(part.name):
            script.add(piece)
        else:
            if text.startswith("$") and not text.startswith("${"):
                script.loose.append(script.length)  # any number of words
            else:
                script.add(made("'"))
            script.add(Piece(None, part.start, part.end))
            if script.length - 1 not in script.loose:
                script.add(made("'"))

    def _splits_alike(self, name: str) -> bool:
        """Whether a shell splits a variable as systemd does: it has no quotes and no patterns."""
        value = self.known.get(name)
        text = value.text if value is not None else None
        return text is None or all(PLAIN.match(one) for one in text.split())

    def _spliced(self, word: UnitWord, dollars: bool) -> Value:
        """Return a text for a shell, into which systemd has put the variables."""
        pieces: list[Piece] = []
        run: list[Part] = []
        for part in word.parts:
            if not part.name:
                run.append(part)
                continue
            pieces += joined(run)
            run = []
            value = self.known.get(part.name)
            given = value.pieces if value is not None else (Piece(None, -1, -1),)
            for one in given:
                pieces.append(Piece(one.texts, part.start, part.end, default=one.default))
        place = Span(word.start, word.end)
        encode = encode_in(word, self.source, dollars)
        return Value((*pieces, *joined(run)), place, (Place(place, encode),))

    # --- variables ------------------------------------------------------------------------------

    def _is_open(self) -> bool:
        """Whether variables may come to have other values than `Environment=` says."""
        if self.section == QUADLET:
            arguments = self.unit.of(QUADLET, "PodmanArgs")
            return any(quick.search(_SETS, one.value.text) for one in arguments)
        return any(self.unit.of(SERVICE, key) for key in ("EnvironmentFile", "UnsetEnvironment"))

    def _variables(self, is_open: bool) -> Iterator[Variable]:
        for setting in self.unit.of(self.section, "Environment"):
            try:
                found = [word for command in words(setting.value) for word in command]
            except WordsError:
                continue
            for index, word in enumerate(found):
                edit = removal(setting, found, index, self.source)
                variable = self._variable(with_specifiers(word), edit)
                if variable is not None:
                    yield _opened(variable) if is_open else variable

    def _variable(self, word: UnitWord, edit: Edit | None) -> Variable | None:
        texts = [part.text or "\0" for part in word.parts]
        if "=" not in texts:
            return None
        equals = texts.index("=")
        name = "".join(texts[:equals])
        if not (name.isidentifier() and name.isascii()):
            return None
        parts = word.parts[equals + 1 :]
        place = Span(word.start, word.end)
        value = Value(
            joined(parts), place, (Place(place, encode_in(word, self.source, dollars=False)),)
        )
        return Variable(name, value, Span(word.parts[0].start, word.parts[equals].start), edit)

    def _adding(self, setting: Setting) -> Callable[[str, str], Edit]:
        def add(name: str, value: str) -> Edit:
            before = self.unit.of(self.section, "Environment")
            near = before[-1] if before else setting
            return added(name, value, near, bool(before), self.source)

        return add

    # --- what is granted ------------------------------------------------------------------------

    def _granted(self, script: Script) -> Granted:
        if self.section == SERVICE:
            return Granted(self.place, ELSEWHERE)
        images = [one for one in self.unit.of(QUADLET, "Image") if "%" not in one.value.text]
        image = script.note("image", _whole(images[-1])) if images else None
        return Granted(self.place, CONTAINER, image, self._gpus(script))

    def _gpus(self, script: Script) -> tuple[int, Noted] | None:
        """Return how many GPUs the container is given, when each of them is named."""
        settings = [*self.unit.of(QUADLET, "AddDevice"), *self.unit.of(QUADLET, "PodmanArgs")]
        texts = [one.value.text for one in settings]
        names = {name for text in texts for name in quick.findall(_GPU, text)}
        if not names or not all(name.isdecimal() for name in names) or "--gpus" in str(texts):
            return None
        first = next(one for one in settings if quick.search(_GPU, one.value.text))
        noted = script.note(first.key, _whole(first))
        return (len(names), noted) if noted is not None else None


def _without_prefix(command: list[UnitWord]) -> tuple[str, list[UnitWord]]:
    """Return the marks before the program, and the command without them and its other name."""
    first, count = command[0], 0
    while count < len(first.parts) and (first.parts[count].text or "") in (*_PREFIX, "|"):
        count += 1
    parts = first.parts[count:]
    marks = "".join(part.text or "" for part in first.parts[:count])
    if not parts:
        return marks, []
    named = UnitWord(parts, parts[0].start if count else first.start, first.end)
    return marks, [named, *command[2 if "@" in marks else 1 :]]


def _flush(script: Script, run: list[Part]) -> None:
    if run:
        script.word(Value(joined(run), Span(run[0].start, run[-1].end)))


def _whole(setting: Setting) -> Value:
    """Return the value of a setting as it stands."""
    value = setting.value
    place = _place(setting)
    return Value(
        joined(value.parts(0, len(value.text))), place, (Place(place, lambda text, _: text),)
    )


def _is_shell(word: UnitWord) -> bool:
    return word.text is not None and word.text.rpartition("/")[2] in SHELLS


def _opened(variable: Variable) -> Variable:
    """Return a variable that may have another value than the one that is written."""
    value = variable.value
    exact = len(value.pieces) == 1 and value.pieces[0].exact
    place = (value.pieces[0].start, value.pieces[-1].end) if value.pieces else (-1, -1)
    piece = Piece(None, *place, exact, value.text)
    given = Value((piece,), value.span, value.places)
    return Variable(variable.name, given, variable.name_span, variable.removal)
