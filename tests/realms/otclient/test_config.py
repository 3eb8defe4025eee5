"""Settings: Config objects, who keeps them, and what an end of the client saves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.realms.otclient.clients import DIALECTS, errors, lua, run, with_client

from tibicen.realms.otclient.client import Client, Dialect


@pytest.mark.parametrize("dialect", DIALECTS)
def test_values_are_text(tmp_path: Path, dialect: Dialect) -> None:
    code = """
        local s = g_configs.getSettings()
        s:setValue('n', 5)
        s:setValue('q', '"quo\\\\nted"')
        s:setList('l', { 1, 'two' })
        return { s:getValue('n'), s:getValue('q'), s:getList('l'), s:getValue('none'), s:exists('n'), s:exists('none') }
    """
    assert lua(tmp_path, code, dialect=dialect) == ["5", "quo\nted", ["1", "two"], "", True, False]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_nodes_keep_their_types(tmp_path: Path, dialect: Dialect) -> None:
    code = """
        local s = g_configs.getSettings()
        s:setNode('n', { a = 1, b = '1', c = false, d = {} })
        s:mergeNode('n', { a = 2, e = 'x' })
        local node = s:getNode('n')
        s:remove('n')
        return { node, s:getNode('n') == nil }
    """
    assert lua(tmp_path, code, dialect=dialect) == [{"a": 2, "b": 1, "c": False, "e": "x"}, True]


def test_a_node_is_a_table(tmp_path: Path) -> None:
    def body(client: Client) -> Any:
        return run(
            client,
            """
            local ok, err = pcall(function() g_configs.getSettings():setNode('n', 'text') end)
            return err:match('^[^\\n]*')
            """,
        )

    assert with_client(tmp_path, {}, body) == (
        "C++ call failed: LUA ERROR: attempt to cast a 'string' lua value to 'std::shared_ptr<OTMLNode>'"
    )


def test_configurations_are_kept_by_file(tmp_path: Path) -> None:
    code = """
        local c = g_configs.create('/a.otml')
        local out = { g_configs.get('/a.otml') == c, g_configs.load('/a.otml') == c, g_configs.load('/no.otml') == nil }
        c:setValue('k', 'v')
        out[4] = c:save()
        out[5] = g_configs.unload('/a.otml')
        out[6] = g_configs.unload('/a.otml')
        out[7] = g_configs.get('/a.otml') == nil
        out[8] = g_configs.load('/a.otml'):getValue('k')
        out[9] = { pcall(c.getValue, c, 'k') }
        out[9] = out[9][2]:match('^[^\\n]*')
        return out
    """
    assert lua(tmp_path, code) == [
        True,
        True,
        True,
        True,
        True,
        False,
        True,
        "v",
        "C++ call failed: the configuration was unloaded",
    ]


def test_a_broken_file_is_reported(tmp_path: Path) -> None:
    def body(client: Client) -> Any:
        return run(client, "return g_configs.loadSettings('/config.otml') == nil"), errors(client)

    loaded, logged = with_client(tmp_path, {"config.otml": "a:\n   b: 1\n"}, body)
    assert loaded is True
    assert logged == [
        "Unable to parse configuration file 'OTML error in '/config.otml' at line 2: must indent every 2 spaces': "
    ]


def test_an_end_saves_the_settings(tmp_path: Path) -> None:
    def body(client: Client) -> None:
        run(client, "g_configs.loadSettings('/config.otml') g_configs.getSettings():setValue('locale', 'pt')")
        client.terminate()
        assert client.stopped

    with_client(tmp_path, {"config.otml": "locale: en\nother: 1\n"}, body)
    assert (tmp_path / "home/.test/config.otml").read_text() == "locale: pt\nother: 1\n"
    assert (tmp_path / "client/config.otml").read_text() == "locale: en\nother: 1\n"
