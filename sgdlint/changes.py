"""Which findings stand on lines that changed since a revision: git is asked, and nothing written.

A file that git does not track counts as changed wholly. Counted is from where the branches parted
(the merge base), so that what others did since then on the named one is none of this branch.
"""

from __future__ import annotations

import os

from sgdlint import quick
from sgdlint.record import record, replace
from sgdlint.stated import OptionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.finding import Finding, Report
    from sgdlint.source import Source, Span

    Stretch = tuple[float, float]
    """First and last changed line; a half is the seam where lines were taken out."""

WHOLE: Sequence[Stretch] = ((0.0, float("inf")),)
MOST_NAMED = 500
"""Files that git is told by name; of more of them it compares all that changed."""
PLAIN = (
    *("--unified=0", "--inter-hunk-context=0", "--no-color", "--no-ext-diff", "--no-textconv"),
    *("--text", "--no-relative", "--find-renames", "--diff-filter=d", "--ignore-submodules"),
    *("--src-prefix=a/", "--dst-prefix=b/"),
)
"""Options of `git diff` that make the settings of a user count for nothing."""
HUNK = rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@"


@record
class Kept:
    """Reports with the findings on changed lines alone. hidden: how many others there were.

    notes: what the user should know.
    """

    reports: list[Report]
    hidden: int
    notes: tuple[str, ...]


def check_base(revision: str, paths: Sequence[str]) -> None:
    """Raise OptionError for a revision that the repository of the first path does not have."""
    if not revision or revision.startswith("-"):
        raise OptionError(f"--diff-base: {revision!r} is no revision")
    _base(_first(paths), revision)


def _first(paths: Sequence[str]) -> str:
    """Return the folder of the repository of the first path, which the revision is one of."""
    first = os.path.realpath(paths[0] if paths else ".")
    return _top(first if os.path.isdir(first) else os.path.dirname(first))


def kept(reports: Sequence[Report], revision: str, named: Sequence[str]) -> Kept:
    """Return the reports with the findings on changed lines; raises OptionError.

    named: the files and folders that are checked.
    """
    places = {
        number: os.path.realpath(one.source.path)
        for number, one in enumerate(reports)
        if one.findings
    }
    changed, notes = _changed(list(dict.fromkeys(places.values())), revision, _first(named))
    result, hidden = list(reports), 0
    for number, path in places.items():
        report = reports[number]
        found = tuple(one for one in report.findings if _is_new(one, report, changed[path]))
        hidden += len(report.findings) - len(found)
        result[number] = replace(report, findings=found)
    return Kept(result, hidden, notes)


def _is_new(finding: Finding, report: Report, stretches: Sequence[Stretch]) -> bool:
    spans = [finding.span, *(one.span for one in finding.related)]
    spans += [finding.scope] if finding.scope is not None else []
    return any(_touched(span, report.source, stretches) for span in spans)


def _touched(span: Span, source: Source, stretches: Sequence[Stretch]) -> bool:
    lines = source.lines_of(span)
    first, last = lines[0], lines[-1]
    low, high = 0, len(stretches)
    while low < high:  # the first stretch that ends on the line or behind it
        middle = (low + high) // 2
        if stretches[middle][1] < first:
            low = middle + 1
        else:
            high = middle
    return low < len(stretches) and stretches[low][0] <= last


def _changed(
    paths: Sequence[str], revision: str, main: str
) -> tuple[dict[str, Sequence[Stretch]], tuple[str, ...]]:
    """Return the changed lines of files, and notes; the files may be of several repositories."""
    tops: dict[str, str] = {}
    files: dict[str, list[str]] = {}
    for path in paths:
        folder = os.path.dirname(path)
        if folder not in tops:
            tops[folder] = _top(folder)
        files.setdefault(tops[folder], []).append(path)
    result: dict[str, Sequence[Stretch]] = {}
    notes: dict[str, None] = {}
    for top, some in files.items():
        base, note = _base_of(top, revision, main)
        if note:
            notes[note] = None
        names = {os.path.relpath(path, top).replace(os.sep, "/"): path for path in some}
        lines = _lines(top, base, list(names))
        result.update((path, lines.get(name, ())) for name, path in names.items())
    return result, tuple(notes)


def _top(folder: str) -> str:
    """Return the folder of the repository around a folder."""
    told, problem = _git(folder, "rev-parse", "--show-toplevel")
    if problem:
        raise OptionError(f"--diff-base: git says of {folder}: {problem}")
    return os.path.realpath(os.fsdecode(told.removesuffix(b"\n")))


def _base(top: str, revision: str) -> tuple[str, str]:
    """Return the commit to compare with, and a note when it is not where the branches parted."""
    said, problem = _git(top, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if problem or not said.strip():
        hint = "; a shallow clone has few of them" if _is_shallow(top) else ""
        raise OptionError(f"--diff-base: there is no revision {revision!r} in {top}{hint}")
    commit = said.decode().strip()
    parted, problem = _git(top, "merge-base", commit, "HEAD")
    if not problem:
        return parted.decode().split()[0], ""
    return commit, (
        f"git knows no common ancestor of {revision} and HEAD"
        f"{' in this shallow clone' if _is_shallow(top) else ''}: "
        f"compared with {revision} itself"
    )


def _base_of(top: str, revision: str, main: str) -> tuple[str, str]:
    """Return what `_base` does, of a submodule the commit that the repository around it had then.

    main: the repository that the revision is one of. "" when all of a submodule is new.
    """
    around = "" if top == main else _around(top)
    if not around:
        return _base(top, revision)
    base, note = _base_of(around, revision, main)
    name = os.path.relpath(top, around).replace(os.sep, "/")
    said, problem = _git(around, "rev-parse", "--verify", "--quiet", f"{base}:{name}")
    commit = said.decode().strip()
    if not base or problem or _git(top, "cat-file", "-e", f"{commit}^{{commit}}")[1]:
        return "", note
    return commit, note


def _around(top: str) -> str:
    """Return the folder of the repository that a submodule belongs to; "" for no submodule."""
    told, _ = _git(top, "rev-parse", "--show-superproject-working-tree")
    return os.path.realpath(os.fsdecode(told.removesuffix(b"\n"))) if told.strip() else ""


def _is_shallow(top: str) -> bool:
    return _git(top, "rev-parse", "--is-shallow-repository")[0].strip() == b"true"


def _lines(top: str, base: str, names: Sequence[str]) -> dict[str, Sequence[Stretch]]:
    """Return the changed lines of files by name; a name that is not there has none.

    base: "" when all of them count as changed.
    """
    if not base:
        return dict.fromkeys(names, WHOLE)
    within = list(names) if len(names) <= MOST_NAMED else []
    listed = _asked(top, "--literal-pathspecs", "ls-files", "-z", "--", *within)
    tracked = {os.fsdecode(one) for one in listed.split(b"\0")}
    known = [name for name in names if name in tracked]
    lines: dict[str, Sequence[Stretch]] = dict.fromkeys(names, WHOLE)
    lines.update(dict.fromkeys(known, ()))
    if known:
        also = _former(top, base, set(known)) if within else []
        within = [*known, *also] if within else []
        found = _asked(top, "--literal-pathspecs", "diff", *PLAIN, base, "--", *within)
        lines.update((name, some) for name, some in parse(found).items() if name in lines)
    return lines


def _former(top: str, base: str, names: set[str]) -> list[str]:
    """Return how renamed files were called: without these git takes them for new ones."""
    options = ("--name-status", "-z", "--find-renames", "--diff-filter=R", "--no-relative")
    words = iter(_asked(top, "diff", *options, base).split(b"\0"))
    renamed = ((old, new) for status, old, new in zip(words, words, words, strict=False) if status)
    return [os.fsdecode(old) for old, new in renamed if os.fsdecode(new) in names]


def parse(diff: bytes) -> dict[str, list[Stretch]]:
    """Return the changed lines of each file of a diff without context."""
    result: dict[str, list[Stretch]] = {}
    here: list[Stretch] = []
    lines = iter(diff.split(b"\n"))
    for line in lines:
        if line.startswith(b"+++ "):
            here = result.setdefault(_name(line[4:]), [])
        elif (match := quick.match(HUNK, line)) is not None:
            removed, start, added = (int(part or b"1") for part in match.groups())
            here.append((start, start + added - 1) if added else (start + 0.5, start + 0.5))
            _pass(lines, removed + added)
    return result


def _pass(lines: Iterator[bytes], count: int) -> None:
    """Pass over the lines of a hunk, which may look like anything."""
    while count > 0:
        line = next(lines, None)
        if line is None:
            return
        count -= not line.startswith(b"\\")  # `\ No newline at end of file` counts for none


def _name(shown: bytes) -> str:
    """Return the name of a file as git writes it: `b/NAME`, in quotes where it is unusual."""
    if shown.startswith(b'"'):
        shown = shown[1 : shown.rindex(b'"')].decode("unicode_escape").encode("latin-1")
    else:
        shown = shown.removesuffix(b"\t")
    return os.fsdecode(shown.removeprefix(b"b/"))


def _asked(top: str, *words: str) -> bytes:
    told, problem = _git(top, *words)
    if problem:
        raise OptionError(f"--diff-base: git says of {top}: {problem}")
    return told


def _git(folder: str, *words: str) -> tuple[bytes, str]:
    """Return what git prints in a folder, and what went wrong; OptionError when there is no git."""
    import subprocess

    # It neither writes to the index, nor asks a program that watches the files.
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    command = ["git", "-C", folder, "-c", "core.fsmonitor=false", *words]
    try:
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except OSError as error:
        raise OptionError(f"--diff-base asks git, which cannot be run: {error.strerror}") from None
    if not done.returncode:
        return done.stdout, ""
    said = done.stderr.decode(errors="replace").strip().splitlines()
    return done.stdout, (said[0] if said else f"status {done.returncode}").removeprefix("fatal: ")
