"""`tibicen test`: tests of modules, in Lua and in Python, each in a headless client of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tibicen.errors import ConfigError


def run_tests(
    paths: Sequence[Path],
    *,
    checkout: Path | None = None,
    only: str = "",
    update_snapshots: bool = False,
    verbose: bool = False,
) -> int:
    """Runs pytest over the paths, which has the plugin of `tibicen.testing`; returns its exit code.

    In a process of its own: pytest rewrites what it imports, and this one has imported it already.

    Raises:
        ConfigError: a path is not there.
    """
    for path in paths:
        if not path.exists():
            raise ConfigError(f"{path} is not there; give a file or folder with tests (*_test.lua, test_*.py)")
    arguments = [*(str(path) for path in paths)]
    if checkout is not None:
        arguments += ["--checkout", str(checkout.resolve())]
    if only:
        arguments += ["-k", only]
    if update_snapshots:
        arguments.append("--update-snapshots")
    arguments.append("-v" if verbose else "-q")
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], check=False).returncode
