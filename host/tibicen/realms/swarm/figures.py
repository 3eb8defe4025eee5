"""What a load test measured: times, traffic, errors and ends, as plain data and as text."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tibicen.protocol.light_client import Traffic

TIMES = ("login", "ping", "walk", "talk")
"""What is measured: from the connect to the first map; from a ping, a step, a word of one's own to its answer."""

ASKED_FOR = ("logged_out", "finished")
"""Ends that are no failure."""


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value that so large a share of all is not above (nearest rank); of none 0."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0


@dataclass(slots=True)
class Figures:
    """Of one load test.

    Attributes:
        times: seconds, by what was measured.
        errors: how often, and the first example, by kind.
        ends: connections that are over, by reason.
        seconds: since the first client began, without the logging out at the end.
        examples: what the first error of each kind was.
        in_game, most_in_game, entered, started: clients: just now, at most, ever, and those that began to connect.
        cpu_seconds, memory_bytes: of this process.
    """

    clients: int
    version: int
    traffic: Traffic = field(default_factory=Traffic)
    times: dict[str, list[float]] = field(default_factory=lambda: {what: [] for what in TIMES})
    errors: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    ends: Counter[str] = field(default_factory=Counter)
    in_game: int = 0
    most_in_game: int = 0
    entered: int = 0
    started: int = 0
    steps_refused: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    memory_bytes: int = 0

    def failed(self, kind: str, example: str) -> None:
        self.errors[kind] += 1
        self.examples.setdefault(kind, example)

    @property
    def good(self) -> bool:
        """Everybody came in, nothing failed, and nobody was thrown out."""
        return self.entered >= self.clients and not self.errors and not set(self.ends) - set(ASKED_FOR)

    def line(self, seconds: float) -> str:
        """How it goes, in a line."""
        ping = percentile(sorted(self.times["ping"][-1000:]), 0.95) * 1000
        return (
            f"{seconds:5.0f} s  {self.in_game} of {self.clients} in the game, ping p95 {ping:.1f} ms, "
            f"{self.traffic.messages_in:,} messages in, {self.errors.total()} errors, {self.ends.total()} ended"
        )

    def report(self) -> dict[str, Any]:
        """Plain data; times in milliseconds."""
        seconds = self.seconds or 1e-9
        traffic = self.traffic
        return {
            "clients": self.clients,
            "version": self.version,
            "started": self.started,
            "entered": self.entered,
            "most_in_game": self.most_in_game,
            "seconds": round(self.seconds, 2),
            **{f"{what}_ms": _times(values) for what, values in self.times.items()},
            "steps_refused": self.steps_refused,
            "frames": {"in": traffic.frames_in, "out": traffic.frames_out},
            "messages_in": traffic.messages_in,
            "unread": traffic.unread,
            "bytes": {"in": traffic.bytes_in, "out": traffic.bytes_out},
            "per_second": {
                "frames_in": round(traffic.frames_in / seconds, 1),
                "frames_out": round(traffic.frames_out / seconds, 1),
                "messages_in": round(traffic.messages_in / seconds, 1),
                "bytes_in": round(traffic.bytes_in / seconds),
                "bytes_out": round(traffic.bytes_out / seconds),
            },
            "errors": {
                kind: {"count": count, "first": self.examples[kind]} for kind, count in self.errors.most_common()
            },
            "ends": dict(self.ends.most_common()),
            "swarm": {
                "cpu_share": round(self.cpu_seconds / seconds, 3),
                "memory_mb": round(self.memory_bytes / (1 << 20), 1),
            },
            "good": self.good,
        }


def _times(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    shown = {name: round(percentile(ordered, share) * 1000, 2) for name, share in shares.items()}
    return {"count": len(ordered), **shown}


def lines_of(report: dict[str, Any]) -> Iterator[str]:
    """A report for people."""
    yield (
        f"{report['entered']} of {report['clients']} clients came into the game, at most {report['most_in_game']} "
        f"at a time, in {report['seconds']:.1f} s; version {report['version']}"
    )
    yield f"{'ms':8}{'count':>9}{'p50':>10}{'p95':>10}{'p99':>10}{'max':>10}"
    for what in TIMES:
        row = report[f"{what}_ms"]
        yield f"{what:8}{row['count']:9}{row['p50']:10.2f}{row['p95']:10.2f}{row['p99']:10.2f}{row['max']:10.2f}"
    rates, per = report["per_second"], "a second"
    yield (
        f"{per}: {rates['messages_in']:,.0f} messages in {rates['frames_in']:,.0f} frames in, "
        f"{rates['bytes_in'] / 1024:,.0f} KiB; {rates['frames_out']:,.0f} out, {rates['bytes_out'] / 1024:,.0f} KiB"
    )
    yield f"steps that the server refused: {report['steps_refused']}"
    if report["unread"]:
        yield f"frames of which a part could not be read: {report['unread']} (--items names the flags of items)"
    yield (
        f"the swarm itself took {report['swarm']['cpu_share']:.0%} of a core and {report['swarm']['memory_mb']:.0f} MiB"
    )
    for kind, row in report["errors"].items():
        yield f"error {kind}: {row['count']} times, first: {row['first']}"
    for reason, count in report["ends"].items():
        yield f"ended {reason}: {count}"
