"""Tables as MySQL declares and alters them, for SQLite: columns, keys and indexes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlglot
from sqlglot import exp

from tibicen.realms.canary.database import SqlProblem

_INTEGERS = exp.DataType.INTEGER_TYPES | {exp.DataType.Type.BOOLEAN, exp.DataType.Type.BIT, exp.DataType.Type.YEAR}
_REALS = exp.DataType.FLOAT_TYPES
_BINARIES = {
    exp.DataType.Type.BINARY,
    exp.DataType.Type.VARBINARY,
    exp.DataType.Type.BLOB,
    exp.DataType.Type.TINYBLOB,
    exp.DataType.Type.MEDIUMBLOB,
    exp.DataType.Type.LONGBLOB,
}


def created(tree: exp.Create) -> Iterator[str]:
    """CREATE TABLE, CREATE INDEX and the like."""
    if tree.kind == "TABLE" and isinstance(tree.this, exp.Schema) and tree.expression is None:
        yield from _table(tree.this, "IF NOT EXISTS " if tree.args.get("exists") else "")
    elif tree.kind == "INDEX":
        index = tree.this
        table = index.args["table"].name
        params = index.args.get("params")
        columns = [_name_of(each) for each in (params.args.get("columns") if params else None) or []]
        yield _index(table, index.name, columns, unique=bool(tree.args.get("unique")))
    else:
        yield tree.sql(dialect="sqlite", unsupported_level=sqlglot.ErrorLevel.IGNORE)


def altered(tree: exp.Alter) -> Iterator[str]:
    """ALTER TABLE, an action at a time. SQLite keeps any number and text in a column of its kind: to widen one is
    nothing to do."""
    table = tree.this.name
    head = f"ALTER TABLE {_quoted(table)}"
    for action in tree.args.get("actions") or []:
        kind = action.args.get("kind")
        if isinstance(action, exp.ColumnDef):
            yield f"{head} ADD COLUMN {_column(action, implicit=True)}"
        elif isinstance(action, exp.Drop) and kind == "COLUMN":
            yield from (f"{head} DROP COLUMN {_quoted(each.name)}" for each in action.args["tables"])
        elif isinstance(action, exp.Drop) and kind == "INDEX":
            yield from (f"DROP INDEX {_quoted(f'{table}.{each.name}')}" for each in action.args["tables"])
        elif isinstance(action, exp.ModifyColumn):
            before, now = action.args.get("rename_from"), action.this.name
            if before is not None and before.name != now:
                yield f"{head} RENAME COLUMN {_quoted(before.name)} TO {_quoted(now)}"
        elif isinstance(action, exp.RenameColumn):
            yield f"{head} RENAME COLUMN {_quoted(action.this.name)} TO {_quoted(action.args['to'].name)}"
        elif isinstance(action, exp.AlterRename):
            yield f"{head} RENAME TO {_quoted(action.this.name)}"
        elif isinstance(action, exp.AddConstraint):
            for each in action.expressions:
                yield from _added(table, each)
        else:
            raise SqlProblem(f"SQLite can't alter a table so: {action.sql(dialect='mysql')}")


def dropped(tree: exp.Drop) -> Iterator[str]:
    """DROP TABLE, DROP INDEX and the like."""
    kind = tree.args["kind"]
    exists = "IF EXISTS " if tree.args.get("exists") else ""
    on = tree.args.get("cluster")
    for each in tree.args["tables"]:
        # Indexes are their table's own in MySQL, the database's in SQLite.
        name = f"{on.this.name}.{each.name}" if kind == "INDEX" and on is not None else each.name
        yield f"DROP {kind} {exists}{_quoted(name)}"


def _added(table: str, constraint: Any) -> Iterator[str]:
    name = ""
    if isinstance(constraint, exp.Constraint):
        name, constraint = constraint.name, constraint.expressions[0]
    columns = _columns(constraint)
    if isinstance(constraint, exp.UniqueColumnConstraint | exp.IndexColumnConstraint | exp.PrimaryKey):
        own = "" if isinstance(constraint, exp.PrimaryKey) else _key_name(constraint)
        unique = not isinstance(constraint, exp.IndexColumnConstraint)
        yield _index(table, name or own or columns[0], columns, unique=unique)
    # A foreign key can't be added to a table that is there: SQLite does without.


def _table(schema: exp.Schema, exists: str) -> Iterator[str]:
    table = schema.this.name
    definitions = [each for each in schema.expressions if isinstance(each, exp.ColumnDef)]
    automatic = next((each.name for each in definitions if _constraint(each, exp.AutoIncrementColumnConstraint)), None)
    lines: list[str] = []
    for each in definitions:
        lines.append(_column(each, automatic=each.name == automatic))
    indexes: list[str] = []
    for each in schema.expressions:
        if isinstance(each, exp.ColumnDef):
            continue
        constraint = each.expressions[0] if isinstance(each, exp.Constraint) else each
        columns = _columns(constraint)
        quoted = ", ".join(map(_quoted, columns))
        if isinstance(constraint, exp.PrimaryKey):
            if automatic is None:
                lines.append(f"PRIMARY KEY ({quoted})")
            elif columns != [automatic]:
                # An id that counts by itself is the whole key in SQLite.
                lines.append(f"UNIQUE ({quoted})")
        elif isinstance(constraint, exp.UniqueColumnConstraint):
            lines.append(f"UNIQUE ({quoted})")
        elif isinstance(constraint, exp.IndexColumnConstraint):
            indexes.append(_index(table, _key_name(constraint) or columns[0], columns))
        elif isinstance(constraint, exp.ForeignKey):
            lines.append(constraint.sql(dialect="sqlite", identify=True))
    yield f"CREATE TABLE {exists}{_quoted(table)} ({', '.join(lines)})"
    yield from indexes


def _column(column: exp.ColumnDef, *, automatic: bool = False, implicit: bool = False) -> str:
    """One column; `implicit` gives it the default that MySQL gives to those of rows that are there."""
    if automatic:
        return f"{_quoted(column.name)} INTEGER PRIMARY KEY AUTOINCREMENT"
    kind = _kind(column.args.get("kind"))
    parts = [_quoted(column.name), kind]
    null = _constraint(column, exp.NotNullColumnConstraint)
    needed = null is not None and not null.args.get("allow_null")
    default = _constraint(column, exp.DefaultColumnConstraint)
    if needed:
        parts.append("NOT NULL")
    if default is not None:
        parts.append(f"DEFAULT {_default(default.this)}")
    elif needed and implicit:
        parts.append("DEFAULT 0" if kind in ("INTEGER", "REAL", "NUMERIC") else "DEFAULT ''")
    if _constraint(column, exp.PrimaryKeyColumnConstraint) is not None:
        parts.append("PRIMARY KEY")
    if _constraint(column, exp.UniqueColumnConstraint) is not None:
        parts.append("UNIQUE")
    if kind.startswith("TEXT"):
        # Names are found however their letters are written.
        parts.append("COLLATE NOCASE")
    return " ".join(parts)


def _kind(kind: Any) -> str:
    base = kind.this if isinstance(kind, exp.DataType) else None
    if base in _INTEGERS:
        return "INTEGER"
    if base in _REALS:
        return "REAL"
    if base == exp.DataType.Type.DECIMAL:
        return "NUMERIC"
    return "BLOB" if base in _BINARIES else "TEXT"


def _default(value: exp.Expr) -> str:
    if isinstance(value, exp.CurrentTimestamp | exp.Anonymous):
        return "CURRENT_TIMESTAMP"
    return value.sql(dialect="sqlite")


def _constraint(column: exp.ColumnDef, kind: type[Any]) -> Any:
    return next((each.kind for each in column.args.get("constraints") or [] if isinstance(each.kind, kind)), None)


def _columns(constraint: Any) -> list[str]:
    holder = constraint
    if isinstance(constraint, exp.UniqueColumnConstraint) and isinstance(constraint.this, exp.Schema):
        holder = constraint.this
    return [_name_of(each) for each in holder.expressions]


def _name_of(node: Any) -> str:
    """A column of a key, whatever it is wrapped in: an order, a length of which it is the beginning."""
    while node.name == "" and isinstance(node.this, exp.Expr):
        node = node.this
    return str(node.name)


def _key_name(constraint: Any) -> str:
    named = constraint.this
    if isinstance(named, exp.Schema):
        named = named.this
    return str(named.name) if isinstance(named, exp.Expr) else ""


def _index(table: str, name: str, columns: list[str], *, unique: bool = False) -> str:
    kind = "UNIQUE INDEX" if unique else "INDEX"
    return (
        f"CREATE {kind} IF NOT EXISTS {_quoted(f'{table}.{name}')} ON {_quoted(table)}"
        f" ({', '.join(map(_quoted, columns))})"
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
