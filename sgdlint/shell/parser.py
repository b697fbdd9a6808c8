"""The shell parser: text → syntax tree, whatever the text is.

A table-driven LALR parser. The tables are made ahead from grammar/shell.lark; `lark` itself is not
needed here. The lexer reads a logical line, the parser takes its tokens, and so on; a token that
fits nowhere is a problem, and `sgdlint.shell.recovery` says where to go on.
"""

from __future__ import annotations

import os

from sgdlint import quick
from sgdlint.shell import build, tree
from sgdlint.shell.frame import MOST_STATES, TOO_DEEP
from sgdlint.shell.lexer import Lexer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from sgdlint.shell.builder import Action

    Rule = tuple[str, int, Action | None]

MOST_PROBLEMS: Final = 100
"""Of more problems than this, the later ones are not told."""
MOST_REGIONS: Final = 8
"""Backticks nested deeper than this are not read."""


class Tables:
    """The tables: per state its actions by symbol, its default reduction, and how it is reached.

    An action above zero is the state to go to, below zero the rule to reduce by.
    """

    def __init__(self, data: dict[str, Any]) -> None:
        self.rows: list[dict[str, int]] = data["rows"]
        self.defaults: list[int] = [-rule for rule in data["defaults"]]
        self.symbols: list[str] = data["symbols"]
        self.accept: int = data["accept"]
        self.rules: list[Rule] = [
            (origin, length, build.ACTIONS[action] if action else None)
            for origin, length, action in data["rules"]
        ]
        self.rules.append(("", 0, None))
        self.rules.reverse()  # rule 1 is rules[-1]


_loaded: list[Tables] = []


def tables() -> Tables:
    """Return the tables, read when first needed."""
    if not _loaded:
        path = os.path.join(os.path.dirname(__file__), "tables.json")
        with open(path, encoding="utf-8") as file:
            _loaded.append(Tables(quick.loads(file.read())))
    return _loaded[0]


def parse(text: str) -> tree.Tree:
    """Parse a script. What is wrong with it is in the tree's `problems`; this never raises."""
    parser = Parser(text, 0, len(text), 0)
    found = parser.run()
    return _joined(parser, found) if "\\\n" in text or "\\\r\n" in text else found


def _joined(parser: Parser, found: tree.Tree) -> tree.Tree:
    """Return the tree of a text as it reads without the continuations inside its tokens."""
    from sgdlint.shell import continuations

    if not (found.problems or continuations.odd(parser.lexer.text)):
        return found
    joined = continuations.join(parser.lexer)
    if joined is None:
        return found
    text, places = joined
    other = Parser(text, 0, len(text), 0).run()
    if len(other.problems) > len(found.problems):
        return found
    return continuations.moved(other, places)  # type: ignore[no-any-return]


def _region(text: str, start: int, end: int, depth: int) -> tree.Tree:
    """Parse a part of a text; `depth` says how many backticks stand around it."""
    if depth > MOST_REGIONS:
        problem = tree.SyntaxProblem(start, end, "backticks are nested too deeply to be read")
        return tree.Tree(start, end, (), (problem,), ())
    return Parser(text, start, end, depth).run()


class Parser:
    """One parse: the stack, and the lexer that feeds it.

    states and values are the parser's stack; a value is what the actions of `build` made, or the
    number of a token. problems: what was found wrong so far.
    """

    def __init__(self, text: str, start: int, end: int, depth: int) -> None:
        self.start = start
        self.tables = tables()
        self.lexer = Lexer(text, start, end)
        self.builder = build.Builder(
            self.lexer, lambda text, start, end: _region(text, start, end, depth + 1)
        )
        self.states = [0]
        self.values: list[Any] = [None]
        self.problems: list[tree.SyntaxProblem] = []
        self.budget = 4 * (end - start) + 100_000
        self.stuck = -1
        self.last_arm_seen = False

    def run(self) -> tree.Tree:
        """Parse everything and return the tree."""
        lexer = self.lexer
        more = True
        while more:
            first = len(lexer.kinds)
            more = lexer.line()
            if not more:
                lexer.add("$END", lexer.end, lexer.end)
            more = self._feed(first) or more
        return self._tree()

    def _feed(self, token: int) -> bool:
        """Take the tokens from `token` on; return whether the lexer was sent back to read more."""
        while True:
            token = self.consume(token)
            if token >= len(self.lexer.kinds) or self.states[-1] == self.tables.accept:
                return False
            from sgdlint.shell import recovery  # imported when there is a mistake

            token = recovery.recover(self, token)
            if token < 0:
                return True

    def consume(self, token: int) -> int:
        """Take tokens; return the number of the one that fits nowhere, or of the one to come."""
        rows, defaults, rules = self.tables.rows, self.tables.defaults, self.tables.rules
        states, values, kinds = self.states, self.values, self.lexer.kinds
        builder, makers = self.builder, build.MAKERS
        stop = len(kinds)
        state = states[-1]
        while token < stop:
            kind = kinds[token]
            action = rows[state].get(kind) or defaults[state]
            if action > 0:
                make = makers.get(kind)
                values.append(token if make is None else make(builder, token))
                states.append(action)
                state = action
                token += 1
                if len(states) > MOST_STATES:
                    return token - 1
            elif action < 0:
                origin, length, act = rules[action]
                if length == 1:
                    del states[-1]
                    if act is not None:
                        values[-1] = act(builder, values[-1:])
                else:
                    children = values[-length:] if length else []
                    if length:
                        del states[-length:], values[-length:]
                    values.append(act(builder, children))  # type: ignore[misc]
                state = rows[states[-1]][origin]
                states.append(state)
            else:
                return token
        return token

    def report(self, start: int, end: int, message: str) -> None:
        """Note a problem, unless one was found in the same line just before."""
        if self.problems:
            last = self.problems[-1]
            again = message == last.message == TOO_DEEP
            between = self.lexer.text[min(last.start, start) : max(last.start, start)]
            if again or "\n" not in between or len(self.problems) >= MOST_PROBLEMS:
                return
        self.problems.append(tree.SyntaxProblem(start, end, message))

    def _tree(self) -> tree.Tree:
        """Return the tree of what was read."""
        lexer, builder = self.lexer, self.builder
        last = self.values[-1]
        statements = last if isinstance(last, list) else []
        problems = self.problems + builder.complaints
        comments = [
            tree.Comment(start, end, lexer.text[start:end]) for start, end in set(lexer.comments)
        ]
        for nested in builder.nested:
            problems += nested.problems
            comments += nested.comments
        return tree.Tree(
            self.start,
            lexer.end,
            tuple(statements),
            tuple(sorted(problems, key=_position)[:MOST_PROBLEMS]),
            tuple(sorted(comments, key=_position)),
        )


def _position(node: tree.Node) -> int:
    return node.start
