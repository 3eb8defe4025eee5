"""`tibicen inspect` and `tibicen protocol`: what they show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.protocol.made_sessions import made_session

from tibicen.cli import protocol
from tibicen.cli.app import app
from tibicen.cli.inspect import Filter, check, filter_of, open_capture, rows, text_of
from tibicen.errors import ConfigError
from tibicen.paths import checkout_root


def run(*words: str) -> int:
    """The exit code of a command."""
    with pytest.raises(SystemExit) as ended:
        app(words)
    return int(ended.value.code or 0)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return made_session(1310).write(tmp_path)


def test_messages_are_shown_without_secrets(recording: Path) -> None:
    shown = ["\n".join(text_of(row)) for row in rows(*open_capture(recording, None))]
    assert shown[0].endswith("<- 1F challenge timestamp=1144201745 random=85")
    assert any(line.endswith('-> 96 say type=1 text="h\xe4llo"') for line in shown)
    (login,) = [line for line in shown if "game_login" in line]
    assert 'secret="(hidden)"' in login
    assert not any("name\\nsecret" in line for line in shown)


def test_filter_and_raw(recording: Path) -> None:
    for wanted in (Filter("say"), Filter("s?y"), filter_of(None, "0x96", None), filter_of("s*", "96", "client")):
        (row,) = rows(*open_capture(recording, None), wanted, raw=True)
        assert (row["name"], row["raw"], row["from"]) == ("say", "9601050068e46c6c6f", "client")
        assert list(text_of(row))[1] == f"{'':12}{0:5} {'96 01 05 00 68 e4 6c 6c 6f':<47} ....h.llo"
    assert {row["name"] for row in rows(*open_capture(recording, None), Filter("walk_*"))} == {"walk_north"}
    (login,) = rows(*open_capture(recording, None), Filter("game_login"), raw=True)
    assert "raw" not in login
    sides = {row["from"] for row in rows(*open_capture(recording, None), Filter(side="server"))}
    assert sides == {"server"}
    for bad in ("say", "100", "-1"):
        with pytest.raises(ConfigError, match="no opcode"):
            filter_of(None, bad, None)


def test_what_is_unknown_is_shown_in_hex_with_its_position(tmp_path: Path) -> None:
    made = made_session(1310)
    made.send("s2c", made.message("server", "ping"), b"\xfe" + bytes(range(20)))
    path = made.write(tmp_path)
    (row,) = rows(*open_capture(path, None), Filter("unparsed"))
    head, first, second = text_of(row)
    assert "FE unparsed reason=" in head
    assert first.startswith(f"{'':12}{1:5} fe 00 01 02") and second.startswith(f"{'':12}{17:5} 0f 10")


def test_a_bad_frame_is_a_row_of_its_own(recording: Path) -> None:
    lines = recording.read_text("utf-8").splitlines()
    frame = json.loads(lines[2])
    frame["raw"] = frame["raw"][:-2]
    recording.write_text("\n".join([*lines[:2], json.dumps(frame)]), encoding="utf-8")
    (row,) = rows(*open_capture(recording, None))
    assert row["name"] == "bad_frame" and "-- bad_frame" in next(text_of(row))


def test_verify_prints_totals_and_ends_with_1_when_something_is_amiss(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("inspect", "--verify", str(recording)) == 0
    good = json.loads(capsys.readouterr().out)
    assert good == {"frames": 10, "messages": 11, "undecoded": 0, "mismatched": 0}
    assert check([recording, recording], None).frames == 20
    text = recording.read_text("utf-8")
    recording.write_text(text.replace('"msgs": [[0, "aa"]]', '"msgs": [[0, "ab"]]'), encoding="utf-8")
    assert run("inspect", "--verify", str(recording)) == 1
    answer = capsys.readouterr()
    assert json.loads(answer.out)["mismatched"] == 1
    assert "boundaries" in answer.err


def test_json_is_a_list_of_messages(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("inspect", "--json", "--name", "talk", str(recording)) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["fields"]["position"] == {"x": 100, "y": 200, "z": 7}


def test_show_names_fields_places_and_structures() -> None:
    text = "\n".join(protocol.shown(1310, "0x6A", "server"))
    assert text.startswith("1310, from the server:\n0x6A add_thing    (common.yaml:")
    assert "\n  position: pos\n  stack: u8\n  thing: thing\n" in text
    assert "\noutfit    (common.yaml:" in text
    both = [line for line in protocol.shown(1310, "ping", None) if line.startswith("1310, from")]
    assert both == ["1310, from the client:", "1310, from the server:"]
    assert list(protocol.shown(860, "0x14", "client"))[2] == "  (no fields)"
    with pytest.raises(ConfigError, match="860 has no message 0xF5 from the server"):
        list(protocol.shown(860, "0xF5", "server"))


def test_list_has_what_a_version_has() -> None:
    fields = {(row["direction"], row["name"]): row["fields"] for row in protocol.listed(860)}
    assert fields["server", "creature_speed"] == "creature u32, speed u16"
    assert ("server", "inventory") not in fields
    fields = {(row["direction"], row["name"]): row["fields"] for row in protocol.listed(1310)}
    assert fields["server", "creature_speed"] == "creature u32, base u16, speed u16"
    assert fields["client", "say"] == ("type u8, [by type: 5 16: receiver str; 7 14: channel u16], text str")


def test_the_page_is_up_to_date() -> None:
    root = checkout_root()
    assert root is not None
    assert (root / protocol.PAGE).read_text("utf-8") == protocol.page(root)
