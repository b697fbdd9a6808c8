"""What the user says in options, comments and settings: releases, GPUs, which rules."""

from __future__ import annotations

from sgdlint import assumed, catalog, settings
from sgdlint.assumed import Assumed
from sgdlint.finding import GOALS, NO_GOAL, Report
from sgdlint.record import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from sgdlint.directives import Setting
    from sgdlint.launch.launch import Hardware
    from sgdlint.settings import Settings
    from sgdlint.source import Nearby, Source

    T = TypeVar("T")


REASONS = "suppression-without-reason"
"""The name of the rule that the setting `require-reasons` switches on."""


class OptionError(Exception):
    """An unknown release, GPU or rule; the message names the nearest known one."""


@record
class Options:
    """What the user asked for. Empty means: not said.

    sglang: a release or a range of them, or several such. gpu: a name. gpus: how many the machine
    has. vram: GiB of one GPU.
    select, ignore: rule codes (or prefixes of them) and names. lossy: show lossy advice too.
    kind: of files that are named, instead of what their names and texts tell. goal: what launches
    are tuned for, or "none". tune: tell what recipes have, also where nobody names a goal.
    severity: pairs of a rule and how its findings are graded. sglang_from: who says the releases,
    when it is not the command line.
    """

    sglang: str | tuple[str, ...] = ()
    gpu: str = ""
    gpus: int | None = None
    vram: float | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    lossy: bool = False
    kind: str = ""
    goal: str = ""
    severity: tuple[tuple[str, str], ...] = ()
    tune: bool = False
    sglang_from: str = ""


def stated_by(options: Options, directed: Sequence[Setting]) -> Assumed | None:
    """Return the releases that the user names; None when nobody named one."""
    said = [one for one in directed if one.name == "sglang"]
    if options.sglang:
        said_there = (options.sglang,) if isinstance(options.sglang, str) else options.sglang
        return known_releases(said_there, options.sglang_from or assumed.COMMAND_LINE)
    if not said:
        return None
    lines = ", ".join(dict.fromkeys(f"line {one.line}" for one in said))
    for one in said:
        _at_line(one, known_release_range)
    return known_releases([one.value for one in said], lines)


def passed_over(source: Source, options: Options) -> Report:
    """Return the report on a file that holds no launch; raises OptionError."""
    first = stated_by(options, []) or assumed.newest()
    return Report(source, first.text, first.why, ())


def settings_of_project(near: Nearby) -> Settings:
    """Return the settings of the project around a file; raises OptionError."""
    try:
        return settings.of(near)
    except settings.SettingsError as error:
        raise OptionError(str(error)) from None


def settings_of_file(source: Source) -> Settings:
    """Return the settings of the project for a file; raises OptionError."""
    try:
        return settings.of_file(source)
    except settings.SettingsError as error:
        raise OptionError(str(error)) from None


def with_settings(options: Options, found: Settings) -> Options:
    """Return the options, with what settings say of rules where the user does not.

    What they say of the release and the machine counts less than what a file tells; see
    `release_of_project` and `with_machine`.
    """
    if found is settings.NONE:
        return options
    reasons = ((REASONS, "warning"),) if found.require_reasons else ()
    return replace(
        options,
        select=options.select or found.select,
        ignore=options.ignore or found.ignore,
        lossy=options.lossy or found.lossy,
        severity=(*reasons, *found.severity, *options.severity),
    )


def release_of_project(source: Source) -> Assumed | None:
    """Return the releases that the settings of the project name; raises OptionError."""
    found = settings_of_file(source)
    if not found.sglang:
        return None
    return _in_settings(
        found, "sglang", lambda: known_releases(found.sglang, found.where("sglang"))
    )


def with_machine(hardware: Hardware, found: Settings) -> Hardware:
    """Return the hardware, with what settings say of it where nothing else does.

    Raises OptionError.
    """
    if hardware.gpu is None and hardware.vram_gib is None:
        gpu = _in_settings(found, "gpu", lambda: known_gpu(found.gpu)) if found.gpu else None
        hardware = replace(hardware, gpu=gpu, vram_gib=found.vram)
    if hardware.count is None and hardware.granted is None:
        hardware = replace(hardware, count=found.gpus)
    return hardware


def _in_settings(found: Settings, key: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except OptionError as error:
        raise OptionError(f"{found.where(key)}: {key}: {error}") from None


def goal_of(options: Options, directed: Sequence[Setting], source: Source) -> str:
    """Return what the launches of a file are tuned for, "" when nobody says; raises OptionError."""
    said = [_at_line(one, known_goal) for one in directed if one.name == "goal"]
    return options.goal or "".join(said) or settings_of_file(source).goal


def known_goal(text: str) -> str:
    """Return what launches may be tuned for; OptionError for anything else."""
    if text not in (*GOALS, NO_GOAL):
        raise OptionError(f"{text!r} is not one of {', '.join((*GOALS, NO_GOAL))}")
    return text


def known_releases(texts: Sequence[str], origin: str) -> Assumed:
    """Return the releases of the catalog that are named; OptionError for any other."""
    from sgdlint.catalog.specifiers import SpecifierError

    try:
        return assumed.stated(texts, origin)
    except (SpecifierError, catalog.UnknownReleaseError) as error:
        raise OptionError(str(error)) from None


def known_release_range(text: str) -> Assumed:
    """Return the releases that one text names; OptionError when there are none."""
    return known_releases([text], "")


def known_release(text: str) -> str:
    """Return a release of the catalog; OptionError with the nearest ones for any other."""
    try:
        return catalog.load(text.removeprefix("v")).name
    except (catalog.UnknownReleaseError, ValueError) as error:
        raise OptionError(str(error)) from None


def hardware_of(options: Options, directed: Sequence[Setting]) -> Hardware:
    """Return what is known of the GPUs; raises OptionError."""
    from sgdlint.launch.launch import Hardware

    said = {one.name: one for one in directed}
    gpu = None
    if options.gpu:
        gpu = known_gpu(options.gpu)
    elif "gpu" in said:
        gpu = _at_line(said["gpu"], known_gpu)
    vram, count = options.vram, options.gpus
    if vram is None and "vram" in said and not options.gpu:
        vram = _at_line(said["vram"], positive_number)
    if count is None and "gpus" in said:
        count = int(_at_line(said["gpus"], positive_whole))
    return Hardware(gpu, vram, count)


def known_gpu(name: str) -> catalog.Gpu:
    """Return a GPU of the catalog; OptionError with the nearest name for any other."""
    gpu = catalog.gpu(name)
    if gpu is None:
        from sgdlint.nearest import nearest

        names = [one.name for one in catalog.gpus()]
        hint = nearest(name, names)
        raise OptionError(
            f"unknown GPU {name!r}{f'; did you mean {hint!r}?' if hint else '.'} "
            f"Known: {', '.join(names)}"
        )
    return gpu


def known_kind(name: str) -> str:
    """Return a kind of file; OptionError with the nearest one for any other."""
    from sgdlint.documents.kinds import KINDS

    if name not in KINDS:
        from sgdlint.nearest import nearest

        hint = nearest(name, KINDS)
        raise OptionError(
            f"unknown kind {name!r}{f'; did you mean {hint!r}?' if hint else '.'} "
            f"Known: {', '.join(KINDS)}"
        )
    return name


def positive_number(text: str) -> float:
    """Read a number above 0; OptionError otherwise."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise OptionError(f"{text!r} is not a number above 0")
    return number


def positive_whole(text: str) -> int:
    """Read a whole number from 1; OptionError otherwise."""
    if not text.isdecimal() or int(text) < 1:
        raise OptionError(f"{text!r} is not a whole number from 1")
    return int(text)


def _at_line(setting: Setting, read: Callable[[str], T]) -> T:
    try:
        return read(setting.value)
    except OptionError as error:
        raise OptionError(f"line {setting.line}: {setting.name}: {error}") from None
