"""What the parts of a server ask of each other: every name that one uses, another offers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.realms.canary.servers import with_server

from tibicen.paths import lua_root
from tibicen.realms.canary.server import Dialect

_DIRECT = re.compile(r"(?<![\w.])(?:server\.)?parts\.(\w+)\.(\w+)")
_ALIAS = re.compile(r"^( *)local (\w+) = (?:server\.)?parts\.(\w+)$")
_LOCALS = re.compile(r"^( *)local (?:function )?(\w+(?:, \w+)*)")
_ALIASES = re.compile(r"^( *)local (\w+(?:, \w+)+) = ((?:server\.)?parts\.\w+(?:, (?:server\.)?parts\.\w+)+)$")

# What one of the two servers has and the other lacks; who asks for it is that server's, or asks which one it is.
_CANARY_ALONE = """
    monsters.into_soul_pit
    creatures.remove_icon creatures.set_icon game.achievement game.achievement_named
    game.boosted_name game.schedule item_types.dummies
    item_types.is_shown item_types.ladders item_types.soul_cores items.tier items.tier_chance
    monsters.charm monsters.charms monsters.make_charm monsters.types_with npcs.make_type players.dodge_chance
    players.fatal_chance players.reward_streak storage.kv_get storage.kv_remove storage.kv_set storage.player_kv
    events.wanted_items items.clear_imbuements items.imbue_by_scroll items.imbued_absorb
    items.imbued_against_paralysis items.imbued_element items.imbuement_in items.reload_imbuements
    items.imbuing_problem items.imbue items.imbuement_base items.imbuement_runs items.imbuements_for items.imbuement
    items.put_imbuement items.take_imbuement items.each_imbuement items.imbuement_category
    players.apply_imbuement players.clear_imbuement players.end_imbuing
    combat.charm_attack combat.charm_carnage combat.charm_cleanse combat.charm_defence combat.charm_hold
    combat.charm_inversion combat.charm_leech combat.charm_low_blow combat.charm_mana_defence combat.charm_parry
    combat.charm_remark combat.charm_savage_blow combat.is_cleansed players.add_charm_echoes players.add_charm_points
    players.ask_charm players.charm_bless players.charm_chance players.charm_on players.charm_race players.charm_tier
    players.charms_against players.forget_charms players.read_charms players.refund_old_charms players.set_charm
    players.unlock_charm players.written_charms
    players.apply_prey players.ask_prey players.ask_task players.count_task_kill players.has_third_prey
    players.has_third_task players.may_upgrade_task players.pass_prey_time players.prey_bonus players.prey_of
    players.prey_price players.preys players.read_preys players.read_races players.read_tasks players.task_difficulty
    players.task_goal players.task_option players.task_price players.tasks players.unlock_third_prey
    players.unlock_third_task players.use_prey_cards players.written_preys players.written_races players.written_tasks
    storage.coins storage.add_coins storage.remove_coins
    combat.drain_body_leech combat.wheel_damage combat.wheel_healing combat.wheel_of_spell players.all_wheel_points
    players.avatar_absorb players.avatar_chance players.avatar_critical players.downgrade_spell players.forget_perk
    players.gift_of_life players.has_wheel players.heal_by_battle players.load_wheel players.may_have_wheel
    players.perk players.read_scroll players.read_wheel players.reset_wheel_spells players.set_wheel
    players.skill_of_wheel players.spell_boost players.spell_extra players.spell_grade players.think_of_wheel
    players.upgrade_spell players.wheel_of players.wheel_stage players.wheel_stat players.written_wheel
    players.SECOND_BOSS_POINTS players.ask_boss_slot players.boosted_boss players.boss_bonus players.boss_in
    players.boss_loot_bonus players.boss_points_of players.boss_removal_price players.each_boss players.has_boss_slot
    players.known_bosses players.read_bosses players.written_bosses
    items.take_off_imbuements storage.send_webhook combat.hazard players.hazard_points items.wear_imbuements
"""
_TFS_ALONE = """
    combat.register_weapon_xml item_types.currency monsters.load_xml storage.market_prices vocations.push_outfit
"""
_LACKING = {"canary": set(_TFS_ALONE.split()), "tfs": set(_CANARY_ALONE.split())}


def _aliases(line: str) -> list[tuple[int, str, str]]:
    if found := _ALIAS.match(line):
        return [(len(found[1]), found[2], found[3])]
    if found := _ALIASES.match(line):
        parts = [each.rpartition(".")[2] for each in found[3].split(", ")]
        return [(len(found[1]), name, part) for name, part in zip(found[2].split(", "), parts, strict=True)]
    # Another local of that name hides the alias.
    found = _LOCALS.match(line)
    return [(len(found[1]), name, "") for name in found[2].split(", ")] if found else []


def uses(source: str) -> Iterator[tuple[int, str, str]]:
    """Line, part and name of each use of what a part offers."""
    aliases: list[tuple[int, str, str]] = []
    for number, line in enumerate(source.split("\n"), 1):
        code = line.partition("--")[0].rstrip()
        if not code:
            continue
        indent = len(code) - len(code.lstrip())
        # A local is gone when the block that has it ends.
        aliases = [alias for alias in aliases if alias[0] <= indent]
        for found in _DIRECT.finditer(code):
            yield number, found[1], found[2]
        for name, part in {name: part for _, name, part in aliases}.items():
            for use in re.finditer(rf"(?<![\w.:\"]){name}\.(\w+)", code if part else ""):
                yield number, part, use[1]
        aliases += _aliases(code)


def test_uses_are_found() -> None:
    source = """
        local map = server.parts.map
        map.tile(1)
        if a then
            local map, items = parts.npcs, parts.items -- parts.no.no
            maps.tile(map.life, items.create)
        end
    """
    assert [part + "." + name for _, part, name in uses(source)] == ["map.tile", "npcs.life", "items.create"]


@pytest.mark.parametrize("dialect", ["canary", "tfs"])
def test_what_parts_ask_of_each_other_is_there(tmp_path: Path, dialect: Dialect) -> None:
    offered = with_server(tmp_path, lambda server: server.control("offered"), {}, dialect=dialect)
    names = {part: {str(name) for name in those or ()} for part, those in offered.items()}
    folder = lua_root() / "canary"
    missing = [
        f"{path.relative_to(folder)}:{line}: {part}.{name}"
        for path in sorted(folder.rglob("*.lua"))
        for line, part, name in uses(path.read_text())
        if name not in names.get(part, set()) and f"{part}.{name}" not in _LACKING[dialect]
    ]
    assert missing == []
    assert sorted(each for each in _LACKING[dialect] if each.partition(".")[2] in names[each.partition(".")[0]]) == []
