"""SQL as scripts and schemas of servers write it, for MySQL, made into that of SQLite.

A statement is taken apart first: texts and numbers in it become parameters, so that statements of one form are
translated once, and bytes of any kind pass unharmed. What is left is read and rewritten by sqlglot.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.dialects.sqlite import SQLite

from tibicen.realms.canary.database import SqlProblem
from tibicen.realms.canary.dialects_tables import altered, created, dropped
from tibicen.realms.canary.dialects_template import TOKEN

logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # What it can't do is said by SqlProblem.

SYNTAX, EMPTY = 1064, 1065
"""Numbers that MySQL gives to what goes wrong."""

_CACHED = 512


class Sqlite(SQLite):
    """SQLite, with names in backticks: what it does not know between double quotes, it takes for a text."""

    class Tokenizer(SQLite.Tokenizer):
        IDENTIFIERS = ["`"]


def written(tree: exp.Expr) -> str:
    """A tree as SQLite's text; every name in quotes, for it may be a word of SQLite's."""
    return tree.sql(dialect=Sqlite, identify=True, unsupported_level=sqlglot.ErrorLevel.IGNORE)


@dataclass(frozen=True)
class Translation:
    """What SQLite is to run.

    Attributes:
        statements: in order; none for what means nothing to SQLite.
        transaction: begin, commit, rollback, or empty.
        rows: it answers rows.
        inserts: the table that it adds rows to.
        auto_ids: it adds them without giving their ids.
        changes_tables: tables or keys, not rows.
    """

    statements: tuple[str, ...] = ()
    transaction: str = ""
    rows: bool = False
    inserts: str = ""
    auto_ids: bool = False
    changes_tables: bool = False


# -- translating ----------------------------------------------------------------------------------------------

_NOTHING = re.compile(
    r"(?:SET\s+(?:NAMES|FOREIGN_KEY_CHECKS|SQL_MODE|TIME_ZONE|AUTOCOMMIT|@)|LOCK\s+TABLES|UNLOCK\s+TABLES"
    r"|OPTIMIZE\s+TABLE|ANALYZE\s+TABLE|ALTER\s+TABLE\s+\S+\s+(?:CONVERT\s+TO|ENGINE)|USE\s)",
    re.IGNORECASE,
)
_TRANSACTION = re.compile(
    r"(?P<begin>START\s+TRANSACTION|BEGIN)|(?P<commit>COMMIT)|(?P<rollback>ROLLBACK)", re.IGNORECASE
)
_TRIGGER = re.compile(r"CREATE\s+TRIGGER\s", re.IGNORECASE)
_SHOW = re.compile(
    r"SHOW\s+(?:(?P<columns>(?:FULL\s+)?(?:COLUMNS|FIELDS)\s+FROM\s+`?(?P<table>\w+)`?)|(?P<tables>TABLES))"
    r"(?:\s+LIKE\s+'(?P<like>[^']*)')?",
    re.IGNORECASE,
)
_RENAME = re.compile(r"RENAME\s+TABLE\s+`?(\w+)`?\s+TO\s+`?(\w+)`?", re.IGNORECASE)
_REPLACE = re.compile(r"REPLACE\s+(?:INTO\s+)?", re.IGNORECASE)


@lru_cache(maxsize=_CACHED)
def translate(text: str) -> Translation:
    """What SQLite is to run for a statement with placeholders.

    Raises:
        SqlProblem: it is no statement, or none that SQLite can run.
    """
    if not text:
        raise SqlProblem("Query was empty", EMPTY)
    match = _TRANSACTION.fullmatch(text)
    if match and match.lastgroup:
        return Translation(transaction=match.lastgroup)
    if _NOTHING.match(text):
        return Translation()
    if _TRIGGER.match(text):
        # Their form is the same, and so is what stands in those of the servers.
        return Translation((text,), changes_tables=True)
    shown = _SHOW.fullmatch(text)
    if shown:
        return Translation((_show(shown),), rows=True)
    renamed = _RENAME.fullmatch(text)
    if renamed:
        return Translation((f'ALTER TABLE "{renamed[1]}" RENAME TO "{renamed[2]}"',), changes_tables=True)
    return _translated(text)


def _show(shown: re.Match[str]) -> str:
    like = f" WHERE name LIKE '{shown['like']}'" if shown["like"] else ""
    if shown["columns"]:
        return (
            'SELECT name AS "Field", lower(type) AS "Type",'
            " CASE \"notnull\" WHEN 0 THEN 'YES' ELSE 'NO' END AS \"Null\","
            " CASE pk WHEN 0 THEN '' ELSE 'PRI' END AS \"Key\", dflt_value AS \"Default\", '' AS \"Extra\""
            f" FROM pragma_table_info('{shown['table']}'){like}"
        )
    return f"SELECT name AS \"Tables\" FROM (SELECT name FROM sqlite_master WHERE type = 'table'){like}"


def _translated(text: str) -> Translation:
    replaced = _REPLACE.match(text)
    try:
        trees = sqlglot.parse(f"INSERT INTO {text[replaced.end() :]}" if replaced else text, read="mysql")
    except sqlglot.errors.SqlglotError as problem:
        raise _syntax(text, problem) from None
    tree = trees[0] if len(trees) == 1 else None
    if tree is None:
        raise _syntax(text)
    if isinstance(tree, exp.Create):
        return Translation(tuple(created(tree)), changes_tables=True)
    if isinstance(tree, exp.Alter):
        return Translation(tuple(altered(tree)), changes_tables=True)
    if isinstance(tree, exp.Drop):
        return Translation(tuple(dropped(tree)), changes_tables=True)
    if not isinstance(tree, exp.Insert | exp.Update | exp.Delete | exp.TruncateTable | exp.Query):
        raise _syntax(text)
    return _Rewriter(tree, text, replace=bool(replaced)).translation()


def _syntax(text: str, problem: sqlglot.errors.SqlglotError | None = None) -> SqlProblem:
    near = text
    if isinstance(problem, sqlglot.errors.ParseError) and problem.errors:
        error = problem.errors[0]
        near = f"{error.get('highlight') or ''}{error.get('end_context') or ''}" or text
    return SqlProblem(
        "You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version for"
        f" the right syntax to use near '{near[:80]}' at line 1",
        SYNTAX,
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


# What SQLite has by another name, or Tibicen's own functions of the name that MySQL has.
_CALLED = {
    exp.Rand: "RAND",
    exp.UnixToTime: "FROM_UNIXTIME",
    exp.TimeToUnix: "UNIX_TIMESTAMP",
    exp.CurrentTimestamp: "NOW",
    exp.CurrentDate: "CURDATE",
    exp.CurrentTime: "CURTIME",
    exp.SHA: "SHA1",
    exp.CurrentSchema: "DATABASE",
    exp.CurrentDatabase: "DATABASE",
}


@dataclass
class _Rewriter:
    """Rewrites one statement that reads or changes rows."""

    tree: exp.Expr
    text: str
    replace: bool = False

    def translation(self) -> Translation:
        tree = self.tree
        if isinstance(tree, exp.Select):
            self._name_columns(tree)
        tree = tree.transform(self._node)
        inserts, auto_ids = "", False
        if isinstance(tree, exp.Insert):
            inserts, auto_ids = next(tree.this.find_all(exp.Table)).name, self._insert(tree)
        elif isinstance(tree, exp.Delete):
            tree = self._delete(tree)
        elif isinstance(tree, exp.Update):
            tree = self._update(tree)
        elif isinstance(tree, exp.TruncateTable):
            table = tree.expressions[0].name
            return Translation((f"DELETE FROM {_quoted(table)}",))
        return Translation((written(tree),), rows=isinstance(tree, exp.Query), inserts=inserts, auto_ids=auto_ids)

    def _node(self, node: Any) -> Any:
        called = _CALLED.get(type(node))
        if called is not None:
            return exp.Anonymous(this=called, expressions=[each for each in (node.this,) if each is not None])
        if isinstance(node, exp.Like) and not isinstance(node.parent, exp.Escape):
            return exp.Escape(this=node, expression=exp.Literal.string("\\"))
        if isinstance(node, exp.Left):
            return exp.Anonymous(this="SUBSTR", expressions=[node.this, exp.Literal.number(1), node.expression])
        if isinstance(node, exp.Right):
            return exp.Anonymous(this="SUBSTR", expressions=[node.this, exp.Neg(this=node.expression)])
        if isinstance(node, exp.DateAdd | exp.DateSub):
            return self._moved(node)
        if isinstance(node, exp.Table) and node.db.lower() == "information_schema":
            return exp.Table(
                this=exp.to_identifier(f"information_schema_{node.name.lower()}"), alias=node.args.get("alias")
            )
        if isinstance(node, exp.Xor):
            return exp.NEQ(
                this=exp.Paren(this=exp.Not(this=node.this)), expression=exp.Paren(this=exp.Not(this=node.expression))
            )
        return node

    def _moved(self, node: exp.DateAdd | exp.DateSub) -> exp.Expr:
        sign = "-" if isinstance(node, exp.DateSub) else "+"
        unit = str(node.args.get("unit") or "DAY").lower()
        amount = node.expression.this if isinstance(node.expression, exp.Interval) else node.expression
        amount = amount.name if isinstance(amount, exp.Literal) else amount.sql(dialect=Sqlite)
        if not re.fullmatch(r"[+-]?\d+(?:\.\d+)?", amount):
            raise SqlProblem("SQLite moves dates by plain numbers only")
        if unit == "week":
            unit, amount = "day", str(int(amount) * 7)
        return exp.Anonymous(this="DATETIME", expressions=[node.this, exp.Literal.string(f"{sign}{amount} {unit}")])

    def _name_columns(self, select: exp.Select) -> None:
        """MySQL names a column by what was written; SQLite by what it makes of it."""
        texts = _projections(self.text)
        if len(texts) != len(select.expressions):
            return
        named: list[exp.Expr] = []
        for text, each in zip(texts, select.expressions, strict=True):
            plain = isinstance(each, exp.Column | exp.Star | exp.Alias)
            named.append(each if plain else exp.alias_(each, text, quoted=True))
        select.set("expressions", named)

    def _insert(self, insert: exp.Insert) -> bool:
        if self.replace:
            insert.set("alternative", "REPLACE")
        conflict = insert.args.get("conflict")
        if conflict is not None:
            assigned = [each.transform(_excluded) for each in conflict.expressions]
            conflict.set("duplicate", None)
            conflict.set("action", exp.var("DO UPDATE"))
            conflict.set("expressions", assigned)
            source = insert.expression
            if isinstance(source, exp.Select) and not source.args.get("where"):
                source.where("1", copy=False)  # Else SQLite takes ON for a join's.
        columns = insert.this.expressions if isinstance(insert.this, exp.Schema) else []
        return bool(columns) and "id" not in {each.name.lower() for each in columns}

    def _delete(self, delete: exp.Delete) -> exp.Expr:
        tables = delete.args.get("tables")
        joined = delete.this if isinstance(delete.this, exp.Table) and delete.this.args.get("joins") else None
        if tables and joined is not None:
            named = (joined, *(each.this for each in joined.args["joins"]))
            target = next((each for each in named if tables[0].name in (each.alias, each.name)), joined)
            rows = exp.select(f'"{tables[0].name}".rowid').from_(joined)
            return self._of_rows(exp.Delete(this=exp.to_table(target.name)), rows, delete)
        if delete.args.get("limit") or delete.args.get("order"):
            rows = exp.select("rowid").from_(delete.this.copy())
            return self._of_rows(exp.Delete(this=delete.this), rows, delete)
        return delete

    def _update(self, update: exp.Update) -> exp.Expr:
        table = update.this
        if update.args.get("limit") or update.args.get("order"):
            rows = exp.select("rowid").from_(table.copy())
            return self._of_rows(exp.Update(this=table, expressions=update.expressions), rows, update)
        joins = table.args.get("joins") or []
        for each in update.expressions:
            if isinstance(each.this, exp.Column):
                each.this.set("table", None)
        if joins:
            conditions = [each.args["on"] for each in joins if each.args.get("on") is not None]
            table.set("joins", None)
            others = exp.select("*").from_(joins[0].this)
            for each in joins[1:]:
                others = others.join(each.this, append=True)
            update.set(
                "from_" if "from_" in exp.Update.arg_types else "from", others.args.get("from_") or others.args["from"]
            )
            where = update.args.get("where")
            update.set("where", exp.Where(this=exp.and_(*conditions, *([where.this] if where else []))))
        return update

    def _of_rows(self, changed: Any, rows: exp.Select, original: exp.Expr) -> exp.Expr:
        """Changes those rows only: SQLite has no ORDER BY and LIMIT in changes."""
        for name in ("where", "order", "limit"):
            rows.set(name, original.args.get(name))
        changed.set("where", exp.Where(this=exp.column("rowid").isin(query=rows)))
        return changed  # type: ignore[no-any-return]


def _excluded(node: Any) -> Any:
    """`VALUES(x)` of a conflict: the x that was to be inserted."""
    if isinstance(node, exp.Anonymous) and node.name.upper() == "VALUES" and len(node.expressions) == 1:
        return exp.column(node.expressions[0].name, table="excluded", quoted=True)
    if isinstance(node, exp.Values) and len(node.expressions) == 1:
        return exp.column(node.expressions[0].name, table="excluded", quoted=True)
    if isinstance(node, exp.Column) and node.table and node.table.lower() != "excluded":
        return exp.column(node.name, quoted=True)
    return node


def _projections(text: str) -> list[str]:
    """What stands between SELECT and FROM, at the commas."""
    parts, depth, started = [""], 0, False
    for match in TOKEN.finditer(text.encode()):
        token = match[0].decode()
        if not started:
            started = match.lastgroup == "word"  # SELECT
            continue
        depth += (match.lastgroup == "open") - (match.lastgroup == "close")
        if depth == 0 and match.lastgroup == "word" and token.upper() in ("FROM", "LIMIT", "UNION"):
            break
        if depth == 0 and match.lastgroup == "word" and token.upper() == "DISTINCT":
            continue
        if depth == 0 and token == ",":
            parts.append("")
        else:
            parts[-1] += token
    return [part.strip() for part in parts]
