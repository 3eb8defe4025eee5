"""The catalogue of things, read from files of both ages, and items made of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.realms.otclient.clients import DIALECTS, errors, with_client
from tests.realms.otclient.game_clients import run

from tibicen.realms.otclient.assets import write_assets
from tibicen.realms.otclient.client import Client, Dialect


def with_things(tmp_path: Path, version: int, dialect: Dialect, code: str) -> Any:
    """What Lua answers in a client that has the files of a version."""
    write_assets(tmp_path / "client", version)

    def body(client: Client) -> Any:
        run(client, f"g_game.setClientVersion({version})")
        for feature, since in ((18, 960), (59, 1050), (71, 1057)):
            if version >= since:
                run(client, f"g_game.enableFeature({feature})")
        return run(client, code)

    return with_client(tmp_path, {}, body, dialect=dialect)


@pytest.mark.parametrize("version", [860, 1098])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_kinds_are_read_from_tibia_dat(tmp_path: Path, dialect: Dialect, version: int) -> None:
    answer = with_things(
        tmp_path,
        version,
        dialect,
        f"""
        local events = {{}}
        g_things.onLoadDat = function(file) events[#events + 1] = file end
        local loaded = g_things.loadDat("/things/{version}/Tibia")
        local coin = g_things.getThingType(3031, 0)
        return loaded, g_things.isDatLoaded(), g_things.getDatSignature(), coin:isStackable(), coin:isContainer(),
            g_things.getThingType(100, 0):getGroundSpeed(), #events, g_sprites.loadSpr("/things/{version}/Tibia")
        """,
    )

    assert answer == [True, True, 0x54494249, True, False, 150, 1, True]


def test_kinds_are_read_from_appearances(tmp_path: Path) -> None:
    answer = with_things(
        tmp_path,
        1310,
        "mehah",
        """
        local loaded = g_things.loadAppearances("/things/1310/")
        local bag = g_things.getThingType(2853, 0)
        return loaded, bag:isContainer(), bag:getName(), Item.create(3031):isStackable(), Item.create(4001):getId()
        """,
    )

    assert answer == [True, True, "item 2853", True, 0]


def test_races_are_read_from_static_data(tmp_path: Path) -> None:
    answer = with_things(
        tmp_path,
        1412,
        "mehah",
        """
        g_things.loadAppearances("/things/1412/")
        g_things.loadStaticData("/things/1412/")
        local race, boss = g_things.getRaceData(35), g_things.getRaceData(900)
        return race.name, race.boss, boss.name, boss.boss, #g_things.getRacesByName("rag")
        """,
    )

    assert answer == ["Demon", False, "Orshabaal", True, 1]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_catalogue_that_is_not_there_is_an_error_in_the_log(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> tuple[Any, list[str]]:
        run(client, "g_game.setClientVersion(860)")
        return run(client, "return g_things.loadDat('/nowhere/Tibia'), g_things.isDatLoaded()"), errors(client)

    loaded, logged = with_client(tmp_path, {}, body, dialect=dialect)
    assert loaded == [False, False]
    assert [text.split(":")[0] for text in logged] == ["Failed to read dat '/nowhere/Tibia.dat'"]


def test_a_catalogue_that_ends_early_is_refused(tmp_path: Path) -> None:
    write_assets(tmp_path / "client", 860)
    path = tmp_path / "client" / "things" / "860" / "Tibia.dat"
    path.write_bytes(path.read_bytes()[:5000])

    def body(client: Client) -> Any:
        run(client, "g_game.setClientVersion(860)")
        return run(client, "return g_things.loadDat('/things/860/Tibia'), g_things.isDatLoaded()")

    assert with_client(tmp_path, {}, body) == [False, False]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_item_that_the_catalogue_lacks_has_no_number(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> Any:
        return run(
            client,
            """
            local item = Item.create(3031)
            return item:getId(), item:isItem(), item:getPosition(), item:getClassName()
            """,
        )

    assert with_client(tmp_path, {}, body, dialect=dialect) == [0, True, None, "Item"]
