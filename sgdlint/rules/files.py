"""Read rule files: YAML text → data with the line of every key. The only importer of yaml."""

from __future__ import annotations

import json
import os
import re

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
SECTIONS: tuple[str, ...] = ("rules", "facts", "changes", "recipes", "subjects", "patterns")
SECTIONS += ("axes", "measuring", "refused", "proofs")
_ENDINGS = (".yaml", ".yml")
_TAG = "tag:yaml.org,2002:"
_CULPRIT = r"`([^`]+)`|'([^']+)'|(\{[\w.-]+\})"
"""What a message speaks of, which is looked for in the text that it is about."""


@record
class RuleProblem:
    """A mistake in a rule file: which file, line, rule and key, and what is wrong.

    line, column: from 1; 0 when the mistake is the file or folder itself.
    """

    path: str
    line: int
    rule: str
    key: str
    message: str
    column: int = 0

    def __str__(self) -> str:
        """Return the mistake in one line, as the command line prints it."""
        numbers = [str(number) for number in (self.line, self.column) if number]
        where = ":".join([self.path, *numbers])
        return ": ".join(part for part in (where, self.rule, self.key, self.message) if part)


class RuleError(Exception):
    """Rule files that cannot be used; holds every mistake that was found."""

    def __init__(self, problems: list[RuleProblem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@record
class Spot:
    """Where a value stands: line and column of its key, or of itself in a list, all from 1.

    start, end: line and column of its own text, from 0.
    """

    line: int
    column: int
    start: tuple[int, int]
    end: tuple[int, int]


class RuleFile:
    """The data of one rule file, and where each key stands."""

    def __init__(self, path: str, data: Any, spots: dict[Place, Spot], text: str) -> None:
        self.path = path
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}
        self.spots = spots
        self.text = text

    def where(self, place: Place, message: str) -> tuple[int, int]:
        """Return line and column (from 1) of what a message speaks of, at a key or around it."""
        whole = place in self.spots
        while place and place not in self.spots:
            place = place[:-1]
        spot = self.spots.get(place)
        if spot is None:
            return 1, 1
        match = re.search(_CULPRIT, message.partition("; did you mean")[0]) if whole else None
        found = self._find(next(filter(None, match.groups())), spot) if match else None
        return found or (spot.line, spot.column)

    def _find(self, wanted: str, spot: Spot) -> tuple[int, int] | None:
        """Return where a text first stands in a value that is one scalar."""
        lines = self.text.splitlines()[spot.start[0] : spot.end[0] + 1]
        pattern = re.compile(r"(?<![\w.])" + re.escape(wanted) + r"(?![\w])")
        for number, line in enumerate(lines):
            first = spot.start[1] if number == 0 else 0
            match = pattern.search(line, first)
            if match is not None:
                return spot.start[0] + number + 1, match.start() + 1
        return None

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
        if len(place) >= 2 and place[0] in SECTIONS and isinstance(place[1], int):
            owner = self.file.data[place[0]][place[1]]
            if isinstance(owner, dict):
                called = (
                    owner.get("code")
                    or owner.get("name")
                    or owner.get("rule")
                    or f"{place[0]}[{place[1]}]"
                )
                rule = " ".join(str(called).split())
            place = place[2:] if rule else place
        key = ".".join(map(str, place))
        line, column = self.file.where(self.place, message)
        return RuleProblem(self.file.path, line, rule, key, message, column)


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
    return read_files_of(paths, SCHEMA)


def read_files_of(paths: list[str], schema_path: str) -> list[RuleFile]:
    """Read files of a shape; raises RuleError with the mistakes of all of them."""
    files: list[RuleFile] = []
    problems: list[RuleProblem] = []
    for path in paths:
        try:
            files.append(read_file(path, schema_path))
        except RuleError as error:
            problems += error.problems
    if problems:
        raise RuleError(problems)
    return files


def read_file(path: str, schema_path: str = SCHEMA) -> RuleFile:
    """Read a rule file and check its shape; raises RuleError with every mistake."""
    from sgdlint.rules import shape

    text = _text_of(path)
    node = _compose(path, text)
    if node is None:
        raise RuleError([RuleProblem(path, 1, "", "", "is empty: it needs `rules` or `facts`", 1)])
    builder = _Builder(path)
    data = builder.build(node, ())
    rule_file = RuleFile(path, data, builder.spots, text)
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    found = builder.problems + [
        At(rule_file, place).problem(message) for place, message in shape.problems(data, schema)
    ]
    if found:
        raise RuleError(found)
    return rule_file


def _text_of(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RuleError([RuleProblem(path, 0, "", "", f"cannot be read: {reason}")]) from None


def _compose(path: str, text: str) -> yaml.Node | None:
    """Return the YAML nodes of a file; raises RuleError when it is not YAML."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _check_levels(path, yaml.parse(text, Loader=loader))
        return yaml.compose(text, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        reason = getattr(error, "problem", None) or str(error)
        problem = RuleProblem(path, line, "", "", f"not YAML: {reason}", column)
        raise RuleError([problem]) from None


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
            mark = event.start_mark
            message = f"is nested more than {MOST_LEVELS} levels deep"
            raise RuleError([RuleProblem(path, mark.line + 1, "", "", message, mark.column + 1)])


class _Builder:
    """Builds plain data from YAML nodes, noting places and what YAML would silently change."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.spots: dict[Place, Spot] = {}
        self.problems: list[RuleProblem] = []
        self.inside: list[yaml.Node] = []
        self.nodes = 0

    def build(self, node: yaml.Node, place: Place) -> Any:
        """Return the data of a node; raises RuleError for one that has no end."""
        self.nodes += 1
        if any(node is outer for outer in self.inside) or self.nodes > MOST_NODES:
            self.note(node, "", "an alias makes the file endless or far too long")
            raise RuleError(self.problems)
        if place not in self.spots:
            self.spots[place] = _spot(node, node)
        self.inside.append(node)
        data = self._content(node, place)
        self.inside.pop()
        return data

    def note(self, node: yaml.Node, key: str, message: str) -> None:
        """Add a problem at a node."""
        mark = node.start_mark
        problem = RuleProblem(self.file, mark.line + 1, "", key, message, mark.column + 1)
        self.problems.append(problem)

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
            self.spots[below] = _spot(key_node, value_node)
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


def _spot(key: yaml.Node, value: yaml.Node) -> Spot:
    """Return the place of a value; one that holds others has no text of its own."""
    start, end = value.start_mark, value.end_mark
    if not isinstance(value.value, str):
        end = start
    return Spot(
        key.start_mark.line + 1,
        key.start_mark.column + 1,
        (start.line, start.column),
        (end.line, end.column),
    )
