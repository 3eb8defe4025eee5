"""Tokens of authenticators: the vectors of RFC 6238, and how long one is good for."""

from __future__ import annotations

import base64

import pytest

from tibicen.realms.canary.wire.two_factor import PERIOD, token_at, token_fits

KEY = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "token"),
    [
        (59, b"287082"),
        (1111111109, b"081804"),
        (1111111111, b"050471"),
        (1234567890, b"005924"),
        (20000000000, b"353130"),
    ],
)
def test_the_vectors_of_the_rfc(seconds: int, token: bytes) -> None:
    assert token_at(KEY, seconds // PERIOD) == token
    assert token_fits(KEY, token, seconds)
    assert token_fits(base64.b32encode(KEY), token, seconds)


def test_a_token_is_good_for_its_period_and_the_two_beside_it() -> None:
    token = token_at(KEY, 100)
    good = [ticks for ticks in range(90, 110) if token_fits(KEY, token, ticks * PERIOD + 7.5)]
    assert good == [99, 100, 101]
    for wrong in (b"", b"0", token[:-1], token + b"0", token.hex().encode()):
        assert not token_fits(KEY, wrong, 100 * PERIOD)


def test_a_secret_that_is_no_base32() -> None:
    for secret in (b"a", b"\xff\xfe", b"not base 32 at all"):
        assert token_fits(secret, token_at(secret, 5), 5 * PERIOD)
