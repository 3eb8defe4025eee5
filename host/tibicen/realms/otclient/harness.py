"""Runs one probe in a fresh client, as `lua/conformance/otclient/` has it, and hands back what it recorded."""

from __future__ import annotations

import contextlib
import json
import re
import struct
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from tibicen.errors import TibicenError
from tibicen.paths import lua_root
from tibicen.realms.otclient.checkout import Checkout
from tibicen.realms.otclient.client import FRAME_MS, Client
from tibicen.realms.otclient.input import run_commands
from tibicen.realms.otclient.loopback import LoopbackServer

DEFAULT_LIMIT = 45
"""Seconds of virtual time that a probe has when it names no limit."""

SETTINGS = "window-size: 1024 768\nwindow-pos: 0 0\nlocale: en\n"
"""What the clients that values were recorded from found as /config.otml."""

THINGS = "things/860"
"""Where those clients had files of things: a catalogue without any, and one sprite."""

_DAT = struct.pack("<IHHHH", 0x4A10DC69, 99, 0, 0, 0)
_SPR = struct.pack("<IHI", 0x4A10DC69, 1, 0)

_NO_STYLE = re.compile(r"'(\w+)' is not a defined style")
_NO_FONT = re.compile(r"[Ff]ont '([\w-]+)' not found")
_OF_A_CHECKOUT = ("/data/", "/fonts", "/images", "/locales", "/modules/", "/styles")

_HEADER = re.compile(r"--\s*conf:(?P<words>[^\n]*)")


class Header(NamedTuple):
    """The first line of a probe: `-- conf: level=core|full [input=1] [net=1] [limit=SECONDS]`."""

    level: str
    net: bool
    limit: int


class Run(NamedTuple):
    """What came of a probe."""

    values: dict[str, Any]
    problem: str
    """What ended it early; empty when it came to its end."""
    log: list[tuple[str, str]]
    lacks: list[str] = []
    """What it looked up that only a checkout has, when it ran without one."""


def header_of(source: str) -> Header:
    """Reads the first line of a probe."""
    found = _HEADER.match(source)
    words = dict(word.partition("=")[::2] for word in found["words"].split()) if found else {}
    return Header(words.get("level", "core"), words.get("net") == "1", int(words.get("limit", DEFAULT_LIMIT)))


def level_of(folder: Path, probe: str) -> str:
    """Whether a probe needs all modules of a client (`full`) or its libraries alone (`core`)."""
    return header_of(_source(folder, probe)).level


def _source(folder: Path, probe: str) -> str:
    return (folder / "vfs" / "probes" / f"{probe}.lua").read_text(encoding="latin-1")


def driver_folder() -> Path:
    """The folder of the harness's Lua side."""
    return lua_root() / "conformance" / "otclient"


def run_probe(folder: Path, probe: str, checkout: Checkout) -> Run:
    """Runs a probe of a folder against a checkout's modules, or the engine alone. For a thread with a large stack."""
    header = header_of(_source(folder, probe))
    with contextlib.ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="tibicen-probe-")))
        server = stack.enter_context(contextlib.closing(LoopbackServer())) if header.net else None
        environment = {
            "CONF_PROBE": probe,
            "CONF_VFS": str(folder / "vfs"),
            "CONF_DRIVER": str(driver_folder()),
            "HOME": str(home),
            "TZ": "UTC",
        }
        if server:
            environment["CONF_PORT"] = str(server.port)
        # Real clients close nothing that modules leave.
        client = checkout.client(
            home=home,
            environment=environment,
            readable=[folder / "vfs", driver_folder(), home / "assets"],
            settings=SETTINGS,
            ownership=False,
        )
        stack.enter_context(contextlib.closing(client))
        client.files.mount(f"{_with_things(home / 'assets')}/", False)
        lacks = _watch(client) if checkout.path is None else []
        try:
            _start(client, checkout, header)
            values, problem = _results(client, header, server)
            if checkout.path is None:
                lacks += client.run(b"return Conf.lacks", "=harness")
        except TibicenError as error:
            values, problem = {}, _with_errors(str(error), client)
        if server:
            values.update({f"wire:{number}": chunks for number, chunks in server.received().items()})
        if checkout.path is None:
            lacks += _lacks_in(json.dumps([*values.values(), problem, *client.log]))
        return Run(values, problem, client.log, lacks)


def _lacks_in(answers: str) -> list[str]:
    """Styles and fonts that are complained about, as they are not there."""
    styles = [f"the style {name}" for name in _NO_STYLE.findall(answers)]
    return styles + [f"the font {name}" for name in _NO_FONT.findall(answers)]


def _watch(client: Client) -> list[str]:
    """Notes what is looked up in vain: names in objects, and files in the folders that a checkout has."""
    lacks: list[str] = []
    client.operations["observe.unknown"] = lacks.append
    client.control("observe_unknown")
    for name in ("files.read", "files.kind", "files.list"):
        client.operations[name] = _watched(client.operations[name], lacks)
    return lacks


def _watched(operation: Callable[..., Any], lacks: list[str]) -> Callable[..., Any]:
    def watched(path: Any) -> Any:
        answer = operation(path)
        text = path.decode("latin-1") if isinstance(path, bytes) else path
        if text.startswith(_OF_A_CHECKOUT) and (not answer or answer[0] is None):
            lacks.append(text)
        return answer

    return watched


def _with_things(folder: Path) -> Path:
    """Makes the files of things, where scripts look for them: in the root, and in the data that is laid over it."""
    for place in (folder / THINGS, folder / "data" / THINGS):
        place.mkdir(parents=True)
        (place / "Tibia.dat").write_bytes(_DAT)
        (place / "Tibia.spr").write_bytes(_SPR)
    return folder


def _with_errors(problem: str, client: Client) -> str:
    """A problem, and what the client logged before it."""
    errors = [text.split("\n")[0] for level, text in client.log if level in ("error", "fatal")]
    return "\n".join([problem, *errors])


def _start(client: Client, checkout: Checkout, header: Header) -> None:
    if checkout.path is None:
        client.run((driver_folder() / "init_bare.lua").read_bytes(), "/init.lua")
    elif header.level == "full":
        client.files.mount(str(driver_folder() / "full"), True)
        checkout.start(client)
    else:
        client.run((driver_folder() / "init_core.lua").read_bytes(), "/init.lua")
    checkout.begin(client)


def _results(client: Client, header: Header, server: LoopbackServer | None) -> tuple[dict[str, Any], str]:
    """Lets time pass until the results are there."""
    for _ in range(header.limit * 1000 // FRAME_MS):
        client.frame()
        if server:
            server.poll()
        asked = client.run(b"return Conf.poll()", "=harness")
        if not asked:
            continue
        if "result" in asked:
            return json.loads(asked["result"]), str(asked.get("crash") or "")
        number, commands = asked["input"]
        run_commands(client, commands)
        client.run(f"Conf.served({number})".encode(), "=harness")
    client.run(b"Conf.finish()", "=harness")
    asked = client.run(b"return Conf.poll()", "=harness")
    return json.loads(asked["result"]), f"came to no end within {header.limit} s"
