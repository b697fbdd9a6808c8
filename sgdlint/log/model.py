"""What is known of log lines, and what is found in a log; read by `sgdlint log` and `--log`."""

from __future__ import annotations

from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sgdlint.rules.model import Rule

TOPICS = {
    "gate": "which backend ran",
    "adjusted": "what SGLang changed of what was asked for",
    "ignored": "options that had no effect",
    "memory": "memory: what did not fit, and what would",
    "timing": "times, and what is in them",
    "weights": "weights and adapters that were not used",
    "failed": "what ended the run",
}
"""What patterns are about, in the order of their documentation."""

GATE = ("fell-back-to-diffusers", "diffusers-backend-ran")
"""Patterns that make a run no measure."""
INVALID = "NOT A RUN OF NATIVE SGLANG: use none of its times"
"""What is said of such a run at its end, when its first lines are out of sight."""

WORDING = "wording"
"""In `each`: each wording of the pattern is told apart, as its message leaves it to the line."""

EARLY = ("gate", "adjusted", "ignored")
"""Topics of messages that stand at the start of a run, some before its arguments are shown."""

ROLES = {
    "server-args": "shows the arguments of the server: a run begins",
    "asked-for-diffusers": "says that the diffusers backend was asked for",
    "fell-back": "says that the diffusers backend runs in place of the own one",
    "ran-diffusers": "names the stage of the diffusers backend",
    "stage-started": "names a stage",
    "stage-finished": "names a stage",
    "loaded": "names a component, its size and the memory that is left",
    "ready": "a worker is ready for requests",
    "request": "a request begins",
    "request-done": "tells how long a request took",
    "warmup-done": "a warmup request is through",
    "warmup-counted": "counts the warmup requests that are over, through or not",
    "warmup-failed": "a warmup request failed",
    "warmed-up": "tells the time of a request without the warmup",
    "out-of-memory": "GPU memory ran out",
    "memory": "tells what could stay on the GPU",
    "ended": "the run is over",
    "raised": "found by the reader: the last line of a traceback",
    "warmup-inside": "found by the reader: a time that has the warmup in it",
    "not-warm": "found by the reader: a time that is called warmed up, and its warmup failed",
    "never-warm": "found by the reader: a time that is called warmed up, and no warmup ran",
    "no-warmup": "found by the reader: a time with the cost of first use in it",
    "slow-first": "found by the reader: a first request that took much longer than the others",
    "other-release": "found by the reader: wordings that the stated release does not have",
}
"""What the reader itself makes of a message, besides telling it."""

BY_READER = (
    *("not-warm", "never-warm", "no-warmup", "slow-first", "warmup-inside"),
    *("other-release", "raised"),
)
"""Roles of findings that no single line holds, so that their patterns have no wording."""


@record
class Form:
    """One wording of a message. since is inclusive, until exclusive; "" is open.

    text: literal but for holes, such as `{count}` or `{size:number}`. origin: `sglang`, or who
    else writes it, whose releases are not SGLang's. anywhere: it may stand inside of a message.
    source: the text in the source, where that has a hole for a part of it. references: where it
    stands.
    """

    text: str
    since: str = ""
    until: str = ""
    origin: str = "sglang"
    anywhere: bool = False
    source: str = ""
    references: tuple[str, ...] = ()


@record
class Resident:
    """How components are kept on the GPU in some releases. since is inclusive, until exclusive.

    options: component → options that offload it, all switches. whole: all of them are written,
    since naming one changes what SGLang chooses for the others. plain: for launches that name none
    of them. listed: the option that takes `component=resident` instead. certain: nothing else is
    chosen otherwise then.
    """

    since: str = ""
    until: str = ""
    options: tuple[tuple[str, tuple[str, ...]], ...] = ()
    whole: bool = False
    plain: bool = False
    listed: str = ""
    certain: bool = False


@record
class Pattern:
    """A message of a log that says something about the command.

    rule: what is told, and mended at a launch; its category is the topic. unless: arguments of the
    run, by destination, with which it is no finding. each: the holes whose values make another
    finding of it; without any it is told once for a run. differ: two holes; it is no finding when
    they are equal. resident: how its components are kept on the GPU. told: False for what only the
    reader uses.
    """

    rule: Rule
    forms: tuple[Form, ...]
    role: str = ""
    unless: tuple[tuple[str, str], ...] = ()
    each: tuple[str, ...] = ()
    differ: tuple[str, ...] = ()
    resident: tuple[Resident, ...] = ()
    told: bool = True
    why: str = ""
    references: tuple[str, ...] = ()
    examples: tuple[dict[str, Any], ...] = ()


@record
class Place:
    """Where a message stands: line and columns from 1, and the line as a terminal shows it."""

    line: int
    start: int
    end: int
    text: str


@record
class LogFinding:
    """One thing that a log says.

    fields: the values in the holes, and what the reader knows besides. run: the number of the run
    in the log, from 1.
    """

    pattern: Pattern
    place: Place
    fields: tuple[tuple[str, str], ...]
    run: int
    message: str
    help: str = ""

    @property
    def code(self) -> str:
        """The code of its pattern."""
        return self.pattern.rule.code

    @property
    def severity(self) -> str:
        """The severity of its pattern."""
        return self.pattern.rule.severity

    @property
    def spoils(self) -> bool:
        """Whether none of the times of its run count."""
        return self.pattern.rule.name in GATE

    @property
    def values(self) -> dict[str, str]:
        """The values by name."""
        return dict(self.fields)
