"""What `g_crypt` offers to modules: identifiers, texts that only this client reads, RSA of game servers."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
import uuid
import zlib
from collections.abc import Callable
from typing import Any

Text = str | bytes


class Crypt:
    """The keys of one client."""

    def __init__(self) -> None:
        self._machine: uuid.UUID | None = None
        self._modulus = 0
        self._public = 0
        self._private = 0

    def operations(self) -> dict[str, Callable[..., Any]]:
        """What the engine calls, by name."""
        return {
            "crypt.uuid": lambda: str(uuid.uuid4()),
            "crypt.key": lambda: [secrets.randbits(32) for _ in range(4)],
            "crypt.machine": self.machine,
            "crypt.set_machine": self.set_machine,
            "crypt.encrypt": lambda text: self._encrypt(_bytes(text), self._machine),
            "crypt.decrypt": lambda text: self._decrypt(_bytes(text), self._machine),
            "crypt.rsa_public": self.rsa_public,
            "crypt.rsa_private": self.rsa_private,
            "crypt.rsa_size": self.rsa_size,
            "crypt.rsa_encrypt": lambda data: self._power(_bytes(data), self._public),
            "crypt.rsa_decrypt": lambda data: self._power(_bytes(data), self._private),
        }

    def machine(self) -> bytes:
        """The identifier of this machine, readable for this client alone."""
        if self._machine is None:
            self._machine = uuid.uuid4()
        return self._encrypt(str(self._machine).encode(), None)

    def set_machine(self, text: Text) -> bool:
        """Takes the identifier that `machine` gave once; whether it was one."""
        try:
            self._machine = uuid.UUID(self._decrypt(_bytes(text), None).decode())
        except ValueError:
            return False
        return True

    def rsa_public(self, modulus: Text, exponent: Text) -> None:
        """Sets the key of a server, in decimal."""
        self._modulus, self._public = _number(modulus), _number(exponent)

    def rsa_private(self, first: Text, second: Text, exponent: Text) -> None:
        """Sets a private key, in decimal, by its two primes."""
        self._modulus, self._private = _number(first) * _number(second), _number(exponent)

    def rsa_size(self) -> int:
        """Bytes of a block, by 128."""
        return (self._modulus.bit_length() + 7) // 8 // 128 * 128

    def _power(self, data: bytes, exponent: int) -> bytes | None:
        if not exponent or not self._modulus or len(data) != self.rsa_size():
            return None
        return pow(int.from_bytes(data, "big"), exponent, self._modulus).to_bytes(len(data), "big")

    def _encrypt(self, text: bytes, machine: uuid.UUID | None) -> bytes:
        plain = zlib.adler32(text).to_bytes(4, "little") + text
        return base64.b64encode(_xor(plain, _key(machine)))

    def _decrypt(self, text: bytes, machine: uuid.UUID | None) -> bytes:
        try:
            plain = _xor(base64.b64decode(text, validate=True), _key(machine))
        except binascii.Error:
            return b""
        return plain[4:] if zlib.adler32(plain[4:]).to_bytes(4, "little") == plain[:4] else b""


def _key(machine: uuid.UUID | None) -> bytes:
    return hashlib.sha256(b"tibicen" + (machine.bytes if machine else b"")).digest()[:8]


def _xor(data: bytes, key: bytes) -> bytes:
    return bytes(byte ^ key[index % len(key)] for index, byte in enumerate(data))


def _bytes(text: Text) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _number(text: Text) -> int:
    try:
        return int(text)
    except ValueError:
        return 0
