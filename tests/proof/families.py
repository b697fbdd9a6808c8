"""The kinds of statements that generated scripts are made of, by the name of their family."""

from __future__ import annotations

from collections.abc import Callable

from proof.writer import Writer

Statement = Callable[[Writer], None]

FAMILIES: dict[str, list[Statement]] = {}
"""Statements by family; `proof.values`, `proof.control` and `proof.running` fill it."""

MOST_DEPTH = 3
"""Compound commands stand in one another so deep."""


def family(name: str) -> Callable[[Statement], Statement]:
    """Add a statement to a family."""

    def add(statement: Statement) -> Statement:
        FAMILIES.setdefault(name, []).append(statement)
        return statement

    return add
