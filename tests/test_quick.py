"""`sgdlint.quick` gives what `re` and `json` give, and spares their import."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import build_patterns
import inputs
import pytest
from test_layers import check_statement, loaded_by

from sgdlint import quick

TEXTS = (
    "sglang generate --model-path A/b --prompt 'a  cat' \"$X\" ${Y:-4} $'\\n' `date` ~/x {1..3}",
    'for i in $(seq 3); do A+=(--x) && [[ -n $i ]] || echo \\\n  "a b" >&2; done # sgdlint: gpus=8',
    "",
    "\r\n\t x=1 +x <<EOF\nEOF\n((i++)) [!a] é _1",
)
KEPT = Path(quick.FOLDER, f"patterns-{quick.engine()}.txt").is_file()


@pytest.fixture
def asked() -> dict[str, tuple[str, bool, int]]:
    """Return the patterns of the package."""
    return build_patterns.asked_for()


@pytest.mark.skipif(not KEPT, reason="nothing is kept for this interpreter")
def test_every_pattern_of_the_package_is_kept(asked: dict[str, tuple[str, bool, int]]) -> None:
    assert {key.encode() for key in asked} <= quick._read_kept().keys()


@pytest.mark.parametrize("path", sorted(Path(quick.FOLDER).iterdir()), ids=lambda path: path.stem)
def test_no_kept_file_is_stale(path: Path, asked: dict[str, tuple[str, bool, int]]) -> None:
    text = path.read_text(encoding="utf-8")
    assert build_patterns.covers(text, asked), "run scripts/build_patterns.py"
    assert not build_patterns.covers(text, [*asked, "0 'new'"])
    assert not build_patterns.covers(text.rpartition("\n[")[0], asked)


def test_a_stale_file_of_another_interpreter_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "patterns-1-4.txt").write_text("0 'old'\n[]\n")
    monkeypatch.setattr(quick, "FOLDER", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["build_patterns.py", "--check"])
    assert build_patterns.main() == 1
    assert capsys.readouterr().out.startswith("patterns-1-4.txt is out of date")


def test_patterns_find_what_they_find_with_re(asked: dict[str, tuple[str, bool, int]]) -> None:
    for text, is_bytes, flags in asked.values():
        pattern: Any = text.encode("latin-1") if is_bytes else text
        ours, theirs = quick.compile(pattern, flags), re.compile(pattern, flags)
        assert (ours.flags, ours.groupindex) == (theirs.flags, theirs.groupindex)
        for sample in TEXTS:
            given: Any = sample.encode() if is_bytes else sample
            found = [match.regs for match in ours.finditer(given)]
            assert found == [match.regs for match in theirs.finditer(given)]


def test_a_pattern_that_is_not_kept_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick, "_compiled", {})
    monkeypatch.setattr(quick, "_kept", None)
    monkeypatch.setattr(quick, "FOLDER", "/nowhere")
    assert quick.sub(r"(b)\d", lambda match: match[1] * 2, "ab1") == "abb"
    assert quick.findall("^.", "a\nb", quick.MULTILINE) == ["a", "b"]


@pytest.mark.parametrize("text", ["{}", ' [1, 2.5, "é\\u00e9\\n", null, true] \n', "-0", '"a"'])
def test_json_is_read_as_json_reads_it(text: str) -> None:
    assert quick.loads(text) == json.loads(text)


@pytest.mark.parametrize("text", ["", "{", "[1,]", "[] []", "nul", '{"a" 1}'])
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is not ours
        quick.loads(text)


@pytest.mark.skipif(not KEPT, reason="nothing is kept for this interpreter")
def test_one_script_is_checked_without_re_and_json(tmp_path: Path) -> None:
    statement = check_statement(str(inputs.write_one(tmp_path)))
    loaded = loaded_by(statement) - loaded_by("pass")
    assert loaded & {"collections", "enum", "functools", "json", "re"} == set()
