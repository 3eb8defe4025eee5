"""A session of the game without a server: a client is told what one would tell it, from the login to the last word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tibicen.errors import TibicenError
from tibicen.realms.otclient.assets import write_assets
from tibicen.realms.otclient.client import Client
from tibicen.realms.otclient.session_events import steps_for
from tibicen.realms.otclient.session_steps import PLAYER, Step

__all__ = ["Failure", "SessionReport", "enter_game", "leave_game", "play_session"]

ASSETS = "assets"
PAUSE_MS = 50
"""Time between two events."""

AFTER_MS = 3000
"""Time that cooldowns and notices of a session have to run out."""

LOGIN_MS = 500
"""Time for modules to take in that the game has begun."""

WRONG = ("error", "fatal")

LOGIN_WINDOW = "if G then G.host, G.port, G.account, G.password = '127.0.0.1', 7171, 'tester', 'secret' end"
PROTOCOL = """
local of = g_game.getClientProtocolVersion
g_game.setProtocolVersion(of and of(%d) or %d)
"""


@dataclass(frozen=True)
class Failure:
    """What a client logged as an error in a session."""

    step: str
    text: str


@dataclass
class SessionReport:
    """What came of a session."""

    version: int
    events: int = 0
    sent: int = 0
    """Packets that modules had the client send."""
    failures: list[Failure] = field(default_factory=list)

    @property
    def lua_errors(self) -> list[Failure]:
        """Failures that are errors of scripts, or of the engine's functions that they called."""
        return [each for each in self.failures if "stack traceback" in each.text or "LUA ERROR" in each.text]


def play_session(client: Client, version: int, *, times: int = 2, unload: bool = False) -> SessionReport:
    """Plays: version, login, all events of `session_events`, logout; `times` over, as who logs in again.

    Args:
        client: one whose modules are loaded and that has begun to run. It needs a folder to write to: files of things
            are made there for a version that has none.
        unload: whether to unload all modules afterwards, as a client that ends does.

    Raises:
        TibicenError: the client does not take the version. What scripts do wrong is in the report.
    """
    return _Session(client, version).play(times, unload)


def provide_things(client: Client, version: int) -> None:
    """Makes small files of things for a version that the client has none of."""
    if client.run(f"return g_resources.directoryExists('/things/{version}')".encode()):
        return
    folder = client.files.user_dir
    if folder is None:
        raise TibicenError("a session needs files of things; give the client a folder to write to")
    write_assets(folder / ASSETS, version)
    client.files.mount(f"{folder / ASSETS}/", False)


def login_events(version: int, name: str = "Tester") -> Iterator[tuple[Any, ...]]:
    """What a server tells a client whose character enters the game: events with their arguments."""
    login: dict[str, Any] = {"id": PLAYER, "name": name, "world": "World", "beat": 50, "report_bugs": False}
    if version >= 981:
        login["speed_law"] = [857.36, 261.29, -4795.01]
    yield ("Login", login)
    if version >= 981:
        yield ("PendingGame",)
    yield ("EnterGame",)
    yield ("ExtendedOpcode", 0, "")
    yield ("GameStart",)


def enter_game(client: Client, version: int, name: str = "Tester") -> None:
    """Has a character enter the game, as modules see it, without a server.

    Raises:
        TibicenError: the client does not take the version.
    """
    provide_things(client, version)
    client.run(f"g_game.setClientVersion({version})".encode())
    client.run(f"g_game.setProtocolVersion({version})".encode())
    if client.run(b"return g_game.getClientVersion()") != version:
        raise TibicenError(f"the client does not take version {version}; its log tells why")
    for event, *arguments in login_events(version, name):
        client.control("game_event", event, *arguments)


def leave_game(client: Client) -> None:
    """The character leaves the game."""
    client.control("game_event", "GameEnd")
    client.control("game_event", "Disconnect")


class _Session:
    def __init__(self, client: Client, version: int) -> None:
        self._client = client
        self._report = SessionReport(version)
        self._version = version
        self._seen = len(client.log)

    def play(self, times: int, unload: bool) -> SessionReport:
        self._settle("before")
        provide_things(self._client, self._version)
        self._lua(f"g_game.setClientVersion({self._version})", "setClientVersion")
        # Most versions speak the protocol of their own number; gamelib knows those that do not.
        self._lua(PROTOCOL % (self._version, self._version), "setProtocolVersion")
        if self._client.run(b"return g_game.getClientVersion()") != self._version:
            raise TibicenError(f"the client does not take version {self._version}; its log tells why")
        for _ in range(times):
            self._log_in()
            self._tell(steps_for(self._version, self._client.dialect))
            self._event("GameEnd")
            self._event("Disconnect")
            self._wait(AFTER_MS)
            self._settle("after the session")
        if unload:
            self._lua("g_modules.unloadModules()", "unloadModules")
            self._wait(200)
            self._settle("after unloading")
        return self._report

    def _log_in(self) -> None:
        # What the login window leaves behind.
        self._lua(LOGIN_WINDOW, "login window")
        for event, *arguments in login_events(self._version):
            self._event(event, *arguments)
        self._wait(LOGIN_MS)
        self._settle("onGameStart")

    def _tell(self, steps: Iterable[Step]) -> None:
        for step in steps:
            owner, dot, event = step.name.partition(".")
            if step.name == "do":
                self._do(step.arguments[0])
            elif dot:
                self._client.control("game_raise", owner, event, *step.arguments)
            else:
                self._client.control("game_event", step.name, *step.arguments)
            self._report.events += 1
            self._wait(PAUSE_MS)
            self._settle(step.name)

    def _do(self, chunk: str) -> None:
        try:
            self._client.run(chunk.encode(), "session")
        except TibicenError as problem:
            self._report.failures.append(Failure(chunk, f"LUA ERROR: {problem}"))

    def _event(self, name: str, *arguments: Any) -> None:
        self._client.control("game_event", name, *arguments)
        self._settle(name)

    def _lua(self, source: str, name: str) -> None:
        self._client.run(source.encode(), name)
        self._wait(PAUSE_MS)
        self._settle(name)

    def _wait(self, ms: int) -> None:
        self._client.advance(ms)

    def _settle(self, step: str) -> None:
        """Takes note of what the client logged since."""
        log = self._client.log
        for level, text in log[self._seen :]:
            if level in WRONG and step != "before":
                self._report.failures.append(Failure(step, text))
        self._seen = len(log)
        sent = self._client.control("game_sent")
        self._report.sent += len(sent) if isinstance(sent, list) else 0
