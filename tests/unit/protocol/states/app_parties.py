"""An SDK and an ACS of a simulated network: their tables, and the real encryption between them.

What a room would add is here in one line each: it keeps what it has encrypted, so that an effect that is
performed twice sends the same octets; and it answers a question that is no longer open with nothing.
"""

from collections.abc import Callable
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric import ec

from sekisho.kernel.effects import Effect
from sekisho.kernel.secret import Secret
from sekisho.protocol import (
    Component,
    Message,
    MessageType,
    ProtocolFault,
    Version,
    parse,
)
from sekisho.protocol import erro_for as erro_of
from sekisho.protocol.jose.content import Enc
from sekisho.protocol.jose.secure_channel import (
    SecureChannel,
    Side,
    agree_channel,
    open_message,
    seal,
)
from sekisho.protocol.states import app_challenge as acs
from sekisho.protocol.states import app_challenge_events as on_acs
from sekisho.protocol.states import sdk_challenge as sdk
from sekisho.protocol.states import sdk_challenge_events as on_sdk
from sekisho.protocol.states.challenge_result import ChallengeResult
from sekisho.protocol.states.exchange import (
    AnswerErro,
    Delivery,
    PostErro,
    ResultDelivered,
    SendResult,
)
from sekisho.protocol.states.screens import (
    Answered,
    Chosen,
    HtmlSubmitted,
    InfoContinued,
    NothingEntered,
    OobContinued,
    TextEntered,
)
from sekisho.protocol.vocabulary import Channel
from sekisho.testkit.samples import ACS_ID
from tests.unit.protocol.states.app_messages import app_transaction, cres, final_cres
from tests.unit.protocol.states.network import World
from tests.unit.protocol.states.parties import Party
from tests.unit.protocol.states.transactions import flawed

_SDK_KEY = ec.derive_private_key(41, ec.SECP256R1())
_ACS_KEY = ec.derive_private_key(43, ec.SECP256R1())
_REFERENCE = "3DS_LOA_SDK_SEKI_020301_00001"

Packet = str | Message
"""What travels: a JWE, or an Erro in the plain."""
Answer = Callable[[Packet], None]

ANSWERS = {
    "01": Answered(answer=TextEntered(entry=Secret("123456"), second=None)),
    "02": Answered(answer=Chosen(("mail",))),
    "03": Answered(answer=Chosen(("mail", "call"))),
    "04": Answered(answer=OobContinued(automatic=False)),
    "05": Answered(answer=HtmlSubmitted(query=Secret("code=1"))),
    "06": Answered(answer=HtmlSubmitted(query=Secret("code=1"))),
    "07": Answered(answer=InfoContinued()),
}


class Envelope:
    """One end of the encrypted channel, which encrypts each message once."""

    def __init__(self, side: Side, version: Version, enc: Enc) -> None:
        own, peer = (_SDK_KEY, _ACS_KEY) if side is Side.SDK else (_ACS_KEY, _SDK_KEY)
        self.version = version
        self.channel: SecureChannel = agree_channel(
            side,
            own=own,
            peers=peer.public_key(),
            sdk_reference_number=_REFERENCE,
            acs_trans_id=ACS_ID,
            enc=enc if side is Side.SDK else None,
        )
        self._kept: dict[str, str] = {}

    def closed(self, message: Message) -> str:
        """Encrypt a message, or find what it was encrypted to."""
        counter = message.text(self.channel.side.counter_name)
        if counter not in self._kept:
            octets = bytes(15) + bytes((self.channel.sent,))
            self._kept[counter], self.channel = seal(self.channel, message.encode(), random=octets)
        return self._kept[counter]

    def opened(self, token: str, receiver: Component) -> Message:
        """Decrypt and read what the peer sent; ProtocolFault if it cannot be."""
        octets, self.channel = open_message(self.channel, token)
        return parse(octets, receiver=receiver, channel=Channel.APP, version=self.version)


class Phone:
    """The SDK, its cardholder, and the app that wants to know the end."""

    def __init__(self, world: World, version: Version, enc: Enc) -> None:
        self.world = world
        self.envelope = Envelope(Side.SDK, version, enc)
        self.acs: Bank
        self.told: list[on_sdk.TellApp] = []
        self._version = version

    def start(self) -> None:
        """Begin with what the ARes brought."""
        begun = sdk.begin(
            app_transaction(self._version),
            at=self.world.now,
            max_time=timedelta(minutes=self.world.chance.choice((5, 15))),
        )
        self.party = Party(self.world, sdk.decide, begun, self._perform)

    def _perform(self, effect: Effect) -> Callable[[], None]:
        match effect:
            case on_sdk.VerifySignature():
                return self._verify
            case on_sdk.SendCReq(message=creq):
                token = self.envelope.closed(creq)
                return lambda: self._call(token, attempt=1)
            case on_sdk.RepeatCReq(attempt=attempt):
                token = self._last
                return lambda: self._call(token, attempt=attempt)
            case on_sdk.ShowScreen(message=screen):
                return lambda: self._look_at(screen)
            case PostErro(message=erro):
                return lambda: self._post(erro)
            case on_sdk.TellApp():
                self.told.append(effect)
        return lambda: None

    def _verify(self) -> None:
        if self.world.happens(2):
            self.party.tell(on_sdk.SignatureRefused(at=self.world.now))
        else:
            self.party.tell(on_sdk.SignatureVerified(at=self.world.now))

    def _call(self, token: str, attempt: int) -> None:
        self._last = token
        self.world.call(
            lambda reply: self.acs.receive(token, reply),
            answered=self._take,
            garbled=self._stumble,
            unreachable=lambda: self.party.tell(
                on_sdk.AcsUnreachable(at=self.world.now, attempt=attempt)
            ),
        )

    def _post(self, erro: Message) -> None:
        self.world.call(
            lambda _: self.acs.accuse(erro),
            answered=lambda _: None,
            garbled=lambda: None,
            unreachable=lambda: None,
        )

    def _stumble(self) -> None:
        fault = flawed(MessageType.CRES, self._version)
        self.party.tell(on_sdk.CResFaulted(at=self.world.now, fault=fault))

    def _take(self, packet: Packet) -> None:
        if isinstance(packet, Message):
            self.party.tell(on_sdk.ErroReceived(at=self.world.now, message=packet))
            return
        try:
            screen = self.envelope.opened(packet, Component.SDK)
        except ProtocolFault as fault:
            self.party.tell(on_sdk.CResFaulted(at=self.world.now, fault=fault))
        else:
            self.party.tell(on_sdk.CResReceived(at=self.world.now, message=screen))

    def _look_at(self, screen: Message) -> None:
        """The cardholder takes some time, now and then more than there is."""
        slow = self.world.happens(5)
        wait = self.world.between(300, 2000) if slow else self.world.between(1, 40)
        self.world.after(wait, lambda: self._touch(screen))

    def _touch(self, screen: Message) -> None:
        if self.party.record.screen is not screen.elements:
            return  # another screen is shown by now
        at = self.world.now
        if self.world.happens(8):
            self.party.tell(on_sdk.CancelPressed(at=at))
            return
        if self.world.happens(10):
            self.party.tell(on_sdk.AppReturned(at=at))
        ui = screen.text("acsUiType")
        answered = Answered(answer=NothingEntered()) if self.world.happens(3) else ANSWERS[ui]
        if ui not in ("01", "02", "03"):
            answered = ANSWERS[ui]
        self.party.tell(on_sdk.Replied(at=at, answered=answered))
        if self.world.happens(10):
            self.party.tell(on_sdk.CancelPressed(at=at))


class Bank:
    """The ACS, its room, and the delivery of the result."""

    def __init__(self, world: World, version: Version, screens: list[str], outcome: str) -> None:
        self.world = world
        self.envelope = Envelope(Side.ACS, version, Enc.GCM)
        self.phone: Phone
        self.screens = screens
        self.outcome = outcome
        self._version = version
        self._open: list[Answer] = []

    def start(self) -> None:
        """Begin when the ARes with C leaves."""
        begun = acs.begin(app_transaction(self._version), at=self.world.now)
        self.party = Party(self.world, acs.decide, begun, self._perform)

    def receive(self, token: str, reply: Answer) -> None:
        """Take what the SDK sent, and keep the connection for the answer."""
        self._open.append(reply)
        try:
            self.party.tell(self._read(token))
        except ProtocolFault as fault:
            self._open.remove(reply)
            reply(erro_of(fault, component=Component.ACS, version=self._version))

    def accuse(self, erro: Message) -> None:
        """Take an Erro of the SDK."""
        self.party.tell(on_acs.ErroReceived(at=self.world.now, message=erro))

    @property
    def results(self) -> list[ChallengeResult]:
        """What the ACS has decided to report."""
        decided = self.party.decided
        return [effect.result for effect in decided if isinstance(effect, SendResult)]

    def _read(self, token: str) -> on_acs.Event:
        try:
            creq = self.envelope.opened(token, Component.ACS)
        except ProtocolFault as fault:
            return on_acs.CReqFaulted(at=self.world.now, fault=fault)
        enc = self.envelope.channel.enc
        assert enc is not None
        return on_acs.CReqReceived(at=self.world.now, message=creq, enc=enc)

    def _perform(self, effect: Effect) -> Callable[[], None]:
        match effect:
            case on_acs.ChooseScreen():
                turn = self.party.record.received
                return lambda: self._choose(turn)
            case on_acs.SendScreen(message=screen):
                return lambda: self._answer(self.envelope.closed(screen))
            case on_acs.SendFinalCRes(trans_status=status, counter=counter):
                last = final_cres(int(counter), status, self._version)
                return lambda: self._answer(self.envelope.closed(last))
            case AnswerErro(message=erro):
                return lambda: self._answer(erro)
            case SendResult():
                return self._deliver
        return lambda: None

    def _choose(self, turn: int) -> None:
        """The room judges: the next screen of its list, then the outcome; rarely nothing."""
        record = self.party.record
        if record.received != turn or record.state is not acs.State.CHOOSING:
            return
        if self.world.happens(3):
            return
        at = self.world.now
        if record.sent < len(self.screens):
            ui = self.screens[record.sent]
            screen = cres(record.sent, ui, self._version)
            self.party.tell(on_acs.ScreenChosen(at=at, message=screen))
        else:
            reason = None if self.outcome == "Y" else "01"
            result = ChallengeResult(trans_status=self.outcome, reason=reason)
            self.party.tell(on_acs.OutcomeReached(at=at, result=result))

    def _answer(self, packet: Packet) -> None:
        waiting, self._open = self._open, []
        for reply in waiting:
            reply(packet)

    def _deliver(self) -> None:
        how = self.world.chance.choice(list(Delivery)) if self.world.happens(20) else Delivery.TAKEN
        wait = self.world.between(0, 12) if self.world.happens(20) else self.world.between(0, 2)
        self.world.after(wait, lambda: self.party.tell(ResultDelivered(at=self.world.now, how=how)))
