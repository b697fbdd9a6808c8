"""Everything that is known about one release, read when it is asked for."""

from __future__ import annotations

from sgdlint.catalog import tables
from sgdlint.catalog.options import COMMANDS, OptionTable, options_of
from sgdlint.catalog.releases import resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.catalog.dynamic import Dynamic
    from sgdlint.catalog.environment import Variable
    from sgdlint.catalog.models import Model, Registry
    from sgdlint.catalog.options import Option
    from sgdlint.catalog.quirks import Ignored

_loaded: dict[str, Release] = {}


class Release:
    """One release of SGLang. Get it from `load`."""

    def __init__(self, name: str) -> None:
        self.name: str = name
        self._options: dict[str, OptionTable] = {}
        self._flags: dict[tuple[str, str], str | None] = {}
        self._models: dict[str, Model | None] = {}
        self._environment: dict[str, Variable] | None = None
        self._dynamic: tuple[Dynamic, ...] | None = None
        self._registry: Registry | None = None

    def __repr__(self) -> str:
        return f"Release({self.name!r})"

    def options(self, command: str) -> OptionTable:
        """Return the options of `generate` or `serve` by spelling, in parser order.

        `-h` and `--help`, which argparse adds by itself, are not among them.
        """
        if command not in COMMANDS:
            raise ValueError(f"{command!r} is not one of {', '.join(COMMANDS)}")
        if command not in self._options:
            self._options[command] = options_of(self.name, command)
        return self._options[command]

    def by_dest(self, command: str) -> dict[str, Option]:
        """Return the options by destination; the first one where several share it."""
        found: dict[str, Option] = {}
        for option in self.options(command).values():
            found.setdefault(option.dest, option)
        return found

    def flag(self, command: str, dest: str) -> str | None:
        """Return the first spelling of an option by its destination; None when there is none."""
        if (command, dest) not in self._flags:
            self._flags[command, dest] = self.options(command).spelling(dest)
        return self._flags[command, dest]

    def ignored(self, command: str) -> dict[str, Ignored]:
        """Return the spellings that a command accepts and then ignores."""
        from sgdlint.catalog.quirks import ignored_options

        return ignored_options(self.name, self.options(command))

    def rejects_unknown(self, command: str) -> bool:
        """Whether a command refuses words that its parser does not know."""
        from sgdlint.catalog.quirks import rejects_unknown

        return rejects_unknown(self.name, command)

    def dynamic(self) -> tuple[Dynamic, ...]:
        """Return the option families that the release takes without listing them."""
        if self._dynamic is None:
            from sgdlint.catalog.dynamic import families_of

            self._dynamic = families_of(self.name)
        return self._dynamic

    def component(self, flag: str) -> tuple[Dynamic, str] | None:
        """Return the family and the component of an option that no parser lists, if it has one."""
        for family in self.dynamic():
            name = family.component(flag)
            if name is not None:
                return family, name
        return None

    def diffusion_only(self, flag: str) -> bool:
        """Whether only the diffusion server has an option, so that it shows what is started."""
        listed = flag in self.options("serve") or any(
            flag.startswith(prefix) for one in self.dynamic() for prefix in one.prefixes
        )
        return listed and not self.is_of_language(flag)

    def is_of_language(self, flag: str) -> bool:
        """Whether the server of language models has an option."""
        rows = tables.rows_with("language", f'"{flag}"')
        return any(tables.holds(row, self.name, "all") for row in rows)

    def environment(self) -> dict[str, Variable]:
        """Return the environment variables that the release declares or reads, by name."""
        if self._environment is None:
            from sgdlint.catalog.environment import variables_of

            self._environment = variables_of(self.name)
        return self._environment

    def variable(self, name: str) -> Variable | None:
        """Return one environment variable, or None when the release does not know it."""
        from sgdlint.catalog.environment import variable_of

        return variable_of(self.name, name)

    @property
    def registry(self) -> Registry:
        """How the release finds a model by its path."""
        if self._registry is None:
            from sgdlint.catalog.models import Registry

            self._registry = Registry(self.name)
        return self._registry

    def model(self, path: str) -> Model | None:
        """Return the model that a path or id means; None when the path alone does not tell."""
        if path not in self._models:
            self._models[path] = self.registry.find(path)
        return self._models[path]

    def registered_later(self, model: str) -> str | None:
        """Return the first later release that has an id which tells this one nothing."""
        if not model or self.model(model) is not None:
            return None
        from sgdlint.catalog.history import first_registered

        return first_registered(model, self.name)

    def models(self) -> list[Model]:
        """Return every model that the release knows by its id."""
        return self.registry.all()

    def pipelines(self) -> tuple[str, ...]:
        """Return the native pipelines, which `--pipeline-class-name` takes."""
        return tuple(row["name"] for row in tables.rows_of("pipelines", self.name, "all"))

    def attention_backends(self) -> tuple[str, ...]:
        """Return the names of the attention backends."""
        return tuple(row["name"] for row in tables.rows_of("attention", self.name, "all"))


def load(release: str) -> Release:
    """Return a known release; raises UnknownReleaseError, which names the nearest known ones."""
    name = resolve(release)
    if name not in _loaded:
        _loaded[name] = Release(name)
    return _loaded[name]
