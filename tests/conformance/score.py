"""Run sgdlint on judged commands and count how often both agree."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from conformance.case import RELEASES, Judged

from sgdlint import catalog, rulepack
from sgdlint.finding import Finding, Report
from sgdlint.linter import Options, check
from sgdlint.rules.pack import Pack
from sgdlint.source import Nearby, Source

GPU_NAMES = {
    "A100": "A100 80GB",
    "RTX4090": "RTX 4090",
    "RTX5090": "RTX 5090",
}
"""What the judge calls a GPU, where sgdlint has another name."""

LATER = {
    "SGD120": "guidance is looked at when the weights are loaded",
    "SGD142": "cache-dit reads its preset at the first request",
    "SGD143": "Cache-DiT takes one calibrator, which shows at the first request",
    "SGD148": "sliding tile attention reads its mode at the first request",
    "SGD149": "video sparse attention reads its sparsity at the first request",
    "SGD275": "TeaCache for HunyuanVideo is refused in its first step",
    "SGD186": "the numbers of Cache-DiT are read at the first request",
    "SGD187": "cache-dit makes its plan for the steps of a request",
    "SGD188": "V-MoBA gets no settings at the first request",
    "SGD189": "the diffusers pipeline refuses backends of components when it is made",
    "SGD147": "the method of --quantization is looked up while the transformer is loaded",
    "SGD600": "the judge has no GPU, and loads no weights",
    "SGD292": "the parts of a pipeline are looked up while it is loaded",
    "SGD327": "the GPUs without a branch fail in the first denoising step",
    "SGD329": "heads are shared out in the first denoising step",
    "SGD328": "the GPUs without a branch fail in the first denoising step",
}
"""Rules on what fails after all that the judge runs: its verdict says nothing on them."""


class Files(Nearby):
    """The files of a recorded command."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.texts = texts

    def read(self, path: str) -> str | None:
        """Return the text of a file beside the command."""
        return self.texts.get(path)

    def read_from_start(self, path: str) -> str | None:
        """Return the text of a file where the command runs, which is the same folder."""
        return self.texts.get(path)


@cache
def rules() -> Pack:
    """Return the built-in rules, read once."""
    return rulepack.load()


def errors(one: Judged) -> tuple[list[Finding], str]:
    """Return the errors that sgdlint reports for a command, and the text that it read."""
    source, look = looking(one)
    report = look(source)
    assert not report.failures, report.failures
    return [one for one in report.findings if one.severity == "error"], source.text


def looking(one: Judged) -> tuple[Source, Callable[[Source], Report]]:
    """Return a command as a file, and what checks such a file for its machine and release."""
    case = one.case
    gpu = GPU_NAMES.get(case.gpu, case.gpu)
    options = Options(sglang=(case.release,), gpu=gpu, gpus=case.count)
    source = Source("command.sh", case.text() + "\n", near=Files(case.files))
    return source, lambda it: check(it, rules(), options)


def names_one(findings: Iterable[Finding], text: str, release: str, blamed: Sequence[str]) -> bool:
    """Whether a finding stands at, or speaks of, one of the options, variables or words."""
    wanted = {form for name in blamed for form in forms(release, name)}
    pattern = "|".join(rf"(?<![\w-]){re.escape(one)}(?![\w-])" for one in sorted(wanted))
    found = re.compile(pattern)
    for finding in findings:
        spans = [finding.span, *(one.span for one in finding.related)]
        told = " ".join([finding.message, *(text[span.start : span.end] for span in spans)])
        if found.search(told):
            return True
    return False


@cache
def forms(release: str, name: str) -> tuple[str, ...]:
    """Return the spellings of one option, or the word itself."""
    known = catalog.load(release)
    for command in catalog.COMMANDS:
        option = known.options(command).get(name)
        if option is not None:
            return (*option.flags, option.dest)
    return (name,)


@dataclass
class Score:
    """How often sgdlint and SGLang agree on the commands of one release.

    false_errors and missed are the commands; nameable counts what was found and has a known cause.
    """

    accepted: int = 0
    bad: int = 0
    found: int = 0
    nameable: int = 0
    named: int = 0
    false_errors: list[tuple[Judged, list[Finding]]] = field(default_factory=list)
    missed: list[Judged] = field(default_factory=list)
    unnamed: list[tuple[Judged, list[Finding]]] = field(default_factory=list)

    def add(self, one: Judged) -> None:
        """Count a command."""
        findings, text = errors(one)
        if not one.is_bad:
            self.accepted += 1
            findings = [one for one in findings if one.code not in LATER]
            if findings:
                self.false_errors.append((one, findings))
            return
        self.bad += 1
        if not findings:
            self.missed.append(one)
            return
        self.found += 1
        if blamed := one.blamed():
            self.nameable += 1
            if names_one(findings, text, one.case.release, blamed):
                self.named += 1
            else:
                self.unnamed.append((one, findings))

    @property
    def recall(self) -> float:
        """The share of refused and dying commands for which there is an error."""
        return self.found / self.bad if self.bad else 1.0

    @property
    def naming(self) -> float:
        """The share of those with a known cause in which an error names it."""
        return self.named / self.nameable if self.nameable else 1.0


def score(commands: Iterable[Judged]) -> dict[str, Score]:
    """Return the score of each release."""
    scores = {release: Score() for release in RELEASES}
    for one in commands:
        scores[one.case.release].add(one)
    return scores


def total(scores: Iterable[Score]) -> Score:
    """Return the scores of several releases as one."""
    whole = Score()
    for one in scores:
        for name, value in vars(one).items():
            setattr(whole, name, getattr(whole, name) + value)
    return whole


def table(scores: dict[str, Score]) -> list[str]:
    """Return the scores as the lines of a Markdown table."""
    head = ["release", "accepted", "false errors", "rejected or dies", "found", "named"]
    lines = [f"| {' | '.join(head)} |", "| --- " + "| ---: " * (len(head) - 1) + "|"]
    for name, one in [*scores.items(), ("all", total(scores.values()))]:
        cells = [name, one.accepted, len(one.false_errors), one.bad]
        cells += [f"{one.found} ({one.recall:.1%})", f"{one.named} ({one.naming:.1%})"]
        lines.append(f"| {' | '.join(str(cell) for cell in cells)} |")
    return lines
