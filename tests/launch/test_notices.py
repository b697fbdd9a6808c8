"""What is noticed about well-formed options: ranges, repeats, no effect."""

from __future__ import annotations

import pytest

from sgdlint import rulepack
from sgdlint.catalog import load
from sgdlint.catalog.limits import Limit, limit_of
from sgdlint.linter import Options, check
from sgdlint.source import Source

QWEN = "sglang generate --model-path Qwen/Qwen-Image --prompt 'a cat'"
SERVE = "sglang serve --model-path Qwen/Qwen-Image"


def codes(command: str, release: str) -> list[str]:
    """Return the codes that a command gets in a release."""
    report = check(Source("run.sh", command + "\n"), rulepack.load(), Options(sglang=release))
    return [finding.code for finding in report.findings]


@pytest.mark.parametrize(
    ("limit", "allowed", "refused"),
    [
        (Limit(least=1), [1, 2, (1, 2)], [0, -1, (1, 0)]),
        (Limit(least=0, most=1, finite=True), [0, 0.5, 1], [1.1, float("nan"), float("inf")]),
        (Limit(above=0, below=1), [0.5], [0, 1, float("nan")]),
        (Limit(among=("debug",), any_case=True), ["debug", "DEBUG"], ["", "loud"]),
        (Limit(ends=".txt"), ["a.txt", ""], ["a"]),
        (Limit(json=True), ["{}", "", "NaN"], ["x"]),
    ],
)
def test_limits(limit: Limit, allowed: list[object], refused: list[object]) -> None:
    assert [limit.allows(value) for value in allowed] == [True] * len(allowed)
    assert [limit.allows(value) for value in refused] == [False] * len(refused)


def test_a_limit_is_known_only_where_the_model_cannot_drop_the_option() -> None:
    release = load("0.5.23")
    action, image = release.model("lerobot/pi05_base"), release.model("Qwen/Qwen-Image")
    assert limit_of("0.5.23", "fps", None) is None
    assert limit_of("0.5.23", "fps", action) is None
    assert limit_of("0.5.23", "fps", image) is not None
    assert limit_of("0.5.12", "fps", None) is not None
    mesh = release.model("tencent/Hunyuan3D-2")
    assert limit_of("0.5.23", "guidance_scale", mesh) is None
    assert limit_of("0.5.23", "guidance_scale", image) is not None
    assert limit_of("0.5.23", "seed", None) is not None


@pytest.mark.parametrize(
    ("command", "release", "found"),
    [
        (f"{QWEN} --width 0", "0.5.12", ["SGD220"]),
        (f"{QWEN} --width 0 --720p", "0.5.12", []),
        (f"{QWEN} --width 0 $MORE", "0.5.12", []),
        (f"{QWEN} --guidance-scale nan", "0.5.12", ["SGD220"]),
        (f"{QWEN} --num-inference-steps 0 --num-inference-steps 9", "0.5.12", ["SGD221"]),
        (f"{QWEN} --seed -1", "0.5.10.post1", []),
        (f"{QWEN} --seed -1", "0.5.11", ["SGD220"]),
        (f"{SERVE} --num-gpus 2 --num-gpus 2", "0.5.12", ["SGD222"]),
        (f"MORE='--num-gpus 2'\n{SERVE} $MORE --num-gpus 4", "0.5.12", ["SGD222"]),
        (f"{SERVE} --num-gpu 2 --num-gpus 4", "0.5.12", ["SGD209"]),
        (f"{QWEN} --save-output --no-save-output", "0.5.12", ["SGD221", "SGD713"]),
    ],
)
def test_findings(command: str, release: str, found: list[str]) -> None:
    assert codes(command, release) == found


@pytest.mark.parametrize(
    ("command", "release", "found"),
    [
        ("sglang serve Qwen/Qwen-Image", "0.5.12", ["SGD215", "SGD216"]),
        ("sglang serve Qwen/Qwen-Image", "0.5.19", []),
        ("sglang serve Qwen/Qwen3-8B", "0.5.12", []),
        ("sglang serve --model-path $MODEL --served-model-name Qwen/Qwen-Image", "0.5.12", []),
        (f"{SERVE} --vea-quantization fp8", "0.5.23", ["SGD210"]),
        (f"{SERVE} --vae-quantization fp8", "0.5.23", []),
        (f"{QWEN} --cache-dit-params x", "0.5.23", ["SGD212"]),
    ],
)
def test_misplaced_models_and_misspelt_components(
    command: str, release: str, found: list[str]
) -> None:
    assert sorted(codes(command, release)) == found


@pytest.mark.parametrize(
    ("command", "release", "expected"),
    [
        ("sglang generate --modl-path Qwen/Qwen-Image --prompt x", "0.5.9", ["SGD201"]),
        ("sglang generate --modl-path Qwen/Qwen-Image --prompt x", "0.5.23", ["SGD245"]),
        ("sglang serve --modl-path=Qwen/Qwen-Image --num-gpus 1", "0.5.12", ["SGD245"]),
        ("sglang generate --modelpath Qwen/Qwen-Image --prompt x", "0.5.23", ["SGD201"]),
        ("sglang generate --modl-path Qwen/Qwen-Image $ARGS", "0.5.23", ["SGD210"]),
        ("sglang generate --vae-path x --prompt x", "0.5.23", ["SGD216"]),
        ("sglang serve --model-path --port 30000", "0.5.23", ["SGD211"]),
        ("sglang serve --model-path --warmup-mode request", "0.5.9", ["SGD211"]),
        ("sglang generate --model-path -1 --prompt x", "0.5.19", ["SGD211"]),
        ("sglang serve --model-path $MODEL --port 30000", "0.5.23", []),
    ],
)
def test_a_launch_that_names_no_model(command: str, release: str, expected: list[str]) -> None:
    assert codes(command, release) == expected


def test_of_two_models_the_one_of_the_option_counts() -> None:
    command = "sglang serve Qwen/Qwen-Image --model-path Wan-AI/Wan2.1-T2V-1.3B-Diffusers"
    report = check(Source("run.sh", command), rulepack.load(), Options(sglang="0.5.23"))
    assert [finding.code for finding in report.findings] == ["SGD279"]
    assert report.launches[0][0]["model_path"] == ("Wan-AI/Wan2.1-T2V-1.3B-Diffusers",)


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("", ["SGD188"]),
        ("--component-attention-backends vae=fa", []),
        ("--component-attention-backends.transformer fa", []),
        ("--component-paths.vae /models/vae", ["SGD188"]),
    ],
)
def test_an_option_for_one_component_leaves_open_what_that_of_all_does(
    options: str, found: list[str]
) -> None:
    command = "sglang serve --model-path Wan-AI/Wan2.1-T2V-1.3B-Diffusers "
    told = codes(command + "--attention-backend vmoba_attn " + options, "0.5.23")
    assert [code for code in told if code == "SGD188"] == found


@pytest.mark.parametrize(
    ("command", "release", "expected"),
    [
        (f"{SERVE} --num-gpus 2 --enable-cfg-parallel true", "0.5.10.post1", ["SGD281"]),
        (f"{SERVE} --num-gpus 2 --enable-cfg-parallel true", "0.5.12", []),
        (f"{SERVE} --num-gpus 2 --enable-cfg-parallel $X", "0.5.10.post1", []),
        (f"{SERVE} --num-gpus 2 --enable-cfg-parallel false", "0.5.9", ["SGD282"]),
        (f"{QWEN} --save-output out.png", "0.5.23", ["SGD281"]),
        (f"{QWEN} --output-file-name x out.png", "0.5.23", ["SGD215"]),
        (f"{QWEN} -- --num-gpus 1", "0.5.23", ["SGD283"]),
        ("sglang generate -- --model-path Qwen/Qwen-Image --prompt x", "0.5.23", ["SGD283"]),
        (f"{QWEN} --lora x", "0.5.23", ["SGD207"]),
        (f"{SERVE} --num_gpus 2", "0.5.9", ["SGD284"]),
        (f"{SERVE} --performance-mode speed", "0.5.9", ["SGD285"]),
        (f"{SERVE} --performance-mode speed", "0.5.10.post1", ["SGD204"]),
        (f"{SERVE} $MORE", "0.5.9", []),
    ],
)
def test_words_that_no_option_takes(command: str, release: str, expected: list[str]) -> None:
    assert codes(command, release) == expected


def test_a_model_without_a_value_behind_two_dashes() -> None:
    assert codes("sglang serve x -- --model-path --num-gpus=8", "0.5.23") == ["SGD211"]
