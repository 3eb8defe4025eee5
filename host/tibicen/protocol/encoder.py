"""Layouts to encoders: the same walk as the decoders', the other way."""

from __future__ import annotations

from tibicen.protocol.expressions import Expression
from tibicen.protocol.layout import SCALARS, Field, If, Include, ItemFlags, Layout, Many, Node, Repeat, Set, Switch
from tibicen.protocol.source import AXES, Source, Writer, first_name


class _Scope:
    """A record that is written: its variable, the names that are in it, and the scope around it."""

    def __init__(self, record: str, outer: _Scope | None = None) -> None:
        self.record = record
        self.outer = outer
        self.names: set[str] = set()

    def find(self, name: str) -> str | None:
        if name in self.names:
            return f"{self.record}[{name!r}]"
        return self.outer.find(name) if self.outer else None


class EncoderWriter(Writer):
    """Generates `def NAME(w, r, s)`: bytearray that is appended to, fields, WireState."""

    def __init__(self, source: Source, layout: Layout) -> None:
        super().__init__(source, layout)
        self.run: list[tuple[str, str]] = []

    def function(self, name: str) -> list[str]:
        self.block(self.layout.parts, _Scope("r"))
        self.flush()
        self.line("pass")
        return [f"def {name}(w, r, s):", *self.lines]

    def flush(self) -> None:
        run, self.run = self.run, []
        if run:
            codes = "".join(code for code, _ in run)
            values = ", ".join(value for _, value in run)
            self.line(f"w += {self.source.struct(codes)}_pack({values})")

    def block(self, parts: tuple[Node, ...], scope: _Scope) -> None:
        for part in parts:
            self.part(part, scope)

    def part(self, part: Node, scope: _Scope) -> None:
        if isinstance(part, Field):
            scope.names.add(part.name)
            self.write(part, f"{scope.record}[{part.name!r}]", scope)
        elif isinstance(part, Many):
            self.many(part, scope)
        elif isinstance(part, Include):
            self.block(self.structure(part.structure).parts, scope)
        elif isinstance(part, ItemFlags):
            self.line(f"fl = s.item_flags({self.value(part.id, scope)})")
        elif isinstance(part, If):
            self.branch(part, scope)
        elif isinstance(part, Switch):
            self.switch(part, scope)
        elif isinstance(part, Repeat):
            scope.names.add(part.name)
            self.flush()
            inner = _Scope(self.source.fresh("r"), scope)
            self.line(f"for {inner.record} in {scope.record}[{part.name!r}]:")
            self.inside(part.of, inner)
        else:
            # What the session learns, it learns by decoding; whoever encodes knows it.
            assert isinstance(part, Set)

    def value(self, expression: Expression, scope: _Scope, optional: str = "") -> str:
        def name(field: str, attribute: str | None) -> str:
            if field == "more":
                return f"({optional!r} in {scope.record})"
            known = self.known_name(field, attribute)
            if known is not None:
                return known
            source = scope.find(field)
            if source is None:
                raise self.fail(f"{field!r} is no field before this place, no feature and no dialect")
            # Whoever makes a message may give a position as a plain tuple.
            return f"{source}[{AXES.index(attribute)}]" if attribute else source

        return str(self.fold(expression, name))

    def write(self, part: Field, value: str, scope: _Scope) -> None:
        kind = part.type
        if kind in SCALARS:
            self.run.append((SCALARS[kind][0], value))
        elif kind in ("str", "data"):
            text = self.source.fresh("t")
            self.line(f"{text} = {value}{'.encode(' + repr('latin-1') + ')' if kind == 'str' else ''}")
            self.run.append(("H", f"len({text})"))
            self.flush()
            self.line(f"w += {text}")
        elif kind == "pos":
            place = self.source.fresh("t")
            self.line(f"{place} = {value}")
            self.run += [("H", f"{place}[0]"), ("H", f"{place}[1]"), ("B", f"{place}[2]")]
        elif kind == "rest":
            self.flush()
            self.line(f"w += {value}")
        elif kind == "bytes":
            self.flush()
            size = self.value(Expression(part.argument), scope)
            self.line(f"if len({value}) != {size}: raise WireError('{part.name}: the length must be ' + str({size}))")
            self.line(f"w += {value}")
        elif kind in ("double", "packed"):
            self.flush()
            self.line(f"write_{kind}(w, {value})")
        elif kind == "map":
            self.flush()
            environment = bool(self.source.known.get("environment_effect"))
            self.line(f"write_tiles(w, {value}, s, e_thing, {environment})")
        else:
            self.call(kind)
            self.flush()
            self.line(f"e_{kind}(w, {value}, s)")

    def branch(self, part: If, scope: _Scope) -> None:
        test = self.value(part.test, scope, first_name(part.then, self.source.manifest))
        if test in ("True", "False", "0", "1"):
            self.block(part.then if test in ("True", "1") else part.otherwise, scope)
            return
        self.flush()
        self.line(f"if {test}:")
        self.inside(part.then, scope)
        if part.otherwise:
            self.line("else:")
            self.inside(part.otherwise, scope)

    def inside(self, parts: tuple[Node, ...], scope: _Scope) -> None:
        self.depth += 1
        self.block(parts, scope)
        self.flush()
        self.line("pass")
        self.depth -= 1

    def switch(self, part: Switch, scope: _Scope) -> None:
        self.flush()
        value = self.value(part.value, scope)
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

    def many(self, part: Many, scope: _Scope) -> None:
        scope.names.add(part.name)
        entries = f"{scope.record}[{part.name!r}]"
        if part.prefix:
            self.run.append((SCALARS[part.prefix][0], f"len({entries})"))
            self.flush()
        else:
            assert part.count is not None
            self.flush()
            size = self.value(part.count, scope)
            self.line(f"if len({entries}) != {size}: raise WireError('{part.name}: there must be ' + str({size}))")
        inner = _Scope(self.source.fresh("r"), scope)
        self.line(f"for {inner.record} in {entries}:")
        if isinstance(part.of, Field):
            self.depth += 1
            self.write(part.of, inner.record, scope)
            self.flush()
            self.depth -= 1
        else:
            self.inside(part.of, inner)
