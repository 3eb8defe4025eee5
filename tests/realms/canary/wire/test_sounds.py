"""Sounds and music over the wire: Canary's, for clients of 13.10."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.wire.clients import Client, Game, fields_of
from tests.realms.canary.wire.stacks import on_stack

from tibicen.vm import stack

# Whose a sound is, as clients know it.
NOBODY, OWN, OTHERS, CREATURES = 0, 1, 2, 3
_BIRD = 'Game.createMonsterType("Bird"):outfit({ lookType = 21 })'


@pytest.fixture(params=(1100, 1310))
def game(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Game]:
    scripts = {"bird.lua": _BIRD}
    made = stack.run(lambda: Game(tmp_path, dialect="canary", version=request.param, scripts=scripts))
    yield made
    stack.run(lambda: made.__exit__(None, None, None))


def _heard(client: Client) -> list[list[dict[str, Any]]]:
    """The sounds that a client was told of, without what ends each message."""
    effects = [each.fields["entries"] for each in client.take() if each.name == "effect"]
    return [[entry for entry in each if entry["kind"] in (6, 7)] for each in effects]


def _sound(sound: int, source: int) -> dict[str, Any]:
    return {"kind": 6, "source": source, "sound": sound}


def _second(sound: int, source: int) -> dict[str, Any]:
    return {"kind": 7, "kind_of_second": 1, "source": source, "sound": sound}


@on_stack
def test_whose_a_sound_is(game: Game) -> None:
    ann, bob = game.enter("Ann"), game.enter("Bob")
    ann.take(), bob.take()
    game.lua("""
        local ann = Player("Ann")
        local at = ann:getPosition()
        at:sendSingleSoundEffect(2001, ann)
        at:sendDoubleSoundEffect(2002, 2003, Game.createMonster("Bird", at, false, true))
        at:sendDoubleSoundEffect(0, 2004)
        at:sendDoubleSoundEffect(2005, 0)
        at:sendSingleSoundEffect(0)
    """)
    shared = [
        [_sound(2002, CREATURES), _second(2003, CREATURES)],
        [_sound(0, NOBODY), _second(2004, NOBODY)],
        [_sound(2005, NOBODY)],
    ]
    # Older clients have no message for it.
    new = game.version == 1310
    assert [each for each in _heard(ann) if each] == ([[_sound(2001, OWN)], *shared] if new else [])
    assert [each for each in _heard(bob) if each] == ([[_sound(2001, OTHERS)], *shared] if new else [])


@on_stack
def test_what_one_player_hears(game: Game) -> None:
    ann, bob = game.enter("Ann"), game.enter("Bob")
    ann.take(), bob.take()
    game.lua("""
        local ann = Player("Ann")
        ann:sendSingleSoundEffect(2001)
        ann:sendDoubleSoundEffect(2002, 2003, false)
    """)
    heard = [[_sound(2001, OWN)], [_sound(2002, NOBODY), _second(2003, NOBODY)]]
    assert _heard(ann) == (heard if game.version == 1310 else [])
    assert _heard(bob) == []
    game.lua("Player('Ann'):sendAmbientSoundEffect(12)")
    told = ann.take()
    game.lua("Player('Ann'):sendMusicSoundEffect(7)")
    if game.version == 1100:
        assert told == [] and ann.take() == []
        return
    assert fields_of(told, "anthem") == {"kind": 0, "anthem": 12}
    assert fields_of(ann.take(), "anthem") == {"kind": 1, "anthem": 7}


@on_stack
def test_the_sounds_of_a_combat(game: Game) -> None:
    ann, bob = game.enter("Ann"), game.enter("Bob")
    ann.take(), bob.take()
    game.lua("""
        local heal = Combat()
        heal:setParameter(COMBAT_PARAM_TYPE, COMBAT_HEALING)
        heal:setParameter(COMBAT_PARAM_AGGRESSIVE, false)
        heal:setParameter(COMBAT_PARAM_IMPACTSOUND, 2010)
        heal:setFormula(COMBAT_FORMULA_DAMAGE, 1, 0, 1, 0)
        heal:execute(Player("Ann"), Variant(Player("Bob"):getId()))
    """)
    new = game.version == 1310
    # It is hers who cast it, wherever it is heard.
    assert [each for each in _heard(ann) if each] == ([[_sound(0, OWN), _second(2010, OWN)]] if new else [])
    assert [each for each in _heard(bob) if each] == ([[_sound(0, OTHERS), _second(2010, OTHERS)]] if new else [])
