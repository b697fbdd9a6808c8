"""`--config` files: which one is meant, what it sets, and what is said about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sgdlint import rulepack
from sgdlint.files import Neighbours
from sgdlint.fixer import apply
from sgdlint.linter import Options, check
from sgdlint.source import Nearby, Source

SERVE = "sglang serve --model-path Qwen/Qwen-Image"


class Files(Nearby):
    """Files beside the script, and files where sgdlint was started."""

    def __init__(self, beside: dict[str, str], started: dict[str, str] | None = None) -> None:
        self.beside = beside
        self.started = started or {}

    def read(self, path: str) -> str | None:
        """Return a file beside the script."""
        return self.beside.get(path)

    def read_from_start(self, path: str) -> str | None:
        """Return a file of the folder where sgdlint was started."""
        return self.started.get(path)


def gpus(script: str, near: Nearby) -> object:
    """Return what the first launch is known to ask for; "open" when that is not certain."""
    report = check(Source("run.sh", script, near=near), rulepack.load([]), Options(sglang="0.5.23"))
    return report.launches[0][0].get("num_gpus", "none")


CONFIG = {"c.yaml": "num_gpus: 2\n"}


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (f"{SERVE} --config c.yaml", (2,)),
        (f"{SERVE} --config=c.yaml", (2,)),
        (f"{SERVE} --num-gpus 4 --config c.yaml", (4,)),
        (f"{SERVE} --num-gpu 4 --config c.yaml", (2,)),  # SGLang drops the abbreviation
        (f'C=c.yaml\n{SERVE} --config "$C"', (2,)),
        (f'{SERVE} --config "$C"', "none"),
        (f"{SERVE} --conf c.yaml", "none"),
        (f'cd "$(dirname "$0")"\n{SERVE} --config c.yaml', (2,)),
        (f"cd sub\n{SERVE} --config ../c.yaml", "none"),
        (f"cd /srv\n{SERVE} --config c.yaml", "none"),
        (f'cd "$WORK"\n{SERVE} --config c.yaml', "none"),
        (f"cat > c.yaml <<'X'\nnum_gpus: 8\nX\n{SERVE} --config c.yaml", (8,)),
        (f"cat <<X > c.yaml\nnum_gpus: 8\nX\n{SERVE} --config c.yaml", (8,)),
        (f"cat > c.yaml <<X\nnum_gpus: $N\nX\n{SERVE} --config c.yaml", "none"),
        (f"N=8\ncat > c.yaml <<X\nnum_gpus: $N\nX\n{SERVE} --config c.yaml", (8,)),
        (f"C=c.yaml\ncat > $C <<'X'\nnum_gpus: 8\nX\n{SERVE} --config $C", (8,)),
        (f"if x; then\ncat > c.yaml <<'X'\nnum_gpus: 8\nX\nfi\n{SERVE} --config c.yaml", "none"),
        (
            f"cat > c.yaml <<'X'\nnum_gpus: 8\nX\nsed -i s/8/4/ c.yaml\n{SERVE} --config c.yaml",
            "none",
        ),
        (f"cat > c.yaml <<'X'\nnum_gpus: 8\nX\ncd sub\n{SERVE} --config c.yaml", "none"),
        (f"cat >> c.yaml <<'X'\nnum_gpus: 8\nX\n{SERVE} --config c.yaml", "none"),
        (f"cat - x > c.yaml <<'X'\nnum_gpus: 8\nX\n{SERVE} --config c.yaml", "none"),
        (f"{SERVE} --config c.yaml\ncat > c.yaml <<'X'\nnum_gpus: 8\nX", "none"),
        (f'C=c.yaml\nenvsubst > "$C"\n{SERVE} --config "$C"', "none"),
        (f"docker run lmsysorg/sglang {SERVE} --config c.yaml", "none"),
    ],
)
def test_which_file_is_read(script: str, expected: object) -> None:
    assert gpus(script, Files(CONFIG)) == expected


def test_two_different_files_are_no_file() -> None:
    assert gpus(f"{SERVE} --config c.yaml", Files(CONFIG, {"c.yaml": "num_gpus: 4\n"})) == "none"
    assert gpus(f"{SERVE} --config c.yaml", Files(CONFIG, CONFIG)) == (2,)
    assert gpus(f"{SERVE} --config c.yaml", Files({}, CONFIG)) == (2,)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("dit_cpu_offload", "off", (False,)),  # YAML 1.1
        ("dit_cpu_offload", "'false'", (True,)),  # any text counts as true
        ("num_gpus", "0x2", (2,)),
        ("num_gpus", "'2'", None),
        ("lora_scale", "1", (1,)),
        ("warmup_resolutions", "[512x512]", (("512x512",),)),
    ],
)
def test_values_are_those_of_yaml(key: str, value: str, expected: object) -> None:
    near = Files({"c.yaml": f"{key}: {value}\n"})
    source = Source("run.sh", f"{SERVE} --config c.yaml", near=near)
    report = check(source, rulepack.load([]), Options(sglang="0.5.23"))
    assert report.launches[0][0][key] == expected


def test_a_finding_says_where_the_option_stands_and_the_fix_stays_in_the_script() -> None:
    near = Files({"c.yaml": "# two\nnum_gpus: 2\nulysses_degree: 4\n"})
    source = Source("run.sh", f"{SERVE} --config c.yaml\n", near=near)
    report = check(source, rulepack.load([]), Options(sglang="0.5.23", gpus=8))
    errors = [one for one in report.findings if one.severity == "error"]
    assert errors, report.findings
    assert "c.yaml:3" in errors[0].message
    start, end = errors[0].span.start, errors[0].span.end
    assert source.text[start:end] == "--config c.yaml"
    fixed = apply(source.text, [one for one in errors if one.fix and one.fix.edits])
    assert fixed.startswith(f"{SERVE} --config c.yaml")


def codes(text: str, script: str = SERVE, release: str = "0.5.23") -> list[str]:
    """Return the codes of what is said about a configuration file."""
    source = Source("run.sh", f"{script} --config c.yaml\n", near=Files({"c.yaml": text}))
    report = check(source, rulepack.load([]), Options(sglang=release))
    return [one.code for one in report.findings]


@pytest.mark.parametrize(
    ("text", "release", "expected"),
    [
        ("num_gpuz: 2", "0.5.23", ["SGD260"]),
        ("colour: red", "0.5.23", ["SGD259"]),
        ("nccl_port: 5000", "0.5.23", []),  # a setting without an option
        ("flow_shift: 3", "0.5.23", []),  # of the pipeline
        ("_mine: 1", "0.5.23", []),
        ("vae_config.load_encoder: true", "0.5.23", []),
        ("performance_mode: auto", "0.5.10.post1", ["SGD261"]),
        ("num_gpus: null", "0.5.23", ["SGD256"]),
        ("tp_size: null", "0.5.23", []),
        ("num_gpus: 2.0", "0.5.10.post1", []),
        ("num_gpus: 2.0", "0.5.12", ["SGD256"]),
        ("log_level: 3", "0.5.9", ["SGD256"]),
        ("backend: torch", "0.5.9", ["SGD265"]),
        ("backend: Diffusers", "0.5.9", []),
        ("warmup_mode: off", "0.5.23", ["SGD256"]),  # YAML 1.1: false
        ("warmup_mode: 'OFF'", "0.5.23", ["SGD265"]),
        ("performance_mode: SPEED", "0.5.23", []),
        ("task_type: T2I", "0.5.19", ["SGD277"]),
        ("num_gpus: 1\nnum_gpus: 1", "0.5.23", ["SGD269"]),
        ("text_encoder_precisions: bf16", "0.5.23", ["SGD165"]),  # a list of four letters
        ("guidance_scale: '4'", "0.5.23", []),  # a server takes it for its pipeline, unseen
        ("num_inference_steps: 4", "0.5.23", ["SGD255"]),
    ],
)
def test_keys_and_values(text: str, release: str, expected: list[str]) -> None:
    assert codes(text, release=release) == expected


def test_values_of_requests_count_only_for_models_that_have_them() -> None:
    generate = "sglang generate --prompt x --model-path"
    assert codes("fps: '8'", f"{generate} Qwen/Qwen-Image") == ["SGD256"]
    assert codes("fps: '8'", f'{generate} "$MODEL"') == []
    assert codes("fps: '8'", f"{generate} Qwen/Qwen-Image", "0.5.9") == ["SGD255"]


def test_a_null_leaves_open_what_holds() -> None:
    assert codes("pipeline_class_name: null") == []
    generate = "sglang generate --prompt x --model-path Qwen/Qwen-Image"
    assert codes("image_path: null", generate) == []


def test_what_is_lacking_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "binary.yaml").write_bytes(b"num_gpus: \xff\n")
    (tmp_path / "empty.txt").write_text("\n\n")
    generate = "sglang generate --model-path Qwen/Qwen-Image --prompt x --prompt-path"

    def said(script: str) -> list[str]:
        source = Source("run.sh", script + "\n", near=Neighbours("run.sh"))
        report = check(source, rulepack.load([]), Options(sglang="0.5.23"))
        return [one.code for one in report.findings if one.code >= "SGD250"]

    assert said(f"{SERVE} --config binary.yaml") == ["SGD268"]
    assert said(f"{SERVE} --config none.yaml") == ["SGD267"]
    assert said(f'cd "$(dirname "$0")" && {SERVE} --config none.yaml') == ["SGD266"]
    assert said(f"{SERVE} --config /none.yaml") == []
    assert said(f'cd "$HOME" && {SERVE} --config none.yaml') == []
    assert said(f"{generate} empty.txt") == ["SGD270"]
    assert said(f"{generate} none.txt") == ["SGD267"]
    assert said(f"{generate} https://host/none.txt") == []


@pytest.mark.parametrize(
    ("word", "launches"), [("--hel", 0), ("--help", 0), ("-h", 0), ("--he", 1), ("--h", 1)]
)
def test_the_beginning_of_help_asks_for_help(word: str, launches: int) -> None:
    script = Source("run.sh", f"sglang generate --model-path Qwen/Qwen-Image --prompt x {word}\n")
    report = check(script, rulepack.load([]), Options(sglang="0.5.23"))
    assert len(report.launches) == launches
