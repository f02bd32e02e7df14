"""A split SDK: what the Directory Server checks before it believes one, and what the ACS must respect.

Protocol facts, section 2.9 and the order of checks in section 8 (2.3.1). How the client on the device
speaks with its server is no business of the protocol; towards the ACS, both together are an SDK like
any other (`sdk_challenge`) that encrypts with A128GCM only.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from typing import Final, TypeAlias

from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import Misuse
from sekisho.protocol.erro import erro_for
from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.jose.content import Enc
from sekisho.protocol.jose.secure_channel import EITHER, SPLIT_SDK
from sekisho.protocol.messages import Message
from sekisho.protocol.states.exchange import AnswerErro
from sekisho.protocol.states.limits import ARES_AT_DIRECTORY
from sekisho.protocol.states.table import Go, Rows, Table, ignored, never
from sekisho.protocol.states.transaction import fault_in
from sekisho.protocol.states.waiting import Silence, TimeRanOut, in_time, timer
from sekisho.protocol.vocabulary import Component

CLOCKS_APART_MOST: Final = timedelta(minutes=30)
"""How far sdkSignatureTimestamp may be from the Directory Server's clock (section 1)."""

NOT_FOR_LIMITED: Final = frozenset({"01", "06"})
"""authenticationMethod that a limited device cannot be asked for: static passcode, questions."""


class Variant(StrEnum):
    """`splitSdkType.sdkVariant`: what the client is."""

    NATIVE = "01"
    """A native client."""
    BROWSER = "02"
    """A page in a browser."""
    SHELL = "03"
    """A shell without an operating system's own elements."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitSdk:
    """What an AReq says of its split SDK."""

    variant: Variant
    limited: bool
    """limitedInd Y: a device that can ask for little."""

    def refuses(self, methods: Iterable[str]) -> tuple[str, ...]:
        """Give those authenticationMethod that this device must not be asked for."""
        return tuple(method for method in methods if self.limited and method in NOT_FOR_LIMITED)


def split_sdk_of(areq: Message) -> SplitSdk | None:
    """Read the split SDK that an AReq comes from; None: it is another one."""
    kind = areq.get("splitSdkType")
    if areq.get("sdkType") != "02" or not isinstance(kind, dict):
        return None
    return SplitSdk(variant=Variant(str(kind["sdkVariant"])), limited=kind.get("limitedInd") == "Y")


def encryption_for(areq: Message) -> Set[Enc]:
    """Give what the SDK of this AReq may encrypt its challenge with; anything else is 310."""
    return EITHER if split_sdk_of(areq) is None else SPLIT_SDK


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureVerified:
    """sdkServerSignedContent holds, and says what the AReq says."""

    at: datetime
    signed_at: datetime
    """sdkSignatureTimestamp."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureRefused:
    """sdkServerSignedContent does not hold."""

    at: datetime
    fault: ProtocolFault


@dataclass(frozen=True, slots=True, kw_only=True)
class SdkRecognised:
    """The reference number is that of a split SDK which the Directory Server has admitted."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SdkNotRecognised:
    """The reference number is not known, or not for this kind of SDK."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTimeRanOut(TimeRanOut):
    """The checks took longer than the 3DS Server waits."""


Event: TypeAlias = (
    SignatureVerified | SignatureRefused | SdkRecognised | SdkNotRecognised | CheckTimeRanOut
)
TIMERS: Final = (CheckTimeRanOut,)
EVENTS: Final = (SignatureVerified, SignatureRefused, SdkRecognised, SdkNotRecognised, *TIMERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifySignature:
    """Verify this sdkServerSignedContent against the root of the Directory Server."""

    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpSdk:
    """Look up whether this split SDK is admitted."""

    reference_number: str
    """sdkReferenceNumber."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoOn:
    """Go on with the other checks of the AReq: its SDK can be believed."""


EFFECTS: Final = (VerifySignature, LookUpSdk, GoOn, AnswerErro)


class State(Enum):
    """How far the check of a split SDK has come."""

    VERIFYING = "verifying"
    """The signature of the SDK's server is being looked at."""
    LOOKING_UP = "looking up"
    """The signature holds; whether this SDK is admitted is being looked up."""
    BELIEVED = "believed"
    """The AReq goes on to its other checks."""
    REFUSED = "refused"
    """The 3DS Server was sent an Erro."""


FINAL: Final = frozenset({State.BELIEVED, State.REFUSED})
SILENCE: Final[Silence[Event]] = {
    State.VERIFYING: CheckTimeRanOut,
    State.LOOKING_UP: CheckTimeRanOut,
}
"""What the end of each wait is."""

_SIGNATURE: Final = (SignatureVerified, SignatureRefused)
_LISTED: Final = (SdkRecognised, SdkNotRecognised)

_ROWS: Final[Rows[State]] = {
    (State.VERIFYING, SignatureVerified): Go(
        (State.LOOKING_UP, State.REFUSED),
        "REFUSED with Erro D/203 if it was signed more than 30 minutes from now",
    ),
    (State.VERIFYING, SignatureRefused): Go((State.REFUSED,), "Erro D/308"),
    (State.LOOKING_UP, SdkRecognised): Go((State.BELIEVED,)),
    (State.LOOKING_UP, SdkNotRecognised): Go((State.REFUSED,), "Erro D/305"),
    **{
        (state, CheckTimeRanOut): Go((State.REFUSED,), "Erro D/403")
        for state in (State.VERIFYING, State.LOOKING_UP)
    },
    **never((State.VERIFYING,), _LISTED, "the signature comes first (section 8)"),
    **ignored((State.LOOKING_UP, *FINAL), _SIGNATURE, "it was looked at"),
    **ignored(FINAL, (*_LISTED, CheckTimeRanOut), "the check is over"),
}

TABLE: Final[Table[State]] = Table(
    name="split SDK at the Directory Server",
    role=Component.DIRECTORY,
    about="What an AReq with sdkType 02 must pass before its other checks (sections 2.9, 8).",
    start=State.VERIFYING,
    final=FINAL,
    events=EVENTS,
    rows=_ROWS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The check of one split SDK."""

    areq: Message
    state: State = State.VERIFYING
    until: datetime | None


def begin(areq: Message, *, at: datetime) -> tuple[Check, tuple[Effect, ...]]:
    """Begin with an AReq that is sound by itself; Misuse if it is not a split SDK's."""
    if split_sdk_of(areq) is None:
        raise Misuse("the AReq does not come from a split SDK")
    until = at + ARES_AT_DIRECTORY.of(areq.version)
    verify = VerifySignature(content=areq.text("sdkServerSignedContent"))
    return Check(areq=areq, until=until), (verify, timer(CheckTimeRanOut(at=until)))


def decide(record: Check, event: Event) -> tuple[Check, tuple[Effect, ...]]:
    """Apply one event; give the check as it now stands and what must be done about it.

    Raises Misuse for a look-up before the signature.
    """
    return in_time(record, event, SILENCE, _apply)


def _apply(record: Check, event: Event) -> tuple[Check, tuple[Effect, ...]]:
    found = _found(record.areq, event)
    choice = State.REFUSED if found is not None else None
    if isinstance(event, SignatureVerified) and found is None:
        choice = State.LOOKING_UP
    state = TABLE.after(record.state, event, choice)
    if state is None:
        return record, ()
    if found is not None:
        erro = erro_for(found, component=Component.DIRECTORY, version=record.areq.version)
        return replace(record, state=state, until=None), (AnswerErro(message=erro),)
    if state is State.BELIEVED:
        return replace(record, state=state, until=None), (GoOn(),)
    number = record.areq.text("sdkReferenceNumber")
    return replace(record, state=state), (LookUpSdk(reference_number=number),)


def _found(areq: Message, event: Event) -> ProtocolFault | None:
    """Say what this event finds wrong with the AReq."""
    match event:
        case SignatureVerified(at=at, signed_at=signed_at):
            if abs(at - signed_at) > CLOCKS_APART_MOST:
                name = "sdkServerSignedContent.sdkSignatureTimestamp"
                return fault_in(areq, ErrorCode.FORMAT_INVALID, name)
        case SignatureRefused(fault=found):
            return fault_in(areq, found.error_code, found.error_detail)
        case SdkNotRecognised():
            return fault_in(areq, ErrorCode.TRANSACTION_DATA_INVALID, "sdkReferenceNumber")
        case CheckTimeRanOut():
            return fault_in(areq, ErrorCode.TRANSIENT_FAILURE, "timeout")
    return None
