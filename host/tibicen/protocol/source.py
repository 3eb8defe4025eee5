"""What the generators of decoders and encoders share: lines of source, runs of integers, and what a name means."""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct, calcsize
from typing import Any

from tibicen.errors import ManifestError
from tibicen.protocol.codec import RUNTIME
from tibicen.protocol.expressions import Expression, Folded
from tibicen.protocol.items import FLAGS
from tibicen.protocol.layout import Field, If, Include, Layout, Manifest, Many, Node, Repeat

AXES = "xyz"
"""What a test may ask of a position (`position.x`)."""

SESSION = {
    "floor",
    "width",
    "height",
    "features",
    "item_shader",
    "creature_shader",
    "creature_effects",
    "outfit_extras",
}
"""What `session.NAME` may ask, and `set` may set."""


class Source:
    """Source of one version's functions, of both directions."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self.known = manifest.known
        self.lines: list[str] = []
        self.structs: dict[str, str] = {}
        self.called: dict[str, None] = {}
        self._next = 0

    def fresh(self, stem: str) -> str:
        self._next += 1
        return f"{stem}{self._next}"

    def struct(self, codes: str) -> str:
        """The name of the Struct of these codes in the generated module."""
        return self.structs.setdefault(codes, f"S_{codes}")

    def namespace(self) -> dict[str, Any]:
        """The generated module."""
        names: dict[str, Any] = dict(RUNTIME)
        for codes, name in self.structs.items():
            packer = Struct("<" + codes)
            names[f"{name}_unpack"] = packer.unpack_from
            names[f"{name}_pack"] = packer.pack
        source = "\n".join(self.lines) + "\n"
        exec(compile(source, f"<protocol {self.manifest.version}>", "exec"), names)
        return names


class Writer:
    """One function's body: lines with their indent, and the integers that were not read or written yet."""

    def __init__(self, source: Source, layout: Layout) -> None:
        self.source = source
        self.layout = layout
        self.depth = 1
        self.lines: list[str] = []

    def line(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)

    def fail(self, text: str) -> ManifestError:
        return ManifestError([f"{self.layout.file}:{self.layout.line}: {self.layout.name}: {text}"])

    def structure(self, name: str) -> Layout:
        layout = self.source.manifest.structures.get(name)
        if layout is None:
            raise self.fail(f"there is no type and no structure {name!r}")
        return layout

    def call(self, name: str) -> None:
        """Notes that the functions of a structure are needed; many are only ever included in others."""
        self.structure(name)
        self.source.called[name] = None

    def known_name(self, name: str, attribute: str | None) -> str | None:
        """What is not a field."""
        if name == "session":
            if attribute not in SESSION:
                raise self.fail(f"session.{attribute} is none of {', '.join(sorted(SESSION))}")
            return f"s.{attribute}"
        if name == "flag":
            if attribute not in FLAGS:
                raise self.fail(f"flag.{attribute} is none of {', '.join(FLAGS)}")
            return f"(fl & {FLAGS[attribute]})"
        if attribute is not None and attribute not in AXES:
            raise self.fail(f"{name}.{attribute}: only a position has parts, x, y and z")
        return None

    def fold(self, expression: Expression, name: Any) -> Folded:
        return expression.fold(self.source.known, name)


def size_of(codes: Iterable[str]) -> int:
    return calcsize("<" + "".join(codes))


def first_name(parts: tuple[Node, ...], manifest: Manifest) -> str:
    """The first field of some parts: by its being there an encoder knows that an optional tail is meant."""
    for part in parts:
        if isinstance(part, Field | Many | Repeat):
            return part.name
        if isinstance(part, Include) and part.structure in manifest.structures:
            return first_name(manifest.structures[part.structure].parts, manifest)
        if isinstance(part, If):
            return first_name(part.then, manifest)
    return ""
