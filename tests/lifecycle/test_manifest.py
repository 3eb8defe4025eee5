from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tibicen.errors import ManifestError
from tibicen.lifecycle.manifest import Manifest, Setting, check_setting
from tibicen.lifecycle.manifest_reader import parse_manifest
from tibicen.lifecycle.schema import plugin_schema, schema_path, schema_text
from tibicen.paths import checkout_root

WHOLE = b"""
name: greeter
version: 1.2.0
realm: native
entry: init.lua
requires: {chatlog: ">=1.0,<2", other: "*"}
tier: contained
trusted: false
budget: {cpu_ms: 50, memory_mb: 16}
permissions: ["bus.publish:chat.*", config.read]
settings: {greeting: {type: string, default: "Welcome"}, many: {type: integer, default: 3, min: 1, max: 5}}
lazy: {on: [player.login]}
"""


def test_a_whole_manifest() -> None:
    manifest = parse_manifest(WHOLE, "greeter/plugin.yaml")
    assert manifest.name == "greeter"
    assert manifest.requires == {"chatlog": ">=1.0,<2", "other": "*"}
    assert manifest.settings["many"].max == 5
    assert manifest.lazy is not None and manifest.lazy.on == ["player.login"]


def test_defaults() -> None:
    assert parse_manifest(b"name: x", "x/plugin.yaml") == Manifest(name="x")


PROBLEMS = [
    (b"", "1: the file is empty"),
    (b"# only a comment\n", "1: the file is empty"),
    (b"- a\n", "1: the file must be a map"),
    (b"version: '1.0'\n", "1: name is missing"),
    (b"name: x\nverion: '1'\n", "2: unknown key 'verion'; did you mean 'version'?"),
    (b"name: x\nzzz: 1\n", "2: unknown key 'zzz'; the keys are name, version"),
    (b"name: x\nversion: 1.2\n", "2: version must be text, found '1.2'; quote it: \"1.2\""),
    (b"name: x\nversion: nonsense\n", "2: version 'nonsense' is none"),
    (b"name: Bad Name\n", "1: name 'Bad Name' is not one for a plugin"),
    (
        b"name: x\nrealm: canari\n",
        "2: realm must be one of native, otclient, canary, found 'canari'; did you mean 'canary'?",
    ),
    (
        b"name: x\ncheckout: ../client\n",
        "2: checkout is for plugins of the realms otclient and canary, not native; write the realm, or remove it",
    ),
    (
        b"name: x\nrealm: otclient\nentry: plugin.py\n",
        "3: a client begins with the init.lua of its checkout; name that by `checkout`, not entry",
    ),
    (
        b"name: x\nrealm: otclient\ntier: isolated\n",
        "3: a plugin of the realm otclient has a VM of its own: tier contained; remove it",
    ),
    (b"name: x\nenabled: 'yes'\n", "2: enabled must be true or false"),
    (b"name: x\nbudget:\n  cpu_ms: 0\n", "3: budget.cpu_ms"),
    (b"name: x\nbudget:\n  cpu: 1\n", "3: unknown key 'budget.cpu'; did you mean 'cpu_ms'?"),
    (b"name: x\nbudget: 5\n", "2: budget must be a map"),
    (b"name: x\nrequires: [a]\n", "2: requires must be a map"),
    (b"name: x\nrequires:\n  a: '>>1'\n", "3: requires.a: '>>1' is no version range"),
    (b"name: x\nrequires:\n  x: '*'\n", "3: x requires itself"),
    (b"name: x\nname: y\n", "2: 'name' stands here a second time (first at line 1)"),
    (b"name: x\nentry: ../y.lua\n", "2: entry '../y.lua' must lie inside"),
    (b"name: x\nentry: /y.lua\n", "2: entry '/y.lua' must lie inside"),
    (b"name: x\nentry: y.txt\n", "2: entry 'y.txt' must be a .lua or .py file"),
    (
        b"name: x\nsettings:\n  a: {type: integer, default: no}\n",
        "3: settings.a.default: expected a value of type integer",
    ),
    (b"name: x\nsettings:\n  a: {type: integer}\n", "3: settings.a.default is missing"),
    (
        b"name: x\nsettings:\n  a: {type: integer, default: 9, max: 5}\n",
        "3: settings.a.default: 9 is above the maximum of 5",
    ),
    (b"name: x\nlazy: {}\n", "2: lazy.on is missing"),
    (b"name: [\n", "this is not YAML"),
    (b"name: x\n\tversion: y\n", "spaces, not tabs"),
    (b"name: \xff\n", "1: this is not UTF-8"),
    (b"name: x\npermissions: &a [b]\nauthors: *a\n", "3: aliases (*a) are not allowed"),
    (b"name: x\nversion: 2020-01-01\n", 'quote it: "2020-01-01"'),
    (b"name: x\ndescription: !!python/object:os.system ls\n", "2: description"),
    (b"a: " * 40_000, "the largest is 65536"),
    (b"name: x\nsettings: " + b"{a: " * 400 + b"1" + b"}" * 400, ""),
]


@pytest.mark.parametrize(("text", "expected"), PROBLEMS, ids=[str(index) for index in range(len(PROBLEMS))])
def test_problems_name_file_line_and_way_out(text: bytes, expected: str) -> None:
    with pytest.raises(ManifestError) as caught:
        parse_manifest(text, "x/plugin.yaml")
    assert all(problem.startswith("x/plugin.yaml:") for problem in caught.value.problems)
    assert any(expected in problem for problem in caught.value.problems), caught.value.problems


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(ManifestError) as caught:
        parse_manifest(b"name: X\nversion: 1.0\nrealm: nope\nbudget: {cpu: 1}\nrequires: {a: '!'}\n", "x/plugin.yaml")
    assert [problem.split(":")[1] for problem in sorted(caught.value.problems)] == ["1", "2", "3", "4", "5"]


@given(st.binary(max_size=200))
@settings(max_examples=200)
def test_any_bytes_are_read_or_refused(text: bytes) -> None:
    try:
        parse_manifest(text, "x/plugin.yaml")
    except ManifestError as error:
        assert error.problems


@pytest.mark.parametrize(
    ("setting", "value", "fits"),
    [
        (Setting(type="integer", default=1), True, False),
        (Setting(type="boolean", default=True), False, True),
        (Setting(type="number", default=1), 1.5, True),
        (Setting(type="string", default="a", choices=["a", "b"]), "c", False),
        (Setting(type="list", default=[]), [1], True),
        (Setting(type="map", default={}), [], False),
    ],
)
def test_values_of_settings(setting: Setting, value: Any, fits: bool) -> None:
    assert (check_setting(setting, value) is None) is fits


def test_the_published_schema_is_the_types() -> None:
    assert schema_path().read_text(encoding="utf-8") == schema_text(), "run `python -m tibicen.lifecycle.schema`"


def _accepts(document: Any) -> bool:
    return jsonschema.Draft202012Validator(plugin_schema()).is_valid(document)


def test_the_schema_takes_every_example() -> None:
    root = checkout_root()
    assert root is not None
    found = list((root / "plugins").glob("*/plugin.yaml"))
    assert found
    for path in found:
        assert _accepts(yaml.safe_load(path.read_bytes())), path
        parse_manifest(path.read_bytes(), str(path))


documents = st.fixed_dictionaries(
    {"name": st.sampled_from(["a", "greeter", "a-b_2", "A", "2a", ""])},
    optional={
        "version": st.sampled_from(["1.0", "1.2.3"]),
        "realm": st.sampled_from(["native", "canary", "other"]),
        "trusted": st.sampled_from([True, "yes"]),
        "budget": st.sampled_from([{}, {"cpu_ms": 5}, {"cpu_ms": -5}, {"memory_mb": 1e9}, {"x": 1}, []]),
        "requires": st.sampled_from([{}, {"b": "*"}, {"B": "*"}, ["b"]]),
        "lazy": st.sampled_from([None, {"on": ["x.y"]}, {"on": []}, {}]),
        "unknown": st.just(1),
    },
)


@given(documents)
def test_schema_and_reader_agree(document: dict[str, Any]) -> None:
    """JSON is YAML, so one text goes through both."""
    try:
        parse_manifest(json.dumps(document).encode(), "x/plugin.yaml")
        read = True
    except ManifestError:
        read = False
    assert read is _accepts(document)


def test_no_example_lacks_a_description() -> None:
    root = checkout_root()
    assert root is not None
    for path in sorted(Path(root / "plugins").glob("*/plugin.yaml")):
        assert parse_manifest(path.read_bytes(), path.parent.name).description, path
