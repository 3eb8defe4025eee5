"""Layouts to decoders: one generated function for each message and structure, with `struct` reading runs at once."""

from __future__ import annotations

from tibicen.protocol.expressions import Expression
from tibicen.protocol.layout import SCALARS, Field, If, Include, ItemFlags, Layout, Many, Node, Repeat, Set, Switch
from tibicen.protocol.source import Source, Writer, size_of


class Scope:
    """A record under construction: its variable, the fields that go into it, and the scope around it."""

    def __init__(self, record: str, outer: Scope | None = None) -> None:
        self.record = record
        self.outer = outer
        self.variables: dict[str, str] = {}
        self.pending: list[tuple[str, str]] = []
        self.made = False

    def find(self, name: str) -> str | None:
        if name in self.variables:
            return self.variables[name]
        return self.outer.find(name) if self.outer else None


class DecoderWriter(Writer):
    """Generates `def NAME(b, p, s)`: data, where to begin, WireState; returns where it ends and the fields."""

    def __init__(self, source: Source, layout: Layout) -> None:
        super().__init__(source, layout)
        self.run: list[tuple[str, str]] = []

    def function(self, name: str) -> list[str]:
        scope = Scope("r")
        self.block(self.layout.parts, scope)
        self.sync(scope)
        self.line("return p, r")
        return [f"def {name}(b, p, s):", *self.lines]

    # -- what is collected and written late

    def flush(self) -> None:
        """Reads the integers that were collected."""
        run, self.run = self.run, []
        if not run:
            return
        codes = "".join(code for code, _ in run)
        targets = [target for _, target in run if target]
        if codes == "B":
            self.line(f"{targets[0]} = b[p]")
        else:
            comma = "," if len(targets) == 1 else ""
            self.line(f"{', '.join(targets)}{comma} = {self.source.struct(codes)}_unpack(b, p)")
        self.line(f"p += {size_of(codes)}")

    def sync(self, scope: Scope) -> None:
        """Puts into the record what was read."""
        self.flush()
        pending, scope.pending = scope.pending, []
        if not scope.made:
            scope.made = True
            inside = ", ".join(f"{name!r}: {value}" for name, value in pending)
            self.line(f"{scope.record} = {{{inside}}}")
            return
        for name, value in pending:
            self.line(f"{scope.record}[{name!r}] = {value}")

    def keep(self, scope: Scope, name: str, value: str) -> None:
        scope.pending.append((name, value))

    def variable(self, scope: Scope, name: str) -> str:
        scope.variables[name] = variable = self.source.fresh("v")
        return variable

    # -- parts

    def block(self, parts: tuple[Node, ...], scope: Scope) -> None:
        for part in parts:
            self.part(part, scope)

    def part(self, part: Node, scope: Scope) -> None:
        if isinstance(part, Field):
            self.field(part, scope)
        elif isinstance(part, Many):
            self.many(part, scope)
        elif isinstance(part, Include):
            self.block(self.structure(part.structure).parts, scope)
        elif isinstance(part, ItemFlags):
            value = self.value(part.id, scope)
            self.line(f"fl = s.item_flags({value})")
        elif isinstance(part, Set):
            self.known_name("session", part.name)
            value = self.value(part.value, scope)
            self.line(f"s.{part.name} = {value}")
        elif isinstance(part, If):
            self.branch(part, scope)
        elif isinstance(part, Switch):
            self.switch(part, scope)
        else:
            self.repeat(part, scope)

    def value(self, expression: Expression, scope: Scope) -> str:
        """Source of an expression; what it speaks of has been read by then."""
        self.flush()
        for known in expression.names & self.source.known.keys():
            if scope.find(known):
                raise self.fail(f"{known!r} is a field here, and what a version has is called so, too")

        def name(field: str, attribute: str | None) -> str:
            if field == "more":
                return "(p < len(b))"
            known = self.known_name(field, attribute)
            if known is not None:
                return known
            variable = scope.find(field)
            if variable is None:
                raise self.fail(f"{field!r} is no field before this place, no feature and no dialect")
            return f"{variable}.{attribute}" if attribute else variable

        return str(self.fold(expression, name))

    def field(self, part: Field, scope: Scope) -> None:
        variable = self.variable(scope, part.name)
        self.keep(scope, part.name, variable)
        self.read(part, variable, scope)

    def read(self, part: Field, variable: str, scope: Scope) -> None:
        kind = part.type
        if kind in SCALARS:
            self.run.append((SCALARS[kind][0], variable))
        elif kind in ("str", "data"):
            size = self.source.fresh("n")
            self.run.append(("H", size))
            self.flush()
            self.take(variable, size)
            if kind == "str":
                self.line(f"{variable} = {variable}.decode('latin-1')")
        elif kind == "pos":
            x, y, z = (self.source.fresh(axis) for axis in "xyz")
            self.run += [("H", x), ("H", y), ("B", z)]
            self.flush()
            self.line(f"{variable} = Position({x}, {y}, {z})")
        elif kind == "rest":
            self.flush()
            self.line(f"{variable} = b[p:]")
            self.line("p = len(b)")
        elif kind == "bytes":
            size = self.source.fresh("n")
            self.flush()
            self.line(f"{size} = {self.value_of_text(part.argument, scope)}")
            self.take(variable, size)
        elif kind in ("double", "packed"):
            self.flush()
            self.line(f"p, {variable} = read_{kind}(b, p)")
        elif kind == "map":
            self.flush()
            self.call("thing")
            environment = bool(self.source.known.get("environment_effect"))
            self.line(f"p, {variable} = read_tiles(b, p, s, {part.argument!r}, d_thing, {environment})")
        else:
            self.call(kind)
            self.flush()
            self.line(f"p, {variable} = d_{kind}(b, p, s)")

    def value_of_text(self, text: str, scope: Scope) -> str:
        return self.value(Expression(text), scope)

    def take(self, variable: str, size: str) -> None:
        self.line(f"{variable} = b[p : p + {size}]")
        self.line(f"if len({variable}) != {size}: raise short(b, p, {size})")
        self.line(f"p += {size}")

    def branch(self, part: If, scope: Scope) -> None:
        test = self.value(part.test, scope)
        if test in ("True", "False", "0", "1"):
            self.block(part.then if test in ("True", "1") else part.otherwise, scope)
            return
        self.sync(scope)
        self.line(f"if {test}:")
        self.inside(part.then, scope)
        if part.otherwise:
            self.line("else:")
            self.inside(part.otherwise, scope)

    def inside(self, parts: tuple[Node, ...], scope: Scope) -> None:
        self.depth += 1
        self.block(parts, scope)
        self.sync(scope)
        self.line("pass")
        self.depth -= 1

    def switch(self, part: Switch, scope: Scope) -> None:
        value = self.value(part.value, scope)
        self.sync(scope)
        word = "if"
        for numbers, parts in part.cases:
            test = f"== {numbers[0]}" if len(numbers) == 1 else f"in {numbers}"
            self.line(f"{word} {value} {test}:")
            self.inside(parts, scope)
            word = "elif"
        if part.default is None:
            self.line("else:")
            text = f"no layout is known for {part.value.text} = "
            self.line(f"    raise WireError({text!r} + str({value}))")
        elif part.default:
            self.line("else:")
            self.inside(part.default, scope)

    def count(self, part: Many, scope: Scope) -> str:
        """Source of how many entries follow; what stands in front has been read by then."""
        if not part.prefix:
            assert part.count is not None
            return self.value(part.count, scope)
        size = self.source.fresh("n")
        self.run.append((SCALARS[part.prefix][0], size))
        self.flush()
        return size

    def many(self, part: Many, scope: Scope) -> None:
        size = self.count(part, scope)
        entries = self.variable(scope, part.name)
        self.keep(scope, part.name, entries)
        if isinstance(part.of, Field) and part.of.type in SCALARS:
            code, width = SCALARS[part.of.type]
            self.line(f"{entries} = b[p : p + {size} * {width}]")
            self.line(f"if len({entries}) != {size} * {width}: raise short(b, p, {size} * {width})")
            self.line(f"p += {size} * {width}")
            cast = "" if code == "B" else f".cast({code!r})"
            self.line(f"{entries} = memoryview({entries}){cast}.tolist()")
            return
        self.line(f"{entries} = []")
        # Every entry has a byte at least: a count beyond the end must not become a long loop.
        self.line(f"if {size} > len(b) - p: raise short(b, p, {size})")
        self.line(f"for _ in range({size}):")
        self.depth += 1
        inner = Scope(self.source.fresh("r"), scope)
        if isinstance(part.of, Field):
            value = self.variable(inner, "entry")
            self.read(part.of, value, inner)
            self.flush()
        else:
            self.block(part.of, inner)
            self.sync(inner)
            value = inner.record
        self.line(f"{entries}.append({value})")
        self.depth -= 1

    def repeat(self, part: Repeat, scope: Scope) -> None:
        self.flush()
        entries = self.variable(scope, part.name)
        self.keep(scope, part.name, entries)
        self.line(f"{entries} = []")
        self.line("while True:")
        self.depth += 1
        inner = Scope(self.source.fresh("r"), scope)
        self.block(part.of, inner)
        self.sync(inner)
        self.line(f"{entries}.append({inner.record})")
        self.line(f"if not {self.value(part.goes_on, inner)}: break")
        self.depth -= 1
