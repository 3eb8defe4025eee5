"""Recordings: all frames and messages come out as the same bytes; what is wrong is found."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.protocol.made_sessions import KEY, made_session

from tibicen.errors import ConfigError
from tibicen.protocol.captures import Capture, items_beside
from tibicen.protocol.items import ItemTable
from tibicen.protocol.verify import inspect, verify
from tibicen.protocol.versions import UNPARSED, VERSIONS, load_protocol
from tibicen.protocol.wire_state import WireState

FOLDER = Path(os.environ.get("TIBICEN_CAPTURES") or Path(__file__).resolve().parents[3] / "shared" / "captures")
RECORDED = sorted(
    path for path in [*FOLDER.glob("*.jsonl"), *FOLDER.glob("*.jsonl.xz")] if not path.name.startswith("status-")
)
OUT_OF_STEP = {
    "canary1100-mehah.jsonl.xz": 1,
    "canary1525-otbr.jsonl.xz": 2,
    "canary860-mehah.jsonl": 7,
    "tfs1098-edubart.jsonl.xz": 1,
    "tfs1098-mehah.jsonl.xz": 1,
    "tfs1310-mehah.jsonl.xz": 1,
}
"""Frames in which the recorded client itself lost its place (its log says so)."""


@pytest.mark.skipif(not RECORDED, reason=f"no recordings of real sessions in {FOLDER}")
@pytest.mark.parametrize("path", RECORDED or [None], ids=lambda path: path.name if path else "none")
def test_recorded_session_is_read_to_the_end_and_made_again(path: Path) -> None:
    capture = Capture(path)
    totals = verify(capture, items_beside(capture))
    assert totals.problems == []
    assert (totals.undecoded, totals.mismatched) == (0, 0)
    assert totals.frames and totals.messages >= totals.frames
    assert totals.out_of_step == OUT_OF_STEP.get(path.name, 0)


@pytest.mark.parametrize("version", VERSIONS)
def test_made_session_is_read_to_the_end_and_made_again(version: int, tmp_path: Path) -> None:
    made = made_session(version)
    capture = Capture(made.write(tmp_path))
    totals = verify(capture, items_beside(capture))
    assert totals.problems == []
    assert totals.frames == len(made.frames)
    assert totals.messages == totals.frames + 1
    assert totals.names["server 0x6E open_container"] == 1


@pytest.mark.skipif(not RECORDED, reason=f"no recordings of real sessions in {FOLDER}")
@pytest.mark.parametrize("path", RECORDED or [None], ids=lambda path: path.name if path else "none")
def test_recorded_session_is_split_as_it_is_decoded(path: Path) -> None:
    capture = Capture(path)
    protocol, states = load_protocol(capture.version), {}
    for each in inspect(capture, items_beside(capture)):
        assert each.opened is not None
        state = states.setdefault(each.record.connection, WireState(items_beside(capture)))
        split = protocol.split(each.way, each.opened.messages, state, {0xB4})
        assert split == [each if each.opcode == 0xB4 else each._replace(fields={}) for each in each.messages]


def test_the_key_is_read_from_the_login(tmp_path: Path) -> None:
    capture = Capture(made_session(1310).write(tmp_path))
    (login,) = [each for each in inspect(capture, items_beside(capture)) if each.record.kind == "login"]
    assert login.secret is not None
    assert (login.secret["key"], login.secret["character"]) == (KEY, "Ann")


def test_without_item_table_the_rest_of_a_frame_is_one_piece(tmp_path: Path) -> None:
    capture = Capture(made_session(1525).write(tmp_path))
    pieces = [each for each in inspect(capture, ItemTable()) if each.messages[-1].name == UNPARSED]
    assert [each.messages[-1].opcode for each in pieces] == [0x64, 0x6E]
    for each in pieces:
        assert each.opened is not None
        assert each.messages[-1].fields["data"] == each.opened.messages[each.messages[-1].start :]
        assert "no item table" in each.messages[-1].fields["reason"]
    totals = verify(capture, ItemTable())
    assert totals.undecoded == 2


@pytest.mark.parametrize("version", VERSIONS)
def test_a_changed_byte_is_found(version: int, tmp_path: Path) -> None:
    made = made_session(version)
    for number, line in enumerate(made.frames):
        raw = bytearray.fromhex(line["raw"])
        raw[-1] ^= 1
        changed = made_session(version)
        changed.frames[number]["raw"] = raw.hex()
        capture = Capture(changed.write(tmp_path))
        totals = verify(capture, items_beside(capture))
        assert totals.mismatched or line["kind"] == "login", (number, line["kind"])


def test_a_wrong_boundary_is_found_and_a_lost_client_is_not_believed(tmp_path: Path) -> None:
    made = made_session(1310)
    (frame,) = [line for line in made.frames if len(line.get("msgs", ())) == 2]
    right = frame["msgs"]
    for told, mismatched, out_of_step in (
        ([right[0], [right[1][0] - 1, "82"]], 1, 0),
        ([right[0], [right[1][0] + 1, "d7"]], 1, 0),
        ([right[0], [right[1][0] - 1, "00"]], 0, 1),
        (right[:1], 0, 1),
    ):
        frame["msgs"] = told
        capture = Capture(made.write(tmp_path))
        totals = verify(capture, items_beside(capture))
        assert (totals.mismatched, totals.out_of_step) == (mismatched, out_of_step), told


def test_a_gap_in_the_sequence_is_found(tmp_path: Path) -> None:
    made = made_session(1525)
    del made.frames[-2]
    made.send("s2c", made.message("server", "ping"))
    capture = Capture(made.write(tmp_path))
    (problem,) = verify(capture, items_beside(capture)).problems
    assert "sequence number" in problem


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("", ":1: no JSON"),
        ("[]", ":1: an object"),
        ('{"no": "meta"}', "begins with a line"),
        ('{"meta": {"version": 1310}}\n{"raw": "zz"}', ":2: "),
        ('{"meta": {"version": 1310}}\nnonsense', ":2: no JSON"),
    ],
)
def test_what_is_no_recording_is_refused(lines: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(lines, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        list(Capture(path))
    assert said in str(error.value)


def test_an_unknown_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "old.jsonl"
    path.write_text(json.dumps({"meta": {"version": 740}}), encoding="utf-8")
    with pytest.raises(ConfigError, match="there is no protocol 740"):
        verify(Capture(path), ItemTable())
