"""Messages of 1.0.2: read with `parse`, made with `build`, written with `encode`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from lxml import etree

from sekisho.kernel.errors import Misuse
from sekisho.protocol.threeds1.envelopes import MESSAGE, ROOT, Envelope, envelopes_in
from sekisho.protocol.threeds1.faults import ThreeDS1Fault
from sekisho.protocol.threeds1.findings import verdict
from sekisho.protocol.threeds1.records import BODIES, Body
from sekisho.protocol.threeds1.safe_xml import MESSAGE_LIMITS, Limits, read_xml
from sekisho.protocol.threeds1.translation import record_from, write_record
from sekisho.protocol.threeds1.vocabulary import ErrorCode, MessageName

BodyT_co = TypeVar("BodyT_co", bound=Body, covariant=True)
Wanted = TypeVar("Wanted", bound=Body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Generic[BodyT_co]):
    """One message in its envelope, sound by every rule of the table."""

    id: str
    """An answer has that of the request."""
    body: BodyT_co
    signed: bool = False
    """Whether a Signature stands beside it: not whether it is good (`verify` tells)."""

    @property
    def name(self) -> MessageName:
        """What it is."""
        return NAMES[type(self.body)]


NAMES: Final[Mapping[type, MessageName]] = {kind: name for name, kind in BODIES.items()}


def parse(
    data: bytes, *, understood: Collection[str] = (), limits: Limits = MESSAGE_LIMITS
) -> tuple[Message[Body], ...]:
    """Read all messages of a document; `understood` are the ids of critical extensions.

    Raises ThreeDS1Fault and nothing else, whatever the bytes.
    """
    root = read_xml(data, limits)
    return tuple(message_in(each) for each in envelopes_in(root, understood))


def parse_as(
    kind: type[Wanted],
    data: bytes,
    *,
    understood: Collection[str] = (),
    limits: Limits = MESSAGE_LIMITS,
) -> Message[Wanted]:
    """Read a document that holds one message of the one kind that is waited for.

    Raises ThreeDS1Fault: 2 for another message or for several.
    """
    messages = parse(data, understood=understood, limits=limits)
    return only(kind, messages)


def only(kind: type[Wanted], messages: tuple[Message[Body], ...]) -> Message[Wanted]:
    """Give the one message if it is of that kind; raises ThreeDS1Fault 2."""
    first = messages[0]
    if len(messages) > 1 or not isinstance(first.body, kind):
        raise ThreeDS1Fault(
            ErrorCode.MESSAGE_UNDEFINED,
            elements=(MESSAGE,),
            reason=f"one {NAMES[kind].value} was waited for",
            message_id=first.id,
            message_name=first.name,
        )
    return Message(id=first.id, body=first.body, signed=first.signed)


def build(id: str, body: Wanted) -> Message[Wanted]:
    """Make a message; raises Misuse when it breaks a rule: what we send is always sound."""
    message = Message(id=id, body=body)
    encode(message)
    return message


def encode(*messages: Message[Body]) -> bytes:
    """Write a document of one or more messages; raises Misuse when one breaks a rule."""
    return write_xml(tree_of(*messages))


def write_xml(root: etree._Element) -> bytes:
    """Write a document as it travels."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def tree_of(*messages: Message[Body]) -> etree._Element:
    """Make the tree of a document; raises Misuse when a message breaks a rule."""
    root = etree.Element(ROOT)
    try:
        for message in messages:
            envelope = etree.SubElement(root, MESSAGE, id=message.id)
            write_record(etree.SubElement(envelope, message.name.value), message.body)
        for each in envelopes_in(root, _own_extensions(messages)):
            message_in(each)
    except ThreeDS1Fault as fault:
        raise Misuse(f"our own message breaks the protocol: {fault}") from fault
    except ValueError as error:
        # A character that XML has no way to write.
        raise Misuse("our own message holds what XML cannot hold") from error
    return root


def message_in(envelope: Envelope) -> Message[Body]:
    """Give the message of an envelope; raises the one ThreeDS1Fault that is to be reported."""
    found = verdict(envelope.findings)
    if found is not None:
        code, elements = found
        raise ThreeDS1Fault(
            code, elements=elements, message_id=envelope.id or None, message_name=envelope.name
        )
    kind = BODIES[MessageName(str(envelope.body.tag))]
    body = record_from(kind, envelope.body)
    return Message(id=envelope.id, body=body, signed=envelope.signature is not None)


def _own_extensions(messages: tuple[Message[Body], ...]) -> frozenset[str]:
    """What we send we understand, our critical extensions included."""
    return frozenset(
        extension.id
        for message in messages
        for extension in getattr(message.body, "extensions", ())
    )
