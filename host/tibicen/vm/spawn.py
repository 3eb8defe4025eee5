"""Starting worker processes: the nurseries that they are forked from, and what contains those.

A nursery (`tibicen.worker.nursery`) runs inside bubblewrap where that works: namespaces of its own, no network, and
a read-only root with nothing in it but Python, the libraries, Tibicen and the folders that it was asked to show.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

import tibicen
from tibicen.errors import TibicenError
from tibicen.paths import lua_root
from tibicen.vm import stack

Language = Literal["lua", "python"]

START_SECONDS = 20.0
"""How long a nursery may take to be ready, and a worker to say hello, on a machine that is busy."""

_SYSTEM = ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime")
_BOOT = "import sys; sys.path[:] = sys.argv[3:]; from tibicen.worker.nursery import main; main(int(sys.argv[1]), {!r})"


class SpawnError(TibicenError):
    """A worker process could not be started."""


class Born(NamedTuple):
    """A worker process that was just ordered; it says hello on `sock`."""

    id: int
    sock: socket.socket
    errors: int
    """Where its standard error can be read, not blocking."""


class _Key(NamedTuple):
    """Nurseries that are alike serve alike. A folder that was replaced on disk is another one: its mount is stale."""

    language: Language
    shown: tuple[tuple[str, int, int], ...]

    @property
    def paths(self) -> list[str]:
        return [path for path, _, _ in self.shown]


class Nursery:
    """One nursery process."""

    def __init__(self, command: list[str], folder: Path) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control = ours
        self._next_id = 0
        self.workers = 0
        self.outdated = False
        self._ended: dict[int, int] = {}
        try:
            with theirs, _large_stack():
                self._process = subprocess.Popen(
                    [part if part != "{fd}" else str(theirs.fileno()) for part in command],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    cwd=folder,
                    env={},
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,
                )
        except OSError as error:
            ours.close()
            raise SpawnError(f"{command[0]} can't be started: {error.strerror}") from None
        ours.settimeout(START_SECONDS)
        try:
            ready = ours.recv(64)
        except OSError:
            ready = b""
        if ready != b"ready":
            self._process.kill()
            complaint = self._complaint()
            self.close()
            raise SpawnError(complaint or "it did not get ready in time")

    def _complaint(self) -> str:
        assert self._process.stderr is not None
        lines = self._process.stderr.read(1 << 16).decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else ""

    def spawn(self, limits: dict[str, int], seccomp: bytes) -> Born:
        """Orders a worker.

        Raises:
            SpawnError: the nursery is gone.
        """
        self._next_id += 1
        ours, theirs = socket.socketpair()
        # The hello then bears the worker's process id as this side of the namespaces knows it.
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        errors, errors_end = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        order = msgspec.msgpack.encode({"id": self._next_id, "limits": limits, "filter": seccomp})
        try:
            with theirs:
                socket.send_fds(self._control, [order], [theirs.fileno(), errors_end])
        except OSError as error:
            ours.close()
            os.close(errors)
            raise SpawnError(f"its nursery is gone: {error.strerror}") from None
        finally:
            os.close(errors_end)
        self.workers += 1
        return Born(self._next_id, ours, errors)

    def status_of(self, id: int, seconds: float) -> int | None:
        """How a worker ended, as `os.waitpid` gives it; None when that is not known in time."""
        try:
            self._control.settimeout(seconds)
            while id not in self._ended:
                data = self._control.recv(64)
                if not data:
                    return None
                ended = msgspec.msgpack.decode(data)
                self._ended[ended["id"]] = ended["status"]
            self._control.settimeout(START_SECONDS)
        except OSError:
            return None
        return self._ended.pop(id)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        """Ends it and every worker that was forked from it. Idempotent."""
        self._control.close()
        self._process.kill()
        self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def let_go(self) -> None:
        """One of its workers is not needed any more."""
        self.workers -= 1
        self.close_if_idle()

    def close_if_idle(self) -> None:
        """Ends it when it serves nobody new and its last worker is gone."""
        if self.outdated and self.workers <= 0:
            self.close()


class _large_stack:
    """While a process is started: its first thread may have as large a stack as the host's own."""

    def __enter__(self) -> None:
        # Not every system has it, and this module is imported on all of them.
        import resource

        self._limits = resource
        self._before = resource.getrlimit(resource.RLIMIT_STACK)
        soft, hard = self._before
        if soft != resource.RLIM_INFINITY and (hard == resource.RLIM_INFINITY or hard >= stack.STACK_BYTES):
            resource.setrlimit(resource.RLIMIT_STACK, (max(soft, stack.STACK_BYTES), hard))

    def __exit__(self, *_: object) -> None:
        self._limits.setrlimit(self._limits.RLIMIT_STACK, self._before)


class Spawner:
    """The nurseries of a host, made when they are first needed."""

    def __init__(self) -> None:
        self._nurseries: dict[_Key, Nursery] = {}
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._without_bubblewrap = ""
        """Why there is none; empty as long as nothing speaks against it."""
        self._without_seccomp = ""

    def spawn(
        self, language: Language, shown: tuple[Path, ...], limits: dict[str, int]
    ) -> tuple[Nursery, Born, list[str]]:
        """Orders a worker that sees `shown` (read-only); with it, in words, what the host's side contains it by.

        Raises:
            SpawnError: there can't be one here.
        """
        if sys.platform != "linux":
            raise SpawnError("tier 'isolated' needs Linux; use 'contained', or for Python plugins no tier")
        from tibicen.vm import syscalls

        nursery = self._nursery(language, shown)
        try:
            program = syscalls.build()
        except syscalls.NoFilterError as error:
            program, self._without_seccomp = b"", str(error)
        if self._without_bubblewrap:
            walls = [f"no bubblewrap: {self._without_bubblewrap}"]
            if limits.get("RLIMIT_NPROC"):
                # Outside a namespace of its own it would count all that the host's user runs.
                limits = {name: value for name, value in limits.items() if name != "RLIMIT_NPROC"}
        else:
            walls = ["bubblewrap: namespaces (user, pid, net, ipc, uts, cgroup), read-only root"]
        if not program:
            walls.append(f"no seccomp: {self._without_seccomp}")
        return nursery, nursery.spawn(limits, program), walls

    def _nursery(self, language: Language, shown: tuple[Path, ...]) -> Nursery:
        key = _Key(language, tuple((str(path), *_identity(path)) for path in shown))
        nursery = self._nurseries.get(key)
        if nursery is not None and nursery.alive:
            return nursery
        if nursery is not None:
            nursery.close()
        # A nursery that shows what these folders were before they were replaced serves nobody new.
        for old in [each for each in self._nurseries if each.language == language and each.paths == key.paths]:
            stale = self._nurseries.pop(old)
            stale.outdated = True
            stale.close_if_idle()
        self._nurseries[key] = made = self._start(language, shown)
        return made

    def _start(self, language: Language, shown: tuple[Path, ...]) -> Nursery:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="tibicen-empty-")
        empty = Path(self._folder.name)
        python = [sys.executable, "-I", "-S", "-B", "-X", "utf8", "-c", _BOOT.format(language), "{fd}", "--", *_path()]
        program = None if self._without_bubblewrap else shutil.which("bwrap")
        if program is None and not self._without_bubblewrap:
            self._without_bubblewrap = "bwrap is not installed"
        if program is not None:
            try:
                return Nursery([program, *_walls(shown), "--", *python], empty)
            except SpawnError as error:
                self._without_bubblewrap = f"bwrap does not work here ({error})"
        return Nursery(python, empty)

    def close(self) -> None:
        """Ends every nursery, and with it every worker."""
        for nursery in self._nurseries.values():
            nursery.close()
        self._nurseries.clear()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def _identity(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError as error:
        raise SpawnError(f"{path}: {error.strerror}") from None
    return status.st_dev, status.st_ino


def _path() -> list[str]:
    """`sys.path` for the nursery: the standard library, installed packages and Tibicen, of what the host has."""
    own = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), str(Path(tibicen.__file__).parent.parent)}
    return [
        entry
        for entry in sys.path
        if Path(entry).name in ("site-packages", "dist-packages", "lib-dynload") or entry in own
    ]


def _walls(shown: tuple[Path, ...]) -> list[str]:
    """bubblewrap's arguments."""
    arguments = ["--unshare-all", "--unshare-user", "--uid", "65534", "--gid", "65534", "--new-session"]
    arguments += ["--proc", "/proc", "--dev", "/dev", "--dir", "/empty", "--chdir", "/empty"]
    places = [*_SYSTEM, sys.prefix, sys.base_prefix, sys.exec_prefix, *_path()]
    places += [str(lua_root()), os.path.realpath(sys.executable), *map(str, shown)]
    done: list[Path] = []
    for place in dict.fromkeys(places):
        path = Path(place)
        if path.is_symlink() and place in _SYSTEM:
            arguments += ["--symlink", str(path.readlink()), place]
        elif path.exists() and not any(path.is_relative_to(each) for each in done):
            arguments += ["--ro-bind", place, place]
            done.append(path)
    return arguments
