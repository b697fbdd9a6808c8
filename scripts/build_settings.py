#!/usr/bin/env python3
"""Write the JSON Schema of settings files, and the table of their keys in docs/settings.md.

python scripts/build_settings.py            # write them
python scripts/build_settings.py --check    # exit 1 when a committed file differs
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import generated

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
PAGE = ROOT / "docs" / "settings.md"
BEGIN, END = "<!-- keys: made by scripts/build_settings.py -->\n", "<!-- end of keys -->\n"


def main() -> int:
    """Build the schema and the table."""
    from sgdlint import settings

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the committed files")
    check = parser.parse_args().check
    text = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    done = generated.keep(Path(settings.SCHEMA), text, check=check)
    return done | generated.keep(PAGE, f"{before}{BEGIN}{table()}{END}{after}", check=check)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a settings file, or of its table in a pyproject.toml."""
    from sgdlint.settings import keys

    whole = {key.name: _described(key) for key in keys.KEYS}
    some = {key.name: _described(key) for key in keys.KEYS if key.for_files}
    files = keys.BY_NAME["exclude"].schema
    override = {
        "type": "object",
        "required": [keys.FILES],
        "properties": {keys.FILES: files, **some},
        "additionalProperties": False,
    }
    overrides = {"description": keys.ABOUT_OVERRIDES, "type": "array", "items": override}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "made by scripts/build_settings.py from sgdlint/settings/keys.py",
        "title": "Settings of sgdlint",
        "type": "object",
        "properties": {**whole, keys.OVERRIDES: overrides},
        "additionalProperties": False,
    }


def _described(key: Any) -> dict[str, Any]:
    return {"description": key.about, **key.schema}


def table() -> str:
    """Return the keys as a table in Markdown."""
    from sgdlint.settings import keys

    rows = [(f"`{key.name}`", key.allowed, key.about, key.for_files) for key in keys.KEYS]
    lines = ["| key | is | what it does | in overrides |", "| --- | --- | --- | --- |"]
    for name, allowed, about, for_files in rows:
        lines.append(f"| {name} | {allowed} | {about} | {'yes' if for_files else 'no'} |")
    lines.append(f"| `{keys.OVERRIDES}` | a list of tables | {keys.ABOUT_OVERRIDES} | no |")
    return "\n".join(["", *lines, "", ""])


if __name__ == "__main__":
    sys.exit(main())
