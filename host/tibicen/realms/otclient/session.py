"""A session of the game without a server: a client is told what one would tell it, from the login to the last word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tibicen.errors import TibicenError
from tibicen.realms.otclient.assets import write_assets
from tibicen.realms.otclient.client import Client
from tibicen.realms.otclient.session_events import PLAYER, Step, steps_for

__all__ = ["Failure", "SessionReport", "play_session"]

ASSETS = "assets"
PAUSE_MS = 50
"""Time between two events."""

AFTER_MS = 3000
"""Time that cooldowns and notices of a session have to run out."""

WRONG = ("error", "fatal")


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


class _Session:
    def __init__(self, client: Client, version: int) -> None:
        self._client = client
        self._report = SessionReport(version)
        self._version = version
        self._seen = len(client.log)

    def play(self, times: int, unload: bool) -> SessionReport:
        self._settle("before")
        self._provide_things()
        self._lua(f"g_game.setClientVersion({self._version})", "setClientVersion")
        self._lua(f"g_game.setProtocolVersion(g_game.getClientProtocolVersion({self._version}))", "setProtocolVersion")
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

    def _provide_things(self) -> None:
        folder = self._client.files.user_dir
        known = self._client.run(f"return g_resources.directoryExists('/things/{self._version}')".encode())
        if known:
            return
        if folder is None:
            raise TibicenError("a session needs files of things; give the client a folder to write to")
        write_assets(folder / ASSETS, self._version)
        self._client.files.mount(f"{folder / ASSETS}/", False)

    def _log_in(self) -> None:
        # What the login window leaves behind.
        self._lua("G.host, G.port, G.account, G.password = '127.0.0.1', 7171, 'tester', 'secret'", "login window")
        law = (857.36, 261.29, -4795.01) if self._version >= 981 else None
        login: dict[str, Any] = {"id": PLAYER, "name": "Tester", "world": "World", "beat": 50, "report_bugs": False}
        if law:
            login["speed_law"] = list(law)
        self._event("Login", login)
        if self._version >= 981:
            self._event("PendingGame")
        self._event("EnterGame")
        self._event("ExtendedOpcode", 0, "")
        self._event("GameStart")
        self._wait(500)
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
