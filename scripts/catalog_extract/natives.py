"""The parts of Python's own library that the evaluator knows."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from catalog_extract.objects import (
    Bound,
    Builtin,
    Cls,
    External,
    FieldSpec,
    Func,
    Host,
    Instance,
    Member,
    RaisedError,
    UndecidedError,
    Unknown,
    any_unknown,
)

if TYPE_CHECKING:
    from catalog_extract.evaluate import Program

SUPPRESS = "==SUPPRESS=="
_PURE = {
    f.__name__: f
    for f in (len, range, list, dict, tuple, set, frozenset, str, int, float, bool, sorted, any)
} | {f.__name__: f for f in (all, min, max, sum, zip, enumerate, abs, round, reversed, repr)}
_CONSTANTS: dict[str, Any] = {
    "argparse.SUPPRESS": SUPPRESS,
    "math.inf": math.inf,
    "os.sep": "/",
    "sys.argv": [],
    "logging.getLogger": Builtin(lambda *_a: Unknown("logger")),
}
_TYPES = {"int": int, "float": float, "str": str, "bool": bool, "list": list, "dict": dict}


def builtin(program: Program, name: str) -> Any:
    """Return a built-in name."""
    special: dict[str, Callable[..., Any]] = {
        "isinstance": _isinstance,
        "issubclass": _issubclass,
        "hasattr": lambda thing, key: _hasattr(program, thing, key),
        "getattr": lambda thing, key, *default: _getattr(program, thing, key, *default),
        "setattr": _setattr,
        "type": lambda thing: thing.cls if isinstance(thing, Instance) else Unknown("type()"),
        "print": lambda *_a, **_k: None,
        "iter": lambda thing: thing,
        "vars": lambda thing: program.attribute(thing, "__dict__"),
        "next": lambda items, *default: _next(program, items, *default),
    }
    if name in special:
        return Builtin(special[name])
    if name in _TYPES or name in _PURE:
        return External(name)
    if name == "__name__":
        return "__static__"
    if name == "__file__":
        return Unknown("__file__")
    return External(name)


def external(dotted: str) -> Any:
    """Return a known constant of the standard library, else the name itself."""
    return _CONSTANTS.get(dotted, External(dotted))


def call_external(program: Program, callee: External, args: list[Any], kwargs: Any) -> Any:
    """Return the result of calling something from outside the package."""
    name = callee.dotted
    if name in _PURE:
        return _call_pure(program, name, args, kwargs)
    if name in ("field", "dataclasses.field", "pydantic.Field"):
        return FieldSpec(kwargs)
    if name in ("dataclasses.fields", "fields"):
        return _fields_of(program, args[0])
    if name == "dataclasses.replace" and isinstance(args[0], Instance):
        return Instance(args[0].cls, args[0].attributes | kwargs)
    if name == "re.search" and has_host(args):
        return args[1].matches(args[0])
    if name in ("typing.cast", "cast"):
        return args[1]
    if name in ("copy.deepcopy", "copy.copy", "deepcopy"):
        return args[0]
    if name == "object.__getattribute__":
        return program.attribute(args[0], args[1])
    if name in ("object.__setattr__", "setattr"):
        return _setattr(*args)
    if name in ("os.getenv", "os.environ.get"):
        return program.variables.get(args[0], args[1] if len(args) > 1 else None)
    if name.split(".")[0] in ("logger", "logging", "warnings"):
        return None
    return Unknown(f"call of {name}")


def _call_pure(program: Program, name: str, args: list[Any], kwargs: Any) -> Any:
    args = [program.iterate(a) if isinstance(a, Cls) and a.is_enum() else a for a in args]
    if name == "str" and args and isinstance(args[0], Member):
        return args[0].value
    if any_unknown(args) is not None:
        return Unknown(f"{name} of {any_unknown(args)}")
    if any(isinstance(a, list) and any_unknown(a) is not None for a in args) and name in (
        "any",
        "all",
        "min",
        "max",
        "sum",
    ):
        return Unknown(f"{name} of unknown")
    return call_python(program, _PURE[name], args, kwargs)


def call_python(program: Program, callee: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Call a Python function or method on known values; a `key` function may be the package's."""
    hosted = isinstance(getattr(callee, "__self__", None), Host)
    container = isinstance(getattr(callee, "__self__", None), (list, dict, set))
    if not hosted and not container and any_unknown([*args, *kwargs.values()]) is not None:
        return Unknown("call with unknown argument")
    if isinstance(kwargs.get("key"), (Func, Bound)):
        function = kwargs["key"]
        kwargs = {**kwargs, "key": lambda item: program.call(function, [item], {})}
    try:
        return callee(*args, **kwargs)
    except (TypeError, ValueError, KeyError, AttributeError) as problem:
        if hosted:
            raise
        return Unknown(f"{problem}")


def has_host(values: list[Any]) -> bool:
    """Whether a value stands for an object of the extractor, for example the parser."""
    return any(isinstance(v, Host) for v in values)


def _isinstance(thing: Any, kind: Any) -> Any:
    kinds = kind if isinstance(kind, (tuple, list)) else [kind]
    if isinstance(thing, (Unknown, External)):
        return Unknown("isinstance")
    for one in kinds:
        if (
            isinstance(one, Cls)
            and isinstance(thing, (Instance, Member))
            and one in thing.cls.mro()
        ):
            return True
        python = _TYPES.get(one.dotted) if isinstance(one, External) else None
        if python is not None and isinstance(thing, python):
            return True
    return False


def _issubclass(cls: Any, base: Any) -> Any:
    if not isinstance(cls, Cls):
        return Unknown("issubclass")
    bases = base if isinstance(base, (tuple, list)) else [base]
    return any(one in cls.mro() for one in bases)


def _hasattr(program: Program, thing: Any, key: str) -> Any:
    try:
        value = program.attribute(thing, key)
    except RaisedError:
        return False
    return value if isinstance(value, Unknown) else True


def _getattr(program: Program, thing: Any, key: str, *default: Any) -> Any:
    try:
        value = program.attribute(thing, key)
    except RaisedError:
        if default:
            return default[0]
        raise
    return value


def _next(program: Program, items: Any, *default: Any) -> Any:
    found = program.iterate(items)
    if found:
        return found[0]
    return default[0] if default else Unknown("next()")


def _setattr(thing: Any, key: str, value: Any) -> None:
    if isinstance(thing, Instance):
        thing.attributes[key] = value


def field_default(program: Program, value: Any) -> Any:
    """Return what a class attribute written as `field(…)` holds: its default, or its factory's."""
    if not isinstance(value, FieldSpec):
        return value
    if "default" in value.options:
        return value.options["default"]
    if "default_factory" in value.options:
        return program.call(value.options["default_factory"], [], {})
    raise RaisedError("AttributeError")


class Field(Host):
    """A field of a dataclass of the package."""

    def __init__(self, name: str, spec: Any, annotation: str) -> None:
        self.name, self.spec, self.annotation = name, spec, annotation
        options = spec.options if isinstance(spec, FieldSpec) else {}
        self.init = options.get("init", True)
        self.metadata = options.get("metadata", {})
        self.type = annotation
        self.has_default = not isinstance(spec, FieldSpec) or bool(
            spec.options.keys() & {"default", "default_factory"}
        )


class NvidiaGpu(Host):
    """Stands for the machine: some NVIDIA GPU, about which nothing more is known."""

    _YES = ("is_cuda", "is_cuda_alike")
    _NO = ("is_amd", "is_rocm", "is_hip", "is_npu", "is_mps", "is_musa", "is_xpu", "is_gfx1151")

    def __getattr__(self, name: str) -> Any:
        if name in self._YES or name in self._NO:
            return Builtin(lambda *_a, **_k: name in self._YES)
        return Unknown(f"current_platform.{name}")


MISSING = Unknown("no default")


def dataclass_fields(program: Program, cls: Cls) -> dict[str, Field]:
    """Return the fields of a dataclass in order, those of its bases first."""
    out: dict[str, Field] = {}
    for base in reversed(cls.mro()):
        if not isinstance(base, Cls) or not base.is_dataclass():
            continue
        for node in base.node.body:
            if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
                continue
            annotation = ast.unparse(node.annotation)
            if "ClassVar" in annotation:
                continue
            name = node.target.id
            spec = program.class_attribute(base, name) if node.value else MISSING
            out[name] = Field(name, spec, annotation)
    return out


def _fields_of(program: Program, thing: Any) -> Any:
    cls = thing.cls if isinstance(thing, Instance) else thing
    return list(dataclass_fields(program, cls).values()) if isinstance(cls, Cls) else Unknown("")


def instantiate(program: Program, cls: Cls, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Return a new object of a class of the package."""
    if cls.is_enum():
        return _enum_by_value(program, cls, args[0])
    thing = Instance(cls)
    if any(isinstance(c, Cls) and c.is_dataclass() for c in cls.mro()):
        fields = dataclass_fields(program, cls)
        kwargs = {**dict(zip(fields, args, strict=False)), **kwargs}
        for name, one in fields.items():
            if name in kwargs:
                thing.attributes[name] = kwargs[name]
            elif one.has_default:
                thing.attributes[name] = field_default(program, one.spec)
        _post_init(program, thing)
        return thing
    program.call(program.attribute(thing, "__init__"), args, kwargs)
    return thing


def _post_init(program: Program, thing: Instance) -> None:
    """Run `__post_init__` as far as it can be followed; what it had set by then stays."""
    for base in thing.cls.mro():
        if isinstance(base, Cls) and any(
            isinstance(n, ast.FunctionDef) and n.name == "__post_init__" for n in base.node.body
        ):
            try:
                program.call(Bound(program.class_attribute(base, "__post_init__"), thing), [], {})
            except UndecidedError:
                pass
            return


def _enum_by_value(program: Program, cls: Cls, value: Any) -> Any:
    if isinstance(value, (Unknown, External, Member)):
        return value
    for member in program.iterate(cls):
        if member.value == value:
            return member
    raise RaisedError("ValueError")
