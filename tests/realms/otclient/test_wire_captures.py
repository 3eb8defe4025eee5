"""The client role, told what recorded servers told real clients: it comes to the same words, places and figures.

The recordings are not part of the project: TIBICEN_CAPTURES names their folder.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from tests.realms.otclient.clients import write
from tests.realms.otclient.saying_server import SayingServer

from tibicen.protocol.captures import Capture, Record
from tibicen.realms.otclient.client import Client
from tibicen.realms.otclient.files import Files
from tibicen.realms.otclient.wire import ClientWire
from tibicen.realms.otclient.wire_features import setup_chunk
from tibicen.vm.stack import StackThread

FOLDER = Path(os.environ.get("TIBICEN_CAPTURES") or Path(__file__).resolve().parents[4] / "shared" / "captures")
SETUP = "game\n  last-supported-version: 1525\n"
"""What lets mehah's client take versions that are newer than itself."""

NAMES = {"charges": "wear_out", "expire": "expire", "classification": ""}
SEEN = """
seen = {}
local function note(event, text)
    g_game[event] = function(...) seen[#seen + 1] = text(...) end
end
note("onTalk", function(name, level, mode, said)
    return table.concat({ "talk", name, level, mode, said }, " ")
end)
note("onTextMessage", function(mode, said) return "text " .. mode .. " " .. said end)
"""
WHERE = """
local player = g_game.getLocalPlayer()
local at = player:getPosition()
local text = "at " .. at.x .. " " .. at.y .. " " .. at.z .. " hp " .. player:getHealth() .. " lvl " .. player:getLevel()
return text
"""


def things(version: int) -> list[dict[str, Any]]:
    """The kinds of items of a recording, as the client keeps them."""
    table = json.loads((FOLDER / f"items-{version}.json").read_text())
    flags, kinds = table["flags"], {}
    for name, ids in flags.items():
        for number in ids:
            kind = kinds.setdefault(number, {"id": number, "is": []})
            if name == "classification":
                kind["classification"] = 1
            elif name == "animated":
                kind["animation_phases"] = 2
            else:
                kind["is"].append(NAMES.get(name, name))
    moved = {*flags["ground"], *flags["pickupable"], *flags["container"]}
    for number in table["covered"]:
        if number not in moved:
            # The tables don't say what lies below creatures; of what can't be taken, all does in these recordings.
            kinds.setdefault(number, {"id": number, "is": []})["is"].append("on_bottom")
    return list(kinds.values())


def text(value: Any) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")


def first_line(said: str) -> str:
    return said.split("\n")[0]


def said_by_server(capture: Capture) -> list[Record]:
    """The frames of the recording's last game connection behind the challenge."""
    number = [number for number, kind in capture.kinds.items() if kind == "game"][-1]
    frames = (each for each in capture if each.kind == "frame" and each.direction == "s2c")
    return [each for each in frames if each.connection == number]


def play(capture: Capture, root: Path) -> None:
    """Runs a client through a recording.

    Raises:
        AssertionError: it came to other words, another place, or wrote an error into its log.
    """
    client = Client(Files(write(root, {"init.lua": "", "data/setup.otml": SETUP})))
    wire = ClientWire()
    wire.attach(client)
    client.run(setup_chunk(capture.version))
    for category, last, kinds in ((0, 60_000, things(capture.version)), (1, 3000, []), (2, 400, []), (3, 300, [])):
        client.control("game_things", category, last, kinds)
    client.run(SEEN.encode())
    events = [(each.time, str(each.said["text"])) for each in capture if each.said.get("ev") == "client"]
    places = [each for each in events if each[1].startswith("at ")]
    with contextlib.closing(SayingServer(capture.version)) as server:
        login = f"'a', 'b', 'World', '127.0.0.1', {server.port}, '{capture.meta['character']}', '', 'key'"
        client.run(f"g_game.loginWorld({login})".encode())
        server.log_in(lambda: client.frame(10))
        assert server.first is not None and server.first.version == capture.version
        for record in said_by_server(capture):
            while places and places[0][0] <= record.time:
                assert text(client.run(WHERE.encode())).startswith(places.pop(0)[1])
            before, until = wire.messages, time.monotonic() + 5
            server.send(record.plain or b"")
            while wire.messages == before and time.monotonic() < until:
                client.frame(10)
            assert wire.messages > before, record.line
    # What the recorded client answered on its own this one was not asked.
    problems = [said for level, said in client.log if level == "error" and "invalid ping" not in str(said)]
    assert problems == []
    seen: Any = client.run(b"return seen")
    told = [first_line(said) for _, said in events if said.split(" ")[0] in ("talk", "text")]
    assert [first_line(text(each)) for each in seen] == [first_line(each) for each in told]
    client.close()


@pytest.mark.skipif(not FOLDER.is_dir(), reason="no captures here; TIBICEN_CAPTURES names their folder")
@pytest.mark.parametrize(
    "name",
    [
        "canary860-mehah.jsonl",
        "tfs1098-mehah.jsonl.xz",
        "canary1100-mehah.jsonl.xz",
        "tfs1310-mehah.jsonl.xz",
        "canary1525-otbr.jsonl.xz",
    ],
)
def test_a_recording(name: str, tmp_path: Path) -> None:
    with contextlib.closing(StackThread("client")) as thread:
        thread.call(lambda: play(Capture(FOLDER / name), tmp_path))
