"""Which kind a file is, by its name and by a look at its text.

`shell` is the kind of every file that is named to sgdlint and is of no other.
"""

from __future__ import annotations

from sgdlint import quick

SHELL = "shell"
KINDS = (SHELL, "kubernetes")
"""All kinds, as `--kind` takes them."""
YAML_ENDINGS = (".yaml", ".yml")
_RESOURCE = r"(?m)^kind:[ \t]*[\"']?[A-Z]"


def kind_of(path: str, text: str) -> str:
    """Return the kind of a file; "" for one that is none that sgdlint reads."""
    name = path.replace("\\", "/").rpartition("/")[2].lower()
    if name.endswith(YAML_ENDINGS):
        return _of_yaml(text)
    return SHELL


def _of_yaml(text: str) -> str:
    if "apiVersion" in text and quick.search(_RESOURCE, text):
        return "kubernetes"
    return ""
