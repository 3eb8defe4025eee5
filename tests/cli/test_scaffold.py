"""`tibicen new`: what it writes is sound, and it writes over nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import Command, Served

from tibicen.lifecycle.manifest import valid_name


@pytest.mark.parametrize("options", [[], ["--python"]])
@pytest.mark.parametrize("name", ["mine", "a-b_c2", "on", "null", "y", "x" * 64])
def test_a_new_plugin_is_well(tibicen: Command, tmp_path: Path, name: str, options: list[str]) -> None:
    said = tibicen("new", name, *options, cwd=tmp_path)
    assert (said.code, said.err) == (0, "")
    assert said.out == f"made plugins/{name}; save a file in it while `tibicen run` runs\n"
    entry = "plugin.py" if options else "init.lua"
    assert sorted(path.name for path in (tmp_path / "plugins" / name).iterdir()) == sorted([entry, "plugin.yaml"])
    assert [path.name for path in (tmp_path / "plugins").iterdir()] == [name], "no draft is left"
    said = tibicen("check", "plugins", "--json", cwd=tmp_path)
    assert said.code == 0, said.out
    (row,) = said.json["plugins"]
    assert (row["name"], row["state"]) == (name, "active")


@pytest.mark.parametrize("options", [[], ["--python"]])
def test_it_is_live_in_a_host_that_runs(tibicen: Command, served: Served, options: list[str]) -> None:
    name = "fresh-python" if options else "fresh-lua"
    assert tibicen("new", name, *options, cwd=served.folder).code == 0
    served.until_serving(name)
    for number in (1, 2):
        assert tibicen("emit", "player.login", '{"id": 1, "name": "Eve"}', cwd=served.folder).code == 0
        line = served.process.until_line(f"You are number {number}. plugin={name}")
        assert "Hello, Eve!" in line


@pytest.mark.parametrize("name", ["Mine", "1st", "a b", "a.b", "../a", "a/b", "", "_a", "é", "x" * 65])
def test_a_name_that_is_none(tibicen: Command, tmp_path: Path, name: str) -> None:
    assert not valid_name(name)
    said = tibicen("new", name, cwd=tmp_path)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"tibicen: {name!r} is no name for a plugin; use lower-case letters, digits")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("there", ["mine/init.lua", "mine.lua", "mine.py", "mine"])
def test_what_is_there_is_left_alone(tibicen: Command, tmp_path: Path, there: str) -> None:
    path = tmp_path / "plugins" / there
    path.parent.mkdir(parents=True)
    path.write_text("-- my own", encoding="utf-8")
    said = tibicen("new", "mine", cwd=tmp_path)
    assert (said.code, said.out) == (1, "")
    assert said.err == f"tibicen: plugins/{there.partition('/')[0]} exists already\n"
    assert path.read_text(encoding="utf-8") == "-- my own"


def test_another_folder(tibicen: Command, tmp_path: Path) -> None:
    assert tibicen("new", "mine", "--plugins", tmp_path / "deep" / "down").code == 0
    assert (tmp_path / "deep" / "down" / "mine" / "init.lua").is_file()
    (tmp_path / "file").write_text("")
    said = tibicen("new", "mine", "--plugins", tmp_path / "file")
    assert said.code == 1
    assert "Traceback" not in said.err
    assert str(tmp_path / "file") in said.err
