"""kv and bus, from both languages."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import PluginFolder

from tibicen.errors import TibicenError

STORES = {
    "lua": (
        "store.lua",
        """
        function exports.get(key, default) return kv.get(key, default) end
        function exports.set(key, value) kv.set(key, value) end
        function exports.delete(key) return kv.delete(key) end
        function exports.keys(prefix) return json.array(kv.keys(prefix)) end
        function exports.increment(key, by) return kv.increment(key, by) end
        """,
    ),
    "python": (
        "store.py",
        """
        def setup(plugin):
            for name in ("get", "set", "delete", "keys", "increment"):
                plugin.export(getattr(plugin.kv, name), name)
        """,
    ),
}


@pytest.fixture(params=list(STORES))
def store(request: pytest.FixtureRequest, folder: PluginFolder) -> str:
    """A plugin `store` in each language that hands out its kv."""
    folder.write(*STORES[request.param])
    return str(request.param)


# -- kv ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("store")
def test_kv_holds_plain_data(host: Any, in_host: Any) -> None:
    async def scenario() -> None:
        async with host() as running:
            call = running.export
            assert call("store", "get", "a") is None
            assert call("store", "get", "a", "default") == "default"
            value = {"list": [1, 2.5, "x"], "map": {"deep": True}, "raw": b"\xff\x00"}
            call("store", "set", "a", value)
            assert call("store", "get", "a", "default") == value
            call("store", "set", "a", False)
            assert call("store", "get", "a", "default") is False
            assert call("store", "delete", "a") is True
            assert call("store", "delete", "a") is False
            assert call("store", "get", "a") is None

    in_host(scenario)


@pytest.mark.usefixtures("store")
def test_kv_lists_keys_by_prefix_in_order(host: Any, in_host: Any) -> None:
    async def scenario() -> None:
        async with host() as running:
            for key in ("b:2", "a:1", "b:1", "Æ", "b"):
                running.export("store", "set", key, 1)
            assert running.export("store", "keys", "b:") == ["b:1", "b:2"]
            assert running.export("store", "keys", "") == ["a:1", "b", "b:1", "b:2", "Æ"]
            assert running.export("store", "keys", "none") == []

    in_host(scenario)


@pytest.mark.usefixtures("store")
def test_kv_increments(host: Any, in_host: Any) -> None:
    async def scenario() -> None:
        async with host() as running:
            assert running.export("store", "increment", "n", 1) == 1
            assert running.export("store", "increment", "n", -3) == -2
            assert running.export("store", "increment", "n", 0.5) == -1.5
            running.export("store", "set", "word", "text")
            with pytest.raises(TibicenError, match="'word' holds str, not a number; it can't be incremented"):
                running.export("store", "increment", "word", 1)
            assert running.export("store", "get", "word") == "text"

    in_host(scenario)


@pytest.mark.usefixtures("store")
def test_kv_outlives_a_reload_and_an_unload(host: Any, in_host: Any) -> None:
    async def scenario() -> None:
        async with host() as running:
            running.export("store", "set", "kept", [1])
            assert running.host.plugins.reload("store").ok
            assert running.export("store", "get", "kept") == [1]
            running.host.plugins.unload("store")
            running.host.plugins.load("store")
            assert running.export("store", "get", "kept") == [1]

    in_host(scenario)


def test_every_plugin_has_keys_of_its_own(folder: PluginFolder, host: Any, in_host: Any) -> None:
    for language in STORES:
        name, code = STORES[language]
        folder.write(name.replace("store", f"store_{language}"), code)

    async def scenario() -> None:
        async with host() as running:
            running.export("store_lua", "set", "a", "lua's")
            assert running.export("store_python", "get", "a") is None
            assert running.export("store_python", "keys") == []
            running.export("store_python", "set", "a", "python's")
            assert running.export("store_lua", "get", "a") == "lua's"

    in_host(scenario)


@pytest.mark.parametrize("language", STORES)
def test_kv_has_a_quota(folder: PluginFolder, host: Any, in_host: Any, language: str) -> None:
    code = STORES[language][1]
    folder.plugin("store", code, "budget: {kv_mb: 1}\n", entry="init.lua" if language == "lua" else "plugin.py")

    async def scenario() -> None:
        async with host() as running:
            half = "x" * 600_000
            running.export("store", "set", "a", half)
            with pytest.raises(
                TibicenError, match=r"of 1048576 bytes; delete something, or raise budget\.kv_mb"
            ) as caught:
                running.export("store", "set", "b", half)
            assert "store: storing" in str(caught.value)
            # What was there stays; replacing and deleting make room.
            assert running.export("store", "keys", "") == ["a"]
            running.export("store", "set", "a", "small")
            running.export("store", "set", "b", half)
            running.export("store", "delete", "b")
            running.export("store", "set", "c", half)

    in_host(scenario)


def test_kv_set_to_nil_deletes(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.write(*STORES["lua"])

    async def scenario() -> None:
        async with host() as running:
            running.export("store", "set", "a", 1)
            running.export("store", "set", "a", None)
            assert running.export("store", "keys", "") == []

    in_host(scenario)


WRONG_LUA = {
    "kv.get(nil)": "kv.get: argument 1 must be a string, not nil",
    "kv.set(5, 1)": "kv.set: argument 1 must be a string, not number",
    'kv.set("a", print)': "kv.set: a function can't cross",
    'kv.set("caf\\233", 1)': "kv.set: a key must be text in UTF-8, not b'caf\\xe9'",
    "kv.keys(5)": "kv.keys: a prefix must be text in UTF-8, not 5",
    'kv.get("")': "a key has 1 to 512 bytes, this one 0",
    'kv.get(("k"):rep(513))': "a key has 1 to 512 bytes, this one 513",
    'kv.increment("a", "b")': "kv.increment: argument 2 must be a number, not string",
    "kv.delete({})": "kv.delete: argument 1 must be a string, not table",
    'bus.publish("a b")': "'a b' is no subject",
    'bus.publish("a.*")': "'a.*' is no subject",
    'bus.publish("")': "'' is no subject",
    'bus.publish("\\233")': "bus.publish: a subject must be text in UTF-8",
    'bus.publish("a", print)': "bus.publish: a function can't cross",
    'bus.subscribe("a.>.b", print)': "'a.>.b' is no pattern of subjects",
    'bus.subscribe("a..b", print)': "'a..b' is no pattern of subjects",
    'bus.subscribe("a")': "bus.subscribe: argument 2 must be a function, not nil",
}


@pytest.mark.parametrize("code", WRONG_LUA)
def test_what_lua_gets_wrong_is_told(folder: PluginFolder, host: Any, in_host: Any, code: str) -> None:
    folder.write("wrong.lua", f"-- one\n{code}\n")

    async def scenario() -> None:
        async with host() as running:
            (error,) = running.info("wrong")["errors"]
            assert "wrong.lua:2: " in error
            assert WRONG_LUA[code] in error

    in_host(scenario)


WRONG_PYTHON = {
    'plugin.kv.set("a", object())': "a value of type object can't cross",
    'plugin.kv.get("")': "a key has 1 to 512 bytes, this one 0",
    'plugin.publish("a b")': "'a b' is no subject",
    'plugin.publish("a", object())': "a value of type object can't cross",
    'plugin.subscribe("a.>.b", print)': "'a.>.b' is no pattern of subjects",
}


@pytest.mark.parametrize("code", WRONG_PYTHON)
def test_what_python_gets_wrong_is_told(folder: PluginFolder, host: Any, in_host: Any, code: str) -> None:
    folder.write("wrong.py", f"def setup(plugin):\n    {code}\n")

    async def scenario() -> None:
        async with host() as running:
            (error,) = running.info("wrong")["errors"]
            assert error.startswith("wrong.py:2: ")
            assert WRONG_PYTHON[code] in error

    in_host(scenario)


# -- bus --------------------------------------------------------------------------------------------------

EARS = {
    "lua": (
        "ear.lua",
        """
        local heard, handle = json.array(), nil
        function exports.listen(pattern)
            handle = bus.subscribe(pattern, function(subject, data) heard[#heard + 1] = {subject, data} end)
        end
        function exports.deafen() handle.cancel() end
        function exports.heard() return heard end
        function exports.speak(subject, data) bus.publish(subject, data) end
        """,
    ),
    "python": (
        "ear.py",
        """
        heard = []
        handle = None

        def setup(plugin):
            def listen(pattern):
                global handle
                handle = plugin.subscribe(pattern, lambda subject, data: heard.append([subject, data]))

            plugin.export(listen)
            plugin.export(lambda: handle.cancel(), "deafen")
            plugin.export(lambda: heard, "heard")
            plugin.export(plugin.publish, "speak")
        """,
    ),
}


@pytest.fixture(params=[f"{speaker} to {ear}" for speaker in EARS for ear in EARS])
def wire(request: pytest.FixtureRequest, folder: PluginFolder) -> None:
    """Plugins `mouth` and `ear` in every pair of languages."""
    speaker, _, ear = request.param.partition(" to ")
    folder.write(*EARS[ear])
    name, code = EARS[speaker]
    folder.write(name.replace("ear", "mouth"), code)


@pytest.mark.usefixtures("wire")
@pytest.mark.parametrize(
    ("pattern", "heard"),
    [
        ("chat.say", ["chat.say"]),
        ("chat.*", ["chat.say", "chat.yell"]),
        ("*.say", ["chat.say", "npc.say"]),
        ("chat.>", ["chat.say", "chat.yell", "chat.say.loud"]),
        ("chat.*.loud", ["chat.say.loud"]),
        (">", ["chat.say", "chat.yell", "chat", "npc.say", "chat.say.loud"]),
        ("*", ["chat"]),
        ("chat.sa", []),
    ],
)
def test_wildcards_across_languages(host: Any, in_host: Any, pattern: str, heard: list[str]) -> None:
    async def scenario() -> None:
        async with host() as running:
            running.export("ear", "listen", pattern)
            bus = running.host.subjects
            before = bus.delivered
            for number, subject in enumerate(["chat.say", "chat.yell", "chat", "npc.say", "chat.say.loud"]):
                running.export("mouth", "speak", subject, {"n": number})
            # Never inside publish.
            assert running.export("ear", "heard") == []
            await running.until(lambda: bus.delivered == before + 5)
            assert [subject for subject, _ in running.export("ear", "heard")] == heard

    in_host(scenario)


@pytest.mark.usefixtures("wire")
def test_data_crosses_and_the_subscription_can_be_taken_back(host: Any, in_host: Any) -> None:
    data = {"text": "Æ", "list": [1, 2.5, False], "raw": b"\xff"}

    async def scenario() -> None:
        async with host() as running:
            bus = running.host.subjects
            running.export("ear", "listen", "x")
            running.export("mouth", "speak", "x", data)
            await running.until(lambda: running.export("ear", "heard"))
            assert running.export("ear", "heard") == [["x", data]]
            # What was under way when the subscription ended is not delivered.
            delivered = bus.delivered
            running.export("mouth", "speak", "x", "late")
            running.export("ear", "deafen")
            await running.until(lambda: bus.delivered > delivered)
            assert running.export("ear", "heard") == [["x", data]]
            assert "subscription" not in running.info("ear")["owns"]

    in_host(scenario)


@pytest.mark.parametrize("language", ["lua", "python"])
def test_an_error_in_a_subscriber_is_its_own_strike(
    folder: PluginFolder, host: Any, in_host: Any, language: str
) -> None:
    if language == "lua":
        folder.write("bad.lua", 'bus.subscribe("x", function(_, data)\n    error("no " .. data)\nend)')
        reason = "bad.lua:2: no way"
    else:
        folder.write(
            "bad.py",
            """
            def hear(subject, data):
                raise ValueError("no " + data)

            def setup(plugin):
                plugin.subscribe("x", hear)
            """,
        )
        reason = "bad.py:2: ValueError: no way"
    folder.write(*EARS["lua"])

    async def scenario() -> None:
        async with host() as running:
            running.export("ear", "listen", "x")
            running.export("ear", "speak", "x", "way")
            await running.until(lambda: running.export("ear", "heard"))
            assert [strike["reason"] for strike in running.info("bad")["strikes"]] == [reason]
            assert running.info("ear")["strikes"] == []

    in_host(scenario)


@pytest.mark.parametrize("name", ["herald.lua", "herald.py"])
def test_what_is_published_while_loading_goes_out_when_it_is_live(
    folder: PluginFolder, host: Any, in_host: Any, name: str
) -> None:
    good, bad = (
        ('bus.publish("news", plugin.generation)', 'bus.publish("news", "false")\nerror("no")')
        if name.endswith("lua")
        else (
            'def setup(plugin):\n    plugin.publish("news", plugin.generation)\n',
            'def setup(plugin):\n    plugin.publish("news", "false")\n    raise ValueError("no")\n',
        )
    )
    folder.write(*EARS["lua"])

    async def scenario() -> None:
        async with host() as running:
            running.export("ear", "listen", "news")
            (first,) = running.save(folder.write(name, good))
            (refused,) = running.save(folder.write(name, bad))
            (second,) = running.save(folder.write(name, good))
            assert [first.ok, refused.ok, second.ok] == [True, False, True]
            await running.until(lambda: len(running.export("ear", "heard")) >= 2)
            assert running.export("ear", "heard") == [["news", 1], ["news", 3]]

    in_host(scenario)
