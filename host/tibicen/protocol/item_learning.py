"""Flags of items learnt from what a server says, where there is no file of them.

An item's flags say how many bytes stand behind its id. A frame has an end, so a wrong guess mostly leads nowhere: to an
opcode that doesn't exist, or beyond the end. Of the first unknown item of a frame every shape is tried that is not
refuted yet. A shape is refuted when no reading of the frame with it comes to the end, whatever other unknown items in
it may be, and another one does. What is left after several different frames have come to one shape alone is known, and
only that is used. When a later frame refutes it, all that was known of the item is dropped for good.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tibicen.native.layouts import Trouble
from tibicen.native.wire import UNKNOWN
from tibicen.protocol.item_shapes import Plausible, Shape, shapes_of
from tibicen.protocol.items import ItemTable
from tibicen.protocol.versions import Protocol, load_protocol
from tibicen.protocol.wire_state import WireState

NEEDED: Final = 3
"""Different frames that leave one shape alone, before it is used."""

MOST_TRIES: Final = 2000
"""Readings of one frame with one shape of an item; what takes more is neither right nor wrong."""

MOST_WITHOUT_MARKS: Final = 100
"""The same where nothing but the end of the frame tells a wrong reading: more would seldom find it."""

DEEPEST: Final = 200
"""Unknown items of a reading; one with more is neither right nor wrong, either."""

_NOWHERE: Final = -100
"""A floor that no number of steps makes a real one."""


@dataclass(slots=True)
class Evidence:
    """What is known of an item.

    Attributes:
        shapes: numbers of those that are not refuted.
        seen: hashes of the frames that left one shape alone.
        dropped: a frame contradicted what was known.
    """

    shapes: frozenset[int]
    seen: set[str] = field(default_factory=set)
    dropped: bool = False


class Lesson:
    """One connection: what its bytes depend on, now and before the last frame. The floor is -1 where it is not certain:
    then nothing is made of what depends on it, up to the next whole map."""

    def __init__(self, items: ItemTable) -> None:
        self.state = WireState(items)
        self.before = WireState(items)


class ItemLearner:
    """What has been learnt of the items of one version of one server.

    Args:
        version: one that is described.
        kept: what `state` gave.

    Attributes:
        table: of items that are known, for readers; it changes as more is learnt.
        count: how many items are known.
        counts: frames that were looked at, readings that were tried, items learnt and dropped, by name.
        changes: how often a frame has said something new.
    """

    def __init__(self, version: int, kept: Mapping[str, Any] | None = None) -> None:
        self.version = version
        self.protocol: Protocol = load_protocol(version)
        self.shapes = shapes_of(self.protocol.manifest)
        self.table = ItemTable({}, ())
        # All of them from the beginning: they are read while another thread counts.
        self.counts: Counter[str] = Counter(frames=0, tries=0, learnt=0, dropped=0)
        self.count = 0
        self.changes = 0
        self._plausible = Plausible(self.protocol.manifest)
        self._evidence: dict[int, Evidence] = {}
        self._trial = WireState(ItemTable({}, ()))
        self._tries = 0
        self._whole: dict[int, Shape] = {}
        """The last reading of the frame that came to its end: the shapes that it took."""
        self._take_over(kept or {})

    # -- what is kept

    def state(self) -> dict[str, Any]:
        """What is known, as plain data, for another learner."""
        return {
            "shapes": [each.flags for each in self.shapes],
            "items": {
                str(number): {
                    "shapes": sorted(self.shapes[each].flags for each in known.shapes),
                    "seen": sorted(known.seen),
                    **({"dropped": True} if known.dropped else {}),
                }
                for number, known in sorted(self._evidence.items())
            },
        }

    def _take_over(self, kept: Mapping[str, Any]) -> None:
        """Of another list of shapes nothing is taken over: it may have lacked the right one."""
        if kept.get("shapes") != [each.flags for each in self.shapes]:
            return
        number_of = {each.flags: number for number, each in enumerate(self.shapes)}
        for number, said in kept.get("items", {}).items():
            shapes = frozenset(number_of[flags] for flags in said["shapes"])
            self._evidence[int(number)] = Evidence(shapes, set(said["seen"]), bool(said.get("dropped")))
            self._use(int(number))

    # -- what is known

    @property
    def known(self) -> dict[int, int]:
        """Flags of the items that are known, by client id."""
        return {number: self._flags(each) for number, each in self._evidence.items() if self._is_known(each)}

    @staticmethod
    def _is_known(evidence: Evidence) -> bool:
        return len(evidence.shapes) == 1 and len(evidence.seen) >= NEEDED and not evidence.dropped

    def _flags(self, evidence: Evidence) -> int:
        (only,) = evidence.shapes
        return self.shapes[only].flags

    def _use(self, item: int) -> None:
        evidence = self._evidence[item]
        value = self._flags(evidence) if self._is_known(evidence) else UNKNOWN
        assert self.table.table is not None
        self.count += (value != UNKNOWN) - (self.table.table[item] != UNKNOWN)
        for each in (self.table, self._trial.items):
            assert each.table is not None
            each.table[item] = value

    # -- frames

    def lesson(self) -> Lesson:
        """For a new connection."""
        return Lesson(self.table)

    def take(self, lesson: Lesson, messages: bytes) -> None:
        """A frame that the server sent, in the order of the connection."""
        lesson.before.set_to(lesson.state)
        trouble = self.protocol.trouble("server", messages, lesson.state)
        if trouble is not None:
            taken: dict[int, Shape] = {}
            self._whole = {}
            while self._learn_one(lesson, messages, taken):
                pass
            # Read again with what is known now.
            lesson.state.set_to(lesson.before)
            trouble = self.protocol.trouble("server", messages, lesson.state)
        if trouble is not None and not self._says_floor(lesson.before, messages):
            # What is in the part that can't be read may be a step to another floor.
            self.lost(lesson)

    def _says_floor(self, before: WireState, messages: bytes) -> bool:
        """Whether a frame has a whole map in it, as far as it can be read. Servers send no step to another floor behind
        one, so that it holds for what comes next, too."""
        self._trial.set_to(before)
        self._trial.floor = _NOWHERE
        self.protocol.trouble("server", messages, self._trial)
        return self._trial.floor >= 0

    def lost(self, lesson: Lesson) -> None:
        """Frames were missed, or a part of one."""
        lesson.state.floor = -1

    def _learn_one(self, lesson: Lesson, messages: bytes, taken: dict[int, Shape]) -> bool:
        """Looks at the first item of a frame that is not known; whether the frame says what it is.

        Args:
            taken: what the frame has said of those before it, whether that is used yet or not.
        """
        before = lesson.before
        trouble = self._trouble(before, messages, taken)
        if trouble is None or trouble.no_floor:
            return False
        if trouble.item < 0:
            return not taken and self._contradicted(before, messages)
        evidence = self._evidence.get(trouble.item)
        if evidence is not None and evidence.dropped:
            return False
        self.counts["frames"] += 1
        left = self._left(trouble.item, before, messages, taken)
        if left is None:
            return False
        if evidence is None:
            evidence = self._evidence[trouble.item] = Evidence(frozenset(range(len(self.shapes))))
        if not evidence.shapes & left:
            self._drop(trouble.item)
            return False
        seen = hashlib.blake2b(messages, digest_size=6).hexdigest()
        if not evidence.shapes <= left:
            evidence.shapes &= left
            self.changes += 1
        if len(evidence.shapes) > 1:
            return False
        if seen not in evidence.seen:
            evidence.seen.add(seen)
            self.changes += 1
        if self._is_known(evidence):
            self.counts["learnt"] += 1
            self._use(trouble.item)
        (only,) = evidence.shapes
        taken[trouble.item] = self.shapes[only]
        return True

    def _contradicted(self, before: WireState, messages: bytes) -> bool:
        """A frame that can't be read with what is known of items, and can with something else."""
        known, self._trial = self._trial, WireState(ItemTable({}, ()))
        try:
            trouble = self._trouble(before, messages, {})
            if trouble is None or trouble.item < 0:
                return False
            evidence = self._evidence.get(trouble.item)
            left = self._left(trouble.item, before, messages, {}) if evidence is not None else None
        finally:
            self._trial = known
        if evidence is None or left is None or evidence.dropped or evidence.shapes & left:
            return False
        self._drop(trouble.item)
        return True

    def _drop(self, item: int) -> None:
        evidence = self._evidence[item]
        evidence.dropped, evidence.shapes, evidence.seen = True, frozenset(), set()
        self.counts["dropped"] += 1
        self.changes += 1
        self._use(item)

    # -- readings

    def _trouble(self, before: WireState, messages: bytes, taken: Mapping[int, Shape]) -> Trouble | None:
        """What keeps a frame from being read to its end with these shapes."""
        table = self._trial.items.table
        assert table is not None
        self._trial.set_to(before)
        kept = {item: table[item] for item in taken}
        for item, shape in taken.items():
            table[item] = shape.flags
        try:
            return self.protocol.trouble("server", messages, self._trial)
        finally:
            for item, value in kept.items():
                table[item] = value

    def _left(self, item: int, before: WireState, messages: bytes, taken: dict[int, Shape]) -> frozenset[int] | None:
        """Shapes of an item that a frame doesn't refute; None when the frame says nothing."""
        left, whole = set(), False
        for number, shape in enumerate(self.shapes):
            self._tries = 0
            wanted = {**taken, item: shape}
            # A reading that was found for an item before this one is one for this one, too.
            came = self._whole.items() >= wanted.items() or self._read(before, messages, wanted)
            whole = whole or came is True
            if came is not False:
                left.add(number)
        return frozenset(left) if whole else None

    def _read(self, before: WireState, messages: bytes, taken: dict[int, Shape], depth: int = 0) -> bool | None:
        """Whether a frame can be read to its end with these shapes: None when that took too long to find out."""
        if self._tries >= (MOST_TRIES if self._plausible.marked else MOST_WITHOUT_MARKS):
            return None
        self._tries += 1
        self.counts["tries"] += 1
        trouble = self._trouble(before, messages, taken)
        if trouble is None:
            self._whole = taken
            return True
        if trouble.no_floor:
            return None
        if trouble.item < 0 or not self._plausible.item(trouble.item, messages, trouble.at):
            return False
        if depth >= DEEPEST:
            return None
        evidence = self._evidence.get(trouble.item)
        worth = sorted(evidence.shapes) if evidence is not None and evidence.shapes else range(len(self.shapes))
        open_ = False
        for number in worth:
            shape = self.shapes[number]
            came = self._read(before, messages, {**taken, trouble.item: shape}, depth + 1)
            if came:
                return True
            open_ = open_ or came is None
        return None if open_ else False
