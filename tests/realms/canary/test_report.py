"""What the log says of calls that the servers can't use: which function, which argument, who called the script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.fights import field
from tests.realms.canary.servers import with_server

from tibicen.realms.canary.server import Dialect, Server


def said(root: Path, code: str, dialect: Dialect) -> list[str]:
    """What is logged of a piece of a script, without where it was."""

    def body(server: Server) -> Any:
        server.control("load_all")
        server.log.clear()
        server.run(code.encode(), "@data/scripts/said.lua")
        wanted = ("().", "Function: ", "Error Description: ")
        lines = [line.strip() for _, text in server.log for line in text.split("\n")]
        return [line for line in lines if any(each in line for each in wanted)]

    return list(with_server(root, body, dialect=dialect))


@pytest.mark.parametrize(
    ("call", "line"),
    [
        ("ItemType(-1)", "Argument 2 has out-of-range value for j: -1"),
        ("Game.createItem(70000)", "Argument 1 has out-of-range value for t: 70000"),
        ("NetworkMessage():addByte(300)", "Argument 2 has out-of-range value for h: 300"),
        ("NetworkMessage():addU64(-12)", "Argument 2 has out-of-range value for m: -12"),
        ("NetworkMessage():skipBytes(40000)", "Argument 2 has out-of-range value for s: 40000"),
        ("ItemType(0):getWeight(-3)", "Argument 2 has out-of-range value for t: -3"),
        ("addEvent(print, -7)", "Argument 2 has out-of-range value for j: -7"),
        ("pcall(ItemType, 4294967297)", "Argument 2 has out-of-range value for j: 4294967297"),
    ],
)
def test_tfs_tells_of_numbers_that_do_not_fit(tmp_path: Path, call: str, line: str) -> None:
    assert said(tmp_path, call, "tfs") == [f"getNumber(). {line}"]


def test_numbers_that_fit_and_what_is_none_are_fine(tmp_path: Path) -> None:
    assert said(tmp_path, "ItemType(4294967295) NetworkMessage():addByte('255') Game.createItem(true)", "tfs") == []
    # Canary says nothing of them.
    assert said(tmp_path / "canary", "ItemType(-1) NetworkMessage():addByte(300)", "canary") == []


@pytest.mark.parametrize(
    ("call", "name"),
    [
        # A function that hands its work on, called as the last thing that a function does, or through pcall.
        (
            "local function last(message) return message:sendToPlayer(nil) end last(NetworkMessage())",
            "luaNetworkMessageSendToPlayer",
        ),
        ("pcall(NetworkMessage.sendToPlayer, NetworkMessage(), nil)", "luaNetworkMessageSendToPlayer"),
        ("pcall(function() doPlayerAddItem(1, 2) end)", "luaDoPlayerAddItem"),
        ("Condition(0)", "luaConditionCreate"),
        ("Game.getMonsterTypeByName()", "luaGameGetMonsterTypeByName"),
    ],
)
def test_the_function_is_named(tmp_path: Path, call: str, name: str) -> None:
    assert said(tmp_path, call, "canary")[0] == f"Function: {name}"


def test_attributes_that_nobody_knows(tmp_path: Path) -> None:
    code = 'return Game.getItemAttributeByName("nonsense")'

    def body(server: Server) -> Any:
        return server.run(code.encode()), list(server.log)

    assert with_server(tmp_path, body, dialect="tfs") == (0, [])


_FAILS = """
    local kill = CreatureEvent("Kill")
    function kill.onKill() error("boom") end
    kill:register()
    local hurt = CreatureEvent("Hurt")
    function hurt.onHealthChange() error("boom") end
    hurt:register()
"""


@pytest.mark.parametrize(
    ("what", "caller"),
    [
        (
            'Player("Ann"):registerEvent("Hurt") doTargetCombat(0, Player("Ann"), COMBAT_FIREDAMAGE, -5, -5)',
            "executeHealthChange(). ",
        ),
        (
            'Player("Ann"):registerEvent("Kill") '
            'doTargetCombat(Player("Ann"), beast("Wolf", 1001, 1000), COMBAT_FIREDAMAGE, -9999, -9999)',
            "callVoidFunction(). ",
        ),
        ("addEvent(function() error('boom') end, 100)", "callFunction(). "),
    ],
)
def test_tfs_names_who_called_the_script(what: str, caller: str) -> None:
    with field("tfs") as kit:
        kit.load_text(_FAILS, "fails.lua")
        kit.run(what)
        kit.advance(3000)
        lines = [line for _, text in kit.log for line in text.split("\n") if "boom" in line]
        assert lines[0].startswith(caller)
