"""The page: whole in itself, with the widgets' boxes in each other, and nothing that could do harm."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from tests.render.screens import GREEN, RED, SIZE, drawn_of, filled, picture, screen_of

from tibicen.render.page import described, write_page

FILES = {"/x.png": picture(["rg", "bw"])}


class Boxes(HTMLParser):
    """Titles of the boxes with how deep each is, and the parts of each."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.titles: list[tuple[int, str]] = []
        self.parts: list[dict[str, str]] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = {name: value or "" for name, value in attrs}
        if tag == "div":
            self.depth += 1
            self.titles.append((self.depth, found["title"]))
        elif tag == "i":
            self.parts.append(found)

    def handle_endtag(self, tag: str) -> None:
        if tag == "div":
            self.depth -= 1


def read(page: str) -> Boxes:
    boxes = Boxes()
    boxes.feed(page)
    return boxes


def image(x: int, y: int = 0, color: tuple[int, int, int] = (255, 255, 255)) -> dict[str, object]:
    rect = [x, y, 8, 8]
    return {
        "class_name": "UIButton",
        "parent": 1,
        "rect": rect,
        "image": {"source": "/x.png", "rect": rect, "color": [*color, 255]},
    }


def test_boxes_are_in_each_other_as_the_widgets_are() -> None:
    screen = screen_of(
        filled(RED, [5, 6, 20, 20], id="a", style="Panel"), filled(GREEN, [8, 10, 5, 5], parent=2, id="b")
    )
    page = write_page(drawn_of(screen), SIZE)
    boxes = read(page)
    names = [(depth, title.splitlines()[0]) for depth, title in boxes.titles]
    assert names == [(1, "UIWidget #root"), (2, "UIWidget (Panel) #a"), (3, "UIWidget #b")]
    assert boxes.titles[1][1].splitlines()[1] == "20x20 at 5,6"
    # Within its parent, and its own parts within it.
    assert 'style="left:3px;top:4px;width:5px;height:5px"' in page
    assert boxes.parts[-1]["style"].startswith("left:0px;top:0px;width:5px;height:5px;background:rgba(0,255,0,1)")


def test_the_page_needs_nothing_else() -> None:
    page = write_page(drawn_of(screen_of(image(0)), FILES), SIZE)
    assert "data:image/png;base64," in page
    assert not re.search(r"https?:|src=|href=|@import|url\((?!data:)", page)


def test_pictures_that_look_the_same_are_there_once() -> None:
    screen = screen_of(image(0), image(10), image(20, 5), image(30, 0, (255, 0, 0)))
    page = write_page(drawn_of(screen, FILES), SIZE)
    assert page.count("base64") == 2
    assert [part["class"] for part in read(page).parts] == ["p0", "p0", "p0", "p1"]


def test_what_is_cut_off_is_clipped() -> None:
    screen = screen_of(filled(RED, [0, 0, 10, 10], clipping=True), filled(GREEN, [-3, 5, 20, 20], parent=2))
    part = read(write_page(drawn_of(screen), SIZE)).parts[1]
    assert "clip-path:inset(0px 7px 15px 3px)" in part["style"]


def test_names_and_notes_are_text() -> None:
    nasty = '"><script>alert(1)</script>'
    screen = screen_of(filled(RED, [0, 0, 5, 5], id=nasty, style=nasty))
    page = write_page(drawn_of(screen), SIZE, title=nasty, notes=[nasty])
    assert read(page).tags.count("script") == 1
    assert f"UIWidget ({nasty}) #{nasty}" in read(page).titles[1][1]


def test_opacity_is_that_of_each_part() -> None:
    screen = screen_of(filled(RED, [0, 0, 9, 9], opacity=0.5), filled(RED, [0, 0, 9, 9], parent=2, opacity=0.25))
    assert [
        re.findall(r"opacity:([\d.]+)", part["style"]) for part in read(write_page(drawn_of(screen), SIZE)).parts
    ] == [
        ["0.5"],
        ["0.25"],
    ]


def test_a_box_tells_where_its_widget_comes_from() -> None:
    screen = screen_of(filled(RED, [0, 0, 5, 5], id="a", source="/x.lua:3", style_source="/x.otui:4", enabled=False))
    text = described(screen.root.children[0])
    assert text.splitlines() == ["UIWidget #a", "5x5 at 0,0, disabled", "style: /x.otui:4", "made: /x.lua:3"]
