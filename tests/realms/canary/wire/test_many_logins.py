"""Logins that come in a flood wait for their turn; those who play are not held up by them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.realms.canary.wire_client import WireClient
from tests.realms.canary.wire_worlds import wire_world

from tibicen.realms.canary.wire import turns
from tibicen.realms.canary.wire.listener import WireThread


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WireThread]:
    """A world in which there is time for one login a tick."""
    monkeypatch.setattr(turns, "SECONDS", 1e-9)
    monkeypatch.setattr(turns, "SHARE", 0.0)
    with wire_world(tmp_path) as thread:
        yield thread


def test_who_waits_comes_in_and_is_answered(slow: WireThread) -> None:
    with WireClient(slow.game_port) as ann, WireClient(slow.game_port) as bob:
        for client, name in ((ann, "Ann"), (bob, "Bob")):
            client.read_challenge()
            client.send_login(f"{name.lower()}\nsecret", name)
            # Sent before its character can be there.
            client.send(b"\x96\x01\x05\x00early")
        for client in (bob, ann):
            while b"early" not in b"".join(client.frames):
                client.read_frame()
            assert b"\xa7" in b"".join(client.frames)
    assert slow.world is not None
    assert slow.world.counts["entered"] == 2


def test_who_goes_while_it_waits_does_not_come_in(slow: WireThread, monkeypatch: pytest.MonkeyPatch) -> None:
    renew = turns.Turns.renew
    monkeypatch.setattr(turns.Turns, "renew", lambda self, now: None)
    with WireClient(slow.game_port) as ann:
        ann.log_in("ann\nsecret", "Ann")
        ann.read_until(b"\xa7")
        with WireClient(slow.game_port) as bob:
            bob.log_in("bob\nsecret", "Bob")
            bob.send(b"\x1d")
        monkeypatch.setattr(turns.Turns, "renew", renew)
        ann.send(b"\x1d")
        ann.read_until(b"\x1e")
        ann.send(b"\x1d")
        ann.read_until(b"\x1e")
    assert slow.world is not None
    assert slow.world.counts["entered"] == 1


def test_who_waits_when_the_server_ends_is_told(slow: WireThread, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns.Turns, "renew", lambda self, now: None)
    with WireClient(slow.game_port) as ann, WireClient(slow.game_port) as bob:
        ann.log_in("ann\nsecret", "Ann")
        bob.log_in("bob\nsecret", "Bob")
        assert slow.world is not None
        slow.call(lambda _: slow.world and slow.world.close())
        bob.read_until(b"The game is just going down.")


def test_a_crowd_at_the_door_is_told_to_come_again(slow: WireThread, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "MOST", 0)
    with WireClient(slow.game_port) as ann:
        ann.log_in("ann\nsecret", "Ann")
        ann.read_until(b"Too many players log in at this moment.")
        assert ann.closed_within(2)
