#!/usr/bin/env python3
"""Say which releases of SGLang the package index has and the catalog has not.

python scripts/check_new_release.py                 # exit 0: none, 1: some, 2: could not look
python scripts/check_new_release.py --answer FILE   # what pip once answered, instead of the network

`pip index versions` asks the index that this machine's pip uses.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
ASK = (sys.executable, "-m", "pip", "index", "versions", "sglang", "--only-binary", ":all:")
LIST = "Available versions:"
SECONDS = 60


def main(argv: list[str] | None = None) -> int:
    """Compare, and print what to do."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--answer", type=Path, help="a file with what pip answered")
    answer = parser.parse_args(argv).answer
    try:
        names = missing(versions(answer.read_text(encoding="utf-8") if answer else ask()))
    except (OSError, ValueError, subprocess.SubprocessError) as problem:
        print(f"the index could not be read ({problem}); nothing was compared", file=sys.stderr)
        return 2
    for name in names:
        print(f"SGLang {name} is new: .venv/bin/python scripts/extract_catalog.py {name}")
    if not names:
        print("the catalog has every release")
    return 1 if names else 0


def ask() -> str:
    """Return what pip says of the releases that have a wheel."""
    told = subprocess.run(ASK, capture_output=True, text=True, timeout=SECONDS, check=False)
    if told.returncode:
        raise ValueError((told.stderr.strip().splitlines() or ["pip says nothing"])[-1])
    return told.stdout


def versions(answer: str) -> list[str]:
    """Return the releases that pip lists. Raises ValueError when it lists none."""
    listed = [line.removeprefix(LIST) for line in answer.splitlines() if line.startswith(LIST)]
    names = [name.strip() for line in listed for name in line.split(",") if name.strip()]
    if not names:
        raise ValueError(f"nothing stands after {LIST!r}")
    return names


def missing(published: Iterable[str]) -> list[str]:
    """Return the releases that only the index has, oldest first.

    Pre-releases do not count, and what came before the first release of the catalog.
    """
    from sgdlint import catalog

    known = catalog.releases()
    first = catalog.release_key(known[0])
    found: list[str] = []
    for name in published:
        try:
            key = catalog.release_key(name)
        except ValueError:
            continue
        final = name.replace(".post", ".").replace(".", "").isdecimal()
        if final and key > first and name not in known:
            found.append(name)
    return sorted(found, key=catalog.release_key)


if __name__ == "__main__":
    raise SystemExit(main())
