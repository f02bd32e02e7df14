"""/preauth, /auth and /postauth: what a requestor may ask of the 3DS Server."""

from datetime import timedelta
from typing import Final

from sekisho.acquirer.server import flow
from sekisho.acquirer.server.model import Authentication, Requestor, ServerSettings
from sekisho.acquirer.server.service.answers import card_answer, method_url, result, standing
from sekisho.acquirer.server.service.asking import Asking
from sekisho.acquirer.server.service.carrying_on import CarryingOn
from sekisho.acquirer.server.service.continuation import Continuation
from sekisho.acquirer.server.service.directories import Directories, Offer
from sekisho.acquirer.server.service.moves import Moves
from sekisho.acquirer.server.service.ports import Fingerprint
from sekisho.acquirer.server.service.question import (
    Question,
    choose_version,
    make_areq,
    method_said,
    read_question,
    read_trans_id,
)
from sekisho.acquirer.server.service.records import Records
from sekisho.acquirer.server.service.refusals import erro, unknown_transaction
from sekisho.kernel.cards import mask_digits
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import OutOfTurn
from sekisho.protocol import ErrorCode, Message, ProtocolFault, Version
from sekisho.protocol.codec import write_object

UNASKED: Final = flow.UNASKED


class Authentications:
    """Serves requestors; each sees its own transactions and nobody else's."""

    def __init__(
        self,
        settings: ServerSettings,
        records: Records,
        directories: Directories,
        moves: Moves,
        asking: Asking,
        *,
        carrying_on: CarryingOn,
        continuation: Continuation,
        limits: flow.Limits,
        fingerprint: Fingerprint,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self._settings = settings
        self._records = records
        self._directories = directories
        self._moves = moves
        self._asking = asking
        self._carrying_on = carrying_on
        self._continuation = continuation
        self._limits = limits
        self._fingerprint = fingerprint
        self._clock = clock
        self._chance = chance

    async def preauth(self, requestor: Requestor, body: bytes) -> bytes:
        """Tell what a card's range offers and give out the transaction id for /auth."""
        try:
            question = read_question(body)
            await self._directories.catch_up()
            offers = self._directories.offers(question.acct_number)
            highest = choose_version(self._settings, offers[0].facts, question)
        except ProtocolFault as fault:
            return erro(fault)
        record, effects = self._prepared(requestor, question, offers[0], highest)
        await self._moves.add(record, effects)
        return write_object(card_answer(self._settings, record.id, question, offers, highest))

    async def auth(self, requestor: Requestor, body: bytes) -> bytes:
        """Authenticate: answer the ARes, or the Erro that says why there is none.

        A repeated request gets the stored answer. Raises StillAsking where it is not known yet.
        """
        try:
            return await self._auth(requestor, read_question(body))
        except ProtocolFault as fault:
            return erro(fault)

    async def postauth(self, requestor: Requestor, body: bytes) -> bytes:
        """Give the RReq that ended a challenge; Erro 305 while it has not come."""
        try:
            record = await self._records.own(requestor, read_trans_id(body))
            return result(record, await self._carrying_on.last_of(record))
        except ProtocolFault as fault:
            return erro(fault)

    async def _auth(self, requestor: Requestor, question: Question) -> bytes:
        body_mac = self._mac("auth", question.canonical())
        prepared = None
        if question.trans_id is not None:
            prepared = await self._records.own(requestor, question.trans_id)
            if prepared.state not in UNASKED:
                return await self._repeated(prepared, body_mac)
        await self._records.refuse_confirmation_here(requestor, question)
        await self._directories.catch_up()
        named = question.directory or (None if prepared is None else prepared.directory)
        offer = self._directories.chosen(question.acct_number, named)
        version = choose_version(self._settings, offer.facts, question)
        areq = await self._areq(requestor, question, prepared, offer, version)
        asking = self._asking_for(areq, question, offer, body_mac)
        try:
            record = await self._begin(requestor, question, prepared, offer, asking)
        except flow.AlreadyAsked:
            # The same id came twice at once, and the other request was first.
            record = await self._records.get(areq.text("threeDSServerTransID"))
            return await self._repeated(record, body_mac)
        except flow.OtherCard as error:
            raise ProtocolFault(
                ErrorCode.TRANSACTION_DATA_INVALID, elements=("acctNumber",)
            ) from error
        except OutOfTurn as error:
            raise unknown_transaction() from error  # its time ended a moment ago
        return standing(await self._asking.ask(record, areq))

    async def _areq(
        self,
        requestor: Requestor,
        question: Question,
        prepared: Authentication | None,
        offer: Offer,
        version: Version,
    ) -> Message:
        reused = False
        if question.method_id is not None and version >= Version.V231:
            await self._records.require_method(
                requestor, question, self._number_mac(question), at=self._clock.now()
            )
            reused = True
        return make_areq(
            self._settings,
            offer.directory,
            requestor,
            question,
            trans_id=question.trans_id or self._chance.uuid(),
            version=version,
            comp_ind=method_said(
                question,
                exists=method_url(question, offer, version.value) is not None,
                may_have_run=prepared is not None or reused,
            ),
        )

    def _asking_for(
        self, areq: Message, question: Question, offer: Offer, body_mac: str
    ) -> flow.Asking:
        return flow.Asking(
            at=self._clock.now(),
            areq=areq,
            body_mac=body_mac,
            number_mac=self._number_mac(question),
            masked_number=mask_digits(question.acct_number),
            directory=offer.directory.name,
            method_exists=areq.get("threeDSCompInd", "U") != "U",
            sealed_areq=self._continuation.first(areq),
        )

    async def _begin(
        self,
        requestor: Requestor,
        question: Question,
        prepared: Authentication | None,
        offer: Offer,
        asking: flow.Asking,
    ) -> Authentication:
        """Keep that it is asked now; the AReq goes out after that."""
        if prepared is not None:
            return (await self._moves.ask(prepared.id, asking)).record
        areq = asking.areq
        begun, _ = self._prepared(
            requestor, question, offer, areq.version, trans_id=areq.text("threeDSServerTransID")
        )
        record, effects = flow.ask(begun, asking)
        await self._moves.add(record, effects)
        return record

    def _prepared(
        self,
        requestor: Requestor,
        question: Question,
        offer: Offer,
        version: Version,
        *,
        trans_id: str | None = None,
    ) -> flow.Decision:
        return flow.prepare(
            id=trans_id or self._chance.uuid(),
            successor_id=self._chance.uuid(),
            owner=requestor.name,
            directory=offer.directory.name,
            version=version,
            method_exists=method_url(question, offer, version.value) is not None,
            at=self._clock.now(),
            masked_number=mask_digits(question.acct_number),
            number_mac=self._number_mac(question),
            limits=self._limits,
        )

    async def _repeated(self, record: Authentication, body_mac: str) -> bytes:
        """Answer a question whose id was used before: the same again, or refuse another one."""
        if record.state is flow.State.EXPIRED:
            raise unknown_transaction()
        if record.body_mac != body_mac:
            raise ProtocolFault(
                ErrorCode.TRANSACTION_DATA_INVALID,
                detail="threeDSServerTransID: it was used for another request",
            )
        return standing(await self._asking.join(record.id) or record)

    def _number_mac(self, question: Question) -> str:
        return self._mac("acctNumber", question.acct_number.encode())

    def _mac(self, purpose: str, data: bytes) -> str:
        return self._fingerprint.mac(purpose.encode() + b"\0" + data).hex()


def limits_of(settings: ServerSettings) -> flow.Limits:
    """Give how long this 3DS Server waits where the protocol leaves it to rules."""
    return flow.Limits(
        preparation=timedelta(seconds=settings.preparation_s),
        ares=timedelta(seconds=settings.areq_read_s),
        result=timedelta(seconds=settings.result_s),
    )
