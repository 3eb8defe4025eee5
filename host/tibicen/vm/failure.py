"""From what the prelude says of a failed call to the exception that names plugin, file and line."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tibicen.errors import (
    CpuBudgetError,
    HandlerError,
    LoadError,
    MarshalError,
    MemoryBudgetError,
    PluginError,
)

# The statuses of lua/prelude/failure.lua.
PAUSED, VALUE, PACKED, ERROR, CPU, MEMORY, MARSHAL, REPORT = range(8)

# No more digits than a line has: what they are read from, a plugin may have written itself.
_PLACE = re.compile(r"^((?:\.\.\.)?[^\s:\[][^:\n]*):([0-9]{1,9}): ", re.DOTALL)
_FRAME = re.compile(r"^\t((?:\.\.\.)?[^\s:\[][^:\n]*):([0-9]{1,9}): in ", re.MULTILINE)
_PRELUDE = "tibicen/"


def _whole_name(file: str, chunks: Iterable[str]) -> str:
    """LuaJIT cuts long chunk names to `...tail`; finds the whole one among the chunks that were loaded."""
    if not file.startswith("..."):
        return file
    return next((chunk for chunk in chunks if chunk.endswith(file[3:])), file)


def _own_traceback(traceback: str) -> str:
    lines = [
        line for line in traceback.split("\n") if not line.startswith((f"\t{_PRELUDE}", "\t[C]: in function 'xpcall'"))
    ]
    return "\n".join(lines).strip("\n")


def locate(text: str, chunks: Iterable[str]) -> tuple[str, str, int, str]:
    """Splits the prelude's text into message, file, line (0: unknown) and traceback."""
    message, _, traceback = text.partition("\n\nstack traceback:")
    place = _PLACE.match(message)
    if place and not place[1].startswith(_PRELUDE):
        message = message[place.end() :]
        file, line = place[1], int(place[2])
    else:
        frame = next((m for m in _FRAME.finditer(traceback) if not m[1].startswith(_PRELUDE)), None)
        file, line = (frame[1], int(frame[2])) if frame else ("", 0)
    return message, _whole_name(file, chunks), line, _own_traceback(traceback)


def to_exception(
    status: int,
    text: bytes,
    plugin: str,
    chunks: Iterable[str],
    *,
    loading: bool,
    cpu_ms: float,
    memory_mb: float,
) -> Exception:
    """The exception for a failed call; `loading` says that the plugin's code was being loaded."""
    message, file, line, traceback = locate(text.decode("utf-8", "replace"), chunks)
    if status == MARSHAL:
        where = f"{file}:{line}: " if file else ""
        return MarshalError(f"{plugin}: {where}{message}")
    kind: type[PluginError] = LoadError if loading else HandlerError
    if status == CPU:
        kind = CpuBudgetError
        message = (
            f"ran past its CPU budget of {cpu_ms:g} ms and was stopped; do less in one call, "
            "or raise budget.cpu_ms in plugin.yaml"
        )
    elif status == MEMORY:
        kind = MemoryBudgetError
        # LuaJIT tells no line when memory runs out; the line is where the running function begins.
        place = " in the function that begins here" if line else ""
        message = (
            f"needs more memory{place} than its {memory_mb:g} MB; keep less, or raise budget.memory_mb in plugin.yaml"
        )
    return kind(plugin, message, file=file, line=line, traceback=traceback)
