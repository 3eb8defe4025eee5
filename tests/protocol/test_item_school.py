"""Learning beside a bridge: on a thread, kept in a file, and what plugins have of it."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest
from tests.protocol.wire_ends import Plugins, bridged, until

from tibicen.protocol import item_pupil, item_school
from tibicen.protocol.item_learning import NEEDED, ItemLearner
from tibicen.protocol.item_pupil import Pupil
from tibicen.protocol.item_school import ItemSchool

SERVERS, VERSION = "127.0.0.1:7172", 1310
HAND = b"\x78\x06"
"""An item is put into the left hand."""
SWORD = (2400).to_bytes(2, "little")
FRAMES = [HAND + SWORD + b"\x1d" * n for n in range(NEEDED)]


def taught(school: ItemSchool, frames: list[bytes], session: int = 1) -> None:
    for frame in frames:
        school.frame(session, SERVERS, VERSION, frame)
    school.flush()


def wait_for(school: ItemSchool, known: int) -> None:
    until = time.monotonic() + 10
    while school.learner(SERVERS, VERSION).count != known:
        assert time.monotonic() < until
        time.sleep(0.005)


def test_what_is_learnt_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "learnt.json"
    school = ItemSchool(path)
    table = school.table(SERVERS, VERSION)
    taught(school, FRAMES)
    wait_for(school, 1)
    assert table.flags(2400) == 0
    (told,) = school.describe()
    assert (told["servers"], told["version"], told["known"], told["dropped"]) == (SERVERS, VERSION, 1, 0)
    school.forget(1)
    school.close()
    school.close()
    assert not list(tmp_path.glob("*.whole"))
    again = ItemSchool(path)
    assert again.table(SERVERS, VERSION).flags(2400) == 0
    # Other servers and versions have items of their own.
    assert again.learner("elsewhere:7172", VERSION).count == 0 == again.learner(SERVERS, 1098).count
    again.close()


@pytest.mark.parametrize(
    "text", ["", "[]", '{"servers": []}', '{"servers": {"127.0.0.1:7172": {"1310": {"shapes": 5}}}}']
)
def test_a_file_that_is_none_is_begun_anew(tmp_path: Path, text: str) -> None:
    path = tmp_path / "learnt.json"
    path.write_text(text)
    school = ItemSchool(path)
    taught(school, FRAMES)
    wait_for(school, 1)
    school.close()
    assert ItemSchool(path).learner(SERVERS, VERSION).count == 1


def test_items_of_a_kept_file_that_make_no_sense(tmp_path: Path) -> None:
    path = tmp_path / "learnt.json"
    kept = ItemLearner(VERSION).state()
    kept["items"]["2400"] = {"shapes": [999], "seen": []}
    path.write_text(json.dumps({"servers": {SERVERS: {str(VERSION): kept}}}))
    assert ItemSchool(path).learner(SERVERS, VERSION).count == 0


def test_a_mistake_costs_what_could_have_been_learnt_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    school = ItemSchool(tmp_path / "none" / "learnt.json")
    real = ItemLearner.take
    monkeypatch.setattr(ItemLearner, "take", lambda *_: 1 // 0)
    taught(school, FRAMES[:1])
    while not (1 in school._lessons and school._lessons[1].state.floor == -1):
        time.sleep(0.005)
    monkeypatch.setattr(ItemLearner, "take", real)
    taught(school, FRAMES)
    wait_for(school, 1)
    # The folder isn't there: nothing is kept, and nothing fails.
    school.close()


def test_frames_that_are_missed_make_the_floor_doubtful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(item_school, "MOST_WAITING", 2)
    school = ItemSchool()
    # It begins when it is told to.
    school._thread = item_school.threading.Thread(target=school._run, daemon=True)
    for _ in range(4):
        taught(school, FRAMES[:1])
    assert school._missed == {1} and school._work.qsize() == 2
    school._thread.start()
    deadline = time.monotonic() + 10
    while school._work.qsize():
        assert time.monotonic() < deadline
    taught(school, [b"\x1d"])
    while not (1 in school._lessons and school._lessons[1].state.floor == -1):
        assert time.monotonic() < deadline
    assert not school._missed
    school.forget(1)
    while school._lessons:
        assert time.monotonic() < deadline
    school.close()


def test_frames_are_handed_over_in_handfuls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(item_school, "TOGETHER", 3)
    school = ItemSchool()
    for frame in FRAMES[:2]:
        school.frame(1, SERVERS, VERSION, frame)
    assert school._thread is None
    school.frame(1, SERVERS, VERSION, FRAMES[2])
    wait_for(school, 1)
    school.close()


def test_plugins_read_what_has_been_learnt(tmp_path: Path) -> None:
    async def scenario() -> tuple[list[dict[str, Any]], bool]:
        plugins, school = Plugins(), ItemSchool(tmp_path / "learnt.json")
        async with bridged("sequence", plugins.bus, school=school) as rig:
            client, server = await rig.enter()
            sealer = rig.sealer()

            async def pass_on(frame: bytes) -> None:
                server.send(sealer.seal(frame))
                assert await client.messages(rig.stack) == frame

            # Nobody wants the server's messages: frames aren't opened, and nothing is learnt.
            await pass_on(FRAMES[0])
            idle = school._thread is None
            seen = plugins.listen("packet.server.any")
            for frame in FRAMES:
                await pass_on(frame)
            learner = school.learner(rig.bridge.ports[0].servers, rig.version)
            await until(lambda: learner.count == 1)
            await pass_on(FRAMES[-1])
            (items,) = rig.bridge.monitor()["items"]
            assert items["known"] == 1
        school.close()
        return seen, idle

    seen, idle = asyncio.run(scenario())
    assert idle and seen[0]["name"] == "unparsed"
    assert [packet["name"] for packet in seen[-NEEDED:]] == ["inventory_set", *["ping"] * (NEEDED - 1)]
    assert seen[-NEEDED]["fields"] == {"slot": 6, "item": {"id": 2400}}


def test_who_learns_nothing_new_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(item_pupil, "DULL_FRAMES", 4)
    monkeypatch.setattr(item_pupil, "PAUSE_SECONDS", 0.05)

    async def scenario() -> None:
        school, told = ItemSchool(), []
        pupil = Pupil(school, 1, SERVERS, VERSION, lambda: told.append(pupil.learns))
        learner = school.learner(SERVERS, VERSION)
        for frame in (*FRAMES, b"\x1d"):
            pupil.frame(frame)
        school.flush()
        # It is not known yet whether these have taught something.
        assert not pupil.learns
        await until(lambda: told == [False, True])
        await until(lambda: learner.count == 1)
        for _ in range(4):
            pupil.frame(b"\x1d")
        assert pupil.learns
        for _ in range(4):
            pupil.frame(b"\x1d")
        assert not pupil.learns and school._missed == {1}
        pupil.frame(b"\x1d")
        pupil.close()
        pupil.close()
        await asyncio.sleep(0.1)
        assert told == [False, True, False]
        school.close()

    asyncio.run(scenario())
