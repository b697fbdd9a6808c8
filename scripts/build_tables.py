"""Build sgdlint/shell/tables.json, the parser's tables, from grammar/shell.lark.

`--check` only compares, and exits with 1 when the committed file is not what the grammar gives.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import generated
from lark import Lark
from lark.lexer import Lexer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lark.lexer import Token

ROOT = Path(__file__).resolve().parent.parent
GRAMMAR = ROOT / "grammar" / "shell.lark"
TABLES = ROOT / "sgdlint" / "shell" / "tables.json"
END = "$END"
AT_ONCE, GROW = 1000, 2000
"""Actions above these take the symbol and reduce by a rule; `parser` has the same numbers."""


class NoLexer(Lexer):
    """Stands in for the lexer while the tables are built."""

    def __init__(self, conf: object) -> None:
        pass

    def lex(self, text: str) -> Iterator[Token]:  # type: ignore[override]
        """Give no tokens; this is the interface that Lark calls number 0."""
        return iter(())


def load(lexer: type[Lexer] = NoLexer) -> Lark:
    """Return Lark's own parser for the grammar."""
    return Lark(
        GRAMMAR.read_text(encoding="utf-8"),
        parser="lalr",
        lexer=lexer,
        keep_all_tokens=True,
        maybe_placeholders=False,
    )


class Tables:
    """Lark's table with states as numbers, in an order that does not change between runs."""

    def __init__(self) -> None:
        table: Any = load().parser.parser._parse_table
        self.raw: dict[Any, dict[str, Any]] = table.states
        self.numbers: dict[Any, int] = {}
        self.rules: list[Any] = []
        self._number(table.start_states["start"])
        self.accept = self.numbers[table.end_states["start"]]

    def _number(self, first: Any) -> None:
        """Number the states in the order in which a walk from the first one meets them."""
        queue = [first]
        self.numbers[first] = 0
        for state in queue:
            for symbol, (action, target) in sorted(self.raw[state].items()):
                if action.name == "Shift" and target not in self.numbers:
                    self.numbers[target] = len(self.numbers)
                    queue.append(target)
                elif action.name != "Shift" and target not in self.rules:
                    self.rules.append(target)
                assert symbol != "error"

    def row(self, state: Any) -> tuple[dict[str, int], int]:
        """Return a state's actions, and the rule it reduces by when the token is none of them.

        An action is the state to go to, or minus a rule's number (from 1) to reduce by it.
        """
        actions: dict[str, int] = {}
        reductions: dict[int, list[str]] = {}
        for symbol, (action, target) in sorted(self.raw[state].items()):
            if action.name == "Shift":
                actions[symbol] = self.numbers[target]
            else:
                reductions.setdefault(self.rules.index(target) + 1, []).append(symbol)
        for rule in list(reductions):
            # A script ends only at the end of the text. A list ends only where it may, so that a
            # statement followed by what cannot follow it is not yet part of its list.
            if reductions[rule] == [END] or self.rules[rule - 1].origin.name == "body":
                actions.update(dict.fromkeys(reductions.pop(rule), -rule))
        default = max(reductions, key=lambda rule: (len(reductions[rule]), -rule), default=0)
        for rule, symbols in reductions.items():
            if rule != default:
                actions.update(dict.fromkeys(symbols, -rule))
        return actions, default


def skip_units(rows: list[tuple[dict[str, int], int]], rules: list[list[Any]]) -> None:
    """Go straight to where a rule without an action would lead.

    A state that can do nothing but hand its only child on is passed over: `goto(s, pipe)` becomes
    `goto(s, pipeline)` when all that a `pipe` can become there is a `pipeline`.
    """
    changed = True
    while changed:
        changed = False
        for actions, _ in rows:
            for symbol, target in actions.items():
                if target <= 0 or rows[target][0] or not rows[target][1]:
                    continue
                origin, length, action = rules[rows[target][1] - 1]
                if length == 1 and not action and origin in actions:
                    actions[symbol] = actions[origin]
                    changed = True


def reduce_at_once(rows: list[tuple[dict[str, int], int]], growing: list[bool]) -> None:
    """Reduce together with the symbol that completes a rule, where nothing else can follow.

    Such an action is the rule's number beyond AT_ONCE; the state between is never entered. A rule
    such as `words: words word` also leads back to the state it began in: beyond GROW.
    """
    assert len(rows) < AT_ONCE
    assert len(growing) < GROW - AT_ONCE
    for actions, _ in rows:
        for symbol, target in actions.items():
            if 0 < target < AT_ONCE and not rows[target][0] and rows[target][1]:
                rule = rows[target][1]
                actions[symbol] = rule + (GROW if growing[rule - 1] else AT_ONCE)


def build() -> dict[str, Any]:
    """Return the tables as they are written."""
    tables = Tables()
    rules = [[rule.origin.name, len(rule.expansion), rule.alias or ""] for rule in tables.rules]
    rows = [tables.row(state) for state in tables.numbers]
    symbols = [""] * len(rows)
    for actions, _ in rows:
        for symbol, target in actions.items():
            if target > 0:
                symbols[target] = symbol
    skip_units(rows, rules)
    growing = [
        len(rule.expansion) == 2 and rule.expansion[0] == rule.origin for rule in tables.rules
    ]
    reduce_at_once(rows, growing)
    return {
        "made": "by scripts/build_tables.py from grammar/shell.lark; do not edit",
        "accept": tables.accept,
        "rules": rules,
        "symbols": symbols,
        "defaults": [default for _, default in rows],
        "rows": [dict(sorted(actions.items())) for actions, _ in rows],
    }


def text() -> str:
    """Return the text of the tables' file, one line for each state."""
    tables = build()
    rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in tables.pop("rows"))
    head = "".join(
        f'"{key}":{json.dumps(value, separators=(",", ":"))},\n' for key, value in tables.items()
    )
    return f'{{{head}"rows":[\n{rows}\n]}}\n'


def main(argv: list[str] | None = None) -> int:
    """Write the tables, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only")
    arguments = parser.parse_args(argv)
    return generated.keep(TABLES, text(), check=arguments.check)


if __name__ == "__main__":
    sys.exit(main())
