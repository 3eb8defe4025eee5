"""The commands that try scripts without a running host."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import indent
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from tibicen.cli.options import JsonFlag, print_json
from tibicen.cli.text import printable
from tibicen.errors import ConfigError


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


COMMANDS = (check, conformance, exercise, new, test, ui)
