"""Compose files: what a service runs, and how it is changed."""

from __future__ import annotations

import shlex

import pytest
import yaml

from sgdlint import rulepack
from sgdlint.documents import compose, dotenv
from sgdlint.documents.region import STAND_IN, Region
from sgdlint.documents.shellwords import Splitter
from sgdlint.fixer import fix
from sgdlint.linter import Options, check
from sgdlint.shell.values import Piece
from sgdlint.source import Nearby, Source, Span

U = STAND_IN
FILES = {
    ".env": "PORT=30001\nHF_TOKEN=hf_secret\nexport EMPTY=\nSHOWN=${PORT}\n",
    "more.env": "FROM_FILE=1\nNAMED='a b' # told\nPASSED=1\n",
    "common.yml": "services: {base: {command: [true]}}\n",
}


class Files(Nearby):
    """The files beside the Compose file."""

    def read(self, path: str) -> str | None:
        """Return the text of one of them."""
        return FILES.get(path)


def service(body: str) -> Source:
    """Return a Compose file with one service."""
    lines = body.splitlines()
    text = "services:\n  web:\n" + "".join(f"    {line}\n" for line in lines)
    return Source("compose.yaml", text, near=Files())


def region(body: str) -> Region:
    """Return the script of the only service."""
    [one] = compose.read(service(body)).regions
    return one


ROWS = [
    ("command: sglang serve", "sglang serve"),
    ("command: [sglang, serve, '--port=1 2']", "sglang serve '--port=1 2'"),
    ("command: |\n  sglang serve\n    --port 1", "sglang serve   --port 1 "),
    ("command: >\n  sglang serve\n  --port 1\n", "sglang serve --port 1 "),
    ("command: echo 'a  b' \"c $$D\"", 'echo \'a  b\' "c \\$D"'),
    ("command: echo * ~ $$A {a,b} \\; x", "echo \\* \\~ \\$A \\{a,b\\} \\; x"),
    ("command: sglang serve --port 1 && rm x", "sglang serve --port 1 "),
    ("command: sglang serve --port 1 2> x", f"sglang serve --port 1 2{U}"),
    ("command: sglang $$(date) --port 1", f"sglang \\${U}"),
    ("command: sglang serve --port ${PORT:-1}", f"sglang serve --port {U}"),
    ("command: [sglang, serve, '--port=${PORT:-1}']", f"sglang serve '--port={U}'"),
    ("entrypoint: [sh, -c]\ncommand: ['a $$B']", "a $B"),
    ("entrypoint: sh -c\ncommand: ['a b']", "sh -c 'a b'"),
    ("entrypoint: [sglang]\ncommand: serve --port 1", "sglang serve --port 1"),
    ("entrypoint: []\ncommand: [a]", "a"),
    ("environment: {A: x y, B: 1, C: 1.50, D: , E: 'no'}\ncommand: [a]",
     f"export A='x y'\nexport B=1\nexport C='{U}'\nexport E=no\na"),
    ("environment: [A=b=c, B, 'C=${X}']\ncommand: [a]", f"export A=b=c\nexport C='{U}'\na"),
    ("env_file: more.env\nenvironment: [PASSED]\ncommand: [a]",
     f"export FROM_FILE='{U}'\nexport NAMED='{U}'\na"),
    ("image: a:${TAG:-1}\ncommand: [a]", "# image: a:1\na"),
    ("image: lmsysorg/sglang:v1\ncommand: --model-path x",
     "# image: lmsysorg/sglang:v1\ndocker run lmsysorg/sglang:v1 --model-path x"),
    ("deploy: {resources: {reservations: {devices: [{count: 2}]}}}\ncommand: [a]",
     "# count: 2\na"),
    ("gpus: [{device_ids: ['0', '3']}]\ncommand: [a]", "# device_ids: 0, 3\na"),
    ("gpus: all\ncommand: [a]", "a"),
    ("extends: {file: common.yml, service: base}\ncommand: [a]", "a"),
]  # fmt: skip
NAMES = [row[0][:50] for row in ROWS]


@pytest.mark.parametrize(("body", "text"), ROWS, ids=NAMES)
def test_a_service_is_a_script(body: str, text: str) -> None:
    assert region(body).text == text


@pytest.mark.parametrize(("body", "text"), ROWS, ids=NAMES)
def test_exact_characters_are_those_of_the_file(body: str, text: str) -> None:
    source, one = service(body).text, region(body)
    for offset, character in enumerate(one.text):
        span = one.exact_span(Span(offset, offset + 1))
        if span is not None:
            assert source[span.start : span.end] == character
    for start in range(len(one.text)):
        for end in range(start, len(one.text) + 1):
            place = one.host_span(Span(start, end))
            assert 0 <= place.start <= place.end <= len(source)


def test_defaults_are_what_nothing_around_changes() -> None:
    def defaults(words: str) -> list[str | None]:
        pieces = [piece for _, piece in region(f"command: [{words}]").anchors]
        return [piece.default for piece in pieces if piece.texts is None]

    texts = ["$PORT", "${PORT:-1}", "${NOT-1}", "${EMPTY-1}", "${EMPTY:-1}", "${PORT:+1}"]
    assert defaults(", ".join(f"'{one}'" for one in texts)) == ["30001", "30001", "1", "", "1", "1"]
    assert defaults("'${SHOWN:-1}', '${HF_TOKEN}', '${NOT?needed}'") == [None, None, None]
    assert defaults("'${NOT:-${PORT:-1}}', '$NOT'") == ["30001", ""]


def test_what_is_not_quoted_may_be_several_words() -> None:
    one = region("command: a $X '$Y' b")
    assert len(one.loose) == 2
    assert region("command: [a, $X]").loose == frozenset()
    pieces = [piece.default for _, piece in region("command: a ${X:-b c}").anchors]
    assert pieces[-1] is None


def test_gpus_are_granted() -> None:
    gpus = region("gpus: [{count: 2}]\ncommand: [a]").granted.gpus
    assert gpus is not None
    assert gpus[0] == 2
    two = "gpus: [{count: 2}]\ndeploy: {resources: {reservations: {devices: [{count: 3}]}}}"
    for other in (
        "gpus: [{count: 2}]\nprivileged: true",
        "gpus: [{count: all}]",
        "gpus: [{count: '${N:-2}'}]",
        two,
    ):
        assert region(f"{other}\ncommand: [a]").granted.gpus is None


SPLIT = [
    "a 'b c' \"d e\" f\\ g", 'a "b\\"c" \\"', "--x='y z'w \"\"", "a\tb  c ", "ü 'é'", '"a\'b"',
]  # fmt: skip


@pytest.mark.parametrize("text", SPLIT)
def test_a_string_is_split_as_a_shell_does(text: str) -> None:
    pieces = Splitter([Piece((text,), 0, len(text), True)]).pieces
    assert "".join(piece.texts[0] for piece in pieces if piece.texts) == text
    assert all(piece.exact for piece in pieces)
    assert shlex.split(text)


def test_a_backslash_in_double_quotes_takes_itself_away() -> None:
    text = '"a \\\n b\\c\\$d\\n"'
    split = Splitter([Piece((text,), 0, len(text), True)])
    assert "".join(p.texts[0] if p.texts else U for p in split.pieces) == f'"a \n bc\\$d{U}"'
    assert split.loose == []


def test_files_of_variables() -> None:
    text = '# c\n A=1\r\nexport B = \'x y\' # z\nC: "q"\nD=a#b\nE=$A\nF\nMY_TOKEN=1\nG="a\nH=1\n'
    found = dotenv.variables(text)
    known = {"A": "1", "B": "x y", "C": "q"}
    assert found == {**known, "D": None, "E": None, "F": None, "MY_TOKEN": None}


BEFORE = "image: lmsysorg/sglang:v0.5.20\n"
FIXES = [
    "command: sglang serve --model-path Qwen/Qwen-Image --num_gpus 1 --port ${PORT:-1}",
    "command: [sglang, serve, --model-path, Qwen/Qwen-Image, --num_gpus, '1']  # one",
    "command: >-\n  sglang serve\n  --model-path Qwen/Qwen-Image\n  --num_gpus 1",
    "entrypoint: sglang serve\ncommand:\n  - --model-path\n  - Qwen/Qwen-Image\n  - --num_gpus=1",
    "entrypoint: [sglang, serve]\ncommand: \"--model-path 'Qwen/Qwen-Image' --num_gpus 1\"",
    'command: bash -c "sglang serve --model-path Qwen/Qwen-Image --num_gpus 1 --port $$P"',
    "command: ['bash', '-c', 'sglang serve --model-path ''Qwen/Qwen-Image'' --num_gpus 1']",
]


@pytest.mark.parametrize("body", FIXES, ids=[row[:40] for row in FIXES])
def test_a_fix_changes_nothing_else(body: str) -> None:
    source = service(BEFORE + body)
    done = fix(source, lambda it: check(it, rulepack.load(), Options()), True)
    before, after = str(yaml.safe_load(source.text)), str(yaml.safe_load(done.text))
    assert before.replace("--num_gpus", "--num-gpus") == after
    assert source.text.replace("--num_gpus", "--num-gpus") == done.text


VARIABLES = [
    ("environment:\n  A: 'x'  # y\n  <<: {B: c}\n", "  A: 'x'  # y\n      NEW: 'a b'\n      <<"),
    ("environment:\n  - A=x  # y\n", "- A=x  # y\n      - \"NEW=a b\"\n"),
    ("environment: {A: x}\n", "{A: x, NEW: \"a b\"}"),
    ("environment: [A=x]\n", "[A=x, \"NEW=a b\"]"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "text"), VARIABLES, ids=[row[0][:30] for row in VARIABLES])
def test_a_variable_is_added_as_the_others_are_written(body: str, text: str) -> None:
    source = service(body + "command: [a]")
    [one] = compose.read(source).regions
    assert one.add_variable is not None
    edit = one.add_variable("NEW", "a b")
    new = source.text[: edit.span.start] + edit.text + source.text[edit.span.end :]
    assert text in new
    environment = yaml.safe_load(new)["services"]["web"]["environment"]
    assert "NEW=a b" in environment or environment["NEW"] == "a b"


def test_a_dollar_that_compose_refuses_is_told() -> None:
    source = service("command: bash -c 'sglang serve --model-path Qwen/Qwen-Image --port $(p)'")
    report = check(source, rulepack.load(), Options())
    [told] = [one for one in report.findings if one.code == "SGD904"]
    assert source.text[told.span.start] == "$"
    assert "`$$`" in told.message


def test_a_service_that_extends_itself_ends() -> None:
    body = "extends: other\ncommand: [a]\n"
    source = Source("compose.yaml", service(body).text + "  other: {extends: web}\n")
    assert [one.text for one in compose.read(source).regions] == ["a", "a"]


def test_what_is_merged_again_and_again_is_told() -> None:
    lines = ["a0: &a0 {command: [sglang, serve]}"]
    lines += [f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}" for n in range(1, 50)]
    text = "\n".join([*lines, "services: {web: {<<: *a49}}", ""])
    assert compose.read(Source("compose.yaml", text)).unread
    text = "\n".join([*lines[:4], "services: {web: {<<: *a3}}", ""])
    [one] = compose.read(Source("compose.yaml", text)).regions
    assert one.text == "sglang serve"


AROUND = [
    ("", (), "the service", "the service"),
    ("ports: ['8000:30000', '127.0.0.1:81:82/tcp', '53:53/udp', 90]", (30000, 82, 90), "x", "x"),
    ("ports: [{target: 30000, published: '80'}]\nshm_size: 8g", (30000,), "", "x"),
    ("ports: ['${PORT}:${PORT}']\nipc: host\ninit: true", (), "", ""),
    ("ports: ['8000-8010:8000-8010']\ntmpfs: /dev/shm", (), "", "x"),
    ("ports: ['80:80']\nnetwork_mode: host\nvolumes: ['shm:/dev/shm']", (), "", "x"),
    ("volumes: ['a:/b', {type: tmpfs, target: /dev/shm}]", (), "", "x"),
    ("volumes: ['a:/b']", (), "x", "x"),
    ("extends: {file: a.yml, service: b}", (), "", ""),
]


@pytest.mark.parametrize(("body", "ports", "shm", "init"), AROUND)
def test_what_is_around_a_service(body: str, ports: tuple[int, ...], shm: str, init: str) -> None:
    granted = region(f"{body}\ncommand: [a]").granted
    assert tuple(one.number for one in granted.ports) == ports
    assert bool(granted.small_shm) == bool(shm)
    assert bool(granted.no_init) == bool(init)
