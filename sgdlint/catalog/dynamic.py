"""Option families that a release takes without listing them, such as `--<component>-path`."""

from __future__ import annotations

from sgdlint.catalog import tables
from sgdlint.record import record


@record
class Dynamic:
    """A family of options that name a component of the pipeline.

    name: the server argument that they fill, for example `component_paths`.
    prefixes: beginnings after which the component stands (`--component-paths.`).
    suffixes: ends before which the component stands (`-path`).
    values: `one`, `many` (one or more words) or `boolean` (none, `true` or `false`). A word that
    begins with `-` is never taken as a value, unless it is written after `=`.
    """

    name: str
    prefixes: tuple[str, ...]
    suffixes: tuple[str, ...]
    values: str

    def component(self, flag: str) -> str | None:
        """Return the component that an option (without `=…`) names, or None for another option."""
        for prefix in self.prefixes:
            if flag.startswith(prefix):
                return flag[len(prefix) :].replace("-", "_")
        for suffix in self.suffixes:
            if flag.startswith("--") and flag.endswith(suffix):
                return flag[2 : len(flag) - len(suffix)].replace("-", "_")
        return None


def usual_components(release: str) -> frozenset[str]:
    """Return the components that the native pipelines of a release read from model_index.json."""
    rows = tables.rows_of("dispatch", release, "all")
    return frozenset(name for row in rows for name in row.get("names", ()))


def families_of(release: str) -> tuple[Dynamic, ...]:
    """Return the families in the order in which the release looks for them."""
    return tuple(
        Dynamic(row["name"], tuple(row["prefixes"]), tuple(row["suffixes"]), row["values"])
        for row in tables.rows_of("dynamic", release, "all")
    )
