"""What the control socket offers of a host."""

from __future__ import annotations

import dataclasses
from typing import Any

from tibicen.cli.control import Operation
from tibicen.host import Host
from tibicen.lifecycle.report import Report


def report_to_plain(report: Report) -> dict[str, Any]:
    """A report as plain data; problems as texts."""
    plain = dataclasses.asdict(report)
    plain["problems"] = [str(problem) for problem in report.problems]
    return plain


def operations_of(host: Host) -> dict[str, Operation]:
    """Operation names to functions."""
    manager = host.plugins

    def reload(name: str, discard_state: bool = False) -> dict[str, Any]:
        return report_to_plain(manager.reload(name, discard_state=discard_state))

    return {
        "host.describe": host.describe,
        "plugins.info": lambda name: manager.plugin(name).describe(),
        "plugins.load": lambda name: report_to_plain(manager.load(name)),
        "plugins.unload": lambda name: report_to_plain(manager.unload(name)),
        "plugins.reload": reload,
        "plugins.enable": lambda name: report_to_plain(host.set_enabled(name, True)),
        "plugins.disable": lambda name: report_to_plain(host.set_enabled(name, False)),
        "hooks.emit": host.emit,
    }
