"""Statements of the evaluated program."""

from __future__ import annotations

import ast
from typing import Any

from catalog_extract.expressions import Expressions
from catalog_extract.objects import Cls, External, Instance, RaisedError, UndecidedError, Unknown
from catalog_extract.scope import Env, bound_names

MOST_ROUNDS = 10_000
"""After this many rounds a `while` is taken to be endless."""


class ReturnSignal(BaseException):
    """The evaluated function returned."""

    def __init__(self, value: Any) -> None:
        self.value = value


class _Break(BaseException):
    pass


class _Continue(BaseException):
    pass


class Statements(Expressions):
    """Carries out statements."""

    def try_run(self, node: ast.stmt, env: Env) -> None:
        """Carry out one statement; what cannot be decided is left out."""
        try:
            self.run([node], env)
        except (UndecidedError, RaisedError, ReturnSignal):
            pass

    def run(self, body: list[ast.stmt], env: Env) -> None:
        """Carry out statements in order."""
        for node in body:
            handler = getattr(self, "_run_" + type(node).__name__.lower(), None)
            if handler is None:
                raise UndecidedError(f"statement {type(node).__name__}")
            handler(node, env)

    def _run_expr(self, node: ast.Expr, env: Env) -> None:
        self.evaluate(node.value, env)

    def _run_return(self, node: ast.Return, env: Env) -> None:
        raise ReturnSignal(self.evaluate(node.value, env) if node.value else None)

    def _run_pass(self, node: ast.Pass, env: Env) -> None: ...

    def _run_global(self, node: ast.Global, env: Env) -> None: ...

    def _run_break(self, node: ast.Break, env: Env) -> None:
        raise _Break

    def _run_continue(self, node: ast.Continue, env: Env) -> None:
        raise _Continue

    def _run_raise(self, node: ast.Raise, env: Env) -> None:
        raise RaisedError(ast.unparse(node)[:120])

    def _run_assert(self, node: ast.Assert, env: Env) -> None:
        if self.evaluate(node.test, env) is False:
            raise RaisedError("AssertionError")

    def _run_delete(self, node: ast.Delete, env: Env) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                env.names.pop(target.id, None)

    def _run_assign(self, node: ast.Assign, env: Env) -> None:
        value = self.evaluate(node.value, env)
        for target in node.targets:
            self.assign(target, value, env)

    def _run_annassign(self, node: ast.AnnAssign, env: Env) -> None:
        if node.value is not None:
            self.assign(node.target, self.evaluate(node.value, env), env)

    def _run_augassign(self, node: ast.AugAssign, env: Env) -> None:
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

    def _run_if(self, node: ast.If, env: Env) -> None:
        self.run(node.body if self.truth(node.test, env) else node.orelse, env)

    def _run_while(self, node: ast.While, env: Env) -> None:
        for _ in range(MOST_ROUNDS):
            if not self.truth(node.test, env):
                return
            try:
                self.run(node.body, env)
            except _Break:
                return
            except _Continue:
                continue
        raise UndecidedError("endless loop")

    def _run_for(self, node: ast.For, env: Env) -> None:
        for item in self.iterate(self.evaluate(node.iter, env)):
            self.assign(node.target, item, env)
            try:
                self.run(node.body, env)
            except _Break:
                return
            except _Continue:
                continue
        self.run(node.orelse, env)

    def _run_with(self, node: ast.With, env: Env) -> None:
        self.run(node.body, env)

    def _run_try(self, node: ast.Try, env: Env) -> None:
        try:
            self.run(node.body, env)
            self.run(node.orelse, env)
        except RaisedError:
            if not node.handlers:
                raise
            if node.handlers[0].name:
                env.names[node.handlers[0].name] = Unknown("exception")
            self.run(node.handlers[0].body, env)
        self.run(node.finalbody, env)

    def _run_functiondef(self, node: ast.FunctionDef, env: Env) -> None:
        env.names[node.name] = self.define(node, env)

    _run_classdef = _run_functiondef

    def _run_import(self, node: ast.Import, env: Env) -> None:
        for name in bound_names(node):
            env.names[name] = self.imported(node, name)

    def _run_importfrom(self, node: ast.ImportFrom, env: Env) -> None:
        module = env.module.resolve(node)
        for alias in node.names:
            env.names[alias.asname or alias.name] = self.imported_from(module, alias.name)

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
