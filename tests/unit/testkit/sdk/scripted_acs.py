"""An ACS that shows a list of screens and then ends: the library's table and encryption, no room."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from sekisho.kernel.errors import TimedOut, Unreachable
from sekisho.protocol import (
    Category,
    Channel,
    Component,
    Json,
    Message,
    MessageType,
    ProtocolFault,
    Version,
    build,
    erro_for,
    parse,
)
from sekisho.protocol.forms import base64url
from sekisho.protocol.jose import (
    AcsContent,
    Enc,
    Roots,
    SecureChannel,
    Side,
    Signer,
    agree_channel,
    open_message,
    seal,
    sign_acs_content,
)
from sekisho.testkit.chance import SeededChance
from sekisho.testkit.clock import SteppedClock
from sekisho.testkit.sdk import (
    DirectoryKey,
    Ended,
    Player,
    Script,
    ScriptedCardholder,
    Sdk,
    SdkTransaction,
    SealingChance,
    Session,
    begin_transaction,
)
from sekisho.testkit.sdk.session import begin

NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)
ACS_ID = "d7c1ee99-9478-44a6-b1f2-391e29c6b340"
SERVER_ID = "8a880dc0-d2d2-4067-bcb1-b08d1690b26e"
SDK_ID = "b2385523-a66c-4907-ac3c-91848e8c0067"
URL = "https://bank.example/acs/challenge/app"
RID = "A000000003"

SDK_KEY = ec.derive_private_key(41, ec.SECP256R1())
ACS_KEY = ec.derive_private_key(43, ec.SECP256R1())
DIRECTORY_PRIVATE = ec.derive_private_key(47, ec.SECP256R1())
SIGNING_KEY = ec.derive_private_key(53, ec.SECP256R1())
ROOT_KEY = ec.derive_private_key(59, ec.SECP256R1())
DIRECTORY = DirectoryKey(directory_server_id=RID, kid="ds.1", key=DIRECTORY_PRIVATE.public_key())


def certificate(
    subject: str, key: ec.EllipticCurvePrivateKey, *, by: ec.EllipticCurvePrivateKey, ca: bool
) -> x509.Certificate:
    """Make a certificate of the Directory Server's authority, or of another."""
    issuer = subject if ca else "Directory CA"
    names = [
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, each)])
        for each in (subject, issuer)
    ]
    return (
        x509.CertificateBuilder()
        .subject_name(names[0])
        .issuer_name(names[1])
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOON - timedelta(days=1))
        .not_valid_after(NOON + timedelta(days=300))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(by, SHA256())
    )


ROOT = certificate("Directory CA", ROOT_KEY, by=ROOT_KEY, ca=True)
ROOTS = Roots([ROOT])
SIGNER = Signer(key=SIGNING_KEY, chain=(certificate("acs", SIGNING_KEY, by=ROOT_KEY, ca=False),))

TEXTS: Mapping[str, Json] = {
    "challengeInfoHeader": "Confirm your payment",
    "challengeInfoText": "14,500 JPY at Tea & Tins",
}
CHOICES: list[Json] = [{"sms": "Text message"}, {"mail": "E-mail"}]
FORM = (
    "<html><head><style>p{color:red}</style></head><body><p>Your code, please.</p>"
    '<form action="HTTPS://EMV3DS/challenge" method="get">'
    '<input type="hidden" name="turn" value="1"><input name="code"><button>Go on</button>'
    "</form></body></html>"
)


def screen(ui: str, version: Version, **changes: Json) -> dict[str, Json]:
    """Give the parts of a screen of each kind."""
    parts: dict[str, dict[str, Json]] = {
        "01": {"challengeInfoLabel": "Code", "submitAuthenticationLabel": "Go on"},
        "02": {
            "challengeInfoLabel": "How?",
            "challengeSelectInfo": CHOICES,
            "submitAuthenticationLabel": "Go on",
        },
        "03": {
            "challengeInfoLabel": "Which?",
            "challengeSelectInfo": CHOICES,
            "submitAuthenticationLabel": "Go on",
        },
        "04": {"oobContinueLabel": "I am back"},
        "05": {"acsHTML": base64url(FORM.encode())},
        "06": {"acsHTML": base64url(FORM.encode())},
        "07": {"infoContinueLabel": "Go on"},
    }
    shown = dict(parts[ui])
    if ui not in ("05", "06"):
        shown = {**TEXTS, **shown}
    if ui == "01" and version >= Version.V231:
        del shown["challengeInfoLabel"]
        shown["challengeEntryBox"] = {"challengeDataEntryLabel": "Code"}
    return {"acsUiType": ui, **shown, **changes}


@dataclass(kw_only=True)
class ScriptedAcs:
    """Answers CReqs at one address."""

    version: Version = Version.V231
    screens: list[dict[str, Json]] = field(default_factory=list)
    trans_status: str = "Y"
    reference: str = Sdk().reference_number
    clock: SteppedClock = field(default_factory=lambda: SteppedClock(NOON))
    fails: list[Exception] = field(default_factory=list)
    """Raised for the next posts, one each, before anything is read."""
    mangle: Callable[[bytes], bytes] = lambda answer: answer
    """What happens to answers on their way."""
    creqs: list[Message] = field(default_factory=list)
    erros: list[Message] = field(default_factory=list)
    channel: SecureChannel | None = None

    def ares(self, transaction: SdkTransaction, **changes: Json) -> Message:
        """Give the ARes with C that the app would be given."""
        content = AcsContent(
            acs_key=ACS_KEY.public_key(), sdk_key=transaction.key.public_key(), acs_url=URL
        )
        elements: dict[str, Json] = {
            "threeDSServerTransID": SERVER_ID,
            "acsTransID": ACS_ID,
            "dsTransID": "f25084f0-5b16-4c0a-ae5d-b24808a95e4b",
            "sdkTransID": transaction.sdk_trans_id,
            "dsReferenceNumber": "DS",
            "acsReferenceNumber": "ACS",
            "acsOperatorID": "ACS_OPERATOR",
            "transStatus": "C",
            "acsChallengeMandated": "N",
            "authenticationType": "02",
            "authenticationMethod": ["02"],
            "acsSignedContent": sign_acs_content(content, SIGNER),
            "acsRenderingType": {
                "acsInterface": "01",
                "acsUiTemplate": "01",
                "deviceUserInterfaceMode": "01",
            },
            "deviceInfoRecognisedVersion": "1.6",
            "threeDSRequestorAppURLInd": "N",
            **changes,
        }
        return build(
            MessageType.ARES,
            transaction.version,
            elements,
            sender=Component.ACS,
            channel=Channel.APP,
            category=Category.PAYMENT,
            fit=True,
        )

    async def post(self, url: str, body: bytes, *, content_type: str, request_id: str) -> bytes:
        """Answer what is posted."""
        assert url == URL
        assert request_id == SDK_ID
        if self.fails:
            raise self.fails.pop(0)
        if content_type.startswith("application/json"):
            self.erros.append(parse(body, receiver=Component.ACS))
            return b""
        assert content_type == "application/jose; charset=utf-8"
        return self.mangle(self._answer(body.decode()))

    def _answer(self, token: str) -> bytes:
        channel = self.channel or agree_channel(
            Side.ACS,
            own=ACS_KEY,
            peers=SDK_KEY.public_key(),
            sdk_reference_number=self.reference,
            acs_trans_id=ACS_ID,
        )
        try:
            plain, channel = open_message(channel, token)
            creq = parse(plain, receiver=Component.ACS, channel=Channel.APP, version=self.version)
        except ProtocolFault as fault:
            return erro_for(fault, component=Component.ACS, version=self.version).encode()
        self.creqs.append(creq)
        cres = self._cres(channel.counter).encode()
        answer, self.channel = seal(channel, cres, random=bytes((len(self.creqs),)) * 16)
        return answer.encode()

    def _cres(self, counter: str) -> Message:
        at = len(self.creqs) - 1
        cancelled = "challengeCancel" in self.creqs[-1]
        last = cancelled or at >= len(self.screens)
        shown: dict[str, Json] = (
            {"challengeCompletionInd": "Y", "transStatus": "N" if cancelled else self.trans_status}
            if last
            else {"challengeCompletionInd": "N", **self.screens[at]}
        )
        return build(
            MessageType.CRES,
            self.version,
            {
                "threeDSServerTransID": SERVER_ID,
                "acsTransID": ACS_ID,
                "sdkTransID": SDK_ID,
                "acsCounterAtoS": counter,
                **shown,
            },
            sender=Component.ACS,
            receiver=Component.SDK,
            channel=Channel.APP,
            category=Category.PAYMENT,
            fit=True,
        )

    def unreachable(self, times: int = 1) -> None:
        """Refuse the next connections."""
        self.fails += [Unreachable("nobody listens")] * times

    def silent(self) -> None:
        """Take the next post and say nothing."""
        self.fails.append(TimedOut("no answer"))


@dataclass(frozen=True, kw_only=True)
class Story:
    """One challenge from the SDK's side."""

    ended: Ended
    session: Session
    cardholder: ScriptedCardholder
    acs: ScriptedAcs


def transaction_of(sdk: Sdk, version: Version) -> SdkTransaction:
    """Begin a transaction of the SDK."""
    return begin_transaction(
        sdk,
        version=version,
        directory=DIRECTORY,
        at=NOON,
        sdk_trans_id=SDK_ID,
        key=SDK_KEY,
        random=SealingChance(seed=bytes(range(40)), octets=bytes(range(16))),
    )


async def story(
    acs: ScriptedAcs,
    script: Script,
    *,
    enc: Enc = Enc.GCM,
    sdk: Sdk | None = None,
    roots: Roots = ROOTS,
    **changes: Json,
) -> Story:
    """Let an SDK and this ACS talk until the app is told the end."""
    transaction = transaction_of(sdk or Sdk(enc=enc), acs.version)
    ares = acs.ares(transaction)
    if changes:
        ares = _changed(ares, changes)
    cardholder = ScriptedCardholder(script)
    player = Player(road=acs, cardholder=cardholder, clock=acs.clock, chance=SeededChance(5))
    session, actions = begin(transaction, ares, roots=roots, at=NOON, random=bytes(16))
    session, ended = await player.play(session, actions)
    return Story(ended=ended, session=session, cardholder=cardholder, acs=acs)


def _changed(ares: Message, changes: Mapping[str, Json]) -> Message:
    """Change an ARes on its way, as whoever stands between may."""
    return Message(
        type=ares.type,
        version=ares.version,
        channel=ares.channel,
        category=ares.category,
        elements={**ares.elements, **changes},
        received={**ares.received, **changes},
    )
