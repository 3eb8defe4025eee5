"""Messages: bytes that are written, positions that scripts move, and what can't be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tibicen.errors import TibicenError
from tibicen.realms.otclient.client import Client, Dialect
from tibicen.realms.otclient.files import Files
from tibicen.vm import stack

Run = Callable[[str], Any]

HEX = """
local function hex(text) return (text:gsub(".", function(c) return ("%02x"):format(c:byte()) end)) end
"""


@pytest.fixture(params=["mehah", "edubart"])
def dialect(request: pytest.FixtureRequest) -> Dialect:
    name: Dialect = request.param
    return name


@pytest.fixture
def run(tmp_path: Path, dialect: Dialect) -> Iterator[Run]:
    """Runs Lua in a client, on a thread with the host's stack."""
    client = stack.run(lambda: Client(Files(tmp_path), dialect=dialect))
    yield lambda source: stack.run(lambda: client.run((HEX + source).encode("latin-1")))
    stack.run(client.close)


def test_numbers_are_little_endian_and_wrap(run: Run) -> None:
    written = run(
        """
        local m = OutputMessage.create()
        m:addU8(257) m:addU16(-2) m:addU32(2 ^ 31 + 5) m:addU64(2 ^ 40 + 1) m:addU64(-1)
        return hex(m:getBuffer())
        """
    )
    assert written == "01" + "feff" + "05000080" + "0100000000010000" + "ff" * 8


def test_a_string_has_its_length_before_it_and_ends_at_nul_in_mehah(run: Run, dialect: Dialect) -> None:
    written = run('local m = OutputMessage.create() m:addString("a\\0b") return hex(m:getBuffer())')
    assert written == ("010061" if dialect == "mehah" else "0300610062")


def test_raw_text_is_a_function_of_one_dialect_each(run: Run, dialect: Dialect) -> None:
    present = run("local m = OutputMessage.create() return {m.addBytes ~= nil, m.addRawString ~= nil}")
    assert present == [dialect == "mehah", dialect == "edubart"]


def test_padding_is_zeros_unless_told_otherwise(run: Run) -> None:
    written = run(
        """
        local m = OutputMessage.create()
        m:addPaddingBytes(2) m:addPaddingBytes(1, 7) m:addPaddingBytes(-3)
        return hex(m:getBuffer())
        """
    )
    assert written == "000007"


def test_the_position_of_writing_moves_without_the_size(run: Run) -> None:
    answer = run(
        """
        local m = OutputMessage.create()
        m:addU8(1) m:addU8(2)
        m:setWritePos(m:getWritePos() - 1)
        m:addU8(9)
        m:setMessageSize(2)
        return {hex(m:getBuffer()), m:getMessageSize()}
        """
    )
    assert answer == ["0109", 2]


def test_a_message_holds_64_kib(run: Run, dialect: Dialect) -> None:
    add = "addBytes" if dialect == "mehah" else "addRawString"
    with pytest.raises(TibicenError, match="OutputMessage max buffer size reached"):
        run(f'local m = OutputMessage.create() for _ = 1, 17 do m:{add}(("y"):rep(4096)) end')


def test_what_is_set_as_buffer_can_not_be_read(run: Run) -> None:
    answer = run(
        """
        local m = InputMessage.create()
        m:setBuffer("\\1\\2\\3")
        local ok, err = pcall(m.getU8, m)
        m:skipBytes(10)
        return {m:getMessageSize(), m:eof(), ok, err:match("^[^\\n]*"), m:getUnreadSize(), hex(m:getBuffer())}
        """
    )
    assert answer == [3, True, False, "C++ call failed: InputMessage eof reached", -10, "010203"]


def test_numbers_beyond_64_bits_are_what_cpp_makes_of_them(run: Run) -> None:
    written = run("local m = OutputMessage.create() m:addU64(2 ^ 70) m:addU64(2 ^ 63) return hex(m:getBuffer())")
    assert written == "00" * 8 + "00" * 7 + "80"


def test_rsa_refuses_a_message_that_is_shorter_than_its_key(run: Run) -> None:
    answer = run(
        """
        g_crypt.rsaSetPublicKey(("9"):rep(308), "65537")
        local m = OutputMessage.create()
        local ok, err = pcall(m.encryptRsa, m)
        return {g_crypt.rsaGetSize(), ok, err:match("^[^\\n]*")}
        """
    )
    assert answer == [128, False, "C++ call failed: insufficient bytes in buffer to encrypt"]


def test_rsa_raises_the_last_bytes_to_the_power_of_the_key(run: Run) -> None:
    written = run(
        """
        g_crypt.rsaSetPublicKey(("9"):rep(308), "3")
        local m = OutputMessage.create()
        m:addU8(42)
        m:addPaddingBytes(127)
        m:addU8(2)
        m:encryptRsa()
        return hex(m:getBuffer())
        """
    )
    assert written == "2a" + "00" * 127 + "08"
