"""Values of options, right and wrong."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.case import Case
from conformance.draw import Draw, covers

from sgdlint.catalog import Option

WHOLE = ("1", "1", "2", "4", "8", "10", "480", "1024")
WHOLE_ODD = ("0", "-1", "99999", "+2", "1_0", " 3")
NUMBERS = ("0.1", "1", "0.5", "4.5", "2")
NUMBERS_ODD = ("0", "-1", "1e-3", "nan", "inf", "-0.5")
NOT_WHOLE = ("two", "1.5", "", "0x10", "1e3", "4x", "٣x", "None")
NOT_NUMBERS = ("two", "", "0,5", "1.5x", "None", "true")
WORDS = ("x", "abc", "a b", "/tmp/x", "1024x1024", "bf16")
BOOLEANS = ((), ("true",), ("false",), ("True",), ("FALSE",))
NOT_BOOLEANS = ("yes", "1", "off", "", "0", "no", "on", "none")


def good(draw: Draw, option: Option) -> list[str]:
    """Return the words after an option that its parser takes."""
    if not option.takes_value:
        return []
    if option.action == "boolean":
        return list(draw.pick(BOOLEANS))
    value = one_good(draw, option)
    if option.nargs in ("+", "*"):
        return [value] * draw.pick([1, 1, 2])
    if option.nargs == "?":
        return draw.pick([[], [value]])
    return [value] * option.nargs if isinstance(option.nargs, int) else [value]


def one_good(draw: Draw, option: Option) -> str:
    """Return a value that an option's parser takes."""
    if option.choices:
        return str(draw.pick(list(option.choices)))
    kinds = {"int": WHOLE, "float": NUMBERS, "bool": ("true",), "json": ("{}",)}
    return draw.pick(kinds.get(option.kind, ("1,2",) if option.kind == "int_list" else WORDS))


def bad(draw: Draw, option: Option) -> list[str]:
    """Return the words after an option that its parser should not take."""
    if not option.takes_value:
        return draw.pick([["true"], ["x"], ["false"], ["1"]])
    if option.action == "boolean":
        return [draw.pick(NOT_BOOLEANS)]
    if option.choices:
        first = str(option.choices[0])
        return [draw.pick(["zzz", "", first.swapcase(), first[:-1], f"{first},"])]
    kinds = {"int": NOT_WHOLE, "float": NOT_NUMBERS, "json": ("{", "x", "[1")}
    return [draw.pick(kinds[option.kind])] if option.kind in kinds else []


@covers("C1", times=4)
def right_value(draw: Draw) -> Iterator[Case]:
    """One to three options with values that their types allow."""
    command = draw.command()
    words: list[str] = []
    for _ in range(draw.pick([1, 1, 2, 3])):
        flag, option = draw.option(command)
        values = good(draw, option)
        joined = len(values) == 1 and draw.chance(0.3)
        words += [f"{flag}={values[0]}"] if joined else [flag, *values]
    yield draw.case(words, command=command)


@covers("C1 C94", times=4)
def wrong_value(draw: Draw) -> Iterator[Case]:
    """One option with a value that its type or its choices do not allow."""
    command = draw.command()
    flag, option = draw.option(command)
    values = bad(draw, option)
    joined = len(values) == 1 and draw.chance(0.3)
    words = [f"{flag}={values[0]}"] if joined else [flag, *values]
    more = ["--port", "8000"] if command == "serve" and not values else []
    yield draw.case([*words, *more], command=command, fault=flag)


@covers("C15 C23", times=2)
def odd_number(draw: Draw) -> Iterator[Case | None]:
    """A number at or beyond the edge of what makes sense."""
    command = draw.command()
    flag, option = draw.option(command)
    values = {"int": WHOLE_ODD, "float": NUMBERS_ODD}.get(option.kind)
    if option.choices or not values:
        return
    value = draw.pick(values)
    yield draw.case([f"{flag}={value}"] if draw.chance(0.5) else [flag, value], command=command)


@covers("C1", times=2)
def forgotten_value(draw: Draw) -> Iterator[Case | None]:
    """An option whose value is missing: at the end, before another option, or after `=`."""
    command = draw.command()
    flag, option = draw.option(command)
    if not option.needs_value:
        return
    words = draw.pick([[flag], [flag, "--num-gpus", "1"], [f"{flag}="], [flag, ""], [flag, "--"]])
    yield draw.case(words, command=command, fault=flag)


@covers("C1")
def repeated(draw: Draw) -> Iterator[Case]:
    """An option given twice, with the same value or another."""
    command = draw.command()
    flag, option = draw.option(command)
    words = [flag, *good(draw, option), flag, *draw.pick([good, bad])(draw, option)]
    yield draw.case(words, command=command, fault=flag)


@covers("C1 C24")
def boolean_value(draw: Draw) -> Iterator[Case | None]:
    """A switch with a value in every spelling that people try."""
    command = draw.command()
    flags = [one for one, option in draw.known.options(command).items()
             if option.action in ("boolean", "store_true")]  # fmt: skip
    flag = draw.pick(["--enable-cfg-parallel", draw.pick(sorted(flags))])
    value = draw.pick(["true", "false", "True", "FALSE", "yes", "1", "0", "off", "on", "t"])
    words = [f"{flag}={value}"] if draw.chance(0.4) else [flag, value]
    yield draw.case([*words, "--num-gpus", draw.pick(["2", "4"])], command=command, fault=flag)


@covers("C1")
def swallowed_word(draw: Draw) -> Iterator[Case]:
    """A switch that takes the word after it for its value."""
    flag = draw.pick(["--enable-torch-compile", "--dit-layerwise-offload", "--pin-cpu-memory",
                      "--text-encoder-cpu-offload", "--vae-cpu-offload"])  # fmt: skip
    word = draw.pick(["x", "Qwen/Qwen-Image", "a cat", "2", "tru", "false,"])
    yield draw.case([flag, word], fault=f"{flag} {word}" if " " not in word else flag)


@covers("C94 C50 C53", times=2)
def choice(draw: Draw) -> Iterator[Case | None]:
    """An option with choices: each choice, and one that is nearly one."""
    command = draw.command()
    found = [(flag, one) for flag, one in draw.known.options(command).items() if one.choices]
    flag, option = draw.pick(found)
    yield draw.case([flag, str(draw.pick(list(option.choices or ())))], command=command)
    if draw.chance(0.5):
        yield draw.case([flag, *bad(draw, option)], command=command, fault=flag)
