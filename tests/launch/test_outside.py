"""What a container expects of the server in it: published ports, shared memory, an init."""

from __future__ import annotations

import pytest

from sgdlint import rulepack
from sgdlint.linter import Options, check
from sgdlint.source import Source

IMAGE = "lmsysorg/sglang:v0.5.20 sglang serve --model-path Qwen/Qwen-Image"
ROWS = [
    ("-p 30000:30000", "", {"SGD905"}),
    ("--publish 127.0.0.1:80:30000/tcp", "", {"SGD905"}),
    ("-p '[::1]:80:30000'", "", {"SGD905"}),
    ("-p 30000", "", {"SGD905"}),
    ("-p 30000:30000", "--host 0.0.0.0", set()),
    ("-p 30000:30000", "--host ::", set()),
    ("-p 30000:30000", '--host "$HOST"', set()),
    ("-p 30000:30000", "--config c.yaml", set()),
    ("-p 30000:30000 --network host", "", set()),
    ("-p 8000:8000", "--host 0.0.0.0", {"SGD906"}),
    ("-p 8000:8000 -p 30000:30000", "--host 0.0.0.0", set()),
    ("-p 8000-8010:8000-8010", "--host 0.0.0.0", set()),
    ("-p 30000:30000/udp", "", set()),
    ("-p 8000:8000", "--host 0.0.0.0 --port 8000", set()),
    ('-p 8000:8000 -p "$MORE"', "--host 0.0.0.0", set()),
    ("", "--num-gpus 2", {"SGD907", "SGD908"}),
    ("--init", "--num-gpus 2", {"SGD907"}),
    ("--init --ipc=host", "--num-gpus 2", set()),
    ("--init --shm-size 16g", "--num-gpus 2", set()),
    ("--init -v /dev/shm:/dev/shm", "--num-gpus 2", set()),
    ('--init -v "$HOME/x:/x"', "--num-gpus 2", set()),
    ("--init -v /data:/data", "--num-gpus 2", {"SGD907"}),
    ("--init --mount type=tmpfs,target=/dev/shm", "--num-gpus 2", set()),
    ("--init --privileged", "--num-gpus 2", {"SGD907"}),
]


@pytest.mark.parametrize(("given", "options", "codes"), ROWS, ids=[" ".join(r[:2]) for r in ROWS])
def test_docker_run(given: str, options: str, codes: set[str]) -> None:
    script = f"docker run --gpus all {given} {IMAGE} {options}\n"
    report = check(Source("run.sh", script), rulepack.load(), Options())
    found = {one.code for one in report.findings}
    assert found & {"SGD905", "SGD906", "SGD907", "SGD908"} == codes


def test_several_programs_in_one_container_may_listen_anywhere() -> None:
    inner = "nginx; sglang serve --model-path Qwen/Qwen-Image"
    script = f"docker run -p 8000:8000 lmsysorg/sglang:v0.5.20 sh -c '{inner}'\n"
    report = check(Source("run.sh", script), rulepack.load(), Options())
    assert "SGD906" not in {one.code for one in report.findings}
