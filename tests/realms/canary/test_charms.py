"""Charms of Canary's players: in fights, bought and set, and over a logout."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.realms.canary.fights import field, told
from tests.realms.canary.test_players_store import in_world, schema_of

from tibicen.realms.canary.server import Server
from tibicen.testing.server_kit import ServerKit

_WOLF = 12

_NAMES = """WOUND ENFLAME POISON FREEZE ZAP CURSE CRIPPLE PARRY DODGE ADRENALINE NUMB CLEANSE BLESS SCAVENGE GUT LOW
    DIVINE VAMP VOID SAVAGE FATAL VOIDINVERSION CARNAGE OVERPOWER OVERFLUX"""
_SETUP = (
    "".join(f"CHARM_{name} = {at}\n" for at, name in enumerate(_NAMES.split()))
    + """
    wolf_kind = MonsterType("Wolf")
    wolf_kind:raceId(12)
    wolf_kind:BestiarytoKill(10)
    wolf_kind:BestiaryCharmsPoints(15)
    wolf = beast("Wolf", 1001, 1000)
    ann:addBestiaryKill("Wolf", 10)
    -- A charm that always works; `give` buys it once for Ann and sets it on wolves.
    function charm(id, category, kind, chance, fields)
        local made = Game.createBestiaryCharm(id)
        made:name(fields and fields.name or "Zap")
        made:category(category)
        made:type(kind)
        made:chance({ chance or 100, 100, 100 })
        made:points({ 10, 20, 30 })
        made:damageType(COMBAT_ENERGYDAMAGE)
        made:percentage(fields and fields.percent or 5)
        made:messageServerLog(true)
        made:messageCancel(fields and fields.message or "")
        return made
    end
    function hit(value, type)
        local made = combat(type or COMBAT_FIREDAMAGE, -value, 0, -value, 0)
        made:execute(ann, Variant(wolf:getId()))
    end
    function bite(value, type)
        local made = combat(type or COMBAT_FIREDAMAGE, -value, 0, -value, 0)
        made:execute(wolf, Variant(ann:getId()))
    end
    ann:addCharmPoints(1000)
    ann:addMinorCharmEchoes(1000)
    ann:addPremiumDays(5)
"""
)


@pytest.fixture
def kit() -> Iterator[ServerKit]:
    with field("canary", level=100, health=1000) as kit:
        kit.run(_SETUP)
        yield kit


def _ask(kit: ServerKit, action: int, charm: int, race: int = 0) -> list[str]:
    """Sends what Ann's window of charms would; what she is shown."""
    kit.run('server.forget("Ann")')
    message = bytes((0xE4, charm, action, race % 256, race // 256))
    kit.control("client_do", "Ann", {"op": "raw", "hex": message.hex()})
    code = 'local list = {} for _, each in ipairs(server.messages("Ann", "fyi")) do list[#list + 1] = each.text end'
    return [str(each) for each in kit.run(code + " return list") or ()]


def _give(kit: ServerKit, charm: int) -> None:
    assert _ask(kit, 0, charm) == []
    assert "Creature has been set!" in " ".join(_ask(kit, 1, charm, _WOLF))


def test_element_charms_strike_for_a_share_of_the_health_and_at_most_two_levels(kit: ServerKit) -> None:
    kit.run("charm(CHARM_ZAP, CHARM_MAJOR, CHARM_OFFENSIVE, 100, { percent = 1 })")
    assert kit.run("return lost(wolf, function() hit(10) end)") == 10
    _give(kit, 4)
    kit.run('server.forget("Ann")')
    assert kit.run("return lost(wolf, function() hit(10) end)") == 60
    assert any("loses 50 hitpoints due to your  attack. (zap charm)" in each for each in told(kit, "Ann"))
    kit.run("Charm(CHARM_ZAP):percentage(90)")
    assert kit.run("return lost(wolf, function() hit(10) end)") == 210
    # Against others it does nothing.
    kit.run("""
        local fox_kind = Game.createMonsterType("Fox")
        fox_kind:maxHealth(500)
        fox_kind:health(500)
        fox_kind:raceId(13)
        wolf = beast("Fox", 1000, 1001)
    """)
    assert kit.run("return lost(wolf, function() hit(10) end)") == 10


def test_overpower_and_overflux_go_by_the_players_own(kit: ServerKit) -> None:
    kit.run("charm(CHARM_OVERPOWER, CHARM_MAJOR, CHARM_OFFENSIVE, 100, { percent = 5 })")
    _give(kit, 23)
    assert kit.run("return lost(wolf, function() hit(10) end)") == 10 + 50
    kit.run("charm(CHARM_OVERFLUX, CHARM_MAJOR, CHARM_OFFENSIVE, 100, { percent = 2.5 })")
    _ask(kit, 2, 23)
    kit.run("ann:setBankBalance(100000)")
    _ask(kit, 2, 23)
    _give(kit, 24)
    assert kit.run("return lost(wolf, function() hit(10) end)") == 10 + 13


def test_dodge_lets_nothing_through_and_adrenaline_hastens(kit: ServerKit) -> None:
    kit.run("""
        charm(CHARM_DODGE, CHARM_MAJOR, CHARM_DEFENSIVE, 100, { message = "You dodged." })
        charm(CHARM_NUMB, CHARM_MINOR, CHARM_DEFENSIVE)
    """)
    before = kit.run("return lost(ann, function() bite(100) end)")
    assert before > 80
    _give(kit, 10)
    assert kit.run("return lost(ann, function() bite(100) end)") == before
    assert kit.run("return wolf:hasCondition(CONDITION_PARALYZE)") is True
    _give(kit, 8)
    kit.run('server.forget("Ann")')
    assert kit.run("return lost(ann, function() bite(100) end)") == 0
    assert "You dodged." in told(kit, "Ann")


def test_vamp_and_void_give_a_share_back(kit: ServerKit) -> None:
    kit.run("""
        charm(CHARM_VAMP, CHARM_MINOR, CHARM_PASSIVE, 50)
        ann:addHealth(-500)
        ann:addMana(-300)
    """)
    shares = "return { ann:getHealth(), ann:getMana() }"
    assert kit.run("hit(100)" + shares) == [500, 200]
    _give(kit, 17)
    assert kit.run("hit(100)" + shares) == [550, 200]
    kit.run("ann:setBankBalance(100000) charm(CHARM_VOID, CHARM_MINOR, CHARM_PASSIVE, 50)")
    _ask(kit, 2, 17)
    _give(kit, 18)
    assert kit.run("hit(100)" + shares) == [550, 250]


def test_low_blow_makes_hits_critical_and_savage_blow_worse(kit: ServerKit) -> None:
    kit.run("""
        charm(CHARM_LOW, CHARM_MAJOR, CHARM_PASSIVE)
        charm(CHARM_SAVAGE, CHARM_MINOR, CHARM_PASSIVE, 50)
    """)
    plain = kit.run("return lost(wolf, function() hit(100) end)")
    _give(kit, 15)
    kit.run('server.forget("Ann")')
    low = kit.run("return lost(wolf, function() hit(100) end)")
    assert plain == 100 and low >= 100
    assert any("critical attack. (low blow charm)" in each for each in told(kit, "Ann"))
    _give(kit, 19)
    assert kit.run("return lost(wolf, function() hit(100) end)") == low + 50


def test_cleanse_ends_a_condition_and_keeps_it_away(kit: ServerKit) -> None:
    kit.run("""
        charm(CHARM_CLEANSE, CHARM_MINOR, CHARM_DEFENSIVE, 100, { message = "Cleansed." })
        function poison()
            local made = combat(COMBAT_EARTHDAMAGE, -5, 0, -5, 0)
            local condition = Condition(CONDITION_POISON)
            condition:setParameter(CONDITION_PARAM_DELAYED, 1)
            condition:addDamage(10, 2000, -5)
            made:addCondition(condition)
            made:execute(wolf, Variant(ann:getId()))
            return ann:hasCondition(CONDITION_POISON)
        end
    """)
    assert kit.run("return poison()") is True
    _give(kit, 11)
    kit.run('server.forget("Ann")')
    assert kit.run("return poison()") is False
    assert "You are no longer poisoned. (cleanse charm)" in told(kit, "Ann")
    assert kit.run("return poison()") is False
    kit.advance(seconds=12)
    assert kit.run("return poison()") is True


def test_carnage_takes_those_beside_along(kit: ServerKit) -> None:
    kit.run("""
        charm(CHARM_CARNAGE, CHARM_MAJOR, CHARM_OFFENSIVE, 100, { percent = 10 })
        beside, aslant = beast("Wolf", 1001, 1001), beast("Wolf", 1002, 1001)
    """)
    _give(kit, 22)
    kit.run("wolf:addHealth(-4990) hit(100)")
    assert kit.run("return { 5000 - beside:getHealth(), 5000 - aslant:getHealth() }") == [500, 0]


def test_void_inversion_gives_the_mana_that_a_monster_would_take(kit: ServerKit) -> None:
    kit.run("charm(CHARM_VOIDINVERSION, CHARM_MINOR, CHARM_PASSIVE, 101) ann:addMana(-300)")
    mana = "bite(50, COMBAT_MANADRAIN) return ann:getMana()"
    assert kit.run(mana) == 150
    _give(kit, 21)
    assert kit.run(mana) == 200


def test_what_the_window_refuses(kit: ServerKit) -> None:
    kit.run("charm(0, CHARM_MAJOR, CHARM_OFFENSIVE) charm(1, CHARM_MAJOR, CHARM_OFFENSIVE)")
    kit.run("charm(2, CHARM_MINOR, CHARM_OFFENSIVE) ann:removePremiumDays(5)")
    assert [_ask(kit, 0, 0) for _ in range(4)] == [[], [], [], ["Charm at max level."]]
    assert kit.run("return ann:getCharmTier(0)") == 3
    kit.run("ann:addCharmPoints(-950)")
    assert _ask(kit, 0, 1) == ["You don't have enough charm points to unlock this rune."]
    kit.run("ann:addCharmPoints(100)")
    assert _ask(kit, 0, 1) == []
    # Unlocked, finished, known, and one of a kind.
    assert _ask(kit, 1, 2, _WOLF) == []
    assert kit.run("return ann:getCharmMonsterType(2)") is None
    assert "Free player" in _ask(kit, 1, 0, _WOLF)[0]
    assert _ask(kit, 1, 1, _WOLF) == ["You already have this monster set on another Major Charm!"]
    assert _ask(kit, 2, 0) == ["You don't have enough gold."]
    kit.run("ann:setBankBalance(10000)")
    assert _ask(kit, 2, 0) == []
    assert kit.run("return { ann:getCharmMonsterType(0) == nil, ann:getBankBalance() }") == [True, 0]
    # All given back: 100,000, and the points that were ever had.
    kit.run("ann:setBankBalance(100000)")
    assert _ask(kit, 3, 0) == []
    assert kit.run("return { ann:getCharmTier(0), ann:getBankBalance() }") == [0, 0]


def _dies(kit: ServerKit) -> int:
    """The experience that Ann loses by dying to the wolf."""
    kit.load_text("""
        local callback = EventCallback("Loss")
        Game.getEventCallbacks().playerOnLoseExperience(callback, function(player, experience) loss = experience end)
        callback:type("playerOnLoseExperience")
        callback:register()
    """)
    kit.run("ann:addHealth(-ann:getHealth() + 1) bite(100)")
    kit.advance(100)
    return int(kit.run("return loss"))


def test_bless_keeps_a_share_of_what_a_death_costs(kit: ServerKit) -> None:
    kit.run("charm(CHARM_BLESS, CHARM_MINOR, CHARM_PASSIVE, 50)")
    _give(kit, 12)
    with_charm = _dies(kit)
    with field("canary", level=100, health=1000) as other:
        other.run(_SETUP)
        without = _dies(other)
    assert without > 0 and abs(with_charm - without / 2) <= 1


def test_charms_are_kept(tmp_path: Path) -> None:
    shown = b"""
        local player = Player("Old Ann")
        return { player:getCharmTier(3), player:getCharmTier(22), player:charmExpansion() }
    """

    def body(server: Server) -> None:
        server.control("login", {"name": "Old Ann"})
        assert server.run(shown) == [2, 0, True]
        server.run(b"""
            for id = 0, 2 do Game.createBestiaryCharm(id) end
            local player = Player("Old Ann")
            player:addCharmPoints(5)
            player:addMinorCharmEchoes(-3)
            player:unlockAllCharmRunes()
        """)
        assert server.control("logout", "Old Ann", True) is True
        server.control("login", {"name": "Old Ann"})
        assert server.run(shown) == [2, 0, True]
        row = server.run(b"""
            local id = db.storeQuery("SELECT * FROM player_charms WHERE player_id = 7")
            local function number(name) return Result.getNumber(id, name) end
            return { number("charm_points"), number("minor_charm_echoes"), number("max_charm_points"),
                number("UsedRunesBit"), number("UnlockedRunesBit"), #Result.getStream(id, "charms") }
        """)
        assert row == [45, 7, 65, 8, 15, 81]

    charms = bytes(9) + bytes((12, 0, 2)) + bytes(23 * 3)
    more = (
        "CREATE TABLE player_charms (player_id int, charm_points smallint, minor_charm_echoes smallint,"
        " max_charm_points smallint, max_minor_charm_echoes smallint, charm_expansion boolean, UsedRunesBit int,"
        " UnlockedRunesBit int, charms blob, `tracker list` blob);"
        f"INSERT INTO player_charms VALUES (7, 40, 10, 60, 10, 1, 8, 8, x'{charms.hex()}', NULL);"
    )
    in_world(tmp_path, "canary", body, schema=schema_of("canary") + more)
