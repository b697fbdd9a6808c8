"""The operators of `[ … ]` and `[[ … ]]`: what they give, and what follows for variables.

Assumed, where a variable from outside is refined: one that equals a number is written as that
number is (`8`, not `08`), one that `[[ … ]]` or `(( … ))` compares is a number or unset, and one
that stands without quotes in `[ … ]` is one word.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.record import record
from sgdlint.shell import tree
from sgdlint.shell.builtins import VOLATILE
from sgdlint.shell.operators import FailedError, apply, bounded, truth
from sgdlint.shell.values import MOST_TEXTS, Word
from sgdlint.shell.verdicts import UNDECIDED, Verdict, certain, negated, word_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Sequence

    from sgdlint.shell.expand import Expander
    from sgdlint.shell.operators import Value

    Judge = Callable[[str], bool | None]
    Reader = Callable[[Word], Value]

SIGNS = {"-eq": "==", "-ne": "!=", "-lt": "<", "-le": "<=", "-gt": ">", "-ge": ">="}
MIRRORED = {"-eq": "-eq", "-ne": "-ne", "-lt": "-gt", "-le": "-ge", "-gt": "-lt", "-ge": "-le"}
NUMERIC = frozenset(SIGNS)
OF_FILES = frozenset(f"-{letter}" for letter in "abcdefghkprsuwxGLNOS")
UNARY = OF_FILES | {"-n", "-o", "-t", "-v", "-z", "-R"}
BINARY = NUMERIC | {"=", "==", "!=", "<", ">", "=~", "-nt", "-ot", "-ef"}

_LEGAL = r"[ \t\n]*[-+]?[0-9]{1,18}[ \t\n]*"
_ESCAPED = r"\\(.)"
_NAME = r"[A-Za-z_]\w*|[1-9][0-9]*|#"


@record
class Operand:
    """A word of a test: its value, and where it stands in the tree, when that is certain."""

    word: Word
    node: tree.Word | None


@record
class Target:
    """A variable that an operand shows: between a text before and after it, and its default."""

    name: str
    before: str
    after: str
    default: str | None
    word: Word | None


# --- which variable ------------------------------------------------------------------------------


def target_of(node: tree.Word | None, expander: Expander) -> Target | None:
    """Return the variable that a word shows: that of `"$X"`, `x$X`, `${X:-4}`."""
    if node is None:
        return None
    before = after = ""
    found: tree.Parameter | None = None
    for part in flat(node):
        if isinstance(part, tree.Parameter) and found is None:
            found = part
        elif not isinstance(part, tree.Literal | tree.SingleQuoted):
            return None
        elif found is None:
            before += part.text
        else:
            after += part.text
    return _target(found, before, after, expander) if found is not None else None


def flat(node: tree.Word) -> list[tree.Node]:
    """Return the parts of a word, those in double quotes among them."""
    parts: list[tree.Node] = []
    for part in node.parts:
        is_quoted = isinstance(part, tree.DoubleQuoted) and not part.translated
        parts += part.parts if is_quoted else (part,)  # type: ignore[attr-defined]
    return parts


def _target(part: tree.Parameter, before: str, after: str, expander: Expander) -> Target | None:
    is_plain = not part.prefix and part.subscript is None and part.name not in VOLATILE
    if not is_plain or not quick.fullmatch(_NAME, part.name):
        return None
    default: str | None = None
    if part.operator in (":-", "-") and len(part.arguments) == 1:
        if not all(isinstance(one, tree.Literal) for one in part.arguments[0].parts):
            return None
        default = expander.value(part.arguments[0]).text
    elif part.operator:
        return None
    if part.operator and default is None:
        return None
    return Target(part.name, before, after, default, expander.current(part.name))


def refined(
    target: Target | None, judge: Judge, only: Sequence[str], holds: bool
) -> dict[str, Word]:
    """Return what is known of a variable where a test of it holds, or does not.

    judge: tells what the test gives for a text. only: the only texts for which it gives `holds`,
    none when there may be others.
    """
    if target is None:
        return {}
    texts = target.word.texts if target.word is not None else None
    if texts is not None and target.default is not None:
        return {}
    if texts is not None:
        kept = [
            one for one in texts if judge(target.before + one + target.after) is not (not holds)
        ]
        return {target.name: word_of(kept)} if 0 < len(kept) < len(texts) else {}
    inside = [_inside(text, target) for text in only]
    known = list(dict.fromkeys(text for text in inside if text is not None))
    if target.word is None or not known or len(known) > MOST_TEXTS:
        return {}
    if "" in known or target.default in known:  # it may be unset
        return {}
    return {target.name: word_of(known)}


def _inside(text: str, target: Target) -> str | None:
    """Return a text without what stands around a variable."""
    before, after = target.before, target.after
    if len(text) < len(before) + len(after) or not text.startswith(before):
        return None
    return text[len(before) : len(text) - len(after)] if text.endswith(after) else None


# --- operators -----------------------------------------------------------------------------------


def unary(operator: str, operand: Operand, expander: Expander) -> Verdict:
    """Return the verdict of `-n X` and its kin."""
    if operator in ("-n", "-z"):
        return _filled(operator == "-n", operand, expander)
    if operator == "-v":
        return certain(_is_set(operand.word.text, expander))
    if operator in OF_FILES and operand.word.text == "":
        return certain(False)
    return UNDECIDED


def _filled(wants: bool, operand: Operand, expander: Expander) -> Verdict:
    """Return the verdict of `-n X` (wants) or `-z X`."""
    if operand.word.many:
        return UNDECIDED

    def judge(text: str) -> bool:
        return bool(text) is wants

    target = target_of(operand.node, expander)
    holds = _of_all(operand.word, judge)
    return Verdict(holds, refined(target, judge, [], True), refined(target, judge, [], False))


def _of_all(word: Word, judge: Judge) -> bool | None:
    """Return what a test gives for all that a word may be."""
    texts = word.texts
    if texts is None:
        if any(piece.texts and all(piece.texts) for piece in word.pieces):
            return judge("x") if judge("x") is judge("xx") else None
        return None
    verdicts = {judge(text) for text in texts}
    return verdicts.pop() if len(verdicts) == 1 else None


def _is_set(name: str | None, expander: Expander) -> bool | None:
    if name is None or not quick.fullmatch(r"[A-Za-z_]\w*", name):
        return None
    return expander.is_set(name)


def equality(left: Operand, right: Operand, wants: bool, expander: Expander) -> Verdict:
    """Return the verdict of `X = Y` (wants) or `X != Y` in `[ … ]`."""
    same = _same(left.word, right.word)
    sides = _equal(left, right.word.text, expander)
    if not any(sides):
        sides = _equal(right, left.word.text, expander)
    found = Verdict(same, *sides)
    return found if wants else negated(found)


def _equal(
    operand: Operand, text: str | None, expander: Expander
) -> tuple[dict[str, Word], dict[str, Word]]:
    target = target_of(operand.node, expander) if text is not None else None

    def judge(one: str) -> bool:
        return one == text

    only = [] if text is None else [text]
    return refined(target, judge, only, True), refined(target, judge, [], False)


def _same(left: Word, right: Word) -> bool | None:
    """Tell whether two words have the same text."""
    if left.text is not None and right.text is not None:
        return left.text == right.text
    from sgdlint.shell import globs

    same = globs.matches(globs.literally(right), left, True)
    return globs.matches(globs.literally(left), right, True) if same is None else same


def match(
    subject: Operand, patterns: Sequence[Word], extended: bool | None, expander: Expander
) -> Verdict:
    """Return the verdict of `[[ X == pattern ]]`, or of an arm of `case` with its patterns.

    extended: as for `globs.matches`.
    """
    from sgdlint.shell import globs

    loose = expander.is_loose()

    def judge(word: Word) -> bool | None:
        verdicts = [globs.matches(pattern, word, extended, loose) for pattern in patterns]
        return True if True in verdicts else None if None in verdicts else False

    def judge_text(text: str) -> bool | None:
        return judge(word_of((text,)))

    target = target_of(subject.node, expander)
    texts = [fixed(pattern, loose) for pattern in patterns]
    only = [text for text in texts if text is not None]
    return Verdict(
        judge(subject.word),
        refined(target, judge_text, only if len(only) == len(texts) else [], True),
        refined(target, judge_text, [], False),
    )


def fixed(pattern: Word, loose: bool) -> str | None:
    """Return the only text that a pattern matches; None when there are others."""
    text = pattern.text
    if text is None:
        return None
    if "\\" not in text:
        if any(one in text for one in "*?[("):
            return None
        return None if loose and text.lower() != text.upper() else text
    bare = quick.sub(_ESCAPED, "", text, quick.DOTALL)
    if any(one in bare for one in "*?[("):
        return None
    plain = quick.sub(_ESCAPED, _second, text, quick.DOTALL)
    return None if loose and plain.lower() != plain.upper() else plain


def _second(found: re.Match[str]) -> str:
    return found[1] or ""


# --- numbers -------------------------------------------------------------------------------------


def numbers(
    operator: str, left: Operand, right: Operand, read: Reader, expander: Expander
) -> Verdict:
    """Return the verdict of `X -eq Y` and its kin.

    read: gives the number that a text is, raises FailedError when it is none.
    """
    holds = _compared(operator, read(left.word), read(right.word))
    for one, other, sign in ((left, right, operator), (right, left, MIRRORED[operator])):
        sides = _bounded(one, sign, read(other.word), read, expander)
        if any(sides):
            return Verdict(holds, *sides)
    return Verdict(holds, {}, {})


def _compared(operator: str, left: Value, right: Value) -> bool | None:
    return truth(apply(SIGNS[operator], left, right))


def _bounded(
    operand: Operand, operator: str, limit: Value, read: Reader, expander: Expander
) -> tuple[dict[str, Word], dict[str, Word]]:
    """Return what is known of a variable that is compared with one number."""
    target = target_of(operand.node, expander)
    if target is None or limit is None or len(limit) != 1:
        return {}, {}

    def judge(text: str) -> bool | None:
        try:
            return _compared(operator, read(word_of((text,))), limit)
        except FailedError:
            return False

    sides = []
    for holds in (True, False):
        only: list[str] = []
        if target.name == "#":
            only = _counts(operator, limit[0], holds)
        elif (operator == "-eq") is holds and operator in ("-eq", "-ne") and limit[0]:
            only = [str(limit[0])]  # 0 may be unset
        sides.append(refined(target, judge, only, holds))
    return sides[0], sides[1]


def _counts(operator: str, limit: int, holds: bool) -> list[str]:
    """Return the numbers of arguments for which a comparison gives this, if they are few."""
    if not -1 <= limit < MOST_TEXTS:
        return []
    kept = [n for n in range(limit + 3) if _compared(operator, (n,), (limit,)) is holds]
    return [] if limit + 2 in kept else [str(n) for n in kept]


def legal(word: Word) -> Value:
    """Return the number that an operand of `[ … ]` is."""
    texts = word.texts
    if texts is None:
        return None
    if not all(quick.fullmatch(_LEGAL, text) for text in texts):
        if any(quick.fullmatch(_LEGAL, text) for text in texts):
            return None
        raise FailedError
    return bounded([int(text) for text in texts])


def ordered(operator: str, left: Word, right: Word) -> Verdict:
    """Return the verdict of `X < Y` and of the comparisons of files."""
    first, second = left.text, right.text
    if operator not in ("<", ">") or first is None or second is None:
        return UNDECIDED
    if first == second:
        return certain(False)
    if not quick.fullmatch("[0-9]+ [0-9]+", f"{first} {second}"):
        return UNDECIDED  # the order of letters depends on the language
    return certain((first < second) is (operator == "<"))
