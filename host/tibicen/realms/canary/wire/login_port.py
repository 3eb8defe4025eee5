"""The login port: a client asks for the list of characters (0x01) and is told where they are."""

from __future__ import annotations

import zlib

from tibicen.native import MessageWriter
from tibicen.protocol.handshake import (
    AUTHENTICATOR_SINCE,
    LOGIN_LIST,
    SESSION_KEY_SINCE,
    Credentials,
    FirstFrame,
    read_credentials,
)
from tibicen.realms.canary.wire.accounts import Account, TokenNeeded
from tibicen.realms.canary.wire.entrance import TOKEN_NEEDED, Refused
from tibicen.realms.canary.wire.options import VERSIONS
from tibicen.realms.canary.wire.peer import Peer
from tibicen.realms.canary.wire.world import WireWorld

ERROR, TOKEN_ERROR, MOTD, SESSION_KEY, CHARACTERS = 0x0B, 0x0D, 0x14, 0x28, 0x64


class LoginPeer(Peer):
    """One client that asks for its characters; the server closes behind its answer."""

    def __init__(self, world: WireWorld) -> None:
        super().__init__(world.options, "login")
        self._world = world

    def admit(self) -> str:
        return self._world.admit(self.address)

    def lost(self) -> None:
        self._world.leave(self.address)

    def first(self, first: FirstFrame) -> None:
        if first.opcode != LOGIN_LIST:
            self.close(f"a game login (0x{first.opcode:02X}) on the login port")
            return
        if first.version not in VERSIONS:
            self._refuse(other_version(), f"a client of version {first.version}")
            return
        # TFS looks at it on the game port only.
        banned = self._world.ban(self.address) if self._world.server.dialect == "canary" else ""
        if banned:
            self._refuse(banned, "the address is banned")
            return
        self.work(self._log_in(first.version, read_credentials(first)))

    async def _log_in(self, version: int, given: Credentials) -> None:
        try:
            account = await self._world.entrance.open(self.address, given.account, given.password, given.token)
        except Refused as refused:
            self._refuse(refused.text, "wrong account name or password" if refused.guessed else refused.text)
            return
        except TokenNeeded:
            if version >= AUTHENTICATOR_SINCE:
                # Clients ask for the token then, and come again with it.
                self.send(bytes((TOKEN_ERROR, 0)))
                self.close("an authenticator's token was missing or wrong")
            else:
                self._refuse(TOKEN_NEEDED, "an authenticator's token is needed, which such a client can't send")
            return
        if self.closed:
            return
        self.send(self._list(account, version))
        self.close("the list of characters was sent", expected=True)

    def _refuse(self, text: str, reason: str) -> None:
        self.send(error_message(ERROR, text))
        self.close(reason)

    def _list(self, account: Account, version: int) -> bytes:
        options = self._world.options
        message = MessageWriter()
        if options.motd:
            message.u8(MOTD)
            number = zlib.crc32(options.motd.encode()) % 10_000
            message.string(f"{number}\n{options.motd}".encode("latin-1", "replace"))
        if version >= SESSION_KEY_SINCE:
            message.u8(SESSION_KEY)
            message.string(self._world.entrance.give(account, self.address).encode())
        message.u8(CHARACTERS)
        message.u8(1)
        message.u8(0)
        message.string(options.name.encode("latin-1", "replace"))
        message.string(options.address.encode())
        message.u16(self._world.game_port)
        message.u8(0)
        names = list(account.characters)[:255]
        message.u8(len(names))
        for name in names:
            message.u8(0)
            message.string(name.encode("latin-1", "replace"))
        # Status of the account, whether it is paid for, and until when.
        message.u8(0)
        message.u8(int(account.premium_until > 0))
        message.u32(account.premium_until)
        return message.getvalue()


def error_message(opcode: int, text: str) -> bytes:
    """A message that tells why somebody can't come in."""
    message = MessageWriter()
    message.u8(opcode)
    message.string(text.encode("latin-1", "replace"))
    return message.getvalue()


def other_version() -> str:
    """What clients of versions that are not let in are told."""
    shown = [f"{version // 100}.{version % 100:02}" for version in VERSIONS]
    return f"Only clients with protocol {', '.join(shown[:-1])} and {shown[-1]} allowed!"
