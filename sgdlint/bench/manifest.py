"""What lies in the folder of the results beside the measurements: what each variant is."""

from __future__ import annotations

import json

from sgdlint.bench.base import SERVE, name_of, shell
from sgdlint.recommend import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sgdlint.bench.base import Part
    from sgdlint.bench.matrix import Matrix, Trial
    from sgdlint.shell.values import Word

MANIFEST = "matrix.json"
"""The file that tells what each variant is."""
FAILED, REJECTED = "failed", "rejected"
"""The file that says why a variant failed, and how a measurement is named that does not count."""
NOT_RUN = "not run yet"
"""What is said of a variant without results."""


def manifest(matrix: Matrix) -> str:
    """Return what each variant is, as JSON, a line for each."""
    rows = [json.dumps(row(matrix, one), ensure_ascii=False) for one in matrix.trials]
    head = json.dumps(about(matrix), ensure_ascii=False)[1:-1]
    return f'{{{head}, "variants": [\n  ' + ",\n  ".join(rows) + "\n]}\n"


def about(matrix: Matrix) -> dict[str, Any]:
    """Return what all variants have in common."""
    base = matrix.base
    launch = base.launch(matrix.trials[0].command)
    gpu = launch.hardware.gpu if launch is not None else None
    return {
        "sglang": base.release.name,
        "model": launch.model_path if launch is not None else "",
        "gpu": gpu.name if gpu is not None else "",
    }


def row(matrix: Matrix, trial: Trial) -> dict[str, Any]:
    """Return one variant as data."""
    return {
        "name": trial.name,
        "axes": [one.axis for one in trial.changes],
        "differs": trial.differs,
        "why": trial.why,
        "lossy": trial.lossy,
        "command": command(matrix, trial),
    }


def command(matrix: Matrix, trial: Trial) -> str:
    """Return what a variant is when it stands in the file, as one line to paste."""
    base = matrix.base
    env = dict((*base.exports, *trial.whole.env))
    head = (*base.head[:-1], SERVE) if base.served else base.head
    words = [_as_written(one, base.text) for part in trial.whole.parts for one in part.words]
    return " ".join([*(f"{name}={quoted(value)}" for name, value in env.items()), *head, *words])


def _as_written(one: Word, text: str) -> str:
    """Return a word of the file; what is not known of it as the file has it."""
    if one.text is not None or name_of(one, text):
        return shell(one, text)
    return text[one.written_start : one.written_end] if one.written_start >= 0 else "…"


def written(matrix: Matrix, part: Part) -> str:
    """Return an option as it stands in a script."""
    return " ".join(shell(one, matrix.base.text) for one in part.words)
