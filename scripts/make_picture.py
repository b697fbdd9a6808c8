#!/usr/bin/env python3
"""Draw docs/terminal.svg: what `sgdlint check` prints on a terminal for an example script.

python scripts/make_picture.py            # write it
python scripts/make_picture.py --check    # exit 1 when the committed file differs
"""

from __future__ import annotations

import argparse
import html
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
EXAMPLE = "examples/wan22-8gpu.sh"
TARGET = ROOT / "docs" / "terminal.svg"
WIDE, HIGH, EDGE, SIZE = 7.2, 17, 16, 12
FONT = f'font-family="ui-monospace, Menlo, Consolas, monospace" font-size="{SIZE}"'
PAPER, INK = "#1b1f24", "#d6dbe1"
INKS = {
    "error": "#ff6b6b",
    "warning": "#f2c14e",
    "perf": "#4fd1c5",
    "info": "#6ea8fe",
    "gutter": "#6ea8fe",
    "removed": "#ff8f8f",
    "added": "#7ddf8f",
    "dim": "#8a939e",
}
BOLD = ("error", "warning", "perf", "info", "path", "code")


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
    from sgdlint import rulepack
    from sgdlint.files import read
    from sgdlint.formatters import text
    from sgdlint.linter import Options, check

    report = check(read(EXAMPLE), rulepack.load(), Options())
    lines = [[(f"$ sgdlint check {EXAMPLE}", "path")], [], *text.render([report])]
    width = max(sum(len(part) for part, _ in line) for line in lines)
    right, bottom = round(width * WIDE + 2 * EDGE), len(lines) * HIGH + 2 * EDGE
    rows = [_row(number, line) for number, line in enumerate(lines)]
    return "\n".join(
        [
            "<!-- made by scripts/make_picture.py; do not edit -->",
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {right} {bottom}" {FONT}>',
            f'<rect width="{right}" height="{bottom}" rx="8" fill="{PAPER}"/>',
            *rows,
            "</svg>",
            "",
        ]
    )


def _row(number: int, line: list[tuple[str, str]]) -> str:
    """Return one line of text; each part stands at its own column, whatever the font."""
    parts, column = [], 0
    for words, wish in line:
        style = wish.partition(" ")[0]  # what follows is a link
        if words.strip():
            lead = len(words) - len(words.lstrip())
            left = EDGE + (column + lead) * WIDE
            long = round(len(words.strip()) * WIDE, 1)
            weight = ' font-weight="bold"' if style in BOLD else ""
            parts.append(
                f'<tspan x="{left:.1f}" textLength="{long}" fill="{INKS.get(style, INK)}"{weight}>'
                f"{html.escape(words.strip())}</tspan>"
            )
        column += len(words)
    return (
        f'<text y="{EDGE + (number + 0.8) * HIGH:.1f}" xml:space="preserve">{"".join(parts)}</text>'
    )


if __name__ == "__main__":
    sys.exit(main())
