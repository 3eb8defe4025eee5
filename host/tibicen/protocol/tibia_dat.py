"""`Tibia.dat`: what clients from 8.60 to 10.98 know of things; only what decides how an item is written is kept.

The file does not say which version it is of, and five layouts differ in ways that no length tells. So each is tried:
the one that ends with the file's last byte, and knows every attribute on the way, is the right one. Facts: edubart's
thingtype.cpp, thingtypemanager.cpp and animator.cpp.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import unpack_from
from typing import Any, NamedTuple

from tibicen.errors import WireError

FIRST_ITEM = 100

_END = 255
_CONTAINER, _STACKABLE, _FLUID, _SPLASH, _MARKET = 4, 5, 10, 11, 33
_LAST = 37
_KEPT = {_CONTAINER: "container", _STACKABLE: "stackable", _FLUID: "fluid", _SPLASH: "splash"}

# Bytes behind an attribute: ground speed, length of a text (twice), light, displacement, height, colour on the map,
# what the lens helps with, where it is worn, and how it is used.
_BYTES = {0: 2, 8: 2, 9: 2, 21: 4, 24: 4, 25: 2, 28: 2, 29: 2, 32: 2, 34: 2}


class _Layout(NamedTuple):
    """What differs between versions.

    Attributes:
        still: attribute 16 is "no animation when moved", and those behind it are one further (10.00).
        sprite: bytes of a sprite's number (4 from 9.60 on).
        timed: animations say how long each phase takes (10.50).
        groups: outfits have groups of frames (10.57).
    """

    still: bool
    sprite: int
    timed: bool
    groups: bool


LAYOUTS = (
    _Layout(False, 2, False, False),
    _Layout(False, 4, False, False),
    _Layout(True, 4, False, False),
    _Layout(True, 4, True, False),
    _Layout(True, 4, True, True),
)


class TibiaDat:
    """The items of a file.

    Raises:
        WireError: it is none, or of a version before 8.60.
    """

    def __init__(self, data: bytes) -> None:
        if len(data) < 12:
            raise WireError(f"{len(data)} bytes are no Tibia.dat")
        for layout in LAYOUTS:
            reading = _Reading(data, layout)
            try:
                self._items = reading.all()
            except (IndexError, WireError):
                continue
            return
        raise WireError("none of the layouts of Tibia.dat from 8.60 to 10.98 fits; is the file whole?")

    def things(self) -> Iterator[dict[str, Any]]:
        """Of each item `client_id` and those of stackable, fluid, splash, container and animation that hold."""
        yield from self._items


class _Reading:
    def __init__(self, data: bytes, layout: _Layout) -> None:
        self._data = data
        self._layout = layout
        self._at = 12

    def all(self) -> list[dict[str, Any]]:
        """Raises IndexError or WireError when the file has another layout."""
        items, outfits, effects, missiles = unpack_from("<4H", self._data, 4)
        found = [{"client_id": number, **self._thing(False)} for number in range(FIRST_ITEM, items + 1)]
        for _ in range(outfits):
            self._thing(self._layout.groups)
        for _ in range(effects + missiles):
            self._thing(False)
        if self._at != len(self._data):
            raise WireError(f"{len(self._data) - self._at} bytes are left over")
        return found

    def _thing(self, grouped: bool) -> dict[str, Any]:
        found: dict[str, Any] = {}
        data, still = self._data, self._layout.still
        while (attribute := data[self._at]) != _END:
            self._at += 1
            if still and attribute >= 16:
                if attribute == 16:
                    continue
                attribute -= 1
            if attribute > _LAST:
                raise WireError(f"attribute {attribute} is not known")
            if attribute == _MARKET:
                self._at += 6
                self._at += 2 + (data[self._at] | data[self._at + 1] << 8) + 4
            else:
                self._at += _BYTES.get(attribute, 0)
            if attribute in _KEPT:
                found[_KEPT[attribute]] = True
        self._at += 1
        groups = self._byte() if grouped else 1
        phases = 0
        for _ in range(groups):
            self._at += grouped
            phases += self._group()
        if phases > 1:
            found["animation"] = True
        return found

    def _group(self) -> int:
        """A group's frames; how many phases they have."""
        width, height = self._byte(), self._byte()
        if width > 1 or height > 1:
            self._at += 1
        sprites = width * height
        for _ in range(4):
            sprites *= self._byte()
        phases = self._byte()
        if phases > 1 and self._layout.timed:
            self._at += 6 + 8 * phases
        self._at += sprites * phases * self._layout.sprite
        if self._at > len(self._data):
            raise IndexError
        return phases

    def _byte(self) -> int:
        value = self._data[self._at]
        self._at += 1
        return value
