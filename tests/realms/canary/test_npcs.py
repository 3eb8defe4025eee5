"""Npcs: what they hear and say, and what is bought from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.realms.canary.fights import SWORD, field, told
from tests.realms.canary.servers import with_server
from tests.realms.canary.worlds import GROUPS, VOCATIONS, items_otb

from tibicen.realms.canary.server import Server

KEEPER = f"""
    heard = {{}}
    local kind = Game.createNpcType("Keeper")
    kind:name("Keeper")
    kind:health(100)
    kind:maxHealth(100)
    kind:outfit({{ lookType = 128 }})
    kind:eventType(NPCS_EVENT_SAY)
    kind:onSay(function(npc, player, type, message)
        heard[#heard + 1] = player:getName() .. ": " .. message
        if message == "hi" then
            npc:setPlayerInteraction(player, 0)
            npc:say("Welcome!", TALKTYPE_PRIVATE_NP, false, player, npc:getPosition())
        end
    end)
    local shop = Shop()
    shop:setId({SWORD})
    shop:setNameItem("sword")
    shop:setBuyPrice(20)
    shop:setSellPrice(5)
    kind:addShopItem(shop)
"""


def test_an_npc_of_canary_hears_and_answers() -> None:
    with field("canary") as kit:
        kit.load_text(KEEPER, "keeper.lua")
        kit.run('npc = Game.createNpc("Keeper", Position(1001, 1001, 7))')
        told(kit, "Ann")
        kit.control("client_do", "Ann", {"op": "say", "text": "hi"})
        kit.advance(200)
        assert list(kit.run("return heard")) == ["Ann: hi"]
        assert "Welcome!" in [str(each.get("text")) for each in kit.run('return server.messages("Ann")') or ()]
        assert kit.run("return npc:isInteractingWithPlayer(ann), npc:getName()") is not None


def test_a_type_of_npc_is_made_anew_with_its_file(tmp_path: Path) -> None:
    source = 'local kind = Game.createNpcType("Smith") kind:health({health}) kind:maxHealth({health})'

    def body(server: Server) -> list[Any]:
        server.control("load_all")
        first = server.run(b"return NpcType('Smith'):maxHealth()")
        (tmp_path / "data-pack" / "npc" / "smith.lua").write_text(source.replace("{health}", "60"))
        server.control("reload_file", "data-pack/npc/smith.lua")
        return [first, server.run(b"return NpcType('Smith'):maxHealth()")]

    files = {"data-pack/npc/smith.lua": source.replace("{health}", "50")}
    assert with_server(tmp_path, body, files) == [50, 60]


def test_an_npc_of_tfs_has_a_script_of_its_own(tmp_path: Path) -> None:
    script = """
        function onCreatureSay(cid, type, message)
            log[#log + 1] = Npc(getNpcCid()):getName() .. " heard " .. message
            if message == "hi" then
                doNpcSetCreatureFocus(cid)
                selfSay("Welcome to " .. getNpcParameter("place") .. ".", cid)
            end
        end
        function onThink()
            thoughts = (thoughts or 0) + 1
        end
    """
    npc = """<npc name="Keeper" script="keeper.lua" walkinterval="0" floorchange="0"><health now="100" max="100" />
        <look type="128" /><parameters><parameter key="place" value="the shop" /></parameters></npc>"""

    def body(server: Server) -> list[Any]:
        server.control("load_all")
        server.run(b"""
            log = {}
            for x = 95, 105 do
                for y = 95, 105 do
                    Game.createTile(Position(x, y, 7))
                    Game.createItem(3000, 1, Position(x, y, 7))
                end
            end
        """)
        server.control("client_enter", "Ann", {"posx": 100, "posy": 100, "posz": 7})
        server.run(b'npc = Game.createNpc("Keeper", Position(101, 101, 7))')
        server.control("client_do", "Ann", {"op": "say", "text": "hi"})
        server.control("advance", 2500)
        said = [each["text"] for each in server.control("client_told", "Ann", 0)[0] if each.get("kind") == "say"]
        return [*server.run(b"return log"), said[-1], server.run(b"return onCreatureSay == nil")]

    files = {
        "data/XML/vocations.xml": VOCATIONS,
        "data/XML/groups.xml": GROUPS,
        "data/npc/Keeper.xml": npc,
        "data/npc/scripts/keeper.lua": script,
        "data/npc/lib/npc.lua": "loads = (loads or 0) + 1",
    }
    things = tmp_path / "items.otb"
    things.write_bytes(items_otb())
    heard = ["Keeper heard hi", "Welcome to the shop.", True]
    assert with_server(tmp_path, body, files, dialect="tfs", things=things) == heard
