"""Modules of Python plugins: a namespace of their own for each generation, and nothing stale in `sys.modules`.

Source is compiled anew every time. Python's bytecode cache goes by size and whole seconds of modification time,
so an edit within a second that keeps the size would run the old code.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING

from tibicen.lifecycle.generation import Generation

if TYPE_CHECKING:
    from tibicen.realms.opened import Opened

PREFIX = "tibicen_plugin_"
MARK = "__tibicen_generation__"


GIVEN: dict[str, bytes] = {}
"""Source text by path, of files that can't be read where the code runs (`tibicen.worker`)."""


class Mark:
    """Put into every module of a generation: it lives as long as one of the modules' namespaces does.

    `opened` is what the generation's code opened (`realms.opened`); the list outlives the mark with whoever keeps it.
    """

    __slots__ = ("__weakref__", "label", "opened")

    def __init__(self, label: str) -> None:
        self.label = label
        self.opened: list[Opened] = []


class _FreshLoader(SourceFileLoader):
    """Compiles the source that lies on disk now, and writes no cache."""

    def get_data(self, path: str) -> bytes:
        return GIVEN[path] if path in GIVEN else super().get_data(path)

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        code: CodeType = compile(self.get_data(path), path, "exec", dont_inherit=True)
        return code

    def exec_module(self, module: ModuleType) -> None:
        # A submodule is loaded by Python's own import; it gets the mark of the generation's first module.
        if not hasattr(module, MARK):
            setattr(module, MARK, getattr(sys.modules[module.__name__.partition(".")[0]], MARK))
        super().exec_module(module)


class _Finder(MetaPathFinder):
    """Finds the submodules of a plugin's package, so that they too are loaded fresh."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith(PREFIX) or path is None:
            return None
        word = fullname.rpartition(".")[2]
        for folder in path:
            package = Path(folder, word, "__init__.py")
            if package.is_file():
                return _spec(fullname, package, [str(package.parent)])
            module = Path(folder, word + ".py")
            if module.is_file():
                return _spec(fullname, module, None)
        return None


def _spec(name: str, path: Path, locations: list[str] | None) -> ModuleSpec:
    spec = importlib.util.spec_from_file_location(
        name, path, loader=_FreshLoader(name, str(path)), submodule_search_locations=locations
    )
    assert spec is not None
    return spec


_finder = _Finder()


class PluginModules:
    """The modules of one generation."""

    def __init__(self, generation: Generation) -> None:
        # The name as it is: with `-` made `_`, the plugins a-b and a_b would share their modules.
        self.name = f"{PREFIX}{generation.plugin}_g{generation.number}"
        self.mark = Mark(generation.label)
        self._source = generation.source

    def load(self) -> ModuleType:
        """Runs the entry file and returns its module. Whatever the plugin's code raises comes through."""
        if _finder not in sys.meta_path:
            sys.meta_path.insert(0, _finder)
        source = self._source
        if source.kind == "file":
            return self._run(_spec(self.name, source.entry, None))
        folder = [str(source.folder)]
        if source.entry.name == "__init__.py":
            return self._run(_spec(self.name, source.entry, folder))
        # Entry files import their neighbours relatively, so the folder is a package around them.
        package_file = source.folder / "__init__.py"
        if package_file.is_file():
            self._run(_spec(self.name, package_file, folder))
        else:
            package = ModuleType(self.name, "The package around a plugin's files.")
            package.__path__ = folder
            setattr(package, MARK, self.mark)
            sys.modules[self.name] = package
        inside = ".".join(source.entry.relative_to(source.folder).with_suffix("").parts)
        return self._run(_spec(f"{self.name}.{inside}", source.entry, None))

    def _run(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.util.module_from_spec(spec)
        setattr(module, MARK, self.mark)
        sys.modules[spec.name] = module
        assert spec.loader is not None
        spec.loader.exec_module(module)
        return module

    def forget(self) -> None:
        """Takes the generation's modules out of `sys.modules`."""
        for name in [name for name in sys.modules if name == self.name or name.startswith(self.name + ".")]:
            del sys.modules[name]
