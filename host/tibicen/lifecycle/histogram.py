"""Durations in constant memory: a log-linear histogram with fixed buckets.

Four buckets to each doubling, from below 128 ns to 34 s: a value that is read back is at most an eighth off,
however many were put in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

SHORTEST_BITS = 7
"""Everything below 2^7 ns is one bucket."""

LONGEST_BITS = 35
"""Everything from 2^35 ns (34 s) on is one bucket."""

SHORTEST = 1 << SHORTEST_BITS
OFFSET = (SHORTEST_BITS - 2) * 4 + 3
BUCKETS = (LONGEST_BITS - SHORTEST_BITS) * 4 + 2
LAST = BUCKETS - 1


def bucket_of(ns: int) -> int:
    """The index of the bucket that a duration falls into."""
    shift = ns.bit_length() - 3
    index = (shift << 2) + (ns >> shift if shift > 0 else 0) - OFFSET
    return 0 if index < 0 else index if index < LAST else LAST


def lower_bound(index: int) -> int:
    """The shortest duration of a bucket, in nanoseconds."""
    if index <= 0:
        return 0
    octave, quarter = divmod(index - 1, 4)
    return (4 + quarter) << (octave + SHORTEST_BITS - 2)


class Histogram:
    """Counts durations in nanoseconds by bucket."""

    __slots__ = ("buckets",)

    def __init__(self, counts: Mapping[int, int] | None = None) -> None:
        self.buckets = [0] * BUCKETS
        for index, count in (counts or {}).items():
            self.buckets[index] = count

    def add(self, ns: int, weight: int = 1) -> None:
        self.buckets[bucket_of(ns)] += weight

    def merge(self, other: Histogram) -> None:
        # In place: who counts many durations holds the list itself.
        self.buckets[:] = [mine + theirs for mine, theirs in zip(self.buckets, other.buckets, strict=True)]

    def since(self, earlier: Histogram) -> Histogram:
        """What was added after `earlier`, an older copy of this one."""
        later = Histogram()
        later.buckets = [now - then for now, then in zip(self.buckets, earlier.buckets, strict=True)]
        return later

    @property
    def count(self) -> int:
        return sum(self.buckets)

    def quantile(self, share: float) -> float:
        """The duration in nanoseconds that `share` (0 to 1) of them don't exceed: the middle of its bucket; 0 of none.

        Of the same rank as `sorted(values)[ceil(share * count) - 1]`.
        """
        rank = max(1, -int(-share * self.count // 1))
        seen = 0
        for index, count in enumerate(self.buckets):
            seen += count
            if count and seen >= rank:
                low = lower_bound(index)
                return (low + lower_bound(index + 1)) / 2 if index < LAST else float(low)
        return 0.0

    def below(self, bits: int) -> int:
        """How many were shorter than 2^`bits` ns; exact from `SHORTEST_BITS` to `LONGEST_BITS`."""
        return sum(self.buckets[: (bits - SHORTEST_BITS) * 4 + 1])

    def to_plain(self) -> dict[int, int]:
        """Bucket to count, of those that aren't empty."""
        return {index: count for index, count in enumerate(self.buckets) if count}

    @classmethod
    def of(cls, durations: Iterable[int]) -> Histogram:
        made = cls()
        for ns in durations:
            made.add(ns)
        return made
