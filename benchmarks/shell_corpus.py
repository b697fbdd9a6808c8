"""Parse every shell script of this machine, and compare with what bash says of each.

    python benchmarks/shell_corpus.py [FOLDER…]

Prints the scripts that `bash -n` accepts and we do not, the share of those we parse, and the speed.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from sgdlint.shell.parser import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDERS = ("/usr", "/etc", "/opt", os.path.expanduser("~"))
SHEBANG = re.compile(rb"#![ \t]*\S*(?:/env[ \t]+(?:-S[ \t]+)?)?[ \t]*\S*\b(?:ba|da)?sh\b")
MOST_BYTES = 2_000_000


def scripts(folders: list[str]) -> Iterator[str]:
    """Give the paths of shell scripts, each real file once."""
    seen = set()
    for folder in folders:
        for root, _, names in os.walk(folder):
            for name in sorted(names):
                path = os.path.join(root, name)
                real = os.path.realpath(path)
                if real not in seen and _is_script(real, name):
                    seen.add(real)
                    yield real


def _is_script(path: str, name: str) -> bool:
    if not os.path.isfile(path) or os.path.getsize(path) > MOST_BYTES:
        return False
    if name.endswith((".sh", ".bash")):
        return True
    with open(path, "rb") as file:
        return SHEBANG.match(file.readline(200)) is not None


def accepted(path: str) -> bool:
    """Whether bash finds no syntax error in a file."""
    command = ["bash", "-O", "extglob", "-n", path]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def main(argv: list[str] | None = None) -> int:
    """Measure, and return 1 when less than 99.5 % of the accepted scripts parse."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folders", nargs="*", default=list(FOLDERS))
    total = good = characters = refused = missed = 0
    seconds = 0.0
    for path in scripts(arguments.parse_args(argv).folders):
        with open(path, encoding="utf-8", errors="replace", newline="") as file:
            text = file.read()
        begin = time.perf_counter()
        problems = parse(text).problems
        seconds += time.perf_counter() - begin
        characters += len(text)
        if not accepted(path):
            refused += 1
            missed += not problems
            continue
        total += 1
        good += not problems
        for problem in problems[:1]:
            line = text.count("\n", 0, problem.start) + 1
            print(f"{path}:{line}: {problem.message} ({len(problems)})")
    share = good / max(total, 1)
    print(f"{good} of {total} accepted scripts parse ({share:.2%})")
    print(f"bash refuses {refused} more, of which we find nothing wrong in {missed}")
    print(f"{characters / max(seconds, 1e-9) / 1e6:.2f} million characters a second")
    return 0 if share >= 0.995 else 1


if __name__ == "__main__":
    sys.exit(main())
