"""`tibicen conformance`: runs recorded probes against this implementation and counts what differs."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tibicen.cli.conformance_servers import REALMS as SERVER_REALMS
from tibicen.cli.conformance_servers import run as run_servers
from tibicen.cli.probe_process import ProbeProcess, ProbeProcessError
from tibicen.cli.text import printable
from tibicen.errors import ConfigError
from tibicen.realms.conformance import ABSENT, Outcome, report
from tibicen.realms.otclient import conformance
from tibicen.realms.otclient.checkout import Checkout, Dialect
from tibicen.realms.otclient.harness import level_of, run_probe

_SHOWN = 3
"""Differences of a probe that are shown as text."""

PATIENCE_SECONDS = 90.0
"""Seconds of real time after which a probe is ended that is in a loop without end."""


def run(
    folder: Path,
    realm: str,
    checkout: Path | None,
    names: list[str],
    dialect: Dialect | None,
    each: Callable[[Outcome], None] = lambda _: None,
    appearances: Path | None = None,
) -> dict[str, Any]:
    """Runs the probes of a folder, all or those named; see `tibicen.realms.conformance.report`.

    Raises:
        ConfigError: the realm has no probes, or one that is named is not there.
    """
    if realm in SERVER_REALMS:
        if dialect is not None:
            raise ConfigError(f"the realm {realm} says whose values are meant; leave --dialect out")
        return run_servers(folder, realm, checkout, names, appearances, each)
    if realm != "otclient":
        raise ConfigError(f"there are no probes of the realm {realm!r}; there are of: canary, otclient, tfs")
    if appearances is not None:
        raise ConfigError("--appearances goes with the realm canary")
    known = conformance.probes(folder)
    for name in names:
        if name not in known:
            raise ConfigError(f"there is no probe {name!r} in {folder}; there are {', '.join(known)}")
    opened = Checkout.open(checkout, dialect)
    outcomes = []
    with contextlib.closing(_Worker()) as worker:
        for name in names or known:
            outcome = Outcome(name)
            expected = conformance.expected_values(folder, name, opened.dialect)
            values, outcome.problem, outcome.ms, lacks = worker.run(folder, name, opened)
            if lacks:
                outcome.total = conformance.total_of(expected)
                outcome.skipped = f"it needs a checkout, for {lacks[0]}"
            else:
                conformance.compare(outcome, expected, values)
            outcomes.append(outcome)
            each(outcome)
    return report(outcomes)


Answer = tuple[dict[str, Any], str, float, list[str]]
"""What a probe recorded, what ended it early, the milliseconds that it took, and what it would need of a checkout."""


class _Worker:
    """A process that runs probes, one after the other; one that hangs or crashes takes only itself along."""

    def __init__(self) -> None:
        self._process = ProbeProcess(_answer)

    def run(self, folder: Path, name: str, checkout: Checkout) -> Answer:
        try:
            self._process.ask(folder, name, checkout)
            answer: Answer = self._process.answer(PATIENCE_SECONDS)
            return answer
        except ProbeProcessError as error:
            problem = str(error)
        self.close()
        self._process = ProbeProcess(_answer)
        return {}, problem, PATIENCE_SECONDS * 1e3, []

    def close(self) -> None:
        self._process.close()


def _answer(folder: Path, name: str, checkout: Checkout) -> Iterator[Answer]:
    started = time.perf_counter()
    if checkout.path is None and level_of(folder, name) == "full":
        yield {}, "", 0.0, ["its stock modules"]
        return
    try:
        ran = run_probe(folder, name, checkout)
    except Exception as error:
        yield {}, f"{type(error).__name__}: {error}", 0.0, []
        return
    yield ran.values, ran.problem, (time.perf_counter() - started) * 1e3, ran.lacks


def lines_of(outcome: Outcome) -> list[str]:
    """A row about a probe, and its first differences."""
    if outcome.skipped:
        return [f"skip {outcome.probe}: {outcome.skipped} ({outcome.total} values)"]
    mark = "FAIL" if outcome.differ else "ok  "
    lines = [f"{mark} {outcome.probe}: {outcome.agree} of {outcome.total} ({outcome.ms:.0f} ms)"]
    if outcome.problem:
        lines += [f"       {printable(line)}" for line in outcome.problem.splitlines()[:_SHOWN]]
    for each in outcome.differ[:_SHOWN]:
        lines.append(f"       {printable(each.key)}: expected {_short(each.expected)}, got {_short(each.got)}")
    if len(outcome.differ) > _SHOWN:
        lines.append(f"       and {len(outcome.differ) - _SHOWN} more")
    return lines


def _short(value: Any) -> str:
    if value == ABSENT:
        return "nothing"
    text = printable(repr(value))
    return text if len(text) <= 200 else text[:197] + "..."
