#!/usr/bin/env python3
"""Write what `sgdlint.quick` reads: the package's regular expressions as `re` compiles them.

python scripts/build_patterns.py            # write the files of the Pythons that are installed
python scripts/build_patterns.py --python python3.14   # and that of one that has none yet
python scripts/build_patterns.py --check    # exit 1 when a committed file differs

The numbers differ from one minor version of Python to another: each file is written by an
interpreter of its version. A pattern and its list of numbers have a line each, so that `--check`
also notices a stale file where that interpreter is not there. The patterns are those that
the code names in calls of `quick`, those of the shell lexer, of the kinds of documents and of the
rules.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

OTHERS = [f"python3.{minor}" for minor in range(10, 20) if minor != sys.version_info.minor]
HOW = " where the Python of its version is installed, or name that with --python"
# Run by each interpreter; it must not need the package.
COMPILE = """
import json, re, sys, _sre
compiler = getattr(re, "_compiler", None) or __import__("sre_compile")
class Engine:
    def __getattr__(self, name):
        return getattr(_sre, name)
    def compile(self, *arguments):
        found.append(arguments[1:])
        return _sre.compile(*arguments)
compiler._sre = Engine()
found = []
for pattern, is_bytes, flags in json.load(sys.stdin):
    compiler.compile(pattern.encode("latin-1") if is_bytes else pattern, flags)
json.dump([f"{_sre.MAGIC}-{_sre.CODESIZE}", found], sys.stdout)
"""


def asked_for() -> dict[str, tuple[str, bool, int]]:
    """Return the patterns that checks ask for, with whether they are for bytes, and their flags."""
    from sgdlint import quick
    from sgdlint.documents import kinds
    from sgdlint.shell import modes, patterns

    found = set(written())
    found |= {(source, quick.DOTALL) for source in patterns._SOURCES.values()}
    found |= {(mode.pattern, quick.DOTALL) for mode in vars(modes).values() if _is_mode(mode)}
    found |= {(pattern, 0) for *_, pattern in kinds.TEXTS if pattern}
    found |= {(pattern, 0) for pattern in of_rules()}
    return {
        quick.key_of(pattern, flags): (
            pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern,
            isinstance(pattern, bytes),
            flags,
        )
        for pattern, flags in sorted(found, key=lambda one: quick.key_of(*one))
    }


def written() -> Iterator[tuple[str | bytes, int]]:
    """Yield the patterns, with their flags, that calls of `quick` name outside of functions."""
    for path in (ROOT / "sgdlint").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "quick." not in text:
            continue
        parts = path.relative_to(ROOT).with_suffix("").parts
        module = importlib.import_module(".".join(parts).removesuffix(".__init__"))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and _is_pattern_call(node.func):
                yield from _pattern_of(node, vars(module))


def _is_pattern_call(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id == "quick"
        and function.attr != "loads"
    )


def _pattern_of(call: ast.Call, names: dict[str, Any]) -> Iterator[tuple[str | bytes, int]]:
    last = [*call.args, *(keyword.value for keyword in call.keywords)][-1]
    flags = ast.unparse(last) if ast.unparse(last).startswith("quick.") else "0"
    try:
        yield eval(ast.unparse(call.args[0]), names), eval(flags, names)
    except NameError:  # it is made in a function
        return


def _is_mode(thing: object) -> bool:
    from sgdlint.shell.modes import Mode

    return isinstance(thing, Mode)


def of_rules() -> Iterator[str]:
    """Yield the patterns of `matches` in the conditions of the rules and facts."""
    from sgdlint import rulepack

    pack = rulepack.load()
    waiting: list[Any] = [rule.when for rule in pack.rules] + [fact.value for fact in pack.facts]
    while waiting:
        part = waiting.pop()
        if not isinstance(part, list):
            continue
        if part[:2] == ["call", "matches"] and part[3][0] == "const":
            yield part[3][1]
        waiting += part


def prepared(python: str, asked: dict[str, tuple[str, bool, int]]) -> tuple[str, str]:
    """Return the name and the text of the file for an interpreter."""
    command = [python, "-I", "-c", COMPILE]
    given = json.dumps(list(asked.values()))
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    engine, lists = json.loads(done.stdout)
    rows = [line for key, one in zip(asked, lists, strict=True) for line in (key, _dumped(one))]
    return f"patterns-{engine}.txt", "\n".join(rows) + "\n"


def installed() -> list[str]:
    """Return the other Pythons of this machine: those of pyenv, and those on the path."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    folders = [*map(str, root.glob("versions/*/bin")), os.environ.get("PATH", "")]
    found = (shutil.which(name, path=os.pathsep.join(folders)) for name in OTHERS)
    return [one for one in found if one]


def covers(text: str, asked: Collection[str]) -> bool:
    """Whether a committed file was made from these patterns, each with its list of numbers."""
    lines = text.splitlines()
    return lines[::2] == list(asked) and len(lines) == 2 * len(asked)


def _dumped(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"))


def main() -> int:
    """Write or compare the files."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare with the committed files")
    parser.add_argument("--python", action="append", default=[], help="another interpreter")
    arguments = parser.parse_args()
    from sgdlint import quick

    folder = Path(quick.FOLDER)
    folder.mkdir(exist_ok=True)
    asked = asked_for()
    files = dict(prepared(one, asked) for one in (sys.executable, *arguments.python))
    kept = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.txt")}
    if not arguments.check:
        more = dict(prepared(one, asked) for one in installed())
        files |= {name: text for name, text in more.items() if name in kept}
    # Nothing need be kept for an interpreter: it compiles for itself then.
    wrong = [
        name
        for name, text in files.items()
        if (name in kept or not arguments.check) and kept.get(name) != text
    ]
    stale = [name for name, text in kept.items() if name not in files and not covers(text, asked)]
    for name in () if arguments.check else wrong:
        (folder / name).write_text(files[name], encoding="utf-8")
    for name in (*(wrong if arguments.check else ()), *stale):
        print(f"{name} is out of date: run scripts/{Path(__file__).name}{HOW * (name in stale)}")
    return 1 if stale or (arguments.check and wrong) else 0


if __name__ == "__main__":
    sys.exit(main())
