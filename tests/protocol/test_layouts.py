"""The field language: what is written in a manifest is what is read and written; mistakes come with file and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tibicen.errors import ManifestError, WireError
from tibicen.protocol.items import ItemTable
from tibicen.protocol.layout_reader import read_manifest
from tibicen.protocol.versions import UNPARSED, Protocol
from tibicen.protocol.wire_state import WireState

HEAD = "version: 1310\ndialect: tfs\nframing: {stack: sequence}\nfeatures: {young: 1000, old: [0, 1000]}\n"


def protocol_of(tmp_path: Path, fields: str, structures: str = "structures: {}") -> Protocol:
    path = tmp_path / "1310.yaml"
    path.write_text(f"{HEAD}{structures}\nclient:\n  0x01: {{name: m, fields: {fields}}}\n", encoding="utf-8")
    return Protocol(read_manifest(path))


CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("[a: u8, b: u16, c: u32, d: u64]", "01 0200 03000000 0400000000000000", {"a": 1, "b": 2, "c": 3, "d": 4}),
    ("[a: i8, b: i16, c: i32, d: i64]", "ff feff fdffffff fcffffffffffffff", {"a": -1, "b": -2, "c": -3, "d": -4}),
    ("[t: str, d: data]", "0200 68e4 0200 00ff", {"t": "h\xe4", "d": b"\x00\xff"}),
    ("[p: pos]", "6400 c800 07", {"p": (100, 200, 7)}),
    ("[v: double]", "02 15010080", {"v": (2.78, 2)}),
    ("[c: packed]", "3f", {"c": 63}),
    ("[c: packed]", "4040", {"c": 64}),
    ("[c: packed]", "7fff", {"c": 0x3FFF}),
    ("[c: packed]", "80004000", {"c": 0x4000}),
    ("[b: bytes(3)]", "010203", {"b": b"\1\2\3"}),
    ("[n: u8, b: bytes(n)]", "02 0102", {"n": 2, "b": b"\1\2"}),
    ("[a: u8, r: rest]", "01 0203", {"a": 1, "r": b"\2\3"}),
    ("[{l: list(u8), of: u16}]", "02 0100 0200", {"l": [1, 2]}),
    ("[{l: list(2), of: u8}]", "0102", {"l": [1, 2]}),
    ("[{l: list(u16), of: str}]", "0200 0100 61 0000", {"l": ["a", ""]}),
    ("[n: u8, {l: list(n - 1), of: i8}]", "03 01ff", {"n": 3, "l": [1, -1]}),
    ("[{l: list(u8), of: [a: u8, {if: a == 1, then: [b: u8]}]}]", "02 01 09 02", {"l": [{"a": 1, "b": 9}, {"a": 2}]}),
    ("[{l: repeat, while: k != 0, of: [k: u8]}]", "02 01 00", {"l": [{"k": 2}, {"k": 1}, {"k": 0}]}),
    ("[a: u8, {if: 'a in (1, 3)', then: [b: u8], else: [c: u16]}]", "03 07", {"a": 3, "b": 7}),
    ("[a: u8, {if: 'a in (1, 3)', then: [b: u8], else: [c: u16]}]", "02 0700", {"a": 2, "c": 7}),
    ("[a: u8, {if: a & 2 and not a & 1, then: [b: u8]}]", "02 05", {"a": 2, "b": 5}),
    ("[{if: young, then: [a: u8]}, {if: old, then: [b: u8]}, {if: tfs, then: [c: u8]}]", "01 02", {"a": 1, "c": 2}),
    ("[{if: young and version >= 1281, then: [a: u8], else: [b: u16]}]", "01", {"a": 1}),
    ("[a: u8, {if: more, then: [b: u8]}]", "01", {"a": 1}),
    ("[a: u8, {if: more, then: [b: u8]}]", "01 02", {"a": 1, "b": 2}),
    ("[k: u8, {switch: k, cases: {1 2: [a: u8], 3: []}, default: [b: u16]}]", "02 07", {"k": 2, "a": 7}),
    ("[k: u8, {switch: k, cases: {1 2: [a: u8], 3: []}, default: [b: u16]}]", "03", {"k": 3}),
    ("[k: u8, {switch: k, cases: {1 2: [a: u8], 3: []}, default: [b: u16]}]", "04 0700", {"k": 4, "b": 7}),
    ('[n: str, {if: n == "a", then: [b: u8]}]', "0100 61 07", {"n": "a", "b": 7}),
    ('[n: str, {if: n != "a", then: [b: u8]}]', "0200 6162 07", {"n": "ab", "b": 7}),
    ("[p: pos, {if: p.x == 65535, then: [a: u8]}]", "ffff 0000 00 01", {"p": (65535, 0, 0), "a": 1}),
    ("[p: pos, {if: p.y > p.x and p.z <= 7, then: [a: u8]}]", "0100 0200 07 01", {"p": (1, 2, 7), "a": 1}),
    ("[a: i8, {if: a < 0 or a >= 100, then: [b: u8]}]", "fe 01", {"a": -2, "b": 1}),
    ("[a: i8, {if: a < 0 or a >= 100, then: [b: u8]}]", "63", {"a": 99}),
    ("[a: u8, {if: 'a not in (1, 2) and a * 2 + 1 == 7', then: [b: u8]}]", "03 01", {"a": 3, "b": 1}),
    ("[a: u8, {l: list(a >> 4), of: u8}]", "21 0102", {"a": 0x21, "l": [1, 2]}),
    ("[{l: list(u8), of: u8}, {if: not l, then: [a: u8]}]", "00 09", {"l": [], "a": 9}),
    (
        "[k: u8, {if: k == 1, then: [a: u8], else: [a: u16]}, {if: k == 1 and a == 5, then: [b: u8]}]",
        "01 05 06",
        {"k": 1, "a": 5, "b": 6},
    ),
    ("[{if: session.floor < 0, then: [a: u8]}, {if: session.item_shader, then: [b: u8]}]", "01", {"a": 1}),
    ("[{if: session.width * session.height == 252, then: [a: u8]}]", "01", {"a": 1}),
]


@pytest.mark.parametrize(("fields", "wire", "values"), CASES)
def test_fields_are_read_and_written(fields: str, wire: str, values: dict[str, Any], tmp_path: Path) -> None:
    protocol = protocol_of(tmp_path, fields)
    data = b"\x01" + bytes.fromhex(wire)
    (message,) = protocol.decode("client", data, WireState())
    assert protocol.split("client", data, WireState()) == [message._replace(fields={})]
    assert protocol.split("client", data, WireState(), {1}) == [message]
    assert (message.name, message.fields, message.start, message.end) == ("m", values, 0, len(data))
    assert protocol.encode("client", "m", values, WireState()) == data


@pytest.mark.parametrize(("fields", "wire", "values"), [case for case in CASES if "more" not in case[0]])
def test_every_shorter_message_is_unparsed(fields: str, wire: str, values: dict[str, Any], tmp_path: Path) -> None:
    protocol = protocol_of(tmp_path, fields.replace("r: rest", "r: u16"))
    data = b"\x01" + bytes.fromhex(wire)
    for size in range(1, len(data)):
        (piece,) = protocol.decode("client", data[:size], WireState())
        assert (piece.name, piece.fields["data"], piece.end) == (UNPARSED, data[:size], size)
        (split,) = protocol.split("client", data[:size], WireState())
        assert (split.name, split.fields["data"], split.end) == (UNPARSED, data[:size], size)
        assert protocol.encode("client", UNPARSED, piece.fields, WireState()) == data[:size]


@pytest.mark.parametrize("wire", ["4005", "80000005", "80003fff"])
def test_a_count_that_could_be_shorter_is_unparsed(wire: str, tmp_path: Path) -> None:
    (piece,) = protocol_of(tmp_path, "[c: packed]").decode("client", b"\x01" + bytes.fromhex(wire), WireState())
    assert piece.name == UNPARSED


def test_an_optional_structure_is_known_by_its_first_field(tmp_path: Path) -> None:
    structures = "structures: {place: [x: u8, y: u8]}"
    protocol = protocol_of(tmp_path, "[a: u8, {if: more, then: [include: place]}]", structures)
    for data in (b"\1\2", b"\1\2\3\4"):
        (message,) = protocol.decode("client", data, WireState())
        assert protocol.encode("client", "m", message.fields, WireState()) == data


def test_structures_are_shared_and_included(tmp_path: Path) -> None:
    structures = "structures: {place: [x: u8, {if: x != 0, then: [y: u8]}], pair: [a: place, include: place]}"
    protocol = protocol_of(tmp_path, "[pair: pair]", structures)
    (message,) = protocol.decode("client", b"\1\1\2\3\4", WireState())
    assert message.fields == {"pair": {"a": {"x": 1, "y": 2}, "x": 3, "y": 4}}
    assert protocol.encode("client", 1, message.fields, WireState()) == b"\1\1\2\3\4"


def test_flags_are_asked_of_the_item_table(tmp_path: Path) -> None:
    protocol = protocol_of(tmp_path, "[id: u16, flags: id, {if: flag.stackable, then: [count: u8]}]")
    state = WireState(ItemTable.of_names({"stackable": [2]}, covered=[1, 2]))
    found = protocol.decode("client", bytes.fromhex("01 0100 01 0200 09 01 0300"), state)
    assert [message.fields for message in found[:2]] == [{"id": 1}, {"id": 2, "count": 9}]
    assert found[2].fields["reason"] == "m (0x01) at byte 7: item 3 is not in the item table"


def test_unknown_values_say_where(tmp_path: Path) -> None:
    protocol = protocol_of(tmp_path, "[k: u8, {switch: k, cases: {1: []}}]")
    first, second = protocol.decode("client", b"\1\1\1\2\7", WireState())
    assert first.end == 2
    assert second.fields == {"data": b"\1\2\7", "reason": "m (0x01) at byte 2: no layout is known for k = 2"}
    (unknown,) = protocol.decode("client", b"\x99", WireState())
    assert unknown.fields["reason"] == "opcode 0x99 at byte 0 is not known to version 1310"


@pytest.mark.parametrize(
    ("fields", "values", "said"),
    [
        ("[a: u8]", {}, "m: field 'a' is missing"),
        ("[a: u8]", {"a": 256}, "m: "),
        ("[a: u8]", {"a": "x"}, "m: "),
        ("[a: str]", {"a": "\u20ac"}, "m: "),
        ("[a: str]", {"a": "x" * 65536}, "m: "),
        ("[a: bytes(3)]", {"a": b"xx"}, "the length must be 3"),
        ("[{l: list(3), of: u8}]", {"l": [1]}, "there must be 3"),
        ("[{l: list(u8), of: u8}]", {"l": [1] * 256}, "m: "),
        ("[k: u8, {switch: k, cases: {1: []}}]", {"k": 2}, "no layout is known for k = 2"),
    ],
)
def test_what_cannot_be_written_is_refused(fields: str, values: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(WireError) as error:
        protocol_of(tmp_path, fields).encode("client", "m", values, WireState())
    assert said in str(error.value)


def test_a_count_beyond_the_end_makes_no_long_loop(tmp_path: Path) -> None:
    protocol = protocol_of(tmp_path, "[{l: list(u32), of: [{if: more, then: [a: u8]}]}]")
    for read in (protocol.decode, protocol.split):
        (piece,) = read("client", b"\1\xff\xff\xff\xff\1\2", WireState())
        assert piece.name == UNPARSED


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ("[a: nothing]", "1310.yaml:7: m: there is no type and no structure 'nothing'"),
        ("[a: U8]", "1310.yaml:7: a: 'U8' is no type"),
        ("[A: u8]", "1310.yaml:7: 'A' can't be the name of a field"),
        ("[{if: b == 1, then: [a: u8]}]", "1310.yaml:7: m: 'b' is no field before this place"),
        ("[{if: f(), then: [a: u8]}]", "1310.yaml:7: 'f()': Call is not part of the language"),
        ("[{if: (, then: [a: u8]}]", "1310.yaml:7: "),
        ("[{if: 1 == 1}]", "1310.yaml:7: a condition has the keys"),
        ("[{a: list(u8)}]", "1310.yaml:7: a: a list has `of`"),
        ("[{a: repeat, of: [b: u8]}]", "1310.yaml:7: a: a repeat has"),
        ("[a: map(moon)]", "1310.yaml:7: a: map(moon) is none of"),
        ("[{switch: a, cases: {one: []}}]", "1310.yaml:7: case 'one'"),
        ("[a: u8, {if: flag.heavy, then: [b: u8]}]", "1310.yaml:7: m: flag.heavy is none of"),
        ("[{set: soul, to: 1}]", "1310.yaml:7: m: session.soul is none of"),
        ("[young: u8, {if: young, then: [a: u8]}]", "1310.yaml:7: m: 'young' is a field here"),
        ("[a: u8, a: u8]", "1310.yaml:7: 'a' stands here twice"),
        ("u8", "1310.yaml:7: must be a list of fields"),
        ("[a: u64, {if: a == 1, then: [b: u8]}]", "1310.yaml:7: m: a test can't ask for a, which is u64"),
        ("[a: str, {if: a, then: [b: u8]}]", "1310.yaml:7: m: a test can't ask for a, which is str"),
        ('[a: u8, {if: a == "x", then: [b: u8]}]', "1310.yaml:7: m: a text can only be compared"),
        ('[a: str, {if: a == "\u00e9", then: [b: u8]}]', "1310.yaml:7: m: a text to compare with is of ASCII"),
        ("[a: pos, {if: a == 1, then: [b: u8]}]", "1310.yaml:7: m: a test asks a position for x, y or z"),
        ("[a: u8, {if: a.x == 1, then: [b: u8]}]", "1310.yaml:7: m: a test asks a position for x, y or z"),
        ("[a: u8, {if: 'a in (b, 1)', then: [c: u8]}]", "1310.yaml:7: 'a in (b, 1)': behind `in` numbers"),
        ("[a: u8, {if: flag.stackable, then: [b: u8]}]", "1310.yaml:7: m: flag.stackable: no `flags` in front"),
        (
            "[k: u8, {if: k, then: [a: u8], else: [a: str]}, {if: a == 1, then: [b: u8]}]",
            "1310.yaml:7: m: a test asks for a, which is u8 in one branch and str in another",
        ),
        ("[{set: features, to: 1}]", "1310.yaml:7: m: session.features can be set to a list"),
        ("[{set: item_shader, to: 1}]", "1310.yaml:7: m: session.item_shader is none of"),
    ],
)
def test_mistakes_in_a_manifest_come_with_file_and_line(fields: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ManifestError) as error:
        protocol_of(tmp_path, fields)
    assert said in error.value.problems[0]


def test_a_structure_that_includes_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="'a' includes itself"):
        protocol_of(tmp_path, "[include: a]", "structures: {a: [b: u8, include: a]}")


def test_structures_inside_themselves_end(tmp_path: Path) -> None:
    protocol = protocol_of(tmp_path, "[a: a]", "structures: {a: [{l: list(u8), of: a}]}")
    (message,) = protocol.decode("client", bytes.fromhex("01 02 01 00 00"), WireState())
    assert message.fields == {"a": {"l": [{"l": [{"l": []}]}, {"l": []}]}}
    assert protocol.encode("client", "m", message.fields, WireState()) == bytes.fromhex("01 02 01 00 00")
    (piece,) = protocol.decode("client", b"\1" * 100, WireState())
    assert piece.fields["reason"] == "m (0x01) at byte 0: its structures are nested too deep"
    deep: dict[str, Any] = {"l": []}
    for _ in range(40):
        deep = {"l": [deep]}
    with pytest.raises(WireError, match="nested too deep"):
        protocol.encode("client", "m", {"a": deep}, WireState())


def test_all_mistakes_of_a_file_come_at_once(tmp_path: Path) -> None:
    path = tmp_path / "9.yaml"
    path.write_text("version: x\nwrong: 1\nclient:\n  0x100: {name: a}\n  0x01: {name: B}\n", encoding="utf-8")
    with pytest.raises(ManifestError) as error:
        read_manifest(path)
    lines = sorted(int(problem.split(":")[1]) for problem in error.value.problems if problem.startswith("9.yaml:"))
    assert lines == [1, 1, 1, 2, 4, 5]


def test_two_opcodes_with_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "1310.yaml"
    path.write_text(f"{HEAD}client:\n  1: {{name: a}}\n  2: {{name: a}}\n", encoding="utf-8")
    with pytest.raises(ManifestError, match="a is the name of 0x01 and of 0x02"):
        Protocol(read_manifest(path))
