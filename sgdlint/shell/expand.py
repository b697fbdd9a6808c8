"""Expansion of words: what bash would pass to a command, as far as it is known."""

from __future__ import annotations

from sgdlint.record import record
from sgdlint.shell import builtins, folders, outputs, tree, variables
from sgdlint.shell.fields import PATTERN, Fields
from sgdlint.shell.state import (
    MOST_PIECES,
    OUTSIDE,
    UNKNOWN,
    Array,
    Assoc,
    Changes,
    element_at,
    elements_of,
    item_at,
    known,
    unknown,
)
from sgdlint.shell.values import Piece, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sgdlint.shell.origin import Origin
    from sgdlint.shell.state import State
    from sgdlint.shell.values import Command

NUMBERS = {
    "#": "$# is the number of arguments of the script",
    "?": "$? is the status of the last command",
    "$": "$$ is the number of the process",
}
SUBSTITUTES = frozenset({"-", ":-", "=", ":=", "+", ":+", "?", ":?"})
MOST_DEPTH = 40
"""Words and commands that are nested more deeply are unknown."""

DEEP = "it is nested too deeply"
LITERALS = (tree.Literal, tree.SingleQuoted)


@record
class Found:
    """What a parameter holds.

    words: its value, none when it is certainly unset; all elements when listed (`@`, `*`).
    outside: it may come from the environment of the script, and from nowhere else.
    separator: what stands between the elements when they become one word (`*`), else None.
    """

    words: tuple[Word, ...]
    listed: bool = False
    outside: bool = False
    separator: str | None = None


class Expander:
    """Expands words in a state.

    run: interprets the commands of a substitution and returns them. assign: gives a variable a
    value (`${A:=x}`). change: forgets what an arithmetic expression assigns.
    """

    def __init__(
        self,
        state: State,
        origin: Origin,
        run: Callable[[tuple[tree.Node, ...]], Sequence[Command]],
        assign: Callable[[str, Word, tree.Node], None],
        change: Callable[[str], None],
    ) -> None:
        self.state = state
        self.origin = origin
        self.run = run
        self.assign = assign
        self.change = change
        self.depth = 0

    def words(self, word: tree.Word) -> list[Word]:
        """Return the words that a word of a command becomes."""
        start, end = self.origin.span(word.start, word.end)
        written = self.origin.written(word.start, word.end)
        if len(word.parts) == 1:
            part = word.parts[0]
            kind = type(part)
            if kind is tree.DoubleQuoted and len(part.parts) == 1 and not part.translated:  # type: ignore[attr-defined]
                part, kind = part.parts[0], type(part.parts[0])  # type: ignore[attr-defined]
            if kind is tree.Literal:
                bare = part is word.parts[0]
                pieces = self.origin.pieces(part.text, part.start, part.end, bare)  # type: ignore[attr-defined]
                if not self.origin.stand_in:
                    return [Word(start, end, pieces, False, "", *written)]
        fields = Fields(start, end, self._ifs())
        if len(word.parts) == 1 and self._is_plain_list(word.parts[0], fields):
            return fields.words
        fields.alone = _is_alone(word)
        for part in word.parts:
            self._part(part, fields, False)
        if _has_split_bracket(word):
            return [unknown(PATTERN, True, start, end)]
        return fields.done(written)

    def value(self, word: tree.Word, quoted: bool = False) -> Word:
        """Return the one word that the value of an assignment, or a target, becomes.

        quoted: it is the body of a here-document.
        """
        start, end = self.origin.span(word.start, word.end)
        fields = Fields(start, end, self._ifs(), True)
        fields.start()
        for part in word.parts:
            self._part(part, fields, quoted)
        return fields.done(self.origin.written(word.start, word.end))[0]

    # --- what tests and arithmetic ask ----------------------------------------------------------

    def current(self, name: str) -> Word | None:
        """Return the value of a variable, a positional parameter or `#`; None for other things."""
        variable = self.state.variables.get(name)
        if name in builtins.VOLATILE or isinstance(variable, Array | Assoc):
            return None
        if name.isidentifier() and variables.target(self.state, name) != name:
            return None
        found = self.find(tree.Parameter(-1, -1, name))
        return found.words[0] if found.words and not found.listed else None

    def is_set(self, name: str) -> bool | None:
        """Tell whether a variable is set."""
        return _status(self.find(tree.Parameter(-1, -1, name)))[0]

    def is_loose(self) -> bool:
        """Tell whether `nocasematch` may be on: the script names it, or is part of another."""
        if self.origin.is_nested or self.state.wild:
            return True
        text = self.origin.text
        return "nocasematch" in text or (text[:2] == "#!" and "-O" in text[: text.find("\n")])

    def number_word(self, name: str, index: tuple[int, ...] | None) -> Word | None:
        """Return the value of a variable in arithmetic, None when it is unset.

        index: its subscript, as far as it is known; empty without one.
        """
        if index == ():
            found = self.find(tree.Parameter(-1, -1, name))
            return found.words[0] if found.words else None
        target = None if name in builtins.VOLATILE else variables.target(self.state, name)
        held = self.state.variables.get(target) if target else None
        if isinstance(held, Array) and index and len(index) == 1:
            return element_at(held, index[0])
        return unknown(f"${name}[…] is not computed")

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
        if any(piece.texts is None for piece in pieces):
            fields.blob(pieces, self.origin.reason)
        else:
            fields.add(pieces)

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
        if not part.parts or not all(self._is_at(inside) for inside in part.parts):
            fields.start()
        for inside in part.parts:
            if isinstance(inside, tree.Literal):
                self._text(inside.text, inside.start, inside.end, fields)
            else:
                self._part(inside, fields, True)

    def _glob(self, part: tree.Glob, fields: Fields, quoted: bool) -> None:
        if not (quoted or fields.single):
            fields.blob((UNKNOWN,), PATTERN)
        elif any(character in part.text for character in "\\'\"$`"):
            fields.add((UNKNOWN,), PATTERN)
        else:
            self._text(part.text, part.start, part.end, fields, not quoted)

    def _braces(self, part: tree.BraceExpansion, fields: Fields, quoted: bool) -> None:
        for item in part.items:
            self.value(item)
        if fields.single and not any(character in part.text for character in "\\'\"$`~"):
            self._text(part.text, part.start, part.end, fields, not quoted)
        else:
            fields.blob((UNKNOWN,), f"{part.text[:40]} becomes several words")

    def _tilde(self, part: tree.Tilde, fields: Fields, quoted: bool) -> None:
        fields.add((UNKNOWN,), f"{part.text} is a home directory")

    def _command(self, part: tree.CommandSubstitution, fields: Fields, quoted: bool) -> None:
        ran = self.run(part.body)
        written = folders.output(self.state, part.body, ran)
        if written is None and ran:
            written = outputs.captured(part.body, ran, self.state)
        if written is not None:
            self._place(part, Found((written,)), fields, quoted)
            return
        reason = "`…` runs a command" if part.backticks else "$(…) runs a command"
        if quoted:
            fields.add((UNKNOWN,), reason)
        else:
            fields.blob((UNKNOWN,), reason)

    def _process(self, part: tree.ProcessSubstitution, fields: Fields, quoted: bool) -> None:
        self.run(part.body)
        fields.add((UNKNOWN,), f"{part.direction}(…) is the name of a pipe")

    def _arithmetic(self, part: tree.ArithmeticExpansion, fields: Fields, quoted: bool) -> None:
        from sgdlint.shell import arithmetic, operators

        try:
            value = arithmetic.expansion(part, self)
        except operators.FailedError:
            value = None
        if value is None:
            self._number(f"$(({part.text[:40]})) is not known", fields, quoted)
        else:
            self._put(tuple(map(str, value)), fields, quoted)

    def _put(self, texts: tuple[str, ...], fields: Fields, quoted: bool) -> None:
        """Add a text that was computed."""
        piece = Piece(texts, -1, -1)
        if quoted:
            fields.add((piece,))
        else:
            fields.split(Word(-1, -1, (piece,)))

    def _number(self, reason: str, fields: Fields, quoted: bool) -> None:
        """Add an unknown number: no blanks, no patterns, never empty."""
        if quoted or self._ifs() == " \t\n":
            fields.add((UNKNOWN,), reason)
        else:
            fields.blob((UNKNOWN,), reason)

    # --- parameters -----------------------------------------------------------------------------

    def _parameter(self, part: tree.Parameter, fields: Fields, quoted: bool) -> None:
        if part.subscript is not None and not self._is_at(part):
            self._effects(part.subscript)
            self.change(self._source(part.subscript))
        if part.prefix == "#":
            self._number(f"the length of ${part.name} is not computed", fields, quoted)
        elif part.prefix == "!":
            self._other(part, fields, "${!…} is not followed", True)
        elif part.operator in SUBSTITUTES:
            self._substitute(part, fields, quoted)
        elif folder := folders.trimmed(self, part):
            self._place(part, Found((folder,)), fields, quoted)
        elif part.operator:
            found = self.find(part)
            reason = f"${{{part.name}{part.operator}…}} is not computed"
            self._other(part, fields, reason, found.listed or not quoted)
        else:
            self._place(part, self.find(part), fields, quoted)

    def _other(self, part: tree.Parameter, fields: Fields, reason: str, many: bool) -> None:
        for argument in part.arguments:
            self._effects(argument)
            if part.operator == ":":
                self.change(self._source(argument))
        if many:
            fields.blob((UNKNOWN,), reason)
        else:
            fields.add((UNKNOWN,), reason)

    def _effects(self, word: tree.Word) -> None:
        """Expand a word of which only the side effects matter."""
        self.maybe(word)

    def _source(self, node: tree.Node) -> str:
        return self.origin.text[node.start : node.end]

    def find(self, part: tree.Parameter) -> Found:
        """Return what a parameter holds, without its operator."""
        name = part.name
        if name in ("0", "BASH_SOURCE") and (own := folders.parameter(self, part)):
            return Found((own,))
        if name in ("@", "*"):
            return Found(self.state.positional, True, False, " " if name == "*" else None)
        if not name:
            return Found((unknown("this form of ${…} is not followed"),))
        if not (name[0].isalpha() or name[0] == "_"):
            return self._special(name)
        if name in builtins.VOLATILE:
            return Found((unknown(f"${name} is set by bash itself"),), part.subscript is not None)
        if part.subscript is not None:
            return self._element(part, part.subscript)
        target = variables.target(self.state, name)
        if target is None:
            return Found((unknown(f"it is not known what ${name} refers to"),))
        variable = self.state.variables.get(target)
        if variable is None:
            return Found((unknown(self._unset(name)),), False, not self.state.wild)
        if variable.word is None:
            return Found(())
        outside = variable.word.pieces[:1] == (OUTSIDE,) and variable.word.pieces[0] is OUTSIDE
        return Found((variable.word,), False, outside and not self.state.wild)

    def _special(self, name: str) -> Found:
        """Return what `$1`, `$#`, `$?` and their kin hold."""
        positional = self.state.positional
        place = int(name) if name.isdigit() else 0
        before = positional[:place] if place else positional
        open_end = next((word for word in before if word.many), None)
        if name == "#" and open_end is None:
            return Found((known(str(len(positional))),))
        if name == "?" and self.state.code is not None:
            return Found((known(str(self.state.code)),))
        if place and open_end is None:
            return Found(positional[place - 1 : place])
        reason = NUMBERS.get(name, f"${name} is not known before the script runs")
        outside = open_end is not None and open_end.pieces[0] is OUTSIDE
        return Found((unknown(reason),), False, place > 0 and outside)

    def _unset(self, name: str) -> str:
        return self.state.wild or f"${name} is not set in this script"

    def _element(self, part: tree.Parameter, subscript: tree.Word) -> Found:
        index = self._source(subscript)
        reason = f"${{{part.name}[{index[:20]}]}} is not computed"
        name = variables.target(self.state, part.name)
        if name is None:
            return Found((unknown(reason),), index in ("@", "*"))
        variable = self.state.variables.get(name)
        held = variable if isinstance(variable, Assoc) else variables.as_array(self.state, name)
        if index in ("@", "*"):
            return Found(elements_of(held), True, False, " " if index == "*" else None)
        key = self.value(subscript)
        word: Word | None = unknown(reason)
        if isinstance(held, Assoc):
            word = item_at(held, key.text) if key.text else word
        elif (number := variables.number(self.state, key)) is not None:
            word = element_at(held, number)
        return Found(() if word is None else (word,))

    def _ifs(self) -> str | None:
        variable = self.state.variables.get("IFS")
        if variable is None:
            return None
        return " \t\n" if variable.word is None else variable.word.text

    def _place(self, part: tree.Node, found: Found, fields: Fields, quoted: bool) -> None:
        """Put the value of a parameter into the word."""
        if found.listed:
            joins = fields.single or (quoted and found.separator is not None)
            if joins and self._ifs() != " \t\n":
                fields.add((UNKNOWN,), "IFS is changed in this script")
            else:
                fields.elements(found.words, quoted, found.separator)
        elif not found.words:
            return
        elif quoted:
            fields.add(found.words[0].pieces, found.words[0].reason)
        elif (
            isinstance(part, tree.Parameter)
            and part.name in NUMBERS
            and found.words[0].texts is None
        ):
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
        if not isinstance(inside, tree.Parameter) or inside.prefix or inside.operator:
            return False
        found = self.find(inside)
        if not found.listed or found.separator is not None:
            return False
        fields.take(found.words)
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
            and self._is_at(other)
            and self._is_at(part)
        )

    def _is_at(self, part: tree.Node) -> bool:
        """Tell whether a part, inside double quotes, may become no word at all."""
        if not isinstance(part, tree.Parameter):
            return False
        if part.subscript is None:
            return part.name == "@"
        return self._source(part.subscript) == "@"

    # --- ${A:-x} and its kin --------------------------------------------------------------------

    def _substitute(self, part: tree.Parameter, fields: Fields, quoted: bool) -> None:
        found = self.find(part)
        is_set, is_filled = _status(found)
        holds = is_filled if part.operator.startswith(":") else is_set
        kind = part.operator[-1]
        argument = part.arguments[0] if part.arguments else None
        if kind == "+":
            self._alternative(part, argument, holds, fields, quoted)
        elif holds or kind == "?" or argument is None:
            if argument is not None and not holds:
                self._effects(argument)
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
        argument: tree.Word | None,
        holds: bool | None,
        fields: Fields,
        quoted: bool,
    ) -> None:
        """Expand `${A:+x}`."""
        if holds is False or argument is None:
            return
        if holds:
            self._argument(argument, fields, quoted)
            return
        self._effects(argument)
        reason = self.find(part).words[0].reason
        if quoted:
            fields.add((UNKNOWN,), reason)
        elif self._is_guarded_self(part) and not fields.single:
            # Elements of an array that may be empty; nothing else can come of it.
            whole = isinstance(argument.parts[0], tree.DoubleQuoted)
            self._place(part, self.find(part), fields, whole)
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
        if found.outside:
            pieces = _defaulted(value)
        elif default is not None and (default or part.operator in ("-", "=")):
            pieces = found.words[0].pieces
        if part.operator in ("=", ":="):
            self.assign(part.name, Word(-1, -1, pieces, False, reason), part)
        if quoted:
            fields.add(pieces, reason)
        else:
            fields.blob(pieces, reason)

    def _argument(self, argument: tree.Word, fields: Fields, quoted: bool) -> None:
        """Put the word after the operator into the word; unquoted, its own blanks split it."""
        for part in argument.parts:
            if quoted or not isinstance(part, tree.Literal):
                self._part(part, fields, quoted)
                continue
            pieces = self.origin.pieces(part.text, part.start, part.end, True)
            if self._source(part) == part.text:
                fields.split(Word(-1, -1, pieces, False, self.origin.reason))
            elif " " in part.text or "\t" in part.text or "\n" in part.text:
                fields.blob((UNKNOWN,), "escaped blanks in ${…} are not followed")
            else:
                fields.add(pieces)

    def maybe(self, word: tree.Word) -> Word:
        """Expand a word that bash may or may not expand."""
        state = self.state
        state.enter()
        value = self.value(word)
        changes = state.leave()
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
}


def _is_alone(word: tree.Word) -> bool:
    """Tell whether a word is one parameter without an operator, quoted or not."""
    parts = word.parts
    if len(parts) == 1 and isinstance(parts[0], tree.DoubleQuoted):
        parts = parts[0].parts
    return len(parts) == 1 and isinstance(parts[0], tree.Parameter) and not parts[0].operator


def _has_split_bracket(word: tree.Word) -> bool:
    """Tell whether an unquoted `[` and a later `]` may make a pattern of what is between."""
    opened = False
    for part in word.parts:
        if isinstance(part, tree.Literal):
            if opened and "]" in part.text:
                return True
            opened = opened or "[" in part.text
    return False


def _status(found: Found) -> tuple[bool | None, bool | None]:
    """Tell whether a parameter is set, and whether it holds any character."""
    if not found.words:
        return False, False
    certain = [word for word in found.words if not word.many]
    if found.listed:
        return (True if certain else None), (True if _any_filled(certain) else None)
    word = found.words[0]
    texts = word.texts
    if texts is None:
        filled = True if _any_filled([word]) else None
        return filled, filled
    if all(texts):
        return True, True
    return True, None if any(texts) else False


def _any_filled(words: list[Word]) -> bool:
    return any(piece.texts and all(piece.texts) for word in words for piece in word.pieces)


def _defaulted(word: Word) -> tuple[Piece, ...]:
    """Return the pieces of a default: unknown, with the text that they have by default."""
    pieces = tuple(
        Piece(None, one.start, one.end, one.exact, Word(-1, -1, (one,)).default)
        for one in word.pieces
    )
    return pieces[:MOST_PIECES] or (Piece(None, -1, -1, False, ""),)
