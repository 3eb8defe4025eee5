"""What of a screen is drawn, and where: the client's rules for clipping, hiding, opacity and order."""

from __future__ import annotations

from tests.render.screens import BLACK, BLUE, GREEN, RED, SIZE, WHITE, drawn_of, filled, painted, picture, screen_of

from tibicen.render.assets import Assets
from tibicen.render.drawing import PLACEHOLDER, draw


def ids(screen_drawn: object) -> list[str]:
    from tibicen.render.drawing import Drawn

    assert isinstance(screen_drawn, Drawn)
    return [drawn.widget.id for drawn in screen_drawn.walk()]


def test_children_are_in_front_and_later_ones_before_earlier() -> None:
    image = painted(
        screen_of(filled(RED, [0, 0, 20, 20]), filled(GREEN, [5, 5, 20, 20], parent=2), filled(BLUE, [10, 10, 20, 20]))
    )
    assert [image.getpixel(at) for at in ((2, 2), (7, 7), (12, 12), (40, 5))] == [RED, GREEN, BLUE, BLACK]


def test_only_a_widget_that_clips_keeps_its_children_inside() -> None:
    child = filled(GREEN, [10, 10, 30, 10], parent=2)
    outer = [0, 0, 20, 30]
    assert painted(screen_of(filled(RED, outer), child)).getpixel((30, 15)) == GREEN
    clipped = painted(screen_of(filled(RED, outer, clipping=True, inner=[0, 0, 15, 30]), child))
    assert [clipped.getpixel((x, 15)) for x in (12, 17, 30)] == [GREEN, RED, BLACK]


def test_a_clip_ends_with_the_widget_that_it_is_of() -> None:
    image = painted(
        screen_of(
            filled(RED, [0, 0, 10, 10], clipping=True),
            filled(GREEN, [5, 0, 20, 10], parent=2),
            filled(BLUE, [5, 20, 20, 10]),
        )
    )
    assert [image.getpixel(at) for at in ((7, 5), (12, 5), (20, 25))] == [GREEN, BLACK, BLUE]


def test_who_is_outside_of_a_parent_is_not_drawn() -> None:
    parts = filled(RED, [0, 0, 20, 20], id="a"), filled(GREEN, [30, 0, 10, 10], parent=2, id="outside")
    assert ids(drawn_of(screen_of(*parts))) == ["root", "a"]
    parts[0]["overflows"] = True
    assert ids(drawn_of(screen_of(*parts))) == ["root", "a", "outside"]


def test_who_is_hidden_hides_its_children() -> None:
    drawn = drawn_of(
        screen_of(
            filled(RED, [0, 0, 9, 9], id="hidden", visible=False),
            filled(RED, [0, 0, 9, 9], parent=2, id="child"),
            filled(RED, [0, 0, 9, 9], id="clear", opacity=0.0),
            filled(RED, [0, 0, 0, 9], id="empty"),
        )
    )
    assert ids(drawn) == ["root"]


def test_the_smallest_opacity_counts_instead_of_the_product() -> None:
    image = painted(
        screen_of(filled(RED, [0, 0, 30, 30], opacity=0.5), filled(WHITE, [10, 10, 10, 10], parent=2, opacity=0.8))
    )
    assert image.getpixel((5, 5)) in ((127, 0, 0), (128, 0, 0))
    red, green, blue = image.getpixel((15, 15))  # type: ignore[misc]
    assert green == blue and 127 <= green <= 128 and 190 <= red <= 192


def test_the_order_of_parts_is_the_widgets() -> None:
    border = {"widths": [0, 0, 0, 5], "colors": [[*BLUE, 255]] * 4}
    image = {"source": "/x.png", "rect": [0, 0, 20, 20]}
    files = {"/x.png": picture(["g"])}
    usual = filled(RED, [0, 0, 20, 20], image=image, border=border)
    assert painted(screen_of(usual), files).getpixel((2, 10)) == BLUE
    edit = {**usual, "order": ["background", "border", "image"]}
    assert painted(screen_of(edit), files).getpixel((2, 10)) == GREEN


def test_borders_lie_inside_of_the_edges() -> None:
    colors = [[*RED, 255], [*GREEN, 255], [*BLUE, 255], [*WHITE, 255]]
    image = painted(screen_of(filled(BLACK, [10, 10, 20, 20], border={"widths": [1, 2, 3, 4], "colors": colors})))
    assert [image.getpixel(at) for at in ((20, 10), (28, 20), (20, 27), (13, 20))] == [RED, GREEN, BLUE, WHITE]
    assert [image.getpixel(at) for at in ((20, 11), (27, 20), (20, 26), (14, 20))] == [BLACK] * 4
    assert [image.getpixel(at) for at in ((20, 9), (30, 20), (20, 30), (9, 20))] == [BLACK] * 4


def test_boxes_stand_for_what_is_missing() -> None:
    assets = Assets(lambda path: b"no picture" if path == "/bad.png" else None)
    widgets = (
        {"class_name": "UIWidget", "parent": 1, "rect": [0, 0, 9, 9], "image": {"source": source, "rect": [0, 0, 9, 9]}}
        for source in ("/gone.png", "/bad.png")
    )
    draw(screen_of(*widgets), assets)
    assert assets.missing == ["/bad.png", "/gone.png"]
    item = filled(BLACK, [10, 10, 30, 20], content="item 3031")
    assert painted(screen_of(item)).getpixel((10, 10)) == PLACEHOLDER[:3]


def test_a_turn_takes_the_children_along() -> None:
    image = painted(
        screen_of(
            {"class_name": "UIWidget", "parent": 1, "rect": [10, 10, 20, 20], "rotation": 90.0},
            filled(RED, [10, 18, 6, 4], parent=2),
        )
    )
    # What was at the left of the middle is above it.
    assert image.getpixel((20, 13)) == RED
    assert image.getpixel((12, 20)) == BLACK


def test_nothing_is_drawn_outside_of_the_screen() -> None:
    (layer,) = drawn_of(screen_of(filled(RED, [50, 30, 100, 100]))).children[0].layers
    assert layer.seen == (50, 30, SIZE[0] - 50, SIZE[1] - 30)
