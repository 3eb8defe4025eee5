"""docs/dependencies.md says why each dependency of pyproject.toml is there, and names no others."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MODULES = {
    "argon2-cffi": "argon2",
    "freetype-py": "freetype",
    "pillow": "PIL",
    "prometheus-client": "prometheus_client",
    "pyyaml": "yaml",
}
"""What a package is imported as, where that is not its name."""


def declared(section: str) -> list[str]:
    lists: dict[str, list[str]] = {
        "Runtime": PYPROJECT["project"]["dependencies"],
        "Optional": [
            each
            for extra, names in PYPROJECT["project"]["optional-dependencies"].items()
            if extra != "test"
            for each in names
        ],
        "Test": PYPROJECT["project"]["optional-dependencies"]["test"],
        "Build": PYPROJECT["build-system"]["requires"],
    }
    return sorted(lists[section])


def documented(section: str) -> dict[str, str]:
    """Dependency to reason, as the page's tables have them."""
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    text = page.partition(f"## {section}\n")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| `([^`]+)` \| (.*?) \|$", text, re.MULTILINE))


@pytest.mark.parametrize("section", ["Runtime", "Optional", "Test", "Build"])
def test_page_and_pyproject_agree(section: str) -> None:
    assert sorted(documented(section)) == declared(section)


@pytest.mark.parametrize("section", ["Runtime", "Optional", "Test", "Build"])
def test_every_dependency_has_a_reason(section: str) -> None:
    assert [name for name, reason in documented(section).items() if len(reason.split()) < 3] == []


def imported_by_host() -> set[str]:
    """Top-level modules that the host imports."""
    names: set[str] = set()
    for path in (ROOT / "host").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                names.add(node.module.partition(".")[0])
    return names


def test_every_runtime_dependency_is_imported() -> None:
    names = [Requirement(each).name for each in declared("Runtime")]
    imported = imported_by_host()
    assert [name for name in names if MODULES.get(name.lower(), name) not in imported] == []
