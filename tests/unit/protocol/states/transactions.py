"""Messages of one transaction, as the state tables see them: sound by themselves, and short."""

from datetime import UTC, datetime, timedelta

from sekisho.kernel.effects import Later
from sekisho.protocol import (
    Category,
    Channel,
    ErrorCode,
    Json,
    Message,
    MessageType,
    ProtocolFault,
    Version,
)
from sekisho.protocol.states.table import Bring
from sekisho.protocol.states.transaction import Transaction
from sekisho.protocol.states.waiting import TimeRanOut
from sekisho.testkit.samples import ACS_ID, DS_ID, SDK_ID, SERVER_ID

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NEXT_ID = "0b1f3c1e-6a52-4b0e-9a7f-0d8b4c5a6e70"
"""threeDSServerTransID of the transaction that carries one on."""
OTHER_ID = "11111111-2222-4333-8444-555555555555"
"""An identifier of no transaction."""


def after(seconds: float) -> datetime:
    """Give the moment so many seconds after noon, when everything begins."""
    return NOON + timedelta(seconds=seconds)


def ring(silence: type[TimeRanOut], at: datetime) -> Later:
    """Give the timer that a wait leaves behind."""
    return Later(at, Bring(silence(at=at)))


def message(
    kind: MessageType,
    version: Version = Version.V220,
    channel: Channel = Channel.BROWSER,
    category: Category = Category.PAYMENT,
    **elements: Json,
) -> Message:
    """Make a message of these elements; None takes one out."""
    members: dict[str, Json] = {
        "messageType": kind.value,
        "messageVersion": version.value,
        **{name: value for name, value in elements.items() if value is not None},
    }
    return Message(
        type=kind,
        version=version,
        channel=channel,
        category=category,
        elements=members,
        received=members,
    )


def areq(
    version: Version = Version.V220,
    channel: Channel = Channel.BROWSER,
    category: Category = Category.PAYMENT,
    **changes: Json,
) -> Message:
    """Make an AReq as the 3DS Server sends it."""
    elements: dict[str, Json] = {"threeDSServerTransID": SERVER_ID}
    if channel is Channel.BROWSER:
        elements["threeDSCompInd"] = "U"
    if channel is Channel.APP:
        elements["sdkTransID"] = SDK_ID
    return message(MessageType.AREQ, version, channel, category, **{**elements, **changes})


def ares(status: str | None = "Y", version: Version = Version.V220, **changes: Json) -> Message:
    """Make an ARes with this transStatus."""
    return message(MessageType.ARES, version, **{**_IDS, "transStatus": status, **changes})


def rreq(status: str | None = "Y", version: Version = Version.V220, **changes: Json) -> Message:
    """Make an RReq with this transStatus."""
    return message(MessageType.RREQ, version, **{**_IDS, "transStatus": status, **changes})


def rres(status: str = "01", version: Version = Version.V220, **changes: Json) -> Message:
    """Make an RRes with this resultsStatus."""
    return message(MessageType.RRES, version, **{**_IDS, "resultsStatus": status, **changes})


def creq(version: Version = Version.V220, **changes: Json) -> Message:
    """Make a CReq that a browser brings."""
    elements: dict[str, Json] = {
        "threeDSServerTransID": SERVER_ID,
        "acsTransID": ACS_ID,
        "challengeWindowSize": "02",
    }
    return message(MessageType.CREQ, version, **{**elements, **changes})


def erro(code: str, version: Version = Version.V220) -> Message:
    """Make an Erro of a peer."""
    return message(MessageType.ERRO, version, errorCode=code)


def transaction(
    version: Version = Version.V220, channel: Channel = Channel.BROWSER, **changes: Json
) -> Transaction:
    """Give a transaction with all its identifiers."""
    return Transaction.of(areq(version, channel, **changes)).named(ares())


def flawed(
    kind: MessageType | None = MessageType.ARES, version: Version = Version.V220
) -> ProtocolFault:
    """Give the fault of a message that lacks something."""
    return ProtocolFault(
        ErrorCode.ELEMENT_MISSING,
        elements=("transStatus",),
        message_type=kind,
        version=version.value,
        ids={"threeDSServerTransID": SERVER_ID},
    )


_IDS = {"threeDSServerTransID": SERVER_ID, "dsTransID": DS_ID, "acsTransID": ACS_ID}
