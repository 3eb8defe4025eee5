"""`tibicen ui`: draws a client's widgets without the client: as a page, as a picture, as text."""

from __future__ import annotations

import asyncio
import functools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tibicen.cli.text import printable
from tibicen.cli.ui_client import FOLDERS, Target, with_tree
from tibicen.errors import ConfigError, TibicenError
from tibicen.lifecycle.watch import PluginWatcher, Wave
from tibicen.realms.otclient.client import Client
from tibicen.render.assets import Assets
from tibicen.render.browser import find_browser, screenshot
from tibicen.render.drawing import Drawn, draw
from tibicen.render.page import described, write_page
from tibicen.render.painter import paint
from tibicen.render.tree import read_screen
from tibicen.vm import stack

SIZE = (1024, 768)
LARGEST = 8192


@dataclass
class Rendering:
    """What came of drawing a target."""

    drawn: Drawn
    size: tuple[int, int]
    page: str
    notes: list[str] = field(default_factory=list)
    """What the client complained about, and files that are missing."""


def parse_size(text: str) -> tuple[int, int]:
    """Reads `1024x768`.

    Raises:
        ConfigError: it is no size, or none that is drawn.
    """
    words = text.lower().split("x")
    if len(words) != 2 or not all(word.isascii() and word.isdigit() for word in words):
        raise ConfigError(f"{text!r} is no size; write width x height, such as 1024x768")
    width, height = int(words[0]), int(words[1])
    if not (0 < width <= LARGEST and 0 < height <= LARGEST):
        raise ConfigError(f"{text} is no size that is drawn; both are from 1 to {LARGEST}")
    return width, height


def render(target: Target, size: tuple[int, int]) -> Rendering:
    """Shows a target in a client and draws it. For a thread with a large stack."""

    def use(tree: Any, client: Client) -> Rendering:
        screen = read_screen(tree)
        assets = Assets(functools.partial(_read, client))
        drawn = draw(screen, assets)
        notes = [f"{level}: {text}" for level, text in client.log if level in ("warning", "error", "fatal")]
        notes += [f"missing: {path}" for path in assets.missing]
        shown = screen.width, screen.height
        page = write_page(drawn, shown, title=target.path.name, notes=notes)
        return Rendering(drawn, shown, page, notes)

    return with_tree(target, size, use)


def _read(client: Client, path: str) -> bytes | None:
    content: bytes | None = client.files.read(path)[0]
    return content


def write(rendering: Rendering, png: Path | None, html: Path | None) -> list[str]:
    """Writes what is asked for, and says what was written."""
    written = []
    if html is not None:
        html.write_text(rendering.page, encoding="utf-8")
        written.append(f"wrote {html}")
    if png is not None:
        browser = find_browser()
        content = screenshot(browser, rendering.page, rendering.size) if browser else None
        how = f"drawn by {Path(browser).name}" if browser and content else "drawn by Tibicen's own painter"
        png.write_bytes(content or paint(rendering.drawn, rendering.size))
        written.append(f"wrote {png} ({how})")
    return written


def outline(drawn: Drawn) -> list[str]:
    """The widgets that are drawn, a line for each."""
    lines, waiting = [], [(drawn, 0)]
    while waiting:
        each, depth = waiting.pop()
        name, place = described(each.widget).splitlines()[:2]
        lines.append(f"{'  ' * depth}{printable(name)}  {place}")
        waiting.extend((child, depth + 1) for child in reversed(each.children))
    return lines


def show(path: Path, checkout: Path | None, size: str | None, png: Path | None, html: Path | None) -> None:
    """Draws once.

    Raises:
        TibicenError: there is nothing to draw.
    """
    target, wanted = Target.of(path, checkout), parse_size(size) if size else SIZE
    rendering = stack.run(functools.partial(render, target, wanted))
    _tell(rendering, write(rendering, png, html) or outline(rendering.drawn))


def _tell(rendering: Rendering, lines: list[str]) -> None:
    for line in lines:
        print(line, flush=True)
    for note in rendering.notes:
        print(printable(note.splitlines()[0] if note else ""), flush=True)


def watch(path: Path, checkout: Path | None, size: str | None, png: Path | None, html: Path | None) -> None:
    """Draws, and draws again whenever something below the path or among the checkout's styles is saved.

    Raises:
        ConfigError: there is nothing that could be drawn, or nothing to write it to.
    """
    if png is None and html is None:
        raise ConfigError("--watch needs a file to write to: --png or --html")
    target, wanted = Target.of(path, checkout), parse_size(size) if size else SIZE
    asyncio.run(keep_drawing(target, wanted, png, html))


async def keep_drawing(target: Target, size: tuple[int, int], png: Path | None, html: Path | None) -> None:
    """Draws, and again after each save, until it is cancelled."""
    loop = asyncio.get_running_loop()
    changed = asyncio.Event()
    ours = {each.absolute() for each in (png, html) if each}

    def on_wave(wave: Wave) -> None:
        # What is written here may lie in a folder that is watched.
        if wave.paths - ours:
            changed.set()

    watchers = [PluginWatcher(folder, loop, on_wave) for folder in _watched(target)]
    try:
        for watcher in watchers:
            watcher.start()
        while True:
            await asyncio.to_thread(_draw_again, target, size, png, html)
            await changed.wait()
            changed.clear()
    finally:
        for watcher in watchers:
            watcher.stop()


def _draw_again(target: Target, size: tuple[int, int], png: Path | None, html: Path | None) -> None:
    try:
        rendering = stack.run(functools.partial(render, target, size))
        _tell(rendering, write(rendering, png, html))
    except TibicenError as error:
        # The file is being written on; the next save may be better.
        print(f"tibicen: {printable(str(error))}", flush=True)


def _watched(target: Target) -> list[Path]:
    """The folders that a target is made of."""
    if target.is_checkout:
        return [target.checkout / each for each in FOLDERS if (target.checkout / each).is_dir()]
    folder = target.path if target.path.is_dir() else target.path.parent
    styles = target.checkout / "data" / "styles"
    return [folder, styles] if styles.is_dir() and not folder.is_relative_to(styles) else [folder]
