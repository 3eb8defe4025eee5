"""Probes of real servers: how they are read, grouped, compared and told of; and a run against a small checkout."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.checkouts import write_canary, write_tfs

from tibicen.cli.conformance import lines_of
from tibicen.cli.conformance import run as run_probes
from tibicen.errors import ConfigError
from tibicen.realms.canary import harness
from tibicen.realms.canary.checkout import Checkout
from tibicen.realms.canary.conformance import (
    Probe,
    ServerOutcome,
    agrees,
    chosen,
    compare,
    compare_told,
    groups,
    read_probes,
    same,
    server_report,
    within,
)
from tibicen.realms.conformance import ABSENT


def probe(name: str, file: str = "10_x", **fields: Any) -> Probe:
    values = fields.get("values", {})
    return Probe(
        name, file, fields.get("needs", []), values, frozenset(fields.get("unstable", ())), fields.get("client")
    )


# What is compared ------------------------------------------------------------------------------------------------


def test_values_are_the_same_when_they_are_equal_and_of_one_kind() -> None:
    assert same({"a": [1, "x", None]}, {"a": [1, "x", None]})
    assert same(0.1 + 0.2, 0.3)
    for expected, got in [
        (1, True),
        (0, False),
        (1, "1"),
        ([1], [1, 2]),
        ({"a": 1}, {"b": 1}),
        (None, False),
        ([], {}),
    ]:
        assert not same(expected, got), (expected, got)


def test_samples_have_to_lie_in_what_was_seen_with_a_little_slack() -> None:
    assert within([-40, -20], [-38, -41, -19])
    assert not within([-40, -20], [-43])
    assert not within([-40, -20], [])
    assert not within([-40, -20], ["x"])
    assert within([4, 4], [4])
    assert not within([4, 4], [5])


def test_one_of_several_values_is_as_good_as_another() -> None:
    assert agrees({"~set": ["[1]", '"a"']}, ["a"])
    assert not agrees({"~set": ["[1]", '"a"']}, ["b"])


def test_of_a_key_that_is_recorded_again_the_last_value_counts() -> None:
    assert agrees(2, [1, 2])


def test_keys_that_are_missing_and_those_that_were_unstable() -> None:
    outcome = ServerOutcome("x")
    values = {"same": 1, "other": 2, "gone": 3, "unstable": 4, "~loose": {"~": [1, 3], "n": 2}}
    compare(outcome, probe("x", values=values, unstable=["unstable"]), {"same": [1], "other": [5], "~loose": [1, 9]})
    assert (outcome.total, outcome.agree) == (4, 1)
    assert [(each.key, each.expected, each.got) for each in outcome.differ] == [
        ("other", 2, 5),
        ("gone", 3, ABSENT),
        ("~loose", {"~": [1, 3], "n": 2}, {"~": [1, 9], "n": 2}),
    ]


def text(words: str, kind: int = 19) -> dict[str, Any]:
    return {"k": "text", "type": kind, "extra": "00ff", "text": words}


def test_messages_count_that_came_in_order() -> None:
    expected = {"player": [text("one"), text("Today's boosted creature: Rat."), text("two"), text("three")]}
    got = {"player": [text("one"), text("Today's boosted creature: Bear."), text("three", 20), text("three")]}
    outcome = ServerOutcome("x")
    compare_told(outcome, probe("x", client=expected), got)
    assert (outcome.told, outcome.told_agree) == (3, 2)
    (difference,) = outcome.told_differ
    assert difference.expected == ["text 19: two"]
    assert difference.got == ["text 20: three"]


def test_messages_that_varied_are_not_compared() -> None:
    outcome = ServerOutcome("x")
    compare_told(outcome, probe("x", client=None), {"player": [text("one")]})
    assert (outcome.told, outcome.told_differ) == (0, [])


def test_the_report_counts_messages_apart() -> None:
    outcome = ServerOutcome("x", total=2, agree=1, told=5, told_agree=4)
    skipped = ServerOutcome("y", total=3, told=9, skipped="it needs a checkout")
    result = server_report([outcome, skipped])
    assert (result["total"], result["agree"], result["skipped"]) == (2, 1, 3)
    assert (result["client"]["total"], result["client"]["agree"]) == (5, 4)


# Which run together ----------------------------------------------------------------------------------------------


def test_files_that_share_a_server() -> None:
    files = ["10_types", "49_look", "90_reload", "91_dot", "93_bytes", "94_bags", "92_trade"]
    grouped = groups(probe(file, file) for file in files)
    assert [[each.file for each in group] for group in grouped] == [
        ["10_types", "49_look"],
        ["90_reload"],
        ["91_dot", "93_bytes", "92_trade"],
        ["94_bags"],
    ]


def test_probes_are_chosen_by_name_or_file() -> None:
    probes = [probe("a", "10_x"), probe("b", "10_x"), probe("c", "11_y")]
    assert [each.name for each in chosen(probes, ["b", "11_y"])] == ["b", "c"]
    assert chosen(probes, []) == probes
    with pytest.raises(ConfigError, match="there is no probe 'd'; there are a, b, c"):
        chosen(probes, ["d"])


# Folders ---------------------------------------------------------------------------------------------------------


def write_set(folder: Path, files: dict[str, tuple[str, dict[str, Any]]], server: str = "canary") -> Path:
    """A folder of probes: file name to its Lua and to what is expected of each probe."""
    folder.mkdir(exist_ok=True)
    for name, (source, probes) in files.items():
        (folder / f"{name}.lua").write_text(source, encoding="utf-8")
        recorded = {"server": server, "set": "open", "probes": probes}
        (folder / f"{name}.expected.json").write_text(json.dumps(recorded), encoding="utf-8")
    return folder


def test_folders_that_are_none_of_probes(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no probes"):
        read_probes(tmp_path, "canary")
    folder = write_set(tmp_path / "set", {"10_x": ("", {"x": {"needs": [], "values": {}}})}, server="tfs")
    with pytest.raises(ConfigError, match="was recorded from tfs, not from canary"):
        read_probes(folder, "canary")
    (folder / "10_x.expected.json").unlink()
    with pytest.raises(ConfigError, match=r"10_x\.expected\.json is not there"):
        read_probes(folder, "canary")


def test_settings_of_the_recorded_server_stand_behind_those_of_the_checkout(tmp_path: Path) -> None:
    checkout = Checkout.open(write_tfs(tmp_path))
    (tmp_path / "config.lua.dist").write_text("rateSkill = 9\n", encoding="utf-8")
    lines = harness.config_text(checkout).splitlines()
    assert lines.index("rateSkill = 3") > lines.index("rateSkill = 9")
    assert "freePremium = true" in lines
    assert 'worldType = "pvp"' in lines


def test_probes_lie_among_the_scripts_as_they_did_in_the_real_server(tmp_path: Path) -> None:
    checkout = Checkout.open(write_canary(tmp_path / "server"))
    probes = write_set(tmp_path / "set", {"10_x": ("-- x", {}), "90_y": ("-- y", {})})
    harness.lay_out(checkout, tmp_path / "root", probes, ["10_x"])
    scripts = tmp_path / "root" / "data" / "scripts"
    assert [path.name for path in sorted((scripts / "zz_conf").iterdir())] == ["10_x.lua"]
    assert (scripts / "lib" / "zz_conf_harness.lua").is_file()
    assert (tmp_path / "root" / "data-canary" / "world" / "canary.otbm").is_file()
    assert (tmp_path / "root" / "data" / "core.lua").read_bytes() == (checkout.path / "data" / "core.lua").read_bytes()


# Runs ------------------------------------------------------------------------------------------------------------

SOURCE = """
loaded = (loaded or 0) + 1
local seen = loaded
probe("plain.x", {}, function(t)
    t.record("seen", seen)
    t.record("again", 1) t.record("again", 2)
    U.call(t, "nils", function() return nil, 2, nil end)
    U.call(t, "fails", function() error("no") end)
    U.m(t, "no method", {}, "nothing")
    t.record("bytes", "a\\255\\n")
    t.record("odd", {0/0, 1/0, 1.5, print})
    t.record("empty", {})
    t.after(500, function() t.record("later", true) t.done() end)
end)
probe("fails.x", {}, function(t) t.record("before", 1) error("boom") end)
"""

EXPECTED: dict[str, Any] = {
    "plain.x": {
        "needs": [],
        "values": {
            "seen": 1,
            "again": 2,
            "nils": ["ret", None, 2, None],
            "fails": ["err", "no"],
            "no method": ["nomethod"],
            "bytes": "a\xff\n",
            "odd": ["<nan>", "<inf>", 1.5, "<function>"],
            "empty": {},
            "later": True,
        },
    },
    "fails.x": {"needs": [], "values": {"before": 1, "after": 2}},
}


@pytest.fixture
def small_set(tmp_path: Path) -> Path:
    return write_set(tmp_path / "set", {"10_x": (SOURCE, EXPECTED)})


def test_a_run_records_what_probes_record(tmp_path: Path, small_set: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout = write_canary(tmp_path / "server")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    shown: list[str] = []
    result = run_probes(small_set, "canary", checkout, [], None, lambda outcome: shown.extend(lines_of(outcome)))
    assert [(row["key"], row["got"]) for row in result["differ"]] == [("after", ABSENT)]
    assert (result["total"], result["agree"], result["skipped"]) == (11, 10, 0)
    problems = {row["probe"]: row["problem"] for row in result["probes"]}
    assert problems["plain.x"] == ""
    assert "boom" in problems["fails.x"]
    assert any(line.startswith("FAIL fails.x: 1 of 2") for line in shown)
    assert list(scratch.iterdir()) == [], "the copy of the checkout is still there"


def test_a_probe_of_ones_own_choice(tmp_path: Path, small_set: Path) -> None:
    result = run_probes(small_set, "canary", write_canary(tmp_path / "server"), ["plain.x"], None)
    assert [row["probe"] for row in result["probes"]] == ["plain.x"]
    assert result["differ"] == []


def test_without_a_checkout_all_are_skipped(small_set: Path) -> None:
    result = run_probes(small_set, "canary", None, [], None)
    assert (result["total"], result["skipped"]) == (0, 11)


def test_a_checkout_of_the_other_server_is_refused(tmp_path: Path, small_set: Path) -> None:
    with pytest.raises(ConfigError, match="is a checkout of tfs, not of canary"):
        run_probes(small_set, "canary", write_tfs(tmp_path / "server"), [], None)


def test_a_server_that_does_not_start_is_told_of(tmp_path: Path, small_set: Path) -> None:
    checkout = write_canary(tmp_path / "server")
    (small_set / "10_x.lua").write_text("probe(", encoding="utf-8")
    result = run_probes(small_set, "canary", checkout, ["plain.x"], None)
    assert result["probes"][0]["problem"] == "no file declared it"
    assert result["agree"] == 0
