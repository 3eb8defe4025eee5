"""Players and accounts: loaded from the database, saved to it, kept in memory where there is none."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.schemas import CANARY, COMMON, GUILDS
from tests.realms.canary.servers import DIALECTS
from tests.realms.canary.worlds import CHEST, COIN, field, otbm, with_world

from tibicen.errors import TibicenError
from tibicen.realms.canary.database import ServerDatabase
from tibicen.realms.canary.players_store import PlayersStore
from tibicen.realms.canary.server import Dialect, Server

MAP = otbm([field()])
ITEMS = f"""<items>
    <item id="3000" name="grass" />
    <item id="{COIN}" article="a" name="coin" />
    <item id="{CHEST}" article="a" name="chest"><attribute key="slotType" value="backpack" />
        <attribute key="containerSize" value="20" /></item>
    <item id="12902" name="inbox" /><item id="14404" name="inbox" />
</items>"""


def in_world(
    root: Path, dialect: Dialect, body: Callable[[Server], Any], *, schema: str | None = None, **options: Any
) -> Any:
    files = {"schema.sql": schema} if schema is not None else {}
    files["data/items/items.xml"] = ITEMS
    return with_world(root, MAP, body, dialect=dialect, files=files, **options)


def schema_of(dialect: Dialect) -> str:
    return CANARY if dialect == "canary" else COMMON


_LEARN = b"""
local player = Player("Bea")
player:setStorageValue(1001, 7)
player:setBankBalance(1234)
player:addSoul(-player:getSoul() + 42)
local chest = player:addItem(%d, 1)
chest:addItem(%d, 13)
""" % (CHEST, COIN)
_SHOWN = b"""
local player = Player("Bea")
local items, coins = {}, 0
for slot = 1, 10 do
    local item = player:getSlotItem(slot)
    if item then
        items[#items + 1] = slot .. ":" .. item:getId() .. "x" .. item:getCount()
        if item.getSize then
            for at = 0, item:getSize() - 1 do
                items[#items + 1] = "in:" .. item:getItem(at):getId() .. "x" .. item:getItem(at):getCount()
            end
        end
    end
end
return { player:getStorageValue(1001), player:getBankBalance(), player:getSoul(), table.concat(items, " "),
    player:getLevel(), player:getGuid() }
"""


@pytest.mark.parametrize("where", ["memory", "database", "no schema"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_player_comes_back_as_it_left(tmp_path: Path, dialect: Dialect, where: str) -> None:
    schema = schema_of(dialect) if where != "no schema" else None
    place = str(tmp_path / "world.db") if where == "database" else ""
    root = tmp_path / "server"

    def first(server: Server) -> Any:
        server.control("login", {"name": "Bea", "level": 5, "cap": 9000, "soul": 100, "health": 150})
        server.run(_LEARN)
        shown = server.run(_SHOWN)
        assert shown[:3] == [7, 1234, 42]
        assert f"in:{COIN}x13" in shown[3]
        assert server.control("logout", "Bea", True) is True
        if where != "database":
            server.control("login", {"name": "bea"})
            assert server.run(_SHOWN) == shown
        return shown

    def second(server: Server) -> Any:
        server.control("login", {"name": "bEA"})
        return server.run(_SHOWN)

    shown = in_world(root, dialect, first, schema=schema, database=place)
    if where == "database":
        assert in_world(root, dialect, second, schema=schema, database=place) == shown


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_player_of_the_database_logs_in(tmp_path: Path, dialect: Dialect) -> None:
    schema = schema_of(dialect) + (
        "UPDATE players SET level = 20, experience = 98800, skill_axe = 33, balance = 99 WHERE id = 7;"
        "INSERT INTO player_storage VALUES (7, 500, -3);"
        f"INSERT INTO player_items VALUES (7, 6, 101, {COIN}, 5, ''), (7, 3, 102, {CHEST}, 1, ''),"
        f" (7, 102, 103, {COIN}, 2, ''), (7, 102, 104, {CHEST}, 1, ''), (7, 104, 105, {COIN}, 4, '');"
    )

    def body(server: Server) -> None:
        assert server.control("login", {"name": "old ann"})["name"] == "Old Ann"
        code = b"""
            local player = Player("Old Ann")
            local chest = player:getSlotItem(3)
            return { player:getGuid(), player:getLevel(), player:getSkillLevel(SKILL_AXE), player:getBankBalance(),
                player:getStorageValue(500), player:getSlotItem(6):getCount(), chest:getItem(0):getCount(),
                chest:getItem(1):getItem(0):getCount(), player:getAccountId() }
        """
        assert server.run(code) == [7, 20, 33, 99, -3, 5, 2, 4, 1]

    in_world(tmp_path, dialect, body, schema=schema)


def test_what_canary_counts_for_the_hunt_is_kept(tmp_path: Path) -> None:
    columns = ("prey_wildcard", "task_points", "boss_points", "forge_dusts", "forge_dust_level")
    more = "".join(f"ALTER TABLE players ADD COLUMN {name} bigint NOT NULL DEFAULT 0;" for name in columns)
    more += "ALTER TABLE players ADD COLUMN animus_mastery mediumblob DEFAULT NULL;"
    shown = b"""
        local player = Player("Old Ann")
        return { player:getPreyCards(), player:getTaskHuntingPoints(), player:getForgeDusts(),
            player:getForgeDustLevel(), player:hasAnimusMastery("RAT"), player:hasAnimusMastery("Cave Rat") }
    """
    gain = b"""
        local player = Player("Old Ann")
        player:addPreyCards(3)
        player:removeTaskHuntingPoints(5)
        player:setBossPoints(700)
        player:removeForgeDusts(1)
        player:addForgeDustLevel(2)
        player:addAnimusMastery("Rat")
        player:addAnimusMastery("Cave Rat")
    """

    def body(server: Server) -> None:
        server.control("login", {"name": "Old Ann"})
        assert server.run(shown) == [0, 25, 0, 100, False, False]
        server.run(gain)
        assert server.control("logout", "Old Ann", True) is True
        server.control("login", {"name": "Old Ann"})
        # Dust has no sign: one less than none is the most, which the database keeps as far as it can.
        assert server.run(shown) == [3, 20, 2.0**53, 102, True, True]
        points = b"""
            local id = db.storeQuery("SELECT boss_points FROM players WHERE id = 7")
            return Result.getNumber(id, "boss_points")
        """
        assert server.run(points) == 700

    schema = schema_of("canary") + more + "UPDATE players SET task_points = 25, forge_dust_level = 100 WHERE id = 7;"
    in_world(tmp_path, "canary", body, schema=schema)


def test_attributes_of_items_are_kept(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        server.control("login", {"name": "Bea", "cap": 9000})
        server.run(
            b"""
            local item = Player("Bea"):addItem(%d, 1)
            item:setActionId(77)
            item:setAttribute(ITEM_ATTRIBUTE_TEXT, "S\xe3o")
            item:setCustomAttribute("own", 1.5)
            """
            % CHEST
        )
        server.control("logout", "Bea", True)
        server.control("login", {"name": "Bea"})
        code = b"""
            local item = Player("Bea"):getItemById(%d, true)
            return { item:getActionId(), item:getAttribute(ITEM_ATTRIBUTE_TEXT), item:getCustomAttribute("own") }
        """
        assert server.run(code % CHEST) == [77, b"S\xe3o", 1.5]

    in_world(tmp_path, "canary", body, schema=CANARY)


_AILING = b"""
local player = Player("Bea")
local haste = Condition(CONDITION_HASTE)
haste:setParameter(CONDITION_PARAM_TICKS, 60000)
haste:setParameter(CONDITION_PARAM_SPEED, 40)
player:addCondition(haste)
local skill = Condition(CONDITION_ATTRIBUTES)
skill:setParameter(CONDITION_PARAM_TICKS, 90000)
skill:setParameter(CONDITION_PARAM_SKILL_AXE, 7)
skill:setParameter(CONDITION_PARAM_STAT_MAXHITPOINTS, 30)
player:addCondition(skill)
local worn = Condition(CONDITION_REGENERATION, CONDITIONID_HEAD)
worn:setParameter(CONDITION_PARAM_TICKS, 60000)
player:addCondition(worn)
local poison = Condition(CONDITION_POISON)
poison:addDamage(5, 4000, -3)
player:addCondition(poison)
"""
_AILS = b"""
local player = Player("Bea")
local function ticks(kind, id)
    local condition = player:getCondition(kind, id or CONDITIONID_COMBAT)
        or player:getCondition(kind, CONDITIONID_DEFAULT)
    return condition and condition:getTicks() or -1
end
return { ticks(CONDITION_HASTE), ticks(CONDITION_ATTRIBUTES), ticks(CONDITION_POISON),
    player:getCondition(CONDITION_REGENERATION, CONDITIONID_HEAD) == nil,
    player:getSpeed() - player:getBaseSpeed(), player:getEffectiveSkillLevel(SKILL_AXE), player:getMaxHealth() }
"""


@pytest.mark.parametrize("dialect", DIALECTS)
def test_conditions_last_over_a_logout(tmp_path: Path, dialect: Dialect) -> None:
    def body(server: Server) -> None:
        server.control("login", {"name": "Bea", "health": 150})
        server.run(_AILING)
        before = server.run(_AILS)
        assert before == [60000, 90000, before[2], False, 40, 17, 180]
        assert before[2] > 0
        server.control("logout", "Bea", True)
        server.advance(30_000)
        server.control("login", {"name": "Bea"})
        after = server.run(_AILS)
        assert after == [*before[:2], after[2], True, *before[4:]], "time stands still for who is not there"
        # On Canary the first hit comes at once.
        assert after[2] == before[2] - (4000 if dialect == "canary" else 0)

    in_world(tmp_path, dialect, body, schema=schema_of(dialect))


def test_who_is_new_gets_a_row_of_its_own_and_disturbs_nobody(tmp_path: Path) -> None:
    place = tmp_path / "world.db"

    def body(server: Server) -> None:
        server.control("login", {"name": "Bea", "level": 3})
        server.control("login", {"name": "Cyd", "account_id": 1})
        count = b'return (Result.getNumber(db.storeQuery("SELECT COUNT(*) AS c FROM `players`"), "c"))'
        assert server.run(count) == 3, "scripts find it at once"

    in_world(tmp_path / "server", "canary", body, schema=CANARY, database=str(place))
    connection = sqlite3.connect(place)
    found = connection.execute("SELECT id, name, account_id FROM players ORDER BY id").fetchall()
    assert [row[:2] for row in found] == [(7, "Old Ann"), (8, "Bea"), (9, "Cyd")]
    assert found[1][2] == 3, "an account of its own"
    assert found[2][2] == 1
    connection.close()


def test_one_that_is_not_to_be_saved_is_not(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        server.control("login", {"name": "Old Ann"})
        server.run(b'Player("Old Ann"):setBankBalance(5) Player("Old Ann"):setStorageValue(1, 1)')
        server.control("logout", "Old Ann", True)
        rows = b"""return { Result.getNumber(db.storeQuery("SELECT balance FROM players WHERE id = 7"), "balance"),
            db.storeQuery("SELECT * FROM player_storage") }"""
        assert server.run(rows) == [0, False]

    in_world(tmp_path, "canary", body, schema=CANARY + "UPDATE players SET `save` = 0;")


def test_save_writes_players_who_are_in_the_game(tmp_path: Path) -> None:
    place = tmp_path / "world.db"

    def body(server: Server) -> None:
        server.control("login", {"name": "Old Ann"})
        server.run(b'Player("Old Ann"):setBankBalance(5) kv.set("k", 1)')
        assert server.control("save") is True
        other = sqlite3.connect(place)
        assert other.execute("SELECT balance FROM players WHERE id = 7").fetchone() == (5,)
        assert other.execute("SELECT COUNT(*) FROM kv_store").fetchone() == (1,)
        other.close()

    in_world(tmp_path / "server", "canary", body, schema=CANARY, database=str(place))


def test_a_save_that_fails_is_told_and_changes_nothing(tmp_path: Path) -> None:
    broken = CANARY.replace("PRIMARY KEY (`player_id`, `key`)", "PRIMARY KEY (`player_id`)")

    def body(server: Server) -> None:
        server.control("login", {"name": "Old Ann"})
        server.run(b"""local player = Player("Old Ann")
            player:setBankBalance(5) player:setStorageValue(1, 1) player:setStorageValue(2, 2)""")
        assert server.control("save") is False
        assert any("Error while saving player Old Ann: Duplicate entry" in text for _, text in server.log)
        assert server.run(b'return (Result.getNumber(db.storeQuery("SELECT balance FROM players"), "balance"))') == 0

    in_world(tmp_path, "canary", body, schema=broken)


def test_the_bank_knows_who_is_not_in_the_game(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        server.control("login", {"name": "Bea", "balance": 100})
        code = b"""
            local bea = Player("Bea")
            local found = { Bank.balance(bea), Bank.transfer(bea, "old ann", 30), Bank.balance("Old Ann"),
                Bank.transfer(bea, "Old Ann", 71), Bank.debit(bea, 20), Bank.hasBalance(bea, 50),
                Bank.hasBalance(bea, 51), Bank.credit(7, 5), Bank.balance(bea, 9), Bank.balance(bea) }
            found[#found + 1] = Result.getNumber(db.storeQuery("SELECT balance FROM players WHERE id = 7"), "balance")
            return found
        """
        assert server.run(code) == [100, True, 30, False, True, True, False, True, True, 9, 35]

    in_world(tmp_path, "canary", body, schema=CANARY)


_KEPT = b"""return Result.getNumber(db.storeQuery("SELECT `balance` FROM `guilds` WHERE `id` = " .. %d), "balance")"""


def test_the_money_of_guilds_lasts(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        server.control("login", {"name": "Old Ann"})
        code = b"""
            local guild = Player("Old Ann"):getGuild()
            local found = { guild:getBankBalance(), Bank.debit(guild, 60), Bank.transferToGuild(guild, "bears", 50),
                Bank.transferToGuild(guild, "Nobody", 7), Bank.transferToGuild(guild, 4, 10), Guild(3) == guild,
                Guild(4) == nil, guild:getBankBalance(), guild:getRankByLevel(3).name }
            return found
        """
        assert server.run(code) == [500, True, True, 7, True, True, True, 380, "Leader"]
        assert server.run(_KEPT % 4) == 100, "who has no member in the game is written at once"
        assert server.run(_KEPT % 3) == 500
        assert server.control("save") is True
        assert server.run(_KEPT % 3) == 380
        server.run(b'Bank.credit(Player("Old Ann"):getGuild(), 1)')
        assert server.control("logout", "Old Ann", True) is True
        assert server.run(_KEPT % 3) == 381, "with its last member a guild goes"
        assert server.run(b"return Guild(3) == nil")

    in_world(tmp_path, "canary", body, schema=CANARY + GUILDS)


def test_a_bank_is_named_in_full(tmp_path: Path) -> None:
    """Only with just an amount the money is the player's own."""

    def body(server: Server) -> None:
        server.control("login", {"name": "Bea", "balance": 100})
        code = b"""
            local bea = Player("Bea")
            return { Bank.deposit(bea) == bea, Bank.withdraw(bea) == bea, Bank.deposit("bea", 0), Bank.balance(bea) }
        """
        assert server.run(code) == [True, True, True, 100]

    in_world(tmp_path, "canary", body, schema=CANARY)


# -- the store by itself --------------------------------------------------------------------------------------


def store(schema: str | None) -> PlayersStore:
    return PlayersStore(ServerDatabase("", lambda: schema.encode() if schema else None))


def test_finding_players_and_accounts() -> None:
    found = store(CANARY)
    assert found.find("OLD ANN", 0) == {"id": 7, "name": b"Old Ann", "account_id": 1, "group_id": 1}
    assert found.find(7.0, 0) == found.find(b"Old Ann", 0)
    assert found.find("Nobody", 0) is None
    account = found.account(2, 0)
    assert account is not None
    assert (account["name"], account["type"]) == (b'o\'neil; "x"', 1)
    assert found.account(99, 0) is None
    loaded = found.load(7.0, 0)
    assert loaded is not None
    assert loaded["items"] == []
    assert "depot" not in loaded, "there is no such table"


def test_who_is_to_be_deleted_is_not_loaded() -> None:
    assert store(CANARY + "UPDATE players SET deletion = 5;").load("Old Ann", 0) is None


def test_a_name_that_is_taken_is_refused() -> None:
    made = store(CANARY)
    with pytest.raises(TibicenError, match="the player old ann can't be kept in the database: Duplicate entry"):
        made.create("old ann", {}, 0)
    assert made.account(3, 0) is None, "its account is not kept either"


def test_a_name_that_an_account_has_is_no_hindrance() -> None:
    made = store(CANARY)
    assert made.create("God", {}, 0) == 8
    account = made.account(3, 0)
    assert account is not None
    assert account["name"] == b"God 2"


def test_many_rows_are_kept() -> None:
    made = store(CANARY)
    rows = [[key, key * 2 - 500] for key in range(1000)]
    assert made.save({"row": {"id": 7, "level": 2}, "storage": rows}, 0) is None
    loaded = made.load("Old Ann", 0)
    assert loaded is not None
    assert loaded["storage"] == rows
    assert loaded["row"]["level"] == 2


def test_nobody_is_saved_who_is_not_there() -> None:
    assert store(CANARY).save({"row": {"id": 99}}, 0) == "there is no player 99 in the database"


def test_players_who_are_not_in_the_game(tmp_path: Path) -> None:
    change = b"""
        local player = Game.getOfflinePlayer("bea")
        local before = { player:getName(), player:getStorageValue(1001), Player("Bea") == nil }
        player:setStorageValue(1001, 8)
        player:kv():set("seen", true)
        player:save()
        local again = Game.getOfflinePlayer(player:getGuid())
        return { before[1], before[2], before[3], again:getStorageValue(1001), again:kv():get("seen"),
            Game.getNormalizedPlayerName("BEA"), Game.getOfflinePlayer("nobody") == nil, Game.getPlayerCount() }
    """

    def first(server: Server) -> None:
        server.control("client_enter", "Bea", {"level": 8})
        server.run(b'Player("Bea"):setStorageValue(1001, 7)')
        server.control("client_leave", "Bea")

    def second(server: Server) -> Any:
        changed = server.run(change)
        server.control("client_enter", "Bea", {})
        return changed, server.run(b'return Player("Bea"):getStorageValue(1001)')

    options = {"schema": schema_of("canary"), "database": str(tmp_path / "world.db")}
    in_world(tmp_path / "first", "canary", first, **options)
    changed, stored = in_world(tmp_path / "second", "canary", second, **options)
    assert changed == ["Bea", 7, True, 8, True, "Bea", True, 0]
    assert stored == 8
