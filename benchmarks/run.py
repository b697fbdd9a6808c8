"""Time sgdlint as a user meets it: whole processes, beside bare Python and ShellCheck.

    .venv/bin/python benchmarks/run.py             # print a table
    .venv/bin/python benchmarks/run.py --write     # and write docs/benchmarks.md

Run it with the Python of an environment in which sgdlint is installed. All numbers come from one
run on one machine; the ratios are what can be compared, the seconds are not.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import inputs
from measure import Task, run_all

import sgdlint

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
LIMIT = 60
COLUMNS = ("command", "median", "× bare Python", "× ShellCheck", "memory")
ABOUT = """\
# Benchmarks

Written by `benchmarks/run.py`: whole processes, the median of their times, the peak of their
memory (a peak below that of the script itself, about 16 MB, does not show). The script `sgdlint`
is one that a current pip or uv makes; those of older ones (23.2) import `re`, about half the time
of bare Python.
"""
FOUND = frozenset({1})
"""sgdlint must find the faults that the inputs have; an empty answer is quick but no result."""


def tasks(files: list[Path], *, modules: bool = False) -> list[Task]:
    """Return the commands that read the same files, bare Python first and ShellCheck last."""
    paths = [str(path) for path in files]
    script = str(Path(sys.executable).parent / "sgdlint")
    given = ["check", *(paths if len(paths) == 1 else [str(files[0].parent)])]
    found = [
        Task("python -c pass", [sys.executable, "-c", "pass"]),
        Task("sgdlint check", [script, *given], FOUND),
    ]
    if modules:
        found.append(
            Task("python -m sgdlint check", [sys.executable, "-m", "sgdlint", *given], FOUND)
        )
    if shutil.which("shellcheck"):
        found.append(Task("shellcheck", ["shellcheck", "--format=gcc", *paths]))
    return found


def rows(measured: list[Task]) -> list[tuple[str, ...]]:
    """Return the lines of one table."""
    bare = measured[0].median
    checker = measured[-1] if measured[-1].name == "shellcheck" else None
    lines: list[tuple[str, ...]] = []
    for task in measured:
        ratios = (ratio(task.median, bare), ratio(task.median, checker.median if checker else None))
        memory = f"{max(task.megabytes):.0f} MB" if task.megabytes else "–"
        lines.append((f"`{task.name}`", duration(task), *ratios, memory))
    return lines


def ratio(value: float | None, unit: float | None) -> str:
    """Return how many times as long as the unit something took, in two digits or more."""
    if not value or not unit:
        return "–"
    times = value / unit
    return f"{times:.3f}" if times < 0.1 else f"{times:.2f}" if times < 10 else f"{times:.0f}"


def duration(task: Task) -> str:
    """Return the median of a task's runs, as people say it."""
    if task.median is None:
        return f"over {LIMIT} s"
    if task.median < 1:
        return f"{task.median * 1000:.1f} ms"
    return f"{task.median:.2f} s"


def table(lines: list[tuple[str, ...]]) -> str:
    """Return a Markdown table that reads well as plain text too."""
    everything = [COLUMNS, *lines]
    widths = [max(len(line[column]) for line in everything) for column in range(len(COLUMNS))]
    padded = [
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in everything
    ]
    rule = "| " + " | ".join("-" * width for width in widths) + " |"
    return "\n".join([padded[0], rule, *padded[1:]])


def shellcheck_version() -> str:
    """Return the version of the ShellCheck that took part."""
    if not shutil.which("shellcheck"):
        return "not installed"
    output = subprocess.run(["shellcheck", "--version"], capture_output=True, text=True, check=True)
    return next(line.split()[1] for line in output.stdout.splitlines() if "version:" in line)


def processor() -> str:
    """Return the name of the processor, where the system tells it."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def header() -> str:
    """Return where and when the numbers were taken."""
    load = os.getloadavg()[0]
    return "\n".join(
        [
            f"- sgdlint {sgdlint.__version__}, ShellCheck {shellcheck_version()}",
            f"- Python {platform.python_version()} on {platform.system()} {platform.machine()}",
            f"- {os.cpu_count()} × {processor()}",
            f"- {dt.datetime.now(dt.timezone.utc).date()}, load at the start {load:.1f}",
        ]
    )


def sections(runs: int) -> list[str]:
    """Measure everything and return the sections of the page."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "many").mkdir()
        lines = inputs.LAUNCH.count("\n")
        return [
            section(f"One script of {lines} lines, cold start", [inputs.write_one(folder)], runs),
            section(
                f"{inputs.SCRIPTS:,} scripts, one in ten launches SGLang",
                inputs.write_many(folder / "many"),
                min(runs, 5),
            ),
            section("One script of 10 MB", [inputs.write_large(folder)], 1),
        ]


def section(title: str, files: list[Path], runs: int) -> str:
    """Measure the commands on some files and return a section."""
    measured = tasks(files, modules=len(files) == 1 and runs > 1)
    run_all(measured, runs, LIMIT)
    count = max(len(task.seconds) for task in measured)
    text = f"## {title}\n\n{table(rows(measured))}\n\nRuns of each command: at most {count}."
    print(text, end="\n\n", flush=True)
    return text


def main() -> int:
    """Measure, print, and write the page if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=41, help="runs of each quick command")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    arguments = parser.parse_args()
    top = f"{ABOUT}\n{header()}"
    print(top, end="\n\n", flush=True)
    text = "\n\n".join([top, *sections(arguments.runs)]) + "\n"
    if arguments.write:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
