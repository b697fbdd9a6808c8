"""Compound commands that run in processes of their own, groups, and what is redirected."""

from __future__ import annotations

from sgdlint.shell import streams, tree, written
from sgdlint.shell.passing import Passing
from sgdlint.shell.values import Word
from sgdlint.shell.written import Output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    Streams = tuple[Word | None, Output | None]


class Processes(Passing):
    """Follows pipelines, subshells and groups."""

    _wants_last: bool

    def _pipeline(self, node: tree.Pipeline) -> None:
        if len(node.commands) < 2:  # a lone `!` has none
            self.run(node.commands, self._asked)
            if node.negated:
                self._negate()
            return
        self._stages(node)
        self._done(None)
        if self.state.wild or self.scan.has_lastpipe:
            self._forget_changes(node.commands[-1], "it is changed in a pipeline")

    def _stages(self, node: tree.Pipeline) -> None:
        """Follow the commands of a pipeline, each with what the one before it writes."""
        state = self.state
        collects = self._matters((node,))
        before: Word | None = None
        written_out: Word | None = None
        fed: Word | None = None
        for place, command in enumerate(node.commands):
            if place:
                last = node.commands[place - 1].end
                is_mixed = "|&" in self.origin.text[last : command.start]
                streams.put(state, streams.INPUT, None if is_mixed else written_out)
            self._piped = fed if type(command) is tree.Simple else None
            self._last = None
            self._wants_last = type(command) is tree.Simple
            written_out = self._apart((command,), collects)
            self._wants_last = False
            fed = written.piped(self._last) if type(command) is tree.Simple else None
            if not place:
                before = streams.get(state, streams.INPUT)
        self._piped = None
        streams.put(state, streams.INPUT, before)
        streams.write(state, written_out)

    def _subshell(self, node: tree.Subshell) -> None:
        collects = streams.OUTPUT in self.state.variables
        streams.write(self.state, self._apart(node.body, collects))
        self._done(None)

    def _group(self, node: tree.Group) -> None:
        self.run(node.body, self._asked)

    def _background(self, node: tree.Background) -> None:
        self._apart((node.command,))
        streams.put(self.state, streams.OUTPUT, None)  # who writes first is not known
        self._done(0)

    def _coprocess(self, node: tree.Coprocess) -> None:
        self._apart((node.command,))
        streams.put(self.state, streams.OUTPUT, None)
        self._forget(node.name or "COPROC", "=[]", "it is set by coproc")
        self._done(None)

    def _redirects(self, redirects: Sequence[tree.Redirect]) -> Streams:
        """Expand redirections in order.

        Return what the input is, as far as it is known, and the file that the output goes to.
        """
        given, self._piped = self._piped, None
        output: Output | None = None
        for redirect in redirects:
            body = redirect.body
            word = self.expander.value(body or redirect.target, body is not None)
            if redirect.operator in ("<<", "<<-", "<<<"):
                given = word
            elif redirect.operator in ("<", "<>") and not redirect.descriptor:
                given = written.read(word, self.state.variables)
                if streams.is_process(redirect):
                    given = self.expander.written
            elif redirect.operator in written.OUTPUTS and redirect.descriptor in ("", "1"):
                output = Output(word, redirect.operator.endswith(">>"))
            if redirect.descriptor.startswith("{"):
                self._forget(redirect.descriptor.strip("{}"), "=", "it is a file descriptor")
        return given, output
