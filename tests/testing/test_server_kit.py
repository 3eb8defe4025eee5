"""A server under test: what the fixture `server` and tests of scripts in Lua can do."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.realms.canary.checkouts import write, write_canary

from tibicen.cli.test import run_tests
from tibicen.testing import ScriptTestError, ServerKit
from tibicen.testing.plugin import realm_of

GRASS, LEVER, COIN = 4526, 2772, 2148
ITEMS = {LEVER: {"name": "lever"}, COIN: {"name": "gold coin", "plural": "gold coins", "stackable": True}}
BOTH = pytest.mark.parametrize("server", ["canary", "tfs"], indirect=True)

LEVER_SCRIPT = """
local lever = Action()
function lever.onUse(player, item, fromPosition, target, toPosition, isHotkey)
    if (player:getStorageValue(50001) or -1) < 1 then
        player:setStorageValue(50001, 1)
        player:sendTextMessage(MESSAGE_EVENT_ADVANCE, "It opens.")
        fromPosition:sendMagicEffect(CONST_ME_POFF)
    else
        player:sendTextMessage(MESSAGE_EVENT_ADVANCE, "It is stuck.")
    end
    return true
end
lever:aid(5000)
lever:register()
"""


@pytest.fixture
def server(request: pytest.FixtureRequest) -> ServerKit:
    dialect = getattr(request, "param", "canary")
    kit = ServerKit(dialect=dialect, items=ITEMS)
    request.addfinalizer(kit.close)
    kit.world(
        """
        .....
        ..L..
        .....
        """,
        {".": GRASS, "L": [GRASS, {"id": LEVER, "aid": 5000}]},
        at=(1000, 1000, 7),
    )
    return kit


@BOTH
def test_an_action(server: ServerKit) -> None:
    server.load_text(LEVER_SCRIPT)
    ann = server.player("Ann", level=20, at=(1002, 1002, 7))
    ann.use((1002, 1001, 7))
    assert ann.told[-1] == "It opens."
    assert ann.storage(50001) == 1
    assert len(ann.effects) >= 1
    server.advance(seconds=1)
    ann.forget()
    ann.use((1002, 1001, 7))
    assert ann.told == ["It is stuck."]
    assert server.errors() == []


@BOTH
def test_what_is_far_is_walked_to_first(server: ServerKit) -> None:
    server.load_text(LEVER_SCRIPT)
    ann = server.player("Ann", at=(1000, 1002, 7))
    ann.use((1002, 1001, 7))
    assert ann.storage(50001) == -1
    server.advance(seconds=5)
    assert ann.storage(50001) == 1
    assert ann.at == (1001, 1002, 7) or ann.at == (1001, 1001, 7)


@BOTH
def test_talk_is_heard_and_taken_by_talkactions(server: ServerKit) -> None:
    group = '"normal"' if server.checkout.dialect == "canary" else "nil"
    server.load_text(
        f"""
        local talk = TalkAction("!double")
        function talk.onSay(player, words, param)
            player:say(param .. param, TALKTYPE_SAY)
            return {"true" if server.checkout.dialect == "canary" else "false"}
        end
        talk:separator(" ")
        if talk.groupType then talk:groupType({group}) end
        talk:register()
        """
    )
    ann, ben = server.player("Ann", at=(1000, 1000, 7)), server.player("Ben", at=(1001, 1000, 7))
    ann.say("!double ho")
    ann.say("hello")
    assert ben.told[-2:] == ["hoho", "hello"]


@BOTH
def test_steps_items_and_time(server: ServerKit) -> None:
    server.load_text(
        """
        local step = MoveEvent()
        function step.onStepIn(creature, item, position, from)
            creature:addItem(2148, 5)
            addEvent(function(id) Player(id):setStorageValue(50002, 7) end, 60000, creature:getId())
            return true
        end
        step:aid(5000)
        step:register()
        """
    )
    ann = server.player("Ann", at=(1002, 1002, 7), items=[{"id": COIN, "count": 3}])
    ann.set_storage(50003, 4)
    ann.step("north")
    assert ann.at == (1002, 1001, 7)
    assert ann.count(COIN) == 8
    assert ann.storage(50002) == -1
    server.advance(minutes=2)
    assert (ann.storage(50002), ann.storage(50003)) == (7, 4)
    server.item({"id": COIN, "count": 2}, (1004, 1002, 7))
    assert server.items_at((1004, 1002, 7)) == [GRASS, COIN]


def test_a_script_that_can_not_be_loaded(server: ServerKit) -> None:
    with pytest.raises(ScriptTestError, match=r"broken\.lua:1: loading: "):
        server.load_text("local = 1", "broken.lua")
    with pytest.raises(ScriptTestError, match="is not there"):
        server.load("nowhere.lua")


def test_errors_of_scripts_are_told_once(server: ServerKit) -> None:
    server.load_text("addEvent(function() error('later') end, 1000)", "late.lua")
    assert server.errors() == []
    server.advance(seconds=2)
    (error,) = server.errors()
    assert "late.lua:1:" in error
    assert "later" in error
    assert server.errors() == []


def test_the_same_seed_gives_the_same_world() -> None:
    def drawn(seed: int) -> list[int]:
        with ServerKit(seed=seed) as kit:
            return list(kit.run("local t = {} for i = 1, 8 do t[i] = math.random(1000) end return t"))

    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)


def test_a_test_starts_at_once() -> None:
    ServerKit().close()
    started = time.perf_counter()
    ServerKit().close()
    assert time.perf_counter() - started < 1


# Tests in Lua ------------------------------------------------------------------------------------------------------

LUA = """\
-- realm: canary
describe("the lever", function()
    local ann
    before_each(function()
        server.load("lever.lua")
        server.world("..L.", { ["."] = 4526, L = { 4526, { id = 4526, aid = 5000 } } }, { 999, 1000, 7 })
        ann = server.player("Ann", { level = 20, at = { 1000, 1000, 7 } })
    end)
    it("opens", function()
        server.use(ann, { 1001, 1000, 7 })
        expect(server.told(ann)).to_contain("It opens.")
        expect(ann:getStorageValue(50001)).to_be(1)
        expect(#server.effects(ann) > 0).to_be(true)
    end)
    it("starts closed", function()
        expect(ann:getStorageValue(50001)).to_be(-1)
    end)
    it("is wrong", function()
        expect(server.items({ 1001, 1000, 7 })).to_equal({ 1 })
    end)
    it("fails in a script", function()
        addEvent(function() error("inside") end, 100)
        server.advance(200)
    end)
end)
"""


def test_tests_in_lua(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"lever_test.lua": LUA, "lever.lua": LEVER_SCRIPT})
    assert run_tests([tmp_path]) == 1
    said = capfd.readouterr().out
    assert "2 failed, 2 passed" in said
    assert "expected {4526} to equal {1}" in said
    assert "scripts failed" in said and "inside" in said


def test_whose_scripts_a_file_of_tests_is_for(tmp_path: Path) -> None:
    write(tmp_path, {"a_test.lua": "-- realm: tfs\n", "b_test.lua": "\n"})
    checkout = write_canary(tmp_path / "server")
    write(checkout, {"data/scripts/c_test.lua": "", "data/scripts/d_test.lua": "-- realm: otclient"})
    scripts = checkout / "data" / "scripts"
    assert [realm_of(tmp_path / "a_test.lua"), realm_of(tmp_path / "b_test.lua")] == ["tfs", "otclient"]
    assert [realm_of(scripts / "c_test.lua"), realm_of(scripts / "d_test.lua")] == ["canary", "otclient"]
