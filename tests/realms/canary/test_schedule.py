"""Canary's calendar: rates and scripts of events, while they last."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.realms.canary.servers import with_server
from tests.realms.canary.worlds import field, otbm, with_world

from tibicen.realms.canary.server import Server

_NOON = int(datetime(2026, 3, 10, 12, tzinfo=UTC).timestamp())
_LIST = "data/json/eventscheduler/events.json"
_RATES = """
    return table.concat({ EventsScheduler.getEventSExp(), EventsScheduler.getEventSLoot(),
        EventsScheduler.getEventSBossLoot(), EventsScheduler.getEventSSkill(),
        EventsScheduler.getSpawnMonsterSchedule() }, " ")
"""


def _event(name: str, start: str, end: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "startdate": start, "enddate": end, **more}


def _calendar(*events: Any, **scripts: str) -> dict[str, str]:
    folder = "data/json/eventscheduler/scripts"
    return {
        _LIST: json.dumps({"events": events}),
        **{f"{folder}/{name}.lua": text for name, text in scripts.items()},
    }


def _texts(server: Server, level: str) -> list[str]:
    return [text.replace("loadScheduleEventFromJson - ", "") for kind, text in server.log if kind == level]


def test_rates_of_events_of_one_day_multiply_but_for_those_that_are_alike(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        server.control("load_all")
        assert server.run(_RATES) == "300 150 100 100 50"
        kept = server.run("""
            local scope = kv.scoped("eventscheduler")
            return { scope:get("forge-chance"), scope:get("double-bestiary"), scope:get("fast-exercise"),
                scope:get("double-bosstiary") == nil }
        """)
        assert kept == [120, True, True, True]
        assert _texts(server, "info")[-3:] == [f"Active EventScheduler: {name}" for name in ("More", "Twice", "Again")]
        assert _texts(server, "warning")[-1] == (
            "Events 'Again' and 'More' have the same rates [lootrate, forge-chance, double-bestiary] on the same day."
        )

    ingame = {"exprate": 150, "lootrate": 150, "doublebestiary": True, "forge-chance": 120}
    files = _calendar(
        _event("More", "03/10/2026", "3/10/2026", ingame=ingame),
        _event("Twice", "03/01/2026", "03/31/2026", ingame={"exprate": 200, "spawnrate": 50, "doubleexercise": True}),
        _event("Over", "03/01/2026", "03/09/2026", ingame={"exprate": 900, "doublebosstiary": True}),
        _event("Again", "03/10/2026", "03/10/2026", starthour="12:00", ingame={**ingame, "exprate": 100}),
    )
    with_server(tmp_path, body, files, time=_NOON)


def test_an_event_begins_and_ends_while_the_world_runs(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        server.control("load_all")

        def seen() -> list[Any]:
            return [server.run(_RATES), server.run("return calls or 0"), list(server.control("callbacks"))]

        assert seen() == ["100 100 100 100 100", 0, []]
        server.control("advance", 3600_000)
        rates, loaded, callbacks = seen()
        assert (rates, loaded, len(callbacks)) == ("200 100 100 100 100", 1, 1)
        server.control("advance", 3600_000)
        assert seen()[0] == "200 100 100 100 100"
        server.control("advance", 1000)
        rates, _, callbacks = seen()
        assert (rates, callbacks) == ("100 100 100 100 100", [])

    script = """
        calls = (calls or 0) + 1
        local hour = TalkAction("!hour")
        function hour.onSay() return true end
        hour:groupType("normal")
        hour:register()
    """
    hour = {"starthour": "13:00", "endhour": "14:00:00", "script": "./hour.lua", "ingame": {"exprate": 200}}
    files = _calendar(_event("Hour", "03/10/2026", "03/10/2026", **hour), hour=script)
    with_server(tmp_path, body, files, time=_NOON)


def test_what_is_wrong_in_a_calendar_is_told_and_the_rest_counts(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        server.control("load_all")
        assert server.run(_RATES) == "100 100 100 70 100"
        folder = "data/json/eventscheduler/scripts/"
        assert _texts(server, "warning")[-10:] == [
            "Missing 'startdate' or 'enddate' for event 'Timeless'",
            "Invalid date or hour format for event 'Words'",
            "Invalid date or hour format for event 'Late'",
            "Event 'Backwards' end time is before start time",
            "Rejecting absolute path in script: '/etc/passwd'",
            "Rejecting path with invalid components (.. or empty) in script: '../up.lua'",
            f"Cannot find the file 'none.lua' on '{folder}', skipping",
            f"Script declaration 'none.lua' is duplicated in '{_LIST}'",
            f"Cannot load the file 'bad.lua' on '{folder}', skipping",
            "'exprate' of event 'Bad' is no number",
        ]

    today = ("03/10/2026", "03/10/2026")
    files = _calendar(
        {"name": "Timeless", "startdate": "03/10/2026"},
        _event("Words", "today", "tomorrow"),
        _event("Late", *today, endhour="24:00"),
        _event("Backwards", "03/10/2026", "03/09/2026"),
        _event("Rooted", *today, script="/etc/passwd"),
        _event("Up", *today, script="../up.lua"),
        _event("None", *today, script="none.lua"),
        _event("Twice", *today, script="./none.lua"),
        _event("Bad", *today, script="bad.lua", ingame={"exprate": "many", "skillrate": 70}),
        bad="function (",
    )
    with_server(tmp_path, body, files, time=_NOON)


def test_a_saved_calendar_is_live_and_a_broken_one_changes_nothing(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        server.control("load_all")

        def saved(text: str) -> Any:
            (tmp_path / _LIST).write_text(text)
            return server.control("reload_file", _LIST)[0]

        event = _event("Loot", "03/10/2026", "03/10/2026", ingame={"lootrate": 300})
        assert saved(json.dumps({"events": [event]}))["ok"]
        assert server.run(_RATES) == "100 300 100 100 100"
        broken = saved('{"events": [')
        assert not broken["ok"]
        assert "JSON parsing error" in str(broken["problem"])
        assert not saved('{"event": []}')["ok"]
        assert server.run(_RATES) == "100 300 100 100 100"

    with_server(tmp_path, body, _calendar(), time=_NOON)


def test_players_are_told_of_the_events_of_the_day(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        server.control("load_all")
        server.control("client_enter", "Ann", {"x": 1000, "y": 1000, "z": 7})
        told = server.control("client_told", "Ann")
        assert "Active EventScheduler: One, Two" in str(told)

    files = _calendar(_event("One", "1/1/2026", "12/31/2026"), _event("Two", "1/1/2026", "12/31/2026"))
    with_world(tmp_path, otbm([field()]), body, dialect="canary", files=files, time=_NOON)
