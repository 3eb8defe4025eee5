"""The native core beside a plain scalar loop in C (-O2) and zlib's Adler-32.

Both sides are called through cffi with pointers at hand, so the call costs both the same (the first row shows it; of
short data it is most of what is measured, so Adler-32 is measured from C too, where the framing calls it). XTEA is
measured at every vector level that this CPU has. Costs are nanoseconds a call; what is encrypted or opened lies in the
cache.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from tibicen import native
from tibicen.native._core import ffi, lib

from ._measure import Row, Work, by_turns, paired_row
from ._scalar import compile_rival

SIZES = {"16 B": 16, "64 B": 64, "1 KiB": 1024, "24 KiB": 24576}
LEVELS = {"portable": lib.TIB_CPU_PORTABLE, "AVX2": lib.TIB_CPU_AVX2, "AVX-512": lib.TIB_CPU_AVX512}
KEY = (0x01234567, 0x89ABCDEF, 0xFEDCBA98, 0x76543210)
UNIT = "ns"


@contextmanager
def vector_level(level: int) -> Iterator[None]:
    """Has the core use no more than these vector instructions."""
    before = lib.tib_cpu_level()
    lib.tib_cpu_set_level(level)
    try:
        yield
    finally:
        lib.tib_cpu_set_level(before)


def some_bytes(length: int) -> bytes:
    return random.Random(length).randbytes(length)


class Bench:
    """The works of both sides, and how long each is measured."""

    def __init__(self, quick: bool) -> None:
        module = compile_rival()
        self.rival: Any = module.lib
        self.schedule = ffi.new("tib_xtea *")
        lib.tib_xtea_init(self.schedule, KEY)
        # The rival's library has an ffi of its own, whose pointers these must be.
        self.rival_ffi = module.ffi
        self.keys = self.rival_ffi.new("uint32_t[64]", list(self.schedule.round_keys))
        self.rounds, self.sample_ms = (7, 1.0) if quick else (51, 4.0)

    def pair(self, case: str, ours: Work, rival: Work, rival_name: str) -> Row:
        samples = by_turns({"ours": ours, "rival": rival}, rounds=self.rounds, sample_ms=self.sample_ms)
        return paired_row(case, samples["ours"], samples["rival"], rival_name, UNIT)

    def buffer(self, data: bytes) -> Any:
        return ffi.new("uint8_t[]", data)

    def rival_buffer(self, data: bytes) -> Any:
        return self.rival_ffi.new("uint8_t[]", data)

    # -- cases ------------------------------------------------------------------------------------------

    def call(self) -> Row:
        return self.pair("empty call", lib.tib_cpu_level, self.rival.scalar_nothing, "empty call")

    def xtea(self, size: str) -> Iterator[Row]:
        length = SIZES[size]
        data = some_bytes(length)
        ours, theirs = self.buffer(data), self.rival_buffer(data)
        core = {
            "encrypt": partial(lib.tib_xtea_encrypt, self.schedule, ours, length),
            "decrypt": partial(lib.tib_xtea_decrypt, self.schedule, ours, length),
        }
        scalar = {
            "encrypt": partial(self.rival.scalar_xtea_encrypt, self.keys, theirs, length),
            "decrypt": partial(self.rival.scalar_xtea_decrypt, self.keys, theirs, length),
        }
        for level, number in LEVELS.items():
            if number > lib.tib_cpu_best():
                continue
            with vector_level(number):
                for way in core:
                    ffi.memmove(ours, data, length)
                    self.rival_ffi.memmove(theirs, data, length)
                    core[way]()
                    scalar[way]()
                    if bytes(ffi.buffer(ours, length)) != bytes(self.rival_ffi.buffer(theirs, length)):
                        raise RuntimeError(f"the two sides {way} differently")
                    aim = " (aim: 8 x)" if (size, level) == ("1 KiB", "AVX2") else ""
                    yield self.pair(f"XTEA {way} {size}, {level}{aim}", core[way], scalar[way], "scalar C")
                aim = " (aim: as fast)" if number else ""
                yield self.pair(f"XTEA decrypt {size}, {level}{aim}", core["decrypt"], core["encrypt"], "our encrypt")

    def adler(self, size: str) -> Iterator[Row]:
        length = SIZES[size]
        data = some_bytes(length)
        ours, theirs = self.buffer(data), self.rival_buffer(data)
        if not native.adler32(data) == zlib.adler32(data) == self.rival.scalar_zlib(1, theirs, length):
            raise RuntimeError("the sides come to different sums")
        aim = " (aim: 5 x)" if length >= 1024 else ""
        yield self.pair(
            f"Adler-32 {size}, by cffi{aim}",
            partial(lib.tib_adler32, 1, ours, length),
            partial(self.rival.scalar_zlib, 1, theirs, length),
            "zlib",
        )
        times = max(1, 100_000 // length)
        core = self.rival_ffi.cast("scalar_sum", int(ffi.cast("uintptr_t", ffi.addressof(lib, "tib_adler32"))))
        row = self.pair(
            f"Adler-32 {size}, called from C{aim}",
            partial(self.rival.scalar_repeat, core, theirs, length, times),
            partial(
                self.rival.scalar_repeat,
                self.rival_ffi.addressof(self.rival, "scalar_zlib"),
                theirs,
                length,
                times,
            ),
            "zlib",
        )
        yield {**row, "ours": row["ours"] / times, "rival": (row["rival"] or 0.0) / times}
        yield self.pair(
            f"Adler-32 {size}, from Python", partial(native.adler32, data), partial(zlib.adler32, data), "zlib.adler32"
        )

    def frames(self, size: str) -> Iterator[Row]:
        length = SIZES[size]
        messages = some_bytes(length)
        head, tail = lib.TIB_HEADROOM, lib.TIB_TAILROOM
        ours = self.buffer(bytes(head) + messages + bytes(tail))
        theirs = self.rival_buffer(bytes(head) + messages + bytes(tail))
        offset, whole = ffi.new("size_t *"), ffi.new("size_t *")
        seal = partial(lib.tib_frame_seal, lib.TIB_STACK_ADLER, self.schedule, 0, 0, ours, length, offset, whole)
        rival_seal = partial(self.rival.scalar_seal, self.keys, theirs, length)
        seal()
        frame = bytes(ffi.buffer(ours + offset[0], whole[0]))
        if frame != bytes(self.rival_ffi.buffer(theirs, rival_seal())):
            raise RuntimeError("the two sides seal different frames")
        name = "scalar C"
        yield self.pair(f"frame seal {size}", seal, rival_seal, name)
        opened = ffi.new("tib_frame *")
        yield self.pair(
            f"frame open {size}",
            self._opening(
                frame,
                self.buffer,
                ffi.memmove,
                lambda copy: lib.tib_frame_open(lib.TIB_STACK_ADLER, self.schedule, 0, copy, len(frame), opened) == 0,
            ),
            self._opening(
                frame,
                self.rival_buffer,
                self.rival_ffi.memmove,
                lambda copy: self.rival.scalar_open(self.keys, copy, len(frame)) == length,
            ),
            name,
        )

    def _opening(
        self, frame: bytes, make: Callable[[bytes], Any], copy: Callable[..., None], open_one: Callable[[Any], bool]
    ) -> Work:
        """Opens a frame. Opening is in place, so the frame is put back each time, on both sides alike."""
        buffer = make(frame)

        def work() -> None:
            copy(buffer, frame, len(frame))
            if not open_one(buffer):
                raise RuntimeError("a frame could not be opened")

        return work


def run(quick: bool) -> list[Row]:
    """Every case at every size."""
    bench = Bench(quick)
    rows = [bench.call()]
    for case in (bench.xtea, bench.adler, bench.frames):
        for size in SIZES:
            rows += case(size)
    return rows
