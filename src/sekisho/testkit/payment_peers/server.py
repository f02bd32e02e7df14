"""A 3DS Server in memory, whose issuers do what a test card's last four digits say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sekisho.clients.server import AuthenticationError, NotEnrolled, PreAuth
from sekisho.kernel.brands import BRANDS
from sekisho.kernel.cards import Pan
from sekisho.kernel.chance import Chance
from sekisho.kernel.errors import TheyErred, TimedOut, Unreachable
from sekisho.protocol import (
    Category,
    Channel,
    Component,
    Json,
    Message,
    MessageType,
    Version,
    build,
    parse,
)
from sekisho.protocol.codec import write_object
from sekisho.testkit.cards import MethodBehaviour, rule_of

METHOD_URL: Final = "http://bank.localhost:8080/acs/method"
ACS_URL: Final = "http://bank.localhost:8080/acs/challenge"
PROOF: Final = "AAABBZEEBgAAAAAAAAQGAAAAAAA="
"""A value of the right form: twenty octets that say nothing."""


@dataclass
class _Asked:
    areq: Message
    ares: Message
    rreq: Message | None = None


@dataclass
class ScriptedServer:
    """A 3DS Server whose issuers do what a test card's last four digits say."""

    chance: Chance
    unreachable: bool = False
    lose_answers: bool = False
    """Acts on /auth, but the answer gets lost: the caller must ask again."""
    error: str | None = None
    """errorCode of the Erro that /auth and /postauth answer."""
    acs_url: str = ACS_URL
    method_url: str | None = METHOD_URL
    """What a card with a 3DS Method gives as its address."""
    without_proof: bool = False
    """Results that claim success and carry no authentication value."""
    asked: dict[str, _Asked] = field(default_factory=dict)
    areqs: list[Message] = field(default_factory=list)

    async def preauth(self, acct_number: str) -> PreAuth:
        """Ask what a card's range offers."""
        self._answer()
        rule = rule_of(acct_number)
        if rule is None or not rule.versions:
            raise NotEnrolled({"errorCode": "305", "errorComponent": "S", "errorDetail": "range"})
        url = None if rule.method is MethodBehaviour.NONE else self.method_url
        return PreAuth(
            three_ds_server_trans_id=self.chance.uuid(),
            versions=rule.versions,
            three_ds_method_url=url,
        )

    async def auth(self, elements: Mapping[str, Json]) -> Message:
        """Check the AReq by the element table and answer as the card says."""
        self._answer()
        self._err()
        trans_id = str(elements["threeDSServerTransID"])
        if trans_id not in self.asked:
            areq = parse(
                write_object(
                    {
                        **elements,
                        "threeDSServerRefNumber": "3DS_LOA_SER_TEST_020200_00001",
                        "threeDSServerURL": "https://server.example/3ds",
                    }
                ),
                receiver=Component.DIRECTORY,
            )
            self.areqs.append(areq)
            self.asked[trans_id] = _Asked(areq, self._ares(areq))
        if self.lose_answers:
            raise TimedOut("the answer got lost")
        return self.asked[trans_id].ares

    async def postauth(
        self, trans_id: str, *, category: Category = Category.PAYMENT
    ) -> Message | None:
        """Give the RReq, once the cardholder has done something."""
        self._answer()
        self._err()
        asked = self.asked[trans_id]
        if asked.areq.category is not category:
            raise TheyErred("the RReq is of another category")
        return asked.rreq

    def finish(self, trans_id: str, status: str, **elements: str) -> None:
        """Let the issuer send the RReq of a challenge."""
        asked = self.asked[trans_id]
        told: dict[str, Json] = {
            "threeDSServerTransID": trans_id,
            "acsTransID": asked.ares["acsTransID"],
            "dsTransID": asked.ares["dsTransID"],
            "messageCategory": asked.areq["messageCategory"],
            "interactionCounter": "01",
            "transStatus": status,
            # A challenge that was broken off authenticated nobody in any way.
            "authenticationType": None if "challengeCancel" in elements else "02",
            "authenticationMethod": None if "challengeCancel" in elements else "02",
            **self._proof(asked.areq, status),
            **elements,
        }
        asked.rreq = build(
            MessageType.RREQ,
            asked.areq.version,
            told,
            sender=Component.DIRECTORY,
            channel=Channel.BROWSER,
            category=asked.areq.category,
            fit=True,
        )

    def _ares(self, areq: Message) -> Message:
        rule = rule_of(areq.text("acctNumber"))
        if rule is None or rule.call.status is None:
            raise AuthenticationError(
                {"errorCode": "402", "errorComponent": "D", "errorDetail": "the ACS is silent"}
            )
        status = "C" if rule.call.asks else rule.call.status
        told: dict[str, Json] = {
            "threeDSServerTransID": areq["threeDSServerTransID"],
            "acsTransID": self.chance.uuid(),
            "dsTransID": self.chance.uuid(),
            "acsReferenceNumber": "3DS_LOA_ACS_TEST_020200_00001",
            "dsReferenceNumber": "DS_LOA_DIS_TEST_020200_00001",
            "transStatus": status,
            **self._proof(areq, status),
        }
        if status == "C":
            told |= {
                "acsURL": self.acs_url,
                "acsChallengeMandated": "Y",
                "authenticationType": "02",
                "authenticationMethod": "02" if areq.version >= Version.V231 else None,
            }
        return build(
            MessageType.ARES,
            areq.version,
            told,
            sender=Component.DIRECTORY,
            channel=Channel.BROWSER,
            category=areq.category,
            fit=True,
        )

    def _proof(self, areq: Message, status: str) -> dict[str, Json]:
        brand = Pan(areq.text("acctNumber")).brand
        if brand is None:
            raise TheyErred("the card is of no brand")
        facts = BRANDS[brand]
        if status in {"Y", "A"}:
            eci = facts.eci_full if status == "Y" else facts.eci_attempt
            proof = None if self.without_proof else PROOF
            return {"eci": eci, "authenticationValue": proof}
        reason = {"N": "01", "R": "11", "U": "22"}.get(status)
        if reason is None:
            return {}
        told: dict[str, Json] = {"transStatusReason": reason, "eci": facts.eci_none}
        return told

    def _answer(self) -> None:
        if self.unreachable:
            raise Unreachable("the 3DS Server does not answer")

    def _err(self) -> None:
        if self.error is not None:
            raise AuthenticationError(
                {"errorCode": self.error, "errorComponent": "D", "errorDetail": "on demand"}
            )
