"""The key-value store: a dict that stays, within a quota, whatever happens to the host or the disk."""

from __future__ import annotations

import math
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tibicen.errors import QuotaError, StorageError
from tibicen.state.kv import LONGEST_KEY, SCHEMA_VERSION, KeyValueStore, Namespace, Usage

QUOTA = 300


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kv.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[KeyValueStore]:
    with closing(KeyValueStore(path)) as made:
        yield made


def number(value: float) -> bytes:
    return msgspec.msgpack.encode(value)


def contents(namespace: Namespace) -> dict[str, bytes | None]:
    keys = namespace.keys()
    return {key: namespace.get(key) for key in keys}


# -- against a dict ---------------------------------------------------------------------------------------

NAMES = st.sampled_from(["a", "b", "tibicen:host"])
# Few keys, so that they meet; among them prefixes of one another and what sorts otherwise in SQL or UTF-16.
KEYS = st.sampled_from(["a", "a%", "a_", "ab", "B", "b\0c", "Æ", "\uffff", "\U0001f600", "\ud800", "long" * 20])
VALUES = st.binary(max_size=120)


class AgainstADict(RuleBasedStateMachine):
    """Namespaces of one store with a small quota behave as dicts do, also when the file is opened anew."""

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        self.file = Path(self.folder.name) / "kv.sqlite"
        self.store = KeyValueStore(self.file, default_quota=QUOTA)
        self.model: dict[str, dict[str, bytes]] = {"a": {}, "b": {}, "tibicen:host": {}}

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    def used(self, name: str) -> int:
        return sum(len(key.encode("utf-8", "surrogatepass")) + len(value) for key, value in self.model[name].items())

    def store_it(self, name: str, key: str, value: bytes) -> bool:
        """Into the model, when the quota has room for it."""
        before = self.model[name].copy()
        self.model[name][key] = value
        if self.used(name) <= QUOTA:
            return True
        self.model[name] = before
        return False

    @rule(name=NAMES, key=KEYS, value=VALUES)
    def set(self, name: str, key: str, value: bytes) -> None:
        namespace = self.store.namespace(name)
        if self.store_it(name, key, value):
            namespace.set(key, value)
        else:
            with pytest.raises(QuotaError, match=rf"^{name}: storing .* of {QUOTA} bytes; delete something, or raise"):
                namespace.set(key, value)

    @rule(name=NAMES, key=KEYS)
    def delete(self, name: str, key: str) -> None:
        assert self.store.namespace(name).delete(key) == (self.model[name].pop(key, None) is not None)

    @rule(name=NAMES, key=KEYS, by=st.integers(-(2**40), 2**40))
    def count(self, name: str, key: str, by: int) -> None:
        namespace = self.store.namespace(name)
        try:
            held = msgspec.msgpack.decode(self.model[name].get(key, b"\x00"))
        except (msgspec.DecodeError, UnicodeDecodeError):
            return
        if isinstance(held, bool) or not isinstance(held, int | float) or not abs(held) < 2**60:
            return
        if self.store_it(name, key, number(held + by)):
            assert namespace.increment(key, by) == held + by
        else:
            with pytest.raises(QuotaError):
                namespace.increment(key, by)

    @rule(name=NAMES)
    def clear(self, name: str) -> None:
        self.store.namespace(name).clear()
        self.model[name].clear()

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = KeyValueStore(self.file, default_quota=QUOTA)

    @rule(name=NAMES, prefix=st.sampled_from(["", "a", "a%", "b", "Æ", "l", "z"]), limit=st.integers(0, 4), after=KEYS)
    def keys(self, name: str, prefix: str, limit: int, after: str) -> None:
        ordered = sorted(self.model[name], key=lambda key: key.encode("utf-8", "surrogatepass"))
        matching = [key for key in ordered if key.startswith(prefix)]
        namespace = self.store.namespace(name)
        assert namespace.keys(prefix) == matching
        encoded = after.encode("utf-8", "surrogatepass")
        behind = [key for key in matching if key.encode("utf-8", "surrogatepass") > encoded]
        assert namespace.keys(prefix, limit, after) == behind[:limit]

    @invariant()
    def all_is_as_in_the_model(self) -> None:
        for name, model in self.model.items():
            namespace = self.store.namespace(name)
            assert contents(namespace) == model
            assert namespace.usage() == Usage(self.used(name), len(model))


def test_it_is_a_dict_that_stays() -> None:
    run_state_machine_as_test(AgainstADict, settings=settings(deadline=None, max_examples=60))


# -- keys, numbers, quota ---------------------------------------------------------------------------------


def test_a_namespace_is_apart_from_every_other(store: KeyValueStore) -> None:
    one, other = store.namespace("one"), store.namespace("other")
    one.set("key", b"1")
    assert other.get("key") is None and other.keys() == [] and not other.delete("key")
    other.set("key", b"2")
    other.clear()
    assert one.get("key") == b"1" and one.usage() == Usage(4, 1)
    assert store.namespace("one") is one, "two generations of a plugin share one, and its count"


@pytest.mark.parametrize("key", ["", "x" * (LONGEST_KEY + 1), "Æ" * (LONGEST_KEY // 2 + 1)])
def test_a_key_has_a_length(store: KeyValueStore, key: str) -> None:
    namespace = store.namespace("p")
    size = len(key.encode())
    for action in (lambda: namespace.set(key, b""), lambda: namespace.get(key), lambda: namespace.delete(key)):
        with pytest.raises(QuotaError, match=rf"^p: a key has 1 to 512 bytes, this one {size}$"):
            action()
    longest = "Æ" * (LONGEST_KEY // 2)
    namespace.set(longest, b"")
    assert namespace.keys() == [longest]


def test_increment_adds_to_numbers_only(store: KeyValueStore) -> None:
    namespace = store.namespace("p")
    assert [namespace.increment("n"), namespace.increment("n", 2), namespace.increment("n", -0.5)] == [1, 3, 2.5]
    assert namespace.get("n") == number(2.5)
    assert math.isinf(namespace.increment("n", math.inf))
    for value, kind in [("text", "str"), (True, "bool"), ([1], "list"), (None, "NoneType")]:
        packed = msgspec.msgpack.encode(value)
        namespace.set("x", packed)
        with pytest.raises(QuotaError, match=f"^p: 'x' holds {kind}, not a number; it can't be incremented"):
            namespace.increment("x")
        assert namespace.get("x") == packed


def test_the_quota_counts_keys_and_values_to_the_byte(store: KeyValueStore) -> None:
    namespace = store.namespace("p", 10)
    namespace.set("k", b"12345678")
    namespace.set("k", b"123456789")
    with pytest.raises(QuotaError, match=r"^p: storing 11 bytes under 'k' would take it to 11 of 10 bytes; .*kv_mb"):
        namespace.set("k", b"1234567890")
    with pytest.raises(QuotaError, match=r"storing 1 bytes under 'j' would take it to 11 of 10 bytes"):
        namespace.set("j", b"")
    assert namespace.get("k") == b"123456789" and namespace.keys() == ["k"]
    assert namespace.delete("k")
    namespace.set("j", b"123456789")
    # A larger quota of the next generation is in force at once; without one the default is back.
    assert store.namespace("p", 20) is namespace
    namespace.set("k", b"123456789")
    assert store.namespace("p").quota == store.default_quota
    assert store.namespace("q", 0).quota == 0


def test_the_quota_counts_what_an_earlier_host_stored(path: Path) -> None:
    with closing(KeyValueStore(path)) as store:
        store.namespace("p", 10).set("k", b"12345678")
        store.namespace("other", 100).set("k", b"1" * 90)
    with closing(KeyValueStore(path)) as store, pytest.raises(QuotaError, match="to 11 of 10 bytes"):
        store.namespace("p", 10).set("j", b"1")


# -- what survives ----------------------------------------------------------------------------------------

WRITER = """
import sys
from tibicen.state.kv import KeyValueStore
store = KeyValueStore(sys.argv[1])
namespace = store.namespace("p")
namespace.set("gone", b"1")
namespace.delete("gone")
number = 0
while True:
    namespace.set(f"key:{number:06}", str(number).encode() * 50)
    print(number, flush=True)
    number += 1
"""


def test_every_write_that_returned_survives_a_kill(path: Path) -> None:
    """A write is committed when the call returns; killed in the midst of writing, the file is whole."""
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    with writer.stdout as said:
        lines = [said.readline() for _ in range(40)]
        writer.kill()
        lines += said.readlines()
    assert writer.wait() != 0
    returned = [int(line) for line in lines if line.endswith(b"\n")]
    assert returned == list(range(len(returned))) and len(returned) >= 40
    with closing(KeyValueStore(path)) as store:
        namespace = store.namespace("p")
        keys = namespace.keys("", limit=1_000_000)
        # At most the one write that had not returned yet is there, too.
        assert len(returned) <= len(keys) <= len(returned) + 1
        assert keys == [f"key:{index:06}" for index in range(len(keys))]
        assert all(namespace.get(key) == str(index).encode() * 50 for index, key in enumerate(keys))
        assert store.execute("PRAGMA integrity_check") == [("ok",)]
        namespace.set("after", b"1")
        assert namespace.get("after") == b"1"


def test_the_file_is_kept_as_documented(store: KeyValueStore) -> None:
    pragmas = {name: store.execute(f"PRAGMA {name}")[0][0] for name in ("journal_mode", "synchronous", "user_version")}
    assert pragmas == {"journal_mode": "wal", "synchronous": 1, "user_version": SCHEMA_VERSION}
    assert store._database.in_transaction is False
    store.namespace("p").set("k", b"1")
    assert store._database.in_transaction is False, "a write is committed when the call returns"


# -- what goes wrong --------------------------------------------------------------------------------------


def test_a_full_disk_is_told_and_loses_nothing(path: Path) -> None:
    with closing(KeyValueStore(path)) as store:
        namespace = store.namespace("p")
        namespace.set("kept", b"old")
        ((pages,),) = store.execute("PRAGMA page_count")
        store.execute(f"PRAGMA max_page_count={int(pages) + 4}")
        stored: dict[str, bytes] = {"kept": b"old"}
        message = r"kv\.sqlite: database or disk is full; free some disk space; what was stored before is intact"
        with pytest.raises(StorageError, match=message):
            for index in range(100):
                namespace.set(f"k{index}", b"x" * 1000)
                stored[f"k{index}"] = b"x" * 1000
        assert 1 < len(stored) < 100
        for key in ("kept", "another"):
            with pytest.raises(StorageError, match="disk is full"):
                namespace.set(key, b"y" * 20_000)
        assert contents(namespace) == stored
        size = sum(len(key) + len(value) for key, value in stored.items())
        assert namespace.usage() == Usage(size, len(stored)), "what was not stored is not counted"
        # With room again, it goes on as if nothing had been.
        assert namespace.delete("k0")
        namespace.set("k0", b"z" * 1000)
        stored["k0"] = b"z" * 1000
    with closing(KeyValueStore(path)) as store:
        namespace = store.namespace("p")
        assert contents(namespace) == stored
        assert namespace.usage() == Usage(size, len(stored))


class FullDisk:
    """A connection whose disk has no room for anything that changes the file."""

    def __init__(self, real: sqlite3.Connection) -> None:
        self.real = real

    def execute(self, statement: str, values: Any = ()) -> sqlite3.Cursor:
        if not statement.startswith("SELECT"):
            raise sqlite3.OperationalError("database or disk is full")
        return self.real.execute(statement, values)


def test_whatever_the_disk_refuses_leaves_data_and_count(store: KeyValueStore, monkeypatch: pytest.MonkeyPatch) -> None:
    namespace = store.namespace("p")
    namespace.set("k", number(1))
    with monkeypatch.context() as patch:
        patch.setattr(store, "_database", FullDisk(store._database))
        for action in (
            lambda: namespace.set("k", b"22"),
            lambda: namespace.set("new", b""),
            lambda: namespace.delete("k"),
            lambda: namespace.increment("k", 1000),
            namespace.clear,
        ):
            with pytest.raises(StorageError, match="free some disk space"):
                action()
            assert namespace.get("k") == number(1) and namespace.usage() == Usage(2, 1)
    assert namespace.increment("k") == 2


def test_a_closed_store_says_so(path: Path) -> None:
    store = KeyValueStore(path)
    namespace = store.namespace("p")
    namespace.set("k", b"1")
    store.close()
    store.close()
    for action in (
        lambda: namespace.get("k"),
        lambda: namespace.set("k", b"2"),
        lambda: namespace.delete("k"),
        namespace.keys,
        lambda: namespace.increment("k"),
        namespace.clear,
    ):
        with pytest.raises(StorageError, match=r"kv\.sqlite: .*closed database\.?; the store was closed"):
            action()
    with closing(KeyValueStore(path)) as again:
        assert again.namespace("p").get("k") == b"1"


def test_a_file_that_another_process_writes_to(path: Path, store: KeyValueStore) -> None:
    namespace = store.namespace("p")
    namespace.set("k", b"1")
    store.execute("PRAGMA busy_timeout=0")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match=r"locked; another process uses it; give this host a data folder"):
            namespace.set("k", b"2")
        assert namespace.get("k") == b"1"
        other.execute("ROLLBACK")
    namespace.set("k", b"3")
    assert namespace.get("k") == b"3"


def test_what_is_no_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "kv.txt"
    text.write_bytes(b"these are not the bytes of a database" * 100)
    with pytest.raises(StorageError, match=r"kv\.txt: file is not a database; move the file away and restore a backup"):
        KeyValueStore(text)
    assert text.read_bytes() == b"these are not the bytes of a database" * 100
    with pytest.raises(StorageError, match=r"unable to open database file; check that the folder exists"):
        KeyValueStore(tmp_path / "missing" / "kv.sqlite")


def test_a_store_of_a_newer_host_is_refused_and_left_alone(path: Path) -> None:
    with closing(KeyValueStore(path)) as store:
        store.namespace("p").set("k", b"1")
        store.execute(f"PRAGMA user_version={SCHEMA_VERSION + 1}")
    message = rf"kv\.sqlite was written by a newer Tibicen \(format {SCHEMA_VERSION + 1}\); update this one"
    with pytest.raises(StorageError, match=message):
        KeyValueStore(path)
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION + 1,)
        assert database.execute("SELECT value FROM kv").fetchall() == [(b"1",)]
