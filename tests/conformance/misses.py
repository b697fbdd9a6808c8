"""Show where sgdlint and SGLang disagree on the tuning set: false errors first, then misses.

python tests/conformance/misses.py            # from the top of the repository, with PYTHONPATH=.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parents[1])]

from conformance.case import Judged  # noqa: E402
from conformance.choose import cause  # noqa: E402
from conformance.recorded import read  # noqa: E402
from conformance.score import score, table, total  # noqa: E402

from sgdlint.finding import Finding  # noqa: E402

Found = tuple[Judged, list[Finding]]


def main() -> None:
    """Print the table and the groups."""
    scores = score(read("tuning"))
    print("\n".join(table(scores)))
    whole = total(scores.values())
    show("FALSE ERRORS", whole.false_errors)
    show("MISSED", [(one, []) for one in whole.missed])
    show("FOUND, BUT THE CAUSE IS NOT NAMED", whole.unnamed)


def show(title: str, cases: Iterable[Found]) -> None:
    """Print commands in groups of the same cause, the largest group first."""
    groups: dict[str, list[Found]] = defaultdict(list)
    for one, findings in cases:
        groups[" ".join([*sorted({f.code for f in findings}), cause(one)])].append((one, findings))
    print(f"\n=== {title}: {sum(map(len, groups.values()))}")
    for name, group in sorted(groups.items(), key=lambda item: -len(item[1])):
        shortest, findings = min(group, key=lambda item: len(item[0].case.text()))
        releases = sorted({one.case.release for one, _ in group})
        print(f"\n{len(group)} × {name}   [{' '.join(releases)}]")
        case = shortest.case
        place = f"{case.release} {case.gpu} × {case.count}; {case.check} {case.maker}"
        print(f"   {case.text()}   [{place}]")
        for path, text in case.files.items():
            print(f"   file {path}: {text!r}")
        print(f"   SGLang: {shortest.verdict} at {shortest.where}: {shortest.reason}")
        print(f"   blamed: {' '.join(shortest.blamed())}")
        for finding in findings:
            print(f"   {finding.code} {finding.message}")


if __name__ == "__main__":
    main()
