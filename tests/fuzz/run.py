"""Runs the fuzz targets for a bounded time: `python -m tests.fuzz.run FOLDER SECONDS [TARGET ...]`.

The seconds are for all targets together. What makes a target fail is left in FOLDER/found; new inputs that reach new
code are in FOLDER/corpus. Ends with 1 when anything was found.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.fuzz.build import names
from tests.fuzz.inputs import CORPUS

ENVIRONMENT = {"ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "print_stacktrace=1"}
LONGEST = 4096
"""Bytes of an input: more would only make runs slower."""


def run(folder: Path, seconds: int, targets: list[str]) -> list[str]:
    """The targets that failed."""
    failed: list[str] = []
    each = max(1, seconds // len(targets))
    for name in targets:
        own, found = folder / "corpus" / name, folder / "found"
        own.mkdir(parents=True, exist_ok=True)
        found.mkdir(parents=True, exist_ok=True)
        command = [
            str(folder / name),
            str(own),
            str(CORPUS / name),
            f"-max_total_time={each}",
            f"-max_len={LONGEST}",
            "-timeout=5",
            "-rss_limit_mb=2048",
            "-verbosity=0",
            "-print_final_stats=1",
            f"-artifact_prefix={found}/{name}-",
        ]
        done = subprocess.run(command, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True)
        runs = [line.split()[-1] for line in done.stderr.splitlines() if "number_of_executed_units" in line]
        print(
            f"{name}: {runs[0] if runs else 'no'} runs in {each} s, {'failed' if done.returncode else 'nothing found'}"
        )
        if done.returncode:
            failed.append(name)
            print(done.stderr[-4000:])
    return failed


if __name__ == "__main__":
    wanted = sys.argv[3:] or names()
    sys.exit(bool(run(Path(sys.argv[1]), int(sys.argv[2]), wanted)))
