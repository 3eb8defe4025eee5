"""Conformance runs of the servers' realms: probes that share a server, each group in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tibicen.cli.probe_process import ProbeProcess, ProbeProcessError
from tibicen.errors import ConfigError
from tibicen.realms.canary import conformance
from tibicen.realms.canary.checkout import Checkout
from tibicen.realms.canary.conformance import Probe, ServerOutcome
from tibicen.realms.canary.harness import ProbeRun, run_group
from tibicen.realms.canary.server import Dialect
from tibicen.realms.conformance import Outcome

REALMS: dict[str, Dialect] = {"canary": "canary", "tfs": "tfs"}

PATIENCE_SECONDS = 120.0
"""Seconds of real time after which a probe is ended that is in a loop without end; a start counts to the first."""

_TRIES = 8
"""Starts of one group's server; each probe that hangs or crashes costs one."""


def run(
    folder: Path,
    realm: str,
    checkout: Path | None,
    names: list[str],
    appearances: Path | None,
    each: Callable[[Outcome], None],
) -> dict[str, Any]:
    """Runs the probes of a folder, all or those named; see `tibicen.realms.canary.conformance.server_report`.

    Raises:
        ConfigError: one that is named is not there, or the checkout is that of another server.
    """
    dialect = REALMS[realm]
    probes = conformance.read_probes(folder, dialect)
    wanted = conformance.chosen(probes, names)
    outcomes: list[ServerOutcome] = []

    def ended(outcome: ServerOutcome) -> None:
        outcomes.append(outcome)
        each(outcome)

    if checkout is None:
        for probe in wanted:
            ended(ServerOutcome(probe.name, total=probe.total, skipped="it needs a checkout", file=probe.file))
        return conformance.server_report(outcomes)
    opened = Checkout.open(checkout)
    if opened.dialect != dialect:
        raise ConfigError(f"{checkout} is a checkout of {opened.dialect}, not of {dialect}")
    if appearances is None:
        appearances = opened.appearances(siblings=True)
    if appearances is not None and not appearances.is_file():
        raise ConfigError(f"{appearances} is not there")
    for group in conformance.groups(probes):
        files = list(dict.fromkeys(probe.file for probe in group))
        chosen = [probe for probe in group if probe in wanted]
        if chosen:
            _run_group(opened, folder, files, chosen, appearances, ended)
    return conformance.server_report(outcomes)


def _run_group(
    checkout: Checkout,
    folder: Path,
    files: Sequence[str],
    probes: Sequence[Probe],
    appearances: Path | None,
    ended: Callable[[ServerOutcome], None],
) -> None:
    waiting = {probe.name: probe for probe in probes}
    for _ in range(_TRIES):
        if not waiting:
            return
        # The process is killed at the end, and could not remove it.
        with TemporaryDirectory(prefix="tibicen-probes-") as root, closing(ProbeProcess(_serve)) as process:
            try:
                process.ask(checkout, Path(root), folder, files, list(waiting.values()), appearances)
                while waiting:
                    ran: ProbeRun | str = process.answer(PATIENCE_SECONDS)
                    if isinstance(ran, str):
                        _all_failed(waiting, ran, ended)
                        return
                    probe = waiting.pop(ran.name, None)
                    if probe is not None:
                        ended(_outcome(probe, ran))
            except ProbeProcessError as error:
                # In the order in which they run: that one is it.
                at_fault = min(waiting.values(), key=lambda probe: (probe.player, "" if probe.player else probe.name))
                del waiting[at_fault.name]
                ended(_outcome(at_fault, ProbeRun(at_fault.name, {}, {}, str(error), PATIENCE_SECONDS * 1e3)))
    _all_failed(waiting, "other probes of its server hung or crashed too often", ended)


def _all_failed(waiting: dict[str, Probe], problem: str, ended: Callable[[ServerOutcome], None]) -> None:
    for probe in waiting.values():
        ended(_outcome(probe, ProbeRun(probe.name, {}, {}, problem, 0.0)))


def _outcome(probe: Probe, ran: ProbeRun) -> ServerOutcome:
    outcome = ServerOutcome(probe.name, problem=ran.problem, ms=ran.ms, file=probe.file)
    conformance.compare(outcome, probe, ran.values)
    conformance.compare_told(outcome, probe, ran.told)
    return outcome


def _serve(*arguments: Any) -> Iterator[ProbeRun | str]:
    try:
        yield from run_group(*arguments)
    except Exception as error:
        yield f"{type(error).__name__}: {error}"
