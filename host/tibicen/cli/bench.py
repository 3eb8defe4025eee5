"""`tibicen bench`: runs the benchmarks of a checkout (`tests/bench/`) and prints paired medians."""

from __future__ import annotations

import importlib
import platform
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from types import ModuleType
from typing import Any

from tibicen import native
from tibicen.errors import ConfigError
from tibicen.paths import checkout_root

_PACKAGE = "tibicen_bench"


def available() -> dict[str, Path]:
    """Benchmarks by name; each is a file with `run(quick: bool) -> list[row]`.

    Raises:
        ConfigError: Tibicen runs from a wheel, which carries no benchmarks.
    """
    root = checkout_root()
    if root is None:
        raise ConfigError("benchmarks come with a source checkout, not with the wheel")
    return {path.stem: path for path in sorted((root / "tests" / "bench").glob("*.py")) if path.stem[0] != "_"}


def run_benchmark(name: str, *, quick: bool) -> dict[str, Any]:
    """Runs one: `{"bench", "machine", "rows": [{"case", "ours", "rival", "rival_name", "ratio", "unit"}]}`."""
    paths = available()
    if name not in paths:
        raise ConfigError(f"there is no benchmark {name!r}; there are {', '.join(paths)}")
    # A process for each: the heap that one leaves behind is not where the next one is measured.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        rows = process.submit(_rows, paths[name], quick).result()
    return {"bench": name, "machine": machine(), "rows": rows}


def _rows(path: Path, quick: bool) -> list[dict[str, Any]]:
    package = ModuleType(_PACKAGE, "The folder of benchmarks, so that they can import their neighbours.")
    package.__path__ = [str(path.parent)]
    sys.modules[_PACKAGE] = package
    rows: list[dict[str, Any]] = importlib.import_module(f"{_PACKAGE}.{path.stem}").run(quick=quick)
    return rows


def machine() -> dict[str, str]:
    """What the figures were measured on."""
    return {
        "system": platform.platform(),
        "python": platform.python_version(),
        "cpu": _cpu_name(),
        "vector": native.cpu_level(),
    }


def _cpu_name() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
