"""The server: what it does for each message of an editor. Everything runs in one thread."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.language_server import lsp_method

from sgdlint import __version__
from sgdlint.lsp import actions
from sgdlint.lsp.completion import complete
from sgdlint.lsp.definition import definitions
from sgdlint.lsp.diagnostics import NAME, diagnostics
from sgdlint.lsp.hover import hover
from sgdlint.lsp.seen import LARGEST, Checker
from sgdlint.lsp.texts import Texts, path_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

    from sgdlint.arguments import Arguments
    from sgdlint.lsp.texts import OpenText

SOON, LATER = 0.001, 0.2
"""Seconds from a change to the check of the text, and of other texts that read its file: of changes
that follow each other at once, only the last is checked."""
WATCHED = (
    "**/{sgdlint.toml,.sgdlint.yaml,.sgdlint.yml,pyproject.toml,uv.lock,poetry.lock,pdm.lock}",
    "**/{requirements.txt,constraints.txt,environment.yml,environment.yaml,Dockerfile}",
    "**/*.{sh,bash,sbatch,slurm,env,yaml,yml,json}",
)
"""Files whose changes outside of the editor may change what is found in an open one."""
TRIGGERS = ("-", "=")
GARBAGE = 200_000
"""So many new objects before garbage is looked for in the middle of a check."""
PAUSE = 0.1
"""Seconds without a key after which garbage is looked for: then nobody waits."""
log = logging.getLogger(NAME)


class Protocol(LanguageServerProtocol):
    """The protocol without the library's own copies of the texts: ours alone are kept."""

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: Any) -> Generator[Any, Any, None]:
        """Hand a text over."""
        yield self.fm.features[types.TEXT_DOCUMENT_DID_OPEN], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: Any) -> Generator[Any, Any, None]:
        """Hand changes over."""
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: Any) -> Generator[Any, Any, None]:
        """Hand over that a text is closed."""
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CLOSE], (params,), None


class Server(LanguageServer):
    """The server with what it knows of the editor's texts."""

    def __init__(self, arguments: Arguments) -> None:
        super().__init__(NAME, f"v{__version__}", protocol_cls=Protocol)
        self.texts = Texts()
        self.checker = Checker(self.texts, arguments)
        self.was_shut_down = False
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        self._tidying: asyncio.TimerHandle | None = None
        self._is_warm = False

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log a fault; no window pops up for it."""
        log.error("%s: %s", type(error).__name__, error)

    # --- checks -------------------------------------------------------------------------------

    def check_soon(self, uri: str, delay: float = SOON) -> None:
        """Check a text after a moment; what was to be checked before is not."""
        waiting = self._waiting.pop(uri, None)
        if waiting is not None:
            waiting.cancel()
        loop = asyncio.get_running_loop()
        self._waiting[uri] = loop.call_later(delay, self.check, uri)

    def check(self, uri: str) -> None:
        """Check a text and show what is found."""
        self._waiting.pop(uri, None)
        text = self.texts.get(uri)
        if text is None:
            return
        try:
            found = diagnostics(text, self.checker.of(text))
        except Exception:
            log.exception("cannot check %s", uri)
            return
        params = types.PublishDiagnosticsParams(uri, found, text.version)
        self.text_document_publish_diagnostics(params)
        self._tidy_later()

    def _tidy_later(self) -> None:
        """Look for garbage when nothing is typed for a moment."""
        if self._tidying is not None:
            self._tidying.cancel()
        self._tidying = asyncio.get_running_loop().call_later(PAUSE, self._tidy)

    def _tidy(self) -> None:
        self._tidying = None
        if self._is_warm:
            gc.collect(1)
            return
        self._is_warm = True
        gc.collect()
        gc.freeze()  # the catalog and the rules stay for good: they are not looked through again

    def file_changed(self, path: str) -> None:
        """Check the texts anew that read a file."""
        for uri in self.checker.reading(path):
            text = self.texts.get(uri)
            if text is not None and text.path != path:
                self.checker.forget(uri)
                self.check_soon(uri, LATER)

    def drop(self, uri: str) -> None:
        """Forget a text, and take back what is shown of it."""
        waiting = self._waiting.pop(uri, None)
        if waiting is not None:
            waiting.cancel()
        self.texts.close(uri)
        self.checker.forget(uri)
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    @property
    def can_resolve(self) -> bool:
        """Whether the editor asks for the edit of an action when it is chosen."""
        able = self.client_capabilities.text_document
        action = able.code_action if able else None
        resolved = action.resolve_support.properties if action and action.resolve_support else ()
        return action is not None and bool(action.data_support) and "edit" in resolved

    def edited(self, text: OpenText, edits: list[types.TextEdit]) -> types.WorkspaceEdit:
        """Return edits of a text in the form that the editor understands best."""
        workspace = self.client_capabilities.workspace
        able = workspace.workspace_edit if workspace else None
        if able is None or not able.document_changes:
            return types.WorkspaceEdit(changes={text.uri: edits})
        named = types.OptionalVersionedTextDocumentIdentifier(text.uri, text.version)
        return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(named, list(edits))])


def run(arguments: Arguments) -> int:
    """Serve one editor on standard input and output; return the exit status.

    Raises OptionError and RuleError for arguments that name nothing known.
    """
    output, sys.stdout = sys.stdout, sys.stderr  # what is printed must not stand between messages
    logging.basicConfig(stream=sys.stderr, format=f"{NAME}: %(levelname)s: %(message)s")
    logging.getLogger("pygls").setLevel(logging.ERROR)
    gc.enable()  # the command line switches it off for its short runs
    gc.set_threshold(GARBAGE)
    server = make(arguments)
    server.checker.prepare()
    try:
        server.start_io(sys.stdin.buffer, output.buffer)
    finally:
        sys.stdout = sys.stderr
    return 0 if server.was_shut_down else 1


def make(arguments: Arguments) -> Server:
    """Return a server with all that it does."""
    server = Server(arguments)
    for add in (_life, _texts, _actions, _words):
        add(server)
    return server


# --- the life of the server -----------------------------------------------------------------------


def _life(server: Server) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        encoding = server.workspace.position_encoding
        server.texts.encoding = str(getattr(encoding, "value", encoding))
        folder = path_of(params.root_uri or "") or params.root_path or ""
        if os.path.isdir(folder):
            os.chdir(folder)  # paths are shown, and settings found, as by `sgdlint check` there

    @server.feature(types.INITIALIZED)
    def initialized(params: types.InitializedParams) -> None:
        workspace = server.client_capabilities.workspace
        able = workspace.did_change_watched_files if workspace else None
        if able is None or not able.dynamic_registration:
            return
        watchers = [types.FileSystemWatcher(pattern) for pattern in WATCHED]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        one = types.Registration(NAME, method, options)
        server.client_register_capability(types.RegistrationParams([one]))

    @server.feature(types.SHUTDOWN)
    def shutdown(params: None) -> None:
        server.was_shut_down = True


# --- the texts ------------------------------------------------------------------------------------


def _texts(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        text = server.texts.open(params.text_document)
        server.checker.forget(text.uri)
        server.check_soon(text.uri)
        server.file_changed(text.path)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        text = server.texts.get(params.text_document.uri)
        if text is None:
            return
        text.change(params.content_changes, params.text_document.version)
        if len(text.text) <= LARGEST:
            server.check_soon(text.uri)
        server.file_changed(text.path)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        server.checker.forget_rules()
        uri = params.text_document.uri
        server.checker.forget(uri)
        server.check_soon(uri)
        server.file_changed(path_of(uri))

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.drop(params.text_document.uri)
        server.file_changed(path_of(params.text_document.uri))

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def on_disk(params: types.DidChangeWatchedFilesParams) -> None:
        server.checker.forget_rules()
        for one in params.changes:
            server.file_changed(path_of(one.uri))


# --- what is offered ------------------------------------------------------------------------------


def _actions(server: Server) -> None:
    kinds = [types.CodeActionKind.QuickFix, actions.FIX_ALL]
    options = types.CodeActionOptions(code_action_kinds=kinds, resolve_provider=True)

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)
    def code_actions(params: types.CodeActionParams) -> list[types.CodeAction] | None:
        text = server.texts.get(params.text_document.uri)
        if text is None:
            return None
        seen, only = server.checker.of(text), params.context.only
        found: list[types.CodeAction] = []
        if _wanted(types.CodeActionKind.QuickFix, only):
            found += actions.quick_fixes(text, seen, params.range, server.edited)
            found += actions.suppressions(text, seen, params.range)
        if _wanted(actions.FIX_ALL, only) and actions.has_safe(seen):
            found.append(actions.all_safe(text))
        if not server.can_resolve:
            found = [_with_edit(server, one) for one in found]
        return [one for one in found if one.edit is not None or server.can_resolve]

    @server.feature(types.CODE_ACTION_RESOLVE)
    def resolve(action: types.CodeAction) -> types.CodeAction:
        return _with_edit(server, action)


def _with_edit(server: Server, action: types.CodeAction) -> types.CodeAction:
    """Return an action with its edit, where it has none yet and its text is still the same."""
    data = action.data if isinstance(action.data, dict) else {}
    text = server.texts.get(data.get("uri", ""))
    if text is not None and action.edit is None and text.version == data.get("version"):
        seen = server.checker.of(text)
        number = data.get("finding")
        if number is None:
            action.edit = actions.fix_all(text, seen, server.edited)
        else:
            action.edit = actions.suppress(text, seen, number, server.edited)
    return action


def _words(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def on_hover(params: types.HoverParams) -> types.Hover | None:
        text = server.texts.get(params.text_document.uri)
        return None if text is None else hover(text, server.checker.of(text), params.position)

    options = types.CompletionOptions(trigger_characters=list(TRIGGERS))

    @server.feature(types.TEXT_DOCUMENT_COMPLETION, options)
    def on_completion(params: types.CompletionParams) -> types.CompletionList | None:
        text = server.texts.get(params.text_document.uri)
        if text is None:
            return None
        items = complete(text, server.checker.of(text), params.position)
        return types.CompletionList(is_incomplete=False, items=items)

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def on_definition(params: types.DefinitionParams) -> list[types.Location] | None:
        text = server.texts.get(params.text_document.uri)
        if text is None:
            return None
        return definitions(text, server.checker.of(text), params.position)


def _wanted(kind: str, only: Any) -> bool:
    """Whether the editor asks for a kind of action: for it, for all above it, or for any."""
    return only is None or any(f"{_name(kind)}.".startswith(f"{_name(one)}.") for one in only)


def _name(kind: Any) -> str:
    return str(getattr(kind, "value", kind))
