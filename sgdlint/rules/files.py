"""Read rule files: YAML text → data with the line of every key. The only importer of yaml."""

from __future__ import annotations

import json
import os

from sgdlint.record import record
from sgdlint.rules import shape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import yaml

MOST_NODES = 100_000
"""Above this many values a rule file is refused: aliases of aliases grow without end."""
SCHEMA = os.path.join(os.path.dirname(__file__), "schema.json")


@record
class RuleProblem:
    """A mistake in a rule file: which file, line, rule and key, and what is wrong."""

    path: str
    line: int
    rule: str
    key: str
    message: str

    def __str__(self) -> str:
        """Return the mistake in one line, as the command line prints it."""
        where = ": ".join(part for part in (self.rule, self.key) if part)
        return f"{self.path}:{self.line}: {where + ': ' if where else ''}{self.message}"


class RuleError(Exception):
    """Rule files that cannot be used; holds every mistake that was found."""

    def __init__(self, problems: list[RuleProblem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class RuleFile:
    """The data of one rule file, and on which line each key stands."""

    def __init__(self, path: str, data: Any, lines: dict[tuple[str | int, ...], int]) -> None:
        self.path = path
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}
        self.lines = lines

    def line(self, path: tuple[str | int, ...]) -> int:
        """Return the line (from 1) of a key, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def problem(self, path: tuple[str | int, ...], message: str) -> RuleProblem:
        """Return a problem at a key of this file."""
        rule = ""
        if len(path) >= 2 and path[0] in ("rules", "facts") and isinstance(path[1], int):
            owner = self.data[path[0]][path[1]]
            if isinstance(owner, dict):
                rule = str(owner.get("code") or owner.get("name") or f"{path[0]}[{path[1]}]")
            path = path[:1] if len(path) == 2 else path[2:]
            path = () if path in (("rules",), ("facts",)) else path
        return RuleProblem(self.path, 0, rule, ".".join(map(str, path)), message)


def find_files(path: str) -> list[str]:
    """Return the rule files at a path: the file itself, or a folder's *.yaml and *.yml, sorted."""
    if not os.path.isdir(path):
        return [path]
    names = sorted(os.listdir(path))
    return [os.path.join(path, name) for name in names if name.endswith((".yaml", ".yml"))]


def read_file(path: str) -> RuleFile:
    """Read a rule file and check its shape; raises RuleError with every mistake."""
    import yaml

    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        node = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError([RuleProblem(path, 1, "", "", f"cannot be read: {error}")]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        reason = getattr(error, "problem", None) or str(error)
        raise RuleError([RuleProblem(path, line, "", "", f"not YAML: {reason}")]) from None
    if node is None:
        raise RuleError([RuleProblem(path, 1, "", "", "is empty: it needs `rules` or `facts`")])
    builder = _Builder(path)
    data = builder.build(node, ())
    found = builder.problems
    lines = builder.lines
    rule_file = RuleFile(path, data, lines)
    with open(SCHEMA, encoding="utf-8") as file:
        schema = json.load(file)
    found += [
        place_at(rule_file, place, message) for place, message in shape.problems(data, schema)
    ]
    if found:
        raise RuleError(found)
    return rule_file


def place_at(rule_file: RuleFile, path: tuple[str | int, ...], message: str) -> RuleProblem:
    """Return a problem at a key, with its line."""
    problem = rule_file.problem(path, message)
    return RuleProblem(
        problem.path, rule_file.line(path), problem.rule, problem.key, problem.message
    )


class _Builder:
    """Builds plain data from YAML nodes, noting lines and what YAML would silently change."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[tuple[str | int, ...], int] = {}
        self.problems: list[RuleProblem] = []
        self.inside: list[yaml.Node] = []
        self.nodes = 0

    def build(self, node: yaml.Node, place: tuple[str | int, ...]) -> Any:
        """Return the data of a node; raises RuleError for one that has no end."""
        self.nodes += 1
        if any(node is outer for outer in self.inside) or self.nodes > MOST_NODES:
            self.note(node, "", "an alias makes the file endless")
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

    def _content(self, node: yaml.Node, place: tuple[str | int, ...]) -> Any:
        import yaml

        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*place, index)) for index, item in enumerate(node.value)]
        text: str = node.value
        return text if node.tag == "tag:yaml.org,2002:str" else yaml.safe_load(text)

    def _mapping(self, node: yaml.MappingNode, place: tuple[str | int, ...]) -> dict[Any, Any]:
        mapping: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            # `on` is a boolean to YAML 1.1: as a key its text is what was meant.
            is_text = key_node.tag in ("tag:yaml.org,2002:str", "tag:yaml.org,2002:bool")
            key = key_node.value if is_text else str(key_node.value)
            if not is_text:
                self.note(key_node, key, "a key must be a text: quote it")
            if key in mapping:
                self.note(key_node, key, "stands twice")
            below = (*place, key)
            self.lines[below] = key_node.start_mark.line + 1
            mapping[key] = self.build(value_node, below)
        return mapping
