"""NetworkMessage: the bytes that scripts write and read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.item_files import BAG, COIN, SWORD, VIAL, write_items
from tests.realms.canary.servers import DIALECTS, with_server

from tibicen.realms.canary.server import Dialect, Server


def run(root: Path, code: str, dialect: Dialect = "tfs") -> Any:
    def body(server: Server) -> Any:
        return server.run(code.encode())

    return with_server(root, body, dialect=dialect, things=write_items(root, otb=dialect == "tfs"))


READ = """
    local function bytes(m)
        local size, out = m:len(), {}
        m:seek(0)
        for at = 1, size do out[at] = string.format("%02x", m:getByte()) end
        return table.concat(out)
    end
    local m = NetworkMessage()
"""


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("m:addByte(263)", "07"),
        ("m:addByte(-7)", "f9"),
        ("m:addByte(3.9)", "03"),
        ("m:addByte(nil)", "00"),
        ("m:addU16(0x1234)", "3412"),
        ("m:addU32(-12)", "f4ffffff"),
        ("m:addU64(2^40 + 1)", "0100000000010000"),
        ("m:addU64(-2)", "feffffffffffffff"),
        ("m:addU32(1 / 0)", "00000000"),
        ("m:addByte(0 / 0)", "00"),
        ("m:addDouble(0 / 0)", "0200000000"),
        ('m:addString("ab")', "02006162"),
        ("m:addString(nil)", "0000"),
        ('m:addString("\\195\\169\\255x")', "0200e978"),
        ("m:addPosition(Position(258, 3, 7))", "0201030007"),
        ("m:addDouble(0.875)", "0256000080"),
        ("m:addDouble(-4)", "026ffeff7f"),
        (f"m:addItem(Game.createItem({COIN}, 7))", f"{COIN & 255:02x}{COIN >> 8:02x}07"),
        (f"m:addItem(Game.createItem({VIAL}, 2))", f"{VIAL & 255:02x}{VIAL >> 8:02x}05"),
        (f"m:addItem(Game.createItem({BAG}))", f"{BAG & 255:02x}{BAG >> 8:02x}0000"),
        (f'm:addItemId("sword") m:addItemId({SWORD})', f"{SWORD & 255:02x}{SWORD >> 8:02x}" * 2),
    ],
)
def test_what_is_written(tmp_path: Path, call: str, expected: str) -> None:
    assert run(tmp_path, f"{READ} {call} return bytes(m)") == expected


def test_reading_back(tmp_path: Path) -> None:
    code = f"""{READ}
        m:addByte(9) m:addU16(7) m:addU32(12) m:addU64(77) m:addString("q\\195\\169") m:addPosition(Position(1, 2, 3))
        m:seek(0)
        local a, b, c, d, e, p = m:getByte(), m:getU16(), m:getU32(), m:getU64(), m:getString(), m:getPosition()
        return {{a, b, c, d, e, p.x, p.y, p.z, m:tell(), m:len(), m:getByte(), m:getU16(), m:getString()}}
    """
    assert run(tmp_path, code) == [9, 7, 12, 77, "qé", 1, 2, 3, 24, 24, 0, 0, ""]


def test_skipped_bytes_are_not_counted(tmp_path: Path) -> None:
    code = f"{READ} m:addByte(1) m:skipBytes(2) m:addByte(9) return {{m:len(), m:tell()}}"
    assert run(tmp_path, code) == [2, 4]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_who_skips_back_over_the_head_comes_out_at_the_other_end(tmp_path: Path, dialect: Dialect) -> None:
    code = """
        local m = NetworkMessage()
        m:addU16(0x0201) m:skipBytes(-1)
        local second = m:getByte()
        m:skipBytes(-12) m:addByte(9)
        local lost = m:getU16()
        m:skipBytes(10)
        return {second, lost, m:getByte()}
    """
    assert run(tmp_path, code, dialect) == [2, 0, 1]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_message_that_is_full_takes_no_more(tmp_path: Path, dialect: Dialect) -> None:
    code = """
        local m = NetworkMessage()
        for _ = 1, 20000 do m:addU64(1) end
        local full = m:addByte(1)
        m:reset()
        return {full, m:addByte(1), m:delete() == nil, m:addByte(1) == nil, m:getByte() == nil}
    """
    assert run(tmp_path, code, dialect) == [True, True, True, True, True]


def test_negative_numbers_in_canary(tmp_path: Path) -> None:
    def body(server: Server) -> Any:
        server.run(b"m = NetworkMessage() m:addByte(-7) m:add8(-7) m:addU16(-1) m:add16(-2) m:add32(-3) m:add64(-4)")
        return server.run(b"return {m:getUnreadBytes(), m:addString('\\255'), m:getUnreadBytes()}")

    assert with_server(tmp_path, body) == [0, True, 0]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_nobody_to_send_it_to(tmp_path: Path, dialect: Dialect) -> None:
    assert run(tmp_path, "return NetworkMessage():sendToPlayer(nil) == nil", dialect) is True


def test_canary_logs_what_is_read_beyond_the_end(tmp_path: Path) -> None:
    def body(server: Server) -> Any:
        got = server.run(b"local m = NetworkMessage() return { m:getByte(), m:getU16(), m:getString() }")
        return got, [text for _, text in server.log]

    got, log = with_server(tmp_path, body)
    assert got == [0, 0, ""]
    where = "static int NetworkMessageFunctions::luaNetworkMessageGetByte(lua_State*)"
    assert log == [
        f"[getByte] Not enough data to read a byte. Current position: 8, Length: 0. Called line 70:37 in {where}"
    ]
