"""Which Python types may be kept as JSON bodies, decided when a store is made, not when it fails."""

from typing import Any, TypeVar

import msgspec

from sekisho.kernel.errors import Misuse

Kept = TypeVar("Kept")


def decoder_of(kind: type[Kept]) -> msgspec.json.Decoder[Kept]:
    """Make the reader of one type; Misuse when its fields cannot be read back from JSON."""
    try:
        return msgspec.json.Decoder(kind)
    except (TypeError, NameError) as error:
        raise Misuse(f"{kind.__name__} cannot be kept as JSON: {error}") from error


def written(value: Any) -> str:
    """Write a record or an effect as JSON text."""
    return msgspec.json.encode(value).decode()
