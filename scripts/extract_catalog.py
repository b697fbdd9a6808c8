"""Make the catalog of releases from SGLang's published wheels, without importing SGLang.

python scripts/extract_catalog.py 0.5.24            # download the wheel, add it, say what changed
python scripts/extract_catalog.py path/to/sglang-0.5.24-….whl
python scripts/extract_catalog.py --check           # offline: the files are what was extracted
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from catalog_extract import (
    attention,
    dynamic,
    environment,
    keys,
    language,
    layers,
    models,
    options,
    places,
    registry,
    store,
)
from catalog_extract.changes import describe_changes
from catalog_extract.evaluate import Program
from catalog_extract.wheel import Wheel


def main(argv: list[str] | None = None) -> int:
    """Add releases to the catalog, or check it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", nargs="*", help="a release, a wheel, or an unpacked wheel")
    parser.add_argument("--check", action="store_true", help="check the files, change nothing")
    args = parser.parse_args(argv)
    catalog = store.read()
    if args.check:
        problems = catalog.problems()
        print("\n".join(problems) or f"{len(catalog.wheels)} releases as extracted")
        return 1 if problems else 0
    for name in args.wheel:
        with tempfile.TemporaryDirectory() as folder:
            add(catalog, Wheel(_wheel_path(name, Path(folder))))
    catalog.write()
    return 0


def add(catalog: store.Catalog, wheel: Wheel) -> None:
    """Extract one wheel into the catalog and print what is different from the release before."""
    extraction = extract(wheel)
    release = wheel.release
    older = [r for r in catalog.order if store.release_key(r) < store.release_key(release)]
    catalog.add(release, {"wheel": wheel.path.name, "sha256": wheel.sha256}, extraction)
    before = catalog.extractions[older[-1]] if older else None
    lines = describe_changes(before, extraction) or ["nothing differs"]
    print(f"SGLang {release}, compared with {older[-1] if older else 'nothing'}:")
    print("\n".join(f"  {line}" for line in lines))


def extract(wheel: Wheel) -> store.Extraction:
    """Return everything that the catalog keeps about one release."""
    program = Program(wheel)
    return {
        "options": options.extract(program),
        "dynamic": dynamic.extract(program),
        "language": language.extract(wheel),
        "registry": registry.registry(program),
        **models.extract(program),
        "pipelines": registry.pipelines(program),
        "backends": layers.extract(program),
        "attention": attention.extract(program),
        "environment": environment.extract(program),
        "places": places.extract(program),
        "keys": keys.extract(program),
    }


def _wheel_path(name: str, folder: Path) -> Path:
    if Path(name).exists():
        return Path(name)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary=:all:", "--dest", str(folder), f"sglang=={name}"]
    subprocess.run(command, check=True)
    return next(folder.glob("*.whl"))


if __name__ == "__main__":
    raise SystemExit(main())
