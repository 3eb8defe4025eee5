"""Beyond the catalogue, from outside a VM: manifests, files, names, sockets and floods."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PluginFolder, run_in_host_thread, running
from tests.security.arena import LOGIN, arena, run_unprintable

from tibicen.cli.control import ControlServer
from tibicen.cli.operations import operations_of
from tibicen.config import HostConfig, PermissionsConfig, StatusConfig
from tibicen.errors import ManifestError
from tibicen.host import Host
from tibicen.lifecycle.manifest_reader import parse_manifest

pytestmark = pytest.mark.alone

BOMBS: dict[str, bytes] = {
    "billion laughs": b"a: &a [x, x]\nb: &b [*a, *a]\nname: [*b, *b]\n",
    "alias to itself": b"name: &a [*a]\n",
    "merge of aliases": b"a: &a {name: x}\nb: {<<: *a}\n",
    "python object": b"name: !!python/object/apply:os.abort []\n",
    "python name": b"name: !!python/name:os.system\n",
    "python module": b"name: a\nsettings: {x: {type: list, default: !!python/object/new:os.system [id]}}\n",
    "tag that needs more": b"name: a\nsettings: {x: {type: boolean, default: !!bool maybe}}\n",
    "tag of a time": b"name: a\nsettings: {x: {type: string, default: !!timestamp never}}\n",
    "empty integer": b"name: a\nsettings: {x: {type: integer, default: !!int ''}}\n",
    "binary": b"name: a\nsettings: {x: {type: string, default: !!binary '%%%'}}\n",
    "integer in hex": b"name: a\nsettings: {x: {type: integer, max: 1, default: 0x" + b"F" * 20_000 + b"}}\n",
    "integer in base 60": b"name: a\nsettings: {x: {type: integer, max: 1, default: 1" + b":1" * 20_000 + b"}}\n",
    "integer in decimal": b"name: a\nsettings: {x: {type: integer, max: 1, default: " + b"9" * 20_000 + b"}}\n",
    "character beyond unicode": b'name: a\ndescription: "\\U00110000"\n',
    "version of yaml": b"%YAML 1." + b"9" * 5_000 + b"\n---\nname: a\n",
    "deep list": b"name: " + b"[" * 60_000,
    "deep map": b"{a: " * 15_000,
    "deep keys": b"? " * 30_000,
    "deep entries": b"- " * 30_000,
    "many keys": b"".join(b"k%d: 1\n" % index for index in range(7_000)),
    "many documents": b"---\nname: a\n" * 3_000,
    "long tag": b"name: !<" + b"a" * 60_000,
    "nul": b"name: a\0b\n",
    "not utf-8": b"name: caf\xe9\n",
    "utf-16": "name: a\n".encode("utf-16"),
    "escape sequence": b'name: "\\e[2J"\n\x1b]0;owned\x07: 1\n',
    "surrogate": b'name: a\nsettings: {"\\ud800": {}}\n',
    "budget that is no number": b"name: a\nbudget: {cpu_ms: .nan}\n",
    "budget without end": b"name: a\nbudget: {cpu_ms: .inf}\n",
    "memory below nothing": b"name: a\nbudget: {memory_mb: -1}\n",
    "name of the host": b'name: "tibicen:host"\n',
    "name of a parent": b'name: ".."\n',
    "name with a line end": b'name: "evil\\n"\n',
    "name of another case": b"name: Evil\n",
    "entry above": b"name: a\nentry: ../victim/init.lua\n",
    "absolute entry": b"name: a\nentry: /etc/passwd.lua\n",
    "entry with a drive": b'name: a\nentry: "C:\\\\evil.lua"\n',
    "entry with nul": b'name: a\nentry: "init.lua\\0.txt"\n',
    "entry of another kind": b"name: a\nentry: plugin.so\n",
    "version that is none": b"name: a\nversion: '" + b"1." * 10_000 + b"x'\n",
    "requirement that is none": b"name: a\nrequires: {b: '" + b">" * 10_000 + b"'}\n",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_x39_manifests_as_bombs(bomb: str) -> None:
    """Refused with a line, in a moment, and in words that steer no terminal."""
    started = time.monotonic()
    with pytest.raises(ManifestError) as caught:
        parse_manifest(BOMBS[bomb], "evil/plugin.yaml")
    assert time.monotonic() - started < 5
    assert caught.value.problems
    assert all(problem.isprintable() and problem.startswith("evil/plugin.yaml") for problem in caught.value.problems)
    "\n".join(caught.value.problems).encode()


def test_x40_a_bomb_beside_others_at_the_start(folder: PluginFolder) -> None:
    """Each is refused for itself; the host starts, and whoever is well is loaded."""
    folder.plugin("well", "exports.f = function() return 1 end")
    for index, bomb in enumerate(BOMBS.values()):
        folder.write(f"bomb{index}/init.lua", "")
        (folder.path / f"bomb{index}" / "plugin.yaml").write_bytes(bomb)

    async def scenario() -> None:
        async with running(folder) as host:
            assert host.export("well", "f") == 1
            refused = {name for report in host.reports if not report.ok for name in report.plugins}
            assert len(refused) >= len(BOMBS) - 1
            assert [name for name, each in host.host.plugins.plugins.items() if each.active] == ["well"]

    run_in_host_thread(scenario)


ODD_FILES = [
    "manifest is a folder",
    "manifest is a fifo",
    "manifest is a socket",
    "manifest is a device",
    "manifest is a link out",
    "manifest is a link to nothing",
    "manifest is a link to itself",
    "manifest is huge",
    "entry is a fifo",
    "entry is a folder",
    "entry is a device",
    "entry is a link out",
    "entry is a link to itself",
    "entry is huge",
    "single file is a fifo",
    "single file is a device",
    "single file is a link to itself",
    "python file is a fifo",
    "folder is a link to itself",
    "folder is a link to the plugins",
    "folder in a ring",
    "folder is unreadable",
    "a name of 255 bytes",
    "a name that is not utf-8",
    "a name with a line end",
]


def _lay(root: Path, outside: Path, what: str) -> None:
    odd = root / "odd"
    subject, _, kind = what.partition(" is ")
    if subject == "folder in a ring":
        odd.mkdir()
        (odd / "init.lua").write_text("return require('in.in.in.x')")
        (odd / "in").symlink_to(odd)
        return
    if what.startswith("a name"):
        name = {
            "a name of 255 bytes": b"x" * 251 + b".lua",
            "a name that is not utf-8": b"caf\xe9.lua",
            "a name with a line end": b"a\nb\x1b[2J.lua",
        }[what]
        (root / os.fsdecode(name)).write_bytes(b"")
        return
    if subject == "folder":
        if kind == "unreadable":
            odd.mkdir(mode=0)
        else:
            odd.symlink_to(odd if kind.endswith("itself") else root)
        return
    if subject in ("manifest", "entry"):
        odd.mkdir()
        if subject == "manifest":
            (odd / "init.lua").write_text("")
    target = {
        "manifest": odd / "plugin.yaml",
        "entry": odd / "init.lua",
        "single file": root / "odd.lua",
        "python file": root / "odd.py",
    }[subject]
    if kind == "a folder":
        target.mkdir()
    elif kind == "a fifo":
        os.mkfifo(target)
    elif kind == "a socket":
        listener = socket.socket(socket.AF_UNIX)
        here = Path.cwd()
        os.chdir(target.parent)
        try:
            listener.bind(target.name)
        finally:
            os.chdir(here)
            listener.close()
    elif kind == "a device":
        target.symlink_to("/dev/zero")
    elif kind == "a link out":
        outside.write_text("name: odd\nsecret: 1\n")
        target.symlink_to(outside)
    elif kind == "a link to nothing":
        target.symlink_to(root / "nothing")
    elif kind == "a link to itself":
        target.symlink_to(target)
    elif kind == "huge":
        with target.open("wb") as file:
            file.truncate(100_000_000)


@pytest.mark.parametrize("what", ODD_FILES)
def test_x41_files_that_are_none(folder: PluginFolder, tmp_path: Path, what: str) -> None:
    """Nothing in the plugins folder makes the host wait, read without end, or stop."""
    folder.plugin("well", "exports.f = function() return 1 end")
    _lay(folder.path, tmp_path / "outside.yaml", what)

    async def scenario() -> None:
        async with running(folder) as host:
            assert host.export("well", "f") == 1
            host.save(folder.path / "odd", folder.path / "odd.lua", folder.path / "odd.py")
            assert host.export("well", "f") == 1

    run_in_host_thread(scenario)


HEADERS = {
    "trusting": "-- trusted: true\n-- budget: {cpu_ms: 60000}\n",
    "asking": "-- permissions: *, bus.publish:>\n",
    "asking often": "-- permissions: bus.publish:a\n" * 2_000,
    "asking long": "-- permissions: " + "x," * 30_000 + "\n",
    "needing much": "-- requires: " + "a>=1," * 12_000 + "\n",
    "escape sequences": "-- version: \x1b[2J\x07\n-- tier: \x1b]0;owned\x07\n",
    "a tier that is none": "-- tier: trusted\n",
    "levels of brackets": "--[" + "=" * 60_000 + "[\n",
    "never closed": "--[[ permissions: '*'\n",
    "many comments": "--[[ ]]" * 9_000 + "\n",
    "behind code": "local x = 1\n-- permissions: *\n",
    "in a string": "local x = [[\n-- permissions: *\n]]\n",
    "shebang": "#!/usr/bin/lua -- permissions: *\n",
}


@pytest.mark.parametrize("header", HEADERS)
def test_x42_headers_of_single_files(folder: PluginFolder, header: str) -> None:
    """A header comment gives no trust and no budget; what is wrong in it is told, in a moment, as text."""
    folder.plugin("well", "exports.f = function() return 1 end")
    folder.write("single.lua", HEADERS[header] + "exports.f = function() return 'single' end\n")

    async def scenario() -> None:
        started = time.monotonic()
        async with running(folder) as host:
            assert time.monotonic() - started < 10
            assert host.export("well", "f") == 1
            plugin = host.host.plugins.plugins.get("single")
            if plugin is not None and plugin.active is not None:
                manifest = plugin.active.source.manifest
                assert (manifest.trusted, manifest.budget.cpu_ms, manifest.tier) == (False, 50, "contained")
                if header in ("behind code", "in a string", "shebang", "never closed"):
                    assert manifest.permissions == []
            for report in host.reports:
                assert all("\x1b" not in str(problem) and "\x07" not in str(problem) for problem in report.problems)

    run_in_host_thread(scenario)


REQUESTS: dict[str, bytes] = {
    "nothing": b"\n",
    "no json": b"hello\n",
    "no object": b"[1, 2]\n",
    "a number": b"5\n",
    "no operation": b"{}\n",
    "unknown operation": b'{"do": "os.system", "args": {"command": "id"}}\n',
    "operation is a list": b'{"do": [], "args": {}}\n',
    "operation is private": b'{"do": "__class__", "args": {}}\n',
    "arguments are a list": b'{"do": "plugins.info", "args": [1]}\n',
    "arguments are nothing": b'{"do": "plugins.info", "args": null}\n',
    "unknown argument": b'{"do": "plugins.info", "args": {"name": "x", "self": 1}}\n',
    "name is a number": b'{"do": "plugins.info", "args": {"name": 5}}\n',
    "name is a list": b'{"do": "plugins.reload", "args": {"name": ["victim"]}}\n',
    "name is a path": b'{"do": "plugins.load", "args": {"name": "../../etc/passwd"}}\n',
    "hook is none": b'{"do": "hooks.emit", "args": {"hook": "nothing", "arguments": []}}\n',
    "hook with too few": b'{"do": "hooks.emit", "args": {"hook": "player.login", "arguments": []}}\n',
    "hook with an odd value": b'{"do": "hooks.emit", "args": {"hook": "player.logout", "arguments": [1e999]}}\n',
    "hook with a large number": b'{"do": "hooks.emit", "args": {"hook": "player.logout", "arguments": ['
    + b"9" * 400
    + b"]}}\n",
    "deep": b"[" * 100_000 + b"\n",
    "deep objects": b'{"a":' * 50_000 + b"\n",
    "not utf-8": b"\xff\xfe\n",
    "digits": b'{"do": ' + b"9" * 10_000 + b"}\n",
    "duplicate keys": b'{"do": "nothing", "do": "host.describe"}\n',
    "long": b'{"do": "' + b"x" * 1_000_000 + b'"}\n',
    "nul": b"\0\0\0\0\n",
    "half": b'{"do": "host.describe"',
}


def test_x43_misuse_of_the_control_socket(folder: PluginFolder, tmp_path: Path) -> None:
    """Each request gets a refusal or a closed connection; the next one is served."""

    async def ask(path: Path, line: bytes) -> bytes:
        reader, writer = await asyncio.open_unix_connection(str(path), limit=64 << 20)
        writer.write(line)
        if not line.endswith(b"\n"):
            writer.write_eof()
        try:
            answer = await asyncio.wait_for(reader.readline(), 20)
        except ConnectionError:
            answer = b""
        writer.close()
        return answer

    async def scenario() -> None:
        async with arena(folder, "contained") as made:
            control = ControlServer(tmp_path / "c.sock", operations_of(made.running.host))
            await control.start()
            assert (tmp_path / "c.sock").stat().st_mode & 0o077 == 0
            try:
                for what, line in REQUESTS.items():
                    answer = await ask(tmp_path / "c.sock", line)
                    if answer and what not in (
                        "duplicate keys",
                        "half",
                        "hook with an odd value",
                        "hook with a large number",
                    ):
                        assert json.loads(answer)["ok"] is False, (what, answer[:200])
                    assert len(answer) < 2 * len(line) + 100_000, what
                    good = json.loads(await ask(tmp_path / "c.sock", b'{"do": "host.describe"}\n'))
                    assert good["ok"] is True, what
                # Hundreds that connect and say nothing keep nobody out.
                idle = [await asyncio.open_unix_connection(str(tmp_path / "c.sock")) for _ in range(200)]
                assert json.loads(await ask(tmp_path / "c.sock", b'{"do": "host.describe"}\n'))["ok"] is True
                for _, writer in idle:
                    writer.close()
            finally:
                await control.stop()

    run_in_host_thread(scenario)


def test_x44_floods_of_the_status_port(folder: PluginFolder) -> None:
    """Connections that say nothing, nonsense or too much: bounded, closed, and the plugins never notice."""
    folder.plugin(
        "well", "local n = 0 hooks.on('player.login', function() n = n + 1 end) exports.n = function() return n end"
    )
    config = HostConfig(status=StatusConfig(port=0, timeout_seconds=1.0, throttle_seconds=0.0))

    async def flood(port: int, data: bytes) -> None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(data)
            await writer.drain()
            await asyncio.sleep(0.01)
            writer.close()
        except OSError:
            pass

    async def scenario() -> None:
        errors: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
        host = Host(config, folder.path, on_report=lambda _: None)
        try:
            await host.start(watch=False)
            assert host.status is not None
            nonsense = [
                b"",
                b"\xff" * 70_000,
                b"\x06\x00\xff\xffinfo" * 1000,
                b"\x00\x00",
                b"GET / HTTP/1.1\r\n\r\n",
                os.urandom(500),
            ]
            for _ in range(60):
                await asyncio.gather(*(flood(host.status.port, data) for data in nonsense))
                assert len(host.status.connections) <= host.status.limits.connections
            host.emit("player.login", LOGIN)
            reader, writer = await asyncio.open_connection("127.0.0.1", host.status.port)
            writer.write(b"\x06\x00\xff\xffinfo")
            answer = await asyncio.wait_for(reader.read(), 20)
            writer.close()
            assert b"<?xml" in answer
            assert errors == []
        finally:
            await host.stop()

    run_in_host_thread(scenario)


ANSWERS = {
    "level is a text": "return { { name = 'x', level = 'high' } }",
    "level is huge": "return { { name = 'x', level = 2 ^ 60 } }",
    "level is below nothing": "return { { name = 'x', level = -1 } }",
    "level is not a number": "return { { name = 'x', level = 0 / 0 } }",
    "level is a table": "return { { name = 'x', level = {} } }",
    "name is long": "return { { name = ('x'):rep(100000), level = 1 } }",
    "name is a table": "return { { name = {}, level = 1 } }",
    "name is not text": "return { { name = 'caf\\233', level = 1 } }",
    "no list": "return 'x'",
    "many": "local t = {} for i = 1, 70000 do t[i] = { name = 'x', level = 1 } end return t",
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_x45_a_plugin_that_spoils_the_status(folder: PluginFolder, answer: str) -> None:
    """What one plugin answers for the status document never costs the whole of it."""
    manifest = "budget: {cpu_ms: 1000, cpu_ms_per_second: 0, memory_mb: 64}\n"
    folder.plugin("evil", f"hooks.on('status.players', function() {ANSWERS[answer]} end)", manifest)
    folder.plugin("well", "hooks.on('status.players', function() return {{ name = 'Eve', level = 8 }} end)", manifest)

    async def scenario() -> None:
        config = HostConfig(status=StatusConfig(port=0), permissions=PermissionsConfig(everyone=["*"]))
        host = Host(config, folder.path, on_report=lambda _: None)
        try:
            await host.start(watch=False)
            assert host.status is not None
            reader, writer = await asyncio.open_connection("127.0.0.1", host.status.port)
            writer.write(b"\x04\x00\xff\x01\x20\x00")
            got = await asyncio.wait_for(reader.read(), 20)
            writer.close()
            assert b"Eve" in got or answer == "many", (got[:100], host.status.counts)
            assert got != b""
        finally:
            await host.stop()

    run_in_host_thread(scenario)


def test_x46_settings_of_the_owner_are_not_the_plugins(folder: PluginFolder, tier: str) -> None:
    """What a plugin does to its settings reaches neither host.yaml, the manifest nor the next generation."""
    folder_manifest = "settings: {list: {type: list, default: [1]}, map: {type: map, default: {a: [1]}}}\n"
    before = "settings.list[1] = 'poison' settings.map.a[1] = 'poison' settings.map.b = 1"
    code = "return settings.list[1] == 'poison'"

    async def scenario() -> None:
        manifest = "budget: {cpu_ms: 500, cpu_ms_per_second: 0, memory_mb: 16}\n" + folder_manifest
        async with arena(folder, tier, code, before=before, manifest=manifest) as made:
            assert made.attempt().value is True
            generation = made.running.host.plugins.active("evil")
            assert generation is not None
            declared = generation.source.manifest.settings
            assert (declared["list"].default, declared["map"].default) == ([1], {"a": [1]})
            folder.write(
                "evil/init.lua",
                "exports.attempt = function() return settings.list[1] == 1 and settings.map.a[1] == 1 end "
                "exports.rest = function() return 1 end",
            )
            assert made.running.host.plugins.reload("evil").ok
            assert made.attempt().value is True

    run_in_host_thread(scenario)


def test_x47_a_python_plugin_that_can_not_be_printed(folder: PluginFolder, tier: str) -> None:
    """An exception whose text raises is this plugin's failure, whoever asked."""
    folder.write(
        "spiteful.py",
        """
        class Spiteful(Exception):
            def __str__(self):
                raise Spiteful


        def setup(plugin):
            plugin.export(fails, "fails")
            plugin.on("player.logout", lambda player: fails())
            plugin.after(1, fails)


        def fails():
            raise Spiteful
        """.replace("\n        ", "\n"),
    )

    async def scenario() -> None:
        code = "local ok, why = pcall(imports.spiteful.fails) return not ok and type(why) == 'string'"
        async with arena(folder, tier, code) as made:
            made.running.host.emit("player.logout", LOGIN)
            outcome = made.attempt()
            assert outcome.value is True, outcome
            info = made.running.info
            await made.running.until(lambda: info("spiteful")["strikes"] or info("spiteful")["state"] == "quarantined")

    run_unprintable(scenario)
