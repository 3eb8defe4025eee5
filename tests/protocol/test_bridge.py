from __future__ import annotations

import asyncio
import os
import time
import zlib
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from tests.conftest import PluginFolder, run_in_host_thread
from tests.hosting import hosting
from tests.protocol.wire_ends import (
    KEY,
    STACKS,
    Plugins,
    bridged,
    challenge,
    until,
)

from tibicen.native import Sealer, Stack, Xtea, open_frame
from tibicen.protocol import packets
from tibicen.protocol.rsa import PrivateKey

SAY = 0x96
PING = b"\x1d"


def run(scenario: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    return run_in_host_thread(scenario)


@pytest.fixture(params=list(STACKS))
def stack(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def say(words: bytes) -> bytes:
    return b"\x96\x01" + len(words).to_bytes(2, "little") + words


# -- without plugins: the bytes of a direct session ---------------------------------------------------------


def test_every_byte_passes_as_it_came(stack: str) -> None:
    async def scenario() -> None:
        async with bridged(stack) as rig:
            client = await rig.client()
            assert await client.frame() == challenge(rig.framing)
            login = rig.login()
            sealer = rig.sealer(0)
            frames = [sealer.seal(say(b"x" * size)) for size in (0, 1, 7, 300)]
            # Whatever the cuts: the login with the first frame, and a frame in three pieces.
            client.send(login + frames[0])
            server = await rig.server.peers.get()
            assert await server.frame() == login
            assert await server.frame() == frames[0]
            for piece in (frames[1][:1], frames[1][1:9], frames[1][9:] + frames[2] + frames[3][:-1], frames[3][-1:]):
                client.send(piece)
                await asyncio.sleep(0.01)
            assert [await server.frame() for _ in range(3)] == frames[1:]
            back = rig.sealer()
            answers = [back.seal(b"\xb4" + bytes(size)) for size in (5, 60_000)]
            server.send(b"".join(answers))
            assert [await client.frame(), await client.frame()] == answers
            await server.close()
            assert await client.ended() == b""

    run(scenario)


def test_a_worlds_name_in_front_passes(stack: str) -> None:
    async def scenario() -> None:
        async with bridged(stack) as rig:
            client, server = await rig.enter(prelude=b"Forgotten\n")
            client.send(frame := rig.sealer().seal(PING))
            assert await server.frame() == frame

    run(scenario)


def test_a_key_of_its_own_for_the_servers_leg(stack: str) -> None:
    async def scenario() -> None:
        other = another_key()
        async with bridged(stack, reuse_key=False, port={"server_key": other}) as rig:
            client = await rig.client()
            await client.frame()
            client.send(rig.login())
            server = await rig.server.peers.get()
            frame = await server.frame()
            at = {"adler": 12 + 6, "sequence": 18 + 6, "blocks": 7 + 9 + 2 + 4 + 2 + 4 + 1}[stack]
            number = int.from_bytes(frame[at : at + 128], "big")
            plain = pow(number, other_d(other), other.modulus).to_bytes(128, "big")
            key = plain[1:17]
            assert plain[0] == 0 and key != KEY and b"Peer One" in plain
            sent = rig.sealer(3)
            client.send(sent.seal(say(b"hi")) + sent.seal(PING))
            assert await server.messages(rig.stack, key) == say(b"hi")
            assert await server.messages(rig.stack, key) == PING
            assert server.numbers == ([0, 0] if stack == "adler" else [3, 4])
            server.send(rig.sealer(key=key).seal(b"\xb4abc"))
            assert await client.messages(rig.stack) == b"\xb4abc"

    run(scenario)


def another_key() -> PrivateKey:
    def prime(number: int) -> int:
        while pow(3, number - 1, number) != 1:
            number += 2
        return number

    return PrivateKey(prime((1 << 511) + 1001), prime((1 << 511) + 900_001))


def other_d(key: PrivateKey) -> int:
    return pow(65537, -1, (key._p - 1) * (key._q - 1))


def test_what_cannot_be_opened_passes_as_it_is(stack: str) -> None:
    async def scenario() -> None:
        plugins = Plugins()
        seen = plugins.listen("packet.any")
        async with bridged(stack, plugins.bus) as rig:
            client, server = await rig.enter()
            # An error in clear, as servers send it when they read no key; and bytes that are no frame's.
            plain = Sealer(rig.stack).seal(b"\x14\x02\x00no")
            broken = rig.sealer().seal(b"\xb4abc")[:-3] if rig.stack is not Stack.BLOCKS else plain
            if rig.stack is not Stack.BLOCKS:
                broken = (len(broken) - 2).to_bytes(2, "little") + broken[2:]
            server.send(plain + broken)
            assert [await client.frame(), await client.frame()] == [plain, broken]
            assert rig.bridge.counts["opaque"] >= 1
            assert all(packet["opcode"] != 0x14 for packet in seen)

    run(scenario)


# -- plugins --------------------------------------------------------------------------------------------------


def test_one_message_is_changed_and_no_other(stack: str) -> None:
    async def scenario() -> None:
        plugins = Plugins()

        def shout(packet: dict[str, Any]) -> dict[str, Any]:
            packet["data"] = packet["data"].upper()
            return packet

        plugins.answer("packet.client.op_96", shout)
        async with bridged(stack, plugins.bus) as rig:
            client, server = await rig.enter()
            sealer = rig.sealer()
            frames = [sealer.seal(each) for each in (PING, say(b"hello"), PING, b"\x1e")]
            client.send(b"".join(frames))
            assert await server.frame() == frames[0]
            # The message is the only thing in its frame that differs; padding and number are those of the sender.
            expected = rig.sealer(2).seal(say(b"HELLO"))
            assert await server.frame() == expected
            assert [await server.frame(), await server.frame()] == frames[2:]
            # Nobody wants what the server says, so it isn't opened.
            assert rig.bridge.counts["changed"] == 1
            assert plugins.failures == []

    run(scenario)


def test_dropped_answered_and_injected_frames_leave_the_numbers_whole(stack: str) -> None:
    async def scenario() -> None:
        plugins = Plugins()

        def judge(packet: dict[str, Any]) -> dict[str, Any]:
            words = packet["data"][3:]
            if words == b"secret":
                packet["drop"] = True
                packet["answer"] = [{"opcode": 0xB4, "data": b"hush"}]
            elif words == b"twice":
                packet["inject"] = [{"opcode": 0x1E, "data": b""}]
            return packet

        plugins.answer("packet.client.op_96", judge)
        async with bridged(stack, plugins.bus) as rig:
            client, server = await rig.enter()
            server.send(rig.sealer().seal(b"\x0a") + rig.sealer(2).seal(b"\x0f"))
            assert [await client.messages(rig.stack), await client.messages(rig.stack)] == [b"\x0a", b"\x0f"]
            sealer = rig.sealer()
            for words in (b"one", b"secret", b"twice", b"four"):
                client.send(sealer.seal(say(words)))
            got = [await server.messages(rig.stack) for _ in range(4)]
            assert got == [say(b"one"), say(b"twice"), b"\x1e", say(b"four")]
            assert await client.messages(rig.stack) == b"\xb4hush"
            server.send(rig.sealer(3).seal(PING))
            assert await client.messages(rig.stack) == PING
            if rig.stack is not Stack.ADLER:
                assert server.numbers == [1, 2, 3, 4]
                assert client.numbers == [1, 2, 3, 4]
            assert {key: rig.bridge.counts[key] for key in ("dropped", "answered", "injected")} == {
                "dropped": 1,
                "answered": 1,
                "injected": 1,
            }

    run(scenario)


def test_a_client_that_begins_at_0_may_lose_its_first_frame() -> None:
    async def scenario() -> None:
        plugins = Plugins()
        plugins.answer("packet.client.op_0f", lambda packet: {**packet, "drop": True})
        async with bridged("blocks", plugins.bus) as rig:
            client, server = await rig.enter()
            # Canary throws frames numbered 0 away without counting them: 1 has to stay 1.
            client.send(rig.sealer(0).seal(b"\x0f") + rig.sealer(1).seal(PING))
            assert await server.messages(rig.stack) == PING
            assert server.numbers == [1]

    run(scenario)


def test_numbers_wrap(stack: str) -> None:
    if stack == "adler":
        pytest.skip("its frames have no numbers")

    async def scenario() -> None:
        plugins = Plugins()
        plugins.answer("packet.client.op_1d", lambda packet: {**packet, "inject": [{"opcode": 2, "data": b""}]})
        async with bridged(stack, plugins.bus) as rig:
            client, server = await rig.enter()
            client.send(rig.sealer(0x7FFFFFFF).seal(PING) + rig.sealer(0).seal(b"\x1e"))
            for _ in range(3):
                await server.messages(rig.stack)
            assert server.numbers == [0x7FFFFFFF, 0, 1]

    run(scenario)


def test_compressed_frames_are_read_and_compressed_again_when_it_pays() -> None:
    async def scenario() -> None:
        plugins = Plugins()
        plugins.answer("packet.server.op_b4", lambda packet: {**packet, "data": packet["data"][1:]})
        seen = plugins.listen("packet.server.op_b4")
        async with bridged("sequence", plugins.bus) as rig:
            client, server = await rig.enter()
            sealer = rig.sealer()
            # Neither is a text that ends within its message: what can be parsed would be shown by itself.
            noise, plain = b"\x16\xff\xff" + os.urandom(1997), b"even " * 1000
            for message in (noise, plain):
                deflater = zlib.compressobj(6, zlib.DEFLATED, -15)
                squeezed = deflater.compress(b"\xb4" + message) + deflater.flush()
                server.send(sealer.seal(squeezed, compressed=True))
            first = bytearray(await client.frame())
            found = open_frame(rig.stack, first, Xtea(KEY))
            assert not found.compressed and first[found.offset + 1 : found.offset + found.length] == noise[1:]
            assert await client.messages(rig.stack) == b"\xb4" + plain[1:]
            assert [packet["data"] for packet in seen] == [noise, plain]

    run(scenario)


def test_a_deflate_bomb_passes_unopened() -> None:
    async def scenario() -> None:
        plugins = Plugins()
        plugins.listen("packet.any")
        async with bridged("sequence", plugins.bus) as rig:
            client, server = await rig.enter()
            deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
            bomb = deflater.compress(bytes(30_000_000)) + deflater.flush()
            server.send(frame := rig.sealer().seal(bomb, compressed=True))
            assert await client.frame() == frame
            assert rig.bridge.counts["opaque"] == 1

    run(scenario)


def test_hooks_come_and_go_in_the_middle_of_a_session(stack: str) -> None:
    async def scenario() -> None:
        plugins = Plugins()
        async with bridged(stack, plugins.bus) as rig:
            client, server = await rig.enter()
            sealer = rig.sealer()
            client.send(sealer.seal(PING))
            await server.frame()
            added = plugins.answer("packet.*", lambda packet: {**packet, "drop": True})
            client.send(sealer.seal(say(b"lost")))
            await until(lambda: rig.bridge.counts["dropped"])
            added.generation.ledger.close()
            client.send(sealer.seal(PING))
            assert await server.messages(rig.stack) == PING
            assert server.numbers == [0 if stack == "adler" else 2]

    run(scenario)


def test_a_slow_plugin_does_not_hold_the_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        plugins = Plugins()
        calls = 0

        def slow(packet: dict[str, Any]) -> dict[str, Any]:
            nonlocal calls
            calls += 1
            time.sleep(0.03)
            return {**packet, "data": b"late"}

        plugins.answer("packet.client.op_1d", slow)
        async with bridged("sequence", plugins.bus, deadline_ms=10.0) as rig:
            client, server = await rig.enter()
            sealer = rig.sealer()
            for _ in range(10):
                client.send(frame := sealer.seal(PING))
                assert await server.frame() == frame
            counts = rig.bridge.counts
            assert calls == packets.LATE_LIMIT == counts["late"]
            assert counts["resting"] == 10 - calls and not counts["changed"]

    run(scenario)


def test_nonsense_from_a_plugin_is_counted_and_the_message_passes() -> None:
    answers: list[Any] = [
        {"no": "packet"},
        "text",
        {"data": 5},
        {"data": b"", "answer": [{"opcode": 256}]},
        {"data": b"", "inject": [{"opcode": True}]},
        {"data": b"", "inject": ["x"]},
    ]

    async def scenario() -> None:
        plugins = Plugins()
        waiting = iter(answers)
        plugins.answer("packet.client.op_1d", lambda packet: next(waiting))
        async with bridged("blocks", plugins.bus) as rig:
            client, server = await rig.enter()
            sealer = rig.sealer()
            for _ in answers:
                client.send(frame := sealer.seal(PING))
                assert await server.frame() == frame
            assert rig.bridge.counts["malformed"] == len(answers)

    run(scenario)


def test_fields_count_where_the_bytes_are_the_same() -> None:
    async def scenario() -> None:
        plugins = Plugins()
        answers = iter(
            [
                lambda packet: {**packet, "fields": {**packet["fields"], "text": "changed"}},
                # One that gives no fields back changes none.
                lambda packet: {"data": packet["data"], "answer": [{"opcode": 0x1E}]},
                lambda packet: {**packet, "fields": {"text": 5}},
            ]
        )
        plugins.answer("packet.client.say", lambda packet: next(answers)(packet))
        async with bridged("adler", plugins.bus) as rig:
            client, server = await rig.enter()
            server.send(rig.sealer().seal(PING))
            assert await client.messages(rig.stack) == PING
            sealer = rig.sealer()
            for _ in range(3):
                client.send(sealer.seal(PING + say(b"hello") + PING))
            assert await server.messages(rig.stack) == PING + say(b"changed") + PING
            assert await server.messages(rig.stack) == PING + say(b"hello") + PING
            assert await client.messages(rig.stack) == b"\x1e"
            assert await server.messages(rig.stack) == PING + say(b"hello") + PING
            assert rig.bridge.counts["malformed"] == 1 and plugins.failures == []

    run(scenario)


def test_more_than_the_other_side_takes_is_not_sent() -> None:
    async def scenario() -> None:
        plugins = Plugins()
        plugins.answer("packet.client.op_1d", lambda packet: {**packet, "data": bytes(5000)})
        async with bridged("adler", plugins.bus, limits={"client_frame": 4096}) as rig:
            client, server = await rig.enter()
            client.send(frame := rig.sealer().seal(PING))
            assert await server.frame() == frame
            assert rig.bridge.counts["too_long"] == 1

    run(scenario)


def test_plugins_in_lua_and_python_shape_the_same_message(folder: PluginFolder) -> None:
    folder.plugin(
        "luaside",
        """
        hooks.on("packet.client.op_32", function(packet)
            if packet.data == "\\1\\3\\0abc" then
                packet.data = "\\1\\4\\0\\255\\0xy"
                packet.answer = {{opcode = 0x32, data = "\\200"}}
                return packet
            end
        end, {first = true})
        hooks.on("packet.server.any", function(packet)
            packet.drop = packet.opcode == 0xb4
            return packet
        end)
        hooks.on("bridge.opened", function(session) log.info(session.character) end)
        """,
    )
    folder.write(
        "pyside.py",
        """
        from tibicen.api import hookimpl

        @hookimpl
        def packet_client_op_32(packet):
            assert isinstance(packet["data"], bytes)
            packet["inject"] = [{"opcode": 0x1e, "data": packet["data"]}]
            return packet
        """,
    )

    async def scenario() -> None:
        async with hosting(folder) as running, bridged("sequence", running.host.hooks) as rig:
            client, server = await rig.enter()
            server.send(rig.sealer().seal(b"\xb4gone") + rig.sealer(2).seal(PING))
            assert await client.messages(rig.stack) == PING
            client.send(rig.sealer().seal(b"\x32\x01\x03\x00abc") + rig.sealer(2).seal(b"\x32abc"))
            assert await server.messages(rig.stack) == b"\x32\x01\x04\x00\xff\x00xy"
            assert await server.messages(rig.stack) == b"\x1e\x01\x04\x00\xff\x00xy"
            assert await server.messages(rig.stack) == b"\x32abc"
            assert await server.messages(rig.stack) == b"\x1eabc"
            assert await client.messages(rig.stack) == b"\x32\xc8"
            assert server.numbers == [1, 2, 3, 4] and client.numbers == [1, 2]
            # A plugin that ends in the middle of a session takes its hooks along.
            running.host.plugins.unload("pyside")
            client.send(rig.sealer(3).seal(b"\x32abc"))
            assert await server.messages(rig.stack) == b"\x32abc"

    run(scenario)


def test_a_plugin_that_loops_is_stopped_and_struck_out(folder: PluginFolder) -> None:
    folder.plugin(
        "loops",
        'hooks.on("packet.client.op_1d", function(packet) while true do end end)',
    )

    async def scenario() -> None:
        async with hosting(folder) as running, bridged("blocks", running.host.hooks, deadline_ms=10_000) as rig:
            client, server = await rig.enter()
            sealer = rig.sealer()
            over = asyncio.get_running_loop().time() + 30
            while running.info("loops")["state"] != "quarantined" and asyncio.get_running_loop().time() < over:
                client.send(frame := sealer.seal(PING))
                assert await server.frame() == frame
                # A plugin that has used up its share of a second isn't called, which is no strike.
                await asyncio.sleep(0.02)
            assert running.info("loops")["state"] == "quarantined"
            assert not running.host.hooks["packet.client.op_1d"]

    run(scenario)
