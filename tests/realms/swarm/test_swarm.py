"""Load tests, small ones: light clients of 10.98 in the embedded world, over real TCP."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.wire_worlds import HOME, wire_world

from tibicen.cli.item_files import item_table
from tibicen.errors import ConfigError
from tibicen.protocol.client_login import Login
from tibicen.protocol.items import ItemTable
from tibicen.realms.canary.wire.listener import WireThread
from tibicen.realms.swarm.figures import Figures, lines_of, percentile
from tibicen.realms.swarm.process import allow_connections, peak_memory
from tibicen.realms.swarm.script import SwarmScript, default_script
from tibicen.realms.swarm.swarm import Swarm, SwarmOptions, members_of
from tibicen.vm.stack import run

HERE = "127.0.0.1"
X, Y, Z = HOME


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WireThread]:
    root = tmp_path_factory.mktemp("world")
    with wire_world(root) as thread:
        thread.items = item_table(root / "data" / "items" / "items.otb")  # type: ignore[attr-defined]
        yield thread
        assert thread.call(lambda server: server.errors()) == []


def options(world: WireThread, *members: Login, **more: Any) -> SwarmOptions:
    known: ItemTable = world.items  # type: ignore[attr-defined]
    made = SwarmOptions(HERE, world.game_port, members, known, ramp=1000, duration=20.0, ping_seconds=0.05)
    return replace(made, **more)


ANN, BOB = Login("ann", "secret", "Ann"), Login("bob", "secret", "Bob")


def play(
    tmp_path: Path, settings: SwarmOptions, script: str, until: Callable[[list[str]], bool] | None = None
) -> tuple[Figures, list[str]]:
    """What a test came to, and what its script printed; `until` ends it, or that all scripts are over."""
    path = tmp_path / "play.lua"
    path.write_text(script, encoding="latin-1")
    said: list[str] = []

    async def scenario(opened: SwarmScript) -> Figures:
        swarm: Swarm | None = None

        def heard(line: str) -> None:
            said.append(line)
            if until is not None and until(said) and swarm is not None:
                swarm.stop()

        swarm = Swarm(settings, opened, heard)
        return await asyncio.wait_for(swarm.run(), 30)

    def inside() -> Figures:
        opened = SwarmScript(path)
        try:
            return asyncio.run(scenario(opened))
        finally:
            opened.close()

    return run(inside), said


def test_clients_play_and_their_figures_are_told(world: WireThread, tmp_path: Path) -> None:
    script = """
        local player = g_game.getLocalPlayer()
        local from = player.getPosition()
        connect(LocalPlayer, {onPositionChange = function(_, new, old)
            print("moved", new.x - old.x, new.y - old.y, player.getPosition().x == new.x)
        end})
        connect(g_game, {onTalk = function(name, level, mode, text)
            wait(1)
            print("heard", name, text)
            if text == "done" then g_game.safeLogout() end
        end})
        ProtocolGame.registerExtendedOpcode(9, function(protocol, opcode, data)
            print("extended", data == "pong:\\0\\255", protocol.isExtendedEnabled())
            g_game.walk(East)
        end)
        print(player.getName(), number, clients, from.x, from.y, from.z, player.getId() > 0, g_game.getClientVersion())
        g_game.getProtocolGame():sendExtendedOpcode(9, "\\0\\255")
        local count = 0
        local event
        event = cycleEvent(function() count = count + 1 if count == 2 then removeEvent(event) end end, 10)
        local gone = scheduleEvent(function() print("never") end, 1)
        removeEvent(gone)
        scheduleEvent(function() g_game.talk("h\\228llo") end, 50)
        wait(300)
        print("counted", count)
        g_game.turn(South)
        send("vip_add", {name = "Nobody"})
        send("say", {type = 1, text = "done"})
        wait(5000)
    """
    figures, said = play(tmp_path, options(world, ANN, login=(HERE, world.login_port)), script)
    assert said[0] == f"1: Ann\t1\t1\t{X}\t{Y}\t{Z}\ttrue\t1098"
    assert {"1: extended\ttrue\ttrue", "1: moved\t1\t0\ttrue", "1: heard\tAnn\thällo", "1: counted\t2"} <= set(said)
    assert not any("never" in line for line in said)
    report = figures.report()
    assert figures.good and report["ends"] == {"logged_out": 1} and report["unread"] == 0
    counts = {what: report[f"{what}_ms"]["count"] for what in ("login", "walk", "talk")}
    assert counts == {"login": 1, "walk": 1, "talk": 2}
    assert report["ping_ms"]["count"] > 3 and 0 < report["login_ms"]["p50"] < 20_000
    assert report["bytes"]["in"] > 1000 and report["frames"]["out"] > 10
    assert next(lines_of(report)).startswith("1 of 1 clients came into the game")


def test_a_client_of_13_10_asks_the_web_login(world: WireThread, tmp_path: Path) -> None:
    login = f"http://{HERE}:{world.http_port}/login.php"
    newer = Login("ann", "secret", version=1310)
    wrong = Login("bob", "wrong", version=1310)
    script = (
        "g_game.walk(West) connect(LocalPlayer, {onPositionChange = function() g_game.safeLogout() end}) wait(5000)"
    )
    figures, _ = play(tmp_path, options(world, newer, wrong, login=login), script)
    assert figures.entered == 1 and figures.ends == {"logged_out": 1} and len(figures.times["walk"]) == 1
    assert figures.errors == {"refused": 1} and figures.traffic.unread == 0
    figures, _ = play(tmp_path, options(world, newer, login="http://127.0.0.1:1/"), script)
    assert figures.errors == {"connect": 1} and "can't be reached" in figures.examples["connect"]


def test_failures_are_counted_with_their_first_example(world: WireThread, tmp_path: Path) -> None:
    script = """
        if number == 1 then send("no_such_message", {}) wait(50) error("broken") end
        g_game.walk(North)
    """
    wrong = Login("ann", "wrong", "Ann")
    figures, _ = play(tmp_path, options(world, BOB, wrong), script)
    report = figures.report()
    assert not figures.good and report["entered"] == 1
    assert report["errors"]["script"]["count"] == 2
    assert "no_such_message" in report["errors"]["script"]["first"]
    assert "not correct" in report["errors"]["refused"]["first"]
    assert report["ends"] == {"finished": 1, "refused": 1}
    text = "\n".join(lines_of(report))
    assert "error script: 2 times, first: Bob: no_such_message" in text and "ended refused: 1" in text


def test_a_login_server_that_refuses_and_none_at_all(world: WireThread, tmp_path: Path) -> None:
    wrong = Login("ann", "wrong", "Ann")
    figures, _ = play(tmp_path, options(world, wrong, login=(HERE, world.login_port), duration=0.0), "")
    assert figures.errors == {"refused": 1}
    figures, _ = play(tmp_path, options(world, ANN, port=1, duration=0.0), "")
    assert figures.errors == {"connect": 1} and figures.started == 1 and not figures.good


def test_it_is_stopped_at_any_time_with_the_report_so_far(world: WireThread, tmp_path: Path) -> None:
    figures, _ = play(
        tmp_path,
        options(world, ANN, BOB, duration=600.0),
        "wait(20) print('in') wait(100000)",
        lambda said: len(said) == 2,
    )
    assert figures.entered == 2 and figures.ends == {"logged_out": 2} and figures.good


def test_one_that_never_waits_ends_the_test(world: WireThread, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tibicen.realms.swarm.script.TICK_CPU_MS", 50.0)
    figures, _ = play(tmp_path, options(world, ANN), "wait(1) while true do end")
    assert "did not wait" in figures.examples["script"] and not figures.good


def test_scripts_that_can_not_be_used_say_so(tmp_path: Path) -> None:
    path = tmp_path / "bad.lua"
    path.write_text("local = 1")
    with pytest.raises(ConfigError, match=r"bad\.lua:1"):
        run(lambda: SwarmScript(path))
    with pytest.raises(ConfigError, match="can't be read"):
        run(lambda: SwarmScript(tmp_path / "none.lua"))
    run(lambda: SwarmScript(default_script()).close())


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits on Windows")
def test_there_may_be_as_many_connections_as_clients() -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (200, before[1]))
        allow_connections(50)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 200
        allow_connections(300)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 400
        allow_connections(1 << 40)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] <= before[1]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert peak_memory() > 1 << 20


def test_names_by_number() -> None:
    made = members_of(2, "a{n}", "p{n}", "C {n}", Login("", "", version=860))
    assert [(each.account, each.password, each.character, each.version) for each in made] == [
        ("a1", "p1", "C 1", 860),
        ("a2", "p2", "C 2", 860),
    ]


def test_percentiles_are_values_that_were_seen() -> None:
    values = [float(number) for number in range(1, 101)]
    assert [percentile(values, share) for share in (0.5, 0.95, 0.99, 1.0)] == [50.0, 95.0, 99.0, 100.0]
    assert percentile([], 0.5) == 0.0 and percentile([7.0], 0.99) == 7.0
