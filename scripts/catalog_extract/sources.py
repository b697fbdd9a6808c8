"""The hand-kept facts: YAML with sources for people, JSON for the loader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[2] / "sgdlint" / "catalog" / "sources"


def files() -> dict[str, str]:
    """Return the text of each JSON file that is made from a YAML file, by name."""
    return {f"{path.stem}.json": _json(path) for path in sorted(FOLDER.glob("*.yaml"))}


def _json(path: Path) -> str:
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    generated = f"scripts/extract_catalog.py, from sources/{path.name}; not to be edited by hand"
    blocks = [f' "generated": {json.dumps(generated)}']
    for key, value in data.items():
        rows = value if isinstance(value, list) else [value]
        lines = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows)
        text = f"[\n{lines}\n ]" if isinstance(value, list) else json.dumps(value)
        blocks.append(f" {json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(blocks) + "\n}\n"
