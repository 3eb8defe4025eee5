"""What a client says first: its login frame, on the game port and on the login port, and what the latter answers."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tibicen.errors import WireError
from tibicen.native import Stack
from tibicen.protocol.handshake import (
    AUTHENTICATOR_SINCE,
    BLOCKS_SINCE,
    SESSION_KEY_SINCE,
    FirstFrame,
    stack_for,
    write_first_frame,
)
from tibicen.protocol.rsa import BLOCK, PublicKey, open_tibia_key
from tibicen.protocol.versions import Protocol, load_protocol
from tibicen.protocol.wire_state import WireState

CANARY_SINCE: Final = 1100
"""The first version with session keys that Canary speaks; those before it are TFS's."""

OTCLIENT_LINUX: Final = 10
"""The system that OTClient says it runs on; servers speak extended opcodes with systems from 10 on."""


class LoginRefusedError(WireError):
    """A login server's answer: it does not let the account in. The text is the server's."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who logs in, and as what kind of client. Texts of the wire are Latin-1.

    Attributes:
        session_key: of a login port or web login; without one versions from 10.74 on send account and password in its
            place, as servers without a login port of their own take it.
        key: what the server's login blocks are closed with.
    """

    account: str
    password: str = field(repr=False)
    character: str = ""
    session_key: str = field(default="", repr=False)
    version: int = 1098
    system: int = OTCLIENT_LINUX
    key: PublicKey = field(default_factory=open_tibia_key, repr=False, compare=False)


def first_stack(version: int) -> Stack:
    """How the frames before the key are framed."""
    return Stack.BLOCKS if version >= BLOCKS_SINCE else Stack.ADLER


def later_stack(credentials: Login) -> Stack:
    """How the frames behind the login frame are framed."""
    return stack_for(credentials.version, credentials.system, first_stack(credentials.version))


def game_frame(credentials: Login, xtea: bytes, challenge: tuple[int, int]) -> bytes:
    """The first frame on a game port, whole; the challenge is the server's, time and random byte.

    Raises:
        WireError: the names are too long for the block.
    """
    protocol = load_protocol(credentials.version)
    session_key = credentials.session_key or _own_session_key(credentials)
    secret = {
        "zero": 0,
        "key": xtea,
        "game_master": 0,
        "session_key": session_key if credentials.version >= SESSION_KEY_SINCE else "",
        "account": credentials.account,
        "character": credentials.character,
        "password": credentials.password,
        "timestamp": challenge[0],
        "random": challenge[1],
        "filler": b"",
    }
    fields = {
        **_head(credentials),
        "version_text": str(credentials.version),
        "asset_hash": "",
        "content_revision": 0,
        "secret": (plain := _plain(protocol, "game_secret", secret)),
    }
    body = protocol.encode("client", "game_login", fields, WireState())
    return _frame(credentials, body, plain, first_stack(credentials.version))


def list_frame(credentials: Login, xtea: bytes) -> bytes:
    """The first and only frame on a login port: asks for the characters of an account.

    Raises:
        WireError: the names are too long for the block.
    """
    protocol = load_protocol(credentials.version)
    account = {"account": credentials.account, "password": credentials.password}
    secret = {"zero": 0, "key": xtea, **account, "filler": b""}
    fields = {
        **_head(credentials),
        "content_revision": 0,
        "zero": 0,
        "things": 0,
        "sprites": 0,
        "pictures": 0,
        "secret": (plain := _plain(protocol, "account_secret", secret)),
    }
    # No token: the block is all zeros, but servers from 10.72 on open whatever stands in the last 128 bytes.
    token = bytes(BLOCK) if credentials.version >= AUTHENTICATOR_SINCE else b""
    if token:
        fields |= {"renderer_kind": 1, "renderer_version": 1, "renderer": "", "driver": "", "token_secret": token}
    body = protocol.encode("login_client", "enter_account", fields, WireState())
    return _frame(credentials, body, plain, Stack.ADLER, token)


def _head(credentials: Login) -> dict[str, Any]:
    version = credentials.version
    return {"os": credentials.system, "version": version, "client_version": version, "preview": 0, "tail": b""}


def _own_session_key(credentials: Login) -> str:
    """What the login ports of servers that keep no sessions give out: Canary's two parts, before 11.00 TFS's four, of
    which the third is the token and the last the time in steps of 30 s."""
    two = f"{credentials.account}\n{credentials.password}"
    return two if credentials.version >= CANARY_SINCE else f"{two}\n\n{int(time.time()) // 30}"


def _plain(protocol: Protocol, structure: str, fields: dict[str, Any]) -> bytes:
    """What is in the login block, as long as the block."""
    plain = protocol.encode_structure(structure, fields, WireState())
    if len(plain) > BLOCK:
        raise WireError(f"names and password take {len(plain)} bytes in the login block, which has {BLOCK}")
    return plain.ljust(BLOCK, b"\0")


def _frame(credentials: Login, body: bytes, plain: bytes, stack: Stack, token: bytes = b"") -> bytes:
    """The frame of a body in which the block is still open; and that of the token, which is its end."""
    second = len(body) - BLOCK if token else 0
    offset = body.index(plain)
    first = FirstFrame(body[0], credentials.system, credentials.version, body, offset, plain, second, token)
    return write_first_frame(first, stack, credentials.key)


def with_list(credentials: Login, messages: bytes) -> Login:
    """The same with what a login port answered: the session key, and the first character where none was named.

    Raises:
        LoginRefusedError: the account was not let in, or has no character.
        WireError: the answer can't be read.
    """
    answer = {each.name: each.fields for each in load_protocol(credentials.version).decode(
        "login_server", messages, WireState()
    )}  # fmt: skip
    for name in ("login_error", "login_error_new"):
        if name in answer:
            raise LoginRefusedError(answer[name]["text"])
    if "character_list" not in answer:
        raise WireError(f"no list of characters came, but {', '.join(answer) or 'nothing'}")
    names = [row["name"] for row in answer["character_list"]["characters"]]
    if not credentials.character and not names:
        raise LoginRefusedError(f"account {credentials.account!r} has no character")
    return replace(
        credentials,
        session_key=answer.get("session_key", {}).get("key", ""),
        character=credentials.character or names[0],
    )
