"""Passwords against what the servers' databases keep of them: SHA-1 and Argon2."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from argon2 import extract_parameters
from argon2.exceptions import HashingError, InvalidHashError
from argon2.low_level import Type, hash_secret_raw

from tibicen.realms.canary.wire.hashing import HASHING

_SHA1 = re.compile(rb"[0-9a-fA-F]{40}")
_SHORT: Final = re.compile(rb"[^$]*\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)")
"""Where Canary finds salt and hash (argon.cpp); its site leaves out what stands in front, which config.lua says."""

MOST_KIB, MOST_PASSES, MOST_LANES = 1 << 19, 32, 32
"""What a stored hash may cost at most: 512 MiB. Who can write hashes must not be able to stop the server."""

_NO_SALT: Final = bytes(16)
_DIGEST: Final = 32


class ArgonCost(NamedTuple):
    """memoryConst in KiB, temporaryConst and parallelism of Canary's config.lua."""

    memory: int = 1 << 16
    passes: int = 2
    lanes: int = 2

    @property
    def bearable(self) -> bool:
        """Whether a hash of that cost is made at all."""
        memory, passes, lanes = self
        return 8 * lanes <= memory <= MOST_KIB and 1 <= passes <= MOST_PASSES and 1 <= lanes <= MOST_LANES


@dataclass(frozen=True, slots=True)
class _Stored:
    kind: Type
    version: int
    cost: ArgonCost
    salt: bytes = field(repr=False)
    digest: bytes = field(repr=False)


class UnknownHash(Exception):
    """What is stored is no hash that is known here; the text says which are, and never what is stored."""


def memory_of(words: str) -> int:
    """KiB of a `memoryConst`: a number, or `1<<16`; 0 for anything else."""
    found = re.fullmatch(r"\s*(\d{1,9})\s*(?:<<\s*(\d{1,2})\s*)?", words)
    return int(found[1]) << int(found[2] or 0) if found else 0


async def fits(password: bytes, stored: bytes | None, cost: ArgonCost, *, slow: bool) -> bool:
    """Whether a password is the one that is stored; None, of an account that isn't there, takes as long.

    Args:
        stored: SHA-1 in 40 hexadecimal digits; or Argon2, as its library writes it, $argon2id$v=19$m=…,t=…,p=…$…$…,
            or its last two parts alone, $salt$hash, as Canary reads it.
        cost: of hashes that don't say theirs.
        slow: accounts of this server have Argon2 (passwordType): then every answer takes that long, so that nobody
            learns from it which names there are.

    Raises:
        UnknownHash: it is neither.
        Busy: too many logins are being looked at already.
    """
    argon = _argon(stored, cost) if stored else None
    if argon is not None:
        return await HASHING.run(_is, password, argon)
    if slow and cost.bearable:
        await HASHING.run(_is, password, _Stored(Type.ID, 19, cost, _NO_SALT, bytes(_DIGEST)))
    given = hashlib.sha1(password).hexdigest().encode()
    known = stored is not None and _SHA1.fullmatch(stored) is not None
    same = hmac.compare_digest(given, stored.lower() if stored is not None and known else bytes(len(given)))
    if stored and not known:
        raise UnknownHash("is neither SHA-1 of 40 digits nor Argon2")
    return same


def _is(password: bytes, stored: _Stored) -> bool:
    memory, passes, lanes = stored.cost
    try:
        given = hash_secret_raw(
            password, stored.salt, passes, memory, lanes, len(stored.digest), stored.kind, stored.version
        )
    except HashingError:
        # Memory for it is not to be had; what was stored has been looked at before.
        return False
    return hmac.compare_digest(given, stored.digest)


def _argon(stored: bytes, cost: ArgonCost) -> _Stored | None:
    """A stored hash of Argon2, taken apart; None for anything else.

    Raises:
        UnknownHash: it is one that costs more than is given, or one that can't be.
    """
    kind, version = Type.ID, 19
    if stored.startswith(b"$argon2"):
        try:
            said = extract_parameters(stored.decode("ascii"))
        except (InvalidHashError, UnicodeDecodeError):
            raise UnknownHash("begins like Argon2 and is none") from None
        kind, version, cost = said.type, said.version, ArgonCost(said.memory_cost, said.time_cost, said.parallelism)
        parts = stored.rsplit(b"$", 2)[1:]
    else:
        found = _SHORT.fullmatch(stored)
        if found is None:
            return None
        parts = [found[1], found[2]]
    try:
        salt, digest = (base64.b64decode(each + b"=" * (-len(each) % 4), validate=True) for each in parts)
    except binascii.Error:
        raise UnknownHash("is Argon2 with a salt or hash that is no base64") from None
    if not cost.bearable or not 8 <= len(salt) <= 64 or not 16 <= len(digest) <= 128:
        raise UnknownHash(
            f"is Argon2 of a cost or length that is not taken ({cost.memory} KiB, {cost.passes} passes, {cost.lanes} "
            f"lanes, {len(salt)} and {len(digest)} bytes)"
        )
    return _Stored(kind, version, cost, salt, digest)
