from __future__ import annotations

import struct
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tibicen.errors import WireError
from tibicen.native import MessageReader
from tibicen.protocol import status
from tibicen.protocol.status import StatusInfo, StatusRequest, parse_request, render_binary, render_xml

XML_REQUEST = bytes.fromhex("06 00 ff ff 69 6e 66 6f")

INFO = StatusInfo.from_plain(
    {
        "server": {
            "uptime": 86_400,
            "ip": "play.example.org",
            "servername": "Aurora",
            "port": "7172",
            "location": "Sweden",
            "url": "https://example.org",
            "server": "Tibicen",
            "version": "0.1.0",
            "client": "13.10",
        },
        "owner": {"name": "Åsa", "email": "asa@example.org"},
        "players": {"online": 3, "unique": 2, "max": 1000, "peak": 70_000},
        "monsters": {"total": 41},
        "npcs": {"total": 7},
        "rates": {"experience": 5, "skill": 1.5, "loot": 2, "magic": 3, "spawn": 1},
        "map": {"name": "forgotten", "author": "many", "width": 2048, "height": 300},
        "motd": "N/A",
    }
)


def binary_request(mask: int, tail: bytes = b"") -> bytes:
    body = b"\xff\x01" + struct.pack("<H", mask) + tail
    return struct.pack("<H", len(body)) + body


def text(value: str) -> bytes:
    encoded = value.encode()
    return struct.pack("<H", len(encoded)) + encoded


PARTS = {
    status.BASIC: b"\x10" + text("Aurora") + text("play.example.org") + text("7172"),
    status.OWNER: b"\x11" + text("Åsa") + text("asa@example.org"),
    status.MISC: b"\x12" + text("N/A") + text("Sweden") + text("https://example.org") + struct.pack("<Q", 86_400),
    status.PLAYERS: b"\x20" + struct.pack("<III", 3, 1000, 70_000),
    status.MAP: b"\x30" + text("forgotten") + text("many") + struct.pack("<HH", 2048, 300),
    status.PLAYER_LIST: b"\x21"
    + struct.pack("<I", 2)
    + text("Åsa")
    + struct.pack("<I", 8)
    + text("Bo")
    + struct.pack("<I", 70_001),
    status.PLAYER_STATUS: b"\x22\x01",
    status.SOFTWARE: b"\x23" + text("Tibicen") + text("0.1.0") + text("13.10"),
}
"""What the reference says that each bit of the mask is answered with."""

ONLINE = [("Åsa", 8), ("Bo", 70_001)]


# -- requests -------------------------------------------------------------------------------------------


def test_the_xml_request() -> None:
    assert parse_request(XML_REQUEST) == StatusRequest("xml")


def test_the_masks_are_those_of_the_wire() -> None:
    assert list(PARTS) == [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80]


@pytest.mark.parametrize("mask", [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x80, 0xBF, 0, 0xFF00])
def test_a_binary_request_without_a_name(mask: int) -> None:
    assert parse_request(binary_request(mask)) == StatusRequest("binary", mask)


def test_a_binary_request_for_a_player() -> None:
    assert parse_request(binary_request(0x40, text("Åsa"))) == StatusRequest("binary", 0x40, "Åsa")
    assert parse_request(binary_request(0xFF, text("Bo"))) == StatusRequest("binary", 0xFF, "Bo")


def test_a_name_in_another_encoding_is_still_read() -> None:
    assert parse_request(binary_request(0x40, b"\x03\x00\xc5sa")) == StatusRequest(
        "binary", 0x40, "\N{REPLACEMENT CHARACTER}sa"
    )


def test_what_follows_a_request_is_not_read() -> None:
    assert parse_request(XML_REQUEST + b"GET /") == StatusRequest("xml")
    assert parse_request(binary_request(0x01, text("unasked")) + b"more") == StatusRequest("binary", 0x01)


@pytest.mark.parametrize("whole", [XML_REQUEST, binary_request(0x21), binary_request(0x40, text("Bo"))])
def test_a_part_of_a_request_needs_more(whole: bytes) -> None:
    assert [parse_request(whole[:end]) for end in range(len(whole))] == [None] * len(whole)
    assert parse_request(whole) is not None


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x00\x00", "of 0 bytes"),
        (b"\x02\x00\xff\xff", "of 2 bytes"),
        (b"\x81\x00", "of 129 bytes"),
        (b"GET / HTTP/1.1", "of 17735 bytes"),
        (b"\x06\x00\xff\xfeinfo", "starts with ff fe"),
        (b"\x06\x00\x0a\xffinfo", "starts with 0a ff"),
        (b"\x06\x00\xff\xffINFO", "something else than 'info'"),
        (b"\x03\x00\xff\xffi", "ends before"),
        (b"\x03\x00\xff\x01\x01", "ends before"),
        (binary_request(0x40), "ends before"),
        (binary_request(0x40, b"\x05\x00Bo"), "ends before"),
    ],
)
def test_what_is_no_request(data: bytes, why: str) -> None:
    with pytest.raises(WireError, match=why):
        parse_request(data)


def test_it_is_known_for_none_as_early_as_can_be() -> None:
    with pytest.raises(WireError):
        parse_request(b"\x80\x00\x0a\x00")


def test_the_largest_request_is_one() -> None:
    largest = binary_request(0x40, text("x" * (status.LARGEST_REQUEST - 6)))
    assert parse_request(largest) == StatusRequest("binary", 0x40, "x" * (status.LARGEST_REQUEST - 6))


def parsed(data: bytes) -> StatusRequest | type[WireError] | None:
    try:
        return parse_request(data)
    except WireError:
        return WireError


@given(st.binary(max_size=200))
@example(b"\x04\x00\xff\x01")
@example(b"\x06\x00\xff\x01\x40\x00\xff\xff")
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    result = parsed(data)
    if isinstance(result, StatusRequest):
        assert result.kind in ("xml", "binary")
    elif result is None:
        assert len(data) < 2 + status.LARGEST_REQUEST


@given(st.binary(max_size=140), st.sampled_from([b"\xff\x01", b"\xff\xff", b"\xff"]), st.integers(0, 140))
def test_the_verdict_does_not_change_with_more_bytes(tail: bytes, head: bytes, length: int) -> None:
    data = struct.pack("<H", length) + head + tail
    verdicts = [verdict for verdict in (parsed(data[:end]) for end in range(len(data) + 1)) if verdict is not None]
    assert len(set(verdicts)) <= 1


@given(st.integers(0, 0xFFFF), st.text(st.characters(codec="utf-8"), max_size=30))
def test_requests_come_back_as_they_were_sent(mask: int, name: str) -> None:
    asks_name = bool(mask & status.PLAYER_STATUS)
    expected = StatusRequest("binary", mask, name if asks_name else "")
    assert parse_request(binary_request(mask, text(name) if asks_name else b"")) == expected


# -- the XML answer -------------------------------------------------------------------------------------


def test_the_xml_document_byte_for_byte() -> None:
    assert render_xml(INFO).decode() == (
        '<?xml version="1.0"?><tsqp version="1.0">'
        '<serverinfo uptime="86400" ip="play.example.org" servername="Aurora" port="7172" location="Sweden" '
        'url="https://example.org" server="Tibicen" version="0.1.0" client="13.10"/>'
        '<owner name="Åsa" email="asa@example.org"/>'
        '<players online="3" unique="2" max="1000" peak="70000"/>'
        '<monsters total="41"/><npcs total="7"/>'
        '<rates experience="5" skill="1.5" loot="2" magic="3" spawn="1"/>'
        '<map name="forgotten" author="many" width="2048" height="300"/>'
        "<motd>N/A</motd></tsqp>"
    )


def test_unique_is_left_out_when_nobody_counts_it() -> None:
    assert b'<players online="0" max="0" peak="0"/>' in render_xml(StatusInfo())


def test_markup_is_escaped() -> None:
    hostile = "\"><script>&amp;'</motd>"
    info = StatusInfo.from_plain({"server": {"servername": hostile}, "motd": hostile})
    document = render_xml(info)
    assert b"<script" not in document
    root = ElementTree.fromstring(document)
    assert [element.tag for element in root][::7] == ["serverinfo", "motd"]
    assert root.find("serverinfo").attrib["servername"] == hostile
    assert root.findtext("motd") == hostile
    assert len(root) == 8


NEVER_IN_XML = {*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF}


@given(st.text(st.characters(), max_size=60))
@example("\r\n\t \n")
@example("\x00\x1b[31m\ud800\udfff\ufffe\uffff")
def test_every_text_arrives_but_for_what_xml_can_not_hold(value: str) -> None:
    info = StatusInfo.from_plain({"server": {"location": value}, "motd": value})
    root = ElementTree.fromstring(render_xml(info))
    expected = "".join(character for character in value if ord(character) not in NEVER_IN_XML)
    assert root.find("serverinfo").attrib["location"] == expected
    assert root.findtext("motd") == expected


# -- the binary answer ----------------------------------------------------------------------------------


@pytest.mark.parametrize("mask", list(PARTS))
def test_each_part_alone(mask: int) -> None:
    answer = render_binary(INFO, mask, online=ONLINE, name_online=True)
    assert answer == struct.pack("<H", len(PARTS[mask])) + PARTS[mask]


def test_all_parts_come_in_the_order_of_the_peers() -> None:
    order = [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80]
    body = b"".join(PARTS[mask] for mask in order)
    assert render_binary(INFO, 0xFF, online=ONLINE, name_online=True) == struct.pack("<H", len(body)) + body


@given(st.integers(0, 0xFFFF))
def test_an_answer_has_what_was_asked_and_nothing_else(mask: int) -> None:
    body = b"".join(part for bit, part in PARTS.items() if mask & bit)
    assert render_binary(INFO, mask, online=ONLINE, name_online=True) == struct.pack("<H", len(body)) + body


def test_nobody_is_online() -> None:
    assert render_binary(INFO, status.PLAYER_LIST) == b"\x05\x00\x21\x00\x00\x00\x00"
    assert render_binary(INFO, status.PLAYER_STATUS) == b"\x02\x00\x22\x00"


@given(st.lists(st.tuples(st.text(st.characters(codec="utf-8"), max_size=20), st.integers(0, 0xFFFFFFFF)), max_size=20))
def test_players_come_back_as_they_were_listed(online: list[tuple[str, int]]) -> None:
    reader = MessageReader(render_binary(INFO, status.PLAYER_LIST, online=online)[2:])
    assert reader.u8() == 0x21
    assert [(reader.string().decode(), reader.u32()) for _ in range(reader.u32())] == online
    assert reader.remaining == 0


def test_text_that_has_no_utf_8_is_sent_all_the_same() -> None:
    answer = render_binary(StatusInfo(), status.PLAYER_LIST, online=[("B\ud800o", 1)])
    assert answer[7:12] == b"\x03\x00B?o"


@pytest.mark.parametrize(
    "online",
    [
        [("x" * 65_536, 1)],
        [("x" * 1_000, 1)] * 66,
        [("x" * 256, 1)],
        [("Bo", -1)],
        [("Bo", 1 << 32)],
    ],
)
def test_who_does_not_fit_costs_the_others_nothing(online: list[tuple[str, int]]) -> None:
    answer = render_binary(INFO, status.PLAYER_LIST, online=[("Eve", 8), *online])
    assert answer == render_binary(INFO, status.PLAYER_LIST, online=[("Eve", 8)])


# -- the document as plain data -------------------------------------------------------------------------


def test_a_document_survives_plain_data() -> None:
    plain = INFO.to_plain()
    assert plain["owner"] == {"name": "Åsa", "email": "asa@example.org"}
    assert StatusInfo.from_plain(plain) == INFO


def test_what_is_left_out_has_a_default() -> None:
    assert StatusInfo.from_plain({}) == StatusInfo()
    assert StatusInfo.from_plain({"players": {"online": 5}}).players.max == 0


@pytest.mark.parametrize(
    ("plain", "field"),
    [
        ({"players": {"online": -1}}, "players.online"),
        ({"players": {"online": 1 << 32}}, "players.online"),
        ({"players": {"online": "3"}}, "players.online"),
        ({"map": {"width": 65_536}}, "map.width"),
        ({"server": {"uptime": 1 << 64}}, "server.uptime"),
        ({"server": {"port": 7171}}, "server.port"),
        ({"motd": "x" * 4_097}, "motd"),
        ({"motd": b"bytes"}, "motd"),
        ({"surprise": 1}, "surprise"),
        ({"owner": {"phone": "1"}}, "phone"),
    ],
)
def test_a_field_that_does_not_fit_is_named(plain: dict[str, object], field: str) -> None:
    with pytest.raises(WireError, match=field):
        StatusInfo.from_plain(plain)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(["server", "players", "rates", "map", "motd", "uptime", "online", "width", "loot", "name"])


@given(st.dictionaries(FIELDS, st.dictionaries(FIELDS, PLAIN, max_size=3) | PLAIN, max_size=3))
def test_whatever_a_plugin_hands_back_can_be_sent_or_is_refused(plain: dict[str, object]) -> None:
    try:
        info = StatusInfo.from_plain(plain)
    except WireError:
        return
    assert ElementTree.fromstring(render_xml(info)).tag == "tsqp"
    answer = render_binary(info, 0xFF)
    assert struct.unpack_from("<H", answer) == (len(answer) - 2,)
