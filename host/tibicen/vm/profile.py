"""Where a plugin's time goes: sampled stacks, as plain data."""

from __future__ import annotations

import msgspec

INTERVAL_MS = 1.0
"""Milliseconds of running between two samples."""


class Frame(msgspec.Struct, frozen=True):
    """A function under way.

    Attributes:
        function: its name where it was called; empty when it has none.
        file: as its author knows it.
        defined: the line where the function begins; 0 where unknown.
        line: the line that ran.
    """

    function: str
    file: str
    defined: int
    line: int


class Stack(msgspec.Struct, frozen=True):
    """What ran in some samples: `handler` (`hook player.login`), then its frames, outermost first."""

    handler: str
    frames: list[Frame]
    ns: int
    samples: int


class Profile(msgspec.Struct, frozen=True):
    """A profile of one plugin.

    Attributes:
        language: lua or python.
        stacks: each once, the heaviest first.
        seconds: how long was watched.
        ran_ns: how long code ran in the plugin's VM, of other plugins in a shared one too; 0 where unknown.
        notes: what has to be known to read it, one sentence each.
    """

    plugin: str
    language: str
    stacks: list[Stack]
    seconds: float
    ran_ns: int
    notes: list[str]

    @property
    def total_ns(self) -> int:
        """The weight of all stacks together."""
        return sum(stack.ns for stack in self.stacks)


def read_stack(text: str, ns: float, samples: float) -> Stack:
    """A stack as lua/prelude/profiler.lua writes it: the handler, then a line for each frame."""
    handler, *lines = text.split("\n")
    frames = []
    for line in lines:
        if line:
            function, file, defined, current = line.split("\t")
            frames.append(Frame(function, file, max(int(defined), 0), max(int(current), 0)))
    return Stack(handler, frames, int(ns), int(samples))
