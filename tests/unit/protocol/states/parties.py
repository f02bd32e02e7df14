"""The three roles of a simulated network, built from their tables and next to nothing else.

What a room would add is here in one line each: it keeps the answers that it gave, finds its records
by their identifiers, and begins nothing twice.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

from sekisho.kernel.effects import Effect, Later
from sekisho.protocol import Channel, Component, Json, Message, MessageType, ProtocolFault, Version
from sekisho.protocol import erro_for as erro_of
from sekisho.protocol.states import acs_authentication as acs
from sekisho.protocol.states import (
    acs_events,
    browser_challenge,
    browser_events,
    decoupled,
    decoupled_events,
    directory_events,
    directory_relay,
    result_delivery,
    server_authentication,
    server_events,
)
from sekisho.protocol.states.app_challenge_events import OutcomeReached
from sekisho.protocol.states.challenge_result import ChallengeResult
from sekisho.protocol.states.exchange import AnswerErro, PostErro, ResultDelivered, SendResult
from sekisho.protocol.states.table import Bring
from sekisho.protocol.states.transaction import Transaction, prior_references
from tests.unit.protocol.states.network import Reply, World
from tests.unit.protocol.states.transactions import areq, flawed, message

Record = TypeVar("Record")


class Party(Generic[Record]):
    """One record of one role: events go in, effects are performed, perhaps twice."""

    def __init__(
        self,
        world: World,
        decide: Callable[[Record, object], tuple[Record, tuple[Effect, ...]]],
        begun: tuple[Record, tuple[Effect, ...]],
        perform: Callable[[Effect], Callable[[], None]],
    ) -> None:
        self.world = world
        self.record, effects = begun
        self.decided: list[Effect] = []
        self._decide = decide
        self._perform = perform
        self._leave(effects)

    def tell(self, event: object) -> None:
        """Apply one event. A ProtocolFault is for the caller; a Misuse would end the test."""
        self.record, effects = self._decide(self.record, event)
        self._leave(effects)

    def _leave(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            self.decided.append(effect)
            if isinstance(effect, Later):
                self._set(effect)
            else:
                self.world.perform(self._perform(effect))

    def _set(self, timer: Later) -> None:
        assert isinstance(timer.effect, Bring)
        event = timer.effect.event
        self.world.ring(timer.at, lambda: self.tell(event))


class Waiting:
    """Requests that are answered when the answer is known, now or the next time."""

    def __init__(self) -> None:
        self._replies: list[Reply] = []
        self._answer: Message | None = None

    def ask(self, reply: Reply, tell: Callable[[], None], role: Component) -> None:
        """Apply a request; if it is refused, its sender alone gets the Erro."""
        self._replies.append(reply)
        try:
            tell()
        except ProtocolFault as fault:
            self._replies.remove(reply)
            reply(erro_of(fault, component=role))

    def answer(self, message: Message) -> None:
        """Answer everybody who waits, and keep the answer."""
        self._answer = message
        self.repeat()

    def repeat(self) -> None:
        """Give the answer once more, if it is known yet."""
        if self._answer is not None:
            replies, self._replies = self._replies, []
            for reply in replies:
                reply(self._answer)


def digest(request: Message) -> str:
    """Tell messages apart."""
    return repr(sorted(request.elements.items()))


def told(kind: MessageType, transaction: Transaction, **elements: Json) -> Message:
    """Make a message of a transaction."""
    return message(
        kind,
        transaction.version,
        transaction.channel,
        transaction.category,
        **{**transaction.ids, **elements},
    )


class Server:
    """A 3DS Server and its requestor's browser."""

    def __init__(self, world: World, version: Version, wishes: dict[str, Json]) -> None:
        self.world = world
        self.version = version
        self.wishes = wishes
        self.directory: Directory
        self.acs: Acs
        self.records: dict[str, Party[server_authentication.Authentication]] = {}
        self.results: dict[str, Waiting] = {}
        self.requests: dict[str, Message] = {}

    def start(self, key: str, channel: Channel, elements: dict[str, Json]) -> None:
        """Prepare an authentication and ask for it."""
        if key in self.records:
            return  # the effect that began it is performed again
        self.results[key] = Waiting()
        self.requests[key] = areq(
            self.version, channel, **{**elements, "threeDSServerTransID": key}
        )
        self.records[key] = Party(
            self.world,
            server_authentication.decide,
            server_authentication.begin(
                at=self.world.now,
                version=self.version,
                server_trans_id=key,
                successor_id=f"{int(key[:8], 16) + 1:08x}{key[8:]}",
                method_exists=False,
            ),
            lambda effect: lambda: self._perform(key, effect),
        )
        self._tell(key, server_events.Asked(at=self.world.now, message=self.requests[key]))

    def report(self, rreq: Message, reply: Reply) -> None:
        """Take an RReq."""
        key = rreq.text("threeDSServerTransID")
        event = server_events.RReqReceived(at=self.world.now, message=rreq)
        self.results[key].ask(reply, lambda: self._tell(key, event), Component.SERVER)

    def _tell(self, key: str, event: object) -> None:
        self.records[key].tell(event)

    def _perform(self, key: str, effect: Effect) -> None:
        match effect:
            case server_events.SendAReq(attempt=attempt):
                self.world.call(
                    lambda reply: self.directory.ask(self.requests[key], reply),
                    answered=lambda answer: self._hear(key, answer),
                    garbled=lambda: self._tell(
                        key, server_events.AResFaulted(at=self.world.now, fault=flawed())
                    ),
                    unreachable=lambda: self._tell(
                        key,
                        server_events.DirectoryUnreachable(at=self.world.now, attempt=attempt),
                    ),
                )
            case server_events.AnswerRRes(results_status=status):
                transaction = self.records[key].record.transaction
                self.results[key].answer(told(MessageType.RRES, transaction, resultsStatus=status))
            case server_events.AskAgain():
                elements = {**self.wishes, **effect.elements}
                by_3ri = elements.pop("deviceChannel", None) == Channel.THREE_RI
                channel = Channel.THREE_RI if by_3ri else Channel.BROWSER
                self.start(effect.server_trans_id, channel, elements)
            case PostErro(message=erro):
                self.directory.hear_of(key, erro, Component.SERVER)

    def _hear(self, key: str, answer: Message) -> None:
        if answer.type is MessageType.ERRO:
            self._tell(key, server_events.ErroReceived(at=self.world.now, message=answer))
            return
        self._tell(key, server_events.AResReceived(at=self.world.now, message=answer))
        match self.records[key].record.state:
            case server_authentication.State.CHALLENGE:
                self._open_frame(key)
            case server_authentication.State.SPC:
                self._confirm(key)

    def _open_frame(self, key: str) -> None:
        """Send the browser to the ACS, perhaps late, perhaps twice, perhaps not at all."""
        creq = told(MessageType.CREQ, self.records[key].record.transaction)
        if self.world.happens(10):
            event = self.world.chance.choice(
                [server_events.OptedOut, server_events.ChallengeUndelivered]
            )
            self.world.after(1, lambda: self._tell(key, event(at=self.world.now)))
            return
        self.world.after(
            self.world.between(0, 60) if self.world.happens(20) else 1,
            lambda: self.acs.open(creq),
        )
        if self.world.happens(10):
            self.world.after(self.world.between(0, 60), lambda: self.acs.open(creq))

    def _confirm(self, key: str) -> None:
        if self.world.happens(20):
            return
        seconds = self.world.between(0, 700)
        confirmed = self.world.chance.random() < 0.5
        self.world.after(
            seconds,
            lambda: self._tell(
                key,
                server_events.SpcConfirmed(at=self.world.now)
                if confirmed
                else server_events.SpcFailed(at=self.world.now, incompletion="02"),
            ),
        )


class Directory:
    """A Directory Server."""

    def __init__(self, world: World, rules: directory_events.Rules) -> None:
        self.world = world
        self.rules = rules
        self.server: Server
        self.acs: Acs
        self.records: dict[str, Party[directory_relay.Relay]] = {}
        self.requests: dict[str, Message] = {}
        self.answers: dict[str, Waiting] = {}
        self.results: dict[str, Waiting] = {}
        self.reported: dict[str, Message] = {}

    def ask(self, request: Message, reply: Reply) -> None:
        """Take an AReq."""
        key = request.text("threeDSServerTransID")
        event: object
        if key in self.records:
            event = directory_events.AReqRepeated(
                at=self.world.now, message=request, digest=digest(request)
            )
        else:
            self._begin(key, request)
            event = (
                directory_events.NoAcsFound(at=self.world.now)
                if self.world.happens(5)
                else directory_events.AReqPassed(at=self.world.now)
            )
        self.answers[key].ask(reply, lambda: self.records[key].tell(event), Component.DIRECTORY)

    def _begin(self, key: str, request: Message) -> None:
        ds_trans_id = f"d{key[1:]}"
        self.requests[key] = message(
            MessageType.AREQ,
            request.version,
            request.channel,
            request.category,
            **{**request.elements, "dsTransID": ds_trans_id},
        )
        self.answers[key], self.results[key] = Waiting(), Waiting()
        begun = directory_relay.begin(
            request,
            at=self.world.now,
            ds_trans_id=ds_trans_id,
            digest=digest(request),
            rules=self.rules,
        )
        self.records[key] = Party(
            self.world,
            directory_relay.decide,
            (begun, ()),
            lambda effect: self._chosen(key, effect),
        )

    def report(self, rreq: Message, reply: Reply) -> None:
        """Take an RReq."""
        key = rreq.text("threeDSServerTransID")
        event = directory_events.RReqReceived(at=self.world.now, message=rreq, digest=digest(rreq))

        def tell() -> None:
            self.records[key].tell(event)
            self.reported[key] = rreq

        self.results[key].ask(reply, tell, Component.DIRECTORY)

    def hear_of(self, key: str, erro: Message, role: Component) -> None:
        """Take an Erro that somebody sent of their own accord."""
        kind = (
            directory_events.ServerErroReceived
            if role is Component.SERVER
            else directory_events.AcsErroReceived
        )
        waiting = self.records.get(key)
        # About an answer: it is none, so a request that is on its way does not hear of it.
        if waiting is not None and waiting.record.state not in (
            directory_relay.State.ASKED,
            directory_relay.State.RELAYING,
        ):
            waiting.tell(kind(at=self.world.now, message=erro))

    def _chosen(self, key: str, effect: Effect) -> Callable[[], None]:
        """Choose whom an Erro answers while the record says so: the AReq or the RReq."""
        about_result = self.records[key].record.result_digest is not None
        waiting = self.results[key] if about_result else self.answers[key]
        return lambda: self._perform(key, effect, waiting)

    def _perform(self, key: str, effect: Effect, waiting: Waiting) -> None:
        match effect:
            case directory_events.ForwardAReq(attempt=attempt):
                self._forward(
                    key,
                    lambda reply: self.acs.ask(self.requests[key], reply),
                    directory_events.AcsUnreachable(at=self.world.now, attempt=attempt),
                )
            case directory_events.ForwardRReq(attempt=attempt):
                self._forward(
                    key,
                    lambda reply: self.server.report(self.reported[key], reply),
                    directory_events.ServerUnreachable(at=self.world.now, attempt=attempt),
                )
            case (
                AnswerErro(message=answer)
                | directory_events.RelayARes(message=answer)
                | directory_events.RelayRRes(message=answer)
                | directory_events.RelayErro(message=answer)
            ):
                waiting.answer(answer)
            case directory_events.AnswerARes(stand_in=stand_in):
                transaction = self.records[key].record.transaction
                ids = {"acsTransID": transaction.ds_trans_id}
                status = stand_in.trans_status
                waiting.answer(told(MessageType.ARES, transaction, **ids, transStatus=status))
            case directory_events.RepeatAnswer():
                self.answers[key].repeat()
            case directory_events.RepeatResultAnswer():
                self.results[key].repeat()
            case PostErro(to=Component.ACS, message=erro):
                self.acs.hear_of(key, erro)

    def _forward(self, key: str, request: Callable[[Reply], None], unreachable: object) -> None:
        self.world.call(
            request,
            answered=lambda answer: self.records[key].tell(
                _HEARD[type(unreachable), answer.type](at=self.world.now, message=answer)
            ),
            garbled=lambda: self.records[key].tell(
                _GARBLED[type(unreachable)](at=self.world.now, fault=flawed())
            ),
            unreachable=lambda: self.records[key].tell(unreachable),
        )


_GARBLED = {
    directory_events.AcsUnreachable: directory_events.AResFaulted,
    directory_events.ServerUnreachable: directory_events.RResFaulted,
}
_HEARD = {
    (directory_events.AcsUnreachable, MessageType.ARES): directory_events.AResReceived,
    (directory_events.AcsUnreachable, MessageType.ERRO): directory_events.AcsErroReceived,
    (directory_events.ServerUnreachable, MessageType.RRES): directory_events.RResReceived,
    (directory_events.ServerUnreachable, MessageType.ERRO): directory_events.ServerErroReceived,
}


class Acs:
    """An ACS, its cardholder and the bank that decides."""

    def __init__(self, world: World, decision: str, outcome: str) -> None:
        self.world = world
        self.decision = decision
        self.outcome = outcome
        self.directory: Directory
        self.records: dict[str, Party[acs.Authentication]] = {}
        self.answers: dict[str, Waiting] = {}
        self.frames = Waiting()
        self.challenges: dict[str, Party[browser_challenge.BrowserChallenge]] = {}
        self.decoupled: dict[str, Party[decoupled.Decoupled]] = {}
        self.deliveries: dict[str, Party[result_delivery.ResultDelivery]] = {}

    def ask(self, request: Message, reply: Reply) -> None:
        """Take an AReq: of a new authentication, or of one that is known."""
        key = request.text("threeDSServerTransID")
        waiting = self.answers.setdefault(key, Waiting())
        if key in self.records:
            event = acs_events.AReqRepeated(
                at=self.world.now, message=request, digest=digest(request)
            )
            waiting.ask(reply, lambda: self.records[key].tell(event), Component.ACS)
            return
        begun = acs.begin(request, acs_trans_id=f"a{key[1:]}", digest=digest(request))
        self.records[key] = Party(
            self.world,
            acs.decide,
            (begun, ()),
            lambda effect: lambda: self._perform(key, effect),
        )
        waiting.ask(reply, lambda: self._consider(key, request), Component.ACS)

    def _consider(self, key: str, request: Message) -> None:
        """Find what an AReq carries on, if anything, and decide."""
        thinking = self.world.between(0, 8) if self.world.happens(20) else 0.1
        try:
            self._carry_on(key, request)
        except ProtocolFault as fault:
            self.records[key].tell(acs_events.AReqRefused(at=self.world.now, fault=fault))
            return
        if self.records[key].record.transaction.is_fallback and key in self.decoupled:
            return  # it is decided by what it carries on
        allowed = self.records[key].record.transaction.allows(self.decision)
        result = ChallengeResult(trans_status=self.decision if allowed else "Y")
        self.world.after(
            thinking,
            lambda: self.records[key].tell(acs_events.Decided(at=self.world.now, result=result)),
        )

    def _carry_on(self, key: str, request: Message) -> None:
        by_acs_id = {
            party.record.transaction.acs_trans_id: known for known, party in self.records.items()
        }
        for reference in prior_references(request):
            first = by_acs_id[reference]
            if request.channel is not Channel.THREE_RI:
                self.records[first].tell(
                    acs_events.SecondAReqReceived(at=self.world.now, message=request)
                )
            elif first in self.decoupled:
                self.decoupled[key] = self.decoupled.pop(first)
                new = self.records[key].record.transaction.acs_trans_id or ""
                self.decoupled[key].tell(
                    decoupled_events.FallbackAsked(
                        at=self.world.now, message=request, acs_trans_id=new
                    )
                )

    def open(self, creq: Message) -> None:
        """Take a CReq from the browser; a refusal is shown there and changes nothing."""
        challenge = self.challenges.get(creq.text("threeDSServerTransID"))
        if challenge is not None:
            event = browser_events.CReqReceived(at=self.world.now, message=creq)
            self.frames.ask(lambda _: None, lambda: challenge.tell(event), Component.ACS)

    def hear_of(self, key: str, erro: Message) -> None:
        """Take an Erro that the Directory Server sent of its own accord."""
        self.records[key].tell(acs_events.ErroReceived(at=self.world.now, message=erro))

    def _perform(self, key: str, effect: Effect) -> None:
        record, now = self.records[key].record, self.world.now
        match effect:
            case acs_events.AnswerARes(result=result):
                status = result.trans_status
                answer = told(MessageType.ARES, record.transaction, transStatus=status)
                self.answers[key].answer(answer)
            case AnswerErro(message=answer):
                self.answers[key].answer(answer)
            case acs_events.RepeatAnswer():
                self.answers[key].repeat()
            case acs_events.OpenChallenge() if key not in self.challenges:
                begun = browser_challenge.begin(record.transaction, at=now)
                self.challenges[key] = Party(
                    self.world,
                    browser_challenge.decide,
                    begun,
                    lambda inner: lambda: self._meet(key, inner),
                )
            case acs_events.OpenDecoupled() if key not in self.decoupled:
                self._decouple(key, decoupled.begin(record.transaction, at=now))
            case acs_events.AwaitFallback() if key not in self.decoupled:
                self._decouple(key, decoupled.begin_fallback(record.transaction, at=now))
            case acs_events.DeliverResult(result=result, until=until) if key not in self.deliveries:
                delivery = result_delivery.begin(record.transaction, result, at=now, until=until)
                self.deliveries[key] = Party(
                    self.world,
                    result_delivery.decide,
                    delivery,
                    lambda inner: lambda: self._deliver(key, inner),
                )

    def _decouple(self, key: str, begun: tuple[decoupled.Decoupled, tuple[Effect, ...]]) -> None:
        def perform(effect: Effect) -> Callable[[], None]:
            return lambda: self._contact(party, effect)

        party = Party(self.world, decoupled.decide, begun, perform)
        self.decoupled[key] = party

    def _contact(self, party: Party[decoupled.Decoupled], effect: Effect) -> None:
        key = party.record.transaction.server_trans_id
        match effect:
            case decoupled_events.ContactCardholder() if not self.world.happens(20):
                seconds = self.world.between(1, 800)
                self.world.after(
                    seconds / 2,
                    lambda: party.tell(decoupled_events.CardholderReached(at=self.world.now)),
                )
                status = "Y" if self.outcome == "D" else self.outcome
                self._end(party, seconds, status)
            case decoupled_events.DecideAReq(result=result):
                self._decide_once(key, result)
            case SendResult(result=result, until=until):
                self.records[key].tell(
                    acs_events.ResultFound(at=self.world.now, result=result, until=until)
                )

    def _decide_once(self, key: str, result: ChallengeResult) -> None:
        """The effect may be performed twice; what is decided stays."""
        for known in (key, f"{int(key[:8], 16) + 1:08x}{key[8:]}"):
            record = self.records.get(known)
            if record is not None and record.record.state is acs.State.DECIDING:
                record.tell(acs_events.Decided(at=self.world.now, result=result))

    def _meet(self, key: str, effect: Effect) -> None:
        """Show the cardholder a page, who does something, or not."""
        match effect:
            case browser_events.ShowPage() if not self.world.happens(15):
                status = self.outcome
                if not self.records[key].record.transaction.allows_result("C", status):
                    status = "N"
                self._end(self.challenges[key], self.world.between(5, 650), status)
            case SendResult(result=result):
                self.records[key].tell(acs_events.ResultFound(at=self.world.now, result=result))

    def _end(
        self,
        party: Party[decoupled.Decoupled] | Party[browser_challenge.BrowserChallenge],
        seconds: float,
        status: str,
    ) -> None:
        result = ChallengeResult(trans_status=status)
        self.world.after(
            seconds, lambda: party.tell(OutcomeReached(at=self.world.now, result=result))
        )

    def _deliver(self, key: str, effect: Effect) -> None:
        party = self.deliveries[key]
        match effect:
            case result_delivery.PostRReq(attempt=attempt, result=result):
                rreq = told(
                    MessageType.RREQ, party.record.transaction, transStatus=result.trans_status
                )
                self.world.call(
                    lambda reply: self.directory.report(rreq, reply),
                    answered=lambda answer: party.tell(
                        (
                            result_delivery.ErroReceived
                            if answer.type is MessageType.ERRO
                            else result_delivery.RResReceived
                        )(at=self.world.now, message=answer)
                    ),
                    garbled=lambda: party.tell(
                        result_delivery.RResFaulted(at=self.world.now, fault=flawed())
                    ),
                    unreachable=lambda: party.tell(
                        result_delivery.DirectoryUnreachable(at=self.world.now, attempt=attempt)
                    ),
                )
            case result_delivery.TellDelivery(how=how, results_status=status):
                event = ResultDelivered(at=self.world.now, how=how, results_status=status)
                for known in (self.records, self.challenges, self.decoupled):
                    if key in known:
                        known[key].tell(event)
            case PostErro(message=erro):
                self.directory.hear_of(key, erro, Component.ACS)
