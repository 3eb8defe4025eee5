"""The process that worker processes are forked from: everything is imported once, a worker is there in milliseconds.

It runs no plugin code and has one thread. The host sends an order with two file descriptors (the worker's socket
and its standard error); when the host's end of the control socket closes, the nursery and all its workers end.
"""

from __future__ import annotations

import gc
import os
import resource
import select
import signal
import socket
import sys

import msgspec

from tibicen.vm import stack
from tibicen.worker import containment
from tibicen.worker.server import Worker, warm_up

LARGEST_ORDER = 1 << 16


class Order(msgspec.Struct, frozen=True):
    """What the host wants.

    Attributes:
        id: by which the worker's end is reported.
        limits: resource limits by name (`RLIMIT_AS`: bytes above what the process has mapped already).
        filter: seccomp filter as BPF; empty for none.
    """

    id: int
    limits: dict[str, int]
    filter: bytes


class Ended(msgspec.Struct, frozen=True):
    """A worker is gone. `status` as `os.waitpid` gives it."""

    id: int
    status: int


def main(control_fd: int, language: str) -> None:
    """Called by the host's `python -c`; returns when the host is gone."""
    control = socket.socket(fileno=control_fd)
    soft = resource.getrlimit(resource.RLIMIT_STACK)[0]
    if soft == resource.RLIM_INFINITY or soft >= stack.STACK_BYTES:
        _serve(control, language)
    else:
        # The system does not let the first thread's stack grow enough; workers are forked from one that has it.
        stack.run(lambda: _serve(control, language), "nursery")


def _serve(control: socket.socket, language: str) -> None:
    warm_up(language)
    # Nothing that is here now is ever garbage; collecting it would copy pages that all workers share.
    gc.collect()
    gc.freeze()
    woken, waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    if sys.version_info >= (3, 12) or _is_first_thread():
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    workers: dict[int, int] = {}
    control.send(b"ready")
    while True:
        # A second at most: where signals can't wake it, the dead are found all the same.
        readable, _, _ = select.select([control.fileno(), woken], [], [], 1.0)
        if woken in readable:
            os.read(woken, 512)
        _reap(control, workers)
        if control.fileno() not in readable:
            continue
        try:
            data, descriptors, _, _ = socket.recv_fds(control, LARGEST_ORDER, 2)
        except OSError:
            return
        if not data:
            return
        order = msgspec.msgpack.decode(data, type=Order)
        pid = os.fork()
        if pid == 0:
            _become_worker(order, descriptors, (control.detach(), woken, waker))
        workers[pid] = order.id
        for each in descriptors:
            os.close(each)


def _is_first_thread() -> bool:
    import threading

    return threading.current_thread() is threading.main_thread()


def _reap(control: socket.socket, workers: dict[int, int]) -> None:
    while workers:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        if pid in workers:
            try:
                control.send(msgspec.msgpack.encode(Ended(workers.pop(pid), status)), socket.MSG_DONTWAIT)
            except OSError:
                # The host does not read, or is gone; it learns of the end by the closed socket all the same.
                continue


def _become_worker(order: Order, descriptors: list[int], inherited: tuple[int, ...]) -> None:
    """Never returns."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for each in inherited:
            os.close(each)
        sock, errors = descriptors
        os.dup2(errors, 2)
        os.close(errors)
        os.set_blocking(2, False)
        os.setsid()
        in_force = containment.apply(order.limits, order.filter)
        worker = Worker(socket.socket(fileno=sock))
        worker.greet(in_force)
        worker.run()
        status = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        # Not sys.exit: what the nursery would do at its end is not the worker's to do.
        os._exit(status)
