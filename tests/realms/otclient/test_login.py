"""A client that logs in by itself: how often it tries, when, and what it says. The game is played by the test."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, cast

import pytest
from tests.conftest import run_in_host_thread as run

from tibicen.errors import ConfigError, RefusedError, TibicenError
from tibicen.realms.connections import LoginConfig
from tibicen.realms.otclient.client import Client
from tibicen.realms.otclient.login import ClientLogin

NOTHING, BEGUN = [False, False, "", False, False, 0], [True, False, "", True, False, 0]
ONLINE = [True, True, "", True, False, 0]
PATIENCE = 10.0


def ended(problem: str, *, refused: bool = False, wait: float = 0) -> list[Any]:
    return [False, False, problem, False, refused, wait]


def config(**more: Any) -> LoginConfig:
    said = {"server": "127.0.0.1:7172", "account": "ann", "password": 'se"cret', "character": "Ann"}
    return LoginConfig(**{**said, "retries": 3, "backoff_ms": 1, "settled_ms": 60_000, **more})


class Player:
    """Stands in for the client, too: answers what has become of the session, and keeps what it was told to run.

    Args:
        answers: what becomes of each attempt, in turn; of the last one for all that follow.
    """

    dialect = "mehah"

    def __init__(self, *answers: list[Any], **more: Any) -> None:
        self.session = NOTHING
        self.runs: list[str] = []
        self.said: list[tuple[str, str]] = []
        self.refuses = ""
        self._answers = deque(answers)
        self.login = ClientLogin(
            cast(Client, self), config(**more), lambda *line: self.said.append(line), look_seconds=0.001
        )

    def control(self, name: str, *_: Any) -> Any:
        return self.session if name == "game_session" else True

    def run(self, source: bytes, chunk: str = "") -> None:
        text = source.decode()
        self.runs.append(text)
        if "loginWorld" in text:
            if self.refuses:
                raise TibicenError(self.refuses)
            self.session = self._answers.popleft() if len(self._answers) > 1 else self._answers[0]
        elif "forceLogout" in text:
            self.session = NOTHING

    @property
    def attempts(self) -> int:
        return sum("loginWorld" in each for each in self.runs)

    @property
    def lines(self) -> list[str]:
        return [text for level, text in self.said if level != "debug"]

    async def until(self, so: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE):
            # What a client's modules do raises no event of the host, so there is nothing to wait for but time.
            while not so():  # noqa: ASYNC110
                await asyncio.sleep(0.001)


def play(scenario: Callable[[], Coroutine[Any, Any, None]]) -> None:
    run(scenario)


def test_it_logs_in_and_again_when_the_connection_is_lost() -> None:
    async def scenario() -> None:
        player = Player(ONLINE)
        player.login.begin(asyncio.get_running_loop())
        await player.until(lambda: player.login.state == "running")
        assert player.attempts == 1 and "setClientVersion(1098)" in player.runs[0]
        assert player.lines == ["logged in to 127.0.0.1:7172 as Ann"]
        player.session = ended("Connection reset by peer")
        await player.until(lambda: player.login.counts["sessions"] == 2)
        assert "127.0.0.1:7172 as Ann ended: Connection reset by peer; tries again in 0.0 s" in player.lines[1]
        assert player.attempts == 2 and player.login.problem == ""
        player.login.end()
        assert "forceLogout" in player.runs[-1] and player.login.state == "closed"
        await asyncio.sleep(0.02)
        assert player.attempts == 2

    play(scenario)


def test_the_wait_grows_and_it_gives_up() -> None:
    async def scenario() -> None:
        player = Player(ended("Connection refused"))
        with pytest.raises(OSError, match="Connection refused"):
            await player.login.keep()
        assert player.attempts == 4 and player.login.state == "failed"
        assert all("could not log in to 127.0.0.1:7172 as Ann: Connection refused" in each for each in player.lines)
        assert [each.partition("; ")[2].split(" in ")[0] for each in player.lines[:-1]] == ["tries again"] * 3
        assert player.said[-1][0] == "error" and "it has tried 4 times and gives up" in player.lines[-1]
        waits = [player.login.options.backoff(attempt, lambda: 1.0) for attempt in (1, 2, 3)]
        assert waits == [0.001, 0.002, 0.004]

    play(scenario)


def test_a_place_on_a_waiting_list_is_kept_for_as_long_as_the_server_says() -> None:
    async def scenario() -> None:
        player = Player(*[ended("Too many players online.", wait=0.03)] * 6, ONLINE, backoff_ms=60_000)
        began = asyncio.get_running_loop().time()
        await player.login.start()
        # More often than the retries that it has, each after the server's time.
        assert player.login.state == "running" and player.attempts == 7
        assert asyncio.get_running_loop().time() - began >= 6 * 0.03
        assert player.login.counts["failed_attempts"] == 0 and player.login.counts["put_off"] == 6
        assert "Too many players online.; tries again in 0.0 s" in player.lines[0]

    play(scenario)


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("Account name or password is not correct.", False),
        ("Only clients with protocol 13.10 allowed!", False),
        ("You are already connected through another client. Please use only one client at a time!", False),
        ("Gameworld is starting up. Please wait.", True),
        ("The game is just going down.\nPlease try again later.", True),
        ("You are already logged in.", True),
    ],
)
def test_what_a_server_would_say_again_is_asked_once(text: str, again: bool) -> None:
    async def scenario() -> None:
        player = Player(ended(text, refused=True), ONLINE)
        player.login.begin(asyncio.get_running_loop())
        await player.until(lambda: player.login.state in ("running", "failed"))
        assert (player.login.state, player.attempts) == (("running", 2) if again else ("failed", 1))
        assert text in player.lines[0] and ("gives up" in player.lines[0]) != again
        player.login.end()

    play(scenario)


@pytest.mark.parametrize(("settled", "most", "fails"), [(0, 9, False), (60_000, 3, True)])
def test_a_session_that_lasted_starts_the_count_anew(settled: int, most: int, fails: bool) -> None:
    async def scenario() -> None:
        player = Player(ONLINE, settled_ms=settled)
        player.login.begin(asyncio.get_running_loop())

        async def until_session(number: int) -> None:
            await player.until(lambda: player.login.counts["sessions"] == number)

        async def until_attempt(number: int) -> None:
            await player.until(lambda: player.attempts >= number or player.login.state == "failed")

        for number in range(1, most + 1):
            await until_session(number)
            player.session = ended("kicked")
        for number in (most + 1, most + 2):
            await until_attempt(number)
            player.session = ended("kicked")
        assert (player.login.state == "failed") == fails, "only one that is thrown out at once has failed"
        player.login.end()

    play(scenario)


def test_a_server_that_says_nothing_and_a_script_that_is_in_the_way() -> None:
    async def scenario() -> None:
        player = Player(BEGUN, timeout_ms=100, retries=0)
        with pytest.raises(TimeoutError, match="as Ann: no answer within 100 ms"):
            await player.login.start()
        assert any("cancelLogin" in each for each in player.runs)
        player.refuses = "Unable to login into a world while already online or logging."
        with pytest.raises(OSError, match="already online"):
            await player.login.start()

    play(scenario)


def test_texts_reach_the_client_as_they_are() -> None:
    async def scenario() -> None:
        player = Player(ONLINE, server="[::1]:7172", password='"\\\né')
        await player.login.start()
        assert '"\\034\\092\\010\\233"' in player.runs[-1] and '"\\058\\058\\049"' in player.runs[-1]

    play(scenario)


@pytest.mark.parametrize(
    ("more", "complaint"),
    [({"server": "nowhere"}, "'nowhere' is no host:port"), ({"version": 999}, "there is no protocol 999")],
)
def test_what_can_not_be_used(more: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        Player(ONLINE, **more)


def test_a_refusal_is_raised_as_one() -> None:
    async def scenario() -> None:
        player = Player(ended("Your character has been namelocked.", refused=True))
        with pytest.raises(RefusedError, match="namelocked"):
            await player.login.start()

    play(scenario)
