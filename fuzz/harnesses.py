"""One function for each way in: it may raise nothing but what that way in declares."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509 import load_der_x509_certificate

from fuzz.material import DS_ROOT, SESSION_KEY, TRANS_ID
from sekisho.kernel.secret import Secret
from sekisho.protocol import (
    Component,
    Message,
    MessageType,
    NoMessage,
    ProtocolFault,
    Reading,
    Version,
    erro_for,
    explain,
    parse,
)
from sekisho.protocol.card_range_updates import KnownRanges, updated
from sekisho.protocol.card_ranges import BadRanges
from sekisho.protocol.card_ranges.stored import from_bytes
from sekisho.protocol.card_ranges.whole_file import read_file
from sekisho.protocol.explanation.keys import NoKey, read_keys, read_trust
from sekisho.protocol.forms import check_session_data, decode_form_json
from sekisho.protocol.jose import (
    Roots,
    SecureChannel,
    Side,
    open_device_data,
    open_message,
    transaction_of,
    verify_acs_content,
    verify_sdk_server_content,
)
from sekisho.protocol.threeds1 import ThreeDS1Fault, Trust, inflated, inspect, verify
from sekisho.protocol.threeds1 import parse as parse_old
from sekisho.protocol.threeds_method import read_method_done_form, read_method_form
from sekisho.testkit.samples import pres, wire

MOMENT: Final = datetime(2024, 6, 1, tzinfo=UTC)
BYTES_MAX: Final = 1024 * 1024
"""Of a file of card ranges, here: a bomb must fail early."""


def messages(data: bytes) -> None:
    """Parse as whoever the first byte names, in the reading it names; answer what is refused."""
    who, body = (data[0], data[1:]) if data else (0, b"")
    receiver = _COMPONENTS[who % len(_COMPONENTS)]
    reading = _READINGS[who // len(_COMPONENTS) % len(_READINGS)]
    try:
        message = parse(body, receiver=receiver, reading=reading)
    except ProtocolFault as fault:
        if fault.answerable:
            erro_for(fault, component=receiver, version=Version.V220)
        return
    again = parse(message.encode(), receiver=receiver, reading=reading, channel=message.channel,
                  category=message.category)  # fmt: skip
    assert again.elements == message.elements, "what is read and written is read as it was"


def explanations(data: bytes) -> None:
    """Explain a capture with every means there is, and without."""
    with _only(NoMessage):
        explain(data)
    with _only(NoMessage):
        explain(data, key=SESSION_KEY, root=DS_ROOT, at=MOMENT, reading=Reading.LENIENT)
    first, _, rest = data.partition(b"\n\n\n")
    with _only(NoMessage):
        explain(first, reply_to=rest, to_component=Component.SERVER)


def key_files(data: bytes) -> None:
    """Read keys and roots from the wrong file."""
    with _only(NoKey):
        read_keys(data)
    with _only(NoKey):
        read_trust(data, MOMENT)


def forms(data: bytes) -> None:
    """Read what browsers carry."""
    text = data.decode("utf-8", "surrogateescape")
    for read in (decode_form_json, read_method_form, read_method_done_form, check_session_data):
        with _only(ProtocolFault):
            read(text)


def tokens(data: bytes) -> None:
    """Open and verify JWE and JWS."""
    text = data.decode("utf-8", "surrogateescape")
    for side in Side:
        channel = SecureChannel(side=side, acs_trans_id=TRANS_ID, key=_SECRET, enc=None)
        with _only(ProtocolFault):
            open_message(channel, text)
    with _only(ProtocolFault):
        transaction_of(text)
    with _only(ProtocolFault):
        open_device_data(
            text, keys={"ds": _EC_KEY}, directory_server_id="A000000003", version=Version.V220,
            spare=bytes(32),
        )  # fmt: skip
    with _only(ProtocolFault):
        verify_acs_content(text, roots=_ROOTS, at=MOMENT, sdk_key=_EC_KEY.public_key())
    with _only(ProtocolFault):
        verify_sdk_server_content(
            text, roots=_ROOTS, at=MOMENT, sdk_trans_id=TRANS_ID, sdk_reference_number="R"
        )


def documents(data: bytes) -> None:
    """Read messages of 1.0.2, folded and unfolded."""
    with _only(ThreeDS1Fault):
        parse_old(data)
    with _only(ThreeDS1Fault):
        verify(data, trust=Trust(roots=_ROOTS), at=MOMENT)
    inspect(data)
    with _only(ThreeDS1Fault):
        inspect(inflated(data.decode("utf-8", "surrogateescape")))


def card_ranges(data: bytes) -> None:
    """Read a file of card ranges in two chunks, apply a PRes to them, and read kept ones."""
    known = KnownRanges()
    half = len(data) // 2
    with _only(ProtocolFault):
        known = read_file((data[:half], data[half:]), _NAMED, bytes_max=BYTES_MAX)
    with _only(ProtocolFault):
        message: Message = parse(data, receiver=Component.SERVER)
        if message.type is MessageType.PRES:
            for whole in (False, True):
                known = updated(known, message, whole=whole)
    with _only(BadRanges):
        from_bytes(data)


HARNESSES: Final[Mapping[str, Callable[[bytes], None]]] = {
    harness.__name__: harness
    for harness in (messages, explanations, key_files, forms, tokens, documents, card_ranges)
}


@contextmanager
def _only(fault: type[Exception]) -> Iterator[None]:
    """Let pass the one fault that is declared, and report everything else."""
    try:
        yield
    except fault:
        return  # refused, as it should be


_COMPONENTS: Final = tuple(Component)
_READINGS: Final = tuple(Reading)
_EC_KEY: Final = derive_private_key(77, SECP256R1())
_SECRET: Final = Secret(bytes.fromhex(SESSION_KEY.decode()))
_ROOTS: Final = Roots([load_der_x509_certificate(DS_ROOT)])
_PRES: Final = {
    name: value
    for name, value in pres(Version.V231).items()
    if name not in ("cardRangeData", "serialNum")
}
_NAMED: Final = parse(
    wire({**_PRES, "cardRangeDataFileURL": "https://ds.example/ranges"}),
    receiver=Component.SERVER,
)
KEY_PEM: Final = _EC_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
