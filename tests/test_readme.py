"""README.md is run as it is written, from top to bottom, in one folder, against one real host.

What its fenced blocks mean:

- `sh`: `make TARGET` must be a target of the Makefile; the first `make run` starts the host. Everything else is run
  by bash and has to succeed.
- `lua`, `python`, `yaml`: a file that is saved; its first line is a comment with the file's name.
- `text`: what the block before it printed, all of it.
- `text host`: what the host has printed since the block before it, all of it.

In expected text `…` stands for anything within a line, and alone on its line for any number of lines; how many blanks
stand between two words doesn't matter. The ports are replaced by free ones. The demo's lines, which come by themselves,
are left out where the block has none; where it has some, those that are the same but for the time stand there once.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
BIN = Path(sys.executable).parent
PORTS = ("7171", "7172", "7173")
DEMO = "plugin=pinger"
"""Ends the lines of the demo's client."""
FILES = ("lua", "python", "yaml")
QUIET_SECONDS = 0.2
"""The host is done with a save when it has printed nothing for this long."""

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="README's commands are written for bash")


class Block(NamedTuple):
    """A fenced block: what stands behind the opening fence, the text, and the line of the fence."""

    info: str
    text: str
    line: int

    @property
    def language(self) -> str:
        return self.info.partition(" ")[0]

    @property
    def file(self) -> str:
        """The file's name in the comment on the first line; empty when there is none."""
        named = re.match(r"(?:--|#)\s*([\w./-]+\.\w+)\s*$", self.text.partition("\n")[0])
        return named[1] if named else ""


def blocks_of(markdown: str) -> list[Block]:
    """The fenced blocks of a page, in order."""
    found: list[Block] = []
    opened: tuple[str, int] | None = None
    lines: list[str] = []
    for number, line in enumerate(markdown.splitlines(), 1):
        if not line.startswith("```"):
            lines.append(line)
        elif opened is None:
            opened, lines = (line.removeprefix("```").strip(), number), []
        else:
            found.append(Block(opened[0], "\n".join(lines) + "\n", opened[1]))
            opened = None
    assert opened is None, f"the block that starts at line {opened[1] if opened else 0} is never closed"
    return found


def pattern_of(expected: str) -> re.Pattern[str]:
    """The regular expression of an expected text."""
    lines = []
    for line in expected.strip("\n").split("\n"):
        if line.strip() in ("…", "..."):
            lines.append(r"(?:[^\n]*\n)*?")
            continue
        indented = r"[ \t]+" if line[:1].isspace() else ""
        words = [re.escape(word).replace("…", r"[^\n]*?").replace(r"\.\.\.", r"[^\n]*?") for word in line.split()]
        lines.append(indented + r"[ \t]+".join(words) + r"[ \t]*\n")
    return re.compile("".join(lines))


def fits(expected: str, actual: str) -> bool:
    """Whether a text is what was expected, but for empty lines around it."""
    return pattern_of(expected).fullmatch(actual.strip("\n") + "\n") is not None


def without_demo(printed: str, expected: str) -> str:
    """What was printed without the demo's lines, but for those that the page shows: of its pings, the last."""
    lines = printed.splitlines(keepends=True)
    own = [line for line in lines if line.rstrip().endswith(DEMO)]
    wanted = expected.count(DEMO)
    shown = [line for line in own if "ping:" not in line] + [line for line in own if "ping:" in line][-1:]
    return "".join(line for line in lines if line not in own or (wanted and line in shown))


def make_targets() -> dict[str, str]:
    """The targets of the Makefile, with their recipes."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    rules = re.findall(r"^([a-z-]+):(?!=)[^\n]*\n((?:\t[^\n]*\n?)*)", text, re.MULTILINE)
    return dict(rules)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


class Walk:
    """Goes through a page block by block.

    Args:
        folder: the working folder; gets the checkout's plugins and host.yaml.
        log: what the host prints; not in `folder`, where the host would see it change.
        patience: seconds that the host has to print what is expected.
    """

    def __init__(self, folder: Path, log: Path, patience: float = 10.0) -> None:
        self.folder = folder
        self.log = log
        self.patience = patience
        self.ports = {port: str(free_port()) for port in PORTS}
        self.printed: str | None = None
        self.seen = 0
        self.host: subprocess.Popen[bytes] | None = None
        self.environment = {
            **os.environ,
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "COLUMNS": "120",
            "NO_COLOR": "1",
            "PYTHONUTF8": "1",
        }
        self.environment.pop("FORCE_COLOR", None)
        shutil.copytree(ROOT / "plugins", folder / "plugins", ignore=shutil.ignore_patterns("__pycache__"))
        # The page says two seconds; nobody wants to wait for that here.
        pinger = folder / "plugins" / "pinger" / "modules" / "pinger" / "pinger.lua"
        pinger.write_text(pinger.read_text(encoding="utf-8").replace("EVERY_MS = 2000", "EVERY_MS = 500"))
        (folder / "host.yaml").write_text(self.ported((ROOT / "host.yaml").read_text(encoding="utf-8")))

    def ported(self, text: str) -> str:
        for port, free in self.ports.items():
            text = text.replace(port, free)
        return text

    def run(self, markdown: str) -> None:
        for block in blocks_of(markdown):
            self.step(block)

    def step(self, block: Block) -> None:
        where = f"line {block.line}"
        if block.info == "text host":
            self.expect_of_host(block)
        elif block.info == "text":
            assert self.printed is not None, f"{where}: no command stands before this output"
            assert fits(block.text, self.printed), f"{where}: expected\n{block.text}\nbut it printed\n{self.printed}"
            self.printed = None
        elif block.language == "sh":
            self.settle()
            self.command(block)
        elif block.language in FILES:
            assert block.file, f"{where}: the first line is no comment with the file's name"
            self.settle()
            self.printed = None
            path = self.folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            # At once: a host that finds a file emptied and not yet written would reload it twice.
            draft = self.folder / "draft"
            draft.write_text(self.ported(block.text), encoding="utf-8")
            draft.replace(path)
        else:
            pytest.fail(f"{where}: a block of {block.info or 'nothing'!r} can't be run")

    def command(self, block: Block) -> None:
        lines = block.text.split("\n")
        made = [line.split()[1] for line in lines if line.startswith("make ")]
        if made:
            targets = make_targets()
            for target in made:
                assert target in targets, f"line {block.line}: the Makefile has no target {target}"
            if "run" in made and self.host is None:
                assert "tibicen run" in targets["run"]
                self.start()
            self.printed = None
            return
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.ported(block.text)],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            timeout=30,
            check=False,
        )
        self.printed = done.stdout.decode()
        assert done.returncode == 0, f"line {block.line}: exit code {done.returncode} of\n{block.text}\n{self.printed}"

    # -- the host ---------------------------------------------------------------------------------------

    def start(self) -> None:
        with self.log.open("wb") as log:
            self.host = subprocess.Popen(
                [BIN / "tibicen", "run"],
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )

    def stop(self) -> int | None:
        """Ends the host as Ctrl-C does; its exit code."""
        if self.host is None:
            return None
        self.host.send_signal(signal.SIGINT)
        try:
            return self.host.wait(15)
        finally:
            self.host.kill()
            self.host.wait()

    def all_printed(self) -> str:
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""

    def settle(self) -> None:
        """Waits until the host is done with the block before, and takes what it has printed as seen."""
        if self.host is None:
            return
        size, since = -1, time.monotonic()
        while time.monotonic() - since < QUIET_SECONDS:
            now = self.log.stat().st_size
            if now != size:
                size, since = now, time.monotonic()
            time.sleep(0.01)
        self.seen = len(self.all_printed())

    def expect_of_host(self, block: Block) -> None:
        expected = self.ported(block.text)
        deadline = time.monotonic() + self.patience
        while not fits(expected, without_demo(self.all_printed()[self.seen :], expected)):
            printed = without_demo(self.all_printed()[self.seen :], expected)
            assert time.monotonic() < deadline, (
                f"line {block.line}: expected of the host\n{expected}\nbut it printed\n{printed}"
            )
            time.sleep(0.02)


@contextmanager
def walking(tmp_path: Path, patience: float = 10.0) -> Iterator[Walk]:
    folder = tmp_path / "work"
    folder.mkdir()
    walk = Walk(folder, tmp_path / "host.log", patience)
    try:
        yield walk
    finally:
        code = walk.stop()
    assert code in (0, None), f"the host ended with exit code {code}:\n{walk.all_printed()}"


def test_readme_does_what_it_says(tmp_path: Path) -> None:
    with walking(tmp_path) as walk:
        walk.run(README.read_text(encoding="utf-8"))
        assert walk.host is not None, "README never starts the host"


STARTED = "```sh\nmake run\n```\n```text host\n…\ntibicen serves …\n```\n"


@pytest.mark.parametrize(
    ("markdown", "complaint"),
    [
        ("```sh\nmake rnu\n```\n", "no target rnu"),
        ("```sh\nfalse\n```\n", "exit code 1"),
        ("```sh\nfalse | true\n```\n", "exit code 1"),
        ("```sh\necho a\n```\n```text\nb\n```\n", "but it printed"),
        ("```text\nb\n```\n", "no command stands before"),
        ("```lua\nlocal x = 1\n```\n", "first line is no comment"),
        ("```json\n{}\n```\n", "can't be run"),
        ("```sh\ntrue\n", "never closed"),
        ("```sh\nmake run\n```\n```text host\ntibicen serves nothing\n```\n", "expected of the host"),
        (
            STARTED + "```lua\n-- plugins/odd.lua\nlog.info(1)\n```\n```text host\n✓ loaded odd#1 …\n```\n",
            "expected of the host",
        ),
    ],
)
def test_a_wrong_page_is_noticed(markdown: str, complaint: str, tmp_path: Path) -> None:
    with (
        pytest.raises((AssertionError, pytest.fail.Exception), match=re.escape(complaint)),
        walking(tmp_path, patience=1.5) as walk,
    ):
        walk.run(markdown)


@pytest.mark.parametrize(
    ("expected", "actual", "fitting"),
    [
        ("a  b\n", "a b   \n", True),
        ("a b\n", "a c\n", False),
        ("a b\n", "a b\nmore\n", False),
        ("a … c\n", "a b b c\n", True),
        ("a … c\n", "a b\nc\n", False),
        ("a...c\n", "abc\n", True),
        ("a.c\n", "abc\n", False),
        ("…\nend\n", "one\ntwo\nend\n", True),
        ("…\nend\n", "end\n", True),
        ("…\nend\n", "one\nend\nmore\n", False),
        ("  a\n", "    a\n", True),
        ("  a\n", "a\n", False),
    ],
)
def test_expected_text_fits(expected: str, actual: str, fitting: bool) -> None:
    assert fits(expected, actual) is fitting
