"""The options of `sglang generate` and `sglang serve`, as the release's parser gets them."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from catalog_extract.evaluate import Program
from catalog_extract.natives import MISSING, Field, dataclass_fields, field_default
from catalog_extract.objects import (
    Builtin,
    Cls,
    External,
    FieldSpec,
    Func,
    Host,
    Instance,
    Member,
    UndecidedError,
    Unknown,
)

CLI = "sglang.multimodal_gen.runtime.entrypoints.cli"
COMMANDS = {
    "generate": (f"{CLI}.generate", "add_multimodal_gen_generate_args", "GenerateSubcommand"),
    "serve": (f"{CLI}.serve", "add_multimodal_gen_serve_args", "ServeSubcommand"),
}
USUAL = {
    "kind": "str",
    "action": "store",
    "nargs": None,
    "choices": None,
    "default": None,
    "field": "server",
    "field_default": None,
    "required": False,
    "sampling": False,
}
_USUAL_DEFAULTS = {"store_true": False, "store_false": True, "boolean": False}
_KINDS = {"int": "int", "float": "float", "str": "str", "bool": "bool", "json.loads": "json"}
_SERVER = "sglang.multimodal_gen.runtime.server_args"
_OWNERS = (  # the class, and a module that has always imported it
    ("server", "ServerArgs", f"{CLI}.generate"),
    ("sampling", "SamplingParams", f"{CLI}.generate"),
    ("pipeline", "PipelineConfig", _SERVER),
    ("pipeline", "PipelineConfig", f"{_SERVER}.server_args"),
)


class Action(Host):
    """One call of `add_argument`."""

    def __init__(
        self, flags: tuple[Any, ...], options: dict[str, Any], where: Func | None = None
    ) -> None:
        self.flags, self.options, self.where = flags, options, where
        self.option_strings = list(flags)
        self.dest = options.get("dest") or destination(flags)
        self.default = options.get("default")


class Parser(Host):
    """Stands for an `argparse.ArgumentParser`; notes what is added to it, and by which function."""

    def __init__(self, program: Program) -> None:
        self._running = program.running
        self._actions: list[Action] = []
        self.defaults: dict[str, Any] = {}

    def add_argument(self, *flags: Any, **options: Any) -> Action:
        """Note one option."""
        if bad := [f for f in flags if not isinstance(f, str)]:
            raise UndecidedError(f"option name {bad[0]}")
        action = Action(flags, options, self._running[-1] if self._running else None)
        self._actions.append(action)
        return action

    def add_argument_group(self, *_a: Any, **_k: Any) -> Parser:
        """Groups share the parser's options."""
        return self

    def add_mutually_exclusive_group(self, *_a: Any, **_k: Any) -> Parser:
        """Groups share the parser's options."""
        return self

    def set_defaults(self, **defaults: Any) -> None:
        """Note values that the parser puts beside the options."""
        self.defaults |= defaults

    def add_parser(self, *_a: Any, **_k: Any) -> Parser:
        """Subparsers of a command are the command's own parser here."""
        return self


def destination(flags: Sequence[Any]) -> str:
    """Return the attribute that argparse makes of an option's spellings."""
    long = [f for f in flags if f.startswith("--")] or list(flags)
    return str(long[0]).lstrip("-").replace("-", "_")


def parse(program: Program, command: str) -> Parser:
    """Return a command's parser with the options that it is given, in order."""
    module_name, function, subcommand = COMMANDS[command]
    parser = Parser(program)
    module = program.module(module_name)
    if module is None:
        raise ValueError(f"no {module_name} in this wheel")
    program.overrides[f"{CLI}.utils.add_resolved_pipeline_config_cli_args"] = Builtin(
        lambda *_a, **_k: None
    )
    if module.has(function):
        program.call(module.get(function), [parser], {})
    else:
        init = program.class_attribute(module.get(subcommand), "subparser_init")
        program.call(init, [Instance(module.get(subcommand)), parser], {})
    if not parser._actions:
        raise ValueError(f"{command}: no options found")
    return parser


def extract(program: Program) -> dict[str, list[dict[str, Any]]]:
    """Return the options of both commands, in parser order, as plain data."""
    fields = Fields(program)
    out = {}
    for command in COMMANDS:
        parser = parse(program, command)
        lost = dropped(program, fields, parser)
        fields.command = _command_defaults(program, command)
        rows = [describe(action, fields) | _lost(action, lost) for action in parser._actions]
        out[command] = [slim(row) for row in rows]
    return out


def _command_defaults(program: Program, command: str) -> dict[str, Any]:
    """Return the defaults that a command hands to the server arguments (`default_args={…}`)."""
    module = program.module(COMMANDS[command][0])
    for node in ast.walk(module.tree) if module else ():
        if isinstance(node, ast.keyword) and node.arg == "default_args":
            found = program.evaluate(node.value, module.env) if module else {}
            return found if isinstance(found, dict) else {}
    return {}


def _lost(action: Action, lost: set[str]) -> dict[str, Any]:
    flags = [flag for flag in action.flags if flag in lost]
    return {"dropped": flags} if flags else {}


def dropped(program: Program, fields: Fields, parser: Parser) -> set[str]:
    """Return the spellings that the parser takes and the server arguments then never see.

    The function that picks what the user gave compares the words of the command line with the
    destinations; it is run for each spelling.
    """
    picks = program.class_attribute(fields.classes["server"], "get_provided_args")
    lost: set[str] = set()
    for action in parser._actions:
        if action.flags in fields.sampling:
            continue
        given = Instance(fields.classes["server"], parser.defaults | {action.dest: "x"})
        for flag in action.flags:
            found = program.call(picks, [given, [flag]], {})
            if not isinstance(found, dict):
                raise ValueError(f"what becomes of {flag} cannot be told: {found}")
            if action.dest not in found:
                lost.add(flag)
    return lost


class Fields:
    """The dataclass fields whose defaults count when an option is not given."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.classes: dict[str, Cls] = {}
        self.owners: dict[str, dict[str, Field]] = {}
        for owner, name, module in _OWNERS:
            cls = program.find(f"{module}.{name}")
            if isinstance(cls, Cls):
                self.classes[owner] = cls
                self.owners[owner] = dataclass_fields(program, cls)
        self.command: dict[str, Any] = {}
        self.sampling = self._sampling_flags()
        if missing := {"server", "sampling", "pipeline"} - set(self.owners):
            raise ValueError(f"no dataclass found for {missing}")

    def _sampling_flags(self) -> set[tuple[str, ...]]:
        """Return the options that the request parameters add."""
        parser = Parser(self.program)
        add = self.program.class_attribute(self.classes["sampling"], "add_cli_args")
        self.program.call(add, [parser], {})
        return {action.flags for action in parser._actions}

    def find(self, dest: str, sampling: bool) -> tuple[str, Any]:
        """Return which dataclass holds a destination, and its default there.

        A command's own default takes the place of the dataclass's.
        """
        if dest in self.command and not sampling:
            return "server", self.command[dest]
        for owner in ("sampling", "server", "pipeline") if sampling else ("server", "pipeline"):
            if dest in self.owners[owner]:
                spec = self.owners[owner][dest].spec
                return owner, None if spec is MISSING else field_default(self.program, spec)
        return "", None


def describe(action: Action, fields: Fields) -> dict[str, Any]:
    """Return one option as plain data."""
    options = action.options
    kind, name = _kind_and_action(options)
    sampling = action.flags in fields.sampling
    owner, field_value = fields.find(action.dest, sampling)
    row: dict[str, Any] = {"flags": list(action.flags), "dest": action.dest}
    row |= {"kind": kind, "action": name}
    row |= {"nargs": options.get("nargs"), "choices": _choices(options.get("choices"))}
    default = options.get("default", _USUAL_DEFAULTS.get(name))
    row |= {"default": plain(default)}
    row |= {"field": owner, "field_default": plain(field_value)}
    return row | {"required": bool(options.get("required", False)), "sampling": sampling}


def slim(row: dict[str, Any]) -> dict[str, Any]:
    """Leave out what equals the usual (the loader fills it in again)."""
    usual = USUAL | {"dest": destination(row["flags"])}
    return {k: v for k, v in row.items() if k not in usual or usual[k] != v}


def _kind_and_action(options: dict[str, Any]) -> tuple[str, str]:
    action = options.get("action", "store")
    if isinstance(action, Cls):
        known = {
            "StoreBoolean": ("bool", "boolean"),
            "RaiseNotImplementedAction": ("str", "refuse"),
        }
        return known.get(action.name, ("str", action.name))
    if isinstance(action, External):
        name = action.dotted.rpartition(".")[2]
        return ("bool", "boolean_optional") if "BooleanOptional" in name else ("str", name)
    if action in ("store_true", "store_false", "store_const"):
        return "bool", action
    kind = options.get("type")
    if kind is None:
        return "str", action
    if isinstance(kind, External):
        return _KINDS.get(kind.dotted, kind.dotted), action
    return (kind.name if isinstance(kind, (Func, Cls)) else str(kind)), action


def _choices(choices: Any) -> Any:
    if choices is None:
        return None
    if isinstance(choices, (Unknown, External)):
        return {"unknown": True}
    return [plain(c) for c in (sorted(choices) if isinstance(choices, set) else choices)]


def plain(value: Any) -> Any:
    """Return a value as JSON data; `{"unknown": true}` where the source alone does not tell."""
    if isinstance(value, Member):
        return plain(value.value)
    if isinstance(value, (FieldSpec, Unknown, External, Func, Cls)):
        return {"unknown": True}
    if isinstance(value, Instance):
        return {"object": value.cls.name}
    if isinstance(value, dict):
        return {str(plain(k)): plain(v) for k, v in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((plain(v) for v in value), key=str)
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value
