"""The game port: challenge, login, and then one message after the other, to the world and from it."""

from __future__ import annotations

import secrets
import struct
import time

from tibicen.errors import TibicenError, WireError
from tibicen.native import adler32
from tibicen.protocol.extended import OTCLIENT_SYSTEMS
from tibicen.protocol.handshake import CHALLENGE, GAME_LOGIN, Credentials, FirstFrame, read_credentials
from tibicen.realms.canary.wire.accounts import TokenNeeded
from tibicen.realms.canary.wire.entrance import TOKEN_NEEDED, Refused
from tibicen.realms.canary.wire.login_port import error_message, other_version
from tibicen.realms.canary.wire.options import VERSIONS
from tibicen.realms.canary.wire.peer import Peer, log
from tibicen.realms.canary.wire.world import WireWorld

ERROR, WAITING = 0x14, 0x16
BROKEN = "Your character could not be loaded."


class GamePeer(Peer):
    """One client in the game."""

    def __init__(self, world: WireWorld, number: int) -> None:
        super().__init__(world.options, "game")
        self.number = number
        """That of the connection, for the world."""
        self.character = ""
        self._world = world
        self._challenge = (int(time.time()) & 0xFFFFFFFF, secrets.randbelow(256))

    def admit(self) -> str:
        return self._world.admit(self.address)

    def opened(self) -> None:
        body = struct.pack("<HBIB", 6, CHALLENGE, *self._challenge)
        self.write(struct.pack("<HI", len(body) + 4, adler32(body)) + body)

    def lost(self) -> None:
        self._world.leave(self.address)
        self._world.lost(self)

    def first(self, first: FirstFrame) -> None:
        if first.opcode != GAME_LOGIN:
            self.close(f"a request for characters (0x{first.opcode:02X}) on the game port")
            return
        if first.version not in VERSIONS:
            self.refuse(other_version(), f"a client of version {first.version}")
            return
        credentials = read_credentials(first)
        if credentials.challenge != self._challenge:
            self.close("the challenge was answered wrongly")
            return
        if banned := self._world.ban(self.address):
            self.refuse(banned, "the address is banned")
            return
        self.work(self._log_in(first, credentials))

    async def _log_in(self, first: FirstFrame, credentials: Credentials) -> None:
        try:
            account = await self._world.entrance.take(self.address, credentials.session_key)
        except Refused as refused:
            self.refuse(refused.text, "a wrong session key" if refused.guessed else refused.text)
            return
        except TokenNeeded:
            self.refuse(TOKEN_NEEDED, "an authenticator's token was missing or wrong")
            return
        if self.closed:
            return
        wanted = credentials.character.decode("latin-1")
        name = next((each for each in account.characters if each.lower() == wanted.lower()), None)
        if name is None:
            self.refuse("Character not found.", f"account {account.name!r} has no character of the name asked for")
            return
        client = {"version": first.version, "system": first.system, "extended": first.system >= OTCLIENT_SYSTEMS}
        # It may have to wait for its turn; the timer of logins is not meant for that.
        self.wait(self.options.limits.silence_seconds, "nothing came")
        try:
            await self._world.arrive(self, name, dict(account.characters[name]), {**client, "address": self.address})
        except TibicenError as error:
            log.error("%s could not come into the game: %s", name, error)
            self.refuse(BROKEN, f"{name}: {BROKEN}")
            return
        except Refused as refused:
            self.refuse(refused.text, f"{name}: {refused.text}", refused.seconds)
            return
        self.character = name
        log.info("game port: %s came into the game from %s (version %d)", name, self.address, first.version)

    def refuse(self, text: str, reason: str, seconds: int = 0) -> None:
        """Tells the client why it can't come in and, if it waits for a place, when to ask again; then closes."""
        self.send(error_message(WAITING, text) + bytes([seconds]) if seconds else error_message(ERROR, text))
        self.close(reason)

    def message(self, data: bytes) -> None:
        self.wait(self.options.limits.silence_seconds, "nothing came")
        problem = self._world.message(self, data)
        if problem:
            raise WireError(f"{self.character}: {problem}")
