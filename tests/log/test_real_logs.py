"""Logs that releases wrote themselves; tests/data/logs/README.md says how they were made."""

from __future__ import annotations

from pathlib import Path

import pytest

from sgdlint import catalog
from sgdlint.log.patterns import load
from sgdlint.log.reading import Reader

LOGS = Path(__file__).parents[1] / "data/logs"
STARTED = sorted((LOGS / "started").glob("*.log"))
FOUND = {
    "offload": {
        "0.5.9": "LOG212 LOG214",
        "0.5.10.post1": "LOG212 LOG214 LOG215",
        "0.5.12": "LOG214 LOG210 LOG215",
        "0.5.15.post1": "LOG232 LOG210",
        "0.5.19": "LOG232 LOG210",
        "0.5.23": "LOG232 LOG210",
    },
    "gate": {
        "0.5.15.post1": "LOG101 LOG232",
        "0.5.19": "LOG101 LOG232",
        "0.5.23": "LOG101 LOG232",
    },
    "asked": {"0.5.15.post1": "LOG232", "0.5.19": "LOG232", "0.5.23": "LOG232"},
    "small": {
        "0.5.9": "LOG216 LOG220 LOG205 LOG306 LOG217",
        "0.5.10.post1": "LOG104 LOG216 LOG220 LOG205 LOG306 LOG217 LOG215",
        "0.5.12": "LOG104 LOG216 LOG220 LOG205 LOG306 LOG217 LOG215",
        "0.5.15.post1": "LOG104 LOG216 LOG220 LOG205 LOG306 LOG217 LOG215",
        "0.5.19": "LOG104 LOG216 LOG220 LOG205 LOG306 LOG215",
        "0.5.23": "LOG104 LOG216 LOG220 LOG205 LOG306 LOG215",
    },
}
"""What each log says, in order; of the others a fallback, or nothing."""


def read(path: Path, release: str = "") -> Reader:
    """Return what read a log, at its end."""
    reader = Reader(load(), release)
    for line in path.read_text(encoding="utf-8").splitlines():
        reader.feed(line)
    reader.end()
    return reader


def wanted(release: str, name: str) -> str:
    """Return the codes that a log must give, in order."""
    return FOUND[name].get(release, "LOG101" if name == "gate" else "")


@pytest.mark.parametrize("path", STARTED, ids=[one.stem for one in STARTED])
def test_a_start(path: Path) -> None:
    release, _, name = path.stem.rpartition("-")
    reader = read(path, release)
    assert " ".join(one.code for one in reader.found) == wanted(release, name)
    assert reader.release == release
    if name != "small":
        assert len(reader.runs) == 1
        assert reader.runs[0].asked("backend") == ("diffusers" if name == "asked" else "auto")
        assert reader.runs[0].arguments["num_gpus"] == (2 if name == "offload" else 1)


def test_the_wordings_alone_never_exclude_the_release() -> None:
    for path in STARTED:
        release = path.stem.rpartition("-")[0]
        told = read(path).release
        assert not told or catalog.release_key(told) >= catalog.release_key(release), path.stem


def test_the_memory_line_of_every_release() -> None:
    lines = (LOGS / "memory-lines.txt").read_text(encoding="utf-8").splitlines()
    releases = [line.partition(" ")[0] for line in lines]
    known = list(catalog.releases())
    assert releases == known[known.index("0.5.7") :]
    for release, line in zip(releases, lines, strict=True):
        reader = Reader(load(), release)
        [found] = reader.feed("[11-24 02:16:11] " + line.partition(" ")[2])
        assert (found.code, reader.end()) == ("LOG405", ())
        assert found.values["names"] == "text_encoder, vae"
        assert found.values["headroom"] == "43.00"
