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
    assert "would make a new error" in fixed.refused
    [one] = fixed.report.findings
    assert one.fix is not None
    assert (one.fix.applicability, one.fix.note[:11]) == ("display", "not applied")


def test_a_refused_fix_does_not_keep_the_others_back() -> None:
    options, pack = Options(sglang=("0.5.10.post1", "0.5.23")), rulepack.load()
    script = f"{RUN} --warmup --log_level info\n"
    fixed = fix(Source("x", script), lambda source: check(source, pack, options))
    assert fixed.text == f"{RUN} --warmup --log-level info\n"
    assert fixed.refused == "the fix of SGD203 would make a new error, so it was not applied"
