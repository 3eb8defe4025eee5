from __future__ import annotations

import asyncio
import logging
import os
import shutil
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.conftest import PluginFolder
from watchdog.events import FileClosedEvent, FileModifiedEvent, FileSystemEvent
from watchdog.utils import BaseThread

from tibicen.lifecycle import watch, waves
from tibicen.lifecycle.watch import PluginWatcher, Wave

InHost = Callable[[Callable[[], Coroutine[Any, Any, None]]], None]

PATIENCE = 10.0


class Watcher(PluginWatcher):
    """A watcher that keeps its waves, with what the files held when they came, and wakes the test."""

    def __init__(self, folder: Path, *, recursive: bool = True) -> None:
        super().__init__(folder, asyncio.get_running_loop(), self._on_wave, recursive=recursive)
        self.waves: list[Wave] = []
        self.contents: list[dict[str, str]] = []
        self.threads: set[int] = set()
        self.events: list[tuple[str, str]] = []
        self.observed = 0
        self._something = asyncio.Event()

    def _on_wave(self, wave: Wave) -> None:
        self.waves.append(wave)
        self.threads.add(threading.get_ident())
        self.contents.append({self.name(path): path.read_text() for path in wave.paths if path.is_file()})
        self._something.set()

    def on_any_event(self, event: FileSystemEvent) -> None:
        super().on_any_event(event)
        self.events.append((event.event_type, self.name(Path(os.fsdecode(event.src_path)))))
        self._loop.call_soon_threadsafe(self._something.set)

    def _observe(self) -> None:
        super()._observe()
        self.observed += 1
        self._something.set()

    def name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()

    @property
    def seen(self) -> set[str]:
        return {self.name(path) for wave in self.waves for path in wave.paths}

    async def until(self, condition: Callable[[], object]) -> None:
        """Waits for events and waves until something is so."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                self._something.clear()
                await self._something.wait()

    async def until_seen(self, *names: str) -> None:
        await self.until(lambda: self.seen >= set(names))

    async def until_marked(self) -> set[str]:
        """Saves one more file and waits for it: what was saved before has been seen by then, if ever."""
        (self.folder / "marker.lua").write_text("here")
        await self.until_seen("marker.lua")
        return self.seen - {"marker.lua"}


@asynccontextmanager
async def watching(folder: Path, kind: type[Watcher] = Watcher, *, recursive: bool = True) -> AsyncIterator[Watcher]:
    watcher = kind(folder, recursive=recursive)
    watcher.start()
    try:
        yield watcher
    finally:
        watcher.stop()


# -- ways to save ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("old", [None, "old", "an old and longer one"])
def test_a_file_is_written(in_host: InHost, folder: PluginFolder, old: str | None) -> None:
    if old is not None:
        folder.write("a.lua", old)

    async def scenario() -> None:
        async with watching(folder.path) as watcher:
            before = time.monotonic()
            folder.write("a.lua", "new")
            await watcher.until_seen("a.lua")
            assert watcher.contents == [{"a.lua": "new"}]
            assert before <= watcher.waves[0].noticed_at <= time.monotonic()
            assert watcher.threads == {threading.get_ident()}

    in_host(scenario)


@pytest.mark.parametrize("beside", [".a.lua.x7", "a.lua.tmp", "../elsewhere.lua"])
def test_renamed_into_place(in_host: InHost, folder: PluginFolder, beside: str) -> None:
    folder.write("a.lua", "old")

    async def scenario() -> None:
        async with watching(folder.path) as watcher:
            folder.write(beside, "new").replace(folder.path / "a.lua")
            await watcher.until_seen("a.lua")
            assert watcher.contents == [{"a.lua": "new"}]
            assert await watcher.until_marked() == {"a.lua"}

    in_host(scenario)


def test_saved_in_the_way_of_vim(in_host: InHost, folder: PluginFolder) -> None:
    target = folder.write("a.lua", "old")

    async def scenario() -> None:
        async with watching(folder.path) as watcher:
            folder.write(".a.lua.swp", "swap")
            folder.write("4913", "").unlink()
            backup = target.rename(target.with_name("a.lua~"))
            folder.write("a.lua", "new")
            backup.unlink()
            await watcher.until_seen("a.lua")
            assert await watcher.until_marked() == {"a.lua"}
            assert {contents.get("a.lua", "new") for contents in watcher.contents} == {"new"}

    in_host(scenario)


def test_a_half_written_file_is_waited_for(in_host: InHost, folder: PluginFolder) -> None:
    parts = [f"line {number}\n" for number in range(40)]

    async def scenario() -> None:
        async with watching(folder.path) as watcher:
            with (folder.path / "slow.lua").open("w") as file:
                for part in parts:
                    watcher.events.clear()
                    file.write(part)
                    file.flush()
                    await watcher.until(lambda: ("modified", "slow.lua") in watcher.events)
                assert watcher.waves == []
            await watcher.until_seen("slow.lua")
            assert watcher.contents == [{"slow.lua": "".join(parts)}]

    in_host(scenario)


# -- many, and folders ----------------------------------------------------------------------------------


def test_500_files_in_one_burst(in_host: InHost, folder: PluginFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    # A busy machine may let watchdog's threads wait for longer than a burst's silence; test_waves has the real ones.
    monkeypatch.setattr(waves, "QUIET", 0.5)
    monkeypatch.setattr(waves, "BURST", 0.5)
    names = {f"plugin{number % 20}/file{number}.lua" for number in range(500)}
    for name in names:
        folder.write(name, "old")

    async def scenario() -> None:
        async with watching(folder.path) as watcher:
            for name in names:
                folder.write(name, "new")
            await watcher.until_seen(*names)
            assert len(watcher.waves) == 1
            assert watcher.contents == [dict.fromkeys(names, "new")]

    in_host(scenario)


def test_a_new_folder_with_what_is_in_it(in_host: InHost, folder: PluginFolder) -> None:
    async def scenario() -> None:
        async with watching(folder.path) as watcher:
            folder.write("greeter/lib/deep/words.lua", "one")
            await watcher.until_seen("greeter/lib/deep/words.lua")
            folder.write("greeter/lib/deep/words.lua", "two")
            await watcher.until(lambda: "two" in watcher.contents[-1].values())

    in_host(scenario)


def test_a_folder_deleted_and_one_moved_away(in_host: InHost, folder: PluginFolder, tmp_path: Path) -> None:
    folder.plugin("greeter", "")
    folder.plugin("other", "")

    async def scenario() -> None:
        async with watching(folder.path) as watcher:
            shutil.rmtree(folder.path / "greeter")
            await watcher.until_seen("greeter", "greeter/init.lua", "greeter/plugin.yaml")
            (folder.path / "other").rename(tmp_path / "elsewhere")
            await watcher.until_seen("other")
            assert await watcher.until_marked() == {"greeter", "greeter/init.lua", "greeter/plugin.yaml", "other"}

    in_host(scenario)


def test_a_renamed_folder_is_watched_under_its_new_name(in_host: InHost, folder: PluginFolder) -> None:
    folder.plugin("old", "")

    async def scenario() -> None:
        async with watching(folder.path) as watcher:
            (folder.path / "old").rename(folder.path / "new")
            await watcher.until_seen("old", "new")
            files = ("", "/init.lua", "/plugin.yaml")
            assert watcher.seen <= {name + file for name in ("old", "new") for file in files}
            folder.write("new/init.lua", "saved")
            await watcher.until(lambda: watcher.contents[-1].get("new/init.lua") == "saved")

    in_host(scenario)


def test_only_the_folder_itself_when_asked_so(in_host: InHost, folder: PluginFolder) -> None:
    folder.write("below/a.lua", "old")

    async def scenario() -> None:
        async with watching(folder.path, recursive=False) as watcher:
            folder.write("below/a.lua", "new")
            folder.write("host.yaml", "new")
            await watcher.until_seen("host.yaml")
            assert await watcher.until_marked() == {"host.yaml"}

    in_host(scenario)


def test_droppings_are_ignored(in_host: InHost, folder: PluginFolder) -> None:
    for name in (".git", "greeter/__pycache__"):
        (folder.path / name).mkdir(parents=True)

    async def scenario() -> None:
        async with watching(folder.path) as watcher:
            for name in (".a.lua.swp", "a.lua~", "#a.lua#", "4913", ".git/HEAD", "greeter/.git/x/y", "__pycache__/a"):
                folder.write(name, "dropping")
            folder.write("greeter/__pycache__/init.pyc", "dropping").unlink()
            assert await watcher.until_marked() == set()

    in_host(scenario)


# -- the folder itself, and the system ------------------------------------------------------------------


class Unnumbered(Watcher):
    """On a file system that gives a new folder the number of the old one, as many do."""

    def _stat_identity(self) -> tuple[int, int] | None:
        return (1, 1) if self.folder.exists() else None


@pytest.mark.parametrize(("kind", "moved"), [(Watcher, False), (Watcher, True), (Unnumbered, False)])
def test_the_folder_is_made_again(
    in_host: InHost, folder: PluginFolder, tmp_path: Path, kind: type[Watcher], moved: bool
) -> None:
    folder.write("a.lua", "old")

    async def scenario() -> None:
        async with watching(folder.path, kind) as watcher:
            if moved:
                folder.path.rename(tmp_path / "elsewhere")
            else:
                shutil.rmtree(folder.path)
            folder.write("a.lua", "new")
            await watcher.until(lambda: watcher.observed == 2)
            watcher.waves.clear()
            folder.write("b.lua", "new")
            await watcher.until_seen(".", "b.lua")

    in_host(scenario)


def test_a_watcher_whose_reading_thread_died_begins_anew(
    in_host: InHost, folder: PluginFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(reader: BaseThread, event: object) -> None:
        reader._stopped_event.set()

    async def scenario() -> None:
        async with watching(folder.path) as watcher:
            with monkeypatch.context() as patch:
                patch.setattr("watchdog.observers.inotify_c.InotifyFD.handle_event", die)
                folder.write("a.lua", "unseen")
                await watcher.until(lambda: watcher.observed == 2)
            await watcher.until_seen(".")
            folder.write("b.lua", "new")
            await watcher.until_seen("b.lua")

    in_host(scenario)


def test_a_folder_that_is_missing_leaves_nothing_behind(in_host: InHost, tmp_path: Path) -> None:
    async def scenario() -> None:
        before = set(threading.enumerate())
        watcher = Watcher(tmp_path / "none")
        with pytest.raises(OSError):
            watcher.start()
        assert set(threading.enumerate()) - before == set()
        watcher.stop()

    in_host(scenario)


def test_no_watches_left_is_tried_again(
    in_host: InHost, folder: PluginFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    class Poor(Watcher):
        def _observe(self) -> None:
            tries.append(self.folder)
            if len(tries) in (2, 3):
                raise OSError(28, "no watches left")
            super()._observe()

    monkeypatch.setattr(watch, "RECHECK_SECONDS", 0.01)

    async def scenario() -> None:
        async with watching(folder.path, Poor) as watcher:
            folder.path.rename(tmp_path / "elsewhere")
            folder.write("a.lua", "new")
            await watcher.until(lambda: watcher.observed == 2)
            assert len(tries) == 4
            folder.write("b.lua", "new")
            await watcher.until_seen(".", "b.lua")

    in_host(scenario)


@pytest.mark.parametrize("recursive", [False, True])
def test_lost_events_mean_everything(in_host: InHost, folder: PluginFolder, recursive: bool) -> None:
    async def scenario() -> None:
        async with watching(folder.path, recursive=recursive) as watcher:
            logging.getLogger("watchdog.observers.inotify_c").warning("Inotify queue overflowed; events were lost")
            await watcher.until_seen(".")

    in_host(scenario)


class StillLoop:
    """A loop that does nothing by itself: what was asked of it lies there."""

    def __init__(self) -> None:
        self.soon: list[Callable[[], None]] = []
        self.later: list[Callable[[], None]] = []
        self.closed = False

    def call_soon_threadsafe(self, callback: Callable[[], None]) -> None:
        if self.closed:
            raise RuntimeError("Event loop is closed")
        self.soon.append(callback)

    def call_later(self, delay: float, callback: Callable[[], None]) -> SimpleNamespace:
        self.later.append(callback)
        return SimpleNamespace(cancel=lambda: self.later.remove(callback))


def make_still(folder: PluginFolder) -> tuple[PluginWatcher, StillLoop, list[Wave]]:
    loop = StillLoop()
    made: list[Wave] = []
    return PluginWatcher(folder.path, cast(asyncio.AbstractEventLoop, loop), made.append), loop, made


def test_a_storm_costs_the_loop_one_call(folder: PluginFolder) -> None:
    watcher, loop, made = make_still(folder)
    for number in range(1000):
        watcher.on_any_event(FileClosedEvent(str(folder.path / f"file{number}.lua")))
    assert len(loop.soon) == 1
    loop.soon.pop()()
    assert len(loop.later) + len(made) == 1
    watcher.on_any_event(FileClosedEvent(str(folder.path / "late.lua")))
    assert len(loop.soon) == 1


def test_after_stop_nothing_comes_any_more(folder: PluginFolder) -> None:
    before = set(threading.enumerate())
    watcher, loop, made = make_still(folder)
    watcher.start()
    watcher.on_any_event(FileModifiedEvent(str(folder.path / "half_written.lua")))
    loop.soon.pop()()
    assert len(loop.later) == 2
    watcher.on_any_event(FileClosedEvent(str(folder.path / "on_its_way.lua")))
    watcher.stop()
    assert set(threading.enumerate()) - before == set()
    for callback in loop.soon:
        callback()
    assert loop.later == []
    watcher.stop()
    assert made == []
    loop.closed = True
    watcher.on_any_event(FileClosedEvent(str(folder.path / "late.lua")))
    assert len(loop.soon) == 1
