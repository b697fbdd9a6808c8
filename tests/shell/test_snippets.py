"""What bash accepts parses without a problem; what it refuses has exactly one."""

from __future__ import annotations

import subprocess

import pytest
from shell.snippets import ACCEPTED, CONTINUED, REJECTED, SILENT

from sgdlint.shell.parser import parse


def bash_accepts(script: str) -> bool:
    """Ask bash; for `[[ … ]]` it complains but exits with 0."""
    done = subprocess.run(["bash", "-n", "-c", script], capture_output=True, check=False)
    complaints = [line for line in done.stderr.splitlines() if b"warning:" not in line]
    return done.returncode == 0 and not complaints


@pytest.mark.parametrize("script", ACCEPTED + CONTINUED)
def test_bash_accepts_it_and_so_do_we(script: str) -> None:
    assert bash_accepts(script)
    assert parse(script).problems == ()


@pytest.mark.parametrize("script", CONTINUED)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_continuation_inside_a_token_is_not_there(script: str, newline: str) -> None:
    from shell.notation import short

    found = parse(script.replace("\n", newline))
    joined = parse(script.replace("\\\n", ""))
    assert found.problems == joined.problems == ()
    assert short(found.statements).replace("\r", "") == short(joined.statements)
    assert found.end == len(script.replace("\n", newline))


def test_a_continuation_inside_a_token_keeps_the_places() -> None:
    script = "a 'x\\\ny' $\\\nHOME/b # c\\\nd\ne"
    first, second, _ = parse(script).statements
    assert [script[word.start : word.end] for word in first.words] == [  # type: ignore[attr-defined]
        "a",
        "'x\\\ny'",
        "$\\\nHOME/b",
    ]
    assert script[second.start : second.end] == "d"


@pytest.mark.parametrize("script", REJECTED)
def test_bash_refuses_it_and_we_say_one_thing(script: str) -> None:
    assert not bash_accepts(script)
    assert len(parse(script).problems) == 1


@pytest.mark.parametrize("script", SILENT)
def test_bash_stops_there_without_a_word(script: str) -> None:
    command = ["bash", "-c", f"{script}; echo went on"]
    assert subprocess.run(command, capture_output=True, check=False).stdout == b""
    assert len(parse(script).problems) == 1


@pytest.mark.parametrize("script", ACCEPTED)
def test_windows_line_ends_change_nothing_but_offsets(script: str) -> None:
    from shell.notation import short

    windows = parse(script.replace("\n", "\r\n"))
    assert windows.problems == ()
    assert short(windows.statements).replace("\r\n", "\n") == short(parse(script).statements)
