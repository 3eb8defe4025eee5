"""What Prometheus gets: parsed by its own parser, compared with what happened, and bounded."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.conftest import PluginFolder

from tibicen.config import HostConfig, MetricsConfig, PermissionsConfig, StrikesConfig
from tibicen.errors import ConfigError
from tibicen.host import Host
from tibicen.metrics.prometheus import MOST_HANDLERS, exposition
from tibicen.metrics.readings import HandlerReading, HostReading, PluginReading, to_plain
from tibicen.metrics.server import MetricsServer

pytestmark = pytest.mark.alone

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(text: str) -> Samples:
    """Every sample of an exposition by name and labels; each at most once."""
    found: Samples = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = sample.name, frozenset(sample.labels.items())
            assert key not in found, f"{key} is there twice"
            found[key] = sample.value
    return found


def key(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return name, frozenset(labels.items())


def test_what_happened_is_what_is_shown(folder: PluginFolder, host: Any, in_host: Any) -> None:
    plugin = folder.plugin(
        "greeter", 'hooks.on("player.login", function(player) if player.id == 7 then error("no") end end)'
    )

    async def scenario() -> None:
        async with host(strikes=StrikesConfig(limit=0)) as running:
            for number in range(20):
                running.host.hooks["player.login"]({"id": number})
            assert running.host.plugins.reload("greeter").ok
            folder.write("greeter/init.lua", "x = = 1")
            running.save(plugin / "init.lua")
            found = samples(running.host.observatory.exposition())
            labels = {"plugin": "greeter", "kind": "hook", "handler": "player.login"}
            assert found[key("tibicen_plugin_calls_total", **labels)] == 20
            assert found[key("tibicen_plugin_errors_total", **labels)] == 1
            seconds = found[key("tibicen_plugin_time_seconds_total", **labels)]
            assert 0 < found[key("tibicen_plugin_longest_seconds", **labels)] <= seconds < 60
            assert found[key("tibicen_plugin_call_seconds_sum", plugin="greeter", kind="hook")] == pytest.approx(
                seconds
            )
            assert found[key("tibicen_plugin_state", plugin="greeter", state="active")] == 1
            assert found[key("tibicen_plugin_generation", plugin="greeter")] == 2
            assert found[key("tibicen_plugin_reloads_total", plugin="greeter")] == 1
            assert found[key("tibicen_plugin_refused_total", plugin="greeter")] == 1
            assert found[key("tibicen_plugin_strikes_total", plugin="greeter")] == 1
            assert 10_000 < found[key("tibicen_plugin_memory_bytes", plugin="greeter")] < 16 << 20
            assert found[key("tibicen_plugin_memory_limit_bytes", plugin="greeter")] == 16 << 20
            assert found[key("tibicen_reports_total", action="reload", outcome="ok")] == 1
            assert found[key("tibicen_reports_total", action="reload", outcome="failed")] == 1
            assert found[key("tibicen_hook_events_total", hook="player.login")] == 20
            assert found[key("tibicen_kv_bytes")] > 0

    in_host(scenario)


def test_histograms_are_cumulative_and_end_with_everything(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.write(
        "sleepy.py", "import time\n\n\ndef setup(plugin):\n    plugin.on('player.login', lambda s: time.sleep(s))\n"
    )

    async def scenario() -> None:
        async with host() as running:
            for seconds in (0.0002, 0.003, 0.03):
                running.host.hooks["player.login"](seconds)
            found = samples(running.host.observatory.exposition())
            buckets = {
                float(dict(labels)["le"]): value
                for (name, labels), value in found.items()
                if name == "tibicen_plugin_call_seconds_bucket" and ("kind", "hook") in labels
            }
            assert list(buckets.values()) == sorted(buckets.values())
            assert (
                buckets[float("inf")]
                == 3
                == found[key("tibicen_plugin_call_seconds_count", plugin="sleepy", kind="hook")]
            )
            assert buckets[0.000065536] == 0 and buckets[1.073741824] == 3

    in_host(scenario)


def test_a_busy_loop_shows_as_lag(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.write("hog.py", "import time\n\n\ndef setup(plugin):\n    plugin.export(lambda: time.sleep(0.6), 'hog')\n")

    async def scenario() -> None:
        async with host() as running:
            running.export("hog", "hog")
            await running.until(lambda: running.host.observatory.vitals.lag.count > 0)
            found = samples(running.host.observatory.exposition())
            assert found[key("tibicen_loop_lag_seconds_sum")] >= 0.3

    in_host(scenario)


def test_a_plugin_with_endless_names_has_bounded_labels(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.write(
        "hostile.py",
        """
        def setup(plugin):
            for index in range(100_000):
                registered = plugin.every(1000 + index, print)
                registered.cancel()
                plugin.subscribe(f's{index}."x"' , print).cancel()
            for index in range(300):
                plugin.export(lambda: 1, f'"evil\\\\{index}"' + "x" * 500)
        """,
    )

    async def scenario() -> None:
        async with host(permissions=PermissionsConfig(everyone=["*"])) as running:
            assert running.info("hostile")["state"] == "active"
            name = '"evil\\7"' + "x" * 500
            assert running.export("hostile", name) == 1
            found = samples(running.host.observatory.exposition())
            handlers = {labels for metric, labels in found if metric == "tibicen_plugin_calls_total"}
            assert len(handlers) <= MOST_HANDLERS + 6
            assert all(len(value) <= 120 for labels in handlers for _, value in labels)
            assert found[key("tibicen_plugin_calls_total", plugin="hostile", kind="export", handler="other")] == 1

    in_host(scenario)


def test_whatever_is_read_labels_stay_bounded() -> None:
    handlers = [HandlerReading("hook", f"h{index}", 1, 0, 10, 10, 10, {0: 1}) for index in range(1000)]
    handlers.append(HandlerReading("timer", "other", 5, 0, 10, 10, 10, {}))
    plugin = PluginReading("p", "active", 1, "contained", 0, 0, 0, 0, 0, 0, False, handlers)
    reading = HostReading("1", 0.0, 0.0, [plugin], {}, 0, [], {}, 0, 0, 0, 0, {})
    found = samples(exposition(lambda: reading))
    calls = {labels: value for (name, labels), value in found.items() if name == "tibicen_plugin_calls_total"}
    assert len(calls) == MOST_HANDLERS + 2 and sum(calls.values()) == 1005
    assert to_plain(reading)["plugins"][0]["handlers"][0]["durations"] == {"0": 1}


def fetch(port: int) -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/metrics")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_prometheus_scrapes_a_running_host(folder: PluginFolder, in_host: Any) -> None:
    folder.plugin("greeter", "local a = 1")

    async def scenario() -> None:
        config = HostConfig(metrics=MetricsConfig(enabled=True, port=0))
        config = HostConfig(metrics=config.metrics, status=type(config.status)(enabled=False))
        host = Host(config, folder.path)
        try:
            await host.start(watch=False)
            server = host.observatory.server
            assert server is not None
            status, text = await asyncio.to_thread(fetch, server.port)
            assert status == 200
            assert samples(text)[key("tibicen_plugin_generation", plugin="greeter")] == 1
            other = MetricsServer(host.observatory.read, "127.0.0.1", server.port)
            with pytest.raises(ConfigError, match=r"metrics port .* can't be had"):
                other.start()
            await other.stop()
            port = server.port
        finally:
            await host.stop()
        assert server.port == 0
        with pytest.raises(OSError):
            await asyncio.to_thread(fetch, port)

    in_host(scenario)


def test_a_scrape_of_a_host_that_hangs_ends_in_an_error(in_host: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tibicen.metrics.server.PATIENCE_SECONDS", 0.05)

    async def scenario() -> None:
        def never() -> HostReading:
            raise AssertionError("it is not read while the loop is held")

        server = MetricsServer(never, "127.0.0.1", 0)
        server.start()
        with ThreadPoolExecutor() as threads:
            # The loop is held up meanwhile, so nothing is read.
            status, text = threads.submit(fetch, server.port).result(30)
        assert status == 503 and "busy" in text
        await server.stop()
        await server.stop()

    in_host(scenario)
