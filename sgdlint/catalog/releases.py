"""Names of SGLang releases, and their order."""

from __future__ import annotations

from sgdlint import quick
from sgdlint.catalog import tables

_STAGES = {"dev": -4, "a": -3, "b": -2, "rc": -1, None: 0, "post": 1}


class UnknownReleaseError(KeyError):
    """The catalog does not have this release."""

    def __str__(self) -> str:
        return str(self.args[0])


def releases() -> tuple[str, ...]:
    """Return the known releases, oldest first."""
    return tuple(tables.order())


def newest() -> str:
    """Return the newest known release."""
    return releases()[-1]


def release_key(text: str) -> tuple[int, ...]:
    """Return what orders releases; raises ValueError when the text does not name one.

    `0.5.12rc1` < `0.5.12` < `0.5.12.post1` < `0.5.13`; a leading `v` and a local part (`+cu126`)
    do not count.
    """
    head, post, tail = text.strip().removeprefix("v").partition(".post")
    if tail.isdecimal() or not post:
        numbers = head.split(".")
        if len(numbers) > 1 and all(number.isdecimal() for number in numbers):
            return (*_padded(numbers), _STAGES["post" if tail else None], int(tail or 0))
    return _unusual_key(text)


def _padded(numbers: list[str]) -> list[int]:
    return [int(number) for number in numbers] + [0] * (3 - len(numbers))


def _unusual_key(text: str) -> tuple[int, ...]:
    """Return the key of a pre-release or a local build."""
    match = quick.fullmatch(
        r"v?(\d+(?:\.\d+)+)(?:\.?(dev|a|b|rc|post)(\d+))?(?:\+[a-z0-9.]+)?", text.strip()
    )
    if match is None:
        raise ValueError(f"{text!r} is not a release; expected one like 0.5.12 or 0.5.12.post1")
    return (*_padded(match[1].split(".")), _STAGES[match[2]], int(match[3] or 0))


def nearest(text: str) -> list[str]:
    """Return the known releases just before and just after a release that is not known."""
    known = releases()
    try:
        key = release_key(text)
    except ValueError:
        return [newest()]
    before = [r for r in known if release_key(r) < key]
    after = [r for r in known if release_key(r) > key]
    return before[-1:] + after[:1]


def resolve(text: str) -> str:
    """Return the known release that a text names; raises UnknownReleaseError when there is none."""
    if text in tables.order():
        return text
    try:
        key = release_key(text)
    except ValueError as problem:
        raise UnknownReleaseError(str(problem)) from None
    for known in releases():
        if release_key(known) == key:
            return known
    near = " and ".join(nearest(text))
    raise UnknownReleaseError(f"SGLang {text} is not in the catalog; the nearest known: {near}")
