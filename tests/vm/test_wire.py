"""Frames between host and worker: however the bytes are cut, the same frames come out."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tibicen.errors import WireError
from tibicen.vm.wire import CALL, LARGEST_PAYLOAD, RETURN, TELL, ClosedWireError, Frame, Wire

frames = st.builds(
    Frame,
    st.sampled_from([CALL, RETURN, TELL]),
    st.integers(0, 255),
    st.integers(0, 0xFFFF),
    st.integers(0, 0xFFFFFFFF),
    st.integers(0, 0xFFFFFFFF),
    st.binary(max_size=200) | st.integers(0, 200_000).map(bytes),
)


@pytest.fixture
def pair() -> Iterator[tuple[Wire, Wire]]:
    one, two = socket.socketpair()
    yield Wire(one), Wire(two)
    one.close()
    two.close()


def bytes_of(sent: list[Frame]) -> bytes:
    """What goes over the socket for these frames."""
    one, two = socket.socketpair()
    with one, two:
        wire, parts = Wire(one), []
        reader = threading.Thread(target=lambda: parts.extend(iter(lambda: two.recv(1 << 16), b"")))
        reader.start()
        for frame in sent:
            wire.send(*frame, seconds=10)
        one.shutdown(socket.SHUT_WR)
        reader.join()
    return b"".join(parts)


@given(sent=st.lists(frames, min_size=1, max_size=8), cuts=st.lists(st.integers(1, 100_000), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_any_cut_gives_the_same_frames(sent: list[Frame], cuts: list[int]) -> None:
    data = bytes_of(sent)
    one, two = socket.socketpair()
    with one, two:
        wire, received, at = Wire(two), [], 0
        for index in range(len(data) + len(cuts)):
            piece = data[at : at + cuts[index % len(cuts)]][:60_000]
            if not piece:
                break
            one.sendall(piece)
            at += len(piece)
            while (frame := wire.poll()) is not None:
                received.append(frame)
        assert received == sent
        assert not wire.waiting


@given(data=st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_no_bytes_do_more_than_raise(data: bytes) -> None:
    one, two = socket.socketpair()
    with one, two:
        wire = Wire(two)
        one.sendall(data)
        one.close()
        with pytest.raises(WireError):
            while True:
                wire.receive()


def test_waiting_ends_in_time(pair: tuple[Wire, Wire]) -> None:
    pair[0].limit_waiting(0.02)
    assert pair[0].receive() is None
    pair[1].send(TELL, 1, 2, 3, 4, b"x", seconds=1)
    assert pair[0].receive() == Frame(TELL, 1, 2, 3, 4, b"x")


def test_whoever_does_not_read_is_not_waited_for_for_ever(pair: tuple[Wire, Wire]) -> None:
    with pytest.raises(TimeoutError):
        pair[0].send(CALL, 1, 1, 1, 0, bytes(LARGEST_PAYLOAD), seconds=0.05)


def test_whoever_only_talks_is_not_heard_without_end() -> None:
    """What comes while a large frame is sent is kept, up to a limit."""
    one, two = socket.socketpair()
    with one, two:
        wire = Wire(one)

        def talk() -> None:
            try:
                while True:
                    two.sendall(bytes(1 << 16))
            except OSError:
                return

        thread = threading.Thread(target=talk)
        thread.start()
        with pytest.raises(TimeoutError):
            wire.send(CALL, 1, 1, 1, 0, bytes(LARGEST_PAYLOAD), seconds=0.3)
        assert len(wire._view) < LARGEST_PAYLOAD * 3
        one.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_the_end_of_the_other_side_is_told(pair: tuple[Wire, Wire]) -> None:
    pair[1].close()
    with pytest.raises(ClosedWireError):
        pair[0].receive()
    with pytest.raises(ClosedWireError):
        pair[0].send(CALL, 1, 1, 1, 0, b"", seconds=1)


def test_the_host_can_be_imported_where_there_are_no_such_processes() -> None:
    """On Windows there are neither resource limits nor terminals; only opening an isolated VM may need them."""
    code = (
        "import asyncio, sys\n"
        "for name in ('resource', 'termios', 'pyseccomp'): sys.modules[name] = None\n"
        "sys.platform = 'win32'\n"
        "import tibicen.host\n"
        "from tibicen.vm.contract import VmOptions\n"
        "from tibicen.vm.isolated import Workers\n"
        "try: Workers().open(VmOptions(plugin='p', host=print))\n"
        "except Exception as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "needs Linux" in done.stdout, done.stderr
