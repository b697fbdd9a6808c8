#!/usr/bin/env python3
"""Check the files in bench.d/ and write sgdlint/bench/axes.json, which is what is loaded.

python scripts/build_bench.py            # write it
python scripts/build_bench.py --check    # exit 1 when the committed file differs
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import generated

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def main() -> int:
    """Build the prepared plan."""
    from sgdlint import rulepack
    from sgdlint.bench import axes
    from sgdlint.bench.reading import read_plan
    from sgdlint.rules import recipes
    from sgdlint.rules.check import check as check_rules
    from sgdlint.rules.data import to_data
    from sgdlint.rules.files import RuleError, read_files

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the committed file")
    check = parser.parse_args().check
    try:
        rules = check_rules(read_files(rulepack.built_in_files()))
        plan = to_data(read_plan(str(ROOT / "bench.d"), rules, recipes.subjects()))
    except RuleError as error:
        print(error, file=sys.stderr)
        return 1
    lines = ['"generated": "by scripts/build_bench.py from bench.d/*.yaml; do not edit"']
    for name, parts in plan.items():
        rows = ",\n".join(json.dumps(one, ensure_ascii=False) for one in parts)
        lines.append(f'"{name}": [\n{rows}\n]')
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    return generated.keep(Path(axes.PREPARED), text, check=check)


if __name__ == "__main__":
    sys.exit(main())
