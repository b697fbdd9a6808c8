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
from sgdlint.shell.lexer import Lexer, commands

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from sgdlint.shell.builder import Action

    Rule = tuple[str, int, Action]

AT_ONCE: Final = 1000
GROW: Final = 2000
"""Actions above these take a symbol and reduce; `scripts/build_tables.py` makes them."""
MOST_PROBLEMS: Final = 100
"""Of more problems than this, the later ones are not told."""
TOKENS_AT_ONCE: Final = 500
"""So many tokens are read before they are parsed."""
MOST_REGIONS: Final = 8
"""Backticks nested deeper than this are not read."""


class Tables:
    """The tables: per state its actions by symbol, its default reduction, and how it is reached.

    An action above zero is the state to go to, below zero the rule to reduce by; above AT_ONCE it
    is a rule to reduce by as soon as the symbol was taken, and above GROW one after which the state
    is as before.
    """

    def __init__(self, data: dict[str, Any]) -> None:
        self.rows: list[dict[str, int]] = data["rows"]
        self.defaults: list[int] = [-rule for rule in data["defaults"]]
        self.symbols: list[str] = data["symbols"]
        self.accept: int = data["accept"]
        self.rules: list[Rule] = [
            (origin, length, build.ACTIONS[action or "first"])
            for origin, length, action in data["rules"]
        ]
        self.rules.append(("", 0, build.ACTIONS["nothing"]))
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
    found = _read(text)
    if "\\\n" in text or "\\\r\n" in text:
        found = _joined(text, found)
    if found.problems:
        from sgdlint.shell import lostquotes

        found = lostquotes.find(text, found.problems[0], _read) or found
    return found


def _read(text: str) -> tree.Tree:
    return _region(text, 0, len(text), 0)


def _joined(text: str, found: tree.Tree) -> tree.Tree:
    """Return the tree of a text as it reads without the continuations inside its tokens."""
    from sgdlint.shell import continuations

    if not (found.problems or continuations.odd(text)):
        return found
    joined = continuations.join(text)
    if joined is None:
        return found
    shorter, places = joined
    other = _read(shorter)
    if len(other.problems) > max(len(found.problems) - 1, 0):
        return found
    return continuations.moved(other, places)  # type: ignore[no-any-return]


def _region(text: str, start: int, end: int, depth: int) -> tree.Tree:
    """Parse a part of a text; `depth` says how many backticks stand around it."""
    if depth > MOST_REGIONS:
        problem = tree.SyntaxProblem(start, end, "backticks are nested too deeply to be read")
        return tree.Tree(start, end, (), (problem,), ())
    return Parser(text, start, end, depth).whole() or Parser(text, start, end, depth).run()


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

    def whole(self) -> tree.Tree | None:
        """Parse a text without a mistake and return the tree; None when there is a mistake.

        Many lines are read at a time, and none of what is needed to go on after a mistake is kept.
        """
        lexer, accept = self.lexer, self.tables.accept
        more = True
        while more:
            first = len(lexer.kinds)
            more = lexer.line(TOKENS_AT_ONCE)
            if not more:
                lexer.add("$END", lexer.end, lexer.end)
            last = len(lexer.kinds)
            if self.consume(first) < last and self.states[-1] != accept:
                return None
            self._forget_tokens()
        return self._tree()

    def run(self) -> tree.Tree:
        """Parse everything line by line, go on after mistakes, and return the tree."""
        lexer = self.lexer
        more = True
        while more:
            first = len(lexer.kinds)
            more = lexer.line()
            if not more:
                lexer.add("$END", lexer.end, lexer.end)
            more = self._feed(first) or more
        return self._tree()

    def _forget_tokens(self) -> None:
        """Drop the tokens that are nodes by now; those that wait on the stack get new numbers."""
        lexer, values = self.lexer, self.values
        if any(frame.run is not commands for frame in lexer.stack):
            return  # inside a word, which knows its first token
        places = [place for place, value in enumerate(values) if type(value) is int]
        tokens = [values[place] for place in places]
        lexer.kinds[:] = [lexer.kinds[token] for token in tokens]
        lexer.starts[:] = [lexer.starts[token] for token in tokens]
        lexer.ends[:] = [lexer.ends[token] for token in tokens]
        for number, place in enumerate(places):
            values[place] = number

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
            rule = rows[state].get(kind) or defaults[state]
            unseen = 0  # of a rule's last symbols: those that have a value but no state
            if rule > 0:
                make = makers.get(kind)
                value = token if make is None else make(builder, token)
                token += 1
                if rule > GROW:
                    values[-1] = rules[GROW - rule][2](builder, [values[-1], value])
                    continue
                values.append(value)
                if rule < AT_ONCE:
                    states.append(rule)
                    state = rule
                    if len(states) > MOST_STATES:
                        return token - 1
                    continue
                rule, unseen = AT_ONCE - rule, 1
            elif not rule:
                return token
            while rule < 0:
                origin, length, act = rules[rule]
                if length == 1:
                    values[-1] = act(builder, values[-1:])
                else:
                    children = values[-length:] if length else []
                    del values[len(values) - length :]
                    values.append(act(builder, children))
                if length > unseen:
                    del states[unseen - length :]
                state = rows[states[-1]][origin]
                if state > GROW:
                    value = values.pop()
                    values[-1] = rules[GROW - state][2](builder, [values[-1], value])
                    state = states[-1]
                    break
                rule, unseen = AT_ONCE - state, 1
            else:
                states.append(state)
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
        known = {problem.start for problem in self.problems}
        problems = [
            *self.problems,
            *(problem for problem in builder.complaints if problem.start not in known),
        ]
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
