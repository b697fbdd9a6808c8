"""Where sgdlint says that the parts of a model lie is where the real releases put them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sgdlint import rulepack
from sgdlint.linter import Options, launches_for
from sgdlint.rules.engine import Engine
from sgdlint.rules.facts import Facts
from sgdlint.rules.origins import origins
from sgdlint.source import Source

RECORDED = Path(__file__).with_name("recorded_placement.jsonl")
ROWS = [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]
PARTS = ("dit", "text_encoder", "image_encoder", "vae")
SAME = {
    "residency.mode": "performance_mode",
    "residency.pinned": "pin_cpu_memory",
    "residency.prefetch_size": "dit_offload_prefetch_size",
    "warmup.mode": "warmup_mode",
}
KNOWN = {"0.5.23": 0.75}
"""The least share of values that are known; 0.9 elsewhere. The newest release looks at the disk."""
VARIABLE = "SGLANG_CACHE_DIT_ENABLED"


def expected(effective: dict[str, Any]) -> dict[str, Any]:
    """Return the recorded values by the names of the facts."""
    values = {fact: effective[name] for fact, name in SAME.items() if name in effective}
    if "warmup_mode" not in effective:
        when = "server" if effective.get("server_warmup") else "request"
        values["warmup.mode"] = when if effective.get("warmup") else "off"
    values["residency.fsdp"] = bool(effective.get("use_fsdp_inference"))
    values["compute.attention"] = effective.get("attention_backend", "automatic")
    if "component_residency" not in effective and "cpu_offload_components" not in effective:
        values |= {f"residency.{part}": place(part, effective) for part in PARTS}
    return values


def place(part: str, effective: dict[str, Any]) -> str:
    """Return where a part lies."""
    listed = effective.get("layerwise_offload_components", ())
    if part in listed or "all" in listed:
        return "layerwise"
    if part == "dit" and effective.get("dit_layerwise_offload"):
        return "layerwise"
    return "offload" if effective.get(f"{part}_cpu_offload") else "resident"


def facts_of(row: dict[str, Any], engine: Engine) -> Facts:
    """Return the facts of a recorded launch; what its environment lacks is unset."""
    value = row["env"].get(VARIABLE)
    told = f"unset {VARIABLE}" if value is None else f"export {VARIABLE}={value}"
    source = Source("run.sh", f"{told}\n{row['argv']}\n")
    launch = launches_for(source, row["sglang"], Options(gpu=row["gpu"], gpus=8))[0]
    assert launch is not None
    return Facts(launch, engine.derived)


@pytest.mark.parametrize("release", sorted({row["sglang"] for row in ROWS}))
def test_what_is_known_is_what_the_release_made(release: str) -> None:
    engine = Engine(rulepack.load([]), release)
    rows = [row for row in ROWS if row["sglang"] == release]
    assert len(rows) >= 40
    told = known = 0
    for row in rows:
        facts = facts_of(row, engine)
        for fact, value in expected(row["effective"]).items():
            if engine.derived.get(fact) is None:
                continue
            found = facts.lookup("derived", fact)
            told += 1
            known += found.values is not None and len(found.values) == 1
            assert found.values is None or value in found.values, (fact, found, row)
            assert origins(fact, facts), (fact, row)
    assert known / told >= KNOWN.get(release, 0.9)
