"""One launch command of the conformance sets, before and after it was judged."""

from __future__ import annotations

import json
import shlex
from dataclasses import asdict, dataclass, field
from typing import Any

RELEASES = ("0.5.9", "0.5.10.post1", "0.5.12", "0.5.15.post1", "0.5.19", "0.5.23")


@dataclass(frozen=True)
class Case:
    """A launch command and the machine it is for.

    argv: what follows `sglang`. files: texts of files beside the command, by name.
    fault: options, variables or words that were broken on purpose, if it is refused for them.
    check: the checks of SGLang that it is about. maker: the generator that made it.
    """

    argv: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)
    gpu: str = "H100"
    count: int = 8
    files: dict[str, str] = field(default_factory=dict)
    fault: tuple[str, ...] = ()
    release: str = ""
    check: str = ""
    maker: str = ""

    def key(self) -> str:
        """Return a text that is the same for the same command on the same machine."""
        place = [self.release, self.gpu, self.count]
        return json.dumps([*place, self.argv, self.env, self.files], sort_keys=True)

    def text(self) -> str:
        """Return the command as a line of a shell script."""
        before = [f"{name}={shlex.quote(value)}" for name, value in self.env.items()]
        return " ".join([*before, "sglang", shlex.join(self.argv)])


@dataclass(frozen=True)
class Judged:
    """A command with what the real SGLang did with it.

    verdict: `accepted`, `rejected`, or `dies` for a command that passes every check of the launch
    and whose workers then stop. stage: how far it came. reason: the beginning of the message.
    where: the line of SGLang that refused. names: options and variables that the reason speaks of.
    """

    case: Case
    verdict: str
    stage: str
    reason: str = ""
    where: str = ""
    names: tuple[str, ...] = ()

    @property
    def is_bad(self) -> bool:
        """Whether that release refuses the command or cannot run it."""
        return self.verdict != "accepted"

    def blamed(self) -> tuple[str, ...]:
        """Return what a good finding would name: one of these."""
        return tuple(dict.fromkeys((*self.case.fault, *self.names)))

    def to_line(self) -> str:
        """Return one line of a recorded set; what is empty is left out."""
        case = asdict(self.case)
        rest = {"verdict": self.verdict, "stage": self.stage, "reason": self.reason}
        data = {**case, **rest, "where": self.where, "names": self.names}
        usual = {"gpu": Case(()).gpu, "count": Case(()).count}
        kept = {key: value for key, value in data.items() if value and value != usual.get(key)}
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def from_line(line: str) -> Judged:
    """Return the judged command of one line of a recorded set."""
    data: dict[str, Any] = json.loads(line)
    judged = {key: data.pop(key, "") for key in ("verdict", "stage", "reason", "where")}
    names = tuple(data.pop("names", ()))
    data["argv"] = tuple(data["argv"])
    data["fault"] = tuple(data.get("fault", ()))
    return Judged(Case(**data), names=names, **judged)
