"""What is known of a run while its log is read."""

from __future__ import annotations

import statistics

from sgdlint import quick

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sgdlint.log.model import Place

MOST_TIMES = 100_000
"""Requests of a run whose times are kept."""
ALIKE = 1.25
"""Requests that take at most so many times their median are of one kind."""


class Run:
    """One run of SGLang in a log.

    number: from 1. command: the words of a launch that the shell showed before it. arguments: those
    of the server, as it shows them; {} until then. says_backend: it told that, or why, the
    diffusers backend runs. sizes: component → GB, as loaded. reasons: why
    something failed, with the code that told it.
    """

    def __init__(self, number: int, line: int, command: str = "") -> None:
        self.number = number
        self.line = line
        self.command = command
        self.arguments: dict[str, Any] = {}
        self.says_backend = False
        self.asked_for_diffusers = " --backend diffusers" in command.replace("=", " ")
        self.is_ready = False
        self.is_over = False
        self.stage = ""
        self.sizes: dict[str, float] = {}
        self.free: float | None = None
        self.warmups = 0
        self.counted_warmups = 0
        self.failed_warmups = 0
        self.times: list[float] = []
        self.has_warmup_inside = False
        self.first: Place | None = None
        self.reasons: dict[str, str] = {}

    def asked(self, name: str) -> str:
        """Return an argument of the run as a text; "" when it is not known."""
        if name == "backend" and self.asked_for_diffusers:
            return "diffusers"
        value = self.arguments.get(name)
        return "" if value is None else str(value).lower()

    def is_other(self, arguments: dict[str, Any]) -> bool:
        """Whether arguments that are shown are those of another run."""
        if not self.arguments or arguments == self.arguments:
            return False
        return self.is_ready or arguments.get("model_path") != self.arguments.get("model_path")

    @property
    def is_warm(self) -> bool:
        """Whether a warmup request is known to be through."""
        return self.warmups > 0 or self.counted_warmups > self.failed_warmups

    @property
    def is_cold(self) -> bool:
        """Whether its arguments say that no warmup is made, and none was seen."""
        off = self.asked("warmup_mode") in ("", "off") and self.asked("warmup") in ("", "false")
        return bool(self.arguments) and off and not self.is_warm

    @property
    def waits_for_server(self) -> bool:
        """Whether only an HTTP server would have made its warmup: `generate` starts none."""
        named = self.arguments.get("warmup_resolutions", "") is not None
        return self.asked("warmup_mode") == "server" and not named

    @property
    def during(self) -> str:
        """Where in the run it is, as the end of a sentence."""
        if self.stage:
            return f"in {self.stage}"
        if self.is_ready:
            return "while it ran"
        return f"while loading, after {', '.join(self.sizes)}" if self.sizes else "while loading"

    def took(self, seconds: float, place: Place) -> None:
        """Note a request."""
        self.first = self.first or place
        if len(self.times) < MOST_TIMES:
            self.times.append(seconds)

    @property
    def first_and_others(self) -> tuple[float, float] | None:
        """The time of the first request and the median of the others, which must be alike.

        None where there are fewer than two others, or the warmup is in the time of the first.
        """
        first, *others = self.times or [0.0]
        if len(others) < 2 or self.has_warmup_inside:
            return None
        usual = statistics.median(others)
        return (first, usual) if max(others) <= ALIKE * usual else None


def arguments_in(text: str) -> dict[str, Any]:
    """Return the arguments that SGLang shows; {} for what cannot be read."""
    if not text.lstrip().startswith("{"):
        return {}
    try:
        found = quick.loads(text[: text.rfind("}") + 1])
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
