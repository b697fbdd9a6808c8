"""The names that a rule or fact may use, and what is known of their types and values."""

from __future__ import annotations

from sgdlint import catalog
from sgdlint.catalog import Model
from sgdlint.record import record
from sgdlint.rules.attention import ATTENTION_FACTS
from sgdlint.rules.compiler import ConditionError
from sgdlint.rules.events import EVENTS
from sgdlint.rules.facts import GPU_FACTS, LAUNCH_FACTS, MODEL_FACTS, before_leaf
from sgdlint.rules.memory import MEMORY_FACTS
from sgdlint.rules.model import Fact, holds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from sgdlint.catalog import Option

COMMANDS = ("generate", "serve")
TABLES: dict[str, dict[str, tuple[str, Any, str]]] = {
    "model": MODEL_FACTS,
    "gpu": GPU_FACTS,
    "attention": ATTENTION_FACTS,
    "memory": MEMORY_FACTS,
    "launch": LAUNCH_FACTS,
}
_ENV_TYPES = {"bool": "bool", "int": "number", "float": "number"}
_MODEL_VALUES = ("id", "family", "task", "kind", "output")
_GPU_VALUES = ("name", "architecture")


def releases_of(data: dict[str, Any]) -> list[str]:
    """Return the known releases in a rule's or fact's range."""
    since, until = data.get("since", ""), data.get("until", "")
    return [release for release in catalog.releases() if holds(release, since, until)]


@record
class Names:
    """The names that a rule may use: they must exist in every release and command it holds for."""

    data: dict[str, Any]
    event: str
    facts: list[Fact]

    @property
    def commands(self) -> tuple[str, ...]:
        """The commands that the rule holds for."""
        return tuple(self.data.get("commands", COMMANDS))

    def releases(self) -> list[str]:
        """Return every release that the rule holds for."""
        return releases_of(self.data)

    def places(self) -> list[tuple[str, str]]:
        """Return every (release, command) that the rule holds for."""
        return [(release, command) for release in self.releases() for command in self.commands]

    def options(self, name: str) -> dict[tuple[str, str], Option]:
        """Return the option of a destination in each place that has it."""
        found = {}
        for release, command in self.places():
            option = catalog.load(release).by_dest(command).get(name)
            if option is not None:
                found[release, command] = option
        return found

    # --- what a name is ---------------------------------------------------------------------------

    def resolve(self, name: str) -> tuple[list[Any], str] | None:
        """Return the compiled leaf and type of a name; see compiler.Names."""
        head, dot, rest = name.partition(".")
        if name == "unknown":
            return ["unknown", ""], "any"
        if not dot:
            return self._option("option", name)
        if head == "effective":
            return self._option("effective", rest)
        if head in TABLES:
            entry = TABLES[head].get(rest)
            return None if entry is None else ([head, rest], entry[0])
        if head == "env":
            return self._variable(rest)
        if head == "raw":
            return None if self._variable(rest) is None else (["raw", rest], "string")
        if head == "event":
            kind = EVENTS.get(self.event, {}).get(rest)
            return None if kind is None else (["event", rest], kind)
        if head == "before":
            return self._before(rest)
        return self._derived(name)

    def _before(self, name: str) -> tuple[list[Any], str] | None:
        """Return the leaf of a fact of the release that a launch is moved from, whichever it is."""
        if self.event != "move":
            return None
        kind, rest = before_leaf(name)
        if kind == "derived":
            types = {fact.type for fact in self.facts if fact.name == name}
        elif kind in TABLES:
            types = {TABLES[kind][rest][0]} if rest in TABLES[kind] else set()
        else:
            types = {"any"} if ever_an_option(rest) else set()
        return (["before", name], _one_type(types)) if types else None

    def _option(self, kind: str, name: str) -> tuple[list[Any], str] | None:
        options = self.options(name)
        if not options:
            return None
        missing = [place for place in self.places() if place not in options]
        if missing:
            release, command = missing[0]
            raise ConditionError(
                f"`{name}` does not exist in `{command}` of {release}; narrow since, until or "
                "commands to where it does"
            )
        return [kind, name], _one_type(option_type(option) for option in options.values())

    def _variable(self, name: str) -> tuple[list[Any], str] | None:
        releases = self.releases()
        found = {one: catalog.load(one).environment().get(name) for one in releases}
        kinds = [variable.kind for variable in found.values() if variable is not None]
        if not kinds:
            return None
        missing = [release for release, variable in found.items() if variable is None]
        if missing:
            raise ConditionError(
                f"SGLang {missing[0]} does not know the variable {name}; narrow since or until to "
                "where it does"
            )
        return ["env", name], _one_type(_ENV_TYPES.get(kind, "string") for kind in kinds)

    def _derived(self, name: str) -> tuple[list[Any], str] | None:
        found = [fact for fact in self.facts if fact.name == name]
        if not found:
            return None
        for release in self.releases():
            if not any(holds(release, fact.since, fact.until) for fact in found):
                raise ConditionError(f"`{name}` is not defined for {release}")
        return ["derived", name], _one_type(fact.type for fact in found)

    # --- which names there are --------------------------------------------------------------------

    def option_names(self) -> list[str]:
        """Return the options of any place, by destination."""
        names: dict[str, None] = {}
        for release, command in self.places():
            names.update(dict.fromkeys(catalog.load(release).by_dest(command)))
        return list(names)

    def variable_names(self) -> list[str]:
        """Return the environment variables of any release of the rule."""
        names: dict[str, None] = {}
        for release in self.releases():
            names.update(dict.fromkeys(catalog.load(release).environment()))
        return list(names)

    def all_names(self) -> list[str]:
        """Return every name there is, for suggestions."""
        return [
            *self.option_names(),
            *(f"env.{name}" for name in self.variable_names()),
            *(f"{head}.{name}" for head, table in TABLES.items() for name in table),
            *(f"event.{name}" for name in EVENTS.get(self.event, ())),
            *dict.fromkeys(fact.name for fact in self.facts),
        ]

    # --- which values a name can have -------------------------------------------------------------

    def values(self, kind: str, name: str) -> list[Any] | None:
        """Return all values that a fact can have in some place, or None when any."""
        if kind == "option":
            return self._choices(name)
        if kind == "launch" and name == "command":
            return list(self.commands)
        if kind == "launch" and name == "sglang":
            return list(self.releases())
        if kind == "model" and name in _MODEL_VALUES:
            return _model_values(self.releases(), name)
        if kind == "gpu" and name in _GPU_VALUES:
            return list(dict.fromkeys(getattr(gpu, name) for gpu in catalog.gpus()))
        return None

    def _choices(self, name: str) -> list[Any] | None:
        allowed: dict[Any, None] = {}
        for option in self.options(name).values():
            if not option.choices:
                return None
            allowed.update(dict.fromkeys(option.choices))
        return list(allowed) or None


def ever_an_option(name: str) -> bool:
    """Whether any release has an option with this destination."""
    return any(
        name in catalog.load(release).by_dest(command)
        for release in catalog.releases()
        for command in COMMANDS
    )


def ever_a_variable(name: str) -> bool:
    """Whether any release knows this environment variable."""
    return any(name in catalog.load(release).environment() for release in catalog.releases())


def option_type(option: Option) -> str:
    """Return the condition-language type of an option's value."""
    if option.action == "boolean" or not option.takes_value:
        return "bool"
    if option.nargs not in (None, "?"):
        return "list"
    return {"int": "number", "float": "number", "str": "string"}.get(option.kind, "any")


def _one_type(types: Iterable[str]) -> str:
    different = set(types)
    return different.pop() if len(different) == 1 else "any"


_model_cache: dict[tuple[str, str], tuple[Any, ...]] = {}


def _model_values(releases: list[str], name: str) -> list[Any]:
    """Return every id, family, task or kind of the models of some releases."""
    # A model that only a pattern in its path told has no id.
    values: dict[Any, None] = {"": None} if name == "id" else {}
    for release in releases:
        key = release, name
        if key not in _model_cache:
            registry = catalog.load(release).registry
            models = registry.all()
            if name != "id":  # some rows are found by a pattern alone
                models = [Model(release, row, "", "detector") for row in registry.rows]
            _model_cache[key] = tuple(getattr(model, name) for model in models)
        values.update(dict.fromkeys(_model_cache[key]))
    values.pop(None, None)
    return list(values)
