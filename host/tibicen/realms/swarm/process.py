"""What a load test needs to know of its own process, and from it. Nothing of it is there on Windows."""

from __future__ import annotations

import contextlib
import sys

if sys.platform != "win32":
    import resource

SPARE_FILES = 100
"""That a process has open besides its connections."""


def peak_memory() -> int:
    """Bytes that this process held at most; 0 where the system doesn't tell."""
    if sys.platform == "win32":
        return 0
    # Kilobytes, but on macOS bytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def allow_connections(count: int) -> None:
    """Raises the number of files that this process may have open, as far as the system lets it."""
    if sys.platform == "win32":
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + SPARE_FILES
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
