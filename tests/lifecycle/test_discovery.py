from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import PluginFolder

from tibicen.errors import ManifestError
from tibicen.lifecycle.discovery import discover, examine, is_leftover, owner_of


def test_folders_and_single_files(folder: PluginFolder) -> None:
    folder.plugin("greeter", "")
    folder.write("bare/init.lua", "")
    folder.write("snake/plugin.py", "")
    folder.write("package/__init__.py", "")
    folder.write("single.lua", "")
    folder.write("tool.py", "")
    folder.write("notes.txt", "")
    folder.write("assets/logo.png", "")
    found = discover(folder.path)
    assert found.problems == {}
    assert {name: (source.kind, source.language) for name, source in found.sources.items()} == {
        "greeter": ("folder", "lua"),
        "bare": ("folder", "lua"),
        "snake": ("folder", "python"),
        "package": ("folder", "python"),
        "single": ("file", "lua"),
        "tool": ("file", "python"),
    }


def test_what_can_not_be_used_is_told(folder: PluginFolder) -> None:
    folder.write("Bad Name.lua", "")
    folder.write("lost/other.lua", "")
    folder.plugin("entryless", "", manifest="entry: gone.lua")
    folder.write("broken/plugin.yaml", "name: [")
    folder.plugin("twin", "")
    folder.write("twin.py", "")
    found = discover(folder.path)
    assert found.sources == {}
    problems = {root.name: texts for root, texts in found.problems.items()}
    assert set(problems) == {"Bad Name.lua", "lost", "entryless", "broken", "twin"}
    assert "rename it" in problems["Bad Name.lua"][0]
    assert "twin and twin.py" in problems["twin"][0]
    assert "gone.lua is not in entryless" in problems["entryless"][0]


def test_a_plugin_with_a_checkout_needs_no_entry(folder: PluginFolder) -> None:
    folder.write("client/plugin.yaml", "name: client\nrealm: otclient\ncheckout: ../../otclient\n")
    source = discover(folder.path).sources["client"]
    assert (source.entry, source.language) == (folder.path / "client" / "plugin.yaml", "lua")
    # A checkout that was put there by itself is no plugin of the native realm.
    folder.write("otclient/init.lua", "")
    folder.write("otclient/modules/corelib/corelib.otmod", "")
    (problem,) = discover(folder.path).problems[folder.path / "otclient"]
    assert "looks like a checkout of OTClient" in problem and "realm: otclient" in problem


def test_a_missing_folder_is_a_problem(tmp_path: Path) -> None:
    assert discover(tmp_path / "none").problems


def test_an_entry_must_not_lead_out(folder: PluginFolder, tmp_path: Path) -> None:
    outside = tmp_path / "outside.lua"
    outside.write_text("")
    folder.plugin("sly", "", manifest="entry: link.lua")
    (folder.path / "sly" / "link.lua").symlink_to(outside)
    with pytest.raises(ManifestError, match="leads out"):
        examine(folder.path / "sly")


def test_a_plugin_may_be_a_link_to_its_folder(folder: PluginFolder, tmp_path: Path) -> None:
    real = tmp_path / "workshop"
    real.mkdir()
    (real / "init.lua").write_text("")
    (folder.path / "linked").symlink_to(real)
    assert list(discover(folder.path).sources) == ["linked"]


@pytest.mark.parametrize("name", [".git", "a.lua~", ".#a.lua", "a.swp", "4913", "x.tmp", "#a.lua#", "__pycache__"])
def test_leftovers(name: str) -> None:
    assert is_leftover(name)


@pytest.mark.parametrize("name", ["a.lua", "greeter", "__init__.py", "plugin.yaml"])
def test_no_leftovers(name: str) -> None:
    assert not is_leftover(name)


def test_who_owns_a_changed_file(tmp_path: Path) -> None:
    assert owner_of(tmp_path / "a" / "lib" / "x.lua", tmp_path) == tmp_path / "a"
    assert owner_of(tmp_path / "a" / "_private.py", tmp_path) == tmp_path / "a"
    assert owner_of(tmp_path / "a.lua", tmp_path) == tmp_path / "a.lua"
    assert owner_of(tmp_path / "_aside.lua", tmp_path) is None
    assert owner_of(tmp_path / "_aside" / "init.lua", tmp_path) is None
    assert owner_of(tmp_path / "a" / ".git" / "x", tmp_path) is None
    assert owner_of(tmp_path / "notes.txt", tmp_path) is None
    assert owner_of(tmp_path, tmp_path) is None
    assert owner_of(tmp_path.parent / "b.lua", tmp_path) is None
