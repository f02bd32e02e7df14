"""The use cases of the Access Control Server, behind one façade."""

from collections.abc import Iterable

from sekisho.issuer.acs.flow.apart import AskApart
from sekisho.issuer.acs.flow.left import (
    Complain,
    RememberConsents,
    RememberDevice,
    Ring,
    SendRReq,
    silence_of,
)
from sekisho.issuer.acs.flow.question import (
    AskPrompt,
    CodeNotSent,
    DeliverCode,
    WithdrawPrompt,
)
from sekisho.issuer.acs.flow.remembered import ForgetProfile
from sekisho.issuer.acs.flow.rules import RuleSet
from sekisho.issuer.acs.model import AcsSettings
from sekisho.issuer.acs.service.answering import Writer
from sekisho.issuer.acs.service.apart import PROMPT as APART
from sekisho.issuer.acs.service.apart import Apart
from sekisho.issuer.acs.service.app_channel import AppAsking, AppChallenges, Deeds, Sessions
from sekisho.issuer.acs.service.authenticate import Authenticator
from sekisho.issuer.acs.service.challenges import Challenges, View
from sekisho.issuer.acs.service.closing import Return
from sekisho.issuer.acs.service.codes import Codes
from sekisho.issuer.acs.service.complaints import Complaints
from sekisho.issuer.acs.service.devices import Devices, MethodCall, TokenUnknown
from sekisho.issuer.acs.service.guard import Guards
from sekisho.issuer.acs.service.judging import Judging, nonce_of
from sekisho.issuer.acs.service.moves import Moves
from sekisho.issuer.acs.service.opening import Opening
from sekisho.issuer.acs.service.ports import (
    Bank,
    Decision,
    Directory,
    Keys,
    Mac,
    Seal,
    Stores,
    Surroundings,
)
from sekisho.issuer.acs.service.prompts import Prompts
from sekisho.issuer.acs.service.refusals import about, erro, too_large
from sekisho.issuer.acs.service.results import Results
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Conflict, Misuse, NotThere, TheyErred, Unreachable
from sekisho.kernel.log import Log
from sekisho.kernel.store import Outbox
from sekisho.protocol import Component, ErrorCode, MessageType, ProtocolFault, Version, parse
from sekisho.protocol.faults import WRONG_RECEIVER

__all__ = [
    "APART",
    "Acs",
    "Bank",
    "Decision",
    "Directory",
    "Keys",
    "Mac",
    "MethodCall",
    "Return",
    "RuleSet",
    "Seal",
    "Stores",
    "TokenUnknown",
    "View",
    "nonce_of",
    "too_large",
]

DIRECTORY = "directory"
"""The only peer that may ask: the name in the Directory Server's certificate."""
APP_PATH = "/challenge/app"
"""Where SDKs post, below the ACS's public address."""


class Acs:
    """An Access Control Server: the Directory Server on one side, browsers on the other."""

    def __init__(
        self,
        settings: AcsSettings,
        *,
        stores: Stores,
        keys: Keys,
        bank: Bank,
        directory: Directory,
        decision: Decision,
        ds_urls: Iterable[str],
        clock: Clock,
        chance: Chance,
        outbox: Outbox,
        log: Log,
    ) -> None:
        around = Surroundings(
            settings=settings,
            stores=stores,
            keys=keys,
            clock=clock,
            chance=chance,
            outbox=outbox,
            log=log,
        )
        moves = self._moves = Moves(stores.authentications)
        writer, sessions = Writer(settings, keys), _sessions(around)
        self.settings = settings
        self._versions = tuple(Version(version) for version in settings.versions)
        self._around = around
        self._codes = Codes(around, bank=bank)
        self._guards = Guards(around)
        self._results = Results(around, moves=moves, writer=writer, directory=directory)
        self._authenticator = Authenticator(
            around,
            moves=moves,
            bank=bank,
            decision=decision,
            writer=writer,
            apps=AppAsking(sessions),
            ds_urls=frozenset(ds_urls),
        )
        self.apart = Apart(around, bank=bank, moves=self._moves)
        self._complaints = Complaints(around, moves=moves)
        self.devices = Devices(around)
        self.judging = Judging(around, bank=bank, codes=self._codes, guards=self._guards)
        self.prompts = Prompts(around, bank=bank, moves=moves)
        self.challenges = Challenges(around, moves=moves, judging=self.judging, writer=writer)
        deeds = Deeds(around, judging=self.judging)
        self.apps = AppChallenges(around, moves=moves, sessions=sessions, deeds=deeds)
        self.opening = Opening(around, challenges=self.challenges)

    async def receive(self, peer: str | None, body: bytes) -> bytes | None:
        """Take a message from a peer; give the answer, empty for an Erro; None: stay silent."""
        try:
            return await self._receive(peer, body)
        except ProtocolFault as fault:
            self._around.log.warning(
                "message refused",
                peer=peer,
                error_code=fault.error_code.value,
                error_detail=fault.error_detail,
                **fault.ids,
            )
            return erro(fault)

    async def perform(self, key: str, effect: object) -> None:
        """Carry out one effect that a transaction left behind; twice is as good as once."""
        match effect:
            case Ring():
                await self._moves.move(key, silence_of(effect))
            case SendRReq(attempt=attempt):
                await self._results.send(key, attempt)
            case Complain(erro=erro):
                await self._results.complain(key, erro)
            case AskApart():
                await self.apart.ask(key)
            case RememberDevice(card_key=card_key, device_id=device_id):
                await self._guards.remember(card_key, device_id)
            case RememberConsents():
                await self._guards.agree(effect)
            case DeliverCode():
                await self._deliver(key, effect)
            case AskPrompt():
                await self.prompts.ask(key, effect)
            case WithdrawPrompt():
                await self.prompts.withdraw(key, effect)
            case ForgetProfile():
                await self.devices.forget(key)
            case _:
                raise Misuse(f"the ACS has no effect {type(effect).__name__} ({key})")

    async def close(self) -> None:
        """Wait for results that are on their way."""
        await self.challenges.close()
        await self.apps.close()

    async def _receive(self, peer: str | None, body: bytes) -> bytes | None:
        message = parse(body, receiver=Component.ACS, supported=self._versions)
        if peer != DIRECTORY:
            raise about(
                message, ErrorCode.ACCESS_DENIED, "The sender is not a known Directory Server."
            )
        if message.type is MessageType.ERRO:
            await self._complaints.take(message)
            return b""
        if message.type is not MessageType.AREQ:
            # A CReq comes through a browser, an RRes where it was asked for.
            raise about(message, ErrorCode.MESSAGE_INVALID, WRONG_RECEIVER)
        return await self._authenticator.answer(message)

    async def _deliver(self, key: str, effect: DeliverCode) -> None:
        record = await self._around.stores.authentications.get(key)
        challenge = record.challenge
        if challenge is None or challenge.question.code is None:
            return  # it is over: a code now would only alarm
        try:
            await self._codes.deliver(record.id, challenge.purchase, effect)
        except (Unreachable, NotThere, Conflict, TheyErred) as error:
            # Not tried again behind the cardholder's back: the page says so and offers another,
            # and the result of the challenge, which waits behind this effect, is not held up.
            self._around.log.warning("a code could not be sent", acs_trans_id=key, error=str(error))
            not_sent = CodeNotSent(at=self._around.clock.now(), message_id=effect.message_id)
            await self._moves.move(key, not_sent)


def _sessions(around: Surroundings) -> Sessions | None:
    """Give the way to hold challenges in apps; None where nothing can sign for them."""
    signer = around.keys.signer
    if signer is None:
        around.log.warning("no certificate for acsSignedContent: nobody can be asked in an app")
        return None
    return Sessions(
        signer,
        acs_url=f"{around.settings.public_url}{APP_PATH}",
        seal=around.keys.seal,
        chance=around.chance,
    )
