"""A recommended command as a script, a Compose file and a pod."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sgdlint.recommend import Command, Recommendation

IMAGE = "lmsysorg/sglang:v"


def script(rec: Recommendation) -> str:
    """Return the command, ready to paste."""
    return rec.command.text(" \\\n  ") + "\n"


def argv(command: Command) -> list[str]:
    """Return the words of a command."""
    return ["sglang", command.command, *(word for words in command.words() for word in words)]


def compose(rec: Recommendation) -> str:
    """Return a Compose file with the command as its service."""
    gpus = _gpus(rec)
    return (
        f"services:\n  sglang:\n    image: {_image(rec)}\n    ipc: host\n    init: true\n"
        f"{_environment(rec, '    ')}"
        f"    command:\n{_items(rec, '      ')}"
        f'    ports:\n      - "30000:30000"\n'
        "    deploy:\n      resources:\n        reservations:\n          devices:\n"
        f"            - driver: nvidia\n              count: {gpus}\n"
        "              capabilities: [gpu]\n"
    )


def kubernetes(rec: Recommendation) -> str:
    """Return a pod that runs the command."""
    env = "".join(
        f"        - name: {name}\n          value: {json.dumps(value)}\n"
        for name, value in rec.command.env
    )
    return (
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: sglang\nspec:\n"
        f"  containers:\n    - name: sglang\n      image: {_image(rec)}\n"
        f"      command:\n{_items(rec, '        ')}"
        + (f"      env:\n{env}" if env else "")
        + "      ports:\n        - containerPort: 30000\n"
        f"      resources:\n        limits:\n          nvidia.com/gpu: {_gpus(rec)}\n"
        "      volumeMounts:\n        - name: shm\n          mountPath: /dev/shm\n"
        "  volumes:\n    - name: shm\n      emptyDir:\n        medium: Memory\n"
    )


def _image(rec: Recommendation) -> str:
    return f"{IMAGE}{rec.wish.options.sglang}"


def _gpus(rec: Recommendation) -> str:
    return dict(rec.command.options).get("num_gpus", "1")


def _environment(rec: Recommendation, before: str) -> str:
    if not rec.command.env:
        return ""
    lines = [f"{before}  {name}: {json.dumps(value)}\n" for name, value in rec.command.env]
    return f"{before}environment:\n" + "".join(lines)


def _items(rec: Recommendation, before: str) -> str:
    words = argv(rec.command)
    if rec.command.command == "serve":
        words += ["--host", "0.0.0.0"]
    return "".join(f"{before}- {json.dumps(word, ensure_ascii=False)}\n" for word in words)


FRAGMENTS: dict[str, Callable[[Recommendation], str]] = {
    "shell": script,
    "yaml": compose,
    "compose": compose,
    "kubernetes": kubernetes,
}
"""The formats that hold the command alone."""
