"""A client of the language server protocol, as small as can be: a process, and its messages."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60
"""Seconds to wait for an answer: a machine may be busy."""
DOCUMENT = {
    "publishDiagnostics": {"relatedInformation": True},
    "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}},
}
RESOLVING = {
    "codeAction": {"dataSupport": True, "resolveSupport": {"properties": ["edit"]}},
}


class Client:
    """An editor. versions: of the texts that it has open."""

    def __init__(self, folder: Path, *arguments: str, **capabilities: Any) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sgdlint", "lsp", *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.folder = folder
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.others: list[dict[str, Any]] = []
        self._shown: dict[str, list[dict[str, Any]]] = {}
        self._number = 0
        self._messages: queue.Queue[dict[str, Any] | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        given = {
            "processId": os.getpid(),
            "rootUri": folder.as_uri(),
            "capabilities": {"textDocument": DOCUMENT, **capabilities},
        }
        self.started = self.request("initialize", given)
        self.notify("initialized", {})

    # --- messages -------------------------------------------------------------------------------

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while True:
            size = 0
            while (line := stream.readline()).strip():
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    size = int(value)
            if not size:
                self._messages.put(None)
                return
            self._messages.put(json.loads(stream.read(size)))

    def send(self, message: dict[str, Any]) -> None:
        """Send a message."""
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stream = self.process.stdin
        assert stream is not None
        stream.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        stream.flush()

    def _next(self) -> dict[str, Any]:
        message = self._messages.get(timeout=PATIENCE)
        assert message is not None, self.process.stderr and self.process.stderr.read().decode()
        if message.get("method") == "textDocument/publishDiagnostics":
            params = message["params"]
            self._shown.setdefault(params["uri"], []).append(params)
        elif "method" in message:
            self.others.append(message)
            if "id" in message:
                self.send({"id": message["id"], "result": None})
        return message

    def request(self, method: str, params: Any) -> Any:
        """Ask for something and return the result."""
        answer = self.answer(method, params)
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def answer(self, method: str, params: Any) -> dict[str, Any]:
        """Ask for something and return the whole answer."""
        self._number += 1
        self.send({"id": self._number, "method": method, "params": params})
        while (message := self._next()).get("id") != self._number or "method" in message:
            pass
        return message

    def notify(self, method: str, params: Any) -> None:
        """Tell the server something."""
        self.send({"method": method, "params": params})

    # --- texts ----------------------------------------------------------------------------------

    def uri(self, name: str) -> str:
        """Return the URI of a file of the folder."""
        return name if ":" in name else (self.folder / name).as_uri()

    def open(self, name: str, text: str, language: str = "shellscript") -> list[dict[str, Any]]:
        """Open a text and return what is shown of it."""
        uri = self.uri(name)
        self.texts[uri], self.versions[uri] = text, 1
        item = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})
        return self.shown(name)

    def change(self, name: str, *changes: dict[str, Any]) -> list[dict[str, Any]]:
        """Change a text and return what is shown of it then."""
        self.type(name, *changes)
        return self.shown(name)

    def type(self, name: str, *changes: dict[str, Any]) -> None:
        """Change a text; each change is a text for all of it, or has a range."""
        uri = self.uri(name)
        self.versions[uri] += 1
        document = {"uri": uri, "version": self.versions[uri]}
        params = {"textDocument": document, "contentChanges": list(changes)}
        self.notify("textDocument/didChange", params)

    def shown(self, name: str) -> list[dict[str, Any]]:
        """Return what is shown of a text as it is now."""
        uri = self.uri(name)
        while True:
            some = self._shown.get(uri, [])
            if some and some[-1].get("version") == self.versions.get(uri):
                found = some[-1]["diagnostics"]
                self._shown[uri] = []
                return list(found)
            self._next()

    def close(self, name: str) -> list[dict[str, Any]]:
        """Close a text and return what is shown of it afterwards."""
        uri = self.uri(name)
        self.versions.pop(uri)
        self._shown[uri] = []
        self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        return self.shown(name)

    def at(self, method: str, name: str, line: int, character: int) -> Any:
        """Ask for something at a place of a text."""
        document, position = {"uri": self.uri(name)}, {"line": line, "character": character}
        return self.request(
            f"textDocument/{method}", {"textDocument": document, "position": position}
        )

    def actions(self, name: str, place: Any, only: list[str] | None = None) -> list[Any]:
        """Ask for what can be done at a place."""
        context = {"diagnostics": [], **({"only": only} if only else {})}
        params = {"textDocument": {"uri": self.uri(name)}, "range": place, "context": context}
        return list(self.request("textDocument/codeAction", params) or [])

    def stop(self) -> int:
        """End the server as editors do, and return its exit status."""
        self.request("shutdown", None)
        self.notify("exit", None)
        return self.end()

    def end(self) -> int:
        """Wait for the end of the server, and return its exit status."""
        status = self.process.wait(PATIENCE)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        return status


def place(line: int, start: int, end: int) -> dict[str, Any]:
    """Return a range in one line."""
    return {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}


def applied(text: str, edits: list[dict[str, Any]]) -> str:
    """Return a text with edits applied, as an editor does that counts in UTF-16."""
    data = text.encode("utf-16-le")
    ends = [at for at in range(0, len(data), 2) if data[at : at + 2] == b"\n\0"]
    starts = [0, *(end + 2 for end in ends)]

    def at(position: dict[str, int]) -> int:
        return starts[position["line"]] + 2 * position["character"]

    for _, edit in sorted(
        enumerate(edits), key=lambda one: (at(one[1]["range"]["start"]), one[0]), reverse=True
    ):
        new = edit["newText"].encode("utf-16-le")
        data = data[: at(edit["range"]["start"])] + new + data[at(edit["range"]["end"]) :]
    return data.decode("utf-16-le")
