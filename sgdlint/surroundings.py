"""What a document says around a script: its image, and the GPUs that it is given."""

from __future__ import annotations

from sgdlint import pins
from sgdlint.assumed import Machine
from sgdlint.documents.region import CONTAINER, HERE
from sgdlint.evidence import INSTALLS
from sgdlint.pins import Evidence
from sgdlint.record import replace
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgdlint.documents.region import Granted, Noted
    from sgdlint.launch.launch import Hardware
    from sgdlint.launch.outside import Outside
    from sgdlint.scripts import Script
    from sgdlint.source import Source

PREPARES = (
    ":",
    "export",
    "cd",
    "set",
    "echo",
    "mkdir",
    "pip",
    "source",
    ".",
    "sleep",
    "ulimit",
    "true",
)
LAUNCHERS = ("sglang", "exec", "python", "python3")


def machine_of(granted: Granted, source: Source, page: Sequence[Evidence] = ()) -> Machine:
    """Return where a script runs; source: its own text. page: what the page around it tells."""
    tags = tuple(page) if granted.image is None else tuple(_tags(granted.image, source))
    named = granted.image is not None and any(
        sign in granted.image.text for sign in ("sglang:", "sglang@")
    )
    return Machine(tags, named, granted.runs == CONTAINER, granted.runs != HERE)


def _tags(image: Noted, source: Source) -> Iterator[Evidence]:
    """Yield what the tag of an image tells."""
    for pin in pins.images(image.text):
        span = Span(image.span.start + pin.start, image.span.start + pin.end)
        line = source.location(span.start)[0]
        yield Evidence("image tag", pin.specifier, span, line, container=True)


def told_by_page(
    scripts: Sequence[Script], known: Sequence[Sequence[Evidence]], number: int
) -> list[Evidence]:
    """Return what the other scripts of a page tell of the release for one of them.

    The last install before it counts; without one, all of them; without any, the image tags.
    """
    installs: list[tuple[int, Evidence]] = []
    tags: list[Evidence] = []
    for other, some in enumerate(known):
        if other == number:
            continue
        starts = [one.command.start for one in scripts[other].found]
        for one in some:
            if one.kind in INSTALLS and not one.container:
                installs.append((other, one))
            elif one.kind == "image tag" and one.specifier and not _holds(one.command, starts):
                tags.append(one)
    before = [(other, one) for other, one in installs if other < number]
    last = [one for other, one in before if other == before[-1][0]]
    return last or [one for _, one in installs] or tags


def _holds(command: Span | None, starts: Sequence[int]) -> bool:
    return command is not None and any(command.start <= one < command.end for one in starts)


def outside_of(script: Script) -> Outside | None:
    """Return what a document tells of the container that a script runs in."""
    from sgdlint.launch.outside import Expected, Outside

    region = script.region
    if region is None or region.granted.runs != CONTAINER:
        return None
    granted = region.granted
    ports = tuple(
        Expected(one.number, f"{one.noted.label}: {one.noted.text}", one.noted.span, one.must)
        for one in granted.ports
    )
    is_alone = len(script.found) == 1 and (bool(region.items) or _runs_one(script))
    same = granted.same_gpus
    return Outside(ports, granted.small_shm, granted.no_init, same, not is_alone)


def _runs_one(script: Script) -> bool:
    """Whether a script runs nothing but the launch, and what only prepares it."""
    names = {one.words[0].text for one in script.commands if one.words}
    return all(name in PREPARES or name in LAUNCHERS for name in names)


def hardware_within(hardware: Hardware, granted: Granted) -> Hardware:
    """Return the hardware, with the GPUs that a document gives: so many, of one product."""
    from sgdlint import catalog
    from sgdlint.launch.launch import Granted as Gpus

    said = hardware.gpu is not None or hardware.vram_gib is not None
    if granted.gpu is not None and not said:
        hardware = replace(hardware, gpu=catalog.gpu(granted.gpu.text))
    if granted.gpus is None or granted.gpus[0] < 1:
        return hardware
    count, noted = granted.gpus
    text = f"{noted.label}: {noted.text}"
    return replace(hardware, granted=Gpus(count, hardware.gpu, text, noted.span))
