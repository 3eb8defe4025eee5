"""Flags of items, from the files that servers and clients have."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.realms.canary.wire_worlds import BAG, COIN, ITEMS

from tibicen.cli.item_files import item_table
from tibicen.errors import ConfigError
from tibicen.protocol.items import FLAGS
from tibicen.realms.otclient.assets import write_assets
from tibicen.testing.small_server import ITEMS_FILE, write_small_server

WANTED = {COIN: FLAGS["stackable"], BAG: FLAGS["container"]}


def test_each_kind_of_file(tmp_path: Path) -> None:
    write_small_server(tmp_path, "canary", ITEMS)
    write_assets(tmp_path, 1098)
    write_assets(tmp_path, 1310)
    lists = {"flags": {"stackable": [COIN], "container": [BAG]}, "covered": [COIN, BAG]}
    (tmp_path / "items.json").write_text(json.dumps(lists), encoding="utf-8")
    names = (ITEMS_FILE, "things/1098/Tibia.dat", "things/1310/appearances.dat", "items.json")
    for name in names:
        table = item_table(tmp_path / name)
        assert {number: table.flags(number) & bits for number, bits in WANTED.items()} == WANTED, name
    assert item_table(None).empty


def test_what_is_no_such_file_says_so(tmp_path: Path) -> None:
    for name in ("items.otb", "items.dat", "items.json"):
        (tmp_path / name).write_bytes(b"nonsense")
        with pytest.raises(ConfigError, match=name):
            item_table(tmp_path / name)
        with pytest.raises(ConfigError, match="none"):
            item_table(tmp_path / "none" / name)
