"""What sgdlint says about a file: findings, the fixes they offer, and the report of a file."""

from __future__ import annotations

from sgdlint.record import record
from sgdlint.source import Source, Span

SEVERITIES = ("info", "perf", "warning", "error")
"""From least to most severe. error: that release rejects it, or cannot run it. warning: accepted,
but ignored or surely not what was meant. perf: slower than it need be. info: good to know."""

APPLICABILITIES = ("safe", "unsafe", "display")
"""safe: same output, no more failures. unsafe: may change output, memory or meaning. display:
shown, never applied."""

GOALS = ("latency", "throughput", "memory")
"""What a launch may be tuned for: one request soon, many requests, little memory; without a word
the first."""

NO_GOAL = "none"
"""The goal of those who want repairs alone."""

RELEASES = "\0"
"""In a message: where the releases go that a finding holds for, when there are several."""

ANY = "*"
"""In `Fix.touches`: one option, whichever the corrected words name."""


@record
class Edit:
    """Replace the text of a span by other text; an empty span inserts."""

    span: Span
    text: str


@record
class Fix:
    """Edits that belong together, what they do, and how far they can be trusted.

    note: why it is not safe, or why it is only shown; "" when there is nothing to say.
    touches: destinations of the options that it changes; ANY for one that is not named.
    """

    title: str
    applicability: str
    edits: tuple[Edit, ...]
    note: str = ""
    touches: tuple[str, ...] = ()


@record
class Related:
    """Another place that a finding speaks of."""

    span: Span
    label: str


@record
class InForce:
    """A value that SGLang works with: a derived fact, its possible values, and why it has them.

    origins: pairs of where from (`command line`, `config file`, `environment`, `default` or
    `sglang`) and the reason in words; several when it is not certain which one counts.
    """

    name: str
    label: str
    values: tuple[object, ...] | None
    origins: tuple[tuple[str, str], ...]


@record
class Gain:
    """What following an advice gains, as somebody documented it; nothing is measured here.

    part: what becomes faster, such as `request` or `denoising`. least, most: how many times, 0
    where no figure is documented. hardware, measured: on what, where the source says it. says: what
    it says without a figure.
    """

    part: str
    sources: tuple[str, ...]
    least: float = 0
    most: float = 0
    hardware: str = ""
    measured: str = ""
    says: str = ""


@record
class Finding:
    """One thing that a rule found.

    span: the exact words. scope: the whole command that the finding is about, for suppressions.
    help: what to do, in one line; "" when the fix says it.
    in_force: the values that it speaks of besides what is written, and where they come from.
    releases: those that it holds for, when several were checked. fails_in: those for which it is an
    error, whatever severity is shown. gain: what its advice gains, where the rule tells it.
    goals: those that its advice serves, where the rule names them.
    """

    code: str
    name: str
    severity: str
    category: str
    lossless: bool
    message: str
    span: Span
    help: str = ""
    url: str = ""
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    scope: Span | None = None
    in_force: tuple[InForce, ...] = ()
    releases: tuple[str, ...] = ()
    fails_in: tuple[str, ...] = ()
    gain: Gain | None = None
    goals: tuple[str, ...] = ()

    def serves(self, goal: str) -> bool:
        """Whether it is for a goal: advice may be for some, what is wrong is told for each."""
        if self.goals:
            return goal in self.goals
        return self.severity != "perf" or goal != NO_GOAL


@record
class Failure:
    """A file that could not be checked, or whose directives are wrong; line 0 is all of it."""

    path: str
    message: str
    line: int = 0


@record
class Checked:
    """A launch, the releases that it was checked for, and why those."""

    span: Span
    releases: tuple[str, ...]
    origin: str


@record
class Report:
    """What was found in one file, sorted by place and rule.

    sglang: the release that was assumed, and release_from: where that came from.
    launches: for each release, and each place where it understands a diffusion launch, the options
    of its variants by destination, with their possible values. checked: each of these launches
    once. unread: files that the script reads with `source`, and that are not there to be read.
    baselined: how many findings are left out, since they are in a baseline.
    """

    source: Source
    sglang: str
    release_from: str
    findings: tuple[Finding, ...]
    failures: tuple[Failure, ...] = ()
    launches: tuple[tuple[dict[str, object], ...], ...] = ()
    checked: tuple[Checked, ...] = ()
    unread: tuple[str, ...] = ()
    baselined: int = 0


def at_least(severity: str, threshold: str) -> bool:
    """Whether a severity is at or above a threshold."""
    return SEVERITIES.index(severity) >= SEVERITIES.index(threshold)


def is_of_log(wish: str) -> bool:
    """Whether what logs say is meant, by a code or the beginning of codes: `LOG4`, `LOG405`."""
    return wish.startswith("LOG") and (wish[3:] or "0").isdecimal()


def is_meant(wish: str, code: str, name: str) -> bool:
    """Whether a rule is meant: by name or code, or by less than three digits of its code."""
    if wish in (name, code):
        return True
    is_whole = wish[-3:].isdecimal() and len(wish) > 2  # SGD101 is not the beginning of SGD1010
    return bool(wish) and not is_whole and code.startswith(wish)
