"""Expansion of words: what bash would pass to a command, as far as it is known."""

from __future__ import annotations

from sgdlint.record import replace
from sgdlint.shell import folders, streams, tree
from sgdlint.shell.fields import DEFAULT_IFS, PATTERN, Fields
from sgdlint.shell.held import MOST_PIECES, UNKNOWN, bounded, unknown
from sgdlint.shell.lookup import NUMBERS, Found, Lookup, status
from sgdlint.shell.origin import NOWHERE
from sgdlint.shell.state import Changes
from sgdlint.shell.values import Piece, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sgdlint.shell.origin import Origin
    from sgdlint.shell.state import State
    from sgdlint.shell.values import Command

SUBSTITUTES = frozenset({"-", ":-", "=", ":=", "+", ":+", "?", ":?"})
MOST_DEPTH = 40
"""Words and commands that are nested more deeply are unknown."""

MOST_LITERALS = 64
"""So many literal words are remembered, for the next round of a loop or the next path."""

MOST_BRACED = 20_000
"""So many words may come of braces; those of later braces are unknown."""

ODD_IFS = "bash 5.2 joins and splits it in its own way where IFS is changed"
DEEP = "it is nested too deeply"
LITERALS = (tree.Literal, tree.SingleQuoted)


class Expander(Lookup):
    """Expands words in a state.

    run: interprets the commands of a substitution and returns them. assign: gives a variable a
    value (`${A:=x}`). change: forgets what an arithmetic expression assigns.
    has_ended: an expansion was certain to end the script (`${A:?}`); who asks for it sets it back.
    has_failed: one may have been an error (`$((1/0))`), so that the command is not carried out.
    """

    def __init__(
        self,
        state: State,
        origin: Origin,
        run: Callable[[tuple[tree.Node, ...]], tuple[Sequence[Command], Word | None]],
        assign: Callable[[str, Word, tree.Node], None],
        change: Callable[[str], None],
    ) -> None:
        self.state = state
        self.origin = origin
        self.run = run
        self.assign = assign
        self.change = change
        self.depth = 0
        self.braced = 0
        self.has_ended = False
        self.has_failed = False
        self.written: Word | None = None
        self._literals: dict[int, tuple[tree.Word, Word]] = {}

    def words(self, word: tree.Word) -> list[Word]:
        """Return the words that a word of a command becomes."""
        first = word.start
        before = self._literals.get(first)
        if before is not None and before[0] is word:
            return [before[1]]
        origin = self.origin
        if word.is_plain and origin.is_file:
            text = word.kept
            last = first + len(text)
            piece = Piece((text,), first, last, True, None, True)
            return [self._keep(word, Word(first, last, (piece,), False, "", first, last))]
        parts, last = word.parts, word.end
        written = origin.written(first, last)
        start, end = written if written != NOWHERE else origin.span(first, last)
        if len(parts) == 1:
            part = parts[0]
            kind = type(part)
            bare = kind is tree.Literal
            if kind is tree.DoubleQuoted and len(part.parts) == 1 and not part.translated:  # type: ignore[attr-defined]
                part, kind = part.parts[0], type(part.parts[0])  # type: ignore[attr-defined]
            if kind is tree.Literal and not origin.stand_in:
                pieces = origin.pieces(part.text, part.start, part.end, bare)  # type: ignore[attr-defined]
                return [self._keep(word, Word(start, end, pieces, False, "", *written))]
            if kind is tree.Parameter and part is not parts[0] and _is_simple(part):  # type: ignore[arg-type]
                return [self._quoted(part, start, end, written)]  # type: ignore[arg-type]
        if any(type(part) is tree.BraceExpansion for part in parts):
            return self._braced(word)
        fields = Fields(start, end, self.ifs())
        if len(parts) == 1 and self._is_plain_list(parts[0], fields):
            return fields.words
        fields.alone = _is_alone(parts)
        for part in parts:
            self._part(part, fields, False)
        if len(parts) > 1 and _has_split_bracket(parts):
            return [unknown(PATTERN, True, start, end)]
        return fields.done(written)

    def _quoted(self, part: tree.Parameter, start: int, end: int, written: tuple[int, int]) -> Word:
        """Return the word that a parameter alone in double quotes becomes."""
        found = self.find(part).words
        pieces = found[0].pieces if found else ()
        while pieces and pieces[-1].texts == ("",) and not pieces[-1].exact:
            pieces = pieces[:-1]
        reason = found[0].reason if found else ""
        return Word(start, end, bounded(pieces), False, reason, *written)

    def _keep(self, node: tree.Word, word: Word) -> Word:
        """Remember what a literal word becomes; return it."""
        if len(self._literals) >= MOST_LITERALS:
            self._literals.clear()
        self._literals[node.start] = node, word
        return word

    def _braced(self, word: tree.Word) -> list[Word]:
        """Return the words that a word with braces becomes."""
        from sgdlint.shell import bracing

        words = bracing.words(word)
        self.braced += len(words or ())
        if words is None or self.braced > MOST_BRACED:
            for part in word.parts:
                self.maybe(tree.Word(part.start, part.end, (part,)))
            start, end = self.origin.span(word.start, word.end)
            return [unknown("braces make too many words of it", True, start, end)]
        found = [one for each in words for one in self.words(each)]
        return [replace(one, written_start=-1, written_end=-1) for one in found]

    def value(self, word: tree.Word, quoted: bool = False) -> Word:
        """Return the one word that the value of an assignment, or a target, becomes.

        quoted: it is the body of a here-document.
        """
        first, origin = word.start, self.origin
        if word.is_plain and origin.is_file:
            text = word.kept
            last = first + len(text)
            piece = Piece((text,), first, last, True, None, not quoted)
            return Word(first, last, (piece,), False, "", first, last)
        last = word.end
        written = origin.written(first, last)
        start, end = written if written != NOWHERE else origin.span(first, last)
        parts = word.parts
        if len(parts) == 1:
            part = parts[0]
            if type(part) is tree.DoubleQuoted and len(part.parts) == 1 and not part.translated:
                part = part.parts[0]
            if type(part) is tree.Parameter and _is_simple(part) and part.name not in NUMBERS:
                return self._quoted(part, start, end, written)
        fields = Fields(start, end, self.ifs(), True)
        fields.start()
        for part in parts:
            self._part(part, fields, quoted)
        return fields.done(written)[0]

    def reread(self, source: str) -> tuple[tree.Word | None, Expander]:
        """Parse a word from its source, and return it with an expander for it."""
        from sgdlint.shell.origin import Origin
        from sgdlint.shell.parser import parse

        root = parse(": " + source)
        inner = Expander(self.state, Origin(": " + source), self.run, self.assign, self.change)
        only = root.statements[0] if len(root.statements) == 1 and not root.problems else None
        words = only.words if isinstance(only, tree.Simple) else ()
        word = words[1] if len(words) == 2 else None
        return (word if isinstance(word, tree.Word) else None), inner

    # --- the parts of a word --------------------------------------------------------------------

    def _part(self, part: tree.Node, fields: Fields, quoted: bool) -> None:
        self.depth += 1
        expand = EXPANSIONS.get(type(part))
        if expand is None or self.depth > MOST_DEPTH:
            self.state.forget(DEEP)
            fields.blob((UNKNOWN,), DEEP)
        else:
            expand(self, part, fields, quoted)
        self.depth -= 1

    def _text(self, text: str, start: int, end: int, fields: Fields, bare: bool = False) -> None:
        """Put in characters of the script; what is not known of it may hold quotes or blanks."""
        pieces = self.origin.pieces(text, start, end, bare)
        if self.origin.is_file or all(piece.texts is not None for piece in pieces):
            fields.add(pieces)
        elif self.origin.keeps_whole(start, end):
            fields.add(pieces, self.origin.reason)
        else:
            fields.blob(pieces, self.origin.reason)

    def _literal(self, part: tree.Literal, fields: Fields, quoted: bool) -> None:
        self._text(part.text, part.start, part.end, fields, not quoted)

    def _single_quoted(self, part: tree.SingleQuoted, fields: Fields, quoted: bool) -> None:
        self._text(part.text, part.start + 1, part.end - 1, fields)

    def _ansi_quoted(self, part: tree.AnsiQuoted, fields: Fields, quoted: bool) -> None:
        if part.text is None:
            fields.add((UNKNOWN,), "an escape in $'…' could not be read")
        else:
            self._text(part.text, part.start + 2, part.end - 1, fields)

    def _double_quoted(self, part: tree.DoubleQuoted, fields: Fields, quoted: bool) -> None:
        if part.translated:
            fields.add((UNKNOWN,), 'the text of $"…" depends on the language')
        for inside in part.parts:
            if type(inside) is tree.Parameter and self.is_at(inside):
                self._quoted_list(part, fields)
                return
        fields.start()
        for inside in part.parts:
            self._inside_quotes(inside, fields)

    def _inside_quotes(self, part: tree.Node, fields: Fields) -> None:
        if isinstance(part, tree.Literal):
            self._text(part.text, part.start, part.end, fields)
        else:
            self._part(part, fields, True)

    def _quoted_list(self, part: tree.DoubleQuoted, fields: Fields) -> None:
        """Expand `"…${A[@]}…"`: no word at all when the array and all the rest are empty."""
        is_sure, is_doubtful = False, False
        if any(map(self._is_other_list, part.parts)):
            for inside in part.parts:
                self._effects(tree.Word(inside.start, inside.end, (inside,)))
            fields.blob((UNKNOWN,), "bash 5.2 may take ${A[*]} for ${A[@]}, which stands beside it")
            return
        for inside in part.parts:
            if not self.is_at(inside):
                one = Fields(-1, -1, None, True)
                one.start()
                self._inside_quotes(inside, one)
                word = one.done((-1, -1))[0]
                if word.text != "":
                    fields.add(word.pieces, word.reason)
                # An operator may leave what counts as quotes (`${x/#*/}` does in bash 5.2).
                is_odd = "" in (word.texts or ("",)) and (word.text != "" or _is_changed(inside))
                is_doubtful = is_doubtful or is_odd
            elif inside.operator in SUBSTITUTES:  # type: ignore[attr-defined]
                is_doubtful = True
                self._substitute(inside, fields, True, len(part.parts) == 1)  # type: ignore[arg-type]
            else:
                found = self._found(inside)  # type: ignore[arg-type]
                is_sure = is_sure or not all(word.many for word in found.words)
                self._place(inside, found, fields, True)
        if is_doubtful and not is_sure:
            fields.blob((), "it may be no word at all")

    def _is_other_list(self, part: tree.Node) -> bool:
        """Tell whether a part holds a list, and is not `${A[@]}` itself."""
        if not isinstance(part, tree.Parameter) or self.is_at(part):
            return False
        return self.lists(part) == "*" or self._has_list(part)

    def _glob(self, part: tree.Glob, fields: Fields, quoted: bool) -> None:
        if not (quoted or fields.single):
            fields.blob((UNKNOWN,), PATTERN)
        elif any(character in part.text for character in "\\'\"$`"):
            fields.add((UNKNOWN,), PATTERN)
        else:
            self._text(part.text, part.start, part.end, fields, not quoted)

    def _braces(self, part: tree.BraceExpansion, fields: Fields, quoted: bool) -> None:
        """Take braces where they stand for themselves."""
        if any(character in part.text for character in "\\'\"$`~"):
            for item in part.items:
                self.value(item)
            fields.add((UNKNOWN,), f"{part.text[:40]} is not read")
        else:
            self._text(part.text, part.start, part.end, fields, not quoted)

    def _computed(self, part: tree.Computed, fields: Fields, quoted: bool) -> None:
        fields.add((Piece((part.text,), -1, -1),))

    def _tilde(self, part: tree.Tilde, fields: Fields, quoted: bool) -> None:
        home = self.current("HOME") if part.text == "~" else None
        if home is not None and home.text is not None:
            fields.add(home.pieces)
        else:
            fields.add((UNKNOWN,), f"{part.text} is a home directory")

    def _command(self, part: tree.CommandSubstitution, fields: Fields, quoted: bool) -> None:
        ran, output = self.run(part.body)
        written = folders.output(self.state, part.body, ran) or streams.substituted(output)
        if written is not None:
            self._place(part, Found((written,)), fields, quoted)
            return
        reason = "`…` runs a command" if part.backticks else "$(…) runs a command"
        if quoted:
            fields.add((UNKNOWN,), reason)
        else:
            fields.blob((UNKNOWN,), reason)

    def _process(self, part: tree.ProcessSubstitution, fields: Fields, quoted: bool) -> None:
        _, self.written = self.run(part.body)
        fields.add((UNKNOWN,), f"{part.direction}(…) is the name of a pipe")

    def _arithmetic(self, part: tree.ArithmeticExpansion, fields: Fields, quoted: bool) -> None:
        from sgdlint.shell import arithmetic, operators

        try:
            value = arithmetic.expansion(part, self)
        except operators.FailedError:
            self.has_failed = True
            value = None
        if value is None:
            default = arithmetic.default(part, self)
            piece = UNKNOWN if default is None else Piece(None, -1, -1, False, default)
            self._number(f"$(({part.text[:40]})) is not known", fields, quoted, piece)
        else:
            self._put(tuple(map(str, value)), fields, quoted)

    def _put(self, texts: tuple[str, ...], fields: Fields, quoted: bool) -> None:
        """Add a text that was computed."""
        piece = Piece(texts, -1, -1)
        if quoted:
            fields.add((piece,))
        else:
            fields.split(Word(-1, -1, (piece,)))

    def _number(self, reason: str, fields: Fields, quoted: bool, piece: Piece = UNKNOWN) -> None:
        """Add an unknown number: no blanks, no patterns, never empty."""
        if quoted or self.ifs() == DEFAULT_IFS:
            fields.add((piece,), reason)
        else:
            fields.blob((piece,), reason)

    # --- parameters -----------------------------------------------------------------------------

    def _parameter(self, part: tree.Parameter, fields: Fields, quoted: bool) -> None:
        if part.operator in SUBSTITUTES and part.prefix != "#":
            self._substitute(part, fields, quoted)
        else:
            self._place(part, self._found(part), fields, quoted)

    def _found(self, part: tree.Parameter) -> Found:
        """Return what a parameter gives, with what its operator makes of it."""
        if not part.prefix and not part.operator:
            return self.find(part)
        from sgdlint.shell import transforms

        return transforms.transformed(self, part)

    def index(self, subscript: tree.Word) -> int | None:
        """Return the number that a subscript is, and carry out what it assigns."""
        text = self.source(subscript)
        if text.isdigit() and text.isascii() and text[0] != "0" and len(text) < 10:
            return int(text)
        value = self.numbers(subscript)
        return value[0] if value is not None and len(value) == 1 else None

    def numbers(self, expression: tree.Word) -> tuple[int, ...] | None:
        """Return the numbers that an expression may be, and carry out what it assigns."""
        from sgdlint.shell import arithmetic, operators

        try:
            return arithmetic.of_tree(expression, self)
        except operators.FailedError:
            self.has_failed = True
            return None

    def _effects(self, word: tree.Word) -> None:
        """Expand a word of which only the side effects matter."""
        self.maybe(word)

    def _place(self, part: tree.Node, found: Found, fields: Fields, quoted: bool) -> None:
        """Put the value of a parameter into the word."""
        if found.listed:
            is_odd = self.ifs() != DEFAULT_IFS and _is_changed(part)
            words = (unknown(ODD_IFS, True),) if is_odd else found.words
            fields.elements(words, quoted, found.separator is not None)
        elif not found.words:
            return
        elif quoted:
            fields.add(found.words[0].pieces, found.words[0].reason)
        elif _is_number(part) and found.words[0].texts is None:
            self._number(found.words[0].reason, fields, quoted)
        else:
            fields.split(found.words[0])

    def _is_plain_list(self, part: tree.Node, fields: Fields) -> bool:
        """Take `"${A[@]}"` element by element, each with the place where it was written."""
        if isinstance(part, tree.Parameter) and self._is_guarded_self(part):
            part = part.arguments[0].parts[0]  # ${A[@]+"${A[@]}"}
        if not isinstance(part, tree.DoubleQuoted) or len(part.parts) != 1 or part.translated:
            return False
        inside = part.parts[0]
        if not isinstance(inside, tree.Parameter) or not self.is_at(inside):
            return False
        if inside.prefix == "#" or inside.operator in SUBSTITUTES:
            return False
        if self.ifs() != DEFAULT_IFS and _is_changed(inside):
            return False
        fields.take(self._found(inside).words)
        return True

    def _is_guarded_self(self, part: tree.Parameter) -> bool:
        """Tell whether it is `${A[@]+"${A[@]}"}` or like it: the same as `"${A[@]}"` alone."""
        if part.operator not in ("+", ":+") or len(part.arguments) != 1:
            return False
        inside = part.arguments[0].parts
        if len(inside) == 1 and isinstance(inside[0], tree.DoubleQuoted):
            inside = inside[0].parts
        if len(inside) != 1 or not isinstance(inside[0], tree.Parameter):
            return False
        other = inside[0]
        return (
            (other.name, other.prefix, other.operator) == (part.name, "", "")
            and self.is_at(other)
            and self.is_at(part)
        )

    # --- ${A:-x} and its kin --------------------------------------------------------------------

    def _substitute(
        self, part: tree.Parameter, fields: Fields, quoted: bool, is_word: bool = False
    ) -> None:
        """Expand `${A:-x}` and its kin; is_word: it is a word even when its argument is empty."""
        if part.prefix:
            from sgdlint.shell import transforms

            target = transforms.target_of(self, part)
            if target is None:
                for one in part.arguments:
                    self._effects(one)
                fields.blob((UNKNOWN,), f"it is not known what ${{!{part.name}}} refers to")
                return
            part = target
        met_unset = self.met_unset
        found = self.find(part)
        self.met_unset = met_unset
        is_set, is_filled = status(found)
        holds = is_filled if part.operator.startswith(":") else is_set
        kind = part.operator[-1]
        if is_word and holds is (kind == "+"):
            fields.start()
        argument = part.arguments[0] if part.arguments else None
        if kind == "+":
            self._alternative(part, found, holds, fields, quoted)
        elif holds or kind == "?" or argument is None:
            if argument is not None and not holds:
                self._effects(argument)
            self.has_ended = self.has_ended or (kind == "?" and holds is False)
            self._place(part, found, fields, quoted)
        elif holds is None:
            self._default(part, argument, found, fields, quoted)
        elif kind == "=":
            word = self.value(argument)
            self.assign(part.name, word, part)
            self._place(part, Found((word,)), fields, quoted)
        else:
            self._argument(argument, fields, quoted)

    def _alternative(
        self,
        part: tree.Parameter,
        found: Found,
        holds: bool | None,
        fields: Fields,
        quoted: bool,
    ) -> None:
        """Expand `${A:+x}`."""
        if holds is False or not part.arguments:
            return
        argument = part.arguments[0]
        if holds:
            self._argument(argument, fields, quoted)
            return
        self._effects(argument)
        reason = found.words[0].reason
        if quoted and not self._has_list(part):
            fields.add((UNKNOWN,), reason)
        elif self._is_guarded_self(part) and not fields.single and not quoted:
            # Elements of an array that may be empty; nothing else can come of it.
            whole = isinstance(argument.parts[0], tree.DoubleQuoted)
            self._place(part, found, fields, whole)
        else:
            fields.blob((UNKNOWN,), reason)

    def _default(
        self,
        part: tree.Parameter,
        argument: tree.Word,
        found: Found,
        fields: Fields,
        quoted: bool,
    ) -> None:
        """Expand `${A:-x}` when it is not known whether A is set."""
        value = self.maybe(argument)
        reason = found.words[0].reason if found.words else ""
        default = found.words[0].default if found.words and not found.listed else None
        pieces: tuple[Piece, ...] = (UNKNOWN,)
        if found.outside or (self.state.wild and part.name not in self.state.variables):
            pieces = _defaulted(value)
        elif default is not None and (default or part.operator in ("-", "=")):
            pieces = found.words[0].pieces
        if part.operator in ("=", ":="):
            self.assign(part.name, Word(-1, -1, pieces, False, reason), part)
        if quoted and not self._has_list(part):
            fields.add(pieces, reason)
        else:
            fields.blob(pieces, reason)

    def _has_list(self, part: tree.Parameter) -> bool:
        """Tell whether a parameter, or an argument of it, may be any number of words in quotes."""
        if self.is_at(part):
            return True
        for argument in part.arguments:
            for one in argument.parts:
                inside = one.parts if isinstance(one, tree.DoubleQuoted) else (one,)
                if any(isinstance(p, tree.Parameter) and self._has_list(p) for p in inside):
                    return True
        return False

    def _argument(self, argument: tree.Word, fields: Fields, quoted: bool) -> None:
        """Put the word after the operator into the word; unquoted, its own blanks split it."""
        for part in argument.parts:
            if quoted or not isinstance(part, tree.Literal):
                self._part(part, fields, quoted)
                continue
            pieces = self.origin.pieces(part.text, part.start, part.end, True)
            if self.source(part) == part.text:
                fields.split(Word(-1, -1, pieces, False, self.origin.reason))
            elif " " in part.text or "\t" in part.text or "\n" in part.text:
                fields.blob((UNKNOWN,), "escaped blanks in ${…} are not followed")
            else:
                fields.add(pieces)

    def maybe(self, word: tree.Word) -> Word:
        """Expand a word that bash may or may not expand."""
        state, has_ended = self.state, self.has_ended
        state.enter()
        value = self.value(word)
        changes = state.leave()
        self.has_ended = has_ended
        if changes.variables or changes.flags != (state.wild, state.allexport):
            before = Changes({}, (state.wild, state.allexport))
            state.merge([changes, before], set(changes.variables))
        return value


EXPANSIONS: dict[type, Callable[..., None]] = {
    tree.Literal: Expander._literal,
    tree.SingleQuoted: Expander._single_quoted,
    tree.AnsiQuoted: Expander._ansi_quoted,
    tree.DoubleQuoted: Expander._double_quoted,
    tree.Parameter: Expander._parameter,
    tree.CommandSubstitution: Expander._command,
    tree.ArithmeticExpansion: Expander._arithmetic,
    tree.ProcessSubstitution: Expander._process,
    tree.Glob: Expander._glob,
    tree.BraceExpansion: Expander._braces,
    tree.Tilde: Expander._tilde,
    tree.Computed: Expander._computed,
}


def _is_simple(part: tree.Parameter) -> bool:
    """Tell whether a parameter is one value, as it is."""
    return not (part.operator or part.prefix or part.subscript) and part.name not in ("@", "*")


def _is_changed(part: tree.Node) -> bool:
    return isinstance(part, tree.Parameter) and bool(part.prefix or part.operator)


def _is_number(part: tree.Node) -> bool:
    """Tell whether a part gives a number, whatever it is."""
    if not isinstance(part, tree.Parameter) or part.operator:
        return False
    return part.prefix == "#" or (part.name in NUMBERS and not part.prefix)


def _is_alone(parts: Sequence[tree.Node]) -> bool:
    """Tell whether a word is one parameter without an operator, quoted or not."""
    if len(parts) == 1 and isinstance(parts[0], tree.DoubleQuoted):
        parts = parts[0].parts
    return len(parts) == 1 and isinstance(parts[0], tree.Parameter) and not parts[0].operator


def _has_split_bracket(parts: Sequence[tree.Node]) -> bool:
    """Tell whether an unquoted `[` and a later `]` may make a pattern of what is between."""
    opened = False
    for part in parts:
        if isinstance(part, tree.Literal):
            if opened and "]" in part.text:
                return True
            opened = opened or "[" in part.text
    return False


def _defaulted(word: Word) -> tuple[Piece, ...]:
    """Return the pieces of a default: unknown, with the text that they have by default."""
    pieces = tuple(
        Piece(None, one.start, one.end, one.exact, Word(-1, -1, (one,)).default)
        for one in word.pieces
    )
    return pieces[:MOST_PIECES] or (Piece(None, -1, -1, False, ""),)
