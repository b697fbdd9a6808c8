#!/usr/bin/env python3
"""Write docs/releases.md: how the launch options differ from release to release.

python scripts/build_releases.py            # write it
python scripts/build_releases.py --check    # exit 1 when the committed file differs
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import generated

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
TARGET = ROOT / "docs" / "releases.md"
HEAD = """\
# What changed in each release

<!-- Made by scripts/build_releases.py from the catalog; not edited by hand. -->

How the options of `sglang generate` and `sglang serve` differ from the release before, read in
the published wheels: `+` came, `-` went, `~` changed. `sgdlint catalog release NAME` prints one
release, `sgdlint catalog option NAME` the history of an option.
"""


def main() -> int:
    """Write or compare the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the committed file")
    check = parser.parse_args().check
    return generated.keep(TARGET, page(), check=check)


def page() -> str:
    """Return the page, the newest release first."""
    from sgdlint import catalog, known

    parts = [HEAD]
    for name in reversed(catalog.releases()):
        lines = known.changes(name)
        told = len(lines) == 1 and lines[0].endswith(".")
        body = lines[0] if told else "\n".join(["```diff", *lines, "```"])
        parts.append(f"\n## {name}\n\n{body}\n")
    return "".join(parts)


if __name__ == "__main__":
    sys.exit(main())
