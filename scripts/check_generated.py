"""Check that every generated file of the repository is what its script would write now.

    python scripts/check_generated.py

A generator is a script beside this one that knows `--check`: with it, it changes nothing and exits
with 1 when a file differs. Each one found is run; none found is a fault too.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent


def generators() -> list[Path]:
    """Return the scripts that know `--check`, in the order of their names."""
    here = Path(__file__).resolve()
    scripts = (path for path in sorted(SCRIPTS.glob("*.py")) if path != here)
    return [path for path in scripts if '"--check"' in path.read_text(encoding="utf-8")]


def is_current(generator: Path) -> bool:
    """Run one generator's check and say what came out."""
    command = [sys.executable, str(generator), "--check"]
    current = subprocess.run(command, cwd=SCRIPTS.parent, check=False).returncode == 0
    print(f"{generator.name}: {'current' if current else 'OUT OF DATE'}", flush=True)
    return current


def main() -> int:
    """Check them all, so that one run names every file that is out of date."""
    found = generators()
    if not found:
        print("no generator found: nothing was checked", file=sys.stderr)
        return 1
    current = [is_current(generator) for generator in found]
    return 0 if all(current) else 1


if __name__ == "__main__":
    raise SystemExit(main())
