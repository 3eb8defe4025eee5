"""Runs the probes of one server, as `lua/conformance/canary/` has them, and hands back what they recorded."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tibicen.errors import TibicenError
from tibicen.paths import lua_root
from tibicen.realms.canary.checkout import CONFIG_FILES, CORE, Checkout
from tibicen.realms.canary.conformance import Probe
from tibicen.realms.canary.field_map import field_map
from tibicen.realms.canary.server import TICK_MS, Dialect, Server, numbers_of

LIMIT_MS = 120_000
"""Virtual time that a probe has."""

LOGIN_MS = 3_000
"""Virtual time in which a player has to be in the game."""

_ARRIVAL_MS = 7
"""Virtual time that a client's message takes."""

_LIBRARIES = ("util.lua", "encode.lua", "harness.lua")
_PREFIX = "zz_conf"
"""What the names of the harness's files and the folder of the probes began with in the real servers."""

_CONFIG = {
    # The recorded Canary ran its stock config.lua.dist with the small pack, whose map was replaced by a field of grass.
    "canary": {
        "dataPackDirectory": "data-canary",
        "mapName": "canary",
        "toggleMapCustom": False,
        "toggleDownloadMap": False,
    },
    # The recorded TFS: what its config.lua.dist has otherwise.
    "tfs": {
        "freePremium": True,
        "allowChangeOutfit": True,
        "classicEquipmentSlots": False,
        "convertUnsafeScripts": True,
        "deathLosePercent": -1,
        "defaultPriority": "normal",
        "gameProtocolPort": 8172,
        "housePriceEachSQM": 1000,
        "maxMessageBuffer": 4,
        "pzLocked": 60000,
        "rateMagic": 3,
        "rateSkill": 3,
        "timeBetweenActions": 200,
        "timeBetweenExActions": 1000,
        "warnUnsafeScripts": True,
        "worldType": "pvp",
    },
}

_PACKS = {"canary": (CORE, "data-canary"), "tfs": (CORE,)}
_OTHER_FILES = ("schema.sql",)

# A fresh character of the real servers.
_LAST_LOGIN = 1_700_000_000
_CHARACTER = {
    "health": 185,
    "mana": 90,
    "cap": 470,
    "soul": 100,
    "stamina": 2520,
    "sex": 1,
    "looktype": 128,
    "lookhead": 30,
    "lookbody": 10,
    "looklegs": 40,
    "lookfeet": 20,
    "town_id": 1,
    "group_id": 1,
    "lastlogin": _LAST_LOGIN,
}


_EXTENDED, _OURS = b"\x32", b"CONF:"
"""How the messages begin, and their texts, that the recorded clients kept of extended opcodes."""

_ADDRESS = re.compile(r"0x[0-9a-f]+")

# The recorded client of Canary was of version 11.00, which does not know newer types of messages: the server tells it
# these as older ones.
_OLD_TYPES = {
    "MESSAGE_REPORT": "MESSAGE_LOOT",
    "MESSAGE_HOTKEY_PRESSED": "MESSAGE_LOOK",
    "MESSAGE_TUTORIAL_HINT": "MESSAGE_LOGIN",
    "MESSAGE_THANK_YOU": "MESSAGE_LOGIN",
    "MESSAGE_MARKET": "MESSAGE_EVENT_ADVANCE",
    "MESSAGE_MANA": "MESSAGE_HEALED",
    "MESSAGE_BEYOND_LAST": "MESSAGE_LOOT",
    "MESSAGE_ATTENTION": "MESSAGE_EVENT_ADVANCE",
    "MESSAGE_BOOSTED_CREATURE": "MESSAGE_LOOT",
    "MESSAGE_OFFLINE_TRAINING": "MESSAGE_LOOT",
    "MESSAGE_TRANSACTION": "MESSAGE_LOOT",
    "MESSAGE_POTION": "MESSAGE_FAILURE",
}


class ProbeRun(NamedTuple):
    """What came of a probe."""

    name: str
    values: dict[str, list[Any]]
    """What was recorded, by key, each time in order."""
    told: dict[str, list[dict[str, Any]]]
    """What its players were told, as the real clients wrote it down."""
    problem: str
    """What ended it early; empty when it came to its end."""
    ms: float


def driver_folder() -> Path:
    """The folder of the harness's Lua side."""
    return lua_root() / "conformance" / "canary"


def run_group(
    checkout: Checkout,
    root: Path,
    folder: Path,
    files: Sequence[str],
    probes: Sequence[Probe],
    appearances: Path | None = None,
) -> Iterator[ProbeRun]:
    """Loads files of probes together into one server and runs `probes` in it. For a thread with a large stack.

    Args:
        root: an empty folder, which becomes that of the server.
        files: all that are loaded, without ending; their handlers are active in every probe.
        appearances: file with what Canary's items are like, where the checkout has none.
    """
    lay_out(checkout, root, folder, files)
    laid_out = Checkout.open(root, checkout.dialect)
    with contextlib.closing(laid_out.server(write_dir=root, things=appearances, name="probes")) as server:
        laid_out.start(server)
        session = _Session(server)
        yield from session.run_without_players([probe for probe in probes if not probe.player])
        for probe in probes:
            if probe.player:
                yield session.run_with_players(probe)


def lay_out(checkout: Checkout, root: Path, folder: Path, files: Sequence[str]) -> None:
    """Makes a folder of a server with the probes among its scripts, as the real ones were run."""
    for pack in _PACKS[checkout.dialect]:
        if (checkout.path / pack).is_dir():
            shutil.copytree(checkout.path / pack, root / pack, symlinks=True)
    for name in _OTHER_FILES:
        if (checkout.path / name).is_file():
            shutil.copy2(checkout.path / name, root / name)
    (root / CONFIG_FILES[0]).write_text(config_text(checkout), encoding="utf-8")
    if checkout.dialect == "canary":
        world = root / "data-canary" / "world" / "canary.otbm"
        if not world.exists():
            world.parent.mkdir(parents=True, exist_ok=True)
            world.write_bytes(field_map())
    scripts = root / CORE / "scripts"
    (scripts / "lib").mkdir(parents=True, exist_ok=True)
    for name in _LIBRARIES:
        shutil.copy2(driver_folder() / name, scripts / "lib" / f"{_PREFIX}_{name}")
    (scripts / _PREFIX).mkdir()
    for name in files:
        shutil.copy2(folder / f"{name}.lua", scripts / _PREFIX / f"{name}.lua")


def config_text(checkout: Checkout) -> str:
    """The stock settings of the checkout, and behind them those that the recorded servers had otherwise."""
    stock = next((checkout.path / name for name in reversed(CONFIG_FILES) if (checkout.path / name).is_file()), None)
    lines = [stock.read_text(encoding="utf-8", errors="replace")] if stock else []
    lines += [f"{name} = {_lua(value)}" for name, value in _CONFIG[checkout.dialect].items()]
    return "\n".join(lines) + "\n"


def _lua(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value)


class _Session:
    """A server that runs probes, one after the other."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._values: dict[str, list[Any]] = {}
        self._current = ""
        self._players: dict[str, str] = {}
        """Names of those of the current probe, by what it calls them."""
        self._met = 0
        enums = numbers_of(server.dialect)["enums"]
        self._old_types = {
            enums[name]: enums[old] for name, old in _OLD_TYPES.items() if name in enums and old in enums
        }

    def run_without_players(self, probes: Sequence[Probe]) -> Iterator[ProbeRun]:
        """Those of one start, in the order of the real servers: by name."""
        waiting = sorted(probe.name for probe in probes)
        if not waiting:
            return
        self._call("CONF_START", waiting)
        for _ in waiting:
            started, problem = time.perf_counter(), self._until_done()
            yield self._ended(problem, started)
            if problem.startswith("came to no end"):
                return

    def run_with_players(self, probe: Probe) -> ProbeRun:
        """One, with players who have just come in."""
        started = time.perf_counter()
        self._values, self._current = {}, probe.name
        self._players = {}
        try:
            for who in ("player", "player2"):
                if who in probe.needs:
                    self._players[who] = self._log_in(probe)
            self._call("CONF_ENTER", probe.name, *self._players.values())
            problem = self._until_done()
        except TibicenError as error:
            problem = str(error)
        ran = self._ended(problem, started)
        for name in self._players.values():
            with contextlib.suppress(TibicenError):
                self._server.control("client_leave", name)
        self._advance()
        return ran

    def _log_in(self, probe: Probe) -> str:
        words = dict(need.partition("=")[::2] for need in probe.needs)
        self._met += 1
        # Not as what probes make is called: names of players are taken out of what is recorded.
        name = f"Guest {_letters(self._met)}"
        fields = {**_CHARACTER, "vocation": int(words.get("voc", 1)), "level": int(words.get("level", 8))}
        self._server.control("client_enter", name, fields)
        return name

    def _call(self, function: str, *arguments: Any) -> None:
        shown = ", ".join(_lua_value(each) for each in arguments)
        self._server.run(f"{function}({shown})".encode("latin-1"), "=harness")

    def _until_done(self) -> str:
        """Lets time pass until a probe has come to its end; what ended it early."""
        problem = ""
        waiting: list[dict[str, Any]] = []
        for _ in range(LIMIT_MS // TICK_MS):
            problem = self._advance() or problem
            asked = self._server.run(b"return CONF_POLL()", "=harness")
            done = False
            for name, key, value in asked["records"] or ():
                text = _text(key)
                if text == "!begin":
                    self._values, self._current = {}, _text(name)
                elif text == "!done":
                    done = True
                elif text == "!error":
                    problem = problem or str(json.loads(_text(value)))
                else:
                    self._values.setdefault(json.loads(json.dumps(text)), []).append(json.loads(_text(value)))
            # What is asked of a client is done a tick and some milliseconds later: that is how long a real one took.
            if waiting:
                problem = self._advance(_ARRIVAL_MS) or problem
            for command in waiting:
                problem = self._tell_client(command) or problem
            waiting = [json.loads(_text(command)) for command in asked["commands"] or ()]
            if done:
                return problem
        return f"came to no end within {LIMIT_MS // 1000} s of the server's time"

    def _advance(self, ms: int = TICK_MS) -> str:
        """What went wrong inside of the server itself; the probe goes on."""
        try:
            self._server.advance(ms)
        except TibicenError as error:
            return str(error)
        return ""

    def _tell_client(self, command: dict[str, Any]) -> str:
        name = self._players.get(command.get("who", "player"))
        if name is None:
            return ""
        content = {key: _bytes(value) for key, value in command.items()}
        try:
            self._server.control("client_do", name, content)
        except TibicenError as error:
            return str(error)
        return ""

    def _ended(self, problem: str, started: float) -> ProbeRun:
        told = {who: self._told(name) for who, name in self._players.items()}
        values = {key: [self._without_names(each) for each in samples] for key, samples in self._values.items()}
        return ProbeRun(self._current, values, told, problem, (time.perf_counter() - started) * 1e3)

    def _told(self, name: str) -> list[dict[str, Any]]:
        told = []
        for message in self._server.control("client_told", name)[0] or ():
            row = {_text(key): _text(value) if isinstance(value, bytes) else value for key, value in message.items()}
            seen = self._seen_by_client(row.pop("kind"), row)
            if seen:
                told.append(self._without_names(seen))
        return told

    def _seen_by_client(self, kind: str, row: dict[str, Any]) -> dict[str, Any] | None:
        """What the recorded clients wrote down of a message: texts, talk, and extended opcodes of the probes."""
        if kind == "text" and self._server.dialect == "canary":
            row["type"] = self._old_types.get(int(row["type"]), row["type"])
        if kind in ("text", "say"):
            return {"k": kind, **row}
        content = row.get("bytes", "").encode("latin-1") if kind == "raw" else b""
        if content[:1] == _EXTENDED and content[4:].startswith(_OURS):
            whole = content[: 4 + int.from_bytes(content[2:4], "little")]
            return {"k": "ext", "op": whole[1], "hex": whole.hex()}
        return None

    def _without_names(self, value: Any) -> Any:
        """With what stands for the players' names, and for addresses, in recorded values."""
        if isinstance(value, str):
            for who, name in self._players.items():
                value = value.replace(name, f"<{who.upper()}>")
            return _ADDRESS.sub("0x*", value)
        if isinstance(value, list):
            return [self._without_names(each) for each in value]
        if isinstance(value, dict):
            return {self._without_names(key): self._without_names(each) for key, each in value.items()}
        return value


def _letters(number: int) -> str:
    """1 is A, 27 is Aa: names of players have no digits."""
    text = ""
    while number:
        number, digit = divmod(number - 1, 26)
        text = chr(ord("a") + digit) + text
    return text.capitalize()


def _lua_value(value: Any) -> str:
    if isinstance(value, list):
        return "{" + ", ".join(map(_lua_value, value)) + "}"
    return json.dumps(value)


def _bytes(value: Any) -> Any:
    return value.encode("latin-1") if isinstance(value, str) else value


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def dialect_of(realm: str) -> Dialect:
    """The dialect whose name a realm's probes go by."""
    return "tfs" if realm == "tfs" else "canary"
