"""A small evaluator of Python source: enough to follow parsers, dataclasses and registries.

It never imports the package that it reads. Names are bound lazily, module by module. What depends
on anything outside the package is `Unknown`, and so is everything computed from it.
"""

from __future__ import annotations

import ast
from typing import Any

from catalog_extract import natives
from catalog_extract.objects import (
    Bound,
    Builtin,
    Cls,
    External,
    Func,
    Host,
    Instance,
    Member,
    RaisedError,
    Super,
    Unknown,
    enum_names,
)
from catalog_extract.scope import ClassEnv, Env, Module, bound_names
from catalog_extract.statements import ReturnSignal, Statements
from catalog_extract.wheel import Wheel

PLAIN = (int, float, str, bytes, bool, list, dict, set, frozenset, tuple, range, type(None))
MOST_DEPTH = 60
"""Calls within calls, beyond which a result counts as unknown."""


class Program(Statements):
    """The package as a whole, and the evaluation of its expressions and statements."""

    def __init__(self, wheel: Wheel, package: str = "sglang") -> None:
        self.wheel, self.package = wheel, package
        self.overrides: dict[str, Any] = {
            f"{package}.multimodal_gen.runtime.platforms.current_platform": natives.NvidiaGpu()
        }
        self.variables: dict[str, str] = {}
        self._modules: dict[str, Module | None] = {}
        self.results: dict[str, Any] = {}
        """What was worked out once for the whole wheel."""
        self._depth = 0
        self.running: list[Func] = []
        """The functions being run, the innermost last."""

    # --- names ----------------------------------------------------------------------------------

    def module(self, dotted: str) -> Module | None:
        """Return a module of the package, or None when there is none of that name."""
        if dotted not in self._modules:
            self._modules[dotted] = None
            inside = dotted.split(".", maxsplit=1)[0] == self.package
            file = self.wheel.module_file(dotted) if inside else None
            if file:
                self._modules[dotted] = Module(self, dotted, self.wheel.read(file), file)
        return self._modules[dotted]

    def find(self, dotted: str) -> Any:
        """Return a name by its full dotted path."""
        module_name, _, name = dotted.rpartition(".")
        if dotted in self.overrides:
            return self.overrides[dotted]
        module = self.module(module_name)
        if module is None:
            if module_name.split(".")[0] == self.package:
                return Unknown(f"no module {module_name}")
            return External(dotted)
        return module.get(name)

    def bind(self, node: ast.stmt, name: str, env: Env) -> Any:
        """Return what a statement binds a name to."""
        key = f"{env.module.dotted}.{name}"
        if key in self.overrides:
            return self.overrides[key]
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            return self.define(node, env)
        if isinstance(node, ast.AsyncFunctionDef):
            return Unknown("async function")
        if isinstance(node, ast.Import):
            return self.imported(node, name)
        if isinstance(node, ast.ImportFrom):
            alias = next(a for a in node.names if (a.asname or a.name) == name)
            return self.imported_from(env.module.resolve(node), alias.name)
        inside = env if isinstance(env, ClassEnv) else None
        scope = ClassEnv(self, inside.cls) if inside else Env(self, env.module, env)
        self.try_run(node, scope)
        return scope.names.get(name, Unknown(f"{key} could not be evaluated"))

    def imported(self, node: ast.Import, name: str) -> Any:
        """Return what `import …` binds a name to."""
        alias = next(a for a in node.names if (a.asname or a.name).split(".")[0] == name)
        dotted = alias.name if alias.asname else name
        return self.module(dotted) or External(dotted)

    def imported_from(self, module: str, name: str) -> Any:
        """Return what `from module import name` binds the name to."""
        return self.module(f"{module}.{name}") or self.find(f"{module}.{name}")

    def define(self, node: ast.FunctionDef | ast.ClassDef, env: Env) -> Any:
        """Return the function or class that a definition makes."""
        if isinstance(node, ast.ClassDef):
            bases = [self.evaluate(b, env) for b in node.bases if not isinstance(b, ast.Starred)]
            bases = [b if isinstance(b, Cls) else _outside(b) for b in bases]
            return Cls(node, env, env.module, bases)
        return Func(node, env)

    # --- attributes -----------------------------------------------------------------------------

    def class_attribute(self, cls: Cls, name: str) -> Any:
        """Return what a class's own body binds a name to; raises KeyError when nothing does."""
        if name in cls.namespace:
            return cls.namespace[name]
        found = [n for n in _flat(cls.node.body) if name in bound_names(n)]
        if not found:
            raise KeyError(name)
        node = found[-1]
        if cls.is_enum() and isinstance(node, (ast.Assign, ast.AnnAssign)):
            value: Any = self._member(cls, name, node)
        else:
            scope = ClassEnv(self, cls)
            cls.namespace[name] = Unknown(f"{cls.name}.{name} depends on itself")
            value = self.bind(node, name, scope)
        if isinstance(value, Func) and isinstance(node, ast.FunctionDef) and value.node is node:
            value.owner = cls
            value.kind = _kind(node)
        cls.namespace[name] = value
        return value

    def _member(self, cls: Cls, name: str, node: ast.Assign | ast.AnnAssign) -> Any:
        value = self.evaluate(node.value, ClassEnv(self, cls)) if node.value else None
        if isinstance(value, Unknown) and "auto" in ast.unparse(node):
            lower = any("StrEnum" in e for e in cls.externals())
            value = name.lower() if lower else enum_names(cls).index(name) + 1
        return Member(cls, name, value)

    def attribute(self, thing: Any, name: str) -> Any:
        """Return `thing.name`, or Unknown; raises RaisedError when there is certainly none."""
        if isinstance(thing, Unknown):
            return thing
        if isinstance(thing, External):
            return natives.external(f"{thing.dotted}.{name}")
        if isinstance(thing, Module):
            return thing.get(name)
        if isinstance(thing, Cls):
            return self._from_class(thing, name, None)
        if isinstance(thing, (Instance, Member)):
            return self._from_object(thing, name)
        if isinstance(thing, Super):
            return self._from_super(thing, name)
        if isinstance(thing, (Host, *PLAIN)):
            if hasattr(thing, name):
                return getattr(thing, name)
            raise RaisedError("AttributeError")
        return Unknown(f"attribute {name}")

    def _from_object(self, thing: Instance | Member, name: str) -> Any:
        if isinstance(thing, Member):
            if name in ("value", "name", "_value_", "_name_"):
                return getattr(thing, name.strip("_"))
        elif name in thing.attributes:
            return thing.attributes[name]
        elif name == "__class__":
            return thing.cls
        elif name == "__dict__":
            return thing.attributes
        return self._from_class(thing.cls, name, thing)

    def _from_class(self, cls: Cls, name: str, this: Any) -> Any:
        if name in ("__name__", "__qualname__") and this is None:
            return cls.name
        if name == "__module__":
            return cls.module.dotted
        return self._from_mro(cls.mro(), cls, name, this)

    def _from_super(self, thing: Super, name: str) -> Any:
        cls = thing.self if isinstance(thing.self, Cls) else thing.self.cls
        mro = cls.mro()
        this = None if isinstance(thing.self, Cls) else thing.self
        return self._from_mro(mro[mro.index(thing.after) + 1 :], cls, name, this)

    def _from_mro(self, mro: list[Any], cls: Cls, name: str, this: Any) -> Any:
        for base in mro:
            if isinstance(base, Cls):
                try:
                    value = self.class_attribute(base, name)
                except KeyError:
                    continue
                return self._descriptor(value, cls, this)
        if name == "__init__":
            return Builtin(lambda *_a, **_k: None)
        outside = [b for b in mro if isinstance(b, (External, Unknown))]
        harmless = {"object", "ABC", "Generic", "Protocol", "Enum", "str", "int", "StrEnum"}
        if all(isinstance(b, External) and b.dotted.split(".")[-1] in harmless for b in outside):
            if getter := self._getter(cls, this):
                return self.call(getter, [name], {})
            raise RaisedError("AttributeError")
        return Unknown(f"{cls.name}.{name} may come from a base class outside")

    def _getter(self, cls: Cls, this: Any) -> Any:
        if this is None:
            return None
        for base in cls.mro():
            if isinstance(base, Cls) and any(
                "__getattr__" in bound_names(n) for n in base.node.body
            ):
                func = self.class_attribute(base, "__getattr__")
                return Bound(func, this)
        return None

    def _descriptor(self, value: Any, cls: Cls, this: Any) -> Any:
        if not isinstance(value, Func) or value.owner is None:
            return natives.field_default(self, value)
        if value.kind == "staticmethod":
            return value
        if value.kind == "classmethod":
            return Bound(value, cls)
        if value.kind == "property":
            return value if this is None else self.call(Bound(value, this), [], {})
        return value if this is None else Bound(value, this)

    # --- calls ----------------------------------------------------------------------------------

    def call(self, callee: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """Return the result of a call, or Unknown."""
        if isinstance(callee, (Func, Bound)):
            return self._call_function(callee, args, kwargs)
        if isinstance(callee, Cls):
            return natives.instantiate(self, callee, args, kwargs)
        if isinstance(callee, Builtin):
            return callee.call(*args, **kwargs)
        if isinstance(callee, External):
            return natives.call_external(self, callee, args, kwargs)
        if isinstance(callee, Instance):
            return self.call(self.attribute(callee, "__call__"), args, kwargs)
        if callable(callee) and not isinstance(callee, Unknown):
            return natives.call_python(self, callee, args, kwargs)
        return Unknown(f"call of {callee!r:.60}")

    def _call_function(self, callee: Func | Bound, args: list[Any], kwargs: dict[str, Any]) -> Any:
        func = callee.func if isinstance(callee, Bound) else callee
        if isinstance(callee, Bound):
            args = [callee.self, *args]
        key = f"{func.env.module.dotted}.{func.name}"
        if key in self.overrides:
            return self.call(self.overrides[key], args, kwargs)
        if self._depth > MOST_DEPTH:
            return Unknown("too deep")
        env = Env(self, func.env.module, func.env)
        env.function, env.this = func, args[0] if args else None
        if isinstance(func.node, ast.FunctionDef) and _is_generator(func.node):
            return Unknown("generator function")
        self._parameters(func, env, args, kwargs)
        self._depth += 1
        self.running.append(func)
        try:
            if isinstance(func.node, ast.Lambda):
                return self.evaluate(func.node.body, env)
            self.run(func.node.body, env)
        except ReturnSignal as done:
            return done.value
        finally:
            self._depth -= 1
            self.running.pop()
        return None

    def _parameters(self, func: Func, env: Env, args: list[Any], kwargs: dict[str, Any]) -> None:
        spec = func.node.args
        names = [a.arg for a in (*spec.posonlyargs, *spec.args)]
        for name, default in zip(reversed(names), reversed(spec.defaults), strict=False):
            env.names[name] = self.evaluate(default, func.env)
        for arg, node in zip(spec.kwonlyargs, spec.kw_defaults, strict=True):
            if node is not None:
                env.names[arg.arg] = self.evaluate(node, func.env)
        env.names.update(zip(names, args, strict=False))
        if spec.vararg:
            env.names[spec.vararg.arg] = tuple(args[len(names) :])
        known = {*names, *(a.arg for a in spec.kwonlyargs)}
        env.names.update({k: v for k, v in kwargs.items() if k in known})
        if spec.kwarg:
            env.names[spec.kwarg.arg] = {k: v for k, v in kwargs.items() if k not in known}
        for name in known - set(env.names):
            env.names[name] = Unknown(f"parameter {name}")


def _flat(body: list[ast.stmt]) -> list[ast.stmt]:
    out: list[ast.stmt] = []
    for node in body:
        out.extend(_flat(node.body) if isinstance(node, (ast.If, ast.Try)) else [node])
    return out


def _kind(node: ast.FunctionDef) -> str:
    for decorator in node.decorator_list:
        text = ast.unparse(decorator).rpartition(".")[2]
        if text in ("property", "cached_property", "setter"):
            return "property"
        if text in ("staticmethod", "classmethod"):
            return text
    return "method"


def _is_generator(node: ast.FunctionDef) -> bool:
    return any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in ast.walk(node))


def _outside(value: Any) -> External:
    if isinstance(value, External):
        return value
    return External(getattr(value, "__name__", None) or f"unknown.{value!r:.40}")
