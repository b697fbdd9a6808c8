"""GPUs that the programs around a launch give it."""

from __future__ import annotations

import pytest

from sgdlint import catalog
from sgdlint.launch.build import launch_of
from sgdlint.launch.grants import refused
from sgdlint.launch.launch import Granted, Hardware, Surroundings
from sgdlint.launch.recognise import launches
from sgdlint.shell.interpreter import commands
from sgdlint.shell.parser import parse
from sgdlint.source import Source

RUN = "sglang generate --model-path Qwen/Qwen-Image --prompt x"


def given(script: str, hardware: Hardware | None = None) -> Hardware:
    """Return the hardware of the one launch of a script; RUN stands for `%`."""
    text = script.replace("%", RUN)
    found = commands(parse(text), text)
    (one,) = launches(found)
    around = Surroundings(Source("run.sh", text), found)
    launch = launch_of(one, catalog.load("0.5.23"), hardware or Hardware(), around)
    assert launch is not None
    return launch.hardware


def count_of(granted: Granted | None) -> int | None:
    return None if granted is None else granted.count


# Each script; the most GPUs that its launch gets (None: not known), and what says so.
COUNTS = [
    ("%", None, ""),
    # containers
    ("docker run img %", None, ""),
    ("docker run --gpus all img %", None, ""),
    ("docker run --gpus 2 img %", 2, "docker run --gpus 2"),
    ("docker run --gpus=2 img %", 2, "docker run --gpus 2"),
    ("docker run --gpus 0 img %", None, ""),
    ("docker run --gpus device=3 img %", 1, "docker run --gpus device=3"),
    ("docker run --gpus '\"device=0,1\"' img %", 2, "docker run --gpus '\"device=0,1\"'"),
    ('docker run --gpus \'"device=0,1",capabilities=utility\' img %', 2,
     "docker run --gpus '\"device=0,1\",capabilities=utility'"),
    ('docker run --gpus "\\"device=0,2,3\\"" img %', 3, "docker run --gpus '\"device=0,2,3\"'"),
    ("docker run --gpus device=GPU-8ac2,GPU-8ac3 img %", None, ""),
    ("docker run --gpus device=all img %", None, ""),
    ("docker run --gpus $N img %", None, ""),
    ("N=4; docker run --gpus $N img %", 4, "docker run --gpus 4"),
    ("docker run --gpus 2 --privileged img %", None, ""),
    ("docker run --gpus 2 img bash -c '%'", 2, "docker run --gpus 2"),
    ("docker exec box %", None, ""),
    ("podman run --device nvidia.com/gpu=all img %", None, ""),
    ("podman run --device nvidia.com/gpu=0 --device nvidia.com/gpu=1 img %", 2,
     "podman run --device nvidia.com/gpu=0"),
    ("podman run --device /dev/fuse img %", None, ""),
    ("podman run --gpus 2 img %", None, ""),
    ("docker run --gpus 2 --gpus device=3 img %", None, ""),
    ("docker run --runtime=nvidia -e NVIDIA_VISIBLE_DEVICES=0,1 img %", 2,
     "NVIDIA_VISIBLE_DEVICES=0,1"),
    ("docker run --runtime nvidia -e NVIDIA_VISIBLE_DEVICES=all img %", None, ""),
    ("docker run -e NVIDIA_VISIBLE_DEVICES=0,1 img %", None, ""),
    # Slurm
    ("srun --gres=gpu:4 %", 4, "srun --gres=gpu:4"),
    ("srun --gres gpu %", 1, "srun --gres=gpu"),
    ("srun --gres=gpu:h100:4,license:2 %", 4, "srun --gres=gpu:h100:4,license:2"),
    ("srun --gres=gpu:a:2,gpu:b:1 %", 3, "srun --gres=gpu:a:2,gpu:b:1"),
    ("srun --gres=gpu:4(S:0-1) %".replace("(", "\\(").replace(")", "\\)"), 4,
     "srun --gres=gpu:4(S:0-1)"),
    ("srun --gres=license:4 %", None, ""),
    ("srun --gres=none %", None, ""),
    ("srun -G 4 %", 4, "srun -G 4"),
    ("srun -N 2 --gpus=8 %", 8, "srun --gpus=8"),
    ("srun --gpus-per-node=a100:8 %", 8, "srun --gpus-per-node=a100:8"),
    ("srun --gpus-per-task=1 %", None, ""),
    ("srun -n 4 --gpus-per-task=1 %", 4, "srun --gpus-per-task=1"),
    ("srun --exclusive --gres=gpu:4 %", None, ""),
    ("srun --gres=gpu:$N %", None, ""),
    ("srun --gres=gpu:2 --gres=gpu:4 %", 4, "srun --gres=gpu:4"),
    ("srun -G 2 --gpus=4 %", 4, "srun --gpus=4"),
    ("srun --gres=gpu:8 --gpus-per-node=4 %", 4, "srun --gpus-per-node=4"),
    ("srun --gres=gpu:4 docker run --gpus all img %", None, ""),
    ("srun --gres=gpu:4 docker run --gpus 8 img %", 8, "docker run --gpus 8"),
    ("srun --gres=gpu:4 apptainer exec --nv x.sif %", 4, "srun --gres=gpu:4"),
    ("srun --gres=gpu:2 bash -c '%'", 2, "srun --gres=gpu:2"),
    ("sky launch --gpus H100:4 '%'", 4, "sky --gpus=H100:4"),
    ("sky launch '%' --gpus L4", 1, "sky --gpus=L4"),
    ("sky launch --gpus '{H100:8,A100:8}' '%'", None, ""),
    ("sky launch --gpus H100:0.5 '%'", None, ""),
    ("sky launch '%'", None, ""),
    ("bsub -gpu num=2 %", 2, "bsub -gpu num=2"),
    ("bsub -gpu 'num=2:mode=exclusive_process' %", 2, "bsub -gpu num=2:mode=exclusive_process"),
    ("bsub -n 4 -gpu num=1/task %", None, ""),
    ("bsub -gpu num=2:mps=yes,nocvd %", None, ""),
    ("bsub -gpu - %", None, ""),
    ('#!/bin/bash\n#BSUB -q gpu\n#BSUB -gpu "num=2:mode=shared"\n%', 2,
     "#BSUB -gpu num=2:mode=shared"),
    ("#BSUB -gpu num=2\n#BSUB -gpu num=4\n%", None, ""),
    ("##BSUB -gpu num=2\n%", None, ""),
    ("#BSUB -gpu num=2\nssh host '%'", None, ""),
    ("salloc --gres=gpu:4 %", None, ""),
    ("salloc --gres=gpu:4 srun %", 4, "salloc --gres=gpu:4"),
    ("sbatch --gres=gpu:2 --wrap '%'", 2, "sbatch --gres=gpu:2"),
    ("ssh host srun --gres=gpu:2 %", 2, "srun --gres=gpu:2"),
    # the head of a batch script
    ("#!/bin/bash\n#SBATCH --gres=gpu:4\nsrun %", 4, "#SBATCH --gres=gpu:4"),
    ("#!/bin/bash\n#SBATCH -J x -G 2 # two\n\n%", 2, "#SBATCH -G 2"),
    ("#!/bin/bash\n\n# text\n#SBATCH --gpus-per-node 2\n%", 2, "#SBATCH --gpus-per-node=2"),
    ("#!/bin/bash\n#SBATCH --gres=gpu:4\n#SBATCH --gres=gpu:8\n%", 8, "#SBATCH --gres=gpu:8"),
    ("#!/bin/bash\n#SBATCH -G 1\n#SBATCH hetjob\n#SBATCH -G 8\nsrun %", None, ""),
    ("#!/bin/bash\n##SBATCH --gres=gpu:4\n%", None, ""),
    ("#!/bin/bash\n #SBATCH --gres=gpu:4\n%", None, ""),
    ("#!/bin/bash\nset -e\n#SBATCH --gres=gpu:4\n%", None, ""),
    ("#!/bin/bash\n#SBATCH --what --gres=gpu:4\n%", None, ""),
    ("#!/bin/bash\n#SBATCH --exclusive\n#SBATCH --gres=gpu:4\n%", None, ""),
    ("#!/bin/bash\n#SBATCH --gres=gpu:8\nsrun --gres=gpu:2 %", 2, "srun --gres=gpu:2"),
    ("#!/bin/bash\n#SBATCH --gres=gpu:2\nsrun --gres=gpu:8 %", 2, "#SBATCH --gres=gpu:2"),
    ("#!/bin/bash\n#SBATCH --gres=gpu:2\ndocker run --gpus all img %", None, ""),
    ("#SBATCH --gres=gpu:8\nsbatch <<'E'\n#!/bin/sh\n#SBATCH --gres=gpu:2\n%\nE", 2,
     "#SBATCH --gres=gpu:2"),
    ("sbatch --gres=gpu:4 <<'E'\n#!/bin/sh\n#SBATCH --gres=gpu:2\n%\nE", 4,
     "sbatch --gres=gpu:4"),
]  # fmt: skip


@pytest.mark.parametrize(("script", "count", "text"), COUNTS)
def test_counts(script: str, count: int | None, text: str) -> None:
    granted = given(script).granted
    assert count_of(granted) == count
    assert (granted.text if granted is not None else "") == text


# Each script, and what is underlined.
PLACES = [
    ("docker run --gpus 2 img %", "--gpus 2"),
    ("docker run --rm --gpus=2 img %", "--gpus=2"),
    ("srun -G 4 %", "-G 4"),
    ("#!/bin/sh\n#SBATCH -N 1 --gres gpu:4\n%", "--gres gpu:4"),
    ("sbatch <<'E'\n#!/bin/sh\n#SBATCH -N1 --gres=gpu:4\n%\nE", "--gres=gpu:4"),
    (
        "docker run --runtime=nvidia -e NVIDIA_VISIBLE_DEVICES=0 img %",
        "-e NVIDIA_VISIBLE_DEVICES=0",
    ),
]


@pytest.mark.parametrize(("script", "source"), PLACES)
def test_places(script: str, source: str) -> None:
    granted = given(script).granted
    assert granted is not None
    assert granted.span is not None
    text = script.replace("%", RUN)
    assert text[granted.span.start : granted.span.end] == source


TYPES = [
    ("srun --gres=gpu:b200:8 %", "B200"),
    ("srun --gres=gpu:rtx4090:2 %", "RTX 4090"),
    ("srun --gpus=l40s:2 %", "L40S"),
    ("srun --gres=gpu:nvidia_h100_80gb_hbm3:2 %", "H100"),
    ("srun --gres=gpu:h100:2 %", None),  # of a server, of a card, or NVL
    ("srun --gres=gpu:a100:2 %", None),
    ("srun --gres=gpu:mine:2 %", None),
    ("srun --gres=gpu:b200:8 --gpus-per-node=l40s:2 %", None),
]


@pytest.mark.parametrize(("script", "name"), TYPES)
def test_types(script: str, name: str | None) -> None:
    gpu = given(script).gpu
    assert (gpu.name if gpu is not None else None) == name


def test_what_the_user_says_of_the_gpu_wins() -> None:
    said = Hardware(catalog.gpu("L4"), None, 8)
    hardware = given("srun --gres=gpu:b200:4 %", said)
    assert hardware.gpu == said.gpu
    assert (hardware.count, count_of(hardware.granted)) == (8, 4)
    memory = given("srun --gres=gpu:b200:4 %", Hardware(None, 24.0, None))
    assert (memory.gpu, memory.vram_gib) == (None, 24.0)


# Each script, and what its list of GPUs becomes; "" for none that docker refuses, None for no edit.
LISTS = [
    ("docker run --gpus device=0,1 img %", "--gpus '\"device=0,1\"'"),
    ("docker run --gpus=device=GPU-8a-2,GPU-8a-3 img %", "--gpus '\"device=GPU-8a-2,GPU-8a-3\"'"),
    ("docker run --gpus device=0 img %", ""),
    ("docker run --gpus '\"device=0,1\"' img %", ""),
    ("docker run --gpus 'device=0,capabilities=utility' img %", ""),
    ("docker run --gpus device=$A,1 img %", ""),
    ("podman run --gpus device=0,1 img %", ""),
    ("ssh host 'docker run --gpus device=0,1 img %'", None),
    ("L=device=0,1; docker run --gpus $L img %", "--gpus '\"device=0,1\"'"),
]


@pytest.mark.parametrize(("script", "new"), LISTS)
def test_lists_that_docker_refuses(script: str, new: str | None) -> None:
    text = script.replace("%", RUN)
    (one,) = launches(commands(parse(text), text))
    events = list(refused(one))
    assert len(events) == (new != "")
    edits = [edit for event in events for edit in event.edits]
    assert [edit[2] for edit in edits] == ([new] if new else [])
    assert all(text[start:end].startswith("--gpus") for start, end, _ in edits)
