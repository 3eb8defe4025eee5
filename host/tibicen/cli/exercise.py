"""`tibicen exercise`: calls every callback of a server's scripts in a small world, and tells which fail."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Any

from tibicen.cli.text import printable
from tibicen.vm import stack


def run(path: Path, datapack: str | None, seed: int) -> dict[str, Any]:
    """Calls the callbacks of a checkout; see `tibicen.realms.canary.exercise`.

    Raises:
        ConfigError: the folder holds no server, or not that pack.
    """
    from tibicen.realms.canary.exercise import exercise

    with contextlib.redirect_stdout(sys.stderr):
        return stack.run(lambda: exercise(path, datapack=datapack, seed=seed))


def lines_of(result: dict[str, Any]) -> list[str]:
    """A line a callback that failed, those of the host's fault first, and the figures."""
    lines = []
    for failure in sorted(result["failures"], key=lambda row: (row["fault"], row["file"], row["line"])):
        what = " ".join(word for word in (failure["kind"], failure["event"], failure["name"]) if word)
        lines.append(f"{failure['fault']:6} {printable(failure['file'])}:{failure['line']}: {printable(what)}")
        lines.append(f"       {printable(failure['error'])} ({failure['reason']})")
    totals = result["totals"]
    lines.append(
        f"{totals['callbacks']} callbacks: {totals['ran']} ran without an error, {totals['script']} failed by their own"
        f" fault, {totals['host']} by the host's; {totals['percent']} % without one of the host's"
    )
    return lines
