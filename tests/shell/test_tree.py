"""What the tree of a script looks like, in the notation of `shell.notation`."""

from __future__ import annotations

import json

import pytest
from shell.notation import short
from shell.snippets import ACCEPTED
from shell.test_recovery import walk

from sgdlint.shell import tree
from sgdlint.shell.dump import to_dict
from sgdlint.shell.parser import Parser, parse

WORDS = [
    ("a\\ b", "a b"),
    ("a\\\nb", "a+b"),
    ("'a b'c", "SingleQuoted(text=a b)+c"),
    ("$'a\\tb\\x41\\u00e9'", "AnsiQuoted(text=a\tbAé)"),
    ("$'\\xff'", "AnsiQuoted()"),
    ('"a\\"b\\c"', 'DoubleQuoted(parts=[a"b\\c])'),
    ('$"a"', "DoubleQuoted(parts=[a], translated=True)"),
    ('""', "DoubleQuoted()"),
    ('"a $x"', "DoubleQuoted(parts=[a  Parameter(name=x)])"),
    ("$1", "Parameter(name=1)"),
    ("$10", "Parameter(name=1)+0"),
    ("${10}", "Parameter(name=10, braces=True)"),
    ('"$@"', "DoubleQuoted(parts=[Parameter(name=@)])"),
    ("${x:-a b}", "Parameter(name=x, operator=:-, arguments=[a b], braces=True)"),
    ("${x:-}", "Parameter(name=x, operator=:-, arguments=[<empty>], braces=True)"),
    ("${x:=~/a}", "Parameter(name=x, operator=:=, arguments=[Tilde(text=~)+/a], braces=True)"),
    ("${x##*/}", "Parameter(name=x, operator=##, arguments=[Glob(text=*)+/], braces=True)"),
    ("${x//a/b}", "Parameter(name=x, operator=//, arguments=[a b], braces=True)"),
    ("${x/#a}", "Parameter(name=x, operator=/#, arguments=[a], braces=True)"),
    ("${x:1:2}", "Parameter(name=x, operator=:, arguments=[1 2], braces=True)"),
    ("${x@Q}", "Parameter(name=x, operator=@, arguments=[Q], braces=True)"),
    ("${#x}", "Parameter(name=x, prefix=#, braces=True)"),
    ("${#}", "Parameter(name=#, braces=True)"),
    ("${!x}", "Parameter(name=x, prefix=!, braces=True)"),
    ("${!x@}", "Parameter(name=x, prefix=!, operator=@, braces=True)"),
    ("${!a[@]}", "Parameter(name=a, prefix=!, subscript=@, braces=True)"),
    ("${a[$i]}", "Parameter(name=a, subscript=Parameter(name=i), braces=True)"),
    ("${a[@]:1}", "Parameter(name=a, subscript=@, operator=:, arguments=[1], braces=True)"),
    ("${x y}", "Parameter(arguments=[ y], braces=True)"),
    ("$(b c)", "CommandSubstitution(body=[Simple(words=[b c])])"),
    ("`b`", "CommandSubstitution(body=[Simple(words=[b])], backticks=True)"),
    ("$((1+$x))", "ArithmeticExpansion(text=1+$x, parts=[Parameter(name=x)])"),
    ("<(b)", "ProcessSubstitution(direction=<, body=[Simple(words=[b])])"),
    ("a*[b-c]?", "a+Glob(text=*)+Glob(text=[b-c])+Glob(text=?)"),
    ("@(a|b)c", "Glob(text=@(a|b))+c"),
    ("{a,b$x}", "BraceExpansion(text={a,b$x}, items=[a b+Parameter(name=x)])"),
    ("{1..3}", "BraceExpansion(text={1..3})"),
    ("{a}", "{a}"),
    ("{a,b", "{a,b"),
    ("~/a", "Tilde(text=~)+/a"),
    ("a~", "a~"),
    ("$", "$"),
]
COMMANDS = [
    ("A=1 b", "Simple(assignments=[Assignment(name=A, value=1)], words=[b])"),
    ("A=", "Simple(assignments=[Assignment(name=A)])"),
    ("A+=b", "Simple(assignments=[Assignment(name=A, value=b, append=True)])"),
    ("a[1]=b", "Simple(assignments=[Assignment(name=a, value=b, subscript=1)])"),
    (
        "a=(b [c]=d)",
        (
            "Simple(assignments=[Assignment(name=a, value=Array(elements=["
            "ArrayElement(value=b) ArrayElement(value=d, subscript=c)]))])"
        ),
    ),
    ("export A=$b", "Simple(words=[export Assignment(name=A, value=Parameter(name=b))])"),
    (
        "a >b 2>&1",
        (
            "Simple(words=[a], redirects=[Redirect(operator=>, target=b) "
            "Redirect(operator=>&, target=1, descriptor=2)])"
        ),
    ),
    ("a {f}<b", "Simple(words=[a], redirects=[Redirect(operator=<, target=b, descriptor={f})])"),
    (
        "a <<-E\n\tb $c\n\t\td\n\tE\n",
        (
            "Simple(words=[a], redirects=[Redirect(operator=<<-, target=E, "
            "body=b +Parameter(name=c)+\\nd\\n)])"
        ),
    ),
    (
        "a <<'E'\n\\$b \\\\\nE",
        (
            "Simple(words=[a], redirects=[Redirect(operator=<<, "
            "target=SingleQuoted(text=E), body=\\$b \\\\\\n)])"
        ),
    ),
    (
        'a <<E\n\\$b \\\\ \\"\nE',
        ('Simple(words=[a], redirects=[Redirect(operator=<<, target=E, body=$b \\ \\"\\n)])'),
    ),
    ("! a | b", "Pipeline(commands=[Simple(words=[a]) Simple(words=[b])], negated=True)"),
    ("time -p a", "Pipeline(commands=[Simple(words=[a])], timed=True)"),
    (
        "a && b || c",
        (
            "AndOr(left=AndOr(left=Simple(words=[a]), operator=&&, right=Simple(words=[b])),"
            " operator=||, right=Simple(words=[c]))"
        ),
    ),
    ("a &", "Background(command=Simple(words=[a]))"),
    ("(a) >b", "Subshell(body=[Simple(words=[a])], redirects=[Redirect(operator=>, target=b)])"),
    ("{ a; }", "Group(body=[Simple(words=[a])])"),
    (
        "if a; then b; elif c; then d; else e; fi",
        (
            "If(branches=["
            "Branch(condition=[Simple(words=[a])], body=[Simple(words=[b])]) "
            "Branch(condition=[Simple(words=[c])], body=[Simple(words=[d])])], "
            "otherwise=[Simple(words=[e])])"
        ),
    ),
    (
        "until a; do b; done",
        ("Loop(keyword=until, condition=[Simple(words=[a])], body=[Simple(words=[b])])"),
    ),
    ("for a in b c; do d; done", "For(keyword=for, name=a, words=[b c], body=[Simple(words=[d])])"),
    ("select a; do d; done", "For(keyword=select, name=a, body=[Simple(words=[d])])"),
    ("for ((a; b; c)) { d; }", "ArithmeticFor(text=a; b; c, body=[Simple(words=[d])])"),
    (
        "case a in (b|c) d;; e) ;& f) esac",
        (
            "Case(word=a, arms=[Arm(patterns=[b c], "
            "body=[Simple(words=[d])], terminator=;;) Arm(patterns=[e], terminator=;&) "
            "Arm(patterns=[f])])"
        ),
    ),
    ("f() { a; }", "Function(name=f, body=Group(body=[Simple(words=[a])]))"),
    ("function f (a)", "Function(name=f, body=Subshell(body=[Simple(words=[a])]))"),
    ("[[ ! -f a && b =~ (c d) ]]", "Conditional(words=[! -f a && b =~ (c d)])"),
    ("((a+$b))", "ArithmeticCommand(text=a+$b, parts=[Parameter(name=b)])"),
    ("coproc N { a; }", "Coprocess(name=N, command=Group(body=[Simple(words=[a])]))"),
]


def test_a_brace_expansion_beside_a_substitution_of_several_lines() -> None:
    for read in (lambda text: Parser(text, 0, len(text), 0).run(), parse):
        (command,) = read("echo {a,b}$(\nc\n)").statements
        assert isinstance(command, tree.Simple)
        assert isinstance(command.words[1], tree.Word)
        assert isinstance(command.words[1].parts[0], tree.BraceExpansion)


@pytest.mark.parametrize(("text", "expected"), WORDS)
def test_words(text: str, expected: str) -> None:
    found = parse(f"echo {text}")
    assert found.problems == ()
    command = found.statements[0]
    assert isinstance(command, tree.Simple)
    assert short(command.words[1]) == expected
    assert (command.words[1].start, command.words[1].end) == (5, 5 + len(text))


@pytest.mark.parametrize(("text", "expected"), COMMANDS)
def test_commands(text: str, expected: str) -> None:
    found = parse(text)
    assert found.problems == ()
    assert [short(statement) for statement in found.statements] == [expected]


@pytest.mark.parametrize("script", ACCEPTED)
def test_a_literal_without_escapes_is_the_source_at_its_span(script: str) -> None:
    for node in walk(parse(script)):
        source = script[node.start : node.end]
        if isinstance(node, tree.Literal) and "\\" not in source and "<<-" not in script:
            assert node.text == source


def test_spans_inside_backticks_are_those_of_the_script() -> None:
    script = "a `b \\`c d\\` e`"
    words = [node for node in walk(parse(script)) if isinstance(node, tree.Literal)]
    assert sorted(script[word.start : word.end] for word in words) == ["a", "b", "c", "d", "e"]


def test_comments_are_kept() -> None:
    found = parse("# a\nb # c\nx=(\n # d\n)\n$(e # f\n)")
    assert [comment.text for comment in found.comments] == ["# a", "# c", "# d", "# f"]


def test_a_dump_is_json_with_type_and_span_first() -> None:
    dumped = to_dict(parse("a b"))
    assert list(dumped) == ["type", "start", "end", "statements", "problems", "comments"]
    assert json.loads(json.dumps(dumped))["statements"][0]["words"][1] == {
        "type": "Word",
        "start": 2,
        "end": 3,
        "parts": [{"type": "Literal", "start": 2, "end": 3, "text": "b"}],
    }


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("if a; then ", "; fi"),
        ("{ ", "; }"),
        ("( ", " )"),
        ("while a; do ", "; done"),
        ('a "$(', ')"'),
        ("a <(", ")"),
        ("a && { ", "; }"),
        ("case a in b) ", ";; esac"),
        ("f() { ", "; }"),
        ("a ${x:-$(", ")}"),
        ("! ", ""),
    ],
)
def test_the_deepest_tree_can_still_be_dumped(opening: str, closing: str) -> None:
    chain = "a && " * 198 + "a"
    scripts = [opening * depth + chain + closing * depth for depth in range(20, 200)]
    trees = [found for found in map(parse, scripts) if not found.problems]
    assert json.dumps(to_dict(trees[-1]), indent=2)
