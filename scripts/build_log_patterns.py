#!/usr/bin/env python3
"""Check the patterns in logs.d/ and write sgdlint/log/patterns.json, which is what is loaded.

python scripts/build_log_patterns.py            # write it
python scripts/build_log_patterns.py --check    # exit 1 when the committed file differs
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
    """Build the prepared patterns."""
    from sgdlint import rulepack
    from sgdlint.log import patterns
    from sgdlint.log.pattern_check import read_patterns
    from sgdlint.rules.check import check as check_rules
    from sgdlint.rules.data import to_data
    from sgdlint.rules.files import RuleError, read_files

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the committed file")
    check = parser.parse_args().check
    try:
        rules = check_rules(read_files(rulepack.built_in_files()))
        found = read_patterns([str(ROOT / "logs.d")], rules)
    except RuleError as error:
        print(error, file=sys.stderr)
        return 1
    made = "by scripts/build_log_patterns.py from logs.d/*.yaml; do not edit"
    lines = [json.dumps(to_data(one), ensure_ascii=False) for one in found]
    text = f'{{"generated": "{made}",\n"patterns": [\n' + ",\n".join(lines) + "\n]}\n"
    return generated.keep(Path(patterns.PREPARED), text, check=check)


if __name__ == "__main__":
    sys.exit(main())
