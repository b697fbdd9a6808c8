"""Expressions of the evaluated program."""

from __future__ import annotations

import ast
import operator
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from catalog_extract import natives
from catalog_extract.objects import (
    Bound,
    Cls,
    External,
    Func,
    Member,
    RaisedError,
    Super,
    UndecidedError,
    Unknown,
    any_unknown,
    enum_names,
)
from catalog_extract.scope import Env

_BINARY: dict[type, Callable[[Any, Any], Any]] = {
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


class Expressions(ABC):
    """Works out expressions."""

    @abstractmethod
    def attribute(self, thing: Any, name: str) -> Any:
        """Return `thing.name`."""

    @abstractmethod
    def class_attribute(self, cls: Cls, name: str) -> Any:
        """Return what a class's own body binds a name to."""

    @abstractmethod
    def call(self, callee: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """Return the result of a call."""

    @abstractmethod
    def assign(self, target: ast.expr, value: Any, env: Env) -> None:
        """Bind a target to a value."""

    @abstractmethod
    def define(self, node: ast.FunctionDef | ast.ClassDef, env: Env) -> Any:
        """Return the function or class that a definition makes."""

    @abstractmethod
    def imported(self, node: ast.Import, name: str) -> Any:
        """Return what `import …` binds a name to."""

    @abstractmethod
    def imported_from(self, module: str, name: str) -> Any:
        """Return what `from module import name` binds the name to."""

    def truth(self, node: ast.expr, env: Env) -> bool:
        """Return whether a condition holds; raises UndecidedError when that is not known."""
        value = self.evaluate(node, env)
        if isinstance(value, (Unknown, External)):
            raise UndecidedError(f"condition {ast.unparse(node)[:80]}: {value}")
        return bool(value)

    def iterate(self, value: Any) -> list[Any]:
        """Return the items of an iterable."""
        if isinstance(value, Cls) and value.is_enum():
            return [self.class_attribute(value, n) for n in enum_names(value)]
        if isinstance(value, (Unknown, External)) or not hasattr(value, "__iter__"):
            raise UndecidedError(f"loop over {value!r:.80}")
        return list(value)

    def evaluate(self, node: ast.expr, env: Env) -> Any:
        """Return the value of an expression."""
        handler = getattr(self, "_eval_" + type(node).__name__.lower(), None)
        if handler is None:
            return Unknown(f"expression {type(node).__name__}")
        return handler(node, env)

    def _eval_constant(self, node: ast.Constant, env: Env) -> Any:
        return node.value

    def _eval_name(self, node: ast.Name, env: Env) -> Any:
        return env.get(node.id)

    def _eval_attribute(self, node: ast.Attribute, env: Env) -> Any:
        return self.attribute(self.evaluate(node.value, env), node.attr)

    def _eval_lambda(self, node: ast.Lambda, env: Env) -> Any:
        return Func(node, env)

    def _eval_namedexpr(self, node: ast.NamedExpr, env: Env) -> Any:
        value = self.evaluate(node.value, env)
        env.names[node.target.id] = value
        return value

    def _eval_ifexp(self, node: ast.IfExp, env: Env) -> Any:
        test = self.evaluate(node.test, env)
        if isinstance(test, (Unknown, External)):
            return Unknown(f"condition {ast.unparse(node.test)[:60]}")
        return self.evaluate(node.body if test else node.orelse, env)

    def _eval_boolop(self, node: ast.BoolOp, env: Env) -> Any:
        stop = isinstance(node.op, ast.Or)
        unknown = value = None
        for part in node.values:
            value = self.evaluate(part, env)
            if isinstance(value, (Unknown, External)):
                unknown = value
            elif bool(value) == stop:
                return value if unknown is None else Unknown("condition")
        return value if unknown is None else unknown

    def _eval_unaryop(self, node: ast.UnaryOp, env: Env) -> Any:
        value = self.evaluate(node.operand, env)
        if isinstance(value, (Unknown, External)):
            return value
        return not value if isinstance(node.op, ast.Not) else -value

    def _eval_binop(self, node: ast.BinOp, env: Env) -> Any:
        left, right = self.evaluate(node.left, env), self.evaluate(node.right, env)
        return self._binary(type(node.op), left, right)

    def _binary(self, op: type, left: Any, right: Any) -> Any:
        if (unknown := any_unknown([left, right])) is not None:
            return Unknown(str(unknown))
        try:
            return _BINARY[op](left, right)
        except (KeyError, TypeError, ArithmeticError) as problem:
            return Unknown(str(problem))

    def _eval_compare(self, node: ast.Compare, env: Env) -> Any:
        left = self.evaluate(node.left, env)
        for op, part in zip(node.ops, node.comparators, strict=True):
            right = self.evaluate(part, env)
            if isinstance(op, (ast.In, ast.NotIn)) and isinstance(right, Cls):
                right = self.iterate(right)
            names = isinstance(left, External) and isinstance(right, External)
            if not names and (unknown := any_unknown([left, right])) is not None:
                return Unknown(f"comparison with {unknown}")
            try:
                if not _COMPARE[type(op)](left, right):
                    return False
            except TypeError as problem:
                return Unknown(str(problem))
            left = right
        return True

    def _eval_tuple(self, node: ast.Tuple, env: Env) -> Any:
        return tuple(self._items(node.elts, env))

    def _eval_list(self, node: ast.List, env: Env) -> Any:
        return self._items(node.elts, env)

    def _eval_set(self, node: ast.Set, env: Env) -> Any:
        return set(self._items(node.elts, env))

    def _items(self, nodes: list[ast.expr], env: Env) -> list[Any]:
        out: list[Any] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                out.extend(self.iterate(self.evaluate(node.value, env)))
            else:
                out.append(self.evaluate(node, env))
        return out

    def _eval_dict(self, node: ast.Dict, env: Env) -> Any:
        out: dict[Any, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            result = self.evaluate(value, env)
            if key is None and isinstance(result, dict):
                out.update(result)
            elif key is not None:
                out[self.evaluate(key, env)] = result
        return out

    def _eval_joinedstr(self, node: ast.JoinedStr, env: Env) -> Any:
        parts = [self.evaluate(v, env) for v in node.values]
        return any_unknown(parts) or "".join(str(p) for p in parts)

    def _eval_formattedvalue(self, node: ast.FormattedValue, env: Env) -> Any:
        value = self.evaluate(node.value, env)
        return value if isinstance(value, (str, Unknown)) else str(value)

    def _eval_subscript(self, node: ast.Subscript, env: Env) -> Any:
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
            raise RaisedError("KeyError") from None
        except TypeError as problem:
            return Unknown(str(problem))

    def _eval_slice(self, node: ast.Slice, env: Env) -> Any:
        parts = [self.evaluate(p, env) if p else None for p in (node.lower, node.upper, node.step)]
        return any_unknown(parts) or slice(*parts)

    def _eval_listcomp(self, node: ast.ListComp, env: Env) -> Any:
        return self._comprehension(node, env, lambda scope: self.evaluate(node.elt, scope))

    def _eval_generatorexp(self, node: ast.GeneratorExp, env: Env) -> Any:
        return self._comprehension(node, env, lambda scope: self.evaluate(node.elt, scope))

    def _eval_setcomp(self, node: ast.SetComp, env: Env) -> Any:
        found = self._comprehension(node, env, lambda scope: self.evaluate(node.elt, scope))
        return found if isinstance(found, Unknown) else set(found)

    def _eval_dictcomp(self, node: ast.DictComp, env: Env) -> Any:
        found = self._comprehension(
            node, env, lambda s: (self.evaluate(node.key, s), self.evaluate(node.value, s))
        )
        return found if isinstance(found, Unknown) else dict(found)

    def _comprehension(self, node: Any, env: Env, make: Callable[[Env], Any]) -> Any:
        out: list[Any] = []
        try:
            self._loops(
                node.generators, Env(env.program, env.module, env), lambda s: out.append(make(s))
            )
        except UndecidedError as problem:
            return Unknown(str(problem))
        return out

    def _loops(self, loops: list[ast.comprehension], env: Env, emit: Callable[[Env], Any]) -> None:
        if not loops:
            emit(env)
            return
        for item in self.iterate(self.evaluate(loops[0].iter, env)):
            scope = Env(env.program, env.module, env)
            self.assign(loops[0].target, item, scope)
            if all(self.truth(test, scope) for test in loops[0].ifs):
                self._loops(loops[1:], scope, emit)

    def _eval_call(self, node: ast.Call, env: Env) -> Any:
        if isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args:
            owner = env.function.owner if env.function else None
            return Super(owner, env.this) if owner else Unknown("super()")
        callee = self.evaluate(node.func, env)
        try:
            args = self._items(node.args, env)
        except UndecidedError as problem:
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
        except UndecidedError as problem:
            if isinstance(callee, (Func, Bound)) and natives.has_host([*args, *kwargs.values()]):
                raise  # a parser was being filled: losing options silently is not an option
            return Unknown(str(problem))
