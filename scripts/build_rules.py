#!/usr/bin/env python3
"""Check the rule files in rules.d/ and write sgdlint/rules/pack.json, which is what is loaded.

python scripts/build_rules.py            # write it
python scripts/build_rules.py --check    # exit 1 when the committed file differs
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def main() -> int:
    """Build the prepared rule pack."""
    from sgdlint import packing, rulepack
    from sgdlint.rules.files import RuleError

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the committed file")
    check = parser.parse_args().check
    folder = str(ROOT / "rules.d")
    try:
        pack = packing.compile_folder(folder)
    except RuleError as error:
        print(error, file=sys.stderr)
        return 1
    text = packing.prepared(pack, packing.fingerprint(folder), rulepack.built_in_files())
    target = Path(rulepack.PREPARED)
    if check:
        if target.read_text(encoding="utf-8") == text:
            return 0
        print(f"{target.relative_to(ROOT)} is not what rules.d/ gives: run {Path(__file__).name}")
        return 1
    target.write_text(text, encoding="utf-8")
    print(f"{len(pack.rules)} rules, {len(pack.facts)} facts")
    return 0


if __name__ == "__main__":
    sys.exit(main())
