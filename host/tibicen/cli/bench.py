"""`tibicen bench`: runs the benchmarks of a checkout (`tests/bench/`) and prints paired medians."""

from __future__ import annotations

import importlib.util
import platform
from pathlib import Path
from typing import Any

from tibicen import native
from tibicen.errors import ConfigError
from tibicen.paths import checkout_root


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
    spec = importlib.util.spec_from_file_location(f"tibicen_bench_{name}", paths[name])
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {"bench": name, "machine": machine(), "rows": module.run(quick=quick)}


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
