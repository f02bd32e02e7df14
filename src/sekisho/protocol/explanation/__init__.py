"""Explains a captured message to whoever has to find out what went wrong with it.

`explain` takes the bytes as they were captured and gives every element with its meaning and every
fault with its rule, while a receiver would stop at the first. Nothing it gives holds a card number.
"""

from collections.abc import Collection
from datetime import datetime

from sekisho.protocol.explanation.case import Case, Earlier, earlier_in
from sekisho.protocol.explanation.explained import (
    ExplainedElement,
    ExplainedFault,
    Explanation,
    NoMessage,
    Reported,
)
from sekisho.protocol.explanation.heading import heading_of, is_method_data
from sekisho.protocol.explanation.inner import Means
from sekisho.protocol.explanation.keys import Keys, NoKey, Trust, read_keys, read_trust
from sekisho.protocol.explanation.method_data import explained_method_data
from sekisho.protocol.explanation.old import explained_old
from sekisho.protocol.explanation.roads import reader_of
from sekisho.protocol.explanation.sealed import Unsealed, unsealed
from sekisho.protocol.explanation.unwrapping import Old, Token, unwrapped
from sekisho.protocol.vocabulary import Category, Channel, Component, MessageType, Reading


def explain(
    data: bytes,
    *,
    from_component: Component | None = None,
    to_component: Component | None = None,
    reply_to: bytes | None = None,
    channel: Channel | None = None,
    category: Category | None = None,
    understood: Collection[str] = (),
    reading: Reading = Reading.STRICT,
    key: bytes | None = None,
    root: bytes | None = None,
    at: datetime | None = None,
    directory_server_id: str | None = None,
) -> Explanation:
    """Explain a captured message: JSON, base64url, form, page, HTTP, JWE, JWS or XML of 1.0.2.

    Who sent and who reads it follow from its type where nobody says; `reply_to` is the message that
    it answers or belongs to (for a PRes also the PRes before it), in any of the same forms;
    `understood` the ids of critical extensions known to the reader. Elements are listed as the given
    reading has them; faults as both have.

    `key` opens a JWE: the content of a file with the session key, the content key, or a private key
    of a Directory Server, as PEM, JWK, hexadecimal or base64. `root` are certificates (PEM, DER) that
    signatures must lead to, `at` when these had to be valid. `directory_server_id` is the name of the
    Directory Server that device data were encrypted for, if it is none of the known brands'.

    Raises NoMessage, whatever the bytes of the messages; NoKey for a key or root that cannot be read;
    Misuse for a root without a moment.
    """
    means = Means(
        Keys() if key is None else read_keys(key),
        None if root is None else read_trust(root, at),
        directory_server_id,
    )
    captured = unwrapped(data)
    if isinstance(captured, Old):
        return explained_old(captured, reply_to, frozenset(understood), means.trust)
    found = unsealed(captured, means) if isinstance(captured, Token) else Unsealed(captured)
    if isinstance(found, Explanation):
        return found
    if is_method_data(found.message):
        return explained_method_data(found.message)
    earlier = earlier_in(reply_to, means, channel, category)
    return _case(found, earlier, from_component, to_component, frozenset(understood)).explained(
        reading, means
    )


def _case(
    found: Unsealed,
    earlier: Earlier,
    sender: Component | None,
    reader: Component | None,
    understood: frozenset[str],
) -> Case:
    members = found.message.members
    given = members.get("messageType")
    kind = _KINDS.get(given) if isinstance(given, str) else None
    if reader is None and kind is not None:
        reader = reader_of(kind, members, sender)
    heading = heading_of(found.message, kind, reader, earlier.version)
    return Case(found, heading, earlier, reader, understood)


_KINDS = {kind.value: kind for kind in MessageType}

__all__ = [
    "ExplainedElement",
    "ExplainedFault",
    "Explanation",
    "Keys",
    "NoKey",
    "NoMessage",
    "Reported",
    "Trust",
    "explain",
]
