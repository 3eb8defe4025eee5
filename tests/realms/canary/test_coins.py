"""Coins of accounts: in Canary's database, for all who play on the account."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.realms.canary.test_players_store import in_world, schema_of

from tibicen.realms.canary.server import Server

_COLUMNS = """
ALTER TABLE accounts ADD COLUMN coins int NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN coins_transferable int NOT NULL DEFAULT 0;
CREATE TABLE coins_transactions (id integer PRIMARY KEY AUTOINCREMENT, account_id int, type int, coin_type int,
    amount int, description varchar(3500));
UPDATE accounts SET coins = 30, coins_transferable = 50 WHERE id = 1;
"""
_SHOWN = b"""
    local player = Player("Old Ann")
    return { player:getTibiaCoins(), player:getTransferableCoins() }
"""


def _rows(server: Server) -> list[Any]:
    return list(
        server.run(b"""
            local list, id = {}, db.storeQuery("SELECT * FROM coins_transactions ORDER BY id")
            repeat
                list[#list + 1] = Result.getNumber(id, "type") .. " " .. Result.getNumber(id, "coin_type") .. " "
                    .. Result.getNumber(id, "amount") .. " " .. Result.getString(id, "description")
            until not Result.next(id)
            return list
        """)
    )


def test_coins_are_the_accounts(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        server.control("login", {"name": "Old Ann"})
        assert server.run(_SHOWN) == [30, 50]
        assert server.run(b"""
            local player = Player("Old Ann")
            return { player:addTibiaCoins(5), player:removeTransferableCoins(20), player:addTransferableCoins(0),
                player:removeTransferableAndTibiaCoins(40), player:removeTibiaCoins(26) == nil }
        """) == [True, True, True, True, True]
        # Of the transferable ones first; nothing where there are too few.
        assert server.run(_SHOWN) == [25, 0]
        # A shop gives some while the player is in the game.
        server.run(b'db.query("UPDATE accounts SET coins = coins + 100 WHERE id = 1")')
        assert server.control("logout", "Old Ann", True) is True
        server.control("login", {"name": "Old Ann"})
        assert server.run(_SHOWN) == [125, 0]
        assert _rows(server) == ["1 1 5 ADD Coins", "2 3 20 REMOVE Coins", "2 3 30 REMOVE Coins", "2 1 10 REMOVE Coins"]
        assert any("Failed to remove coins" in str(each) for each in server.errors())

    in_world(tmp_path, "canary", body, schema=schema_of("canary") + _COLUMNS)


def test_without_such_a_table_they_last_as_long_as_the_server(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        server.control("login", {"name": "Old Ann"})
        assert server.run(b'Player("Old Ann"):addTransferableCoins(7)' + _SHOWN) == [0, 7]
        server.control("logout", "Old Ann", True)
        server.control("login", {"name": "Old Ann"})
        assert server.run(_SHOWN) == [0, 7]

    in_world(tmp_path, "canary", body, schema=schema_of("canary"))
