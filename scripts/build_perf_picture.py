#!/usr/bin/env python3
"""Write docs/perf.svg: what `sgdlint perf --output` draws of the runs in tests/data/perf.

python scripts/build_perf_picture.py            # write it
python scripts/build_perf_picture.py --check    # exit 1 when the committed file differs
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import generated

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
DATA = ROOT / "tests" / "data" / "perf"
SIDES = {"eager": "eager", "compiled": "compile", "with a slow step": "spike.json"}


def main() -> int:
    """Write or compare the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the committed file")
    check = parser.parse_args().check
    return generated.keep(ROOT / "docs" / "perf.svg", picture(), check=check)


def picture() -> str:
    """Return the picture."""
    from sgdlint.perf.comparing import compare
    from sgdlint.perf.inputs import Asked, read_sides
    from sgdlint.perf.picture import render

    asked = [Asked(name, (str(DATA / path),)) for name, path in SIDES.items()]
    baseline, *variants = read_sides(asked)
    return render(compare(baseline, variants))


if __name__ == "__main__":
    sys.exit(main())
