"""`tibicen replay`: a recorded session as a regression test of plugins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tibicen.cli.inspect import open_capture
from tibicen.cli.run import new_event_loop
from tibicen.config import HostConfig, PermissionsConfig
from tibicen.errors import ConfigError
from tibicen.host import Host
from tibicen.protocol.captures import Capture
from tibicen.protocol.items import ItemTable
from tibicen.protocol.replay import Replay, differences, in_words
from tibicen.vm import stack


def replay(
    file: Path, plugins: Path, expect: Path | None, write: Path | None, *, items: Path | None = None, version: int = 0
) -> dict[str, Any]:
    """Plays a recording to the plugins of a folder, in a host of its own that listens to nothing and keeps nothing.

    Args:
        expect, write: files of what plugins made of it, to compare with and to make.
        items: flags of items; those beside the recording unless given.
        version: of a `.cam`.

    Raises:
        ConfigError: a file can't be read or written, or the plugins folder is missing.
    """
    if not plugins.is_dir():
        raise ConfigError(f"there is no plugins folder {plugins}; name another with --plugins")
    capture, table = open_capture(file, items, version)
    expected = _read(expect) if expect is not None else None

    def body() -> dict[str, Any]:
        loop = new_event_loop()
        try:
            return loop.run_until_complete(_play(capture, table, plugins))
        finally:
            loop.close()

    result: dict[str, Any] = stack.run(body)
    found = []
    if expected is not None:
        found = list(differences(expected, result["emitted"], in_words(capture.version, table)))
    if write is not None:
        try:
            write.write_text("".join(json.dumps(row) + "\n" for row in result["emitted"]), encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"{write} can't be written: {error.strerror}") from None
    return {**result, "compared": expected is not None, "differences": found}


async def _play(capture: Capture, items: ItemTable, plugins: Path) -> dict[str, Any]:
    # What plugins may do is not what is tested here.
    host = Host(HostConfig(permissions=PermissionsConfig(everyone=["*"])), plugins)
    try:
        reports = await host.start(watch=False, listen=False)
        failures = [str(problem) for report in reports for problem in report.problems]
        played = Replay(host.hooks, capture, items)
        with host.gathering_failures() as in_handlers:
            played.run()
        failures += in_handlers
        return {
            "frames": played.frames,
            "messages": played.messages,
            "emitted": played.emitted,
            "failures": failures,
        }
    finally:
        await host.stop()


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} can't be read: {error}") from None


def show(result: dict[str, Any]) -> str:
    """For people."""
    lines = [f"{result['frames']} frames, {result['messages']} messages; plugins made {len(result['emitted'])} changes"]
    lines += [f"failed: {each}" for each in result["failures"]]
    lines += result["differences"]
    if result["compared"] and not result["differences"]:
        lines.append("as expected")
    return "\n".join(lines)
