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
    from sgdlint.rules.check import check as check_rules
    from sgdlint.rules.data import to_data
    from sgdlint.rules.files import RuleError, read_files
    from sgdlint.rules.recipe_check import read_recipes, read_subjects

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the committed file")
    check = parser.parse_args().check
    try:
        # Without their examples: those of rules on recipes need what is built here.
        rules = check_rules(read_files(rulepack.built_in_files()))
        found = read_recipes(str(ROOT / "recipes.d"), rules)
        subjects = json.dumps(read_subjects(str(ROOT / "recipes.d")))
    except RuleError as error:
        print(error, file=sys.stderr)
        return 1
    made = "by scripts/build_recipes.py from recipes.d/*.yaml; do not edit"
    lines = [json.dumps(to_data(one), ensure_ascii=False) for one in found]
    text = f'{{"generated": "{made}", "subjects": {subjects},\n'
    text += '"recipes": [\n' + ",\n".join(lines) + "\n]}\n"
    return generated.keep(Path(recipes.PREPARED), text, check=check)


if __name__ == "__main__":
    sys.exit(main())
