"""Accounts in a server's database: who is let in, what lists of characters show, and the keys that are kept there."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
import time
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from tests.realms.canary.schemas import COMMON
from tests.realms.canary.servers import with_server

from tibicen.realms.canary.server import Server
from tibicen.realms.canary.wire.accounts import Account, TokenNeeded
from tibicen.realms.canary.wire.entrance import ELSEWHERE, SESSION_SECONDS, Entrance, Refused
from tibicen.realms.canary.wire.stored_accounts import StoredAccounts
from tibicen.realms.canary.wire.two_factor import PERIOD, token_at

SECRET = "JBSWY3DPEHPK3PXP"
TWO_COLUMNS = """
ALTER TABLE `accounts` ADD COLUMN `email` varchar(255) NOT NULL DEFAULT '';
ALTER TABLE `accounts` ADD COLUMN `secret` char(16) DEFAULT NULL;
"""
ARGON = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash("secret")
ROWS = f"""
INSERT INTO `accounts` (`id`, `name`, `password`, `premium_ends_at`) VALUES
    (5, 'ann', '{hashlib.sha1(b"secret").hexdigest()}', 4102444800),
    (6, 'bob', '$2y$10$abcdefghijklmnopqrstuv', 0),
    (8, 'cleo', '{ARGON}', 0), (9, 'dan', '{"$" + "$".join(ARGON.rsplit("$", 2)[1:])}', 0);
INSERT INTO `players` (`id`, `name`, `account_id`, `level`, `conditions`, `deletion`) VALUES
    (21, 'Ann', 5, 12, '', 0), (22, 'Gone', 5, 3, '', 99), (23, 'Bob', 6, 4, '', 0), (24, 'Cleo', 8, 1, '', 0);
"""
TFS_SESSIONS = """
CREATE TABLE IF NOT EXISTS `sessions` (
  `id` int NOT NULL AUTO_INCREMENT,
  `token` binary(16) NOT NULL,
  `account_id` int NOT NULL,
  `ip` varbinary(16) NOT NULL,
  `created_at` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  `expired_at` timestamp NULL DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `token` (`token`)
) ENGINE=InnoDB DEFAULT CHARACTER SET=utf8;
"""
CANARY_SESSIONS = """
CREATE TABLE IF NOT EXISTS `account_sessions` (
  `id` VARCHAR(191) NOT NULL,
  `account_id` INTEGER UNSIGNED NOT NULL,
  `expires` BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;
"""
CONFIG = 'memoryConst = "1<<6"\ntemporaryConst = 1\nparallelism = 1\n'


def opened(accounts: StoredAccounts, name: bytes, password: bytes, token: bytes = b"") -> Account | None:
    return asyncio.run(accounts.open(name, password, token))


def taken(server: Server, key: bytes, address: str = "10.0.0.7") -> str:
    """Whose key it is, for an entrance that has given none; what a client is told when it opens nothing."""
    try:
        return asyncio.run(Entrance(StoredAccounts(server)).take(address, key)).name
    except Refused as refused:
        return refused.text


def statement(server: Server, text: str) -> None:
    server.database.at(time.time()).execute(text.encode())


def test_accounts_of_a_database(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def body(server: Server) -> None:
        accounts = StoredAccounts(server)
        ann = Account("ann", {"Ann": {}}, 4102444800, {"Ann": {"level": 12}}, 5)
        assert opened(accounts, b"ann", b"secret") == ann == accounts.again(ann)
        for name, password in (
            (b"ann", b""),
            (b"ann", b"Secret"),
            (b"nobody", b"secret"),
            (b"", b""),
            (b"\xff'", b"x"),
        ):
            assert opened(accounts, name, password) is None
        assert not caplog.records
        assert opened(accounts, b"bob", b"secret") is None
        assert "account 6: its password is neither SHA-1" in caplog.text and "$2y" not in caplog.text
        # One of the game's own that has no password can't be opened.
        assert opened(accounts, b"god", b"") is None
        # What a key's owner has is read anew.
        statement(server, "UPDATE `players` SET `account_id` = 6 WHERE `id` = 21")
        now = accounts.again(ann)
        assert now is not None and not now.characters

    caplog.set_level(logging.INFO, "tibicen.wire")
    with_server(tmp_path, body, {"schema.sql": COMMON + ROWS}, dialect="tfs")


@pytest.mark.parametrize("kind", ["sha1", "argon2"])
def test_accounts_with_argon2(tmp_path: Path, kind: str) -> None:
    def body(server: Server) -> None:
        accounts = StoredAccounts(server)
        for name in (b"ann", b"cleo", b"dan"):
            account = opened(accounts, name, b"secret")
            assert account is not None and account.name == name.decode()
            assert opened(accounts, name, b"Secret") is None
        assert opened(accounts, b"nobody", b"secret") is None

    config = f'{CONFIG}passwordType = "{kind}"\n'
    with_server(tmp_path, body, {"schema.sql": COMMON + ROWS, "config.lua": config}, dialect="canary")


def test_an_address_that_is_anothers_name(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        accounts = StoredAccounts(server)
        statement(server, "UPDATE `accounts` SET `email` = 'ann@home' WHERE `id` = 5")
        word = hashlib.sha1(b"thief").hexdigest()
        statement(server, f"INSERT INTO `accounts` (`id`, `name`, `password`) VALUES (30, 'ann@home', '{word}')")
        found = [opened(accounts, b"ann@home", password) for password in (b"secret", b"thief", b"other")]
        assert [each and each.number for each in found] == [5, 30, None]

    with_server(tmp_path, body, {"schema.sql": COMMON + TWO_COLUMNS + ROWS}, dialect="tfs")


def test_a_second_factor(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        accounts = StoredAccounts(server)
        statement(server, f"UPDATE `accounts` SET `secret` = '{SECRET}' WHERE `id` = 5")
        assert opened(accounts, b"ann", b"wrong", b"") is None
        now = int(time.time()) // PERIOD
        for key in (SECRET.encode(), base64.b32decode(SECRET)):
            account = opened(accounts, b"ann", b"secret", token_at(key, now))
            assert account is not None and account.name == "ann"
            for wrong in (b"", b"000000x", token_at(key, now - 5)):
                with pytest.raises(TokenNeeded):
                    opened(accounts, b"ann", b"secret", wrong)
        # Nor is a password in place of a session key a way around it.
        with pytest.raises(TokenNeeded):
            taken(server, b"ann\nsecret")
        assert taken(server, b"ann\nsecret\n" + token_at(SECRET.encode(), now) + b"\n1") == "ann"

    with_server(tmp_path, body, {"schema.sql": COMMON + TWO_COLUMNS + ROWS}, dialect="tfs")


def test_keys_in_tfss_table(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        accounts = StoredAccounts(server)
        account = opened(accounts, b"ann", b"secret")
        assert account is not None
        keys = {address: Entrance(accounts).give(account, address).encode() for address in ("10.0.0.7", "::1", "ff::7")}
        assert taken(server, keys["10.0.0.7"]) == "ann" == taken(server, keys["10.0.0.7"])
        assert taken(server, keys["10.0.0.7"], "10.0.0.8") == ELSEWHERE == taken(server, keys["ff::7"])
        assert taken(server, keys["::1"]) == "ann" == taken(server, keys["ff::7"], "ff::7")
        # A site ends a session so.
        statement(server, f"UPDATE `sessions` SET `expired_at` = NOW() WHERE `ip` = X'{bytes((10, 0, 0, 7)).hex()}'")
        assert taken(server, keys["10.0.0.7"]) == "Account name or password is not correct."
        statement(server, "UPDATE `sessions` SET `created_at` = '2020-01-01 00:00:00'")
        assert "ann" not in [taken(server, key) for key in keys.values()]
        # One that a site has written.
        token = bytes(range(16))
        values = f"X'{token.hex()}', 5, X'{bytes((127, 0, 0, 1)).hex()}'"
        statement(server, f"INSERT INTO `sessions` (`token`, `account_id`, `ip`) VALUES ({values})")
        assert taken(server, base64.b64encode(token)) == "ann"
        for wrong in (token, base64.b64encode(token[:15]), b"", b"' OR 1", b"\xff"):
            assert taken(server, wrong) == "Account name or password is not correct."

    with_server(tmp_path, body, {"schema.sql": COMMON + TFS_SESSIONS + ROWS}, dialect="tfs")


def test_keys_in_canarys_table(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        accounts = StoredAccounts(server)
        account = opened(accounts, b"ann", b"secret")
        assert account is not None
        key = Entrance(accounts).give(account, "10.0.0.7").encode()
        assert taken(server, key) == "ann"
        rows = server.database.at(time.time()).query(b"SELECT `id`, `expires` FROM `account_sessions`")
        assert rows is not None and rows.rows[0][0] == hashlib.sha256(key).hexdigest().encode()
        assert abs(int(rows.rows[0][1] or 0) - time.time() - SESSION_SECONDS) < 5
        # A login server's, hashed as it used to be.
        soon, past = int(time.time()) + 60, int(time.time()) - 1
        for word, until in (("good", soon), ("old", past)):
            digest = hashlib.sha1(word.encode()).hexdigest()
            statement(server, f"INSERT INTO `account_sessions` VALUES ('{digest}', 5, {until})")
        assert (taken(server, b"good"), taken(server, b"old")[:12]) == ("ann", "Account name")
        # With authType = "session" a password is no key.
        assert accounts.keys_only and taken(server, b"ann\nsecret")[:12] == "Account name"

    files = {"schema.sql": COMMON + CANARY_SESSIONS + ROWS, "config.lua": 'authType = "session"\n'}
    with_server(tmp_path, body, files, dialect="canary")


def test_a_database_without_accounts(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def body(server: Server) -> None:
        accounts = StoredAccounts(server)
        assert opened(accounts, b"ann", b"secret") is None
        assert accounts.again(Account("ann", {})) is None and accounts.holder(b"key", 1.0) is None

    with_server(tmp_path, body, {}, dialect="tfs")
