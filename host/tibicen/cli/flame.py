"""A flame graph as one SVG file: no script, no style from elsewhere. Width is time; what is on top is called by what
is below it. Hovering shows file, line, milliseconds and share."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from tibicen.cli.text import printable
from tibicen.vm.profile import Profile

WIDTH = 1200.0
ROW = 18
MARGIN = 10
HEAD = 44
CHARACTER = 6.6
"""Pixels that a character of the text takes, about."""

THINNEST = 0.3
"""Pixels below which a frame is not drawn."""


@dataclass(slots=True)
class Node:
    """A frame under one way of getting there: `ns` with everything that it calls."""

    name: str
    title: str
    ns: int = 0
    children: dict[str, Node] = field(default_factory=dict)

    def child(self, name: str, title: str) -> Node:
        key = f"{name}\0{title}"
        if key not in self.children:
            self.children[key] = Node(name, title)
        return self.children[key]

    @property
    def depth(self) -> int:
        return 1 + max((child.depth for child in self.children.values()), default=0)


def tree(profile: Profile) -> Node:
    """The stacks merged from their roots: the plugin, its handlers, their functions."""
    root = Node(profile.plugin, profile.plugin)
    for stack in profile.stacks:
        node = root
        node.ns += stack.ns
        node = node.child(stack.handler, stack.handler)
        node.ns += stack.ns
        for frame in stack.frames:
            place = f"{frame.file}:{frame.defined}" if frame.file else ""
            name = frame.function or place or "?"
            node = node.child(name, f"{name} ({place})" if place and place != name else name)
            node.ns += stack.ns
    return root


def render(profile: Profile) -> str:
    """The SVG document."""
    root = tree(profile)
    height = HEAD + root.depth * ROW + 2 * MARGIN
    heading = f"{profile.plugin}: {root.ns / 1e6:.1f} ms of code in {profile.seconds:.1f} s"
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {height}" width="{WIDTH:.0f}" '
        f'height="{height}" font-family="monospace" font-size="11">',
        f'<rect width="100%" height="100%" fill="#fffaf0"/><text x="{MARGIN}" y="20" font-size="14">'
        f"{_text(heading)}</text>",
        *(f'<text x="{MARGIN}" y="{36}">{_text(note)}</text>' for note in profile.notes[:1]),
        *_boxes(root, float(MARGIN), WIDTH - 2 * MARGIN, height - MARGIN - ROW, max(root.ns, 1)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _boxes(node: Node, x: float, width: float, y: int, total_ns: int) -> Iterator[str]:
    if width < THINNEST:
        return
    title = f"{node.title}: {node.ns / 1e6:.2f} ms, {100 * node.ns / total_ns:.1f} %"
    fits = int((width - 6) / CHARACTER)
    label = node.name if len(node.name) <= fits else node.name[: fits - 1] + "…" if fits > 2 else ""
    text = f'<text x="{x + 3:.1f}" y="{y + 13}">{_text(label)}</text>' if label else ""
    yield (
        f'<g><title>{_text(title)}</title><rect x="{x:.2f}" y="{y}" width="{width:.2f}" height="{ROW - 1}" rx="1" '
        f'fill="{_colour(node.name)}"/>{text}</g>'
    )
    for child in sorted(node.children.values(), key=lambda each: each.name):
        share = width * child.ns / max(node.ns, 1)
        yield from _boxes(child, x, share, y - ROW, total_ns)
        x += share


def _colour(name: str) -> str:
    """Warm, and the same for the same name in every graph."""
    dice = zlib.crc32(name.encode("utf-8", "surrogatepass"))
    return f"rgb({205 + dice % 50},{120 + dice // 50 % 110},{60 + dice // 5500 % 50})"


def _text(text: str) -> str:
    # XML has no way at all to write some characters, and none of them is worth showing.
    shown = printable(text.replace("\n", " ")).encode("utf-8", "replace").decode()
    return escape(shown.replace("\ufffe", "?").replace("\uffff", "?"), {'"': "&quot;"})
