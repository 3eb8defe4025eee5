"""OTClient's recordings, `.cam`: one frame a line, `< ms hex` from the server and `> ms hex` from the client.

As packet_recorder.cpp of mehah's client writes them: decrypted and inflated, without headers, the client's first
frame (the login) left out. The challenge comes first and has its length in front, two bytes, where the framing counts
in bytes. Times are milliseconds since the client began to connect. Neither the version nor items are in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from tibicen.errors import WireError
from tibicen.protocol.handshake import BLOCKS_SINCE, CHALLENGE

SUFFIX: Final = ".cam"

_CHALLENGE_LENGTH: Final = 6
_LENGTH: Final = 2
_MARKS: Final = {"s2c": "<", "c2s": ">"}
_DIRECTIONS: Final = {mark: direction for direction, mark in _MARKS.items()}


class CamFrame(NamedTuple):
    """One frame: its line in the file (from 1), milliseconds, `s2c` or `c2s`, and its messages."""

    line: int
    time: int
    direction: str
    messages: bytes

    @property
    def is_challenge(self) -> bool:
        return self.direction == "s2c" and self.messages[:1] == bytes((CHALLENGE,))


def read_cam(text: str) -> Iterator[CamFrame]:
    """The frames of a file, the challenge without its length.

    Raises:
        WireError: a line is none of these.
    """
    first = True
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        words = line.split()
        direction = _DIRECTIONS.get(words[0], "") if len(words) == 3 else ""
        if not direction or not words[1].isdecimal():
            raise WireError(f"line {number}: `< ms hex` or `> ms hex` is expected, not {line[:40]!r}")
        try:
            data = bytes.fromhex(words[2])
        except ValueError:
            raise WireError(f"line {number}: the bytes of a frame are written in hex") from None
        if first and direction == "s2c":
            data = _without_length(data)
        first = False
        yield CamFrame(number, int(words[1]), direction, data)


def _without_length(data: bytes) -> bytes:
    """The first frame as its messages: a challenge has its length in front, or a byte of filler behind it."""
    counted = len(data) - _LENGTH == int.from_bytes(data[:_LENGTH], "little")
    if counted and data[_LENGTH : _LENGTH + 1] == bytes((CHALLENGE,)):
        return data[_LENGTH:]
    return data[:_CHALLENGE_LENGTH] if data[:1] == bytes((CHALLENGE,)) else data


def write_cam(frames: Iterable[CamFrame], version: int) -> Iterator[str]:
    """The lines of a file, without line feeds. What a client of that version can play: `g_game.playRecord`."""
    for frame in frames:
        data = frame.messages
        if not data:
            # Such a line ends the file for the client.
            continue
        if frame.is_challenge and version < BLOCKS_SINCE:
            data = len(data).to_bytes(_LENGTH, "little") + data
        yield f"{_MARKS[frame.direction]} {frame.time} {data.hex()}"


def version_in(name: str, known: Iterable[int]) -> int:
    """The version that a file's name says, as in `test1098.cam`; 0 when it says none that is known."""
    wanted = set(known)
    return next((int(digits) for digits in re.findall(r"\d+", name) if int(digits) in wanted), 0)
