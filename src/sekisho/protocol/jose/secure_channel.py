"""The challenge channel of an app: CReq and CRes as JWE under keys that SDK and ACS agreed on.

Protocol facts, section 5.4. A channel is a value: sealing and opening give the channel as it stands
afterwards, and what is refused leaves it as it was. So a forged or repeated message changes nothing.
"""

from collections.abc import Set
from enum import Enum
from functools import lru_cache
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import (
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from msgspec.structs import replace

from sekisho.kernel.errors import Misuse
from sekisho.kernel.secret import Secret
from sekisho.protocol.codec import APP_MESSAGE_BYTES_MAX, MESSAGE_BYTES_MAX, read_object
from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.jose.agreement import agree, derive
from sekisho.protocol.jose.compact import Concern, write_header
from sekisho.protocol.jose.content import Enc
from sekisho.protocol.jose.jwe import Jwe, read_jwe, write_jwe_behind
from sekisho.protocol.vocabulary import Json, MessageType

COUNTER_MAX: Final = 255
"""The counter is one octet of the IV: past it, GCM would use an IV a second time."""

RANDOM_OCTETS: Final = 16
EITHER: Final = frozenset(Enc)
SPLIT_SDK: Final = frozenset({Enc.GCM})
"""What a split SDK may use (protocol facts, section 2.9)."""


class Side(Enum):
    """Who holds this end of the channel."""

    SDK = "sdkCounterStoA"
    ACS = "acsCounterAtoS"

    @property
    def counter_name(self) -> str:
        """The element in which this side counts the messages it has sent."""
        return self.value

    @property
    def peer(self) -> "Side":
        """Who holds the other end."""
        return Side.ACS if self is Side.SDK else Side.SDK


class SecureChannel(msgspec.Struct, frozen=True, kw_only=True):
    """One end of the channel: whose it is, its key, and how far both sides have counted.

    A struct because every message makes another one.
    """

    side: Side
    acs_trans_id: str
    key: Secret[bytes]
    """The 256 bits that both sides derived."""
    enc: Enc | None
    """The SDK chooses it; the ACS learns it from the first CReq."""
    allowed: Set[Enc] = EITHER
    sent: int = 0
    received: int = 0

    @property
    def counter(self) -> str:
        """What this side's counter must say in the next message that it sends."""
        return f"{self.sent:03d}"

    @property
    def used_up(self) -> bool:
        """Whether no further message can be sent: the challenge must end."""
        return self.sent > COUNTER_MAX


def agree_channel(
    side: Side,
    *,
    own: EllipticCurvePrivateKey,
    peers: EllipticCurvePublicKey,
    sdk_reference_number: str,
    acs_trans_id: str,
    enc: Enc | None = None,
    allowed: Set[Enc] = EITHER,
) -> SecureChannel:
    """Derive the key from two ephemeral keys; the SDK says which `enc` it will use, the ACS None."""
    if (enc is None) is (side is Side.SDK) or (enc is not None and enc not in allowed):
        raise Misuse("the SDK chooses enc among those allowed, the ACS follows it")
    if not sdk_reference_number or not sdk_reference_number.isascii():
        raise ProtocolFault(ErrorCode.FORMAT_INVALID, elements=("sdkReferenceNumber",))
    key = derive(agree(own, peers), party_v=sdk_reference_number)
    return SecureChannel(side=side, acs_trans_id=acs_trans_id, key=key, enc=enc, allowed=allowed)


def transaction_of(text: str) -> str:
    """Read which transaction a CReq belongs to, its kid, before its key is known; 302 or 301."""
    kid = read_jwe(text, _CONCERNS[Side.SDK]).kid
    if kid is None:
        raise _unknown_transaction(Side.SDK)
    return kid


def seal(channel: SecureChannel, message: bytes, *, random: bytes) -> tuple[str, SecureChannel]:
    """Encrypt the next message of this side, which must carry the channel's counter.

    `random` is 16 fresh octets: the IV of CBC. GCM counts instead, and leaves them aside.
    """
    if channel.enc is None:
        raise Misuse("the ACS answers: it cannot speak before it has opened a CReq")
    if channel.used_up:
        raise Misuse(f"more than {COUNTER_MAX + 1} messages in one channel")
    if len(random) != RANDOM_OCTETS:
        raise Misuse(f"an IV needs {RANDOM_OCTETS} random octets")
    if _counter(message, channel.side) != channel.counter:
        raise Misuse(f"the message does not carry {channel.side.counter_name} {channel.counter}")
    token = write_jwe_behind(
        _header(channel.enc, channel.acs_trans_id),
        enc=channel.enc,
        key=_key(channel, channel.side, channel.enc),
        iv=random if channel.enc is Enc.CBC else counted_iv(channel.side, channel.sent),
        plaintext=message,
    )
    return token, replace(channel, sent=channel.sent + 1)


def open_message(channel: SecureChannel, text: str) -> tuple[bytes, SecureChannel]:
    """Decrypt the peer's next message; give it, to be parsed like any other, and the channel.

    Raises 302 for what cannot be decrypted or is out of count, 301 for another transaction's, 310
    for an `enc` that this channel does not use, 101, 201 or 204 for a content that is no message.
    """
    sender = channel.side.peer
    concern = _CONCERNS[sender]
    jwe = read_jwe(text, concern)
    _check_header(channel, jwe)
    if channel.received > COUNTER_MAX:
        raise concern.fault(f"{sender.counter_name} would pass {COUNTER_MAX}")
    if jwe.enc is Enc.GCM and jwe.iv != counted_iv(sender, channel.received):
        raise concern.fault(f"the IV is not the one of {sender.counter_name}")
    message = jwe.open(_key(channel, sender, jwe.enc))
    counter = read_object(message, limit=_BYTES_MAX[sender]).get(sender.counter_name)
    if counter is None:
        raise ProtocolFault(ErrorCode.ELEMENT_MISSING, elements=(sender.counter_name,))
    if counter != f"{channel.received:03d}":
        raise concern.fault(f"{sender.counter_name} is not {channel.received:03d}")
    return message, replace(channel, enc=jwe.enc, received=channel.received + 1)


def counted_iv(sender: Side, count: int) -> bytes:
    """Lay out the IV of GCM: the counter in the last octet, behind 00 of the SDK or FF of the ACS."""
    return (b"\x00" if sender is Side.SDK else b"\xff") * 11 + bytes((count,))


_BYTES_MAX: Final = {Side.SDK: MESSAGE_BYTES_MAX, Side.ACS: APP_MESSAGE_BYTES_MAX}
_HEADER_CHARACTERS_MAX: Final = 1024
_CONCERNS: Final = {
    side: Concern(
        code=ErrorCode.DECRYPTION_FAILED,
        subject=message_type.value,
        message_type=message_type,
        characters_max=_BYTES_MAX[side] * 4 // 3 + _HEADER_CHARACTERS_MAX,
    )
    for side, message_type in ((Side.SDK, MessageType.CREQ), (Side.ACS, MessageType.CRES))
}
_HALF: Final = 16


@lru_cache(maxsize=1024)
def _header(enc: Enc, acs_trans_id: str) -> str:
    """Write the header that all messages of one channel share."""
    return write_header({"alg": "dir", "enc": enc.value, "kid": acs_trans_id})


def _counter(message: bytes, side: Side) -> Json:
    """Read the counter of a message that we are about to send."""
    try:
        return read_object(message, limit=_BYTES_MAX[side]).get(side.counter_name)
    except ProtocolFault as fault:
        raise Misuse("the message to be sent is none") from fault


def _check_header(channel: SecureChannel, jwe: Jwe) -> None:
    if jwe.alg != "dir" or jwe.encrypted_key:
        raise jwe.concern.fault(f"{jwe.concern.subject} is not encrypted under the agreed key")
    if jwe.kid is None or jwe.kid.lower() != channel.acs_trans_id.lower():
        raise _unknown_transaction(channel.side.peer)
    allowed = channel.allowed if channel.enc is None else {channel.enc}
    # One key must serve one algorithm: CBC's MAC key is what GCM encrypts with.
    if jwe.enc not in allowed:
        expected = ",".join(sorted(enc.value for enc in allowed))
        raise ProtocolFault(
            ErrorCode.ALGORITHM_WRONG, detail=expected, message_type=jwe.concern.message_type
        )


def _key(channel: SecureChannel, sender: Side, enc: Enc) -> bytes:
    """Give the key for what `sender` sends: whole for CBC, the sender's own half for GCM."""
    whole = channel.key.reveal()
    if enc is Enc.CBC:
        return whole
    return whole[:_HALF] if sender is Side.SDK else whole[_HALF:]


def _unknown_transaction(sender: Side) -> ProtocolFault:
    return ProtocolFault(
        ErrorCode.TRANSACTION_UNKNOWN,
        elements=("acsTransID",),
        message_type=_CONCERNS[sender].message_type,
    )
