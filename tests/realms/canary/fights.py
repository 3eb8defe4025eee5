"""A small field with two players and Lua to look at them, for tests of conditions, combat, weapons and spells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tibicen.realms.canary.server import Dialect
from tibicen.testing.server_kit import ServerKit
from tibicen.testing.small_server import Item

GRASS, RUNE, SWORD, BOW, ARROW, WAND, FIELD = 4526, 2268, 2400, 2456, 2544, 2190, 1487

ITEMS: Mapping[int, Item] = {
    RUNE: {"name": "rune", "type": "rune", "stackable": True, "useable": True, "charges": 1},
    SWORD: {"name": "sword", "weaponType": "sword", "attack": 40, "defense": 10},
    BOW: {"name": "bow", "weaponType": "distance", "ammoType": "arrow", "range": 6, "slotType": "two-handed"},
    ARROW: {"name": "arrow", "weaponType": "ammunition", "ammoType": "arrow", "attack": 25, "stackable": True},
    WAND: {"name": "wand", "weaponType": "wand", "range": 4},
    FIELD: {"name": "fire field", "type": "magicfield", "field": "fire", "movable": False},
}

_SETUP = """
    ann, bob = Player("Ann"), Player("Bob")
    -- What a fight takes from a creature.
    function lost(creature, fn)
        creature:addHealth(100000)
        local before = creature:getHealth()
        fn()
        return before - creature:getHealth()
    end
    function combat(type, ...)
        local made = Combat()
        made:setParameter(COMBAT_PARAM_TYPE, type)
        if select("#", ...) > 0 then
            made:setFormula(COMBAT_FORMULA_DAMAGE, ...)
        end
        return made
    end
    function beast(name, x, y)
        return Game.createMonster(name, Position(x, y, 7), false, true)
    end
"""

_MONSTERS = """
    local kind = Game.createMonsterType("Wolf")
    kind:maxHealth(5000)
    kind:health(5000)
    kind:baseSpeed(100)
    kind:isAttackable(true)
"""


def field(dialect: Dialect, **fields: Any) -> ServerKit:
    """A server with a field of grass, Ann in its middle and Bob two tiles east of her."""
    kit = ServerKit(dialect=dialect, items=ITEMS)
    kit.load_text(_MONSTERS, "monsters.lua")
    kit.world("\n".join(["ggggggggg"] * 9), {"g": GRASS}, (996, 996, 7))
    common = {
        "level": 50,
        "health": 1000,
        "healthmax": 1000,
        "mana": 500,
        "manamax": 500,
        "soul": 100,
        "cap": 4000,
        "backpack": False,
    }
    kit.player("Ann", **{**common, "vocation": 1, "maglevel": 10, "at": (1000, 1000, 7), **fields})
    kit.player("Bob", **{**common, "vocation": 4, "at": (1002, 1000, 7)})
    kit.run(_SETUP)
    return kit


def told(kit: ServerKit, name: str) -> list[str]:
    """Texts that a player was told since the last time."""
    code = f'local texts = server.told("{name}") server.forget("{name}") return texts'
    return [str(each) for each in kit.run(code) or ()]
