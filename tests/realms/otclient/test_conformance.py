"""Probes of a folder, run against a small client of our own: what is recorded, compared, counted and shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.realms.otclient.checkouts import write_checkout

from tibicen.cli.conformance import lines_of
from tibicen.cli.conformance import run as run_probes
from tibicen.errors import ConfigError
from tibicen.realms.conformance import ABSENT, Outcome, report
from tibicen.realms.otclient.checkout import Checkout
from tibicen.realms.otclient.conformance import compare, same, within
from tibicen.realms.otclient.harness import header_of, run_probe
from tibicen.vm import stack

PROBE = """\
-- conf: level={level}{words}
probe('{name}', function(t)
{body}
end)
"""


class Probes:
    """A folder of probes that a test writes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "vfs" / "probes").mkdir(parents=True)

    def write(
        self, name: str, body: str, expected: dict[str, Any] | None = None, *, level: str = "core", words: str = ""
    ) -> None:
        text = PROBE.format(level=level, words=words, name=name, body=body)
        (self.path / "vfs" / "probes" / f"{name}.lua").write_text(text, encoding="utf-8")
        (self.path / f"{name}.expected.json").write_text(json.dumps(expected or {}), encoding="utf-8")


@pytest.fixture
def probes(tmp_path: Path) -> Probes:
    return Probes(tmp_path / "probes")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return write_checkout(tmp_path / "client")


def recorded(probes: Probes, checkout: Path, body: str, *, level: str = "core", words: str = "") -> dict[str, Any]:
    """What a probe with this body records."""
    probes.write("it", body, level=level, words=words)
    ran = stack.run(lambda: run_probe(probes.path, "it", Checkout.open(checkout)))
    assert ran.problem == ""
    return ran.values


def test_values_are_written_as_the_contract_says(probes: Probes, checkout: Path) -> None:
    values = recorded(
        probes,
        checkout,
        """
        t.record('list', {1, 'two', true, {}})
        t.record('map', {a = 1.5, b = {[2] = 'x'}})
        t.record('odd', {0/0, 1/0, print})
        t.record('object', OutputMessage.create())
        t.record('bytes', '\\255\\n')
        t.record('again', 1) t.record('again', 2)
        t.val('fails', function() error('no: ' .. tostring({})) end)
        t.try('gives', function() return nil, 2 end)
        t.push('l', 1) t.push('l', nil)
        t.done()
        """,
    )
    assert values == {
        "list": [1, "two", True, []],
        "map": {"a": 1.5, "b": {"$map": [[2, "x"]]}},
        "odd": ["$nan", "$inf", {"$": "function"}],
        "object": {"$": "OutputMessage"},
        "bytes": "\xff\n",
        "again": 1,
        "again#2": 2,
        "fails": {"$err": "/probes/it.lua:10: no: table: 0xPTR"},
        "gives": {"ok": True, "r": [{"$": "nil"}, 2]},
        "list:l": [1, "nil"],
    }


def test_time_passes_between_frames_alone(probes: Probes, checkout: Path) -> None:
    values = recorded(
        probes,
        checkout,
        """
        local started = g_clock.millis()
        t.after(500, function() t.record('passed', g_clock.millis() - started >= 500) t.done() end)
        """,
    )
    assert values == {"passed": True}


def test_the_log_is_cut_out_and_silence_leaves_no_key(probes: Probes, checkout: Path) -> None:
    values = recorded(
        probes,
        checkout,
        """
        g_logger.warning('before')
        t.record('said:logs', t.logs(function() g_logger.warning('this') end))
        t.record('silent:logs', t.logs(function() end))
        t.done()
        """,
    )
    assert list(values) == ["said:logs"]
    ((_, text),) = values["said:logs"]
    assert text.endswith("this")


def test_input_is_made_and_told_of(probes: Probes, checkout: Path) -> None:
    values = recorded(
        probes, checkout, "t.input('move 30 40', function() t.record('at', g_window.getMousePosition()) t.done() end)"
    )
    assert values == {"at": {"x": 30, "y": 40}}


def test_a_probe_that_uses_the_network_finds_a_server(probes: Probes, checkout: Path) -> None:
    values = recorded(
        probes,
        checkout,
        """
        local p = Protocol.create()
        p.onConnect = function(self)
            local m = OutputMessage.create()
            m:addString('reply 010007')
            self:send(m)
            self:recv()
        end
        p.onRecv = function(self, m) t.record('got', m:getU8()) t.done() end
        p:connect('127.0.0.1', tonumber(os.getenv('CONF_PORT')))
        """,
        words=" net=1",
    )
    assert values == {"got": 7, "wire:1": ["0e00" + "0c00" + b"reply 010007".hex()]}


def test_a_full_probe_runs_after_the_stock_start(probes: Probes, checkout: Path) -> None:
    values = recorded(probes, checkout, "t.record('ran', {started_by_stock, stock_rc}) t.done()", level="full")
    assert values == {"ran": [True]}


def test_what_never_ends_gives_what_it_had(probes: Probes, checkout: Path) -> None:
    probes.write("it", "t.record('first', 1)", words=" limit=1")
    ran = stack.run(lambda: run_probe(probes.path, "it", Checkout.open(checkout)))
    assert ran.values == {"first": 1}
    assert ran.problem == "came to no end within 1 s"


def test_headers_have_defaults() -> None:
    assert header_of("-- conf: level=full net=1 limit=60\n") == ("full", True, 60)
    assert header_of("probe('x', f)") == ("core", False, 45)


def test_the_command_counts_and_names_what_differs(probes: Probes, checkout: Path) -> None:
    probes.write("good", "t.record('a', 1) t.done()", {"a": 1, "~b": {"seen": [1, 2]}})
    probes.write("bad", "t.record('a', 1) t.record('more', 1) t.record('x:logs', 1) t.done()", {"a": 2, "b": [1]})
    shown: list[Outcome] = []
    result = run_probes(probes.path, "otclient", checkout, [], None, shown.append)
    assert (result["total"], result["agree"], result["skipped"]) == (3, 1, 0)
    assert result["loose"] == {"total": 1, "agree": 0}
    assert result["differ"] == [
        {"probe": "bad", "key": "a", "expected": 2, "got": 1},
        {"probe": "bad", "key": "b", "expected": [1], "got": ABSENT},
        {"probe": "bad", "key": "x:logs", "expected": ABSENT, "got": 1},
    ]
    lines = [line for outcome in shown for line in lines_of(outcome)]
    assert lines[0].startswith("FAIL bad: 0 of 2")
    assert "       b: expected [1], got nothing" in lines


def test_a_probe_that_fails_counts_all_its_keys(probes: Probes, checkout: Path) -> None:
    probes.write("it", "error('broken')", {"a": 1, "b": 2})
    result = run_probes(probes.path, "otclient", checkout, [], None)
    assert (result["total"], result["agree"]) == (2, 0)
    assert {row["key"] for row in result["differ"]} == {"a", "b", "$probe-error"}


@pytest.mark.parametrize(
    ("body", "needed"),
    [
        ("t.record('a', table.find({1}, 1))", "table.find"),
        ("connect(g_app, {})", "connect"),
        ("t.record('a', OutputMessage.create():addColor())", "OutputMessage:addColor"),
        ("t.try('a', function() return g_ui.createWidget('Label', rootWidget) end)", "the style Label"),
        ("t.record('a', g_resources.fileExists('/styles/10-labels.otui'))", "/styles/10-labels.otui"),
    ],
)
def test_without_a_checkout_what_needs_one_is_skipped(probes: Probes, body: str, needed: str) -> None:
    probes.write("it", f"{body} t.done()", {"a": 1, "b": 2})
    result = run_probes(probes.path, "otclient", None, [], None)
    assert (result["total"], result["skipped"], result["differ"]) == (0, 2, [])
    assert result["probes"][0]["skipped"] == f"it needs a checkout, for {needed}"


def test_without_a_checkout_the_engine_alone_is_probed(probes: Probes) -> None:
    body = "addEvent(function() t.record('a', g_ui.createWidget('UIWidget', rootWidget):getId() ~= '') t.done() end)"
    probes.write("it", body, {"a": True})
    probes.write("full", "t.done()", {"b": 1, "c": 1}, level="full")
    result = run_probes(probes.path, "otclient", None, [], None)
    assert (result["total"], result["agree"], result["skipped"]) == (1, 1, 2)


def test_unknown_names_are_refused(probes: Probes, tmp_path: Path) -> None:
    probes.write("it", "t.done()")
    with pytest.raises(ConfigError, match="no probe 'other'"):
        run_probes(probes.path, "otclient", None, ["other"], None)
    with pytest.raises(ConfigError, match="no probes of the realm 'narnia'"):
        run_probes(probes.path, "narnia", None, [], None)
    with pytest.raises(ConfigError, match="holds no probes"):
        run_probes(tmp_path, "otclient", None, [], None)
    with pytest.raises(ConfigError, match="no checkout"):
        run_probes(probes.path, "otclient", tmp_path, [], None)


@pytest.mark.parametrize(
    ("expected", "got", "equal"),
    [
        (1, 1.0, True),
        (1, True, False),
        ("widget#", "widget12", True),
        ("widget#", "widgets", False),
        ("at 0xPTR", "at 0x7f00aa", True),
        ("in <writedir>/bot.", "in /home/me/bot.", True),
        ("in <writedir>/bot.", "in /home/me/bots", False),
        ("<style> widget#", "<style> widget1", True),
        ({"a": ["widget#"]}, {"a": ["widget1"]}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ([], [1], False),
        ("1", 1, False),
    ],
)
def test_values_are_equal(expected: Any, got: Any, equal: bool) -> None:
    assert same(expected, got) is equal


def test_what_varies_is_within_what_was_seen() -> None:
    assert within([1, [2]], [2])
    assert within([4], 0)
    assert not within([1], 2)
    assert not within([1], True)
    assert within(["a: 1\nb: 2"], "b: 2\na: 1")
    assert not within(["a: 1\nb: 2"], "a: 1")
    assert within(["a: |-\n  ext\n\n  ine\0\nb: 2"], "b: 2\na: |-\n  text\n  line")
    assert not within(["a: |-\n  ext\nb: 2"], "b: 3\na: |-\n  text")


def test_only_signs_of_trouble_are_unexpected() -> None:
    outcome = Outcome("it")
    compare(outcome, {}, {"more": 1, "x:logs": [[4, "text"]], "$probe-error": "no"})
    assert [each.key for each in outcome.differ] == ["x:logs", "$probe-error"]
    assert report([outcome])["differ"][0]["probe"] == "it"
