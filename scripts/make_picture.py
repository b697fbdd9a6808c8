#!/usr/bin/env python3
"""Draw docs/terminal.svg: what `sgdlint check` prints on a terminal for an example script.

python scripts/make_picture.py            # write it
python scripts/make_picture.py --check    # exit 1 when the committed file differs
"""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
EXAMPLE = "examples/wan22-8gpu.sh"
TARGET = ROOT / "docs" / "terminal.svg"


def main() -> int:
    """Write or compare the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the committed file")
    check = parser.parse_args().check
    os.chdir(ROOT)
    picture = draw()
    if check:
        if TARGET.read_text(encoding="utf-8") == picture:
            return 0
        print(f"{TARGET.relative_to(ROOT)} is out of date: run scripts/{Path(__file__).name}")
        return 1
    TARGET.write_text(picture, encoding="utf-8")
    return 0


def draw() -> str:
    """Return the picture of checking the example."""
    from rich._export_format import CONSOLE_SVG_FORMAT
    from rich.console import Console
    from rich.text import Text

    from sgdlint import rulepack
    from sgdlint.files import read
    from sgdlint.formatters import text
    from sgdlint.linter import Options, check

    report = check(read(EXAMPLE), rulepack.load(), Options())
    console = Console(record=True, width=112, file=io.StringIO(), force_terminal=True)
    console.print(Text(f"$ sgdlint check {EXAMPLE}", style="bold"))
    for line in text.render([report]):
        console.print(Text.assemble(*((one, text.STYLES.get(style, "")) for one, style in line)))
    # Without the web font that rich would fetch: a picture must not call out.
    plain = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    plain = plain.replace("Fira Code, monospace", "monospace")
    return console.export_svg(title="sgdlint", code_format=plain, unique_id="sgdlint") + "\n"


if __name__ == "__main__":
    sys.exit(main())
