"""Frames of a session shown to plugins in Lua, many in one crossing: what most frames are, nobody's concern, then costs
next to nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from tibicen.bus.bulk import Bulk, bulk_of
from tibicen.bus.hooks import Hook
from tibicen.native import Stack, Xtea
from tibicen.native.packets import Lens, here
from tibicen.protocol.flow import Changed
from tibicen.protocol.packets import Made, PacketHooks, Subject, Verdict, ends, made_of, record_of
from tibicen.protocol.readers import Part, Reader, Side
from tibicen.vm.marshal import unpack

Verdicts = dict[int, list[tuple[Part, Verdict]]]
"""What was made of messages, in order, by the number of their frame."""


class Shown(NamedTuple):
    """Frames that plugins have seen.

    Attributes:
        end: where the last of them ends.
        last: where it begins.
        frames: how many there are.
        opaque: those of them that could not be opened.
        verdicts: what plugins made of some; None: nothing of any.
    """

    end: int
    last: int
    frames: int
    opaque: int
    verdicts: Verdicts | None


_new_shown = tuple.__new__


class Batch:
    """One direction of a session, while all who want its messages are in VMs of this process.

    Args:
        xtea: what frames come and leave with.
        finish: takes what was made of a frame, and says what is to be sent in its place.
    """

    def __init__(
        self,
        hooks: PacketHooks,
        reader: Reader,
        session: Mapping[str, Any],
        side: Side,
        stack: Stack,
        limit: int,
        xtea: Xtea,
        finish: Callable[[Made], Changed | None],
    ) -> None:
        self._hooks = hooks
        self._bus = hooks.bus
        self._changes = hooks.bus.family_changes
        self._found = here.found
        self._reader = reader
        self._finish = finish
        self._session: int = session["id"]
        self._version: int = session["version"]
        self._side: Side = side
        self._wish = hooks.wish(side)
        self._bulks: dict[tuple[Any, ...], list[tuple[Hook, Bulk]] | None] = {}
        asked = {each for each in self._wish.hooks if each}
        # Where every message goes the same way, it needn't be looked at which one it is.
        self._one_way = next(iter(asked)) if len(asked) == 1 else None
        # The hook of it, where it is one.
        self._only: tuple[Hook, Bulk] | None = None
        described = reader.described(side)
        self._lens = Lens(stack, limit, xtea, described, self._wish.opcodes, self._session, self._version, side)

    def show(self, data: bytes, at: int) -> Shown | None:
        """Shows the frames at `at` and behind it; None when that can't be done in this way with the first of them."""
        found = self._found
        if found.taken or self._hooks.resting or self._bus.family_changes != self._changes:
            return None
        end = self._lens.read(data, at, found)
        if end == at:
            return None
        count, frames, opaque, last = found.figures.tolist()
        verdicts: Verdicts | None = None
        if count:
            found.taken = True
            try:
                verdicts = self._ask(count)
            finally:
                found.taken = False
        return _new_shown(Shown, (end, last, frames, opaque, verdicts))

    def made(self, messages: bytes, verdicts: Sequence[tuple[Part, Verdict]]) -> Changed | None:
        """What is to be sent in place of a frame's messages; None: they stand."""
        return self._finish(made_of(messages, verdicts))

    def _ask(self, count: int) -> Verdicts | None:
        at = 0
        verdicts: Verdicts | None = None
        while at < count:
            if self._hooks.resting or self._bus.family_changes != self._changes:
                # One proved to be slow just now, or plugins came or went.
                done, verdict = 1, self._alone(at)
            elif self._only is not None:
                done, verdict, _ = self._through(self._only, (), at, count - at)
            else:
                done, verdict = self._along(at, count)
            at += done
            if verdict is not None:
                packet = self._found.packet(at - 1)
                verdicts = {} if verdicts is None else verdicts
                verdicts.setdefault(packet.frame, []).append((packet, verdict))
        return verdicts

    def _alone(self, at: int) -> Verdict | None:
        """Shows a packet to who wants it just now, whoever that is."""
        way = self._hooks.wish(self._side).hooks[self._found.packets[at].opcode]
        if not way:
            return None
        subject = self._subject(at)
        record = record_of(self._version, subject)
        if subject.fields is not None:
            record["fields"] = unpack(subject.fields)
        return self._hooks.ask_on(way, subject, record)

    def _way(self, at: int, count: int) -> tuple[tuple[Any, ...], int]:
        """Which hooks want a packet, and how many in a row they want."""
        table, packets = self._wish.hooks, self._found.packets
        way = table[packets[at].opcode]
        many = 1
        while at + many < count and table[packets[at + many].opcode] == way:
            many += 1
        return way, many

    def _along(self, at: int, count: int) -> tuple[int, Verdict | None]:
        """Shows a packet, or several, to all who want them."""
        way, many = self._one_way, count - at
        if way is None:
            way, many = self._way(at, count)
        if way not in self._bulks:
            bulks = [(hook, bulk_of(hook.compiled())) for hook in way if isinstance(hook, Hook)]
            fit = [(hook, bulk) for hook, bulk in bulks if bulk is not None]
            self._bulks[way] = fit if len(fit) == len(way) else None
        asked = self._bulks[way]
        if asked is None:
            return 1, self._alone(at)
        if len(asked) > 1:
            return 1, self._through_each(asked, way, at)
        if way is self._one_way:
            self._only = asked[0]
        done, verdict, _ = self._through(asked[0], (), at, many)
        return done, verdict

    def _through(
        self, asked: tuple[Hook, Bulk], behind: tuple[Any, ...], at: int, count: int
    ) -> tuple[int, Verdict | None, bool]:
        """Shows packets to one hook: how many are through, what was made of the last one, also by the hooks behind, and
        whether nobody else is to be asked about that."""
        hook, bulk = asked
        done, filtered, spent_ns = bulk.show(self._found.address, at, count, self._record)
        # The others took no time worth speaking of, or one of them would have been the last.
        if spent_ns > self._hooks.deadline_ns and self._hooks.late(hook.spec.name, spent_ns):
            return done, None, True
        if filtered is None:
            return done, None, False
        subject = self._subject(at + done - 1)
        return done, self._hooks.ask_on(() if ends(filtered) else behind, subject, filtered.value), True

    def _through_each(self, bulks: list[tuple[Hook, Bulk]], way: tuple[Any, ...], at: int) -> Verdict | None:
        """Shows one packet to several hooks."""
        for number, asked in enumerate(bulks):
            _, verdict, over = self._through(asked, way[number + 1 :], at, 1)
            if over:
                return verdict
        return None

    def _subject(self, at: int) -> Subject:
        packet = self._found.packet(at)
        return Subject(self._reader, self._session, self._side, packet, packet.data, packet.fields)

    def _record(self, at: int) -> dict[str, Any]:
        """A packet as hooks in Lua are called with."""
        return record_of(self._version, self._subject(at))
