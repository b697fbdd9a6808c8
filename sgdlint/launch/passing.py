"""Which variables reach the command behind a wrapper."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.launch.options import ASSIGNMENT
from sgdlint.record import replace
from sgdlint.shell.assign import tail_of
from sgdlint.shell.folders import CURRENT
from sgdlint.shell.folders import UNKNOWN as NO_FOLDER
from sgdlint.shell.held import UNKNOWN
from sgdlint.shell.origin import NOWHERE
from sgdlint.shell.values import Piece, Variable, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sgdlint.launch.options import Effect, Entered
    from sgdlint.launch.recognise import Passed

    Read = Callable[[Word], str]

NAME = r"[A-Za-z_]\w*"
SECRET = r"(?i:TOKEN|SECRET|PASSW|CREDENTIAL|_KEY\Z)"
"""Names whose values are not read out of files: a message might show them."""


def passed(before: Passed, entered: Entered, read: Read) -> Passed:
    """Return what reaches the command behind a wrapper; read: gives the text of a file, or ""."""
    wrapper, effects = entered.wrapper, entered.effects
    forgets = wrapper.forgets or entered.has("forgets")
    cleared = (wrapper.fresh and not any(map(_keeps_all, effects))) or any(map(_clears, effects))
    moves = wrapper.moves or wrapper.fresh or entered.has("moves")
    if not (effects or wrapper.adds or wrapper.prefixes or cleared or forgets or moves):
        return before
    environment = {} if cleared or forgets else dict(before.environment)
    environment[CURRENT] = NO_FOLDER if moves else before.environment.get(CURRENT, NO_FOLDER)
    for name in wrapper.adds:
        environment.pop(name, None)
    environment.update(_with_prefixes(before.environment, wrapper.prefixes))
    for effect in sorted(effects, key=lambda effect: effect.kind != "env-file"):
        _apply(effect, before.environment, environment, read)
    return replace(
        before,
        environment=environment,
        fresh=before.fresh or cleared,
        prefix_reaches=before.prefix_reaches and not (cleared or forgets),
    )


def _keeps_all(effect: Effect) -> bool:
    return effect.kind == "keeps" and effect.value is None


def _clears(effect: Effect) -> bool:
    text = effect.value.text if effect.value is not None else None
    if effect.kind == "exports":
        return text is None or "ALL" not in text.split(",")
    if effect.kind == "clears-unless-true":
        return text != "true"
    return effect.kind == "clears"


def _apply(
    effect: Effect, outside: dict[str, Variable], inside: dict[str, Variable], read: Read
) -> None:
    """Change the variables inside as an option says."""
    value = effect.value
    if value is None:
        return
    if effect.kind == "env":
        _set(value, effect.place, outside, inside)
    elif effect.kind == "unset" and value.text is not None:
        inside[value.text] = Variable(value.text, None, False, *NOWHERE)
    elif effect.kind == "keeps":
        for name in (value.text or "").split(","):
            _pass_on(name, outside, inside)
    elif effect.kind in ("exports", "env-list"):
        _set_all(value, outside, inside)
    elif effect.kind == "env-file":
        _set_lines(read(value).splitlines(), outside, inside)


def _with_prefixes(
    environment: dict[str, Variable], prefixes: Iterable[str]
) -> dict[str, Variable]:
    """Return the variables that the names of others give: `APPTAINERENV_A` gives A."""
    return {
        name.removeprefix(prefix): replace(variable, name=name.removeprefix(prefix))
        for prefix in prefixes
        for name, variable in environment.items()
        if name.startswith(prefix) and variable.exported and variable.word is not None
    }


def _pass_on(name: str, outside: dict[str, Variable], inside: dict[str, Variable]) -> None:
    variable = outside.get(name)
    if variable is not None and variable.exported:
        inside[name] = replace(variable, prefix=False)
    else:
        inside.pop(name, None)


def _set(
    word: Word, place: tuple[int, int], outside: dict[str, Variable], inside: dict[str, Variable]
) -> None:
    """Set a variable: NAME=VALUE, or NAME as it is outside."""
    match = ASSIGNMENT.match(word.prefix)
    if match is not None:
        inside[match[1]] = Variable(match[1], tail_of(word, match.end()), True, *place, True)
    elif word.text is not None:
        _pass_on(word.text, outside, inside)
    else:
        _forget(inside)


def _set_all(value: Word, outside: dict[str, Variable], inside: dict[str, Variable]) -> None:
    """Set what a list like `ALL,NAME=VALUE,OTHER` says."""
    if value.text is None:
        _forget(inside)
        return
    for item in value.text.split(","):
        name, equals, text = item.partition("=")
        if equals:
            inside[name] = _variable(name, (Piece((text,), *NOWHERE),))
        elif name not in ("ALL", "NONE"):
            _pass_on(name, outside, inside)


def _forget(inside: dict[str, Variable]) -> None:
    """Forget all variables: it is not known which one is set."""
    folder = inside[CURRENT]
    inside.clear()
    inside[CURRENT] = folder


def _set_lines(
    lines: Iterable[str], outside: dict[str, Variable], inside: dict[str, Variable]
) -> None:
    """Set what a file for `docker run --env-file` says: a value is all that follows the `=`."""
    for line in lines:
        name, equals, text = line.lstrip().partition("=")
        if name.startswith("#") or not quick.fullmatch(NAME, name):
            continue
        if equals:
            secret = quick.search(SECRET, name)
            inside[name] = _variable(name, (UNKNOWN,) if secret else (Piece((text,), *NOWHERE),))
        else:
            _pass_on(name, outside, inside)


def _variable(name: str, pieces: tuple[Piece, ...]) -> Variable:
    return Variable(name, Word(*NOWHERE, pieces), True, *NOWHERE, True)
