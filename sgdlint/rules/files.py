"""Read rule files: YAML text → data with the line of every key. The only importer of yaml."""

from __future__ import annotations

import json
import os

from sgdlint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import yaml

    Place = tuple[str | int, ...]

MOST_NODES = 100_000
"""Above this many values a rule file is refused: aliases of aliases grow without end."""
MOST_LEVELS = 50
"""Above this many levels a rule file is refused: building it would exhaust the stack."""
LONGEST_NUMBER = 40
SCHEMA = os.path.join(os.path.dirname(__file__), "schema.json")
_ENDINGS = (".yaml", ".yml")
_TAG = "tag:yaml.org,2002:"


@record
class RuleProblem:
    """A mistake in a rule file: which file, line, rule and key, and what is wrong.

    line: from 1; 0 when the mistake is the file or folder itself.
    """

    path: str
    line: int
    rule: str
    key: str
    message: str

    def __str__(self) -> str:
        """Return the mistake in one line, as the command line prints it."""
        where = f"{self.path}:{self.line}" if self.line else self.path
        return ": ".join(part for part in (where, self.rule, self.key, self.message) if part)


class RuleError(Exception):
    """Rule files that cannot be used; holds every mistake that was found."""

    def __init__(self, problems: list[RuleProblem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class RuleFile:
    """The data of one rule file, and on which line each key stands."""

    def __init__(self, path: str, data: Any, lines: dict[Place, int]) -> None:
        self.path = path
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}
        self.lines = lines

    def line(self, place: Place) -> int:
        """Return the line (from 1) of a key, or of the nearest thing around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def each(self, section: str) -> list[tuple[At, dict[str, Any]]]:
        """Return the rules or facts of the file, each with its place."""
        things = self.data.get(section, ())
        return [(At(self, (section, index)), data) for index, data in enumerate(things)]


@record
class At:
    """A place in a rule file, where a mistake can be reported."""

    file: RuleFile
    place: Place = ()

    def down(self, *keys: str | int) -> At:
        """Return a place below this one."""
        return At(self.file, (*self.place, *keys))

    def problem(self, message: str) -> RuleProblem:
        """Return a problem at this place."""
        rule, place = "", self.place
        if len(place) >= 2 and place[0] in ("rules", "facts") and isinstance(place[1], int):
            owner = self.file.data[place[0]][place[1]]
            if isinstance(owner, dict):
                called = owner.get("code") or owner.get("name") or f"{place[0]}[{place[1]}]"
                rule = " ".join(str(called).split())
            place = place[2:] if rule else place
        key = ".".join(map(str, place))
        return RuleProblem(self.file.path, self.file.line(self.place), rule, key, message)


def find_files(path: str) -> list[str]:
    """Return the rule files at a path: the file itself, or every *.yaml and *.yml of a folder.

    Folders inside the folder count too, hidden names do not. Raises RuleError when there is none.
    """
    if not os.path.isdir(path):
        return [path]
    found = []

    def refuse(error: OSError) -> None:
        name = error.filename or path
        raise RuleError([RuleProblem(name, 0, "", "", f"cannot be listed: {error.strerror}")])

    for folder, folders, names in os.walk(path, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [
            os.path.join(folder, name)
            for name in names
            if name.endswith(_ENDINGS) and not name.startswith(".")
        ]
    if not found:
        raise RuleError([RuleProblem(path, 0, "", "", "holds no rule files (*.yaml, *.yml)")])
    return sorted(found)


def read_files(paths: list[str]) -> list[RuleFile]:
    """Read rule files; raises RuleError with the mistakes of all of them."""
    files: list[RuleFile] = []
    problems: list[RuleProblem] = []
    for path in paths:
        try:
            files.append(read_file(path))
        except RuleError as error:
            problems += error.problems
    if problems:
        raise RuleError(problems)
    return files


def read_file(path: str) -> RuleFile:
    """Read a rule file and check its shape; raises RuleError with every mistake."""
    from sgdlint.rules import shape

    node = _compose(path)
    if node is None:
        raise RuleError([RuleProblem(path, 1, "", "", "is empty: it needs `rules` or `facts`")])
    builder = _Builder(path)
    data = builder.build(node, ())
    rule_file = RuleFile(path, data, builder.lines)
    with open(SCHEMA, encoding="utf-8") as file:
        schema = json.load(file)
    found = builder.problems + [
        At(rule_file, place).problem(message) for place, message in shape.problems(data, schema)
    ]
    if found:
        raise RuleError(found)
    return rule_file


def _compose(path: str) -> yaml.Node | None:
    """Return the YAML nodes of a file; raises RuleError when it is not YAML."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        _check_levels(path, yaml.parse(text, Loader=loader))
        return yaml.compose(text, Loader=loader)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RuleError([RuleProblem(path, 1, "", "", f"cannot be read: {reason}")]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        reason = getattr(error, "problem", None) or str(error)
        raise RuleError([RuleProblem(path, line, "", "", f"not YAML: {reason}")]) from None


def _check_levels(path: str, events: Any) -> None:
    """Refuse what is nested too deeply before it is composed, which recurses."""
    import yaml

    level = 0
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            level += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            level -= 1
        if level > MOST_LEVELS:
            line = event.start_mark.line + 1
            message = f"is nested more than {MOST_LEVELS} levels deep"
            raise RuleError([RuleProblem(path, line, "", "", message)])


class _Builder:
    """Builds plain data from YAML nodes, noting lines and what YAML would silently change."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Place, int] = {}
        self.problems: list[RuleProblem] = []
        self.inside: list[yaml.Node] = []
        self.nodes = 0

    def build(self, node: yaml.Node, place: Place) -> Any:
        """Return the data of a node; raises RuleError for one that has no end."""
        self.nodes += 1
        if any(node is outer for outer in self.inside) or self.nodes > MOST_NODES:
            self.note(node, "", "an alias makes the file endless or far too long")
            raise RuleError(self.problems)
        self.lines.setdefault(place, node.start_mark.line + 1)
        self.inside.append(node)
        data = self._content(node, place)
        self.inside.pop()
        return data

    def note(self, node: yaml.Node, key: str, message: str) -> None:
        """Add a problem at a node."""
        line = node.start_mark.line + 1
        self.problems.append(RuleProblem(self.file, line, "", key, message))

    def _content(self, node: yaml.Node, place: Place) -> Any:
        import yaml

        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*place, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, str(place[-1]) if place else "")

    def _scalar(self, node: yaml.Node, key: str) -> Any:
        import yaml

        text: str = node.value
        kind = node.tag.removeprefix(_TAG)
        # A date is no value of a rule file: what looks like one is text.
        if kind in ("str", "timestamp", "value"):
            return text
        reader = getattr(yaml.SafeLoader, f"construct_yaml_{kind}", None)
        if reader is None or kind not in ("int", "float", "bool", "null"):
            self.note(node, key, f"the tag {node.tag} has no meaning here")
            return text
        try:
            if len(text) <= LONGEST_NUMBER:
                return reader(yaml.SafeLoader(""), node)
        except (ValueError, KeyError, IndexError):
            pass
        self.note(node, key, f"`{text[:LONGEST_NUMBER]}` is not a value that can be read: quote it")
        return text

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key is None:
                continue
            if key in mapping:
                self.note(key_node, key, "stands twice")
            below = (*place, key)
            self.lines[below] = key_node.start_mark.line + 1
            mapping[key] = self.build(value_node, below)
        return mapping

    def _key(self, node: yaml.Node) -> str | None:
        """Return the text of a key; None, with a problem noted, when it is not a text."""
        kind = node.tag.removeprefix(_TAG)
        # `on` is a boolean to YAML 1.1: as a key its text is what was meant.
        if isinstance(node.value, str) and kind in ("str", "bool"):
            return node.value
        if kind == "merge":
            self.note(node, "<<", "merging is not supported: write the keys out")
        elif isinstance(node.value, str):
            self.note(node, node.value, "a key must be a text: quote it")
        else:
            self.note(node, "", "a key must be a text, not a list or mapping")
        return None
