"""`tibicen test`: what pytest makes of tests in Lua and in Python."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.realms.otclient.checkouts import write_checkout
from tests.realms.otclient.clients import write

from tibicen.cli.test import run_tests
from tibicen.errors import ConfigError

LUA = """\
describe("arithmetic", function()
    local value
    before_each(function()
        value = 20
    end)
    after_each(function()
        value = nil
    end)
    it("adds", function()
        expect(value + 1).to_be(21)
        expect({ value, { a = 1 } }).to_equal({ 20, { a = 1 } })
        expect("text").to_match("^t")
        expect({ 1, 2 }).to_contain(2)
        expect(value).never.to_be(21)
        expect(function() error("boom") end).to_raise("boom")
    end)
    it("is wrong", function()
        expect({ 1, a = "x" }).to_equal({ 1, a = "y" })
    end)
    it("sees a fresh client", function()
        expect(leftover).to_be_nil()
        leftover = 1
    end)
    it("sees it again", function()
        expect(leftover).to_be_nil()
    end)
    it("logs an error", function()
        g_logger.error("something is off")
    end)
    it("has the libraries", function()
        expect(type(connect)).to_be("function")
    end)
end)
"""

PYTHON = """\
def test_fresh(otclient):
    otclient.run("leftover = 1")
    assert otclient.run("return leftover") == 1


def test_errors_fail(otclient):
    otclient.run("g_logger.error('python sees it')")


def test_errors_that_are_asked_for_do_not(otclient):
    otclient.run("g_logger.error('expected')")
    assert len(otclient.errors()) == 1
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    # A configuration of its own, or pytest would take that of a folder above.
    return write(tmp_path / "project", {"pytest.ini": "[pytest]\n", "sums_test.lua": LUA, "test_python.py": PYTHON})


def test_each_outcome_is_told(project: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    checkout = write_checkout(tmp_path / "client")
    assert run_tests([project], checkout=checkout, verbose=True) == 1
    printed = capfd.readouterr().out
    for name in ("arithmetic adds", "arithmetic sees a fresh client", "arithmetic sees it again", "has the libraries"):
        assert f"{name} PASSED" in printed
    assert 'sums_test.lua:18: expected {1, a = "x"} to equal {1, a = "y"}' in printed
    assert "something is off" in printed and "python sees it" in printed
    assert "2 failed, 7 passed, 1 error" in printed
    # The engine's own frames tell an author nothing.
    assert "tibicen/otclient" not in printed


def test_some_are_picked(project: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    checkout = write_checkout(tmp_path / "client")
    assert run_tests([project], checkout=checkout, only="adds or asked_for") == 0
    assert "2 passed" in capfd.readouterr().out


def test_the_client_that_the_tests_lie_in_is_used(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    checkout = write_checkout(tmp_path / "client")
    write(
        checkout / "modules" / "own", {"own_test.lua": 'it("has it", function() expect(connect).to_be_truthy() end)\n'}
    )
    assert run_tests([checkout / "modules" / "own"]) == 0
    assert "1 passed" in capfd.readouterr().out


def test_a_mistake_in_a_file_of_tests_is_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"pytest.ini": "[pytest]\n", "bad_test.lua": "it('x' function() end)\n"})
    assert run_tests([tmp_path]) == 2
    assert "bad_test.lua:1: " in capfd.readouterr().out


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent is not there; give a file or folder with tests"):
        run_tests([tmp_path / "absent"])
