"""Mailboxes: whom letters and parcels go to, in the game or not, and what stays where it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tibicen.realms.canary.server import Dialect
from tibicen.testing.server_kit import ServerKit

GRASS, MAILBOX = 4526, 2593
# Letter, parcel and label; a stamped one has the next number.
_IDS: dict[Dialect, tuple[int, int, int]] = {"canary": (3505, 3503, 3507), "tfs": (2597, 2595, 2599)}
_INBOX: dict[Dialect, int] = {"canary": 12902, "tfs": 14404}


class Post:
    """A field with a mailbox, and Ann beside it."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.letter, self.parcel, self.label = _IDS[dialect]
        paper = {"writeable": True, "maxTextLen": 200}
        parcel: dict[str, Any] = {"name": "parcel", "kind": "container", "containerSize": 10}
        items = {
            MAILBOX: {"name": "mailbox", "type": "mailbox", "movable": False},
            self.letter: {"name": "letter", **paper},
            self.letter + 1: {"name": "stamped letter", **paper},
            self.parcel: parcel,
            self.parcel + 1: {**parcel, "name": "stamped parcel"},
            self.label: {"name": "label", **paper},
        }
        self.kit = ServerKit(dialect=dialect, items=items)
        self.kit.world("ggg\nggg\nggg", {"g": GRASS}, (999, 999, 7))
        self.kit.run(f"Game.createItem({MAILBOX}, 1, Position(1000, 999, 7))")
        self.come("Ann")

    def come(self, name: str) -> None:
        self.kit.control("login", {"name": name, "posx": 1000, "posy": 1000, "posz": 7})

    def go(self, name: str) -> None:
        assert self.kit.control("logout", name, True)

    def post(self, text: str) -> list[int]:
        """Moves a letter into the mailbox; what then lies there."""
        return self.drop(f"Game.createItem({self.letter}, 1)", f"item:setAttribute(ITEM_ATTRIBUTE_TEXT, {text!r})")

    def drop(self, made: str, then: str = "") -> list[int]:
        ids = self.kit.run(f"""
            local item = {made}
            local bag = Player("Ann"):getInbox()
            {then}
            local place = Position(1000, 1000, 7)
            Tile(place):addItemEx(item)
            item:moveTo(Position(1000, 999, 7))
            local ids = {{}}
            for _, it in ipairs(Tile(Position(1000, 999, 7)):getItems()) do
                ids[#ids + 1] = it:getId()
            end
            return ids
        """)
        return [each for each in ids if each != MAILBOX]

    def inbox(self, name: str) -> list[list[Any]]:
        """Numbers and texts of what is in somebody's inbox, the newest first."""
        found = self.kit.run(f"""
            local list = {{}}
            for _, it in ipairs(Player("{name}"):getInbox():getItems()) do
                list[#list + 1] = {{ it:getId(), it:getAttribute(ITEM_ATTRIBUTE_TEXT) }}
            end
            return list
        """)
        return [list(each) for each in found]


@pytest.fixture(params=["canary", "tfs"])
def post(request: pytest.FixtureRequest) -> Iterator[Post]:
    made = Post(request.param)
    with made.kit:
        yield made


def test_a_letter_reaches_who_is_there(post: Post) -> None:
    assert post.post("  ann \nhello") == []
    assert post.inbox("Ann") == [[post.letter + 1, "  ann \nhello"]]


def test_a_letter_waits_for_who_is_away(post: Post) -> None:
    post.come("Bob")
    post.go("Bob")
    assert post.post("Bob\nhello") == []
    assert post.post("BOB\nagain") == []
    post.come("Bob")
    assert post.inbox("Bob") == [[post.letter + 1, "BOB\nagain"], [post.letter + 1, "Bob\nhello"]]


def test_what_says_no_name_that_somebody_has_stays(post: Post) -> None:
    for text in ("", "\nAnn", "Nobody Here"):
        assert post.post(text)[0] == post.letter
    assert post.inbox("Ann") == []


def test_a_parcel_goes_by_its_first_label_that_is_written_on(post: Post) -> None:
    label = f"item:addItem({post.label}, 1)"
    written = f'{label}:setAttribute(ITEM_ATTRIBUTE_TEXT, "Ann")'
    # What is put into a container comes before what is in there.
    assert post.drop(f"Game.createItem({post.parcel}, 1)", f"{written}\n{label}") == []
    assert post.inbox("Ann")[0][0] == post.parcel + 1
    assert post.kit.run('return Player("Ann"):getInbox():getItem(0):getSize()') == 2
    assert post.drop(f"Game.createItem({post.parcel}, 1)", label)[0] == post.parcel


def test_in_canary_what_has_an_owner_stays() -> None:
    post = Post("canary")
    with post.kit:
        text = 'item:setAttribute(ITEM_ATTRIBUTE_TEXT, "Ann")'
        left = post.drop(f"Game.createItem({post.letter}, 1)", f'{text} item:setOwner(Player("Ann"))')
        assert left == [post.letter]
