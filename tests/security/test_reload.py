"""Catalogue 81-84: reloads under load, reloads that fail, manifests as bombs, and files that are half there."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import subprocess
import sys
import time
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PluginFolder, run_in_host_thread, running
from tests.security.arena import HASTY, LOGIN, MIB, PATIENT, arena, resident_bytes

pytestmark = pytest.mark.alone

ROUNDS = {"shared": 900, "contained": 900, "isolated": 40}
"""Not the catalogue's 10,000, for time's sake: what leaks a VM a reload shows all the same."""


def test_item_81_reload_under_load(folder: PluginFolder, tier: str) -> None:
    """Events between all of them, no event lost, memory flat."""
    before = """
        local seen = 0
        hooks.on("player.login", function() seen = seen + 1 end)
        timers.every(1, function() end)
        bus.subscribe("a.*", function() end)
        exports.seen = function() return seen end
        function on_snapshot() return { seen = seen } end
        function on_migrate(old) seen = old and old.seen or 0 end
    """

    async def scenario() -> None:
        async with arena(folder, tier, before=before) as made:
            host, rounds = made.running.host, ROUNDS[tier]
            warm = rounds // 3
            resident = 0
            for number in range(rounds):
                if number == warm:
                    gc.collect()
                    resident = resident_bytes()
                host.emit("player.login", LOGIN)
                host.subjects.publish("a.b", number)
                assert host.plugins.reload("evil").ok
                if number % 50 == 0:
                    await asyncio.sleep(0)
            made._logins += rounds
            assert made.running.export("evil", "seen") == rounds
            assert made.running.info("evil")["generation"] == rounds + 1
            await made.running.until(lambda: not host.subjects._queue)
            gc.collect()
            host.plugins.check_leaks()
            assert made.running.info("evil")["leaks"] == []
            # 600 reloads that left half of a VM behind each would be 16 MB.
            assert resident_bytes() - resident < 16 * MIB

    run_in_host_thread(scenario)


BROKEN = {
    "syntax": ("function (", "near '('"),
    "run time": ("local x = nil + 1", "arithmetic"),
    "hang": ("while true do end", "CPU budget"),
    "memory": ("local t = {} while true do t[#t + 1] = ('x'):rep(1e6) .. #t end", ""),
    "stack": ("local function f() return 1 + f() end f()", "stack overflow"),
    "hang in migrate": ("function on_migrate() while true do end end", "CPU budget"),
    "hang in health": ("function on_health() while true do end end", "CPU budget"),
    "bytecode": ("\x1bLJ\x02", ""),
    "not utf-8": ("return \udcff\udcfe(", ""),
}


@pytest.mark.parametrize("case", BROKEN)
def test_item_82_failures_during_reload(folder: PluginFolder, tier: str, case: str) -> None:
    code, message = BROKEN[case]

    async def scenario() -> None:
        async with arena(folder, tier, "return 'the old one'", manifest=HASTY) as made:
            whole = ("local function never() end\n" + code).encode("utf-8", "surrogateescape")
            (folder.path / "evil" / "init.lua").write_bytes(code.encode() if case == "bytecode" else whole)
            (report,) = made.running.save(folder.path / "evil")
            assert (report.ok, report.kept) == (False, ["evil"])
            assert message in str(report.problems[0]) or "killed" in str(report.problems[0])
            assert made.attempt().value == "the old one"

    run_in_host_thread(scenario)


def test_item_82_the_process_dies_during_reload(folder: PluginFolder) -> None:
    """What LuaJIT itself can't hold ends the worker process, and nothing else (tier `isolated` only)."""
    host_pid = os.getpid()

    async def scenario() -> None:
        async with arena(folder, "isolated", "return 'the old one'", manifest=PATIENT) as made:
            host = made.running.host
            folder.write("evil/init.lua", "kv.set('loading', 1) exports.attempt = function() return 'new' end")
            generation = host.plugins.active("evil")
            assert generation is not None
            store = host.kv.namespace("evil")
            real = type(store).set

            def set_and_kill(self: Any, key: str, value: bytes) -> None:
                real(self, key, value)
                if key == "loading":
                    for pid in workers_of(host):
                        if pid not in before:
                            os.kill(pid, signal.SIGSEGV)

            before = set(workers_of(host))
            patch = pytest.MonkeyPatch()
            patch.setattr(type(store), "set", set_and_kill)
            try:
                (report,) = made.running.save(folder.path / "evil")
            finally:
                patch.undo()
            assert (report.ok, report.kept) == (False, ["evil"])
            assert os.getpid() == host_pid
            assert made.attempt().value == "the old one"

    def workers_of(host: Any) -> list[int]:
        found = []
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                name, _, rest = status.read_text().rpartition(")")
                pid, parent = int(name.split()[0]), int(rest.split()[1])
            except (OSError, ValueError, IndexError):
                continue
            found.append((pid, parent))
        mine = {host_pid}
        for _ in range(4):
            mine |= {pid for pid, parent in found if parent in mine}
        return sorted(mine - {host_pid})

    run_in_host_thread(scenario)


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT])
def test_item_8_a_process_that_dies_takes_nobody_along(folder: PluginFolder, number: int) -> None:
    """A memory fault of LuaJIT's own, asserted where it is held: the worker dies, the host and the others live."""

    async def scenario() -> None:
        async with arena(folder, "isolated", manifest=PATIENT) as made:
            generation = made.running.host.plugins.active("evil")
            assert generation is not None
            runtime: Any = generation.runtime
            os.kill(runtime.vm.process.pid, number)
            outcome = made.attempt()
            assert outcome.kind == "CrashError", outcome
            # The host starts it anew by itself.
            await made.running.until(lambda: made.attempt().value is True, 20)

    run_in_host_thread(scenario)


def manifest_of(name: str, requires: str = "") -> str:
    return f"name: {name}\n" + (f"requires: {requires}\n" if requires else "")


def start(folder: PluginFolder, check: Any, **options: Any) -> None:
    async def scenario() -> None:
        async with running(folder, **options) as host:
            await asyncio.sleep(0)
            check(host)

    run_in_host_thread(scenario)


def test_item_83_a_plugin_that_needs_itself_or_a_ring(folder: PluginFolder) -> None:
    folder.plugin("well", "exports.f = function() return 1 end")
    folder.plugin("itself", "", "requires: {itself: '*'}")
    for index in range(50):
        folder.plugin(f"ring{index}", "", f"requires: {{ring{(index + 1) % 50}: '*'}}")

    def check(host: Any) -> None:
        assert host.export("well", "f") == 1
        assert host.info("ring7")["state"] == "failed"
        assert any("ring7" in problem for problem in host.info("ring7")["errors"])
        refused = [str(problem) for report in host.reports if not report.ok for problem in report.problems]
        assert any("requires itself" in text for text in refused)

    start(folder, check)


def test_item_83_ten_thousand_dependencies(folder: PluginFolder) -> None:
    """A file of them is too large for a manifest; what fits is checked in a moment, and refused by name."""
    folder.plugin("well", "exports.f = function() return 1 end")
    folder.write("many/init.lua", "")
    folder.write("many/plugin.yaml", "name: many\nrequires:\n" + "".join(f"  p{i}: '*'\n" for i in range(10_000)))
    folder.write("some/init.lua", "")
    folder.write("some/plugin.yaml", "name: some\nrequires:\n" + "".join(f"  p{i}: '*'\n" for i in range(2_000)))
    for index in range(300):
        requires = ", ".join(f"c{other}: '*'" for other in range(max(0, index - 5), index))
        folder.plugin(f"c{index}", "", f"requires: {{{requires}}}")

    def check(host: Any) -> None:
        assert host.export("well", "f") == 1
        assert host.info("c299")["state"] == "active"
        assert host.info("some")["state"] == "failed"
        refused = [str(problem) for report in host.reports if not report.ok for problem in report.problems]
        assert any("many/plugin.yaml" in text and "the largest is" in text for text in refused)

    started = time.monotonic()
    start(folder, check)
    assert time.monotonic() - started < 30


def test_item_83_names_that_look_alike(folder: PluginFolder) -> None:
    """No two plugins have one name, however a file system or an eye would tell them apart."""
    folder.plugin("greeter", "exports.f = function() return 'the real one' end")
    composed = unicodedata.normalize("NFC", "gr\u00e9eter")
    odd = [
        "Greeter",
        "GREETER",
        "gr\u0435eter",
        composed,
        "greeter ",
        ".greeter",
        "greeter\u200b",
        "tibicen:host",
        "con",
    ]
    for index, name in enumerate(odd):
        folder.write(f"odd{index}/init.lua", "")
        folder.write(f"odd{index}/plugin.yaml", f'name: "{name}"\n')
    folder.write("double/init.lua", "exports.f = function() return 'a false one' end")
    folder.write("double/plugin.yaml", "name: greeter2\nname: greeter\n")

    def check(host: Any) -> None:
        assert host.export("greeter", "f") == "the real one"
        names = set(host.host.plugins.plugins)
        assert not names & {name for name in odd if name != "con"}
        assert host.host.kv.namespace("tibicen:host").get("x") is None

    start(folder, check)


def test_item_83_two_folders_of_one_name(folder: PluginFolder) -> None:
    """Neither is loaded when both are there at the start; the one that was there first stays when the other comes."""
    first = folder.plugin("one", "exports.f = function() return 'first' end")

    async def scenario() -> None:
        async with running(folder) as host:
            folder.write("other/init.lua", "exports.f = function() return 'second' end")
            folder.write("other/plugin.yaml", "name: one\n")
            host.save(folder.path / "other")
            assert host.export("one", "f") == "first"
            assert any("is taken by one" in str(p) for r in host.reports for p in r.problems)
            assert first.exists()

    run_in_host_thread(scenario)


def test_item_83_archives_are_not_unpacked(folder: PluginFolder) -> None:
    """There is no package format yet: an archive in the plugins folder is a stray file, whatever is in it."""
    import zipfile

    folder.plugin("well", "exports.f = function() return 1 end")
    with zipfile.ZipFile(folder.path / "slip.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../escaped.lua", "return 1")
        archive.writestr("bomb.lua", b"\0" * 50_000_000)
    (folder.path / "slip.otmod").write_bytes((folder.path / "slip.zip").read_bytes())

    def check(host: Any) -> None:
        assert host.export("well", "f") == 1
        assert set(host.host.plugins.plugins) == {"well"}

    start(folder, check)
    assert not list(folder.path.parent.glob("escaped*"))


HALVES = ["", "exports.f = function() retu", "exports.f = function() return 2 en", "exports.f = fun("]


@pytest.mark.parametrize("half", HALVES)
def test_item_84_a_half_written_file(folder: PluginFolder, tier: str, half: str) -> None:
    """Half of a file is refused, or waited for; the whole one is live in the end."""
    whole = "exports.attempt = function() return 'whole' end exports.rest = function() return 1 end"

    async def scenario() -> None:
        async with arena(folder, tier, "return 'old'", manifest=PATIENT) as made:
            path = folder.path / "evil" / "init.lua"
            if half:
                path.write_text(half)
                (report,) = made.running.save(path)
                assert (report.ok, report.kept) == (False, ["evil"])
                assert made.attempt().value == "old"
            path.write_text(whole)
            assert made.running.save(path)[0].ok
            assert made.attempt().value == "whole"

    run_in_host_thread(scenario)


def test_item_84_written_in_pieces_while_watched(folder: PluginFolder) -> None:
    """An editor that truncates and writes in pieces makes no generation of a half."""
    path = folder.write("live.lua", "exports.n = function() return 0 end")

    async def scenario() -> None:
        async with running(folder, watch=True) as host:
            text = "exports.n = function() return 7 end" + "\n-- padding" * 200
            with path.open("w") as file:
                for at in range(0, len(text), 400):
                    file.write(text[at : at + 400])
                    file.flush()
                    await asyncio.sleep(0.001)
            await host.until(lambda: host.export("live", "n") == 7, 20)
            assert host.export("live", "n") == 7
            # Saved whole under another name and renamed, as careful editors do.
            for number in (8, 9):
                fresh = folder.path / ".live.lua.new"
                fresh.write_text(f"exports.n = function() return {number} end")
                fresh.replace(path)
                await host.until(lambda number=number: host.export("live", "n") == number, 20)

    run_in_host_thread(scenario)


def test_item_84_five_hundred_files_at_once(folder: PluginFolder) -> None:
    """A checkout of another branch: all of them end up at their new content, none is lost."""
    count = 100
    for index in range(count):
        folder.plugin(f"p{index}", "exports.n = function() return require('a') + require('b') + require('c') end")
        for part in "abc":
            folder.write(f"p{index}/{part}.lua", "return 1")

    async def scenario() -> None:
        async with running(folder, watch=True) as host:
            assert host.export("p99", "n") == 3
            for index in range(count):
                folder.plugin(
                    f"p{index}", "exports.n = function() return require('a') + require('b') + require('c') end"
                )
                for part in "abc":
                    folder.write(f"p{index}/{part}.lua", "return 2")
            await host.until(lambda: all(host.export(f"p{index}", "n") == 6 for index in range(count)), 40)

    run_in_host_thread(scenario)


def test_item_70_and_71_in_a_process_of_their_own() -> None:
    """The recursions that end a process on a small stack do not on the host's: asked of a fresh interpreter."""
    code = """
from tibicen.errors import TibicenError
from tibicen.vm import stack
from tibicen.vm.contained import ContainedVM
from tibicen.vm.contract import VmOptions

ATTACKS = [
    "local function f() return coroutine.wrap(function() return f() end)() end return f()",
    "local function f() return (('x'):gsub('x', f)) end return f()",
    "local function f() table.sort({2, 1}, f) end return f()",
]

def body():
    for source in ATTACKS:
        vm = ContainedVM(VmOptions("evil", host=lambda *_: None, cpu_ms=5000, memory_mb=256))
        try:
            vm.load(source.encode(), "evil/init.lua")
        except TibicenError as error:
            print(type(error).__name__)
        assert vm.load(b"return 1", "evil/init.lua") == 1

stack.run(body)
print("alive")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "alive"
    assert len(done.stdout.splitlines()) == 4
