"""What is known of a release: `sgdlint catalog release NAME`."""

from __future__ import annotations

from sgdlint import catalog
from sgdlint.catalog import tables
from sgdlint.known.changes import changes
from sgdlint.known.words import columns
from sgdlint.stated import known_release

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def facts(name: str, release: str) -> dict[str, Any]:
    """Return what a release has, and how its options differ from the release before."""
    known = known_release(name)
    loaded = catalog.load(known)
    wheel = tables.table("releases")["releases"][known]
    return {
        "release": known,
        "spellings": {command: len(loaded.options(command)) for command in catalog.COMMANDS},
        "models": len(loaded.models()),
        "environment variables": len(loaded.environment()),
        "attention backends": len(loaded.attention_backends()),
        "wheel": wheel["wheel"],
        "sha256": wheel["sha256"],
        "changes": changes(known),
    }


def text(data: dict[str, Any]) -> str:
    """Return the facts for people."""
    lines = [
        f"SGLang {data['release']}",
        "",
        *(f"{command}: {count} spellings" for command, count in data["spellings"].items()),
        *(f"{k}: {data[k]}" for k in ("models", "environment variables", "attention backends")),
        f"read in {data['wheel']} (sha256 {data['sha256']})",
        "",
        *data["changes"],
    ]
    return "\n".join(lines) + "\n"


def listing(release: str) -> list[dict[str, Any]]:
    """Return every release, the oldest first."""
    wheels = tables.table("releases")["releases"]
    return [{"release": name, "wheel": wheels[name]["wheel"]} for name in catalog.releases()]


def listed(data: list[dict[str, Any]]) -> str:
    """Return the list for people."""
    return columns((one["release"], one["wheel"]) for one in data)
