"""Which releases a text means: `0.5.12`, `>=0.5.10,<0.5.13`, `~=0.5.10`, `==0.5.12.*` (PEP 440)."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.catalog.releases import newest, release_key, releases, resolve

OPERATORS = ("===", "==", "~=", "!=", "<=", ">=", "<", ">")
ALLOWED = "a release like 0.5.12.post1, or a range of == != < <= > >= ~= like >=0.5.10,<0.5.13"
_CLAUSE = r"\s*(===|==|~=|!=|<=|>=|<|>)\s*(\S+)\s*"
_POST = -2
"""The place in a release's key that tells a post-release from the release itself."""


class SpecifierError(ValueError):
    """A text that is no release and no range; the message says what is allowed."""


def allowed_by(text: str) -> tuple[str, ...]:
    """Return the known releases that a release or a range allows, oldest first.

    Raises SpecifierError for what is neither, and UnknownReleaseError for a single release that is
    not known.
    """
    if not is_range(text):
        return (resolve(text.strip()),)
    clauses = [_clause(part, text) for part in text.split(",") if part.strip()]
    return tuple(one for one in releases() if all(_holds(one, *clause) for clause in clauses))


def releases_of(text: str) -> tuple[str, ...]:
    """Return what `allowed_by` does; raises SpecifierError where that is none too."""
    allowed = allowed_by(text)
    if not allowed:
        known = releases()
        raise SpecifierError(f"no known release is {text}; known: {known[0]} to {known[-1]}")
    return allowed


def is_range(text: str) -> bool:
    """Whether a text is a range, as opposed to the name of one release."""
    return any(character in text for character in "=<>~!,")


def pinned(text: str) -> str:
    """Return the one release that a text names (`0.5.12`, `==0.5.12`), known or not; else ""."""
    match = quick.fullmatch(_CLAUSE, text)
    version = match[2] if match and match[1] in ("==", "===") else text.strip()
    try:
        release_key(version)
    except ValueError:
        return ""
    return version


def nearest_known(version: str) -> str:
    """Return the known release that is most like one that may not be known.

    That is the release itself; else the release that it leads up to or follows (0.5.12rc1,
    0.5.12.post9: 0.5.12), else the last one before it, else the oldest.
    """
    key = release_key(version)
    known = {release_key(one): one for one in releases()}
    same = [one for other, one in known.items() if other[:_POST] == key[:_POST]]
    before = [one for other, one in known.items() if other <= key]
    if key in known:
        return known[key]
    if same:
        return ([one for one in same if one in before] or same[:1])[-1]
    return before[-1] if before else releases()[0]


def _clause(part: str, text: str) -> tuple[str, str]:
    """Return operator and version of one part of a range."""
    match = quick.fullmatch(_CLAUSE, part)
    if match is None:
        raise SpecifierError(f"`{part.strip()}` in {text!r} is no part of a range; {_hint(text)}")
    operator, version = match[1], match[2]
    bare = version.removesuffix(".*") if operator in ("==", "!=") else version
    try:
        numbers = _numbers(bare)
    except ValueError:
        raise SpecifierError(f"`{version}` in {text!r} is no release; {_hint(text)}") from None
    if operator == "~=" and len(numbers) < 2:
        raise SpecifierError(f"`~={version}` needs two numbers at least; {_hint(text)}")
    return operator, version


def _hint(text: str) -> str:
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > 1 and all(map(_is_release, parts)):
        return "a comma means that all hold: give the option once for each release"
    return f"expected {ALLOWED}"


def _is_release(text: str) -> bool:
    try:
        release_key(text)
    except ValueError:
        return False
    return True


def _numbers(version: str) -> list[int]:
    """Return the numbers of a version as they are written: [0, 5] of `0.5`."""
    head = quick.match(r"v?(\d+(?:\.\d+)*)", version)
    if head is None:
        raise ValueError(version)
    numbers = [int(number) for number in head[1].split(".")]
    if "." in head[1]:
        release_key(version)
    elif head.end() != len(version):
        raise ValueError(version)
    return numbers


def _key(version: str) -> tuple[int, ...]:
    numbers = _numbers(version)
    return (*numbers, 0, 0, 0, 0) if len(numbers) == 1 else release_key(version)


def _holds(release: str, operator: str, version: str) -> bool:
    """Whether a release is within one part of a range."""
    if operator == "===":
        return release == version
    if operator in ("==", "!="):
        return _equals(release, version) == (operator == "==")
    key, bound = release_key(release), _key(version)
    if operator == "~=":
        return key >= bound and _begins(release, _numbers(version)[:-1])
    if operator == ">":
        # `>0.5.12` leaves out the post-releases of 0.5.12, unless it names one of them.
        return key > bound and (key[:_POST] != bound[:_POST] or bound[_POST] > 0)
    return {"<": key < bound, "<=": key <= bound, ">=": key >= bound}[operator]


def _equals(release: str, version: str) -> bool:
    if version.endswith(".*"):
        return _begins(release, _numbers(version.removesuffix(".*")))
    return release_key(release) == _key(version)


def _begins(release: str, numbers: list[int]) -> bool:
    return list(release_key(release)[: len(numbers)]) == numbers


def described(chosen: tuple[str, ...]) -> str:
    """Return some known releases in short: `0.5.9, 0.5.10–0.5.12 and 0.5.18 and later`."""
    runs: list[list[str]] = []
    known = releases()
    places = {name: place for place, name in enumerate(known)}
    for name in sorted(chosen, key=places.__getitem__):
        if runs and places[runs[-1][-1]] + 1 == places[name]:
            runs[-1].append(name)
        else:
            runs.append([name])
    parts = [part for run in runs for part in _run(run)]
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]


def _run(run: list[str]) -> list[str]:
    if len(run) > 2 and run[-1] == newest():
        return [f"{run[0]} and later"]
    return [f"{run[0]}–{run[-1]}"] if len(run) > 2 else run
