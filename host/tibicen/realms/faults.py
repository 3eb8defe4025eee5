"""Running a plugin's code so that its failures stay its own."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

from tibicen.errors import CpuBudgetError, HandlerError, MemoryBudgetError, PluginError, VmClosedError
from tibicen.lifecycle.generation import Generation
from tibicen.realms.services import Plugins


def kind_of(error: Exception) -> str:
    """What sort of strike an error is: cpu, memory or error."""
    if isinstance(error, CpuBudgetError):
        return "cpu"
    return "memory" if isinstance(error, MemoryBudgetError) else "error"


def run(plugins: Plugins, generation: Generation, work: Callable[[], object]) -> None:
    """Runs a callback of a generation; a dead one is not run, a failure is a strike."""
    if not generation.alive:
        return
    try:
        work()
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
    if isinstance(error, SyntaxError) and error.filename:
        file, line = Path(error.filename), error.lineno or 0
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if path == folder or folder in path.parents:
            file, line = path, frame.lineno or 0
    message = f"{type(error).__name__}: {error.msg if isinstance(error, SyntaxError) else error}"
    text = "".join(traceback.format_exception(error))
    shown = file.relative_to(source.root.parent) if file.is_relative_to(source.root.parent) else Path(file.name)
    return kind(generation.plugin, message, file=shown.as_posix(), line=line, traceback=text)
