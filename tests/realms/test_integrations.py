"""What every integration owes (`Integration`): one suite over the server, the client and the bridge.

All three are real: a small world with its ports, a headless client that plays in it, and the bridge between the two.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest
from tests.conftest import run_in_host_thread
from tests.realms.canary.wire_worlds import QUICK, accounts, server_of
from tests.realms.otclient.clients import write

from tibicen.errors import ConfigError
from tibicen.protocol.bridge import Bridge, Port
from tibicen.protocol.integration import Integration, IntegrationOptions
from tibicen.protocol.rsa import PrivateKey
from tibicen.protocol.upstream import Address, UpstreamPool
from tibicen.realms.canary.server import Server
from tibicen.realms.canary.wire.listener import WireListener
from tibicen.realms.canary.wire.world import WireWorld
from tibicen.realms.connections import LoginConfig
from tibicen.realms.otclient.client import Client
from tibicen.realms.otclient.files import Files
from tibicen.realms.otclient.login import ClientLogin
from tibicen.realms.otclient.wire import ClientWire

HERE = "127.0.0.1"
PATIENCE = 10.0
NO_KEY = PrivateKey(101, 103)


async def until(so: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        # A state is a plain attribute: there is no event to wait for.
        while not so():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


class Stage(contextlib.AsyncExitStack):
    """Where integrations are made, and what is behind them."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.root = root

    def server(self, port: int = 0, options: IntegrationOptions | None = None, **more: Any) -> WireListener:
        server: Server = server_of(self.root / "server")()
        self.callback(server.close)
        world = WireWorld(server, accounts(), replace(QUICK, game_port=port, **more))
        return WireListener(world, options)

    def bridge(self, to: int, port: int = 0, options: IntegrationOptions | None = None, **more: Any) -> Bridge:
        return Bridge([Port("game", HERE, port, UpstreamPool([Address(HERE, to)]))], options=options, **more)

    def client(self, to: int, **more: Any) -> ClientLogin:
        client = Client(Files(write(self.root / "client", {"init.lua": ""})))
        ClientWire().attach(client)
        frames = asyncio.get_running_loop().create_task(_frames(client))
        self.callback(client.close)
        self.callback(frames.cancel)
        said = {"account": "ann", "password": "secret", "character": "Ann", "server": f"{HERE}:{to}"}
        return ClientLogin(client, LoginConfig(**{**said, **more}), lambda *_: None, look_seconds=0.005)

    async def running(self, made: Integration) -> Any:
        await made.start()
        self.push_async_callback(made.stop)
        return made


async def _frames(client: Client) -> None:
    while True:
        client.frame(10)
        await asyncio.sleep(0.005)


def game_port(server: Integration) -> int:
    return next(int(each["port"]) for each in server.monitor()["ports"] if each["kind"] == "game")


class Role(ABC):
    """How one kind is made, and put out of order."""

    kind: ClassVar[str]

    @abstractmethod
    async def whole(self, stage: Stage) -> Integration:
        """One that can start."""

    @abstractmethod
    async def without(self, stage: Stage, retries: int) -> tuple[Integration, Callable[[], Coroutine[Any, Any, Any]]]:
        """One that lacks what it needs outside, and what gives it that."""

    @abstractmethod
    def impossible(self, stage: Stage) -> Integration:
        """One that is told what can't be."""


def _options(retries: int) -> IntegrationOptions:
    return IntegrationOptions(retry_count=retries, backoff_ms=20)


class ServerRole(Role):
    kind = "server"

    async def whole(self, stage: Stage) -> Integration:
        return stage.server()

    async def without(self, stage: Stage, retries: int) -> tuple[Integration, Callable[[], Coroutine[Any, Any, Any]]]:
        taken = socket.create_server((HERE, 0))
        return stage.server(taken.getsockname()[1], _options(retries)), _closer(taken)

    def impossible(self, stage: Stage) -> Integration:
        return stage.server(7000, login_port=7000)


class BridgeRole(Role):
    kind = "bridge"

    async def whole(self, stage: Stage) -> Integration:
        server = await stage.running(stage.server())
        return stage.bridge(game_port(server))

    async def without(self, stage: Stage, retries: int) -> tuple[Integration, Callable[[], Coroutine[Any, Any, Any]]]:
        taken = socket.create_server((HERE, 0))
        return stage.bridge(9, taken.getsockname()[1], _options(retries)), _closer(taken)

    def impossible(self, stage: Stage) -> Integration:
        return Bridge([])


class ClientRole(Role):
    kind = "client"

    async def whole(self, stage: Stage) -> Integration:
        return stage.client(game_port(await stage.running(stage.server())))

    async def without(self, stage: Stage, retries: int) -> tuple[Integration, Callable[[], Coroutine[Any, Any, Any]]]:
        with socket.create_server((HERE, 0)) as free:
            port = free.getsockname()[1]

        async def serve() -> None:
            await stage.running(stage.server(port))

        return stage.client(port, retries=retries, backoff_ms=20), serve

    def impossible(self, stage: Stage) -> Integration:
        # Nothing of the login itself: what the client is to be set up for. A method of this one client is replaced.
        made = stage.client(1)
        made._client.run = _no_version  # type: ignore[method-assign]
        return made


def _no_version(*_: Any) -> Any:
    raise ConfigError("there is no such version")


def _closer(taken: socket.socket) -> Callable[[], Coroutine[Any, Any, Any]]:
    async def close() -> None:
        taken.close()

    return close


ROLES = {role.kind: role for role in (ServerRole(), ClientRole(), BridgeRole())}


@pytest.fixture(params=ROLES)
def role(request: pytest.FixtureRequest) -> Role:
    return ROLES[request.param]


@pytest.fixture
def play(tmp_path: Path) -> Callable[[Callable[[Stage], Coroutine[Any, Any, None]]], None]:
    """Runs a test on a stage of its own."""

    def played(scenario: Callable[[Stage], Coroutine[Any, Any, None]]) -> None:
        async def whole() -> None:
            (tmp_path / "server").mkdir()
            async with Stage(tmp_path) as stage:
                await scenario(stage)

        run_in_host_thread(whole)

    return played


Play = Callable[[Callable[[Stage], Coroutine[Any, Any, None]]], None]


def test_its_life(role: Role, play: Play) -> None:
    async def scenario(stage: Stage) -> None:
        made = await role.whole(stage)
        assert made.state == "new" and made.kind == role.kind
        await made.start()
        told = made.monitor()
        assert (told["kind"], told["state"], told["problem"]) == (role.kind, "running", "")
        assert msgspec.json.decode(msgspec.json.encode(told)) == told, "plain data"
        assert made.monitor() == told, "no side effect"
        assert all("kind" in port and ("port" in port or "to" in port) for port in told["ports"]) and told["ports"]
        assert isinstance(made.optimize(), dict) and made.state == "running"
        for _ in range(2):
            await made.stop()
            assert made.state == "closed" and made.monitor()["sessions"] == []
        never = await role.whole(stage)
        await never.stop()
        assert never.state == "closed"

    play(scenario)


def test_it_tries_again_until_it_may(role: Role, play: Play) -> None:
    async def scenario(stage: Stage) -> None:
        made, give = await role.without(stage, 30)
        starting = asyncio.get_running_loop().create_task(made.start())
        await until(lambda: made.counts["failed_attempts"])
        assert made.monitor()["problem"] and made.state in ("retrying", "ready")
        await give()
        await asyncio.wait_for(starting, PATIENCE)
        assert made.state == "running" and made.problem == "" and made.counts["retries"] >= 1
        await made.stop()

    play(scenario)


def test_it_gives_up_and_gives_back(role: Role, play: Play) -> None:
    async def scenario(stage: Stage) -> None:
        made, give = await role.without(stage, 1)
        with pytest.raises(OSError):
            await made.start()
        assert made.state == "failed" and made.problem
        assert made.counts["failed_attempts"] == 2 and made.counts["retries"] == 1
        assert made.monitor()["sessions"] == []
        await give()
        await made.start()
        assert made.state == "running"
        await made.stop()

    play(scenario)


def test_what_can_not_be_is_not_tried(role: Role, play: Play) -> None:
    async def scenario(stage: Stage) -> None:
        made = role.impossible(stage)
        with pytest.raises(ConfigError):
            await made.start()
        assert made.state == "failed" and made.problem and not made.counts["failed_attempts"]

    play(scenario)


def test_another_goes_on_from_a_backup_without_secrets(role: Role, play: Play) -> None:
    async def scenario(stage: Stage) -> None:
        one, other = await role.whole(stage), await role.whole(stage)
        await one.start()
        saved = msgspec.json.encode(one.backup())
        assert b"secret" not in saved
        await one.stop()
        other.recover(msgspec.json.decode(saved))
        await other.start()
        await other.stop()

    play(scenario)


@pytest.mark.parametrize("ends", ROLES)
def test_all_three_tell_of_one_session_and_of_its_end(ends: str, play: Play) -> None:
    async def scenario(stage: Stage) -> None:
        server = stage.server()
        await server.start()
        bridge = await stage.running(stage.bridge(game_port(server)))
        client = stage.client(game_port(bridge))
        await client.start()
        roles: dict[str, Integration] = {"server": server, "client": client, "bridge": bridge}
        for made in roles.values():
            (session,) = made.monitor()["sessions"]
            assert (session["character"], session["version"]) == ("Ann", 1098)
        await roles[ends].stop()
        if ends != "client":
            await asyncio.wait_for(client.lost(), PATIENCE)
        # A client that is not kept does not notice by itself.
        watched = [made for kind, made in roles.items() if kind not in ("client", ends)]
        await until(lambda: all(made.monitor()["sessions"] == [] for made in watched))
        await client.stop()
        await server.stop()

    play(scenario)


def test_a_wrong_password_is_not_tried_again_but_a_lost_server_is(play: Play) -> None:
    async def scenario(stage: Stage) -> None:
        server = stage.server()
        await server.start()
        wrong = stage.client(game_port(server), password="guessed")
        wrong.begin(asyncio.get_running_loop())
        await until(lambda: wrong.state == "failed")
        assert "Account name or password is not correct." in wrong.problem and wrong.counts["failed_attempts"] == 1
        wrong.end()
        port = game_port(server)
        kept = stage.client(port, backoff_ms=20, retries=50)
        kept.begin(asyncio.get_running_loop())
        await until(lambda: kept.state == "running")
        await server.stop()
        await until(lambda: kept.state == "retrying")
        assert kept.problem and kept.monitor()["sessions"] == []
        again = await stage.running(stage.server(port))
        await until(lambda: kept.state == "running")
        assert len(again.monitor()["sessions"]) == 1 and kept.counts["sessions"] == 2
        kept.end()

    play(scenario)


def test_a_server_remembers_who_guessed(play: Play) -> None:
    async def scenario(stage: Stage) -> None:
        one = stage.server()
        one.recover({"guesses": {HERE: 99}})
        await one.start()
        assert one.backup() == {"guesses": {HERE: 99}}
        late = stage.client(game_port(one), retries=0)
        with pytest.raises(OSError, match="Too many wrong passwords"):
            await late.start()
        await one.stop()

    play(scenario)


def test_a_key_that_opens_nothing_is_refused(play: Play) -> None:
    async def scenario(stage: Stage) -> None:
        for made in (stage.server(key=NO_KEY, options=_options(5)), stage.bridge(9, key=NO_KEY, options=_options(5))):
            with pytest.raises(ConfigError, match="does not open what it closed"):
                await made.start()
            assert made.counts["failed_attempts"] == 1

    play(scenario)
