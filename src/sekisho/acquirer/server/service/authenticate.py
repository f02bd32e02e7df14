"""/preauth, /auth and /postauth: what a requestor may ask of the 3DS Server."""

from datetime import timedelta
from typing import Final

from sekisho.acquirer.server import flow
from sekisho.acquirer.server.model import Authentication, Requestor, ServerSettings, State
from sekisho.acquirer.server.service.asking import Asking
from sekisho.acquirer.server.service.ports import CardRanges, Fingerprint, RangeFacts
from sekisho.acquirer.server.service.question import (
    Question,
    choose_version,
    make_areq,
    read_acct_number,
    read_question,
    read_trans_id,
)
from sekisho.acquirer.server.service.refusals import (
    StillAsking,
    erro,
    unknown_transaction,
)
from sekisho.kernel.brands import brand_of
from sekisho.kernel.cards import mask_digits
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import NotThere, OutOfTurn, Unreachable
from sekisho.kernel.store import Store
from sekisho.protocol import ErrorCode, Message, ProtocolFault, Version
from sekisho.protocol.codec import write_object
from sekisho.protocol.vocabulary import Json

ASKING_MARGIN: Final = timedelta(seconds=10)
"""Beyond the AReq's own limit: connecting, one second try, and a slow disk."""


class Authentications:
    """Serves requestors; each sees its own transactions and nobody else's."""

    def __init__(
        self,
        settings: ServerSettings,
        store: Store[Authentication],
        ranges: CardRanges,
        asking: Asking,
        *,
        fingerprint: Fingerprint,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self._settings = settings
        self._store = store
        self._ranges = ranges
        self._asking = asking
        self._fingerprint = fingerprint
        self._clock = clock
        self._chance = chance

    async def preauth(self, requestor: Requestor, body: bytes) -> bytes:
        """Tell what a card's range offers and give out the transaction id for /auth."""
        try:
            acct_number = read_acct_number(body)
            facts = self._facts(acct_number)
            highest = choose_version(self._settings, facts, None)
        except ProtocolFault as fault:
            return erro(fault)
        now = self._clock.now()
        record, effects = flow.prepare(
            id=self._chance.uuid(),
            owner=requestor.name,
            at=now,
            masked_number=mask_digits(acct_number),
            number_mac=self._mac("acctNumber", acct_number.encode()),
            until=now + timedelta(seconds=self._settings.preparation_s),
        )
        await self._store.add(record, effects)
        return write_object(_range_answer(record.id, acct_number, facts, highest))

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
            record = await self._own(requestor, read_trans_id(body))
            return _result(record)
        except ProtocolFault as fault:
            return erro(fault)

    async def _auth(self, requestor: Requestor, question: Question) -> bytes:
        body_mac = self._mac("auth", question.canonical())
        prepared = None
        if question.trans_id is not None:
            prepared = await self._own(requestor, question.trans_id)
            if prepared.state is not State.PREPARED:
                return await self._repeated(prepared, body_mac)
        facts = self._facts(question.acct_number)
        areq = make_areq(
            self._settings,
            requestor,
            question,
            trans_id=question.trans_id or self._chance.uuid(),
            version=choose_version(self._settings, facts, question.wanted_version),
        )
        asked = self._asked(areq, question, body_mac)
        try:
            await self._keep_question(requestor, prepared, areq, asked)
        except flow.AlreadyAsked:
            # The same id came twice at once, and the other request was first.
            record = await self._store.get(areq.text("threeDSServerTransID"))
            return await self._repeated(record, body_mac)
        except flow.OtherCard as error:
            raise ProtocolFault(
                ErrorCode.TRANSACTION_DATA_INVALID, elements=("acctNumber",)
            ) from error
        except OutOfTurn as error:
            raise unknown_transaction() from error  # its time ended a moment ago
        return _standing(await self._asking.ask(areq))

    def _asked(self, areq: Message, question: Question, body_mac: str) -> flow.Asked:
        now = self._clock.now()
        return flow.Asked(
            at=now,
            body_mac=body_mac,
            number_mac=self._mac("acctNumber", question.acct_number.encode()),
            masked_number=mask_digits(question.acct_number),
            version=areq.version.value,
            channel=areq.channel.value,
            category=areq.category.value,
            sdk_trans_id=areq.text_or_none("sdkTransID"),
            until=now + timedelta(seconds=self._settings.areq_read_s) + ASKING_MARGIN,
        )

    async def _keep_question(
        self,
        requestor: Requestor,
        prepared: Authentication | None,
        areq: Message,
        asked: flow.Asked,
    ) -> None:
        if prepared is not None:
            await self._store.advance(prepared.id, lambda record: flow.decide(record, asked))
            return
        fresh, _ = flow.prepare(
            id=areq.text("threeDSServerTransID"),
            owner=requestor.name,
            at=asked.at,
            masked_number=asked.masked_number,
            number_mac=asked.number_mac,
            until=asked.until,
        )
        await self._store.add(*flow.decide(fresh, asked))

    async def _repeated(self, record: Authentication, body_mac: str) -> bytes:
        if record.state is State.EXPIRED:
            raise unknown_transaction()
        if record.body_mac != body_mac:
            raise ProtocolFault(
                ErrorCode.TRANSACTION_DATA_INVALID,
                detail="threeDSServerTransID: it was used for another request",
            )
        return _standing(await self._asking.join(record.id) or record)

    async def _own(self, requestor: Requestor, trans_id: str) -> Authentication:
        try:
            record = await self._store.get(trans_id)
        except NotThere as error:
            raise unknown_transaction() from error
        if record.owner != requestor.name:
            raise unknown_transaction()
        return record

    def _facts(self, acct_number: str) -> RangeFacts:
        try:
            facts = self._ranges.lookup(acct_number)
        except Unreachable as error:
            raise ProtocolFault(
                ErrorCode.TRANSIENT_FAILURE, detail="The card ranges are not loaded yet."
            ) from error
        if facts is None:
            raise ProtocolFault(
                ErrorCode.TRANSACTION_DATA_INVALID, detail="acctNumber: not in any card range"
            )
        return facts

    def _mac(self, purpose: str, data: bytes) -> str:
        return self._fingerprint.mac(purpose.encode() + b"\0" + data).hex()


def _range_answer(
    trans_id: str, acct_number: str, facts: RangeFacts, highest: Version
) -> dict[str, Json]:
    answer: dict[str, Json] = {
        "messageType": "CRD",
        "threeDSServerTransID": trans_id,
        "acsStartProtocolVersion": facts.versions[0],
        "acsEndProtocolVersion": facts.versions[-1],
        "dsStartProtocolVersion": facts.ds_versions[0],
        "dsEndProtocolVersion": facts.ds_versions[-1],
        "highestCommonSupportedProtocolVersion": highest.value,
    }
    brand = brand_of(acct_number)
    if brand is not None:
        answer["scheme"] = brand.value
    if facts.three_ds_method_url is not None:
        answer["threeDSMethodURL"] = facts.three_ds_method_url
    if facts.acs_info_ind:
        answer["acsInfoInd"] = list(facts.acs_info_ind)
    return answer


def _standing(record: Authentication) -> bytes:
    """Give the answer of an authentication that was asked; it may be known, lost or gone."""
    if record.answer is not None:
        return record.answer.encode()
    if record.state is State.ASKED:
        fault = ProtocolFault(
            ErrorCode.TRANSIENT_FAILURE, detail="The answer is not known yet: ask again."
        )
        raise StillAsking(erro(fault, record.version))
    if record.state is State.FAILED:
        fault = ProtocolFault(ErrorCode.TIMED_OUT, detail="The answer was lost.")
        return erro(fault, record.version)
    raise unknown_transaction()


def _result(record: Authentication) -> bytes:
    """Give the RReq of an authentication, or say whether one may still come."""
    if record.result is not None:
        return record.result.encode()
    version = record.version
    if record.state in {State.ASKED, State.CHALLENGE}:
        raise ProtocolFault(
            ErrorCode.TRANSACTION_DATA_INVALID,
            detail="threeDSServerTransID: the result has not come yet",
            version=version,
        )
    if record.state is State.UNRESOLVED:
        raise ProtocolFault(
            ErrorCode.TIMED_OUT, detail="The result did not come in time.", version=version
        )
    raise unknown_transaction()
