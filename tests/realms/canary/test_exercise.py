"""`tibicen exercise`: every callback is called, and of those that fail it is told whose fault that is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.checkouts import write, write_canary

from tibicen.cli.exercise import lines_of
from tibicen.realms.canary.exercise import blame, exercise
from tibicen.vm import stack

SCRIPTS = {
    "data/scripts/fine.lua": """
local action = Action()
action:onUse(function(player, item, from, target, to, hotkey)
    assert(player:getId() > 0 and item:getId() > 0 and from.x and to.z and hotkey ~= nil)
    return true
end)
action:aid(5000)
action:register()
""",
    "data/scripts/fails.lua": """
local talk = TalkAction("!fails")
talk:onSay(function(player, words, param)
    local missing = nil
    return missing.field
end)
talk:groupType("normal")
talk:register()
""",
    "data/scripts/raises.lua": """
local event = CreatureEvent("Raises")
event:type("death")
event:onDeath(function(creature, corpse, killer)
    if not killer then error("nobody did it") end
    return true
end)
event:register()
""",
}


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    checkout = write(write_canary(tmp_path_factory.mktemp("server")), SCRIPTS)
    return stack.run(lambda: exercise(checkout))


def test_every_callback_is_called_and_those_that_fail_are_told_of(result: dict[str, Any]) -> None:
    failures = {row["file"]: row for row in result["failures"]}
    assert set(failures) == {"data/scripts/fails.lua", "data/scripts/raises.lua"}
    row = failures["data/scripts/fails.lua"]
    assert (row["kind"], row["name"], row["line"], row["fault"]) == ("TalkAction", "!fails", 5, "script")
    assert "attempt to index local 'missing'" in row["error"]
    # Only one of the variants has no killer.
    assert failures["data/scripts/raises.lua"]["error"].endswith("nobody did it")


def test_the_figures(result: dict[str, Any]) -> None:
    totals = result["totals"]
    assert totals["callbacks"] == sum(row["callbacks"] for row in result["kinds"]) == 3
    assert (totals["ran"], totals["script"], totals["host"], totals["percent"]) == (1, 2, 0, 100.0)
    assert {"kind": "Action onUse", "callbacks": 1} in result["kinds"]


def test_the_text_names_each_failure_and_the_figures(result: dict[str, Any]) -> None:
    lines = lines_of(result)
    assert any(line.startswith("script data/scripts/fails.lua:5: TalkAction onSay !fails") for line in lines)
    assert lines[-1].startswith("3 callbacks: 1 ran without an error, 2 failed by their own fault, 0 by the host's")


def test_whose_fault_it_is() -> None:
    def known(name: str) -> bool:
        return name == "getBestiary"

    assert blame({"text": "x", "engine": True}, known)[0] == "host"
    assert blame({"text": "attempt to call method 'getBestiary' (a nil value)"}, known)[0] == "host"
    assert blame({"text": "attempt to call field 'getBestiary' (a nil value)"}, known)[0] == "host"
    assert blame({"text": "attempt to call method 'getNothing' (a nil value)"}, known)[0] == "script"
    assert blame({"text": "attempt to index local 'x' (a nil value)"}, known)[0] == "script"
    assert blame({"text": "a.lua:1: my own words"}, known) == ("script", "it raised an error itself")


def test_a_run_is_the_same_each_time(tmp_path: Path) -> None:
    checkout = write_canary(tmp_path)
    source = """
local event = GlobalEvent("Chance")
event:onThink(function() if math.random(2) == 1 then error("by chance " .. math.random(1000)) end return true end)
event:interval(1000)
event:register()
"""
    write(checkout, {"data/scripts/chance.lua": source})
    runs = [stack.run(lambda: exercise(checkout, seed=7))["failures"] for _ in range(2)]
    assert runs[0] == runs[1]
