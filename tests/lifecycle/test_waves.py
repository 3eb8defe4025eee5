from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tibicen.lifecycle import waves
from tibicen.lifecycle.discovery import is_leftover
from tibicen.lifecycle.waves import Change, Wave, WaveGatherer

TICK = 1e-6
"""More than the rounding of the clock, far less than any of the waits."""


@dataclass
class Timer:
    at: float
    callback: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


class Stage:
    """A gatherer on a clock that only the test moves; it is the gatherer's loop and its `time` at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = 1000.0
        self.timers: list[Timer] = []
        self.waves: list[Wave] = []
        self.gatherer = WaveGatherer(folder, cast(asyncio.AbstractEventLoop, self), self.waves.append)

    def monotonic(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], None]) -> Timer:
        timer = Timer(self.now + delay, callback)
        self.timers.append(timer)
        return timer

    def pending(self) -> list[Timer]:
        return sorted((timer for timer in self.timers if not timer.cancelled), key=lambda timer: timer.at)

    def go_on(self, seconds: float) -> None:
        """Lets time pass, and what is due in it happen."""
        end = self.now + seconds
        while (due := self.pending()) and due[0].at <= end:
            self.timers.remove(due[0])
            self.now = max(self.now, due[0].at)
            due[0].callback()
        self.now = end

    def change(self, kind: str, name: str, to: str = "", *, folder: bool = False) -> Change:
        return Change(kind, folder, str(self.folder / name), str(self.folder / to) if to else "", self.now)

    def say(self, kind: str, name: str, to: str = "", *, folder: bool = False) -> None:
        self.gatherer.take([self.change(kind, name, to, folder=folder)])

    def save(self, *names: str) -> None:
        """What writing files that are there tells: opened with truncation, written, closed."""
        for name in names:
            for kind in ("modified", "modified", "closed"):
                self.say(kind, name)

    @property
    def seen(self) -> list[set[str]]:
        return [{path.relative_to(self.folder).as_posix() for path in wave.paths} for wave in self.waves]


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    stage = make_stage(tmp_path / "plugins", monkeypatch)
    yield stage
    assert len(stage.pending()) <= 1, "a gatherer needs one timer"


def make_stage(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    folder.mkdir(exist_ok=True)
    stage = Stage(folder)
    monkeypatch.setattr(waves, "time", stage)
    monkeypatch.setattr(waves, "TELLS_CLOSE", True)
    return stage


# -- ways to save ---------------------------------------------------------------------------------------


def test_a_whole_save_waits_for_quiet_and_no_longer(stage: Stage) -> None:
    began = stage.now
    stage.save("a.lua")
    stage.go_on(waves.QUIET - TICK)
    assert stage.seen == []
    stage.go_on(2 * TICK)
    assert stage.waves == [Wave(frozenset({stage.folder / "a.lua"}), began)]
    stage.go_on(60)
    assert len(stage.waves) == 1


def test_a_truncated_file_waits_for_its_writer(stage: Stage) -> None:
    stage.say("modified", "a.lua")
    stage.go_on(waves.HALF_WRITTEN - 0.1)
    assert stage.seen == []
    stage.say("closed", "a.lua")
    stage.go_on(waves.QUIET + TICK)
    assert stage.seen == [{"a.lua"}]


def test_a_slow_writer_is_waited_for_as_long_as_it_writes(stage: Stage) -> None:
    for _ in range(15):
        stage.say("modified", "a.lua")
        stage.go_on(waves.HALF_WRITTEN / 2)
    assert stage.seen == []
    stage.say("closed", "a.lua")
    stage.go_on(waves.QUIET + TICK)
    assert stage.seen == [{"a.lua"}]


def test_a_half_written_file_holds_back_the_whole_ones_beside_it(stage: Stage) -> None:
    stage.say("modified", "slow.lua")
    stage.save("quick.lua")
    stage.go_on(waves.HALF_WRITTEN - 0.1)
    assert stage.seen == []
    stage.say("closed", "slow.lua")
    stage.go_on(waves.BURST + TICK)
    assert stage.seen == [{"slow.lua", "quick.lua"}]


def test_a_writer_that_never_closes_is_given_up(stage: Stage) -> None:
    stage.say("modified", "a.lua")
    stage.go_on(waves.HALF_WRITTEN - TICK)
    assert stage.seen == []
    stage.go_on(2 * TICK)
    assert stage.seen == [{"a.lua"}]


def test_an_endless_writer_can_not_hold_a_wave_for_ever(stage: Stage) -> None:
    passed = 0.0
    while not stage.waves and passed < 3 * waves.LONGEST:
        stage.say("modified", "log.lua")
        stage.save("a.lua")
        stage.go_on(waves.QUIET / 2 if passed > waves.LONGEST else 0.1)
        passed = stage.now - 1000.0
        assert not stage.waves or passed > waves.LONGEST
    assert stage.seen == [{"log.lua", "a.lua"}]


def test_a_new_file_is_half_written_while_empty_and_whole_when_moved_in(stage: Stage) -> None:
    (stage.folder / "a.lua").touch()
    stage.say("created", "a.lua")
    stage.go_on(waves.HALF_WRITTEN - TICK)
    assert stage.seen == []
    stage.say("closed", "a.lua")
    stage.go_on(waves.AFTERSHOCK * 2)
    (stage.folder / "b.lua").write_text("whole")
    stage.say("created", "b.lua")
    stage.go_on(waves.QUIET + TICK)
    assert stage.seen == [{"a.lua"}, {"b.lua"}]


@pytest.mark.parametrize("beside", [".a.lua.x7", "a.lua.tmp", "a.lua~", "sedXb3kQ1"])
def test_an_atomic_rename(stage: Stage, beside: str) -> None:
    (stage.folder / "a.lua").write_text("new")
    stage.say("created", beside)
    stage.save(beside)
    stage.say("moved", beside, to="a.lua")
    stage.go_on(waves.QUIET + TICK)
    assert stage.seen == [{"a.lua"}]


def test_a_save_in_the_way_of_vim_is_one_wave(stage: Stage) -> None:
    target = stage.folder / "a.lua"
    for probe in ("4913", ".a.lua.swp"):
        stage.say("created", probe)
        stage.say("deleted", probe)
    stage.say("moved", "a.lua", to="a.lua~")
    stage.go_on(waves.DELETION / 2)
    target.touch()
    stage.say("created", "a.lua")
    stage.go_on(waves.DELETION * 2)
    assert stage.seen == []
    target.write_text("new")
    stage.say("modified", "a.lua")
    stage.say("closed", "a.lua")
    stage.say("deleted", "a.lua~")
    stage.go_on(60)
    assert stage.seen == [{"a.lua"}]


def test_deleted_and_made_again_is_one_save(stage: Stage) -> None:
    stage.say("deleted", "a.lua")
    stage.go_on(waves.DELETION - TICK)
    assert stage.seen == []
    (stage.folder / "a.lua").write_text("again")
    stage.say("created", "a.lua")
    stage.go_on(60)
    assert stage.seen == [{"a.lua"}]


def test_deleted_for_good(stage: Stage) -> None:
    stage.say("deleted", "a.lua")
    stage.go_on(waves.DELETION + TICK)
    assert stage.seen == [{"a.lua"}]


# -- many at once ---------------------------------------------------------------------------------------


def test_500_files_are_one_wave(stage: Stage) -> None:
    names = [f"plugin{number % 50}/file{number}.lua" for number in range(500)]
    for name in names:
        stage.save(name)
        stage.go_on(waves.QUIET / 4)
    assert stage.seen == []
    stage.go_on(60)
    stage.gatherer.take([stage.change(kind, name) for name in names for kind in ("modified", "closed")])
    stage.go_on(60)
    assert stage.seen == [set(names)] * 2


def test_a_slow_copy_is_one_wave_after_its_first_file(stage: Stage) -> None:
    names = [f"file{number}.lua" for number in range(100)]
    for name in names:
        stage.save(name)
        stage.go_on(waves.BURST / 2)
    stage.go_on(60)
    assert stage.seen == [{names[0]}, set(names[1:])]


def test_two_files_wait_for_a_third(stage: Stage) -> None:
    stage.save("a.lua", "b.lua")
    stage.go_on(waves.BURST - TICK)
    assert stage.seen == []
    stage.save("c.lua")
    stage.go_on(waves.BURST - TICK)
    assert stage.seen == []
    stage.go_on(2 * TICK)
    assert stage.seen == [{"a.lua", "b.lua", "c.lua"}]


def test_saves_apart_are_waves_apart(stage: Stage) -> None:
    for name in ("a.lua", "b.lua", "a.lua"):
        stage.save(name)
        stage.go_on(waves.QUIET + waves.AFTERSHOCK + TICK)
    assert stage.seen == [{"a.lua"}, {"b.lua"}, {"a.lua"}]
    assert [wave.noticed_at for wave in stage.waves] == sorted({wave.noticed_at for wave in stage.waves})


@pytest.mark.parametrize("linked", [False, True])
def test_a_checkout_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, linked: bool) -> None:
    git = tmp_path / ".git"
    if linked:
        git.write_text("gitdir: real/worktrees/x\n")
        git = tmp_path / "real" / "worktrees" / "x"
    git.mkdir(parents=True)
    stage = make_stage(tmp_path / "plugins", monkeypatch)
    lock = git / "index.lock"
    lock.touch()
    stage.save("a.lua")
    stage.go_on(waves.CHECKOUT / 2)
    stage.save("b.lua")
    stage.go_on(waves.CHECKOUT / 4)
    assert stage.seen == []
    lock.unlink()
    stage.go_on(waves.BURST)
    assert stage.seen == [{"a.lua", "b.lua"}]
    lock.touch()
    stage.go_on(1)
    stage.save("c.lua")
    stage.go_on(waves.CHECKOUT - 0.1)
    assert len(stage.waves) == 1
    stage.go_on(0.2)
    assert stage.seen[1:] == [{"c.lua"}]


# -- folders --------------------------------------------------------------------------------------------


def test_a_deleted_folder_names_what_was_in_it(stage: Stage) -> None:
    stage.say("deleted", "greeter/init.lua")
    stage.say("deleted", "greeter", folder=True)
    stage.go_on(waves.DELETION + TICK)
    assert stage.seen == [{"greeter", "greeter/init.lua"}]


def test_a_renamed_folder_names_both(stage: Stage) -> None:
    (stage.folder / "new").mkdir()
    stage.say("moved", "old", to="new", folder=True)
    stage.say("moved", "old/init.lua", to="new/init.lua")
    stage.go_on(60)
    assert stage.seen == [{"old", "new", "old/init.lua", "new/init.lua"}]


def test_a_new_folder_is_named_and_a_changed_one_is_not(stage: Stage) -> None:
    stage.say("modified", "greeter", folder=True)
    assert stage.pending() == []
    stage.say("created", "greeter", folder=True)
    stage.go_on(60)
    assert stage.seen == [{"greeter"}]


def test_a_folder_waits_for_what_is_told_of_its_files(stage: Stage) -> None:
    (stage.folder / "new").mkdir()
    stage.say("moved", ".new.draft", to="new", folder=True)
    # A busy machine tells the rest of it late.
    stage.go_on(waves.BURST - TICK)
    assert stage.waves == []
    stage.say("moved", ".new.draft/init.lua", to="new/init.lua")
    stage.go_on(waves.BURST + TICK)
    assert stage.seen == [{"new", "new/init.lua"}]


def test_moved_out_and_moved_in(stage: Stage, tmp_path: Path) -> None:
    outside = str(tmp_path / "outside.lua")
    stage.gatherer.take([Change("moved", False, str(stage.folder / "a.lua"), outside, stage.now)])
    stage.go_on(60)
    stage.gatherer.take([Change("moved", False, outside, str(stage.folder / "b.lua"), stage.now)])
    stage.go_on(60)
    assert stage.seen == [{"a.lua"}, {"b.lua"}]


def test_lost_events_name_the_folder_itself(stage: Stage) -> None:
    stage.gatherer.take([Change("overflow", True, str(stage.folder), "", stage.now)])
    stage.go_on(60)
    assert [wave.paths for wave in stage.waves] == [{stage.folder}]


# -- what is none ---------------------------------------------------------------------------------------

BESIDE = [".a.lua.swp", "a.lua.swp", "a.lua~", "greeter/a.lua~", "#a.lua#", ".#a.lua", "4913", "a.lua.bak"]
HIDDEN = [".git/index", "greeter/.git/objects/ab", "__pycache__/a.cpython-311.pyc", "greeter/__pycache__/a.pyc"]


@pytest.mark.parametrize("name", BESIDE + HIDDEN)
def test_droppings_of_editors_start_nothing(stage: Stage, name: str) -> None:
    for kind in ("created", "modified", "closed", "deleted"):
        stage.say(kind, name)
    stage.say("moved", name, to=f"{name}~")
    assert stage.pending() == []
    stage.go_on(60)
    assert stage.seen == []


def test_droppings_neither_delay_nor_join_a_wave(stage: Stage) -> None:
    stage.save("a.lua")
    stage.go_on(waves.QUIET - TICK)
    stage.say("modified", ".a.lua.swp")
    stage.go_on(2 * TICK)
    assert stage.seen == [{"a.lua"}]


def test_what_is_outside_is_not_seen(stage: Stage, tmp_path: Path) -> None:
    for path in (tmp_path / "other.lua", tmp_path / "plugins-old" / "a.lua", tmp_path):
        stage.gatherer.take([Change("closed", False, str(path), "", stage.now)])
    assert stage.pending() == []


def test_cancel_forgets_everything(stage: Stage) -> None:
    stage.say("modified", "slow.lua")
    stage.say("deleted", "gone.lua")
    stage.gatherer.cancel()
    assert stage.pending() == []
    stage.go_on(waves.HALF_WRITTEN / 2)
    began = stage.now
    stage.save("a.lua")
    stage.go_on(waves.QUIET + TICK)
    assert stage.waves == [Wave(frozenset({stage.folder / "a.lua"}), began)]


def test_without_an_event_for_closing_quiet_has_to_do(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waves, "TELLS_CLOSE", False)
    stage.say("modified", "a.lua")
    stage.go_on(waves.QUIET + TICK)
    assert stage.seen == [{"a.lua"}]


# -- whatever happens -----------------------------------------------------------------------------------

NAMES = st.sampled_from(["a.lua", "b.lua", "greeter/init.lua", "greeter", "a.lua~", ".git/index", "x/__pycache__/y"])
STEPS = st.tuples(
    st.sampled_from(["created", "modified", "closed", "deleted", "moved"]),
    NAMES,
    NAMES,
    st.sampled_from([0.0, waves.QUIET / 2, waves.QUIET * 2, waves.BURST, waves.AFTERSHOCK * 2, waves.HALF_WRITTEN * 2]),
)


def test_made_and_renamed_to_a_dropping_is_nothing(stage: Stage) -> None:
    stage.say("created", "a.lua")
    stage.say("moved", "a.lua", to="a.lua~")
    stage.go_on(2 * waves.LONGEST)
    assert stage.seen == []
    assert stage.pending() == []


@given(st.lists(STEPS, max_size=30))
def test_every_change_is_in_a_wave_and_nothing_stays_behind(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, str, float]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        stage = make_stage(tmp_path_factory.getbasetemp() / "whatever", patch)
        expected = set()
        born: set[str] = set()
        expected_now: set[str] = set()
        touched_now: set[str] = set()
        for kind, name, target, pause in steps:
            if kind == "created" and name not in touched_now:
                born.add(name)
            # What is made and renamed away within a wave was only a way to write the other.
            passing = kind == "moved" and name in born
            stage.say(kind, name, to=target if kind == "moved" else "")
            touched = (name, target) if kind == "moved" else (name,)
            if passing:
                born.discard(name)
                touched = (target,)
                touched_now.discard(name)
                expected_now.discard(name)
            expected_now |= {path for path in touched if not any(is_leftover(word) for word in path.split("/"))}
            touched_now |= set(touched)
            before = len(stage.waves)
            stage.go_on(pause)
            if len(stage.waves) != before:
                expected |= expected_now
                expected_now, touched_now, born = set(), set(), set()
        stage.go_on(2 * waves.LONGEST)
        expected |= expected_now
        assert set().union(*stage.seen) == expected
        assert all(stage.seen), "a wave without a path"
        assert stage.pending() == []
        assert [wave.noticed_at for wave in stage.waves] == sorted(wave.noticed_at for wave in stage.waves)
