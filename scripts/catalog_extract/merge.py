"""Many releases in one table: each row says in which releases it holds."""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from typing import Any

Row = dict[str, Any]
Ranges = list[list[str | None]]


class _Node:
    def __init__(self, key: str) -> None:
        self.key = key
        self.seen: dict[str, set[str]] = {}


def merge(
    listings: dict[str, dict[str, list[Row]]], order: list[str], columns: list[str]
) -> list[Row]:
    """Merge ordered listings (release → column → rows) into one ordered table.

    A row gets, for each column in which it stands, the ranges of releases (`since` inclusive,
    `until` exclusive); `all` when they are the same for every column. Filtering the table by
    release and column gives back the listing, in its order: `expand` is the inverse.
    """
    nodes: list[_Node] = []
    for release in reversed(order):
        for column in columns:
            nodes = _weave(nodes, listings[release][column], release, column)
    return [_row(node, columns, order) for node in nodes]


def _weave(nodes: list[_Node], rows: list[Row], release: str, column: str) -> list[_Node]:
    """Put one listing into the table: rows that fit its order are shared, others inserted."""
    keys = [_key(row) for row in rows]
    matcher = SequenceMatcher(None, [n.key for n in nodes], keys, autojunk=False)
    out: list[_Node] = []
    for tag, start, end, first, last in matcher.get_opcodes():
        out.extend(nodes[start:end])
        if tag == "equal":
            fitting = nodes[start:end]
        else:
            fitting = [_Node(key) for key in keys[first:last]]
            out.extend(fitting)
        for node in fitting:
            node.seen.setdefault(column, set()).add(release)
    return out


def _key(row: Row) -> str:
    return json.dumps(row, ensure_ascii=False)


def _row(node: _Node, columns: list[str], order: list[str]) -> Row:
    row: Row = json.loads(node.key)
    found = {column: ranges(node.seen.get(column, set()), order) for column in columns}
    if all(one == found[columns[0]] for one in found.values()):
        return row | {"all": found[columns[0]]}
    return row | {column: r for column, r in found.items() if r}


def ranges(releases: set[str], order: list[str]) -> Ranges:
    """Return a set of releases as ranges over the ordered list of all."""
    out: Ranges = []
    open_range = False
    for release in order:
        if release in releases and not open_range:
            out.append([release, None])
        elif release not in releases and open_range:
            out[-1][1] = release
        open_range = release in releases
    return out


def expand(
    table: list[Row], order: list[str], columns: list[str]
) -> dict[str, dict[str, list[Row]]]:
    """Return the listings (release → column → rows) that a table was merged from."""
    out: dict[str, dict[str, list[Row]]] = {r: {c: [] for c in columns} for r in order}
    for row in table:
        content = {k: v for k, v in row.items() if k not in (*columns, "all")}
        for column in columns:
            for since, until in row.get(column) or row.get("all", []):
                stop = order.index(until) if until else len(order)
                for release in order[order.index(since) : stop]:
                    out[release][column].append(content)
    return out
