"""OTClient's recordings: read, written, converted, checked and replayed."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import PluginFolder, run_in_host_thread
from tests.protocol.made_sessions import made_session
from tests.protocol.wire_ends import bridged

from tibicen.cli.app import app
from tibicen.cli.bridge import recorder_of
from tibicen.cli.convert import convert
from tibicen.cli.inspect import open_capture, rows
from tibicen.cli.replay import replay
from tibicen.errors import ConfigError, WireError
from tibicen.protocol.cam import CamFrame, read_cam, version_in, write_cam
from tibicen.protocol.captures import Capture
from tibicen.protocol.verify import verify
from tibicen.protocol.versions import VERSIONS

WORDS = b"\x96\x01\x05\x00hello"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recording_becomes_a_cam_with_the_same_messages(version: int, tmp_path: Path) -> None:
    source = made_session(version).write(tmp_path)
    target = tmp_path / f"session{version}.cam"
    written = convert(source, target, None)
    capture, items = open_capture(target, None)
    assert capture.version == version and len(list(capture)) == written
    told = [(row["from"], row["name"], row["fields"]) for row in rows(*open_capture(source, None))]
    read = [(row["from"], row["name"], row["fields"]) for row in rows(capture, items)]
    assert read == [each for each in told if each[1] != "game_login"]
    totals = verify(capture, items)
    assert (totals.undecoded, totals.mismatched, totals.problems) == (0, 0, [])
    again = list(write_cam(read_cam(target.read_text()), version))
    assert again == target.read_text().splitlines()


def test_lines_are_those_that_the_client_writes() -> None:
    text = "< 3 06001ff3ead46794\n< 23 1d\n\n> 23 0f\n"
    frames = list(read_cam(text))
    assert frames == [
        CamFrame(1, 3, "s2c", bytes.fromhex("1ff3ead46794")),
        CamFrame(2, 23, "s2c", b"\x1d"),
        CamFrame(4, 23, "c2s", b"\x0f"),
    ]
    assert "\n".join(write_cam(frames, 1098)) + "\n" == text.replace("\n\n", "\n")
    # From 14.05 on the frame has no length inside, and a byte of filler behind the challenge.
    (blocks,) = read_cam("< 3 1ff3ead4679471")
    assert blocks.messages == frames[0].messages
    assert list(write_cam([blocks], 1525)) == ["< 3 1ff3ead46794"]
    # A frame without messages would end the file for the client.
    assert list(write_cam([CamFrame(1, 0, "s2c", b"")], 1098)) == []


@pytest.mark.parametrize("line", ["< 3", "= 3 1d", "< x 1d", "< 3 1", "< 3 zz", "< 3 1d 1d"])
def test_what_is_no_such_line_says_so(line: str, tmp_path: Path) -> None:
    with pytest.raises(WireError, match="line 2"):
        list(read_cam(f"< 1 1d\n{line}"))
    path = tmp_path / "a1098.cam"
    path.write_text(f"< 1 1d\n{line}")
    with pytest.raises(ConfigError, match="line 2"):
        list(Capture(path))


def test_the_version_is_in_the_name_or_given(tmp_path: Path) -> None:
    assert [version_in(name, VERSIONS) for name in ("test1098.cam", "2024-860-x.cam", "1699.cam")] == [1098, 860, 0]
    path = tmp_path / "1699999999.cam"
    path.write_text("< 1 1d\n")
    assert Capture(path, 1310).version == 1310
    with pytest.raises(ConfigError, match="--protocol"):
        Capture(path)


def test_a_cam_is_replayed(tmp_path: Path, folder: PluginFolder) -> None:
    folder.plugin("drops", 'hooks.on("packet.client.say", function(packet) packet.drop = true return packet end)')
    target = tmp_path / "session1310.cam"
    convert(made_session(1310).write(tmp_path), target, None)
    result = replay(target, folder.path, None, None)
    (emitted,) = result["emitted"]
    assert (emitted["dir"], emitted["is"], result["failures"]) == ("c2s", "", [])


def test_what_can_not_be_converted(tmp_path: Path) -> None:
    source = made_session(1098).write(tmp_path)
    with pytest.raises(ConfigError, match="no game connection 7"):
        convert(source, tmp_path / "a.cam", 7)
    with pytest.raises(ConfigError, match=r"are \.cam, \.jsonl or"):
        convert(source, tmp_path / "a.txt", None)
    with pytest.raises(ConfigError, match="of that form already"):
        convert(source, tmp_path / "a.jsonl", None)
    with pytest.raises(ConfigError, match="can't be written"):
        convert(source, tmp_path / "none" / "a.cam", None)


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.xz"])
def test_a_cam_becomes_a_recording_with_the_same_messages(tmp_path: Path, name: str) -> None:
    cam, target, again = tmp_path / "session1310.cam", tmp_path / name, tmp_path / "again1310.cam"
    written = convert(made_session(1310).write(tmp_path), cam, None)
    assert convert(cam, target, None) == written == convert(target, again, None)
    assert again.read_text() == cam.read_text()
    assert list(rows(*open_capture(target, None))) == [
        {**row, "line": row["line"] + 1} for row in rows(*open_capture(cam, None))
    ]
    with pytest.raises(ConfigError, match="of that form already"):
        convert(cam, again, None)


def test_sessions_are_recorded_as_cams(tmp_path: Path) -> None:
    path = tmp_path / "live1310.cam"

    async def scenario() -> None:
        recorder = recorder_of(path)
        async with bridged("sequence", recorder=recorder) as rig:
            for number in range(2):
                client, server = await rig.enter(prelude=b"World\n")
                client.send(rig.sealer(0).seal(WORDS))
                assert await server.messages(rig.stack) == WORDS
                server.send(rig.sealer().seal(b"\x1d"))
                assert await client.messages(rig.stack) == b"\x1d"
                if not number:
                    await client.close()
                    await server.ended()
        assert recorder.counts == {"sessions": 2, "frames": 6}
        recorder.close()
        recorder.close()

    run_in_host_thread(scenario)
    for file in (path, tmp_path / "live1310-2.cam"):
        assert file.stat().st_mode & 0o077 == 0
        text = file.read_text()
        assert [line.split()[0] for line in text.splitlines()] == ["<", ">", "<"]
        assert text.splitlines()[0].split()[2].startswith("06001f")
        shown = [(each.direction, each.messages) for each in read_cam(text)]
        assert shown[1:] == [("c2s", WORDS), ("s2c", b"\x1d")]
        assert b"acc".hex() not in text and b"pass".hex() not in text
        assert [each.kind for each in Capture(file)] == ["challenge", "frame", "frame"]


def test_a_recording_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be made"):
        recorder_of(tmp_path / "none" / "x.cam")


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = made_session(1098).write(tmp_path), tmp_path / "a.cam"
    with pytest.raises(SystemExit) as ended:
        app(["convert", str(source), str(target)])
    assert not ended.value.code and "frames to" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        app(["inspect", str(target), "--protocol", "1098", "--name", "say"])
    assert not ended.value.code and "say type=1" in capsys.readouterr().out
