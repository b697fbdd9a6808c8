"""Python code: which lists and strings are scripts, their places, and what a fix may change."""

from __future__ import annotations

import ast
import random

import pytest
from document_places import check_places

from sgdlint import linter, rulepack
from sgdlint.documents import document
from sgdlint.documents.python_strings import value_at
from sgdlint.documents.region import STAND_IN as GAP
from sgdlint.documents.region import Region
from sgdlint.fixer import fix
from sgdlint.linter import Options, check
from sgdlint.source import Source

RUN = "sglang serve --model-path Qwen/Qwen-Image"
ITEMS = ", ".join(f'"{word}"' for word in RUN.split())


def regions(text: str) -> tuple[Region, ...]:
    """Return the regions of Python code."""
    return document.read(Source("a.py", text), "python").regions


LITERALS = [
    '"a b"', "'a\\'b'", '"""a\n"b" \\\nc"""', 'r"a\\nb"', '"a" \'b\' r"c"', '("a"  # x\n  "b")[0:]',
    '"\\x41\\u00e9\\U0001f600\\101\\n\\t"', 'u"é😀x"', '"{a} {{b}}"',
    'R"""\\""" """', '"\\N{BULLET}"',
]  # fmt: skip


@pytest.mark.parametrize("literal", LITERALS)
def test_literals(literal: str) -> None:
    node = next(one for one in ast.walk(ast.parse(literal)) if isinstance(one, ast.Constant))
    start = literal.index("(") + 1 if literal.startswith("(") else 0
    end = literal.index(")") if literal.startswith("(") else len(literal)
    value = value_at(literal, start, end)
    assert value is not None
    if "\\N" not in literal:
        assert value.text == node.value
    for piece in value.pieces:
        if piece.exact and piece.texts:
            assert literal[piece.start : piece.end] == piece.texts[0]


ROWS = [
    (f"run([{ITEMS}])", [RUN]),
    ('run(["sglang", "serve", "--prompt", "it\'s"])', ["sglang serve --prompt 'it'\\''s'"]),
    ('run(["sglang", x, f"a{y}b", str(8), 9])', [f"sglang '{GAP}' 'a{GAP}b' 8 '{GAP}'"]),
    ('run(["sglang", "serve", *more, "--x"])', [f"sglang serve {GAP} --x"]),
    ('run([sys.executable, "-m", "sglang.launch_server"])', ["python -m sglang.launch_server"]),
    ('run(["sglang", "serve"] + more + ["--x"])', [f"sglang serve {GAP} --x"]),
    ('M = "a/b"\nN = 2\nrun(["sglang", "serve", M, str(N), f"-{M}"])', ["sglang serve a/b 2 -a/b"]),
    ('M = "a"\nM = "b"\nrun(["sglang", "serve", M])', [f"sglang serve '{GAP}'"]),
    ('if x:\n  M = "a"\nrun(["sglang", "serve", M])', [f"sglang serve '{GAP}'"]),
    ('def f(M):\n  run(["sglang", "serve", M])\nM = "a"', [f"sglang serve '{GAP}'"]),
    ('def f():\n  run(["sglang", "serve", M])\nM = "a"', ["sglang serve a"]),
    ('def f():\n  global M\n  M = 1\n  run(["sglang", M])\nM = "a"', [f"sglang '{GAP}'"]),
    ('B = ["--x"]\nrun(["sglang", "serve", *B, *B])', ["sglang serve --x --x"]),
    ('B = ["--x"]\nB.append("y")\nrun(["sglang", "serve", *B])', [f"sglang serve {GAP} "]),
    ('c = ["sglang", "serve"]\nrun(c)', ["sglang serve"]),
    ('c = ["sglang", "serve"]\nc.append("--x")\nc += ["y"]\nrun(c)', ["sglang serve --x y"]),
    ('c = ["sglang", "serve"]\nif a:\n  c += ["y"]\nrun(c)', [f"sglang serve {GAP} "]),
    ('c = ["sglang", "serve"]\nprint(c)\nwith o as f:\n  Popen(c)', ["sglang serve"]),
    ('c = ["sglang", "serve"]\ngrow(c)\nrun(c)', [f"sglang serve {GAP} "]),
    ('c = ["sglang", "serve"]\nreturn_(c)', [f"sglang serve {GAP} "]),
    ('assert c == ["sglang", "serve"]', [f"sglang serve {GAP} "]),
    ('x = {"cmd": ["sglang", "serve"]}', [f"sglang serve {GAP} "]),
    ('execvp("sglang", ["sglang", "serve"])', ["sglang serve"]),
    ('execlp("sglang", "sglang", "serve")', ["sglang serve"]),
    ('create_subprocess_exec("sglang", "serve", *c)', [f"sglang serve {GAP} "]),
    (f'run(["bash", "-c", "{RUN} $X"])', [f"{RUN} $X"]),
    (f'os.system("{RUN}")', [RUN]),
    (f'os.system(f"{RUN} {{x}} \'{{y}}\'")', [f"{RUN} {GAP} '{GAP}'"]),
    (f'os.system("{RUN} %s" % x)', [f"{RUN} {GAP}"]),
    (f'os.system("{RUN} {{}}".format(x))', [f"{RUN} {GAP}"]),
    (f'os.system("{RUN} " + x)', [f"{RUN} {GAP}"]),
    (f'run(shlex.split("""{RUN}\n --x"""))', [f"{RUN}  --x"]),
    (f'run(dedent("""\\\n  {RUN} \\\\\n    --x\n"""), shell=True)', [f"  {RUN} \\\n    --x\n"]),
    (f'cmd = "{RUN}"\nrun(cmd, shell=True)', [RUN]),
    (f'cmd = "{RUN}"\nif a:\n  cmd += " --x"\nrun(cmd)', [f"{RUN} {GAP}"]),
    (f'"""{RUN} --x"""\ndef f():\n  "{RUN}"', []),
    (f'print("{RUN}")\nlog.info("{RUN}")\nraise E("{RUN}")', []),
    (f'add_argument("--x", help="{RUN}")', []),
    ('x = ["vllm", "sglang"]', [f"vllm sglang {GAP} "]),
    (f'run([{ITEMS}], env={{**os.environ, "A": "b"}})', [f"export A=b\n{RUN}"]),
    (f'os.environ["A"] = "b"\nrun([{ITEMS}])', [f"export A=b\n{RUN}"]),
    (f'if x:\n  os.environ["A"] = "b"\nrun([{ITEMS}])', [f"export A='{GAP}'\n{RUN}"]),
    (f'run([{ITEMS}])\nos.environ["A"] = "b"', [f"export A='{GAP}'\n{RUN}"]),
    (f'env = dict(os.environ, A="b")\nrun([{ITEMS}], env=env)', [f"export A='{GAP}'\n{RUN}"]),
    ('image.pip_install("sglang==0.5.12")\n"sglang serve"', ["pip install sglang==0.5.12"]),
]  # fmt: skip
IDS = [str(number) for number in range(len(ROWS))]
TAIL = "\n# sglang serve\n"


@pytest.mark.parametrize(("text", "scripts"), ROWS, ids=IDS)
def test_scripts(text: str, scripts: list[str]) -> None:
    assert [region.text for region in regions(text + TAIL)] == scripts


@pytest.mark.parametrize(("text", "scripts"), ROWS, ids=IDS)
def test_each_character_has_its_place(text: str, scripts: list[str]) -> None:
    check_places(text + TAIL, regions(text + TAIL))


def fixed(text: str, sglang: str = "0.5.20") -> str:
    """Return code with all fixes."""
    options = Options(sglang=sglang)
    return fix(Source("a.py", text), lambda it: check(it, rulepack.load(), options), True).text


FIXES = [
    f'run([{ITEMS}, "--num_gpus", "1"])',
    f"run([{ITEMS}, '--num_gpus=1'])  # é",
    f'x = "é"; run(f"{RUN} --port {{p}} --num_gpus 1", shell=True)',
    f'run("""\n  {RUN} \\\n    --num_gpus 1\n""", shell=True)',
    f'run(r"{RUN} --num_gpus 1", shell=True)',
    f'run("{RUN} "\n    "--num_gpus 1", shell=True)',
]


@pytest.mark.parametrize("text", FIXES)
def test_a_fix_changes_nothing_else(text: str) -> None:
    after = fixed(text)
    assert "--num-gpus" in after
    assert ast.dump(ast.parse(text)).replace("--num_gpus", "--num-gpus") == ast.dump(
        ast.parse(after)
    )


def test_words_come_and_go_as_items() -> None:
    before = f'run([\n    {ITEMS},\n    "--num-gpus", "1",\n    "--num-gpus", "1",  # one\n])\n'
    after = f'run([\n    {ITEMS},\n    "--num-gpus", "1",  # one\n])\n'
    assert fixed(before) == after


def test_words_that_are_written_elsewhere_stay() -> None:
    text = f'B = ["--num_gpus", "1"]\nrun([{ITEMS}, *B])\n'
    assert fixed(text) == text
    report = check(Source("a.py", text), rulepack.load(), Options(sglang="0.5.20"))
    assert [one.code for one in report.findings] == ["SGD206"]


def test_directives_and_the_release() -> None:
    text = (
        f'run(["pip", "install", "sglang==0.5.12"])\nrun([{ITEMS}, "--num_gpus", "1"])  # sgdlint: '
    )
    report = check(Source("a.py", text + "ignore[SGD206] so\n"), rulepack.load(), Options())
    assert report.findings == ()
    assert [one.releases for one in report.checked] == [("0.5.12",)]


def test_broken_code_is_told_and_read() -> None:
    report = check(Source("a.py", 'run(["sglang", "serve"'), rulepack.load(), Options())
    assert [one.code for one in report.findings] == ["SGD904"]
    chance = random.Random(3)
    for text, _ in ROWS:
        at = chance.randrange(len(text))
        mark = chance.choice("\"'\\{}[](),\n\té#")
        broken = text[:at] + mark * chance.randrange(3) + text[at + chance.randrange(3) :]
        linter.check(Source("a.py", broken + TAIL), rulepack.load(), Options(sglang="0.5.20"))


def test_directives_are_comments_of_the_code_or_of_its_scripts() -> None:
    text = (
        "import os\n"
        f'os.system("{RUN} --num-gpu 2 # sgdlint: ignore[SGD206] it is text")\n'
        "SAMPLE = \"# sgdlint: gpus=8'\", f'# sgdlint: x', b'# sgdlint: y'\n"
        f'os.system("{RUN} "  # sgdlint: ignore[SGD208] between two literals\n'
        '          "--num-gpu 2")\n'
    )
    report = check(Source("a.py", text), rulepack.load(), Options(sglang="0.5.20"))
    assert [one.code for one in report.findings] == ["SGD208", "SGD802"]
    after = fixed(text)
    ast.parse(after)
    assert after.splitlines()[1] == f'os.system("{RUN} --num-gpus 2")'
    assert after.splitlines()[2:] == text.splitlines()[2:]


def test_broken_code_is_told_at_its_line() -> None:
    text = f"import os\nos.system('{RUN}'\n"
    (unread,) = document.read(Source("a.py", text), "python").unread
    assert text.count("\n", 0, unread.span.start) == 1


def test_what_is_beyond_a_bound_is_told() -> None:
    from sgdlint.documents import python

    call = f"os.system('{RUN}')\n"
    found = document.read(Source("a.py", call * (python.MOST_SCRIPTS + 1)), "python")
    assert len(found.regions) == python.MOST_SCRIPTS
    assert found.unread[0].span.start > len(call) * python.MOST_SCRIPTS
    large = call + "#" * python.MOST_CHARACTERS
    assert "characters" in document.read(Source("a.py", large), "python").unread[0].message
