"""How an item can be written on the wire, a version at a time: what there is to be learnt of one that is not known."""

from __future__ import annotations

from typing import NamedTuple

from tibicen.native.wire import IN_BODY
from tibicen.protocol.items import FLAGS
from tibicen.protocol.layout import Manifest

LOWEST_ITEM = 100
"""Client ids of items begin here; lower ones are creatures and markers on the wire."""

UNMARKED = 0xFF
"""Both servers write it behind every item's id from 10.00 on, as long as items have a mark."""

_COUNT = FLAGS["stackable"]


class Shape(NamedTuple):
    """Flags of an item; those that its body never tells apart are one shape, with wire.IN_BODY where something else
    may."""

    flags: int


def shapes_of(manifest: Manifest) -> tuple[Shape, ...]:
    """What an item of a version may be, the commonest first.

    Nothing that is stackable or a fluid has any of the other flags, and none of container, podium and what can be
    wrapped is another one of these: so it is in all data of TFS and Canary.
    """
    known = manifest.known
    if not known["appearances"]:
        phases = (_COUNT | FLAGS["animated"],) if known["animation_phase"] else ()
        return tuple(map(Shape, (0, _COUNT, *phases)))
    timed = [0, FLAGS["duration"]]
    kinds = [0, FLAGS["container"], FLAGS["podium"]]
    if known["canary"]:
        timed.append(FLAGS["duration"] | FLAGS["charges"])
        kinds.append(FLAGS["wrap_kit"])
    combined = [kind | tier | time for kind in kinds for tier in (0, FLAGS["classified"]) for time in timed]
    # A count and a tier are a byte each. Where the market tells of an item, only one of them is there.
    single = FLAGS["classified"], _COUNT | IN_BODY
    return tuple(Shape(single[1] if each == single[0] else each) for each in combined)


class Plausible:
    """What servers keep to, though the layout does not say it.

    Attributes:
        marked: a mark stands behind every id.
    """

    def __init__(self, manifest: Manifest) -> None:
        known = manifest.known
        self.marked = bool(known["thing_marks"]) and not known["appearances"]

    def item(self, item_id: int, data: bytes, at: int) -> bool:
        """Whether it can be an item; `at` is behind its id."""
        return item_id >= LOWEST_ITEM and (not self.marked or data[at : at + 1] == bytes((UNMARKED,)))
