"""A world for the tests of one file, in both dialects, with two clients of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import pytest
from tests.realms.canary.wire.clients import Client, Game
from tests.realms.canary.wire.worlds import FILES, KINDS, SCRIPTS

from tibicen.realms.canary.server import Dialect
from tibicen.vm import stack

WIRES: dict[str, tuple[Dialect, int]] = {"10.98-tfs": ("tfs", 1098), "11.00-canary": ("canary", 1100)}
_numbers = count(1)


@dataclass
class Pair:
    """Two clients that stand beside each other at the first temple."""

    game: Game
    ann: Client
    bob: Client

    @property
    def tfs(self) -> bool:
        return self.game.server.dialect == "tfs"


@pytest.fixture(scope="module", params=WIRES)
def game(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Game]:
    dialect, version = WIRES[request.param]
    root = tmp_path_factory.mktemp("wire")
    made = stack.run(
        lambda: Game(
            root, dialect=dialect, version=version, items=KINDS, scripts=SCRIPTS[dialect], files=FILES[dialect]
        )
    )
    yield made
    stack.run(lambda: made.__exit__(None, None, None))


@pytest.fixture
def pair(game: Game) -> Iterator[Pair]:
    def come() -> Pair:
        number = next(_numbers)
        # Letters only, as names of characters are.
        letters = "".join(chr(ord("a") + int(digit)) for digit in str(number))
        far = 1_000_000_000_000
        ann = game.enter(f"Ann {letters}", id=1000 + 2 * number, premium_ends_at=far, sex=0)
        bob = game.enter(f"Bob {letters}", id=1001 + 2 * number, premium_ends_at=far, sex=1)
        ann.take(), bob.take()
        return Pair(game, ann, bob)

    def go(pair: Pair) -> None:
        for client in (pair.ann, pair.bob):
            game.server.control("logout", client.name, True)
        game.tell()
        assert game.server.errors() == []

    there = stack.run(come)
    yield there
    stack.run(lambda: go(there))
