"""The client's role on the wire: a client of a running host that logs in by itself, and again when it is lost."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import structlog

from tibicen.errors import ConfigError, LaterError, RefusedError, TibicenError
from tibicen.protocol.integration import RETRIED, Integration, IntegrationOptions
from tibicen.protocol.versions import VERSIONS
from tibicen.realms.connections import LoginConfig
from tibicen.realms.otclient.client import Client
from tibicen.realms.otclient.wire_features import setup_chunk

LOOK_SECONDS: Final = 0.02
"""How often it looks what has become of the session: about once a frame."""

LATER: Final = re.compile(
    r"try again|re-?connect|please wait|starting up|already logged in|already online|at the same time|protection zone",
    re.IGNORECASE,
)
"""What servers say (protocolgame.cpp) to somebody who may come in at another time; whatever else they say, such as that
the password is wrong, they would say again."""

Say = Callable[[str, str], None]
"""Level and text of a line of the log."""

_log = structlog.get_logger("tibicen.client")


class _Session(NamedTuple):
    """What has become of the session that began last; see the control `game_session`."""

    begun: bool
    online: bool
    problem: str
    connected: bool
    refused: bool
    wait: float


class ClientLogin(Integration):
    """The login of one client, whose frames somebody else runs.

    Args:
        client: its own modules and wire are there; here it is only driven, as by a player who types.
        config: what the owner says.
        say: tells the owner.
        look_seconds: for tests.

    Raises:
        ConfigError: the owner says what can't be.
    """

    kind = "client"

    def __init__(self, client: Client, config: LoginConfig, say: Say, *, look_seconds: float = LOOK_SECONDS) -> None:
        super().__init__(
            IntegrationOptions(
                timeout=config.timeout_ms,
                retry_count=config.retries,
                backoff_ms=config.backoff_ms,
                longest_backoff_ms=config.longest_backoff_ms,
                settled_ms=config.settled_ms,
            )
        )
        self._client = client
        self._config = config
        self._host, self._port = _checked(config)
        self._say = say
        self._look_seconds = look_seconds
        self._set_up = False
        self._kept: asyncio.Task[None] | None = None

    @property
    def _where(self) -> str:
        return f"{self._config.server} as {self._config.character}"

    # -- the life of an integration -----------------------------------------------------------------------

    async def initialize(self) -> None:
        """Sets the client up for the protocol's version, once."""
        if self._set_up:
            return
        self._client.run(setup_chunk(self._config.version, features=self._client.dialect == "mehah"))
        if self._client.control("game_without_things"):
            self.told("debug", "no module has loaded a Tibia.dat: every item is taken for a plain one")
        self._set_up = True

    async def connect(self) -> None:
        """Connects, and has the client answer the server's challenge with its login."""
        config = self._config
        key = f"{config.account}\n{config.password}"
        texts = [config.account, config.password, "", self._host, config.character, "", key]
        account, password, world, host, character, token, session = map(_quoted, texts)
        try:
            self._client.run(
                f"g_game.loginWorld({account}, {password}, {world}, {host}, {self._port}, {character}, {token}, "
                f"{session})".encode(),
                "login",
            )
        except TibicenError as error:
            raise self._no_login(str(error)) from None
        await self._until(lambda session: session.connected or session.online)

    async def authenticate(self) -> None:
        """Waits until the server lets the character in."""
        await self._until(lambda session: session.online)

    async def communicate(self) -> None:
        self.counts["sessions"] += 1
        self.told("info", f"logged in to {self._where}")

    async def lost(self) -> Exception:
        # What the client's modules do raises no event of the host.
        while (session := self._session()).online:  # noqa: ASYNC110
            await asyncio.sleep(self._look_seconds)
        text = f"the connection to {self._where} ended: {session.problem or 'the server closed it'}"
        return _error_of(text, session)

    async def disconnect(self) -> None:
        """Leaves the game, as a player who logs out; a character that may not leave yet stays without a client."""
        self._leave()

    def monitor(self) -> dict[str, Any]:
        playing = {"character": self._config.character, "version": self._config.version}
        return {
            **super().monitor(),
            "ports": [{"kind": "game", "to": self._config.server}],
            "sessions": [playing] if self.state == "running" else [],
        }

    def told(self, level: str, text: str) -> None:
        self._say(level, text)

    # -- of a client in the host --------------------------------------------------------------------------

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Keeps it logged in from now on, in a task of its own. Idempotent."""
        if self._kept is None:
            self._kept = loop.create_task(self._keep(), name=f"login to {self._where}")

    def end(self) -> None:
        """Leaves the game at once, and for good. Idempotent."""
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.cancel()
        self._leave()
        self.state = "closed"

    async def _keep(self) -> None:
        try:
            await self.keep()
        except RETRIED:
            # It has been told.
            return
        except Exception:
            self.state = "failed"
            _log.exception("a login failed by a mistake of the host", where=self._where)

    # -- the session of the client ------------------------------------------------------------------------

    def _session(self) -> _Session:
        answer: Any = self._client.control("game_session")
        begun, online, problem, connected, refused, wait = answer
        return _Session(bool(begun), bool(online), _text(problem), bool(connected), bool(refused), float(wait))

    async def _until(self, done: Callable[[_Session], bool]) -> None:
        while not done(session := self._session()):
            if not session.begun:
                raise self._no_login(session.problem or "the server closed the connection", session)
            await asyncio.sleep(self._look_seconds)

    def late(self) -> str:
        return f"could not log in to {self._where}: {super().late()}"

    def _no_login(self, why: str, session: _Session | None = None) -> Exception:
        return _error_of(f"could not log in to {self._where}: {why}", session)

    def _leave(self) -> None:
        with contextlib.suppress(TibicenError):
            if self._session().begun:
                self._client.run(b"if g_game.isOnline() then g_game.forceLogout() else g_game.cancelLogin() end")


def _error_of(text: str, session: _Session | None) -> Exception:
    if session is not None and session.wait:
        return LaterError(text, session.wait)
    if session is not None and session.refused and not LATER.search(session.problem):
        return RefusedError(text)
    return ConnectionError(text)


def _checked(config: LoginConfig) -> tuple[str, int]:
    host, colon, port = config.server.rpartition(":")
    if not colon or not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ConfigError(f"login.server in host.yaml: {config.server!r} is no host:port")
    if config.version not in VERSIONS:
        known = ", ".join(map(str, VERSIONS))
        raise ConfigError(f"login.version in host.yaml: there is no protocol {config.version}; there are {known}")
    return host.strip("[]"), int(port)


def _quoted(text: str) -> str:
    """A string of Lua, whatever is in it."""
    return '"' + "".join(f"\\{byte:03d}" for byte in text.encode("latin-1", "replace")) + '"'


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
