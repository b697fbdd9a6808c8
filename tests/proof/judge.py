"""Holds what sgdlint says of scripts against what bash does, and shrinks what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from proof import claims
from proof.bash import Case, Run, Sandbox, accepts
from proof.claims import Wrong

from sgdlint.launch.recognise import Recognised

MOST_TRIES = 400
"""A failing script is made smaller in at most so many tries."""


class Verdict(NamedTuple):
    """What came of one script.

    wrong: runs of which something else was said, with the case that they were started in.
    runs, whole: launches that bash ran, and those for which each word was known beforehand.
    words, known: words of the launches that were claimed, and those that were known.
    claimed, confirmed: the launches that were claimed, and those that some run agrees with.
    """

    wrong: list[tuple[Case, Wrong]]
    runs: int
    whole: int
    words: int
    known: int
    claimed: int
    confirmed: int


def judge(sandbox: Sandbox, text: str, files: Mapping[str, str], cases: Sequence[Case]) -> Verdict:
    """Run a script in each case and compare."""
    script = sandbox.put(text, files)
    names = sandbox.names([text, *files.values()])
    claimed = claims.understood(script)
    wrong: list[tuple[Case, Wrong]] = []
    runs: list[Run] = []
    for case in cases:
        if case is not cases[0]:
            sandbox.put(text, files)
        ran = sandbox.run(script, case, names)
        wrong += [(case, one) for one in claims.wrong(claimed, ran)]
        runs += [run for run in ran if claims.launch_in(run) is not None]
    counts = [claims.known_words(one) for one in claimed]
    confirmed = {index for run in runs for index in _agreeing(claimed, run)}
    whole = sum(any(claims.is_whole(claimed[i]) for i in _agreeing(claimed, run)) for run in runs)
    return Verdict(
        wrong,
        len(runs),
        whole,
        sum(of for _, of in counts),
        sum(known for known, _ in counts),
        len(claimed),
        len(confirmed),
    )


def _agreeing(claimed: Sequence[Recognised], run: Run) -> Iterator[int]:
    words = claims.launch_in(run) or ()
    for index, one in enumerate(claimed):
        if claims.agrees(one, words, run.environment):
            yield index


# --- shrinking ------------------------------------------------------------------------------------


def shrunk(
    sandbox: Sandbox, text: str, files: Mapping[str, str], cases: Sequence[Case], kind: str
) -> tuple[str, Case]:
    """Return a smaller script that is wrong in the same way, and the case that shows it."""
    tries = 0

    def fails(candidate: str, case: Case) -> bool:
        nonlocal tries
        tries += 1
        if tries > MOST_TRIES:
            return False
        if not accepts(sandbox.put(candidate, files)):
            return False
        verdict = judge(sandbox, candidate, files, [case])
        return any(wrong.kind == kind for _, wrong in verdict.wrong)

    case = next(one for one in cases if fails(text, one))
    for smaller in _smaller_cases(case):
        if fails(text, smaller):
            case = smaller
    lines = text.splitlines()
    before = -1
    while len(lines) != before:
        before = len(lines)
        lines = _fewer_lines(lines, lambda some: fails("\n".join(some) + "\n", case))
    return "\n".join(_fewer_words(lines, lambda s: fails("\n".join(s) + "\n", case))) + "\n", case


def _smaller_cases(case: Case) -> Iterator[Case]:
    yield Case()
    yield case._replace(answers="")
    yield case._replace(environment={})
    yield case._replace(arguments=(), answers="")
    for name in case.environment:
        yield Case((), {name: case.environment[name]}, "")


def _fewer_lines(lines: list[str], fails: Callable[[list[str]], bool]) -> list[str]:
    size = max(1, len(lines) // 2)
    while size:
        place = 0
        while place < len(lines):
            candidate = lines[:place] + lines[place + size :]
            if candidate and fails(candidate):
                lines = candidate
            else:
                place += 1
        size //= 2
    return _without_ends(lines, fails)


def _without_ends(lines: list[str], fails: Callable[[list[str]], bool]) -> list[str]:
    """Drop a first and a last line of a compound command, and keep its body."""
    place = 0
    while place < len(lines):
        indent = len(lines[place]) - len(lines[place].lstrip())
        for end in range(place + 1, len(lines)):
            if len(lines[end]) - len(lines[end].lstrip()) <= indent:
                body = [line[2:] for line in lines[place + 1 : end]]
                if body and fails([*lines[:place], *body, *lines[end + 1 :]]):
                    lines = [*lines[:place], *body, *lines[end + 1 :]]
                    place -= 1
                break
        place += 1
    return lines


def _fewer_words(lines: list[str], fails: Callable[[list[str]], bool]) -> list[str]:
    """Drop words of the lines that are left."""
    for number in range(len(lines)):
        words = lines[number].split(" ")
        place = 0
        while place < len(words):
            candidate = words[:place] + words[place + 1 :]
            changed = [*lines[:number], " ".join(candidate), *lines[number + 1 :]]
            if candidate and fails(changed):
                words, lines = candidate, changed
            else:
                place += 1
    return lines


# --- showing --------------------------------------------------------------------------------------


def told(text: str, files: Mapping[str, str], case: Case, wrong: Wrong) -> str:
    """Return a report of one wrong answer: the script, what bash ran, and what was said."""
    lines = ["--- run.sh", text.rstrip()]
    shown = text
    for name in sorted(files, key=lambda name: name not in text):
        if name not in shown:
            continue
        content = files[name]
        shown += content
        lines += [f"--- {name}", content.rstrip()]
    given = " ".join(f"{name}={value!r}" for name, value in case.environment.items())
    lines.append(f"--- started with arguments {list(case.arguments)} and {given or 'nothing set'}")
    if case.answers:
        lines.append(f"--- statuses: {case.answers.rstrip('0')[:60]}")
    environment = " ".join(f"{name}={value!r}" for name, value in wrong.run.environment.items())
    lines.append(f"bash ran: {wrong.run.program} {list(wrong.run.arguments)}   with {environment}")
    lines += [f"  said:   {one}" for one in wrong.claims] or ["  said:   no launch there"]
    return "\n".join(lines)


def first_wrong(
    sandbox: Sandbox, text: str, files: Mapping[str, str], case: Case, kind: str
) -> Wrong | None:
    """Return the first wrong answer of a kind for a script in one case."""
    found = judge(sandbox, text, files, [case]).wrong
    return next((wrong for _, wrong in found if wrong.kind == kind), None)


def told_small(
    sandbox: Sandbox, text: str, files: Mapping[str, str], case: Case, wrong: Wrong
) -> str:
    """Return a report of a wrong answer with the script made small."""
    smaller, one = shrunk(sandbox, text, files, [case], wrong.kind)
    again = first_wrong(sandbox, smaller, files, one, wrong.kind)
    return told(smaller, files, one, again or wrong)
