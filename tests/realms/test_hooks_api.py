"""hooks.on and plugin.on: places in the chain, the handle, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import PluginFolder, RunningHost

SAY = {"name": "Eve"}


def say(running: RunningHost, text: str = "") -> str:
    value: str = running.host.hooks["player.say"](text, SAY).value
    return value


def test_first_and_last_stand_around_the_others(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.plugin(
        "places",
        """
        local function add(letter) return function(text) return text .. letter end end
        hooks.on("player.say", add("z"), {last = true})
        hooks.on("player.say", add("m"))
        hooks.on("player.say", add("n"), {})
        hooks.on("player.say", add("a"), {first = true})
        """,
    )

    async def scenario() -> None:
        async with host() as running:
            assert say(running) == "amnz"

    in_host(scenario)


def test_first_and_last_across_languages(folder: PluginFolder, host: Any, in_host: Any) -> None:
    """Both languages are in one order: first, the rest, last; the plugin that was loaded later leads its group."""
    folder.plugin(
        "a_lua",
        """
        hooks.on("player.say", function(text) return text .. "1" end, {first = true})
        hooks.on("player.say", function(text) return text .. "4" end)
        hooks.on("player.say", function(text) return text .. "5" end, {last = true})
        """,
    )
    folder.write(
        "b_python.py",
        """
        def setup(plugin):
            plugin.on("player.say", lambda text, player: text + "6", last=True)
            plugin.on("player.say", lambda text, player: text + "3")
            plugin.on("player.say", lambda text, player: text + "0", first=True)
        """,
    )

    async def scenario() -> None:
        async with host() as running:
            assert say(running) == "013456"
            # A reload does not change a plugin's place.
            assert running.host.plugins.reload("a_lua").ok
            assert say(running) == "013456"

    in_host(scenario)


def test_a_handler_marked_in_python_has_the_same_places(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.write(
        "marked.py",
        """
        from tibicen.api import hookimpl

        @hookimpl(tryfirst=True)
        def player_say(text):
            return text + "1"

        def setup(plugin):
            plugin.on("player.say", lambda text, player: text + "2")
        """,
    )

    async def scenario() -> None:
        async with host() as running:
            assert say(running) == "12"

    in_host(scenario)


def test_the_handle_takes_a_handler_back(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.plugin(
        "lua",
        """
        local handle = hooks.on("player.say", function(text) return text .. "L" end)
        function exports.cancel() handle.cancel() end
        function exports.cancel_as_method() handle:cancel() end
        """,
    )
    folder.write(
        "python.py",
        """
        def setup(plugin):
            handle = plugin.on("player.say", lambda text, player: text + "P")
            plugin.export(handle.cancel, "cancel")
        """,
    )

    async def scenario() -> None:
        async with host() as running:
            assert say(running) == "PL"
            running.export("lua", "cancel")
            assert say(running) == "P"
            assert running.info("lua")["handlers"] == 0
            running.export("python", "cancel")
            assert say(running) == ""
            assert running.info("python")["handlers"] == 0
            # A second time is no error, by whichever way of writing.
            running.export("lua", "cancel_as_method")
            running.export("python", "cancel")

    in_host(scenario)


def test_a_handler_may_cancel_itself_and_add_another(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.plugin(
        "once",
        """
        local handle
        handle = hooks.on("player.say", function(text)
            handle.cancel()
            hooks.on("player.say", function(other) return other .. "later" end)
            return text .. "once"
        end)
        """,
    )

    async def scenario() -> None:
        async with host() as running:
            assert [say(running), say(running), say(running)] == ["once", "later", "later"]
            assert running.info("once")["strikes"] == []

    in_host(scenario)


def test_stop_ends_the_chain_in_both_languages(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.plugin("base", 'hooks.on("player.say", function(text) return text .. "end" end, {last = true})')
    folder.plugin(
        "lua",
        """
        hooks.on("player.say", function(text)
            if text == "lua" then return hooks.stop("L") end
            if text == "keep" then return hooks.stop() end
        end)
        """,
    )
    folder.write(
        "python.py",
        """
        from tibicen.api import Stop, hookimpl

        @hookimpl
        def player_say(text):
            return Stop("P") if text == "python" else None
        """,
    )

    async def scenario() -> None:
        async with host() as running:
            hook = running.host.hooks["player.say"]
            assert hook("lua", SAY) == ("L", "lua")
            assert hook("keep", SAY) == ("keep", "lua")
            assert hook("python", SAY) == ("P", "python")
            assert hook("free ", SAY) == ("free end", None)

    in_host(scenario)


def test_all_kinds_of_hooks_are_answered_by_both(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.plugin(
        "lua",
        """
        heard = {}
        hooks.on("player.login", function(player) heard[#heard + 1] = player.name end)
        hooks.on("status.player_online", function(name) if name == "Eve" then return true end end)
        hooks.on("status.players", function() return {{name = "Eve", level = 8}} end)
        function exports.heard() return heard end
        """,
    )
    folder.write(
        "python.py",
        """
        from tibicen.api import hookimpl

        heard = []

        @hookimpl
        def player_login(player):
            heard.append(player["name"])

        @hookimpl
        def status_player_online(name):
            return False if name == "Bob" else None

        @hookimpl
        def status_players():
            return [{"name": "Ann", "level": 9}]

        def setup(plugin):
            plugin.export(lambda: heard, "heard")
        """,
    )

    async def scenario() -> None:
        async with host() as running:
            hooks = running.host.hooks
            hooks["player.login"]({"name": "Eve"})
            assert running.export("lua", "heard") == running.export("python", "heard") == ["Eve"]
            assert [hooks["status.player_online"](name) for name in ("Eve", "Bob", "Ann")] == [True, False, None]
            assert hooks["status.players"]() == [[{"name": "Ann", "level": 9}], [{"name": "Eve", "level": 8}]]

    in_host(scenario)


REFUSED = {
    "an unknown hook": (
        'hooks.on("player.logni", print)',
        "there is no hook 'player.logni'; did you mean 'player.login'",
    ),
    "no function": ('hooks.on("player.login", 5)', "hooks.on: argument 2 must be a function, not number"),
    "no name": ("hooks.on(nil, print)", "hooks.on: argument 1 must be a string, not nil"),
    "no options": ('hooks.on("player.login", print, true)', "hooks.on: argument 3 must be a table, not boolean"),
    "first and last": (
        'hooks.on("player.login", print, {first = true, last = true})',
        "a handler of player.login can't be both first and last",
    ),
    "a name that is not UTF-8": ('hooks.on("caf\\233", print)', "hooks.on: a hook's name must be text in UTF-8"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_lua_gets_wrong_is_told_at_its_line(folder: PluginFolder, host: Any, in_host: Any, what: str) -> None:
    code, sentence = REFUSED[what]
    folder.plugin("wrong", "-- one\n" + code)

    async def scenario() -> None:
        async with host() as running:
            info = running.info("wrong")
            assert info["state"] == "failed"
            assert info["errors"][0].startswith("wrong/init.lua:2: ")
            assert sentence in info["errors"][0]

    in_host(scenario)


def test_what_python_gets_wrong_is_told_at_its_line(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.write("wrong.py", 'def setup(plugin):\n    plugin.on("player.logni", print)\n')

    async def scenario() -> None:
        async with host() as running:
            (error,) = running.info("wrong")["errors"]
            assert error.startswith("wrong.py:2: ")
            assert "there is no hook 'player.logni'; did you mean 'player.login'?" in error

    in_host(scenario)


def test_an_unknown_hookimpl_names_the_nearest_hook(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.write(
        "wrong.py", "from tibicen.api import hookimpl\n\n\n@hookimpl\ndef player_logni(player):\n    return None\n"
    )

    async def scenario() -> None:
        async with host() as running:
            (error,) = running.info("wrong")["errors"]
            assert error.startswith("wrong.py:4: @hookimpl player_logni: there is no hook")
            assert "did you mean 'player_login'?" in error

    in_host(scenario)


@pytest.mark.parametrize("tier", ["contained", "isolated"])
def test_a_wrong_argument_is_told_at_its_line(folder: PluginFolder, host: Any, in_host: Any, tier: str) -> None:
    folder.plugin("wrong", "from .more import player_say\n", f"tier: {tier}", "plugin.py")
    folder.write(
        "wrong/more.py",
        "from tibicen.api import hookimpl\n\n\n@hookimpl(tryfirst=True)\ndef player_say(text, plyer): ...\n",
    )

    async def scenario() -> None:
        async with host() as running:
            (error,) = running.info("wrong")["errors"]
            assert error == (
                "wrong/more.py:4: @hookimpl player_say: player.say has no argument 'plyer'; it has text, player"
            )

    in_host(scenario)


def test_a_failing_handler_is_a_strike_and_the_chain_goes_on(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.plugin("lua", 'hooks.on("player.say", function(text)\n    error("lua broke")\nend)')
    folder.write(
        "python.py",
        """
        def broken(text, player):
            raise ValueError("python broke")

        def setup(plugin):
            plugin.on("player.say", broken)
            plugin.on("player.say", lambda text, player: text + "!", last=True)
        """,
    )

    async def scenario() -> None:
        async with host() as running:
            assert say(running, "hi") == "hi!"
            (lua,) = running.info("lua")["strikes"]
            (python,) = running.info("python")["strikes"]
            assert lua == {"kind": "error", "reason": "lua/init.lua:2: lua broke"}
            assert python == {"kind": "error", "reason": "python.py:2: ValueError: python broke"}

    in_host(scenario)
