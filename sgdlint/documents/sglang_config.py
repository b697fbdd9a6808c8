"""SGLang's own configuration files, alone: `--config` of a launch that is not known otherwise.

The file becomes a script that writes it and starts SGLang with it, so that it is read as for any
launch. Which command it is for is not known, unless it has keys that `generate` alone takes: what
is said must then hold for both.
"""

from __future__ import annotations

from sgdlint import catalog
from sgdlint.catalog.keys import meaning
from sgdlint.configs import ENDINGS
from sgdlint.documents.assemble import PLAIN, Script, Value, made
from sgdlint.documents.document import Document, Unread
from sgdlint.documents.region import Granted, Place, Region
from sgdlint.documents.yaml_tree import Mapping, YamlError, documents
from sgdlint.documents.yaml_values import comments
from sgdlint.shell.values import Piece
from sgdlint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.documents.yaml_tree import Node
    from sgdlint.source import Source

MOST_CHARACTERS = 1_000_000
"""Characters of one file; a longer one is not read."""
COMMANDS = ("python -m sglang.multimodal_gen.runtime.launch_server", "sglang generate")
"""Both ways to start SGLang Diffusion, whatever the model is."""
END = "END_OF_THE_FILE"


def read(source: Source) -> Document:
    """Read a configuration file."""
    text = source.text
    if len(text) > MOST_CHARACTERS:
        message = f"it has more than {MOST_CHARACTERS:,} characters"
        return Document(unread=(Unread(Span(0, 0), message),))
    root = _root(text)
    commands = COMMANDS[1:] if _is_for_requests(root) else COMMANDS
    regions = tuple(_region(source, command) for command in commands)
    return Document(regions, tuple(comments(text, [root])) if root is not None else ())


def _root(text: str) -> Node | None:
    try:
        return next(iter(documents(text)), None)
    except YamlError:
        return None


def _is_for_requests(root: Node | None) -> bool:
    """Whether a file sets what only a request has."""
    names = root.keys() if isinstance(root, Mapping) else []
    return any(meaning(name, catalog.newest()) == {"sampling"} for name in names)


def _region(source: Source, command: str) -> Region:
    text, name, end = source.text, _name(source), END
    while end in text:
        end += "_"
    whole = Span(0, len(text))
    piece = Piece((text,), 0, len(text), True)
    script = Script()
    script.add(made(f"cat > {name} <<'{end}'\n"))
    script.shell(Value((piece,), whole, (Place(whole, lambda new, _: new),)))
    script.add(made(f"{'' if text.endswith(chr(10)) else chr(10)}{end}\n"))
    script.add(made(f"{command} --config {name} "))
    script.loose.append(script.length)
    script.add(Piece(None, -1, -1))
    region = script.region(Span(0, 0), Granted(), "the command line is not known")
    region.either = True
    return region


def _name(source: Source) -> str:
    """Return the name of the file as a word of a script."""
    name = source.path.replace("\\", "/").rpartition("/")[2]
    if PLAIN.match(name) and name.endswith(ENDINGS):
        return name
    return "config.json" if source.text.lstrip().startswith("{") else "config.yaml"
