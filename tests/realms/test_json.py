"""json.encode, json.decode and json.array."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import PluginFolder

LEAVES = (
    st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
)
# Empty tables have no shape, and nil is no value, in Lua: lists and maps here have something in them.
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner, min_size=1, max_size=4)
    ),
    max_leaves=12,
)


def test_what_is_encoded_is_json_and_comes_back(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.write(
        "coder.lua",
        """
        function exports.encode(value) return json.encode(value) end
        function exports.decode(text) return json.decode(text) end
        function exports.both(value) return json.decode(json.encode(value)) end
        """,
    )

    async def scenario() -> None:
        async with host() as running:

            @settings(deadline=None, max_examples=150)
            @given(VALUES)
            def agree(value: Any) -> None:
                assert running.export("coder", "both", value) == value
                assert json.loads(running.export("coder", "encode", value)) == value
                assert running.export("coder", "decode", json.dumps(value)) == value

            agree()
            assert running.info("coder")["strikes"] == []

    in_host(scenario)


ENCODED = {
    "{}": "{}",
    "json.array()": "[]",
    "json.array({})": "[]",
    "{a = json.array()}": '{"a":[]}',
    "json.array({1, 2})": "[1,2]",
    "{1, 2}": "[1,2]",
    '{[1] = "a", [3] = "c"}': {"1": "a", "3": "c"},
    '{[1.5] = "a"}': '{"1.5":"a"}',
    "nil": "null",
    "false": "false",
    "1": "1",
    "-0.5": "-0.5",
    "2^53": "9007199254740992",
    '"Æ\\n\\"\\0"': '"Æ\\n\\"\\u0000"',
    "settings": "{}",
}


@pytest.mark.parametrize("value", ENCODED)
def test_shapes(folder: PluginFolder, host: Any, in_host: Any, value: str) -> None:
    folder.write("coder.lua", f"function exports.encode() return json.encode({value}) end")
    expected = ENCODED[value]

    async def scenario() -> None:
        async with host() as running:
            encoded = running.export("coder", "encode")
            assert (encoded if isinstance(expected, str) else json.loads(encoded)) == expected

    in_host(scenario)


def test_null_is_nil(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.write(
        "coder.lua",
        """
        local value = json.decode('{"a": null, "b": [1, null, 3], "c": false}')
        assert(value.a == nil and value.b[2] == nil and value.b[3] == 3 and value.c == false)
        assert(json.decode("null") == nil)
        """,
    )

    async def scenario() -> None:
        async with host() as running:
            assert running.info("coder")["errors"] == []
            assert running.info("coder")["state"] == "active"

    in_host(scenario)


WRONG = {
    "json.encode(print)": "json.encode: a function can't cross",
    "json.encode({[true] = 1})": "json.encode: a boolean can't be a key of a map that crosses",
    "json.encode(0/0)": "json.encode: Out of range float values are not JSON compliant",
    "json.encode({a = {math.huge}})": "json.encode: Out of range float values are not JSON compliant",
    'json.encode({"caf\\233"})': "bytes is not JSON serializable; strings have to be UTF-8",
    "local a = {} a.a = a json.encode(a)": "json.encode: nested deeper than 64 levels, or a cycle",
    "json.decode(5)": "json.decode: argument 1 must be a string, not number",
    'json.decode("")': "json.decode: Input data was truncated",
    "json.decode(\"{'a': 1}\")": "json.decode: JSON is malformed",
    'json.decode("[1] x")': "json.decode: JSON is malformed",
    "json.decode('\"caf\\233\"')": "json.decode: 'utf-8' codec can't decode",
    'json.decode(("["):rep(100000))': "json.decode: maximum recursion depth exceeded",
    'json.decode("9007199254740993")': "an integer beyond 2^53 can't be held exactly by a Lua number",
}


@pytest.mark.parametrize("code", WRONG)
def test_what_is_wrong_is_told_at_its_line(folder: PluginFolder, host: Any, in_host: Any, code: str) -> None:
    folder.write("wrong.lua", f"-- one\n{code}\n")

    async def scenario() -> None:
        async with host() as running:
            (error,) = running.info("wrong")["errors"]
            assert "wrong.lua:2: " in error
            assert WRONG[code] in error

    in_host(scenario)
