"""Raw RSA as Open Tibia uses it: 1024 bits, no padding scheme, 128-byte big-endian blocks that begin with a 0 byte.

The protocol's own weakness is part of it: without padding the block is malleable, and most servers use a key pair that
everybody knows. What a block must be safe from is not somebody who can read the wire, but somebody who sends nonsense.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from pathlib import Path

from tibicen.errors import ConfigError, WireError

BLOCK = 128
EXPONENT = 65537

# The pair that servers and clients of the Open Tibia world come with (key.pem of TFS and of Canary are this one).
_PUBLIC_P = int(
    "14299623962416399520070177382898895550795403345466153217470516082934737582776038882967213386204600674145392845853"
    "859217990626450972452084065728686565928113"
)
_PUBLIC_Q = int(
    "76309791959704047218912018477920021255354012927791239372074475745966927885136471792353355293072513505707284073737"
    "05564708871762033017096809910315212884101"
)


class PublicKey:
    """What a client needs to send a block: the modulus.

    Args:
        modulus: at most 1024 bits.
    """

    def __init__(self, modulus: int, exponent: int = EXPONENT) -> None:
        if not 1 < modulus < 1 << (BLOCK * 8):
            raise ConfigError(f"an RSA key of the protocol has at most {BLOCK * 8} bits, not {modulus.bit_length()}")
        self.modulus = modulus
        self.exponent = exponent

    def encrypt(self, block: bytes) -> bytes:
        """A block of 128 bytes that begins with 0.

        Raises:
            WireError: it has another length, or doesn't fit under the modulus.
        """
        number = int.from_bytes(block, "big")
        if len(block) != BLOCK or number >= self.modulus:
            raise WireError(f"a block of {len(block)} bytes does not fit the RSA key")
        return pow(number, self.exponent, self.modulus).to_bytes(BLOCK, "big")


class PrivateKey(PublicKey):
    """A pair: opens what a client sent. By the Chinese remainder theorem, three times as fast as without."""

    def __init__(self, p: int, q: int, exponent: int = EXPONENT) -> None:
        super().__init__(p * q, exponent)
        self._p, self._q = p, q
        try:
            self._dp, self._dq = pow(exponent, -1, p - 1), pow(exponent, -1, q - 1)
            self._q_inverse = pow(q, -1, p)
        except ValueError:
            raise ConfigError("the RSA key's numbers do not belong together") from None

    def decrypt(self, block: bytes) -> bytes:
        """The 128 bytes in a client's block; their first is 0.

        Raises:
            WireError: not 128 bytes, not below the modulus, or its first byte is not 0: made with another key.
        """
        cipher = int.from_bytes(block, "big")
        if len(block) != BLOCK or cipher >= self.modulus:
            raise WireError("the RSA block is none of this key")
        # Blinded: how long it takes tells nothing of the key to whoever chose the block.
        blind = secrets.randbelow(self.modulus - 2) + 2
        cipher = cipher * pow(blind, self.exponent, self.modulus) % self.modulus
        upper, lower = pow(cipher, self._dp, self._p), pow(cipher, self._dq, self._q)
        number = lower + (upper - lower) * self._q_inverse % self._p * self._q
        number = number * pow(blind, -1, self.modulus) % self.modulus
        plain = number.to_bytes(BLOCK, "big")
        if plain[0]:
            raise WireError("the RSA block was made with another key: its first byte is not 0")
        return plain

    def check(self) -> None:
        """Raises ConfigError: it does not open what it closed; not every file that has the form of a key is one."""
        probe = bytes(1) + bytes(range(BLOCK - 1))
        try:
            opened = self.decrypt(self.encrypt(probe))
        except (WireError, ValueError):
            opened = b""
        if opened != probe:
            raise ConfigError("the RSA key does not open what it closed")


def open_tibia_key() -> PrivateKey:
    """The pair that everybody knows."""
    return PrivateKey(_PUBLIC_P, _PUBLIC_Q)


def load_key(path: Path) -> PrivateKey:
    """A key.pem as servers have it: PKCS#1 (`RSA PRIVATE KEY`) or PKCS#8 (`PRIVATE KEY`), not encrypted.

    Raises:
        ConfigError: it can't be read, or is none; the message says which.
    """
    try:
        lines = path.read_text(encoding="ascii").split("\n")
    except (OSError, ValueError) as error:
        raise ConfigError(f"the RSA key {path} can't be read: {error}") from None
    body = "".join(line.strip() for line in lines if line and not line.startswith("-") and ":" not in line)
    try:
        numbers = _numbers(base64.b64decode(body, validate=True))
    except (binascii.Error, ValueError, IndexError):
        raise ConfigError(f"{path} is no RSA private key in PEM form (PKCS#1 or PKCS#8, not encrypted)") from None
    _, modulus, exponent, _, p, q = numbers[:6]
    if p * q != modulus:
        raise ConfigError(f"{path}: the primes are not those of the modulus")
    return PrivateKey(p, q, exponent)


def load_public_key(path: Path) -> PublicKey:
    """The modulus of another server's key: its key.pem, or a file with the modulus as a decimal number.

    Raises:
        ConfigError: it is neither.
    """
    try:
        text = path.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise ConfigError(f"the RSA key {path} can't be read: {error}") from None
    return PublicKey(int(text)) if text.isdecimal() else load_key(path)


def _numbers(der: bytes) -> list[int]:
    """The integers of a PKCS#1 key; inside the wrapping of PKCS#8, if there is one."""
    outer = _items(_content(der, 0, 0x30))
    inner = next((content for tag, content in outer if tag == 0x04), None)
    if inner is not None:
        outer = _items(_content(inner, 0, 0x30))
    numbers = [int.from_bytes(content, "big") for tag, content in outer if tag == 0x02]
    if len(numbers) < 6:
        raise ValueError("too few numbers")
    return numbers


def _content(der: bytes, at: int, tag: int) -> bytes:
    if der[at] != tag:
        raise ValueError("another tag")
    length, start = _length(der, at + 1)
    if start + length > len(der):
        raise ValueError("too short")
    return der[start : start + length]


def _length(der: bytes, at: int) -> tuple[int, int]:
    first = der[at]
    if first < 0x80:
        return first, at + 1
    count = first & 0x7F
    if not 0 < count <= 4:
        raise ValueError("an odd length")
    return int.from_bytes(der[at + 1 : at + 1 + count], "big"), at + 1 + count


def _items(content: bytes) -> list[tuple[int, bytes]]:
    items, at = [], 0
    while at < len(content):
        length, start = _length(content, at + 1)
        items.append((content[at], content[start : start + length]))
        at = start + length
    return items
