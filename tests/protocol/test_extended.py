from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs
from tests.conftest import PluginFolder
from tests.conftest import run_in_host_thread as run
from tests.hosting import hosting
from tests.protocol.wire_ends import Plugins, bridged

from tibicen.errors import WireError
from tibicen.protocol.extended import (
    CHUNK,
    Channel,
    Reassembly,
    chunks,
    diagnosis,
    owners,
    read_extended,
    write_extended,
)

ALL_BYTES = bytes(range(256))


@given(st.integers(0, 255), st.binary(max_size=300))
def test_any_bytes_pass(opcode: int, data: bytes) -> None:
    assert read_extended(write_extended(opcode, data)) == (opcode, data)


def test_what_is_no_extended_message_is_refused() -> None:
    for bad in (b"", b"\xc8", b"\xc8\x01\x00", b"\xc8\x01\x00ab"):
        with pytest.raises(WireError, match="an opcode and a string"):
            read_extended(bad)
    for opcode, data in ((256, b""), (-1, b""), (1, bytes(65_536))):
        with pytest.raises(WireError):
            write_extended(opcode, data)


@given(st.binary(min_size=1, max_size=500).map(lambda data: b"[" + data), st.integers(1, 100))
def test_chunks_are_put_together_again(text: bytes, size: int) -> None:
    parts = chunks(text, size)
    taking = Reassembly()
    whole = [taking.take(7, part) for part in parts]
    assert whole[:-1] == [None] * (len(parts) - 1) and whole[-1] == text and taking.waiting == 0


def test_chunks_are_cut_as_clients_cut_them() -> None:
    assert chunks(b"{}") == [b"{}"]
    assert [(part[:1], len(part)) for part in chunks(b"x" * 118_918, CHUNK)] == [(b"S", 65_001), (b"E", 53_919)]
    assert [part[:1] for part in chunks(b"x" * 10, 3)] == [b"S", b"P", b"P", b"E"]


def test_opcodes_do_not_mix_and_nothing_grows_without_end() -> None:
    taking = Reassembly(limit=10)
    assert taking.take(1, b"Sab") is None and taking.take(2, b"Scd") is None
    assert taking.take(1, b"Eef") == b"abef" and taking.waiting == 2
    assert taking.take(2, b"Sgh") is None and taking.waiting == 2
    for stray in (b"P", b"E"):
        with pytest.raises(WireError, match="without one that begins"):
            taking.take(1, stray)
    with pytest.raises(WireError, match="more than 10 bytes"):
        taking.take(2, b"P" + bytes(9))
    assert taking.waiting == 0


def test_the_reason_why_they_do_not_work_is_named() -> None:
    channel = Channel()
    assert "OTClient only" in diagnosis(2, channel, 100)
    assert diagnosis(10, channel, 3) == ""
    assert "opcode 0 was not among them" in diagnosis(10, channel, 100)
    channel.sent["server"] = 1
    assert "never opcode 0" in diagnosis(10, channel, 3)
    channel.enabled = True
    assert diagnosis(10, channel, 100) == ""


def extended(opcode: int, data: bytes) -> bytes:
    return b"\x32" + write_extended(opcode, data)


def test_plugins_of_both_languages_see_change_and_answer(folder: PluginFolder) -> None:
    folder.plugin(
        "luaside",
        """
        hooks.on("extended.client.op_206", function(message)
            message.data = message.data:reverse()
            message.answer = {{opcode = 206, data = "\\0\\255"}}
            return message
        end)
        hooks.on("extended.client.json_203", function(message)
            return {answer = {{opcode = 203, value = {got = message.value.n + 1}}}}
        end)
        """,
    )
    folder.write(
        "pyside.py",
        """
        from tibicen.api import hookimpl

        @hookimpl
        def extended_server_op_9(message):
            assert message["enabled"]
            message["drop"] = True
            return message
        """,
    )

    async def scenario() -> None:
        async with hosting(folder) as running, bridged("sequence", running.host.hooks) as rig:
            client, server = await rig.enter()
            (session,) = rig.bridge.sessions.values()
            back = rig.sealer()
            server.send(back.seal(extended(0, b"")) + back.seal(extended(9, b"gone")) + back.seal(b"\x1d"))
            assert [await client.messages(rig.stack) for _ in range(2)] == [extended(0, b""), b"\x1d"]
            assert rig.bridge.diagnose(session) == ""
            sent = rig.sealer()
            client.send(sent.seal(extended(206, ALL_BYTES)))
            assert await server.messages(rig.stack) == extended(206, ALL_BYTES[::-1])
            assert await client.messages(rig.stack) == extended(206, b"\x00\xff")
            for part in chunks(json.dumps({"n": 41, "pad": "x" * 50}).encode(), 20):
                client.send(frame := sent.seal(extended(203, part)))
                assert await server.frame() == frame
            assert await client.messages(rig.stack) == extended(203, b'{"got":42}')
            found = [(row["side"], row["opcode"], row["json"], row["plugins"]) for row in owners(running.host.hooks)]
            assert found == [
                ("server", 9, False, ["pyside"]),
                ("client", 203, True, ["luaside"]),
                ("client", 206, False, ["luaside"]),
            ]
            assert rig.bridge.monitor()["extended"] == owners(running.host.hooks)

    run(scenario)


def test_the_log_says_once_why_they_do_not_work(folder: PluginFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tibicen.protocol.bridge.LOOK_AFTER_SECONDS", 0.001)
    folder.plugin("listens", 'hooks.on("extended.server.op_9", function() end)')

    async def scenario() -> None:
        async with hosting(folder) as running, bridged("sequence", running.host.hooks) as rig:
            client, server = await rig.enter()
            with capture_logs() as logs:
                back = rig.sealer()
                for _ in range(5):
                    server.send(back.seal(extended(9, b"hi")))
                    assert await client.messages(rig.stack) == extended(9, b"hi")
                    await asyncio.sleep(0.003)
            (told,) = [row for row in logs if row["event"] == "extended opcodes do not work"]
            assert "never opcode 0" in told["problem"] and told["log_level"] == "warning"

    run(scenario)


def test_two_owners_and_a_reserved_opcode_are_noted() -> None:
    plugins = Plugins()
    plugins.answer("extended.client.op_1", lambda message: None)
    assert owners(plugins.bus)[0]["note"] == "the client's language"
    other: list[Any] = [plugins.answer("extended.client.op_200", lambda message: None) for _ in range(2)]
    assert len(other) == 2 and owners(plugins.bus)[1]["plugins"] == ["p"]


def test_broken_extended_messages_pass_as_they_are() -> None:
    async def scenario() -> None:
        plugins = Plugins()
        plugins.answer("extended.client.any", lambda message: {**message, "data": b"changed"})
        plugins.answer("extended.client.json_5", lambda message: None)
        async with bridged("blocks", plugins.bus) as rig:
            client, server = await rig.enter()
            client.send(frame := rig.sealer().seal(b"\x32\x05\x09\x00short"))
            assert await server.frame() == frame
            client.send(rig.sealer(2).seal(extended(5, b"Eend of nothing")))
            assert await server.messages(rig.stack) == extended(5, b"changed")
            assert plugins.failures == []

    run(scenario)
