"""What functions make of odd arguments, and what they answer when they have nothing to say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.item_files import BOW, COIN, HELMET, SWORD, write_items
from tests.realms.canary.servers import DIALECTS, with_server

from tibicen.realms.canary.server import Dialect, Server


def ask(root: Path, code: str, dialect: Dialect = "canary") -> Any:
    def body(server: Server) -> Any:
        return server.run(code.encode())

    return with_server(root, body, dialect=dialect, things=write_items(root, otb=dialect == "tfs"))


@pytest.mark.parametrize(
    "call",
    [
        "Item.hasOwner(nil, 'last')",
        "Item.actor(nil, true, 'last')",
        "Item.hasShader(nil, 'last')",
        "Zone.getRemoveDestination(nil, 'last')",
        "Zone.setRemoveDestination(nil, nil, 'last')",
        "Zone.refresh(nil, 'last')",
        "Zone('meadow'):refresh('last')",
        "Zone('meadow'):setRemoveDestination(Position(1, 2, 3), 'last')",
        "ModalWindow(1, 'a', 'b'):sendToPlayer('last')",
        "NetworkMessage():sendToPlayer('last')",
        "Position(1, 2, 7):sendMagicEffect(1, 'last')",
        "Position(1, 2, 7):sendDistanceEffect(Position(1, 2, 7), 1, 'last')",
        "Bank.credit('last')",
        "configManager.getNumber('last')",
        "Game.getAchievementInfoByName('last')",
        "Game.getExperienceForLevel(0, 'last')",
        "Condition(0, 'last')",
        "logger.info('{}', 'last')",
    ],
)
def test_what_was_passed_last_is_the_answer_of_what_pushes_nothing(tmp_path: Path, call: str) -> None:
    assert ask(tmp_path, f"return {call}") == "last"


def test_false_may_be_what_was_passed_last(tmp_path: Path) -> None:
    assert ask(tmp_path, "return { Item.hasOwner(nil, false), Game.getExperienceForLevel(0, false) }") == [False, False]


def test_without_another_argument_it_is_the_object(tmp_path: Path) -> None:
    code = """
        local zone, message, window = Zone("meadow"), NetworkMessage(), ModalWindow(1, "a", "b")
        return { zone:refresh() == zone, message:sendToPlayer() == message, window:sendToPlayer() == window }
    """
    assert ask(tmp_path, code) == [True, True, True]


def test_a_store_item_of_tfs_answers_with_what_was_passed(tmp_path: Path) -> None:
    code = f"""
        local item = Game.createItem({SWORD}, 1)
        return {{ item:setStoreItem(true), item:setStoreItem(true, "last"), item:setStoreItem() == item,
                  ItemType.getAbilities(nil, "last") }}
    """
    assert ask(tmp_path, code, "tfs") == [True, "last", True, "last"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_has_no_fields_is_an_error(tmp_path: Path, dialect: Dialect) -> None:
    code = """
        local function problem(fn, ...)
            local ok, text = pcall(fn, ...)
            return ok and "" or text
        end
        return { problem(Position, { x = 1, y = 2, z = 3 }), problem(Game.getSpectators, nil),
                 problem(Game.getSpectators, 5) }
    """
    assert ask(tmp_path, code, dialect) == [
        "",
        "attempt to index a nil value",
        "attempt to index a number value",
    ]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_return_values_have_as_many_bits_as_their_type(tmp_path: Path, dialect: Dialect) -> None:
    code = """
        return { Game.getReturnMessage(3.9) == Game.getReturnMessage(3),
                 Game.getReturnMessage(65536 + 3) == Game.getReturnMessage(3),
                 Game.getReturnMessage(2 ^ 32 + 3) == Game.getReturnMessage(3) }
    """
    assert ask(tmp_path, code, dialect) == [True, dialect == "canary", True]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_attributes_are_asked_for_by_whole_numbers(tmp_path: Path, dialect: Dialect) -> None:
    code = f"""
        local item = Game.createItem({SWORD}, 1)
        item:setAttribute(ITEM_ATTRIBUTE_TEXT + 0.7, "note")
        return {{ item:getAttribute("text"), item:getAttribute(ITEM_ATTRIBUTE_TEXT + 0.2),
                  item:hasAttribute(ITEM_ATTRIBUTE_TEXT + 0.9), item:hasAttribute(ITEM_ATTRIBUTE_TEXT - 0.1) }}
    """
    assert ask(tmp_path, code, dialect) == ["note", "note", True, False]


def test_attributes_are_told_with_the_bits_of_what_they_mean(tmp_path: Path) -> None:
    code = f"""
        local bow, helmet = Game.createItem({BOW}, 1), Game.createItem({HELMET}, 1)
        bow:setAttribute("hitchance", 200) bow:setAttribute("shootrange", 300) bow:setAttribute("attack", 2 ^ 32 + 5)
        helmet:setAttribute("armor", 2 ^ 32 - 2)
        return {{ bow:getAttribute("hitchance"), bow:getDescription(5), helmet:getDescription(5) }}
    """
    assert ask(tmp_path, code) == [
        200,
        "a bow (Range: 44, Atk +5, Hit% -56).",
        "a helmet (Arm:-2).",
    ]


def test_canary_has_more_effects_than_fit_into_a_byte(tmp_path: Path) -> None:
    code = f"""
        local place = Position(100, 100, 7)
        return {{ place:sendMagicEffect(CONST_ME_PURPLE_ELECTRIC_SPARK), place:sendMagicEffect(CONST_ME_LAST),
                  place:sendMagicEffect(0), place:sendMagicEffect(65536 + {COIN}),
                  place:sendDistanceEffect(place, CONST_ANI_CHERRYBOMB),
                  place:sendDistanceEffect(place, CONST_ANI_CHERRYBOMB + 1),
                  Game.hasEffect(0), Game.hasEffect(CONST_ME_LAST - 1), Game.hasEffect(CONST_ME_LAST),
                  Game.hasDistanceEffect(0), Game.hasDistanceEffect(CONST_ANI_CHERRYBOMB),
                  Game.hasDistanceEffect(CONST_ANI_CHERRYBOMB + 1) }}
    """
    assert ask(tmp_path, code) == [
        *(True, False, False, False, True, 63),
        *(True, True, False, True, True, False),
    ]
