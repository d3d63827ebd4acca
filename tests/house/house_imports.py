"""Who imports whom, read from the source without running it."""

import ast
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PLUGINS = ("devdash_battery", "devdash_databases", "devdash_git", "devdash_ledger")
OWN = ("devdash", *PLUGINS)


class Import(NamedTuple):
    """One imported module.

    Attributes:
        importer: the dotted name of the module that imports.
        target: the dotted name of what it imports; for `from a import b` both "a" and, when
            that is a module of ours, "a.b" are told, as two imports.
        line: where.
        eager: it happens as soon as the importer is imported.
        typing: it is for type checkers only and never happens.
    """

    importer: str
    target: str
    line: int
    eager: bool
    typing: bool

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.target}"

    @property
    def package(self) -> str:
        """The top-level package that is imported."""
        return self.target.partition(".")[0]


@cache
def modules() -> dict[str, Path]:
    """Every module of the five packages by its dotted name."""
    found: dict[str, Path] = {}
    for base, packages in ((ROOT, OWN[:1]), (ROOT / "plugins", PLUGINS)):
        for package in packages:
            for path in sorted((base / package).rglob("*.py")):
                parts = path.relative_to(base).with_suffix("").parts
                found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def imports() -> tuple[Import, ...]:
    """Every import in the five packages."""
    return tuple(one for name, path in modules().items() for one in _Reader.read(name, path.read_text()))


def third_party() -> tuple[Import, ...]:
    """Imports of what is neither ours nor the standard library's."""
    # `_typeshed` exists for type checkers only; they bring it.
    known = {*OWN, *sys.stdlib_module_names, "_typeshed"}
    return tuple(one for one in imports() if one.package not in known)


def inside(module: str, room: str) -> bool:
    """Whether `module` is `room` or below it."""
    return module == room or module.startswith(room + ".")


def loaded_with(module: str) -> set[str]:
    """`module` and all of ours that is imported with it at once, packages above included."""
    eager: dict[str, set[str]] = {}
    for one in imports():
        if one.eager:
            eager.setdefault(one.importer, set()).add(one.target)
    seen: set[str] = set()
    waiting = {module}
    while waiting:
        name = waiting.pop()
        if name in seen or name not in modules():
            continue
        seen.add(name)
        waiting |= eager.get(name, set())
        if "." in name:
            waiting.add(name.rpartition(".")[0])
    return seen


class _Reader(ast.NodeVisitor):
    def __init__(self, module: str) -> None:
        self.module = module
        self.found: list[Import] = []
        self._in_function = 0
        self._for_typing = 0

    @classmethod
    def read(cls, module: str, source: str) -> list[Import]:
        reader = cls(module)
        reader.visit(ast.parse(source))
        return reader.found

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._note(alias.name, node.lineno)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        assert node.level == 0 and node.module, f"{self.module}:{node.lineno}: a relative import"
        self._note(node.module, node.lineno)
        for alias in node.names:
            if f"{node.module}.{alias.name}" in modules():
                self._note(f"{node.module}.{alias.name}", node.lineno)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._in_function += 1
        self.generic_visit(node)
        self._in_function -= 1

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - ast's name

    def visit_If(self, node: ast.If) -> None:
        typing = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        self._for_typing += typing
        for inner in node.body:
            self.visit(inner)
        self._for_typing -= typing
        for inner in node.orelse:
            self.visit(inner)

    def _note(self, target: str, line: int) -> None:
        typing = self._for_typing > 0
        eager = not typing and self._in_function == 0
        self.found.append(Import(self.module, target, line, eager, typing))
