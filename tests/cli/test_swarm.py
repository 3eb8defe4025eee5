"""`tibicen swarm`: what its command line means, and its end by a signal."""

from __future__ import annotations

import io
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from tibicen.cli.swarm import SwarmRun, accounts_of, options_of
from tibicen.errors import ConfigError
from tibicen.protocol.client_login import Login
from tibicen.protocol.items import ItemTable
from tibicen.realms.swarm.swarm import SwarmOptions


def made(accounts: Path | None, clients: int = 2, upstream: str = "h:1", login: str | None = None) -> SwarmOptions:
    return options_of(
        upstream,
        clients,
        version=1100,
        system=4,
        accounts=accounts,
        account="a{n}",
        password="p",
        character="C{n}",
        login=login,
        items=ItemTable(),
        ramp=2.0,
        duration=1.0,
        ping=1.0,
        sources=["127.0.0.2"],
    )


def test_accounts_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text('# who\nann,secret,Ann Lee\n\n"b,b", x ,Bob,key\n', encoding="utf-8")
    common = Login("", "", version=1100, system=4)
    ann, bob = accounts_of(path, common)
    assert (ann.account, ann.password, ann.character, ann.version, ann.system) == ("ann", "secret", "Ann Lee", 1100, 4)
    assert (bob.account, bob.password, bob.session_key, ann.session_key) == ("b,b", "x", "key", "")
    assert made(path).members == (ann, bob) and len(made(path, 1).members) == 1
    with pytest.raises(ConfigError, match="has 2 accounts, 3 clients"):
        made(path, 3)
    path.write_text("ann,secret\n")
    with pytest.raises(ConfigError, match=r"accounts\.csv:1"):
        made(path)
    with pytest.raises(ConfigError, match="can't be read"):
        made(tmp_path / "none.csv")


def test_servers_and_names() -> None:
    settings = made(None, upstream="[::1]:7172", login="there:7171")
    assert (settings.host, settings.port, settings.login) == ("::1", 7172, ("there", 7171))
    assert made(None, login="https://there/login").login == "https://there/login"
    assert [each.character for each in settings.members] == ["C1", "C2"]
    assert settings.sources == ("127.0.0.2",)
    with pytest.raises(ConfigError, match=r"no host:port"):
        made(None, upstream="there")


def test_a_signal_ends_it_with_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tibicen.cli.swarm.SHOW_SECONDS", 0.01)

    class Shown(io.StringIO):
        """Sends the signal as soon as there is an error to report."""

        def write(self, text: str) -> int:
            if " 1 errors" in text:
                os.kill(os.getpid(), signal.SIGINT)
            return super().write(text)

    shown = Shown()
    # Nobody listens there, and the second client would wait an hour for its turn.
    settings = made(None, upstream="127.0.0.1:1")
    started = SwarmRun(replace(settings, ramp=1 / 3600, sources=()), None, shown)
    report = started.run()
    assert report["started"] == 1 and report["errors"]["connect"]["count"] == 1
    assert "0 of 2 in the game" in shown.getvalue()
