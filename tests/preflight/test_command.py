"""`sgdlint preflight` as users run it: a process of its own, on recorded machines."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from preflight_machines import GIB, gpu, held

from sgdlint.hardware import Holder
from sgdlint.preflight.facts import Folder, Installed, Machine, Memory
from sgdlint.preflight.recorded import of_data, read, to_data
from sgdlint.stated import OptionError

ROOT = Path(__file__).resolve().parents[2]
QWEN = "sglang generate --model-path Qwen/Qwen-Image --prompt x"
RECORDED = sorted((ROOT / "tests" / "data" / "preflight").glob("*.json"))


def machine(tmp_path: Path, **changes: Any) -> Path:
    """Write a machine with everything that a plain launch asks for, and return its file."""
    home = str(tmp_path)
    folders = {
        name: Folder(name, True, True, 500 * GIB, "", 1)
        for name in (
            "outputs/",
            f"{home}/.cache/huggingface/hub",
            f"{home}/.cache/sgl_diffusion",
            f"{home}/.cache/sgl_diffusion/torch_compile_cache/triton",
            f"{home}/.cache/flashinfer",
        )
    }
    well = Machine(
        gpus=(gpu(0), gpu(1)),
        driver="580.1",
        installed=Installed("0.5.23", "/venv"),
        memory=Memory(512 * GIB, 400 * GIB),
        folders=folders,
        modules={"diffusers": True},
        ports={30000: True},
        cached={f"{home}/.cache/huggingface/hub/models--Qwen--Qwen-Image": True},
        programs={"sglang": "/venv/bin/sglang", "echo": "/bin/echo", "bash": "/bin/bash"},
    )
    path = tmp_path / "machine.json"
    data = {**to_data(well), **to_data(changes), "form": 1}
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def preflight(
    tmp_path: Path, *words: str, recorded: Path | None = None, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run `sgdlint preflight` in an empty environment."""
    seen = ["--machine", str(recorded)] if recorded is not None else []
    environment = {
        "HOME": str(tmp_path),
        "USER": "me",
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        **more,
    }
    return subprocess.run(
        [sys.executable, "-m", "sgdlint", "preflight", *seen, *words],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_command_for_which_all_is_well(tmp_path: Path) -> None:
    done = preflight(tmp_path, "--command", QWEN, recorded=machine(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "<command>: sglang generate (SGLang 0.5.23)\n"
        "  ok      SGLang      0.5.23 is installed in /venv\n"
        "  ok      GPUs        GPU 0 idle: NVIDIA H100 80GB HBM3, 80.0 GiB\n"
        "  ok      GPU memory  79.0 GiB free on GPU 0, and the launch needs at most 78.5\n"
        "  ok      driver      580.1, new enough for CUDA 13.0\n"
        "  ok      host memory offloaded weights take at least 13.2 GiB of the machine's memory, "
        "and 400.0 GiB are free\n"
        "  ok      weights     Qwen/Qwen-Image is in the cache of Hugging Face; "
        "whether as a whole is not known\n"
        "  ok      folders     can be written: outputs, ~/.cache/huggingface/hub, "
        "~/.cache/sgl_diffusion, ~/.cache/flashinfer (500.0 GiB free)\n"
        "  ok      packages    diffusers is installed\n"
        "\n"
        "Nothing blocks; 8 in order\n"
    )


def test_the_example_of_the_documentation(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "preflight.md").read_text(encoding="utf-8")
    shown = page.split("```console\n$ ")[1].split("```")[0]
    command, _, expected = shown.partition("\n")
    seen = machine(
        tmp_path,
        gpus=(held(0, 30), gpu(1), gpu(2)),
        driver="580.159.04",
        processes={4242: "python3"},
        cached={f"{tmp_path}/.cache/huggingface/hub/models--black-forest-labs--FLUX.1-dev": False},
        tokens={f"{tmp_path}/.cache/huggingface/token": False},
    )
    done = preflight(tmp_path, *shlex.split(command)[2:], recorded=seen)
    assert (done.returncode, done.stdout) == (1, expected)


def test_quiet_shows_what_is_to_be_done(tmp_path: Path) -> None:
    assert (
        preflight(tmp_path, "--quiet", "--command", QWEN, recorded=machine(tmp_path)).stdout == ""
    )
    busy = machine(tmp_path, gpus=(held(0, 5), gpu(1)))
    done = preflight(tmp_path, "--quiet", "--command", QWEN, recorded=busy)
    assert done.returncode == 0
    assert done.stdout.splitlines()[1] == (
        "  warn    GPUs        GPU 0 is busy, 6.0 GiB of 80.0 GiB taken by process 4242 (5.0 GiB)"
        " → CUDA_VISIBLE_DEVICES=1, which is idle"
    )


def test_something_that_blocks(tmp_path: Path) -> None:
    done = preflight(
        tmp_path, "--command", QWEN + " --num-gpus 4", recorded=machine(tmp_path), NO_COLOR="1"
    )
    assert done.returncode == 1
    assert "  block   GPUs        the launch takes 4 GPUs, and 2 are there" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("2 things block; ")  # a rule says it, too


def test_an_error_that_the_release_makes_blocks(tmp_path: Path) -> None:
    done = preflight(tmp_path, "--command", QWEN + " --warmup", recorded=machine(tmp_path))
    assert done.returncode == 1
    assert "SGD203" in done.stdout


def test_variables_of_this_shell_count_for_a_command(tmp_path: Path) -> None:
    seen = machine(tmp_path, installed=Installed("0.5.12", "/venv"))
    command = QWEN + " --dit-layerwise-offload"
    told = preflight(tmp_path, "--command", command, recorded=seen, SGLANG_CACHE_DIT_ENABLED="true")
    assert "SGD101" in told.stdout
    assert "SGD101" not in preflight(tmp_path, "--command", command, recorded=seen).stdout


def test_json(tmp_path: Path) -> None:
    done = preflight(
        tmp_path,
        "--format",
        "json",
        "--command",
        QWEN + " --num-gpus 4",
        recorded=machine(tmp_path),
    )
    data = json.loads(done.stdout)
    assert (done.returncode, data["blocks"], data["failures"]) == (1, True, [])
    (launch,) = data["files"][0]["launches"]
    assert (launch["command"], launch["sglang"], launch["gpus"]) == ("sglang generate", "0.5.23", 4)
    assert {
        "name": "GPUs",
        "status": "block",
        "says": "the launch takes 4 GPUs, and 2 are there",
        "todo": "take 2, with degrees that go with it",
    } in launch["checks"]


def test_each_launch_of_a_file_is_named(tmp_path: Path) -> None:
    script = tmp_path / "run.sh"
    script.write_text(f"{QWEN}\n{QWEN} --num-gpus 4\n", encoding="utf-8")
    done = preflight(tmp_path, "run.sh", recorded=machine(tmp_path))
    heads = [
        line
        for line in done.stdout.splitlines()
        if line.startswith("run.sh: ") or ": sglang" in line
    ]
    assert heads == [
        "run.sh: all 2 launches",
        "run.sh:1: sglang generate (SGLang 0.5.23)",
        "run.sh:2: sglang generate (SGLang 0.5.23)",
    ]
    assert done.returncode == 1


def test_a_manifest(tmp_path: Path) -> None:
    text = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: flux}\nspec:\n  containers:\n  - name: flux\n"
        "    image: lmsysorg/sglang:v0.5.19\n"
        "    command: [sglang, serve, --model-path, Qwen/Qwen-Image, --num-gpus, '4']\n"
        "    resources: {limits: {nvidia.com/gpu: 4}}\n"
    )
    (tmp_path / "pod.yaml").write_text(text, encoding="utf-8")
    done = preflight(tmp_path, "pod.yaml", recorded=machine(tmp_path))
    assert "pod.yaml:8: sglang serve (SGLang 0.5.19)" in done.stdout
    assert "  block   GPUs        the launch takes 4 GPUs, and 2 are there" in done.stdout
    assert "checked for 0.5.19 (image tag, line 7)" in done.stdout


def test_a_file_without_launches(tmp_path: Path) -> None:
    (tmp_path / "plain.sh").write_text("echo\n", encoding="utf-8")
    done = preflight(tmp_path, "plain.sh", recorded=machine(tmp_path))
    assert (done.returncode, done.stdout) == (0, "No launch to look at\n")


# --- running --------------------------------------------------------------------------------------


def test_a_command_runs_when_nothing_blocks(tmp_path: Path) -> None:
    words = ("--", "bash", "-c", 'echo "$0 $*"; exit 5', "one", "--quiet", "two words")
    done = preflight(tmp_path, *words, recorded=machine(tmp_path))
    assert (done.returncode, done.stdout) == (5, "one --quiet two words\n")
    assert done.stderr == "No launch to look at\n"


def test_a_command_does_not_run_when_something_blocks(tmp_path: Path) -> None:
    words = ["echo", *QWEN.split(), "--num-gpus", "4"]
    script = tmp_path / "run.sh"
    script.write_text(f"echo started; exit 5\n{QWEN} --num-gpus 4\n", encoding="utf-8")
    seen = machine(tmp_path)
    assert preflight(tmp_path, "--", *words, recorded=seen).returncode == 0  # it starts no SGLang
    (tmp_path / "sglang").write_text("#!/bin/sh\necho started\nexit 5\n", encoding="utf-8")
    (tmp_path / "sglang").chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    words = [*QWEN.split(), "--num-gpus", "4"]
    done = preflight(tmp_path, "--", *words, recorded=seen, PATH=path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("sgdlint: not started; --force starts it all the same\n")
    done = preflight(tmp_path, "--force", "--", *words, recorded=seen, PATH=path)
    assert (done.returncode, done.stdout) == (5, "started\n")
    done = preflight(tmp_path, "--", *QWEN.split(), recorded=seen, PATH=path)
    assert (done.returncode, done.stdout) == (5, "started\n")
    assert "Nothing blocks" in done.stderr


def test_lines_of_the_log_are_told_while_the_command_runs(tmp_path: Path) -> None:
    program = tmp_path / "sglang"
    lines = ("echo Falling back to diffusers backend", "sleep 0.3", "echo later >&2", "exit 5")
    program.write_text("\n".join(("#!/bin/sh", *lines)), encoding="utf-8")
    program.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    words = ("--", *QWEN.split())
    done = preflight(tmp_path, *words, recorded=machine(tmp_path), PATH=path)
    assert (done.returncode, done.stdout) == (5, "Falling back to diffusers backend\n")
    *_, told, later, last = done.stderr.splitlines()
    assert told.startswith("sgdlint: error LOG101: This run is no run of native SGLang")
    assert later == "later"
    assert last == "sgdlint: NOT A RUN OF NATIVE SGLANG: use none of its times"
    done = preflight(tmp_path, "--quiet", *words, recorded=machine(tmp_path), PATH=path)
    assert (done.returncode, done.stderr) == (5, "later\n")


def test_a_program_that_the_recorded_machine_was_not_asked_for(tmp_path: Path) -> None:
    program = tmp_path / "sglang"
    program.write_text("#!/bin/sh\necho started\n", encoding="utf-8")
    program.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    unasked = machine(tmp_path, programs={})
    done = preflight(tmp_path, "--", *QWEN.split(), recorded=unasked, PATH=path)
    assert (done.returncode, done.stdout) == (0, "started\n")
    lacking = machine(tmp_path, programs={"sglang": ""})
    done = preflight(tmp_path, "--", *QWEN.split(), recorded=lacking, PATH=path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "there is no program 'sglang'" in done.stderr


def test_what_this_machine_lacks(tmp_path: Path) -> None:
    done = preflight(tmp_path, "--", "no-sglang-here", *QWEN.split()[1:], PATH="/usr/bin:/bin")
    assert done.returncode in (1, 127)


# --- facts as a file ------------------------------------------------------------------------------


def test_what_is_recorded_is_read_again(tmp_path: Path) -> None:
    done = preflight(tmp_path, "--record", "seen.json", "--command", QWEN)
    assert done.returncode in (0, 1)
    seen = read(str(tmp_path / "seen.json"))
    assert seen.folders["outputs/"].at == str(tmp_path)
    assert of_data({**json.loads(json.dumps(to_data(seen))), "form": 1}) == seen
    again = preflight(tmp_path, "--command", QWEN, recorded=tmp_path / "seen.json")
    assert (again.stdout, again.returncode) == (done.stdout, done.returncode)


def test_a_token_is_never_kept_or_shown(tmp_path: Path) -> None:
    flux = "sglang generate --model-path black-forest-labs/FLUX.1-dev --prompt x"
    secret = "hf_" + "s" * 34
    done = preflight(tmp_path, "--record", "a.json", "--command", flux, HF_TOKEN=secret)
    assert "HF_TOKEN gives a token" in done.stdout
    (tmp_path / "token").write_text(secret, encoding="utf-8")
    path = str(tmp_path / "token")
    more = preflight(tmp_path, "--record", "b.json", "--command", flux, HF_TOKEN_PATH=path)
    assert f"{path} gives a token" in more.stdout
    kept = (tmp_path / "a.json").read_text() + (tmp_path / "b.json").read_text()
    assert secret not in kept + done.stdout + done.stderr + more.stdout + more.stderr


def test_every_part_of_a_machine_is_kept(tmp_path: Path) -> None:
    seen = Machine(
        gpus=(gpu(0, holders=None), gpu(1, holders=(Holder(7, None),))),
        processes={7: "python"},
        notes=("one",),
        ports={1: None},
        paths={"/x": True},
        memory=Memory(1, 2, 3, 4),
    )
    path = tmp_path / "one.json"
    path.write_text(json.dumps({"form": 1, **to_data(seen)}), encoding="utf-8")
    assert read(str(path)) == seen


BAD = ["", "[", "[]", "{}", '{"form": 2}', '{"form": 1, "gpus": 3}', '{"form": 1, "more": 1}',
       '{"form": 1, "gpus": [{"index": 0}]}', '{"form": 1, "ports": {"x": true}}', "\udcff",
       '{"form": 1, "folders": {"a": 1}}', "[" * 100_000, '{"form": 1, "memory": {"total": "x"}}',
       '{"form": 1, "memory": {"total": NaN}}', '{"form": 1, "memory": {"total": true}}',
       '{"form": 1, "driver": 5}', '{"form": 1, "modules": {"x": 1}}', '{"form": 1, "notes": [1]}',
       '{"form": 1, "modules": []}',
       '{"form": 1, "installed": {"version": 1, "place": ""}}']  # fmt: skip


@pytest.mark.parametrize("text", BAD)
def test_a_file_that_is_no_machine(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(OptionError, match="--machine"):
        read(str(path))


USAGE = [
    ((), "name a file"),
    (("run.sh", "--command", "x"), "name a file"),
    (("--",), "a command is needed behind --"),
    (("run.sh", "--", "true"), "name a file"),
    (("--force", "--command", "x"), "--force is for a command"),
    (("--machine", "none.json", "--command", "x"), "none.json: No such file"),
    (("--machine", ".", "--command", "x"), "--machine: .: Is a directory"),
    (("--record", "no/such/place", "--command", "x"), "no/such/place"),
    (("--sglang", "0.4", "--command", QWEN), "0.4"),
    (("--forse", "--command", "x"), "did you mean --force?"),
    (("none.sh",), "none.sh"),
]


@pytest.mark.parametrize(("words", "says"), USAGE)
def test_what_cannot_be_done(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    done = preflight(tmp_path, *words)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


RESIDENT = QWEN + " --dit-cpu-offload false --text-encoder-cpu-offload false"


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_machines_that_were_recorded(tmp_path: Path, path: Path) -> None:
    """What was printed on a real GPU, idle and with a process that holds memory."""
    assert read(str(path)).looked
    command = RESIDENT if path.stem == "full" else QWEN
    done = preflight(tmp_path, "--command", command, recorded=path, HOME="/root")
    printed = f"{done.stdout}status {done.returncode}\n"
    assert printed == path.with_suffix(".txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "held"), [("idle", []), ("busy", [9.5]), ("full", [60.5])])
def test_who_holds_the_memory_of_a_real_gpu(name: str, held: list[float]) -> None:
    (one,) = read(str(ROOT / "tests" / "data" / "preflight" / f"{name}.json")).gpus or ()
    assert one.busy is bool(held)
    assert [round((who.held or 0) / GIB, 1) for who in one.holders or ()] == held
