"""Tokens of an authenticator (RFC 6238: SHA-1, 30 s, six digits): TFS asks for them where an account has a secret."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import Final

PERIOD: Final = 30
DIGITS: Final = 6


def token_at(key: bytes, ticks: int) -> bytes:
    """The token of a key in a period since 1970."""
    mac = hmac.digest(key, ticks.to_bytes(8, "big"), "sha1")
    at = mac[-1] % 16
    number = int.from_bytes(mac[at : at + 4], "big") & 0x7FFFFFFF
    return b"%06d" % (number % 10**DIGITS)


def token_fits(secret: bytes, token: bytes, now: float) -> bool:
    """Whether a token is of this period, or of the one before or behind it.

    Args:
        secret: the column `secret` of `accounts`. TFS 1.7 takes it as the key itself, TFS 1.4 as the key in base32,
            which is what authenticators are told; a column can be meant either way, and both are taken.
        now: seconds since 1970.
    """
    keys = [secret]
    try:
        keys.append(base64.b32decode(secret + b"=" * (-len(secret) % 8)))
    except (binascii.Error, ValueError):
        pass
    found = False
    for key in keys:
        for ticks in (-1, 0, 1):
            # All are compared, whichever fits.
            found |= hmac.compare_digest(token_at(key, int(now) // PERIOD + ticks), token)
    return found
