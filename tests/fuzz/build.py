"""Builds the fuzz targets with clang: libFuzzer, and the address and undefined-behaviour sanitizers.

`python -m tests.fuzz.build FOLDER` leaves one program for each file of `targets/` there.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tibicen.native.build_core import HERE as CORE
from tibicen.native.build_core import SOURCES
from tibicen.native.layouts import packed_names
from tibicen.paths import manifests_root
from tibicen.protocol.layout import DIRECTIONS
from tibicen.protocol.layout_reader import read_manifest
from tibicen.protocol.versions import VERSIONS, compile_manifest

TARGETS = Path(__file__).parent / "targets"
SANITIZERS = "-fsanitize=fuzzer,address,undefined"
# The core asks for these by GCC's pragma, which clang doesn't know.
VECTORS = {"xtea_avx2": ["-mavx2"], "xtea_avx512": ["-mavx512f", "-mavx512bw", "-mavx512vl"]}
FLAGS = ["-std=c11", "-g", "-O1", "-fno-omit-frame-pointer", "-fno-sanitize-recover=undefined", SANITIZERS]


def names() -> list[str]:
    return sorted(path.stem for path in TARGETS.glob("*.c"))


def programs() -> Iterator[str]:
    """C source of `fuzz_programs`: what Protocol gives to the core, of every version."""
    yield '#include "fuzz.h"'
    rows: list[str] = []
    for version in VERSIONS:
        program, entries = compile_manifest(read_manifest(manifests_root() / "protocols" / f"{version}.yaml"))
        texts, ends = packed_names(list(program.names))
        yield f"static const int64_t code_{version}[] = {{{','.join(map(str, program.code))}}};"
        yield f"static const uint8_t names_{version}[] = {{{','.join(map(str, texts))}}};"
        yield f"static const uint32_t name_at_{version}[] = {{{','.join(map(str, ends))}}};"
        tables: list[str] = []
        for direction in DIRECTIONS:
            found = [entries[direction].get(opcode, (-1, -1)) for opcode in range(256)]
            tables.append(
                f"{{{{{','.join(str(entry) for entry, _ in found)}}}, {{{','.join(str(name) for _, name in found)}}}}}"
            )
        rows.append(f"{{{{code_{version}, names_{version}, name_at_{version}}}, {{{','.join(tables)}}}}}")
    yield f"const fuzz_program fuzz_programs[FUZZ_VERSIONS] = {{{','.join(rows)}}};"


def build(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "programs.c").write_text("\n".join(programs()) + "\n", encoding="utf-8")
    include = [f"-I{CORE}", f"-I{TARGETS}"]
    sources = [*(CORE / f"{name}.c" for name in SOURCES), folder / "programs.c"]
    objects = [folder / f"{source.stem}.o" for source in sources]
    for source, made in zip(sources, objects, strict=True):
        flags = [*FLAGS, *VECTORS.get(source.stem, ()), *include]
        subprocess.run(["clang", *flags, "-c", str(source), "-o", str(made)], check=True)
    for name in names():
        command = ["clang", *FLAGS, *include, str(TARGETS / f"{name}.c"), *map(str, objects), "-lm"]
        subprocess.run([*command, "-o", str(folder / name)], check=True)


if __name__ == "__main__":
    build(Path(sys.argv[1]))
