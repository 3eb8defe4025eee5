"""What a Python plugin's files import before anything else, imported while the host does not wait for it.

Only that: an import that comes after other code may depend on what that code has done.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tibicen.worker.python_rooms import PluginSource

MOST_FILES = 100


def import_ahead(source: PluginSource) -> None:
    """Imports it. What fails will fail again when the plugin's own code gets there, and is told then."""
    for name in _first_imports(source):
        # Also what is no Exception: a module may call sys.exit.
        with suppress(BaseException):
            importlib.import_module(name)


def _first_imports(source: PluginSource) -> Iterator[str]:
    entry = Path(source.entry)
    waiting, seen = [entry], {entry}
    while waiting and len(seen) <= MOST_FILES:
        path = waiting.pop()
        try:
            text = source.text if path == entry and source.text is not None else path.read_bytes()
            tree = ast.parse(text)
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for statement in tree.body:
            if isinstance(statement, ast.Import):
                yield from (alias.name for alias in statement.names)
            elif isinstance(statement, ast.ImportFrom) and statement.level == 0 and statement.module:
                yield statement.module
            elif isinstance(statement, ast.ImportFrom):
                # What its own files do, too, comes before the rest.
                neighbours = [each for each in _neighbours(path, statement) if each not in seen]
                seen.update(neighbours)
                waiting += neighbours
                break
            elif not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
                break


def _neighbours(path: Path, statement: ast.ImportFrom) -> Iterator[Path]:
    folder = path.parent
    for _ in range(statement.level - 1):
        folder = folder.parent
    names = [statement.module] if statement.module else [alias.name for alias in statement.names]
    for name in names:
        place = folder.joinpath(*name.split("."))
        for candidate in (place.with_suffix(".py"), place / "__init__.py"):
            if candidate.is_file():
                yield candidate
