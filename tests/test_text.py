"""The text format: what is underlined, what of long lines is shown, how a fix looks."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest

from sgdlint.finding import Checked, Edit, Finding, Fix, Related, Report
from sgdlint.formatters import text as formatter
from sgdlint.formatters.columns import grid, visible, wrapped
from sgdlint.source import Source, Span

LONG = (
    "sglang generate --prompt '" + "sea " * 40 + "' --num-gpus 8 " + "--seed 1 " * 20 + "--warmup"
)


def spans(marked: str) -> tuple[str, list[Span]]:
    """Return a text without its `«»`, and the spans that they enclosed."""
    text, found, start = "", [], 0
    for character in marked:
        if character == "«":
            start = len(text)
        elif character == "»":
            found.append(Span(start, len(text)))
        else:
            text += character
    return text, found


def finding(
    span: Span,
    related: Sequence[Related] = (),
    fix: Fix | None = None,
    message: str = "wrong",
    hint: str = "",
) -> Finding:
    return Finding(
        "SGD001", "a-rule", "error", "", True, message, span, hint, "", tuple(related), fix
    )


def report(
    source: Source, *findings: Finding, sglang: str = "0.5.23", origin: str = "line 1"
) -> Report:
    checked = (Checked(Span(0, 0), (sglang,), origin),)
    return Report(source, sglang, origin, findings, (), (({},),), checked)


def shown(marked: str, width: int = 110, labels: Sequence[str] = (), first: int = 0) -> list[str]:
    """Return the excerpt of a text whose marks are in `«»`; the finding's own is number `first`."""
    text, found = spans(marked)
    places = [found[first], *found[:first], *found[first + 1 :]]
    told = [*labels, *[""] * len(places)]
    one = finding(places[0], [Related(*pair) for pair in zip(places[1:], told, strict=False)])
    return body([report(Source("run.sh", text), one)], width)


def body(reports: Sequence[Report], width: int = 110) -> list[str]:
    """Return what stands below the message of the first finding."""
    lines = formatter.plain(formatter.render(reports, width)).split("\n")
    return lines[2 : lines.index("")]


def changes(text: str, edits: Sequence[tuple[str, str]], width: int = 110) -> list[str]:
    """Return the diff of edits, each given as the words (in `«»` in the text) and the new ones."""
    plain, found = spans(text)
    made = [Edit(span, new) for span, (old, new) in zip(found, edits, strict=True)]
    assert [plain[one.span.start : one.span.end] for one in made] == [old for old, _ in edits]
    one = finding(found[0], fix=Fix("do it", "safe", tuple(made)))
    lines = body([report(Source("run.sh", plain), one)], width)
    note = next(number for number, line in enumerate(lines) if "= fix: do it" in line)
    return lines[note + 1 :]


# --- underlines -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marked", "lines"),
    [
        ("a «--bad» b", [" 1 | a --bad b", "   |   ^^^^^"]),
        ("«a»", [" 1 | a", "   | ^"]),
        ("a «»b", [" 1 | a b", "   |   ^"]),
        ("a«»", [" 1 | a", "   |  ^"]),
        ("a\r\nb «c»\r\n", [" 2 | b c", "   |   ^"]),
        ("a«\r\n»b", [" 1 | a", "   |  ^"]),
        ("\ta «b»", [" 1 |     a b", "   |       ^"]),
        ("短短 «--bad» x", [" 1 | 短短 --bad x", "   |      ^^^^^"]),
        ("«短短»", [" 1 | 短短", "   | ^^^^"]),
        ("e\u0301 «b»", [" 1 | e\u0301 b", "   |   ^"]),
        ("👩\u200d💻 «b»", [" 1 | 👩\u200d💻 b", "   |    ^"]),
        ("a \x1b[31m«b»", [" 1 | a \ufffd[31mb", "   |        ^"]),
        # Several words of one line; where they overlap the finding's own is seen.
        ("«a» b «c»", [" 1 | a b c", "   | ^   -"]),
        # A span of several lines: without indents, blank lines and continuations.
        (
            "«x \\\n  --a \\\n  --b» c",
            [" 1 | x \\", "   | ^", " 2 |   --a \\", "   |   ^^^", " 3 |   --b c", "   |   ^^^"],
        ),
        ("«'a\n\nb'»", [" 1 | 'a", "   | ^^", " 2 |", " 3 | b'", "   | ^^"]),
    ],
)
def test_underline(marked: str, lines: list[str]) -> None:
    assert shown(marked) == lines


@pytest.mark.parametrize(
    ("marked", "seen"),
    [
        ("«1\n2\n3\n4»\n5", "1234"),
        ("«1\n2\n3\n4\n5»", "1234…"),
        ("«1\n2\n3\n4\n5»\n6\n7\n8\n9 «x»", "1234…9"),
        ("«1\n2\n3\n4\n5»\n6 «x»", "123456"),
    ],
)
def test_at_most_four_lines_of_a_span_are_shown(marked: str, seen: str) -> None:
    lines = [line for line in shown(marked) if not line.startswith("   |")]
    assert "".join(line[1] for line in lines) == seen


@pytest.mark.parametrize(
    ("marked", "first", "lines"),
    [
        ("«a»\n«b»", 0, [" 1 | a", "   | ^", " 2 | b", "   | -"]),
        ("«a»\nb\n«c»", 0, [" 1 | a", "   | ^", " 2 | b", " 3 | c", "   | -"]),
        ("«a»\n\n\n«d»", 0, [" 1 | a", "   | ^", " … |", " 4 | d", "   | -"]),
        ("«a»\n\n\n«d»", 1, [" 1 | a", "   | -", " … |", " 4 | d", "   | ^"]),
        ("«a»" + "\n" * 9 + "«d»", 0, ["  1 | a", "    | ^", "  … |", " 10 | d", "    | -"]),
    ],
)
def test_lines_that_are_far_apart(marked: str, first: int, lines: list[str]) -> None:
    assert shown(marked, first=first) == lines


def test_the_finding_is_seen_where_marks_overlap() -> None:
    one = finding(Span(2, 4), [Related(Span(0, 6), "all of it")])
    lines = body([report(Source("run.sh", "abcdef"), one)])
    assert lines == [" 1 | abcdef", "   | --^^-- all of it"]


@pytest.mark.parametrize(
    ("label", "lines"),
    [
        ("name", ["   |   ^    -"]),
        ("of this launch", ["   |   ^    - of this launch"]),
        ("a" * 20 + " " + "b" * 20, ["   |   ^    -", "   | " + "a" * 20, "   | " + "b" * 20]),
    ],
)
def test_a_label_stands_where_it_fits(label: str, lines: list[str]) -> None:
    assert shown("a «b»  c «d»", 40, [label])[1:] == lines


def test_a_label_does_not_stand_behind_other_words() -> None:
    lines = ["   |   -    ^", "   |   of this launch"]
    assert shown("a «b»  c «d»", 40, ["of this launch"], first=1)[1:] == lines


# --- long lines -----------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [40, 60, 80, 110, 120, 500])
@pytest.mark.parametrize("words", ["--num-gpus", "sglang", "--warmup", "'sea sea", "sea '"])
@pytest.mark.parametrize("filler", ["sea", "海洋", "e\u0301", "👩\u200d💻"])
def test_the_underline_is_below_the_words(width: int, words: str, filler: str) -> None:
    line, words = LONG.replace("sea", filler), words.replace("sea", filler)
    source, underline = shown(line.replace(words, f"«{words}»", 1), width)
    cells, places = grid(source)
    assert len(cells) <= width
    assert len(grid(underline)[0]) == places[source.index(words) + len(words)]
    assert underline.count("^") == len(grid(words)[0])
    assert underline.index("^") == places[source.index(words)]


@pytest.mark.parametrize(
    ("marked", "lines"),
    [
        # Both words are shown, and what is between them is left out.
        (
            "«A=1» sglang generate --model-path org/name --seed 1 «--warmup» --port 1",
            [" 1 | A=1 sglang…seed 1 --warmup --port…", "   | ^^^               --------"],
        ),
        # The second does not fit any more: the first one counts.
        (
            "«--one-long-option-name» sglang generate «--second-long-option-name»",
            [" 1 | --one-long-option-name sglang gene…", "   | ^^^^^^^^^^^^^^^^^^^^^^"],
        ),
        # A span that is itself too long keeps its beginning.
        (
            "sglang «'" + "0123456789" * 6 + "'» end",
            [" 1 | …ng '0123456789012345678901234567…", "   |     " + "^" * 29],
        ),
        # One column is not worth an ellipsis.
        (
            "a" * 17 + "«b»" + "c" * 32,
            [" 1 | " + "a" * 17 + "b" + "c" * 16 + "…", "   | " + " " * 17 + "^"],
        ),
    ],
)
def test_a_long_line_is_cut_around_its_words(marked: str, lines: list[str]) -> None:
    assert shown(marked, 40) == lines


@pytest.mark.parametrize("width", [0, -1])
def test_a_terminal_without_a_width_gets_the_usual_one(width: int) -> None:
    assert shown(f"«{LONG}»", width) == shown(f"«{LONG}»", formatter.WIDTH)


# --- prose ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("one two", ["one two"]),
        ("one two three", ["one two", "three"]),
        ("one  two", ["one  two"]),
        ("exactlyten", ["exactlyten"]),
        ("exactlyten more", ["exactlyten", "more"]),
        ("a wordthatistoolong b", ["a", "wordthatis", "toolong b"]),
        ("短短短 短短", ["短短短", "短短"]),
        ("a短短短短短短", ["a短短短短", "短短"]),
        ("a\x1b[31m", ["a\ufffd[31m"]),
    ],
)
def test_wrap_at_ten_columns(text: str, lines: list[str]) -> None:
    assert wrapped(text, 10) == lines


def test_messages_and_notes_are_wrapped_with_an_indent() -> None:
    words = "many words that do not fit into a line"
    one = finding(Span(0, 1), message=words, hint=words, fix=Fix(words, "unsafe", ()))
    lines = formatter.plain(formatter.render([report(Source("run.sh", "a"), one)], 40)).split("\n")
    assert lines[1 : lines.index("")] == [
        "  many words that do not fit into a line",
        " 1 | a",
        "   | ^",
        "   = help: many words that do not fit",
        "           into a line",
        "   = fix (unsafe): many words that do",
        "                   not fit into a line",
    ]


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    edit = Edit(Span(3, 3), "and more " * 30)
    words = "words " * 40 + "短" * 80
    marks = [Related(Span(300, 302), words), Related(Span(200, 210), "of it")]
    one = finding(Span(0, 9), marks, Fix(words, "safe", (edit,), words), words, words)
    reports = [report(Source("run.sh", LONG), one), report(Source("b.sh", ""))]
    lines = formatter.render(reports, width)
    assert max(len(grid("".join(part for part, _ in line))[0]) for line in lines) <= width


# --- what a fix changes ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "edits", "lines"),
    [
        ("x «--a» b\n", [("--a", "--c")], ["   - x --a b", "   + x --c b"]),
        ("x «--a» «b»", [("--a", "--c"), ("b", "d")], ["   - x --a b", "   + x --c d"]),
        ("x --a«»\n", [("", " \\\n  --b")], ["   - x --a", "   + x --a \\", "   +   --b"]),
        # A whole line comes or goes.
        ("x \\\n«»  --b\n", [("", "  --a \\\n")], ["   +   --a \\"]),
        ("x\n«y\n»z\n", [("y\n", "")], ["   - y"]),
        ("x\n«y\n»", [("y\n", "")], ["   - y"]),
        ("x\n«y»", [("y", "")], ["   - y"]),
        ("x\n«y»\nz", [("y", "")], ["   - y", "   +"]),
        ("x«\ny»", [("\ny", "")], ["   - y"]),
        ("x \\\n«--b \\\n»--b\n", [("--b \\\n", "")], ["   - --b \\"]),
        # The last line of a command goes, and the continuation before it.
        (
            "x \\\n --a« \\\n --b»\n",
            [(" \\\n --b", "")],
            ["   -  --a \\", "   -  --b", "   +  --a"],
        ),
        # Lines end with CR LF.
        ("x \\\r\n  «--a» \\\r\n", [("--a", "--c")], ["   -   --a \\", "   +   --c \\"]),
        ("x\r\n«y\r\n»z\r\n", [("y\r\n", "")], ["   - y"]),
        ("x\r\n«y\r\n»", [("y\r\n", "")], ["   - y"]),
        (
            "x --a«»\r\n",
            [("", " \\\r\n  --b")],
            ["   - x --a", "   + x --a \\", "   +   --b"],
        ),
        # Places that are apart are shown one after the other.
        (
            "«a»\nb\nc\n«d»",
            [("a", "A"), ("d", "D")],
            ["   - a", "   + A", "   - d", "   + D"],
        ),
        ("«a»\n«b»", [("a", "A"), ("b", "B")], ["   - a", "   - b", "   + A", "   + B"]),
        # A character that others take for a line end is none here.
        ("a\x0cb «c»", [("c", "d")], ["   - a\ufffdb c", "   + a\ufffdb d"]),
        ("«a»", [("a", "a")], []),
        ("«a»", [("a", "1\n2\n3\n4\n5\n6\n7")], ["   - a", *(f"   + {n}" for n in "123456…")]),
    ],
)
def test_diff(text: str, edits: list[tuple[str, str]], lines: list[str]) -> None:
    assert changes(text, edits) == lines


@pytest.mark.parametrize("width", [40, 80, 110])
@pytest.mark.parametrize("filler", ["sea", "海洋"])
@pytest.mark.parametrize("new", ["--num-gpus", "-n", "--number-of-gpus"])
def test_what_is_removed_and_added_lines_up(width: int, filler: str, new: str) -> None:
    line = LONG.replace("sea", filler).replace("--num-gpus", "«--num_gpus»")
    removed, added = changes(line, [("--num_gpus", new)], width)
    before, after = removed[5:].split("--num_gpus")
    assert added[5:].split(new + " ")[0] == before
    assert before.startswith("…")
    assert after.rstrip("…").strip().startswith("8")
    assert new + " 8" in added


def test_two_lines_are_cut_alike_when_only_one_is_too_long() -> None:
    removed, added = changes("0123456789" * 3 + " «a» b", [("a", "option")], 40)
    same = "…" + ("0123456789" * 3)[5:] + " "
    assert (removed, added) == (f"   - {same}a b", f"   + {same}option b")


# --- what can be seen -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("plain", "plain"),
        ("a\tb", "a    b"),
        ("\x1b[31m\x07\x7f", "\ufffd[31m\ufffd\ufffd"),
        ("短 é", "短 é"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        # A joiner between plain letters only hides itself.
        ("--num\u200d-gpus", "--num\ufffd-gpus"),
        ("\u200d短", "\ufffd短"),
        ("短\u200d", "短\ufffd"),
        *((f"短{hidden}短", "短\ufffd短") for hidden in "\u200b\u200e\u200f\u2060\ufeff\xad\u061c"),
        *((f"短{hidden}短", "短\ufffd短") for hidden in "\u202a\u202b\u202c\u202d\u202e"),
        *((f"短{hidden}短", "短\ufffd短") for hidden in "\u2066\u2067\u2068\u2069\U000e0041"),
        *((f"短{hidden}短", "短\ufffd短") for hidden in "\u3164\u115f\u1160\uffa0\u2800\xa0"),
        ("a\u2028b\x85c\x00", "a\ufffdb\ufffdc\ufffd"),
    ],
)
def test_visible(text: str, seen: str) -> None:
    assert visible(text) == seen
    assert "".join(grid(text)[0]) == seen


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", [0]),
        ("ab", [0, 1, 2]),
        ("a\tb", [0, 1, 5, 6]),
        ("短a", [0, 2, 3]),
        ("\uff5ea", [0, 2, 3]),
        ("e\u0301a", [0, 0, 1, 2]),
        ("短\u0301a", [0, 1, 2, 3]),
        ("\u0301a", [0, 1, 2]),
        ("👩\u200d💻a", [0, 1, 1, 2, 3]),
        ("👍\U0001f3fda", [0, 1, 2, 3]),
        ("\u1112\u1161\u11ab!", [0, 1, 1, 2, 3]),
    ],
)
def test_columns(text: str, columns: list[int]) -> None:
    assert list(grid(text)[1]) == columns


# --- the closing lines ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("releases", "end"),
    [
        ([("0.5.23", "line 3")], "1 launch in 1 file; SGLang 0.5.23 (from line 3)"),
        ([("0.5.23", "line 3")] * 2, "2 launches in 2 files; SGLang 0.5.23"),
        ([("0.5.23", "line 3"), ("0.5.23", "line 4")], "2 launches in 2 files; SGLang 0.5.23"),
        (
            [("0.5.23", "line 3"), ("0.5.12", "line 3")],
            "2 launches in 2 files; SGLang 0.5.12 and 0.5.23",
        ),
        (
            [("0.5.23", "line 3"), ("0.5.12", "line 1"), ("0.5.9", "line 1")],
            "3 launches in 3 files; SGLang 0.5.9, 0.5.12 and 0.5.23",
        ),
        (
            [("0.5.23", "line 3"), ("0.5.23", "the newest release known")],
            "2 launches in 2 files; SGLang 0.5.23",
        ),
        (
            [("0.5.12", "the command line")] * 2,
            "2 launches in 2 files; SGLang 0.5.12 (from the command line)",
        ),
        (
            [("0.5.23", "the newest release known")] * 2,
            "2 launches in 2 files; SGLang 0.5.23 (the newest release known)",
        ),
        ([], "0 launches in 0 files"),
    ],
)
def test_releases_in_the_summary(releases: list[tuple[str, str]], end: str) -> None:
    reports = [report(Source("", ""), sglang=name, origin=origin) for name, origin in releases]
    assert formatter.plain(formatter.render(reports)) == f"No findings: {end}\n"


def test_a_file_without_launches_says_nothing_about_releases() -> None:
    empty = Report(Source("", ""), "0.5.9", "line 1", ())
    lines = formatter.plain(formatter.render([report(Source("", "")), empty]))
    assert lines == "No findings: 1 launch in 2 files; SGLang 0.5.23\n"


# --- colours --------------------------------------------------------------------------------------


def test_colours_change_nothing_but_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    one = finding(Span(0, 9), fix=Fix("do it", "safe", (Edit(Span(0, 3), "短"),)))
    lines = formatter.render([report(Source("[red]run.sh", LONG), one)], 80)
    stream = io.StringIO()
    formatter.print_rich(lines, stream)
    text = stream.getvalue()
    assert "\x1b[1;31m^^^^^^^^^" in text
    for code in ("0", "1", "2", "31", "32", "34", "1;31"):
        text = text.replace(f"\x1b[{code}m", "")
    assert [line.rstrip() for line in text.split("\n")] == formatter.plain(lines).split("\n")


def test_a_code_is_a_link_to_its_address_or_its_page() -> None:
    assert formatter._style("SGD403 x", "code https://x.org/1", True).endswith(
        " link https://x.org/1"
    )
    page = formatter._style("SGD201 unknown-option", "code", True).partition(" link ")[2]
    assert page.startswith("file:///")
    assert page.endswith("/docs/rules/options.md#sgd201")
    assert "link" not in formatter._style("SGD201 unknown-option", "code", False)
    assert "link" not in formatter._style("OPS1 of-ours", "code", True)
