"""What the library that downloads weights would find: a token, and weights that are there already.

A token is never kept, printed or returned: only whether there is one.
"""

from __future__ import annotations

import os

MOST_BYTES = 1 << 16
"""So much of a file is read to see whether a token is in it."""


def holds_token(path: str) -> bool | None:
    """Whether a file holds a token; None where this user may not read it."""
    try:
        with open(path, "rb") as file:
            return bool(file.read(MOST_BYTES).strip())
    except FileNotFoundError:
        return False
    except OSError:
        return None


def is_cached(repository: str) -> bool | None:
    """Whether files of a repository are in the cache; nobody says whether all of them are."""
    place = os.path.join(repository, "snapshots")
    try:
        return any(os.listdir(os.path.join(place, one)) for one in os.listdir(place))
    except FileNotFoundError:
        return False
    except OSError:
        return None
