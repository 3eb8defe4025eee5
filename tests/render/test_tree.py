"""Plain data becomes a tree of widgets, or is refused with a reason."""

from __future__ import annotations

from typing import Any

import pytest
from tests.render.screens import filled, screen_of

from tibicen.render.assets import Assets
from tibicen.render.drawing import draw
from tibicen.render.geometry import Rect
from tibicen.render.page import write_page
from tibicen.render.tree import DEEPEST, TreeError, read_screen

ROOT = {"class_name": "UIWidget", "rect": [0, 0, 10, 10]}


def test_children_are_in_their_parents_in_order() -> None:
    screen = screen_of(
        filled((1, 2, 3), [0, 0, 9, 9], id="a"),
        filled((1, 2, 3), [0, 0, 9, 9], parent=2, id="aa"),
        filled((1, 2, 3), [0, 0, 9, 9], id="b"),
    )
    assert [widget.id for widget in screen.root.walk()] == ["root", "a", "aa", "b"]
    assert [widget.id for widget in screen.root.children] == ["a", "b"]
    assert screen.root.children[0].rect == Rect(0, 0, 9, 9)


def test_names_that_are_no_utf8_are_read_as_latin() -> None:
    screen = read_screen({"width": 1, "height": 1, "widgets": [{**ROOT, "id": b"a\xf1o"}]})
    assert screen.root.id == "a\xf1o"


def test_depth_has_an_end() -> None:
    def nested(depth: int) -> Any:
        return {"width": 1, "height": 1, "widgets": [{**ROOT, "parent": index} for index in range(depth)]}

    drawn = draw(read_screen(nested(DEEPEST)), Assets(lambda _: None))
    assert len(list(drawn.walk())) == DEEPEST
    assert write_page(drawn, (1, 1)).count("<div") == DEEPEST
    with pytest.raises(TreeError, match="is in more than 300 others"):
        read_screen(nested(DEEPEST + 1))


@pytest.mark.parametrize(
    ("plain", "reason"),
    [
        ([], "Expected `object`"),
        ({"width": 1, "height": 1, "widgets": []}, "no root"),
        ({"width": 1, "height": 1, "widgets": [ROOT, ROOT]}, "widget 2 has 0 for its parent"),
        ({"width": 1, "height": 1, "widgets": [ROOT, {**ROOT, "parent": 2}]}, "widget 2 has 2 for its parent"),
        ({"width": 1, "height": 1, "widgets": [{**ROOT, "rect": [1, 2, 3]}]}, "rect"),
    ],
)
def test_what_is_no_tree_is_refused(plain: Any, reason: str) -> None:
    with pytest.raises(TreeError, match=reason):
        read_screen(plain)
