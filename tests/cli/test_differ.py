"""`tibicen inspect --diff`: what two recordings differ in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.protocol.made_sessions import Made, made_session

from tibicen.cli.app import app
from tibicen.cli.differ import compare, lines_of
from tibicen.cli.inspect import open_capture, rows, shown_value


def written(made: Made, folder: Path) -> Path:
    folder.mkdir()
    return made.write(folder)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """The same session twice; the second has a word more, another answer, and lacks a ping."""
    before, after = made_session(1098), made_session(1098)
    before.send("s2c", before.message("server", "ping"))
    before.send("c2s", before.message("client", "say", type=1, text="one"))
    after.send("c2s", after.message("client", "say", type=1, text="other"))
    after.send("c2s", after.message("client", "stop"))
    return written(before, tmp_path / "a"), written(after, tmp_path / "b")


def test_messages_that_are_gone_new_or_changed(pair: tuple[Path, Path]) -> None:
    before, after = (list(rows(*open_capture(path, None))) for path in pair)
    found = {(each["what"], each["from"], each["name"]): each for each in compare(before, after)}
    assert set(found) == {("changed", "client", "say"), ("new", "client", "stop"), ("gone", "server", "ping")}
    changed = found["changed", "client", "say"]
    assert changed["fields"] == ["text"] and changed["before"]["fields"]["text"] == "one"
    head, field = lines_of(changed, shown_value)
    assert head.startswith("~ line ") and field.strip() == 'text: "one" is now "other"'
    (gone,) = lines_of(found["gone", "server", "ping"], shown_value)
    assert gone.startswith("- line ") and "<- ping" in gone


def test_the_command(pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    before, after = map(str, pair)
    with pytest.raises(SystemExit) as ended:
        app(["inspect", "--diff", before, after, "--side", "client"])
    assert ended.value.code == 1 and "+ line" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        app(["inspect", "--diff", "--json", before, before])
    assert not ended.value.code and json.loads(capsys.readouterr().out) == []
