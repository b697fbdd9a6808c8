"""One finding for one mistake, at the right place, and the rest of the script is still read."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shell.notation import short
from shell.test_lexer import TEXTS

from sgdlint.record import fields_of
from sgdlint.shell import tree
from sgdlint.shell.interpreter import commands
from sgdlint.shell.parser import parse

ROWS = [
    # script, the text the problem stands at, its message, the statements that are left
    ("a ( b\nc", "b", "found `b`, expected `)`", "c"),
    ("a b (c)\nd", "(", "found `(`, expected the end of the command", "d"),
    ("a | | b\nc", "|", "found `|`, expected a command", "c"),
    ("a &&", "", "found the end of the file, expected a command", ""),
    ("a >\nb", "\n", "found the end of the line, expected a word", "b"),
    ("a <<\nb", "\n", "a here-document needs a delimiter here", "b"),
    ("a; fi; b\nc", "fi", "`fi` closes nothing that is open here", "a | c"),
    ("a )\nb", ")", "`)` closes nothing that is open here", "a | b"),
    ("if a; then\n b\n", "if", "`if` at line 1 has no `fi`", "a | b"),
    ("{ a\nb", "{", "`{` at line 1 has no `}`", "a | b"),
    ("a\nfor i in 1 2; do\n b\n", "for", "`for` at line 2 has no `done`", "a | b"),
    ("case x in\n a) b;;\n", "case", "`case` at line 1 has no `esac`", "b"),
    (
        "if a then\n b\nfi\nc",
        "fi",
        "found `fi`, but `if` at line 1 has no `then`",
        "a then | b | c",
    ),
    (
        "while a\n b\ndone\nc",
        "done",
        "found `done`, but `while` at line 1 has no `do`",
        "a | b | c",
    ),
    ("for i in a b do\n x\ndone\ny", "x", "found `x`, expected `do`", "y"),
    ("if a; then fi\nb", "fi", "found `fi`, expected a command before it", "If | b"),
    (
        "while a; do\n if b; then\n  c\ndone\nd",
        "if",
        "`if` at line 2 has no `fi`, and here is `done` at line 4",
        "Loop | d",
    ),
    ("if a; then\n b ( c\n d\nfi\ne", "c", "found `c`, expected `)`", "If | e"),
    ("f() {\n a\n b )\n c\n}\nd", ")", "`)` closes nothing that is open here", "a | b | c | d"),
    ("case x in\n a) b;;\n c d) e;;\n f) g;;\nesac\nh", "d", "found `d`, expected `)`", "Case | h"),
    ("case x in\n a) b ( c;;\n d) e;;\nesac\nf", "c", "found `c`, expected `)`", "Case | f"),
    ('echo "a\nb', '"', 'this `"` is never closed', "b"),
    ("echo 'a\nb", "'", "this `'` is never closed", "b"),
    ("echo $'a\nb", "$", "this `$'` is never closed", "b"),
    ("echo `a\nb", "`", "this ` is never closed", "b"),
    ("echo ${x\nb", "${", "`${` at line 1 has no `}`", "b"),
    ("x=$(a\nb", "$(", "`$(` at line 1 has no `)`", "b"),
    ("x=$((1\nb", "$((", "`$((` at line 1 has no `))`", "b"),
    ("a=(b\nc", "(", "`(` at line 1 has no `)`", "c"),
    ("a=(b;c)\nd", ";", "`;` cannot stand here", "d"),
    ("a @(b\nc", "@", "this `(` is never closed", "c"),
    ("[[ a b ]]\nc", "b", "found `b`, expected `]]`", "c"),
    ("[[ a == b\nc\nd", "c", "found `c`, expected `]]`", "d"),
    ("[[ a == b", "[[", "`[[` at line 1 has no `]]`", ""),
    ("f()\nx\ny", "x", "found `x`, expected a body such as `{ …; }`", "y"),
    ("cat <<E\n$(\nE\nb", "$(", "`$(` at line 2 has no `)`, and here is `E` at line 3", "b"),
    ("a <<E (\nx y\nE\nb", "(", "found `(`, expected the end of the command", "b"),
    ('a "$(b ( c)"\nd', "c", "found `c`, expected `)`", "d"),
    ("a `b; if`\nc", "if", "`if` at line 1 has no `fi`", "a CommandSubstitution | c"),
    ('if a; then b\nelif "x\n y\nfi\nz', '"', 'this `"` is never closed', "a | b | y | z"),
    (
        "for ((a;b)); do c; done\nd",
        "((",
        "`for ((…))` needs three expressions, with `;` between them",
        "ArithmeticFor | d",
    ),
    ("for $x in a; do b; done\nc", "$x", "found `$x`, expected a name", "c"),
    ("for ${x%y} in a; do b; done\nc", "", "found `$`, expected a name", "c"),
]


LOST = [
    # the line with the lost quote, then lines of a script around it
    'x="$a',
    "x='a b",
    'if [ "$a = "b" ]; then c; fi',
    'x="a"b"',
    '"if a; then b; fi',
    "echo it's here",
    'x=$(a "$b)',
    'for i in "$a; do b; done',
]


@pytest.mark.parametrize("line", LOST)
@pytest.mark.parametrize("closing", ["", "f() {\n"])
def test_a_lost_quote_is_told_where_it_is(line: str, closing: str) -> None:
    before = "p \"$q\" 'r s'\n" + closing
    after = 'a "b c"\nd \'e f\' "$g"\nif [ "$h" = "i j" ]; then\n  k="l m"\nfi\n'
    after += "sglang 'x y'\n" + ("}\n" if closing else "")
    (problem,) = parse(before + line + "\n" + after).problems
    assert problem.message in ('this `"` is never closed', "this `'` is never closed")
    assert len(before) <= problem.start < len(before) + len(line)


def test_what_follows_a_lost_quote_is_read() -> None:
    found = parse('a "b c"\nd "e\nf "g h"\ni "j k"\n')
    assert names(found.statements) == "a DoubleQuoted | f DoubleQuoted | i DoubleQuoted"


def test_a_lost_quote_in_a_function_leaves_the_rest_of_it() -> None:
    found = parse('f() {\n  a\n  b "c\n  d "e f"\n}\nf "g h"\n')
    assert names(found.statements[0].body.body) == "a | d DoubleQuoted"  # type: ignore[attr-defined]


def test_a_string_of_several_lines_is_no_lost_quote() -> None:
    found = parse('a "b\n c"\nd "e\n f" g\nif x; then\n')
    assert [problem.message for problem in found.problems] == ["`if` at line 5 has no `fi`"]


def names(statements: tuple[tree.Node, ...]) -> str:
    return " | ".join(
        " ".join(short(word).partition("(")[0] for word in node.words)
        if isinstance(node, tree.Simple)
        else type(node).__name__
        for node in statements
    )


@pytest.mark.parametrize(("script", "at", "message", "rest"), ROWS)
def test_a_mistake_is_one_problem(script: str, at: str, message: str, rest: str) -> None:
    found = parse(script)
    assert [problem.message for problem in found.problems] == [message]
    assert script[found.problems[0].start : found.problems[0].end] == at
    assert names(found.statements) == rest


def test_two_mistakes_are_two_problems() -> None:
    found = parse("a ( b\nc\nd | | e\nf\n")
    assert [problem.start for problem in found.problems] == [4, 12]
    assert names(found.statements) == "c | f"


def test_a_windows_script_is_read_on_after_a_mistake() -> None:
    assert names(parse("a ( b\r\nc\r\n").statements) == "c"


@settings(max_examples=800, deadline=None)
@given(TEXTS)
def test_any_text_gives_a_tree_with_spans_inside_it(text: str) -> None:
    found = parse(text)
    for node in walk(found):
        assert 0 <= node.start <= node.end <= len(text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_characters_give_a_tree(text: str) -> None:
    assert parse(text).end == len(text)


def walk(node: tree.Node) -> list[tree.Node]:
    nodes, queue = [], [node]
    while queue:
        node = queue.pop()
        nodes.append(node)
        for name in fields_of(node):
            value = getattr(node, name)
            children = value if isinstance(value, tuple) else (value,)
            queue += [child for child in children if isinstance(child, tree.Node)]
    return nodes


N = 20_000
HOSTILE = {
    "parentheses": "(" * N,
    "braces": "{ " * N,
    "groups by line": "{\n" * N,
    "arithmetic": "$((" * N,
    "arithmetic by line": "$((\n" * N,
    "substitutions": "$(" * N,
    "quoted substitutions": '"$(' * N,
    "parameters": "${x:-" * N,
    "single quotes": "'" * (N + 1),
    "double quotes by line": 'a "\n' * (N + 1),
    "backticks": "`\\`" * N,
    "ifs": "if a; then\n" * N,
    "cases": "case x in\n" * N,
    "here-documents": "".join(f"a <<E{number}\n" for number in range(N)),
    "chains": "a && " * N + "a",
    "pipes": "a | " * N + "a",
    "semicolons": ";" * N,
    "closers": "fi\n" * N,
    "subscripts": "a[" * N,
    "arrays": "a=(" * N,
    "brace expansions": "{," * N + "}" * N,
    "extended globs": "@(" * N,
    "bangs": "! " * N,
    "tildes": "~" * N,
    "backslashes": "\\" * N,
    "returns": "\r" * N,
    "nothing": "\0" * N,
    "elif": "if a; then b; " + "elif a; then b; " * N + "fi",
    "conditions": "[[ " + "( " * N,
    "quoted variables": '"$x"' * N + "*",
    "variables": "$x" * N + "~",
    "variables in quotes": '"' + "$x" * N,
    "variables in quotes by line": '"$x \n' * (N + 1),
    "letters in quotes": '"$' + "x" * N,
    "continuations": "a\\\n" * N + "(",
    "variables over lines": "$\\\nx" * N + ")",
    "here-documents in substitutions": "$(a <<E\n" * N,
    "substitutions with waiting here-documents": "a <<E $(\n" * N,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_gives_few_problems_in_little_time(name: str) -> None:
    begin = time.process_time()
    found = parse(HOSTILE[name])
    assert time.process_time() - begin < 5
    assert len(found.problems) <= 100


@pytest.mark.parametrize("head", ["if", "while", "until"])
def test_a_condition_that_is_missing(head: str) -> None:
    last = "fi" if head == "if" else "done"
    text = f"{head}\n{'then' if head == 'if' else 'do'} sglang serve; {last}\nsglang generate\n"
    found = commands(parse(text), text)
    assert "generate" in [word.text for one in found for word in one.words]
