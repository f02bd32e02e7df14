"""An ARes of our own, where an ACS is late or absent and the range's rule says so (section 2.11)."""

from typing import Final

from sekisho.interoperability.directory.model import Road
from sekisho.interoperability.directory.service.ports import Mac
from sekisho.kernel.brands import brand_of
from sekisho.kernel.chance import Chance
from sekisho.protocol import Category, Component, Message, MessageType, build
from sekisho.protocol.authentication_value import UNPREDICTABLE_OCTETS, make
from sekisho.protocol.electronic_commerce import Occasion, eci_of
from sekisho.protocol.states.directory_events import Failure, Rules, StandIn
from sekisho.protocol.vocabulary import Json

ABSENT: Final = (Failure.NOT_TAKING_PART, Failure.NO_CONNECTION, Failure.NO_ANSWER)
"""Failures that a Directory Server answers for; a faulty answer or an Erro is passed on as such."""
REASON: Final = "22"
"""transStatusReason of a U: a technical problem of the ACS."""


def rules_of(road: Road) -> Rules:
    """Give a card range's rules for its ACS's absence."""
    if road.stand_in is None:
        return {}
    reason = REASON if road.stand_in == "U" else None
    answer = StandIn(trans_status=road.stand_in, reason=reason)
    return dict.fromkeys(ABSENT, answer)


class OwnAnswers:
    """Makes the ARes that stands in, with a value that proves an attempt."""

    def __init__(self, mac: Mac, *, chance: Chance) -> None:
        self._mac = mac
        self._chance = chance

    def ares(self, asked: Message, stand_in: StandIn) -> Message:
        """Answer an AReq for an ACS: acsReferenceNumber and acsTransID are ours."""
        return build(
            MessageType.ARES,
            asked.version,
            {
                "acsReferenceNumber": asked["dsReferenceNumber"],
                "acsTransID": asked["dsTransID"],
                "dsReferenceNumber": asked["dsReferenceNumber"],
                "dsTransID": asked["dsTransID"],
                "sdkTransID": asked.get("sdkTransID"),
                "threeDSServerTransID": asked["threeDSServerTransID"],
                "transStatus": stand_in.trans_status,
                "transStatusReason": stand_in.reason,
                **self._proof(asked, stand_in.trans_status),
            },
            sender=Component.DIRECTORY,
            channel=asked.channel,
            category=asked.category,
            request=asked,
            fit=True,
        )

    def _proof(self, asked: Message, status: str) -> dict[str, Json]:
        payment = asked.category is Category.PAYMENT
        brand = brand_of(asked.text("acctNumber"))
        occasion = Occasion.PAYMENT if payment else Occasion.NON_PAYMENT
        proof: dict[str, Json] = {"eci": None if brand is None else eci_of(brand, status, occasion)}
        if payment and status == "A":
            proof["authenticationValue"] = make(
                self._mac,
                acct_number=asked.text("acctNumber"),
                ds_trans_id=asked.text("dsTransID"),
                amount_minor=int(asked.text_or_none("purchaseAmount") or 0),
                currency_number=asked.text_or_none("purchaseCurrency") or "",
                acquirer_merchant_id=asked.text_or_none("acquirerMerchantID") or "",
                attempt=True,
                unpredictable=self._mac.mac(self._chance.token().encode())[:UNPREDICTABLE_OCTETS],
            )
        return proof
