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


_notes: dict[str, list[Opened]] = {}
_watching = False


def watch() -> None:
    """Starts taking notes. Python's audit hooks can't be taken back, so it is started once, with the first plugin."""
    global _watching
    if not _watching:
        _watching = True
        sys.addaudithook(_audit)


def still_open(label: str) -> list[str]:
    """What a generation that is gone left open, one sentence each. Forgets what is closed by now."""
    notes = _notes.pop(label, [])
    if not notes:
        return []
    targets = _targets()
    left = [note for note in notes if _is_open(note, targets)]
    if left:
        _notes[label] = left
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
    if event == "open":
        path = arguments[0]
        if isinstance(path, str | bytes | os.PathLike):
            _note(f"the file {os.path.realpath(os.fsdecode(path))}", None)
    elif event == "socket.__new__":
        _note("a socket", arguments[0])


def _note(what: str, socket: Any) -> None:
    frame: FrameType | None = sys._getframe(2)
    for _ in range(DEEPEST):
        if frame is None:
            return
        mark = frame.f_globals.get(MARK)
        if mark is not None:
            notes = _notes.setdefault(mark.label, [])
            if len(notes) < MOST:
                place = f"{frame.f_code.co_filename}:{frame.f_lineno}"
                notes.append(Opened(what, place, weakref.ref(socket) if socket is not None else None))
            return
        frame = frame.f_back
