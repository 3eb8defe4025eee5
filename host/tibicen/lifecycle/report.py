"""What the host tells about a load, reload or unload: one report for each, whatever happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tibicen.errors import PluginError

Action = Literal["load", "reload", "unload", "quarantine", "leak", "strike", "drain", "config"]
"""drain: an old generation was still busy when its time was up. config: host.yaml was read again."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something was refused. `line` 0 and `file` empty where unknown."""

    plugin: str
    message: str
    file: str = ""
    line: int = 0
    traceback: str = ""

    @classmethod
    def of(cls, plugin: str, error: BaseException) -> Problem:
        if isinstance(error, PluginError):
            return cls(error.plugin, error.message, error.file, error.line, error.traceback)
        return cls(plugin, str(error) or type(error).__name__)

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        return f"{where}{self.message}"


@dataclass(slots=True)
class Report:
    """One thing that happened to one or more plugins.

    Attributes:
        plugins: in the order in which they were handled; the first ones caused it.
        generations: plugin to the generation that serves now; of an unload, to the one that did.
        ms: from the start of the work to the swap; `since_save_ms` counts from the file event, when there was one.
        parts: what inside of the plugin it is about, when not the whole of it: modules of a client, files. What is
            `kept` then is that part.
        kept: plugins whose old generation goes on serving because the new one was refused.
        warnings: what is not a failure but should be known (handed-over state dropped, cleanup trouble).
    """

    action: Action
    plugins: list[str]
    ok: bool = True
    generations: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    ms: float = 0.0
    since_save_ms: float | None = None
