"""The pattern matcher: known answers, limits, and that nothing outside of its two texts has any influence on it."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tibicen.native._core import ffi, lib

POSITION = "position"
OPEN = "open"

Capture = tuple[int, int] | tuple[int, str]


@contextmanager
def in_heap(data: bytes) -> Iterator[Any]:
    """A copy that the C library allocated to the byte, where the address sanitizer sees every read outside."""
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    libc.malloc.argtypes = (ctypes.c_size_t,)
    libc.free.argtypes = (ctypes.c_void_p,)
    address = libc.malloc(max(1, len(data)))
    try:
        pointer = ffi.cast("uint8_t *", address)
        ffi.memmove(pointer, data, len(data))
        yield pointer
    finally:
        libc.free(address)


def new_match(limit: int = 1_000_000) -> Any:
    match = ffi.new("tib_match *")
    match.limit = limit
    return match


def answer(match: Any, found: int) -> Any:
    """None, an error's number, or start and stop from 0 and the captures as string.sub takes them."""
    if found == lib.TIB_PATTERN_NONE:
        return None
    if found != lib.TIB_PATTERN_FOUND:
        return found
    names = {lib.TIB_CAPTURE_POSITION: POSITION, lib.TIB_CAPTURE_OPEN: OPEN}
    captures = [(match.first[index], names.get(match.last[index], match.last[index])) for index in range(match.count)]
    return match.start, match.stop, captures


def search(subject: bytes, pattern: bytes, start: int = 0, how: int = lib.TIB_SEARCH_PATTERN) -> Any:
    match = new_match()
    with in_heap(subject) as text, in_heap(pattern) as items:
        return answer(match, lib.tib_pattern_search(match, text, len(subject), items, len(pattern), start, how))


# Worked out by hand from the manual of Lua 5.1; beside LuaJIT itself the matcher stands in tests/vm/test_patterns.py.
FOUND: list[tuple[bytes, bytes, tuple[int, int, list[Capture]]]] = [
    (b"hello", b"l+", (2, 4, [])),
    (b"hello", b"", (0, 0, [])),
    (b"", b"^$", (0, 0, [])),
    (b"  key = value", b"(%w+)%s*=%s*(%w+)", (2, 13, [(3, 5), (9, 13)])),
    (b"  trim me ", b"^%s*(.-)%s*$", (0, 10, [(3, 9)])),
    (b"abc", b"()b()", (1, 2, [(2, POSITION), (3, POSITION)])),
    (b"abc", b"((a)(b))", (0, 2, [(1, 2), (1, 1), (2, 2)])),
    (b"f(a(b)c)d", b"%b()", (1, 8, [])),
    (b"THE (quick) fox", b"%f[%a]%a+%f[%A]", (0, 3, [])),
    (b"x the", b"%f[%w]%w+$", (2, 5, [])),
    (b'say "it\'s"', b"([\"'])(.-)%1", (4, 10, [(5, 5), (6, 9)])),
    (b"a\0b", b"%z", (1, 2, [])),
    (b"a\0b", b"[^%z]+$", (2, 3, [])),
    (b"a]b", b"[]]", (1, 2, [])),
    (b"a-b", b"[a-]+", (0, 2, [])),
    (b"x^y", b"[x^]+", (0, 2, [])),
    (b"a$b", b"a$b", (0, 3, [])),
    (b"caab", b"a-b", (1, 4, [])),
    (b"\xff\xfe", b"[\xf0-\xff]+", (0, 2, [])),
    (b"aXb", b"%u", (1, 2, [])),
    (b"a b", b"%g+", (0, 1, [])),
    (b"abc", b"a\0(", (0, 1, [])),
    (b"", b"()", (0, 0, [(1, POSITION)])),
]

ERRORS = [
    (b"%", lib.TIB_PATTERN_ENDS_IN_ESCAPE),
    (b"a%", lib.TIB_PATTERN_ENDS_IN_ESCAPE),
    (b"[", lib.TIB_PATTERN_NO_BRACKET),
    (b"[^", lib.TIB_PATTERN_NO_BRACKET),
    (b"[]", lib.TIB_PATTERN_NO_BRACKET),
    (b"[a%", lib.TIB_PATTERN_NO_BRACKET),
    (b"[a%]", lib.TIB_PATTERN_NO_BRACKET),
    (b"[\0]", lib.TIB_PATTERN_NO_BRACKET),
    (b"%f", lib.TIB_PATTERN_NO_SET),
    (b"%fa", lib.TIB_PATTERN_NO_SET),
    (b"%f[", lib.TIB_PATTERN_NO_BRACKET),
    (b"%b", lib.TIB_PATTERN_UNBALANCED),
    (b"%bx", lib.TIB_PATTERN_UNBALANCED),
    (b")", lib.TIB_PATTERN_NOTHING_TO_CLOSE),
    (b"(a", lib.TIB_PATTERN_OPEN_CAPTURE),
    (b"%0", lib.TIB_PATTERN_CAPTURE_INDEX),
    (b"(%1)", lib.TIB_PATTERN_CAPTURE_INDEX),
    (b"()%2", lib.TIB_PATTERN_CAPTURE_INDEX),
    (b"()" * 33, lib.TIB_PATTERN_TOO_MANY_CAPTURES),
    (b"a-" * 201, lib.TIB_PATTERN_TOO_COMPLEX),
    (b"%a" * 32769, lib.TIB_PATTERN_TOO_LONG),
]


@pytest.mark.parametrize(("subject", "pattern", "expected"), FOUND)
def test_finds(subject: bytes, pattern: bytes, expected: Any) -> None:
    assert search(subject, pattern) == expected


@pytest.mark.parametrize(("subject", "pattern"), [(b"", b"."), (b"abc", b"^b"), (b"a(b", b"%b()"), (b"abc", b"b$")])
def test_finds_nothing(subject: bytes, pattern: bytes) -> None:
    assert search(subject, pattern) is None


@pytest.mark.parametrize(("pattern", "error"), ERRORS)
def test_names_what_is_wrong_with_a_pattern(pattern: bytes, error: int) -> None:
    assert search(b"aaaa", pattern) == error


def test_the_ways_to_search() -> None:
    assert search(b"a.b.", b".", 0, lib.TIB_SEARCH_PLAIN) == (1, 2, [])
    assert search(b"a.b.", b".", 2, lib.TIB_SEARCH_PLAIN) == (3, 4, [])
    assert search(b"a.b", b".", 0, lib.TIB_SEARCH_EITHER) == (0, 1, [])
    assert search(b"a)b", b")b", 0, lib.TIB_SEARCH_EITHER) == (1, 3, [])
    assert search(b"ab^b", b"^b", 0, lib.TIB_SEARCH_UNANCHORED) == (2, 4, [])
    assert search(b"ab", b"^b", 1) == (1, 2, [])
    assert search(b"ab", b"(a", 0, lib.TIB_SEARCH_LENIENT) == (0, 1, [(1, OPEN)])
    assert search(b"ab", b"", 2) == (2, 2, [])
    assert search(b"ab", b"", 3) is None
    assert search(b"ab", b"", -1) is None


def test_the_steps_are_limited() -> None:
    match = new_match(limit=100_000)
    subject, pattern = b"a" * 30_000, b".-" * 20 + b"b"
    found = lib.tib_pattern_search(match, subject, len(subject), pattern, len(pattern), 0, lib.TIB_SEARCH_PATTERN)
    assert found == match.error == lib.TIB_PATTERN_STEPS
    assert 100_000 < match.steps < 110_000
    found = lib.tib_pattern_search(match, subject, len(subject), b"a", 1, 0, lib.TIB_SEARCH_PATTERN)
    assert found == lib.TIB_PATTERN_FOUND


@pytest.mark.parametrize("how", [lib.TIB_SEARCH_PATTERN, lib.TIB_SEARCH_PLAIN])
def test_a_passed_deadline_ends_a_search(how: int) -> None:
    cell, match = ffi.new("tib_deadline *"), new_match(limit=1 << 60)
    match.deadline = cell
    subject = b"a" * 200_000
    pattern = b"a" * 100_000 + b"b" if how == lib.TIB_SEARCH_PLAIN else b".-.-.-.-b"
    lib.tib_deadline_arm(cell, 1_000_000)
    found = lib.tib_pattern_search(match, subject, len(subject), pattern, len(pattern), 0, how)
    assert (found, cell.tripped) == (lib.TIB_PATTERN_DEADLINE, 1)


def test_short_searches_look_at_the_clock_too() -> None:
    cell, match = ffi.new("tib_deadline *"), new_match()
    match.deadline = cell
    lib.tib_deadline_arm(cell, -1)
    answers = {lib.tib_pattern_search(match, b"abc", 3, b"%a+$", 4, 0, lib.TIB_SEARCH_PATTERN) for _ in range(5000)}
    assert answers == {lib.TIB_PATTERN_FOUND, lib.TIB_PATTERN_DEADLINE}


# -- fuzz -----------------------------------------------------------------------------------------------------

PIECES = [
    b"%",
    b"[",
    b"]",
    b"^",
    b"$",
    b"(",
    b")",
    b"-",
    b"*",
    b"+",
    b"?",
    b".",
    b"%b",
    b"%f",
    b"%1",
    b"a",
    b"\0",
    b"%a",
]

patterns = st.binary(max_size=12) | st.lists(st.sampled_from(PIECES), max_size=10).map(b"".join)
subjects = st.binary(max_size=24) | st.text("ab()\0", max_size=24).map(str.encode)


@given(subject=subjects, pattern=patterns, start=st.integers(-1, 26), how=st.integers(0, 4))
@settings(max_examples=2000, deadline=None)
def test_what_lies_around_the_texts_has_no_influence(subject: bytes, pattern: bytes, start: int, how: int) -> None:
    exact = search(subject, pattern, start, how)
    for around in (b"]*)a%", b"\0\0\0", b"a+()]"):
        text, items, match = around + subject + around, around + pattern + around, new_match()
        text_at, items_at = ffi.from_buffer(text) + len(around), ffi.from_buffer(items) + len(around)
        found = lib.tib_pattern_search(
            match,
            ffi.cast("uint8_t *", text_at),
            len(subject),
            ffi.cast("uint8_t *", items_at),
            len(pattern),
            start,
            how,
        )
        assert answer(match, found) == exact


@given(subject=subjects, pattern=patterns, how=st.integers(0, 4))
@settings(max_examples=500, deadline=None)
def test_what_is_found_lies_inside_the_subject(subject: bytes, pattern: bytes, how: int) -> None:
    found = search(subject, pattern, 0, how)
    if isinstance(found, tuple):
        start, stop, captures = found
        assert 0 <= start <= stop <= len(subject)
        for first, last in captures:
            assert start < first <= stop + 1
            assert last in (POSITION, OPEN) or first - 1 <= last <= stop
