"""Running a plugin's code so that its failures stay its own."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

from tibicen.errors import (
    CpuBudgetError,
    CpuShareError,
    CrashError,
    HandlerError,
    HealthError,
    MemoryBudgetError,
    PluginError,
    VmClosedError,
)
from tibicen.lifecycle.discovery import Source
from tibicen.lifecycle.figures import Series, timed
from tibicen.lifecycle.generation import Generation
from tibicen.realms.services import Plugins


def kind_of(error: Exception) -> str:
    """What sort of strike an error is: rate, cpu, memory, crash or error."""
    if isinstance(error, CpuShareError):
        return "rate"
    if isinstance(error, CpuBudgetError):
        return "cpu"
    if isinstance(error, CrashError):
        return "crash"
    return "memory" if isinstance(error, MemoryBudgetError) else "error"


def run(plugins: Plugins, generation: Generation, series: Series, work: Callable[[], object]) -> None:
    """Runs a callback of a generation, as a call of `series`; a dead one is not run, a failure is a strike."""
    if not generation.alive:
        return
    try:
        timed(series, work)
    except VmClosedError:
        return
    except Exception as error:
        plugins.strike(generation, kind_of(error), error)


def locate_python(generation: Generation, error: BaseException, kind: type[PluginError] = HandlerError) -> PluginError:
    """A Python plugin's error with file and line of its own code: the last frame that is in the plugin's files."""
    if isinstance(error, PluginError):
        return error
    source = generation.source
    folder = source.folder if source.kind == "folder" else source.root
    file, line = source.entry, 0
    places = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        # Not the line that imports or compiles the broken text, but the text, where it is a file of the plugin.
        places.append((error.filename, error.lineno))
    for name, number in places:
        path = Path(name)
        if path == folder or folder in path.parents:
            file, line = path, number or 0
    message = f"{type(error).__name__}: {error.msg if isinstance(error, SyntaxError) else _text(error)}"
    if isinstance(error, SystemExit):
        message = f"it tried to end the host (sys.exit({error.code!r}))"
    text = "".join(traceback.format_exception(error))
    return kind(generation.plugin, message, file=shown(source, file), line=line, traceback=text)


def during(generation: Generation, callback: str, error: PluginError, kind: type[PluginError]) -> PluginError:
    """The failure of one of a generation's callbacks as one of `kind`: says which it was, at the same place."""
    return kind(
        generation.plugin,
        f"{callback} failed: {error.message}",
        file=error.file,
        line=error.line,
        traceback=error.traceback,
    )


def unwell(source: Source, reason: str) -> HealthError:
    """What on_health said, which is empty when it gave no reason."""
    message = f"on_health said no: {reason}" if reason else "on_health said no"
    return HealthError(source.name, message, file=shown(source, source.entry))


def shown_name(source: Source, name: str) -> str:
    """The same of a file's whole name; one that is not the plugin's stays as it is."""
    path = Path(name)
    return shown(source, path) if path.is_relative_to(source.root.parent) else name


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        # Its class is the plugin's: whatever it raises here is no news.
        return "(its text can't be had)"


def shown(source: Source, file: Path) -> str:
    """A file of a plugin as its author knows it: below the plugins folder."""
    return file.relative_to(source.root.parent).as_posix()
