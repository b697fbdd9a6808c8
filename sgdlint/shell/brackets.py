"""How `[ … ]` and `test` read their words."""

from __future__ import annotations

from sgdlint.record import replace
from sgdlint.shell import comparing, tree
from sgdlint.shell.comparing import BINARY, NUMERIC, UNARY, Operand
from sgdlint.shell.operators import FailedError
from sgdlint.shell.verdicts import FALSE, UNDECIDED, Verdict, both, either, negated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgdlint.shell.expand import Expander
    from sgdlint.shell.values import Word

LONG = 4
"""From this many words on, those that are not known may be read as operators."""

ERROR = replace(FALSE, may_fail=True)

MOST_WORDS = 200
"""A test of more words is not decided."""


def decide(node: tree.Simple, words: Sequence[Word], expander: Expander) -> Verdict:
    """Return the verdict of a command whose first word is `[` or `test`."""
    operands = _operands(node, words, expander)[1:]
    if words[0].text == "[":
        last = operands.pop().word if operands else None
        if last is None or last.text != "]":
            return UNDECIDED if last is not None and last.text is None else ERROR
    is_vague = any(one.word.many for one in operands)
    if len(operands) > MOST_WORDS or (is_vague and len(operands) != 3):
        return replace(UNDECIDED, may_fail=True)
    reader = _Reader(operands, expander)
    try:
        found = reader.decide()
    except FailedError:
        return replace(UNDECIDED, may_fail=True) if is_vague else ERROR
    if is_vague or reader.may_fail:
        return Verdict(found.holds and None, found.if_true, {}, True)
    is_long = len(operands) > LONG and any(one.word.text is None for one in operands)
    return replace(found, may_fail=is_long)


def _operands(node: tree.Simple, words: Sequence[Word], expander: Expander) -> list[Operand]:
    """Return the words of a command, each with the one written word that it comes from."""
    places: dict[tuple[int, int], list[tree.Word]] = {}
    for one in node.words:
        if isinstance(one, tree.Word):
            places.setdefault(expander.origin.span(one.start, one.end), []).append(one)
    counts: dict[tuple[int, int], int] = {}
    for word in words:
        counts[word.start, word.end] = counts.get((word.start, word.end), 0) + 1
    result: list[Operand] = []
    for word in words:
        place = word.start, word.end
        nodes = places.get(place, [])
        is_sure = len(nodes) == 1 and counts[place] == 1
        result.append(Operand(word, nodes[0] if is_sure else None))
    return result


def _is_number(operand: Operand) -> bool:
    """Tell whether an operand is certainly a number; FailedError when it is certainly none."""
    parts = comparing.flat(operand.node) if operand.node is not None else []
    is_count = len(parts) == 1 and isinstance(parts[0], tree.Parameter) and parts[0].name == "#"
    return is_count or comparing.legal(operand.word) is not None


class _Reader:
    """Reads operands as bash does: by their number, and from five on by precedence.

    may_fail: a number may turn out to be none; the whole test is false then.
    """

    def __init__(self, operands: Sequence[Operand], expander: Expander) -> None:
        self.operands = operands
        self.expander = expander
        self.at = 0
        self.may_fail = False

    def decide(self) -> Verdict:
        return self._of(0, len(self.operands))

    def _text(self, at: int) -> str | None:
        return self.operands[at].word.text if at < len(self.operands) else None

    def _of(self, at: int, count: int) -> Verdict:
        if count == 0:
            return FALSE
        if count == 1:
            return self._filled(at)
        if count == 2:
            return self._two(at)
        if count == 3:
            return self._three(at)
        if count == 4 and self._text(at) == "!":
            return negated(self._three(at + 1))
        if count == 4 and self._text(at) == "(" and self._text(at + 3) == ")":
            return self._two(at + 1)
        verdict = self._either()
        if self.at < len(self.operands):
            raise FailedError
        return verdict

    def _filled(self, at: int) -> Verdict:
        return comparing.unary("-n", self.operands[at], self.expander)

    def _two(self, at: int) -> Verdict:
        first = self._text(at)
        if first == "!":
            return negated(self._filled(at + 1))
        if first in UNARY:
            return self._unary(at)
        self.may_fail = True
        return self._unsure(at)

    def _unary(self, at: int) -> Verdict:
        self.may_fail |= self._text(at) == "-t"
        return comparing.unary(self._text(at) or "", self.operands[at + 1], self.expander)

    def _unsure(self, at: int) -> Verdict:
        """Return the verdict of what is no test, unless a word that is not known makes it one."""
        if self.operands[at].word.text is None:
            return UNDECIDED
        raise FailedError

    def _three(self, at: int) -> Verdict:
        operator = self._text(at + 1)
        if operator in BINARY:
            return self._binary(at)
        if operator in ("-a", "-o"):
            join = both if operator == "-a" else either
            return join(self._filled(at), self._filled(at + 2))
        if operator is None:
            return UNDECIDED
        if self._text(at) == "!":
            return negated(self._two(at + 1))
        if self._text(at) == "(" and self._text(at + 2) == ")":
            return self._filled(at + 1)
        return self._unsure(at)

    def _binary(self, at: int) -> Verdict:
        operator = self._text(at + 1) or ""
        left, right = self.operands[at], self.operands[at + 2]
        if operator in NUMERIC:
            self.may_fail |= not (_is_number(left) and _is_number(right))
            return comparing.numbers(operator, left, right, comparing.legal, self.expander)
        if operator in ("=", "==", "!="):
            return comparing.equality(left, right, operator != "!=", self.expander)
        if operator == "=~":
            raise FailedError
        return comparing.ordered(operator, left.word, right.word)

    # --- from five words on ----------------------------------------------------------------------

    def _either(self) -> Verdict:
        verdict = self._both()
        while self._text(self.at) == "-o":
            self.at += 1
            verdict = either(verdict, self._both())
        return verdict

    def _both(self) -> Verdict:
        verdict = self._term()
        while self._text(self.at) == "-a":
            self.at += 1
            verdict = both(verdict, self._term())
        return verdict

    def _term(self) -> Verdict:
        at = self.at
        if at >= len(self.operands):
            raise FailedError
        first = self._text(at)
        if first == "!":
            self.at += 1
            return negated(self._term())
        if first == "(":
            self.at += 1
            verdict = self._either()
            if self._text(self.at) != ")":
                raise FailedError
            self.at += 1
            return verdict
        if at + 3 <= len(self.operands) and self._text(at + 1) in BINARY:
            self.at += 3
            return self._binary(at)
        if at + 2 <= len(self.operands) and first in UNARY:
            self.at += 2
            return self._unary(at)
        self.at += 1
        return self._filled(at)
