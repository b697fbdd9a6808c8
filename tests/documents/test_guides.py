"""Guides: which text is a script, with its places, and what a fix may change."""

from __future__ import annotations

import random
from textwrap import indent

import pytest
from document_places import check_places

from sgdlint import linter, rulepack
from sgdlint.documents import document, kinds
from sgdlint.documents.placeholders import gaps
from sgdlint.documents.prompts import typed
from sgdlint.documents.region import STAND_IN as GAP
from sgdlint.documents.region import Region
from sgdlint.fixer import fix
from sgdlint.linter import Options, check
from sgdlint.source import Source, Span

RUN = "sglang serve --model-path Qwen/Qwen-Image"


def regions(path: str, text: str) -> tuple[Region, ...]:
    """Return the regions of a guide."""
    return document.read(Source(path, text), kinds.kind_of(path, text)).regions


ROWS = [
    ("a.md", f"```bash\n{RUN}\n```\n", [f"{RUN}\n"]),
    ("a.md", f"~~~ sh\r\n{RUN}\r\n~~~\r\n", [f"{RUN}\n"]),
    ("a.md", f"````sh\n{RUN} --port 1\n```\n````", [f"{RUN} --port 1\n```\n"]),
    ("a.md", f"```bash\n{RUN} \\\n  --port 1", [f"{RUN} \\\n  --port 1"]),
    (
        "a.md",
        f"- a\n  1. b\n     ```sh\n     {RUN} \\\n       --x\n     ```\n",
        [f"{RUN} \\\n  --x\n"],
    ),
    ("a.md", f"- ```sh\n  {RUN}\n  ```\n", [f"{RUN}\n"]),
    ("a.md", f"> ```sh\n> {RUN} \\\n>   --x\n> ```\n", [f"{RUN} \\\n  --x\n"]),
    ("a.md", f"> ```sh\n> {RUN}\nnone\n", [f"{RUN}\n"]),
    ("a.md", f"text\n\n    {RUN} --x\n    # b\n\ntext\n", [f"{RUN} --x\n# b\n"]),
    ("a.md", f"- text\n\n    {RUN} --x\n", []),
    ("a.md", f"- text\n\n      {RUN} --x\n", [f"{RUN} --x\n"]),
    ("a.mdx", f"text\n\n    {RUN} --x\n", []),
    ("a.md", f"```python\n{RUN} --x\n```\n", []),
    ("a.md", f"```{{code-block}} bash\n{RUN}\n```\n", [f"{RUN}\n"]),
    ("a.md", f"```{{.bash .no-copy}}\n{RUN}\n```\n", [f"{RUN}\n"]),
    ("a.md", "```\nsglang serve is a command, and it isn't hard\n```\n", []),
    ("a.md", f"<!--\n```bash\n{RUN}\n```\n-->\n", []),
    ("a.mdx", f"{{/* ```bash\n{RUN}\n``` */}}\n", []),
    ("a.md", f"a `{RUN} --port 1` b\n", [f"{RUN} --port 1 {GAP}"]),
    ("a.md", "a `sglang serve` b `sglang serve --help`\n", []),
    ("a.md", f"```bash\n{RUN} --port <PORT> ...\n```\n", [f"{RUN} --port {GAP} {GAP}\n"]),
    (
        "a.md",
        f"```sh\nexport A=1 B\n```\n```sh\n{RUN}\n```\n",
        [f"export A='{GAP}'\nexport B='{GAP}'\n{RUN}\n"],
    ),
    (
        "a.md",
        f"```console\n$ ls\nsglang\n$ {RUN} \\\n>  --x\nout\n```\n",
        [f"ls\n{RUN} \\\n --x\n"],
    ),
    ("a.rst", f"Do::\n\n    {RUN} --x\n    # b\n\ntext\n", [f"{RUN} --x\n# b\n"]),
    ("a.rst", f".. code-block:: sh\n   :linenos:\n\n   {RUN}\n\n   ls\n", [f"{RUN}\n\nls\n"]),
    ("a.rst", f".. code:: python\n\n   {RUN}\n", []),
    ("a.rst", f"a ``{RUN} --port 1`` b\n", [f"{RUN} --port 1 {GAP}"]),
    ("a.adoc", f"[source,bash]\n----\n{RUN} \\ <1>\n  --x\n----\n", [f"{RUN} \\\n  --x\n"]),
    ("a.adoc", f"[,console]\n.Title\n$ {RUN}\n\ntext\n", [f"{RUN}\n"]),
    ("a.adoc", f"----\n{RUN} --x\n----\n", [f"{RUN} --x\n"]),
    ("a.adoc", f"[source,python]\n----\n{RUN} --x\n----\n", []),
    ("a.adoc", f"////\n----\n{RUN} --x\n----\n////\n", []),
]
IDS = [f"{number}-{row[0]}" for number, row in enumerate(ROWS)]


@pytest.mark.parametrize(("path", "text", "scripts"), ROWS, ids=IDS)
def test_blocks_are_scripts(path: str, text: str, scripts: list[str]) -> None:
    assert [region.text for region in regions(path, text)] == scripts


@pytest.mark.parametrize(("path", "text", "scripts"), ROWS, ids=IDS)
def test_each_character_has_its_place(path: str, text: str, scripts: list[str]) -> None:
    check_places(text, regions(path, text))


ANGLES = [(one, False) for one in ("<N>", "{fa,sage}", "{1|2}", "<1-8>")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a <b> c", [("<b>", False)]),
        ("--m=<your model> x", [("<your model>", False)]),
        ("<a>/<b>:{c}", [("<a>", False), ("<b>", False), ("{c}", False)]),
        ("a < b > c", []),
        ("v<N>/x --t {fa,sage} --n={1|2} <1-8>", ANGLES),
        ("a/{b,c} {1..4} for x in {a,b}; do", []),
        ("a <b >c", []),
        ("cat <<EOF >f", []),
        ("diff <(a) <(b)", []),
        ("a 2>&1 >f <g", []),
        ("${a} x{a,b} {1..3} '{\"a\": 1}'", []),
        ("{{ host }}", [("{{ host }}", False)]),
        ('"say <this>" "{x}"', [("<this>", False), ("{x}", False)]),
        ("a ... [opts] [--x y]", [("...", True), ("[opts]", True), ("[--x y]", True)]),
        ("\"...\" 'a cat ... b'", [("...", False)]),
        ("/path/to/\u2026 x/...", [("\u2026", False), ("...", False)]),
        ("[ -f x ] && [[ $a ]] [abc].txt", []),
        ("a # <b> ... it's\nc <d>", [("<d>", False)]),
    ],
)
def test_placeholders(text: str, found: list[tuple[str, bool]]) -> None:
    assert [(text[one.start : one.end], one.loose) for one in gaps(text)] == found


@pytest.mark.parametrize(
    ("language", "lines", "expected"),
    [
        ("bash", ["ls", "# c"], None),
        ("bash", ["$ ls", "out", "$ pwd"], ["ls", "pwd"]),
        ("console", ["# ls", "out"], ["ls"]),
        ("bash", ["# ls", "out"], None),
        ("console", ["$ ls", "# a comment"], ["ls"]),
        ("console", ["(v) me@host:~/x$ a \\", "    b", "out"], ["a \\", "    b"]),
        ("console", ["root@box:/# a", "out"], ["a"]),
        ("console", ["[me@box x]$ a"], ["a"]),
        ("console", ["$ a 'b", "c' d", "it's out"], ["a 'b", "c' d"]),
        ("console", ["$ cat <<E", "x", "E", "out"], ["cat <<E", "x", "E"]),
        ("console", ["out", "more"], []),
        ("console", ["sglang serve \\", "  --x"], None),
    ],
)
def test_sessions(language: str, lines: list[str], expected: list[str] | None) -> None:
    found = typed(lines, language)
    shown = None if found is None else [lines[one.number][one.skip :] for one in found]
    assert shown == expected


def codes(path: str, text: str, sglang: str = "") -> list[str]:
    """Return the codes of the findings in a guide."""
    report = check(Source(path, text), rulepack.load(), Options(sglang=sglang))
    return [one.code for one in report.findings]


BLOCK = f"```bash\n{RUN} --num_gpus 1\n```\n"


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.md", BLOCK, ["SGD206"]),
        ("a.md", f"<!-- sgdlint: ignore[SGD206] so -->\n{BLOCK}", []),
        ("a.md", f"<!-- sgdlint: ignore[SGD206] so -->\n\n{BLOCK}{BLOCK}", ["SGD206"]),
        ("a.md", f"<!-- a -->\n<!-- sgdlint: ignore[SGD206] so -->\n<!-- b -->\n{BLOCK}", []),
        ("a.md", f"Say `<!-- sgdlint: sglang=0.5.9 -->` and\n`<!-- no\n\n{BLOCK}-->\n", ["SGD206"]),
        ("a.mdx", f"{{/* sgdlint: ignore[SGD206] so */}}\n{BLOCK}", []),
        ("a.md", BLOCK.replace("sglang", "# sgdlint: ignore[SGD206] so\nsglang", 1), []),
        ("a.md", f"<!-- sgdlint: ignore[SGD201] so -->\n{BLOCK}", ["SGD802", "SGD206"]),
        ("a.rst", f".. sgdlint: ignore[SGD206] so\n\nDo::\n\n   {RUN} --num_gpus 1\n", []),
        ("a.adoc", f"// sgdlint: ignore[SGD206] so\n----\n{RUN} --num_gpus 1\n----\n", []),
    ],
)
def test_directives(path: str, text: str, expected: list[str]) -> None:
    assert codes(path, text, sglang="0.5.20") == expected


INSTALL = "```sh\npip install sglang==0.5.{}\n```\n"


@pytest.mark.parametrize(
    ("text", "release"),
    [
        (INSTALL.format(12) + BLOCK, "0.5.12"),
        (BLOCK + INSTALL.format(12), "0.5.12"),
        (INSTALL.format(9) + INSTALL.format(12) + BLOCK, "0.5.12"),
        (INSTALL.format(9) + BLOCK + INSTALL.format(12), "0.5.9"),
        (f"```sh\ndocker pull lmsysorg/sglang:v0.5.11\n```\n{BLOCK}", "0.5.11"),
        (f"<!-- sgdlint: sglang=0.5.10 -->\n{INSTALL.format(12)}{BLOCK}", "0.5.10"),
    ],
)
def test_a_page_tells_the_release(text: str, release: str) -> None:
    report = check(Source("a.md", text), rulepack.load(), Options())
    assert [one.releases for one in report.checked] == [(release,)]


def test_what_an_earlier_block_exports_is_not_known() -> None:
    before = "```sh\nexport SGLANG_CACHE_DIT_ENABLED=true\n```\n"
    text = f"```sh\n{RUN} --dit-layerwise-offload\n```\n"
    assert "SGD110" not in codes("a.md", before + text, sglang="0.5.12")
    both = before.replace("\n```\n", f"\n{RUN} --dit-layerwise-offload\n```\n")
    assert codes("a.md", both, sglang="0.5.12") != codes("a.md", before + text, sglang="0.5.12")


FIXES = [
    (
        "a.md",
        f"> ```sh\n> {RUN} \\\n>   --port 1 \\\n>   --num_gpus 1\n> ```\n",
        f"> ```sh\n> {RUN} \\\n>   --port 1 \\\n>   --num-gpus 1\n> ```\n",
    ),
    (
        "a.md",
        f"> ```sh\n> {RUN} \\\n>   --num-gpus 1 \\\n>   --num-gpus 1 \\\n>   --port 30001\n> ```\n",
        f"> ```sh\n> {RUN} \\\n>   --num-gpus 1 \\\n>   --port 30001\n> ```\n",
    ),
    (
        "a.rst",
        f"Do::\n\n   {RUN} \\\n     --num-gpus 1 \\\n     --port 30001 \\\n     --num-gpus 1\n",
        f"Do::\n\n   {RUN} \\\n     --port 30001 \\\n     --num-gpus 1\n",
    ),
]


@pytest.mark.parametrize(("path", "before", "after"), FIXES)
def test_fixes_keep_the_layout(path: str, before: str, after: str) -> None:
    options = Options(sglang="0.5.20")
    done = fix(Source(path, before), lambda it: check(it, rulepack.load(), options), True)
    assert done.text == after


def test_code_in_a_sentence_is_not_changed() -> None:
    text = f"Once `{RUN} --num_gpus 1` was right.\n"
    report = check(Source("a.md", text), rulepack.load(), Options(sglang="0.5.20"))
    [found] = report.findings
    assert found.fix is not None
    assert found.fix.applicability == "display"
    assert found.severity == "info"


POD = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - args: [sglang, serve, {}--x]\n"


@pytest.mark.parametrize(
    ("text", "scripts"),
    [
        (f"```yaml\n{POD.format('')}```\n", ["sglang serve --x"]),
        (indent(f"```yml\n{POD.format('')}```\n", "  "), ["sglang serve --x"]),
        (f"```yaml\n{POD.format('<MODEL>, ')}```\n", []),
        ('```json\n{"command": ["sglang", "serve"]}\n```\n', ["sglang serve"]),
        ('```python\nrun(["sglang", "serve"])\n```\n', ["sglang serve"]),
        ('```python\n>>> run(["sglang", "serve"])\n```\n', []),
        ('> ```json\n> {"command": ["sglang", "serve"]}\n> ```\n', []),
    ],
)
def test_blocks_in_other_languages(text: str, scripts: list[str]) -> None:
    found = regions("a.md", text)
    assert [one.text for one in found] == scripts
    for region in found:
        for start in range(len(region.text)):
            exact = region.exact_span(Span(start, start + 1))
            assert exact is None or text[exact.start] == region.text[start]


def test_python_in_a_shell_block_is_no_fault() -> None:
    assert codes("a.md", '```bash\nx = f("sglang")\n```\n') == []
    assert codes("a.md", f'```bash\n{RUN} --port "1\n```\n') == ["SGD801"]


@pytest.mark.parametrize("path", ["a.md", "a.mdx", "a.rst", "a.adoc"])
def test_broken_guides_are_read(path: str) -> None:
    whole = "\n".join(text for name, text, _ in ROWS if name == path)
    chance = random.Random(1)
    for _ in range(60):
        start = chance.randrange(len(whole))
        text = whole[start : start + chance.randrange(300)]
        at = chance.randrange(len(text) + 1)
        text = text[:at] + chance.choice("`~>\n\t -$#<{'\"\\") * chance.randrange(4) + text[at:]
        linter.check(Source(path, text), rulepack.load(), Options(sglang="0.5.20"))
