"""`tibicen doctor`: every finding has a level, and what is missing is told with the way out."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Command

from tibicen import native
from tibicen.vm import stack

WHAT = ["Python", "LuaJIT", "native core", "event loop", "stack", "file watch", "SQLite", "plugins folder"]


def findings(tibicen: Command, *options: str, cwd: Path, code: int = 0) -> dict[str, tuple[str, str]]:
    said = tibicen("doctor", "--json", *options, cwd=cwd)
    assert (said.code, said.err) == (code, "")
    assert all(set(row) == {"level", "what", "text"} for row in said.json)
    assert {row["level"] for row in said.json} <= {"ok", "note", "bad"}
    return {row["what"]: (row["level"], row["text"]) for row in said.json}


def test_this_machine_is_fit(tibicen: Command, tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir()
    found = findings(tibicen, cwd=tmp_path)
    assert set(WHAT) <= set(found)
    assert found["plugins folder"] == ("ok", str(tmp_path / "plugins"))
    assert all(text for _, text in found.values())
    said = tibicen("doctor", cwd=tmp_path)
    assert said.code == 0
    assert [line.split()[0] for line in said.out.splitlines()] == [level for level, _ in found.values()]


def test_a_plugins_folder_that_is_not_there(tibicen: Command, tmp_path: Path) -> None:
    level, text = findings(tibicen, "--plugins", "mods", cwd=tmp_path)["plugins folder"]
    assert level == "note"
    assert text == "mods is not there; make it, or name another with --plugins"


def test_what_is_missing_is_bad(tibicen: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_thread(*_: Any, **__: Any) -> None:
        raise RuntimeError("can't start new thread")

    def no_package(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(stack, "run", no_thread)
    monkeypatch.setattr(native, "cpu_level", lambda: "portable")
    monkeypatch.setattr(importlib.metadata, "version", no_package)
    found = findings(tibicen, cwd=tmp_path, code=1)
    assert found["stack"][0] == "bad"
    assert "can't start new thread; check ulimit -v" in found["stack"][1]
    assert found["native core"] == ("note", "vector instructions: portable")
    assert found["event loop"][0] == "note"
