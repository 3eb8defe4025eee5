"""A whole session played without a server: what it raises, and what it finds wrong."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from tests.realms.otclient.checkouts import write_checkout

from tibicen.errors import TibicenError
from tibicen.realms.otclient import catalogue, compression
from tibicen.realms.otclient.checkout import Checkout
from tibicen.realms.otclient.session import SessionReport, play_session
from tibicen.realms.otclient.session_events import steps_for
from tibicen.vm import stack

THINGS = """
connect(g_game, { onClientVersionChange = function(version)
    local folder = "/things/" .. version .. "/"
    if version >= 1281 then
        g_things.loadAppearances(folder)
        g_things.loadStaticData(folder)
    else
        g_things.loadDat(folder .. "Tibia")
    end
end })
"""
COUNTING = (
    THINGS
    + """
local heard = {}
g_game.heard = heard
for _, event in ipairs({ "onGameStart", "onGameEnd", "onTalk", "onTextMessage" }) do
    connect(g_game, { [event] = function() heard[event] = (heard[event] or 0) + 1 end })
end
"""
)


def play(tmp_path: Path, module: str, version: int, *, edubart: bool = False) -> tuple[SessionReport, dict[str, int]]:
    """A session with one module; what was heard as well."""
    root = write_checkout(tmp_path / "client", {"game_test": module}, edubart=edubart)

    def body() -> tuple[SessionReport, dict[str, int]]:
        checkout = Checkout.open(root)
        with closing(checkout.client(home=tmp_path / "home")) as client:
            checkout.start(client)
            checkout.begin(client)
            report = play_session(client, version)
            heard = client.run(b"return g_game.heard")
            return report, dict(heard) if isinstance(heard, dict) else {}

    return stack.run(body)


@pytest.mark.parametrize(("version", "edubart"), [(860, True), (860, False), (1412, False)])
def test_a_session_is_heard_by_modules_twice(tmp_path: Path, version: int, edubart: bool) -> None:
    report, heard = play(tmp_path, COUNTING, version, edubart=edubart)

    assert report.failures == []
    assert heard["onGameStart"] == heard["onGameEnd"] == 2
    assert heard["onTalk"] >= 6
    dialect = "edubart" if edubart else "mehah"
    assert report.events == 2 * len(list(steps_for(version, dialect)))
    assert report.sent > 0


def test_a_module_that_errs_is_in_the_report_with_its_event(tmp_path: Path) -> None:
    module = THINGS + "connect(g_game, { onTextMessage = function() local nothing = nil; return nothing.field end })"
    report, _ = play(tmp_path, module, 860)

    assert report.lua_errors
    assert {failure.step for failure in report.lua_errors} == {"TextMessage"}


def test_a_version_that_the_client_does_not_speak_cannot_be_played(tmp_path: Path) -> None:
    with pytest.raises(TibicenError):
        play(tmp_path, COUNTING, 700)


def test_each_version_and_dialect_has_events_of_its_own() -> None:
    names = {
        (version, dialect): {step.name for step in steps_for(version, dialect)}
        for version, dialect in ((860, "mehah"), (1412, "mehah"), (860, "edubart"))
    }

    assert len(names[860, "mehah"]) > 60
    assert len(names[1412, "mehah"]) > len(names[860, "mehah"]) + 40
    assert "PlayerImbuements" in names[1412, "mehah"] - names[860, "mehah"]
    assert "PlayerManaShield" not in names[860, "edubart"]


def test_a_catalogue_of_assets_that_is_damaged_says_so() -> None:
    found = catalogue.read_catalogue(
        '[{"type": "appearances", "file": "a.dat"},'
        ' {"type": "sprite", "file": "s", "firstspriteid": 1, "lastspriteid": 9, "spritetype": 0}]'
    )

    assert (found["appearances"], found["staticdata"], found["sprites"]) == ("a.dat", "", 10)
    for text in ("[{}]", "nothing", '[{"type": "sprite"}]', "[3]"):
        with pytest.raises(TibicenError, match=r"catalog-content\.json is damaged"):
            catalogue.read_catalogue(text)


def test_data_that_is_larger_than_it_may_be_is_not_inflated() -> None:
    operations = compression.operations()
    packed = operations["zlib.compress"](b"a" * 1000, 3)

    assert operations["zlib.decompress"](packed, 1000) == b"a" * 1000
    assert operations["zlib.decompress"](packed, 999) is None
    assert operations["zlib.decompress"](packed[:-3], 1000) is None
    assert operations["zlib.decompress"](b"not deflated", 1000) is None
