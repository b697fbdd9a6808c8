#!/usr/bin/env python3
"""Say which releases of SGLang the package index has and the catalog has not.

python scripts/check_new_release.py                 # exit 0: none, 1: some, 2: could not look
python scripts/check_new_release.py --index FILE    # a saved answer instead of the network
"""

from __future__ import annotations

import argparse
import json
import sys
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
INDEX = "https://pypi.org/pypi/sglang/json"
SECONDS = 30


def main(argv: list[str] | None = None) -> int:
    """Compare, and print what to do."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--index", default=INDEX, help="address or file; default: %(default)s")
    index = parser.parse_args(argv).index
    try:
        published = read(index)["releases"]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        print(f"{index} could not be read ({problem}); nothing was compared", file=sys.stderr)
        return 2
    names = missing(published)
    for name in names:
        print(f"SGLang {name} is new: .venv/bin/python scripts/extract_catalog.py {name}")
    if not names:
        print("the catalog has every release")
    return 1 if names else 0


def read(index: str) -> Any:
    """Return the index's answer about the project."""
    if "://" not in index:
        return json.loads(Path(index).read_text(encoding="utf-8"))
    with urllib.request.urlopen(index, timeout=SECONDS) as answer:
        return json.load(answer)


def missing(published: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Return the releases that have a wheel in force, and that only the index has, oldest first.

    Pre-releases do not count, and what came before the first release of the catalog.
    """
    from sgdlint import catalog

    known = catalog.releases()
    first = catalog.release_key(known[0])
    found: list[str] = []
    for name, files in published.items():
        try:
            key = catalog.release_key(name)
        except ValueError:
            continue
        final = name.replace(".post", ".").replace(".", "").isdecimal()
        wheels = [f for f in files if f["filename"].endswith(".whl") and not f.get("yanked")]
        if final and wheels and key > first and name not in known:
            found.append(name)
    return sorted(found, key=catalog.release_key)


if __name__ == "__main__":
    raise SystemExit(main())
