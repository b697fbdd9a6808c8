"""Whether a launch gets its weights: a licence and a token, a cache, a folder."""

from __future__ import annotations

from sgdlint.catalog import tables
from sgdlint.preflight.asked import HUB
from sgdlint.preflight.check import BLOCK, GIB, OK, UNKNOWN, WARN, Check, gib, short

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.preflight.asked import Asked
    from sgdlint.preflight.facts import Machine

NAME = "weights"
TOKEN = "accept its licence on its page, then `export HF_TOKEN=…` or `hf auth login`"
LEAST_SHARE = 0.5
"""Of the weights of a model at least this share is downloaded, in whatever precision."""


def checks(asked: Asked, seen: Machine) -> Iterator[Check]:
    """Yield what is to be said of the weights of a launch."""
    if asked.inside or not asked.model:
        return
    rows = tables.table("machine")["token"]
    if seen.paths.get(asked.folder):
        yield Check(NAME, OK, f"in the folder {asked.model}")
    elif not asked.is_id:
        yield _elsewhere(asked)
    elif any(asked.environment.is_true(name, rows["true"]) for name in rows["elsewhere"]):
        yield Check(NAME, UNKNOWN, f"{asked.model} comes from another hub than Hugging Face")
    elif asked.environment.get(rows["endpoint"]) or not asked.environment.is_known(
        rows["endpoint"]
    ):
        yield Check(
            NAME, UNKNOWN, f"{asked.model} may come from another server ({rows['endpoint']})"
        )
    elif seen.cached.get(asked.cache):
        told = f"{asked.model} is in the cache of Hugging Face; whether as a whole is not known"
        yield Check(NAME, OK, told)
    elif not asked.environment.is_known(*rows["offline"]):
        yield Check(NAME, UNKNOWN, f"whether {asked.model} may be downloaded is not known")
    elif any(asked.environment.is_true(name, rows["true"]) for name in rows["offline"]):
        yield _offline(asked, seen, rows["offline"])
    else:
        yield _access(asked, seen)
        yield from _room(asked, seen)


def _elsewhere(asked: Asked) -> Check:
    if asked.folder.startswith(("/", "./", "../")):
        told = f"there is no folder {asked.model} now"
        return Check(NAME, WARN, told, "download the weights first")
    return Check(NAME, UNKNOWN, f"where {asked.model} comes from is not known")


def _offline(asked: Asked, seen: Machine, names: list[str]) -> Check:
    if seen.cached.get(asked.cache) is None:
        return Check(NAME, UNKNOWN, f"whether {asked.model} is in the cache is not known")
    name = next(one for one in names if asked.environment.get(one))
    told = f"{asked.model} is not in the cache of Hugging Face, and {name} forbids to download it"
    return Check(NAME, WARN, told, f"unset {name}, or download it first")


def _access(asked: Asked, seen: Machine) -> Check:
    """Say whether there is a token, for a model that needs one."""
    if asked.gated is None:
        return Check(NAME, UNKNOWN, f"whether {asked.model} needs a token is not known")
    if not asked.gated:
        later = ", and will be downloaded" if seen.cached.get(asked.cache) is False else ""
        return Check(NAME, OK, f"{asked.model} is not known to be gated{later}")
    known = asked.token or (asked.token_file if seen.tokens.get(asked.token_file) else "")
    if known:
        told = f"{asked.model} is gated, and {known} gives a token"
        return Check(NAME, OK, f"{told}; whether its owner accepted the licence is not known")
    unclear = asked.token is None or (
        asked.token_file != "" and seen.tokens.get(asked.token_file) is None
    )
    if unclear or seen.cached.get(asked.cache) is None:
        told = f"{asked.model} is gated; whether there is a token is not known"
        return Check(NAME, UNKNOWN, told)
    told = f"{asked.model} is gated, it is not in the cache, and there is no token"
    return Check(NAME, BLOCK, told, TOKEN)


def _room(asked: Asked, seen: Machine) -> Iterator[Check]:
    """Yield whether what has to be downloaded fits on the disk, where that is known."""
    path = next((one.path for one in asked.folders if one.key == HUB), "")
    folder = seen.folders.get(path)
    if folder is None or folder.free is None or not asked.weights:
        return
    there = f"{gib(folder.free)} free in {short(path, asked.environment.get('HOME'))}"
    if folder.free < asked.weights * GIB * LEAST_SHARE:
        told = f"{asked.model} has about {asked.weights:.0f} GiB, and there are {there}"
        yield Check("download", BLOCK, told, "make room, or set HF_HUB_CACHE to a folder with more")
    elif folder.free < asked.weights * GIB:
        told = f"about {asked.weights:.0f} GiB, and there are {there}"
        yield Check("download", WARN, told, "make room")
    else:
        yield Check("download", OK, f"about {asked.weights:.0f} GiB, and {there}")
