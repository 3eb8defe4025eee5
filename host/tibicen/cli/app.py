"""The commands of `tibicen`."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import indent
from typing import Annotated, Any, Literal

import msgspec
from cyclopts import App, Parameter, validators
from rich.table import Table
from rich.text import Text

import tibicen
from tibicen.cli import control
from tibicen.cli.grants import grant_arguments
from tibicen.cli.options import AllFlag, JsonFlag, ServersOption, SocketOption, config_of, print_json, socket_of
from tibicen.cli.text import printable, wide_console
from tibicen.cli.wire_commands import COMMANDS
from tibicen.errors import ConfigError
from tibicen.paths import checkout_root

app = App(name="tibicen", help="A host for Open Tibia game scripts.", version=tibicen.__version__)
plugins = App(name="plugins", help="Look at and steer the plugins of a running host.")
app.command(plugins)
protocol = App(name="protocol", help="What the messages of a protocol version are made of.")
app.command(protocol)
for each in COMMANDS:
    app.command(each)


@app.command
def run(*, plugins: Path | None = None, config: Path | None = None, socket: SocketOption = None) -> None:
    """Runs a host until Ctrl-C. Saving a plugin makes it live.

    Parameters
    ----------
    plugins
        The plugins folder; `plugins` unless given here or in the config.
    config
        host.yaml; the one in the working folder unless given.
    """
    from tibicen.cli.run import Runner

    loaded, file = config_of(config)
    base = file.resolve().parent if file else Path.cwd()
    folder = plugins if plugins is not None else base / loaded.plugins_dir
    data = Path(loaded.data_dir)
    sys.exit(Runner(loaded, folder, data, socket or data / control.SOCKET_NAME, file).run())


@app.command
def check(
    *paths: Path,
    realm: str | None = None,
    all: Annotated[bool, Parameter(name="--all", negative="")] = False,
    reload: Annotated[bool, Parameter(negative="")] = False,
    datapack: str | None = None,
    baseline: Path | None = None,
    json: JsonFlag = False,
) -> None:
    """Loads plugins once in a fresh host and reports; the exit code is 1 when one failed.

    Parameters
    ----------
    paths
        Plugins, or folders of plugins; of the realms otclient and canary one checkout of a client or server.
    realm
        Treat scripts without a manifest as written for this realm.
    all
        Of a checkout, loads those modules, too, that the client does not start with.
    reload
        Of a checkout of OTClient, reloads each module twice, offline and in game, and counts what there is.
    datapack
        Of a checkout of Canary, the pack that is loaded with `data`; each of them in turn without.
    baseline
        Findings of the lint that are known, one file for the whole checkout; it is made where there is none.
    """
    from tibicen.cli.check import check as run_check
    from tibicen.cli.check import check_client, check_reloads, check_server, lines_of_reloads

    if not paths:
        raise ConfigError("name at least one plugin or folder of plugins to check")
    if realm != "canary" and (datapack or baseline):
        raise ConfigError("--datapack and --baseline go with --realm canary")
    if reload and (realm != "otclient" or all):
        raise ConfigError("--reload goes with --realm otclient, and not with --all")
    if reload:
        reloads = check_reloads(list(paths))
        if json:
            print_json(reloads)
        else:
            print("\n".join(lines_of_reloads(reloads)))
        unclean = any(row["state"] == "unclean" for row in reloads["modules"])
        sys.exit(1 if unclean or any(reloads["left"].values()) else 0)
    if realm == "canary":
        result = check_server(list(paths), datapack=datapack, baseline=baseline)
    elif realm == "otclient":
        result = check_client(list(paths), everything=all)
    else:
        result = run_check(list(paths), realm)
    if json:
        print_json(result)
    else:
        _print_check(result)
    new_findings = bool(baseline and result["lint"])
    sys.exit(1 if result["totals"]["failed"] or not result["plugins"] or new_findings else 0)


def _print_check(result: dict[str, Any]) -> None:
    for row in result["plugins"]:
        name = printable(row["name"])
        print(f"{'ok  ' if not row['errors'] else 'FAIL'} {name} ({row['state']}, {row['ms']:.1f} ms)")
        for error in row["errors"]:
            print(indent(printable(error), " " * 7))
        if row.get("missing"):
            print(f"       looked up what is missing here: {', '.join(row['missing'])}")
    for finding in result.get("lint", ()):
        place = f"{finding['file']}:{finding['line']}" if finding["line"] else finding["file"]
        print(f"lint {printable(place)}: {printable(finding['message'])}")
    totals = result["totals"]
    for pack in totals.get("packs", ()):
        print(
            f"{pack['pack']}: {pack['scripts']} scripts and those that they run, {pack['errors']} errors,"
            f" {pack['load_ms']:.0f} ms, {pack['memory_bytes'] / (1 << 20):.0f} MiB"
        )
    print(f"{totals['plugins']} plugins, {totals['active']} active, {totals['failed']} failed", end="")
    print(f", loaded in {totals['load_ms']:.0f} ms" if "load_ms" in totals else "")
    if "lint" in totals:
        known = f", {totals['lint_known']} known" if totals["lint_known"] else ""
        print(f"lint: {totals['lint']} findings{known}, in {totals['lint_ms']:.0f} ms")


@app.command
def conformance(
    folder: Path,
    *,
    realm: str = "otclient",
    checkout: Path | None = None,
    probe: Annotated[list[str] | None, Parameter(negative="")] = None,
    dialect: Literal["mehah", "edubart"] | None = None,
    appearances: Path | None = None,
    json: JsonFlag = False,
) -> None:
    """Runs recorded probes and compares; the exit code is 1 when a value is not what the real program answered.

    Parameters
    ----------
    folder
        Holds the probes and the values that real clients, or servers, recorded.
    realm
        Whose probes they are: otclient, canary or tfs.
    checkout
        The client or server whose scripts and data the probes run with; those that need them are skipped without it.
    probe
        Runs this one only; may be given more than once.
    dialect
        Whose values to compare with; told from the checkout unless given.
    appearances
        What items are like, for a Canary checkout without data/items/appearances.dat: such a file, or an items.otb.
    """
    from tibicen.cli.conformance import lines_of
    from tibicen.cli.conformance import run as run_probes

    def show(outcome: Any) -> None:
        if not json:
            print("\n".join(lines_of(outcome)), flush=True)

    result = run_probes(folder, realm, checkout, probe or [], dialect, show, appearances)
    if json:
        print_json(result)
    else:
        agree, total, skipped = result["agree"], result["total"], result["skipped"]
        loose = result["loose"]
        print(f"{agree} of {total} values agree, {skipped} skipped", end="; ")
        if told := result.get("client"):
            print(f"of what players were told {told['agree']} of {told['total']} messages came")
        else:
            print(f"of those that vary {loose['agree']} of {loose['total']} are within what was seen")
    sys.exit(1 if result["differ"] else 0)


@app.command
def exercise(
    path: Path,
    *,
    datapack: str | None = None,
    seed: int = 1,
    json: JsonFlag = False,
) -> None:
    """Calls every callback of a server's scripts with varied arguments; the exit code is 1 when one fails by the host.

    Parameters
    ----------
    path
        A checkout of Canary or TFS.
    datapack
        Of Canary, the pack that is loaded with `data`; each of them in turn without.
    seed
        Of all that is random in the world.
    """
    from tibicen.cli.exercise import lines_of
    from tibicen.cli.exercise import run as run_exercise

    result = run_exercise(path, datapack, seed)
    if json:
        print_json(result)
    else:
        print("\n".join(lines_of(result)))
    sys.exit(1 if result["totals"]["host"] or not result["totals"]["callbacks"] else 0)


@app.command
def new(name: str, *, python: bool = False, plugins: Path = Path("plugins")) -> None:
    """Writes a new plugin to start from.

    Parameters
    ----------
    python
        In Python instead of Lua.
    plugins
        The plugins folder.
    """
    from tibicen.cli.scaffold import make_plugin

    print(f"made {make_plugin(name, plugins, python=python)}; save a file in it while `tibicen run` runs")


@plugins.command(name="list")
def list_plugins(*, socket: SocketOption = None, json: JsonFlag = False) -> None:
    """All plugins of the running host."""
    host = control.request(socket_of(socket), "host.describe")
    if json:
        print_json(host)
        return
    from tibicen.cli.table import plugin_table

    console = wide_console()
    console.print(plugin_table(host["plugins"], console.width))


def _shown(row: Any) -> str:
    """An entry of a list; of a part of a plugin its name, its state, and what is wrong with it."""
    if not isinstance(row, dict) or "name" not in row:
        return str(row)
    reloads = f", reloaded {row['reloads']} times" if row.get("reloads") else ""
    told = [*row.get("errors", ()), *(f"refused: {text}" for text in row.get("refused", ()))]
    return "\n    ".join([f"{row['name']}: {row.get('state', '')}{reloads}", *told])


@plugins.command
def info(name: str, *, socket: SocketOption = None, json: JsonFlag = False) -> None:
    """Everything about one plugin; `errors` tells why a newer version was refused."""
    row = control.request(socket_of(socket), "plugins.info", name=name)
    if json:
        print_json(row)
        return
    table = Table(show_header=False, box=None)
    for key, value in row.items():
        shown = "\n".join(map(_shown, value)) if isinstance(value, list) else str(value)
        table.add_row(key, Text(printable(shown)))
    wide_console().print(table)


@plugins.command
def top(
    name: str = "",
    *,
    sort: Literal["time", "calls", "errors", "memory"] = "time",
    once: Annotated[bool, Parameter(negative="")] = False,
    seconds: Annotated[float, Parameter(validator=validators.Number(gte=0.05))] = 1.0,
    socket: SocketOption = None,
    json: JsonFlag = False,
) -> None:
    """What plugins cost just now, live; docs/figures.md says what each figure means. Ctrl-C ends it.

    Parameters
    ----------
    name
        Shows the handlers of this plugin, instead of all plugins.
    sort
        What the heaviest, which comes first, is heaviest by.
    once
        Shows it once and ends; with `--json` it is a list of rows then, otherwise a list on each line.
    seconds
        Between two looks.
    """
    from tibicen.cli.top import Top, ask

    path = socket_of(socket)
    Top(lambda: ask(path), wide_console(), name, sort, seconds).run(once=once, as_json=json)


def _steer(operation: str, socket: Path | None, as_json: bool, **arguments: Any) -> None:
    report = control.request(socket_of(socket), operation, **arguments)
    if as_json:
        print_json(report)
    else:
        names = ", ".join(report["plugins"])
        print(f"{report['action']} of {names}: {'done' if report['ok'] else 'refused'} in {report['ms']:.1f} ms")
        for problem in [*report["problems"], *report["warnings"]]:
            print(f"  {printable(problem)}")
        if report["kept"]:
            print(f"  {', '.join(report['kept'])}: the old generation goes on serving")
    sys.exit(0 if report["ok"] else 1)


@plugins.command
def load(name: str, *, socket: SocketOption = None, json: JsonFlag = False) -> None:
    """Loads a plugin that is unloaded, failed, quarantined or lazy."""
    _steer("plugins.load", socket, json, name=name)


@plugins.command
def unload(name: str, *, socket: SocketOption = None, json: JsonFlag = False) -> None:
    """Unloads a plugin and, before it, those that require it."""
    _steer("plugins.unload", socket, json, name=name)


@plugins.command
def reload(name: str, *, discard_state: bool = False, socket: SocketOption = None, json: JsonFlag = False) -> None:
    """Reloads a plugin and those that require it, all or none.

    Parameters
    ----------
    discard_state
        Do not ask the old generation for its state (for one whose on_snapshot fails).
    """
    _steer("plugins.reload", socket, json, name=name, discard_state=discard_state)


@plugins.command
def enable(name: str, *, socket: SocketOption = None, json: JsonFlag = False) -> None:
    """Lets a disabled plugin load again, and loads it."""
    _steer("plugins.enable", socket, json, name=name)


@plugins.command
def disable(name: str, *, socket: SocketOption = None, json: JsonFlag = False) -> None:
    """Unloads a plugin and keeps it from loading, also after a restart."""
    _steer("plugins.disable", socket, json, name=name)


@plugins.command
def grant(
    name: str, *permissions: str, all: AllFlag = False, socket: SocketOption = None, json: JsonFlag = False
) -> None:
    """Grants permissions to a plugin; it is loaded if it was refused for want of them.

    Parameters
    ----------
    permissions
        Those to grant, such as bus.publish:chat.say; everything that its newest version asks for when none are named.
    """
    _steer("plugins.grant", socket, json, **grant_arguments(name, permissions, all))


@plugins.command
def revoke(name: str, permission: str, *, socket: SocketOption = None, json: JsonFlag = False) -> None:
    """Takes a permission back; a plugin that asks for it is unloaded.

    Parameters
    ----------
    permission
        In the words in which it was granted; `tibicen plugins info NAME` shows them.
    """
    _steer("plugins.revoke", socket, json, name=name, permission=permission)


@app.command
def bridge(
    *,
    game: ServersOption = None,
    login: ServersOption = None,
    http: ServersOption = None,
    listen: str = "127.0.0.1",
    port: int | None = None,
    framing: Literal["bytes", "blocks"] = "bytes",
    advertise: str = "",
    websocket: bool = False,
    items: Path | None = None,
    plugins: Path | None = None,
    config: Path | None = None,
    record: Path | None = None,
    socket: SocketOption = None,
) -> None:
    """Runs a host between real clients and real servers until Ctrl-C; its plugins see every message.

    Parameters
    ----------
    game
        host:port of a game server; more than once for several.
    login
        host:port of a login server (lists of characters and status requests).
    http
        host:port of a login server that speaks HTTP.
    listen
        The address to listen on.
    port
        The first port in front; game, login and http take it and the next ones. Any free ports unless given.
    framing
        blocks for clients from 14.05 on.
    advertise
        The host that clients are sent to; the address to listen on unless given.
    websocket
        Clients come by WebSocket, as OTClient's browser build does.
    items
        Flags of the servers' items: items.otb, appearances.dat, Tibia.dat or JSON. Without them what stands behind an
        item in a frame isn't read.
    plugins
        The plugins folder; `plugins` unless given here or in the config.
    config
        host.yaml; the one in the working folder unless given. Its bridge.ports count when no server is named here.
    record
        A file to write the sessions to, secrets left out.
    """
    from tibicen.cli.bridge import bridge_of
    from tibicen.cli.run import Runner

    loaded, file = config_of(config)
    if game or login or http or not loaded.bridge.ports:
        made = bridge_of(
            game or [],
            login or [],
            http or [],
            listen=listen,
            first_port=port,
            framing=framing,
            advertise=advertise,
            websocket=websocket,
            items=items,
        )
        made = msgspec.structs.replace(
            loaded.bridge,
            ports=made.ports,
        )
        loaded = msgspec.structs.replace(loaded, bridge=made)
    base = file.resolve().parent if file else Path.cwd()
    folder = plugins if plugins is not None else base / loaded.plugins_dir
    data = Path(loaded.data_dir)
    sys.exit(Runner(loaded, folder, data, socket or data / control.SOCKET_NAME, file, record).run())


@app.command
def record(
    file: Path,
    *,
    game: ServersOption = None,
    login: ServersOption = None,
    http: ServersOption = None,
    listen: str = "127.0.0.1",
    port: int | None = None,
    framing: Literal["bytes", "blocks"] = "bytes",
    plugins: Path | None = None,
) -> None:
    """Runs a bridge that writes its sessions down; what opens an account is left out.

    Parameters
    ----------
    file
        Where to; made anew.
    game
        host:port of a game server.
    login
        host:port of a login server.
    http
        host:port of a login server that speaks HTTP.
    listen
        The address to listen on.
    port
        The first port in front, as with `tibicen bridge`.
    framing
        blocks for clients from 14.05 on.
    plugins
        The plugins folder; `plugins` unless given here or in the config.
    """
    bridge(game=game, login=login, http=http, listen=listen, port=port, framing=framing, plugins=plugins, record=file)


@app.command
def emit(hook: str, *arguments: str, socket: SocketOption = None) -> None:
    """Runs a hook in the running host, to try a plugin: `tibicen emit player.login '{"id": 1, "name": "Eve"}'`.

    Parameters
    ----------
    arguments
        One for each argument of the hook, as JSON; what is no JSON is taken as text.
    """
    values = []
    for text in arguments:
        try:
            values.append(msgspec.json.decode(text))
        except msgspec.DecodeError:
            values.append(text)
    told = control.request(socket_of(socket), "hooks.emit", hook=hook, arguments=values)
    print_json(told["answer"])
    for line in told["failed"]:
        print(f"tibicen: failed: {printable(line)}", file=sys.stderr)
    sys.exit(1 if told["failed"] else 0)


@app.command
def metrics(*, socket: SocketOption = None) -> None:
    """Prints the figures of the running host in Prometheus's text format."""
    print(control.request(socket_of(socket), "host.metrics"), end="")


@app.command
def profile(
    name: str,
    *,
    seconds: float = 10.0,
    interval_ms: float = 1.0,
    svg: Path | None = None,
    collapsed: Annotated[bool, Parameter(negative="")] = False,
    socket: SocketOption = None,
    json: JsonFlag = False,
) -> None:
    """Looks for a while which handler, function and line of a plugin takes the time. Ctrl-C ends it early.

    Parameters
    ----------
    seconds
        How long.
    interval_ms
        Milliseconds of running between two samples.
    svg
        Writes a flame graph there, too.
    collapsed
        Prints the stacks, one a line, for other flame graph tools.
    """
    from tibicen.cli import profile as profiling
    from tibicen.cli.flame import render

    result = profiling.record(socket_of(socket), name, seconds, interval_ms)
    if svg is not None:
        svg.write_text(render(result), encoding="utf-8")
    if collapsed:
        print(profiling.collapsed(result), end="")
    elif json:
        print_json(profiling.summary(result))
    else:
        wide_console().print(profiling.tables(profiling.summary(result)))
        if svg is not None:
            print(f"wrote {svg}")


@app.command
def test(
    *paths: Path,
    checkout: Path | None = None,
    only: str = "",
    update_snapshots: Annotated[bool, Parameter(negative="")] = False,
    verbose: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Runs tests of OTClient modules and servers' scripts: `*_test.lua` and Python's, each in a client or server.

    Parameters
    ----------
    paths
        Files or folders; the working folder unless given.
    checkout
        The OTClient or server whose libraries are needed; the one that the tests lie in unless given.
    only
        Runs what fits pytest's `-k` expression alone.
    update_snapshots
        Keeps the trees of widgets that are seen now.
    verbose
        A line for each test.
    """
    from tibicen.cli.test import run_tests

    sys.exit(
        run_tests(paths or (Path(),), checkout=checkout, only=only, update_snapshots=update_snapshots, verbose=verbose)
    )


@app.command
def doctor(*, plugins: Path = Path("plugins"), json: JsonFlag = False) -> None:
    """Looks whether this machine has what a host needs; the exit code is 1 when something is missing."""
    from tibicen.cli.doctor import examine

    findings = examine(plugins)
    if json:
        print_json([finding._asdict() for finding in findings])
    else:
        for finding in findings:
            print(f"{finding.level:5} {finding.what}: {finding.text}")
    sys.exit(1 if any(finding.level == "bad" for finding in findings) else 0)


@app.command
def ui(
    path: Path,
    *,
    png: Path | None = None,
    html: Path | None = None,
    checkout: Path | None = None,
    size: str | None = None,
    watch: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Draws widgets of OTClient without the client: as a page, as a picture, or else as a list of what is shown.

    Parameters
    ----------
    path
        A .otui file, a folder with a module, or a checkout of OTClient, of which its start screen is drawn.
    png
        Writes a picture there, drawn by Chromium where that is installed.
    html
        Writes one page there that needs nothing else.
    checkout
        The client whose libraries and styles are used; the one that the path lies in unless given.
    size
        Of the client's window; 1024x768 unless given.
    watch
        Draws again whenever something is saved, until Ctrl-C.
    """
    from tibicen.cli import ui as drawing

    (drawing.watch if watch else drawing.show)(path, checkout, size, png, html)


@app.command
def reference(*, check: bool = False) -> None:
    """Writes the editor stubs and the reference pages of this source checkout.

    Parameters
    ----------
    check
        Write nothing; the exit code is 1 when one is out of date.
    """
    from tibicen.cli.reference import stale_reference, write_reference

    root = checkout_root()
    if root is None:
        raise ConfigError("there is no source checkout here; an installed Tibicen brings its reference along")
    paths = stale_reference(root) if check else write_reference(root)
    for path in paths:
        print(f"{'out of date: ' if check else 'wrote '}{path.relative_to(root).as_posix()}")
    if not paths:
        print("the reference is up to date")
    sys.exit(1 if check and paths else 0)


@protocol.command(name="list")
def list_messages(version: int, *, json: JsonFlag = False) -> None:
    """All messages of a version, with their fields.

    Parameters
    ----------
    version
        860, 1098, 1100, 1310 or 1525.
    """
    from tibicen.cli.protocol import listed

    rows = listed(version)
    if json:
        print_json(rows)
        return
    for row in rows:
        print(f"{row['direction']:12} {row['opcode']:02X} {row['name']:28} {row['fields']}".rstrip())


@protocol.command
def show(version: int, message: str, *, direction: Literal["client", "server"] | None = None) -> None:
    """What one message is made of.

    Parameters
    ----------
    message
        Its opcode, such as 0x6E, or its name.
    direction
        Who sends it; both unless given.
    """
    from tibicen.cli.protocol import shown

    for line in shown(version, message, direction):
        print(line)


@app.command
def bench(name: str | None = None, *, quick: bool = False, json: JsonFlag = False) -> None:
    """Runs a benchmark beside its rival, in pairs; without a name, all of them.

    Parameters
    ----------
    quick
        Fewer rounds, for a first look.
    """
    from tibicen.cli.bench import available, run_benchmark

    results = [run_benchmark(each, quick=quick) for each in ([name] if name else available())]
    if json:
        print_json(results[0] if name else results)
        return
    for result in results:
        title = Text(f"{result['bench']} on {result['machine']['cpu']}")
        table = Table(title=title, title_justify="left")
        for heading in ("case", "ours", "rival", "rival is", "ratio", "unit"):
            table.add_column(heading)
        for row in result["rows"]:
            ratio = f"{row['ratio']:.2f}" if row["ratio"] is not None else "-"
            rival = f"{row['rival']:.4g}" if row["rival"] is not None else "-"
            table.add_row(row["case"], f"{row['ours']:.4g}", rival, row["rival_name"], ratio, row["unit"])
        wide_console().print(table)
