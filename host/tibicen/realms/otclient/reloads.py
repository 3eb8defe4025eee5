"""Reloads each module of a checkout twice and counts what there is before and after: nothing may be left or missing."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from tibicen.realms.otclient.check import SETTLING_MS
from tibicen.realms.otclient.checkout import Checkout
from tibicen.realms.otclient.client import Client
from tibicen.realms.otclient.session import LOGIN_WINDOW, enter_game
from tibicen.realms.otclient.session_events import WORLD

VERSION = 1098
"""Of the game that is entered."""

AT_LEAST_MS, AT_MOST_MS, STEP_MS = 700, 5000, 200
"""Milliseconds of the client's time that what a reload has begun has to come to an end: fades, queued events."""

WRONG = ("error", "fatal")
FLEETING = "once"
"""Events that come once, and are gone then: how many there are just now says nothing."""

LIBRARIES = frozenset({"corelib", "gamelib", "modulelib"})
"""What others register things with; they are not reloaded alone."""

TERMINAL = "client_terminal"
# It keeps the latest lines of the log. When it is full, the lines of a reload take the places of others.
LOG_LINES, LINE_MS = 150, 12
LOG_LINE = b"g_logger.info('')"

Counts = dict[tuple[str, str], int]
State = Literal["clean", "settled", "unclean"]


@dataclass
class Row:
    """How a module was reloaded twice.

    Attributes:
        taken: modules that were reloaded with it.
        first, second: what there was more, or less, after each reload.
        errors: those that were logged, and not when the client was started.
        ms: of the slower one of the two reloads.
    """

    name: str
    taken: list[str] = field(default_factory=list)
    first: list[str] = field(default_factory=list)
    second: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    ms: float = 0.0

    @property
    def state(self) -> State:
        """`settled`: loaded again it made other things than when it was loaded at the start, and from then on the
        same."""
        if self.second or self.errors:
            return "unclean"
        return "settled" if self.first else "clean"

    def described(self, mode: str) -> dict[str, Any]:
        return {
            "name": self.name,
            "mode": mode,
            "state": self.state,
            "with": self.taken,
            "first": self.first,
            "second": self.second,
            "errors": self.errors,
            "ms": round(self.ms, 1),
        }


class _Reloader:
    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: set[str] = set()
        self._latest: Counts | None = None
        self._censuses = 0
        self._census_ms = 0.0

    @property
    def census_ms(self) -> float:
        """What a census took on average."""
        return self._census_ms / max(self._censuses, 1)

    def begin(self, in_game: bool) -> None:
        """Has the client run, until all that follows from that is done."""
        client = self._client
        client.advance(SETTLING_MS)
        if in_game:
            client.run(LOGIN_WINDOW.encode())
            enter_game(client, VERSION)
            for step in WORLD:
                if "." not in step.name:
                    client.control("game_event", step.name, *step.arguments)
        client.advance(AT_MOST_MS)
        self._fill_log()
        self._known = set(self._errors())

    def _fill_log(self) -> None:
        for _ in range(LOG_LINES):
            self._client.run(LOG_LINE)
            self._client.advance(LINE_MS)

    def modules(self) -> list[str]:
        """Loaded modules in the order in which they were loaded, without the libraries."""
        modules: Any = self._client.control("live_modules")
        return [each["name"] for each in modules if each["loaded"] and each["name"] not in LIBRARIES]

    def _errors(self) -> list[str]:
        errors = [text for level, text in self._client.log if level in WRONG]
        self._client.log.clear()
        return errors

    def census(self) -> Counts:
        started = time.perf_counter()
        census: Any = self._client.control("census_of_all")
        self._census_ms += (time.perf_counter() - started) * 1e3
        self._censuses += 1
        counts = {("", kind): count for kind, count in census["total"].items()}
        for name, kinds in census["modules"].items():
            counts |= {(name or "nobody", kind): count for kind, count in kinds.items()}
        return {key: count for key, count in counts.items() if key[1] != FLEETING}

    def reload_twice(self, name: str) -> Row:
        row = Row(name)
        after = self._latest or self.census()
        for differences in (row.first, row.second):
            before = after
            started = time.perf_counter()
            report: Any = self._client.control("reload", name)
            row.ms = max(row.ms, (time.perf_counter() - started) * 1e3)
            row.taken = [other for other in report["reloaded"] if other != name]
            if TERMINAL in report["reloaded"]:
                self._fill_log()
            after = self._settled(before)
            differences += _differences(before, after)
            row.errors += [text for text in self._errors() if text not in self._known]
            row.errors += [f"{module}: {report['problems'][module][0]}" for module in report["failed"]]
        self._latest = after
        row.errors = list(dict.fromkeys(row.errors))
        return row

    def _settled(self, before: Counts) -> Counts:
        """What there is once all is as before, or time is up."""
        self._client.advance(AT_LEAST_MS)
        waited = AT_LEAST_MS
        while (after := self.census()) != before and waited < AT_MOST_MS:
            self._client.advance(STEP_MS)
            waited += STEP_MS
        return after

    def unload_all(self) -> dict[str, int]:
        """Unloads all modules; says what is left of them."""
        self._client.run(b"g_modules.unloadModules()")
        self._client.advance(AT_LEAST_MS)
        census: Any = self._client.control("census_of_all")
        # Of tables that the engine has too, only that counts which is known to be a module's.
        left = {kind: count for kind, count in census["total"].items() if kind not in ("globals", "functions")}
        # The root.
        left["widgets"] -= 1
        for kinds in census["modules"].values():
            for kind in ("globals", "functions"):
                left[kind] = left.get(kind, 0) + kinds.get(kind, 0)
        return {kind: count for kind, count in sorted(left.items()) if count}


def _differences(before: Counts, after: Counts) -> list[str]:
    changed = sorted(key for key in {*before, *after} if before.get(key, 0) != after.get(key, 0))
    return [
        f"{kind} {f'of {name}' if name else 'in all'}: {before.get((name, kind), 0)}, then {after.get((name, kind), 0)}"
        for name, kind in changed
    ]


@contextlib.contextmanager
def _client_of(checkout: Checkout) -> Iterator[Client]:
    with TemporaryDirectory(prefix="tibicen-client-") as home:
        client = checkout.client(home=Path(home), settings="locale: en\n")
        with contextlib.closing(client):
            checkout.start(client)
            checkout.begin(client)
            yield client


def check_reloads(path: Path) -> dict[str, Any]:
    """Reloads each module of a checkout twice, in a client that isn't in the game, and in one that is.

    For a thread with a large stack.

    Returns:
        `{"modules": [rows], "totals": {mode: numbers, …}, "left": {mode: kind to number}}`.

    Raises:
        ConfigError: the folder holds no client.
        TibicenError: it doesn't start.
    """
    checkout = Checkout.open(path)
    started = time.perf_counter()
    rows: list[dict[str, Any]] = []
    totals: dict[str, Any] = {}
    left: dict[str, Mapping[str, int]] = {}
    census_ms = 0.0
    for mode in ("offline", "in_game"):
        with _client_of(checkout) as client:
            reloader = _Reloader(client)
            reloader.begin(mode == "in_game")
            done = [reloader.reload_twice(name) for name in reloader.modules()]
            left[mode] = reloader.unload_all()
            census_ms = max(census_ms, reloader.census_ms)
        rows += [row.described(mode) for row in done]
        states = [row.state for row in done]
        totals[mode] = {
            "modules": len(done),
            **{state: states.count(state) for state in ("clean", "settled", "unclean")},
        }
    totals |= {
        "seconds": round(time.perf_counter() - started, 1),
        "census_ms": round(census_ms, 1),
        "dialect": checkout.dialect,
    }
    return {"modules": rows, "totals": totals, "left": left}
