"""What the control socket offers of a host."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import msgspec

from tibicen.cli.control import Operation
from tibicen.cli.live import LiveTap
from tibicen.errors import ControlError
from tibicen.host import Host
from tibicen.lifecycle.plugin import Plugin
from tibicen.lifecycle.report import Report
from tibicen.metrics.readings import to_plain
from tibicen.protocol.bridge import Bridge


def report_to_plain(report: Report) -> dict[str, Any]:
    """A report as plain data; problems as texts."""
    plain = dataclasses.asdict(report)
    plain["problems"] = [str(problem) for problem in report.problems]
    return plain


class Operations:
    """The operations of one host; a method's arguments are those of the request, as JSON had them.

    Raises:
        ControlError: an argument is of a wrong type. Besides, what the host raises.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._manager = host.plugins
        self._tap = LiveTap(self._bridges)

    def by_name(self) -> dict[str, Operation]:
        return {
            "host.describe": self._host.describe,
            "host.connections": self.connections,
            "plugins.info": self.info,
            "plugins.load": self.load,
            "plugins.unload": self.unload,
            "plugins.reload": self.reload,
            "plugins.enable": self.enable,
            "plugins.disable": self.disable,
            "plugins.grant": self.grant,
            "plugins.revoke": self.revoke,
            "hooks.emit": self.emit,
            "host.figures": self.figures,
            "host.metrics": self._host.observatory.exposition,
            "profile.start": self.start_profile,
            "profile.stop": self.stop_profile,
            "packets.take": self._tap.take,
        }

    def connections(self) -> dict[str, Any]:
        return {name: tie.monitor() for name, tie in self._host.integrations().items()}

    def _bridges(self) -> list[Bridge]:
        return [tie for tie in self._host.integrations().values() if isinstance(tie, Bridge)]

    def _plugin(self, name: object) -> Plugin:
        return self._manager.plugin(_text("name", name))

    def info(self, name: str) -> dict[str, Any]:
        return self._host.plugin_info(self._plugin(name).name)

    def _when_ready(self, name: str, work: Callable[[str], Report]) -> Any:
        """The report, or what to wait for it: processes are prepared while the loop is served."""
        plugin = self._plugin(name)
        wait = self._manager.preparation([plugin.root])
        if wait is None:
            return report_to_plain(work(plugin.name))

        async def first_wait() -> dict[str, Any]:
            await wait
            return report_to_plain(work(self._plugin(name).name))

        return first_wait()

    def load(self, name: str) -> Any:
        if self._plugin(name).active is not None:
            return report_to_plain(self._manager.load(name))
        return self._when_ready(name, self._manager.load)

    def unload(self, name: str) -> dict[str, Any]:
        return report_to_plain(self._manager.unload(self._plugin(name).name))

    def reload(self, name: str, discard_state: bool = False) -> Any:
        return self._when_ready(name, lambda name: self._manager.reload(name, discard_state=bool(discard_state)))

    def enable(self, name: str) -> Any:
        return self._when_ready(name, lambda name: self._host.set_enabled(name, True))

    def disable(self, name: str) -> dict[str, Any]:
        return report_to_plain(self._host.set_enabled(self._plugin(name).name, False))

    def grant(self, name: str, permissions: list[str]) -> dict[str, Any]:
        if not isinstance(permissions, list):
            raise ControlError(f"permissions must be a list, not {permissions!r}")
        wanted = [_text("a permission", each) for each in permissions]
        return report_to_plain(self._host.grant(self._plugin(name).name, wanted))

    def revoke(self, name: str, permission: str) -> dict[str, Any]:
        return report_to_plain(self._host.revoke(self._plugin(name).name, _text("permission", permission)))

    def figures(self) -> dict[str, Any]:
        return to_plain(self._host.observatory.read())

    def start_profile(self, name: str, seconds: float, interval_ms: float) -> None:
        plugin, profiler = self._plugin(name), self._host.observatory.profiler
        profiler.start(plugin.name, _number("seconds", seconds), _number("interval_ms", interval_ms))

    def stop_profile(self, name: str) -> dict[str, Any]:
        profile: dict[str, Any] = msgspec.to_builtins(self._host.observatory.profiler.stop(self._plugin(name).name))
        return profile

    def emit(self, hook: str, arguments: list[Any]) -> dict[str, Any]:
        if not isinstance(arguments, list):
            raise ControlError(f"arguments must be a list, not {arguments!r}")
        answer, failed = self._host.try_hook(_text("hook", hook), arguments)
        return {"answer": answer, "failed": failed}


def _text(what: str, value: object) -> str:
    if not isinstance(value, str):
        raise ControlError(f"{what} must be text, not {value!r}")
    return value


def _number(what: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ControlError(f"{what} must be a number, not {value!r}")
    return float(value)


def operations_of(host: Host) -> dict[str, Operation]:
    """Operation names to functions."""
    return Operations(host).by_name()
