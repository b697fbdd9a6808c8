#!/usr/bin/env python3
"""Look every wording of logs.d/ up in the sources of all releases, and keep what was found.

python scripts/confirm_log_patterns.py FOLDER    # with FOLDER/VERSION/sglang/multimodal_gen

A wording must stand in each release of its range and in none besides: its literal parts, in order,
in one string. The sources are not part of this repository, so that this is run by hand, when a
pattern or a release is new. tests/log/test_patterns.py holds what it wrote against the patterns.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
KEPT = ROOT / "tests/data/log_wordings.json"
LEFT_OUT = ("/test/", "/tests/", "/apps/", "/benchmarks/", "/.claude/", "/.agents/", "/tools/")
HOLE = "\0"
FORMAT = r"%(?:\(\w+\))?[-+ #0]*\d*(?:\.\d+)?[sdrfgeixX]|%%"
COLOURS = ("GREEN", "RESET", "CYAN", "YELLOW", "RED")


def main() -> int:
    """Look the wordings up, and keep where they stand."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sources", type=Path, help="a folder of unpacked wheels, by release")
    found = confirmed(parser.parse_args().sources)
    rows = [f"{json.dumps(one)}: {json.dumps(found[one])}" for one in sorted(found)]
    KEPT.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")
    missing = [wording for wording, where in found.items() if not where["releases"]]
    for wording in missing:
        print(f"in no release: {wording}", file=sys.stderr)
    return 1 if missing else 0


def confirmed(sources: Path) -> dict[str, dict[str, list[str]]]:
    """Return for each wording the releases that have it, and the lines of first and last."""
    found: dict[str, dict[str, str]] = {one: {} for one in read_wordings()}
    for release in releases():
        texts = dict(texts_of(sources / release))
        for wording, where in found.items():
            place = place_of(wording, texts)
            if place:
                where[release] = place
    return {wording: _kept(where) for wording, where in found.items()}


def _kept(where: dict[str, str]) -> dict[str, list[str]]:
    names = list(where)
    ends = [*names[:1], *names[1:][-1:]]
    return {"releases": names, "references": [f"sglang {one} {where[one]}" for one in ends]}


def releases() -> list[str]:
    """Return the known releases, oldest first."""
    from sgdlint import catalog

    return list(catalog.releases())


def read_wordings() -> Iterator[str]:
    """Yield the text that is looked for, for each wording of SGLang."""
    import yaml

    for path in sorted((ROOT / "logs.d").glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        for one in (*data.get("patterns", ()), *data.get("facts", ())):
            for form in one.get("forms", ()):
                if form.get("origin", "sglang") == "sglang":
                    yield form.get("source", form["text"])


# --- sources --------------------------------------------------------------------------------------


def texts_of(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield each text of a release once, with holes for what is filled in, and where it stands."""
    found: dict[str, str] = {}
    base = folder / "sglang" / "multimodal_gen"
    for path in sorted(base.rglob("*.py")):
        place = f"/{path.relative_to(base).as_posix()}"
        if any(one in place for one in LEFT_OUT):
            continue
        for line, text in strings_in(ast.parse(path.read_text(encoding="utf-8"))):
            if " " in text or "..." in text:
                found.setdefault(text, f"multimodal_gen{place}:{line}")
    yield from found.items()


def strings_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the strings of a file, outermost first, with their lines."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        text = text_of(node)
        if text is None:
            waiting += ast.iter_child_nodes(node)
        else:
            yield getattr(node, "lineno", 0), re.sub(FORMAT, _of_format, text)


def _of_format(found: re.Match[str]) -> str:
    return "%" if found[0] == "%%" else HOLE


def text_of(node: ast.AST) -> str | None:
    """Return the text of a string with holes; None for what is no string."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(map(_part, node.values))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = text_of(node.left), text_of(node.right)
        return None if left is None and right is None else f"{left or HOLE}{right or HOLE}"
    return None


def _part(value: ast.expr) -> str:
    if isinstance(value, ast.Constant):
        return str(value.value)
    if isinstance(value, ast.FormattedValue) and isinstance(value.value, ast.Name):
        return "" if value.value.id in COLOURS else HOLE
    return HOLE


def place_of(wording: str, texts: dict[str, str]) -> str:
    """Return where a wording stands in a release; "" when it does not."""
    from sgdlint.log.templates import parse

    literals = parse(wording).literals
    pattern = re.compile(".*?".join(map(re.escape, literals)), re.DOTALL)
    longest = max(literals, key=len)
    places = [place for text, place in texts.items() if longest in text and pattern.search(text)]
    return min(places, default="")


if __name__ == "__main__":
    sys.exit(main())
