"""One headless client: a Lua state with the engine's Lua-visible side (`lua/otclient/`) in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from tibicen.errors import TibicenError
from tibicen.realms.otclient import catalogue, compression, text
from tibicen.realms.otclient.crypt import Crypt
from tibicen.realms.otclient.files import Files
from tibicen.realms.otclient.fonts import Fonts
from tibicen.realms.otclient.http import Requests
from tibicen.realms.otclient.images import Images
from tibicen.realms.otclient.input import Input
from tibicen.realms.otclient.net import Network, Permitted, loopback_only
from tibicen.vm.contained import ContainedVM
from tibicen.vm.contract import Memory, VmOptions, VmStatistics
from tibicen.vm.marshal import Plain

Dialect = Literal["mehah", "edubart"]

FRAME_MS = 16
"""Milliseconds of a frame when time is advanced: 60 frames a second, as the real client draws them."""

LOG_LINES = 20_000
"""Lines of the log that are kept at most."""

Operation = Callable[..., Plain]


class Client:
    """A client without window, sound or real time: its clock moves when it is told to.

    Args:
        files: what the client sees of the disk.
        dialect: whose behaviour is shown where the two engines differ.
        environment: what `os.getenv` tells; nothing else of the process's environment is seen.
        permitted: whom it may connect to, by host and port; this machine alone unless given.
        ownership: whether what a module leaves behind is closed when it is unloaded, or fails to load. The engines
            leave it.
        name: for reports.

    Every method is for a thread with a large stack (`tibicen.vm.stack`), as with any VM.
    """

    def __init__(
        self,
        files: Files,
        *,
        dialect: Dialect = "mehah",
        environment: Mapping[str, str] | None = None,
        permitted: Permitted = loopback_only,
        ownership: bool = True,
        name: str = "client",
    ) -> None:
        self.files = files
        self.dialect: Dialect = dialect
        self.log: list[tuple[str, str]] = []
        """What the client logged: level and text, in order; of very many lines the latest."""
        self.input = Input(self)
        """Its mouse and keyboard."""
        self._network = Network(permitted)
        self._requests = Requests(permitted)
        self.operations: dict[str, Operation] = {
            "log": self._write_log,
            **files.operations(),
            **Crypt().operations(),
            **Fonts(self._read).operations(),
            **Images(self._read, files.head).operations(),
            **text.operations(),
            **compression.operations(),
            **catalogue.operations(),
            **self._network.operations(),
            **self._requests.operations(),
        }
        self._vm = ContainedVM(
            VmOptions(
                plugin=name,
                host=self._serve,
                realm="otclient/main",
                settings={"dialect": dialect, "environment": dict(environment or {}), "ownership": ownership},
                cpu_ms=0,
                memory_mb=0,
                trusted=True,
            )
        )

    def _serve(self, operation: str, arguments: list[Plain]) -> Plain:
        serve = self.operations.get(operation)
        if serve is None:
            raise TibicenError(f"the client's host has no operation {operation!r}")
        return serve(*arguments)

    def _read(self, path: str) -> bytes | None:
        content: bytes | None = self.files.read(path)[0]
        return content

    def _write_log(self, level: Plain, message: Plain) -> None:
        self.log.append((_text(level), _text(message)))
        if len(self.log) > LOG_LINES:
            del self.log[: LOG_LINES // 2]

    def control(self, name: str, *arguments: Plain) -> Plain:
        """Calls one of the engine's controls (`engine.controls` in lua/otclient)."""
        return self._vm.call(self._vm.control, name, *arguments)

    def run(self, source: bytes, chunk: str = "console") -> Plain:
        """Runs a chunk in the client's globals, as its console would; returns what the chunk returns."""
        return self._vm.load(source, chunk)

    def start(self, script: str = "/init.lua") -> None:
        """Runs the client's first file, then `g_app.onRun`.

        Raises:
            TibicenError: the file failed, or the client was stopped in it; `log` tells more.
        """
        problem = self.control("run_script", script)
        if problem:
            raise TibicenError(f"{script} failed: {_text(problem)}")
        if not self.stopped:
            self.control("run")

    @property
    def stopped(self) -> bool:
        """Whether a module ended the client, or a fatal error did. It runs no more frames then.

        Its settings are saved by `terminate`, for which it is not too late.
        """
        return bool(self.control("stopped"))

    def terminate(self) -> None:
        """Ends the client as its user would: modules are unloaded, settings saved."""
        self.control("terminate")

    def frame(self, ms: int = FRAME_MS) -> None:
        """Moves the clock by `ms` and runs one frame."""
        self.control("frame", ms)

    def advance(self, ms: int) -> None:
        """Lets time pass, frame by frame."""
        while ms > 0:
            step = min(ms, FRAME_MS)
            self.frame(step)
            ms -= step

    def memory(self) -> int:
        """Bytes that the Lua state holds."""
        return self._vm.memory().used

    def vm_memory(self) -> Memory:
        """What the Lua state holds, and may hold."""
        return self._vm.memory()

    def statistics(self) -> VmStatistics:
        """Counters of calls into the Lua state."""
        return self._vm.statistics()

    def remains(self) -> list[str]:
        """After `close`: what of the Lua state still lives, one sentence each."""
        return self._vm.remains()

    def close(self) -> None:
        """Drops the client with all that it holds. Idempotent."""
        self._network.close()
        self._requests.close()
        self._vm.close()


def _text(value: Plain) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
