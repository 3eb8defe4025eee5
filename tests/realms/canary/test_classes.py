"""What scripts find in the metatables of classes, and by looking at functions of the API."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.realms.canary.servers import DIALECTS, lua

from tibicen.realms.canary.server import Dialect

# Metamethods that the sources register, beside those that every class has.
_WITHOUT_EQ = {
    "canary": ("Action", "BatchUpdate", "KV", "Loot", "MonsterSpell", "MoveEvent", "Shop", "TalkAction", "Weapon"),
    "tfs": (
        "Action",
        "DBInsert",
        "Loot",
        "MonsterSpell",
        "MoveEvent",
        "TalkAction",
        "Weapon",
        "XMLDocument",
        "XMLNode",
    ),
}
_WITH_EQ = {
    "canary": (
        "Charm",
        "Container",
        "House",
        "Imbuement",
        "ItemClassification",
        "ItemType",
        "ModalWindow",
        "Mount",
        "NetworkMessage",
        "NpcType",
        "Spell",
        "Teleport",
        "Tile",
        "Town",
        "Zone",
    ),
    "tfs": (
        "Container",
        "DBTransaction",
        "House",
        "ItemType",
        "ModalWindow",
        "NetworkMessage",
        "Podium",
        "Spell",
        "Teleport",
        "Tile",
    ),
}
_COLLECTED = (
    "Combat",
    "Condition",
    "DBInsert",
    "DBTransaction",
    "Loot",
    "ModalWindow",
    "MonsterSpell",
    "NetworkMessage",
    "XMLDocument",
    "XMLNode",
)


def _with(root: Path, dialect: Dialect, key: str, names: tuple[str, ...]) -> list[str]:
    asked = ", ".join(f'"{name}"' for name in names)
    code = f"""
        local found = {{}}
        for _, name in ipairs({{ {asked} }}) do
            if rawget(rawgetmetatable(name), "{key}") ~= nil then found[#found + 1] = name end
        end
        return found
    """
    return list(lua(root, code, dialect=dialect) or ())


@pytest.mark.parametrize("dialect", DIALECTS)
def test_which_classes_compare(tmp_path: Path, dialect: Dialect) -> None:
    assert _with(tmp_path, dialect, "__eq", _WITHOUT_EQ[dialect]) == []
    assert _with(tmp_path, dialect, "__eq", _WITH_EQ[dialect]) == list(_WITH_EQ[dialect])


def test_which_classes_of_tfs_are_collected(tmp_path: Path) -> None:
    assert _with(tmp_path, "tfs", "__gc", _COLLECTED) == list(_COLLECTED)
    assert _with(tmp_path, "tfs", "__close", _COLLECTED) == []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_functions_of_the_api_are_in_c(tmp_path: Path, dialect: Dialect) -> None:
    code = """
        local function mine() end
        local info, own = debug.getinfo(Item.getId, "S"), debug.getinfo(mine, "S")
        local counted = debug.getinfo(Game.createItem, "uf")
        return { info.what, info.source, info.short_src, own.what, own.func == nil, counted.nups, counted.func == nil,
            debug.getinfo(mine).func == mine, debug.getinfo(99) == nil }
    """
    got = lua(tmp_path, code, dialect=dialect)
    assert got == ["C", "=[C]", "[C]", "Lua", True, 0, True, True, True]


def test_deleting_a_window_answers_nothing(tmp_path: Path) -> None:
    code = "local window = ModalWindow(1, 'a', 'b') return { select('#', window:delete()), window:getId() == nil }"
    assert lua(tmp_path, code, dialect="tfs") == [0, True]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_flags_of_groups_are_a_number_too(tmp_path: Path, dialect: Dialect) -> None:
    """Of the number Canary keeps the lowest eight bits."""
    groups = '<groups><group id="4" name="tutor" flags="258"/></groups>'
    code = "return { Group(4):getFlags(), Group(4):hasFlag(1), Group(4):hasFlag(256) }"
    found = lua(tmp_path, code, {"data/XML/groups.xml": groups}, dialect=dialect)
    assert found == ([258, False, True] if dialect == "tfs" else [2, True, False])
