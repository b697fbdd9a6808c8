"""SkyPilot tasks: two scripts, variables that may be given anew, GPUs."""

from __future__ import annotations

import pytest
import yaml

from sgdlint import rulepack
from sgdlint.documents import skypilot
from sgdlint.documents.region import STAND_IN, Region
from sgdlint.fixer import fix
from sgdlint.linter import Options, check
from sgdlint.source import Source

RESOURCES = "resources:\n  accelerators: H100:4\n"
RUN = "run: sglang serve --model-path Qwen/Qwen-Image --num_gpus 1\n"


def regions(text: str) -> tuple[Region, ...]:
    """Return the scripts of a file."""
    return skypilot.read(Source("task.yaml", text)).regions


def test_setup_and_run_are_shells_of_their_own() -> None:
    [one] = regions("setup: |\n  export A=1\n" + RESOURCES + "run: |\n  sglang $A\n")
    assert (
        one.text == "# accelerators: H100\n# accelerators: H100:4\n(\nexport A=1\n\n)\nsglang $A\n"
    )


def test_variables_are_what_they_hold_by_default() -> None:
    [one] = regions("envs:\n  A: x\n  B:\n  MY_TOKEN: secret\n  C: 1\nresources: {}\nrun: a\n")
    unknown = [piece.default for _, piece in one.anchors if piece.texts is None]
    assert unknown == ["x", None, None, None]
    assert one.text.splitlines()[0] == f"export A='{STAND_IN}'"


GPUS = [
    ("H100:4", 4, "H100"), ("A100-80GB", 1, "A100-80GB"), ("{H100: 8}", None, None),
    ("[H100:8, A100:8]", None, None), ("'L4:2'", 2, "L4"), ("H100:0.5", None, None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "count", "gpu"), GPUS)
def test_gpus_are_granted(text: str, count: int | None, gpu: str | None) -> None:
    [one] = regions(f"resources: {{accelerators: {text}}}\nrun: a\n")
    granted = one.granted
    assert (granted.gpus and granted.gpus[0]) == count
    assert (granted.gpu and granted.gpu.text) == gpu


def test_the_release_is_that_of_the_setup_or_the_image() -> None:
    for extra, release in (
        ("setup: pip install sglang==0.5.19\n", "0.5.19"),
        ("", "0.5.20"),
    ):
        image = "" if extra else "  image_id: docker:lmsysorg/sglang:v0.5.20\n"
        report = check(
            Source("t.yaml", RESOURCES + image + extra + RUN), rulepack.load(), Options()
        )
        assert report.checked[0].releases == (release,)


def test_a_fix_changes_nothing_else() -> None:
    source = Source("task.yaml", RESOURCES + RUN)
    done = fix(source, lambda it: check(it, rulepack.load(), Options()), True)
    before, after = str(yaml.safe_load(source.text)), str(yaml.safe_load(done.text))
    assert before.replace("--num_gpus", "--num-gpus") == after != before
