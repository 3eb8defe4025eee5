"""A client of a few files, and Lua run in it: what tests of the engine's core have in common."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any, TypeVar

from tibicen.realms.otclient.client import Client, Dialect
from tibicen.realms.otclient.files import Files
from tibicen.vm import stack

T = TypeVar("T")

DIALECTS: tuple[Dialect, ...] = ("mehah", "edubart")


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Writes files below a folder; their names may have folders in them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(dedent(text).lstrip("\n").encode("latin-1") if isinstance(text, str) else text)
    return folder


def with_client(
    tmp_path: Path,
    files: Mapping[str, str | bytes],
    body: Callable[[Client], T],
    *,
    dialect: Dialect = "mehah",
    writes: bool = True,
) -> T:
    """Gives a client of these files to `body`, on a thread with the host's stack; returns what that returns."""

    def inside() -> T:
        home = tmp_path / "home" if writes else None
        client = Client(
            Files(write(tmp_path / "client", files), write_dir=home),
            dialect=dialect,
            environment={"HOME": "/nowhere"},
        )
        with contextlib.closing(client):
            if writes:
                client.run(b"g_resources.setupUserWriteDir('test/')")
            return body(client)

    return stack.run(inside)


def run(client: Client, code: str) -> Any:
    """Runs Lua; a chunk of a few lines may be indented."""
    return client.run(dedent(code).encode("latin-1"))


def lua(
    tmp_path: Path, code: str, files: Mapping[str, str | bytes] | None = None, *, dialect: Dialect = "mehah"
) -> Any:
    """What Lua answers in a client of these files."""
    return with_client(tmp_path, files or {}, lambda client: run(client, code), dialect=dialect)


def errors(client: Client) -> list[str]:
    """First lines of what the client logged as errors."""
    return [text.split("\n")[0] for level, text in client.log if level == "error"]
