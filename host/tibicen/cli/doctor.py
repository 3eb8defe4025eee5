"""`tibicen doctor`: is this machine fit for a host, and what is slower or missing on it?"""

from __future__ import annotations

import importlib.metadata
import platform
import sqlite3
import sys
from pathlib import Path
from typing import NamedTuple

from tibicen import native
from tibicen.errors import TibicenError


class Finding(NamedTuple):
    """One thing that was looked at. `level`: ok, note (works, but …) or bad."""

    level: str
    what: str
    text: str


def examine(folder: Path) -> list[Finding]:
    """Looks at everything that a host needs."""
    return [_python(), _lua(), _core(), _loop(), _stack(), _watch(), _sqlite(), _folder(folder)]


def _python() -> Finding:
    version = platform.python_version()
    good = sys.version_info >= (3, 11)
    return Finding("ok" if good else "bad", "Python", version if good else f"{version}; 3.11 or newer is needed")


def _lua() -> Finding:
    from tibicen.vm.contained import ContainedVM
    from tibicen.vm.contract import VmOptions

    try:
        vm = ContainedVM(VmOptions(plugin="doctor", host=lambda operation, arguments: None))
        answer = vm.load(b"return 6 * 7", "doctor.lua")
        vm.close()
    except (TibicenError, OSError, ImportError) as error:
        return Finding("bad", "LuaJIT", f"a VM can't be made: {error}")
    return Finding("ok" if answer == 42 else "bad", "LuaJIT", "a contained VM runs")


def _core() -> Finding:
    level = native.cpu_level()
    return Finding("ok" if level != "portable" else "note", "native core", f"vector instructions: {level}")


def _loop() -> Finding:
    try:
        version = importlib.metadata.version("uvloop")
    except importlib.metadata.PackageNotFoundError:
        return Finding("note", "event loop", "uvloop is not there: asyncio's own loop works, but is slower")
    return Finding("ok", "event loop", f"uvloop {version}")


def _stack() -> Finding:
    from tibicen.vm import stack

    try:
        stack.run(lambda: None)
    except (RuntimeError, ValueError) as error:
        return Finding(
            "bad", "stack", f"no thread with {stack.STACK_BYTES >> 20} MB of stack: {error}; check ulimit -v"
        )
    return Finding("ok", "stack", f"a thread with {stack.STACK_BYTES >> 20} MB can be had")


def _watch() -> Finding:
    limit = Path("/proc/sys/fs/inotify/max_user_watches")
    if not limit.is_file():
        return Finding("note", "file watch", "no inotify here: saves are noticed a little later")
    watches = int(limit.read_text())
    if watches < 8192:
        return Finding("note", "file watch", f"only {watches} watches; raise fs.inotify.max_user_watches")
    return Finding("ok", "file watch", f"inotify, up to {watches} folders")


def _sqlite() -> Finding:
    return Finding("ok", "SQLite", sqlite3.sqlite_version)


def _folder(folder: Path) -> Finding:
    if not folder.is_dir():
        return Finding("note", "plugins folder", f"{folder} is not there; make it, or name another with --plugins")
    return Finding("ok", "plugins folder", str(folder.resolve()))
