"""The commands of `tibicen` about sessions on the wire: recordings, their check and replay, and load tests."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter, validators

from tibicen.cli import control
from tibicen.cli.options import JsonFlag, ServersOption, SocketOption, print_json, socket_of
from tibicen.cli.text import printable, wide_console
from tibicen.errors import ConfigError


def convert(recording: Path, file: Path, *, connection: int | None = None, protocol: int = 0) -> None:
    """Writes a session of a recording as a .cam, which OTClient plays with `g_game.playRecord`, or the other way round.

    Parameters
    ----------
    recording
        A recording: .jsonl, .jsonl.xz, or OTClient's .cam.
    file
        Where to; its ending says which form.
    connection
        Which game connection, by its number in the recording; the first unless given.
    protocol
        The version of a .cam, which does not say it; the one in its name unless given.
    """
    from tibicen.cli.convert import convert as write

    print(f"wrote {write(recording, file, connection, protocol)} frames to {file}")


def swarm(
    *,
    upstream: str,
    clients: Annotated[int, Parameter(validator=validators.Number(gte=1))] = 10,
    script: Path | None = None,
    account: str = "swarm{n}",
    password: str = "secret",
    character: str = "Swarm {n}",
    accounts: Path | None = None,
    login: str | None = None,
    protocol: int = 1098,
    system: int = 10,
    items: Path | None = None,
    ramp: Annotated[float, Parameter(validator=validators.Number(gt=0))] = 1.9,
    duration: Annotated[float, Parameter(validator=validators.Number(gte=0))] = 60.0,
    ping: Annotated[float, Parameter(validator=validators.Number(gte=0))] = 1.0,
    source: ServersOption = None,
    json: JsonFlag = False,
) -> None:
    """Puts a server under load: clients that log in and play a script, and a report of what they measured.

    The exit code is 1 when a client did not come in, was thrown out, or something failed.

    Parameters
    ----------
    upstream
        host:port of the game server.
    clients
        How many.
    script
        What each of them does, in Lua; they stroll about unless given.
    account
        Its name; {n} is the client's number, from 1.
    password
        Its password; {n} as well.
    character
        Who enters the game; {n} as well. Empty for the account's first one, which --login finds out.
    accounts
        A file instead of these, `account,password,character` a line, and perhaps a session key.
    login
        host:port of a login server, or http://... of a web login: asked for each account's session key first.
    protocol
        The version that they speak: 860, 1098, 1100, 1310 or 1525.
    system
        The number of the system that they say they run on; OTClient's are 10 and more.
    items
        Flags of items: items.otb, appearances.dat, Tibia.dat or JSON. Without them what stands behind an item isn't
        read.
    ramp
        Clients that begin in a second. Servers shut out who connects faster than twice a second.
    duration
        Seconds that all of them play.
    ping
        Seconds between two pings of a client; 0 for none.
    source
        An address of this machine to connect from; more than once for several in turn.
    """
    from tibicen.cli import swarm as load
    from tibicen.cli.item_files import item_table
    from tibicen.realms.swarm.figures import lines_of

    options = load.options_of(
        upstream,
        clients,
        version=protocol,
        system=system,
        accounts=accounts,
        account=account,
        password=password,
        character=character,
        login=login,
        items=item_table(items),
        ramp=ramp,
        duration=duration,
        ping=ping,
        sources=source or [],
    )
    report = load.SwarmRun(options, script, sys.stderr, live=sys.stderr.isatty()).run()
    if json:
        print_json(report)
    else:
        print("\n".join(printable(line) for line in lines_of(report)))
    sys.exit(0 if report["good"] else 1)


def replay(
    file: Path,
    *,
    plugins: Path = Path("plugins"),
    expect: Path | None = None,
    write: Path | None = None,
    items: Path | None = None,
    protocol: int = 0,
    json: JsonFlag = False,
) -> None:
    """Shows a recorded session's messages to plugins, and compares what they make of them.

    The exit code is 1 when it is not what was expected, or a plugin failed.

    Parameters
    ----------
    file
        A recording: .jsonl, .jsonl.xz, or OTClient's .cam.
    plugins
        The plugins folder.
    expect
        What the plugins have to make of it, as `--write` wrote it.
    write
        A file to write what they make of it to.
    items
        Flags of items, as with `tibicen inspect`.
    protocol
        The version of a .cam, as with `tibicen inspect`.
    """
    from tibicen.cli.replay import replay as run_replay
    from tibicen.cli.replay import show

    result = run_replay(file, plugins, expect, write, items=items, version=protocol)
    if json:
        print_json(result)
    else:
        print(show(result))
    sys.exit(1 if result["differences"] or result["failures"] else 0)


def inspect(
    *paths: Path,
    live: Annotated[bool, Parameter(negative="")] = False,
    verify: Annotated[bool, Parameter(negative="")] = False,
    diff: Annotated[bool, Parameter(negative="")] = False,
    name: str | None = None,
    opcode: str | None = None,
    side: Literal["client", "server"] | None = None,
    raw: Annotated[bool, Parameter(negative="")] = False,
    items: Path | None = None,
    protocol: int = 0,
    seconds: Annotated[float | None, Parameter(validator=validators.Number(gt=0))] = None,
    socket: SocketOption = None,
    json: JsonFlag = False,
) -> None:
    """Shows the messages of recorded sessions, decoded; with --verify the exit code is 1 when something is amiss.

    Parameters
    ----------
    paths
        Recordings: .jsonl, .jsonl.xz, or OTClient's .cam.
    live
        Shows the messages that pass the bridge of a running host instead, until Ctrl-C.
    verify
        Checks instead: each frame and message is opened, read, and made again to the same bytes. Prints totals as JSON.
    diff
        Compares two recordings, or with --live what passes with one; the exit code is 1 when their messages differ.
    name
        Shows messages of this name only; * and ? stand for any letters.
    opcode
        Shows messages with this opcode only, such as 6E.
    side
        Shows messages from this side only.
    raw
        With the bytes of each message in hex.
    items
        Flags of items: items.otb, appearances.dat, Tibia.dat or JSON; the items-VERSION.json beside the recording
        unless given.
    protocol
        The version of a .cam, which does not say it; the one in its name unless given.
    seconds
        With --live: for how long; until Ctrl-C unless given.
    """
    from tibicen.cli import inspect as inspection

    wanted = inspection.filter_of(name, opcode, side)
    if live:
        if verify or len(paths) != int(diff):
            raise ConfigError("--live shows what passes a running bridge; it goes with a recording only for --diff")
        passing = _passing(socket_of(socket), wanted, raw, seconds)
        if diff:
            before = list(inspection.rows(*inspection.open_capture(paths[0], items, protocol), wanted, raw=raw))
            _diff(before, [row for row in passing if "missed" not in row], json)
        _inspect_live(passing, json)
        return
    if not paths:
        raise ConfigError("name at least one recording to inspect, or say --live")
    if verify:
        totals = inspection.check(list(paths), items, protocol)
        print_json(totals.figures())
        for problem in totals.problems:
            print(printable(problem), file=sys.stderr)
        sys.exit(1 if totals.undecoded or totals.mismatched else 0)
    found = (inspection.rows(*inspection.open_capture(path, items, protocol), wanted, raw=raw) for path in paths)
    if diff:
        if len(paths) != 2:
            raise ConfigError("--diff compares two recordings")
        before, after = map(list, found)
        _diff(before, after, json)
    elif json:
        print_json([row for each in found for row in each])
    else:
        for row in chain.from_iterable(found):
            for line in inspection.text_of(row):
                print(printable(line))


def _diff(before: list[dict[str, Any]], after: list[dict[str, Any]], as_json: bool) -> None:
    from tibicen.cli.differ import compare, lines_of
    from tibicen.cli.inspect import shown_value

    differences = list(compare(before, after))
    if as_json:
        print_json(differences)
    else:
        for each in differences:
            for line in lines_of(each, shown_value):
                print(printable(line))
    sys.exit(1 if differences else 0)


def _passing(socket: Path, wanted: Any, raw: bool, seconds: float | None) -> Iterator[dict[str, Any]]:
    """What passes a running bridge, until Ctrl-C."""
    from tibicen.cli.live import follow

    with contextlib.suppress(KeyboardInterrupt):
        yield from follow(socket, wanted, raw=raw, seconds=seconds)


def _inspect_live(passing: Iterator[dict[str, Any]], as_json: bool) -> None:
    """A line a message; as JSON an object a line."""
    from tibicen.cli.inspect import text_of

    with contextlib.suppress(KeyboardInterrupt):
        for row in passing:
            if as_json:
                print(json.dumps(row), flush=True)
            elif "missed" in row:
                print(f"{row['missed']} messages were missed; filter them, or look more closely", flush=True)
            else:
                print("\n".join(printable(line) for line in text_of(row)), flush=True)


def status(name: str = "", *, socket: SocketOption = None, json: JsonFlag = False) -> None:
    """What ties the running host to others: servers with their ports, clients with their logins, and the bridge.

    Parameters
    ----------
    name
        Shows this one, with all its sessions: a plugin's name, or host:bridge.
    """
    from tibicen.cli.connections import lines_of, table_of

    rows = control.request(socket_of(socket), "host.connections")
    if name:
        if name not in rows:
            known = ", ".join(rows) or "nothing at all"
            raise ConfigError(f"{name} has no connection; there is {known}")
        rows = {name: rows[name]}
    if json:
        print_json(rows)
    elif name:
        print("\n".join(map(printable, lines_of(rows[name]))))
    else:
        wide_console().print(table_of(rows))


COMMANDS = (status, convert, swarm, replay, inspect)
