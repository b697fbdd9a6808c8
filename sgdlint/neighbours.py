"""What files beside a script must change when it is moved: they are told of, and never written."""

from __future__ import annotations

import re

from sgdlint.beside import FILES, in_file
from sgdlint.catalog import tables
from sgdlint.catalog.releases import UnknownReleaseError
from sgdlint.catalog.specifiers import SpecifierError, allowed_by
from sgdlint.differences import reads, renamed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.catalog import Release
    from sgdlint.source import Source

SETTERS = ("Dockerfile", "docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml")
"""Files that may set variables for what a script starts; those of `--env-file` count too."""


def told(source: Source, old: str, new: Release) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield an event and its fields for each place beside a script that is for the old release."""
    for name in FILES:
        found = in_file(source.near, name)
        if found is not None and _excludes(found.specifier, new.name, old):
            fields = {"file": found.path, "line": str(found.line), "from": found.specifier}
            yield "other-file-release", fields
    named = re.findall(r"--env-file[ =]+[\"']?([\w./-]+)", source.text)
    for name in dict.fromkeys((*SETTERS, *named)):
        for line, variable in _variables(source.near.read(name) or "", new):
            fields = {"file": name, "line": str(line), "name": variable, "new": renamed(variable)}
            yield "other-file-variable", fields


def _excludes(specifier: str, new: str, old: str) -> bool:
    """Whether a specifier allows the old release and not the new one."""
    try:
        allowed = allowed_by(specifier)
    except (SpecifierError, UnknownReleaseError):
        return False
    return new not in allowed and old in allowed


def _variables(text: str, new: Release) -> Iterator[tuple[int, str]]:
    """Yield line and name of each variable that has another name in the new release."""
    rows = tables.table("migration")["renamed_variables"]
    prefixes = tuple(prefix for row in rows for prefix in (row["prefix"], row["to"]))
    for number, line in enumerate(text.splitlines(), 1):
        for name in re.findall(r"\b[A-Z][A-Z0-9_]+\b", line.partition("#")[0]):
            is_old = name.startswith(prefixes) and not reads(new, name)
            if is_old and reads(new, renamed(name)):
                yield number, name
