"""Frames that plugins in Lua are shown together: what becomes of them is what becomes of each by itself."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from tests.conftest import PluginFolder, run_in_host_thread
from tests.hosting import hosting

from tibicen.bus.hooks import HookBus
from tibicen.config import StrikesConfig
from tibicen.native import Sealer, Stack, Xtea
from tibicen.protocol.batch import Batch
from tibicen.protocol.flow import Changed, Flow, deflated
from tibicen.protocol.packets import Made, PacketHooks
from tibicen.protocol.readers import reader_of
from tibicen.vm.room import RoomVM

KEY = bytes(range(16))
SAY, PING = 0x96, b"\x1d"

SHAPES = r"""
hooks.on("packet.client.op_96", function(packet)
    local word = packet.data:match("(%a+)$")
    if word == "drop" then
        packet.drop = true
    elseif word == "data" then
        packet.data = "\1\3\0abc"
    elseif word == "fields" then
        packet.fields.text = "other"
    elseif word == "answer" then
        return {data = packet.data, answer = {{opcode = 0xb4, data = "no"}}, inject = {{opcode = 0x1e}}}
    elseif word == "late" then
        rawset(packet, "drop", true)
    elseif word == "stop" then
        return hooks.stop(packet)
    elseif word == "fails" then
        packet.drop = true
        error("on purpose")
    elseif word == "odd" then
        return 7
    end
    return word == "same" and packet or nil
end)
"""
SECOND = r"""
hooks.on("packet.client.NAME", function(packet)
    if packet.data == "\1\3\0abc" then
        packet.data = "\1\4\0seen"
        return packet
    end
end)
"""
WORDS = ["plain", "same", "drop", "data", "fields", "answer", "late", "stop", "fails", "odd"]


def run(scenario: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    return run_in_host_thread(scenario)


def say(word: str) -> bytes:
    return b"\x96\x01" + len(word).to_bytes(2, "little") + word.encode()


class Side:
    """What a client sends through one flow, with those who listen on a bus."""

    def __init__(self, bus: HookBus, stack: Stack, *, together: bool, version: int = 1098, **options: Any) -> None:
        reader = reader_of(version)
        self.hooks = PacketHooks(bus, reader.name, **options)
        self.flow = Flow(stack, 65_541, self.hooks.counts)
        self.flow.key(stack, KEY)
        self.answers: list[Any] = []
        session = {"id": 3, "version": version}

        def finish(made: Made) -> Changed | None:
            self.answers += made.answers
            return Changed(made.messages, made.behind) if made.touched else None

        def look(messages: bytes) -> Changed | None:
            return finish(self.hooks.frame(reader, session, "client", messages))

        self.flow.look = look
        if together:
            assert self.flow.xtea is not None
            assert self.hooks.wish("client").in_reach
            self.flow.batch = Batch(self.hooks, reader, session, "client", stack, 65_541, self.flow.xtea, finish)

    def take(self, data: bytes, cuts: list[int]) -> bytes:
        out, at = b"", 0
        for cut in [*cuts, len(data)]:
            out += self.flow.take(data[at : at + cut])
            at += cut
        return out


@pytest.fixture
def crossings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many packets each crossing was through with."""
    seen: list[int] = []
    shown = RoomVM.show

    def show(self: RoomVM, chain: int, address: int, at: int, count: int) -> Any:
        found = shown(self, chain, address, at, count)
        seen.append(found.done)
        return found

    monkeypatch.setattr(RoomVM, "show", show)
    return seen


@pytest.mark.parametrize("second", ["", "say", "any"], ids=["one plugin", "two of a hook", "two hooks"])
def test_together_or_each_by_itself_is_the_same(folder: PluginFolder, second: str, crossings: list[int]) -> None:
    folder.plugin("shapes", SHAPES)
    if second:
        # A name has a hook of its own; in a VM of its own it is asked with what the other one made of the message.
        name = {"say": "op_96", "any": "any"}[second]
        folder.plugin("second", SECOND.replace("NAME", name))

    async def scenario() -> None:
        async with hosting(folder, strikes=StrikesConfig(limit=100_000)) as running:
            dice, counts = random.Random(7), Counter[str]()
            for stack in (Stack.ADLER, Stack.SEQUENCE, Stack.BLOCKS):
                for version in (1098, 1234):
                    sides = [Side(running.host.hooks, stack, together=each, version=version) for each in (False, True)]
                    sealer = Sealer(stack, Xtea(KEY))
                    frames = []
                    for _ in range(60):
                        said = [say(dice.choice(WORDS)) for _ in range(dice.choice((1, 1, 1, 3)))]
                        frames.append(sealer.seal(b"".join(dice.choice(([PING], [PING, *said], said)))))
                    # Neither a broken frame nor one that is not known in the middle changes what becomes of others.
                    frames[20] = frames[20][:-1] + bytes((frames[20][-1] ^ 1,))
                    frames[30] = sealer.seal(b"\xff" + say("drop"))
                    if stack is not Stack.ADLER:
                        frames[40] = sealer.seal(deflated(say("drop")), compressed=True)
                    stream = b"".join(frames)
                    cuts = [dice.choice((1, 30, 300, 700)) for _ in range(12)]
                    outs = [each.take(stream, cuts) for each in sides]
                    assert outs[0] == outs[1]
                    assert sides[0].answers == sides[1].answers
                    assert sides[0].hooks.counts == sides[1].hooks.counts
                    assert sides[0].flow.frames == sides[1].flow.frames == 60
                    counts.update(sides[0].hooks.counts)
            names = "dropped", "changed", "answered", "injected", "malformed", "opaque"
            assert all(counts[name] > 1 for name in names), counts
            assert crossings

    run(scenario)


def test_what_nobody_touches_takes_few_crossings_and_is_counted_exactly(
    folder: PluginFolder, crossings: list[int]
) -> None:
    folder.plugin(
        "looks",
        'local seen = 0\nhooks.on("packet.client.op_96", function() seen = seen + 1 end)\n'
        "exports.seen = function() return seen end",
    )

    async def scenario() -> None:
        async with hosting(folder) as running:
            side = Side(running.host.hooks, Stack.ADLER, together=True)
            stream = Sealer(Stack.ADLER, Xtea(KEY)).seal(say("plain")) * 1000
            assert side.take(stream, [1]) == stream
            assert running.export("looks", "seen") == 1000
            running.host.hooks.hooks["packet.client.op_96"].settle()
            (handler,) = running.host.hooks.hooks["packet.client.op_96"].handlers()
            assert handler.series.calls == 1000
            # All but the first, which is shown by itself. Some are measured, and those alone too.
            assert sum(crossings) == 999 and len(crossings) < 100

    run(scenario)


def test_fields_are_there_whoever_asks_and_whenever(folder: PluginFolder) -> None:
    folder.plugin(
        "asks",
        r"""
        local kept
        hooks.on("packet.client.op_96", function(packet)
            local ways, keys = {}, {}
            for key in pairs(packet) do keys[#keys + 1] = tostring(key) end
            table.sort(keys)
            ways.pairs = table.concat(keys, " ")
            if kept then ways.kept = kept.fields.text end
            kept = packet
            log.info(json.encode(ways))
        end)
        hooks.on("packet.client.op_97", function(packet)
            for key in next, packet do assert(type(key) == "string") end
            table.foreach(packet, function(key) assert(type(key) == "string") end)
            packet.raw = rawget(packet, "fields").channel_id
            packet.drop = getmetatable(packet) ~= "packet" or not pcall(setmetatable, packet, {}) or nil
        end)
        exports.kept = function() return kept end
        exports.text = function() return kept.fields.text end
        """,
    )

    async def scenario() -> None:
        async with hosting(folder) as running:
            side = Side(running.host.hooks, Stack.ADLER, together=True)
            sealer = Sealer(Stack.ADLER, Xtea(KEY))
            side.take(sealer.seal(say("first")) + sealer.seal(say("second")) + sealer.seal(say("third")), [])
            # What a handler kept outlives the buffers; it goes out as a whole, too.
            assert running.export("asks", "text") == "third"
            kept = running.export("asks", "kept")
            assert kept["fields"]["text"] == "third" and set(kept) == {
                "session",
                "version",
                "side",
                "opcode",
                "name",
                "data",
                "fields",
            }

    run(scenario)


def test_each_packet_has_a_deadline_of_its_own(folder: PluginFolder) -> None:
    folder.plugin(
        "loops",
        """
        local seen = 0
        hooks.on("packet.client.op_96", function(packet)
            seen = seen + 1
            while packet.fields.text == "loop" do end
        end)
        exports.seen = function() return seen end
        """,
        "budget: {cpu_ms: 5}",
    )

    async def scenario() -> None:
        async with hosting(folder, strikes=StrikesConfig(limit=100)) as running:
            side = Side(running.host.hooks, Stack.ADLER, together=True, deadline_ms=10_000)
            sealer = Sealer(Stack.ADLER, Xtea(KEY))
            words = ["plain"] * 40
            words[7] = words[8] = words[30] = "loop"
            stream = b"".join(sealer.seal(say(word)) for word in words)
            assert side.take(stream, []) == stream
            assert running.export("loops", "seen") == 40
            (handler,) = running.host.hooks.hooks["packet.client.op_96"].handlers()
            assert handler.series.errors == 3

    run(scenario)


def test_a_plugin_that_is_late_rests_and_the_others_pass(folder: PluginFolder) -> None:
    folder.plugin("drops", 'hooks.on("packet.client.op_96", function(packet) packet.drop = true end)')

    async def scenario() -> None:
        async with hosting(folder) as running:
            side = Side(running.host.hooks, Stack.ADLER, together=True, deadline_ms=0, clock=lambda: 0.0)
            stream = Sealer(Stack.ADLER, Xtea(KEY)).seal(say("plain")) * 10
            assert side.take(stream, []) == stream
            assert side.hooks.counts == {"late": 3, "resting": 7}

    run(scenario)


def test_handlers_that_come_and_go_meanwhile(folder: PluginFolder) -> None:
    folder.plugin(
        "grows",
        """
        local seen = {}
        hooks.on("packet.client.op_96", function(packet)
            if packet.fields.text == "more" then
                hooks.on("packet.client.op_96", function(other)
                    seen[#seen + 1] = other.fields.text
                    other.drop = true
                    return other
                end)
            end
        end)
        exports.seen = function() return seen end
        """,
    )

    async def scenario() -> None:
        async with hosting(folder) as running:
            side = Side(running.host.hooks, Stack.SEQUENCE, together=True)
            sealer = Sealer(Stack.SEQUENCE, Xtea(KEY))
            frames = [sealer.seal(say(word)) for word in ("a", "b", "more", "c", "d")]
            # The event that is under way ends with the handlers that it began with; the next one has them all.
            assert side.take(b"".join(frames), []) == b"".join(frames[:3])
            assert running.export("grows", "seen") == ["c", "d"]

    run(scenario)
