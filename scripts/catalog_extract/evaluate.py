"""A small evaluator of Python source: enough to follow parsers, dataclasses and registries.

It never imports the package that it reads. Names are bound lazily, module by module. What depends
on anything outside the package is `Unknown`, and so is everything computed from it.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
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
    Raised,
    Super,
    Undecided,
    Unknown,
    any_unknown,
)
from catalog_extract.wheel import Wheel

PLAIN = (int, float, str, bytes, bool, list, dict, set, frozenset, tuple, range, type(None))
_BINARY = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.LShift: operator.lshift,
}
_COMPARE: dict[type, Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: lambda a, b: a is b or (isinstance(a, Member) and a == b),
    ast.IsNot: lambda a, b: not (a is b or (isinstance(a, Member) and a == b)),
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
MOST_DEPTH = 60


class _Return(Exception):
    def __init__(self, value: Any) -> None:
        self.value = value


class _Break(Exception):
    pass


class _Continue(Exception):
    pass


class Env:
    """A scope: local names, and the scope around it."""

    def __init__(self, program: Program, module: Module, parent: Env | None = None) -> None:
        self.program, self.module, self.parent = program, module, parent
        self.names: dict[str, Any] = {}
        self.function: Func | None = parent.function if parent else None
        self.this: Any = parent.this if parent else None

    def get(self, name: str) -> Any:
        """Return what a name stands for here."""
        scope: Env | None = self
        while scope:
            if name in scope.names:
                return scope.names[name]
            scope = scope.parent
        return self.module.get(name)


class Module:
    """One module, whose top-level names are evaluated when they are first asked for."""

    def __init__(self, program: Program, dotted: str, text: str, package: bool) -> None:
        self.program, self.dotted, self.package = program, dotted, package
        self.tree = ast.parse(text)
        self.env = Env(program, self)
        self.bindings: dict[str, list[ast.stmt]] = {}
        self.changes: dict[str, list[ast.stmt]] = {}
        self.stars: list[ast.ImportFrom] = []
        self._values: dict[str, Any] = {}
        _index(self, self.tree.body)

    def get(self, name: str) -> Any:
        """Return the value of a top-level name."""
        if name not in self._values:
            self._values[name] = Unknown(f"{self.dotted}.{name} depends on itself")
            self._values[name] = self._evaluate(name)
            for change in self.changes.get(name, ()):
                self.program.try_run(change, self.env)
        return self._values[name]

    def has(self, name: str) -> bool:
        """Whether the module itself binds a name."""
        return name in self.bindings

    def _evaluate(self, name: str) -> Any:
        if name in self.bindings:
            return self.program.bind(self.bindings[name][-1], name, self.env)
        for star in self.stars:
            found = self.program.module(self.resolve(star))
            if found and found.has(name):
                return found.get(name)
        if sub := self.program.module(f"{self.dotted}.{name}"):
            return sub
        return natives.builtin(self.program, name)

    def resolve(self, node: ast.ImportFrom) -> str:
        """Return the absolute name of the module that a `from … import` names."""
        if not node.level:
            return node.module or ""
        parts = self.dotted.split(".")
        keep = len(parts) - node.level + (1 if self.package else 0)
        return ".".join([*parts[:keep], *([node.module] if node.module else [])])


def _index(module: Module, body: list[ast.stmt]) -> None:
    """Note which statement binds which top-level name; handlers of a `try` do not count."""
    for node in body:
        if isinstance(node, ast.If):
            _index(module, node.orelse)
            _index(module, node.body)
        elif isinstance(node, (ast.Try, ast.With)):
            _index(module, node.body)
        elif isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            module.stars.append(node)
        elif isinstance(node, ast.For):
            for target in {_changed(part) for part in node.body} - {""}:
                module.changes.setdefault(target, []).append(node)
        elif target := _changed(node):
            module.changes.setdefault(target, []).append(node)
        else:
            for name in _bound(node):
                module.bindings.setdefault(name, []).append(node)


def _bound(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [(a.asname or a.name).split(".")[0] for a in node.names]
    if isinstance(node, ast.AnnAssign):
        return [node.target.id] if node.value and isinstance(node.target, ast.Name) else []
    if isinstance(node, ast.Assign):
        return [n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)]
    return []


def _changed(node: ast.stmt) -> str:
    """Return the name whose value a top-level statement changes in place, or ""."""
    target: ast.expr | None = None
    if isinstance(node, ast.AugAssign):
        target = node.target
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        target = node.targets[0].value
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        func = node.value.func
        target = func.value if isinstance(func, ast.Attribute) else None
    return target.id if isinstance(target, ast.Name) else ""


class Program:
    """The package as a whole, and the evaluation of its expressions and statements."""

    def __init__(self, wheel: Wheel, package: str = "sglang") -> None:
        self.wheel, self.package = wheel, package
        self.overrides: dict[str, Any] = {}
        self.variables: dict[str, str] = {}
        self._modules: dict[str, Module | None] = {}
        self._depth = 0

    # --- names ----------------------------------------------------------------------------------

    def module(self, dotted: str) -> Module | None:
        """Return a module of the package, or None when there is none of that name."""
        if dotted not in self._modules:
            self._modules[dotted] = None
            inside = dotted.split(".")[0] == self.package
            file = self.wheel.module_file(dotted) if inside else None
            if file:
                package = file.endswith("__init__.py")
                self._modules[dotted] = Module(self, dotted, self.wheel.read(file), package)
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
            return self._define(node, env)
        if isinstance(node, ast.AsyncFunctionDef):
            return Unknown("async function")
        if isinstance(node, ast.Import):
            return self._import(node, name)
        if isinstance(node, ast.ImportFrom):
            alias = next(a for a in node.names if (a.asname or a.name) == name)
            return self._import_from(env.module.resolve(node), alias.name)
        scope = Env(self, env.module, env)
        self.try_run(node, scope)
        return scope.names.get(name, Unknown(f"{key} could not be evaluated"))

    def _import(self, node: ast.Import, name: str) -> Any:
        alias = next(a for a in node.names if (a.asname or a.name).split(".")[0] == name)
        dotted = alias.name if alias.asname else name
        return self.module(dotted) or External(dotted)

    def _import_from(self, module: str, name: str) -> Any:
        return self.module(f"{module}.{name}") or self.find(f"{module}.{name}")

    def _define(self, node: ast.FunctionDef | ast.ClassDef, env: Env) -> Any:
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
        found = [n for n in _flat(cls.node.body) if name in _bound(n)]
        if not found:
            raise KeyError(name)
        node = found[-1]
        if cls.is_enum() and isinstance(node, (ast.Assign, ast.AnnAssign)):
            value: Any = self._member(cls, name, node)
        else:
            scope = _ClassEnv(self, cls)
            cls.namespace[name] = Unknown(f"{cls.name}.{name} depends on itself")
            value = self.bind(node, name, scope)
        if isinstance(value, Func) and isinstance(node, ast.FunctionDef) and value.node is node:
            value.owner = cls
            value.kind = _kind(node)
        cls.namespace[name] = value
        return value

    def _member(self, cls: Cls, name: str, node: ast.Assign | ast.AnnAssign) -> Any:
        value = self.evaluate(node.value, _ClassEnv(self, cls)) if node.value else None
        if isinstance(value, Unknown) and "auto" in ast.unparse(node):
            lower = any("StrEnum" in e for e in cls.externals())
            value = name.lower() if lower else enum_names(cls).index(name) + 1
        return Member(cls, name, value)

    def attribute(self, thing: Any, name: str) -> Any:
        """Return `thing.name`, or Unknown; raises Raised when there is certainly no such name."""
        if isinstance(thing, (Unknown, External)):
            return _outside_attribute(self, thing, name)
        if isinstance(thing, Module):
            return thing.get(name)
        if isinstance(thing, Cls):
            return self._from_class(thing, name, None)
        if isinstance(thing, Instance):
            if name in thing.attributes:
                return thing.attributes[name]
            if name == "__class__":
                return thing.cls
            if name == "__dict__":
                return thing.attributes
            return self._from_class(thing.cls, name, thing)
        if isinstance(thing, Member):
            if name in ("value", "name", "_value_", "_name_"):
                return getattr(thing, name.strip("_"))
            return self._from_class(thing.cls, name, thing)
        if isinstance(thing, Super):
            return self._from_super(thing, name)
        if isinstance(thing, (Func, Bound)):
            return thing if name in ("__func__", "__wrapped__") else Unknown(f"function.{name}")
        if isinstance(thing, (Host, *PLAIN)):
            if hasattr(thing, name):
                return getattr(thing, name)
            raise Raised("AttributeError")
        return Unknown(f"attribute {name}")

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
            raise Raised("AttributeError")
        return Unknown(f"{cls.name}.{name} may come from a base class outside")

    def _getter(self, cls: Cls, this: Any) -> Any:
        if this is None:
            return None
        for base in cls.mro():
            if isinstance(base, Cls) and any("__getattr__" in _bound(n) for n in base.node.body):
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
        try:
            if isinstance(func.node, ast.Lambda):
                return self.evaluate(func.node.body, env)
            self.run(func.node.body, env)
        except _Return as done:
            return done.value
        finally:
            self._depth -= 1
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

    # --- statements -----------------------------------------------------------------------------

    def try_run(self, node: ast.stmt, env: Env) -> None:
        """Carry out one statement; what cannot be decided is left out."""
        try:
            self.run([node], env)
        except (Undecided, Raised, _Return):
            pass

    def run(self, body: list[ast.stmt], env: Env) -> None:
        """Carry out statements in order."""
        for node in body:
            handler = getattr(self, "_run_" + type(node).__name__, None)
            if handler is None:
                raise Undecided(f"statement {type(node).__name__}")
            handler(node, env)

    def _run_Expr(self, node: ast.Expr, env: Env) -> None:
        self.evaluate(node.value, env)

    def _run_Return(self, node: ast.Return, env: Env) -> None:
        raise _Return(self.evaluate(node.value, env) if node.value else None)

    def _run_Pass(self, node: ast.Pass, env: Env) -> None: ...

    def _run_Global(self, node: ast.Global, env: Env) -> None: ...

    def _run_Break(self, node: ast.Break, env: Env) -> None:
        raise _Break

    def _run_Continue(self, node: ast.Continue, env: Env) -> None:
        raise _Continue

    def _run_Raise(self, node: ast.Raise, env: Env) -> None:
        raise Raised(ast.unparse(node)[:120])

    def _run_Assert(self, node: ast.Assert, env: Env) -> None:
        if self.evaluate(node.test, env) is False:
            raise Raised("AssertionError")

    def _run_Delete(self, node: ast.Delete, env: Env) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                env.names.pop(target.id, None)

    def _run_Assign(self, node: ast.Assign, env: Env) -> None:
        value = self.evaluate(node.value, env)
        for target in node.targets:
            self.assign(target, value, env)

    def _run_AnnAssign(self, node: ast.AnnAssign, env: Env) -> None:
        if node.value is not None:
            self.assign(node.target, self.evaluate(node.value, env), env)

    def _run_AugAssign(self, node: ast.AugAssign, env: Env) -> None:
        load = ast.parse(ast.unparse(node.target), mode="eval").body
        old, new = self.evaluate(load, env), self.evaluate(node.value, env)
        if isinstance(old, (list, dict, set)) and isinstance(node.target, ast.Name):
            if isinstance(old, list) and not isinstance(new, Unknown):
                old.extend(new)
                return
            if not isinstance(old, list) and not isinstance(new, Unknown):
                old.update(new)
                return
        self.assign(node.target, self._binary(type(node.op), old, new), env)

    def _run_If(self, node: ast.If, env: Env) -> None:
        self.run(node.body if self.truth(node.test, env) else node.orelse, env)

    def _run_While(self, node: ast.While, env: Env) -> None:
        for _ in range(10_000):
            if not self.truth(node.test, env):
                return
            try:
                self.run(node.body, env)
            except _Break:
                return
            except _Continue:
                continue
        raise Undecided("endless loop")

    def _run_For(self, node: ast.For, env: Env) -> None:
        for item in self.iterate(self.evaluate(node.iter, env)):
            self.assign(node.target, item, env)
            try:
                self.run(node.body, env)
            except _Break:
                return
            except _Continue:
                continue
        self.run(node.orelse, env)

    def _run_With(self, node: ast.With, env: Env) -> None:
        self.run(node.body, env)

    def _run_Try(self, node: ast.Try, env: Env) -> None:
        try:
            self.run(node.body, env)
            self.run(node.orelse, env)
        except Raised:
            if not node.handlers:
                raise
            if node.handlers[0].name:
                env.names[node.handlers[0].name] = Unknown("exception")
            self.run(node.handlers[0].body, env)
        self.run(node.finalbody, env)

    def _run_FunctionDef(self, node: ast.FunctionDef, env: Env) -> None:
        env.names[node.name] = self._define(node, env)

    _run_ClassDef = _run_FunctionDef

    def _run_Import(self, node: ast.Import, env: Env) -> None:
        for name in _bound(node):
            env.names[name] = self._import(node, name)

    def _run_ImportFrom(self, node: ast.ImportFrom, env: Env) -> None:
        module = env.module.resolve(node)
        for alias in node.names:
            env.names[alias.asname or alias.name] = self._import_from(module, alias.name)

    def assign(self, target: ast.expr, value: Any, env: Env) -> None:
        """Bind a target (name, attribute, item, tuple) to a value."""
        if isinstance(target, ast.Name):
            env.names[target.id] = value
        elif isinstance(target, (ast.Tuple, ast.List)):
            items = list(self.iterate(value))
            for part, item in zip(target.elts, items, strict=False):
                self.assign(part, item, env)
        elif isinstance(target, ast.Attribute):
            thing = self.evaluate(target.value, env)
            if isinstance(thing, Instance):
                thing.attributes[target.attr] = value
            elif isinstance(thing, Cls):
                thing.namespace[target.attr] = value
        elif isinstance(target, ast.Subscript):
            thing, key = self.evaluate(target.value, env), self.evaluate(target.slice, env)
            if isinstance(thing, (dict, list)) and not isinstance(key, (Unknown, External)):
                thing[key] = value

    # --- expressions ----------------------------------------------------------------------------

    def truth(self, node: ast.expr, env: Env) -> bool:
        """Return whether a condition holds; raises Undecided when that is not known."""
        value = self.evaluate(node, env)
        if isinstance(value, (Unknown, External)):
            raise Undecided(f"condition {ast.unparse(node)[:80]}: {value}")
        return bool(value)

    def iterate(self, value: Any) -> list[Any]:
        """Return the items of an iterable."""
        if isinstance(value, Cls) and value.is_enum():
            return [self.class_attribute(value, n) for n in enum_names(value)]
        if isinstance(value, (Unknown, External)) or not hasattr(value, "__iter__"):
            raise Undecided(f"loop over {value!r:.80}")
        return list(value)

    def evaluate(self, node: ast.expr, env: Env) -> Any:
        """Return the value of an expression."""
        handler = getattr(self, "_eval_" + type(node).__name__, None)
        if handler is None:
            return Unknown(f"expression {type(node).__name__}")
        return handler(node, env)

    def _eval_Constant(self, node: ast.Constant, env: Env) -> Any:
        return node.value

    def _eval_Name(self, node: ast.Name, env: Env) -> Any:
        return env.get(node.id)

    def _eval_Attribute(self, node: ast.Attribute, env: Env) -> Any:
        return self.attribute(self.evaluate(node.value, env), node.attr)

    def _eval_Lambda(self, node: ast.Lambda, env: Env) -> Any:
        return Func(node, env)

    def _eval_NamedExpr(self, node: ast.NamedExpr, env: Env) -> Any:
        value = self.evaluate(node.value, env)
        env.names[node.target.id] = value
        return value

    def _eval_IfExp(self, node: ast.IfExp, env: Env) -> Any:
        test = self.evaluate(node.test, env)
        if isinstance(test, (Unknown, External)):
            return Unknown(f"condition {ast.unparse(node.test)[:60]}")
        return self.evaluate(node.body if test else node.orelse, env)

    def _eval_BoolOp(self, node: ast.BoolOp, env: Env) -> Any:
        stop = isinstance(node.op, ast.Or)
        unknown = value = None
        for part in node.values:
            value = self.evaluate(part, env)
            if isinstance(value, (Unknown, External)):
                unknown = value
            elif bool(value) == stop:
                return value if unknown is None else Unknown("condition")
        return value if unknown is None else unknown

    def _eval_UnaryOp(self, node: ast.UnaryOp, env: Env) -> Any:
        value = self.evaluate(node.operand, env)
        if isinstance(value, (Unknown, External)):
            return value
        return not value if isinstance(node.op, ast.Not) else -value

    def _eval_BinOp(self, node: ast.BinOp, env: Env) -> Any:
        left, right = self.evaluate(node.left, env), self.evaluate(node.right, env)
        return self._binary(type(node.op), left, right)

    def _binary(self, op: type, left: Any, right: Any) -> Any:
        if (unknown := any_unknown([left, right])) is not None:
            return Unknown(str(unknown))
        try:
            return _BINARY[op](left, right)
        except (KeyError, TypeError, ArithmeticError) as problem:
            return Unknown(str(problem))

    def _eval_Compare(self, node: ast.Compare, env: Env) -> Any:
        left = self.evaluate(node.left, env)
        for op, part in zip(node.ops, node.comparators, strict=True):
            right = self.evaluate(part, env)
            if isinstance(op, (ast.In, ast.NotIn)) and isinstance(right, Cls):
                right = self.iterate(right)
            if (unknown := any_unknown([left, right])) is not None:
                if not isinstance(left, External) or not isinstance(right, External):
                    return Unknown(f"comparison with {unknown}")
            try:
                if not _COMPARE[type(op)](left, right):
                    return False
            except TypeError as problem:
                return Unknown(str(problem))
            left = right
        return True

    def _eval_Tuple(self, node: ast.Tuple, env: Env) -> Any:
        return tuple(self._items(node.elts, env))

    def _eval_List(self, node: ast.List, env: Env) -> Any:
        return self._items(node.elts, env)

    def _eval_Set(self, node: ast.Set, env: Env) -> Any:
        return set(self._items(node.elts, env))

    def _items(self, nodes: list[ast.expr], env: Env) -> list[Any]:
        out: list[Any] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                out.extend(self.iterate(self.evaluate(node.value, env)))
            else:
                out.append(self.evaluate(node, env))
        return out

    def _eval_Dict(self, node: ast.Dict, env: Env) -> Any:
        out: dict[Any, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            result = self.evaluate(value, env)
            if key is None and isinstance(result, dict):
                out.update(result)
            elif key is not None:
                out[self.evaluate(key, env)] = result
        return out

    def _eval_JoinedStr(self, node: ast.JoinedStr, env: Env) -> Any:
        parts = [self.evaluate(v, env) for v in node.values]
        return any_unknown(parts) or "".join(str(p) for p in parts)

    def _eval_FormattedValue(self, node: ast.FormattedValue, env: Env) -> Any:
        value = self.evaluate(node.value, env)
        return value if isinstance(value, (str, Unknown)) else str(value)

    def _eval_Subscript(self, node: ast.Subscript, env: Env) -> Any:
        thing, key = self.evaluate(node.value, env), self.evaluate(node.slice, env)
        if isinstance(thing, Cls) and thing.is_enum() and isinstance(key, str):
            return self.class_attribute(thing, key)
        if isinstance(thing, (Cls, External)):
            return thing  # a generic alias such as `Base[T]` or `list[int]`
        if any_unknown([thing, key]) is not None:
            return Unknown(f"item of {thing!r:.60}")
        try:
            return thing[key]
        except (KeyError, IndexError):
            raise Raised("KeyError") from None
        except TypeError as problem:
            return Unknown(str(problem))

    def _eval_Slice(self, node: ast.Slice, env: Env) -> Any:
        parts = [self.evaluate(p, env) if p else None for p in (node.lower, node.upper, node.step)]
        return any_unknown(parts) or slice(*parts)

    def _eval_ListComp(self, node: ast.ListComp, env: Env) -> Any:
        return self._comprehension(node, env, lambda scope: self.evaluate(node.elt, scope))

    def _eval_GeneratorExp(self, node: ast.GeneratorExp, env: Env) -> Any:
        return self._comprehension(node, env, lambda scope: self.evaluate(node.elt, scope))

    def _eval_SetComp(self, node: ast.SetComp, env: Env) -> Any:
        found = self._comprehension(node, env, lambda scope: self.evaluate(node.elt, scope))
        return found if isinstance(found, Unknown) else set(found)

    def _eval_DictComp(self, node: ast.DictComp, env: Env) -> Any:
        found = self._comprehension(
            node, env, lambda s: (self.evaluate(node.key, s), self.evaluate(node.value, s))
        )
        return found if isinstance(found, Unknown) else dict(found)

    def _comprehension(self, node: Any, env: Env, make: Callable[[Env], Any]) -> Any:
        out: list[Any] = []
        try:
            self._loops(node.generators, Env(self, env.module, env), lambda s: out.append(make(s)))
        except Undecided as problem:
            return Unknown(str(problem))
        return out

    def _loops(self, loops: list[ast.comprehension], env: Env, emit: Callable[[Env], Any]) -> None:
        if not loops:
            emit(env)
            return
        for item in self.iterate(self.evaluate(loops[0].iter, env)):
            scope = Env(self, env.module, env)
            self.assign(loops[0].target, item, scope)
            if all(self.truth(test, scope) for test in loops[0].ifs):
                self._loops(loops[1:], scope, emit)

    def _eval_Call(self, node: ast.Call, env: Env) -> Any:
        if isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args:
            owner = env.function.owner if env.function else None
            return Super(owner, env.this) if owner else Unknown("super()")
        callee = self.evaluate(node.func, env)
        try:
            args = self._items(node.args, env)
        except Undecided as problem:
            return Unknown(str(problem))
        kwargs: dict[str, Any] = {}
        for keyword in node.keywords:
            value = self.evaluate(keyword.value, env)
            if keyword.arg is not None:
                kwargs[keyword.arg] = value
            elif isinstance(value, dict):
                kwargs.update(value)
        try:
            return self.call(callee, args, kwargs)
        except Undecided as problem:
            if isinstance(callee, (Func, Bound)) and natives.has_host([*args, *kwargs.values()]):
                raise  # a parser was being filled: losing options silently is not an option
            return Unknown(str(problem))


class _ClassEnv(Env):
    """The scope of a class body, whose names come from the class itself."""

    def __init__(self, program: Program, cls: Cls) -> None:
        super().__init__(program, cls.module, cls.env)
        self.cls = cls

    def get(self, name: str) -> Any:
        """Return a name of the class body, else of the scope around it."""
        try:
            return natives.field_default(self.program, self.program.class_attribute(self.cls, name))
        except KeyError:
            return super().get(name)


def _flat(body: list[ast.stmt]) -> list[ast.stmt]:
    out: list[ast.stmt] = []
    for node in body:
        out.extend(_flat(node.body) if isinstance(node, (ast.If, ast.Try)) else [node])
    return out


def enum_names(cls: Cls) -> list[str]:
    """Return the names of an enumeration's members, in order."""
    return [
        name
        for node in cls.node.body
        if isinstance(node, (ast.Assign, ast.AnnAssign))
        for name in _bound(node)
        if not name.startswith("_")
    ]


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


def _outside_attribute(program: Program, thing: Unknown | External, name: str) -> Any:
    if isinstance(thing, Unknown):
        return thing
    dotted = f"{thing.dotted}.{name}"
    return natives.external(dotted)
