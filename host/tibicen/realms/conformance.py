"""What the conformance runs of all realms have in common: differences, how a probe did, and the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

ABSENT = {"$": "absent"}
"""What is shown for a key that is not there."""


@dataclass(frozen=True)
class Difference:
    """A key whose value is not the expected one; `ABSENT` stands for none."""

    key: str
    expected: Any
    got: Any


@dataclass
class Outcome:
    """How one probe did."""

    probe: str
    total: int = 0
    """Keys that the real thing always answered alike."""
    agree: int = 0
    differ: list[Difference] = field(default_factory=list)
    loose: int = 0
    """Keys that it answered differently from run to run, and how many are within what was seen."""
    loose_agree: int = 0
    loose_differ: list[Difference] = field(default_factory=list)
    skipped: str = ""
    """Why it was not run; empty when it was."""
    problem: str = ""
    """What ended it early; empty when nothing did."""
    ms: float = 0.0


def report(outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """`{"total", "agree", "skipped", "differ": [{"probe", "key", "expected", "got"}]}`, and each probe's figures.

    `total` counts the expected keys of the probes that ran but for those that vary, `skipped` those of the others.
    """
    outcomes = list(outcomes)
    ran = [outcome for outcome in outcomes if not outcome.skipped]
    return {
        "total": sum(outcome.total for outcome in ran),
        "agree": sum(outcome.agree for outcome in ran),
        "skipped": sum(outcome.total for outcome in outcomes if outcome.skipped),
        "loose": {
            "total": sum(outcome.loose for outcome in ran),
            "agree": sum(outcome.loose_agree for outcome in ran),
        },
        "differ": rows(ran, lambda outcome: outcome.differ),
        "loose_differ": rows(ran, lambda outcome: outcome.loose_differ),
        "probes": [
            {
                "probe": outcome.probe,
                "total": outcome.total,
                "agree": outcome.agree,
                "skipped": outcome.skipped,
                "problem": outcome.problem,
                "ms": round(outcome.ms, 1),
            }
            for outcome in outcomes
        ],
    }


def rows(outcomes: list[Outcome], of: Callable[[Outcome], list[Difference]]) -> list[dict[str, Any]]:
    """Differences of probes, as rows of a report."""
    return [
        {"probe": outcome.probe, "key": each.key, "expected": each.expected, "got": each.got}
        for outcome in outcomes
        for each in of(outcome)
    ]
