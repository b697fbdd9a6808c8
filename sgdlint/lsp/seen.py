"""What is known of the open texts: their reports and launches, made anew when something changed."""

from __future__ import annotations

import os

from sgdlint import catalog, linter
from sgdlint.baselining import without_known_of_project
from sgdlint.checking import Packs, options_of
from sgdlint.documents import mentions_sglang
from sgdlint.documents.kinds import NONE
from sgdlint.finding import Failure, Report
from sgdlint.fixer import Fixed, fix
from sgdlint.lsp.texts import Around
from sgdlint.record import record, replace
from sgdlint.rules.files import RuleError
from sgdlint.source import Source
from sgdlint.stated import OptionError, Options, passed_over, settings_of_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.arguments import Arguments
    from sgdlint.finding import Finding
    from sgdlint.launch.launch import Launch
    from sgdlint.linter import Also
    from sgdlint.lsp.texts import OpenText, Texts
    from sgdlint.rules.engine import Engine
    from sgdlint.rules.pack import Pack
    from sgdlint.scripts import Script
    from sgdlint.variants import Variant

LARGEST = 1_000_000
"""Characters: a larger text is checked when it is opened or saved, not while it is typed."""


@record
class Launched:
    """A launch as one release understands it, in its script."""

    script: Script
    variant: Variant
    launch: Launch


class Seen:
    """A text that was checked. version: of the text. pack: the rules; None when they are wrong.

    launches: as all releases that count understand them, the newest last.
    """

    def __init__(
        self,
        text: OpenText,
        report: Report,
        launches: list[Launched],
        pack: Pack | None,
        options: Options,
    ) -> None:
        self.version = text.version
        self.text = text.text
        self.report = report
        self.launches = launches
        self.pack = pack
        self._options = options
        self._fixed: dict[Finding | None, Fixed] = {}

    @property
    def release(self) -> str:
        """The release in force, the newest of several."""
        names = [one.launch.release.name for one in self.launches]
        told = self.report.sglang
        return names[-1] if names else told if told in catalog.releases() else catalog.newest()

    @property
    def asked(self) -> set[str]:
        """The files that were looked for, there or not."""
        near = self.report.source.near
        return near.asked if isinstance(near, Around) else set()

    def fixed(self, finding: Finding | None = None) -> Fixed:
        """Return the text with one fix, or all safe ones, made as `sgdlint fix` makes them."""
        if finding not in self._fixed:
            self._fixed[finding] = self._made(finding)
        return self._fixed[finding]

    def _made(self, finding: Finding | None) -> Fixed:
        source = self.report.source
        if self.pack is None:
            return Fixed(source.text, (), self.report)
        if finding is None:
            return fix(source, self._check)

        def ask(other: Finding, there: Source) -> bool:
            return other == finding and there.text == source.text

        return fix(source, self._check, unsafe=True, lossy=True, ask=ask)

    def silenced(self, finding: Finding) -> str | None:
        """Return the text with a suppression for a finding; None when there is no place for it."""
        from sgdlint.silencing import Silencer

        if self.pack is None:
            return None
        done = Silencer(self._check, self._options.kind, "")
        report = done.silence_one(self.report.source, finding)
        return None if report is None else report.source.text

    def _check(self, source: Source) -> Report:
        assert self.pack is not None
        return linter.check(source, self.pack, self._options)


class Checker:
    """Checks the open texts. Each text is checked once, until it or a file that counts changes."""

    def __init__(self, texts: Texts, arguments: Arguments) -> None:
        self.arguments = arguments
        self._texts = texts
        self._seen: dict[str, Seen] = {}
        self._packs: Packs | None = None
        self._options = Options()

    def prepare(self) -> None:
        """Read arguments and rules; raises OptionError and RuleError."""
        self._options = options_of(self.arguments)
        self._packs = Packs(self.arguments)

    def of(self, text: OpenText) -> Seen:
        """Return what is known of a text as it stands now."""
        seen = self._seen.get(text.uri)
        if seen is None or seen.version != text.version or seen.text != text.text:
            self._seen[text.uri] = seen = self._look(text)
        return seen

    def last(self, uri: str) -> Seen | None:
        """Return what was known of a text when it was checked last."""
        return self._seen.get(uri)

    def forget(self, uri: str) -> None:
        """Check a text anew when it is asked for."""
        self._seen.pop(uri, None)

    def forget_rules(self) -> None:
        """Read the rules anew."""
        self._packs = None

    def reading(self, path: str) -> list[str]:
        """Return the texts, by their URI, that were checked with a look at a file."""
        return [uri for uri, seen in self._seen.items() if path in seen.asked]

    def _look(self, text: OpenText) -> Seen:
        near = Around(text.path, self._texts)
        source = text.source(near)
        options, launches = Options(), list[Launched]()
        pack: Pack | None = None
        kind = text.kind()
        if kind == NONE or "\0" in source.text or not mentions_sglang(source):
            return Seen(text, passed_over(source, options), launches, None, options)
        try:
            options = replace(self._options, kind=kind)
            pack = self._pack(source)
            report = linter.check(source, pack, options, _gather(launches))
            baseline = settings_of_file(source).baseline
            if baseline:
                near.asked.add(os.path.abspath(baseline))
                report = without_known_of_project(report)
        except (OptionError, RuleError) as error:
            report = Report(source, "", "", (), (Failure(source.path, str(error)),))
        order = catalog.order()
        launches.sort(key=lambda one: order[one.launch.release.name])
        return Seen(text, report, launches, pack, options)

    def _pack(self, source: Source) -> Pack:
        if self._packs is None:
            self._packs = Packs(self.arguments)
        return self._packs.of(source)


def _gather(into: list[Launched]) -> Also:
    """Return what puts each launch that is checked into a list, and finds nothing."""

    def see(script: Script, variant: Variant, launch: Launch, engine: Engine) -> list[Finding]:
        into.append(Launched(script, variant, launch))
        return []

    return see
