"""Tests: what `[ … ]`, `[[ … ]]`, `(( … ))` and arms of `case` give, and what follows from that.

The contract with the interpreter. It calls `decide` for a command that is a test:

- a `tree.Simple` whose first word is `[` or `test` (no function of the script), with its words
  after expansion, the first included: their side effects have happened;
- a `tree.Conditional` or `tree.ArithmeticCommand`, with no words: `decide` expands what it needs
  with the expander, and with it come the side effects (`(( N++ ))`, `[[ -n ${X:=1} ]]`). What may
  or may not be expanded goes through `expander.maybe`.

For an arm of `case` it calls `decide_arm`, which expands the patterns. The state is
`expander.state`, and after the call it holds whichever way the test went. Refinements are true on
one side only; the interpreter puts them into the state of that path. A name is that of a variable,
a positional parameter ("1"), or "#"; its Word is what is known of the value on that side.

Assumed: a word that is not known is no operator of `[ … ]`.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.record import replace
from sgdlint.shell import comparing, tree
from sgdlint.shell.comparing import BINARY, NUMERIC, UNARY, Operand
from sgdlint.shell.held import known
from sgdlint.shell.operators import FailedError, truth
from sgdlint.shell.values import Word
from sgdlint.shell.verdicts import (
    FALSE,
    UNDECIDED,
    Verdict,
    both,
    certain,
    either,
    negated,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sgdlint.shell.expand import Expander
    from sgdlint.shell.operators import Value

MOST_WORDS = 200
"""A test of more words is not decided."""

COMMANDS = frozenset({"[", "test"})
"""Commands whose words are a test."""

_COMPARISON = r"\s*(\$?\{?(?:[A-Za-z_]\w*|#|[0-9])\}?)\s*(==|!=|<=?|>=?)\s*(-?[0-9]+)\s*"
_WORDS = {"==": "-eq", "!=": "-ne", "<": "-lt", "<=": "-le", ">": "-gt", ">=": "-ge"}


def decide(node: tree.Node, words: Sequence[Word], expander: Expander) -> Verdict:
    """Return what is known of a test."""
    if isinstance(node, tree.Conditional):
        return _conditional(node, expander)
    if isinstance(node, tree.ArithmeticCommand):
        return _arithmetic(node, expander)
    if isinstance(node, tree.Simple):
        from sgdlint.shell import brackets

        return brackets.decide(node, words, expander)
    return UNDECIDED


def decide_arm(
    patterns: Sequence[tree.Word], subject: Word, node: tree.Word | None, expander: Expander
) -> Verdict:
    """Tell whether a word matches one of the patterns of an arm of `case`.

    node: the word that the subject is the value of.
    """
    from sgdlint.shell import globs

    expanded: list[Word] = []
    for index, pattern in enumerate(patterns):
        expanded.append(globs.pattern_of(pattern, expander, maybe=index > 0))
    return comparing.match(Operand(subject, node), expanded, expander.is_extended(), expander)


# --- (( … )) and let -----------------------------------------------------------------------------


def _arithmetic(node: tree.ArithmeticCommand, expander: Expander) -> Verdict:
    from sgdlint.shell import arithmetic

    try:
        holds = truth(arithmetic.expansion(node, expander))
    except FailedError:
        return FALSE
    compared = quick.fullmatch(_COMPARISON, node.text)
    if holds is not None or compared is None:
        return _bare(node.text, holds, expander)
    left, sign, right = compared.groups()
    operand = _named(left.strip("${}"), expander)
    limit = Operand(known(right), None)
    found = comparing.numbers(_WORDS[sign], operand, limit, _reader(node, expander), expander)
    if left.startswith("$") and left != "$#":  # without a value, it is an error
        return Verdict(holds, found.if_true, {})
    return Verdict(holds, found.if_true, found.if_false)


def _bare(text: str, holds: bool | None, expander: Expander) -> Verdict:
    """Return the verdict of `(( $# ))`."""
    if holds is None and text.strip() == "$#":
        return Verdict(None, {}, {"#": known("0")})
    return certain(holds)


def _named(name: str, expander: Expander) -> Operand:
    """Return a variable as an operand."""
    node = tree.Parameter(-1, -1, name)
    word = expander.current(name) or Word(-1, -1, ())
    return Operand(word, tree.Word(-1, -1, (node,)))


def _reader(node: tree.Node, expander: Expander) -> Callable[[Word], Value]:
    from sgdlint.shell import arithmetic

    def read(word: Word) -> Value:
        return arithmetic.of_word(word, node, expander)

    return read


def let(node: tree.Node, words: Sequence[Word], expander: Expander) -> Verdict:
    """Return the verdict of the builtin `let`, and carry out what it assigns."""
    from sgdlint.shell import arithmetic

    holds: bool | None = None
    for word in words[1:]:
        try:
            holds = truth(arithmetic.of_word(word, node, expander))
        except FailedError:
            return FALSE
        if word.many:
            return UNDECIDED
    return certain(holds)


# --- [[ … ]] -------------------------------------------------------------------------------------


class Conditional:
    """Reads the words of `[[ … ]]`; each method returns a verdict and goes on to what follows."""

    def __init__(self, words: Sequence[tree.Word], expander: Expander) -> None:
        self.words = words
        self.expander = expander
        self.at = 0
        self.maybe = False
        self.may_fail = False

    def sign(self) -> str:
        """Return the next word as it is written."""
        if self.at >= len(self.words):
            return ""
        word = self.words[self.at]
        return self.expander.origin.text[word.start : word.end]

    def either(self) -> Verdict:
        """Read `… || …`."""
        verdict = self.both()
        while self.sign() == "||":
            verdict = self._joined(verdict, True, self.both, either)
        return verdict

    def both(self) -> Verdict:
        """Read `… && …`."""
        verdict = self.term()
        while self.sign() == "&&":
            verdict = self._joined(verdict, False, self.term, both)
        return verdict

    def _joined(
        self,
        left: Verdict,
        ends: bool,
        read: Callable[[], Verdict],
        join: Callable[[Verdict, Verdict], Verdict],
    ) -> Verdict:
        """Read what is evaluated unless the left side is `ends`."""
        self.at += 1
        before = self.maybe
        self.maybe = before or left.holds is None or left.holds is ends
        right = read()
        self.maybe = before
        return join(left, right)

    def term(self) -> Verdict:
        """Read one test, or several in parentheses."""
        sign = self.sign()
        if sign == "!":
            self.at += 1
            return negated(self.term())
        if sign == "(":
            self.at += 1
            verdict = self.either()
            self.at += 1
            return verdict
        if sign in UNARY and self.at + 1 < len(self.words):
            self.at += 2
            return comparing.unary(sign, self._operand(self.at - 1), self.expander)
        self.at += 1
        operator = self.sign()
        if operator in BINARY:
            self.at += 2
            return self._binary(operator, self.at - 3, self.at - 1)
        return comparing.unary("-n", self._operand(self.at - 1), self.expander)

    def _operand(self, at: int) -> Operand:
        node = self.words[at]
        value = self.expander.maybe(node) if self.maybe else self.expander.value(node)
        return Operand(value, node)

    def _binary(self, operator: str, at: int, other: int) -> Verdict:
        left = self._operand(at)
        if operator in ("=", "==", "!="):
            from sgdlint.shell import globs

            pattern = globs.pattern_of(self.words[other], self.expander, self.maybe)
            found = comparing.match(left, [pattern], True, self.expander)
            return negated(found) if operator == "!=" else found
        if operator == "=~":
            from sgdlint.shell import regexes

            regex = regexes.regex_of(self.words[other], self.expander, self.maybe)
            self.may_fail = self.may_fail or regex.text is None
            return certain(regexes.found(regex, left.word, self.expander.is_loose()))
        right = self._operand(other)
        if operator in NUMERIC and not self.maybe:
            read = _reader(left.node or tree.Word(-1, -1, ()), self.expander)
            return comparing.numbers(operator, left, right, read, self.expander)
        return comparing.ordered(operator, left.word, right.word)


def _conditional(node: tree.Conditional, expander: Expander) -> Verdict:
    if len(node.words) > MOST_WORDS:
        for word in node.words:
            expander.maybe(word)
        return UNDECIDED
    reader = Conditional(node.words, expander)
    try:
        return replace(reader.either(), may_fail=reader.may_fail)
    except FailedError:
        for word in node.words[reader.at :]:
            expander.maybe(word)
        return replace(UNDECIDED, may_fail=True)
