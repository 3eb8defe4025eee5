"""Which plugins are in a folder: folders with a manifest or an entry file, and single `.lua` and `.py` files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tibicen.errors import ManifestError
from tibicen.lifecycle.header import LONGEST, parse_header
from tibicen.lifecycle.manifest import NAME_RULE, WITH_CHECKOUT, Manifest, valid_name
from tibicen.lifecycle.manifest_reader import parse_manifest

MANIFEST = "plugin.yaml"
ENTRIES = ("init.lua", "plugin.py", "__init__.py")

Language = Literal["lua", "python"]

# What editors and tools leave beside the files that they save.
_LEFTOVER = re.compile(r"\..*|.*~|.*\.(swp|swx|swo|tmp|bak|orig|rej|pyc)|4913|#.*#|__pycache__")


@dataclass(frozen=True, slots=True)
class Source:
    """A plugin as it lies on disk.

    Attributes:
        root: what stands in the plugins folder: the plugin's folder or its single file.
        folder: where its files are; of a single file, the folder that holds it.
        entry: the file that is loaded first; of a checkout's plugin its manifest.
    """

    name: str
    root: Path
    folder: Path
    entry: Path
    manifest: Manifest
    kind: Literal["folder", "file"]
    language: Language


@dataclass(slots=True)
class Discovery:
    """What was found: readable plugins by name, and by root why the others are not."""

    sources: dict[str, Source] = field(default_factory=dict)
    problems: dict[Path, list[str]] = field(default_factory=dict)


def is_leftover(name: str) -> bool:
    """Whether a file of that name is never part of a plugin: hidden, or left by an editor or tool."""
    return _LEFTOVER.fullmatch(name) is not None


def _is_put_aside(root: str) -> bool:
    """Whether something in the plugins folder itself is no plugin; a leading `_` puts one aside."""
    return root.startswith("_") or is_leftover(root)


def owner_of(path: Path, plugins: Path) -> Path | None:
    """The root of the plugin that a changed file belongs to; None outside, and for what is never part of one."""
    try:
        words = path.relative_to(plugins).parts
    except ValueError:
        return None
    if not words or _is_put_aside(words[0]) or any(is_leftover(word) for word in words[1:]):
        return None
    root = plugins / words[0]
    if len(words) == 1 and root.suffix not in (".lua", ".py") and root.suffix:
        # A stray file such as notes.txt; a folder that was deleted has no suffix, as a rule.
        return root if root.is_dir() else None
    return root


def _language(entry: Path) -> Language:
    return "python" if entry.suffix == ".py" else "lua"


def _examine_file(root: Path) -> Source:
    if not valid_name(root.stem):
        raise ManifestError([f"{root.name}: a plugin's file is named by {NAME_RULE}; rename it"])
    with root.open("rb") as file:
        manifest = parse_header(file.read(LONGEST), root.name, root.stem)
    return Source(root.stem, root, root.parent, root, manifest, "file", _language(root))


def _examine_folder(root: Path) -> Source | None:
    manifest_path = root / MANIFEST
    entry = next((root / name for name in ENTRIES if (root / name).is_file()), None)
    if manifest_path.is_file():
        manifest = parse_manifest(manifest_path.read_bytes(), f"{root.name}/{MANIFEST}")
        if manifest.entry:
            entry = root / manifest.entry
            if not entry.is_file():
                raise ManifestError([f"{root.name}/{MANIFEST}:1: the entry {manifest.entry} is not in {root.name}"])
        elif manifest.realm in WITH_CHECKOUT:
            # What runs is the checkout.
            entry = manifest_path
    elif entry is not None:
        if (root / "modules").is_dir() and any((root / "modules").glob("*/*.otmod")):
            raise ManifestError(
                [f"{root.name}: it looks like a checkout of OTClient; write a {MANIFEST} with `realm: otclient` in it"]
            )
        if not valid_name(root.name):
            raise ManifestError([f"{root.name}: a plugin's folder is named by {NAME_RULE}; rename it"])
        manifest = Manifest(name=root.name)
    else:
        if any(path.suffix in (".lua", ".py") for path in root.iterdir()):
            raise ManifestError(
                [
                    f"{root.name}: no {MANIFEST} and none of {', '.join(ENTRIES)}; "
                    "name its first file so, or write a manifest"
                ]
            )
        return None
    if entry is None:
        raise ManifestError(
            [f"{root.name}/{MANIFEST}:1: none of {', '.join(ENTRIES)} is there; name another by `entry:`"]
        )
    if not entry.resolve().is_relative_to(root.resolve()):
        raise ManifestError([f"{root.name}: the entry {entry.name} leads out of the plugin's folder"])
    return Source(manifest.name, root, root, entry, manifest, "folder", _language(entry))


def examine(root: Path) -> Source | None:
    """Reads one plugin; None for what is no plugin (a folder without code, a stray file).

    Raises:
        ManifestError: it is one, but can't be used.
        OSError: it can't be read.
    """
    if _is_put_aside(root.name):
        return None
    if root.is_dir():
        return _examine_folder(root)
    if root.suffix not in (".lua", ".py"):
        return None
    if root.exists() and not root.is_file():
        # Opening a FIFO or a device may never come back.
        raise ManifestError([f"{root.name}: it is neither a file nor a folder; put it somewhere else"])
    return _examine_file(root)


def discover(plugins: Path) -> Discovery:
    """Reads every plugin in a folder. What can't be read is among the problems, by folder or file name."""
    found = Discovery()
    try:
        roots = sorted(plugins.iterdir())
    except OSError as error:
        found.problems[plugins] = [f"{plugins}: {error.strerror}"]
        return found
    by_name: dict[str, list[Source]] = {}
    for root in roots:
        try:
            source = examine(root)
        except ManifestError as error:
            found.problems[root] = error.problems
        except OSError as error:
            found.problems[root] = [f"{root.name}: {error.strerror}"]
        else:
            if source is not None:
                by_name.setdefault(source.name, []).append(source)
    for name, sources in by_name.items():
        if len(sources) == 1:
            found.sources[name] = sources[0]
            continue
        places = " and ".join(source.root.name for source in sources)
        found.problems[sources[0].root] = [f"{places} both have the name {name!r}; rename one of them. None is loaded"]
    return found
