"""What is said before a connection has its key: the challenge, the world's name, and the two kinds of first frame.

Layouts as real clients send them, 8.60 to 15.25; see docs/bridge.md for the table.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field, replace
from typing import Final

from tibicen.errors import WireError
from tibicen.native import MessageReader, Stack, adler32
from tibicen.protocol.rsa import BLOCK, PrivateKey, PublicKey

LOGIN_LIST: Final = 0x01
GAME_LOGIN: Final = 0x0A
CHALLENGE: Final = 0x1F

# Of a world's name and its line feed in front of the first frame; servers kick above some 25.
LONGEST_PRELUDE = 64

CLIENT_VERSION_SINCE = 980
CONTENT_REVISION_SINCE = 1071
AUTHENTICATOR_SINCE = 1072
SESSION_KEY_SINCE = 1074
VERSION_TEXT_SINCE = 1281
SEQUENCE_SINCE = 1290
ASSET_HASH_SINCE = 1334
BLOCKS_SINCE = 1405

# Systems of CipSoft's newer clients and of OTClient: servers number the frames of these.
NUMBERED_SYSTEMS = range(4, 13)


@dataclass(frozen=True, slots=True)
class FirstFrame:
    """A client's first frame, taken apart: `opcode` 0x01 asks for the list of characters, 0x0A enters the game.

    Attributes:
        body: the messages, the RSA block still closed in them.
        rsa_offset: where in `body` the block begins.
        second_rsa_offset: where the authenticator's block begins (0x01 from 10.72 on); 0 without one.
        number: the header's u32, when it is no Adler-32 of the body: opentibiabr numbers this frame 0. None otherwise.
        plain: the 128 bytes in the block, and in the second one.
    """

    opcode: int
    system: int
    version: int
    body: bytes
    rsa_offset: int
    plain: bytes = field(repr=False)
    second_rsa_offset: int = 0
    second_plain: bytes = field(default=b"", repr=False)
    number: int | None = None

    @property
    def key(self) -> bytes:
        """The 16 bytes of the XTEA key that the client chose."""
        return self.plain[1:17]

    def with_key(self, key: bytes) -> FirstFrame:
        """The same with another XTEA key."""
        return replace(self, plain=self.plain[:1] + key + self.plain[17:])


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a login block carries; bytes as they are on the wire.

    Attributes:
        account, password: of 0x01 and of game logins before 10.74; empty with a session key.
        session_key: of game logins from 10.74 on.
        character: of game logins.
        challenge: time and random byte that the client echoed; None in 0x01.
        gamemaster: the flag that old game clients send.
        token: an authenticator's, of 0x01 from 10.72 on; empty without one.
    """

    account: bytes = b""
    password: bytes = field(default=b"", repr=False)
    session_key: bytes = field(default=b"", repr=False)
    character: bytes = b""
    challenge: tuple[int, int] | None = None
    gamemaster: bool = False
    token: bytes = field(default=b"", repr=False)


def prelude_length(data: bytes | bytearray) -> int:
    """How many bytes of a world's name with its line feed stand in front of the first frame; 0 for none, -1 while
    that can't be told yet.

    A first frame is shorter than 256 bytes or blocks, so the second byte of its length is 0; a name has no 0 in it.
    (0x01 frames from 10.61 on are longer, but no name ever stands in front of those: ask for game connections only.)

    Raises:
        WireError: a name without an end.
    """
    if len(data) < 2:
        return -1
    if data[1] == 0:
        return 0
    end = data.find(b"\n", 0, LONGEST_PRELUDE)
    if end >= 0:
        return end + 1
    if len(data) >= LONGEST_PRELUDE:
        raise WireError(f"no frame, and no world's name within {LONGEST_PRELUDE} bytes")
    return -1


def read_first_frame(frame: bytes, stack: Stack, key: PrivateKey) -> FirstFrame:
    """Takes a client's whole first frame apart. No server checks its checksum on a game port, so neither does this.

    Raises:
        WireError: it is none, or its block was made with another key.
    """
    body, number = frame[6:], int.from_bytes(frame[2:6], "little")
    if len(body) < 5 + BLOCK:
        raise WireError(f"a first frame of {len(frame)} bytes has no room for an RSA block")
    counted = None if number == adler32(body) else number
    if stack is Stack.BLOCKS:
        padding = body[0]
        if padding + 1 > len(body):
            raise WireError(f"{padding} bytes of padding in a body of {len(body)}")
        body = body[1 : len(body) - padding]
    reader = MessageReader(body)
    opcode, system, version = reader.u8(), reader.u16(), reader.u16()
    second = 0
    if opcode == GAME_LOGIN:
        offset = _game_block(reader, version)
    elif opcode == LOGIN_LIST:
        offset = 5 + 12 + (5 if version >= CLIENT_VERSION_SINCE else 0)
        if version >= AUTHENTICATOR_SINCE and len(body) >= offset + 2 * BLOCK:
            second = len(body) - BLOCK
    else:
        raise WireError(f"a first frame begins with 0x01 or 0x0a, not with {opcode:#04x}")
    if offset + BLOCK > len(body):
        raise WireError(f"the RSA block would end behind the frame ({offset} + {BLOCK} of {len(body)} bytes)")
    plain = key.decrypt(body[offset : offset + BLOCK])
    second_plain = b""
    if second:
        try:
            second_plain = key.decrypt(body[second:])
        except WireError:
            # Some builds send noise there; it is passed on as it is.
            second = 0
    return FirstFrame(opcode, system, version, body, offset, plain, second, second_plain, counted)


def _game_block(reader: MessageReader, version: int) -> int:
    """Where the block of a game login begins."""
    offset = 5
    if version >= CLIENT_VERSION_SINCE:
        offset += 4
        reader.u32()
    if version >= VERSION_TEXT_SINCE:
        offset += 2 + len(reader.string())
    if version >= ASSET_HASH_SINCE:
        offset += 2 + len(reader.string())
    elif version >= CONTENT_REVISION_SINCE:
        offset += 2
    if version >= CLIENT_VERSION_SINCE:
        offset += 1
    return offset


def write_first_frame(first: FirstFrame, stack: Stack, key: PublicKey) -> bytes:
    """The whole frame, its blocks closed for `key`; the very bytes that came when neither key nor block changed."""
    body = bytearray(first.body)
    body[first.rsa_offset : first.rsa_offset + BLOCK] = key.encrypt(first.plain)
    if first.second_rsa_offset:
        body[first.second_rsa_offset :] = key.encrypt(first.second_plain)
    sealed = bytes(body)
    count = len(sealed) + 4
    if stack is Stack.BLOCKS:
        padding = -(len(sealed) + 1) % 8
        sealed = bytes((padding,)) + sealed + bytes(padding)
        count = len(sealed) // 8
    number = adler32(sealed) if first.number is None else first.number
    return struct.pack("<HI", count, number) + sealed


def stack_for(version: int, system: int, framing: Stack) -> Stack:
    """How the frames behind the first one are numbered: what a server decides by the client's version and system.

    `framing` is the port's: BLOCKS stays, of the others the checksum is chosen.
    """
    if framing is Stack.BLOCKS:
        return framing
    numbered = version >= SEQUENCE_SINCE and system in NUMBERED_SYSTEMS
    return Stack.SEQUENCE if numbered else Stack.ADLER


def stack_of(first: FirstFrame, framing: Stack) -> Stack:
    """As stack_for, of a client that has said its first frame."""
    return stack_for(first.version, first.system, framing)


def read_credentials(first: FirstFrame) -> Credentials:
    """What the block says of who logs in.

    Raises:
        WireError: its texts run past its end.
    """
    reader = MessageReader(first.plain[17:])
    if first.opcode == LOGIN_LIST:
        return Credentials(account=reader.string(), password=reader.string(), token=_token(first.second_plain))
    gamemaster = bool(reader.u8())
    if first.version >= SESSION_KEY_SINCE:
        session_key = reader.string()
        if first.system == 4:
            # CipSoft's own client for Linux; both servers skip two texts here.
            reader.string()
            reader.string()
        character = reader.string()
        challenge = (reader.u32(), reader.u8())
        return Credentials(session_key=session_key, character=character, challenge=challenge, gamemaster=gamemaster)
    account, character, password = reader.string(), reader.string(), reader.string()
    challenge = (reader.u32(), reader.u8())
    return Credentials(account, password, b"", character, challenge, gamemaster)


def _token(block: bytes) -> bytes:
    """What an authenticator's block says; some builds send noise there."""
    try:
        return MessageReader(block[1:]).string()
    except WireError:
        return b""


def without_secrets(first: FirstFrame) -> FirstFrame:
    """The same frame with everything that opens an account overwritten, lengths and all else as they were."""
    plain = bytearray(first.plain)
    for offset, length in _secret_texts(first):
        plain[offset : offset + length] = b"x" * length
    second = bytearray(first.second_plain)
    if second:
        # The authenticator's token; the rest of this block is filler.
        second[1:] = bytes(len(second) - 1)
    return replace(first, plain=bytes(plain), second_plain=bytes(second))


def _secret_texts(first: FirstFrame) -> list[tuple[int, int]]:
    at = 17 if first.opcode == LOGIN_LIST else 18
    texts = []
    for _ in range(3):
        length = int.from_bytes(first.plain[at : at + 2], "little")
        if at + 2 + length > len(first.plain):
            break
        texts.append((at + 2, length))
        at += 2 + length
    if first.opcode == LOGIN_LIST:
        return texts[:2]
    if first.version >= SESSION_KEY_SINCE:
        return texts[:1]
    return [*texts[:1], *texts[2:3]]
