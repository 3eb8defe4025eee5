"""The commands of `tibicen`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

import tibicen
from tibicen.cli import control
from tibicen.config import HostConfig, load_config
from tibicen.errors import ConfigError
from tibicen.paths import checkout_root

app = App(name="tibicen", help="A host for Open Tibia game scripts.", version=tibicen.__version__)
plugins = App(name="plugins", help="Look at and steer the plugins of a running host.")
app.command(plugins)

DEFAULT_CONFIG = Path("host.yaml")

SocketOption = Annotated[
    Path | None, Parameter(help="Control socket of the host; that of the working folder unless given.")
]
JsonFlag = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON.")]


def _config(path: Path | None) -> tuple[HostConfig, Path | None]:
    """The config, and the file that it came from."""
    if path is None and DEFAULT_CONFIG.is_file():
        path = DEFAULT_CONFIG
    return load_config(path), path


def _socket(given: Path | None) -> Path:
    return given or Path(HostConfig().data_dir) / control.SOCKET_NAME


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=2, default=str))


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

    loaded, file = _config(config)
    base = file.resolve().parent if file else Path.cwd()
    folder = plugins if plugins is not None else base / loaded.plugins_dir
    data = Path(loaded.data_dir)
    sys.exit(Runner(loaded, folder, data, socket or data / control.SOCKET_NAME, file).run())


@app.command
def check(*paths: Path, realm: str | None = None, json: JsonFlag = False) -> None:
    """Loads plugins once in a fresh host and reports; the exit code is 1 when one failed.

    Parameters
    ----------
    paths
        Plugins, or folders of plugins.
    realm
        Treat scripts without a manifest as written for this realm.
    """
    from tibicen.cli.check import check as run_check

    if not paths:
        raise ConfigError("name at least one plugin or folder of plugins to check")
    result = run_check(list(paths), realm)
    if json:
        _print_json(result)
    else:
        for row in result["plugins"]:
            print(f"{'ok  ' if not row['errors'] else 'FAIL'} {row['name']} ({row['state']}, {row['ms']:.1f} ms)")
            for error in row["errors"]:
                print(f"       {error}")
        totals = result["totals"]
        print(f"{totals['plugins']} plugins, {totals['active']} active, {totals['failed']} failed")
    sys.exit(1 if result["totals"]["failed"] or not result["plugins"] else 0)


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
    host = control.request(_socket(socket), "host.describe")
    if json:
        _print_json(host)
        return
    from tibicen.cli.table import plugin_table

    Console(highlight=False).print(plugin_table(host["plugins"]))


@plugins.command
def info(name: str, *, socket: SocketOption = None, json: JsonFlag = False) -> None:
    """Everything about one plugin; `errors` tells why a newer version was refused."""
    row = control.request(_socket(socket), "plugins.info", name=name)
    if json:
        _print_json(row)
        return
    table = Table(show_header=False, box=None)
    for key, value in row.items():
        shown = "\n".join(map(str, value)) if isinstance(value, list) else value
        table.add_row(key, str(shown))
    Console(highlight=False).print(table)


def _steer(operation: str, socket: Path | None, as_json: bool, **arguments: Any) -> None:
    report = control.request(_socket(socket), operation, **arguments)
    if as_json:
        _print_json(report)
    else:
        names = ", ".join(report["plugins"])
        print(f"{report['action']} of {names}: {'done' if report['ok'] else 'refused'} in {report['ms']:.1f} ms")
        for problem in [*report["problems"], *report["warnings"]]:
            print(f"  {problem}")
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
    _print_json(control.request(_socket(socket), "hooks.emit", hook=hook, arguments=values))


@app.command
def doctor(*, plugins: Path = Path("plugins"), json: JsonFlag = False) -> None:
    """Looks whether this machine has what a host needs; the exit code is 1 when something is missing."""
    from tibicen.cli.doctor import examine

    findings = examine(plugins)
    if json:
        _print_json([finding._asdict() for finding in findings])
    else:
        for finding in findings:
            print(f"{finding.level:5} {finding.what}: {finding.text}")
    sys.exit(1 if any(finding.level == "bad" for finding in findings) else 0)


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
        _print_json(results[0] if name else results)
        return
    for result in results:
        table = Table(title=f"{result['bench']} on {result['machine']['cpu']}", title_justify="left")
        for heading in ("case", "ours", "rival", "rival is", "ratio", "unit"):
            table.add_column(heading)
        for row in result["rows"]:
            ratio = f"{row['ratio']:.2f}" if row["ratio"] is not None else "-"
            rival = f"{row['rival']:.4g}" if row["rival"] is not None else "-"
            table.add_row(row["case"], f"{row['ours']:.4g}", rival, row["rival_name"], ratio, row["unit"])
        Console(highlight=False).print(table)
