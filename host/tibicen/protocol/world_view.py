"""One session's world as its client sees it, from the server's messages; and what happens in it, as events.

The view holds what was seen, no more: a creature out of view is forgotten but for its name, and a view that began in
the middle of a session knows nothing of the map until the server sends a whole one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tibicen.native.message import Position
from tibicen.protocol.map_view import DIRECTIONS, TURNED, MapView, Placed
from tibicen.protocol.versions import UNPARSED

Event = tuple[str, dict[str, Any]]
"""The hook's name, and what its record has besides source and session."""

KNOWN = 1300
"""Creatures whose names a client remembers: the most that a server counts on."""

MOST_CREATURES = 10_000
"""In view; a server that shows more has them not kept."""

REMEMBERED_LINES = 50

MOST_ITEMS = 255
"""On a page of a container."""

BY_CREATURE = 0xFFFF

_CREATURES = frozenset(
    (
        "login",
        "login_success",
        "full_map",
        *DIRECTIONS,
        "floor_up",
        "floor_down",
        "update_tile",
        "add_thing",
        "change_thing",
        "remove_thing",
        "move_creature",
        "creature_health",
    )
)
_CONTAINERS = frozenset(("open_container", "close_container", "container_add", "container_update", "container_remove"))
_TRADE = frozenset(("own_trade", "counter_trade", "close_trade"))

NEEDS = {
    **dict.fromkeys(
        ("world.entered", "world.appeared", "world.moved", "world.vanished", "combat.health"),
        _CREATURES,
    ),
    "world.said": frozenset(("talk",)),
    "world.told": frozenset(("text_message",)),
    **dict.fromkeys(
        ("world.container_opened", "world.container_changed", "world.container_closed"),
        _CONTAINERS,
    ),
    "combat.stats": frozenset(("stats",)),
    **dict.fromkeys(("trade.offered", "trade.closed"), _TRADE),
}
"""The messages that each event is found out by."""

STATELESS = frozenset(("talk", "text_message"))
"""Messages of which nothing that came before has to be known."""

EVERYTHING = frozenset(("inventory_set", "inventory_clear")).union(*NEEDS.values())
"""All messages that a view takes."""

STATS = ("health", "max_health", "mana", "max_mana", "level", "experience")

Fields = dict[str, Any]


class WorldView:
    """What a client knows.

    Attributes:
        player: creature (its id; 0 until the server said it), and those of STATS that the server said.
        map: tiles in view.
        creatures: by id, those in view: name, health (percent), position.
        containers: by number: name, item, items.
        inventory: items by slot.
        chat: the last lines heard, oldest first.
        trade: by "own" and "other": name and items; empty while there is none.
        unread: frames that could not be read to the end: what they had behind is missing here.
    """

    def __init__(self) -> None:
        self.player: Fields = {"creature": 0}
        self.map = MapView()
        self.creatures: dict[int, Fields] = {}
        self.containers: dict[int, Fields] = {}
        self.inventory: dict[int, Fields] = {}
        self.chat: deque[Fields] = deque(maxlen=REMEMBERED_LINES)
        self.trade: dict[str, Fields] = {}
        self.unread = 0
        self._names: dict[int, str] = {}
        self._entered = False

    def take(self, messages: Iterable[Any], width: int, height: int) -> Iterator[Event]:
        """What a frame of the server's changes; width and height are the view's, in tiles."""
        for message in messages:
            if message.name == UNPARSED:
                self.unread += 1
            elif message.fields is None:
                continue
            elif message.name in DIRECTIONS:
                yield from self._changed(self.map.row(message.name, message.fields["tiles"], width, height))
            elif message.name == "full_map":
                yield from self._full_map(message.fields, width, height)
            elif message.name in ("floor_up", "floor_down"):
                down = message.name == "floor_down"
                yield from self._changed(self.map.floor(down, message.fields["tiles"], width, height))
            else:
                take = _TAKES.get(message.name)
                if take is not None:
                    yield from take(self, message.fields)

    def knows(self, names: Iterable[tuple[int, str]]) -> None:
        """Creatures that the client has met already, by id: they may come into view again without their names."""
        self._names.update(names)

    def summary(self) -> Fields:
        """All but the map, as plain data."""
        return {
            "player": {**self.player, "position": _plain(self._own_position)},
            "center": _plain(self.map.center),
            "creatures": [_shown(number, known) for number, known in self.creatures.items()],
            "containers": {str(number): known for number, known in self.containers.items()},
            "inventory": {str(slot): item for slot, item in self.inventory.items()},
            "chat": list(self.chat),
            "trade": dict(self.trade),
            "tiles": len(self.map.tiles),
            "unread": self.unread,
        }

    def tile(self, x: int, y: int, z: int) -> Fields | None:
        """What is on a tile, from the bottom up; None when it is empty or out of view."""
        tile = self.map.tiles.get((x, y, z))
        return None if tile is None else {"things": tile.things, "exact": tile.exact}

    @property
    def _own_position(self) -> Position | None:
        own = self.creatures.get(self.player["creature"])
        return self.map.center if own is None else own["position"]

    # -- creatures and the map ----------------------------------------------------------------------------

    def _login(self, fields: Fields) -> Iterator[Event]:
        self.player["creature"] = fields["player"]
        yield from ()

    def _full_map(self, fields: Fields, width: int, height: int) -> Iterator[Event]:
        before = dict(self.creatures)
        self.creatures.clear()
        found = list(self.map.full(fields["position"], fields["tiles"], width, height))
        here = {each.creature for each in found}
        for number, known in before.items():
            if number not in here:
                yield "world.vanished", _shown(number, known)
            else:
                self.creatures[number] = known
        if not self._entered:
            self._entered = True
            yield "world.entered", {"creature": self.player["creature"], "position": _plain(fields["position"])}
        yield from self._placed(found)

    def _changed(self, change: tuple[list[int], list[Placed]]) -> Iterator[Event]:
        gone, placed = change
        back = {each.creature for each in placed}
        for number in gone:
            if number not in back:
                yield from self._gone(number)
        yield from self._placed(placed)

    def _placed(self, placed: Iterable[Placed]) -> Iterator[Event]:
        for creature, position, said in placed:
            if said.get("name") is not None:
                self._names[creature] = said["name"]
                self._names.pop(said["forget"], None)
                while len(self._names) > KNOWN:
                    del self._names[next(iter(self._names))]
            before = self.creatures.get(creature)
            if before is None and len(self.creatures) >= MOST_CREATURES:
                continue
            known = {"name": self._names.get(creature, ""), "health": said["health"], "position": position}
            self.creatures[creature] = known
            if before is None:
                yield "world.appeared", _shown(creature, known)
            else:
                yield from self._moved(creature, known, before["position"], position)
                yield from self._hurt(creature, known, before["health"])

    def _moved(self, creature: int, known: Fields, before: Position, position: Position) -> Iterator[Event]:
        if before != position:
            yield "world.moved", {**_shown(creature, known), "from": _plain(before)}

    def _hurt(self, creature: int, known: Fields, before: int) -> Iterator[Event]:
        if known["health"] != before:
            yield "combat.health", {**_shown(creature, known), "before": before}

    def _gone(self, creature: int) -> Iterator[Event]:
        known = self.creatures.pop(creature, None)
        if known is not None:
            yield "world.vanished", _shown(creature, known)

    def _tile(self, fields: Fields) -> Iterator[Event]:
        yield from self._changed(self.map.one(fields["position"], fields["tiles"]))

    def _add_thing(self, fields: Fields) -> Iterator[Event]:
        position, thing = fields["position"], fields["thing"]
        if thing["id"] != TURNED and "creature" in thing:
            known = self.creatures.get(thing["creature"])
            if known is not None:
                self.map.take(known["position"], thing["creature"])
            self.map.add(position, fields["stack"], thing)
            yield from self._placed([Placed(thing["creature"], position, thing)])
        else:
            self.map.add(position, fields["stack"], thing)

    def _change_thing(self, fields: Fields) -> Iterator[Event]:
        place, thing = fields["place"], fields["thing"]
        if thing["id"] == TURNED:
            if place["x"] != BY_CREATURE:
                self.map.settle(_at(place), place["stack"], thing["creature"])
            return
        position: tuple[int, int, int] | None
        if place["x"] == BY_CREATURE:
            position = self.creatures.get(place["creature"], {}).get("position")
        else:
            position = _at(place)
            gone = self.map.change(position, place["stack"], thing)
            if gone and gone != thing.get("creature"):
                yield from self._gone(gone)
        if "creature" in thing and position is not None:
            yield from self._placed([Placed(thing["creature"], Position(*position), thing)])

    def _remove_thing(self, fields: Fields) -> Iterator[Event]:
        place = fields["place"]
        if place["x"] == BY_CREATURE:
            creature = place["creature"]
            known = self.creatures.get(creature)
            if known is not None:
                self.map.take(known["position"], creature)
        else:
            creature = self.map.remove(_at(place), place["stack"])
        yield from self._gone(creature)

    def _move_creature(self, fields: Fields) -> Iterator[Event]:
        place, to = fields["from"], fields["to"]
        creature = place["creature"] if place["x"] == BY_CREATURE else self.map.creature_at(_at(place), place["stack"])
        known = self.creatures.get(creature)
        if known is None:
            return
        before = known["position"]
        self.map.take(before, creature)
        self.map.put(to, creature)
        known["position"] = to
        yield from self._moved(creature, known, before, to)

    def _health(self, fields: Fields) -> Iterator[Event]:
        known = self.creatures.get(fields["creature"])
        if known is not None:
            before, known["health"] = known["health"], fields["percent"]
            yield from self._hurt(fields["creature"], known, before)

    def _stats(self, fields: Fields) -> Iterator[Event]:
        now = {name: fields[name] for name in STATS if name in fields}
        before = {name: self.player[name] for name in now if self.player.get(name, now[name]) != now[name]}
        news = before or any(name not in self.player for name in now)
        self.player.update(now)
        if news:
            yield "combat.stats", {**now, "before": before}

    # -- what is heard, held and traded -------------------------------------------------------------------

    def _talk(self, fields: Fields) -> Iterator[Event]:
        line: Fields = {name: fields[name] for name in ("name", "level", "type", "text", "channel") if name in fields}
        if "position" in fields:
            line["position"] = _plain(fields["position"])
        self.chat.append(line)
        yield "world.said", dict(line)

    def _text(self, fields: Fields) -> Iterator[Event]:
        yield "world.told", {"type": fields["type"], "text": fields.get("text", "")}

    def _open_container(self, fields: Fields) -> Iterator[Event]:
        known = {"name": fields["name"], "item": fields["item"], "items": list(fields["items"])}
        self.containers[fields["container"]] = known
        yield "world.container_opened", {"container": fields["container"], **known}

    def _close_container(self, fields: Fields) -> Iterator[Event]:
        if self.containers.pop(fields["container"], None) is not None:
            yield "world.container_closed", {"container": fields["container"]}

    def _in_container(self, fields: Fields, change: Callable[[list[Any]], object]) -> Iterator[Event]:
        known = self.containers.get(fields["container"])
        if known is not None:
            change(known["items"])
            del known["items"][MOST_ITEMS:]
            yield "world.container_changed", {"container": fields["container"], "items": list(known["items"])}

    def _container_add(self, fields: Fields) -> Iterator[Event]:
        # Before 9.84 no place is said: it is the first.
        yield from self._in_container(fields, lambda items: items.insert(fields.get("slot", 0), fields["item"]))

    def _container_update(self, fields: Fields) -> Iterator[Event]:
        slot = fields["slot"]
        yield from self._in_container(fields, lambda items: items.__setitem__(slice(slot, slot + 1), [fields["item"]]))

    def _container_remove(self, fields: Fields) -> Iterator[Event]:
        def change(items: list[Any]) -> None:
            del items[fields["slot"] : fields["slot"] + 1]
            # What moves up onto the page from the next one.
            if fields.get("last", {}).get("id"):
                items.append(fields["last"])

        yield from self._in_container(fields, change)

    def _inventory_set(self, fields: Fields) -> Iterator[Event]:
        self.inventory[fields["slot"]] = fields["item"]
        yield from ()

    def _inventory_clear(self, fields: Fields) -> Iterator[Event]:
        self.inventory.pop(fields["slot"], None)
        yield from ()

    def _own_trade(self, fields: Fields) -> Iterator[Event]:
        yield from self._offered("own", fields)

    def _counter_trade(self, fields: Fields) -> Iterator[Event]:
        yield from self._offered("other", fields)

    def _offered(self, side: str, fields: Fields) -> Iterator[Event]:
        self.trade[side] = {"name": fields["name"], "items": fields["items"]}
        yield "trade.offered", {"own": side == "own", **self.trade[side]}

    def _close_trade(self, fields: Fields) -> Iterator[Event]:
        if self.trade:
            self.trade.clear()
            yield "trade.closed", {}


_TAKES: dict[str, Callable[[WorldView, Fields], Iterator[Event]]] = {
    "login": WorldView._login,
    "login_success": WorldView._login,
    "update_tile": WorldView._tile,
    "add_thing": WorldView._add_thing,
    "change_thing": WorldView._change_thing,
    "remove_thing": WorldView._remove_thing,
    "move_creature": WorldView._move_creature,
    "creature_health": WorldView._health,
    "stats": WorldView._stats,
    "talk": WorldView._talk,
    "text_message": WorldView._text,
    "open_container": WorldView._open_container,
    "close_container": WorldView._close_container,
    "container_add": WorldView._container_add,
    "container_update": WorldView._container_update,
    "container_remove": WorldView._container_remove,
    "inventory_set": WorldView._inventory_set,
    "inventory_clear": WorldView._inventory_clear,
    "own_trade": WorldView._own_trade,
    "counter_trade": WorldView._counter_trade,
    "close_trade": WorldView._close_trade,
}


def _at(place: Fields) -> tuple[int, int, int]:
    return place["x"], place["y"], place["z"]


def _shown(creature: int, known: Fields) -> Fields:
    return {
        "creature": creature,
        "name": known["name"],
        "health": known["health"],
        "position": _plain(known["position"]),
    }


def _plain(position: Position | None) -> Fields | None:
    return None if position is None else {"x": position.x, "y": position.y, "z": position.z}
