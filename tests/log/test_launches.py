"""What a log says at the launches of a file: which launch, what is told, what is mended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sgdlint.cli import main

STAMP = "[11-24 02:16:11] "
WAN = "Wan-AI/Wan2.1-T2V-1.3B-Diffusers"
SIZES = {"text_encoder": 10.58, "transformer": 2.64, "vae": 0.5}
OLD_MEMORY = (
    "Peak GPU memory: 20.12 GB, Peak allocated: 18.83 GB, Memory pool overhead: 1.29 GB (6.3%), "
    "Remaining GPU memory at peak: {left} GB. Components that could stay resident (based on the "
    "last request workload): {names}. Related offload server args to disable: "
    "--text-encoder-cpu-offload"
)
NEW_MEMORY = (
    "GPU memory: peak=36.12 GB, allocated=33.83 GB, pool=2.29 GB (6.3%), headroom={left} GB. "
    "Components that can remain on GPU: {names}. Make it explicit with --component-residency "
    "<name>=resident."
)
OFFLOAD = {
    "dit_layerwise_offload": True,
    "dit_cpu_offload": False,
    "text_encoder_cpu_offload": True,
    "image_encoder_cpu_offload": True,
    "vae_cpu_offload": False,
}


def log_of(names: list[str], memory: str = OLD_MEMORY, left: float = 59.0, **arguments: Any) -> str:
    """Return a log of a run with a memory line."""
    shown = {"model_path": WAN, "backend": "auto", "num_gpus": 1, **OFFLOAD, **arguments}
    lines = [f"server_args: {json.dumps(shown)}"]
    lines += [
        f"Loaded {name}: C (sgl-diffusion version). model size: {size} GB, "
        "consumed GPU mem: 0.00 GB, avail GPU mem: 78.50 GB"
        for name, size in SIZES.items()
    ]
    lines.append(memory.format(names=names, left=left))
    return "".join(f"{STAMP}{line}\n" for line in lines)


class Files:
    """A script, its log, and what sgdlint makes of both."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.script, self.log = folder / "run.sh", folder / "run.log"
        self.capsys = capsys

    def write(self, script: str, log: str) -> None:
        """Write both files."""
        self.script.write_text(script)
        self.log.write_text(log)

    def fix(self, *options: str, release: str = "0.5.12") -> str:
        """Return the script after a fix, with what was printed in `told`."""
        words = ["fix", str(self.script), "--log", str(self.log), "--sglang", release, *options]
        self.status = main(words)
        self.told = self.capsys.readouterr()
        return self.script.read_text()

    def check(self, release: str = "0.5.12") -> list[dict[str, Any]]:
        """Return what is found."""
        words = ["check", str(self.script), "--log", str(self.log), "--sglang", release]
        main([*words, "--format", "json"])
        self.told = self.capsys.readouterr()
        [file] = json.loads(self.told.out)["files"]
        return [one for one in file["findings"] if one["code"].startswith("LOG")]


@pytest.fixture
def files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Files:
    return Files(tmp_path, capsys)


ONE = f"sglang generate --model-path {WAN} --prompt x"


def test_all_offload_is_written_where_naming_one_changes_the_others(files: Files) -> None:
    files.write(f"{ONE}\n", log_of(["text_encoder"]))
    assert files.fix() == (
        f"{ONE} --dit-layerwise-offload true --dit-cpu-offload false"
        " --text-encoder-cpu-offload false"
        " --image-encoder-cpu-offload true --vae-cpu-offload false\n"
    )
    assert files.fix().count("--text-encoder-cpu-offload") == 1  # it is not told again
    assert "No findings" in files.told.out


def test_an_option_that_the_run_does_not_show_is_not_written(files: Files) -> None:
    log = log_of(["text_encoder"], dit_layerwise_offload=None)
    files.write(f"{ONE}\n", log)
    assert files.fix(release="0.5.10") == (
        f"{ONE} --dit-cpu-offload false --text-encoder-cpu-offload false"
        " --image-encoder-cpu-offload true --vae-cpu-offload false\n"
    )


def test_an_option_is_changed_where_it_stands(files: Files) -> None:
    script = (
        f'ARGS=(--text-encoder-cpu-offload --dit-layerwise-offload true)\n{ONE} "${{ARGS[@]}}"\n'
    )
    files.write(script, log_of(["text_encoder", "transformer"]))
    fixed = files.fix()
    assert "ARGS=(--text-encoder-cpu-offload false --dit-layerwise-offload false" in fixed
    assert "--dit-cpu-offload false" in fixed


def test_between_them_only_what_is_not_needed_is_named(files: Files) -> None:
    changed: dict[str, Any] = dict.fromkeys(OFFLOAD, False)
    files.write(f"{ONE}\n", log_of(["text_encoder", "transformer"], **changed))
    assert files.fix(release="0.5.15") == f"{ONE}\n"
    wanted = f"{ONE} --text-encoder-cpu-offload false"
    wanted += " --dit-layerwise-offload false --dit-cpu-offload false\n"
    assert files.fix("--unsafe", release="0.5.15") == wanted
    assert files.check(release="0.5.15") == []


def test_what_a_launch_names_already_may_change_the_rest(files: Files) -> None:
    script = f"{ONE} --dit-layerwise-offload true\n"
    changed: dict[str, Any] = {**dict.fromkeys(OFFLOAD, False), "dit_layerwise_offload": True}
    files.write(script, log_of(["transformer"], **changed))
    assert files.fix("--unsafe", release="0.5.15") == script


def test_later_releases_name_the_component(files: Files) -> None:
    files.write(f"{ONE}\n", log_of(["transformer", "vae"], NEW_MEMORY, component_residency=None))
    wanted = f"{ONE} --component-residency transformer=resident vae=resident\n"
    assert files.fix(release="0.5.23") == wanted
    assert files.fix(release="0.5.23") == wanted
    assert "No findings" in files.told.out


def test_what_is_said_of_components_already_is_left_alone(files: Files) -> None:
    residency = {"text_encoder": "resident"}
    log = log_of(["vae"], NEW_MEMORY, component_residency=residency)
    script = f"{ONE} --component-residency text_encoder=resident\n"
    files.write(script, log)
    assert files.fix("--unsafe", release="0.5.23") == script


@pytest.mark.parametrize(
    ("script", "log", "because"),
    [
        (f"sglang serve --model-path {WAN}", log_of(["text_encoder"]), "a larger request"),
        (ONE, log_of(["text_encoder"], num_gpus=2), "on several GPUs"),
        (ONE, log_of(["text_encoder"], left=14.5), "leave 3.92 GB free"),
        (
            ONE,
            "".join(log_of(["text_encoder"]).splitlines(True)[::4]),
            "an amount that the log does not tell",
        ),
    ],
)
def test_what_is_not_certain_is_unsafe(files: Files, script: str, log: str, because: str) -> None:
    files.write(f"{script}\n", log)
    [finding] = files.check()
    assert finding["fix"]["applicability"] == "unsafe"
    assert because in finding["fix"]["note"]
    assert files.fix() == f"{script}\n"
    assert "--text-encoder-cpu-offload false" in files.fix("--unsafe")


def test_a_flag_that_two_components_share_needs_both(files: Files) -> None:
    log = log_of(["text_encoder"]).replace("Loaded vae:", "Loaded text_encoder_2:")
    files.write(f"{ONE}\n", log)
    [finding] = files.check()
    assert finding["fix"] is None


def test_the_launch_with_the_model_and_the_options_of_the_run(files: Files) -> None:
    two = f"{ONE} --num-gpus 2"
    other = "sglang generate --model-path Qwen/Qwen-Image --prompt x"
    files.write(f"{other}\n{two}\n{ONE} --num-gpus 1\n", log_of(["vae"], num_gpus=2))
    [finding] = files.check()
    assert finding["start"]["line"] == 2
    assert finding["message"].endswith(f"({files.log}, line 5)")


def test_when_it_cannot_be_told_nothing_is_mended(files: Files) -> None:
    script = f"{ONE} --seed 1\n{ONE} --seed 2\n"
    files.write(script, log_of(["vae"]))
    assert files.check() == []
    assert "run 1: several launches may have been it (lines 1, 2)" in files.told.err
    assert files.fix("--unsafe") == script


def test_the_command_that_the_log_shows_tells_them_apart(files: Files) -> None:
    script = f"{ONE} --seed 1\n{ONE} --seed 2\n"
    files.write(script, f"+ {ONE} --seed 2\n{log_of(['vae'])}")
    [finding] = files.check()
    assert finding["start"]["line"] == 2


def test_a_log_of_another_model(files: Files) -> None:
    files.write(f"{ONE}\n", log_of(["vae"], model_path="Qwen/Qwen-Image"))
    assert files.check() == []
    assert "no launch of the file has its model" in files.told.err


def test_a_launch_whose_model_is_not_known(files: Files) -> None:
    files.write('sglang generate --model-path "$1" --prompt x\n', log_of(["vae"]))
    assert [one["code"] for one in files.check()] == ["LOG405"]


def test_an_adjusted_value_is_written_as_it_ran(files: Files) -> None:
    frames = f"{STAMP}Adjusting number of frames from 81 to 85 based on number of GPUs (2)\n"
    files.write(f"{ONE} --num-frames=81\n", frames)
    assert files.fix(release="0.5.9") == f"{ONE} --num-frames=85\n"
    files.write(f"{ONE} --num-frames 49\n", frames)  # changed since
    assert files.check() == []


def test_a_value_that_another_launch_needs_is_not_changed(files: Files) -> None:
    frames = f"{STAMP}Adjusting number of frames from 81 to 85 based on number of GPUs (2)\n"
    other = "sglang generate --model-path a/b --prompt x --num-frames $F"
    script = f"F=81\n{ONE} --num-frames $F\n{other}\n"
    log = f'{STAMP}server_args: {{"model_path": "{WAN}"}}\n{frames}'
    files.write(script, log)
    assert files.fix(release="0.5.9") == script


def test_an_option_without_effect_is_taken_out(files: Files) -> None:
    log = f"{STAMP}--vae-tiling has no effect: C does not support enabling tiling at runtime. "
    log += "Whether it tiles is fixed by its VAE config.\n"
    files.write(f"{ONE} --vae-tiling true --seed 1\n", log)
    assert files.fix(release="0.5.23") == f"{ONE} --seed 1\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--log", "missing.log"], "--log missing.log: No such file"),
        (["--log", "."], "--log .: Is a directory"),
        (["--log", "-", "-"], "standard input is either the log or the file"),
        (["--log", "a.log", "--to", "0.5.23"], "use one at a time"),
    ],
)
def test_what_cannot_be_done(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fix", *words]) == 2
    assert told in capsys.readouterr().err


def test_what_is_said_can_be_chosen_and_silenced(files: Files) -> None:
    files.write(f"{ONE} --num-frames 80\n", log_of(["text_encoder"]))
    log = files.log.read_text()
    log += f"{STAMP}Adjusting number of frames from 80 to 81 based on model\n"
    files.write(f"{ONE} --num-frames 80\n", log)
    words = ["check", str(files.script), "--log", str(files.log), "--format", "concise"]
    words += ["--sglang", "0.5.12"]
    for option, codes in (("--select", {"LOG405"}), ("--ignore", {"LOG206"})):
        main([*words, option, "LOG4"])
        told = files.capsys.readouterr().out
        assert {one for one in ("LOG206", "LOG405") if one in told} == codes
    silent = f"{ONE} --num-frames 80  # sgdlint: ignore[LOG405, LOG206] known\n"
    files.write(silent, log)
    assert files.check() == []
    assert main(["check", str(files.script), "--sglang", "0.5.12"]) == 0  # and without a log
    assert "No findings" in files.capsys.readouterr().out


def test_a_file_with_a_wrong_directive_is_told_as_ever(files: Files) -> None:
    files.write(f"# sgdlint: nothing\n{ONE}\n", log_of(["vae"]))
    assert main(["check", str(files.script), "--log", str(files.log)]) == 2
    assert "`nothing` is not a directive" in files.capsys.readouterr().err


def test_the_log_tells_the_release_where_the_file_does_not(files: Files) -> None:
    files.write(f"{ONE}\n", log_of(["text_encoder"]))
    assert main(["fix", str(files.script), "--log", str(files.log)]) == 0
    assert "SGLang 0.5.17 (as" in files.capsys.readouterr().out
    named = f"Successfully installed sglang-0.5.12 torch-2.11.0\n{log_of(['text_encoder'])}"
    files.write(f"{ONE}\n", named)
    assert main(["fix", str(files.script), "--log", str(files.log)]) == 0
    told = " ".join(files.capsys.readouterr().out.split())
    assert f"SGLang 0.5.12 (as {files.log} tells)" in told
    assert "--text-encoder-cpu-offload false" in files.script.read_text()


def test_a_launch_of_another_release_gets_no_fix(files: Files) -> None:
    script = f"# sgdlint: sglang=0.5.23\n{ONE}\n"
    files.write(script, log_of(["text_encoder"]))
    assert main(["fix", str(files.script), "--log", str(files.log), "--unsafe"]) == 0
    assert "the log is of SGLang 0.5.17" in files.capsys.readouterr().out
    assert files.script.read_text() == script


@pytest.mark.parametrize("release", ["0.5.16", "0.5.23"])
def test_a_warmup_that_only_a_server_makes_is_made_with_the_request(
    files: Files, release: str
) -> None:
    script = f"{ONE} --enable-torch-compile true"
    shown = {"model_path": WAN, "warmup_mode": "server", "warmup_resolutions": None}
    warm = "Warmed-up request processed in 29.10 seconds (with warmup excluded)"
    log = f"{STAMP}server_args: {json.dumps(shown)}\n{STAMP}{warm}\n"
    files.write(f"{script}\n", log)
    assert [one["code"] for one in files.check(release)] == ["LOG509"]
    only = ("--select", "LOG509")
    assert files.fix(*only, release=release) == f"{script} --warmup-mode request\n"
    assert files.check(release) == []
    files.write(f"{script} --enable-breakable-cuda-graph true\n", log)
    assert [one["fix"] for one in files.check(release)] == [None]


def test_a_log_without_a_line_of_sglang_is_told(files: Files) -> None:
    files.write(f"{ONE}\n", "hello\n")
    assert files.check() == []
    told = f"sgdlint: {files.log}: no line of SGLang in it ({files.script})\n"
    assert files.told.err == told
