"""Files of variables (`.env`): nothing in them starts anything, so nothing is said of them alone.

What a launch gets of them is told where the launch stands, in the file that names them.
"""

from __future__ import annotations

from sgdlint.documents.document import Document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.source import Source


def read(_: Source) -> Document:
    """Read nothing."""
    return Document()
