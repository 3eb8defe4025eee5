"""Compiles the scalar rival, and reaches zlib's own Adler-32 in the way in which the core is reached: through cffi."""

from __future__ import annotations

import importlib.util
import tempfile
from pathlib import Path
from typing import Any

from cffi import FFI

DECLARED = """
uint32_t scalar_nothing(void);
void scalar_xtea_encrypt(const uint32_t *keys, uint8_t *data, size_t length);
void scalar_xtea_decrypt(const uint32_t *keys, uint8_t *data, size_t length);
uint32_t scalar_adler32(uint32_t adler, const uint8_t *data, size_t length);
size_t scalar_seal(const uint32_t *keys, uint8_t *frame, size_t length);
int64_t scalar_open(const uint32_t *keys, uint8_t *frame, size_t length);
typedef uint32_t (*scalar_sum)(uint32_t adler, const uint8_t *data, size_t length);
uint32_t scalar_repeat(scalar_sum sum, const uint8_t *data, size_t length, uint32_t times);
uint32_t scalar_zlib(uint32_t adler, const uint8_t *data, size_t length);
"""


def compile_rival() -> Any:
    """The compiled module, with `ffi` and `lib`. Needs a C compiler, and zlib's shared library.

    Raises:
        cffi.VerificationError: it can't be compiled here.
    """
    source = Path(__file__).with_suffix(".c").read_text(encoding="utf-8")
    ffi = FFI()
    ffi.cdef(DECLARED)
    ffi.set_source(
        "tibicen_bench_scalar",
        source,
        extra_compile_args=["-std=c11", "-O2"],
        # By its run-time name: there need not be a development package.
        extra_link_args=["-l:libz.so.1"],
    )
    with tempfile.TemporaryDirectory(prefix="tibicen-bench-") as scratch:
        built = ffi.compile(tmpdir=scratch)
        spec = importlib.util.spec_from_file_location("tibicen_bench_scalar", built)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return module
