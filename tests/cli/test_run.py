"""`tibicen run` from start to end: signals, what is refused, and what it prints."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Command
from tests.cli.hosts import PATIENCE, QUIET_CONFIG, SERVES, RunProcess
from tests.conftest import PluginFolder

from tibicen.cli.control import SOCKET_NAME, request

SAYS_BYE = "hooks.on('host.stopping', function() log.info('bye') end)"


@pytest.fixture
def home(tmp_path: Path, folder: PluginFolder) -> Path:
    """A folder with a host.yaml and an empty plugins folder."""
    (tmp_path / "host.yaml").write_text(QUIET_CONFIG, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_order(home: Path, folder: PluginFolder, number: signal.Signals) -> None:
    folder.write("polite.lua", SAYS_BYE)
    run = RunProcess(home).until_serving()
    path = home / ".tibicen" / SOCKET_NAME
    assert path.stat().st_mode & 0o777 == 0o600, "its owner's alone"
    assert request(path, "plugins.info", name="polite")["state"] == "active"
    said = run.end(number)
    assert (said.code, said.err) == (0, "")
    assert "loaded polite#1" in run.lines[0]
    assert run.lines[1] == f"tibicen serves {folder.path}; Ctrl-C ends it"
    assert "bye" in run.lines[-1]
    assert not path.exists()


def test_what_is_imported_is_no_matter_for_garbage_collections(home: Path, folder: PluginFolder) -> None:
    code = "import gc\n\nprint('frozen', gc.get_freeze_count(), len(gc.get_objects()), flush=True)\n"
    folder.write("counts.py", code)
    run = RunProcess(home)
    _, frozen, others = run.until_line("frozen").split()
    assert int(others) < int(frozen) / 4
    run.until_serving().end(signal.SIGINT)


def test_ctrl_c_in_a_collection_of_garbage_is_not_lost() -> None:
    code = """
import gc, os, signal, sys, tibicen.cli, tibicen.cli.app

def collecting(phase, _):
    os.kill(os.getpid(), signal.SIGINT)

# A process that was started in the background may ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)

def app():
    gc.callbacks.append(collecting)
    gc.collect()
    print("went on")

tibicen.cli.app.app = app
tibicen.cli.main()
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (ended.returncode, ended.stdout) == (130, "")


def test_a_second_signal_ends_a_host_that_hangs(home: Path, folder: PluginFolder) -> None:
    folder.write("stuck.py", "import time\n\nprint('stuck', flush=True)\ntime.sleep(3600)\n")
    run = RunProcess(home)
    run.until_line("stuck")
    run.process.send_signal(signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        run.process.wait(0.5)
    assert run.process.poll() is None, "the first one waits for the plugins"
    assert run.end(signal.SIGINT).code == 128 + signal.SIGINT


def test_a_second_host_on_the_same_socket_is_refused(home: Path) -> None:
    first = RunProcess(home).until_serving()
    (home / "other.yaml").write_text(f"{QUIET_CONFIG}data_dir: elsewhere\n", encoding="utf-8")
    second = RunProcess(home, "--config", "other.yaml", "--socket", ".tibicen/control.sock").end()
    assert second.code == 1
    assert SERVES not in second.out
    assert "another host listens at .tibicen/control.sock; stop it, or give this one a socket" in second.err
    assert "Traceback" not in second.err
    assert first.end(signal.SIGINT).code == 0


@pytest.mark.parametrize("options", [(), ("--socket", "other.sock")])
def test_a_second_host_on_the_same_data_is_refused(home: Path, options: tuple[str, ...]) -> None:
    first = RunProcess(home).until_serving()
    second = RunProcess(home, *options).end()
    assert second.code == 1
    assert SERVES not in second.out
    assert f"the data folder .tibicen is in use by another host (process {first.process.pid})" in second.err
    assert "Traceback" not in second.err
    assert request(home / ".tibicen" / SOCKET_NAME, "host.describe")["plugins"] == []
    assert first.end(signal.SIGINT).code == 0
    assert RunProcess(home, *options).until_serving().end(signal.SIGINT).code == 0


def test_a_host_that_was_killed_leaves_no_trouble_behind(home: Path) -> None:
    killed = RunProcess(home).until_serving()
    assert killed.end(signal.SIGKILL).code == -signal.SIGKILL
    assert (home / ".tibicen" / SOCKET_NAME).is_socket()
    assert RunProcess(home).until_serving().end(signal.SIGINT).code == 0


def test_a_status_port_that_is_taken_is_told(home: Path, folder: PluginFolder) -> None:
    folder.write("polite.lua", SAYS_BYE)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (home / "host.yaml").write_text(f"status: {{port: {port}}}\n", encoding="utf-8")
        said = RunProcess(home).end()
    assert said.code == 1
    assert f"tibicen: the status port 127.0.0.1:{port} can't be had: " in said.err
    assert "Traceback" not in said.err
    assert "bye" in said.out, "plugins that were loaded already are unloaded in order"


REFUSED = {
    "no plugins folder": ({"plugins_dir": "elsewhere"}, [], "no plugins folder"),
    "a key": ({"plugns_dir": "plugins"}, [], "host.yaml:1: unknown key 'plugns_dir'; did you mean 'plugins_dir'?"),
    "no config": ({}, ["--config", "other.yaml"], "other.yaml: No such file or directory"),
    "a data folder": ({"data_dir": "host.yaml/data"}, [], "the data folder host.yaml/data can't be made"),
    "no socket": ({}, ["--socket", "host.yaml"], "host.yaml is there already and is no socket"),
    "a socket's folder": ({}, ["--socket", "host.yaml/s"], "the control socket host.yaml/s can't be made"),
    "a status field": ({"status": {"info": {"sever": {}}}}, [], "status.info: the status document can't be sent"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_can_not_be_used_is_refused_in_one_clear_text(
    home: Path, tibicen: Command, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    """In this process, where Python's start costs nothing: the host ends before it waits for a signal."""
    config, options, message = REFUSED[case]
    text = "\n".join(f"{key}: {value}" for key, value in config.items()).replace("'", '"')
    (home / "host.yaml").write_text(text, encoding="utf-8")
    said = tibicen("run", *options, cwd=home)
    assert said.code == 1
    assert said.err.startswith("tibicen: ")
    assert message in said.err
    assert "Traceback" not in said.err
    assert (home / "host.yaml").read_text(encoding="utf-8") == text


def test_a_fault_of_the_host_is_no_good_end(home: Path, tibicen: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr("tibicen.host.Host.start", broken)
    with pytest.raises(ZeroDivisionError, match="a fault"):
        tibicen("run", cwd=home)


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own that has not a block left."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("a file system can't be mounted here; test_host.py has a full disk by SQLite's own limit")
    try:
        with contextlib.suppress(OSError), (disk / "filler").open("wb", buffering=0) as filler:
            while True:
                filler.write(b"x" * 4096)
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_disk_that_is_full_from_the_start(home: Path, tibicen: Command, full_disk: Path) -> None:
    (home / "host.yaml").write_text(f"{QUIET_CONFIG}data_dir: {full_disk}/data\n", encoding="utf-8")
    said = tibicen("run", "--socket", home / "control", cwd=home)
    assert said.code == 1
    assert str(full_disk) in said.err
    assert "full" in said.err or "No space left on device" in said.err
    assert "Traceback" not in said.err


def test_nobody_reads_what_it_prints(home: Path, folder: PluginFolder) -> None:
    """`tibicen run | head -1`: the reader is gone, players are not."""
    folder.write("chatty.lua", "timers.every(5, function() log.info('still here') end)")
    path = home / ".tibicen" / SOCKET_NAME
    with subprocess.Popen(
        [sys.executable, "-m", "tibicen", "run"], cwd=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        while SERVES.encode() not in process.stdout.readline():
            pass
        process.stdout.close()
        for _ in range(3):
            assert request(path, "plugins.reload", name="chatty")["ok"]
        assert request(path, "plugins.info", name="chatty")["generation"] == 4
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
        assert process.stderr.read() == b""


def test_log_lines_can_not_pass_for_others(home: Path, folder: PluginFolder) -> None:
    folder.write("log.lua", r"log.info('\27[2J\n✓ loaded everything')")
    run = RunProcess(home).until_serving()
    run.end(signal.SIGINT)
    (line,) = [line for line in run.lines if "everything" in line]
    assert r"\x1b[2J\n✓ loaded everything" in line


def test_a_terminal_that_knows_few_characters(home: Path, folder: PluginFolder) -> None:
    folder.write("log.py", "def setup(plugin):\n    plugin.log.info('hé')")
    os.mkdir(os.fsencode(folder.path) + b"/odd\xff")  # noqa: PTH102
    (folder.path / os.fsdecode(b"odd\xff") / "init.lua").write_text("")
    run = RunProcess(home, environment={"PYTHONIOENCODING": "ascii"}).until_serving()
    said = run.end(signal.SIGINT)
    assert (said.code, said.err) == (0, "")
    assert r"\u2713 loaded log#1" in said.out
    assert r"h\xe9" in said.out
    assert r"odd\udcff" in said.out
