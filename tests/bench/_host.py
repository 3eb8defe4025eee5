"""A real host in a temporary folder, on a thread with the host's stack and its event loop."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from tibicen.cli.run import new_event_loop
from tibicen.config import HostConfig, StrikesConfig
from tibicen.host import Host
from tibicen.lifecycle.report import Report
from tibicen.realms import exports
from tibicen.vm import stack

T = TypeVar("T")

Files = Mapping[str, str]
"""Text by path below the plugins folder."""


def in_host_thread(scenario: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Runs a coroutine function as `tibicen run` does: the same loop, on a thread with a large stack."""

    def body() -> T:
        loop = new_event_loop()
        try:
            return loop.run_until_complete(scenario())
        finally:
            loop.close()

    return stack.run(body)


@asynccontextmanager
async def serving(
    files: Files,
    *,
    watch: bool = False,
    on_report: Callable[[Report], None] | None = None,
    strikes_limit: int = 3,
) -> AsyncIterator[Host]:
    """A host that serves these plugins.

    Raises:
        RuntimeError: one of them did not load.
    """
    with tempfile.TemporaryDirectory(prefix="tibicen-bench-") as scratch:
        folder = Path(scratch, "plugins").resolve()
        folder.mkdir()
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        config = HostConfig(strikes=StrikesConfig(limit=strikes_limit), log_level="error")
        host = Host(config, folder, on_report=on_report)
        try:
            for report in await host.start(watch=watch, listen=False):
                if not report.ok:
                    raise RuntimeError(f"a plugin of the benchmark did not load: {report.problems[0]}")
            yield host
        finally:
            await host.stop()


def ask(host: Host, plugin: str, export: str, *arguments: Any) -> Any:
    """Calls an export as another plugin would."""
    generation = host.plugins.active(plugin)
    if generation is None:
        raise RuntimeError(f"{plugin} is not active")
    return exports.call(generation, host.plugins, plugin, export, list(arguments))
