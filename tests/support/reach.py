"""What of the product's source its commands reach, read from the source and not run.

``reached(sources, start)`` follows names: what a function, a class or a constant names, where it
is imported from, and every ``"module:name"`` that stands as text (screens, runs, commands). A
class is reached whole. What a module declares and nobody names is not reached, nor is what only
an annotation names.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_PLACE = re.compile(r"([a-z_][a-z0-9_.]*):([A-Za-z_]\w*)")

_Node = tuple[str, str]
"""A module and a name at its top; "" is what runs when the module is imported, "*" is all of it."""


@dataclass
class _Module:
    name: str
    package: bool
    parts: dict[str, list[ast.stmt]] = field(default_factory=dict)
    imported: dict[str, _Node] = field(default_factory=dict)
    """Local name → (module, name there); the name there is "" when it is the module."""


@dataclass(frozen=True)
class Reach:
    """The reached statements, by (module, name)."""

    parts: Mapping[tuple[str, str], tuple[ast.stmt, ...]]

    def texts(self, *, without: tuple[str, ...] = ()) -> set[str]:
        """Every text that stands in reached code, documentation left out; ``without`` are ends
        of names of modules."""
        return {
            node.value
            for (module, _), statements in self.parts.items()
            if not module.endswith(without or ("/",))
            for statement in statements
            for node in _code(statement)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }

    def nodes(self) -> Iterator[ast.AST]:
        """Every node of reached code."""
        for statements in self.parts.values():
            for statement in statements:
                yield from _code(statement)


def sources_of(root: Path, packages: tuple[str, ...], without: tuple[str, ...]) -> dict[str, str]:
    """Module → text of every file of ``packages``; ``without`` are packages left out."""
    found = {}
    for package in packages:
        for file in sorted((root / package).rglob("*.py")):
            dotted = ".".join(file.relative_to(root).with_suffix("").parts)
            name = dotted.removesuffix(".__init__")
            if not any(f"{name}.".startswith(f"{one}.") for one in without):
                found[dotted] = file.read_text(encoding="utf-8")
    return found


def reached(sources: Mapping[str, str], *start: tuple[str, str]) -> Reach:
    """Everything that the names of ``start`` lead to. Raises KeyError for a start that is not
    there."""
    modules = {}
    for dotted, text in sources.items():
        name = dotted.removesuffix(".__init__")
        modules[name] = _read(name, dotted != name, ast.parse(text))
    for of, name in start:
        modules[of].parts[name]
    seen: dict[_Node, tuple[ast.stmt, ...]] = {}
    waiting: list[_Node] = list(start)
    while waiting:
        node = _resolve(modules, waiting.pop())
        if node is None or node in seen:
            continue
        module = modules[node[0]]
        whole = [one for statements in module.parts.values() for one in statements]
        seen[node] = tuple(whole if node[1] == "*" else module.parts.get(node[1], ()))
        waiting.append((module.name, ""))
        for statement in seen[node]:
            waiting += _named(modules, module, statement)
    return Reach(seen)


def _read(name: str, package: bool, tree: ast.Module) -> _Module:
    module = _Module(name, package)
    for statement in tree.body:
        for one in _names_of(statement):
            module.parts.setdefault(one, []).append(statement)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for item in node.names:
                if item.asname:
                    module.imported[item.asname] = (item.name, "")
        elif isinstance(node, ast.ImportFrom):
            base = _base(module, node)
            for item in node.names:
                module.imported[item.asname or item.name] = (base, item.name)
    return module


def _names_of(statement: ast.stmt) -> tuple[str, ...]:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return (name,)
        case ast.AnnAssign(target=ast.Name(id=name)):
            return (name,)
        case ast.Assign(targets=targets):
            found = [n.id for one in targets for n in ast.walk(one) if isinstance(n, ast.Name)]
            return tuple(found) or ("",)
        case ast.Import() | ast.ImportFrom():
            return ()
        case _:
            return ("",)


def _base(module: _Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    parts = parts[: len(parts) - node.level + module.package]
    return ".".join([*parts, *([node.module] if node.module else [])])


def _resolve(modules: Mapping[str, _Module], node: _Node) -> _Node | None:
    """Where a name is declared: through packages that only hand it on. None: not ours."""
    for _ in range(20):
        module, name = node
        if name and f"{module}.{name}" in modules:
            node = (f"{module}.{name}", "*")
            continue
        if module not in modules:
            return None
        if name in ("", "*") or name in modules[module].parts:
            return node
        if name not in modules[module].imported:
            return None
        node = modules[module].imported[name]
    raise AssertionError(f"{node}: imported in a circle")


def _code(statement: ast.AST) -> Iterator[ast.AST]:
    """Every node below without annotations and documentation."""
    yield statement
    for name, value in ast.iter_fields(statement):
        if name in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                continue
            if isinstance(child, ast.AST):
                yield from _code(child)


def _named(modules: Mapping[str, _Module], module: _Module, statement: ast.stmt) -> Iterator[_Node]:
    of_modules = set()
    for node in _code(statement):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            place = _resolve(modules, module.imported.get(node.value.id, ("", "")))
            if place is not None and place[1] in ("", "*"):
                of_modules.add(id(node.value))
                yield (place[0], node.attr)
    for node in _code(statement):
        if isinstance(node, ast.Name) and id(node) not in of_modules:
            if node.id in module.parts:
                yield (module.name, node.id)
            elif node.id in module.imported:
                yield module.imported[node.id]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            hit = _PLACE.fullmatch(node.value)
            if hit is not None and hit[1] in modules:
                yield (hit[1], hit[2])
