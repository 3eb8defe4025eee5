"""Flame graphs: well-formed whatever plugins are called, and wide where the time is."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

from hypothesis import given
from hypothesis import strategies as st

from tibicen.cli.flame import HEAD, MARGIN, ROW, WIDTH, render, tree
from tibicen.vm.profile import Frame, Profile, Stack

SVG = "{http://www.w3.org/2000/svg}"

frames = st.builds(Frame, st.text(max_size=8), st.text(max_size=8), st.integers(0, 50), st.integers(0, 50))
stacks = st.builds(Stack, st.text(max_size=8), st.lists(frames, max_size=5), st.integers(0, 10**9), st.just(1))
profiles = st.builds(
    Profile,
    st.text(max_size=8),
    st.just("lua"),
    st.lists(stacks, max_size=12),
    st.just(1.0),
    st.just(0),
    st.lists(st.text()),
)


def boxes(svg: str) -> list[tuple[str, float, float, float]]:
    """Title, x, y and width of every frame."""
    found = []
    for group in ElementTree.fromstring(svg.encode()).iter(f"{SVG}g"):
        title, box = group.find(f"{SVG}title"), group.find(f"{SVG}rect")
        assert title is not None and box is not None and title.text
        found.append((title.text, float(box.attrib["x"]), float(box.attrib["y"]), float(box.attrib["width"])))
    return found


def stack(handler: str, ns: int, *functions: str) -> Stack:
    return Stack(handler, [Frame(name, "p/init.lua", index + 1, 9) for index, name in enumerate(functions)], ns, 1)


def test_width_is_time_and_each_box_stands_on_its_caller() -> None:
    made = [stack("hook a", 600, "f", "hot"), stack("hook a", 100, "f", "cold"), stack("timer b", 300, "g", "hot")]
    found = {
        title.partition(":")[0].partition(" (")[0]: box
        for title, *box in boxes(render(profile(made)))
        if "hot" not in title
    }
    whole = WIDTH - 2 * MARGIN
    assert found["p"][2] == whole
    assert abs(found["hook a"][2] - 0.7 * whole) < 0.1 and abs(found["timer b"][2] - 0.3 * whole) < 0.1
    assert found["hook a"][1] == found["p"][1] - ROW and found["f"][1] == found["hook a"][1] - ROW
    hot = sorted((box for box in boxes(render(profile(made))) if "hot" in box[0]), key=lambda box: -box[3])
    assert len(hot) == 2 and abs(hot[0][3] - 0.6 * whole) < 0.1
    # Nothing on its level is wider.
    assert hot[0][3] == max(box[3] for box in boxes(render(profile(made))) if box[2] == hot[0][2])
    assert hot[0][0] == "hot (p/init.lua:2): 0.00 ms, 60.0 %"


def profile(made: list[Stack], plugin: str = "p") -> Profile:
    return Profile(plugin, "lua", made, 1.0, 0, [])


@given(profiles)
def test_it_is_always_well_formed_and_nothing_sticks_out(made: Profile) -> None:
    svg = render(made)
    for title, x, y, width in boxes(svg):
        assert title and x + 0.02 >= MARGIN and x + width <= WIDTH - MARGIN + 0.02
        assert y >= HEAD
    assert ElementTree.fromstring(svg.encode()).tag == f"{SVG}svg"


def test_markup_in_names_stays_text() -> None:
    evil = '"><script>alert(1)</script>\x00\x1b[2J\ufffe\ud800'
    svg = render(profile([stack(evil, 10**9, evil)], plugin=evil))
    root = ElementTree.fromstring(svg.encode())
    assert not list(root.iter(f"{SVG}script"))
    assert any("<script>alert(1)</script>" in title for title, *_ in boxes(svg))


def test_the_same_function_under_one_caller_is_one_box() -> None:
    root = tree(profile([stack("a", 1, "f", "g"), stack("a", 2, "f", "h"), stack("a", 4, "f", "g")]))
    (handler,) = root.children.values()
    (function,) = handler.children.values()
    assert function.ns == 7 and sorted(child.ns for child in function.children.values()) == [2, 5]
    assert root.depth == 4
