"""Browse field: what lies on a field as a window, page by page."""

from __future__ import annotations

from typing import Any

from tests.realms.canary.wire.clients import fields_of, names_of
from tests.realms.canary.wire.conftest import Pair
from tests.realms.canary.wire.stacks import on_stack
from tests.realms.canary.wire.test_things import ids, inside
from tests.realms.canary.wire.worlds import BAG, COIN, STONE, SWORD, TORCH

X, Y, Z = 108, 106, 7
PLACE = (X, Y, Z)
WINDOW = 15 - (X % 3 * 3 + Y % 3)
ITEM_BAG = {True: 1987, False: 2853}


def lay(pair: Pair, *things: str, at: tuple[int, int, int] = PLACE) -> None:
    """Puts things on an empty field, the first at the bottom, and Ann next to it."""
    x, y, z = at
    made = " ".join(f"Game.createItem({each}, Position({x}, {y}, {z}))" for each in things)
    pair.game.lua(f"""
        for _, item in ipairs(Tile(Position({x}, {y}, {z})):getItems() or {{}}) do
            item:remove()
        end
        {made}
        Player("{pair.ann.name}"):teleportTo(Position({X + 1}, {Y}, {Z}))
    """)
    pair.ann.take()


@on_stack
def test_the_window_of_a_field(pair: Pair) -> None:
    ann = pair.ann
    lay(pair, f"{COIN}, 7", f"{SWORD}, 1", f"{STONE}, 1", f"{TORCH}, 1")
    opened = fields_of(ann.do("browse_field", position=PLACE), "open_container")
    assert (
        opened["container"] == WINDOW
        and opened["name"] == "Browse Field"
        and opened["item"]["id"] == ITEM_BAG[pair.tfs]
    )
    assert (opened["capacity"], opened["parent"], opened["unlocked"], opened["pages"]) == (30, 0, 0, 1)
    # What can't be moved is not shown; what lies on top comes last.
    assert ids(ann, WINDOW) == [(COIN, 7), (SWORD, 1), (TORCH, 1)]
    # Nothing can be put into it; what is taken out leaves the field.
    told = ann.do("move", position=inside(WINDOW, 0), id=COIN, stack=0, to=inside(WINDOW, 1), count=7)
    assert "text_message" in names_of(told) and "container_remove" not in names_of(told)
    pair.game.pass_time(1500)
    ann.do("move", position=inside(WINDOW, 1), id=SWORD, stack=1, to=(X + 1, Y, Z), count=1)
    assert ids(ann, WINDOW) == [(COIN, 7), (TORCH, 1)]
    assert pair.game.lua(f"return Tile(Position({X + 1}, {Y}, {Z})):getTopDownItem():getId()") == SWORD
    # What others do there is seen, and an item that has gone is not reached by its old place.
    lay(pair, f"{COIN}, 3")
    pair.game.pass_time(1000)
    assert ids(ann, WINDOW) == [(COIN, 3)]
    assert "close_container" in names_of(ann.do("browse_field", position=PLACE))


@on_stack
def test_up_from_a_container_on_the_floor(pair: Pair) -> None:
    ann = pair.ann
    lay(pair, f"{COIN}, 2", f"{BAG}, 1")
    opened = fields_of(ann.do("use", position=PLACE, id=BAG, stack=1, container=3), "open_container")
    assert opened["parent"] == 1
    above = fields_of(ann.do("up_container", container=opened["container"]), "open_container")
    assert (above["container"], above["name"], above["parent"]) == (opened["container"], "Browse Field", 0)
    assert ids(ann, opened["container"]) == [(COIN, 2), (BAG, 1)]
    ann.do("close_container", container=opened["container"])


@on_stack
def test_pages(pair: Pair) -> None:
    ann = pair.ann
    lay(pair, *(f"{SWORD if at else TORCH}, 1" for at in range(33)))
    opened = fields_of(ann.do("browse_field", position=PLACE), "open_container")
    assert (opened["size"], opened["first"], len(opened["items"])) == (33, 0, 30)
    second: dict[str, Any] = fields_of(ann.do("seek_in_container", container=WINDOW, index=30), "open_container")
    assert (second["size"], second["first"], len(second["items"])) == (33, 30, 3)
    # No page begins there.
    assert names_of(ann.do("seek_in_container", container=WINDOW, index=31)) == []
    ann.do("browse_field", position=PLACE)


@on_stack
def test_a_field_that_is_too_far_away(pair: Pair) -> None:
    game, ann = pair.game, pair.ann
    lay(pair, f"{COIN}, 2", at=(X - 3, Y, Z))
    ann.do("browse_field", position=(X - 3, Y, Z))
    game.pass_time(5000)
    window = 15 - ((X - 3) % 3 * 3 + Y % 3)
    assert ids(ann, window) == [(COIN, 2)]
    # Who goes away sees it close.
    game.lua(f'Player("{ann.name}"):teleportTo(Position({X + 3}, {Y}, {Z}))')
    game.pass_time(1000)
    assert window not in ann.view.windows
    told = ann.do("browse_field", position=(X, Y, Z - 1))
    assert fields_of(told, "text_message")["text"] == "First go upstairs."


@on_stack
def test_a_script_may_say_no(pair: Pair) -> None:
    lay(pair, f"{COIN}, 2")
    pair.game.lua("closed = true")
    told = names_of(pair.ann.do("browse_field", position=PLACE))
    pair.game.lua("closed = nil")
    assert "open_container" not in told
    assert "open_container" in names_of(pair.ann.do("browse_field", position=PLACE))
    pair.ann.do("browse_field", position=PLACE)
