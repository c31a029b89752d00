"""The learner's source, as it is loaded: products of arrays go through stand-ins that can be compiled without SciPy."""

from __future__ import annotations

import ast
from types import CodeType
from typing import Any

_MODULES = ("np", "numpy")
_DOT, _MATMUL = "_dot_", "_matmul_"


def uses_numba(text: str) -> bool:
    """Whether such code may compile functions by itself."""
    return "numba" in text


def loadable(text: str, name: str) -> CodeType:
    """The code of the file of this name, with the learner's own line numbers. Raises SyntaxError, ValueError."""
    return compile(ast.fix_missing_locations(_Products().visit(ast.parse(text, name))), name, "exec")


def stand_ins() -> dict[str, Any]:
    """The names that such code needs. Loads Numba."""
    from kernels.learner import dot, matmul

    return {_DOT: dot, _MATMUL: matmul}


class _Products(ast.NodeTransformer):
    """a @ b, np.dot(a, b), np.matmul(a, b) and a.dot(b)."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        return _call(_MATMUL, node, node.left, node.right) if isinstance(node.op, ast.MatMult) else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if node.keywords or not isinstance(node.func, ast.Attribute):
            return node
        of, name = node.func.value, node.func.attr
        if isinstance(of, ast.Name) and of.id in _MODULES:
            wanted = {"dot": _DOT, "matmul": _MATMUL}.get(name)
            return _call(wanted, node, *node.args) if wanted and len(node.args) == 2 else node
        return _call(_DOT, node, of, *node.args) if name == "dot" and len(node.args) == 1 else node


def _call(name: str, like: ast.expr, *arguments: ast.expr) -> ast.AST:
    return ast.copy_location(ast.Call(ast.copy_location(ast.Name(name, ast.Load()), like), list(arguments), []), like)
