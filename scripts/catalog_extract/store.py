"""The catalog's files: one table for all releases, with where each release's rows came from."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from catalog_extract import merge, sources

DATA = Path(__file__).parents[2] / "sgdlint" / "catalog" / "data"
GENERATED = "scripts/extract_catalog.py; not to be edited by hand"
TABLES: dict[str, list[str]] = {
    "options": ["generate", "serve"],
    "dynamic": ["all"],
    "language": ["all"],
    "environment": ["all"],
    "registry": ["all"],
    "models": ["all"],
    "families": ["all"],
    "sampling": ["all"],
    "backends": ["all"],
    "pipelines": ["all"],
    "attention": ["all"],
    "places": ["all"],
    "keys": ["all"],
}
Extraction = dict[str, dict[str, list[dict[str, Any]]]]
"""What one release gives: table → column → rows."""


class Catalog:
    """All releases: their wheels, and what was extracted from each."""

    def __init__(self) -> None:
        self.wheels: dict[str, dict[str, str]] = {}
        self.extractions: dict[str, Extraction] = {}

    @property
    def order(self) -> list[str]:
        """The releases, oldest first."""
        return sorted(self.wheels, key=release_key)

    def add(self, release: str, wheel: dict[str, str], extraction: Extraction) -> None:
        """Add a release, or put it in the place of what was there."""
        self.wheels[release] = wheel | {"rows": digest(extraction)}
        self.extractions[release] = extraction

    def files(self) -> dict[str, str]:
        """Return the text of every file, by name."""
        texts = {"releases.json": _releases_text(self)}
        for table, columns in TABLES.items():
            listings = {r: self.extractions[r][table] for r in self.order}
            texts[f"{table}.json"] = _table_text(merge.merge(listings, self.order, columns))
        return texts | sources.files()

    def write(self) -> None:
        """Write the files that the loader reads."""
        DATA.mkdir(parents=True, exist_ok=True)
        for name, text in self.files().items():
            (DATA / name).write_text(text, encoding="utf-8")

    def problems(self) -> list[str]:
        """Say where the files are not what the extractor wrote."""
        out = [
            f"{release}: rows differ from those extracted from its wheel"
            for release, wheel in self.wheels.items()
            if wheel["rows"] != digest(self.extractions[release])
        ]
        files = self.files()
        for name, text in files.items():
            path = DATA / name
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                out.append(f"{name}: not as the extractor writes it")
        strangers = {path.name for path in DATA.iterdir()} - set(files)
        return out + [f"{name}: nothing writes this file" for name in sorted(strangers)]


def read() -> Catalog:
    """Return the catalog from its files; empty when there are none."""
    catalog = Catalog()
    if not (DATA / "releases.json").exists():
        return catalog
    catalog.wheels = json.loads((DATA / "releases.json").read_text(encoding="utf-8"))["releases"]
    catalog.extractions = {release: {} for release in catalog.wheels}
    for table, columns in TABLES.items():
        file = DATA / f"{table}.json"
        rows = json.loads(file.read_text(encoding="utf-8"))["rows"] if file.exists() else []
        for release, listing in merge.expand(rows, catalog.order, columns).items():
            catalog.extractions[release][table] = listing
    return catalog


def release_key(release: str) -> tuple[int, ...]:
    """Order releases: `0.5.12` before `0.5.12.post1` before `0.5.13`."""
    number, _, post = release.partition(".post")
    return (*(int(part) for part in number.split(".")), int(post or 0))


def digest(extraction: Extraction) -> str:
    """Return a short digest of what was extracted from one release."""
    text = json.dumps(extraction, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _releases_text(catalog: Catalog) -> str:
    lines = [
        f"  {json.dumps(r)}: {json.dumps(catalog.wheels[r], sort_keys=True)}" for r in catalog.order
    ]
    head = f'{{\n "generated": {json.dumps(GENERATED)},\n "releases": {{\n'
    return head + ",\n".join(lines) + "\n }\n}\n"


def _table_text(rows: list[dict[str, Any]]) -> str:
    """Put each row on a line: a new release is then a diff that a person can read."""
    lines = ["  " + json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows]
    head = f'{{\n "generated": {json.dumps(GENERATED)},\n "rows": [\n'
    return head + ",\n".join(lines) + "\n ]\n}\n"
