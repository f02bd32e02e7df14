"""The network between 3DS Server, Directory Server and ACS without sockets, for tests.

`Wire` carries messages between parties in one process and lets them be lost; `ScriptedAcs` is an
issuer's ACS that answers what it is told to; `purchase()` is what a requestor asks.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from sekisho.kernel.brands import Brand
from sekisho.kernel.errors import TimedOut, Unreachable
from sekisho.protocol import Component, Message, MessageType, build, parse
from sekisho.protocol.codec import write_object
from sekisho.protocol.vocabulary import Json
from sekisho.testkit.cards import sandbox_card

Handler: TypeAlias = Callable[[str, bytes], Awaitable[bytes]]
"""Takes the name in the caller's certificate and the message; gives the answer."""

Files: TypeAlias = Callable[[str, str], Awaitable[bytes | None]]
"""Takes the name in the caller's certificate and the name of a file; gives it, or None."""

ACS_URL: Final = "https://localhost:8084/3ds"
DIRECTORY_URL: Final = "https://localhost:8083/3ds"
SERVER_URL: Final = "https://localhost:8082/3ds"


class Wire:
    """Mutual TLS in one process: everybody is known by a name, and messages may be lost."""

    def __init__(self) -> None:
        self._listeners: dict[str, Handler] = {}
        self.sent: list[tuple[str, str, bytes]] = []
        """Caller, address and message of everything that was sent."""
        self.request_ids: list[str | None] = []
        """X-Request-ID of everything that was sent."""
        self.fetched: list[str] = []
        """Addresses of all files that were asked for."""
        self._files: Files | None = None
        self.lose_answers_of: set[str] = set()
        """Addresses that act on what they get, but whose answers never arrive."""

    def listen(self, url: str, handler: Handler) -> None:
        """Let somebody answer at an address."""
        self._listeners[url] = handler

    def serve(self, files: "Files") -> None:
        """Let somebody give files, by the last part of their address."""
        self._files = files

    async def fetch(self, caller: str, url: str) -> bytes:
        """Bring a file; raises Unreachable where there is none."""
        self.fetched.append(url)
        found = None if self._files is None else await self._files(caller, url.rpartition("/")[2])
        if found is None:
            raise Unreachable(f"there is no file at {url}")
        return found

    def silence(self, url: str) -> None:
        """Let nobody answer at an address any more."""
        self._listeners.pop(url, None)

    def road(self, caller: str, url: str | None = None) -> "Road":
        """Give the way out for a party, to one address or to those it names."""
        return Road(self, caller, url)

    async def carry(self, caller: str, url: str, message: bytes) -> bytes:
        """Bring a message to its address and the answer back."""
        self.sent.append((caller, url, message))
        listener = self._listeners.get(url)
        if listener is None:
            raise Unreachable(f"nobody listens at {url}")
        answer = await listener(caller, message)
        if url in self.lose_answers_of:
            raise TimedOut(f"{url} did not answer in time")
        return answer


class Road:
    """One party's way to its peers."""

    def __init__(self, wire: Wire, caller: str, url: str | None) -> None:
        self._wire = wire
        self._caller = caller
        self._url = url

    async def send(
        self, message: bytes, *, read_s: float, to: str | None = None, request_id: str | None = None
    ) -> bytes:
        """Post a message; `read_s` is kept by whoever loses answers, not by a clock."""
        self._wire.request_ids.append(request_id)
        return await self._wire.carry(self._caller, to or self._url or "", message)

    async def fetch(self, url: str) -> bytes:
        """Get a file."""
        return await self._wire.fetch(self._caller, url)


BY_STATUS: Final[Mapping[str, Mapping[str, Json]]] = {
    "Y": {"authenticationValue": "AAABBZEEBgAAAAAAAAQGAAAAAAA=", "eci": "05"},
    "A": {"authenticationValue": "AAABBZEEBgAAAAAAAAQGAAAAAAA=", "eci": "06"},
    "N": {"transStatusReason": "01"},
    "R": {"transStatusReason": "11"},
    "U": {"transStatusReason": "22"},
    "I": {"eci": "07"},
    "C": {
        "acsURL": "https://bank.example/acs/challenge",
        "acsChallengeMandated": "Y",
        "authenticationType": "02",
    },
}
"""What an ARes carries beside its transStatus."""


@dataclass(kw_only=True)
class ScriptedAcs:
    """An ACS that answers every AReq as told, and reports results as told."""

    road: Road
    trans_status: str = "Y"
    silent: bool = False
    """Never answers: the peer's patience ends."""
    answer: bytes | None = None
    """Answers these octets instead."""
    changes: dict[str, Json] = field(default_factory=dict)
    """Elements of the ARes that are to be otherwise; None leaves one out. Not checked."""
    reference_number: str = "ACS_REFERENCE"
    operator_id: str = "ACS_OPERATOR"
    asked: list[Message] = field(default_factory=list)
    answered: list[Message] = field(default_factory=list)
    complaints: list[Message] = field(default_factory=list)
    """Erros that came about our answers."""

    async def receive(self, caller: str, body: bytes) -> bytes:
        """Answer an AReq; take an Erro in."""
        areq = parse(body, receiver=Component.ACS)
        if areq.type is MessageType.ERRO:
            self.complaints.append(areq)
            return b""
        self.asked.append(areq)
        if self.silent:
            raise TimedOut(f"the ACS lets {caller} wait")
        if self.answer is not None:
            return self.answer
        ares = build(
            MessageType.ARES,
            areq.version,
            {
                "acsOperatorID": self.operator_id,
                "acsReferenceNumber": self.reference_number,
                "acsTransID": f"acacacac-0000-4000-8000-{len(self.asked):012d}",
                "dsReferenceNumber": areq["dsReferenceNumber"],
                "dsTransID": areq["dsTransID"],
                "threeDSServerTransID": areq["threeDSServerTransID"],
                "transStatus": self.trans_status,
                **BY_STATUS[self.trans_status],
            },
            sender=Component.ACS,
            request=areq,
        )
        self.answered.append(ares)
        return _changed(ares, self.changes)

    async def report(self, trans_status: str = "Y", **changes: Json) -> Message:
        """Report how the last challenge ended; give the RRes or the Erro."""
        answer = await self.road.send(
            self.result(trans_status, **changes), read_s=5, to=self.asked[-1].text("dsURL")
        )
        return parse(answer, receiver=Component.ACS, request=self.asked[-1])

    def result(self, trans_status: str = "Y", **changes: Json) -> bytes:
        """Make the RReq of the last challenge; what is changed is not checked."""
        areq, ares = self.asked[-1], self.answered[-1]
        elements: dict[str, Json] = {
            "acsTransID": ares["acsTransID"],
            "dsTransID": areq["dsTransID"],
            "threeDSServerTransID": areq["threeDSServerTransID"],
            "messageCategory": areq["messageCategory"],
            "interactionCounter": "01",
            "transStatus": trans_status,
            "authenticationMethod": "02" if trans_status in {"Y", "N"} else None,
            "authenticationType": "02" if trans_status in {"Y", "N"} else None,
            **BY_STATUS[trans_status],
        }
        rreq = build(
            MessageType.RREQ,
            areq.version,
            elements,
            sender=Component.ACS,
            channel=areq.channel,
            category=areq.category,
            # A result that nobody awaits is one of the mischiefs: made without its ARes.
            request=ares if ares["transStatus"] in ("C", "D") else None,
            fit=True,
        )
        return _changed(rreq, changes)


def purchase(**changes: Json) -> dict[str, Json]:
    """Give what a requestor puts into /auth for a purchase of 14,500 yen; None leaves one out."""
    elements: dict[str, Json] = {
        "acctNumber": sandbox_card(Brand.VISA, "0103").digits,
        "acquirerBIN": "400551",
        "acquirerMerchantID": "998000000001",
        "browserAcceptHeader": "text/html",
        "browserColorDepth": "24",
        "browserIP": "203.0.113.7",
        "browserJavaEnabled": False,
        "browserJavascriptEnabled": True,
        "browserLanguage": "ja-JP",
        "browserScreenHeight": "844",
        "browserScreenWidth": "390",
        "browserTZ": "-540",
        "browserUserAgent": "Mozilla/5.0",
        "cardExpiryDate": "3012",
        "cardholderName": "HANAKO YAMADA",
        "deviceChannel": "02",
        "email": "hanako@example.jp",
        "mcc": "5399",
        "merchantCountryCode": "392",
        "merchantName": "Kettle & Cup",
        "messageCategory": "01",
        "notificationURL": "https://pay.example/3ds/notification",
        "purchaseAmount": "14500",
        "purchaseCurrency": "392",
        "purchaseDate": "20260401120000",
        "purchaseExponent": "0",
        "threeDSCompInd": "U",
        "threeDSRequestorAuthenticationInd": "01",
        "threeDSRequestorID": "requestor-1",
        "threeDSRequestorName": "Kettle & Cup",
        "threeDSRequestorURL": "https://shop.example",
        "transType": "01",
    }
    return {name: value for name, value in (elements | changes).items() if value is not None}


def _changed(message: Message, changes: Mapping[str, Json]) -> bytes:
    """Write a message with some elements otherwise, as a party that breaks the rules would."""
    members = {**message.elements, **changes}
    return write_object({name: value for name, value in members.items() if value is not None})
