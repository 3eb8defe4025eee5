"""Builds the native core as the extension `tibicen.native._core`.

setuptools runs it through `cffi_modules`; `python build_core.py [FOLDER]` builds it in place, or into another
folder. TIBICEN_SANITIZE=1 builds with the address and undefined-behaviour sanitizers.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from cffi import FFI

HERE = Path(__file__).resolve().parent
SOURCES = (
    "adler32",
    "clock",
    "cpu",
    "framing",
    "heap",
    "layout",
    "layout_read",
    "layout_read_fields",
    "layout_read_parts",
    "layout_write",
    "layout_write_fields",
    "message",
    "packed",
    "packets",
    "pattern",
    "utf8",
    "xtea",
    "xtea_avx2",
    "xtea_avx512",
)
HEADERS = ("core.h", "layouts.h", "heap.h")
"""What goes into cffi word for word."""


def _flags() -> tuple[list[str], list[str]]:
    if os.name == "nt":
        return ["/O2", "/std:c11"], []
    warnings = ["-std=c11", "-Wall", "-Wextra", "-Werror"]
    if os.environ.get("TIBICEN_SANITIZE"):
        sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
        return [*warnings, "-O1", "-g", "-fno-omit-frame-pointer", *sanitizers], sanitizers
    return [*warnings, "-O3"], []


def make_builder(base: str) -> FFI:
    """The cffi builder. `base` is the folder of the sources."""
    compile_flags, link_flags = _flags()
    ffi = FFI()
    for name in HEADERS:
        ffi.cdef((HERE / name).read_text(encoding="utf-8"))
    ffi.set_source(
        "tibicen.native._core",
        '#include "internal.h"\n#include "layouts.h"\n#include "heap.h"',
        sources=[f"{base}/{name}.c" for name in SOURCES],
        include_dirs=[base],
        # cffi's generated wrappers have unused parameters of their own.
        extra_compile_args=[*compile_flags, "-Wno-unused-parameter"] if os.name != "nt" else compile_flags,
        extra_link_args=link_flags,
        libraries=[] if os.name == "nt" else ["m"],
    )
    return ffi


# setuptools wants the sources of a distribution relative to its root.
builder = make_builder(os.path.relpath(HERE))

if __name__ == "__main__":
    target = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else HERE
    with tempfile.TemporaryDirectory() as scratch:
        built = Path(make_builder(str(HERE)).compile(tmpdir=scratch))
        target.mkdir(parents=True, exist_ok=True)
        # Put in place by renaming: a process that runs with the old one keeps it whole.
        beside = target / f"{built.name}.new"
        shutil.copy2(built, beside)
        beside.replace(target / built.name)
    print(target / built.name)
