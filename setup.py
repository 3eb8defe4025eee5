"""Build steps that pyproject can't express: the native core, and `lua/` and `manifests/` inside the wheel."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
SHIPPED = {"lua": [".lua"], "manifests": [".yaml", ".json"]}
"""Folders, and the kinds of files that are shipped of them: not what editors and tools leave behind."""


class BuildWithData(build_py):
    """Copies the top-level data folders to `tibicen/lua` and `tibicen/manifests` of a built wheel."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        for folder, suffixes in SHIPPED.items():
            for source in (ROOT / folder).rglob("*"):
                inside = source.relative_to(ROOT)
                if source.suffix in suffixes and not any(part.startswith(".") for part in inside.parts):
                    target = Path(self.build_lib, "tibicen", inside)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    self.copy_file(str(source), str(target))


setup(
    cmdclass={"build_py": BuildWithData},
    cffi_modules=["host/tibicen/native/build_core.py:builder"],
)
