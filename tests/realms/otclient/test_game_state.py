"""The session: versions and features, what may be done when, and what the client then sends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.realms.otclient.clients import DIALECTS, errors, with_client
from tests.realms.otclient.game_clients import MONSTER, SEEN, in_game, run, sent, tell

from tibicen.errors import TibicenError
from tibicen.realms.otclient.client import Client, Dialect


@pytest.mark.parametrize("dialect", DIALECTS)
def test_features_are_of_one_version_and_told_by_who_hears_of_it(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> Any:
        return run(
            client,
            """
            local changes = {}
            g_game.onClientVersionChange = function(version)
                changes[#changes + 1] = version
                if version > 1000 then g_game.enableFeature(12) end
            end
            g_game.setClientVersion(1098)
            local newer = g_game.getFeature(12)
            g_game.setClientVersion(1098)
            g_game.setClientVersion(860)
            return newer, g_game.getFeature(12), table.concat(changes, ","), g_game.getClientVersion()
            """,
        )

    assert with_client(tmp_path, {}, body, dialect=dialect) == [True, False, "1098,860", 860]


@pytest.mark.parametrize(("dialect", "low", "high"), [("mehah", 739, 1599), ("edubart", 739, 1100)])
def test_versions_outside_of_what_the_engine_speaks_are_refused(
    tmp_path: Path, dialect: Dialect, low: int, high: int
) -> None:
    def body(client: Client) -> None:
        for version in (low, high):
            with pytest.raises(TibicenError, match=f"Client version {version} not supported"):
                run(client, f"g_game.setClientVersion({version})")
        assert client.run(b"return g_game.getClientVersion()") == 0

    with_client(tmp_path, {}, body, dialect=dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_nothing_is_sent_while_nobody_plays(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> None:
        run(
            client,
            """
            g_game.walk(0) g_game.turn(1) g_game.talk("hello") g_game.cancelAttackAndFollow()
            g_game.requestOutfit() g_game.setChaseMode(1)
            """,
        )
        assert sent(client) == []
        assert run(client, "return g_game.isOnline(), g_game.getLocalPlayer()") == [False, None]

    with_client(tmp_path, {}, body, dialect=dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_session_begins_and_ends_with_its_events(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> None:
        run(client, SEEN)
        run(client, "g_game.setClientVersion(860) g_game.setProtocolVersion(860)")
        run(client, "for _, e in ipairs({'onLogin', 'onEnterGame', 'onGameStart', 'onGameEnd'}) do note(e) end")
        tell(client, "Login", {"id": 7, "name": "Tester", "world": "World"})
        tell(client, "EnterGame")
        tell(client, "GameStart")
        assert run(client, "return noted()") == ["onLogin", "onEnterGame", "onGameStart"]
        assert run(
            client,
            "return g_game.isOnline(), g_game.getCharacterName(), g_game.getWorldName(), g_game.isLogging()",
        ) == [True, "Tester", "World", False]
        tell(client, "GameEnd")
        tell(client, "Disconnect")
        assert run(client, "return noted()") == ["onGameEnd"]
        assert run(client, "return g_game.isOnline(), g_game.getLocalPlayer()") == [False, None]

    with_client(tmp_path, {}, body, dialect=dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_the_player_does_is_handed_over_with_its_arguments(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> list[str]:
        run(
            client,
            """
            g_game.talk("hello")
            g_game.talkPrivate(5, "Sam", "psst")
            g_game.turn(2)
            g_game.requestOutfit()
            g_game.use(g_map.getTile({x = 101, y = 100, z = 7}):getGround())
            """,
        )
        return [each["name"] if isinstance(each, dict) else each[0] for each in sent(client)]

    assert in_game(tmp_path, body, dialect=dialect) == ["Talk", "Talk", "TurnSouth", "RequestOutfit", "UseItem"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_attacking_and_following_exclude_each_other(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> None:
        tell(client, "Creature", {"id": MONSTER, "name": "Rat", "health": 100})
        tell(client, "Creature", {"id": MONSTER, "position": {"x": 102, "y": 100, "z": 7}})
        run(client, "note('onAttackingCreatureChange') note('onFollowingCreatureChange')")
        state = "return g_game.isAttacking(), g_game.isFollowing()"
        run(client, f"g_game.attack(g_map.getCreatureById({MONSTER}))")
        assert run(client, state) == [True, False]
        run(client, f"g_game.follow(g_map.getCreatureById({MONSTER}))")
        assert run(client, state) == [False, True]
        # Whom one follows already is let go by following again.
        run(client, f"g_game.follow(g_map.getCreatureById({MONSTER}))")
        assert run(client, state) == [False, False]
        names = [text.split()[0] for text in run(client, "return noted()")]
        assert names == [
            "onAttackingCreatureChange",
            "onAttackingCreatureChange",
            "onFollowingCreatureChange",
            "onFollowingCreatureChange",
        ]

    in_game(tmp_path, body, dialect=dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_ping_that_comes_back_tells_how_long_it_took(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> None:
        tell(client, "GameEnd")
        run(client, "g_game.enableFeature(24) note('onPingBack')")
        tell(client, "Login", {"id": 7})
        tell(client, "GameStart")
        client.advance(1500)
        assert "Ping" in str(sent(client))
        client.advance(40)
        tell(client, "PingBack")
        (told,) = run(client, "return noted()")
        assert int(told.split()[1]) >= 40
        assert run(client, "return g_game.getPing()") >= 40

    in_game(tmp_path, body, dialect=dialect, version=1000)


def test_vips_are_known_by_their_numbers(tmp_path: Path) -> None:
    def body(client: Client) -> None:
        run(client, "note('onAddVip') note('onVipStateChange')")
        tell(client, "VipAdd", 9, "Friend", 1, "a friend", 3, True)
        tell(client, "VipStateChange", 9, 0)
        assert [text.split()[0] for text in run(client, "return noted()")] == ["onAddVip", "onVipStateChange"]
        assert run(client, "local v = g_game.getVips()[9] return v[1], v[2]") == ["Friend", 0]
        run(client, "g_game.addVip('Other') g_game.removeVip(9)")
        assert run(client, "return g_game.getVips()[9]") is None

    in_game(tmp_path, body)


def test_events_without_a_model_reach_scripts_with_objects_made_of_plain_data(tmp_path: Path) -> None:
    def body(client: Client) -> None:
        run(client, "g_game.onOpenNpcTrade = function(list) got = list[1] end")
        client.control("game_raise", "g_game", "onOpenNpcTrade", [[{"$item": 103, "count": 4}, "coin", 10, 5, 3]])
        assert run(client, "return got[1]:getCount(), got[1]:getClassName(), got[2]") == [4, "Item", "coin"]
        with pytest.raises(TibicenError, match="the game has no event Nonsense"):
            tell(client, "Nonsense")
        assert errors(client) == []

    in_game(tmp_path, body)
