"""The worker: takes the host's calls, serves them by the rooms of its plugins, and carries theirs to the host."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from tibicen.errors import MarshalError, TibicenError
from tibicen.vm import prelude
from tibicen.vm.failure import ERROR, MARSHAL, PACKED, REPORT, VALUE
from tibicen.vm.lua_state import Answer
from tibicen.vm.marshal import Plain, pack, unpack
from tibicen.vm.wire import CALL, DEEPEST, RETURN, TELL, ClosedWireError, Code, Frame, Wire
from tibicen.worker import containment
from tibicen.worker.lua_rooms import LuaRoom

if TYPE_CHECKING:
    from tibicen.worker.python_rooms import PythonRoom

HOST_SECONDS = 60.0
"""How long the host may leave what the worker sends unread."""


class Room(Protocol):
    """One plugin's VM, as `vm.lua_state.LuaState` offers it."""

    @property
    def ended_by(self) -> int: ...

    def open_room(self, resident: Any, options: Plain) -> tuple[int, Answer | None]: ...

    def load(self, room: int, source: bytes, chunk: str) -> Answer | None: ...

    def call(self, room: int, callback: int, packed: bytes) -> Answer | None: ...

    def call_global(self, room: int, packed: bytes) -> Answer | None: ...

    def has(self, room: int, name: str) -> bool: ...

    def forget(self, room: int, callback: int) -> None: ...

    def build_chain(self, kind: str, arity: int, callbacks: list[int]) -> tuple[int, Answer | None]: ...

    def drop_chain(self, chain: int) -> None: ...

    def dispatch(self, chain: int, packed: bytes) -> Answer | None: ...

    def start_profile(self, room: int, interval_ns: int) -> None: ...

    def stop_profile(self) -> Answer | None: ...

    def memory(self) -> tuple[int, int]: ...

    def collect(self) -> None: ...

    def close(self) -> None: ...

    def raw(self, length: Any) -> bytes: ...


class Opening(msgspec.Struct, frozen=True):
    """The host's first call for a plugin.

    Attributes:
        room: options of the room, as the prelude takes them.
        realm: folder of `lua/` whose modules a Lua room gets beside the prelude's.
        source: of a Python plugin: its manifest and where its files are.
        importing_ns: what it may take beside its budget while it is loaded, for its imports.
    """

    language: str
    room: dict[str, Any]
    memory_bytes: int
    budget_ns: int
    realm: str = ""
    source: dict[str, Any] | None = None
    importing_ns: int = 0


def warm_up(language: str) -> None:
    """Imports and compiles what every worker of a language needs, before any is forked."""
    prelude.bytecode()
    LuaRoom(lambda *_: (0, b"", 0), memory_bytes=0, budget_ns=0, realm="").close()
    if language == "python":
        from tibicen.worker import python_rooms

        python_rooms.warm_up()


class Worker:
    """The life of one worker process."""

    def __init__(self, sock: socket.socket) -> None:
        self.wire = Wire(sock)
        self.rooms: dict[int, Room] = {}
        self.background: Any = None
        """The event loop of Python plugins (`worker.background`), once there is one."""
        self._next_id = 0
        self._depth = 0
        self._returned: dict[int, Frame] = {}
        self._calls: dict[int, Callable[[Room, Frame], Answer | None]] = {
            Code.DISPATCH: lambda room, frame: room.dispatch(frame.number, frame.payload),
            Code.CALL: lambda room, frame: room.call(1, frame.number, frame.payload),
            Code.CALL_GLOBAL: lambda room, frame: room.call_global(1, frame.payload),
            Code.LOAD: self._load,
            Code.HAS: lambda room, frame: (VALUE, room.has(1, frame.payload.decode())),
            Code.FORGET: lambda room, frame: room.forget(1, frame.number),
            Code.DROP_CHAIN: lambda room, frame: room.drop_chain(frame.number),
            Code.COLLECT: lambda room, frame: room.collect(),
            Code.START_PROFILE: lambda room, frame: room.start_profile(1, frame.number * 1000),
            Code.STOP_PROFILE: lambda room, frame: room.stop_profile(),
        }

    def greet(self, in_force: list[str]) -> None:
        """Tells the host that the worker is up, and what contains it."""
        self._send(TELL, Code.HELLO, 0, 0, 0, pack(in_force))

    def run(self) -> None:
        """Serves until the host is gone."""
        try:
            while self.background is None or not self.background.wanted:
                frame = self.wire.receive()
                if frame is not None:
                    self.handle(frame)
            self.background.run(self)
        except ClosedWireError:
            return

    def _send(self, kind: int, code: int, vm: int, id: int, number: int, payload: bytes) -> None:
        self.wire.send(kind, code, vm, id, number, payload, seconds=HOST_SECONDS)

    # -- the host's calls -------------------------------------------------------------------------------

    def handle(self, frame: Frame) -> None:
        """Serves one frame that is not the answer to a call of ours."""
        kind, code, vm, id, _, _ = frame
        if kind == RETURN:
            self._returned[id] = frame
            return
        number = 0
        room: Room | None = None
        answer: Answer | None
        try:
            serve = self._calls.get(code)
            if serve is not None:
                room = self.rooms[vm]
                answer = serve(room, frame)
                if code == Code.DISPATCH and answer is not None:
                    number = room.ended_by
            else:
                room, answer, number = self._other(frame)
        except MarshalError as error:
            answer = (MARSHAL, str(error).encode())
        except TibicenError as error:
            answer = (ERROR, str(error).encode("utf-8", "replace"))
        except Exception as error:
            answer = (ERROR, f"{type(error).__name__}: {error}".encode("utf-8", "replace"))
        if kind == CALL:
            self._reply(vm, id, number, room, answer)

    def _reply(self, vm: int, id: int, number: int, room: Room | None, answer: Answer | None) -> None:
        if answer is None:
            self._send(RETURN, 0, vm, id, number, b"")
            return
        status, value = answer
        if status in (PACKED, REPORT):
            value = room.raw(value) if room is not None else value
        elif status == VALUE:
            value = b"\1" if value else b"\0"
        elif isinstance(value, str):
            value = value.encode("utf-8", "surrogateescape")
        self._send(RETURN, status, vm, id, number, value)

    def _other(self, frame: Frame) -> tuple[Room | None, Answer | None, int]:
        """The rare calls: room, answer and the number that goes back with it."""
        code, vm = frame.code, frame.vm
        if code == Code.OPEN:
            room = self._make_room(vm, msgspec.convert(unpack(frame.payload), Opening))
            return room, self._opened, 0
        if code == Code.BUILD_CHAIN:
            room = self.rooms[vm]
            kind, arity, callbacks = unpack(frame.payload)
            number, answer = room.build_chain(kind, arity, callbacks)
            return room, answer, number
        if code == Code.MEMORY:
            return None, (PACKED, pack(self.rooms[vm].memory())), 0
        if code == Code.CLOSE:
            self.rooms.pop(vm).close()
            return None, None, 0
        if code == Code.PING:
            containment.allow_more_processor_time()
            return None, None, 0
        if code == Code.PREPARE:
            from tibicen.worker import imports, python_rooms

            imports.import_ahead(msgspec.convert(unpack(frame.payload), python_rooms.PluginSource))
            return None, None, 0
        raise TibicenError(f"there is no call {code}")

    _opened: Answer | None = None

    def _make_room(self, vm: int, opening: Opening) -> Room:
        def ask(operation: bytes, packed: bytes) -> tuple[int, bytes, int]:
            return self.ask(vm, operation, packed)

        room: LuaRoom | PythonRoom
        if opening.language == "lua":
            room = LuaRoom(ask, memory_bytes=opening.memory_bytes, budget_ns=opening.budget_ns, realm=opening.realm)
        else:
            from tibicen.worker import python_rooms

            assert opening.source is not None
            room = python_rooms.PythonRoom(
                self, ask, opening.source, budget_ns=opening.budget_ns, importing_ns=opening.importing_ns
            )
        self.rooms[vm] = room
        # What asks the host is the room itself.
        resident: Any = room
        _, self._opened = room.open_room(resident, opening.room)
        return room

    def _load(self, room: Room, frame: Frame) -> Answer | None:
        chunk = frame.payload[: frame.number].decode()
        return room.load(1, frame.payload[frame.number :], chunk)

    # -- calls of the host ------------------------------------------------------------------------------

    def ask(self, vm: int, operation: bytes, packed: bytes) -> tuple[int, bytes, int]:
        """See `worker.lua_rooms.AskHost`. Serves the host's calls while it waits."""
        if self._depth >= DEEPEST:
            return -1, f"calls between the plugin and the host are nested deeper than {DEEPEST}".encode(), 0
        self._next_id = (self._next_id + 1) & 0xFFFFFFFF
        id = self._next_id
        self._depth += 1
        try:
            self._send(CALL, Code.HOST, vm, id, len(operation), operation + packed)
            while True:
                frame = self._returned.pop(id, None) or self.wire.receive()
                if frame is None:
                    continue
                if frame.kind == RETURN and frame.id == id:
                    return -1 if frame.code == ERROR else 0, frame.payload, frame.number * 1000
                self.handle(frame)
        except ClosedWireError:
            # Nothing that the plugin could do now would reach anyone.
            os._exit(0)
        finally:
            self._depth -= 1
            if self.background is not None:
                self.background.asked()
