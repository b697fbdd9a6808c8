"""Formats for other programs: each is held to its specification, with names and words that hurt."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest

from sgdlint import __version__
from sgdlint.cli import main
from sgdlint.formatters import FORMATS
from sgdlint.formatters.markdown import escaped

BAD = "sglang serve --model-path Qwen/Qwen-Image --num_gpus 2\n"
GOOD = BAD.replace("num_gpus", "num-gpus")
PERF = "sglang serve --model-path Qwen/Qwen-Image --dit-layerwise-offload\n"
UGLY = "sglang serve --model-path Qwen/Qwen-Image '--no|such<b>&`%0A::x,y@me\x01'\n"
"""An option that no format may take for its own markup."""
UGLY_NAME = 'a, b:%<&">|`.sh'


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start in an empty folder with files of all sorts."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "run.sh").write_text(BAD + PERF)
    (tmp_path / "good.sh").write_text(GOOD)
    (tmp_path / UGLY_NAME).write_text(UGLY)


def made(name: str, capsys: pytest.CaptureFixture[str], *paths: str) -> str:
    """Return what `check` prints in a format."""
    main(["check", *(paths or (".",)), "--format", name])
    return capsys.readouterr().out


# --- what all have --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_makes_the_same_findings_of_the_same_status(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "deep/run.sh", "--format", name]) == 1
    out = capsys.readouterr().out
    assert "SGD206" in out
    assert out.endswith("\n")
    assert main(["check", "good.sh", "--format", name]) == 0
    assert "SGD" not in capsys.readouterr().out
    assert main(["check", "gone.sh", "deep/run.sh", "--format", name]) == 2
    captured = capsys.readouterr()
    assert "gone.sh: no such file" in captured.err
    assert "SGD206" in captured.out
    assert "gone.sh" in captured.out


@pytest.mark.parametrize(
    "name", [one for one in FORMATS if one not in ("text", "markdown", "html")]
)
def test_a_folder_without_launches_makes_an_empty_report(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    out = made(name, capsys, "empty")
    if name in ("json", "gitlab"):
        assert json.loads(out) in ([], {"version": __version__, "files": []})
    elif name == "sarif":
        assert json.loads(out)["runs"][0]["results"] == []
    elif name in ("junit", "checkstyle"):
        assert list(ET.fromstring(out)) == []
    else:
        assert out == ""


def test_fix_tells_what_is_left_in_the_same_formats(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", "deep/run.sh", "--format", "concise"]) == 0
    assert re.fullmatch(r"deep/run\.sh:2:\d+: perf SGD403 .*\n", capsys.readouterr().out)


# --- lines ----------------------------------------------------------------------------------------


def test_concise_is_one_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    lines = made("concise", capsys, ".", "gone.sh").splitlines()
    assert [line.split(" ")[0] for line in lines if "gone" not in line and "a, b" not in line] == [
        "deep/run.sh:1:43:",
        "deep/run.sh:2:43:",
    ]
    assert all(re.match(r".+:\d+:\d+: (error|warning|perf|info) [\w-]+ \S", one) for one in lines)
    assert lines[-1] == "gone.sh:1:1: error not-checked no such file or folder"
    assert "\x01" not in "".join(lines)


def test_json_lines_have_the_findings_of_the_json(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [json.loads(line) for line in made("jsonl", capsys, ".", "gone.sh").splitlines()]
    whole = json.loads(made("json", capsys, ".", "gone.sh"))
    expected = [
        {"path": file["path"], "sglang": file["sglang"], **finding}
        for file in whole["files"]
        for finding in file["findings"]
    ]
    assert lines[:-1] == expected
    assert lines[-1] == {"path": "gone.sh", "failure": "no such file or folder"}


# --- GitHub ---------------------------------------------------------------------------------------


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Read workflow commands as the runner does: level, properties, message."""
    result = []
    for line in text.splitlines():
        match = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line)
        assert match, line
        level, properties, message = match.groups()
        pairs = (one.split("=", 1) for one in properties.split(","))
        # The runner knows five escapes, and no others stand here: all of them are `%XX`.
        result.append((level, {key: unquote(value) for key, value in pairs}, unquote(message)))
    return result


def test_github_annotations(capsys: pytest.CaptureFixture[str]) -> None:
    found = commands(made("github", capsys, "deep/run.sh", "good.sh", "gone.sh"))
    level, properties, message = found[0]
    assert level == "error"
    assert properties == {
        "file": "deep/run.sh",
        "line": "1",
        "endLine": "1",
        "col": "43",
        "endColumn": "52",
        "title": "SGD206 underscore-in-option",
    }
    assert "\nfix: " in message
    assert found[1][0] == "notice"
    assert found[2] == (
        "error",
        {"file": "gone.sh", "line": "1", "title": "not checked"},
        "no such file or folder",
    )


def test_github_escapes_names_and_messages(capsys: pytest.CaptureFixture[str]) -> None:
    out = made("github", capsys, UGLY_NAME)
    found = commands(out)
    assert {properties["file"] for _, properties, _ in found} == {UGLY_NAME}
    assert any("--no|such<b>&`%0A::x,y@me" in message for _, _, message in found)


def test_github_has_no_columns_for_several_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "open.sh").write_text("sglang serve --model-path 'a\nb\n")
    for _, properties, _ in commands(made("github", capsys, "open.sh")):
        assert ("col" in properties) == (properties["line"] == properties["endLine"])


# --- GitLab ---------------------------------------------------------------------------------------

# As https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format describes it, with
# the other keys of Code Climate's issues that are used.
CODE_QUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "type": {"const": "issue"},
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "categories": {"type": "array", "items": {"enum": ["Bug Risk", "Performance"]}},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\./)"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {
                            "begin": {"type": "integer", "minimum": 1},
                            "end": {"type": "integer", "minimum": 1},
                        },
                    },
                },
            },
        },
    },
}


def issues(capsys: pytest.CaptureFixture[str], *paths: str) -> list[dict[str, Any]]:
    """Return the issues of a report that is right."""
    found: list[dict[str, Any]] = json.loads(made("gitlab", capsys, *paths))
    jsonschema.validate(found, CODE_QUALITY)
    prints = [one["fingerprint"] for one in found]
    assert len(prints) == len(set(prints))
    return found


def test_gitlab_code_quality(capsys: pytest.CaptureFixture[str]) -> None:
    found = issues(capsys, "./deep/run.sh", UGLY_NAME, "gone.sh")
    assert [one["severity"] for one in found][:2] == ["critical", "minor"]
    assert found[0]["location"] == {"path": "deep/run.sh", "lines": {"begin": 1, "end": 1}}
    assert found[-1]["severity"] == "blocker"


def test_gitlab_fingerprints_outlive_moved_lines_and_tell_alike_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "deep" / "run.sh"
    before = [one["fingerprint"] for one in issues(capsys, "deep/run.sh")]
    path.write_text("# new\n\n" + BAD.replace(" --num", "   --num") + "\n" + PERF + BAD)
    after = [one["fingerprint"] for one in issues(capsys, "deep/run.sh")]
    assert after[:2] == before
    assert after[2] not in before
    path.write_text(BAD.replace("serve", "generate --prompt x"))
    assert not set(before) & {one["fingerprint"] for one in issues(capsys, "deep/run.sh")}


def test_paths_are_told_from_here(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (one, *_) = issues(capsys, str(tmp_path / "deep" / "run.sh"))
    assert one["location"]["path"] == "deep/run.sh"
    outside = tmp_path.parent / f"{tmp_path.name}-outside.sh"
    outside.write_text(BAD)
    (other, *_) = issues(capsys, str(outside))
    assert other["location"]["path"] == str(outside)


# --- XML ------------------------------------------------------------------------------------------

# What the schema of the xUnit plugin of Jenkins (junit-10.xsd) allows: for each element the
# attributes that it must have, those that it may have, and its children.
JUNIT = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {
            "file",
            "id",
            "group",
            "time",
            "skipped",
            "timestamp",
            "hostname",
            "package",
            "log",
            "url",
        },
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": (
        {"name"},
        {"time", "classname", "group"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "failure": (set(), {"type", "message"}, set()),
    "error": (set(), {"type", "message"}, set()),
    "system-out": (set(), set(), set()),
}
CHECKSTYLE = {
    "checkstyle": ({"version"}, set(), {"file"}),
    "file": ({"name"}, set(), {"error"}),
    "error": ({"line", "severity", "message", "source"}, {"column"}, set()),
}
Schema = dict[str, tuple[set[str], set[str], set[str]]]


def valid(text: str, schema: Schema) -> ET.Element:
    """Return the root of a document, each element of which is as the schema wants it."""
    root = ET.fromstring(text)
    assert root.tag == next(iter(schema))
    for element in root.iter():
        needed, allowed, children = schema[element.tag]
        assert needed <= set(element.keys()) <= needed | allowed
        assert {child.tag for child in element} <= children
    return root


def test_junit(capsys: pytest.CaptureFixture[str]) -> None:
    root = valid(made("junit", capsys, ".", "gone.sh"), JUNIT)
    suites = {one.get("name"): one for one in root}
    assert set(suites) == {"deep/run.sh", "good.sh", UGLY_NAME, "gone.sh"}
    for suite in suites.values():
        for tag, key in (("testcase", "tests"), (".//failure", "failures"), (".//error", "errors")):
            assert len(suite.findall(tag)) == int(suite.get(key) or "")
    for key in ("tests", "failures", "errors"):
        assert int(root.get(key) or "") == sum(int(one.get(key) or "") for one in root)
    failure = suites["deep/run.sh"].find(".//failure")
    assert failure is not None
    assert failure.get("type") == "error"
    assert f"1: {BAD.strip()}" in (failure.text or "")
    advice = suites["deep/run.sh"].find(".//system-out")
    assert advice is not None
    assert (advice.text or "").startswith("perf: ")
    error = suites["gone.sh"].find(".//error")
    assert error is not None
    assert error.get("message") == "no such file or folder"


def test_checkstyle(capsys: pytest.CaptureFixture[str]) -> None:
    root = valid(made("checkstyle", capsys, ".", "gone.sh"), CHECKSTYLE)
    files = {one.get("name"): list(one) for one in root}
    assert set(files) == {"deep/run.sh", "good.sh", UGLY_NAME, "gone.sh"}
    first, second = files["deep/run.sh"]
    assert (first.get("line"), first.get("column"), first.get("severity")) == ("1", "43", "error")
    assert first.get("source") == "sgdlint.SGD206.underscore-in-option"
    assert second.get("severity") == "info"
    assert files["good.sh"] == []
    assert {one.get("severity") for one in root.iter("error")} <= {"error", "warning", "info"}


@pytest.mark.parametrize("name", ["junit", "checkstyle"])
def test_xml_keeps_words_that_look_like_markup(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    root = ET.fromstring(made(name, capsys, UGLY_NAME))
    messages = [one.get("message") or "" for one in root.iter()]
    assert any("--no|such<b>&`%0A::x,y@me" in one for one in messages)


# --- Markdown -------------------------------------------------------------------------------------


def test_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    out = made("markdown", capsys, "deep/run.sh", "good.sh")
    lines = out.splitlines()
    assert lines[0] == "## sgdlint: 2 findings"
    assert lines[2].startswith("2 findings (1 error, 1 perf); 3 launches in 2 files")
    assert any(line.startswith("Documented gains, not measured here: ") for line in lines)
    rows = [line for line in lines if line.startswith("| ")]
    assert rows[0] == "| severity | rule | where | what |"
    assert rows[1].startswith("| error | ")
    assert "SGD206 underscore-in-option" in rows[1]
    assert " | deep/run.sh:1 | " in rows[1]
    assert rows[2].startswith("| perf | ")
    clean = made("markdown", capsys, "good.sh")
    assert clean.startswith("## sgdlint: no findings\n\nNo findings: 1 launch in 1 file")
    failed = made("markdown", capsys, "gone.sh")
    assert failed.startswith("## sgdlint: 1 file could not be checked\n")
    assert "- gone.sh: no such file or folder\n" in failed


def test_markdown_rows_have_four_cells_whatever_stands_in_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for line in made("markdown", capsys, UGLY_NAME).splitlines():
        if line.startswith("| "):
            assert len(re.findall(r"(?<!\\)\|", line)) == 5
            assert "<b>" not in re.sub(r"\\<b\\>", "", line)
            assert "@me" not in line


def test_markdown_shows_the_most_severe_of_many(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sgdlint.formatters.markdown.MOST_ROWS", 2)
    (tmp_path / "many.sh").write_text(PERF * 2 + BAD * 2)
    out = made("markdown", capsys, "many.sh")
    rows = [line for line in out.splitlines() if line.startswith("| ")][1:]
    assert [row.split(" ")[1] for row in rows] == ["error", "error"]
    assert "\n2 more are not shown here.\n" in out


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        ("plain words, (1) and a-b", "plain words, (1) and a-b"),
        ("a_b *c* [d](e)", r"a\_b \*c\* \[d\](e)"),
        ("`--a_b` is `x|y`", r"`--a_b` is `x\|y`"),
        ("one ` alone", r"one \` alone"),
        ("`a``b`", r"\`a\`\`b\`"),
        ("`` x ``", r"\`\` x \`\`"),
        ("<img> &amp; @me", r"\<img\> \&amp; @<!-- -->me"),
    ],
)
def test_escaped(plain: str, expected: str) -> None:
    assert escaped(plain) == expected


def test_a_wrong_directive_has_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "run.sh"
    path.write_text("echo\n# sgdlint: gpu=H10\nsglang serve --model-path Qwen/Qwen-Image\n")
    assert main(["check", "--format", "concise", str(path)]) == 2
    assert capsys.readouterr().out.startswith(f"{path}:2:1: error not-checked line 2: gpu: ")
