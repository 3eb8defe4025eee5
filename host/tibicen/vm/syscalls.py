"""Which system calls a worker process may make, as a seccomp filter."""

from __future__ import annotations

import errno
import os
import tempfile
import termios
from functools import cache
from typing import Any

_NAMES = """
brk mmap munmap mprotect mremap madvise mlock munlock membarrier mincore
read readv pread64 preadv write writev recvfrom recvmsg sendto sendmsg shutdown getsockname getpeername
getsockopt setsockopt
close close_range dup dup2 dup3 fcntl fstat stat lstat newfstatat statx lseek access faccessat faccessat2 readlink
readlinkat getcwd getdents64 fadvise64 statfs fstatfs umask chdir
poll ppoll select pselect6 epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 eventfd2 pipe2
timerfd_create timerfd_settime timerfd_gettime
futex futex_waitv rseq set_robust_list get_robust_list sched_yield sched_getaffinity sched_getparam
sched_getscheduler set_tid_address arch_prctl
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending sigaltstack setitimer getitimer
clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times getrusage getrlimit getrandom
getpid getppid gettid getuid geteuid getgid getegid getgroups getpgrp getpgid getsid uname sysinfo getcpu
exit exit_group restart_syscall
"""
ALLOWED = _NAMES.split()
"""Whatever is not among these, nor in `build` below, is refused with EPERM: no process, no network, no change on
disk, no signal to anyone, no look into another process."""

_CLONE_THREAD = 0x00010000
_RLIMIT_CPU = 0


class NoFilterError(Exception):
    """Why there is no seccomp filter on this system."""


@cache
def build() -> bytes:
    """The filter as BPF.

    Raises:
        NoFilterError: the system, or libseccomp, can't make one.
    """
    try:
        import pyseccomp as seccomp
    except (ImportError, RuntimeError, OSError, AttributeError) as error:
        raise NoFilterError(str(error)) from None
    try:
        rules = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
        for name in ALLOWED:
            _allow(seccomp, rules, name)
        _allow_with_arguments(seccomp, rules)
        with tempfile.TemporaryFile() as file:
            rules.export_bpf(file)
            file.seek(0)
            return file.read()
    except OSError as error:
        raise NoFilterError(str(error)) from None


def _number(seccomp: Any, name: str) -> int:
    """The system call's number; below 0 when this machine has no such call."""
    number: int = seccomp.resolve_syscall(seccomp.Arch.NATIVE, name)
    return number


def _allow(seccomp: Any, rules: Any, name: str, *arguments: Any) -> None:
    number = _number(seccomp, name)
    if number >= 0:
        rules.add_rule(seccomp.ALLOW, number, *arguments)


def _allow_with_arguments(seccomp: Any, rules: Any) -> None:
    def arg(index: int, mask: int, value: int) -> Any:
        return seccomp.Arg(index, seccomp.MASKED_EQ, mask, value)

    whole = 0xFFFFFFFF
    # Files are opened for reading, and none is made.
    writing = os.O_ACCMODE | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    _allow(seccomp, rules, "open", arg(1, writing, os.O_RDONLY))
    _allow(seccomp, rules, "openat", arg(2, writing, os.O_RDONLY))
    # Threads, but no processes. The C library falls back to clone when there is no clone3, whose flags lie in
    # memory, out of a filter's sight.
    _allow(seccomp, rules, "clone", arg(0, _CLONE_THREAD, _CLONE_THREAD))
    if (number := _number(seccomp, "clone3")) >= 0:
        rules.add_rule(seccomp.ERRNO(errno.ENOSYS), number)
    # asyncio wakes itself by a socket pair; there is no other way to a socket.
    _allow(seccomp, rules, "socketpair", arg(0, whole, 1))
    for request in (termios.TCGETS, termios.FIONBIO, termios.FIOCLEX, termios.FIONREAD):
        _allow(seccomp, rules, "ioctl", arg(1, whole, request & whole))
    # Limits are read; only that of processor time is moved on (`worker.containment`), below a hard one.
    _allow(seccomp, rules, "prlimit64", seccomp.Arg(2, seccomp.EQ, 0))
    _allow(seccomp, rules, "prlimit64", arg(0, whole, 0), arg(1, whole, _RLIMIT_CPU))
    _allow(seccomp, rules, "setrlimit", arg(0, whole, _RLIMIT_CPU))
