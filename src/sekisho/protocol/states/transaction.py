"""One transaction as all its parties know it: its identifiers, and what its AReq asked for.

Taken from the AReq and the ARes; holds no card number and nothing else that must not be kept.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from sekisho.protocol.erro import erro_for
from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.messages import Message
from sekisho.protocol.recognition import known_ids
from sekisho.protocol.vocabulary import Category, Channel, Component, MessageType, Version

RESULTS: Final = frozenset({"Y", "N", "U", "A", "R"})
"""transStatus that an RReq may always have; D besides, where a challenge falls back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """What every message of a transaction must agree with."""

    version: Version
    channel: Channel
    category: Category
    server_trans_id: str
    """threeDSServerTransID."""
    ds_trans_id: str | None = None
    """dsTransID; the 3DS Server learns it from the ARes."""
    acs_trans_id: str | None = None
    """acsTransID; the Directory Server learns it from the ARes."""
    sdk_trans_id: str | None = None
    """sdkTransID, in the app channel."""
    decoupled: str = "N"
    """threeDSRequestorDecReqInd: Y, F, B, or N."""
    decoupled_time: timedelta = timedelta(0)
    """threeDSRequestorDecMaxTime; nothing where it is not given."""
    challenge_forbidden: bool = False
    """threeDSRequestorChallengeInd 06: share data only."""
    spc_supported: bool = False
    """threeDSRequestorSpcSupport."""
    spc_tried: bool = False
    """It brings what Secure Payment Confirmation came to (threeDSReqPriorAuthMethod 05)."""
    is_fallback: bool = False
    """threeRIInd 19: decoupled authentication carries on a challenge."""

    @classmethod
    def of(cls, areq: Message) -> "Transaction":
        """Give the transaction that an AReq begins; with dsTransID where the AReq has one."""
        wish = areq.get("threeDSRequestorChallengeInd")
        minutes = areq.text_or_none("threeDSRequestorDecMaxTime") or "0"
        return cls(
            version=areq.version,
            channel=areq.channel,
            category=areq.category,
            server_trans_id=areq.text("threeDSServerTransID"),
            ds_trans_id=areq.text_or_none("dsTransID"),
            sdk_trans_id=areq.text_or_none("sdkTransID"),
            decoupled=areq.text_or_none("threeDSRequestorDecReqInd") or "N",
            decoupled_time=timedelta(minutes=int(minutes)),
            challenge_forbidden=wish == "06" or (isinstance(wish, list) and "06" in wish),
            spc_supported=areq.get("threeDSRequestorSpcSupport") == "Y",
            spc_tried="05" in _prior(areq, "threeDSReqPriorAuthMethod"),
            is_fallback=areq.get("threeRIInd") == "19",
        )

    def named(self, ares: Message) -> "Transaction":
        """Give the transaction with the identifiers that its ARes brings."""
        return replace(
            self, ds_trans_id=ares.text("dsTransID"), acs_trans_id=ares.text("acsTransID")
        )

    def flaw_of(self, ares: Message) -> ProtocolFault | None:
        """Say what keeps an ARes from being the answer to this transaction's AReq."""
        strangers = self.strangers(ares)
        if strangers:
            return fault_in(ares, ErrorCode.TRANSACTION_UNKNOWN, ",".join(strangers))
        if ares.version is not self.version:
            return fault_in(ares, ErrorCode.FORMAT_INVALID, "messageVersion")
        if not self.allows(ares.text_or_none("transStatus")):
            return fault_in(ares, ErrorCode.FORMAT_INVALID, "transStatus")
        return None

    def require_result(self, announced: str | None, rreq: Message) -> None:
        """Raise 203 unless an RReq has a transStatus that may follow the announced one."""
        if not self.allows_result(announced, rreq.text_or_none("transStatus")):
            raise fault_in(rreq, ErrorCode.FORMAT_INVALID, "transStatus")

    @property
    def falls_back(self) -> bool:
        """Tell whether a challenge may end in decoupled authentication (F or B, since 2.3.1)."""
        return self.version >= Version.V231 and self.decoupled in ("F", "B")

    def allows(self, trans_status: str | None) -> bool:
        """Tell whether an ARes to this transaction's AReq may have this transStatus (section 7).

        None stands for an ARes without transStatus: what Directory Servers make of non-payments.
        """
        match trans_status:
            case "C":
                return self.channel is not Channel.THREE_RI and not self.challenge_forbidden
            case "D":
                return (
                    self.version >= Version.V220
                    and self.decoupled in ("Y", "B")
                    and self.decoupled_time > timedelta(0)
                )
            case "S":
                return (
                    self.version >= Version.V231
                    and self.channel is Channel.BROWSER
                    and self.spc_supported
                    and not self.spc_tried
                )
            case None:
                return self.category is Category.NON_PAYMENT
        return True

    def allows_result(self, announced: str | None, trans_status: str | None) -> bool:
        """Tell whether an RReq may have this transStatus after an ARes with the announced one."""
        if trans_status == "D":
            return announced == "C" and self.falls_back
        if trans_status is None:
            return self.category is Category.NON_PAYMENT
        return trans_status in RESULTS

    def strangers(self, message: Message) -> tuple[str, ...]:
        """Name the identifiers of a message that are not this transaction's.

        What one of the two does not have is not compared: presence is the element table's matter.
        """
        return tuple(name for name, known in self.ids.items() if message.get(name, known) != known)

    def require_own(self, message: Message) -> None:
        """Raise ProtocolFault unless a message is of this transaction: 301, or 203 for its version."""
        strangers = self.strangers(message)
        if strangers:
            raise fault_in(message, ErrorCode.TRANSACTION_UNKNOWN, ",".join(strangers))
        if message.version is not self.version:
            raise fault_in(message, ErrorCode.FORMAT_INVALID, "messageVersion")

    @property
    def ids(self) -> dict[str, str]:
        """Give the identifiers that are known, under their names."""
        return {name: known for name, known in self._ids() if known is not None}

    def fault(
        self, code: ErrorCode, detail: str, *, about: MessageType | None = None
    ) -> ProtocolFault:
        """Make a fault of this transaction: `about` is what was in error, or did not come."""
        return ProtocolFault(
            code, detail=detail, message_type=about, version=self.version.value, ids=self.ids
        )

    def erro(
        self, of: Component, code: ErrorCode, detail: str, *, about: MessageType | None = None
    ) -> Message:
        """Make the Erro of such a fault."""
        return erro_for(self.fault(code, detail, about=about), component=of)

    def _ids(self) -> tuple[tuple[str, str | None], ...]:
        return (
            ("threeDSServerTransID", self.server_trans_id),
            ("dsTransID", self.ds_trans_id),
            ("acsTransID", self.acs_trans_id),
            ("sdkTransID", self.sdk_trans_id),
        )


def prior_references(areq: Message) -> frozenset[str]:
    """Give the acsTransIDs of earlier authentications that an AReq refers to."""
    return _prior(areq, "threeDSReqPriorRef")


def fault_in(message: Message, code: ErrorCode, detail: str) -> ProtocolFault:
    """Make the fault that a message is refused with."""
    return ProtocolFault(
        code,
        detail=detail,
        message_type=message.type,
        version=message.version,
        ids=known_ids(message.elements),
    )


def _prior(areq: Message, name: str) -> frozenset[str]:
    """Give what threeDSRequestorPriorAuthenticationInfo says under a name.

    It is one object before 2.3.1, and a list of them since.
    """
    prior = areq.get("threeDSRequestorPriorAuthenticationInfo")
    listed = prior if isinstance(prior, list) else [prior]
    said = (each.get(name) for each in listed if isinstance(each, dict))
    return frozenset(each for each in said if isinstance(each, str))
