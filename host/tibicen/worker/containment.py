"""What a worker does to itself before any plugin code runs. Nothing of it can be undone from inside."""

from __future__ import annotations

import ctypes
import io
import os
import resource
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2

CPU_SECONDS = 10
"""How much processor time a worker may use between two heartbeats of its host."""

_libc = ctypes.CDLL(None, use_errno=True)


class _SockFprog(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def _prctl(option: int, second: int, third: object = 0) -> None:
    if _libc.prctl(option, ctypes.c_ulong(second), third or ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0)):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def mapped_bytes() -> int:
    """Address space that the process has now."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def apply(limits: dict[str, int], seccomp: bytes) -> list[str]:
    """Applies everything; says what is in force, one word or `word: details` each.

    Raises:
        OSError: the system refused something that the host had asked for.
    """
    in_force = []
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    sys.stdout = sys.stderr = _Stderr()
    shown = []
    for name, value in limits.items():
        kind = getattr(resource, name)
        if name == "RLIMIT_AS":
            value += mapped_bytes()
        hard = resource.getrlimit(kind)[1]
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        # The soft limit of processor time is moved on by heartbeats, so its hard one stays where it was.
        resource.setrlimit(kind, (value, hard if name == "RLIMIT_CPU" else value))
        shown.append(f"{name.removeprefix('RLIMIT_').lower()}={value}")
    in_force.append("rlimits: " + ", ".join(shown))
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    in_force.append("no_new_privs")
    if seccomp:
        program = _SockFprog(len(seccomp) // 8, seccomp)
        _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program))
        in_force.append("seccomp")
    return in_force


def allow_more_processor_time() -> None:
    """Moves the limit of processor time on; called at heartbeats."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if soft == resource.RLIM_INFINITY:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    wanted = int(usage.ru_utime + usage.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


class _Stderr(io.TextIOBase):
    """Standard error (and output) of a worker: what the host does not read in time is dropped, never waited for."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        try:
            os.write(2, text.encode("utf-8", "backslashreplace"))
        except BlockingIOError:
            pass
        return len(text)

    def fileno(self) -> int:
        return 2
