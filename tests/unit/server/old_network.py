"""A merchant plug-in with a Directory Server and an ACS that do as they are told."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from sekisho.acquirer.server.model.threeds1 import (
    OldAuthentication,
    OldRangeBook,
    PlugInSettings,
)
from sekisho.acquirer.server.service.threeds1 import Around, PlugIn
from sekisho.acquirer.server.store import OLD_AUTHENTICATIONS, OLD_RANGE_BOOKS
from sekisho.acquirer.server.web import peers, site
from sekisho.adapters.http.client import Reply
from sekisho.kernel.errors import TimedOut
from sekisho.kernel.secret import Secret
from sekisho.protocol.codec import read_object, write_object
from sekisho.protocol.threeds1 import (
    PAResSigner,
    build,
    deflated,
    encode,
    inflated,
    parse,
    parse_as,
    sign,
)
from sekisho.protocol.threeds1.answers import echo_of
from sekisho.protocol.threeds1.merchant_plug_in import moment_text
from sekisho.protocol.threeds1.records import (
    CRReq,
    CRRes,
    EchoedMerchant,
    Enrolment,
    PAReq,
    PARes,
    Transaction,
    VEReq,
    VERes,
)
from sekisho.protocol.threeds1.vocabulary import CavvAlgorithm, Enrolled, Status
from sekisho.protocol.vocabulary import Json
from sekisho.testkit.asgi_peer import Asgi
from sekisho.testkit.chance import SeededChance
from sekisho.testkit.clock import SteppedClock
from sekisho.testkit.emv_stage import EmvStage, KeyedHash, QuietLog
from sekisho.testkit.memory import MemoryOutbox, MemoryRecords
from tests.unit.protocol.threeds1.material import CAVV, NOW, SIGNER, TRUST

SETTINGS: Final = PlugInSettings(acq_bin="412345", mer_id="SHOP-1", password=Secret("knock"))
PAN: Final = "4111111100009003"
ENQUIRY: Final[dict[str, Json]] = {
    "pan": PAN,
    "expiry": "2812",
    "merchant": {
        "acqBIN": "412345",
        "merID": "SHOP-1",
        "password": "knock",
        "name": "Toge Chaya",
        "country": "392",
        "url": "https://shop.example",
    },
    "purchase": {"purchAmount": "14500", "currency": "392"},
    "termUrl": "https://shop.example/back",
}
YES: Final = VERes(
    ch=Enrolment(enrolled=Enrolled.YES, acct_id="ACCT-1"),
    url="https://bank.example/acs/pareq",
    protocols=("ThreeDSecure",),
)
WORDS: Final = {
    Status.AUTHENTICATED: {"cavv": CAVV, "eci": "05", "cavv_algorithm": CavvAlgorithm.HMAC},
    Status.ATTEMPTED: {"cavv": CAVV, "eci": "06", "cavv_algorithm": CavvAlgorithm.HMAC},
}


@dataclass
class OldNetwork:
    """What answers a merchant plug-in."""

    veres: VERes | bytes | None = YES
    """What a VEReq is answered with; None: nothing."""
    crres: CRRes | bytes | None = None
    sent: list[bytes] = field(default_factory=list)

    async def send(self, message: bytes, *, read_s: float) -> bytes:
        """Answer as told."""
        self.sent.append(message)
        request = parse(message)[0]
        answer = self.veres if isinstance(request.body, VEReq) else self.crres
        if answer is None:
            raise TimedOut("nobody answers")
        return answer if isinstance(answer, bytes) else encode(build(request.id, answer))

    def crreqs(self) -> list[CRReq]:
        """Give the CRReqs that were sent."""
        found = [parse(each)[0].body for each in self.sent]
        return [each for each in found if isinstance(each, CRReq)]


class OldStage:
    """The plug-in, its network, and the HTTP address of its API."""

    def __init__(self, settings: PlugInSettings = SETTINGS) -> None:
        self.settings, self.network, self.log = settings, OldNetwork(), QuietLog()
        self.clock, self.chance = SteppedClock(NOW), SeededChance(1)
        self.outbox = MemoryOutbox(self._perform, self.clock)
        self.authentications: MemoryRecords[OldAuthentication] = MemoryRecords(
            OLD_AUTHENTICATIONS, self.outbox
        )
        self.books: MemoryRecords[OldRangeBook] = MemoryRecords(OLD_RANGE_BOOKS, self.outbox)
        self.emv = EmvStage()
        self.plug_in = self.restarted()

    def restarted(self) -> PlugIn:
        """Make the plug-in anew on the same stores."""
        self.plug_in = PlugIn(
            self.settings,
            Around(
                authentications=self.authentications,
                books=self.books,
                outbox=self.outbox,
                directory=self.network,
                fingerprint=KeyedHash(),
                trust=TRUST,
                clock=self.clock,
                chance=self.chance,
                log=self.log,
            ),
        )
        return self.plug_in

    async def post(
        self, path: str, body: bytes, *, key: str = "gateway-key", behind_tls: bool = False
    ) -> Reply:
        """Post to the API."""
        app = (peers if behind_tls else site)(self.emv.server, self.plug_in)
        reply = await Asgi(app=app).send("POST", path, body, {"APIKey": key})
        assert reply is not None
        return reply

    async def call(self, path: str, members: dict[str, Json]) -> dict[str, Json]:
        """Call the API; the answer is a 200."""
        reply = await self.post(path, write_object(members))
        assert reply.status == 200, reply.body
        return read_object(reply.body)

    async def enrol(self, **changes: Json) -> dict[str, Json]:
        """Ask about a card."""
        return await self.call("/mpi/enrolment", {**ENQUIRY, **changes})

    async def bring(self, told: dict[str, Json], pares: str | None = None) -> dict[str, Json]:
        """Bring a PARes back: the ACS's, or another one."""
        brought = self.answered(told) if pares is None else pares
        return await self.call("/mpi/result", {"PaRes": brought, "MD": told["MD"]})

    def answered(
        self,
        told: dict[str, Json],
        status: Status = Status.AUTHENTICATED,
        *,
        change: Callable[[PARes], PARes] = lambda pares: pares,
        signer: PAResSigner = SIGNER,
        message_id: str | None = None,
    ) -> str:
        """Answer a PAReq as the ACS would."""
        pareq = parse_as(PAReq, inflated(str(told["PaReq"])))
        asked = pareq.body
        pares = PARes(
            id="PARes-1",
            merchant=EchoedMerchant(acq_bin=asked.merchant.acq_bin, mer_id=asked.merchant.mer_id),
            purchase=echo_of(asked),
            pan="000000000000" + PAN[-4:],
            tx=Transaction(
                time=moment_text(self.clock.now()),
                status=status,
                **WORDS.get(status, {}),  # type: ignore[arg-type]  # as the record's fields
            ),
        )
        return deflated(sign(build(message_id or pareq.id, change(pares)), signer))

    async def pass_time(self, by: timedelta) -> None:
        """Put the clock forward and let every timer ring that is due."""
        self.clock.advance(by)
        await self.outbox.run_due()

    async def _perform(self, key: str, effect: object) -> None:
        await self.plug_in.perform(key, effect)


def with_purchase(pares: PARes, **changes: str) -> PARes:
    """Change what a PARes says of the purchase."""
    return replace(pares, purchase=replace(pares.purchase, **changes))
