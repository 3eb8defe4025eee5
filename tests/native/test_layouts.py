"""The core's programs by hand: the limits of reading and writing, and that threads don't get in each other's way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest

from tibicen.errors import WireError
from tibicen.native import layouts, wire
from tibicen.native._core import lib
from tibicen.native.layouts import MOST_BYTES, Layouts, Opcodes

NAMES = ["things", "effect", "skip", "message", "entries", "value"]
MESSAGE, ENTRIES, VALUE = 3, 4, 5
END = lib.TIB_DO_END

# A message whose list has entries of one byte each, and one of them is a list of bytes.
WIDE = [0, lib.TIB_DO_LIST, ENTRIES, -1, lib.TIB_U16, 0, 15]
WIDE += [lib.TIB_DO_INTEGER, VALUE, -1, lib.TIB_U8, END]
WIDE += [0, 0, 0, END]
# A list of records without a byte, as many as the message has bytes.
EMPTY = [0, lib.TIB_DO_LIST, ENTRIES, -1, lib.TIB_U32, 0, 7, END, END]


def program(code: list[int]) -> tuple[Layouts, Any, Any]:
    made = Layouts(code, NAMES)
    return made, made.messages({1: (0, MESSAGE)}), wire.new_wire(None)[0]


def rows(view: memoryview) -> Any:
    return msgspec.msgpack.decode(view)


def test_the_output_grows_to_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    made, messages, state = program(EMPTY)
    count = 90_000
    data = b"\1" + count.to_bytes(4, "little") + bytes(count)
    view, trouble = made.read(messages, state, data)
    ((_, name, fields, start, end),) = rows(view)[:1]
    assert (name, len(fields["entries"]), start, end) == ("message", count, 0, 5)
    assert trouble is not None and trouble.unknown and trouble.message == 5


def test_more_than_the_most_is_refused_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layouts, "MOST_BYTES", 1 << 16)
    monkeypatch.setattr(layouts, "_scratch", layouts._Scratch())
    code = [0, lib.TIB_DO_PUSH, 5, lib.TIB_DO_SET, lib.TIB_SESSION_FLOOR, lib.TIB_DO_LIST, ENTRIES, -1]
    code += [lib.TIB_U32, 0, 12, END, END]
    made, messages, state = program(code)
    count = 60_000
    view, trouble = made.read(messages, state, b"\1" + count.to_bytes(4, "little") + bytes(count))
    assert rows(view) == [] and trouble is not None
    assert (trouble.text, trouble.message, state.session[lib.TIB_SESSION_FLOOR]) == ("its fields are too many", 0, -1)
    with pytest.raises(WireError, match="too many"):
        made.write(0, state, msgspec.msgpack.encode({"entries": [{}] * 1_000_001}))
    assert MOST_BYTES > 1 << 16


def test_a_list_that_is_too_long_for_any_message(monkeypatch: pytest.MonkeyPatch) -> None:
    made, _, state = program(EMPTY)
    with pytest.raises(WireError, match="its lists have too many entries"):
        made.write(0, state, b"\x81\xa7entries\xdd\x00\x0f\x42\x41" + b"\x80" * 1_000_001)
    with pytest.raises(WireError, match="field 'entries' is of another type"):
        made.write(0, state, b"\x81\xa7entries\xdd\xff\xff\xff\xff")


@pytest.mark.parametrize("fields", ["", "81", "c1", "81a7", "df ffffffff", "81 a7656e7472696573", "90 90", "c0", "01"])
def test_what_is_no_map_of_fields_is_refused(fields: str) -> None:
    made, _, state = program(EMPTY)
    with pytest.raises(WireError):
        made.write(0, state, bytes.fromhex(fields))


def test_fields_are_found_behind_anything() -> None:
    code = [0, lib.TIB_DO_INTEGER, VALUE, -1, lib.TIB_U8, lib.TIB_DO_INTEGER, MESSAGE, -1, lib.TIB_I8, END]
    made, _, state = program(code)
    strange = {"a": [1, {"b": None}], "message": -7, "c": 1.5, "d": msgspec.msgpack.Ext(9, b"xyz"), "value": 255}
    fields = msgspec.msgpack.encode(strange)
    assert made.write(0, state, fields, b"+") == b"+\xff\xf9"
    odd_keys = (
        b"\x84" + b"\x91\x01\xc0" + b"\xa5value\xd1\x00\x09" + b"\x05\xc3" + b"\xc4\x07message\xca\x40\x40\x00\x00"
    )
    assert made.write(0, state, odd_keys) == b"\x09\x03"


def test_threads_have_outputs_of_their_own() -> None:
    code = [0, lib.TIB_DO_TEXT, VALUE, -1, END]
    made, messages, _ = program(code)

    def work(number: int) -> bool:
        text = str(number) * 2000
        state = wire.new_wire(None)[0]
        data = b"\1" + len(text).to_bytes(2, "little") + text.encode()
        for _ in range(50):
            view, _ = made.read(messages, state, data, Opcodes({1}).table)
            if (
                rows(view)[0][2] != {"value": text}
                or made.write(0, state, msgspec.msgpack.encode({"value": text}), b"\1") != data
            ):
                return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(work, range(8)))
