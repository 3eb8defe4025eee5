"""What `make run` shows: the plugins arena and pinger, a server and a client of one host, over TCP on loopback."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs
from tests.conftest import PluginFolder, RunningHost, Scenario
from tests.hosting import hosting
from tests.test_readme import free_port

from tibicen.config import PluginConfig, load_config
from tibicen.realms.canary.server_plugin import ServerPlugin
from tibicen.realms.canary.wire.entrance import Refused
from tibicen.realms.canary.wire.world import STARTING

InHost = Callable[[Scenario], Any]
ROOT = Path(__file__).resolve().parent.parent
SCRIPT = "arena/data-arena/scripts/pong.lua"
MODULE = "pinger/modules/pinger/pinger.lua"


class Demo:
    """Both plugins as they are shipped, but that pings come without waiting."""

    def __init__(self, folder: PluginFolder) -> None:
        self.folder = folder.path
        self.running: RunningHost
        self.logs: list[Any] = []
        for name in ("arena", "pinger"):
            shutil.copytree(ROOT / "plugins" / name, folder.path / name)
        self.change(MODULE, "EVERY_MS = 2000", "EVERY_MS = 60")
        self.said = load_config(ROOT / "host.yaml").plugins
        game, login = free_port(), free_port()
        assert self.said["arena"].wire is not None and self.said["pinger"].login is not None
        self.ports = {"game_port": game, "login_port": login}
        self.wire = msgspec.structs.replace(self.said["arena"].wire, **self.ports)
        self.login = msgspec.structs.replace(self.said["pinger"].login, server=f"127.0.0.1:{game}")

    @asynccontextmanager
    async def hosted(self, folder: PluginFolder, **options: Any) -> AsyncIterator[RunningHost]:
        plugins = {"arena": PluginConfig(wire=self.wire), "pinger": PluginConfig(login=self.login)}
        with ExitStack() as stack:
            self.logs = stack.enter_context(capture_logs())
            async with hosting(folder, plugins=plugins, **options) as self.running:
                yield self.running

    def change(self, name: str, old: str, new: str) -> Path:
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        return path

    def save(self, name: str, old: str, new: str) -> bool:
        """Saves a change; whether all that came of it was good."""
        reports = self.running.save(self.change(name, old, new))
        return bool(reports or self.running.reports[-1:]) and self.running.reports[-1].ok

    async def says(self, text: str) -> None:
        """Waits for a new line of the log with this in it."""
        seen = len(self.logs)
        await self.running.until(lambda: any(text in each["event"] for each in self.logs[seen:]))

    @property
    def server(self) -> ServerPlugin:
        generation = self.running.host.plugins.active("arena")
        assert generation is not None and isinstance(generation.runtime, ServerPlugin)
        return generation.runtime

    @property
    def info(self) -> dict[str, Any]:
        info: dict[str, Any] = self.running.host.plugin_info("arena")["connection"]
        return info

    def problems(self) -> list[str]:
        return [each["event"] for each in self.logs if each["log_level"] in ("error", "warning")]


@pytest.fixture
def demo(folder: PluginFolder) -> Demo:
    return Demo(folder)


def test_ping_pong_while_both_sides_are_edited(demo: Demo, folder: PluginFolder, in_host: InHost) -> None:
    async def scenario() -> None:
        async with demo.hosted(folder) as running:
            assert all(report.ok for report in running.reports), running.reports
            await demo.says("ping: pong to Pinger (connection 1,")
            game = demo.ports["game_port"]
            assert {"kind": "game", "host": "127.0.0.1", "port": game} in demo.info["ports"]
            assert [each["character"] for each in demo.info["sessions"]] == ["Pinger"]
            # The script, the module; broken, and mended.
            assert demo.save(SCRIPT, '"pong to "', '"welcome, "')
            await demo.says("ping: welcome, Pinger (connection 1,")
            assert demo.save(MODULE, '"ping: %s', '"it says: %s')
            await demo.says("it says: welcome, Pinger (connection 1,")
            for name in (SCRIPT, MODULE):
                assert not demo.save(name, "local OPCODE", "local = OPCODE")
                await demo.says("it says: welcome, Pinger (connection 1,")
                assert demo.save(name, "local = OPCODE", "local OPCODE")
            await demo.says("it says: welcome, Pinger (connection 1,")
            # A whole new server, where the character goes on where it was.
            old = demo.server.server
            old.run(b"Player('Pinger'):teleportTo(Position(97, 103, 7))")
            assert running.host.plugins.reload("arena").ok and demo.server.server is not old
            await demo.says("it says: welcome, Pinger (connection 1,")
            here = "local p = Player('Pinger'):getPosition() return { p.x, p.y, p.z }"
            assert demo.server.server.run(here.encode()) == [97, 103, 7]
            client: Any = running.host.plugins.active("pinger")
            code = "local p = g_game.getLocalPlayer():getPosition() return { p.x, p.y, p.z }"
            await running.until(lambda: client.runtime.client.run(code.encode()) == [97, 103, 7])
            assert demo.problems() == [] and len(demo.info["sessions"]) == 1
            # Without its client; without its server.
            assert running.host.plugins.unload("pinger").ok
            await running.until(lambda: demo.info["sessions"] == [])
            assert running.host.plugins.load("pinger").ok
            await demo.says("it says: welcome, Pinger (connection 1,")
            assert running.host.plugins.unload("arena").ok
            await demo.says("tries again in")
            with pytest.raises(OSError, match="refused"):
                socket.create_connection(("127.0.0.1", game), timeout=1)
            assert running.host.plugins.load("arena").ok
            await demo.says("it says: welcome, Pinger (connection 2,")

    in_host(scenario)


def test_a_port_in_use_is_refused_and_the_old_server_stays(
    demo: Demo, folder: PluginFolder, in_host: InHost, tmp_path: Path
) -> None:
    owner = tmp_path / "host.yaml"

    def says(**ports: int) -> None:
        wire = msgspec.to_builtins(msgspec.structs.replace(demo.wire, **ports))
        plugins = {"arena": {"wire": wire}, "pinger": {"enabled": False}}
        text = msgspec.yaml.encode({"permissions": {"everyone": ["*"]}, "status": {"port": 0}, "plugins": plugins})
        owner.write_bytes(text)

    async def scenario() -> None:
        with socket.create_server(("127.0.0.1", 0)) as other, capture_logs():
            taken = other.getsockname()[1]
            says(login_port=taken)
            async with hosting(folder, config_file=owner) as demo.running:
                running = demo.running
                (problem,) = running.info("arena")["errors"]
                assert f"the login port 127.0.0.1:{taken} can't be had: Address already in use" in problem
                assert "plugins.arena.wire in host.yaml" in problem
                # The game port, which was free, is free again.
                says()
                running.host.reload_config()
                assert running.info("arena")["state"] == "active", running.info("arena")["errors"]
                server = demo.server.server
                # Moved to a port that is taken: the old server goes on, where it was.
                says(game_port=taken)
                running.host.reload_config()
                assert "game port" in running.info("arena")["errors"][0] and demo.server.server is server
                assert demo.ports["game_port"] in [each["port"] for each in demo.info["ports"]]
                reader, writer = await asyncio.open_connection("127.0.0.1", demo.ports["game_port"])
                assert await reader.read(2) == b"\x0c\x00"
                # Moved to one that is free: who is connected stays.
                free = free_port()
                says(game_port=free)
                running.host.reload_config()
                assert demo.server.server is not server and not writer.is_closing()
                await running.until(lambda: free in [each["port"] for each in demo.info["ports"]])
                again, second = await asyncio.open_connection("127.0.0.1", free)
                assert await again.read(2) == b"\x0c\x00"
                for each in (writer, second):
                    each.close()

    in_host(scenario)


def test_nobody_comes_in_while_a_server_is_starting(demo: Demo, folder: PluginFolder, in_host: InHost) -> None:
    async def scenario() -> None:
        async with demo.hosted(folder):
            await demo.says("ping: pong to Pinger (connection 1,")
            line = demo.server._wire
            assert line is not None and line.world is not None
            keep = demo.server.server.control
            busy = lambda name, *more: name == "starting" or keep(name, *more)  # noqa: E731
            demo.server.server.control = busy  # type: ignore[method-assign, assignment]
            world = line.world
            with pytest.raises(Refused, match=STARTING):
                world.enter(next(iter(world.in_game.values())).peer, "Pinger", {}, {})

    in_host(scenario)
