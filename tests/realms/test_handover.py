"""on_snapshot, on_migrate and on_health: state goes over, and who says no is not let in."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest
from tests.conftest import PluginFolder, RunningHost

SAY = {"name": "Eve"}
GOOD = {
    "lua": (
        "p.lua",
        """
        local seen = {}
        function on_snapshot() return {seen = seen} end
        function on_migrate(old) seen = old and old.seen or {"first"} end
        hooks.on("player.say", function(text) seen[#seen + 1] = text return "VERSION " .. text end)
        function exports.seen() return seen end
        """,
    ),
    "python": (
        "p.py",
        """
        from tibicen.api import hookimpl

        seen = []

        def on_snapshot():
            return {"seen": seen}

        def on_migrate(old):
            seen.extend(old["seen"] if old else ["first"])

        @hookimpl
        def player_say(text):
            seen.append(text)
            return "VERSION " + text

        def setup(plugin):
            plugin.export(lambda: seen, "seen")
        """,
    ),
}
# What is added to the new version, and what the refusal says.
REFUSED = {
    "lua": {
        "health is false": ("function on_health() return false end", "on_health said no"),
        "health says why": ('function on_health() return "no database" end', "on_health said no: no database"),
        "health fails": ('function on_health()\n    error("ill")\nend', "on_health failed: ill"),
        "migrate fails": ('function on_migrate()\n    error("what?")\nend', "on_migrate failed: what?"),
        "the code fails": ('error("broken")', "broken"),
        "the code is no Lua": ("local =", "'<name>' expected near '='"),
    },
    "python": {
        "health is false": ("def on_health():\n    return False", "on_health said no"),
        "health says why": ('def on_health():\n    return "no database"', "on_health said no: no database"),
        "health fails": ('def on_health():\n    raise ValueError("ill")', "on_health failed: ValueError: ill"),
        "migrate fails": (
            'def on_migrate(old):\n    raise ValueError("what?")',
            "on_migrate failed: ValueError: what?",
        ),
        "the code fails": ('raise ValueError("broken")', "ValueError: broken"),
        "the code is no Python": ("def (", "SyntaxError: invalid syntax"),
        "the code ends the process": ("raise SystemExit(3)", "it tried to end the host (sys.exit(3))"),
        "setup fails": ('def setup(plugin):\n    raise ValueError("set up")', "ValueError: set up"),
        "setup ends the process": (
            "def setup(plugin):\n    raise SystemExit",
            "it tried to end the host (sys.exit(None))",
        ),
    },
}


def write(folder: PluginFolder, language: str, version: str, more: str = "") -> Any:
    name, code = GOOD[language]
    return folder.write(name, dedent(code).replace("VERSION", version) + "\n" + more + "\n")


def say(running: RunningHost, text: str) -> Any:
    return running.host.hooks["player.say"](text, SAY).value


@pytest.mark.parametrize("language", GOOD)
def test_state_goes_from_generation_to_generation(folder: PluginFolder, host: Any, in_host: Any, language: str) -> None:
    path = write(folder, language, "one")

    async def scenario() -> None:
        async with host() as running:
            # A first load migrates nothing, and is told so.
            assert running.export("p", "seen") == ["first"]
            assert say(running, "a") == "one a"
            write(folder, language, "two")
            (report,) = running.save(path)
            assert report.ok
            assert report.generations == {"p": 2}
            assert say(running, "b") == "two b"
            assert running.export("p", "seen") == ["first", "a", "b"]
            assert running.host.plugins.reload("p", discard_state=True).ok
            assert running.export("p", "seen") == ["first"]

    in_host(scenario)


@pytest.mark.parametrize(("language", "what"), [(language, what) for language in REFUSED for what in REFUSED[language]])
def test_who_says_no_is_not_let_in_and_the_old_goes_on(
    folder: PluginFolder, host: Any, in_host: Any, language: str, what: str
) -> None:
    more, sentence = REFUSED[language][what]
    path = write(folder, language, "one")

    async def scenario() -> None:
        async with host() as running:
            assert say(running, "a") == "one a"
            before = running.info("p")["owns"]
            write(folder, language, "two", more)
            (report,) = running.save(path)
            assert not report.ok
            assert report.kept == ["p"]
            assert report.generations == {"p": 1}
            (problem,) = report.problems
            assert problem.message.startswith(sentence)
            assert problem.file in ("", path.name)
            if "raise ValueError" in more or "error(" in more:
                text = path.read_text(encoding="utf-8").splitlines()
                assert "rror(" in text[problem.line - 1]
            assert say(running, "b") == "one b"
            assert running.export("p", "seen") == ["first", "a", "b"]
            assert running.info("p")["owns"] == before
            assert running.info("p")["state"] == "active"
            # Mended, it takes over all the same.
            write(folder, language, "three")
            assert [report.ok for report in running.save(path)] == [True]
            assert say(running, "c") == "three c"
            assert running.export("p", "seen") == ["first", "a", "b", "c"]

    in_host(scenario)


@pytest.mark.parametrize(
    ("language", "more"),
    [
        ("lua", "function on_health() return true end"),
        ("lua", "function on_health() end"),
        ("python", "def on_health():\n    return True"),
        ("python", "def on_health():\n    return None"),
    ],
)
def test_health_that_does_not_say_no_is_yes(
    folder: PluginFolder, host: Any, in_host: Any, language: str, more: str
) -> None:
    write(folder, language, "one", more)

    async def scenario() -> None:
        async with host() as running:
            assert say(running, "a") == "one a"

    in_host(scenario)


def test_a_first_load_is_asked_for_its_health_too(folder: PluginFolder, host: Any, in_host: Any) -> None:
    write(folder, "lua", "one", "function on_health() return false end")

    async def scenario() -> None:
        async with host() as running:
            assert running.info("p")["state"] == "failed"
            assert say(running, "a") == "a"

    in_host(scenario)


def test_health_is_asked_after_the_state_is_there(folder: PluginFolder, host: Any, in_host: Any) -> None:
    path = folder.write(
        "p.lua",
        """
        function on_migrate() ready = true end
        function on_health() return ready or "not migrated" end
        """,
    )

    async def scenario() -> None:
        async with host() as running:
            assert running.info("p")["state"] == "active"
            assert [report.ok for report in running.save(path)] == [True]

    in_host(scenario)


SNAPSHOTS = {
    "lua": ('function on_snapshot()\n    error("lost")\nend', "lost"),
    "lua, not plain data": ("function on_snapshot() return {print} end", "a function can't cross"),
    "python": ('def on_snapshot():\n    raise ValueError("lost")', "ValueError: lost"),
    "python, not plain data": ("def on_snapshot():\n    return [object()]", "a value of type object can't cross"),
}


@pytest.mark.parametrize("what", SNAPSHOTS)
def test_a_snapshot_that_fails_keeps_the_old_one_and_its_state(
    folder: PluginFolder, host: Any, in_host: Any, what: str
) -> None:
    language = what.partition(",")[0]
    more, sentence = SNAPSHOTS[what]
    path = write(folder, language, "one", more)

    async def scenario() -> None:
        async with host() as running:
            assert say(running, "a") == "one a"
            write(folder, language, "two")
            (report,) = running.save(path)
            assert not report.ok
            assert sentence in str(report.problems[0])
            assert say(running, "b") == "one b"
            # The way out.
            assert running.host.plugins.reload("p", discard_state=True).ok
            assert say(running, "c") == "two c"

    in_host(scenario)


def test_no_object_of_the_old_generation_reaches_the_new(folder: PluginFolder, host: Any, in_host: Any) -> None:
    code = """
        state = {"list": [1]}
        given = None

        def on_snapshot():
            return state

        def on_migrate(old):
            global given
            given = old

        def setup(plugin):
            plugin.export(lambda: given, "given")
        """
    path = folder.write("p.py", code)

    async def scenario() -> None:
        async with host() as running:
            old = running.host.plugins.active("p").runtime._module.state
            assert [report.ok for report in running.save(path)] == [True]
            assert running.export("p", "given") == {"list": [1]}
            old["list"].append(2)
            assert running.export("p", "given") == {"list": [1]}

    in_host(scenario)


def test_languages_hand_over_to_each_other(folder: PluginFolder, host: Any, in_host: Any) -> None:
    """A plugin may be rewritten in the other language while it runs: state is plain data."""
    folder.plugin("p", 'function on_snapshot() return {count = 7, names = {"a"}} end')

    async def scenario() -> None:
        async with host() as running:
            folder.plugin(
                "p",
                "def on_migrate(old):\n    global kept\n    kept = old\n\n\n"
                'def setup(plugin):\n    plugin.export(lambda: kept, "kept")\n',
                "entry: plugin.py\n",
                entry="plugin.py",
            )
            (report,) = running.save(folder.path / "p" / "plugin.yaml")
            assert report.ok
            assert running.export("p", "kept") == {"count": 7, "names": ["a"]}

    in_host(scenario)
