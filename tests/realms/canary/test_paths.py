"""Lines of sight and ways around things, as each server draws them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.servers import DIALECTS
from tests.realms.canary.worlds import TABLE, WALL, area, field, item, otbm, tile, with_world

from tibicen.realms.canary.server import Dialect, Server

STEPS = [(0, -1), (1, 0), (0, 1), (-1, 0), (-1, 1), (1, 1), (-1, -1), (1, -1)]


def sight(root: Path, data: bytes, dialect: Dialect, lines: list[tuple[int, int, bool]]) -> list[bool]:
    """Whether places are seen from the middle, on the same floor only or not."""
    asked = ", ".join(f"{{ {x}, {y}, {str(same).lower()} }}" for x, y, same in lines)
    code = f"""
        local out = {{}}
        for _, line in ipairs({{ {asked} }}) do
            out[#out + 1] = Position(1000, 1000, 7):isSightClear(Position(1000 + line[1], 1000 + line[2], 7), line[3])
        end
        return out
    """
    result: list[bool] = with_world(root, data, lambda server: server.run(code.encode()), dialect=dialect)
    return result


@pytest.mark.parametrize("dialect", DIALECTS)
def test_walls_stop_the_sight(tmp_path: Path, dialect: Dialect) -> None:
    walls = {(2, y): [item(WALL)] for y in range(-3, 4)}
    walls[(-3, 0)] = [item(TABLE)]
    lines = [
        (1, 0, True),
        (4, 0, True),
        (4, 0, False),
        (0, 5, True),
        (-6, 0, True),
        (2, 0, True),
        (3, 1, True),
        (5, 9, True),
    ]
    assert sight(tmp_path, otbm([field(things=walls)]), dialect, lines) == [
        True,
        False,
        # Over the wall, as there is nothing above.
        True,
        True,
        # What is solid but not too high is seen across.
        True,
        True,
        False,
        True,
    ]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_roof_stops_the_sight_over_a_wall(tmp_path: Path, dialect: Dialect) -> None:
    walls = {(2, y): [item(WALL)] for y in range(-3, 4)}
    roof = area(990, 990, 6, [tile(x, y) for x in range(21) for y in range(21)])
    assert sight(tmp_path, otbm([field(things=walls), roof]), dialect, [(4, 0, False), (0, 4, False)]) == [False, True]


def way(root: Path, data: bytes, dialect: Dialect, x: int, y: int, *arguments: Any) -> Any:
    """The way of a player from the middle to a place."""
    told = "".join(f", {str(value).lower()}" for value in arguments)

    def body(server: Server) -> Any:
        server.control("client_enter", "Ann", {"town_id": 1})
        return server.run(f"return Player('Ann'):getPathTo(Position({1000 + x}, {1000 + y}, 7){told})".encode())

    found = with_world(root, data, body, dialect=dialect)
    return [] if found == {} else found


def ends_at(steps: list[int]) -> tuple[int, int]:
    return sum(STEPS[step][0] for step in steps), sum(STEPS[step][1] for step in steps)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_straight_way(tmp_path: Path, dialect: Dialect) -> None:
    assert way(tmp_path, otbm([field()]), dialect, 0, -6) == [0] * 5


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_way_goes_around(tmp_path: Path, dialect: Dialect) -> None:
    walls = {(1, y): [item(WALL)] for y in range(-3, 3)}
    steps = way(tmp_path, otbm([field(things=walls)]), dialect, 3, 0, 0, 0)
    assert ends_at(steps) == (3, 0)
    # Straight steps are cheaper than slanting ones, and no step is taken in vain.
    assert len(steps) == 9
    assert all(step < 4 for step in steps)
    # Canary tells the last step first.
    x, y = 0, 0
    for step in steps if dialect == "tfs" else reversed(steps):
        x, y = x + STEPS[step][0], y + STEPS[step][1]
        assert (x, y) not in walls


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_way(tmp_path: Path, dialect: Dialect) -> None:
    cell = {(x, y): [item(WALL)] for x in (-1, 0, 1) for y in (-1, 0, 1) if (x, y) != (0, 0)}
    assert way(tmp_path, otbm([field(things=cell)]), dialect, 4, 0) is False
    assert way(tmp_path, otbm([field()]), dialect, 300, 0) is False


@pytest.mark.parametrize("dialect", DIALECTS)
def test_next_to_it_is_near_enough(tmp_path: Path, dialect: Dialect) -> None:
    data = otbm([field()])
    assert way(tmp_path, data, dialect, 1, 1) == []
    steps = way(tmp_path, data, dialect, 1, 0, 0, 0)
    assert steps == ([1] if dialect == "canary" else [])
    assert ends_at(way(tmp_path, data, dialect, 5, 0, 3, 3)) == (2, 0)


def test_canary_finds_ways_for_nobody(tmp_path: Path) -> None:
    code = b"return Position(1000, 1000, 7):getPathTo(Position(1003, 1000, 7), 0, 0)"
    assert with_world(tmp_path, otbm([field()]), lambda server: server.run(code), dialect="canary") == [1, 1, 1]


def test_the_same_ways_every_time(tmp_path: Path) -> None:
    walls = {(x, 2): [item(WALL)] for x in range(-4, 5)}
    data = otbm([field(things=walls)])
    first = way(tmp_path, data, "tfs", 1, 6)
    assert first == way(tmp_path, data, "tfs", 1, 6)
    assert len(first) > 5
