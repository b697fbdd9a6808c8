"""`--log` of `check` and `fix`: logs of runs of the files that are checked."""

from __future__ import annotations

import sys

from sgdlint.directives import DirectiveError
from sgdlint.linter import stated_release
from sgdlint.log.command import read_log
from sgdlint.log.launches import Log, also
from sgdlint.log.patterns import load
from sgdlint.record import replace
from sgdlint.stated import OptionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.arguments import Arguments
    from sgdlint.linter import Also
    from sgdlint.rules.pack import Pack
    from sgdlint.source import Source
    from sgdlint.stated import Options


class Logs:
    """Adds what logs say to the launches of a file; they are read once. Raises OptionError."""

    def __init__(self, arguments: Arguments) -> None:
        if "-" in arguments.log and "-" in arguments.paths:
            raise OptionError("standard input is either the log or the file")
        patterns = load(arguments.patterns)
        release = arguments.sglang[0] if len(arguments.sglang) == 1 else ""
        self._logs: list[Log] = []
        for path in arguments.log:
            try:
                self._logs.append(Log(path, read_log(path, patterns, release)))
            except OSError as error:
                raise OptionError(f"--log {path}: {error.strerror or error}") from None
        self._told: set[str] = set()

    def options(self, source: Source, options: Options) -> Options:
        """Return the options with the release of the logs, for a file that tells none."""
        told = next((one for one in self._logs if one.reader.release), None)
        try:
            if told is None or options.sglang or stated_release(source, options) is not None:
                return options
        except (DirectiveError, OptionError):  # the check that follows tells it
            return options
        return replace(options, sglang=told.reader.release, sglang_from=f"as {told.path} tells")

    def __call__(self, source: Source, pack: Pack, options: Options) -> Also:
        """Return what adds the findings; what cannot be told is said on standard error once."""
        add, notes = also(self._logs, source, pack, options)
        for note in notes:
            told = f"{note} ({source.path})"
            if told not in self._told:
                self._told.add(told)
                print(f"sgdlint: {told}", file=sys.stderr)
        return add
