"""Which releases a launch is checked for: evidence, ranges, several releases."""

from __future__ import annotations

import pytest

from sgdlint import rulepack
from sgdlint.catalog.specifiers import SpecifierError, allowed_by, described, nearest_known
from sgdlint.fixer import fix
from sgdlint.linter import Options, check
from sgdlint.source import Nearby, Source

RUN = "sglang serve --model-path Qwen/Qwen-Image"
WARMUP = f"{RUN} --warmup\n"
NEWEST = "the newest release known"


class Files(Nearby):
    """Files beside a script that stand in a table."""

    def __init__(self, **texts: str) -> None:
        self.texts = {name.replace("_", "."): text for name, text in texts.items()}

    def read(self, path: str) -> str | None:
        return self.texts.get(path)


@pytest.mark.parametrize(
    ("text", "short"),
    [
        (">=0.5.10,<0.5.13", "0.5.10–0.5.12.post1"),
        ("~=0.5.10", "0.5.10 and later"),
        ("~=0.5", "0.5.5 and later"),
        ("==0.5.12.*", "0.5.12 and 0.5.12.post1"),
        (">=0.5.11,!=0.5.12,<=0.5.13", "0.5.11, 0.5.12.post1 and 0.5.13"),
        (">0.5.12,<0.5.14", "0.5.13 and 0.5.13.post1"),
        (" >= 0.5.18 ", "0.5.18 and later"),
        ("v0.5.12+cu126", "0.5.12"),
    ],
)
def test_what_a_range_allows(text: str, short: str) -> None:
    assert described(allowed_by(text)) == short


@pytest.mark.parametrize("text", ["=>0.5", ">=abc", ">=0.5.10 <0.5.12", "0.5.10,0.5.12", "~=0"])
def test_what_is_no_range(text: str) -> None:
    with pytest.raises(SpecifierError, match=r"0\.5\.12\.post1|once for each"):
        allowed_by(text)


@pytest.mark.parametrize(
    ("version", "known"),
    [
        ("0.5.24", "0.5.23"),
        ("0.5.12rc1", "0.5.12"),
        ("0.5.12.post9", "0.5.12.post1"),
        ("0.5.10.dev3", "0.5.10"),
        ("0.4.1", "0.5.5"),
    ],
)
def test_nearest_known_release(version: str, known: str) -> None:
    assert nearest_known(version) == known


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (RUN, [("0.5.23", NEWEST)]),
        (f"# sgdlint: sglang=0.5.12\npip install sglang==0.5.9\n{RUN}", [("0.5.12", "line 1")]),
        (
            f"docker run -e A=1 \\\n  lmsysorg/sglang:v0.5.12.post1-cu126 \\\n  {RUN}",
            [("0.5.12.post1", "image tag, line 2")],
        ),
        (
            f'I="${{I:-lmsysorg/sglang:v0.5.12-rocm700}}"\ndocker run "$I" {RUN}',
            [("0.5.12", "image tag, line 1")],
        ),
        (
            f'T=0.5.12\nI=reg:5000/a/sglang:v$T\ndocker run "$I" {RUN}',
            [("0.5.12", "image tag, line 1")],
        ),
        (
            f"docker run lmsysorg/sglang:v0.5.9 {RUN}\npodman run lmsysorg/sglang:v0.5.19 {RUN}",
            [("0.5.9", "image tag, line 1"), ("0.5.19", "image tag, line 2")],
        ),
        (
            f"pip install sglang==0.5.9\ndocker run lmsysorg/sglang:latest {RUN}",
            [("0.5.23", NEWEST)],
        ),
        (f"docker run lmsysorg/sglang:nightly-dev-20260101 {RUN}", [("0.5.23", NEWEST)]),
        (f"# pip install sglang==0.5.9\n{RUN}", [("0.5.23", NEWEST)]),
        (f'pip install "sglang[diffusion]==0.5.9"\n{RUN}', [("0.5.9", "install, line 1")]),
        (
            f"pip install sglang==0.5.9\npip install sglang==0.5.12\n{RUN}",
            [("0.5.12", "install, line 2")],
        ),
        (
            f"if a; then pip install sglang==0.5.9; else\npip install sglang==0.5.12; fi\n{RUN}",
            [("0.5.9 and 0.5.12", "install, line 1; install, line 2")],
        ),
        (f'uv run --with "sglang[diffusion]==0.5.12" {RUN}', [("0.5.12", "install, line 1")]),
        (
            f'docker run lmsysorg/sglang:v0.5.9 bash -c "pip install sglang==0.5.12 && {RUN}"',
            [("0.5.12", "install, line 1")],
        ),
        (
            f"#!/bin/bash\n#SBATCH --container-image=lmsysorg/sglang:v0.5.12\n{RUN}",
            [("0.5.12", "image tag, line 2")],
        ),
        (
            f"srun --container-image=lmsysorg/sglang:v0.5.12 {RUN}",
            [("0.5.12", "image tag, line 1")],
        ),
        (
            f"uv pip install sglang==0.5.24\n{RUN}",
            [("0.5.23", "install, line 1, nearest known to 0.5.24")],
        ),
        (f"pip install 'sglang==oops'\n{RUN}", [("0.5.23", NEWEST)]),
        (f"pip install 'sgl-kernel==0.3' 'sglang-router==0.2.1'\n{RUN}", [("0.5.23", NEWEST)]),
    ],
)
def test_what_a_script_tells(script: str, told: list[tuple[str, str]]) -> None:
    report = check(Source("x", script), rulepack.load(), Options())
    assert report.failures == ()
    assert [(described(one.releases), one.origin) for one in report.checked] == told


@pytest.mark.parametrize(
    ("files", "release", "origin"),
    [
        (
            {"requirements_txt": "# sglang==0.5.9\nsglang==0.5.12 \\\n  --hash=sha256:abc\n"},
            "0.5.12",
            "requirements.txt, line 2",
        ),
        (
            {"pyproject_toml": 'dependencies = [\n "sglang[diffusion]>=0.5.10,<0.5.11",\n]\n'},
            "0.5.10 and 0.5.10.post1",
            "pyproject.toml, line 2",
        ),
        (
            {
                "uv_lock": '[[package]]\nname = "sglang"\nversion = "0.5.12"\n',
                "pyproject_toml": '"sglang>=0.5.10"',
            },
            "0.5.12",
            "uv.lock, line 3",
        ),
        ({"requirements_txt": "sglang\ntorch==2.9\n"}, "0.5.23", NEWEST),
    ],
)
def test_what_files_beside_it_tell(files: dict[str, str], release: str, origin: str) -> None:
    report = check(Source("x", RUN, near=Files(**files)), rulepack.load(), Options())
    assert (report.sglang, report.release_from) == (release, origin)


def test_a_finding_names_its_releases() -> None:
    options = Options(sglang=("0.5.10.post1", "0.5.23"))
    [one] = check(Source("x", WARMUP), rulepack.load(), options).findings
    assert (one.severity, one.releases) == ("error", ("0.5.23",))
    assert one.message.endswith("(SGLang 0.5.23)")


def test_an_error_of_some_releases_that_may_run_is_a_warning() -> None:
    script = f"pip install 'sglang>=0.5.16,<0.5.20'\n{WARMUP}"
    [one] = check(Source("x", script), rulepack.load(), Options()).findings
    assert (one.severity, one.releases) == ("warning", ("0.5.18", "0.5.19"))
    pinned = script.replace("0.5.16", "0.5.18")
    [one] = check(Source("x", pinned), rulepack.load(), Options()).findings
    assert (one.severity, one.message.count("SGLang")) == ("error", 1)


def test_a_fix_is_refused_that_breaks_another_release() -> None:
    options, pack = Options(sglang=("0.5.10.post1", "0.5.23")), rulepack.load()
    fixed = fix(Source("x", WARMUP), lambda source: check(source, pack, options))
    assert (fixed.text, fixed.applied) == (WARMUP, ())
    assert "would bring something as bad" in fixed.refused
    [one] = fixed.report.findings
    assert one.fix is not None
    assert (one.fix.applicability, one.fix.note[:11]) == ("display", "not applied")


def test_a_refused_fix_does_not_keep_the_others_back() -> None:
    options, pack = Options(sglang=("0.5.10.post1", "0.5.23")), rulepack.load()
    script = f"{RUN} --warmup --log_level info\n"
    fixed = fix(Source("x", script), lambda source: check(source, pack, options))
    assert fixed.text == f"{RUN} --warmup --log-level info\n"
    assert fixed.refused == "the fix of SGD203 would bring something as bad, so it was not applied"


CLONE = "git clone {} https://github.com/sgl-project/sglang.git\n"
INSTALL = 'cd sglang && pip install -e "python[diffusion]"\n'


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (CLONE.format("-b v0.5.12") + INSTALL, "0.5.12 (checkout, line 1)"),
        (CLONE.format("--depth 1 --branch=v0.5.12") + INSTALL, "0.5.12 (checkout, line 1)"),
        (CLONE.format("-b v0.5.12"), "0.5.12 (clone, line 1)"),
        (
            CLONE.format("") + "cd sglang\ngit fetch --tags\ngit checkout v0.5.12.post1\n"
            'pip install --upgrade pip\npip install -e "python[diffusion]"\ncd ..\n',
            "0.5.12.post1 (checkout, line 4)",
        ),
        (
            (
                f"{CLONE.format('')}git -C sglang switch --detach tags/v0.5.12\n"
                "uv pip install ./sglang/python[diffusion]\n"
            ),
            "0.5.12 (checkout, line 2)",
        ),
        (
            (
                "git clone -b v0.5.12 git@github.com:sgl-project/sglang.git src\n"
                "pip install --no-deps -e src/python\n"
            ),
            "0.5.12 (checkout, line 1)",
        ),
        ("T=v0.5.12\n" + CLONE.format("-b $T") + INSTALL, "0.5.12 (checkout, line 1)"),
        (f"pip install sglang==0.5.9\n{CLONE.format('-b v0.5.12')}", "0.5.9 (install, line 1)"),
        (
            f"{CLONE.format('-b v0.5.12')}{INSTALL}pip install sglang==0.5.9\n",
            "0.5.9 (install, line 3)",
        ),
        # The main branch is no release, and what was installed before it is gone.
        (f"pip install sglang==0.5.9\n{CLONE.format('')}{INSTALL}", f"0.5.23 ({NEWEST})"),
        (CLONE.format("-b main") + INSTALL, f"0.5.23 ({NEWEST})"),
        (
            (
                f"{CLONE.format('-b v0.5.12')}cd sglang && git checkout my-branch -- && cd ..\n"
                "git clone https://github.com/o/other && cd other && git checkout v0.5.9\n"
            ),
            "0.5.12 (clone, line 1)",
        ),
        ("git clone -b v0.5.9 https://github.com/o/sglang-tools\n", f"0.5.23 ({NEWEST})"),
    ],
)
def test_what_a_checkout_tells(script: str, told: str) -> None:
    [one] = check(Source("x", script + RUN), rulepack.load(), Options()).checked
    assert f"{described(one.releases)} ({one.origin})" == told


@pytest.mark.parametrize(
    ("command", "release"),
    [
        ("pip install ./dist/sglang-0.5.12-py3-none-any.whl", "0.5.12"),
        ("pip install https://e.org/sglang-0.5.12.post1%2Bcu126-py3-none-any.whl", "0.5.12.post1"),
        ("conda install -c conda-forge sglang=0.5.12", "0.5.12 and 0.5.12.post1"),
        ("mamba install -y 'sglang=0.5.9=py312_0'", "0.5.9"),
        ("conda install 'sglang==0.5.12'", "0.5.12"),
        ("poetry add sglang@^0.5.20", "0.5.20 and later"),
        ("poetry add 'sglang[diffusion]@0.5.12'", "0.5.12"),
        ("uv add 'sglang>=0.5.20,'", "0.5.20 and later"),
        ("pip install git+https://github.com/sgl-project/sglang.git@v0.5.12#egg=sglang", "0.5.12"),
        ("pip install sglang==0.5.9\npip install git+https://github.com/x/sglang@main", "0.5.23"),
        ("pip install sglang==0.5.12.dev3", "0.5.23"),
        ('pip install "sglang==$VERSION"', "0.5.23"),
        ("docker pull lmsysorg/sglang:v0.5.12", "0.5.12"),
        ("docker build - <<E\nFROM lmsysorg/sglang:v0.5.12-cu130-runtime\nE", "0.5.12"),
        ("docker pull lmsysorg/sglang:v0.5.12-dev", "0.5.23"),
        ("docker pull lmsysorg/sglang:nightly-dev-cu13-20251122-c1a4af18", "0.5.23"),
        ("docker pull lmsysorg/sglang@sha256:0123456789abcdef", "0.5.23"),
        ("docker pull lmsysorg/sglang:v0.5.12@sha256:0123456789abcdef", "0.5.12"),
        ("curl http://sglang:30000/v1/models", "0.5.23"),
        ("docker run -d lmsysorg/sglang:v0.5.9 sglang serve --model-path a/b", "0.5.23"),
        (
            "docker run -d lmsysorg/sglang:v0.5.9 sglang serve --model-path a\ndocker exec a",
            "0.5.9",
        ),
        ("docker run -d lmsysorg/sglang:v0.5.9 bash\ndocker exec a", "0.5.9"),
    ],
)
def test_what_a_command_tells_for_the_launch_after_it(command: str, release: str) -> None:
    between = " " if command.endswith("exec a") else "\n"
    report = check(Source("x", command + between + RUN), rulepack.load(), Options())
    assert described(report.checked[-1].releases) == release


@pytest.mark.parametrize(
    ("image", "release"),
    [
        ("$([[ $A ]] && echo a)", "0.5.9"),
        ("lmsysorg/sglang:$TAG", "0.5.23"),
        ("lmsysorg/sglang@sha256:0123", "0.5.23"),
        ('"$IMAGE"', "0.5.9, 0.5.12"),
        ("other/image", "0.5.9"),
    ],
)
def test_the_image_of_a_launch(image: str, release: str) -> None:
    script = "I=lmsysorg/sglang:v0.5.9\nif a; then IMAGE=lmsysorg/sglang:v0.5.12\n"
    script += f"else IMAGE=$I; fi\ndocker pull $I\ndocker run {image} {RUN}"
    report = check(Source("x", script), rulepack.load(), Options())
    found = dict.fromkeys(described(one.releases) for one in report.checked)
    assert ", ".join(found) == release


DOCKERFILE = """\
ARG SGLANG_VERSION=0.5.12
ARG TAG=v$SGLANG_VERSION-cu126
FROM lmsysorg/sglang:${TAG} AS base
"""


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("requirements.txt", "-r base.txt\ntorch\n", "0.5.16 (base.txt, line 2)"),
        ("requirements.txt", "-c base.txt\nsglang\n", "0.5.16 (base.txt, line 2)"),
        ("requirements.txt", "-r requirements.txt\n", f"0.5.23 ({NEWEST})"),
        ("requirements.txt", "sglang==${V}\n", f"0.5.23 ({NEWEST})"),
        (
            "poetry.lock",
            '[[package]]\nname = "sglang"\nversion = "0.5.12"\n',
            "0.5.12 (poetry.lock, line 3)",
        ),
        (
            "pyproject.toml",
            '[tool.poetry.dependencies]\nsglang = {version = "~0.5.20", extras = ["diffusion"]}\n',
            "0.5.20 and later (pyproject.toml, line 2)",
        ),
        (
            "pyproject.toml",
            '[tool.poetry.group.gpu.dependencies]\nsglang = "^0.5.22"\n',
            "0.5.22 and 0.5.23 (pyproject.toml, line 2)",
        ),
        ("pyproject.toml", '[tool.other]\nsglang = "0.5.9"\n', f"0.5.23 ({NEWEST})"),
        ("pyproject.toml", '[tool.poetry.dependencies]\nsglang = "*"\n', f"0.5.23 ({NEWEST})"),
        (
            "pyproject.toml",
            (
                'dependencies = ["sglang>=0.5.9"]\n[tool.uv.sources]\n'
                'sglang = { git = "https://github.com/sgl-project/sglang", tag = "v0.5.12" }\n'
            ),
            "0.5.12 (pyproject.toml, line 3)",
        ),
        ("environment.yml", "dependencies:\n  - sglang=0.5.9\n", "0.5.9 (environment.yml, line 2)"),
        ("Dockerfile", DOCKERFILE, "0.5.12 (Dockerfile, line 3)"),
        (
            "Dockerfile",
            DOCKERFILE + "RUN pip install \\\n  'sglang[diffusion]==0.5.16'\n",
            "0.5.16 (Dockerfile, line 5)",
        ),
        ("Dockerfile", "ENV SGLANG_VERSION=v0.5.12\nFROM x\n", "0.5.12 (Dockerfile, line 1)"),
        (
            "Dockerfile",
            "ARG REF=v0.5.12\nRUN git clone -b ${REF} --depth 1 https://github.com/x/sglang.git\n",
            "0.5.12 (Dockerfile, line 2)",
        ),
        ("Dockerfile", "ARG T\nFROM lmsysorg/sglang:$T\n", f"0.5.23 ({NEWEST})"),
        ("Dockerfile", "FROM lmsysorg/sglang:latest\n", f"0.5.23 ({NEWEST})"),
    ],
)
def test_what_a_file_beside_it_tells(name: str, text: str, told: str) -> None:
    near = Files()
    near.texts = {name: text, "base.txt": "# ours\nsglang==0.5.16\n"}
    report = check(Source("x", RUN, near=near), rulepack.load(), Options())
    assert f"{report.sglang} ({report.release_from})" == told


def test_a_requirements_file_that_the_script_installs() -> None:
    near = Files()
    near.texts = {"deps/gpu.txt": "sglang==0.5.12\n", "requirements.txt": "sglang==0.5.9\n"}
    source = Source("x", f"pip install -U -r deps/gpu.txt\n{RUN}", near=near)
    report = check(source, rulepack.load(), Options())
    assert (report.sglang, report.release_from) == ("0.5.12", "deps/gpu.txt, line 1")


@pytest.mark.parametrize(
    ("image", "release"), [("ours", "0.5.12"), ("lmsysorg/sglang:latest", "0.5.23")]
)
def test_a_dockerfile_tells_for_an_image_of_another_name(image: str, release: str) -> None:
    near = Files()
    near.texts = {"Dockerfile": DOCKERFILE, "requirements.txt": "sglang==0.5.9\n"}
    source = Source("x", f"docker build -t ours .\ndocker run {image} {RUN}", near=near)
    assert check(source, rulepack.load(), Options()).sglang == release


@pytest.mark.parametrize(
    ("directive", "told"),
    [
        ("sglang=0.5.12 sglang=0.5.20", "0.5.12 and 0.5.20 (line 1)"),
        ("sglang=>=0.5.10,<0.5.12", "0.5.10–0.5.11 (line 1)"),
        ("sglang=0.5.9\n# sgdlint: sglang=~=0.5.20", "0.5.9 and 0.5.20 and later (line 1, line 2)"),
        ("sglang===0.5.12.*", "0.5.12 and 0.5.12.post1 (line 1)"),
    ],
)
def test_a_directive_with_several_releases(directive: str, told: str) -> None:
    report = check(Source("x", f"# sgdlint: {directive}\n{RUN}"), rulepack.load(), Options())
    assert f"{report.sglang} ({report.release_from})" == told


@pytest.mark.parametrize(
    ("directive", "message"),
    [
        ("sglang=>=0.6", "line 1: sglang: no known release is >=0.6; known: 0.5.5 to"),
        ("sglang=0.5.99", "line 1: sglang: SGLang 0.5.99 is not in the catalog; the nearest known"),
        ("sglang=0.5.9,0.5.12", "line 1: sglang: `0.5.9` in '0.5.9,0.5.12' is no part of a range"),
        ("sglang=latest", "line 1: sglang: 'latest' is not a release; expected one like 0.5.12"),
    ],
)
def test_a_directive_that_names_no_release(directive: str, message: str) -> None:
    report = check(Source("x", f"# sgdlint: {directive}\n{RUN}"), rulepack.load(), Options())
    [failure] = report.failures
    assert failure.message.startswith(message)


@pytest.mark.parametrize(
    ("script", "codes"),
    [
        (f"docker run x bash -c 'pip install sglang=0.5.12 && {RUN}'", ["SGD804"]),
        (f"{RUN}\n{RUN} --port 30001", ["SGD804"]),
        (f"pip install sglang==0.5.12\n{RUN}", []),
        ("pip install sglang=0.5.12\npython -m sglang.launch_server --model a", []),
        (f"uv run --env sglang=oops {RUN}\npip install sglang==0.5.12", ["SGD904"]),
    ],
)
def test_one_place_is_doubted_once(script: str, codes: list[str]) -> None:
    near = Files(requirements_txt="sglang==newest\n")
    report = check(Source("x", script, near=near), rulepack.load(), Options())
    assert [one.code for one in report.findings] == codes
