"""Our figures are those that SGLang's own `compare_perf.py` prints of the same files."""

from __future__ import annotations

import json
from typing import Any

import pytest
from perf.making import DATA, side

from sgdlint.perf.comparing import OUTSIDE, compare

RECORDED = json.loads((DATA / "compare_perf.json").read_text("utf-8"))


def cells(lines: list[str]) -> dict[str, list[str]]:
    """Return the rows of the tables by their first column."""
    rows = [
        [cell.strip(" *") for cell in line.strip("|").split("|")] for line in lines if "|" in line
    ]
    return {row[0]: row[1:] for row in rows}


@pytest.mark.parametrize("row", RECORDED, ids=lambda row: " ".join(row["files"]))
def test_total_and_stages(row: dict[str, Any]) -> None:
    printed = cells(row["printed"])
    found = compare(side(row["files"][0]), [side(row["files"][1])]).variants[0]
    old, new, difference, _ = printed["E2E Latency"]
    change = found.total
    assert old == f"{change.old.median:.2f} ms"
    assert new == f"{change.new.median:.2f} ms"
    told = f"{change.new.median - change.old.median:+.2f} ms ({change.slower_by * 100:+.1f}%)"
    assert difference == told
    stages = {one.name: one for one in found.stages if one.name != OUTSIDE}
    for name, stage in stages.items():
        before, after, by, share, _ = printed[name]
        times = [one.median if one else 0.0 for one in (stage.old, stage.new)]
        assert [before, after] == [f"{one:.2f}" for one in times]
        assert by == f"{times[1] - times[0]:+.2f}"
        if stage.change is not None:
            assert share == f"{stage.change.slower_by * 100:+.1f}%"
    known = {"Metric", ":---", "E2E Latency", "Throughput", "Stage Name"}
    assert set(printed) - known == set(stages)
