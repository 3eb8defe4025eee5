"""Build steps that pyproject can't express: the native core, and `lua/` and `manifests/` inside the wheel."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
SHIPPED = ("lua", "manifests")


class BuildWithData(build_py):
    """Copies the top-level data folders to `tibicen/lua` and `tibicen/manifests` of a built wheel."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        for folder in SHIPPED:
            for source in (ROOT / folder).rglob("*"):
                if source.is_file():
                    target = Path(self.build_lib, "tibicen", source.relative_to(ROOT))
                    target.parent.mkdir(parents=True, exist_ok=True)
                    self.copy_file(str(source), str(target))


setup(
    cmdclass={"build_py": BuildWithData},
    cffi_modules=["host/tibicen/native/build_core.py:builder"],
)
