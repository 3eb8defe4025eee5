"""Fuzzing with a bound on time: the border, both ways and with a live VM behind it, and what reads manifests."""

from __future__ import annotations

import math
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.security.test_beyond_host import BOMBS
from tests.vm.tier import Tier

from tibicen.errors import ManifestError, MarshalError, PluginError, TibicenError
from tibicen.lifecycle.header import parse_header
from tibicen.lifecycle.manifest import Manifest
from tibicen.lifecycle.manifest_reader import parse_manifest
from tibicen.vm import stack
from tibicen.vm.failure import locate, to_exception
from tibicen.vm.marshal import Handle, pack, unpack

# No deadline: a slow machine is no finding. The number of examples bounds the time to a few seconds each.
BOUNDED = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
BOUNDED_LIVE = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

numbers = st.integers() | st.floats() | st.integers(-(2**53) - 2, -(2**53) + 2) | st.integers(2**53 - 2, 2**53 + 2)
leaves = st.none() | st.booleans() | numbers | st.text() | st.binary() | st.builds(Handle, st.integers(0, 2**63))
keys = st.text(max_size=8) | st.integers() | st.floats() | st.binary(max_size=8) | st.none() | st.booleans()
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(keys, inner, max_size=5) | st.tuples(inner, inner),
    max_leaves=20,
)


def same(one: Any, other: Any) -> bool:
    """Equal, with NaN equal to itself; the order of keys is nobody's promise."""
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        rest = {repr(key): value for key, value in other.items()}
        return len(one) == len(other) and all(repr(key) in rest and same(one[key], rest[repr(key)]) for key in one)
    return type(one) is type(other) and bool(one == other)


@given(anything)
@BOUNDED
def test_x48_any_value_is_packed_or_refused(value: Any) -> None:
    try:
        packed = pack(value)
    except MarshalError:
        return
    try:
        first = unpack(packed)
    except MarshalError:
        return
    assert same(unpack(pack(first)), first)


@given(st.binary(max_size=400))
@BOUNDED
def test_x48_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        unpack(data)
    except MarshalError:
        return


@given(st.data())
@BOUNDED
def test_x48_damaged_messages_are_read_or_refused(data: st.DataObject) -> None:
    packed = bytearray(pack([1, "text", {"a": [1.5, None, True]}, Handle(7), b"\xff"]))
    for _ in range(data.draw(st.integers(1, 4))):
        packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
    try:
        unpack(bytes(packed[: data.draw(st.integers(0, len(packed)))]))
    except MarshalError:
        return


def test_x49_a_live_vm_behind_the_border(tier: str) -> None:
    """Whatever comes, the VM answers it, gives it back unchanged the second time, or refuses it, and works on."""
    made = Tier(tier)

    def body() -> None:
        vm = made.make(cpu_ms=5000, memory_mb=64)
        vm.load(b"function echo(...) return ... end function good() return 'good' end", "p/init.lua")

        @given(anything)
        @BOUNDED_LIVE
        def cross(value: Any) -> None:
            try:
                first = vm.call("echo", value)
            except MarshalError:
                assert vm.call("good") == "good"
                return
            assert same(vm.call("echo", first), first)

        cross()
        assert vm.call("good") == "good"

    stack.run(body)
    made.close()


ODD_NUMBERS = ["0", "-0", "1/0", "0/0", "2^53", "2^53+2", "-2^53", "2^63", "1e308", "0.1"]
ODD_STRINGS = ["''", "'x'", "('x'):rep(300)", "'\\255\\254'", "'\\237\\160\\128'", "'\\0'"]
ODD_THINGS = [
    "{}",
    "ring",
    "print",
    "coroutine.create(print)",
    "json.array({})",
    "hooks.stop(1)",
    "exports",
    "settings",
]
lua_leaves = st.sampled_from(["nil", "true", "false", *ODD_NUMBERS, *ODD_STRINGS, *ODD_THINGS])
lua_keys = st.sampled_from(["1", "2", "3", "10", "-1", "0.5", "'a'", "'\\255'", "true", "{}", "print", "2^53", "1/0"])
lua_values = st.recursive(
    lua_leaves,
    lambda inner: (
        st.lists(inner, max_size=5).map(lambda items: "{" + ", ".join(items) + "}")
        | st.lists(st.tuples(lua_keys, inner), max_size=5).map(
            lambda pairs: "{" + ", ".join(f"[{key}] = {value}" for key, value in pairs) + "}"
        )
        | inner.map(lambda value: f"setmetatable({{{value}}}, bad)")
    ),
    max_leaves=15,
)


def test_x50_random_lua_values_come_out_or_are_refused(tier: str) -> None:
    """Both ways out of a VM: as a result, and as an argument of a call of the host."""
    made = Tier(tier)
    asked: list[Any] = []

    def host(operation: str, arguments: list[Any]) -> Any:
        asked.append(arguments)
        return arguments[-1] if operation == "kv.get" else None

    def body() -> None:
        options = {"name": "tester", "version": "1", "generation": 1, "settings": {}}
        vm = made.make(host, realm="realm_native", settings=options, cpu_ms=5000, memory_mb=64)
        vm.load(
            b"""
            local function bomb() while true do end end
            bad = { __index = bomb, __newindex = bomb, __len = bomb, __pairs = bomb, __tostring = bomb, __eq = bomb }
            ring = {} ring[1] = ring
            function good() return "good" end
            """,
            "p/init.lua",
        )

        @given(lua_values)
        @BOUNDED_LIVE
        def cross(value: str) -> None:
            for code in (f"return {value}", f"local ok = pcall(kv.set, 'k', {value}) return ok"):
                try:
                    vm.load(code.encode(), "p/fuzz.lua")
                except (MarshalError, PluginError):
                    pass
            assert vm.call("good") == "good"

        cross()

    stack.run(body)
    made.close()
    assert asked


texts = st.text(st.characters(codec="utf-8") | st.sampled_from("{}[]:,&*!|>'\"%@`#-?\n\t 0\0\x1b\u2028"), max_size=200)


def refused_or_read(text: bytes) -> None:
    started = time.monotonic()
    try:
        manifest = parse_manifest(text, "p/plugin.yaml")
    except ManifestError as error:
        assert error.problems
        assert all(problem.isprintable() for problem in error.problems)
    else:
        assert isinstance(manifest, Manifest)
        # What is read can be handed to a plugin, or is refused as that.
        try:
            pack({name: setting.default for name, setting in manifest.settings.items()})
        except MarshalError:
            pass
    assert time.monotonic() - started < 10


@given(texts)
@BOUNDED
def test_x51_any_text_as_a_manifest(text: str) -> None:
    refused_or_read(text.encode("utf-8", "replace"))


@given(st.binary(max_size=300))
@BOUNDED
def test_x51_any_bytes_as_a_manifest(data: bytes) -> None:
    refused_or_read(data)


WHOLE = b"""name: greeter
version: "1.2.0"
requires: {chatlog: ">=1.0,<2"}
tier: contained
budget: {cpu_ms: 50, cpu_ms_per_second: 0, memory_mb: 16}
permissions: [kv.read]
settings:
  greeting: {type: string, default: "Welcome", choices: ["Welcome", "Hi"]}
  n: {type: integer, default: 1, max: 5}
lazy: {on: [player.login]}
"""


@given(st.data())
@BOUNDED
def test_x52_mutations_of_a_manifest(data: st.DataObject) -> None:
    text = bytearray(WHOLE)
    pieces = [
        b"&a ",
        b"*a",
        b"!!python/name:os ",
        b"!!bool ",
        b"[",
        b"{",
        b"? ",
        b"0x",
        b":1:1:1",
        b".nan",
        b"\xff",
        b"---\n",
        b"<<: ",
        b"\\U00110000",
        b'"',
        b"1e999",
        b"\t",
        b"\r",
        b"|\n",
        b"2001-99-99",
        b"-",
    ]
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 20))
        text[at : at + length] = data.draw(st.sampled_from(pieces) | st.binary(max_size=5))
    refused_or_read(bytes(text))


yaml_leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10)
yaml_values = st.recursive(
    yaml_leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
field_names = st.sampled_from(sorted(Manifest.__struct_fields__)) | st.text(max_size=6)


@given(st.dictionaries(field_names, yaml_values, max_size=8))
@BOUNDED
def test_x53_any_structure_as_a_manifest(structure: dict[str, Any]) -> None:
    import yaml

    refused_or_read(yaml.safe_dump(structure).encode("utf-8", "replace"))


@given(texts, st.sampled_from(["single.lua", "single.py"]))
@BOUNDED
def test_x54_any_text_as_a_single_file(text: str, name: str) -> None:
    body = text.encode("utf-8", "replace")
    for prefix in (b"", b"-- permissions: ", b"# permissions: ", b"-- requires: a", b"# tier: "):
        try:
            parse_header(prefix + body, name, "single")
        except ManifestError as error:
            assert error.problems


@given(st.binary(max_size=300), st.integers(1, 7), st.booleans())
@BOUNDED
def test_x55_any_error_text_makes_a_report(text: bytes, status: int, loading: bool) -> None:
    error = to_exception(status, text, "evil", ["evil/init.lua"], loading=loading, cpu_ms=50, memory_mb=16)
    assert isinstance(error, TibicenError)
    assert "evil" in str(error)


@given(st.text(st.sampled_from("ab/.:0123456789\n\t []in function"), max_size=200))
@BOUNDED
def test_x55_any_place_in_an_error_text(text: str) -> None:
    message, file, line, traceback = locate(text, ["evil/init.lua"])
    assert isinstance(message, str) and isinstance(file, str) and 0 <= line < 10**9 and isinstance(traceback, str)


@pytest.mark.parametrize("bomb", BOMBS)
def test_x56_bombs_behind_each_other(bomb: str) -> None:
    """A bomb behind a whole manifest, and one cut short anywhere, are refused or read like any other."""
    refused_or_read(WHOLE + BOMBS[bomb])
    for part in (3, 2):
        refused_or_read(BOMBS[bomb][: len(BOMBS[bomb]) // part])
