"""Files and sockets that Python plugins in the host's process opened, to be looked for when they are gone.

A descriptor doesn't know who opened it. So a note is taken while it happens: which plugin's code is on the stack.
"""

from __future__ import annotations

import os
import sys
import weakref
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from tibicen.realms.python_loader import MARK

DEEPEST = 40
"""Frames that are looked through for a plugin's code."""

MOST = 1000
"""Notes kept for one generation; a plugin that opens more closes most of them."""

DESCRIPTORS = Path("/proc/self/fd")


class Opened(NamedTuple):
    """One thing that was opened: what, where in the plugin's code, and the socket object if it is one."""

    what: str
    place: str
    socket: weakref.ref[Any] | None


_watching = False


def watch() -> None:
    """Starts taking notes. Python's audit hooks can't be taken back, so it is started once, with the first plugin."""
    global _watching
    if not _watching:
        _watching = True
        sys.addaudithook(_audit)


def still_open(notes: list[Opened]) -> list[str]:
    """What of these notes is open yet, one sentence each."""
    if not notes:
        return []
    targets = _targets()
    left = [note for note in notes if _is_open(note, targets)]
    return list(dict.fromkeys(f"{note.what}, opened at {note.place}, is still open" for note in left))


def _is_open(note: Opened, targets: set[str]) -> bool:
    if note.socket is not None:
        socket = note.socket()
        return socket is not None and socket.fileno() >= 0
    return note.what.removeprefix("the file ") in targets


def _targets() -> set[str]:
    """Where the descriptors of this process lead; empty on systems that don't tell."""
    found = set()
    for entry in os.listdir(DESCRIPTORS) if DESCRIPTORS.is_dir() else ():  # noqa: PTH208 - not by opening one more
        try:
            found.add(str((DESCRIPTORS / entry).readlink()))
        except OSError:
            continue
    return found


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in ("open", "socket.__new__"):
        return
    # Whose code it is comes first: nearly everything that a process opens is nobody's here.
    frame = _plugin_frame()
    if frame is None:
        return
    notes = frame.f_globals[MARK].opened
    if len(notes) >= MOST:
        return
    place = f"{frame.f_code.co_filename}:{frame.f_lineno}"
    opened = arguments[0]
    if event == "socket.__new__":
        notes.append(Opened("a socket", place, weakref.ref(opened)))
    elif isinstance(opened, str | bytes | os.PathLike):
        notes.append(Opened(f"the file {os.path.realpath(os.fsdecode(opened))}", place, None))


def _plugin_frame() -> FrameType | None:
    """The innermost frame of a plugin's code that led to the event."""
    frame: FrameType | None = sys._getframe(2)
    for _ in range(DEEPEST):
        if frame is None or MARK in frame.f_globals:
            return frame
        frame = frame.f_back
    return None
