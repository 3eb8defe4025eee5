"""What one generation may do: whose subjects are whose, what a denial says, and how storms are counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import PluginFolder, Scenario

from tibicen.config import PermissionsConfig, StrikesConfig
from tibicen.errors import TibicenError
from tibicen.realms.allowance import LONGEST_LINE, Rate

pytestmark = pytest.mark.alone

InHost = Callable[[Scenario], Any]

STRICT = PermissionsConfig()
NO_LIMIT = "budget: {cpu_ms: 20000, cpu_ms_per_second: 0, timers: 50, subscriptions: 50, handlers: 50}\n"


# -- rates ------------------------------------------------------------------------------------------------


def test_a_rate_has_a_burst_and_then_its_pace() -> None:
    now = 100.0
    rate = Rate(10, 20, lambda: now)
    assert [rate.take() for _ in range(21)] == [True] * 20 + [False]
    now += 0.5
    assert [rate.take() for _ in range(6)] == [True] * 5 + [False]
    now += 3600
    assert sum(rate.take() for _ in range(100)) == 20


@given(st.lists(st.floats(0, 2), min_size=1, max_size=200))
def test_no_rate_is_ever_more_than_burst_and_pace(pauses: list[float]) -> None:
    now = 0.0
    rate = Rate(5, 8, lambda: now)
    taken = 0
    for pause in pauses:
        now += pause
        taken += rate.take()
    assert taken <= 8 + 5 * now + 1e-6


# -- permissions ------------------------------------------------------------------------------------------


def test_a_name_that_all_use_owns_no_subjects(folder: PluginFolder, host: Any, in_host: InHost) -> None:
    folder.write("chat.lua", "bus.publish('chat.say', 1)")
    folder.write("chatter.lua", "bus.publish('chatter.say', 1)")

    async def scenario() -> None:
        async with host(permissions=STRICT) as running:
            (error,) = running.info("chat")["errors"]
            assert error == (
                "chat.lua:1: publishing on chat.say needs a permission; add `bus.publish:chat.say` to permissions in "
                "the header of chat.lua (first line: `-- permissions: bus.publish:chat.say`)"
            )
            assert running.info("chatter")["state"] == "active"

    in_host(scenario)


@pytest.mark.parametrize(
    ("asked", "pattern", "may"),
    [
        ("bus.subscribe:chat.*", "chat.say", True),
        ("bus.subscribe:chat.*", "chat.*", True),
        ("bus.subscribe:chat.*", "chat.>", False),
        ("bus.subscribe:chat.say", "chat.*", False),
        ("bus.subscribe:chat.say", "*.say", False),
        ("bus.subscribe:chat.say", ">", False),
        ("bus.subscribe:*", ">", True),
        ("bus.publish:chat.*", "chat.say", False),
    ],
)
def test_a_subscription_needs_its_whole_pattern(
    folder: PluginFolder, host: Any, in_host: InHost, asked: str, pattern: str, may: bool
) -> None:
    folder.plugin("ear", f"bus.subscribe('{pattern}', function() end)", f"permissions: ['{asked}']\n")

    async def scenario() -> None:
        async with host(permissions=STRICT) as running:
            errors = running.info("ear")["errors"]
            if may:
                assert errors == []
            else:
                (error,) = errors
                assert error.startswith("ear/init.lua:1: ")
                assert f"add `bus.subscribe:{pattern}` to permissions in plugin.yaml" in error

    in_host(scenario)


def test_a_python_handler_is_asked_for_where_it_is_defined(folder: PluginFolder, host: Any, in_host: InHost) -> None:
    folder.write(
        "say.py",
        """
        from tibicen.api import hookimpl


        @hookimpl
        def player_login(player):
            pass


        @hookimpl
        def player_say(text, player):
            return text
        """,
    )

    async def scenario() -> None:
        async with host(permissions=STRICT) as running:
            (error,) = running.info("say")["errors"]
            assert error.startswith("say.py:9: ")
            assert "(first line: `# permissions: hooks.answer:player.say`)" in error

    in_host(scenario)


@pytest.mark.parametrize("tier", ["contained", "isolated"])
def test_a_denial_can_be_caught_and_is_no_strike(folder: PluginFolder, host: Any, in_host: InHost, tier: str) -> None:
    folder.plugin("p", "exports.dare = function() return (pcall(bus.publish, 'chat.say', 1)) end", f"tier: {tier}\n")

    async def scenario() -> None:
        async with host(permissions=STRICT) as running:
            delivered = running.host.subjects.delivered
            assert running.export("p", "dare") is False
            assert running.export("p", "dare") is False
            assert running.info("p")["strikes"] == []
            assert running.host.subjects.delivered == delivered

    in_host(scenario)


def test_what_is_required_may_be_called_and_what_is_not_may_be_seen(
    folder: PluginFolder, host: Any, in_host: InHost
) -> None:
    folder.write("bank.lua", "exports.pay = function() return 'paid' end")
    folder.write("shop.lua", "-- requires: bank\nexports.buy = function() return imports.bank.pay() end")
    folder.write(
        "thief.lua",
        """
        exports.look = function() return imports.bank ~= nil and imports.bank.pay ~= nil end
        exports.steal = function()
            local paid = imports.bank.pay()
            return paid
        end
        exports.slip_away = function()
            return imports.bank.pay()
        end
        """,
    )

    async def scenario() -> None:
        async with host(permissions=STRICT) as running:
            assert running.export("shop", "buy") == "paid"
            assert running.export("thief", "look") is True
            with pytest.raises(Exception, match=r"thief\.lua:3: .*add `imports\.call:bank\.pay`"):
                running.export("thief", "steal")
            # A tail call leaves no frame of the plugin: where its function begins has to do.
            with pytest.raises(
                Exception, match=r"thief\.lua:6: .*`imports\.call:bank\.pay`.*function that begins here"
            ):
                running.export("thief", "slip_away")

    in_host(scenario)


# -- storms -----------------------------------------------------------------------------------------------

STORMS = {
    "timers": ("timers.after(60000, function() end)", "timer", 50),
    "subscriptions": ("bus.subscribe('p.x', function() end)", "subscription", 50),
    "handlers": ("hooks.on('player.login', function() end)", "hook", 50),
}


@pytest.mark.parametrize("what", STORMS)
def test_a_million_registrations_neither_freeze_nor_bloat_the_host(
    folder: PluginFolder, host: Any, in_host: InHost, what: str
) -> None:
    """The plugin catches every refusal. Its CPU budget ends it; until then the host holds no more than it may."""
    call, kind, limit = STORMS[what]
    code = f"exports.storm = function() for i = 1, 1e6 do pcall(function() {call} end) end end"
    folder.plugin("p", code, "budget: {timers: 50, subscriptions: 50, handlers: 50, memory_mb: 64}\n")
    folder.write("other.lua", "exports.ping = function() return 'pong' end")

    async def scenario() -> None:
        async with host(strikes=StrikesConfig(limit=0)) as running:
            with pytest.raises(Exception, match=r"budget\.cpu_ms"):
                running.export("p", "storm")
            assert running.info("p")["owns"][kind] == limit
            assert running.export("other", "ping") == "pong"
            await running.until(lambda: any(s["kind"] == "quota" for s in running.info("p")["strikes"]))

    in_host(scenario)


@pytest.mark.parametrize("language", ["lua", "python"])
def test_a_storm_of_messages_is_refused_and_the_queue_stays_small(
    folder: PluginFolder, host: Any, in_host: InHost, language: str
) -> None:
    budget = "budget: {publishes_per_second: 100, cpu_ms: 20000, cpu_ms_per_second: 0}\n"
    if language == "lua":
        code = """
            exports.storm = function()
                local sent = 0
                for i = 1, 20000 do if pcall(bus.publish, 'p.x', i) then sent = sent + 1 end end
                return sent
            end
        """
        folder.plugin("p", code, budget)
    else:
        code = """
            def setup(plugin):
                def storm():
                    sent = 0
                    for i in range(20_000):
                        try:
                            plugin.publish("p.x", i)
                            sent += 1
                        except Exception:
                            pass
                    return sent

                plugin.export(storm)
        """
        folder.plugin("p", code, "entry: plugin.py\n" + budget, entry="plugin.py")

    async def scenario() -> None:
        async with host() as running:
            loop = running.host.loop
            before, began = running.host.subjects.delivered, loop.time()
            sent = running.export("p", "storm")
            took = loop.time() - began
            assert 100 <= sent <= 100 + 100 * (took + 1)
            await running.until(lambda: running.host.subjects.delivered == before + sent)
            await running.until(lambda: running.info("p")["strikes"])
            info = running.info("p")
            assert {strike["kind"] for strike in info["strikes"]} == {"rate"}
            assert "budget.publishes_per_second" in info["strikes"][0]["reason"]
            assert info["over_budget"] == {"publishes_per_second": 20_000 - sent}

    in_host(scenario)


def test_messages_that_wait_for_the_load_have_a_limit(folder: PluginFolder, host: Any, in_host: InHost) -> None:
    folder.plugin("p", "for i = 1, 11 do\n    bus.publish('p.x', i)\nend", "budget: {pending_requests: 10}\n")

    async def scenario() -> None:
        async with host() as running:
            (error,) = running.info("p")["errors"]
            assert error.startswith("p/init.lua:2: ")
            assert "budget.pending_requests" in error

    in_host(scenario)


def test_a_failure_by_a_budget_is_one_strike_with_its_line(folder: PluginFolder, host: Any, in_host: InHost) -> None:
    """Not one for the refusal and another for the handler that failed by it."""
    code = (
        "hooks.on('player.login', function()\n    for i = 1, 60 do\n        timers.after(60000, print)\n    end\nend)"
    )
    folder.plugin("p", code, NO_LIMIT)

    async def scenario() -> None:
        async with host() as running:
            running.host.emit("player.login", [{"id": 1, "name": "Eve"}])
            turns = []
            running.host.loop.call_soon(lambda: running.host.loop.call_soon(turns.append, 1))
            await running.until(lambda: turns)
            (strike,) = running.info("p")["strikes"]
            assert strike["kind"] == "quota"
            assert strike["reason"].startswith("p/init.lua:3: ")

    in_host(scenario)


@pytest.mark.parametrize("language", ["lua", "python"])
def test_kv_has_a_largest_value_and_a_quota_that_strikes(
    folder: PluginFolder, host: Any, in_host: InHost, language: str
) -> None:
    budget = "budget: {message_kb: 100, kv_mb: 1}\n"
    if language == "lua":
        folder.plugin("p", "exports.set = function(key, size) kv.set(key, ('x'):rep(size)) end", budget)
    else:
        code = "def setup(plugin):\n    plugin.export(lambda key, size: plugin.kv.set(key, 'x' * size), 'set')\n"
        folder.plugin("p", code, "entry: plugin.py\n" + budget, entry="plugin.py")

    async def scenario() -> None:
        async with host(strikes=StrikesConfig(limit=0)) as running:
            with pytest.raises(Exception, match=r"budget\.message_kb"):
                running.export("p", "set", "large", 102_400)
            for index in range(10):
                running.export("p", "set", f"k{index}", 100_000)
            with pytest.raises(Exception, match=r"budget\.kv_mb"):
                running.export("p", "set", "k10", 100_000)
            await running.until(lambda: running.info("p")["over_budget"] == {"message_kb": 1, "kv_mb": 1})

    in_host(scenario)


def test_a_line_of_log_has_an_end(folder: PluginFolder, host: Any, in_host: InHost) -> None:
    folder.write("p.lua", "exports.shout = function(size) log.info(('x'):rep(size)) end")
    lines: list[str] = []

    async def scenario() -> None:
        async with host() as running:
            running.host.services.log = lambda plugin, level, text, fields: lines.append(text)
            running.export("p", "shout", LONGEST_LINE)
            running.export("p", "shout", 1_000_000)
            assert lines[0] == "x" * LONGEST_LINE
            assert lines[1] == "x" * LONGEST_LINE + "... (1000000 characters)"

    in_host(scenario)


def test_asking_for_a_reload_again_and_again_is_one_reload(folder: PluginFolder, host: Any, in_host: InHost) -> None:
    folder.plugin("p", "exports.again = function() for i = 1, 1000 do plugin.reload() end end", NO_LIMIT)

    async def scenario() -> None:
        async with host() as running:
            running.export("p", "again")
            await running.until(lambda: running.info("p")["generation"] == 2)
            turns = []
            running.host.loop.call_soon(lambda: running.host.loop.call_soon(turns.append, 1))
            await running.until(lambda: turns)
            assert running.info("p")["generation"] == 2

    in_host(scenario)


SPAWNER = """
import asyncio
from tibicen.api import Plugin


def setup(it: Plugin) -> None:
    global plugin
    plugin = it
    plugin.export(start)
    plugin.export(handled)


async def wait() -> None:
    await asyncio.sleep(3600)


async def handler(subject, data):
    await wait()


def start(count):
    started = []
    for _ in range(count):
        try:
            started.append(plugin.spawn(wait))
        except Exception as error:
            for each in started[:2]:
                each.cancel()
            return [len(started), str(error)]
    return [len(started), ""]


def handled():
    plugin.subscribe("own.thing", handler)
"""


@pytest.mark.parametrize("tier", ["contained", "isolated"])
def test_tasks_have_a_limit(folder: PluginFolder, host: Any, in_host: InHost, tier: str) -> None:
    budget = "budget: {tasks: 5, cpu_ms: 5000, memory_mb: 64}\npermissions: ['bus.subscribe:*.*']"
    folder.plugin("own", SPAWNER, f"tier: {tier}\n{budget}", "plugin.py")

    async def scenario() -> None:
        async with host(strikes=StrikesConfig(limit=0)) as running:
            assert running.info("own")["errors"] == []
            started, error = running.export("own", "start", 100)
            assert started == 5
            assert "it has 5 tasks under way already" in error and "budget.tasks" in error
            # What is cancelled makes room.
            await running.until(lambda: running.export("own", "start", 1) == [1, ""])
            assert running.export("own", "start", 2)[0] == 1
            # A handler that is a coroutine function runs as a task.
            running.export("own", "handled")
            await running.until(lambda: running.export("own", "start", 0) == [0, ""])
            for _ in range(5):
                running.host.subjects.publish("own.thing", 1)
            await running.until(lambda: any("tasks under way" in strike["reason"] for strike in strikes(running)))

    def strikes(running: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = [
            {"reason": str(problem)}
            for report in running.reports
            if report.action == "strike"
            for problem in report.problems
        ]
        return found

    in_host(scenario)


CALLERS = {
    "init.lua": "exports.ask = function(text) return #imports.shop.echo(text) end",
    "plugin.py": "def setup(plugin):\n    plugin.export(lambda text: len(plugin.imports.shop.echo(text)), 'ask')\n",
}


@pytest.mark.parametrize("tier", ["contained", "isolated"])
@pytest.mark.parametrize("entry", CALLERS)
def test_arguments_of_a_call_have_a_largest_size(
    folder: PluginFolder, host: Any, in_host: InHost, entry: str, tier: str
) -> None:
    folder.plugin("shop", "exports.echo = function(text) return text end", "budget: {cpu_ms: 5000, memory_mb: 64}")
    budget = "budget: {message_kb: 10, cpu_ms: 5000, memory_mb: 64}"
    manifest = f"requires: {{shop: '*'}}\n{budget}\ntier: {tier}"
    folder.plugin("caller", CALLERS[entry], manifest, entry)

    async def scenario() -> None:
        async with host() as running:
            assert running.info("caller")["errors"] == []
            assert running.export("caller", "ask", "x" * 10_000) == 10_000
            with pytest.raises(
                TibicenError, match=r"imports\.shop\.echo: .* larger than the 10240 .*budget\.message_kb"
            ):
                running.export("caller", "ask", "x" * 11_000)
            assert running.info("caller")["over_budget"] == {"message_kb": 1}

    in_host(scenario)
