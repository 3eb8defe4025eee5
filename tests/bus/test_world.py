"""A feed of what happens in a world: hooks and subjects of one name."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.protocol.wire_ends import Plugins

from tibicen.bus import subjects
from tibicen.bus.subjects import SubjectBus, Subscription
from tibicen.bus.world import WorldFeed

EVENT = {"creature": 5, "name": "Rat", "health": 40, "before": 100, "position": {"x": 1, "y": 2, "z": 7}}


def test_who_listens_is_told_by_hook_and_subject(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        plugins = Plugins()
        bus = SubjectBus(asyncio.get_running_loop())
        feed = WorldFeed("server", plugins.bus, bus)
        assert {"world.moved", "combat.health", "trade.closed"} <= set(feed.names) and not feed.wanted
        feed.tell("combat.health", 0, EVENT)
        assert bus.waiting == 0
        heard: list[Any] = []
        subscription = Subscription(bus, "combat.>", lambda subject, data: heard.append((subject, data)))
        subscription.put_back()
        assert feed.wanted
        told = {"source": "server", "session": 3, **EVENT}
        feed.tell("combat.health", 3, EVENT)
        feed.tell("trade.closed", 3, {})
        await asyncio.sleep(0)
        assert heard == [("combat.health", told)]
        monkeypatch.setattr(subjects, "QUEUE_LIMIT", 0)
        feed.tell("combat.health", 3, EVENT)
        assert feed.lost == 1
        subscription.close()
        assert not feed.wanted
        hooked = plugins.listen("combat.health")
        assert feed.wanted
        feed.tell("combat.health", 3, EVENT)
        assert hooked == [told]
        with pytest.raises(KeyError):
            feed.tell("player.say", 3, {})

    asyncio.run(scenario())


def test_without_hooks_there_is_nobody_to_tell() -> None:
    assert not WorldFeed("bridge", None).wanted
