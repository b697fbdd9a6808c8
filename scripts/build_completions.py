#!/usr/bin/env python3
"""Write what makes shells complete sgdlint's commands and options, from the table of options.

python scripts/build_completions.py            # write sgdlint/completions/sgdlint.SHELL
python scripts/build_completions.py --check    # exit 1 when a committed file differs
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import generated

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
FOLDER = ROOT / "sgdlint" / "completions"


def main() -> int:
    """Build the files."""
    import shtab

    from sgdlint.arguments import SHELLS

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the committed files")
    check = parser.parse_args().check
    FOLDER.mkdir(exist_ok=True)
    status = 0
    for shell in SHELLS:
        text = shtab.complete(whole(), shell=shell)
        text = "".join(f"{line.rstrip()}\n" for line in text.splitlines())
        status |= generated.keep(FOLDER / f"sgdlint.{shell}", text, check=check)
    return status


def whole() -> argparse.ArgumentParser:
    """Return one parser of all commands, as shtab wants it."""
    import shtab

    from sgdlint import usage
    from sgdlint.arguments import DESCRIPTIONS, SHELLS, SUBJECTS

    parser = argparse.ArgumentParser(prog="sgdlint")
    commands = parser.add_subparsers(metavar="COMMAND")
    for name, told in DESCRIPTIONS.items():
        own = commands.add_parser(
            name, help=told, parents=[usage.of_command(name)], conflict_handler="resolve"
        )
        if name in ("check", "fix", "expand", "config", "perf", "ast"):
            paths = own.add_argument("paths", nargs="*", help="files and folders")
            paths.complete = shtab.FILE  # type: ignore[attr-defined]
        elif name == "completion":
            own.add_argument("shell", choices=SHELLS)
        elif name == "catalog":
            own.add_argument("what", choices=SUBJECTS)
        elif name == "rule":
            own.add_argument("verb", choices=("test", "new"))
        for action in own._actions:
            if action.metavar in ("PATH", "FILE"):
                action.complete = shtab.FILE  # type: ignore[attr-defined]
    return parser


if __name__ == "__main__":
    sys.exit(main())
