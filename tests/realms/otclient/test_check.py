"""`tibicen check --realm otclient`: a row for each module, with its errors, its time and what it looked up in vain."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.realms.otclient.checkouts import write_checkout

from tibicen.cli.check import check_client
from tibicen.errors import ConfigError
from tibicen.realms.otclient.check import missing_functions
from tibicen.realms.otclient.checkout import Checkout


def rows_of(result: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in result["plugins"]}


def test_modules_come_in_the_order_of_loading(tmp_path: Path) -> None:
    path = write_checkout(tmp_path / "client", {"aaa": "x = 1", "extra_one": "y = 1"})
    result = check_client([path], everything=False)
    names = [row["name"] for row in result["plugins"]]
    assert names[0] == "corelib"
    assert names[-1] == "extra_one"
    rows = rows_of(result)
    assert rows["aaa"]["state"] == "active"
    assert rows["aaa"]["realm"] == "otclient"
    assert rows["extra_one"]["state"] == "unloaded"
    assert result["totals"]["plugins"] == 6
    assert result["totals"]["active"] == 5
    assert result["totals"]["failed"] == 0
    assert result["totals"]["dialect"] == "mehah"


def test_the_others_are_loaded_on_request(tmp_path: Path) -> None:
    path = write_checkout(tmp_path / "client", {"extra_one": "local x = nil + 1"})
    row = rows_of(check_client([path], everything=True))["extra_one"]
    assert row["errors"]
    assert any("/extra_one/extra_one.lua:1" in error for error in row["errors"])


def test_an_error_belongs_to_the_module_that_loads(tmp_path: Path) -> None:
    path = write_checkout(tmp_path / "client", {"good": "", "wrong": 'error("broken")'})
    result = check_client([path], everything=False)
    rows = rows_of(result)
    assert rows["good"]["errors"] == []
    assert any("/wrong/wrong.lua:1: broken" in error for error in rows["wrong"]["errors"])
    assert result["totals"]["failed"] == 1


def test_an_error_of_a_callback_belongs_to_the_file_that_it_names(tmp_path: Path) -> None:
    path = write_checkout(tmp_path / "client", {"late": 'scheduleEvent(function() error("later") end, 50)'})
    rows = rows_of(check_client([path], everything=False))
    assert any("/late/late.lua:1: later" in error for error in rows["late"]["errors"])


def test_missing_functions_that_are_looked_up_are_named(tmp_path: Path) -> None:
    assert {"ProtocolGame:getItem", "DatabaseMySQL.create"} <= set(missing_functions("edubart"))
    asks = "local _ = ProtocolGame.create().getItem, DatabaseMySQL"
    path = write_checkout(tmp_path / "client", {"asks": asks, "other": ""}, edubart=True)
    result = check_client([path], everything=False)
    assert rows_of(result)["asks"]["missing"] == ["DatabaseMySQL", "ProtocolGame:getItem"]
    assert rows_of(result)["other"]["missing"] == []
    assert result["totals"]["missing"] == ["DatabaseMySQL", "ProtocolGame:getItem"]


def test_only_one_folder_with_a_client_is_taken(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="one checkout"):
        check_client([tmp_path, tmp_path], everything=False)
    with pytest.raises(ConfigError, match="is no checkout"):
        check_client([tmp_path], everything=False)


def test_the_dialect_is_told_from_the_modules(tmp_path: Path) -> None:
    path = write_checkout(tmp_path / "client")
    assert Checkout.open(path).dialect == "mehah"
    other = write_checkout(tmp_path / "other", edubart=True)
    assert Checkout.open(other).dialect == "edubart"
    assert Checkout.open(path, "edubart").dialect == "edubart"


def test_the_command_prints_rows_and_ends_with_1_when_one_failed(tmp_path: Path) -> None:
    path = write_checkout(tmp_path / "client", {"wrong": 'error("broken")'})
    command = [sys.executable, "-m", "tibicen", "check", "--realm", "otclient", str(path)]
    shown = subprocess.run(command, capture_output=True, text=True, check=False)
    assert shown.returncode == 1
    assert "FAIL wrong" in shown.stdout
    assert "ok   corelib (active" in shown.stdout
    as_json = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False)
    assert json.loads(as_json.stdout)["totals"]["failed"] == 1
