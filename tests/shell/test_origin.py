"""Where the words of strings stand in the file: split, escaped, continued, or read as a script."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgdlint.cli import main
from sgdlint.launch.recognise import launches
from sgdlint.shell import escapes
from sgdlint.shell.interpreter import commands
from sgdlint.shell.origin import stretch
from sgdlint.shell.parser import parse
from sgdlint.shell.values import Word

QUOTED = re.compile(r'\\\n|\\([$`"\\])')
HEREDOC = re.compile(r"\\\n|\\([$`\\])")


def unquoted(source: str, escape: re.Pattern[str]) -> str:
    """Remove escapes, as bash does in double quotes or in a here-document."""
    return escape.sub(lambda found: found.group(1) or "", source)


def arguments(script: str) -> tuple[Word, ...]:
    """Return the arguments of the last launch."""
    return launches(commands(parse(script), script))[-1].arguments


# --- split strings --------------------------------------------------------------------------------

TEXT = st.lists(
    st.sampled_from(
        ["--a", "b", "é", "0", " ", "  ", "\n", "\t", "\\\n", '\\"', "\\$", "\\`", "'"]
    ),
    max_size=25,
).map("".join)


@given(TEXT)
@settings(max_examples=400)
def test_words_split_from_a_string_know_their_source(text: str) -> None:
    script = f'A="{text}"\nsglang serve $A'
    words = arguments(script)
    assert [word.text for word in words] == unquoted(text, QUOTED).split()
    for word in words:
        start, end = stretch(word.pieces)
        assert word.written_start < 0 or len(words) == 1
        assert start >= 3
        assert unquoted(script[start:end], QUOTED) == word.text


# --- scripts in strings ---------------------------------------------------------------------------

INNER = st.lists(
    st.sampled_from(
        ["a", "--b", "é", " ", " ", "\\\n", "\\\n ", '\\"c d\\"', "'e f'", "'\\\\'", "''"]
    ),
    max_size=15,
).map("".join)


@given(INNER)
@settings(max_examples=300)
def test_words_of_a_script_in_double_quotes_know_their_source(text: str) -> None:
    script = f'bash -c "sglang serve {text}"; echo'
    check_written(script, unquoted(text, QUOTED), QUOTED)


@given(INNER.map(lambda text: text.replace('\\"', '"')))
@settings(max_examples=300)
def test_words_of_a_here_document_know_their_source(text: str) -> None:
    script = f"bash <<EOF\nsglang serve {text} \nEOF\necho"
    check_written(script, unquoted(text, HEREDOC), HEREDOC)


def check_written(script: str, inner: str, escape: re.Pattern[str]) -> None:
    words = arguments(script)
    assert [word.text for word in words] == shlex.split(inner)
    for word in words:
        source = script[word.written_start : word.written_end]
        assert shlex.split(unquoted(source, escape)) == [word.text]


# Each script; the source of each argument, or None when it was not written in one place, in quotes.
PLACES = [
    ('A="--p \\"x y\\""; sglang serve $A', ["--p", '\\"x', 'y\\"']),
    ("A=$'--a\\n\\x62\\tc'; sglang serve $A", ["--a", "\\x62", "c"]),
    ("A=--x' --y'; sglang serve $A", [None, "--y"]),
    ('B=1; A="--x $B --y"; sglang serve $A', ["--x", None, "--y"]),
    ('B=1; A="--x=$B --y"; sglang serve $A', [None, "--y"]),
    ('A="`echo`"; eval "sglang serve --x \\"a b\\" --y"', ["--x", '\\"a b\\"', "--y"]),
    ("bash <<-E\n\t\tsglang serve --a \\\n\t\t--b\n\tE\n", ["--a", "--b"]),
    ("bash <<-'E'\n\tif true; then\n\t\tsglang serve --a\n\tfi\nE\n", ["--a"]),
    ('A="--a\r\n --b"\r\nsglang serve $A\r\n', ["--a", "--b"]),
    ('bash -c "bash -c \\"sglang serve \\\\\\"a b\\\\\\"\\""', ['\\\\\\"a b\\\\\\"']),
    ("W=3; bash -c \"sglang serve --w $W --x$W\"", ["--w", None, None]),
]  # fmt: skip


@pytest.mark.parametrize(("script", "sources"), PLACES)
def test_places(script: str, sources: list[str | None]) -> None:
    found: list[str | None] = []
    for word in arguments(script):
        start, end = stretch(word.pieces)
        if word.written_start >= 0:
            start, end = word.written_start, word.written_end
        found.append(script[start:end] if start >= 0 else None)
    assert found == sources


RUNS = [
    # source, what it means, the stretches
    ("ab", "ab", ["ab"]),
    ("a\\\nb", "ab", ["a", "", "b"]),
    ('a\\"b', 'a"b', ["a", '"', "b"]),
    ("\\\\\\$", "\\$", ["\\", "$"]),
    ("a\\b", "a\\b", ["a\\b"]),
    ("a\\ b", "a b", ["a", " ", "b"]),
    ("a\r\nb", "a\nb", ["a", "", "\nb"]),
    ("\ta\n\tb", "a\nb", ["", "a\n", "", "b"]),
    ("\\x41\\n", "A\n", ["A", "\n", ""]),
    ("x", "y", None),
    ("\\$" * 600, "$" * 600, None),
]


@pytest.mark.parametrize(("source", "text", "stretches"), RUNS)
def test_runs(source: str, text: str, stretches: list[str] | None) -> None:
    runs = escapes.runs(source, text)
    assert (None if runs is None else [run[0] for run in runs]) == stretches
    assert "".join(source[run[1] : run[2]] for run in runs or ()) == (source if runs else "")


def test_what_has_too_many_escapes_cannot_be_edited() -> None:
    words = arguments('A="' + "\\$ " * 600 + '--x"; sglang serve $A')
    assert words[-1].text == "--x"
    assert stretch(words[-1].pieces) == (-1, -1)


# --- unknown parts --------------------------------------------------------------------------------

# Each script; its arguments: `*` for any number of words, with what is certain before it.
UNKNOWN = [
    ('bash -c "sglang serve --m $M --z"', "--m * --z"),
    ('docker run image bash -c "cd $D && sglang serve --m $M --z"', "--m * --z"),
    ('sh -c "sglang serve --m=$M"', "--m=*"),
    ("bash -c \"sglang serve --p 'a $P' --z\"", "--p a * --z"),
    ('bash -c "sglang serve --p \\"a $P\\" --z"', "--p a * --z"),
    ("bash <<E\nsglang serve --m $M \\\n --z\nE", "--m * --z"),
    ('bash <<<"sglang serve --m $M"', "--m *"),
    ('eval "sglang serve --m $M --z"', "--m * --z"),
    ('eval sglang serve $A --m "$M"', "* --m *"),
    ('ssh host sglang serve --m "$M" $A', "--m * *"),
    ('bash -c "sglang serve --g ${G:-4} --z"', "--g * --z"),
    ('bash -c "$V/bin/sglang serve --z"', "--z"),
    ("bash -c \"A='$M'; sglang serve --a \\$A --b\"", "--a * --b"),
    ('case $W in 1|2) bash -c "sglang serve --w $W --z";; esac', "--w (1|2) --z"),
    ('case $W in 1|"2;") bash -c "sglang serve --w $W --z";; esac', "--w * --z"),
    ('bash -c "sglang serve \ue000 --m $M"', "\ue000 --m *"),
]


def show(word: Word) -> str:
    if word.many:
        return word.prefix + "*"
    texts = word.texts or ("?",)
    return texts[0] if len(texts) == 1 else "(" + "|".join(texts) + ")"


@pytest.mark.parametrize(("script", "expected"), UNKNOWN)
def test_what_is_not_known_in_a_script_may_be_any_words(script: str, expected: str) -> None:
    assert " ".join(map(show, arguments(script))) == expected
    for word in arguments(script):
        assert bool(word.reason) is word.many
        assert not any("\ue000" in word.reason for word in arguments(script))


SPLICED = [
    'bash -c "sglang serve \\$X$Y"',  # the name may go on
    'bash -c "sglang serve \\${X$Y}"',
    'bash -c "sglang serve \\\\$Y"',
    "bash -c \"bash -c 'sglang serve $X'\"",
    'bash -c "$X"',
    'bash -c "$X serve"',
    "bash -c $X",
]


@pytest.mark.parametrize("script", SPLICED)
def test_unknown_text_that_changes_what_is_before_it(script: str) -> None:
    assert launches(commands(parse(script), script)) == []


# --- fixes ----------------------------------------------------------------------------------------

HEAD = "--model-path Qwen/Qwen-Image"

# Each script, the text that a fix takes out of it, and what it puts there.
FIXED = [
    (f'ARGS="{HEAD} \\\n --num_gpus 1 \\\n --seed 1"\nsglang generate $ARGS\n', "--num_gpus"),
    ('A="--model-path \\"Qwen/Qwen-Image\\" --num_gpus 1"; eval sglang generate $A\n',
     "--num_gpus"),
    (f'A="{HEAD} --prompt \\$5 --num_gpus 1"\nsglang generate $A\n', "--num_gpus"),
    (f'bash -c "sglang generate {HEAD} --prompt \\"a b\\" --num_gpus 1"\n', "--num_gpus"),
    (f'bash <<EOF\nsglang generate {HEAD} \\\n  --num_gpus 1 --prompt "a \\$b"\nEOF\necho end\n',
     "--num_gpus"),
    (f"bash <<-EOF\n\tsglang generate {HEAD} \\\n\t\t--num_gpus 1\n\tEOF\n", "--num_gpus"),
    (f"docker run image bash -c \"sglang generate {HEAD} --prompt '$P' --num_gpus 1\"\n",
     "--num_gpus"),
    (f'A="{HEAD} --num_g\\\npus 1"\nsglang generate $A\n', "--num_g\\\npus"),
]  # fmt: skip


@pytest.mark.parametrize(("script", "wrong"), FIXED)
def test_fix_changes_the_wrong_word_and_nothing_else(
    script: str, wrong: str, tmp_path: Path
) -> None:
    path = tmp_path / "run.sh"
    path.write_text(script)
    assert main(["fix", str(path)]) == 0
    assert path.read_text() == script.replace(wrong, "--num-gpus")


BARE = [
    # A value without quotes takes no blank: the option goes elsewhere, or nothing is changed.
    (f'W=64\nbash -c "sglang generate {HEAD} --enable-torch-compile{{}} --height $W"\n',
     " --warmup-mode request"),
    (f'W="64{{}}"\nbash -c "sglang generate {HEAD} --enable-torch-compile --height $W"\n',
     " --warmup-mode request"),
    (f'W=--warmup{{}}\nbash -c "sglang generate {HEAD} $W"\n', ""),
    (f"W='--seed 1 '--warmup{{}}\nsglang generate {HEAD} $W\n", ""),
]  # fmt: skip


@pytest.mark.parametrize(("script", "new"), BARE)
def test_fix_puts_no_blank_outside_of_quotes(script: str, new: str, tmp_path: Path) -> None:
    path = tmp_path / "run.sh"
    path.write_text(script.format(""))
    main(["fix", str(path)])
    assert path.read_text() == script.format(new)


ADDED = """\
bash <<EOF
sglang generate --model-path Qwen/Qwen-Image --width 512 --enable-torch-compile \\
  --prompt "a b"{}
EOF
echo end
"""


def test_fix_adds_an_option_inside_a_here_document(tmp_path: Path) -> None:
    path = tmp_path / "run.sh"
    path.write_text(ADDED.format(""))
    main(["fix", str(path)])
    assert path.read_text() == ADDED.format(" \\\n  --warmup-mode request")
