"""The house's own Python, as text and as syntax."""

import ast
from collections.abc import Iterator
from pathlib import Path

from config import house

BASE_DIR = Path(__file__).resolve().parent.parent.parent
APPS = (*house.APPS, "config")


def modules(*, migrations: bool = True) -> Iterator[Path]:
    for app in APPS:
        for path in sorted((BASE_DIR / app).rglob("*.py")):
            if migrations or "migrations" not in path.parts:
                yield path


def name_of(path: Path) -> str:
    return str(path.relative_to(BASE_DIR))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def imported(tree: ast.AST) -> set[str]:
    """Every dotted name that a module asks for."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def called(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a method or function, by its last name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node.func.attr, node
            elif isinstance(node.func, ast.Name):
                yield node.func.id, node
