"""A challenge as the emulated SDK plays it: the library's table, and the encryption around it. Pure.

Something happens, and the session says what must be done: post this, show that, open the bank's app,
the end. What the table does not know is here: acsSignedContent is verified, keys are agreed on, each
message is encrypted once, and an answer in plain JSON is an Erro (protocol facts, sections 5.3, 5.4).
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from sekisho.kernel.effects import Effect, Later
from sekisho.kernel.errors import Misuse
from sekisho.protocol import (
    Category,
    Channel,
    Component,
    Message,
    MessageType,
    ProtocolFault,
    parse,
)
from sekisho.protocol.jose import (
    Roots,
    SecureChannel,
    Side,
    agree_channel,
    open_message,
    seal,
    verify_acs_content,
)
from sekisho.protocol.states import sdk_challenge as table
from sekisho.protocol.states import sdk_challenge_events as on
from sekisho.protocol.states.exchange import PostErro
from sekisho.protocol.states.transaction import Transaction
from sekisho.testkit.sdk.identity import SdkTransaction

JOSE: Final = "application/jose; charset=utf-8"
JSON: Final = "application/json; charset=utf-8"

OPENS: Final = "01"
OPENS_NOT: Final = "02"
"""oobAppURLInd."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Post this to the ACS, and bring back what it answers."""

    url: str
    body: bytes
    content_type: str = JOSE
    attempt: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Post this Erro to the ACS; nothing hangs on the answer."""

    url: str
    body: bytes
    content_type: str = JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """Show this screen."""

    cres: Message


@dataclass(frozen=True, slots=True)
class ShowAgain:
    """Show what the screen has for those who come back from the bank's app (2.1.0)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenApp:
    """Open the bank's app."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The app is told: it is over."""

    outcome: on.Outcome
    trans_status: str | None


Action: TypeAlias = Post | Report | Show | ShowAgain | OpenApp | Ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One challenge on one device."""

    transaction: SdkTransaction
    roots: Roots
    signed_content: str
    challenge: table.SdkChallenge
    channel: SecureChannel | None = None
    acs_url: str = ""
    posted: str = field(default="", repr=False)
    """The last JWE: sent again as it is where no connection could be made."""
    shown: Message | None = None
    """The CRes of the screen that was shown last."""
    refusal: ProtocolFault | None = None
    """Why acsSignedContent was refused."""

    @property
    def is_over(self) -> bool:
        """Whether the app was told the end."""
        return self.challenge.state in table.FINAL


def begin(
    transaction: SdkTransaction,
    ares: Message,
    *,
    roots: Roots,
    at: datetime,
    random: bytes,
) -> tuple[Session, tuple[Action, ...]]:
    """Begin with what the requestor's app was given of an ARes with C; the first CReq goes out.

    Nothing is sent where acsSignedContent does not lead to the roots or brings another key.
    """
    sdk = transaction.sdk
    known = Transaction(
        version=transaction.version,
        channel=Channel.APP,
        category=Category(ares.category),
        server_trans_id=ares.text("threeDSServerTransID"),
        acs_trans_id=ares.text("acsTransID"),
        sdk_trans_id=transaction.sdk_trans_id,
    )
    challenge, effects = table.begin(
        known,
        at=at,
        max_time=timedelta(minutes=sdk.max_timeout_minutes),
        oob_app_url_ind=OPENS if sdk.opens_apps else OPENS_NOT,
        app_url=sdk.app_url,
    )
    session = Session(
        transaction=transaction,
        roots=roots,
        signed_content=ares.text_or_none("acsSignedContent") or "",
        challenge=challenge,
    )
    return _performed(session, effects, at=at, random=random)


def tell(session: Session, event: on.Event, *, random: bytes) -> tuple[Session, tuple[Action, ...]]:
    """Tell the session what happened; get what must be done. `random` are 16 fresh octets.

    Raises Misuse for an answer that the screen does not allow.
    """
    challenge, effects = table.decide(session.challenge, event)
    after = replace(session, challenge=challenge)
    return _performed(after, effects, at=event.at, random=random)


def answered(
    session: Session, body: bytes, *, at: datetime, random: bytes
) -> tuple[Session, tuple[Action, ...]]:
    """Take what the ACS answered, whatever it is: a JWE, an Erro in plain JSON, or neither."""
    session, event = _read(session, body, at)
    return tell(session, event, random=random)


def silent(session: Session, *, random: bytes) -> tuple[Session, tuple[Action, ...]]:
    """Let the present wait end: no CRes came, or the cardholder did nothing for too long."""
    state, until = session.challenge.state, session.challenge.until
    if until is None:
        raise Misuse("nothing is waited for")
    return tell(session, table.SILENCE[state](at=until), random=random)


def _read(session: Session, body: bytes, at: datetime) -> tuple[Session, on.Event]:
    """Turn an answer into what the table is told."""
    version = session.transaction.version
    try:
        if body.lstrip()[:1] == b"{":
            told = parse(body, receiver=Component.SDK, channel=Channel.APP, supported=(version,))
            if told.type is MessageType.ERRO:
                return session, on.ErroReceived(at=at, message=told)
        # A CRes that is not encrypted is none.
        channel = _channel_of(session)
        plain, channel = open_message(channel, body.decode("ascii", "replace"))
        cres = parse(plain, receiver=Component.SDK, channel=Channel.APP, version=version)
    except ProtocolFault as fault:
        return session, on.CResFaulted(at=at, fault=fault, final=not fault.answerable)
    return replace(session, channel=channel), on.CResReceived(at=at, message=cres)


def _performed(
    session: Session, effects: tuple[Effect, ...], *, at: datetime, random: bytes
) -> tuple[Session, tuple[Action, ...]]:
    """Do what needs no world, and give the rest as actions."""
    actions: list[Action] = []
    for effect in effects:
        match effect:
            case on.VerifySignature():
                session, event = _verified(session, at)
                session, further = tell(session, event, random=random)
                actions += further
            case on.SendCReq(message=creq):
                session = _sealed(session, creq, random)
                actions.append(Post(url=session.acs_url, body=session.posted.encode("ascii")))
            case on.ShowScreen(message=cres):
                session = replace(session, shown=cres)
                actions.append(Show(cres=cres))
            case Later():
                pass  # the edge waits until `challenge.until`, whichever wait it is
            case _:
                actions.append(_action(session, effect))
    return session, tuple(actions)


def _action(session: Session, effect: Effect) -> Action:
    match effect:
        case on.RepeatCReq(attempt=attempt):
            body = session.posted.encode("ascii")
            return Post(url=session.acs_url, body=body, attempt=attempt)
        case on.ShowReturn():
            return ShowAgain()
        case on.OpenOobApp(url=url):
            return OpenApp(url=url)
        case PostErro(message=erro):
            return Report(url=session.acs_url, body=erro.encode())
        case on.TellApp(outcome=outcome, trans_status=status):
            return Ended(outcome=outcome, trans_status=status)
    raise Misuse(f"an SDK has no effect {type(effect).__name__}")


def _verified(session: Session, at: datetime) -> tuple[Session, on.Event]:
    """Hold acsSignedContent against the Directory Server's root, and agree on the keys."""
    own = session.transaction
    try:
        content = verify_acs_content(
            session.signed_content, roots=session.roots, at=at, sdk_key=own.key.public_key()
        )
    except ProtocolFault as fault:
        return replace(session, refusal=fault), on.SignatureRefused(at=at)
    channel = agree_channel(
        Side.SDK,
        own=own.key,
        peers=content.acs_key,
        sdk_reference_number=own.sdk.reference_number,
        acs_trans_id=session.challenge.transaction.acs_trans_id or "",
        enc=own.sdk.enc,
    )
    agreed = replace(session, channel=channel, acs_url=content.acs_url)
    return agreed, on.SignatureVerified(at=at)


def _sealed(session: Session, creq: Message, random: bytes) -> Session:
    token, channel = seal(_channel_of(session), creq.encode(), random=random)
    return replace(session, channel=channel, posted=token)


def _channel_of(session: Session) -> SecureChannel:
    if session.channel is None:
        raise Misuse("no key was agreed on")
    return session.channel
