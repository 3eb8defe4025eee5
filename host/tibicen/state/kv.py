"""The key-value store of plugins: SQLite in WAL mode, one file a host, one namespace and quota a plugin.

Values are MessagePack bytes. A write is committed when the call returns: it survives a crash of the host, and a
power cut but for the last moments (WAL with synchronous=NORMAL).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from tibicen.errors import QuotaError, StorageError

LONGEST_KEY = 512
SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE IF NOT EXISTS kv (
    namespace TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY (namespace, key)
) WITHOUT ROWID
"""


class Usage(NamedTuple):
    """What a namespace holds: bytes of keys and values together."""

    bytes: int
    keys: int


class KeyValueStore:
    """All namespaces of a host. For the thread that made it.

    Raises:
        StorageError: the file can't be opened, is no store, or is in use by another host.
    """

    def __init__(self, path: Path | str, *, default_quota: int = 16 << 20) -> None:
        self.path = str(path)
        self.default_quota = default_quota
        self._namespaces: dict[str, Namespace] = {}
        with self._guard():
            self._database = sqlite3.connect(self.path, isolation_level=None, timeout=2.0)
            try:
                self._database.execute("PRAGMA journal_mode=WAL")
                self._database.execute("PRAGMA synchronous=NORMAL")
                self._check_version()
                self._database.execute(_SCHEMA)
            except BaseException:
                self._database.close()
                raise

    def _check_version(self) -> None:
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        if version > SCHEMA_VERSION:
            raise StorageError(f"{self.path} was written by a newer Tibicen (format {version}); update this one")
        self._database.execute(f"PRAGMA user_version={SCHEMA_VERSION}")

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StorageError(f"{self.path}: {error}; {_way_out(str(error))}") from error

    def namespace(self, name: str, quota: int | None = None) -> Namespace:
        """The namespace of a plugin; `quota` in bytes. Two generations of a plugin share one."""
        namespace = self._namespaces.get(name)
        if namespace is None:
            namespace = self._namespaces[name] = Namespace(self, name, self.default_quota)
        namespace.quota = self.default_quota if quota is None else quota
        return namespace

    def execute(self, statement: str, *values: object) -> list[tuple[bytes, ...]]:
        """Runs one statement in a transaction of its own."""
        with self._guard():
            return self._database.execute(statement, values).fetchall()

    @property
    def size(self) -> int:
        """Bytes of the store: whole pages, freed ones too."""
        return int(self.execute("PRAGMA page_count")[0][0]) * int(self.execute("PRAGMA page_size")[0][0])

    def close(self) -> None:
        """Closes the file. Idempotent."""
        self._database.close()


def _way_out(error: str) -> str:
    if "full" in error:
        return "free some disk space; what was stored before is intact"
    if "closed" in error:
        return "the store was closed; nothing is stored any more while the host stops"
    if "locked" in error:
        return "another process uses it; give this host a data folder of its own"
    if "not a database" in error or "malformed" in error:
        return "move the file away and restore a backup"
    return "check that the folder exists and may be written"


class Namespace:
    """One plugin's keys. Keys are text of up to 512 bytes in UTF-8, values MessagePack."""

    def __init__(self, store: KeyValueStore, name: str, quota: int) -> None:
        self._store = store
        self.name = name
        self.quota = quota
        self._usage: Usage | None = None

    def _key(self, key: str) -> bytes:
        # Blobs compare by bytes, so a prefix is a plain range whatever the characters.
        encoded = key.encode("utf-8", "surrogatepass")
        if not 0 < len(encoded) <= LONGEST_KEY:
            raise QuotaError(f"{self.name}: a key has 1 to {LONGEST_KEY} bytes, this one {len(encoded)}")
        return encoded

    def get(self, key: str) -> bytes | None:
        rows = self._store.execute("SELECT value FROM kv WHERE namespace=? AND key=?", self.name, self._key(key))
        return rows[0][0] if rows else None

    def set(self, key: str, value: bytes) -> None:
        """Stores a value.

        Raises:
            QuotaError: the namespace would grow past its quota; what was there stays.
        """
        encoded = self._key(key)
        before = self.get(key)
        size = len(encoded) + len(value)
        grown = self.usage().bytes + size - (len(encoded) + len(before) if before is not None else 0)
        if grown > self.quota:
            raise QuotaError(
                f"{self.name}: storing {size} bytes under {key!r} would take it to {grown} of {self.quota} bytes; "
                "delete something, or raise budget.kv_mb in plugin.yaml"
            )
        self._store.execute("INSERT OR REPLACE INTO kv VALUES (?, ?, ?)", self.name, encoded, value)
        self._usage = Usage(grown, self.usage().keys + (before is None))

    def delete(self, key: str) -> bool:
        """Forgets a key; False when there was none."""
        before = self.get(key)
        if before is None:
            return False
        encoded = self._key(key)
        usage = self.usage()
        self._store.execute("DELETE FROM kv WHERE namespace=? AND key=?", self.name, encoded)
        self._usage = Usage(usage.bytes - len(encoded) - len(before), usage.keys - 1)
        return True

    def keys(self, prefix: str = "", limit: int = 1000, after: str = "") -> list[str]:
        """Up to `limit` keys that start with `prefix`, in byte order, behind `after`."""
        low = prefix.encode("utf-8", "surrogatepass")
        rows = self._store.execute(
            "SELECT key FROM kv WHERE namespace=? AND key>=? AND key>? AND substr(key, 1, ?)=? ORDER BY key LIMIT ?",
            self.name,
            low,
            after.encode("utf-8", "surrogatepass"),
            len(low),
            low,
            limit,
        )
        return [row[0].decode("utf-8", "surrogatepass") for row in rows]

    def increment(self, key: str, by: float = 1) -> float:
        """Adds to a stored number (0 when there is none) and returns the sum."""
        packed = self.get(key)
        value = msgspec.msgpack.decode(packed) if packed is not None else 0
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise QuotaError(
                f"{self.name}: {key!r} holds {type(value).__name__}, not a number; it can't be incremented"
            )
        total = value + by
        self.set(key, msgspec.msgpack.encode(total))
        return total

    def usage(self) -> Usage:
        """What it holds; counted once, then kept."""
        if self._usage is None:
            ((size, count),) = self._store.execute(
                "SELECT coalesce(sum(length(key) + length(value)), 0), count(*) FROM kv WHERE namespace=?",
                self.name,
            )
            self._usage = Usage(int(size), int(count))
        return self._usage

    def clear(self) -> None:
        """Forgets everything."""
        self._store.execute("DELETE FROM kv WHERE namespace=?", self.name)
        self._usage = Usage(0, 0)
