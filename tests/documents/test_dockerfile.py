"""Dockerfiles: what their stages become, and how edits get into their instructions."""

from __future__ import annotations

import json
import re

import pytest

from sgdlint import rulepack
from sgdlint.documents import dockerfile, kinds
from sgdlint.documents.docker_lines import Lines
from sgdlint.documents.region import STAND_IN, CannotWriteError, Region
from sgdlint.finding import Edit
from sgdlint.fixer import fix
from sgdlint.linter import Options, check
from sgdlint.source import Source, Span

HEAD = "FROM ubuntu\n"
RUN = "sglang serve --model-path Qwen/Qwen-Image"


def regions(text: str) -> tuple[Region, ...]:
    """Return the regions of a Dockerfile."""
    return dockerfile.read(Source("Dockerfile", text)).regions


def last(text: str) -> str:
    """Return the last line of the script of the last stage of a Dockerfile."""
    return regions(text)[-1].text.splitlines()[-1]


STARTS = [
    ('CMD ["a", "b c"]', "a 'b c'"),
    ("CMD a b", "a b"),
    ('ENTRYPOINT ["a"]\nCMD ["b"]', "a b"),
    ('CMD ["b"]\nENTRYPOINT ["a"]', "a b"),
    ('ENTRYPOINT a\nCMD ["b"]', "a"),
    ('ENTRYPOINT ["a"]\nCMD b "c"', "a /bin/sh -c 'b \"c\"'"),
    ('ENTRYPOINT ["bash", "-c"]\nCMD ["a b"]', "a b"),
    ('ENTRYPOINT ["a"]\nENTRYPOINT []\nCMD ["b"]', "b"),
    ('CMD ["a", \\\n# no\n\n  "\\u0062\\"c"]', "a 'b\"c'"),
    ("cmd a b", "a b"),
    ("CMD a \\\r\n  b", "  b"),
    ("CMD echo 'a \\\nb'", "echo 'a b'"),
    ("CMD a # b \\\n c", "a # b  c"),
    ("HEALTHCHECK CMD x\nONBUILD CMD y\nCMD a", "a"),
    ('ENV A=1 B=\'x y\' C="$A"\nCMD ["$A"]', "'$A'"),
]


@pytest.mark.parametrize(("text", "line"), STARTS, ids=[row[0][:40] for row in STARTS])
def test_what_a_container_starts(text: str, line: str) -> None:
    assert last(HEAD + text) == line


def test_whoever_starts_the_image_says_what_an_entry_point_gets() -> None:
    assert last(HEAD + 'ENTRYPOINT ["sglang", "serve"]') == f"sglang serve {STAND_IN}"
    text = 'FROM lmsysorg/sglang:v0.5.20\nENTRYPOINT ["sglang", "serve"]\n'
    report = check(Source("Dockerfile", text), rulepack.load(), Options())
    assert report.findings == ()


UPGRADES = [
    ("pip install -U 'sglang[diffusion]'", True),
    ("uv pip install sglang --upgrade", True),
    ("pip install -U sglang==0.5.12", False),
    ("pip install sglang[diffusion]", False),
    ("pip install -U pip && pip install sglang", False),
    ("pip install -U -e /opt/sglang/python", False),
]


@pytest.mark.parametrize(("run", "newest"), UPGRADES)
def test_an_upgrade_without_a_release_makes_the_image_tag_wrong(run: str, newest: bool) -> None:
    [region] = regions(f"FROM lmsysorg/sglang:v0.5.10\nRUN {run}\nCMD sglang serve")
    assert (region.granted.image is None) == newest


def test_setting_an_entry_point_takes_the_command_of_the_base_away() -> None:
    text = 'FROM x AS base\nCMD ["b"]\nFROM base\nENTRYPOINT ["a"]\n'
    assert [one.text for one in regions(text)] == ["# image: x\nb", f"# image: x\na {STAND_IN}"]


SETTINGS = [
    ("ENV A=1 B='x y' C=\"$D z\"", "A=1 B='x y' C=' z'"),
    ("ENV A b  c ", "A='b  c'"),
    ("ENV A=x\\ y", "A='x y'"),
    ("ENV A=1 B=$A\nENV A=2", "A=1 B='' A=2"),
    ("ENV A=x\nENV B=${A}y C=${A:-n} D=${A:+p} E=$F", "A=x B=xy C=x D=p E=''"),
    ("ARG A=1\nENV B=$A", f"B='{STAND_IN}'"),
    ("ENV A=1\nARG A=2\nENV B=$A", "A=1 B=1"),
    ("ENV A='$B' B=\\$C", "A='$B' B='$C'"),
]


@pytest.mark.parametrize(("text", "exports"), SETTINGS, ids=[row[0] for row in SETTINGS])
def test_variables(text: str, exports: str) -> None:
    [region] = regions(f"FROM scratch\n{text}\nCMD a")
    lines = [line for line in region.text.splitlines() if line.startswith("export ")]
    assert lines == [f"export {one}" for one in re.findall(r"\w=(?:'[^']*'|\S*)", exports)]


def test_a_base_image_may_set_variables() -> None:
    [region] = regions(f"{HEAD}ENV A=$B\nCMD a")
    assert f"export A='{STAND_IN}'" in region.text


def test_an_argument_is_a_default() -> None:
    text = "ARG TAG=v0.5.20\nFROM lmsysorg/sglang:$TAG\nARG V=1\nRUN pip install x==$V\nCMD a"
    [region] = regions(text)
    assert region.granted.image is not None
    assert region.granted.image.text == "lmsysorg/sglang:v0.5.20"
    assert region.text.count(STAND_IN) == 1
    place = region.text.index(STAND_IN)
    found = region.piece_at(place)
    assert found is not None
    assert found[1].default == "1"


RUNS = [
    ("RUN pip a && \\\n  # no\n  b", "pip a && \\\n  b"),
    ("RUN --mount=type=cache,target=/x pip a", "pip a"),
    ("RUN <<EOF\npip a\nb\nEOF", "pip a\nb\n"),
    ("RUN <<-EOF\n\tpip a\n\tEOF", "pip a\n"),
    ("RUN cat <<EOF > x && pip y\na\nEOF", "cat <<EOF > x && pip y\na\nEOF\n"),
    ('RUN ["pip", "a"]', "pip a"),
]


@pytest.mark.parametrize(("text", "script"), RUNS, ids=[row[0][:40] for row in RUNS])
def test_what_is_run_to_build(text: str, script: str) -> None:
    [region] = regions(f"{HEAD}{text}\nCMD a")
    assert region.text == f"# image: ubuntu\n(\n{script}\n)\na"


LEFT = [
    "RUN <<EOF\n#!/usr/bin/env python\npip\nEOF",
    'SHELL ["powershell", "-command"]\nRUN pip a',
    "RUN make",
]


@pytest.mark.parametrize("text", LEFT)
def test_what_is_no_script_is_left_out(text: str) -> None:
    assert regions(HEAD + text) == ()


def test_the_escape_character_can_be_another() -> None:
    source = "# escape=`\nFROM x\nCMD a `\n  \\b\n"
    assert Lines(source).escape == "`"
    [region] = regions(source)
    assert region.text == "# image: x\na \\\n  \\b"


EVERY = [row[0] for row in (*STARTS, *SETTINGS, *RUNS)]


@pytest.mark.parametrize("text", EVERY)
def test_every_part_has_its_place(text: str) -> None:
    source = f"ARG T=1\nFROM x:$T\n{text}\nRUN pip x"
    for region in regions(source):
        for offset, character in enumerate(region.text):
            span = region.exact_span(Span(offset, offset + 1))
            assert span is None or source[span.start : span.end] == character
            around = region.host_span(Span(offset, len(region.text)))
            assert 0 <= around.start <= around.end <= len(source)


@pytest.mark.parametrize("text", EVERY)
def test_a_file_that_ends_early_is_read(text: str) -> None:
    source = f"# escape=\\\nARG T=1\nFROM x:${{T AS y\n{text}\n"
    for end in range(len(source)):
        regions(source[:end])


def fixed(text: str, release: str = "0.5.20") -> str:
    """Return a Dockerfile after all fixes."""
    source = Source("Dockerfile", text)
    options = Options(sglang=release)
    return fix(source, lambda it: check(it, rulepack.load(), options), True).text


FIXES = [
    ('CMD ["sglang","serve","--model-path","Qwen/Qwen-Image","--num_gpus","1"]'),
    (f"CMD {RUN} \\\n  # how many\n  --num_gpus 1"),
    (f"RUN <<EOF\n{RUN} --num_gpus 1\nEOF"),
    (f'ENTRYPOINT ["/bin/bash", "-c", "{RUN} --num_gpus 1 --served-model-name \\"a b\\""]'),
    (f'ENTRYPOINT ["tini", "--"]\nCMD {RUN} --num_gpus 1'),
]


@pytest.mark.parametrize("text", FIXES)
def test_a_fix_changes_nothing_else(text: str) -> None:
    before = HEAD + text + "\n"
    assert fixed(before) == before.replace("--num_gpus", "--num-gpus")


def test_words_come_and_go_in_the_layout_of_the_list() -> None:
    words = ["sglang", "serve", "--model-path", "Qwen/Qwen-Image", "--cfg-parallel-size", "1"]
    lines = ", \\\n     ".join(json.dumps(word) for word in words)
    done = fixed(f"{HEAD}CMD [{lines}]\n", "0.5.12")
    begin = done.index("[")
    assert json.loads(done[begin:].replace("\\\n", "")) == words[:-2]
    assert done[begin:].count("\\\n") == len(words) - 3


def test_who_starts_the_image_may_give_a_token() -> None:
    text = 'FROM lmsysorg/sglang:v0.5.20\nCMD ["sglang", "serve", "--model-path", "MODEL"]\n'
    source = Source("Dockerfile", text.replace("MODEL", "black-forest-labs/FLUX.1-dev"))
    report = check(source, rulepack.load(), Options())
    assert len(report.checked) == 1
    assert report.findings == ()


KINDS = [
    ("Dockerfile", "FROM x\n", "dockerfile"),
    ("a/Dockerfile.cuda", "FROM x\n", "dockerfile"),
    ("flux.dockerfile", "from x\n", "dockerfile"),
    ("Containerfile", "FROM x\n", "dockerfile"),
    ("build", "# a\nARG X=1\n\nFROM x\nRUN y\n", "dockerfile"),
    ("notes", "FROM x to y\n", "shell"),
    ("Dockerfile.md", "FROM x\n", "markdown"),
]


@pytest.mark.parametrize(("path", "text", "kind"), KINDS)
def test_what_is_a_dockerfile(path: str, text: str, kind: str) -> None:
    assert kinds.kind_of(path, text) == kind


ADDED = [
    ("FROM x\nCMD a\n", "FROM x\nENV N=1\nCMD a\n"),
    ("FROM x\nENV A=1\nRUN b\nCMD a\n", "FROM x\nENV A=1\nENV N=1\nRUN b\nCMD a\n"),
    ("FROM x\nENV A=1 \\\n  B=2\nCMD a\n", "FROM x\nENV A=1 \\\n  B=2 \\\n  N=1\nCMD a\n"),
    (
        "FROM x\r\nENV A=1 \\\r\n  B=2\r\nCMD a",
        "FROM x\r\nENV A=1 \\\r\n  B=2 \\\r\n  N=1\r\nCMD a",
    ),
    ("FROM x\nCMD a\nENV A=1\n", "FROM x\nENV N=1\nCMD a\nENV A=1\n"),
]


@pytest.mark.parametrize(("before", "after"), ADDED)
def test_a_variable_is_added(before: str, after: str) -> None:
    [region] = regions(before)
    assert region.add_variable is not None
    assert changed(before, region.add_variable("N", "1")) == after


def test_a_variable_that_other_stages_get_is_not_added() -> None:
    first, second = regions("FROM x AS b\nCMD a\nFROM b\nENV C=1\n")
    for region in (first, second):
        assert region.add_variable is not None
        with pytest.raises(CannotWriteError):
            region.add_variable("N", "1")


REMOVED = [
    ("ENV A=1\nCMD a", "A", "CMD a"),
    ("ENV A=1 B=2 C=3\nCMD a", "A", "ENV B=2 C=3\nCMD a"),
    ("ENV A=1 \\\n  B=2 \\\n  C=3\nCMD a", "B", "ENV A=1 \\\n  C=3\nCMD a"),
    ("ENV A=1 \\\n  B=2 \\\n  C=3\nCMD a", "C", "ENV A=1 \\\n  B=2\nCMD a"),
]


@pytest.mark.parametrize(("before", "name", "after"), REMOVED)
def test_a_variable_is_removed(before: str, name: str, after: str) -> None:
    [region] = regions(HEAD + before)
    [entry] = [it for it in region.entries if region.text[it.start :].startswith(f"export {name}")]
    assert entry.removal is not None
    assert changed(HEAD + before, entry.removal) == HEAD + after


def test_a_comment_between_variables_is_kept() -> None:
    [region] = regions(f"{HEAD}ENV A=1 \\\n  # b\n  B=2\nCMD a")
    assert [one.removal for one in region.entries] == [None, None]


def changed(text: str, edit: Edit) -> str:
    """Return a text after an edit."""
    return text[: edit.span.start] + edit.text + text[edit.span.end :]
