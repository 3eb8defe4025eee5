"""How long Python's garbage collections took. They belong to the whole process: whose call one falls into is chance."""

from __future__ import annotations

import gc
from time import perf_counter_ns


class Pauses:
    """Adds up the collections of this process.

    Attributes:
        total_ns: what all of them took until now.
    """

    def __init__(self) -> None:
        self.total_ns = 0
        self._began = 0

    def notice(self, phase: str, _: dict[str, int]) -> None:
        """What `gc.callbacks` calls."""
        if phase == "start":
            self._began = perf_counter_ns()
        else:
            self.total_ns += perf_counter_ns() - self._began


pauses = Pauses()
gc.callbacks.append(pauses.notice)
