"""Readers in Python of what comes from the network, under hypothesis; the others have theirs beside their own tests.

Those are tests/protocol/test_{status,status_server,handshake,extended,flow,rsa,program}.py.
"""

from __future__ import annotations

import zlib

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fuzz.inputs import KEY
from tests.protocol.plain_codec import outcome

from tibicen.errors import WireError
from tibicen.native.framing import Flags, Sealer, Stack
from tibicen.protocol.characters import rewrite_list
from tibicen.protocol.frames import LARGEST, FrameCodec, deflate, inflate
from tibicen.protocol.http_request import OneRequest, Request
from tibicen.protocol.versions import VERSIONS, load_protocol
from tibicen.protocol.wire_state import WireState

STACKS = st.sampled_from([Stack.ADLER, Stack.SEQUENCE, Stack.BLOCKS])
CHANGES = st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 255)), max_size=3)


@st.composite
def frames(draw: st.DrawFn) -> tuple[Stack, bool, bool, bytes]:
    """A frame of our own, and mostly something wrong with it."""
    stack, encrypted, login = draw(STACKS), draw(st.booleans()), draw(st.booleans())
    messages = draw(st.binary(max_size=200))
    compressed = stack != Stack.ADLER and not login and draw(st.booleans())
    sealer = Sealer(stack, KEY if encrypted and not login else None)
    flags = Flags.RAW_BODY | Flags.ADLER if login and stack != Stack.BLOCKS else Flags.NONE
    frame = bytearray(sealer.seal(deflate(messages) if compressed else messages, flags=flags, compressed=compressed))
    for at, value in draw(CHANGES):
        frame[at % len(frame)] = value
    return stack, encrypted, login, bytes(frame[: len(frame) - draw(st.sampled_from((0, 0, 1, 8)))])


@given(frames())
@settings(max_examples=150, deadline=None)
def test_a_frame_is_refused_or_built_again(case: tuple[Stack, bool, bool, bytes]) -> None:
    stack, encrypted, login, raw = case
    codec = FrameCodec(stack)
    codec.xtea = KEY if encrypted and not login else None
    opened = outcome(lambda: codec.open(raw, login=login))
    if opened is not None:
        assert codec.build(opened.sent, opened.filler, opened.number, login=login) == raw
        assert len(opened.messages) <= LARGEST


@given(st.binary(max_size=300), CHANGES, st.integers(0, 9))
@settings(max_examples=100, deadline=None)
def test_what_is_inflated_is_one_whole_stream(plain: bytes, changes: list[tuple[int, int]], level: int) -> None:
    packed = bytearray(deflate(plain, level))
    assert inflate(bytes(packed)) == plain
    for at, value in changes:
        packed[at % len(packed)] = value
    found = outcome(lambda: inflate(bytes(packed)))
    if found is not None:
        assert zlib.decompress(bytes(packed), -15) == found


def test_a_stream_that_swells_is_refused_before_it_has() -> None:
    assert outcome(lambda: inflate(deflate(bytes(LARGEST + 1)))) is None


@given(st.sampled_from(VERSIONS), st.lists(st.binary(min_size=1, max_size=6), max_size=4), CHANGES)
@settings(max_examples=100, deadline=None)
def test_a_character_list_is_refused_or_changed_in_its_addresses_only(
    version: int, names: list[bytes], changes: list[tuple[int, int]]
) -> None:
    protocol, state = load_protocol(version), WireState()
    texts = [name.decode("latin-1") for name in names]
    if version > 1010:
        worlds = [{"id": 1, "name": name, "host": name, "port": 7172, "preview": 0} for name in texts]
        fields = {"worlds": worlds, "characters": [{"world": 1, "name": name} for name in texts]}
        fields |= {"status": 0, "premium": 0, "premium_until": 0}  # type: ignore[dict-item]
    else:
        rows = [{"name": name, "world": name, "address": 1, "port": 7172} for name in texts]
        fields = {"characters": rows, "premium_days": 0}  # type: ignore[dict-item]
    made = protocol.encode("login_server", "character_list", fields, state)
    address = {0: ("10.0.0.1", 9)}
    (read,) = protocol.decode("login_server", rewrite_list(made, version, address), state)
    shown = read.fields["worlds" if version > 1010 else "characters"]
    assert [world["port"] for world in shown] == [9] * len(names)
    broken = bytearray(made)
    for at, value in changes:
        broken[at % len(broken)] = value
    try:
        rewrite_list(bytes(broken), version, address)
    except WireError:
        return


class Taken(OneRequest):
    """A connection that takes one request."""

    def __init__(self) -> None:
        super().__init__(5.0, 16 * 1024)
        self.bodies: list[bytes] = []
        self.answers: list[bytes] = []

    def admit(self) -> bool:
        return True

    def asked(self, request: Request) -> None:
        self.bodies.append(request.body)

    def refused(self, what: str) -> None:
        self.answers.append(what.encode())

    def write(self, data: bytes) -> None:
        self._whole = True
        self.answers.append(data)


LENGTHS = st.one_of(
    st.integers(-1, 40).map(str), st.sampled_from(("", "0x1", "1 1", "9" * 5000, "\u00b2", "+1", "007"))
)


@given(LENGTHS, st.binary(max_size=40), st.integers(1, 60))
@settings(max_examples=100, deadline=None)
def test_a_request_is_taken_whole_or_refused(length: str, body: bytes, step: int) -> None:
    peer = Taken()
    data = b"POST /login HTTP/1.1\r\nContent-Length: " + length.encode("latin-1") + b"\r\n\r\n" + body
    for at in range(0, len(data), step):
        peer.data_received(data[at : at + step])
    assert len(peer.bodies) + len(peer.answers) <= 1
    if peer.bodies:
        assert peer.bodies == [body[: int(length)]]
    elif length.isascii() and length.isdigit() and len(length) < 5:
        assert int(length) > len(body) and not peer.answers
    else:
        assert peer.answers[0].startswith(b"HTTP/1.1 411")
