#!/usr/bin/env python3
"""Check the recipes in recipes.d/ and write sgdlint/rules/recipes.json, which is what is loaded.

python scripts/build_recipes.py            # write it
python scripts/build_recipes.py --check    # exit 1 when the committed file differs
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
    """Build the prepared recipes."""
    from sgdlint import rulepack
    from sgdlint.rules import recipes
    from sgdlint.rules.files import RuleError
    from sgdlint.rules.recipe_check import read_recipes

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the committed file")
    check = parser.parse_args().check
    try:
        found = read_recipes(str(ROOT / "recipes.d"), rulepack.load())
    except RuleError as error:
        print(error, file=sys.stderr)
        return 1
    made = "by scripts/build_recipes.py from recipes.d/*.yaml; do not edit"
    lines = [json.dumps(recipes.to_data(one), ensure_ascii=False) for one in found]
    text = f'{{"generated": "{made}", "recipes": [\n' + ",\n".join(lines) + "\n]}\n"
    return generated.keep(Path(recipes.PREPARED), text, check=check)


if __name__ == "__main__":
    sys.exit(main())
