"""Creatures and the player: what is known of them, and what scripts are told when it changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.realms.otclient.clients import DIALECTS
from tests.realms.otclient.game_clients import MONSTER, PLAYER, SEEN, in_game, run, tell

from tibicen.realms.otclient.client import Client, Dialect

RAT = f"g_map.getCreatureById({MONSTER})"


def add_rat(client: Client) -> None:
    tell(client, "Creature", {"id": MONSTER, "name": "rat", "health": 100, "speed": 134, "outfit": {"type": 21}})
    tell(client, "Creature", {"id": MONSTER, "position": {"x": 102, "y": 100, "z": 7}})


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_creature_appears_changes_and_disappears(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> None:
        run(client, "for _, e in ipairs({'onAppear', 'onDisappear', 'onHealthPercentChange'}) do note(e, Creature) end")
        add_rat(client)
        client.advance(10)
        assert "onAppear" in run(client, "return noted()")
        kind = run(client, f"return {RAT}:isMonster(), {RAT}:isNpc(), {RAT}:isPlayer(), {RAT}:getClassName()")
        assert kind == [True, False, False, "Monster"]
        tell(client, "Creature", {"id": MONSTER, "health": 40})
        told = run(client, "return noted()")
        assert [text.split()[:2] for text in told] == [["onHealthPercentChange", "40"]]
        # The same figure again is news to edubart's scripts only.
        tell(client, "Creature", {"id": MONSTER, "health": 40})
        assert run(client, "return #noted()") == (1 if dialect == "edubart" else 0)
        tell(client, "RemoveCreature", MONSTER)
        client.advance(10)
        assert "onDisappear" in run(client, "return noted()")
        assert run(client, f"return {RAT}") is None

    in_game(tmp_path, body, dialect=dialect)


def test_names_of_creatures_begin_with_capitals_where_a_feature_says_so(tmp_path: Path) -> None:
    def body(client: Client) -> Any:
        run(client, "g_game.enableFeature(22)")
        add_rat(client)
        run(client, "g_game.disableFeature(22)")
        tell(client, "Creature", {"id": MONSTER + 1, "name": "cave rat"})
        return run(
            client, f"return {RAT}:getName(), g_map.getCreatureById({MONSTER + 1}):getName(), {RAT}:getOutfit().type"
        )

    assert in_game(tmp_path, body) == ["Rat", "cave rat", 21]


def test_marks_of_a_creature_are_told_each_on_its_own(tmp_path: Path) -> None:
    def body(client: Client) -> Any:
        add_rat(client)
        run(client, "note('onSkullChange', Creature) note('onShieldChange', Creature) note('onEmblemChange', Creature)")
        tell(client, "Creature", {"id": MONSTER, "skull": 3})
        tell(client, "Creature", {"id": MONSTER, "emblem": 1})
        told = [text.split()[:2] for text in run(client, "return noted()")]
        return told, run(client, f"return {RAT}:getSkull(), {RAT}:getShield(), {RAT}:getEmblem()")

    told, marks = in_game(tmp_path, body)
    assert told == [["onSkullChange", "3"], ["onEmblemChange", "1"]]
    assert marks == [3, 0, 1]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_creature_walks_from_tile_to_tile_over_time(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> None:
        add_rat(client)
        tell(client, "MoveCreature", MONSTER, {"x": 103, "y": 100, "z": 7})
        assert run(client, f"return {RAT}:isWalking(), {RAT}:getPosition().x, {RAT}:getDirection()") == [True, 103, 1]
        early = run(client, f"return {RAT}:getStepTicksLeft()")
        client.advance(200)
        assert run(client, f"return {RAT}:getStepTicksLeft()") <= early - 190
        client.advance(2000)
        assert run(client, f"return {RAT}:isWalking()") is False

    in_game(tmp_path, body, dialect=dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_player_is_told_new_figures_and_what_they_were(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> Any:
        tell(client, "PlayerHealth", 150, 185)
        run(
            client,
            "for _, e in ipairs({'onHealthChange', 'onManaChange', 'onLevelChange'}) do note(e, LocalPlayer) end",
        )
        tell(client, "PlayerHealth", 90, 185)
        tell(client, "PlayerMana", 20, 35)
        tell(client, "PlayerLevel", 8, 30)
        tell(client, "PlayerHealth", 90, 185)
        player = "g_game.getLocalPlayer()"
        return run(client, "return noted()"), run(
            client,
            f"return {player}:getHealth(), {player}:getMaxMana(), {player}:getLevel(), {player}:getLevelPercent()",
        )

    told, figures = in_game(tmp_path, body, dialect=dialect)
    assert [text.split()[0] for text in told] == ["onHealthChange", "onManaChange", "onLevelChange"]
    assert told[0].split()[1:5] == ["90", "185", "150", "185"]
    assert figures == [90, 35, 8, 30]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_states_are_a_set_of_bits(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> Any:
        run(client, "note('onStatesChange', LocalPlayer)")
        tell(client, "PlayerStates", 4)
        return run(client, "return g_game.getLocalPlayer():getStates(), noted()")

    states, told = in_game(tmp_path, body, dialect=dialect)
    assert states == 4
    assert told == ["onStatesChange 4 0"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_step_of_who_is_paralyzed_ends_early_in_mehah(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> Any:
        tell(client, "PlayerPosition", {"x": 101, "y": 100, "z": 7})
        tell(client, "PlayerStates", 32)
        return run(client, "return g_game.getLocalPlayer():getStepTicksLeft() > 0")

    assert in_game(tmp_path, body, dialect=dialect) is (dialect == "edubart")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_the_player_wears_is_told_slot_by_slot(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> Any:
        run(
            client,
            """
            changes = {}
            LocalPlayer.onInventoryChange = function(self, slot, item, old)
                local function id(of) return of and of:getId() or "-" end
                changes[#changes + 1] = slot .. " " .. id(item) .. " " .. id(old)
            end
            """,
        )
        tell(client, "InventoryChange", 3, {"id": 102})
        where = run(client, "local p = g_game.getLocalPlayer():getInventoryItem(3):getPosition() return p.x, p.y, p.z")
        tell(client, "InventoryChange", 3, None)
        return where, run(client, "return changes, g_game.getLocalPlayer():getInventoryItem(3)")

    where, (changes, item) = in_game(tmp_path, body, dialect=dialect)
    assert where == [65535, 3, 0]
    # mehah's reference to the old item is one to the slot, which has the new one by then.
    assert changes == (["3 102 -", "3 - 102"] if dialect == "edubart" else ["3 102 102", "3 - -"])
    assert item is None


def test_skills_have_levels_and_bases(tmp_path: Path) -> None:
    def body(client: Client) -> Any:
        run(client, "note('onSkillChange', LocalPlayer) note('onBaseSkillChange', LocalPlayer)")
        tell(client, "PlayerSkill", 2, 14, 25, 12)
        player = "g_game.getLocalPlayer()"
        figures = f"{player}:getSkillLevel(2), {player}:getSkillLevelPercent(2), {player}:getSkillBaseLevel(2)"
        return [text.split()[0] for text in run(client, "return noted()")], run(client, f"return {figures}")

    told, figures = in_game(tmp_path, body)
    assert told == ["onSkillChange", "onBaseSkillChange"]
    assert figures == [14, 25, 12]


def test_shaders_are_known_with_the_next_event(tmp_path: Path) -> None:
    def body(client: Client) -> Any:
        run(client, "g_shaders.createShader('Outfit - Glow', true)")
        early = run(client, "return g_shaders.getShader('Outfit - Glow')")
        client.advance(10)
        return early, run(client, "return g_shaders.getShader('Outfit - Glow') ~= nil")

    assert in_game(tmp_path, body) == (None, True)


def test_the_player_is_in_the_map_under_its_number(tmp_path: Path) -> None:
    def body(client: Client) -> Any:
        assert "note" in SEEN
        return run(
            client,
            f"""
            local player = g_game.getLocalPlayer()
            return g_map.getCreatureById({PLAYER}) == player, player:isLocalPlayer(), player:getName()
            """,
        )

    assert in_game(tmp_path, body) == [True, True, "Tester"]
