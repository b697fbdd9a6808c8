#!/usr/bin/env python3
"""Write docs/memory.md: how the memory of a launch is reckoned, beside what was measured.

python scripts/build_memory.py            # write it
python scripts/build_memory.py --check    # exit 1 when the committed file differs

docs/memory.yaml holds the measurements, sgdlint/catalog/sources/weights.yaml the sizes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import generated

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
DATA = ROOT / "docs" / "memory.yaml"
TARGET = ROOT / "docs" / "memory.md"
MIB = 1024
# What a driver, CUDA and NCCL take is in the bounds and not in what PyTorch's allocator reports.
OUTSIDE = 0.3
HEAD = """\
# How much memory a launch needs

<!-- Made by scripts/build_memory.py from docs/memory.yaml; not edited by hand. -->

Rules about memory ask one question: does this launch fit into the memory of this GPU? The answer
is yes, no, or unknown. For it sgdlint reckons two numbers for each GPU: what is needed at least,
and what is enough at most. It does not fit when the GPU has less than the first; it fits when the
GPU has the second; between them nobody knows, and no rule speaks.

## What counts

**A part that stays on the GPU.** At least: parameters × bytes of its precision, over the
tensor-parallel degree (DiT) or over all GPUs (FSDP, encoders); a VAE counts as nothing, for some
pipelines load half of it. At most: all of it, and 5 % that the allocator holds beside it.

**A part that comes when it is used.** At least: the DiT, or one of two; encoders may come layer by
layer and count as nothing. At most: the biggest of the parts, and both DiTs.

**A DiT that is fetched layer by layer.** At least: nothing. At most: a tenth of it, and twice the
share of the layers that are there at once; before 0.5.18 all of it, for it is loaded as a whole.
A prefetch size below 1 is a share of the layers: SGLang rounds it for each list of layers, so two
layers more are counted.

**Work**: activations, and decoding. At least: three tensors of the sequence (one token for 16 × 16
pixels and 4 frames) over all GPUs, in `generate` with a size. At most: 4 GiB, and 8 GiB for a
megapixel of a picture, or 0.9 GiB for a megapixel of each frame of a video.

**CUDA.** At least 0.3 GiB, at most 1.5 GiB; and at most 1.5 GiB for NCCL with several GPUs.

Where the parts lie is what SGLang decides from options, model and GPU (`sgdlint expand` shows it);
where that is not known, each place counts. The size of the output is that of the command or of the
model's defaults; for a server it is what a request gets that names none. Nothing is said for a
checkpoint whose size is not known, for other weights (`--quantization`, a path of a component, …),
for the diffusers backend, and for GPUs that share the machine's memory; and no upper bound is given
with LoRA, upscaling, batches, images as input and other things that are not reckoned.

"""

Row = dict[str, Any]


def main() -> int:
    """Write or compare the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the committed file")
    check = parser.parse_args().check
    rows = load()
    faults = problems(rows)
    if faults:
        print("\n".join(faults), file=sys.stderr)
        return 1
    return generated.keep(TARGET, page(rows), check=check)


def load() -> list[Row]:
    """Return the measurements, each with the bounds that sgdlint reckons."""
    rows: list[Row] = data()["measured"]
    for row in rows:
        row["least"], row["most"] = reckon(row["launch"], row["sglang"], row["gpu"])
        row["gib"] = row["mib"] / MIB if "mib" in row else float(row["gb"])
    return rows


def data() -> Row:
    """Return what is kept by hand."""
    import yaml

    found: Row = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return found


def reckon(launch: str, sglang: str, gpu: str) -> tuple[Any, Any]:
    """Return the bounds in GiB for one command."""
    from sgdlint import rulepack
    from sgdlint.linter import Options, launches_for
    from sgdlint.rules.facts import Derived, Facts
    from sgdlint.source import Source

    source = Source("launch", launch + " --prompt x\n")
    [found] = launches_for(source, sglang, Options(sglang=sglang, gpu=gpu))
    assert found is not None, launch
    facts = Facts(found, Derived(rulepack.load(), sglang))
    values = (facts.lookup("memory", name).values for name in ("least", "most"))
    least, most = (one[0] if one else None for one in values)
    return least, most


def problems(rows: list[Row]) -> list[str]:
    """Say which figure is not between its bounds without a word about it, or has one needlessly."""
    out = []
    for row in rows:
        if contains(row) == ("why" in row):
            said = "is explained, and between" if contains(row) else "is not between"
            out.append(f"{row['launch']} ({row['gib']:.1f}): {said} {row['least']}, {row['most']}")
    return out


def contains(row: Row) -> bool:
    """Whether a figure lies between its bounds."""
    least, most = row["least"], row["most"]
    return least is not None and least - OUTSIDE <= row["gib"] and (not most or row["gib"] <= most)


def page(rows: list[Row]) -> str:
    """Return the text of the page."""
    head = (
        "## Measured, and reckoned\n\nGiB for one GPU. What was measured is what PyTorch's "
        "allocator held, without CUDA itself. The rows of\n`perf_baselines` are the limits of "
        "SGLang's own tests; there a server got one request of this shape.\n\n"
        "| launch | SGLang | GPU | measured | at least | at most | source |\n"
        "| --- | --- | --- | --- | --- | --- | --- |\n"
    )
    parts = (head + "\n".join(map(_line, rows)), _others(), _thresholds())
    return HEAD + "\n\n".join(parts) + "\n"


def _others() -> str:
    lines = [f"| {one['what']} | {one['gib']} | {one['source']} |" for one in data()["others"]]
    head = "## Measured, and not reckoned\n\nThe size of these checkpoints is not known here.\n\n"
    return head + "\n".join(("| what | GiB | source |", "| --- | --- | --- |", *lines))


def _thresholds() -> str:
    """Return the table of the free memory from which SGLang keeps a DiT on the GPU by itself."""
    from sgdlint import catalog
    from sgdlint.catalog import tables

    newest = catalog.load(catalog.newest())
    lines = ["| model | keeps it from | weights of the DiT |", "| --- | --- | --- |"]
    for row in tables.table("weights")["models"]:
        for name in row["ids"]:
            lines += _threshold(newest.model(name), row)
    return (
        "## What SGLang asks for\n\nFree GiB from which SGLang "
        f"{newest.name} keeps the DiT on the GPU by itself, beside what its weights\ntake. Where "
        "they take more, a GPU between the two runs out of memory when it loads.\n\n"
    ) + "\n".join(lines)


def _threshold(model: Any, row: Row) -> list[str]:
    from sgdlint.catalog import tables

    usual = 45 if model.output == "image" else 120
    least = model.deployment.get("keep_resident_min_available_gb") or usual
    sizes = {part["name"]: part["params"] for part in tables.table("weights")["parts"]}
    params = [sizes[name] for name in row["dit"]]
    gib = sum(one[0] if isinstance(one, list) else one for one in params) * 2 / 1024**3
    return [f"| {model.id} | {least:g} | {gib:.1f}{' (more)' if gib > least else ''} |"]


def _line(row: Row) -> str:
    launch = row["launch"].removeprefix("sglang generate --model-path ")
    most = "?" if row["most"] is None else f"{row['most']:.1f}"
    source = row["source"] + (f"<br>{row['why']}" if "why" in row else "")
    figures = f"{row['gib']:.1f} | {row['least']:.1f} | {most}"
    return f"| `{launch}` | {row['sglang']} | {row['gpu']} | {figures} | {source} |"


if __name__ == "__main__":
    sys.exit(main())
