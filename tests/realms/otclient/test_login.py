"""A client that logs in by itself: how often it tries, when, and what it says. The game is played by the test."""

from __future__ import annotations

from collections import deque
from typing import Any, cast

import pytest

from tibicen.errors import ConfigError, TibicenError
from tibicen.protocol.integration import IntegrationOptions
from tibicen.realms.connections import LoginConfig
from tibicen.realms.otclient.client import Client
from tibicen.realms.otclient.login import SETTLED_SECONDS, ClientLogin

CONFIG = LoginConfig(server="127.0.0.1:7172", account="ann", password='se"cret', character="Ann")
OPTIONS = IntegrationOptions(timeout=5000, retry_count=3, backoff_ms=100)
NOTHING, BEGUN, ONLINE = [False, False, ""], [True, False, ""], [True, True, ""]


class Game:
    """Stands in for the client: answers what has become of the session, and keeps what it was told to run."""

    dialect = "mehah"

    def __init__(self) -> None:
        self.session: list[Any] = NOTHING
        self.runs: deque[str] = deque()
        self.refuses = ""

    def control(self, name: str, *_: Any) -> Any:
        return self.session if name == "game_session" else True

    def run(self, source: bytes, chunk: str = "") -> None:
        self.runs.append(source.decode())
        if self.refuses and "loginWorld" in source.decode():
            raise TibicenError(self.refuses)


class Player:
    def __init__(self, config: LoginConfig = CONFIG) -> None:
        self.game = Game()
        self.said: list[tuple[str, str]] = []
        say = lambda level, text: self.said.append((level, text))  # noqa: E731
        self.login = ClientLogin(cast(Client, self.game), config, say, OPTIONS)
        self.now = 1000.0

    def look(self, session: list[Any], seconds: float = 0.01) -> str:
        """Lets time pass; what was said of it."""
        self.game.session, self.now = session, self.now + seconds
        self.said.clear()
        self.login.look(self.now)
        return "; ".join(text for level, text in self.said if level != "debug")

    @property
    def attempts(self) -> int:
        return sum("loginWorld" in each for each in self.game.runs)


def test_it_logs_in_and_again_when_the_connection_is_lost() -> None:
    player = Player()
    assert player.look(NOTHING) == "" and player.attempts == 1
    assert any("setClientVersion(1098)" in each for each in player.game.runs)
    assert player.look(BEGUN) == ""
    assert player.look(ONLINE) == "logged in to 127.0.0.1:7172 as Ann"
    assert player.look(ONLINE, 60) == "" and player.login.sessions == 1
    said = player.look([False, False, "Connection reset by peer"])
    assert "127.0.0.1:7172 as Ann ended: Connection reset by peer; tries again in 0.1 s" in said
    assert player.look(NOTHING, 0.01) == "" and player.attempts == 1
    assert player.look(NOTHING, 0.1) == "" and player.attempts == 2
    assert player.look(ONLINE).startswith("logged in") and player.login.sessions == 2


def test_the_wait_grows_and_it_gives_up() -> None:
    player = Player()
    waits = []
    player.look(NOTHING)
    for attempt in (1, 2, 3):
        said = player.look([False, False, "Connection refused"])
        assert "could not log in to 127.0.0.1:7172 as Ann: Connection refused; tries again in" in said
        waits.append(float(said.rpartition(" in ")[2].split()[0]))
        assert player.look(NOTHING, OPTIONS.backoff(attempt, lambda: 1.0)) == "" and player.attempts == attempt + 1
    assert waits == sorted(waits) and waits[-1] >= 0.2
    said = player.look([False, False, "Connection refused"])
    assert said.endswith("it has tried 4 times and gives up until it is reloaded") and player.said[0][0] == "error"
    assert player.look(NOTHING, 1000) == "" and player.attempts == 4


def test_a_session_that_lasted_starts_the_count_anew() -> None:
    player = Player()
    for _ in range(10):
        player.look(NOTHING, 1)
        assert player.look(ONLINE).startswith("logged in")
        assert "tries again in 0.1 s" in player.look(NOTHING, SETTLED_SECONDS)
    for wait in (1, 2):
        player.look(NOTHING, wait)
        player.look(ONLINE)
        said = player.look(NOTHING, SETTLED_SECONDS / 2)
    assert "tries again in" in said and player.login.describe()["state"] == "waiting"
    player.look(NOTHING, 3)
    player.look(ONLINE)
    assert "gives up" in player.look(NOTHING, 1), "a server that throws it out at once is a failed attempt"


def test_a_server_that_says_nothing_and_a_script_that_is_in_the_way() -> None:
    player = Player()
    player.look(NOTHING)
    assert player.look(BEGUN, 4.9) == ""
    assert "no answer within 5000 ms" in player.look(BEGUN, 0.2)
    assert any("cancelLogin" in each for each in player.game.runs)
    player.game.refuses = "Unable to login into a world while already online or logging."
    assert "already online" in player.look(NOTHING, 1)


def test_texts_reach_the_client_as_they_are() -> None:
    player = Player(LoginConfig(server="[::1]:7172", account="ann", password='"\\\né', character="Ann"))
    player.look(NOTHING)
    assert '"\\034\\092\\010\\233"' in player.game.runs[-1] and '"\\058\\058\\049"' in player.game.runs[-1]


@pytest.mark.parametrize(
    ("config", "complaint"),
    [({"server": "nowhere"}, "'nowhere' is no host:port"), ({"version": 999}, "there is no protocol 999")],
)
def test_what_can_not_be_used(config: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        Player(LoginConfig(**{"server": "a:1", "account": "a", "password": "b", "character": "c", **config}))


def test_it_leaves_the_game_at_the_end() -> None:
    player = Player()
    player.look(NOTHING)
    player.look(ONLINE)
    player.login.end()
    assert "forceLogout" in player.game.runs[-1] and player.look(NOTHING, 100) == "" and player.attempts == 1
