"""The wheel is whole: built from the sources, installed beside nothing, and run from elsewhere."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.version import Version

from tibicen.paths import checkout_root

ROOT = checkout_root()
SOURCES = ("host", "lua", "manifests", "LICENSE", "README.md", "pyproject.toml", "setup.py")
OLDEST_SETUPTOOLS = Version("77")

pytestmark = pytest.mark.timeout(300)


def missing() -> str:
    """Why no wheel can be built here; empty when one can."""
    for module in ("pip", "setuptools", "cffi"):
        if importlib.util.find_spec(module) is None:
            return f"{module} is not installed"
    if Version(importlib.metadata.version("setuptools")) < OLDEST_SETUPTOOLS:
        return f"setuptools is older than {OLDEST_SETUPTOOLS}"
    return "" if ROOT is not None else "there is no source checkout"


def pip(*words: str | Path, cwd: Path) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *map(str, words)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel, built from a copy that holds what lies about in a checkout that is worked in."""
    if reason := missing():
        pytest.skip(reason)
    assert ROOT is not None
    source = tmp_path_factory.mktemp("source")
    clean = shutil.ignore_patterns("__pycache__", "*.so", "*.egg-info", "_core.c")
    for name in SOURCES:
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, source / name, ignore=clean)
        else:
            shutil.copy2(path, source / name)
    for rubbish in (
        "host/tibicen/native/_core.c",
        "host/tibicen/native/_core.old.so",
        "host/tibicen/cli/__pycache__/app.cpython-311.pyc",
        "lua/prelude/.boot.lua.swp",
        "lua/prelude/boot.lua~",
        "lua/.cache/x.lua",
        "manifests/schemas/.DS_Store",
        "manifests/__pycache__/x.pyc",
    ):
        (source / rubbish).parent.mkdir(exist_ok=True)
        (source / rubbish).write_bytes(b"rubbish")
    target = tmp_path_factory.mktemp("wheel")
    pip("wheel", ".", "--no-deps", "--no-build-isolation", "--wheel-dir", target, cwd=source)
    (built,) = target.glob("*.whl")
    return built


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as opened:
        return set(opened.namelist())


def below(folder: str, pattern: str) -> set[str]:
    """Files of the checkout as a wheel should name them."""
    assert ROOT is not None
    found = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob(pattern) if path.is_file()}
    assert found, f"no {pattern} in {folder}"
    return {name.removeprefix("host/") if name.startswith("host/") else f"tibicen/{name}" for name in found}


def test_it_carries_everything(wheel: Path) -> None:
    names = names_in(wheel)
    for wanted in (
        below("lua", "*.lua"),
        below("manifests", "*.yaml"),
        below("manifests", "*.json"),
        below("host/tibicen", "*.py"),
        {"tibicen/py.typed", "tibicen/native/core.h", "tibicen/native/_core.pyi"},
    ):
        assert wanted - names == set()
    assert "tibicen/lua/prelude/boot.lua" in names
    assert any(name.startswith("tibicen/native/_core.") and name.endswith((".so", ".pyd")) for name in names)


def test_it_carries_nothing_else(wheel: Path) -> None:
    names = names_in(wheel)
    with zipfile.ZipFile(wheel) as opened:
        assert [name for name in names if opened.read(name) == b"rubbish"] == []
    assert [name for name in names if "__pycache__" in name or "/." in name or name.endswith((".o", ".pyc", "~"))] == []
    assert sum(name.endswith((".so", ".pyd")) for name in names) == 1
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"tibicen"}
    assert not any(name.startswith(("tibicen/tests", "tibicen/plugins")) for name in names)


def test_it_runs_from_elsewhere(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    pip("install", "--no-deps", "--target", target, wheel, cwd=tmp_path)

    def tibicen(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tibicen", *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(target)},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
        )

    for options in ((), ("--python",)):
        assert tibicen("new", f"mine{len(options)}", *options).returncode == 0
    checked = tibicen("check", "plugins")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.splitlines()[-1] == "2 plugins, 2 active, 0 failed"
    # It is the installed one: that has no source checkout around it.
    assert tibicen("bench").stderr == "tibicen: benchmarks come with a source checkout, not with the wheel\n"
    assert tibicen("doctor").returncode == 0
