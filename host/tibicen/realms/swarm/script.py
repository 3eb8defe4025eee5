"""The script of a load test: one Lua state for all clients, with globals and coroutines of each client's own.

A whole OTClient for each of them (the realm `otclient`) takes 18 MB and 33 ms to make, without modules; a client here
takes some 20 kB. The border is crossed once a tick, however many clients there are.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from tibicen.errors import ConfigError, LoadError, TibicenError
from tibicen.paths import lua_root
from tibicen.vm.contained import ContainedVM
from tibicen.vm.contract import VmOptions
from tibicen.vm.marshal import Plain

TICK_CPU_MS = 2000.0
"""What all scripts together may take between two looks at the network: one that never waits stops everybody."""


class Send(NamedTuple):
    """A message that a client wants to send, by its name in the protocol."""

    client: int
    name: str
    fields: dict[str, Any]


class Ticked(NamedTuple):
    """What scripts did in a tick, by the client's number: what to send, what they printed, how they failed, who is
    done; and the signals that somebody has connected to since the last."""

    sends: list[Send]
    said: list[tuple[int, str]]
    failed: list[tuple[int, str]]
    over: list[int]
    listens: list[str]


def default_script() -> Path:
    """The one that runs unless another is named."""
    return lua_root() / "swarm" / "stroll.lua"


class SwarmScript:
    """A script, compiled, and what of it runs. For a thread with a large stack.

    Raises:
        ConfigError: it can't be read or compiled.
    """

    def __init__(self, path: Path) -> None:
        try:
            source = path.read_bytes()
        except OSError as error:
            raise ConfigError(f"the script {path} can't be read: {error.strerror}") from None
        self._vm = ContainedVM(
            VmOptions("swarm", _no_host, realm="swarm/main", cpu_ms=TICK_CPU_MS, memory_mb=0, trusted=False)
        )
        try:
            self._control("script", source, path.name)
        except TibicenError as error:
            self._vm.close()
            raise ConfigError(f"the script {path} can't be used: {error}") from None

    def _control(self, name: str, *arguments: Plain) -> Plain:
        return self._vm.call(self._vm.control, name, *arguments)

    def enter(self, now: float, info: dict[str, Any]) -> None:
        """A client is in the game; its script begins. `now`: milliseconds since the test began."""
        self._control("enter", now, info)

    def leave(self, number: int) -> None:
        """A client's connection is over, and its script with it."""
        self._control("leave", number)

    def tick(self, now: float, events: list[list[Plain]]) -> Ticked:
        """Tells clients what happened and lets their time go on.

        Raises:
            BudgetError: a script does not come to an end.
        """
        made: Any = self._control("tick", now, events)
        return Ticked(
            [Send(number, _text(name), _fields(fields)) for number, name, fields in made["sends"] or ()],
            [(number, _text(text)) for number, text in made["said"] or ()],
            [(number, _text(text)) for number, text, _ in made["failed"] or ()],
            list(made["over"] or ()),
            [_text(name) for name in made["listens"] or ()],
        )

    def memory(self) -> int:
        """Bytes of the Lua state."""
        return self._vm.memory().used

    def close(self) -> None:
        self._vm.close()


def _no_host(operation: str, arguments: list[Plain]) -> Plain:
    raise LoadError("swarm", f"scripts of a load test have no {operation}")


def _text(value: bytes | str) -> str:
    """A text of Lua as the wire's texts are given: one character a byte."""
    return (value if isinstance(value, bytes) else value.encode()).decode("latin-1")


def _fields(fields: Any) -> dict[str, Any]:
    return {_text(name): _field(value, _text(name)) for name, value in fields.items()} if fields else {}


def _field(value: Any, name: str) -> Any:
    if isinstance(value, (bytes, str)):
        # Of all fields that clients send, those of this name are bytes.
        return _text(value).encode("latin-1") if name == "data" else _text(value)
    return value
