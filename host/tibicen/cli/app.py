"""The commands of `tibicen`; those of one kind stand together in a module of their own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter
from rich.table import Table
from rich.text import Text

import tibicen
from tibicen.cli import bridge_commands, control, script_commands, wire_commands
from tibicen.cli.options import JsonFlag, SocketOption, config_of, print_json, socket_of
from tibicen.cli.plugin_commands import plugins
from tibicen.cli.protocol_commands import protocol
from tibicen.cli.text import printable, wide_console
from tibicen.errors import ConfigError
from tibicen.paths import checkout_root

app = App(name="tibicen", help="A host for Open Tibia game scripts.", version=tibicen.__version__)
app.command(plugins)
app.command(protocol)
for commands in (script_commands, bridge_commands, wire_commands):
    for each in commands.COMMANDS:
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
