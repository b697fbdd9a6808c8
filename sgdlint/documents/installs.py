"""What a text for a shell does to the release that its image has."""

from __future__ import annotations

import re

_UPGRADES = re.compile(
    r"""\binstall\b[^&|;\n]*[ \t](?:-U|--upgrade)\b[^&|;\n]*"""
    r"""(?<![\w./-])sglang(?:\[[^\]\n]*\])?(?=["'\s;&|]|\Z)"""
    r"""|\binstall\b[^&|;\n]*(?<![\w./-])sglang(?:\[[^\]\n]*\])?["'\s][^&|;\n]*(?:-U|--upgrade)\b"""
)


def upgrades(text: str) -> bool:
    """Whether a text installs the newest SGLang there is, without a release."""
    return "sglang" in text and _UPGRADES.search(text.replace("\\\n", " ")) is not None
