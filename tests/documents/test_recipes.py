"""Recipes of Makefiles and justfiles, and Procfiles: what runs, and how it is changed."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from sgdlint import rulepack
from sgdlint.documents import document, is_script_name
from sgdlint.documents.kinds import kind_of
from sgdlint.documents.region import STAND_IN, Region
from sgdlint.fixer import fix
from sgdlint.linter import Options, check
from sgdlint.source import Source, Span


def regions(name: str, text: str) -> tuple[Region, ...]:
    """Return the regions of a file."""
    return document.read(Source(name, text), kind_of(name, text)).regions


def by_default(region: Region) -> str:
    """Return the text of a region when nothing outside the file sets its variables."""
    pieces = [piece for _, piece in region.anchors]
    return "".join(piece.texts[0] if piece.texts else piece.default or "?" for piece in pieces)


MAKEFILE = """\
# serves with sglang
MODEL ?= Qwen/Qwen-Image   # the small one
GPUS := 4
PROGRAM = sglang
FLAGS = --num-gpus $(GPUS) \\
   --port $(PORT)
PORT = 30000
export HF_HOME = /data
ifdef X
HOST = a
endif

.PHONY: serve
serve: build ; @echo sglang $(MODEL)
\t@-$(PROGRAM) serve --model-path $(MODEL) $(FLAGS) \\
\t  --log-level $$LEVEL
\tcd x && sglang ${FLAGS} --x '$P$$'

other: GPUS2 = 3
other:
\t# sglang told
\tsglang --gpus $(GPUS2)
P=p
"""


def test_scripts_of_a_makefile() -> None:
    found = regions("Makefile", MAKEFILE)
    assert [one.text.partition("\n")[2] for one in found] == [
        f"echo sglang {STAND_IN}",
        f"{STAND_IN} serve --model-path {STAND_IN} {STAND_IN} \\\n  --log-level $LEVEL",
        f"cd x && sglang {STAND_IN} --x '{STAND_IN}$'",
        "# sglang told",
        f"sglang --gpus {STAND_IN}",
    ]


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not here")
def test_defaults_are_what_make_puts_in(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text(MAKEFILE + "build:\n", encoding="utf-8")
    words = ["make", "-n", "serve"]
    said = subprocess.check_output(words, cwd=tmp_path, env={"PATH": "/usr/bin:/bin"}, text=True)
    found = [by_default(one).partition("\n")[2] for one in regions("Makefile", MAKEFILE)[:3]]
    # make keeps the blanks before a comment behind a value
    assert "\n".join(found).split() == said.split()


def test_one_shell_is_one_script() -> None:
    text = ".ONESHELL:\na:\n\tset -e\n\t@sglang serve\n"
    [region] = regions("x.mk", text)
    assert region.text == "set -e\nsglang serve"


@pytest.mark.parametrize("shell", ["/usr/bin/python3", "pwsh"])
def test_recipes_for_other_programs_are_left_alone(shell: str) -> None:
    assert regions("Makefile", f"SHELL := {shell}\na:\n\tsglang serve\n") == ()


def test_recipes_behind_another_character_are_told() -> None:
    text = ".RECIPEPREFIX = >\na:\n> sglang serve\n"
    report = check(Source("Makefile", text), rulepack.load(), Options())
    assert [one.code for one in report.findings] == ["SGD904"]


JUSTFILE = """\
# serves with sglang
set dotenv-load
model := 'Qwen/Qwen-Image'
export HF_HOME := "/data"
long := '''
    serve:
      sglang
'''
where := `pwd` / "x"

[private]
@serve gpus="4" $SEED='1' *args: (build "x")
    @sglang serve --model-path {{model}} \\
        --num-gpus {{ gpus }} {{args}}
    # sglang told
    -sglang {{{{ {{where}}

gen prompt:
    #!/usr/bin/env bash
    sglang generate \\
      --prompt "{{prompt}}"

    echo done

py:
    #!/usr/bin/env python3
    print("sglang serve")
"""


def test_scripts_of_a_justfile() -> None:
    found = regions("justfile", JUSTFILE)
    exports = f"export HF_HOME='{STAND_IN}'\n"
    more = f"{exports}export SEED='{STAND_IN}'\n"
    one = f"sglang serve --model-path {STAND_IN} --num-gpus {STAND_IN} {STAND_IN}"
    script = f'#!/usr/bin/env bash\nsglang generate \\\n  --prompt "{STAND_IN}"\n\necho done'
    assert [region.text for region in found] == [
        more + one,
        more + "# sglang told",
        more + f"sglang {{{{ {STAND_IN}",
        exports + script,
    ]
    assert by_default(found[0]).endswith("--model-path Qwen/Qwen-Image --num-gpus 4 ?")


def test_a_shell_that_is_none() -> None:
    text = 'set shell := ["nu", "-c"]\na:\n  sglang serve\n'
    assert regions(".justfile", text) == ()


PROCFILE = "web: sglang serve --port $PORT  \n# told\nworker:  \nclock: a: b\n"


def test_scripts_of_a_procfile() -> None:
    assert [one.text for one in regions("Procfile", PROCFILE)] == [
        "sglang serve --port $PORT",
        "a: b",
    ]


FILES = [("Makefile", MAKEFILE), ("justfile", JUSTFILE), ("Procfile.dev", PROCFILE)]


@pytest.mark.parametrize(("name", "text"), FILES, ids=["make", "just", "proc"])
def test_places_are_those_of_the_file(name: str, text: str) -> None:
    for region in regions(name, text):
        for start in range(len(region.text)):
            exact = region.exact_span(Span(start, start + 1))
            if exact is not None:
                assert text[exact.start : exact.end] == region.text[start]
            span = region.host_span(Span(start, len(region.text)))
            assert 0 <= span.start <= span.end <= len(text)


LAUNCH = "sglang serve --model-path Qwen/Qwen-Image"
FIXES = [
    ("Makefile", f"a:\n\t@{LAUNCH} \\\n\t  --num_gpus $(N) \\\n\t  --log-level $$L # x\n"),
    ("Makefile", f".ONESHELL:\na: b ; -{LAUNCH} --num_gpus 1\n"),
    ("justfile", f"a n='1':\n  @{LAUNCH} \\\n    --num_gpus {{{{n}}}}\n"),
    ("justfile", f"a:\n  #!/bin/sh\n  set -e\n  exec {LAUNCH} --num_gpus 1\n"),
    ("Procfile", f"# web\nweb: {LAUNCH} --num_gpus 1 --port $PORT\n"),
]


@pytest.mark.parametrize(("name", "text"), FIXES)
def test_a_fix_changes_nothing_else(name: str, text: str) -> None:
    options = Options(sglang="0.5.20")
    done = fix(Source(name, text), lambda it: check(it, rulepack.load(), options), True)
    assert done.text == text.replace("--num_gpus", "--num-gpus")


def test_new_lines_get_the_tab_of_the_recipe() -> None:
    [region] = regions("Makefile", "a:\n\tsglang serve \\\n\t  --port 1\n")
    [place] = region.places
    assert place.encode(" \\\n  --x $Y", place.span) == " \\\n\t  --x $$Y"


def test_variables_for_one_command_stand_before_it() -> None:
    text = "web: sglang serve\n"
    [region] = regions("Procfile", text)
    from sgdlint.documents.carry import carry
    from sgdlint.finding import Edit

    assert carry(Edit(Span(0, 0), "A=1 "), region) == [Edit(Span(5, 5), "A=1 ")]


def test_variables_alone_start_nothing() -> None:
    text = "CMD=sglang serve (x\n"
    assert check(Source(".env", text), rulepack.load(), Options()).findings == ()


@pytest.mark.parametrize(("name", "text"), FILES, ids=["make", "just", "proc"])
def test_broken_files_are_read_without_an_error(name: str, text: str) -> None:
    dice = random.Random(4)
    for _ in range(300):
        broken = text[: dice.randrange(len(text))]
        for _ in range(dice.randrange(8)):
            place = dice.randrange(len(broken) + 1)
            broken = broken[:place] + dice.choice("\\'\"$%{}=;\n\t[#: (") + broken[place + 1 :]
        for region in regions(name, broken):
            span = region.host_span(Span(0, len(region.text)))
            assert 0 <= span.start <= span.end <= len(broken)


@pytest.mark.parametrize(("name", "text"), FILES, ids=["make", "just", "proc"])
@pytest.mark.parametrize("part", [" ", "$(", "{{", "a='", "\\\n", "export ", "a:"])
def test_long_files_are_read_in_time(name: str, text: str, part: str) -> None:
    long = text + part * 20_000
    assert len(regions(name, long)) <= len(long)


def test_scripts_of_slurm_are_shell_scripts() -> None:
    assert kind_of("run.sbatch", "#!/bin/bash\n#SBATCH --gres=gpu:2\n") == "shell"
    assert is_script_name("run.slurm")
