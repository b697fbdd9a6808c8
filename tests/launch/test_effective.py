"""What the derived facts say of a launch is what the real releases made of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sgdlint import rulepack
from sgdlint.linter import Options, launches_for
from sgdlint.rules.engine import Engine
from sgdlint.rules.facts import Facts
from sgdlint.source import Nearby, Source

RECORDED = Path(__file__).with_name("recorded_effective.jsonl")
ROWS = [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]
SAME = {
    "parallel.num_gpus": "num_gpus",
    "parallel.tp": "tp_size",
    "parallel.sp": "sp_degree",
    "parallel.ulysses": "ulysses_degree",
    "parallel.ring": "ring_degree",
}


class Beside(Nearby):
    """The files of a recorded launch."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files

    def read(self, path: str) -> str | None:
        """Return a file's text."""
        return self.files.get(path)


def expected(effective: dict[str, Any]) -> dict[str, Any]:
    """Return the recorded values by the names of the facts."""
    values = {fact: effective[name] for fact, name in SAME.items()}
    switch = 2 if effective.get("enable_cfg_parallel") else 1
    values["parallel.cfg"] = effective.get("cfg_parallel_degree") or switch
    mode = effective.get("warmup_mode", "off") != "off"
    values["warmup.happens"] = mode or bool(effective.get("warmup"))
    return values


@pytest.mark.parametrize("release", sorted({row["sglang"] for row in ROWS}))
def test_facts_are_what_the_release_made(release: str) -> None:
    engine = Engine(rulepack.load([]), release)
    rows = [row for row in ROWS if row["sglang"] == release]
    assert len(rows) >= 30
    for row in rows:
        source = Source("run.sh", row["argv"] + "\n", near=Beside(row["files"]))
        launch = launches_for(source, release, Options(gpu="H100", gpus=8))[0]
        assert launch is not None
        facts = Facts(launch, engine.derived)
        for fact, value in expected(row["effective"]).items():
            assert facts.lookup("derived", fact).values == (value,), (fact, row)
