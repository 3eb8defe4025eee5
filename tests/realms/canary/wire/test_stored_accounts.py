"""Accounts in a server's database: who is let in, and what lists of characters show."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

import pytest
from tests.realms.canary.schemas import COMMON
from tests.realms.canary.servers import with_server

from tibicen.realms.canary.server import Server
from tibicen.realms.canary.wire.accounts import Account
from tibicen.realms.canary.wire.stored_accounts import StoredAccounts

ROWS = f"""
INSERT INTO `accounts` (`id`, `name`, `password`, `premium_ends_at`) VALUES
    (5, 'ann', '{hashlib.sha1(b"secret").hexdigest()}', 4102444800),
    (6, 'bob', '$argon2id$v=19$m=65536,t=2,p=2$AA$BB', 0);
INSERT INTO `players` (`id`, `name`, `account_id`, `level`, `conditions`, `deletion`) VALUES
    (21, 'Ann', 5, 12, '', 0), (22, 'Gone', 5, 3, '', 99), (23, 'Bob', 6, 4, '', 0);
"""


def test_accounts_of_a_database(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def body(server: Server) -> None:
        accounts = StoredAccounts(server)
        assert accounts.open(b"ann", b"secret") == Account("ann", {"Ann": {}}, 4102444800, {"Ann": {"level": 12}})
        for name, password in (
            (b"ann", b""),
            (b"ann", b"Secret"),
            (b"nobody", b"secret"),
            (b"", b""),
            (b"\xff'", b"x"),
        ):
            assert accounts.open(name, password) is None
        assert not caplog.records
        assert accounts.open(b"bob", b"secret") is None
        assert "account 6: its password is no SHA-1" in caplog.text and "$argon2" not in caplog.text
        # One of the game's own that has no password can't be opened.
        assert accounts.open(b"god", b"") is None

    caplog.set_level(logging.INFO, "tibicen.wire")
    with_server(tmp_path, body, {"schema.sql": COMMON + ROWS}, dialect="tfs")


def test_a_database_without_accounts(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def body(server: Server) -> None:
        assert StoredAccounts(server).open(b"ann", b"secret") is None

    with_server(tmp_path, body, {}, dialect="tfs")
