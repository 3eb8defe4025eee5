"""The worked example of docs/testing.md, run as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.realms.otclient.checkouts import write_checkout

from tibicen.cli.test import run_tests

PAGE = Path(__file__).resolve().parents[2] / "docs" / "testing.md"


def test_the_example_passes(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    checkout = write_checkout(tmp_path / "client")
    corelib = checkout / "modules" / "corelib" / "corelib.lua"
    corelib.write_text(corelib.read_text() + "\nmodules = package.loaded\n")
    # A configuration of its own, or pytest would take that of a folder above.
    (checkout / "pytest.ini").write_text("[pytest]\n")
    written = 0
    for block in re.findall(r"^```\w+\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL):
        named = re.match(r"(?:#|--) (counter/\S+)\n", block)
        if named:
            path = checkout / "modules" / named[1]
            path.parent.mkdir(exist_ok=True)
            path.write_text(block[named.end() :])
            written += 1
    assert written == 5
    assert run_tests([checkout / "modules" / "counter"]) == 0, capfd.readouterr().out
    assert "5 passed" in capfd.readouterr().out
