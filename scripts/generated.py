"""Write a generated file, or compare it with the committed one: the end of each build script."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def keep(target: Path, text: str, *, check: bool) -> int:
    """Write the text, or compare it with the file; return the exit status, 1 for a difference."""
    if not check:
        target.write_text(text, encoding="utf-8")
        return 0
    if target.is_file() and target.read_text(encoding="utf-8") == text:
        return 0
    print(f"{os.path.relpath(target, ROOT)} is out of date: run scripts/{Path(sys.argv[0]).name}")
    return 1
