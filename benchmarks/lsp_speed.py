"""Time `sgdlint lsp` as an editor meets it: from a key to the findings of the text.

    .venv/bin/python benchmarks/lsp_speed.py

A launch script of 300 lines is typed into; each key waits for the findings of the one before. Two
times are told: what the editor waits, which other work on the machine makes longer, and the time
that the server itself computes, where the system tells it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import inputs

GOAL = 50
"""Milliseconds from a key to the findings."""
LINES = 300
TYPED = "  --ulysses-degree 4 --ring-degree 2 --warmup --dit-cpu-offload false \\\n"


class Editor:
    """A server and one text that is typed into."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "sgdlint", "lsp"]
        self.server = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.uri = (folder / "run.sh").as_uri()
        self.version = 0
        self.send("initialize", {"processId": None, "rootUri": None, "capabilities": {}}, 1)
        self.wait()
        self.send("initialized", {})

    def send(self, method: str, params: Any, number: int | None = None) -> None:
        """Send a message."""
        named = {} if number is None else {"id": number}
        body = json.dumps({"jsonrpc": "2.0", **named, "method": method, "params": params}).encode()
        assert self.server.stdin is not None
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.server.stdin.flush()

    def wait(self) -> dict[str, Any]:
        """Return the next message."""
        stream = self.server.stdout
        assert stream is not None
        size = 0
        while (line := stream.readline()).strip():
            if line.lower().startswith(b"content-length"):
                size = int(line.partition(b":")[2])
        found: dict[str, Any] = json.loads(stream.read(size))
        return found

    def open(self, text: str) -> list[Any]:
        """Open the text and return its findings."""
        item = {"uri": self.uri, "languageId": "shellscript", "version": 0, "text": text}
        self.send("textDocument/didOpen", {"textDocument": item})
        return list(self.wait()["params"]["diagnostics"])

    def type(self, line: int, character: int, text: str) -> list[Any]:
        """Type something and return the findings."""
        self.version += 1
        position = {"line": line, "character": character}
        change = {"range": {"start": position, "end": position}, "text": text}
        document = {"uri": self.uri, "version": self.version}
        params = {"textDocument": document, "contentChanges": [change]}
        self.send("textDocument/didChange", params)
        while True:
            found = self.wait()["params"]
            if found.get("version") == self.version:
                return list(found["diagnostics"])

    def computed(self) -> float:
        """Return the seconds that the server has computed; 0 where the system tells none."""
        try:
            fields = Path(f"/proc/{self.server.pid}/schedstat").read_text().split()
        except OSError:
            return 0.0
        return int(fields[0]) / 1e9 if fields else 0.0

    def stop(self) -> None:
        """End the server."""
        self.send("shutdown", None, 2)
        while self.wait().get("id") != 2:
            pass
        self.send("exit", None)
        self.server.wait(10)


def script() -> str:
    """Return a launch script with other work around it."""
    source = random.Random(3)
    text = inputs.LAUNCH
    while text.count("\n") < LINES:
        text += inputs.chore(source)
    return text


def measure(editor: Editor, text: str, keys: int) -> list[tuple[float, float]]:
    """Type into the launch; return for each key what was waited, and what was computed."""
    line = text[: text.index("    --model-path")].count("\n")
    found = []
    for number in range(keys):
        column = number % len(TYPED)
        before, begin = editor.computed(), time.perf_counter()
        editor.type(line + number // len(TYPED), column, TYPED[column])
        found.append((time.perf_counter() - begin, editor.computed() - before))
    return found


def told(name: str, seconds: list[float]) -> str:
    """Return a line of the table."""
    numbers = sorted(1000 * one for one in seconds)
    median, most = statistics.median(numbers), numbers[int(len(numbers) * 0.95)]
    return f"{name:10} median {median:6.1f} ms   19 of 20 within {most:6.1f} ms   goal {GOAL} ms"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--keys", type=int, default=200, help="keys that are typed")
    arguments = parser.parse_args()
    os.environ.setdefault("PYTHONPATH", str(Path(__file__).resolve().parent.parent))
    with tempfile.TemporaryDirectory() as name:
        editor, text = Editor(Path(name)), script()
        begin = time.perf_counter()
        findings = editor.open(text)
        first = 1000 * (time.perf_counter() - begin)
        lines = text.count("\n")
        print(f"{lines} lines, {len(findings)} findings, shown after {first:.0f} ms when opened")
        times = measure(editor, text, arguments.keys)
        editor.stop()
    print(told("waited", [waited for waited, _ in times]))
    if any(computed for _, computed in times):
        print(told("computed", [computed for _, computed in times]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
