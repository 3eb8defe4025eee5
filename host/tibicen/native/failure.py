"""From the core's error numbers to WireError."""

from __future__ import annotations

from tibicen.errors import WireError
from tibicen.native._core import lib

SENTENCES: dict[int, str] = {
    lib.TIB_TRUNCATED: "it ends before it is whole",
    lib.TIB_FULL: "the buffer is full",
    lib.TIB_TOO_LONG: "it is longer than the wire format or the limit allows",
    lib.TIB_NOT_A_NUMBER: "the number can't be expressed as a wire double",
    lib.TIB_BAD_LENGTH: "a length field contradicts the frame",
    lib.TIB_BAD_CHECKSUM: "the checksum is wrong",
    lib.TIB_BAD_BLOCK: "the encrypted part is not a multiple of 8 bytes",
    lib.TIB_BAD_PADDING: "the padding is longer than the frame",
    lib.TIB_EMPTY: "the frame is empty",
}


def check(error: int, what: str) -> None:
    """Raises WireError for an error number other than 0."""
    if error:
        raise WireError(f"{what}: {SENTENCES.get(error, f'error {error}')}")
