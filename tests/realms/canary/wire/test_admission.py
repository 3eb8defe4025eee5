"""Who may come into the game: locked names, bans, how many of an account, and those who wait for a place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.realms.canary.schemas import COMMON
from tests.realms.canary.wire.clients import Game
from tests.realms.canary.wire.stacks import on_stack

from tibicen.realms.canary.server import Dialect
from tibicen.vm import stack

_BANS = """
CREATE TABLE `account_bans` (`account_id` int UNSIGNED NOT NULL, `reason` varchar(255) NOT NULL,
    `banned_at` bigint NOT NULL, `expires_at` bigint NOT NULL, `banned_by` int NOT NULL, PRIMARY KEY (`account_id`));
CREATE TABLE `account_ban_history` (`id` int NOT NULL AUTO_INCREMENT, `account_id` int UNSIGNED NOT NULL,
    `reason` varchar(255) NOT NULL, `banned_at` bigint NOT NULL, `expired_at` bigint NOT NULL, `banned_by` int NOT NULL,
    PRIMARY KEY (`id`));
CREATE TABLE `ip_bans` (`ip` {ip} NOT NULL, `reason` varchar(255) NOT NULL, `banned_at` bigint NOT NULL,
    `expires_at` bigint NOT NULL, `banned_by` int NOT NULL, PRIMARY KEY (`ip`));
CREATE TABLE `player_namelocks` (`player_id` int NOT NULL, PRIMARY KEY (`player_id`));
"""
_CONFIG = """
maxPlayers = {most}
onePlayerOnlinePerAccount = true
maxPlayersOnlinePerAccount = {together}
maxPlayersOutsidePZPerAccount = 1
"""


def _game(root: Path, dialect: Dialect, *, most: int = 0, together: int = 1) -> Game:
    ip = "varbinary(16)" if dialect == "tfs" else "int(11)"
    config = 'worldType = "pvp"\n' + _CONFIG.format(most=most, together=together)
    if dialect == "canary":
        config += 'dataPackDirectory = "data-canary"\n'
    files = {"schema.sql": COMMON + _BANS.replace("{ip}", ip), "config.lua": config}
    return Game(root, dialect=dialect, version=1098 if dialect == "tfs" else 1100, files=files)


@pytest.fixture(params=["canary", "tfs"])
def game(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Game]:
    most = getattr(request.function, "most", 0)
    together = getattr(request.function, "together", 1)
    made = stack.run(lambda: _game(tmp_path, request.param, most=most, together=together))
    yield made
    stack.run(lambda: made.__exit__(None, None, None))


def refused(game: Game, name: str, **columns: int) -> str:
    _, answer = game.try_to_enter(name, **columns)
    return str(answer.get("problem") or "")


@on_stack
def test_bans_and_locks(game: Game) -> None:
    tfs = game.server.dialect == "tfs"
    now = int(game.lua("return os.time()"))
    date = "%d %b %Y" if tfs else "%Y-%m-%d %H:%M:%S"
    until = game.lua(f"return os.date('{date}', {now + 100})")
    game.lua(f"""
        db.query("INSERT INTO `account_bans` VALUES (41, 'bots', 1, {now + 100}, 7)")
        db.query("INSERT INTO `account_bans` VALUES (42, '', 1, 0, 7)")
        db.query("INSERT INTO `account_bans` VALUES (43, 'old', 1, {now - 1}, 7)")
        db.query("INSERT INTO `player_namelocks` VALUES (904)")
    """)
    reason = "\n\nReason specified:\n"
    assert refused(game, "Ann", id=901, account_id=41) == (
        f"Your account has been banned until {until} by Old Ann.{reason}bots"
    )
    assert refused(game, "Bob", id=902, account_id=42) == (
        f"Your account has been permanently banned by Old Ann.{reason}(none)"
    )
    assert refused(game, "Locked", id=904) == "Your character has been namelocked."
    # What is over is put away, and its character plays.
    assert refused(game, "Eve", id=903, account_id=43) == ""
    left = game.lua("""
        local id = db.storeQuery("SELECT `account_id`, `reason`, `expired_at` FROM `account_ban_history`")
        local gone = db.storeQuery("SELECT 1 FROM `account_bans` WHERE `account_id` = 43")
        local result = Result or result
        return { result.getNumber(id, "account_id"), result.getString(id, "reason"), gone }
    """)
    assert left == [43, "old", False]


@on_stack
def test_banned_addresses(game: Game) -> None:
    tfs = game.server.dialect == "tfs"
    now = int(game.lua("return os.time()"))
    address = "X'0a0b0cfe'" if tfs else str(int.from_bytes(bytes((10, 11, 12, 254)), "little", signed=True))
    over = "X'01020304'" if tfs else str(int.from_bytes(bytes((1, 2, 3, 4)), "little"))
    game.lua(f"""
        db.query("INSERT INTO `ip_bans` VALUES ({address}, 'flood', 1, {now + 100}, 7)")
        db.query("INSERT INTO `ip_bans` VALUES ({over}, 'old', 1, {now - 1}, 7)")
    """)

    def told(where: str) -> str:
        return str(game.server.control("wire_ban", where) or "")

    assert told("10.11.12.254").startswith("Your IP has been banned until ")
    assert told("10.11.12.254").endswith(" by Old Ann.\n\nReason specified:\nflood")
    assert [told(each) for each in ("1.2.3.4", "10.11.12.253", "::1", "unix")] == [""] * 4
    assert (
        game.lua("return db.storeQuery('SELECT 1 FROM `ip_bans` WHERE `reason` = ' .. db.escapeString('old'))") is False
    )
    assert game.lua("return db.storeQuery('SELECT 1 FROM `ip_bans`')") is not False


@on_stack
def test_scripts_know_where_a_player_comes_from(game: Game) -> None:
    game.enter("Ann", id=901)
    address = game.lua('return Player("Ann"):getIp()')
    assert address == ("127.0.0.1" if game.server.dialect == "tfs" else 0x0100007F)


@on_stack
def test_one_of_an_account_at_a_time(game: Game) -> None:
    ann = game.enter("Ann", id=901, account_id=41)
    text = "You may only login with {} character\nof your account at the same time."
    number = "one" if game.server.dialect == "tfs" else "1"
    assert refused(game, "Bob", id=902, account_id=41) == text.format(number)
    # Whose account is a game master's may.
    assert refused(game, "Eve", id=903, account_id=41, account_type=4) == ""
    ann.do("leave_game")
    game.server.control("logout", "Eve", True)
    assert refused(game, "Bob", id=902, account_id=41) == ""


def _line(game: Game, name: str, **columns: int) -> tuple[int, int]:
    """Place on the waiting list and seconds to wait; zeros for one who came in, and left again."""
    client, answer = game.try_to_enter(name, **columns)
    if not answer.get("problem"):
        client.do("leave_game")
        return 0, 0
    text, place = str(answer["problem"]).split(" place ")
    assert text == "Too many players online.\nYou are at"
    return int(place.removesuffix(" on the waiting list.")), answer["wait"]


@on_stack
def test_those_who_wait_come_in_turn(game: Game) -> None:
    paid = {"premium_ends_at": 1_000_000_000_000}
    ann, _ = game.enter("Ann", id=901), game.enter("Bob", id=902)
    assert [_line(game, f"Free {each}", id=910 + index) for index, each in enumerate("abcde")] == [
        (1, 5), (2, 5), (3, 5), (4, 5), (5, 10),
    ]  # fmt: skip
    # Who pays comes before those who don't, and nobody loses a place by asking again.
    assert _line(game, "Paid", id=920, **paid) == (1, 5)
    assert _line(game, "Free a", id=910) == (2, 5)
    # A game master needs no place.
    assert _line(game, "Master", id=930, account_type=5) == (0, 0)
    ann.do("leave_game")
    assert _line(game, "Free a", id=910) == (2, 5)
    assert _line(game, "Paid", id=920, **paid) == (0, 0)
    assert _line(game, "Free a", id=910) == (0, 0)
    # Who does not ask again loses its place.
    assert _line(game, "Free b", id=911) == (0, 0)
    game.server.control("login", {"name": "Eve", "id": 903})
    game.pass_time(5_000)
    assert _line(game, "Free d", id=913) == (2, 5)
    game.pass_time(16_000)
    assert _line(game, "Free d", id=913) == (1, 5)


test_those_who_wait_come_in_turn.most = 2  # type: ignore[attr-defined]


def test_canary_lets_few_of_an_account_be_in_danger(tmp_path: Path) -> None:
    def body() -> None:
        with _game(tmp_path, "canary", together=3) as game:
            outside = {"posx": 115, "posy": 110, "posz": 7}
            game.enter("Ann", id=901, account_id=41, **outside)
            text = "You can only have one character from your account outside of a protection zone."
            assert refused(game, "Bob", id=902, account_id=41, **outside) == text

    stack.run(body)
