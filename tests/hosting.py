"""A host with a port, a data folder and a host.yaml, for tests of the composition root."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
from tests.conftest import PluginFolder, RunningHost

from tibicen.config import HostConfig, PermissionsConfig, StatusConfig, load_config
from tibicen.host import Host
from tibicen.lifecycle.report import Report
from tibicen.native import MessageReader

PATIENCE = 30.0
XML_REQUEST = bytes.fromhex("0600ffff696e666f")


@asynccontextmanager
async def hosting(
    folder: PluginFolder,
    *,
    data: Path | None = None,
    config_file: Path | None = None,
    watch: bool = False,
    listen: bool = False,
    **config: Any,
) -> AsyncIterator[RunningHost]:
    """A host of its own; on a free port when it listens."""
    reports: list[Report] = []
    config.setdefault("permissions", PermissionsConfig(everyone=["*"]))
    config.setdefault("status", StatusConfig(port=0))
    chosen = HostConfig(**config) if config_file is None else load_config(config_file)
    host = Host(chosen, folder.path, data=data, config_file=config_file, on_report=reports.append)
    try:
        await host.start(watch=watch, listen=listen)
        yield RunningHost(host, reports)
    finally:
        await host.stop()


class Owner:
    """The host.yaml that an owner edits."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.says()

    def says(self, **config: Any) -> None:
        self.writes(msgspec.yaml.encode({"permissions": {"everyone": ["*"]}, "status": {"port": 0}, **config}).decode())

    def writes(self, text: str) -> None:
        self.path.write_text(text, encoding="utf-8")


def port_of(running: RunningHost) -> int:
    assert running.host.status is not None
    return running.host.status.port


async def connect(running: RunningHost) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", port_of(running))


async def ask(running: RunningHost, request: bytes) -> bytes:
    """One status request over the real port; the whole answer."""
    reader, writer = await connect(running)
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(), PATIENCE)
    writer.close()
    await writer.wait_closed()
    return answer


async def ask_xml(running: RunningHost) -> dict[str, dict[str, str]]:
    """The XML answer: attributes by element; a text stands under `text`."""
    document = ElementTree.fromstring(await ask(running, XML_REQUEST))
    assert document.tag == "tsqp"
    return {each.tag: {**each.attrib, **({"text": each.text} if each.text else {})} for each in document}


async def ask_binary(running: RunningHost, mask: int, name: str = "") -> MessageReader:
    """The binary answer, behind its length."""
    body = struct.pack("<BBH", 0xFF, 0x01, mask)
    if mask & 0x40:
        body += struct.pack("<H", len(name)) + name.encode()
    answer = await ask(running, struct.pack("<H", len(body)) + body)
    (length,) = struct.unpack_from("<H", answer)
    assert length == len(answer) - 2
    return MessageReader(answer[2:])
