"""What is varied and how it is measured, as it is after checking; bench.d/ has the source."""

from __future__ import annotations

import os

from sgdlint import quick
from sgdlint.record import record
from sgdlint.rules import recipes
from sgdlint.rules.recipes import Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PREPARED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "axes.json")


@record
class Variation:
    """One way along an axis, or what every run has.

    unless: where it certainly holds, there is nothing to try. clears: options that go with it.
    full: only when everything is asked for. keep: a launch that says it otherwise keeps that.
    """

    step: Step
    unless: Any = None
    clears: tuple[str, ...] = ()
    full: bool = False
    keep: bool = False


@record
class Axis:
    """Something that is varied. order: those with low numbers are run first.

    subject: what it decides, as recipes call it. same: facts that tell whether two commands are the
    same along it. at_least: facts that no variant has less of, unless everything is asked for.
    """

    name: str
    title: str
    order: int
    why: str
    references: tuple[str, ...]
    subject: str = ""
    same: tuple[str, ...] = ()
    at_least: tuple[str, ...] = ()
    full: bool = False
    lossy: bool = False
    steps: tuple[Variation, ...] = ()


@record
class Pair:
    """Two axes whose first variants are tried together."""

    axes: tuple[str, ...]
    why: str
    references: tuple[str, ...]


@record
class LeftOut:
    """Options that no run has. commands: those of the launch that they are taken out of."""

    options: tuple[str, ...]
    why: str
    commands: tuple[str, ...] = ("generate", "serve")


@record
class Unfit:
    """A launch that this measures nothing of; since is inclusive, until exclusive."""

    name: str
    says: str
    when: Any
    since: str = ""
    until: str = ""


@record
class Proof:
    """What the log of a run has, and has not, when it measured what its options say."""

    name: str
    when: Any
    references: tuple[str, ...]
    since: str = ""
    until: str = ""
    shows: tuple[str, ...] = ()
    spoils: tuple[str, ...] = ()


@record
class Gate:
    """A text that makes a run worthless where its log has it."""

    text: str
    source: str


@record
class Export:
    """A variable that every run has, unless the caller has it otherwise."""

    name: str
    value: str
    why: str
    references: tuple[str, ...]


@record
class Plan:
    """All of bench.d."""

    axes: tuple[Axis, ...]
    pairs: tuple[Pair, ...]
    measuring: tuple[Variation, ...]
    exports: tuple[Export, ...]
    left_out: tuple[LeftOut, ...]
    refused: tuple[Unfit, ...]
    proofs: tuple[Proof, ...]
    gate: tuple[Gate, ...]


SECTIONS = {
    "axes": Axis,
    "pairs": Pair,
    "measuring": Variation,
    "exports": Export,
    "left_out": LeftOut,
    "refused": Unfit,
    "proofs": Proof,
    "gate": Gate,
}


def load() -> Plan:
    """Return what is varied."""
    with open(PREPARED, encoding="utf-8") as file:
        return from_data(quick.loads(file.read()))


def from_data(data: dict[str, Any]) -> Plan:
    """Return a plan of its prepared form."""
    parts = {name: tuple(map(_reader(kind), data[name])) for name, kind in SECTIONS.items()}
    return Plan(**parts)


def _reader(kind: type) -> Any:
    def read(data: dict[str, Any]) -> Any:
        changes: dict[str, Any] = {}
        if "step" in data:
            changes["step"] = recipes.step_of(data["step"])
        if "steps" in data:
            changes["steps"] = tuple(map(_reader(Variation), data["steps"]))
        plain = {key: value for key, value in data.items() if key not in changes}
        return kind(**_with_tuples(plain), **changes)

    return read


def _with_tuples(data: dict[str, Any]) -> dict[str, Any]:
    """Return data whose lists of texts are tuples; conditions stay lists."""
    return {
        name: tuple(one) if isinstance(one, list) and name not in ("when", "unless") else one
        for name, one in data.items()
    }
