"""Features of protocol versions, for clients without the modules that switch them on (game_features).

Numbers are those of mehah's client (Otc::GameFeature), as its modules have them.
"""

from __future__ import annotations

from typing import Final

SINCE: Final = (
    (770, (42, 45, 63)),
    (780, (44, 43, 47, 46, 48, 49)),
    (790, (51,)),
    (840, (1, 2, 6)),
    (841, (3, 61, 124)),
    (854, (14,)),
    (860, (32,)),
    (862, (4,)),
    (870, (7, 12, 23)),
    (910, (5, 8, 9, 10, 11, 13, 15)),
    (940, (17,)),
    (953, (21, 24)),
    (960, (18, 20)),
    (963, (52,)),
    (972, (98,)),
    (980, (62, 64)),
    (981, (35, 36)),
    (984, (40, 58)),
    (1000, (41, 50)),
    (1035, (29, 53)),
    (1036, (54, 55)),
    (1038, (57,)),
    (1050, (59,)),
    (1053, (68,)),
    (1054, (66,)),
    (1055, (70,)),
    (1057, (71,)),
    (1061, (60,)),
    (1071, (65,)),
    (1072, (67,)),
    (1074, (69,)),
    (1080, (73,)),
    (1092, (75,)),
    (1093, (74,)),
    (1094, (76, 109)),
    (1100, (82,)),
    (1200, (83, 92, 96, 114, 121)),
    (1260, (84,)),
    (1264, (85,)),
    (1272, (86,)),
    (1281, (123, 126)),
    (1290, (39, 87, 88, 89, 90, 97)),
    (1300, (28, 91, 94, 95)),
    (1314, (93,)),
    (1320, (105, 106, 107, 108, 110, 111)),
    (1321, (112, 113)),
    (1332, (119,)),
    (1410, (127,)),
    (1500, (130,)),
)
"""The version from which on they are there, and their numbers."""

UNTIL: Final = {13: 1281, 15: 1281, 92: 1314, 109: 1320, 76: 1410, 126: 1410}
"""The version from which on a feature is gone again."""


def features_of(version: int) -> tuple[int, ...]:
    """Numbers of the features that a version has."""
    numbers = (number for since, group in SINCE if since <= version for number in group)
    return tuple(number for number in numbers if version < UNTIL.get(number, version + 1))


def setup_chunk(version: int, *, features: bool = True) -> bytes:
    """Lua that sets a client to a version, with its features; for mehah's client, edubart's needs the versions only."""
    lines = [f"g_game.setClientVersion({version}) g_game.setProtocolVersion({version})"]
    if features:
        lines += [f"g_game.enableFeature({number})" for number in features_of(version)]
    return "\n".join(lines).encode()
