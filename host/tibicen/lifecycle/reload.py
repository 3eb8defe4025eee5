"""One step from an old world to a new one: load beside, migrate, ask for health, swap. All or none.

Nothing that serves is touched before every new generation has loaded, taken over state and said it is well.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from tibicen.errors import HandoverError, PluginError, TibicenError
from tibicen.lifecycle.discovery import Source
from tibicen.lifecycle.figures import timed
from tibicen.lifecycle.generation import Generation, RuntimeFactory
from tibicen.lifecycle.plugin import Plugin
from tibicen.vm.marshal import Plain


@dataclass(slots=True)
class Step:
    """A plugin's part in the step: what it is, and the source that the new generation is made from."""

    plugin: Plugin
    source: Source


@dataclass(slots=True)
class Outcome:
    """How a step ended.

    Attributes:
        failed: the plugin whose new generation was refused, None when all went live.
        error: why.
        retired: old generations to drain and close, dependants first.
        loaded: the new generations, in order; empty after a failure.
    """

    failed: Plugin | None = None
    error: Exception | None = None
    retired: list[Generation] = field(default_factory=list)
    loaded: list[Generation] = field(default_factory=list)


def _load(step: Step, make_runtime: RuntimeFactory, peers: dict[str, Generation]) -> None:
    plugin = step.plugin
    generation = Generation(step.source, plugin.next_generation(), plugin.rank, peers)
    generation.figures.open(plugin.figures)
    peers[plugin.name] = generation
    started = time.perf_counter()
    generation.runtime = make_runtime(generation)
    timed(generation.figures.series("life-cycle", "load"), generation.runtime.load)
    generation.load_ms = (time.perf_counter() - started) * 1e3


def _snapshot(plugin: Plugin) -> Plain:
    old = plugin.active
    if old is None or old.runtime is None:
        return None
    try:
        return timed(old.figures.series("life-cycle", "snapshot"), old.runtime.snapshot)
    except PluginError as error:
        raise HandoverError(
            plugin.name,
            f"on_snapshot of the running generation {old.number} failed: {error.message}; its state would be lost. "
            f"`tibicen plugins reload {plugin.name} --discard-state` reloads without it",
            file=error.file,
            line=error.line,
            traceback=error.traceback,
        ) from error


def _discard(generations: Sequence[Generation]) -> None:
    for generation in reversed(generations):
        generation.alive = False
        generation.ledger.close()
        if generation.runtime is not None:
            generation.runtime.close()
        generation.figures.close()


def perform(steps: Sequence[Step], make_runtime: RuntimeFactory, *, discard_state: bool = False) -> Outcome:
    """Takes `steps` (dependencies first) live together, or leaves everything as it was.

    Runs to the end without giving the event loop a turn, so no event falls between two generations.
    """
    peers: dict[str, Generation] = {}
    current = steps[0].plugin
    try:
        for step in steps:
            current = step.plugin
            _load(step, make_runtime, peers)
        states: dict[str, Plain] = {}
        for step in steps:
            current = step.plugin
            states[current.name] = None if discard_state else _snapshot(current)
        for phase in ("migrate", "health"):
            for step in steps:
                current = step.plugin
                generation = peers[current.name]
                assert generation.runtime is not None
                series = generation.figures.series("life-cycle", phase)
                if phase == "migrate":
                    timed(series, partial(generation.runtime.migrate, states[current.name]))
                else:
                    timed(series, generation.runtime.health)
    except (TibicenError, OSError) as error:
        _discard(list(peers.values()))
        peers.clear()
        return Outcome(current, error)
    return _swap(steps, peers)


def _swap(steps: Sequence[Step], peers: dict[str, Generation]) -> Outcome:
    new = [peers[step.plugin.name] for step in steps]
    old = [step.plugin.active for step in reversed(steps) if step.plugin.active is not None]
    for generation in old:
        generation.ledger.lift()
    taken: list[Generation] = []
    try:
        for generation in new:
            generation.ledger.put_back()
            taken.append(generation)
    except Exception as error:
        for generation in reversed(taken):
            generation.ledger.lift()
        for generation in reversed(old):
            generation.ledger.put_back()
        _discard(new)
        return Outcome(steps[len(taken)].plugin, error)
    for step, generation in zip(steps, new, strict=True):
        if step.plugin.active is not None:
            step.plugin.active.alive = False
            step.plugin.reloads += 1
        step.plugin.active = generation
        step.plugin.source = step.source
    # All of them are in the world now; holding each other would keep dead generations alive.
    peers.clear()
    return Outcome(retired=old, loaded=new)
