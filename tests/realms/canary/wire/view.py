"""What a client of 10.98 knows of the world by what it was told: its map, its creatures, its windows. Stricter than a
real one: what those only write into their log is an error here."""

from __future__ import annotations

from typing import Any

from tibicen.protocol.versions import Message

WIDTH, HEIGHT = 18, 14
WEST, NORTH = 8, 6
SURFACE, DEEPEST = 7, 15
MOST_THINGS = 11
"""A client keeps eleven before it drops one."""

NEW, KNOWN, TURNED = 97, 98, 99
CLIENT_KEEPS = 1300

Place = tuple[int, int, int]
Thing = dict[str, Any]


class View:
    """The state of one client."""

    def __init__(self) -> None:
        self.own = 0
        self.at: Place = (0, 0, 0)
        self.tiles: dict[Place, list[Thing]] = {}
        self.creatures: dict[int, Thing] = {}
        self.windows: dict[int, list[Thing]] = {}
        self.sizes: dict[int, int] = {}
        self.slots: dict[int, Thing] = {}
        self.stats: dict[str, Any] = {}
        self.channels: dict[int, str] = {}

    def take(self, message: Message) -> None:
        """Does what a client does with a message."""
        handler = getattr(self, "_" + message.name, None)
        if handler is not None:
            handler(message.fields)

    def where(self, creature: int) -> Place | None:
        """Where a creature stands, as far as this client knows."""
        for place, things in self.tiles.items():
            if any(thing.get("creature") == creature for thing in things):
                return place
        return None

    # -- the map

    def _full_map(self, fields: dict[str, Any]) -> None:
        self.at = x, y, _ = fields["position"]
        self.tiles.clear()
        self._area(fields["tiles"], x - WEST, y - NORTH, WIDTH, HEIGHT)

    def _map_north(self, fields: dict[str, Any]) -> None:
        self._scroll(0, -1)
        self._area(fields["tiles"], self.at[0] - WEST, self.at[1] - NORTH, WIDTH, 1)

    def _map_south(self, fields: dict[str, Any]) -> None:
        self._scroll(0, 1)
        self._area(fields["tiles"], self.at[0] - WEST, self.at[1] + HEIGHT - 1 - NORTH, WIDTH, 1)

    def _map_west(self, fields: dict[str, Any]) -> None:
        self._scroll(-1, 0)
        self._area(fields["tiles"], self.at[0] - WEST, self.at[1] - NORTH, 1, HEIGHT)

    def _map_east(self, fields: dict[str, Any]) -> None:
        self._scroll(1, 0)
        self._area(fields["tiles"], self.at[0] + WIDTH - 1 - WEST, self.at[1] - NORTH, 1, HEIGHT)

    def _scroll(self, dx: int, dy: int) -> None:
        x, y, z = self.at
        self.at = x + dx, y + dy, z
        self.tiles = {place: things for place, things in self.tiles.items() if self.sees(place)}

    def sees(self, place: Place) -> bool:
        """Whether a place is on the map as it lies."""
        x, y, z = self.at
        if place[2] not in self._floors():
            return False
        shift = z - place[2]
        dx, dy = place[0] - x - shift, place[1] - y - shift
        return -WEST <= dx < WIDTH - WEST and -NORTH <= dy < HEIGHT - NORTH

    def _floors(self) -> range:
        z = self.at[2]
        return range(SURFACE, -1, -1) if z <= SURFACE else range(z - 2, min(z + 2, DEEPEST) + 1)

    def _area(self, tiles: list[dict[str, Any]], x: int, y: int, width: int, height: int) -> None:
        z = self.at[2]
        places = (
            (tx + z - floor, ty + z - floor, floor)
            for floor in self._floors()
            for tx in range(x, x + width)
            for ty in range(y, y + height)
        )
        for tile in tiles:
            # A tile of the stream may hold nothing, and then is one of the skipped ones.
            place = next(places)
            self._set_tile(place, tile["things"])
            for _ in range(tile["skip"]):
                self._set_tile(next(places), [])
        assert next(places, None) is None, "the map ends early"

    def _set_tile(self, place: Place, things: list[Thing]) -> None:
        self.tiles.pop(place, None)
        if things:
            self.tiles[place] = [self._thing(thing) for thing in things]

    def _thing(self, thing: Thing) -> Thing:
        """A thing as it is kept: of a creature, what was told of it so far."""
        if thing["id"] == NEW:
            if thing["forget"]:
                gone = self.creatures.pop(thing["forget"], None)
                assert gone is not None, f"creature {thing['forget']} is to be forgotten, and not known"
                assert self.where(thing["forget"]) is None, "a creature in sight is to be forgotten"
            assert thing["creature"] not in self.creatures, f"{thing['name']} is new, and known already"
            self.creatures[thing["creature"]] = thing
            assert len(self.creatures) <= CLIENT_KEEPS
        elif thing["id"] in (KNOWN, TURNED):
            known = self.creatures.get(thing["creature"])
            assert known is not None, f"creature {thing['creature']} is not known"
            known.update({key: value for key, value in thing.items() if key != "id"})
            return known
        return thing

    def _find(self, place: dict[str, Any]) -> tuple[Place, int]:
        if place["x"] == 0xFFFF:
            where = self.where(place["creature"])
            assert where is not None
            index = next(at for at, each in enumerate(self.tiles[where]) if each.get("creature") == place["creature"])
            return where, index
        where = (place["x"], place["y"], place["z"])
        assert self.sees(where), f"{where} is out of sight of {self.at}"
        assert place["stack"] < len(self.tiles.get(where, ())), f"nothing at {place}"
        return where, place["stack"]

    def _add_thing(self, fields: dict[str, Any]) -> None:
        place = fields["position"][0], fields["position"][1], fields["position"][2]
        assert self.sees(place), f"{place} is out of sight of {self.at}"
        things = self.tiles.setdefault(place, [])
        thing = self._thing(fields["thing"])
        if "creature" in thing:
            there = self.where(thing["creature"])
            assert there is None, f"{thing['name']} appears at {place} and stands at {there}"
        assert fields["stack"] <= len(things), f"{fields} behind {len(things)} things"
        things.insert(fields["stack"], thing)
        assert len(things) <= MOST_THINGS, f"{len(things)} things at {place}"

    def _change_thing(self, fields: dict[str, Any]) -> None:
        place, at = self._find(fields["place"])
        old = self.tiles[place][at]
        thing = self._thing(fields["thing"])
        assert ("creature" in old) == ("creature" in thing), f"{old} becomes {thing}"
        self.tiles[place][at] = thing

    def _remove_thing(self, fields: dict[str, Any]) -> None:
        place, at = self._find(fields["place"])
        del self.tiles[place][at]
        if not self.tiles[place]:
            del self.tiles[place]

    def _move_creature(self, fields: dict[str, Any]) -> None:
        place, at = self._find(fields["from"])
        creature = self.tiles[place].pop(at)
        assert "creature" in creature, f"{creature} walks"
        to = fields["to"][0], fields["to"][1], fields["to"][2]
        # A step turns the creature; along a diagonal to the east or west.
        dx, dy = to[0] - place[0], to[1] - place[1]
        assert to[2] == place[2] and max(abs(dx), abs(dy)) == 1, f"{creature['name']} walks from {place} to {to}"
        creature["direction"] = (1 if dx > 0 else 3) if dx else (2 if dy > 0 else 0)
        things = self.tiles.setdefault(to, [])
        # Behind the creatures that are there, before what is laid down.
        behind = [at for at, thing in enumerate(things) if "creature" in thing]
        things.insert(behind[-1] + 1 if behind else self._before_laid_down(things), creature)
        assert len(things) <= MOST_THINGS
        if creature["creature"] != self.own:
            assert self.sees(to), f"{creature['name']} walks out of sight to {to}"
        if not self.tiles[place]:
            del self.tiles[place]

    @staticmethod
    def _before_laid_down(things: list[Thing]) -> int:
        """Behind the ground: these tests have nothing that lies on top of it and below creatures."""
        return min(1, len(things))

    # -- creatures

    def _creature(self, fields: dict[str, Any], **changes: Any) -> None:
        known = self.creatures.get(fields["creature"])
        assert known is not None, f"creature {fields['creature']} is not known"
        known.update(changes)

    def _creature_health(self, fields: dict[str, Any]) -> None:
        self._creature(fields, health=fields["percent"])

    def _creature_light(self, fields: dict[str, Any]) -> None:
        self._creature(fields, light=fields["level"], light_color=fields["color"])

    def _creature_outfit(self, fields: dict[str, Any]) -> None:
        self._creature(fields, outfit=fields["outfit"])

    def _creature_speed(self, fields: dict[str, Any]) -> None:
        self._creature(fields, speed=fields["speed"])

    def _creature_skull(self, fields: dict[str, Any]) -> None:
        self._creature(fields, skull=fields["skull"])

    def _creature_shield(self, fields: dict[str, Any]) -> None:
        self._creature(fields, shield=fields["shield"])

    # -- what is carried and open

    def _stats(self, fields: dict[str, Any]) -> None:
        self.stats = fields

    def _inventory_set(self, fields: dict[str, Any]) -> None:
        self.slots[fields["slot"]] = fields["item"]

    def _inventory_clear(self, fields: dict[str, Any]) -> None:
        self.slots.pop(fields["slot"], None)

    def _open_container(self, fields: dict[str, Any]) -> None:
        self.windows[fields["container"]] = list(fields["items"])
        self.sizes[fields["container"]] = fields["size"]

    def _close_container(self, fields: dict[str, Any]) -> None:
        del self.windows[fields["container"]]

    def _container_add(self, fields: dict[str, Any]) -> None:
        self.windows[fields["container"]].insert(fields["slot"], fields["item"])
        self.sizes[fields["container"]] += 1

    def _container_update(self, fields: dict[str, Any]) -> None:
        self.windows[fields["container"]][fields["slot"]] = fields["item"]

    def _container_remove(self, fields: dict[str, Any]) -> None:
        del self.windows[fields["container"]][fields["slot"]]
        self.sizes[fields["container"]] -= 1
        if fields["last"]["id"]:
            self.windows[fields["container"]].append(fields["last"])

    # -- chat

    def _open_channel(self, fields: dict[str, Any]) -> None:
        self.channels[fields["channel"]] = fields["name"]

    def _open_own_channel(self, fields: dict[str, Any]) -> None:
        self.channels[fields["channel"]] = fields["name"]
