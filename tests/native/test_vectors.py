"""The shared test vectors, through the Python face and through the Lua face."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any, Protocol

import pytest
from lupa.luajit21 import LuaError, LuaRuntime

from tibicen import native
from tibicen.errors import WireError
from tibicen.native.framing import Sealer, Stack, open_frame
from tibicen.paths import lua_root

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))


class Face(Protocol):
    refusal: type[Exception]

    def encrypt(self, data: bytes) -> bytes: ...
    def decrypt(self, data: bytes) -> bytes: ...
    def adler32(self, data: bytes) -> int: ...
    def seal(self, stack: int, sequence: int, messages: bytes, encrypted: bool) -> bytes: ...
    def open(self, stack: int, frame: bytes, encrypted: bool) -> tuple[bytes, int, bool]: ...
    def write(self, kind: str, field: dict[str, Any]) -> bytes: ...
    def read(self, kind: str, data: bytes) -> Any: ...


class PythonFace:
    refusal = WireError

    def __init__(self) -> None:
        self.xtea = native.Xtea(struct.pack("<4I", *VECTORS["key"]))

    def encrypt(self, data: bytes) -> bytes:
        buffer = bytearray(data)
        self.xtea.encrypt(buffer)
        return bytes(buffer)

    def decrypt(self, data: bytes) -> bytes:
        buffer = bytearray(data)
        self.xtea.decrypt(buffer)
        return bytes(buffer)

    def adler32(self, data: bytes) -> int:
        return native.adler32(data)

    def seal(self, stack: int, sequence: int, messages: bytes, encrypted: bool) -> bytes:
        sealer = Sealer(Stack(stack), self.xtea if encrypted else None)
        sealer.sequence = sequence - 1 if sequence else 0
        return sealer.seal(messages)

    def open(self, stack: int, frame: bytes, encrypted: bool) -> tuple[bytes, int, bool]:
        buffer = bytearray(frame)
        opened = open_frame(Stack(stack), buffer, self.xtea if encrypted else None)
        return bytes(buffer[opened.offset : opened.offset + opened.length]), opened.sequence, opened.compressed

    def write(self, kind: str, field: dict[str, Any]) -> bytes:
        writer = native.MessageWriter(64)
        if kind == "string":
            writer.string(field["value"].encode())
        elif kind == "position":
            writer.position(*field["value"])
        elif kind == "double":
            writer.double(field["value"], field["precision"])
        else:
            getattr(writer, kind)(field["value"])
        return writer.getvalue()

    def read(self, kind: str, data: bytes) -> Any:
        value = getattr(native.MessageReader(data), kind)()
        return value.decode() if kind == "string" else list(value) if kind == "position" else value


class LuaFace:
    refusal = LuaError

    def __init__(self) -> None:
        lua = LuaRuntime(encoding=None, unpack_returned_tuples=True)
        make = lua.eval(b"""function(source, header, library)
            local ffi = require("ffi")
            ffi.cdef(header)
            local raw = setmetatable({}, {__index = _G})
            return assert(loadstring(source, "=native"))({ffi = ffi, core = ffi.load(library), raw = raw})
        end""")
        source = (lua_root() / "prelude" / "native.lua").read_bytes()
        self.native = make(source, native.header().encode(), native.library_path().encode())
        self.xtea = self.native[b"xtea"](lua.table(*VECTORS["key"]))

    def encrypt(self, data: bytes) -> bytes:
        return bytes(self.native[b"encrypt"](self.xtea, data))

    def decrypt(self, data: bytes) -> bytes:
        return bytes(self.native[b"decrypt"](self.xtea, data))

    def adler32(self, data: bytes) -> int:
        return int(self.native[b"adler32"](data))

    def seal(self, stack: int, sequence: int, messages: bytes, encrypted: bool) -> bytes:
        return bytes(self.native[b"seal"](stack, self.xtea if encrypted else None, sequence, messages))

    def open(self, stack: int, frame: bytes, encrypted: bool) -> tuple[bytes, int, bool]:
        messages, sequence, compressed = self.native[b"open"](stack, self.xtea if encrypted else None, frame)
        return messages, sequence, compressed

    def write(self, kind: str, field: dict[str, Any]) -> bytes:
        writer = self.native[b"writer"](64)
        if kind == "position":
            writer[b"position"](writer, *field["value"])
        elif kind == "double":
            writer[b"double"](writer, field["value"], field["precision"])
        else:
            value = field["value"]
            writer[kind.encode()](writer, value.encode() if isinstance(value, str) else value)
        return bytes(writer[b"bytes"](writer))

    def read(self, kind: str, data: bytes) -> Any:
        reader = self.native[b"reader"](data)
        value = reader[kind.encode()](reader)
        return value.decode() if kind == "string" else list(value) if kind == "position" else value


@pytest.fixture(params=[PythonFace, LuaFace], ids=["python", "lua"])
def face(request: pytest.FixtureRequest) -> Face:
    made: Face = request.param()
    return made


def test_xtea(face: Face) -> None:
    for vector in VECTORS["xtea"]:
        plain, cipher = bytes.fromhex(vector["plain"]), bytes.fromhex(vector["cipher"])
        assert face.encrypt(plain) == cipher
        assert face.decrypt(cipher) == plain


def test_xtea_refuses_a_part_of_a_block(face: Face) -> None:
    with pytest.raises(face.refusal, match="multiple of 8"):
        face.encrypt(b"1234567")


def test_adler32(face: Face) -> None:
    for vector in VECTORS["adler32"]:
        assert face.adler32(bytes.fromhex(vector["data"])) == vector["value"]


def test_frames_are_sealed_and_opened(face: Face) -> None:
    for vector in VECTORS["frames"]:
        messages, frame = bytes.fromhex(vector["messages"]), bytes.fromhex(vector["frame"])
        arguments = vector["stack"], vector["sequence"], messages, vector["encrypted"]
        assert face.seal(*arguments) == frame, vector
        assert face.open(vector["stack"], frame, vector["encrypted"]) == (messages, vector["sequence"], False)


@pytest.mark.parametrize("vector", VECTORS["malformed_frames"], ids=lambda vector: vector["why"])
def test_malformed_frames_are_refused(face: Face, vector: dict[str, Any]) -> None:
    with pytest.raises(face.refusal):
        face.open(vector["stack"], bytes.fromhex(vector["frame"]), False)


@pytest.mark.parametrize("field", VECTORS["fields"], ids=lambda field: f"{field['kind']} {field['value']}")
def test_fields(face: Face, field: dict[str, Any]) -> None:
    data = bytes.fromhex(field["bytes"])
    assert face.write(field["kind"], field) == data
    assert face.read(field["kind"], data) == field["value"]


@pytest.mark.parametrize("field", VECTORS["fields"], ids=lambda field: f"{field['kind']} {field['value']}")
def test_truncated_fields_are_refused(face: Face, field: dict[str, Any]) -> None:
    data = bytes.fromhex(field["bytes"])
    for length in range(len(data)):
        with pytest.raises(face.refusal, match="ends before"):
            face.read(field["kind"], data[:length])
