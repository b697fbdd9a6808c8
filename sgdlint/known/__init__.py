"""What the catalog knows, for people: `sgdlint catalog option|model|attention|env|release`."""

from __future__ import annotations

from sgdlint.arguments import SUBJECTS
from sgdlint.known.changes import changes
from sgdlint.stated import OptionError

__all__ = ["changes", "tell"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType


def tell(subject: str, name: str, release: str = "", as_json: bool = False) -> str:
    """Return what is known under a name, or the names of all; OptionError for what is not known.

    release: tell of this release alone; "" is every release (of a model: the newest).
    """
    part = _part(subject)
    if release and subject == "release":
        raise OptionError("--sglang goes with the other subjects; name the release itself")
    data = part.facts(name, release) if name else part.listing(release)
    if as_json:
        import json

        return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    said: str = part.text(data) if name else part.listed(data)
    return said


def _part(subject: str) -> ModuleType:
    from sgdlint.known import attention, environment, models, options, releases

    parts = (options, models, attention, environment, releases)
    return dict(zip(SUBJECTS, parts, strict=True))[subject]
