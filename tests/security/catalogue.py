"""The catalogue of escapes and exhaustion: which items there are, what a tier does not hold, and what is still open.

`docs/threat-model.md` gives the same tables; `test_catalogue.py` holds them together.
"""

from __future__ import annotations

from typing import NamedTuple

LISTED = range(1, 85)
"""The numbers of the catalogue; each has a test `item_NN_what`."""

OWN = range(1, 57)
"""Ours beyond the list; each has a test `xNN_what`."""

NOT_HELD: dict[tuple[str, str], str] = {
    ("8", "shared, contained"): (
        "a memory fault of LuaJIT's own ends the host; no bytecode is reached, but LuaJIT is not proof against all text"
    ),
    ("11", "Python in-process"): "it can write into its own and others' caches and files",
    ("14-23", "Python in-process"): "it runs in the host's process, with all of its owner's rights",
    ("23", "all"): (
        "whoever can exchange a file of a plugin while it is read can write its code anyway; "
        "a file outside may then be compiled, in that plugin's own sandbox"
    ),
    ("41-54", "Python in-process"): "it has every object of the host",
    ("63-80", "Python in-process"): "nothing stops a Python loop, or gives its memory back",
    ("67-69", "shared"): "one quota of 256 MB for all plugins of a state: what one keeps, the others lack",
    ("80", "all"): "its own tables and functions print as addresses; the clock is as fine as the processor-time clock",
    ("X24", "isolated"): "a process that others keep busy may be ended for its processor time, and is started anew",
    ("X29", "shared"): "a table that a filter hands on is the same table for the next plugin of the state",
    ("X36", "shared"): "one random number generator for all plugins of a state: whoever seeds it, seeds it for all",
}
"""Item and tiers to the reason why they do not hold it. What tests assert of it there instead is true all the same."""


class Hole(NamedTuple):
    """Something that was found and is not mended yet.

    Attributes:
        tests: parts of the names of the tests that fail for it.
        what: one sentence.
        apart: they would take minutes, or leave a process behind, so they are not run.
    """

    tests: tuple[str, ...]
    what: str
    apart: bool = False


OPEN: dict[str, Hole] = {}
"""By item."""
