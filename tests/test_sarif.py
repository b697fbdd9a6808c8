"""The formats for programs: what they tell is enough to do what `fix` does, and well formed."""

from __future__ import annotations

import json
import os
import urllib.parse
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sgdlint import cli
from sgdlint.source import BOM, Source

Data = dict[str, Any]
RELEASE = ("--sglang", "0.5.23", "--gpu", "H100", "--goal", "latency")
SCRIPTS = {
    "plain.sh": "sglang serve --warmup --model-path Qwen/Qwen-Image --num_gpus 2\n",
    "crlf.sh": "# é€😀\r\nsglang serve \\\r\n  --warmup \\\r\n  --model-path Qwen/Qwen-Image\r\n",
    "bom.sh": BOM + 'echo "ä"; sglang serve --model-path Qwen/Qwen-Image --num_gpus=2',
    "array.sh": "A=(--warmup --port 1 --port 2)\n"
    'sglang serve --model-path Qwen/Qwen-Image "${A[@]}"\n',
    "a b%é.sh": "X=é sglang serve --model-path Qwen/Qwen-Image "
    "--enable-torch-compile --num_gpus 1\n",
    "pod.yaml": "services:\n  a:\n    image: lmsysorg/sglang:v0.5.23\n    command: [sglang, serve, "
    "--model-path, Qwen/Qwen-Image, --num_gpus, '2']\n",
}

COUNTED = {"type": "integer", "minimum": 1}
REGION = {
    "type": "object",
    "additionalProperties": False,
    "required": ["startLine"],
    "properties": {
        "startLine": COUNTED,
        "startColumn": COUNTED,
        "endLine": COUNTED,
        "endColumn": COUNTED,
        "charOffset": {"type": "integer", "minimum": 0},
        "charLength": {"type": "integer", "minimum": 0},
        "snippet": {"$ref": "#/$defs/text"},
    },
}
SARIF: Data = {
    "$defs": {
        "text": {
            "type": "object",
            "required": ["text"],
            "additionalProperties": False,
            "properties": {
                "text": {"type": "string", "minLength": 0},
                "markdown": {"type": "string"},
            },
        },
        "artifact": {
            "type": "object",
            "required": ["uri"],
            "additionalProperties": False,
            "properties": {
                "uri": {"type": "string", "pattern": "^[!-~]+$"},
                "uriBaseId": {"const": "SRCROOT"},
            },
        },
        "region": REGION,
        "location": {
            "type": "object",
            "required": ["physicalLocation"],
            "additionalProperties": False,
            "properties": {
                "id": {"type": "integer", "minimum": 0},
                "message": {"$ref": "#/$defs/text"},
                "physicalLocation": {
                    "type": "object",
                    "required": ["artifactLocation"],
                    "additionalProperties": False,
                    "properties": {
                        "artifactLocation": {"$ref": "#/$defs/artifact"},
                        "region": {"$ref": "#/$defs/region"},
                    },
                },
            },
        },
        "level": {"enum": ["error", "warning", "note"]},
        "rule": {
            "type": "object",
            "required": ["id"],
            "additionalProperties": False,
            "properties": {
                "id": {"type": "string", "minLength": 1},
                "name": {"type": "string"},
                "helpUri": {"type": "string", "format": "uri"},
                "shortDescription": {"$ref": "#/$defs/text"},
                "fullDescription": {"$ref": "#/$defs/text"},
                "help": {"$ref": "#/$defs/text"},
                "defaultConfiguration": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"level": {"$ref": "#/$defs/level"}},
                },
                "properties": {"type": "object"},
            },
        },
        "fix": {
            "type": "object",
            "required": ["artifactChanges"],
            "additionalProperties": False,
            "properties": {
                "description": {"$ref": "#/$defs/text"},
                "properties": {"type": "object"},
                "artifactChanges": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "required": ["artifactLocation", "replacements"],
                        "additionalProperties": False,
                        "properties": {
                            "artifactLocation": {"$ref": "#/$defs/artifact"},
                            "replacements": {
                                "type": "array",
                                "minItems": 1,
                                "items": {
                                    "type": "object",
                                    "required": ["deletedRegion"],
                                    "additionalProperties": False,
                                    "properties": {
                                        "deletedRegion": {"$ref": "#/$defs/region"},
                                        "insertedContent": {"$ref": "#/$defs/text"},
                                    },
                                },
                            },
                        },
                    },
                },
            },
        },
        "result": {
            "type": "object",
            "required": ["message"],
            "additionalProperties": False,
            "properties": {
                "ruleId": {"type": "string"},
                "ruleIndex": {"type": "integer", "minimum": 0},
                "level": {"$ref": "#/$defs/level"},
                "message": {"$ref": "#/$defs/text"},
                "locations": {"type": "array", "items": {"$ref": "#/$defs/location"}},
                "relatedLocations": {
                    "type": "array",
                    "uniqueItems": True,
                    "items": {"$ref": "#/$defs/location"},
                },
                "fixes": {"type": "array", "uniqueItems": True, "items": {"$ref": "#/$defs/fix"}},
                "partialFingerprints": {
                    "type": "object",
                    "additionalProperties": {"type": "string"},
                },
                "properties": {"type": "object"},
            },
        },
    },
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool"],
                "additionalProperties": False,
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "additionalProperties": False,
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "additionalProperties": False,
                                "properties": {
                                    "name": {"type": "string"},
                                    "version": {"type": "string"},
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {"$ref": "#/$defs/rule"},
                                    },
                                },
                            }
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "originalUriBaseIds": {
                        "type": "object",
                        "additionalProperties": {
                            "type": "object",
                            "required": ["uri"],
                            "properties": {"uri": {"type": "string", "pattern": "^file:///.*/$"}},
                        },
                    },
                    "invocations": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["executionSuccessful"],
                            "additionalProperties": False,
                            "properties": {
                                "executionSuccessful": {"type": "boolean"},
                                "toolExecutionNotifications": {
                                    "type": "array",
                                    "items": {
                                        "type": "object",
                                        "required": ["message"],
                                        "additionalProperties": False,
                                        "properties": {
                                            "level": {"$ref": "#/$defs/level"},
                                            "message": {"$ref": "#/$defs/text"},
                                            "locations": {
                                                "type": "array",
                                                "items": {"$ref": "#/$defs/location"},
                                            },
                                        },
                                    },
                                },
                            },
                        },
                    },
                    "results": {"type": "array", "items": {"$ref": "#/$defs/result"}},
                },
            },
        },
    },
}
"""What SARIF 2.1.0 asks of the parts that are written here, and nothing beside them."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with scripts, in which sgdlint is started."""
    for name, text in SCRIPTS.items():
        (tmp_path / name).write_bytes(text.encode())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> Data:
    """Return what a run prints."""
    capsys.readouterr()
    cli.main([*arguments, *RELEASE])
    data: Data = json.loads(capsys.readouterr().out)
    return data


def fixed_by_us(path: str, unsafe: bool) -> bytes:
    """Return a file after `fix`, and put it back."""
    before = Path(path).read_bytes()
    cli.main(["fix", *["--unsafe"] * unsafe, path, *RELEASE])
    after = Path(path).read_bytes()
    Path(path).write_bytes(before)
    return after


def json_step(data: Data, kinds: tuple[str, ...], before: bytes) -> bytes | None:
    """Apply the first fix of a JSON report to the bytes of a file; None when there is none."""
    for finding in data["files"][0]["findings"]:
        fix = finding["fix"]
        if fix and fix["applicability"] in kinds and fix["lossless"]:
            for edit in reversed(fix["edits"]):
                start, end = edit["start"]["byte"], edit["end"]["byte"]
                assert before[start:end].decode() == edit["old"]
                before = before[:start] + edit["text"].encode() + before[end:]
            return before
    return None


def sarif_step(data: Data, kinds: tuple[str, ...], before: bytes) -> bytes | None:
    """Apply the first fix of a SARIF log to the bytes of a file, by lines and columns."""
    text = before.decode("utf-8-sig")
    lines = text.splitlines(keepends=True) or [""]
    starts = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]
    for result in data["runs"][0]["results"]:
        for fix in result.get("fixes", ()):
            if fix["properties"]["applicability"] not in kinds or not fix["properties"]["lossless"]:
                continue
            for edit in reversed(fix["artifactChanges"][0]["replacements"]):
                at = edit["deletedRegion"]
                start = starts[at["startLine"] - 1] + at["startColumn"] - 1
                end = starts[at["endLine"] - 1] + at["endColumn"] - 1
                assert (start, end - start) == (at["charOffset"], at["charLength"])
                text = text[:start] + edit["insertedContent"]["text"] + text[end:]
            mark = BOM if before.startswith(BOM.encode()) else ""
            return (mark + text).encode()
    return None


@pytest.mark.parametrize("unsafe", [False, True])
@pytest.mark.parametrize(("name", "step"), [("json", json_step), ("sarif", sarif_step)])
@pytest.mark.parametrize("path", SCRIPTS)
def test_who_applies_what_is_told_gets_what_fix_gives(
    path: str, name: str, step: Any, unsafe: bool, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = fixed_by_us(path, unsafe)
    kinds = ("safe", "unsafe") if unsafe else ("safe",)
    for _ in range(20):
        data = said(capsys, "check", "--format", name, path)
        after = step(data, kinds, Path(path).read_bytes())
        if after is None:
            break
        Path(path).write_bytes(after)
    assert Path(path).read_bytes() == wanted
    assert wanted != SCRIPTS[path].encode()


def test_fix_tells_the_text_and_what_it_made(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in SCRIPTS:
        before = Path(path).read_bytes()
        (one,) = said(capsys, "fix", "--diff", "--format", "json", path)["files"]
        assert Path(path).read_bytes() == before
        (other,) = said(capsys, "fix", "--format", "json", path)["files"]
        assert Source.from_bytes(path, Path(path).read_bytes()).text == one["text"]
        assert "text" not in other
        assert one["fixed"] == other["fixed"] != []
        assert {fix["applicability"] for fix in one["fixed"]} == {"safe"}


def test_sarif_is_well_formed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bad.sh").write_bytes(b"sglang \xff")
    (folder / "wrong.sh").write_text("# sgdlint: nothing=9\nsglang serve --model-path x\n")
    paths = [*SCRIPTS, "bad.sh", "wrong.sh", str(folder.parent / "gone.sh")]
    data = said(capsys, "check", "--format", "sarif", *paths)
    jsonschema.Draft202012Validator.check_schema(SARIF)
    jsonschema.validate(data, SARIF)
    (run,) = data["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == sorted(set(rules))
    assert all(rules[one["ruleIndex"]] == one["ruleId"] for one in run["results"])
    seen = {
        one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in run["results"]
    }
    assert {urllib.parse.unquote(uri) for uri in seen} == set(SCRIPTS)
    (invocation,) = run["invocations"]
    assert not invocation["executionSuccessful"]
    places = [
        one["locations"][0]["physicalLocation"]["artifactLocation"]
        for one in invocation["toolExecutionNotifications"]
    ]
    assert sorted(one["uri"] for one in places) == sorted(
        ["bad.sh", "wrong.sh", f"file://{folder.parent}/gone.sh"]
    )
    root = run["originalUriBaseIds"]["SRCROOT"]["uri"]
    assert urllib.parse.unquote(root) == f"file://{os.getcwd()}/"
    assert all(
        rule["fullDescription"]["text"].endswith(".") for rule in run["tool"]["driver"]["rules"]
    )


def marks(data: Data) -> list[str]:
    """Return the fingerprints of the results."""
    return [one["partialFingerprints"]["sgdlint/v1"] for one in data["runs"][0]["results"]]


def test_fingerprints_stay_when_other_lines_change(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "plain.sh"
    path.write_text(SCRIPTS["plain.sh"] * 2)
    before = marks(said(capsys, "check", "--format", "sarif", "plain.sh"))
    path.write_text("echo first\n\n" + SCRIPTS["plain.sh"] + "  " + SCRIPTS["plain.sh"])
    after = marks(said(capsys, "check", "--format", "sarif", "plain.sh"))
    assert before == after
    assert len(set(before)) == len(before) == 4
    path.write_text(SCRIPTS["plain.sh"].replace("Image", "Image-2512"))
    other = marks(said(capsys, "check", "--format", "sarif", "plain.sh"))
    assert not set(other) & set(before)


def test_related_places_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = said(capsys, "check", "--format", "sarif", "array.sh")["runs"][0]["results"]
    labels = [one["message"]["text"] for result in results for one in result["relatedLocations"]]
    assert "used here" in labels


def test_nothing_found(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "good.sh").write_text("sglang serve --model-path Qwen/Qwen-Image\n")
    data = said(capsys, "check", "--format", "sarif", "--select", "SGD2", "good.sh")
    jsonschema.validate(data, SARIF)
    assert data["runs"][0]["results"] == []
    assert data["runs"][0]["tool"]["driver"]["rules"] == []
