"""A challenge in an app: CReq in, CRes out, with the result delivered before the last one.

Protocol facts, sections 2.1 and 5.4. What is not provably the SDK's changes nothing: a JWE that does not
open under the agreed key, or is out of count, is answered with its Erro, and the challenge stands as it
stood, for whoever knows acsTransID must not be able to end it (attacks 1, 2). What opens is the SDK's own:
if that breaks the protocol, the challenge is over.
"""

import asyncio
from dataclasses import dataclass

from sekisho.issuer.acs.flow import authentication as flow
from sekisho.issuer.acs.flow.challenge import RESULTS
from sekisho.issuer.acs.model import Authentication, Ending
from sekisho.issuer.acs.service.app_channel.composing import Composer, app_of
from sekisho.issuer.acs.service.app_channel.deeds import Deeds
from sekisho.issuer.acs.service.app_channel.events import (
    OPENS,
    challenge_of,
    event_of,
    is_wrong,
    opening_apps,
)
from sekisho.issuer.acs.service.app_channel.sessions import Sessions, octets
from sekisho.issuer.acs.service.judging import Judgement
from sekisho.issuer.acs.service.moves import Moved, Moves
from sekisho.issuer.acs.service.ports import Surroundings
from sekisho.issuer.acs.service.refusals import about, erro
from sekisho.kernel.errors import Misuse, NotThere, OutOfTurn
from sekisho.protocol import (
    Channel,
    Component,
    ErrorCode,
    Message,
    MessageType,
    ProtocolFault,
    Version,
    parse,
)
from sekisho.protocol.faults import WRONG_RECEIVER
from sekisho.protocol.jose import SecureChannel, open_message, seal, transaction_of
from sekisho.protocol.jose.secure_channel import RANDOM_OCTETS
from sekisho.protocol.states import app_challenge as table
from sekisho.protocol.states import app_challenge_events as on
from sekisho.protocol.states.challenge_result import final_status
from sekisho.protocol.states.exchange import AnswerErro
from sekisho.protocol.states.screens import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What goes back to the SDK."""

    body: bytes
    is_encrypted: bool
    acs_trans_id: str | None = None
    """X-Response-ID of a CRes (since 2.3.1)."""


class AppChallenges:
    """Holds challenges with SDKs."""

    def __init__(
        self, around: Surroundings, *, moves: Moves, sessions: Sessions | None, deeds: Deeds
    ) -> None:
        self._settings = around.settings
        self._store = around.stores.authentications
        self._outbox = around.outbox
        self._clock = around.clock
        self._chance = around.chance
        self._log = around.log
        self._moves = moves
        self._sessions = sessions
        self._deeds = deeds
        self._composer = Composer(around.settings)
        self._flushing: set[asyncio.Task[None]] = set()
        self._versions = tuple(Version(version) for version in around.settings.versions)

    async def receive(self, body: bytes) -> Reply:
        """Take what an SDK posted, whatever it is; give what it is answered with."""
        try:
            return await self._receive(body)
        except ProtocolFault as fault:
            self._log.warning(
                "message of an SDK refused",
                error_code=fault.error_code.value,
                error_detail=fault.error_detail,
                **fault.ids,
            )
            return Reply(body=erro(fault), is_encrypted=False)

    async def close(self) -> None:
        """Wait for results that are on their way."""
        await asyncio.gather(*self._flushing, return_exceptions=True)

    async def _receive(self, body: bytes) -> Reply:
        if body.lstrip()[:1] == b"{":
            return await self._complaint(body)
        token = body.decode("ascii", "replace").strip()
        record = await self._named(transaction_of(token))
        channel = self._channel(record)
        try:
            plain, opened = open_message(channel, token)
        except ProtocolFault as fault:
            raise self._told(record, fault) from fault
        return await self._creq(record, plain, opened)

    async def _named(self, acs_trans_id: str) -> Authentication:
        """Find the challenge in an app that a CReq names; 301 if there is none."""
        try:
            record = await self._store.get(acs_trans_id.lower())
        except NotThere:
            record = None
        if record is None or record.challenge is None or record.challenge.app is None:
            raise ProtocolFault(
                ErrorCode.TRANSACTION_UNKNOWN,
                elements=("acsTransID",),
                message_type=MessageType.CREQ,
            )
        return record

    def _channel(self, record: Authentication) -> SecureChannel:
        challenge = challenge_of(record)
        if self._sessions is None or challenge.app_session is None:
            raise Misuse("a challenge in an app was begun without keys")
        return self._sessions.channel(
            challenge.app_session, app_of(challenge), acs_trans_id=record.id
        )

    def _told(self, record: Authentication, fault: ProtocolFault) -> ProtocolFault:
        """Give a fault of a message that could not be read, in the transaction's own version."""
        return ProtocolFault(
            fault.error_code,
            elements=fault.elements,
            detail=fault.error_detail,
            message_type=fault.message_type or MessageType.CREQ,
            version=record.transaction.version,
            # No identifiers but the one that the sender named: it may be anybody.
            ids={"acsTransID": record.id},
        )

    async def _complaint(self, body: bytes) -> Reply:
        """Take an Erro in plain JSON: believed only from who knows all three identifiers."""
        message = parse(body, receiver=Component.ACS, channel=Channel.APP, supported=self._versions)
        if message.type is not MessageType.ERRO:
            raise about(message, ErrorCode.MESSAGE_INVALID, WRONG_RECEIVER)
        acs_trans_id = message.text_or_none("acsTransID") or ""
        try:
            record = await self._named(acs_trans_id)
        except ProtocolFault:
            record = None
        known = record.transaction.ids if record is not None else {}
        names = ("acsTransID", "threeDSServerTransID", "sdkTransID")
        if record is None or any(message.get(name) != known.get(name) for name in names):
            self._log.warning("an SDK complains of no challenge of ours", acs_trans_id=acs_trans_id)
            return Reply(body=b"", is_encrypted=False)
        event = on.ErroReceived(at=self._clock.now(), message=message)
        await self._moves.move(record.id, event)
        await self._settle(record.id)
        return Reply(body=b"", is_encrypted=False)

    async def _creq(self, record: Authentication, plain: bytes, opened: SecureChannel) -> Reply:
        """Tell the table of a CReq that is the SDK's own, and answer as it says."""
        at, transaction = self._clock.now(), record.transaction
        event: on.CReqReceived | on.CReqFaulted
        try:
            message = parse(
                plain,
                receiver=Component.ACS,
                channel=Channel.APP,
                category=transaction.category,
                version=transaction.version,
            )
        except ProtocolFault as fault:
            event = on.CReqFaulted(at=at, fault=fault)
        else:
            event = event_of(message, opened, at)
        opens_apps = isinstance(event, on.CReqReceived) and event.message.get(OPENS) == "01"

        def decide(found: Authentication) -> flow.Decision:
            after, effects = flow.decide(found, event)
            return opening_apps(after) if opens_apps else after, effects

        return await self._answer(await self._moves.change(record.id, decide))

    async def _answer(self, moved: Moved) -> Reply:
        for effect in moved.effects:
            match effect:
                case AnswerErro(message=erro_message):
                    await self._settle(moved.record.id)
                    return Reply(body=erro_message.encode(), is_encrypted=False)
                case on.ChooseScreen(answered=answered):
                    return await self._choose(moved.record, answered)
                case on.SendScreen(message=cres):
                    # What the screen speaks of, such as a code, is on its way before it is shown.
                    await self._settle(moved.record.id)
                    return self._sealed(moved.record, cres)
        return await self._last(moved.record.id)

    async def _choose(self, record: Authentication, answered: Answered) -> Reply:
        """Judge the answer, and show what follows from it; both are kept together."""
        put_off = self._deeds.put_off(record, answered)
        if put_off is not None:
            return await self._answer(await self._moves.move(record.id, put_off))
        judged = await self._deeds.judge(record, answered)
        wrong = False

        def decide(found: Authentication) -> flow.Decision:
            nonlocal wrong
            after, effects = self._told_of(found, judged)
            wrong = is_wrong(challenge_of(found), challenge_of(after))
            after, more = flow.decide(after, self._following(after))
            return after, (*effects, *more)

        moved = await self._moves.change(record.id, decide)
        await self._deeds.settle(record, judged, wrong=wrong)
        return await self._answer(moved)

    def _told_of(self, record: Authentication, judged: Judgement) -> flow.Decision:
        try:
            return flow.decide(record, judged.event)
        except OutOfTurn as refusal:
            # What this question does not take: the screen as it stands answers.
            self._log.warning("out of turn", acs_trans_id=record.id, why=str(refusal))
            return record, ()

    def _following(self, record: Authentication) -> flow.Event:
        """Say what the table is told next: the outcome that the question found, or a screen."""
        challenge, at = challenge_of(record), self._clock.now()
        app = app_of(challenge)
        ending = challenge.question.ending
        if ending is None and app.must_end:
            ending = Ending.WRONG_ANSWERS
        if ending is not None:
            return on.OutcomeReached(at=at, result=RESULTS[ending])
        return on.ScreenChosen(at=at, message=self._composer.screen(challenge))

    async def _last(self, id: str) -> Reply:
        """Wait until the result was delivered, as long as an SDK waits; then end it."""
        await self._settle(id)
        record = await self._store.get(id)
        app = app_of(challenge_of(record))
        if app.state is table.State.REPORTING and app.until is not None:
            moved = await self._moves.move(id, on.ReportTimeRanOut(at=app.until))
            record, app = moved.record, app_of(challenge_of(moved.record))
        if app.state is not table.State.COMPLETED:
            return Reply(body=self._undelivered(record).encode(), is_encrypted=False)
        final = self._composer.final(
            record.transaction,
            counter=f"{app.sent - 1:03d}",
            trans_status=final_status(app.result),
        )
        return self._sealed(record, final)

    def _undelivered(self, record: Authentication) -> Message:
        return record.transaction.erro(
            Component.ACS,
            ErrorCode.TRANSIENT_FAILURE,
            "no CRes follows",
            about=MessageType.CREQ,
        )

    def _sealed(self, record: Authentication, cres: Message) -> Reply:
        """Encrypt the message that the record has counted already."""
        channel = self._channel(record)
        counted = SecureChannel(
            side=channel.side,
            acs_trans_id=channel.acs_trans_id,
            key=channel.key,
            enc=channel.enc,
            allowed=channel.allowed,
            sent=channel.sent - 1,
            received=channel.received,
        )
        token, _ = seal(counted, cres.encode(), random=octets(self._chance, RANDOM_OCTETS))
        return Reply(body=token.encode("ascii"), is_encrypted=True, acs_trans_id=record.id)

    async def _settle(self, id: str) -> None:
        """Let the outbox do what is due: codes, and the result, for as long as an SDK waits."""
        flushing = asyncio.create_task(self._outbox.flush(id))
        self._flushing.add(flushing)
        flushing.add_done_callback(self._flushed)
        await asyncio.wait({flushing}, timeout=self._settings.app_result_wait_s)

    def _flushed(self, flushing: asyncio.Task[None]) -> None:
        self._flushing.discard(flushing)
        if not flushing.cancelled() and flushing.exception() is not None:
            self._log.error("the outbox failed", error=str(flushing.exception()))
