"""Sessions of an editor with `sgdlint lsp`: what is shown, when, and where."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lsp_client import ROOT, Client, applied, place

from sgdlint.cli import main

pytest.importorskip("pygls")

ARGUMENTS = "--stdio", "--sglang", "0.5.18"

OLD = "sglang serve --model-path Qwen/Qwen-Image --warmup --num-gpus 2\n"
NEW = "sglang serve --model-path Qwen/Qwen-Image --warmup-mode request --num-gpus 2\n"


def codes(shown: list[dict[str, Any]]) -> list[str]:
    return [one.get("code", one["message"]) for one in shown]


def test_a_session_from_begin_to_end(editor: Client) -> None:
    assert editor.started["serverInfo"]["name"] == "sgdlint"
    assert editor.started["capabilities"]["textDocumentSync"]["change"] == 2  # incremental
    (one,) = editor.open("run.sh", "echo hello\n" + OLD)
    assert one["range"] == place(1, 42, 50)
    assert (one["code"], one["severity"], one["source"]) == ("SGD203", 1, "sgdlint")
    assert one["message"].startswith("`--warmup` was removed in SGLang 0.5.18")
    assert one["codeDescription"]["href"].endswith("options.md#sgd203")
    assert one["tags"] == [2]  # deprecated
    assert editor.change("run.sh", {"range": place(1, 50, 50), "text": "-mode request"}) == []
    assert codes(editor.change("run.sh", {"text": OLD})) == ["SGD203"]
    assert editor.close("run.sh") == []


def test_several_changes_at_once_are_made_in_order(editor: Client) -> None:
    editor.open("run.sh", OLD)
    changes = [
        {"range": place(0, 42, 50), "text": ""},
        {"range": place(0, 0, 0), "text": "\n"},
        {"range": place(1, 42, 42), "text": "--warmup-mode request"},
    ]
    assert editor.change("run.sh", *changes) == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_positions_count_utf_16_units_and_lines_of_any_kind(editor: Client, end: str) -> None:
    head = f"# \N{ROCKET}\u2028\x0c{end}# é{end}"
    if end == "\r":  # to bash it is no line end, so all of it is one comment
        assert editor.open("run.sh", head + OLD) == []
        return
    (one,) = editor.open("run.sh", head + f"echo '\N{ROCKET}é'; {OLD[:-1]}{end}")
    assert one["range"] == place(2, 54, 62)
    assert editor.change("run.sh", {"range": place(2, 62, 62), "text": "-mode request"}) == []
    (one,) = editor.change("run.sh", {"range": place(2, 62, 75), "text": ""})
    assert one["range"] == place(2, 54, 62)


def test_an_editor_may_count_in_other_units(tmp_path: Path) -> None:
    for encoding, start in (("utf-8", 52), ("utf-16", 50), ("utf-32", 49)):
        client = Client(tmp_path, "--sglang", "0.5.18", general={"positionEncodings": [encoding]})
        assert client.started["capabilities"]["positionEncoding"] == encoding
        (one,) = client.open("run.sh", f"echo \N{ROCKET}; {OLD}")
        assert one["range"]["start"]["character"] == start + 1
        assert client.stop() == 0


@pytest.mark.parametrize(
    ("name", "language", "text", "found"),
    [
        ("a.yaml", "yaml", f"services:\n  a:\n    image: x\n    command: {OLD}", "SGD203"),
        ("Dockerfile", "dockerfile", f"FROM lmsysorg/sglang:v0.5.18\nCMD {OLD}", "SGD203"),
        ("a.md", "markdown", f"# Run\n\n```bash\n{OLD}```\n", "SGD203"),
        ("launch", "shellscript", OLD, "SGD203"),
        ("launch", "plaintext", f"#!/bin/bash\n{OLD}", "SGD203"),
        ("untitled:Untitled-1", "shellscript", OLD, "SGD203"),
        ("a.py", "python", f'import os\nos.system("{OLD[:-1]}")\n', "SGD203"),
        ("notes.txt", "plaintext", f"We run (always) {OLD}", ""),
        ("a.rb", "ruby", OLD, ""),
        ("bad.sh", "shellscript", f"\0{OLD}", ""),
        ("bom.sh", "shellscript", f"\ufeff{OLD}", "SGD203"),
    ],
)
def test_files_of_many_kinds(
    editor: Client, name: str, language: str, text: str, found: str
) -> None:
    shown = editor.open(name, text, language)
    assert codes(shown)[:1] == ([found] if found else [])
    if found:
        lines = text.splitlines()
        start = shown[0]["range"]["start"]
        assert (
            lines[start["line"]]
            .encode("utf-16-le")[2 * start["character"] :]
            .decode("utf-16-le")
            .startswith("--warmup")
        )


@pytest.mark.parametrize(
    "text",
    [
        "services:\n  a: [\n    command: sglang serve --model-path x",
        "apiVersion: v1\nkind: Pod\nspec: {{{ sglang serve\n\t- x",
        "a: " + "[" * 5000 + "sglang serve",
    ],
)
def test_broken_yaml_does_no_harm(editor: Client, text: str) -> None:
    editor.open("a.yaml", text, "yaml")
    whole = f"services:\n  a:\n    image: x\n    command: {OLD}"
    assert codes(editor.change("a.yaml", {"text": whole}))[0] == "SGD203"


def test_text_that_is_being_typed_does_no_harm(editor: Client) -> None:
    editor.open("run.sh", "")
    text = 'ARGS=(--warmup "${X[@]}")\n'
    text += 'if x; then sglang serve --model-path "Qwen/Qwen-Image" ${ARGS[@]}; fi'
    for number in range(len(text)):
        line, column = text[:number].count("\n"), len(text[:number].rpartition("\n")[2])
        editor.type("run.sh", {"range": place(line, column, column), "text": text[number]})
    assert codes(editor.shown("run.sh")) == ["SGD203"]


def test_unsaved_text_of_another_file_counts(editor: Client) -> None:
    (editor.folder / "env.sh").write_text("WARM=\n")
    run = f"source env.sh\n{OLD.replace('--warmup', '$WARM')}"
    assert editor.open("run.sh", run) == []
    editor.open("env.sh", "WARM=\n")
    assert editor.shown("run.sh") == []
    editor.change("env.sh", {"text": "WARM=--warmup\n"})
    assert codes(editor.shown("run.sh")) == ["SGD203"]
    editor.close("env.sh")
    assert editor.shown("run.sh") == []


def test_settings_and_directives_count(tmp_path: Path) -> None:
    client = Client(tmp_path)
    assert codes(client.open("run.sh", OLD)) == ["SGD203"]
    (tmp_path / "sgdlint.toml").write_text('sglang = "0.5.12"\n')
    event = {"changes": [{"uri": client.uri("sgdlint.toml"), "type": 1}]}
    client.notify("workspace/didChangeWatchedFiles", event)
    assert client.shown("run.sh") == []
    assert codes(client.change("run.sh", {"text": f"# sgdlint: sglang=0.5.18\n{OLD}"})) == [
        "SGD203"
    ]
    (one,) = client.change("run.sh", {"text": f"\n# sgdlint: gpu=H10\n{OLD}"})
    assert "H100" in one["message"]
    assert one["range"] == place(1, 0, 18)
    (tmp_path / "sgdlint.toml").write_text("sglang = 12\n")
    client.notify("textDocument/didSave", {"textDocument": {"uri": client.uri("sgdlint.toml")}})
    (one,) = client.change("run.sh", {"text": OLD})
    assert "sgdlint.toml:1" in one["message"]
    assert client.stop() == 0


def test_a_baseline_in_the_settings_counts(tmp_path: Path) -> None:
    (tmp_path / "run.sh").write_text(OLD)
    write = ["check", "--write-baseline", str(tmp_path / "old.json"), str(tmp_path / "run.sh")]
    assert main(write) == 0
    (tmp_path / "sgdlint.toml").write_text('baseline = "old.json"\n')
    client = Client(tmp_path)
    assert client.open("run.sh", OLD) == []
    assert codes(client.change("run.sh", {"text": f"{OLD}{OLD}"})) == ["SGD203"]
    (tmp_path / "old.json").write_text("{")
    event = {"changes": [{"uri": client.uri("old.json"), "type": 2}]}
    client.notify("workspace/didChangeWatchedFiles", event)
    (one,) = client.shown("run.sh")
    assert "old.json: no baseline: not JSON" in one["message"]
    assert client.stop() == 0


@pytest.mark.parametrize("says", ["arguments", "settings", "comment"])
def test_a_goal_counts(tmp_path: Path, says: str) -> None:
    goal = 'goal = "throughput"\n' if says == "settings" else ""
    (tmp_path / "sgdlint.toml").write_text(f'gpu = "H100"\ngpus = 8\n{goal}')
    comment = "# sgdlint: goal=throughput\n" if says == "comment" else ""
    client = Client(tmp_path, *(("--goal", "throughput") if says == "arguments" else ()))
    text = f"{comment}sglang serve --model-path Qwen/Qwen-Image --num-gpus 8\n"
    told = [one["message"] for one in client.open("run.sh", text) if one["code"] == "SGD421"]
    assert told[0].startswith("For throughput ")
    assert client.stop() == 0


def test_a_file_that_is_deleted(editor: Client) -> None:
    (editor.folder / "run.sh").write_text(OLD)
    assert codes(editor.open("run.sh", OLD)) == ["SGD203"]
    (editor.folder / "run.sh").unlink()
    event = {"changes": [{"uri": editor.uri("run.sh"), "type": 3}]}
    editor.notify("workspace/didChangeWatchedFiles", event)
    assert codes(editor.change("run.sh", {"text": OLD + "\n"})) == ["SGD203"]
    assert editor.close("run.sh") == []
    gone = {"textDocument": {"uri": editor.uri("run.sh")}, "position": {"line": 0, "character": 0}}
    context = {"range": place(0, 0, 1), "context": {"diagnostics": []}}
    assert editor.request("textDocument/codeAction", {**gone, **context}) is None
    assert codes(editor.open("run.sh", OLD)) == ["SGD203"]


def test_related_places_and_ignored_options_are_told(editor: Client) -> None:
    text = "sglang generate --model-path Qwen/Qwen-Image --prompt x --warmup-mode request \\\n"
    text += "  --warmup-mode off\n"
    shown = {one["code"]: one for one in editor.open("run.sh", text)}
    assert shown
    two = "sglang serve --model-path Qwen/Qwen-Image --num-gpus 4 --ulysses-degree 3\n"
    related = [one for one in editor.change("run.sh", {"text": two}) if "relatedInformation" in one]
    assert related
    assert related[0]["relatedInformation"][0]["location"]["uri"] == editor.uri("run.sh")


# --- what can be done -----------------------------------------------------------------------------


def edits(action: dict[str, Any], uri: str) -> list[dict[str, Any]]:
    edit = action["edit"]
    if "changes" in edit:
        return list(edit["changes"][uri])
    (one,) = edit["documentChanges"]
    assert one["textDocument"]["uri"] == uri
    return list(one["edits"])


def test_a_safe_fix_is_preferred_and_makes_the_text_right(editor: Client) -> None:
    text = f"echo \N{ROCKET}; {OLD}"
    (one,) = editor.open("run.sh", text)
    fix, silence, every = editor.actions("run.sh", one["range"])
    assert silence["title"] == "Suppress SGD203 here (warmup-option-removed)"
    assert fix["title"] == "Fix: use --warmup-mode (SGD203)"
    assert (fix["kind"], fix["isPreferred"]) == ("quickfix", True)
    assert fix["diagnostics"] == [one]
    uri = editor.uri("run.sh")
    assert applied(text, edits(fix, uri)) == f"echo \N{ROCKET}; {NEW}"
    assert every["kind"] == "source.fixAll.sgdlint"
    assert applied(text, edits(every, uri)) == f"echo \N{ROCKET}; {NEW}"
    assert editor.actions("run.sh", place(0, 0, 2), ["quickfix"]) == []


def test_unsafe_and_lossy_fixes_are_told_apart(tmp_path: Path) -> None:
    client = Client(tmp_path, "--sglang", "0.5.12", "--lossy")
    text = "export SGLANG_CACHE_DIT_ENABLED=true\n"
    text += "sglang generate --model-path Qwen/Qwen-Image --prompt x --dit-layerwise-offload\n"
    shown = client.open("run.sh", text)
    assert "SGD101" in codes(shown)
    found = client.actions("run.sh", place(0, 0, 40), ["quickfix"])
    titles = {one["title"]: one["isPreferred"] for one in found if "Suppress" not in one["title"]}
    unsafe = "Unsafe fix: turn layerwise offload off (SGD101: needs more GPU memory)"
    assert titles[unsafe] is False
    assert client.stop() == 0


def test_fix_all_is_made_when_it_is_chosen(tmp_path: Path) -> None:
    from lsp_client import DOCUMENT, RESOLVING

    client = Client(
        tmp_path,
        "--sglang",
        "0.5.18",
        textDocument={**DOCUMENT, **RESOLVING},
        workspace={"workspaceEdit": {"documentChanges": True}},
    )
    text = f"{OLD}echo\r\n{OLD.replace('--num-gpus 2', '--warmup-steps 2')}"
    client.open("run.sh", text)
    (action,) = client.actions("run.sh", place(1, 0, 0), ["source.fixAll"])
    assert "edit" not in action
    whole = client.request("codeAction/resolve", action)
    (one,) = whole["edit"]["documentChanges"]
    assert one["textDocument"]["version"] == 1
    fixed = applied(text, one["edits"])
    assert "--warmup-mode request" in fixed
    assert "echo\r\n" in fixed
    assert client.actions("run.sh", place(1, 0, 0), ["refactor"]) == []
    assert client.stop() == 0


def test_a_finding_is_suppressed_where_a_comment_can_stand(editor: Client) -> None:
    text = f"echo\n{OLD[:-1]} \\\n  --unknown-thing 3\n"
    editor.open("run.sh", text)
    (action,) = [
        one
        for one in editor.actions("run.sh", place(2, 4, 4), ["quickfix"])
        if one["title"] == "Suppress SGD201 here (unknown-option)"
    ]
    assert action["isPreferred"] is False
    new = applied(text, edits(action, editor.uri("run.sh")))
    assert new == text.replace(OLD[:-1], f"# sgdlint: ignore[SGD201]\n{OLD[:-1]}")
    assert codes(editor.change("run.sh", {"text": new})) == ["SGD203"]


# --- faults ---------------------------------------------------------------------------------------


def test_a_fault_in_one_message_is_not_the_end(editor: Client) -> None:
    editor.open("run.sh", OLD)
    document = {"uri": editor.uri("run.sh")}
    assert "error" in editor.answer("textDocument/nonsense", {})
    editor.notify("textDocument/didChange", {"textDocument": document})
    editor.notify("$/nonsense", {})
    editor.notify("$/cancelRequest", {"id": 4711})
    position = {"line": 99, "character": 99}
    far = {"start": position, "end": position}
    assert editor.actions("run.sh", far, ["quickfix"]) == []
    assert codes(editor.change("run.sh", {"range": far, "text": "\n" + OLD})) == ["SGD203"] * 2


def test_what_was_typed_meanwhile_is_checked_once(editor: Client) -> None:
    editor.open("run.sh", "")
    for number in range(30):
        editor.type("run.sh", {"text": f"# {number}\n{OLD}"})
    assert codes(editor.shown("run.sh")) == ["SGD203"]


def test_exit_without_shutdown_is_told_by_the_status(tmp_path: Path) -> None:
    client = Client(tmp_path)
    client.notify("exit", None)
    assert client.end() == 1
    client = Client(tmp_path)
    assert client.process.stdin is not None
    client.process.stdin.close()
    assert client.end() == 1


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    hide = "import sys; sys.modules['pygls'] = None; from sgdlint.cli import main; "
    done = subprocess.run(
        [sys.executable, "-c", hide + "sys.exit(main(['lsp']))"],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "pip install 'pygls>=2.0'" in done.stderr
    assert done.stdout == ""


def test_bad_options_are_refused_at_once(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sgdlint", "lsp", "--gpu", "H10"],
        check=False,
        cwd=ROOT,
        input="",
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "H100" in done.stderr
