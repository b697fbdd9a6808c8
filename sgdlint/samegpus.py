"""Servers of one script that run at the same time on the same GPUs.

Imported when several launches of a file are looked at, and one of them is in the background.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.launch.outside import gpus_shared
from sgdlint.record import record
from sgdlint.shell.tree import Background, nodes_of
from sgdlint.ways import tests_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.launch.bind import Event
    from sgdlint.launch.launch import Launch
    from sgdlint.scripts import Script
    from sgdlint.shell.values import Command
    from sgdlint.variants import Ran
    from sgdlint.ways import Layout

VISIBLE = "CUDA_VISIBLE_DEVICES"
PLAIN = {"nohup", "env", "setsid", "exec", "stdbuf", "nice", "time", "command"}
"""Programs that leave the GPUs to what they run as they are."""
ENDS = r"\b(?:wait|kill|pkill|killall|fg|timeout|fuser)\b"
"""Behind these, what ran in the background may have ended."""


@record
class Gpu:
    """A GPU as a launch names it. visible: by CUDA_VISIBLE_DEVICES; else by its number in there."""

    name: str
    visible: bool


def shared(ran: Sequence[Ran], script: Script, layout: Layout) -> Iterator[tuple[Ran, Event]]:
    """Yield an event for each server that uses a GPU of one before it that surely still runs."""
    behind = [(node.start, node.end) for node in nodes_of(script.tree) if _is_behind(node)]
    before: list[tuple[Command, list[Gpu]]] = []
    for one in ran:
        command = one.variant.ways[0]
        gpus = _gpus(one)
        if not gpus or len(one.variant.ways) > 1 or not layout.surely_runs(command):
            continue
        first = next((it for it in before if _meet(it, command, gpus, script)), None)
        if first is not None:
            line = script.source.location(first[0].start)[0]
            same = [gpu.name for gpu in gpus if gpu in first[1]]
            yield one, gpus_shared(same, f"the server that line {line} starts")
        if any(start <= command.start < end for start, end in behind):
            before.append((command, gpus))


def _is_behind(node: object) -> bool:
    return isinstance(node, Background)


def _meet(
    first: tuple[Command, list[Gpu]], command: Command, gpus: list[Gpu], script: Script
) -> bool:
    """Whether a command before another one runs on some of its GPUs, while that one starts."""
    earlier, others = first
    if set(others).isdisjoint(gpus) or tests_of(earlier) != tests_of(command):
        return False
    between = script.source.text[earlier.start : command.start]
    return quick.search(ENDS, between) is None


def _gpus(one: Ran) -> list[Gpu]:
    """Return the GPUs of a server; none when they are not known."""
    launch, found = one.launch, one.variant.found
    if launch.command != "serve" or found.nested or found.fresh or found.grants:
        return []
    if not PLAIN.issuperset(found.wrappers):
        return []
    first, count = _number(launch, "base_gpu_id", 0), _number(launch, "num_gpus", 1)
    if first is None or count is None or not 0 < count <= 64:
        return []
    variable = launch.environment.get(VISIBLE)
    if variable is None:
        return [Gpu(str(number), False) for number in range(first, first + count)]
    text = variable.word.text if variable.word is not None and variable.exported else None
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    return [Gpu(name, True) for name in names[first : first + count]]


def _number(launch: Launch, option: str, usual: int) -> int | None:
    """Return a whole number that an option certainly gives, or its default."""
    given = launch.bound.given.get(option)
    if given is None:
        return None if launch.bound.may_be_given(option) else usual
    values = given.values or ()
    return values[0] if len(values) == 1 and isinstance(values[0], int) else None
