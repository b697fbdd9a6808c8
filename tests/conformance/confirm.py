"""The examples of the rules that say error, as commands that the judge can be asked about.

In each release of the judge that lies in a rule's range, a `bad` example on which the rule fires
must be refused, or its workers die; a `good` or `fixed` one in which sgdlint finds no error must be
accepted. What the judge cannot tell is recorded as unclear. For the rules that it cannot confirm,
UNJUDGED says why.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.case import RELEASES, Case
from conformance.judge import judged, request

from sgdlint import catalog, packing, resources
from sgdlint.finding import Finding, Report
from sgdlint.launch.launch import Launch
from sgdlint.launch.recognise import Recognised
from sgdlint.linter import Options, check
from sgdlint.record import replace
from sgdlint.rules.engine import Engine
from sgdlint.rules.files import read_files
from sgdlint.rules.model import MIGRATION, holds
from sgdlint.rules.pack import Pack
from sgdlint.ruletest import options_of, source_of
from sgdlint.scripts import Script
from sgdlint.variants import Variant

UNJUDGED = Path(__file__).resolve().parent.parent / "data" / "unjudged.yaml"
RECORDED = Path(__file__).resolve().parent.parent / "data" / "confirmed.jsonl"
REFUSED = ("rejected", "dies")
KINDS = ("bad", "fixed", "good")

Data = dict[str, Any]
Key = tuple[str, int, str]
"""The rule, which of its examples, and `bad`, `fixed` or `good`."""


@dataclass(frozen=True)
class Example:
    """One script of a rule's examples. number: which example of the rule it belongs to, from 0."""

    rule: Data
    number: int
    kind: str

    @property
    def data(self) -> Data:
        """The example as the rule file has it."""
        found: Data = self.rule["examples"][self.number]
        return found

    @property
    def key(self) -> Key:
        """What tells it from the other examples."""
        return self.rule["code"], self.number, self.kind

    def mark(self) -> str:
        """Return a short text that changes with the script, its machine and the rule's range."""
        parts = [self.data, *(self.rule.get(key, "") for key in ("since", "until"))]
        text = json.dumps([self.kind, *parts], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:10]

    def releases(self) -> list[str]:
        """Return the releases to ask: those of the rule's range, and the one it is for."""
        since, until = self.rule.get("since", ""), self.rule.get("until", "")
        own = options_of(self.rule, self.data).sglang
        inside = [one for one in RELEASES if holds(one, since, until)]
        return [one for one in RELEASES if one in inside or (inside and one == own)]


@dataclass(frozen=True)
class Confirmed:
    """What the judge said of an example: for each release a verdict and the stage, or a reason.

    verdicts: `rejected`, `dies`, `accepted` or `unclear`, then a colon and the stage or the reason.
    """

    key: Key
    mark: str
    verdicts: Mapping[str, str] = field(default_factory=dict)

    def to_line(self) -> str:
        """Return one line of the record."""
        code, number, kind = self.key
        data = {"rule": code, "example": number, "kind": kind, "mark": self.mark}
        return json.dumps({**data, "verdicts": dict(self.verdicts)}, ensure_ascii=False)

    def is_wrong(self, release: str) -> bool:
        """Whether the real SGLang does not do what the example says."""
        verdict = self.verdicts[release].partition(":")[0]
        expected = REFUSED if self.key[2] == "bad" else ("accepted",)
        return verdict != "unclear" and verdict not in expected


def recorded() -> dict[Key, Confirmed]:
    """Return what is recorded, by example."""
    found = {}
    for line in RECORDED.read_text(encoding="utf-8").splitlines() if RECORDED.is_file() else ():
        data = json.loads(line)
        key = data["rule"], data["example"], data["kind"]
        found[key] = Confirmed(key, data["mark"], data["verdicts"])
    return found


def unjudged() -> dict[str, Data]:
    """Return the rules that the judge cannot confirm: why, and which releases and kinds it is."""
    import yaml

    found: dict[str, Data] = yaml.safe_load(UNJUDGED.read_text(encoding="utf-8"))
    return found


def excused(code: str, kind: str, release: str) -> bool:
    """Whether a reason is written why the judge cannot tell."""
    entry = unjudged().get(code, {"kinds": []})
    within = entry.get("releases", RELEASES)
    return kind in entry.get("kinds", ("bad", "good")) and release in within


def error_rules() -> list[Data]:
    """Return the built-in rules of severity error, as their files have them.

    Those of `fix --to` speak of two releases, and tests/migration asks about them.
    """
    files = read_files(packing.files_at([resources.find("rules.d")]))
    rules = [rule for file in files for _, rule in file.each("rules")]
    wanted = [one for one in rules if one["severity"] == "error" and one["category"] != MIGRATION]
    return sorted(wanted, key=lambda rule: str(rule["code"]))


def examples(rule: Data) -> Iterator[Example]:
    """Yield the scripts of a rule that the judge can be asked about."""
    for number, data in enumerate(rule["examples"]):
        if "from" not in data:
            yield from (Example(rule, number, kind) for kind in KINDS if kind in data)


def table(rules: list[Data], found: Mapping[Key, Confirmed]) -> Iterator[str]:
    """Yield the lines of a table: how many examples were confirmed in each release."""
    yield "| release | rules | bad examples refused | good and fixed ones accepted | not judged |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for release in RELEASES:
        inside = {
            rule["code"]
            for rule in rules
            if holds(release, rule.get("since", ""), rule.get("until", ""))
        }
        told = [
            (key[2], one.verdicts[release].partition(":")[0])
            for key, one in found.items()
            if key[0] in inside and release in one.verdicts
        ]
        bad = sum(kind == "bad" and verdict in REFUSED for kind, verdict in told)
        good = sum(kind != "bad" and verdict == "accepted" for kind, verdict in told)
        yield f"| {release} | {len(inside)} | {bad} | {good} | {len(told) - bad - good} |"


# --- commands -------------------------------------------------------------------------------------


def requests(example: Example, release: str, pack: Pack) -> list[tuple[Case, Data]]:
    """Return the commands of an example, each with its request; none where a release has no say.

    That is a bad example on which the rule is silent there, and a good one with an error there.
    """
    found: list[tuple[Recognised, Launch]] = []

    def see(script: Script, variant: Variant, launch: Launch, __: Engine) -> list[Finding]:
        found.append((variant.found, replace(launch, span=script.at_home(launch.span))))
        return []

    source = source_of(example.data, example.kind)
    options: Options = replace(options_of(example.rule, example.data), sglang=release)
    wrong = _against(check(source, pack, options, see), example)
    if (example.kind == "bad") != bool(wrong):
        return []
    scopes = [one.scope for one in wrong]
    launches = [
        (written, launch)
        for written, launch in found
        if not wrong or None in scopes or launch.span in scopes
    ]
    cases = [case_of(*one, machine, release) for one in launches for machine in machines(example)]
    return [(case, _request(case, example)) for case in cases if case is not None]


def machines(example: Example) -> list[tuple[str, int]]:
    """Return the GPUs to ask for: those of the example, else two kinds that differ in much.

    What says nothing of its GPUs must be refused on both, or is right when one accepts it.
    """
    kinds = [example.data["gpu"]] if "gpu" in example.data else ["H100", "L40S"]
    return [(kind, example.data.get("gpus", 8)) for kind in kinds]


def _against(report: Report, example: Example) -> list[Finding]:
    """Return the findings of the rule in a bad example, the errors in another one."""
    if example.kind == "bad":
        return [one for one in report.findings if one.code == example.rule["code"]]
    return [one for one in report.findings if one.severity == "error"]


def is_warned_of(example: Example, release: str, pack: Pack) -> bool:
    """Whether sgdlint warns of a good example in a release that it was not written for."""
    options = options_of(example.rule, example.data)
    if options.sglang == release or example.kind == "bad":
        return False
    source = source_of(example.data, example.kind)
    report = check(source, pack, replace(options, sglang=release))
    return any(one.severity == "warning" for one in report.findings)


def case_of(
    written: Recognised, launch: Launch, machine: tuple[str, int], release: str
) -> Case | None:
    """Return a launch as a command; None when a word of it is not known."""
    words = [word.text for word in written.arguments]
    known = [word for word in words if word is not None]
    if len(known) < len(words):
        return None
    env = {
        name: variable.word.text
        for name, variable in launch.environment.items()
        if variable.word is not None
        and variable.word.text is not None
        and (variable.exported or variable.prefix)
    }
    gpu, count = machine
    given = launch.hardware.granted  # what its container or its job sees
    return Case(
        (launch.written or launch.command, *known),
        env,
        gpu,
        given.count if given else count,
        release=release,
    )


def _request(case: Case, example: Example) -> Data:
    gpu = catalog.gpu(case.gpu)
    asked: Data = {"gpu": case.gpu, "count": case.count}
    if gpu is not None and "gpu" in example.data:
        whole, _, part = str(gpu.capability).partition(".")
        asked |= {"vram_gib": gpu.memory_gib, "capability": [int(whole), int(part)]}
    if "vram" in example.data:
        asked["vram_gib"] = example.data["vram"]
    return {**request(case), "gpu": asked, "files": example.data.get("files", {})}


# --- verdicts -------------------------------------------------------------------------------------


def verdict_of(case: Case, answer: Data) -> str:
    """Return what the judge said, in one text."""
    one = judged(case, answer)
    if one is None:
        return f"unclear: {answer['verdict']}, {' '.join((answer['message'] or '').split())[:80]}"
    place = f" {one.where}".rstrip() if one.where else ""
    return f"{one.verdict}: {one.stage}{place}"


def together(kind: str, by_command: Iterable[list[str]]) -> str:
    """Return the verdict on a script from those on its commands, each on several machines.

    A bad one must be refused everywhere. Of another one each command must be accepted somewhere.
    """
    first = ("accepted", "unclear", *REFUSED)

    def place(verdict: str) -> int:
        return first.index(verdict.partition(":")[0])

    somewhere = [min(verdicts, key=place) for verdicts in by_command]
    return min(somewhere, key=place) if kind == "bad" else max(somewhere, key=place)
