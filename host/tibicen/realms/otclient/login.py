"""A client of a running host that logs in by itself, and does so again when its connection is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tibicen.errors import ConfigError, TibicenError
from tibicen.protocol.integration import IntegrationOptions
from tibicen.protocol.versions import VERSIONS
from tibicen.realms.connections import LoginConfig
from tibicen.realms.otclient.client import Client
from tibicen.realms.otclient.wire_features import setup_chunk
from tibicen.vm.marshal import Plain

SETTLED_SECONDS = 30.0
"""A session that lasted so long was a good one: the next loss counts from the beginning."""

Say = Callable[[str, str], None]
"""Level and text of a line of the log."""


class ClientLogin:
    """The login of one client; looked after in each of its frames.

    Args:
        client: its own modules and wire are there; here it is only driven, as by a player who types.
        config: what the owner says.
        say: tells the owner.
        options: for tests; as the config says unless given.
    """

    def __init__(
        self, client: Client, config: LoginConfig, say: Say, options: IntegrationOptions | None = None
    ) -> None:
        host, colon, port = config.server.rpartition(":")
        if not colon or not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise ConfigError(f"login.server in host.yaml: {config.server!r} is no host:port")
        if config.version not in VERSIONS:
            known = ", ".join(map(str, VERSIONS))
            raise ConfigError(f"login.version in host.yaml: there is no protocol {config.version}; there are {known}")
        self._client = client
        self._config = config
        self._host, self._port = host.strip("[]"), int(port)
        self._say = say
        self._options = options or IntegrationOptions(timeout=config.timeout_ms, retry_count=config.retries)
        self._failed = 0
        self._state = "new"
        self._since = self._due = 0.0
        self.sessions = 0
        """How many began."""

    @property
    def _where(self) -> str:
        return f"{self._config.server} as {self._config.character}"

    def look(self, now: float) -> None:
        """Does what is due. Called in each frame, with seconds that only grow."""
        if self._state in ("new", "waiting"):
            if now >= self._due:
                self._begin(now)
            return
        if self._state == "given up":
            return
        answer: Any = self._client.control("game_session")
        begun, online, problem = bool(answer[0]), bool(answer[1]), _text(answer[2])
        if self._state == "logging in":
            if online:
                self._state, self._since = "online", now
                self.sessions += 1
                self._say("info", f"logged in to {self._where}")
            elif not begun:
                self._lost(now, f"could not log in to {self._where}: {problem or 'the server closed the connection'}")
            elif now - self._since > self._options.timeout / 1000:
                self._client.run(b"g_game.cancelLogin()")
                self._lost(now, f"could not log in to {self._where}: no answer within {self._options.timeout} ms")
        elif not online:
            if now - self._since >= SETTLED_SECONDS:
                self._failed = 0
            self._lost(now, f"the connection to {self._where} ended: {problem or 'the server closed it'}")

    def _begin(self, now: float) -> None:
        config = self._config
        first, self._state, self._since = self._state == "new", "logging in", now
        try:
            if first:
                self._set_up()
            key = f"{config.account}\n{config.password}"
            texts = [config.account, config.password, "", self._host, config.character, "", key]
            account, password, world, host, character, token, session = map(_quoted, texts)
            self._client.run(
                f"g_game.loginWorld({account}, {password}, {world}, {host}, {self._port}, {character}, {token}, "
                f"{session})".encode(),
                "login",
            )
        except TibicenError as error:
            self._lost(now, f"could not log in to {self._where}: {error}")

    def _set_up(self) -> None:
        self._client.run(setup_chunk(self._config.version, features=self._client.dialect == "mehah"))
        if self._client.control("game_without_things"):
            self._say("debug", "no module has loaded a Tibia.dat: every item is taken for a plain one")

    def _lost(self, now: float, what: str) -> None:
        self._failed += 1
        if self._failed > self._options.retry_count:
            self._state = "given up"
            self._say("error", f"{what}; it has tried {self._failed} times and gives up until it is reloaded")
            return
        wait = self._options.backoff(self._failed)
        self._state, self._due = "waiting", now + wait
        self._say("warn", f"{what}; tries again in {wait:.1f} s")

    def end(self) -> None:
        """Leaves the game, as a player who logs out; a character that may not leave yet stays without a client."""
        if self._state in ("logging in", "online"):
            self._client.run(b"if g_game.isOnline() then g_game.forceLogout() else g_game.cancelLogin() end")
        self._state = "given up"

    def describe(self) -> dict[str, Plain]:
        """For `tibicen plugins info`."""
        return {"server": self._config.server, "character": self._config.character, "state": self._state}


def _quoted(text: str) -> str:
    """A string of Lua, whatever is in it."""
    return '"' + "".join(f"\\{byte:03d}" for byte in text.encode("latin-1", "replace")) + '"'


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
