"""The environment of a launch: what the script sets, over what the machine has."""

from __future__ import annotations

import re

from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sgdlint.launch.launch import Launch
    from sgdlint.shell.values import Variable

_VARIABLE = re.compile(r"\$([A-Z_][A-Z0-9_]*)")
_ANY_VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")
_DEFAULT = re.compile(r"""\w+="?\$\{(\w+):?-[^"'`$\\{}]*\}"?""")


@record
class Environment:
    """The variables that are set, by name. unknown: those of which nobody can tell."""

    values: Mapping[str, str]
    unknown: frozenset[str] = frozenset()

    def get(self, name: str) -> str | None:
        """Return the value of a variable; None where it is not set. Ask `is_known` first."""
        return self.values.get(name)

    def is_known(self, *names: str) -> bool:
        """Whether it is certain what these variables are."""
        return self.unknown.isdisjoint(names)

    def is_true(self, name: str, words: Iterable[str]) -> bool:
        """Whether a switch is on. words: what means so, in capitals."""
        return (self.get(name) or "").upper() in words

    def first_path(self, paths: Iterable[str]) -> str | None:
        """Return the first path whose variables are all set; None where that is not certain."""
        for path in paths:
            names = _VARIABLE.findall(path)
            if not self.is_known(*names):
                return None
            values = [self.values.get(name) for name in names]
            if None in values:
                continue
            if "" in values:
                return None
            return self._filled(path)
        return None

    def _filled(self, path: str) -> str | None:
        text = _VARIABLE.sub(lambda found: self.values[found[1]], path)
        if not text.startswith("~"):
            return text
        home = self.values.get("HOME")
        return home + text[1:] if home and self.is_known("HOME") else None


def of_launch(launch: Launch, outside: Mapping[str, str], script: str) -> Environment:
    """Return what a launch on this machine sees.

    outside: the environment that it is started in. script: the text that sets the rest.
    """
    values, unknown = dict(outside), set()
    for name, variable in launch.environment.items():
        if not name.isidentifier():  # what the shell keeps for itself
            continue
        text = _value(variable, outside, script)
        if variable.word is None and variable.exported is not None:
            values.pop(name, None)
        elif variable.exported is True and text is not None:
            values[name] = text
        elif variable.exported is False and name not in outside:
            pass  # known to the script alone
        elif not (variable.start < 0 and variable.exported is True):  # not only `export NAME`
            unknown.add(name)
    return Environment(values, frozenset(unknown))


def _value(variable: Variable, outside: Mapping[str, str], script: str) -> str | None:
    """Return the value of a variable, where what is outside of the script settles it."""
    if variable.word is None:
        return None
    if variable.word.text is not None:
        return variable.word.text
    written = script[variable.start : variable.end] if variable.start >= 0 else ""
    given = _DEFAULT.fullmatch(written)
    if given is not None and outside.get(given[1]):
        return outside[given[1]]
    names = _ANY_VARIABLE.findall(written)
    return None if any(outside.get(name) for name in names) else variable.word.default
