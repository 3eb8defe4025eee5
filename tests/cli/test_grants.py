"""`tibicen plugins grant`, `revoke` and `info`, against a real host behind its control socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PluginFolder, Scenario
from tests.hosting import hosting

from tibicen.cli.app import app
from tibicen.cli.control import ControlServer
from tibicen.cli.grants import grant_arguments
from tibicen.cli.operations import operations_of
from tibicen.config import PermissionsConfig, load_config
from tibicen.errors import ConfigError, ControlError

InHost = Callable[[Scenario], Any]

FIRST = "exports.version = function() return 1 end"
SECOND = "exports.version = function() return 2 end"
WANTED = "permissions: ['bus.publish:chat.say', 'bus.subscribe:chat.*']\n"


def command(*words: str) -> tuple[int, BaseException | None]:
    """Runs a command as a shell would; its exit code, or what it raised."""
    try:
        app(list(words), exit_on_error=False)
    except SystemExit as end:
        return int(end.code or 0), None
    except Exception as error:
        return 1, error
    return 0, None


def test_what_is_refused_is_granted_by_the_command_that_the_report_names(
    folder: PluginFolder, in_host: InHost, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    socket = tmp_path / "control.sock"
    path = folder.plugin("p", FIRST)

    async def scenario() -> None:
        async with hosting(folder, permissions=PermissionsConfig()) as running:
            server = ControlServer(socket, operations_of(running.host))
            await server.start()

            async def run(*words: str) -> tuple[int, str]:
                code, error = await asyncio.to_thread(command, *words, "--socket", str(socket))
                assert error is None, error
                return code, capsys.readouterr().out

            try:
                folder.plugin("p", SECOND, WANTED)
                (refused,) = running.save(path)
                assert "`tibicen plugins grant p` grants all of it" in str(refused.problems[0])
                assert str(refused.problems[0]).startswith("p/plugin.yaml:2: ")

                # A part is not enough.
                code, out = await run("plugins", "grant", "p", "bus.publish:chat.say")
                assert code == 1
                assert "granted to p: bus.publish:chat.say" in out
                assert "the old generation goes on serving" in out
                assert running.export("p", "version") == 1
                _, out = await run("plugins", "info", "p", "--json")
                assert json.loads(out)["permissions"] == {
                    "asked": ["bus.publish:chat.say", "bus.subscribe:chat.*"],
                    "granted": ["bus.publish:chat.say"],
                    "given": [],
                    "missing": ["bus.subscribe:chat.*"],
                }

                code, out = await run("plugins", "grant", "p", "--all")
                assert code == 0
                assert "granted to p: bus.subscribe:chat.*" in out
                assert running.export("p", "version") == 2

                code, out = await run("plugins", "revoke", "p", "bus.subscribe:chat.*")
                assert code == 0
                assert "it asks for bus.subscribe:chat.*, which was not granted" in out
                assert running.info("p")["state"] == "failed"
                _, out = await run("plugins", "grant", "p")
                assert running.info("p")["state"] == "active"
            finally:
                await server.stop()

    in_host(scenario)


def test_revoking_what_was_not_granted_tells_what_was(folder: PluginFolder, in_host: InHost, tmp_path: Path) -> None:
    folder.plugin("p", FIRST, WANTED)
    socket = tmp_path / "control.sock"

    async def scenario() -> None:
        async with hosting(folder, permissions=PermissionsConfig()) as running:
            server = ControlServer(socket, operations_of(running.host))
            await server.start()
            try:
                words = ("plugins", "revoke", "p", "bus.publish:chat.sya", "--socket", str(socket))
                _, error = await asyncio.to_thread(command, *words)
                assert isinstance(error, ControlError)
                assert "has bus.publish:chat.say, bus.subscribe:chat.*" in str(error)
                assert "did you mean 'bus.publish:chat.say'?" in str(error)
                assert running.info("p")["state"] == "active"
            finally:
                await server.stop()

    in_host(scenario)


def test_words_that_are_no_permission_are_refused_before_the_host_is_asked() -> None:
    with pytest.raises(ConfigError, match=r"did you mean 'bus\.publish:x'"):
        grant_arguments("p", ["bus.publsh:x"], False)
    with pytest.raises(ConfigError, match="not both"):
        grant_arguments("p", ["bus.publish:x"], True)
    assert grant_arguments("p", ["*"], False) == {"name": "p", "permissions": ["*"]}


def test_host_yaml_names_the_line_of_what_is_no_permission(tmp_path: Path) -> None:
    file = tmp_path / "host.yaml"
    file.write_text(
        "permissions: {everyone: ['bus.publish:x']}\nplugins:\n  p:\n    permissions:\n      - '*'\n      - bus.pub:x\n"
    )
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    assert str(caught.value).startswith("host.yaml:6: plugins.p.permissions: unknown permission 'bus.pub:x'; did you ")
