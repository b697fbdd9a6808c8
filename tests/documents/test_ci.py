"""Jobs of continuous integration: what their steps become, and what is unknown in them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from sgdlint import files, rulepack
from sgdlint.catalog import newest
from sgdlint.documents import document, kinds
from sgdlint.documents.region import CONTAINER, ELSEWHERE, STAND_IN, Region
from sgdlint.fixer import fix
from sgdlint.linter import Options, check
from sgdlint.source import Source, Span

X = STAND_IN
GITHUB = "jobs:\n  a:\n    runs-on: x\n    steps:\n"
CIRCLE = "jobs:\n  a:\n    steps:\n"


def regions(kind: str, text: str) -> tuple[Region, ...]:
    """Return the regions of a file of a kind."""
    return document.read(Source("ci.yml", text), kind).regions


ROWS = [
    ("github-actions", GITHUB + "      - run: sglang", "(\nsglang\n)\n"),
    (
        "github-actions",
        GITHUB + "      - run: sglang ${{ a.b }} x$Y${{ c }}\n        working-directory: d",
        f"(\ncd d\nsglang {X} x{X}\n)\n",
    ),
    ("github-actions", GITHUB + "      - run: sglang ${{ '}}' }}", f"(\nsglang {X}\n)\n"),
    (
        "github-actions",
        "env: {A: 1}\n" + GITHUB + "      - run: sglang ${{ env.A }}${{env.B}}",
        f"export A=1\n(\nsglang 1{X}\n)\n",
    ),
    (
        "github-actions",
        GITHUB + "      - run: echo B=1 >> $GITHUB_ENV\n      - {if: a, run: sglang}",
        f"export B='{X}'\nif a; then (\nsglang\n)\nfi\n",
    ),
    ("github-actions", GITHUB + "      - {if: always(), run: sglang}", "(\nsglang\n)\n"),
    ("github-actions", GITHUB + "      - {shell: pwsh, run: sglang}", None),
    ("github-actions", GITHUB.replace("x", "windows-2022") + "      - {run: sglang}", None),
    (
        "github-actions",
        "runs:\n  using: composite\n  steps: [{shell: bash, run: sglang}, {run: sglang x}]",
        "(\nsglang\n)\n",
    ),
    ("gitlab-ci", "a:\n  script: [sglang, [b, c]]", "(\nsglang\nb\nc\n)\n"),
    (
        "gitlab-ci",
        "a: {before_script: [b], script: [sglang], after_script: [pip]}",
        "(\nb\nsglang\n)\n(\npip\n)\n",
    ),
    (
        "gitlab-ci",
        (
            ".b: {script: [x], variables: {A: 1, B: 2}}\n"
            "a: {extends: .b, script: [sglang], variables: {B: 3}}"
        ),
        "export A=1\nexport B=2\nexport B=3\n(\nsglang\n)\n",
    ),
    (
        "gitlab-ci",
        "variables: {A: {value: x, description: y}, B: $C/d}\na:\n  script: sglang $[[ inputs.z ]]",
        f"export A='{X}'\nexport B='{X}/d'\n(\nsglang {X}\n)\n",
    ),
    (
        "gitlab-ci",
        "a: {script: [sglang], parallel: {matrix: [{M: [1, 2]}]}}",
        f"export M='{X}'\n(\nsglang\n)\n",
    ),
    (
        "gitlab-ci",
        ".s: {script: [b]}\na: {script: [!reference [.s, script], sglang]}",
        "(\nb\nsglang\n)\n",
    ),
    (
        "gitlab-ci",
        "a: {extends: [a, b, c], script: [!reference [d, script], sglang]}",
        "(\nsglang\n)\n",
    ),
    (
        "azure-pipelines",
        "variables: [{name: a.b, value: c}]\nsteps: [{script: sglang $(a.b) $(date +%s)}]",
        f"export A_B=c\n(\nsglang {X} $(date +%s)\n)\n",
    ),
    (
        "azure-pipelines",
        "steps:\n- ${{ if x }}:\n  - bash: sglang ${{ parameters.a }}",
        f"if '${{{{ if x }}}}'; then (\nsglang {X}\n)\nfi\n",
    ),
    ("azure-pipelines", "pool: {vmImage: windows-latest}\nsteps: [{script: sglang}]", None),
    (
        "circleci",
        CIRCLE + "    - run: sglang << parameters.a >> \\<< E",
        f"(\nsglang {X} << E\n)\n",
    ),
    (
        "circleci",
        "commands: {b: {steps: [run: sglang]}}\n" + CIRCLE + "    - b: {c: d}",
        "(\nsglang\n)\n",
    ),
    (
        "circleci",
        CIRCLE + "    - when: {condition: {equal: [a, b]}, steps: [run: {command: sglang}]}",
        "if equal; then (\nsglang\n)\nfi\n",
    ),
    (
        "buildkite",
        "env: {A: 1}\nsteps: [{command: [sglang $A $$B, 'c \\$D ${E:-f} $1']}]",
        f"export A=1\n(\nsglang {X} $B\nc $D {X} $1\n)\n",
    ),
    ("buildkite", "steps: [{group: a, steps: [{command: sglang}]}, wait]", "(\nsglang\n)\n"),
]
IDS = [f"{kind}-{number}" for number, (kind, _, _) in enumerate(ROWS)]


@pytest.mark.parametrize(("kind", "text", "script"), ROWS, ids=IDS)
def test_a_job_is_a_script(kind: str, text: str, script: str | None) -> None:
    found = regions(kind, text)
    assert [one.text for one in found] == ([] if script is None else [script])
    assert all(one.granted.runs == ELSEWHERE for one in found)


@pytest.mark.parametrize(("kind", "text", "script"), ROWS, ids=IDS)
def test_every_part_has_its_place(kind: str, text: str, script: str | None) -> None:
    for region in regions(kind, text):
        for offset, character in enumerate(region.text):
            span = region.exact_span(Span(offset, offset + 1))
            assert span is None or text[span.start : span.end] == character
            around = region.host_span(Span(offset, len(region.text)))
            assert 0 <= around.start <= around.end <= len(text)


@pytest.mark.parametrize(("kind", "text", "script"), ROWS, ids=IDS)
def test_a_file_that_ends_early_is_read(kind: str, text: str, script: str | None) -> None:
    for end in range(0, len(text), 3):
        document.read(Source("ci.yml", text[:end]), kind)


IMAGES = [
    (
        "github-actions",
        GITHUB.replace("runs-on: x", "container: {image: i:1}") + "    - run: sglang",
    ),
    ("gitlab-ci", "default: {image: {name: 'i:$A'}}\nvariables: {A: 1}\na: {script: [sglang]}"),
    (
        "azure-pipelines",
        (
            "resources: {containers: [{container: c, image: 'i:1'}]}\n"
            "container: c\nsteps: [{script: sglang}]"
        ),
    ),
    (
        "circleci",
        (
            "executors: {e: {docker: [{image: 'i:1'}]}}\n"
            "jobs: {a: {executor: e, steps: [{run: sglang}]}}"
        ),
    ),
    ("buildkite", "steps: [{command: sglang, plugins: [{docker#v5: {image: 'i:1'}}]}]"),
]


@pytest.mark.parametrize(("kind", "text"), IMAGES, ids=[row[0] for row in IMAGES])
def test_the_image_of_a_job(kind: str, text: str) -> None:
    [region] = regions(kind, text)
    assert region.granted.runs == CONTAINER
    assert region.granted.image is not None
    assert region.granted.image.text == "i:1"


LAUNCH = "sglang generate --model-path Qwen/Qwen-Image --prompt a --num_gpus 1"
FIXES = [
    ("github-actions", GITHUB + f"      - run: |\n          {LAUNCH} # x\n"),
    ("github-actions", GITHUB + f'      - {{run: "{LAUNCH}"}} # x\n'),
    ("gitlab-ci", f"a:\n  script:\n    - &l >-\n      {LAUNCH}\n    - *l # x\n"),
    ("azure-pipelines", f"steps:\n- bash: '{LAUNCH}' # x\n"),
    ("circleci", CIRCLE + f"    - run: {{command: {LAUNCH}}}\n"),
    ("buildkite", f"steps:\n- commands:\n  - {LAUNCH}\n"),
]


@pytest.mark.parametrize(("kind", "text"), FIXES, ids=[row[0] for row in FIXES])
def test_a_fix_changes_nothing_else(kind: str, text: str) -> None:
    source = Source("ci.yml", text)
    options = Options(sglang="0.5.20", kind=kind)
    done = fix(source, lambda it: check(it, rulepack.load(), options), True)
    assert done.text == text.replace("--num_gpus", "--num-gpus")
    before, after = yaml.safe_load(source.text), yaml.safe_load(done.text)
    assert str(before).replace("--num_gpus", "--num-gpus") == str(after)


def test_the_files_of_the_project_are_there_after_a_checkout(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "requirements.txt").write_text("sglang==0.5.12\n")
    (tmp_path / "env.sh").write_text("GPUS=2\n")
    path = tmp_path / ".github" / "workflows" / "a.yml"
    path.parent.mkdir(parents=True)
    run = "      - run: . env.sh; sglang generate --prompt a --model-path b --num-gpus $GPUS\n"
    for checkout, wanted in (("      - uses: actions/checkout@v4\n", "0.5.12"), ("", newest())):
        path.write_text(GITHUB + checkout + run)
        report = check(files.read(str(path)), rulepack.load(), Options())
        assert [one.releases for one in report.checked] == [(wanted,)]
        [[given]] = report.launches
        assert (given["num_gpus"] == (2,)) == bool(checkout)


def test_lists_that_hold_each_other_have_an_end() -> None:
    lists = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 12))
    text = f"l0: &l0 []\n{lists}a: {{script: [*l11, sglang]}}\n"
    assert len(regions("gitlab-ci", text)) <= 1


def test_broken_yaml_is_told() -> None:
    for kind in ("github-actions", "gitlab-ci", "azure-pipelines", "circleci", "buildkite"):
        [one] = document.read(Source("ci.yml", "a: [sglang\n"), kind).unread
        assert one.message.startswith("not YAML")


KINDS = [
    (".github/workflows/a.yml", "a: b", "github-actions"),
    ("a.yml", "on: push\njobs:\n  a:\n    runs-on: x\n", "github-actions"),
    ("action.yml", "runs:\n  using: composite\n", "github-actions"),
    ("gpu.gitlab-ci.yml", "a: b", "gitlab-ci"),
    ("azure-pipelines.yml", "a: b", "azure-pipelines"),
    ("x/.circleci/config.yml", "a: b", "circleci"),
    (".buildkite/pipeline.yaml", "a: b", "buildkite"),
    ("a.yml", "a: b", ""),
]


@pytest.mark.parametrize(("path", "text", "kind"), KINDS)
def test_which_service_a_file_is_for(path: str, text: str, kind: str) -> None:
    assert kinds.kind_of(path, text) == kind
