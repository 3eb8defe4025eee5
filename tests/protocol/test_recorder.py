from __future__ import annotations

import json
import lzma
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PluginFolder
from tests.conftest import run_in_host_thread as run
from tests.protocol.wire_ends import STACKS, bridged

from tibicen.cli.replay import replay, show
from tibicen.errors import ConfigError
from tibicen.protocol.captures import Capture
from tibicen.protocol.handshake import read_credentials, read_first_frame
from tibicen.protocol.items import ItemTable
from tibicen.protocol.recorder import Recorder
from tibicen.protocol.replay import differences, in_words
from tibicen.protocol.rsa import open_tibia_key

WORDS = b"\x96\x01\x05\x00hello"


def recorded(path: Path, stack: str = "sequence", *, secrets: bool = False) -> list[dict[str, Any]]:
    """A session of a login, two frames and an end, written down."""

    async def scenario() -> None:
        recorder = Recorder(path, secrets=secrets)
        async with bridged(stack, recorder=recorder) as rig:
            client, server = await rig.enter(prelude=b"World\n")
            sealer = rig.sealer(0)
            client.send(sealer.seal(WORDS) + sealer.seal(b"\x1e"))
            assert [await server.messages(rig.stack) for _ in range(2)] == [WORDS, b"\x1e"]
            server.send(rig.sealer().seal(b"\x1d"))
            assert await client.messages(rig.stack) == b"\x1d"
            assert server.numbers == ([0, 0] if stack == "adler" else [0, 1])
        recorder.close()
        recorder.close()
        assert recorder.counts["failed_writes"] == 0

    run(scenario)
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("stack", list(STACKS))
@pytest.mark.parametrize("secrets", [False, True])
def test_a_session_is_written_down(tmp_path: Path, stack: str, secrets: bool) -> None:
    path = tmp_path / "session.jsonl"
    meta, *rows = recorded(path, stack, secrets=secrets)
    assert path.stat().st_mode & 0o077 == 0
    assert meta["meta"]["version"] == STACKS[stack][0] and len(meta["meta"]["connections"]) == 1
    shape = [row.get("ev") or (row["dir"], row["kind"], row.get("plain")) for row in rows]
    assert shape[0] == "connect" and shape[-1] == "close"
    assert [each[:2] for each in shape[1:4]] == [("s2c", "challenge"), ("c2s", "prelude"), ("c2s", "login")]
    assert shape[4:-1] == [("c2s", "frame", WORDS.hex()), ("c2s", "frame", "1e"), ("s2c", "frame", "1d")]
    framing = STACKS[stack][2]
    first = read_first_frame(bytes.fromhex(rows[3]["raw"]), framing, open_tibia_key())
    said = read_credentials(first)
    # The character and the challenge are no secrets; how the account is opened is.
    assert said.character == b"Peer One"
    assert (said.session_key == b"acc\npass") == secrets
    assert (b"acc" in bytes.fromhex(rows[3]["rsaPlain"])) == secrets
    assert rows[3]["login"]["rsaOffset"] == first.rsa_offset
    # It reads as captures do.
    capture = Capture(path)
    assert capture.keys and [record.kind for record in capture if record.kind == "frame"] == ["frame"] * 3


def test_a_recording_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be made"):
        Recorder(tmp_path / "none" / "x.jsonl")


def test_a_recording_tests_plugins(tmp_path: Path, folder: PluginFolder) -> None:
    path, expected = tmp_path / "session.jsonl", tmp_path / "expected.jsonl"
    recorded(path)
    plugin = """
        hooks.on("packet.client.op_96", function(packet)
            packet.data = packet.data:upper()
            packet.answer = {{opcode = 0xb4, data = "%s"}}
            return packet
        end)
        hooks.on("packet.server.any", function(packet) packet.drop = true return packet end)
        """
    folder.plugin("shouts", plugin % "yes")
    first = replay(path, folder.path, None, expected)
    assert first["failures"] == [] and (first["frames"], first["messages"]) == (3, 3)
    upper, dropped = first["emitted"]
    assert bytes.fromhex(upper["is"]) == b"\x96\x01\x05\x00HELLO" and upper["answered"] == [b"\xb4yes".hex()]
    assert (dropped["was"], dropped["is"]) == ("1d", "")
    again = replay(path, folder.path, expected, None)
    assert again["differences"] == [] and "as expected" in show(again)
    # Another answer, a broken plugin, and one that is gone: each is found.
    folder.plugin("shouts", plugin % "no")
    (found,) = replay(path, folder.path, expected, None)["differences"]
    assert "line 6" in found and b"yes".hex() in found and b"no".hex() in found
    folder.plugin("shouts", 'hooks.on("packet.client.any", function() error("broken") end)')
    broken = replay(path, folder.path, expected, None)
    assert len(broken["differences"]) == 2 and any("broken" in each for each in broken["failures"])


def test_a_packed_recording_replays_and_what_is_none_says_so(tmp_path: Path, folder: PluginFolder) -> None:
    path = tmp_path / "session.jsonl"
    recorded(path)
    packed = tmp_path / "session.jsonl.xz"
    packed.write_bytes(lzma.compress(path.read_bytes()))
    assert replay(packed, folder.path, None, None)["frames"] == 3
    for name, text in (("a", ""), ("b", "{}"), ("c", "no json")):
        (tmp_path / name).write_text(text)
        with pytest.raises(ConfigError):
            replay(tmp_path / name, folder.path, None, None)
    with pytest.raises(ConfigError, match="no plugins folder"):
        replay(path, tmp_path / "none", None, None)


def test_differences_are_told_in_words() -> None:
    row = {"line": 3, "conn": 0, "dir": "c2s"}
    said = {**row, "was": "9601010061", "is": "9601010041"}
    words = in_words(1098, ItemTable())
    assert list(differences([said], [{**said, "is": ""}], words)) == [
        "line 3: it was say type=1 text='A'; it is dropped",
    ]
    answered = {**row, "answered": ["1d"], "injected": ["65", "ff01"]}
    assert list(differences([], [answered], words)) == [
        "line 3: plugins make something of it now: injected walk_north, injected ff01, answered ping",
    ]
    # A version that isn't described has no words.
    assert list(differences([said], [], in_words(1400, ItemTable()))) == [
        "line 3: plugins make nothing of it any more; it was: 9601010041",
    ]
