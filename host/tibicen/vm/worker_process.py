"""A worker process as the host sees it: calls into it that end in time, whatever runs in it, and its end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import struct
import time
from pathlib import Path
from time import perf_counter_ns
from typing import Protocol

from tibicen.errors import TibicenError, WireError
from tibicen.vm.failure import ERROR, PACKED
from tibicen.vm.marshal import Plain, pack, unpack
from tibicen.vm.pauses import pauses
from tibicen.vm.spawn import START_SECONDS, Born, Nursery, SpawnError
from tibicen.vm.wire import CALL, DEEPEST, RETURN, TELL, ClosedWireError, Code, Frame, Wire
from tibicen.vm.worker_log import WorkerLog

GRACE_NS = 12_000_000
"""How long after its deadline a call is still waited for: the plugin's VM stops it itself, as a rule. With the
kernel's rounding of waits a hang is over within 20 ms of its deadline."""

STARVED_NS = 2_000_000_000
"""How much longer at most a worker gets that would run but finds no processor: it is slow, it does not hang."""

READING_SECONDS = 0.5
"""How long a worker may leave an answer unread that it waits for."""

LATE_GRACES = 10
"""How often a call gets another grace because the host was slow to answer the plugin's own calls."""

FRAMES_PER_TURN = 64
"""Frames of a worker that are served before the event loop gets its turn."""


class _OverrunError(TimeoutError):
    """A call did not end."""


_CREDENTIALS = struct.Struct("3i")


class WorkerGoneError(TibicenError):
    """The process is dead; the text says why. `overran`: it was killed because a call did not end."""

    def __init__(self, text: str, *, overran: bool = False) -> None:
        super().__init__(text)
        self.overran = overran

    def anew(self) -> WorkerGoneError:
        """The same, to be raised: the one that is kept would gather the frames of everybody who met it."""
        return WorkerGoneError(str(self), overran=self.overran)


class Resident(Protocol):
    """The host's side of one plugin in the process."""

    def serve(self, operation: str, arguments: list[Plain]) -> Plain: ...

    def take_lent_ns(self) -> int:
        """What the call under way is to be extended by; asked once after each call of the host."""
        ...

    def process_died(self, error: WorkerGoneError) -> None: ...


class WorkerProcess:
    """One worker process and the socket to it. For the host's thread only.

    Attributes:
        sandbox: what contains it, in words.
        gone: why it is dead; None while it lives.
    """

    def __init__(self, nursery: Nursery, born: Born, walls: list[str], log: WorkerLog) -> None:
        self._nursery = nursery
        self._id = born.id
        self._log = log
        log.watch(born.errors)
        self.gone: WorkerGoneError | None = None
        self.residents: dict[int, Resident] = {}
        self._next_vm = 0
        self._next_id = 0
        self._depth = 0
        self._deadline = 0
        self._armed_ns = -1
        self._allowed_ns = 0
        self._cpu_before = 0
        self._overtime_ns = self._late = 0
        self._returned: dict[int, Frame] = {}
        self._pending: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._heartbeat: asyncio.TimerHandle | None = None
        self._heartbeat_seconds = 0.0
        self._ping = 0
        self._asked: tuple[int, asyncio.Future[None]] | None = None
        self._cpu_at_beat = 0
        self._wire = Wire(born.sock)
        try:
            self.pid, in_force = self._greeting(born.sock)
        except BaseException:
            log.close()
            born.sock.close()
            nursery.let_go()
            raise
        self._pidfd = os.pidfd_open(self.pid)
        # The kernel's number for the clock of another process's time (clock_getcpuclockid).
        self._cpu_clock = (~self.pid << 3) | 2
        self.sandbox = [*in_force, *walls]

    def _greeting(self, sock: socket.socket) -> tuple[int, list[str]]:
        self._wire.limit_waiting(START_SECONDS)
        try:
            data, ancillary, _, _ = sock.recvmsg(4096, socket.CMSG_SPACE(_CREDENTIALS.size))
        except OSError as error:
            raise SpawnError(f"the worker process said nothing: {error.strerror}") from None
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
        frame = self._wire.parse(data) if data else None
        if frame is None or frame.kind != TELL or frame.code != Code.HELLO:
            self._log.drain()
            raise SpawnError(f"the worker process did not start: {self._log.last_words or 'it ended at once'}")
        pid: int = next(
            _CREDENTIALS.unpack(value[: _CREDENTIALS.size])[0]
            for _, kind, value in ancillary
            if kind == socket.SCM_CREDENTIALS
        )
        return pid, unpack(frame.payload)

    # -- residents --------------------------------------------------------------------------------------

    def move_in(self, resident: Resident) -> int:
        """The number of a new VM in the process."""
        self._next_vm = self._next_vm % 0xFFFF + 1
        self.residents[self._next_vm] = resident
        return self._next_vm

    def move_out(self, vm: int) -> None:
        """One VM is done with; the process ends with its last."""
        if self.residents.pop(vm, None) is None:
            return
        if not self.residents:
            self.kill()
        elif self.gone is None:
            self.tell(Code.CLOSE, vm, 0)

    # -- calls ------------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether a call into it is under way."""
        return self._depth > 0

    def call(self, code: int, vm: int, number: int, payload: bytes, allowance_ns: int) -> Frame:
        """Calls into the process and waits for the answer, serving its calls of the host meanwhile.

        Args:
            allowance_ns: what the plugin may use. With a grace on top, that is when the process is killed.

        Raises:
            WorkerGoneError: the process is dead, or died.
            TibicenError: calls are nested too deep.
        """
        if self.gone is not None:
            raise self.gone.anew()
        depth = self._depth
        if depth == 0:
            self._deadline = perf_counter_ns() + allowance_ns + GRACE_NS
            self._allowed_ns = allowance_ns
            self._cpu_before = self._cpu_ns()
            self._overtime_ns = self._late = 0
            self._returned.clear()
            if allowance_ns != self._armed_ns:
                self._armed_ns = allowance_ns
                self._wire.limit_waiting((allowance_ns + GRACE_NS) / 1e9)
        elif depth >= DEEPEST:
            raise TibicenError(f"calls between the host and a plugin are nested deeper than {DEEPEST}")
        self._next_id = id = (self._next_id + 1) & 0xFFFFFFFF
        self._depth = depth + 1
        try:
            self._wire.send(CALL, code, vm, id, number, payload, seconds=(allowance_ns + GRACE_NS) / 1e9)
            frame = self._wire.receive()
            if frame is None or frame.kind != RETURN or frame.id != id:
                frame = self._wait_for(id, frame)
        except (WireError, TimeoutError) as error:
            raise self._died(error).anew() from None
        finally:
            self._depth = depth
            if depth == 0 and self._wire.waiting and self._loop is not None:
                self._loop.call_soon(self._readable)
        if self._pending is not None:
            pending, self._pending = self._pending, None
            raise pending
        return frame

    def tell(self, code: int, vm: int, number: int) -> None:
        """A call that nobody answers and whose failure is no one's concern."""
        if self.gone is None:
            try:
                self._wire.send(TELL, code, vm, 0, number, b"", seconds=GRACE_NS / 1e9)
            except (WireError, TimeoutError) as error:
                self._died(error)

    def _wait_for(self, id: int, frame: Frame | None) -> Frame:
        """Serves what comes until the answer to call `id` is there."""
        while True:
            if frame is None:
                self._over_time()
            elif frame.kind == RETURN:
                if frame.id == id:
                    return frame
                self._keep(frame)
                if perf_counter_ns() > self._deadline:
                    self._over_time()
            else:
                self._serve(frame)
                found = self._returned.pop(id, None)
                if found is not None:
                    return found
                # The host's answer may have been late; the plugin's own VM has the first say about that.
                if perf_counter_ns() > self._deadline:
                    self._late_host()
            frame = self._wire.receive()

    def _keep(self, frame: Frame) -> None:
        """An answer that somebody else waits for: a call further out, or a heartbeat."""
        if frame.id == self._ping:
            self._ping = 0
        elif self._asked is not None and frame.id == self._asked[0]:
            self._answer()
        elif self._depth > 1:
            self._returned[frame.id] = frame
            if len(self._returned) > DEEPEST:
                raise WireError("it answers what nobody asked")

    @property
    def asked(self) -> bool:
        """Whether `ask` waits for an answer."""
        return self._asked is not None

    def ask(self, code: int, payload: bytes) -> asyncio.Future[None]:
        """A call that the loop waits for, while nothing else is asked; its heart need not beat until then.

        Done when it is answered, or when the process is dead.
        """
        assert self._loop is not None and self._asked is None
        future = self._loop.create_future()
        self._next_id = id = (self._next_id + 1) & 0xFFFFFFFF
        self._asked = id, future
        try:
            self._wire.send(CALL, code, 0, id, 0, payload, seconds=READING_SECONDS)
        except (WireError, TimeoutError) as error:
            self._died(error)
        return future

    def _answer(self) -> None:
        if self._asked is not None and not self._asked[1].done():
            self._asked[1].set_result(None)
        self._asked = None

    # -- the plugin's calls of the host -----------------------------------------------------------------

    def _serve(self, frame: Frame) -> None:
        resident = self.residents.get(frame.vm)
        status, result, lent_ns = PACKED, b"", 0
        paused_ns = pauses.total_ns
        try:
            if frame.code != Code.HOST or resident is None:
                raise TibicenError("that is no call of the host, or from no plugin of this process")
            operation = frame.payload[: frame.number].decode()
            arguments = unpack(frame.payload[frame.number :])
            if not isinstance(arguments, list):
                raise TibicenError(f"{operation}: its arguments are no list")
            answer = resident.serve(operation, arguments)
            result = b"" if answer is None else pack(answer)
        except Exception as error:
            status, result = ERROR, _text(error)
        except BaseException as error:
            # It goes on to the host's own caller once the plugin has returned.
            self._pending = error
            status, result = ERROR, f"the host is stopping ({type(error).__name__})".encode()
        if resident is not None:
            lent_ns = resident.take_lent_ns() + pauses.total_ns - paused_ns
            if lent_ns and self._depth:
                self._deadline += lent_ns
        if frame.kind == CALL and self.gone is None:
            number = min(lent_ns // 1000, 0xFFFFFFFF)
            self._wire.send(RETURN, status, frame.vm, frame.id, number, result, seconds=READING_SECONDS)

    # -- life -------------------------------------------------------------------------------------------

    def attach(self, loop: asyncio.AbstractEventLoop, heartbeat_seconds: float) -> None:
        """From now on the loop notices the process's death and serves calls that its tasks make."""
        if self._loop is not None or self.gone is not None:
            return
        self._loop = loop
        self._log.attach(loop)
        loop.add_reader(self._wire.socket.fileno(), self._readable)
        self._heartbeat_seconds = heartbeat_seconds
        self._heartbeat = loop.call_later(heartbeat_seconds, self._beat)

    def _readable(self) -> None:
        """The process says something without having been asked, or is dead."""
        if self.gone is not None or self._depth:
            return
        try:
            for _ in range(FRAMES_PER_TURN):
                frame = self._wire.poll()
                if frame is None:
                    return
                if frame.kind == RETURN:
                    self._keep(frame)
                else:
                    self._serve(frame)
        except (WireError, TimeoutError) as error:
            self._died(error)
            return
        if self._loop is not None:
            self._loop.call_soon(self._readable)

    def _beat(self) -> None:
        assert self._loop is not None
        if self._asked is not None:
            self._heartbeat = self._loop.call_later(self._heartbeat_seconds, self._beat)
            return
        if self._ping:
            # The answer may lie there unread: it was the host that was busy.
            self._readable()
        if self.gone is not None:
            return
        if self._ping and not self._starved_ns(self._cpu_at_beat, int(self._heartbeat_seconds * 5e8)):
            self._died(TimeoutError(f"it missed a heartbeat ({self._heartbeat_seconds:g} s)"))
            return
        self._cpu_at_beat = self._cpu_ns()
        if not self._ping:
            self._next_id = self._ping = (self._next_id + 1) & 0xFFFFFFFF
            try:
                self._wire.send(CALL, Code.PING, 0, self._ping, 0, b"", seconds=GRACE_NS / 1e9)
            except (WireError, TimeoutError) as error:
                self._died(error)
                return
        self._heartbeat = self._loop.call_later(self._heartbeat_seconds, self._beat)

    def _over_time(self) -> None:
        """Nothing came in time: waits on when there is time left or a good reason, else kills."""
        left = self._deadline - perf_counter_ns()
        if left <= 0:
            left = self._starved_ns(self._cpu_before, self._allowed_ns)
            self._overtime_ns += left
            if not left or self._overtime_ns > STARVED_NS:
                raise _OverrunError
            self._deadline = perf_counter_ns() + left
        # The next call sets the usual time again.
        self._armed_ns = -1
        self._wire.limit_waiting(max(left, 1_000_000) / 1e9)

    def _late_host(self) -> None:
        """The host took long over the plugin's call: a grace from now on, but not as often as the plugin likes."""
        self._late += 1
        if self._late > LATE_GRACES:
            raise _OverrunError
        self._deadline = perf_counter_ns() + GRACE_NS

    def _starved_ns(self, cpu_before: int, allowed_ns: int) -> int:
        """What the process is still owed when it would run but got less of a processor than it may use; 0 if not so."""
        used = self._cpu_ns() - cpu_before
        try:
            state = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return 0
        owed = allowed_ns + GRACE_NS - used
        return owed if state == "R" and owed > 0 else 0

    def _cpu_ns(self) -> int:
        """Processor time that the process has used since it was started."""
        try:
            return time.clock_gettime_ns(self._cpu_clock)
        except OSError:
            return 0

    def _died(self, error: Exception) -> WorkerGoneError:
        """Makes sure that it is dead, finds out why, and tells its residents."""
        if self.gone is not None:
            return self.gone
        overran = isinstance(error, _OverrunError)
        if overran:
            why = "ran past its CPU budget and did not stop, so its process was killed"
        elif isinstance(error, ClosedWireError):
            why = ""
        else:
            why = f"its process was killed: {error}"
        self._end()
        status = self._nursery.status_of(self._id, 1.0)
        self._nursery.let_go()
        if not why:
            why = f"its process ended ({_ending(status)})"
        self._log.drain()
        if self._log.last_words:
            why += f"; its last words: {self._log.last_words}"
        self._log.close()
        self.gone = WorkerGoneError(why, overran=overran)
        for resident in list(self.residents.values()):
            resident.process_died(self.gone)
        return self.gone

    def betray(self, why: str) -> WorkerGoneError:
        """Kills it because of something that it said."""
        return self._died(WireError(why))

    def kill(self) -> None:
        """Ends it at once; nobody is told. Idempotent."""
        if self.gone is None:
            self._end()
            self._log.drain()
            self._log.close()
            self._nursery.let_go()
            self.gone = WorkerGoneError("its process was ended")

    def _end(self) -> None:
        self._answer()
        if self._heartbeat is not None:
            self._heartbeat.cancel()
        if self._loop is not None:
            self._loop.remove_reader(self._wire.socket.fileno())
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        os.close(self._pidfd)
        self._wire.close()

    def runs(self) -> bool:
        """Whether the system still has the process (a killed one is gone a moment later)."""
        try:
            state = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return False
        return state not in "ZX"


def _text(error: Exception) -> bytes:
    return (str(error) or type(error).__name__).encode("utf-8", "replace")[:4096]


def _ending(status: int | None) -> str:
    if status is None:
        return "nobody knows how"
    if os.WIFSIGNALED(status):
        return f"signal {signal.Signals(os.WTERMSIG(status)).name}"
    return f"exit status {os.WEXITSTATUS(status)}"
