"""Passwords against stored hashes: SHA-1, Argon2 in both forms, and what is refused."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
import threading
import time

import pytest
from argon2 import PasswordHasher
from argon2.low_level import Type
from hypothesis import given
from hypothesis import strategies as st

from tibicen.realms.canary.wire import passwords
from tibicen.realms.canary.wire.hashing import Busy, Hashing
from tibicen.realms.canary.wire.passwords import ArgonCost, UnknownHash, fits, memory_of
from tibicen.threads import NICE

CHEAP = ArgonCost(64, 1, 1)
HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


def check(password: bytes, stored: bytes | None, cost: ArgonCost = CHEAP, *, slow: bool = False) -> bool:
    return asyncio.run(fits(password, stored, cost, slow=slow))


@pytest.mark.parametrize("slow", [False, True])
def test_sha1(slow: bool) -> None:
    stored = hashlib.sha1(b"secret").hexdigest().encode()
    assert check(b"secret", stored, slow=slow) and check(b"secret", stored.upper(), slow=slow)
    for password, kept in ((b"Secret", stored), (b"", stored), (b"secret", None), (b"", None), (b"", b"")):
        assert not check(password, kept, slow=slow)


@pytest.mark.parametrize("kind", [Type.ID, Type.I, Type.D])
def test_argon2_with_its_cost(kind: Type) -> None:
    # Of another cost than config.lua's: what the hash says counts.
    stored = PasswordHasher(time_cost=2, memory_cost=32, parallelism=2, type=kind).hash("sécret").encode()
    assert check("sécret".encode(), stored)
    assert not check(b"secret", stored)


def test_argon2_as_canary_reads_it() -> None:
    # What stands before the last two parts is left out by Canary's site; the cost is config.lua's.
    stored = b"$" + b"$".join(HASHER.hash("secret").encode().rsplit(b"$", 2)[1:])
    assert check(b"secret", stored)
    assert not check(b"Secret", stored)
    assert not check(b"secret", stored, ArgonCost(64, 2, 1))


@pytest.mark.parametrize(
    "stored",
    [
        b"plain",
        b"$2y$10$abcdefghijklmnopqrstuv",
        b"$argon2id$v=19$m=65536,t=2$AA$BB",
        b"$argon2id$v=19$m=65536,t=2,p=2$AAAA$BBBB",
        b"$argon2id$v=19$m=4194304,t=2,p=2$c2FsdHNhbHQ$" + b"A" * 43,
        b"$argon2id$v=19$m=64,t=1000,p=2$c2FsdHNhbHQ$" + b"A" * 43,
        b"$argon2id$\xff",
        b"$c2FsdHNhbHQ$A",
    ],
)
def test_what_is_no_hash(stored: bytes) -> None:
    with pytest.raises(UnknownHash) as problem:
        check(b"plain", stored)
    assert stored.decode("latin-1") not in str(problem.value)


@given(st.binary(max_size=80))
def test_anything_may_be_stored(stored: bytes) -> None:
    try:
        assert not check(b"secret", stored, slow=False)
    except UnknownHash:
        pass


@pytest.mark.parametrize(
    ("words", "kib"), [("1<<16", 65536), (" 1 << 4 ", 16), ("4096", 4096), ("", 0), ("x", 0), ("1<<-1", 0)]
)
def test_memory_const(words: str, kib: int) -> None:
    assert memory_of(words) == kib


def test_unknown_names_take_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    real = passwords.hash_secret_raw
    monkeypatch.setattr(passwords, "hash_secret_raw", lambda *all_: made.append(all_[3]) or real(*all_))
    stored = HASHER.hash("secret").encode()
    for kept in (stored, None, hashlib.sha1(b"x").hexdigest().encode(), b""):
        made.clear()
        assert not check(b"wrong", kept, slow=True)
        assert made == [CHEAP.memory]


def test_hashing_does_not_hold_the_loop_and_is_bounded() -> None:
    async def body() -> None:
        hashing = Hashing(threads=1, most=2)
        go_on = threading.Event()
        first = asyncio.ensure_future(hashing.run(go_on.wait, 10))
        second = asyncio.ensure_future(hashing.run(time.monotonic))
        await asyncio.sleep(0.02)
        # The loop turns while the thread is held, and a third is turned away.
        assert not first.done() and not second.done() and hashing.waiting == 2
        with pytest.raises(Busy):
            await hashing.run(time.monotonic)
        second.cancel()
        await asyncio.sleep(0)
        assert hashing.waiting == 1
        go_on.set()
        assert await first and await hashing.run(int, "7") == 7

    asyncio.run(body())


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priority of their own")
def test_hashes_stand_back_behind_the_loop() -> None:
    def nice() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    assert asyncio.run(Hashing(threads=1).run(nice)) >= NICE > nice()
