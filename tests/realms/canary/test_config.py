"""configManager over the server's config.lua."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.realms.canary.servers import DIALECTS, lua, with_server, write

from tibicen.realms.canary.server import Dialect, Server, numbers_of


@pytest.mark.parametrize("dialect", DIALECTS)
def test_values_and_defaults(tmp_path: Path, dialect: Dialect) -> None:
    files = {"config.lua": 'local base = 3\nrateSkill = base * 2 + 0.9\nfreePremium = true\nserverName = "Here"\n'}
    code = """
        local get = configManager
        return {
            get.getNumber(configKeys.RATE_SKILL), get.getBoolean(configKeys.FREE_PREMIUM),
            get.getString(configKeys.SERVER_NAME), get.getNumber(configKeys.PZ_LOCKED),
        }
    """
    assert lua(tmp_path, code, files, dialect=dialect) == [6, True, "Here", 60000]


def test_keys_below_nothing_and_floats(tmp_path: Path) -> None:
    # A key is a member of an enumeration: what is negative wraps, and names no setting. A nil that was passed is false.
    code = """
        local get, rate = configManager, configKeys.HOUSE_RENT_RATE
        return { get.getNumber(-1), get.getNumber(0), get.getFloat(rate), get.getFloat(rate, nil) == 1.1,
            get.getFloat(rate, nil) > 1.1, get.getFloat(0, "last") }
    """
    assert lua(tmp_path, code, {"config.lua": "houseRentRate = 1.1\n"}) == [0, 0, 1.1, False, True, "last"]


def test_wrong_kinds(tmp_path: Path) -> None:
    files = {"config.lua": 'rateSkill = "many"\nfreePremium = "yes"\nserverName = 5\nhouseRentRate = 1.23456\n'}
    code = """
        local get = configManager
        return {
            get.getBoolean(configKeys.FREE_PREMIUM), get.getString(configKeys.SERVER_NAME),
            get.getNumber(configKeys.SERVER_NAME), get.getString(99999), get.getNumber(99999),
            get.getFloat(configKeys.HOUSE_RENT_RATE), get.getFloat(configKeys.HOUSE_RENT_RATE, false) > 1.2345,
            get.getNumber(configKeys.RATE_SKILL) == DEFAULT,
        }
    """
    default = numbers_of("canary")["config"]["RATE_SKILL"]["default"]
    code = f"local DEFAULT = {default} {code}"
    assert lua(tmp_path, code, files) == [False, "5", 0, "", 0, 1.23, True, True]


def test_tfs_numbers_each_kind_by_itself(tmp_path: Path) -> None:
    code = """
        local keys = configKeys
        return { keys.ALLOW_CHANGEOUTFIT, configManager.getBoolean(keys.ALLOW_CHANGEOUTFIT), #tostring(keys.IP) }
    """
    assert lua(tmp_path, code, {"config.lua": 'allowChangeOutfit = "no"\n'}, dialect="tfs")[:2] == [0, False]


def test_a_broken_config_changes_nothing(tmp_path: Path) -> None:
    def body(server: Server) -> object:
        read = b"return configManager.getNumber(configKeys.RATE_SKILL)"
        assert server.run(read) == 4
        write(tmp_path, {"config.lua": "rateSkill = = 5"})
        assert server.control("reload_config") is False
        assert server.run(read) == 4
        write(tmp_path, {"config.lua": "rateSkill = 9"})
        assert server.control("reload_config") is True
        return server.run(read)

    assert with_server(tmp_path, body, {"config.lua": "rateSkill = 4"}) == 9


def test_config_has_no_globals_of_scripts(tmp_path: Path) -> None:
    files = {"config.lua": "rateSkill = addEvent and 8 or 2"}
    assert lua(tmp_path, "return configManager.getNumber(configKeys.RATE_SKILL)", files) == 2


def test_overrides(tmp_path: Path) -> None:
    files = {"config.lua": "rateSkill = 4"}
    code = "return configManager.getNumber(configKeys.RATE_SKILL)"
    assert lua(tmp_path, code, files, settings={"overrides": {"rateSkill": 7}}) == 7
