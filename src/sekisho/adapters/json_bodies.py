"""Which Python types may be kept as JSON bodies, decided when a store is made, not when it fails."""

from collections.abc import Iterator
from typing import Any, Final, TypeVar, get_origin

import msgspec

from sekisho.kernel.cards import Pan
from sekisho.kernel.errors import Misuse
from sekisho.kernel.secret import Secret

Kept = TypeVar("Kept")

NEVER_KEPT: Final = frozenset({Pan, Secret})
"""JSON would show what these types hide. What must be kept of them is sealed first, as text."""


def decoder_of(kind: type[Kept]) -> msgspec.json.Decoder[Kept]:
    """Make the reader of one type.

    Raises Misuse when its fields cannot be read back from JSON, or hold a secret in the clear.
    """
    try:
        decoder = msgspec.json.Decoder(kind)
        inside = set(_classes_in(msgspec.inspect.type_info(kind)))
    except (TypeError, NameError) as error:
        raise Misuse(f"{kind.__name__} cannot be kept as JSON: {error}") from error
    secret = inside & NEVER_KEPT
    if secret:
        raise Misuse(f"{kind.__name__} would keep a {secret.pop().__name__} in the clear")
    return decoder


def written(value: Any) -> str:  # Any: records and effects have no type in common
    """Write a record or an effect as JSON text."""
    return msgspec.json.encode(value).decode()


def _classes_in(root: msgspec.inspect.Type) -> Iterator[type]:
    """List the classes that a type is made of, itself among them."""
    seen: set[int] = set()
    waiting: list[object] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple):
            waiting.extend(node)
        elif isinstance(node, msgspec.Struct) and id(node) not in seen:
            seen.add(id(node))
            if isinstance(node, msgspec.inspect.DataclassType | msgspec.inspect.StructType):
                yield get_origin(node.cls) or node.cls
            if isinstance(node, msgspec.inspect.CustomType):
                raise TypeError(f"{node.cls.__name__} has no form in JSON")
            waiting.extend(getattr(node, name) for name in node.__struct_fields__)
