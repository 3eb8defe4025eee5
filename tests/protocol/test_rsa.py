from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tibicen.errors import ConfigError, WireError
from tibicen.protocol.rsa import BLOCK, PrivateKey, PublicKey, load_key, load_public_key, open_tibia_key

KEY = open_tibia_key()
P, Q = KEY._p, KEY._q
D = pow(65537, -1, (P - 1) * (Q - 1))


def der(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes((size,)) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes((tag,)) + length + content


def integer(number: int) -> bytes:
    return der(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def pkcs1(p: int = P, q: int = Q, modulus: int | None = None) -> bytes:
    modulus = p * q if modulus is None else modulus
    numbers = (0, modulus, 65537, D, p, q, D % (p - 1), D % (q - 1), pow(q, -1, p))
    return der(0x30, b"".join(map(integer, numbers)))


def pem(name: str, content: bytes) -> str:
    text = base64.encodebytes(content).decode()
    return f"-----BEGIN {name}-----\n{text}-----END {name}-----\n"


@settings(deadline=None, max_examples=30)
@given(st.binary(min_size=127, max_size=127))
def test_a_block_comes_back(block: bytes) -> None:
    plain = b"\0" + block
    closed = KEY.encrypt(plain)
    assert len(closed) == BLOCK
    assert KEY.decrypt(closed) == plain == pow(int.from_bytes(closed, "big"), D, P * Q).to_bytes(BLOCK, "big")


def test_what_is_no_block_of_this_key_is_refused() -> None:
    other = KEY.encrypt(b"\0" * 127 + b"\2")
    with pytest.raises(WireError, match="first byte is not 0"):
        KEY.decrypt(bytes((other[0] ^ 1,)) + other[1:])
    for bad in (b"", bytes(127), bytes(129), b"\xff" * BLOCK, KEY.modulus.to_bytes(BLOCK, "big")):
        with pytest.raises(WireError, match="none of this key"):
            KEY.decrypt(bad)
    with pytest.raises(WireError, match="does not fit"):
        KEY.encrypt(b"\xff" * BLOCK)


@pytest.mark.parametrize("wrapped", [False, True], ids=["PKCS#1", "PKCS#8"])
def test_a_key_file_is_read(tmp_path: Path, wrapped: bool) -> None:
    path = tmp_path / "key.pem"
    content = pkcs1()
    if wrapped:
        oid = der(0x30, der(6, bytes.fromhex("2a864886f70d010101")) + der(5, b""))
        content = der(0x30, integer(0) + oid + der(4, content))
    path.write_text(pem("PRIVATE KEY" if wrapped else "RSA PRIVATE KEY", content))
    assert load_key(path).modulus == load_public_key(path).modulus == KEY.modulus
    assert load_key(path).decrypt(KEY.encrypt(bytes(127) + b"\7")) == bytes(127) + b"\7"
    path.write_text(f"{KEY.modulus}\n")
    assert load_public_key(path).modulus == KEY.modulus


def test_a_file_that_is_no_key_says_so(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    with pytest.raises(ConfigError, match="can't be read"):
        load_key(path)
    for text in ("", "hello", pem("RSA PRIVATE KEY", b"\x30\x03\x02\x01\x01"), pem("X", b"\x04\x82"), "\x41" * 7):
        path.write_text(text)
        with pytest.raises(ConfigError, match="no RSA private key"):
            load_key(path)
    path.write_text(pem("RSA PRIVATE KEY", pkcs1(modulus=P * Q + 2)))
    with pytest.raises(ConfigError, match="not those of the modulus"):
        load_key(path)
    with pytest.raises(ConfigError, match="1024 bits"):
        PublicKey(1 << 1024)
    with pytest.raises(ConfigError, match="belong together"):
        PrivateKey(65537 * 2 + 1, 5)
