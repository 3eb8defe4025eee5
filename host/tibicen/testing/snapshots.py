"""Trees of widgets kept beside the tests that saw them, to be compared with in later runs."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

FOLDER = "snapshots"


class Snapshots:
    """The kept trees of one test.

    Args:
        file: of the test; they lie in `snapshots/` beside it.
        test: its name.
        update: whether what is seen now replaces what was kept.
    """

    def __init__(self, file: Path, test: str, *, update: bool = False) -> None:
        self._folder = file.parent / FOLDER
        self._stem = re.sub(r"[^\w.-]+", "-", f"{file.stem}-{test}").strip("-")
        self._update = update
        self._taken = 0

    def compare(self, text: str, name: str = "") -> None:
        """Compares with the kept text; keeps this one where there is none, or when updating.

        Args:
            name: tells several of one test apart; numbered without.

        Raises:
            AssertionError: they differ, with the lines that do.
        """
        self._taken += 1
        path = self._folder / f"{self._stem}-{name or self._taken}.txt"
        if self._update or not path.is_file():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            return
        kept = path.read_text(encoding="utf-8")
        if kept != text:
            lines = difflib.unified_diff(
                kept.splitlines(), text.splitlines(), f"kept in {FOLDER}/{path.name}", "seen now", lineterm="", n=2
            )
            shown = "\n".join(lines)
            raise AssertionError(f"{shown}\nrun with --update-snapshots to keep what is seen now")
