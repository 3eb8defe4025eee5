"""What tests of the command line share: commands that run in this process, and one host that runs beside it."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from tests.cli.hosts import PATIENCE, QUIET_CONFIG, RunProcess, Said
from tests.conftest import PluginFolder

from tibicen.cli import app as app_module
from tibicen.cli import main
from tibicen.cli.app import app
from tibicen.cli.control import SOCKET_NAME, request
from tibicen.errors import ControlError

Command = Callable[..., Said]


@pytest.fixture
def tibicen(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command as the console script does; `cwd` is where."""

    def run(*words: str | Path, cwd: Path | None = None) -> Said:
        capsys.readouterr()
        code = 0
        with monkeypatch.context() as patch:
            # Not by sys.argv: cyclopts takes that for a mistake where pytest is at work.
            patch.setattr(app_module, "app", lambda: app([str(word) for word in words]))
            # Neither the width nor the colours of whoever runs the tests.
            patch.setenv("COLUMNS", "120")
            patch.setenv("NO_COLOR", "1")
            if cwd is not None:
                patch.chdir(cwd)
            try:
                main()
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
            finally:
                # `run` sends log lines to its screen.
                structlog.reset_defaults()
        out, err = capsys.readouterr()
        return Said(code, out, err)

    return run


class Served:
    """A host that runs, and its plugins folder."""

    def __init__(self, process: RunProcess, folder: PluginFolder) -> None:
        self.process = process
        self.plugins = folder
        self.folder = process.folder

    def until(self, name: str, condition: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Waits until a plugin, if there is one of that name, is so; returns all about it."""
        deadline = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(ControlError):
                info: dict[str, Any] = request(self.folder / ".tibicen" / SOCKET_NAME, "plugins.info", name=name)
                if condition(info):
                    return info
            assert time.monotonic() < deadline, f"{name} did not become so"
            time.sleep(0.01)

    def until_serving(self, name: str, generation: int = 1) -> dict[str, Any]:
        return self.until(name, lambda info: info["generation"] == generation)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One host for all; each test has plugins of its own in it."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "host.yaml").write_text(QUIET_CONFIG, encoding="utf-8")
    plugins = PluginFolder(folder / "plugins")
    process = RunProcess(folder).until_serving()
    yield Served(process, plugins)
    said = process.end(signal.SIGTERM)
    assert (said.code, said.err) == (0, "")
