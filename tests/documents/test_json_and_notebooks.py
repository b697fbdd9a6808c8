"""JSON and notebooks: which text is a script, with its places, and what a fix may change."""

from __future__ import annotations

import json
import random

import pytest
from document_places import check_places

from sgdlint import linter, rulepack
from sgdlint.documents import document, kinds
from sgdlint.documents.json_tree import JsonError, parse
from sgdlint.documents.region import STAND_IN as GAP
from sgdlint.documents.region import Region
from sgdlint.documents.yaml_tree import List, Mapping, Node, Scalar
from sgdlint.fixer import fix
from sgdlint.linter import Options, check
from sgdlint.source import Source

RUN = "sglang serve --model-path Qwen/Qwen-Image"


def regions(path: str, text: str) -> tuple[Region, ...]:
    """Return the regions of a file."""
    return document.read(Source(path, text), kinds.kind_of(path, text)).regions


def cell(*lines: str, **more: object) -> str:
    """Return a notebook with one cell."""
    code = {"cell_type": "code", "source": list(lines)}
    return json.dumps({"cells": [code], "metadata": {}, **more})


BASH = {"metadata": {"kernelspec": {"language": "bash"}}}
ROWS = [
    ("a.ipynb", cell(f"!{RUN}\n", "x = 1"), [RUN]),
    ("a.ipynb", cell("if a:\n", f"    out = !{RUN} \\\n", "      --x\n"), [f"{RUN} \\\n      --x"]),
    ("a.ipynb", cell("!sglang serve {a} \"$b\" '{c}'"), [f"sglang serve {GAP} \"{GAP}\" '{GAP}'"]),
    ("a.ipynb", cell("!{sys.executable} -m sglang.x"), ["python -m sglang.x"]),
    ("a.ipynb", cell("%pip install sglang==0.5.12"), ["pip install sglang==0.5.12"]),
    ("a.ipynb", cell("%%bash\n", "A=1\n", f"{RUN} $A"), [f"A=1\n{RUN} $A"]),
    ("a.ipynb", cell("%%time\n", f"!{RUN}"), [RUN]),
    ("a.ipynb", cell("%%html\n", f"!{RUN}"), []),
    ("a.ipynb", cell(f"'{RUN}'"), []),
    ("a.ipynb", cell(RUN, **BASH), [RUN]),
    ("a.ipynb", cell("%env A=1\n", "os.environ['B'] = '2'", f"\n!{RUN}"), [RUN]),
    ("a.json", json.dumps({"scripts": {"a": RUN, "b": "ls"}}), [RUN]),
    ("a.json", json.dumps({"command": RUN, "env": {"A": "b c"}}), [f"export A='b c'\n{RUN}"]),
    ("a.json", json.dumps({"command": "sglang", "args": ["serve", "a b"]}), ["sglang serve 'a b'"]),
    ("a.json", json.dumps({"args": ["sglang", "${env:X}/y", 1]}), [f"sglang '{GAP}/y' 1"]),
    ("a.json", json.dumps({"args": ["sglang", None, []]}), [f"sglang null '{GAP}'"]),
    ("a.json", json.dumps({"command": "bash", "args": ["-c", f"{RUN} 'é'"]}), [f"{RUN} 'é'"]),
    ("a.json", json.dumps({"postStartCommand": {"a": RUN, "b": RUN.split()}}), [RUN, RUN]),
    ("a.json", json.dumps({"module": "sglang.x", "args": ["a"]}), ["python -m sglang.x a"]),
    ("a.json", json.dumps({"program": "/v/sglang", "args": ["a b"]}), ["/v/sglang 'a b'"]),
    ("a.json", json.dumps({"program": "${x}/sglang", "args": ["a"]}), [f"'{GAP}/sglang' a"]),
    (
        "a.json",
        json.dumps({"program": "x", "module": "sglang.x", "args": []}),
        ["python -m sglang.x"],
    ),
    ("a.json", json.dumps({"description": RUN, "readme": [RUN]}), []),
    (
        "a.json",
        '{"command": "sglang", "args": [ // c\n "serve", /* d */ "\\ud83d\\ude00\\/", ], }',
        ["sglang serve '\U0001f600/'"],
    ),
]
IDS = [f"{number}-{row[0]}" for number, row in enumerate(ROWS)]


@pytest.mark.parametrize(("path", "text", "scripts"), ROWS, ids=IDS)
def test_scripts(path: str, text: str, scripts: list[str]) -> None:
    assert [region.text for region in regions(path, text)] == scripts


@pytest.mark.parametrize(("path", "text", "scripts"), ROWS, ids=IDS)
def test_each_character_has_its_place(path: str, text: str, scripts: list[str]) -> None:
    check_places(text, regions(path, text))


def test_what_an_earlier_cell_sets_is_not_known() -> None:
    cells = [
        {"cell_type": "code", "source": "%env A=1\nos.environ['B'] = '2'"},
        {"cell_type": "code", "source": f"!{RUN}"},
    ]
    [region] = regions("a.ipynb", json.dumps({"cells": cells}))
    assert region.text == f"export A='{GAP}'\nexport B='{GAP}'\n{RUN}"


def loaded(node: Node) -> object:
    """Return what a tree holds, as `json.loads` would."""
    if isinstance(node, Mapping):
        return {key.value: loaded(it) for key, it in node.pairs if isinstance(key, Scalar)}
    if isinstance(node, List):
        return [loaded(it) for it in node.items]
    assert isinstance(node, Scalar)
    return node.value if node.style else json.loads(node.value)


VALUES = [
    '{"a": [1, -2.5e3, true, false, null, "x"], "b": {}, "c": []}',
    '["\\u00e9\\n\\t\\"\\\\\\/\\b", "\\ud83d\\ude00", "\u00e9\U0001f600"]',
    ' [ [ [ ] ] , { "a" : { } } ] ',
]


@pytest.mark.parametrize("text", VALUES)
def test_the_tree_holds_what_json_says(text: str) -> None:
    root, _ = parse(text)
    assert loaded(root) == json.loads(text)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1", "[1 2]", '{"a" 1}', "{a: 1}", '"x', '"\\q"', "[1] 2", "[" * 100, "nul]", "//"],
)
def test_what_is_no_json_is_told(text: str) -> None:
    with pytest.raises(JsonError):
        parse(text)


def test_comments_and_commas_of_editors() -> None:
    root, comments = parse('// a\n{"x": "// no", /* b\n */ "y": [1,],}\n')
    assert loaded(root) == {"x": "// no", "y": [1]}
    assert [(one.start, one.end) for one in comments] == [(0, 4), (20, 28)]


FIXES = [
    ("a.ipynb", cell("x = '\u00e9'\n", f"!{RUN} --num_gpus 1\n", "y")),
    ("a.ipynb", cell("%%bash\n", f"{RUN} \\\n", "  --num_gpus 1\n")),
    ("a.json", json.dumps({"scripts": {"a": f'{RUN} --served-model-name "x" --num_gpus 1'}})),
    ("a.json", json.dumps({"args": [*RUN.split(), "--num_gpus", "1"]}, indent=2)),
    ("a.json", json.dumps({"command": [*RUN.split(), "--num_gpus=1"]}, separators=(",", ":"))),
]


@pytest.mark.parametrize(("path", "text"), FIXES)
def test_a_fix_changes_nothing_else(path: str, text: str) -> None:
    options = Options(sglang="0.5.20")
    done = fix(Source(path, text), lambda it: check(it, rulepack.load(), options), True)
    assert "--num-gpus" in done.text
    before, after = str(json.loads(text)), str(json.loads(done.text))
    assert before.replace("--num_gpus", "--num-gpus") == after


def test_words_come_and_go_as_items() -> None:
    text = json.dumps({"args": [*RUN.split(), "--num-gpus", "1", "--num-gpus", "1"]}, indent=1)
    options = Options(sglang="0.5.20")
    done = fix(Source("a.json", text), lambda it: check(it, rulepack.load(), options), True)
    assert json.loads(done.text) == {"args": [*RUN.split(), "--num-gpus", "1"]}
    assert done.text == json.dumps(json.loads(done.text), indent=1)


def test_a_comment_says_the_release() -> None:
    text = f'{{\n// sgdlint: sglang=0.5.12\n"command": "{RUN}"}}'
    report = check(Source("a.jsonc", text), rulepack.load(), Options())
    assert [one.releases for one in report.checked] == [("0.5.12",)]


@pytest.mark.parametrize("path", ["a.json", "a.ipynb"])
def test_broken_files_are_read(path: str) -> None:
    chance = random.Random(2)
    for text in [text for name, text, _ in ROWS if name == path] * 4:
        at = chance.randrange(len(text) + 1)
        broken = text[:at] + chance.choice('"\\{}[],:/*\n\u00e9') + text[at + chance.randrange(9) :]
        linter.check(Source(path, broken), rulepack.load(), Options(sglang="0.5.20"))


def test_broken_json_with_a_launch_is_told() -> None:
    text = '{"command": ["sglang", "serve"'
    report = check(Source("a.json", text), rulepack.load(), Options())
    assert [one.code for one in report.findings] == ["SGD904"]


@pytest.mark.parametrize("head", [[], ["%%bash\n"]])
def test_directives_in_cells(head: list[str]) -> None:
    mark = "" if head else "!"
    lines = [
        *head,
        "# sgdlint: sglang=0.5.20\n",
        "# sgdlint: ignore[SGD208] known\n" if head else '# sgdlint: ignore[SGD208] "known"\n',
        "# the server\n",
        f"{mark}{RUN} --num-gpu 2\n",
        f"{mark}{RUN} --num-gpu 4\n",
        "# sgdlint: ignore[SGD206] nothing\n",
    ]
    source = Source("a.ipynb", json.dumps(json.loads(cell(*lines)), indent=1))
    report = check(source, rulepack.load(), Options())
    assert report.sglang == "0.5.20"
    assert [one.code for one in report.findings] == ["SGD208", "SGD802"]
    assert [source.text[one.span.start : one.span.end] for one in report.findings] == [
        "--num-gpu",
        lines[-1].strip(),
    ]
    done = fix(source, lambda it: check(it, rulepack.load(), Options())).text
    assert json.loads(done)["cells"][0]["source"] == [*lines[:-1], "\n"]


def test_more_launches_than_are_read_are_told() -> None:
    from sgdlint.documents import json_values, notebook

    body = cell(*[f"!{RUN}\n"] * (notebook.MOST_SCRIPTS + 1))
    found = document.read(Source("a.ipynb", body), "notebook")
    assert len(found.regions) == notebook.MOST_SCRIPTS
    assert "launches" in found.unread[0].message
    body = json.dumps([{"command": RUN}] * (json_values.MOST_SCRIPTS + 1))
    found = document.read(Source("a.json", body), "json")
    assert len(found.regions) == json_values.MOST_SCRIPTS
    assert "commands" in found.unread[0].message
