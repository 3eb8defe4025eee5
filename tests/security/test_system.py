"""Catalogue 14-23: the system around the host: processes, files, environment, standard streams.

There is no file API but `require`, so 21 and 23 are asked of it; 22 asserts that nothing writes.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PluginFolder, run_in_host_thread
from tests.security.arena import arena, denied

from tibicen.errors import TibicenError

DENIED = {
    "item_14_os_execute": """
        return os.execute == nil and not pcall(function() return os.execute("true") end)
    """,
    "item_15_io_popen": "return io == nil and not pcall(function() return io.popen('id'):read('*a') end)",
    "item_16_read_a_file": """
        return not pcall(function() return io.open("/etc/passwd"):read("*a") end)
            and not pcall(function() return io.lines("/etc/passwd")() end)
            and not pcall(require, "/etc/passwd") and not pcall(require, "etc.passwd")
    """,
    "item_17_environment": """
        return os.getenv == nil and not pcall(function() return os.getenv("HOME") end) and os.setlocale == nil
    """,
    "item_18_os_exit": "return os.exit == nil and not pcall(function() os.exit(1) end)",
    "item_19_remove_rename_tmpname": """
        return os.remove == nil and os.rename == nil and os.tmpname == nil
            and not pcall(function() os.remove("plugin.yaml") end)
    """,
    "item_20_standard_streams": """
        print("to the log, not to standard output")
        return io == nil and not pcall(function() return io.stdin:read() end)
            and not pcall(function() io.stdout:write("x") end) and not pcall(function() io.lines()() end)
    """,
}


@pytest.mark.parametrize("item", DENIED)
def test_denied(folder: PluginFolder, tier: str, item: str, capfd: pytest.CaptureFixture[str]) -> None:
    denied(folder, tier, DENIED[item])
    if item.startswith("item_20"):
        # structlog prints log lines in a test; nothing of the plugin's comes out bare.
        assert all("plugin=evil" in line for line in capfd.readouterr().out.splitlines() if "to the log" in line)


SECRET = "return 'a secret of the host'"

WAYS_OUT = {
    "parent": "../secret",
    "parents by dots": "...secret",
    "deep parent": "lib/../../secret",
    "absolute": "{outside}/secret",
    "absolute with dots": "/{outside_dotted}.secret",
    "backslashes": "..\\\\secret",
    "windows drive": "C:\\\\secret",
    "nul": "lib.util\\0.txt",
    "nul between": "secret\\0lib.util",
    "link to a file": "link",
    "link to a folder": "linked.secret",
    "link of links": "hop",
    "link in a folder": "lib.out",
    "other plugin": "../victim/init",
    "other plugin by link": "neighbour.init",
    "device": "CON",
    "device with ending": "nul.txt",
    "stream": "lib.util::$DATA",
    "stream of the folder": "lib::$INDEX_ALLOCATION.util",
    "fifo": "pipe",
    "folder": "lib",
    "device file": "zero",
    "process": "proc.self.environ",
    "case": "LIB.Util",
    "full-width dots": "\u2025/secret",
    "too long": "' .. ('x'):rep(300) .. '",
    "very long": "' .. ('x.'):rep(100000) .. 'x",
}


def _lay_traps(folder: PluginFolder, outside: Path) -> None:
    outside.mkdir()
    (outside / "secret.lua").write_text(SECRET, encoding="utf-8")
    (folder.path / "secret.lua_").write_text(SECRET, encoding="utf-8")
    evil = folder.path / "evil"
    folder.write("evil/lib/util.lua", "return 'mine'")
    (evil / "link.lua").symlink_to(outside / "secret.lua")
    (evil / "linked").symlink_to(outside)
    (evil / "hop.lua").symlink_to(evil / "link.lua")
    (evil / "lib" / "out.lua").symlink_to("../../../outside/secret.lua")
    (evil / "neighbour").symlink_to(folder.path / "victim")
    (evil / "zero.lua").symlink_to("/dev/zero")
    (evil / "proc").symlink_to("/proc")
    (evil / "loop").symlink_to(evil)
    os.mkfifo(evil / "pipe.lua")


@pytest.mark.parametrize("way", WAYS_OUT)
def test_item_21_paths_out_of_the_folder(folder: PluginFolder, tier: str, tmp_path: Path, way: str) -> None:
    outside = tmp_path / "outside"
    name = WAYS_OUT[way].format(outside=outside, outside_dotted=str(outside).replace("/", "."))
    before = f"local ok, got = pcall(require, '{name}')\nverdict = not ok or got"
    (folder.path / "evil").mkdir()
    _lay_traps(folder, outside)
    denied(folder, tier, "return verdict", before=before)


def test_item_21_the_same_file_by_a_link_inside(folder: PluginFolder, tier: str, tmp_path: Path) -> None:
    """A link that stays inside is followed, also round and round: it ends at the same file."""
    (folder.path / "evil").mkdir()
    _lay_traps(folder, tmp_path / "outside")
    before = """
        local inside = require("loop.loop.lib.util") == "mine"
        local round = require(("loop."):rep(45) .. "lib.util") == "mine"
    """
    denied(folder, tier, "return inside and round", before=before)


def test_item_21_a_hard_link_is_a_file_of_the_folder(folder: PluginFolder, tier: str, tmp_path: Path) -> None:
    """Nothing tells a hard link from a file. What is behind it is compiled, never handed out as text."""
    (tmp_path / "token.txt").write_text("a secret token", encoding="utf-8")
    (folder.path / "evil").mkdir()
    os.link(tmp_path / "token.txt", folder.path / "evil" / "hard.lua")
    denied(folder, tier, "return verdict", before="verdict = not pcall(require, 'hard')")


def tree(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path.relative_to(folder)): (path.lstat().st_mtime_ns, path.lstat().st_size)
        for path in folder.rglob("*")
        if "__pycache__" not in path.parts
    }


def test_item_22_there_is_no_writing_api(folder: PluginFolder, tier: str) -> None:
    """A Lua plugin can change no file: not its own, another's, `.git/hooks`, settings, nor make a new plugin."""
    from tibicen.realms.operations import OPERATIONS

    assert {name for name in OPERATIONS if name.startswith(("files.", "io.", "os."))} <= {"files.require"}
    code = """
        local targets = { "plugin.yaml", "init.lua", "../victim/init.lua", "../.git/hooks/post-merge",
            "../new/init.lua", "../../host.yaml", "/tmp/evil" }
        for _, target in ipairs(targets) do
            pcall(function() kv.set(target, "x") end)
            pcall(function() log.info(target) end)
            pcall(function() bus.publish(target, "x") end)
            pcall(function() require(target) end)
            pcall(function() settings[target] = "x" end)
            pcall(function() io.open(target, "w"):write("x") end)
            pcall(function() os.rename("init.lua", target) end)
        end
        for noun, library in pairs(_G) do
            for name in pairs(type(library) == "table" and noun ~= "table" and noun ~= "_G" and library or {}) do
                for _, verb in ipairs({ "write", "open", "remove", "rename", "mkdir", "save", "link", "chmod" }) do
                    if tostring(name):find(verb, 1, true) then return name end
                end
            end
        end
        return true
    """

    async def scenario() -> None:
        async with arena(folder, tier, code) as made:
            before = tree(folder.path.parent)
            assert made.attempt().value is True
            assert tree(folder.path.parent) == before

    run_in_host_thread(scenario)


def test_item_23_swapped_between_check_and_open(folder: PluginFolder, tier: str, tmp_path: Path) -> None:
    """A file that becomes a link while it is required.

    Whoever can do that may write the plugin's code, so there is nothing to gain but what it would be compiled from:
    each answer is the plugin's own file, a refusal, or Lua text that runs in this plugin's own globals. The host
    never hangs on it and hands nothing else out.
    """
    outside = tmp_path / "outside"
    (folder.path / "evil").mkdir()
    outside.mkdir()
    (outside / "secret.lua").write_text(SECRET, encoding="utf-8")
    swapped = folder.path / "evil" / "swap.lua"
    swapped.write_text("return 'mine'", encoding="utf-8")
    over = threading.Event()

    def swap() -> None:
        aside = folder.path / "evil" / "aside.tmp"
        while not over.is_set():
            for make in (lambda: aside.write_text("return 'mine'"), lambda: aside.symlink_to(outside / "secret.lua")):
                aside.unlink(missing_ok=True)
                make()
                aside.replace(swapped)

    answers: list[Any] = []

    async def scenario() -> None:
        async with arena(folder, tier) as made:
            generation = made.running.host.plugins.active("evil")
            assert generation is not None
            thread = threading.Thread(target=swap)
            thread.start()
            try:
                operations: Any = generation.runtime
                for _ in range(400):
                    try:
                        answers.append(operations._operations.serve("files.require", ["swap"])["source"])
                    except (TibicenError, OSError):
                        answers.append(b"refused")
            finally:
                over.set()
                thread.join()
            # On a busy machine it may have been a link at every look, or not there; now it stays.
            swapped.unlink(missing_ok=True)
            swapped.write_text("return 'mine'", encoding="utf-8")
            assert operations._operations.serve("files.require", ["swap"])["source"] == b"return 'mine'"

    run_in_host_thread(scenario)
    assert set(answers) <= {b"return 'mine'", b"", b"refused", SECRET.encode()}
