"""Layouts to functions that only find where a message ends: what a relay needs of messages that nobody asked for."""

from __future__ import annotations

from tibicen.protocol.decoder import DecoderWriter, Scope
from tibicen.protocol.expressions import Expression
from tibicen.protocol.layout import SCALARS, Field, If, Include, ItemFlags, Layout, Many, Node, Repeat, Set, Switch
from tibicen.protocol.source import Source

_TEXTS = ("str", "data")


class SkipWriter(DecoderWriter):
    """Generates `def NAME(b, p, s)`: data, where to begin, WireState; returns where it ends.

    Only what tests name is kept; runs of other integers are stepped over, lists of fixed size at once.
    """

    def __init__(self, source: Source, layout: Layout) -> None:
        super().__init__(source, layout)
        self.asked: set[str] = set()
        self._ask(layout.parts)

    def function(self, name: str) -> list[str]:
        self.block(self.layout.parts, Scope("r"))
        self.flush()
        self.line("return p")
        return [f"def {name}(b, p, s):", *self.lines]

    # -- which names tests speak of

    def _ask(self, parts: tuple[Node, ...]) -> None:
        for part in parts:
            for expression in _expressions(part):
                self.asked |= expression.names
            for inside in self._inside(part):
                self._ask(inside)

    def _inside(self, part: Node) -> list[tuple[Node, ...]]:
        if isinstance(part, Include):
            return [self.structure(part.structure).parts]
        if isinstance(part, If):
            return [part.then, part.otherwise]
        if isinstance(part, Switch):
            return [*(each for _, each in part.cases), part.default or ()]
        if isinstance(part, Many) and not isinstance(part.of, Field):
            return [part.of]
        return [part.of] if isinstance(part, Repeat) else []

    def wants_whole(self) -> bool:
        """A test or the session asks for a list or a structure: the decoder's work is needed for that."""
        return self._wants(self.layout.parts)

    def _wants(self, parts: tuple[Node, ...]) -> bool:
        for part in parts:
            plain = isinstance(part, Field) and (part.type in SCALARS or part.type in ("str", "pos"))
            if isinstance(part, Field | Many | Repeat) and part.name in self.asked and not plain:
                return True
            if any(self._wants(inside) for inside in self._inside(part)):
                return True
        return False

    # -- what is different from decoding

    def flush(self) -> None:
        run, self.run = self.run, []
        while run and not run[-1][1]:
            # Whoever reads on behind the end fails there, and the last message is checked against the end.
            run, behind = run[:-1], run[-1]
            self._behind += int(behind[0][:-1])
        skip, self._behind = self._behind, 0
        if run:
            self.run = run
            super().flush()
        if skip:
            self.line(f"p += {skip}")

    _behind = 0

    def sync(self, scope: Scope) -> None:
        self.flush()
        scope.pending.clear()

    def read(self, part: Field, variable: str, scope: Scope) -> None:
        kind = part.type
        if part.name in self.asked and kind not in _TEXTS:
            super().read(part, variable, scope)
        elif kind in SCALARS:
            self.run.append((f"{SCALARS[kind][1]}x", ""))
        elif kind == "pos":
            self.run.append(("5x", ""))
        elif kind in _TEXTS:
            if part.name in self.asked:
                super().read(part, variable, scope)
                return
            size = self.source.fresh("n")
            self.run.append(("H", size))
            self.flush()
            self.line(f"p += {size}")
        elif kind == "bytes":
            self.line(f"p += {self.value_of_text(part.argument, scope)}")
        elif kind == "double":
            self.run.append(("5x", ""))
        elif kind == "rest":
            self.flush()
            self.line("p = max(p, len(b))")
        elif kind == "packed":
            self.flush()
            self.line("p, _ = read_packed(b, p)")
        elif kind == "map":
            self.flush()
            self.call("thing")
            environment = bool(self.source.known.get("environment_effect"))
            self.line(f"p = skip_tiles(b, p, s, {part.argument!r}, k_thing, {environment})")
        else:
            self.call(kind)
            self.flush()
            self.line(f"p = k_{kind}(b, p, s)")

    def many(self, part: Many, scope: Scope) -> None:
        size = self.count(part, scope)
        width = _width(part.of)
        if width:
            self.line(f"p += {size} * {width}")
            return
        self.line(f"if {size} > len(b) - p: raise short(b, p, {size})")
        self.line(f"for _ in range({size}):")
        self.depth += 1
        inner = Scope("r", scope)
        if isinstance(part.of, Field):
            self.read(part.of, self.variable(inner, "entry"), inner)
        else:
            self.block(part.of, inner)
        self.flush()
        self.depth -= 1

    def repeat(self, part: Repeat, scope: Scope) -> None:
        self.flush()
        self.line("while True:")
        self.depth += 1
        inner = Scope("r", scope)
        self.block(part.of, inner)
        self.flush()
        self.line(f"if not {self.value(part.goes_on, inner)}: break")
        self.depth -= 1


def _expressions(part: Node) -> list[Expression]:
    if isinstance(part, Field):
        return [Expression(part.argument)] if part.type == "bytes" else []
    if isinstance(part, Many):
        return [part.count] if part.count else []
    if isinstance(part, Repeat):
        return [part.goes_on]
    if isinstance(part, If):
        return [part.test]
    if isinstance(part, Switch | Set):
        return [part.value]
    return [part.id] if isinstance(part, ItemFlags) else []


def _width(of: Field | tuple[Node, ...]) -> int:
    """Bytes of a list's entry where all have as many, otherwise 0."""
    parts = (of,) if isinstance(of, Field) else of
    width = 0
    for part in parts:
        if not isinstance(part, Field) or part.type not in SCALARS:
            return 0
        width += SCALARS[part.type][1]
    return width
