"""Probes of real servers: which there are, what those recorded, and whether what is recorded here agrees.

A folder of probes holds `NAME.lua` and `NAME.expected.json` beside each other; a file declares several probes. A key
that starts with `~` is one whose samples vary: each has to lie within what was seen.
"""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from tibicen.errors import ConfigError
from tibicen.realms.canary.server import Dialect
from tibicen.realms.conformance import ABSENT, Difference, Outcome, report

LOOSE = "~"
"""What a key starts with that was sampled, and what a value is held in that varies."""

_ALTERNATIVES = "~set"
_SLACK = 0.1
"""Of the width of what was seen, to either side: the extremes of a normal distribution are rare."""

_DELAY = 0.02
"""Of the value itself, likewise: what took 102 ms for a real server takes 100 here."""

_PRECISION = 1e-12
"""Numbers were written down with 14 digits."""

_NUMBER = re.compile(r"(\d+)_")
_FIRST_APART, _NETWORK = 90, range(91, 94)

_BY_CHANCE = re.compile(r"boosted (creature|boss)", re.IGNORECASE)
"""Messages that depend on what the recorded server drew when it first started."""


class Probe(NamedTuple):
    """A probe, and what a real server recorded in it."""

    name: str
    file: str
    """Name of its file, without ending."""
    needs: list[str]
    values: dict[str, Any]
    unstable: frozenset[str]
    """Keys that the server answered differently each time."""
    client: dict[str, list[dict[str, Any]]] | None
    """What its players were told; None when that differed each time."""

    @property
    def player(self) -> bool:
        return "player" in self.needs

    @property
    def total(self) -> int:
        return len(self.values)


@dataclass
class ServerOutcome(Outcome):
    """How a probe did, with what its players were told."""

    told: int = 0
    """Messages that the real server sent, and how many of them came here, in that order."""
    told_agree: int = 0
    told_differ: list[Difference] = field(default_factory=list)
    file: str = ""


def read_probes(folder: Path, dialect: Dialect) -> list[Probe]:
    """All probes of a folder, in the order of their files.

    Raises:
        ConfigError: it is no folder of probes, or one of the other server.
    """
    found: list[Probe] = []
    for path in sorted(folder.glob("*.lua")):
        expected = folder / f"{path.stem}.expected.json"
        if not expected.is_file():
            raise ConfigError(f"{expected} is not there, so that {path.name} has nothing to be compared with")
        recorded = json.loads(expected.read_text(encoding="utf-8"))
        if recorded.get("server", dialect) != dialect:
            raise ConfigError(f"{expected} was recorded from {recorded['server']}, not from {dialect}")
        for name, probe in recorded["probes"].items():
            found.append(
                Probe(
                    name,
                    path.stem,
                    list(probe.get("needs", ())),
                    probe["values"],
                    frozenset(probe.get("unstable", ())),
                    probe.get("client", {} if "client~" not in probe else None),
                )
            )
    if not found:
        raise ConfigError(f"{folder} holds no probes: there is no NAME.lua with a NAME.expected.json in it")
    return found


def groups(probes: Iterable[Probe]) -> list[list[Probe]]:
    """Probes by the server that they run in: those of the files 10 to 89 together, 91 to 93, and each other alone."""
    by_server: dict[str, list[Probe]] = {}
    for probe in probes:
        found = _NUMBER.match(probe.file)
        number = int(found[1]) if found else 0
        if number < _FIRST_APART:
            key = ""
        else:
            key = "network" if number in _NETWORK else probe.file
        by_server.setdefault(key, []).append(probe)
    return list(by_server.values())


def chosen(probes: list[Probe], names: Iterable[str]) -> list[Probe]:
    """Those that are named, by their own name or that of their file; all when none is.

    Raises:
        ConfigError: there is no such probe.
    """
    wanted = set(names)
    unknown = wanted - {probe.name for probe in probes} - {probe.file for probe in probes}
    if unknown:
        known = ", ".join(probe.name for probe in probes)
        raise ConfigError(f"there is no probe {sorted(unknown)[0]!r}; there are {known}")
    return [probe for probe in probes if not wanted or probe.name in wanted or probe.file in wanted]


def same(expected: Any, got: Any) -> bool:
    """Whether a recorded value is the expected one."""
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    if isinstance(expected, int | float) and isinstance(got, int | float):
        return expected == got or math.isclose(expected, got, rel_tol=_PRECISION)
    if isinstance(expected, dict) and isinstance(got, dict):
        return expected.keys() == got.keys() and all(same(value, got[key]) for key, value in expected.items())
    if isinstance(expected, list) and isinstance(got, list):
        return len(expected) == len(got) and all(map(same, expected, got))
    return type(expected) is type(got) and bool(expected == got)


def within(seen: list[float], samples: list[Any]) -> bool:
    """Whether all samples lie in the range that was seen; there has to be one."""
    low, high = seen
    slack = max(abs(low), abs(high)) * _DELAY
    if high > low:
        slack = max(1.0, slack, (high - low) * _SLACK)
    return bool(samples) and all(
        isinstance(each, int | float) and not isinstance(each, bool) and low - slack <= each <= high + slack
        for each in samples
    )


def agrees(expected: Any, samples: list[Any]) -> bool:
    """Whether what was recorded under a key, all of it in order, agrees with the expected value."""
    if isinstance(expected, Mapping) and LOOSE in expected:
        return within(expected[LOOSE], samples)
    if not samples:
        return False
    if isinstance(expected, Mapping) and _ALTERNATIVES in expected:
        return any(same(json.loads(each), samples[-1]) for each in expected[_ALTERNATIVES])
    return same(expected, samples[-1])


def compare(outcome: ServerOutcome, probe: Probe, got: Mapping[str, list[Any]]) -> None:
    """Counts into `outcome` what agrees and what differs, of the values of a probe."""
    for key, expected in probe.values.items():
        if key in probe.unstable:
            continue
        outcome.total += 1
        # A key that differed between the recorded runs got its mark only afterwards: no probe records it with one.
        samples = got.get(key) or got.get(key.removeprefix(LOOSE), [])
        if agrees(expected, samples):
            outcome.agree += 1
        else:
            outcome.differ.append(Difference(key, expected, _shown(expected, samples)))


def _shown(expected: Any, samples: list[Any]) -> Any:
    if not samples:
        return ABSENT
    if not (isinstance(expected, Mapping) and LOOSE in expected):
        return samples[-1]
    if all(isinstance(each, int | float) for each in samples):
        return {LOOSE: [min(samples), max(samples)], "n": len(samples)}
    return samples


def compare_told(outcome: ServerOutcome, probe: Probe, told: Mapping[str, list[dict[str, Any]]]) -> None:
    """Counts what players were told; for probes where the real server says the same each time.

    Messages count that came in the order of the real server's: one that is left out makes none of those after it wrong.
    """
    for who, messages in (probe.client or {}).items():
        expected = [_line(message) for message in messages if not _is_by_chance(message)]
        got = [_line(message) for message in told.get(who, ()) if not _is_by_chance(message)]
        outcome.told += len(expected)
        matcher = difflib.SequenceMatcher(None, expected, got, autojunk=False)
        for tag, first, last, theirs_first, theirs_last in matcher.get_opcodes():
            if tag == "equal":
                outcome.told_agree += last - first
                continue
            outcome.told_differ.append(
                Difference(f"{who}:{first}", expected[first:last] or ABSENT, got[theirs_first:theirs_last] or ABSENT)
            )


def _is_by_chance(message: Mapping[str, Any]) -> bool:
    return bool(_BY_CHANCE.search(str(message.get("text", ""))))


def _line(message: Mapping[str, Any]) -> str:
    if message["k"] == "ext":
        return f"ext {message['hex']}"
    if message["k"] == "say":
        return f"say {message['type']} {message['name']} [{message['level']}]: {message['text']}"
    return f"text {message['type']}: {message['text']}"


def server_report(outcomes: list[ServerOutcome]) -> dict[str, Any]:
    """The report of all realms, and beside it what players were told, which counts apart."""
    told = [outcome for outcome in outcomes if not outcome.skipped]
    return {
        **report(outcomes),
        "client": {
            "total": sum(outcome.told for outcome in told),
            "agree": sum(outcome.told_agree for outcome in told),
            "differ": [
                {"probe": outcome.probe, "key": each.key, "expected": each.expected, "got": each.got}
                for outcome in told
                for each in outcome.told_differ
            ],
        },
    }
