"""An SDK and an ACS in one process, over the ACS's own HTTP application, with real keys."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from sekisho.adapters.http.sites import Paths
from sekisho.issuer.acs.model import ChallengeKind, Facts, Outcome, Verdict
from sekisho.issuer.acs.web import site
from sekisho.kernel.errors import Unreachable
from sekisho.protocol import Category, Channel, Component, Json, Message, Version, parse
from sekisho.protocol.forms import base64url
from sekisho.protocol.jose import Enc, Roots, Signer
from sekisho.testkit.asgi_peer import Asgi
from sekisho.testkit.chance import SeededChance
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
from sekisho.testkit.sdk.playing import octets
from sekisho.testkit.sdk.session import Action, begin
from tests.unit.acs.conftest import START, Bench, areq, make_bench

RID = "A000000003"
URL = "http://bank.localhost:8080/acs/challenge/app"
BROWSER_ONLY = (
    "browserAcceptHeader", "browserIP", "browserJavaEnabled", "browserJavascriptEnabled",
    "browserLanguage", "browserColorDepth", "browserScreenHeight", "browserScreenWidth", "browserTZ",
    "browserUserAgent", "notificationURL", "threeDSCompInd",
)  # fmt: skip

ROOT_KEY = ec.derive_private_key(61, ec.SECP256R1())
ACS_KEY = ec.derive_private_key(67, ec.SECP256R1())


def certificate(
    subject: str, key: ec.EllipticCurvePrivateKey, *, by: ec.EllipticCurvePrivateKey, ca: bool
) -> x509.Certificate:
    """Make a certificate of the Directory Server's authority."""
    issuer = subject if ca else "Directory CA"
    subject_name, issuer_name = (
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, each)])
        for each in (subject, issuer)
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject_name)
        .issuer_name(issuer_name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(START - timedelta(days=1))
        .not_valid_after(START + timedelta(days=300))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(by, SHA256())
    )


ROOTS = Roots([certificate("Directory CA", ROOT_KEY, by=ROOT_KEY, ca=True)])
SIGNER = Signer(key=ACS_KEY, chain=(certificate("acs", ACS_KEY, by=ROOT_KEY, ca=False),))
DIRECTORY = DirectoryKey(
    directory_server_id=RID,
    kid="ds.1",
    key=ec.derive_private_key(71, ec.SECP256R1()).public_key(),
)


@dataclass
class Decided:
    """A decision that was made before."""

    verdict: Verdict

    def decide(self, facts: Facts) -> Verdict:
        return self.verdict


def asks(kind: ChallengeKind = ChallengeKind.ONE_TIME_CODE, *, html: bool = False) -> Decided:
    """Decide for a challenge of this kind."""
    return Decided(Verdict(outcome=Outcome.CHALLENGE, kind=kind, html=html))


def app_bench(decided: Decided | None = None, **changes: object) -> Bench:
    """Open an ACS of all versions that can hold challenges in apps."""
    versions = tuple(version.value for version in Version)
    return make_bench(decided or asks(), signer=SIGNER, versions=versions, **changes)


@dataclass
class SiteRoad:
    """The way to the ACS's public site, without sockets; what passes is kept."""

    bench: Bench
    sent: list[bytes] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)

    async def post(self, url: str, body: bytes, *, content_type: str, request_id: str) -> bytes:
        """Post to the site."""
        assert url == URL
        reply = await post(self.bench, body, content_type=content_type)
        self.sent.append(body)
        self.answers.append(reply[0])
        self.kinds.append(reply[1])
        return reply[0]


async def post(
    bench: Bench, body: bytes, *, content_type: str = "application/jose; charset=utf-8"
) -> tuple[bytes, str]:
    """Post a body to the ACS's address for SDKs; give the answer's body and type."""
    app = Paths({"/acs": site(bench.acs, clock=bench.clock, log=bench.log)})
    headers = {"Content-Type": content_type, "Content-Length": str(len(body))}
    reply = await Asgi(app=app).send("POST", "/acs/challenge/app", body, headers)
    if reply is None:
        raise Unreachable("the site answered nothing")
    assert reply.status == 200, reply.body
    return reply.body, reply.headers["content-type"]


@dataclass(frozen=True, kw_only=True)
class Begun:
    """An authentication in an app whose ARes has come."""

    transaction: SdkTransaction
    ares: Message


async def authenticate(
    bench: Bench, version: Version, sdk: Sdk | None = None, *, number: int = 1, **changes: Json
) -> Begun:
    """Send the AReq of an app as the Directory Server does, device data opened."""
    chance = SeededChance(f"sdk {number}")
    sdk = sdk or Sdk()
    transaction = begin_transaction(
        sdk,
        version=version,
        directory=DIRECTORY,
        at=bench.clock.now(),
        sdk_trans_id=chance.uuid(),
        key=ec.derive_private_key(100 + number, ec.SECP256R1()),
        random=SealingChance(seed=octets(chance, 40), octets=octets(chance, 16)),
    )
    device = {"DV": "1.6", "DD": {"C005": sdk.device.locale}}
    elements: dict[str, Json] = {
        **dict.fromkeys(BROWSER_ONLY),
        **transaction.elements,
        "sdkEncData": None,
        "deviceInfo": base64url(json.dumps(device).encode()),
        "deviceChannel": "01",
        "messageVersion": version.value,
        "threeDSServerTransID": f"11111111-1111-4111-8111-{number:012d}",
        "dsTransID": f"22222222-2222-4222-8222-{number:012d}",
        **changes,
    }
    if version >= Version.V231:
        elements |= {"acceptLanguage": None}
    answer = await bench.acs.receive("directory", areq(**elements))
    assert answer is not None
    ares = parse(answer, receiver=Component.SERVER, channel=Channel.APP, category=Category.PAYMENT)
    return Begun(transaction=transaction, ares=ares)


@dataclass(frozen=True, kw_only=True)
class Talk:
    """One challenge from both sides."""

    ended: Ended
    session: Session
    cardholder: ScriptedCardholder
    road: SiteRoad
    begun: Begun

    @property
    def uis(self) -> list[str]:
        """The kinds of screens that were shown."""
        return [screen.ui.value for screen in self.cardholder.screens]


def begin_session(
    bench: Bench, begun: Begun, *, roots: Roots = ROOTS
) -> tuple[Session, tuple[Action, ...]]:
    """Begin as the app's SDK does once the ARes is there."""
    return begin(begun.transaction, begun.ares, roots=roots, at=bench.clock.now(), random=bytes(16))


async def play(bench: Bench, begun: Begun, script: Script, *, road: SiteRoad | None = None) -> Talk:
    """Let the SDK hold the challenge until its app is told the end."""
    way = road or SiteRoad(bench)
    cardholder = ScriptedCardholder(script)
    player = Player(road=way, cardholder=cardholder, clock=bench.clock, chance=SeededChance(9))
    session, actions = begin_session(bench, begun)
    session, ended = await player.play(session, actions)
    return Talk(ended=ended, session=session, cardholder=cardholder, road=way, begun=begun)


async def talk(
    bench: Bench,
    script: Script,
    *,
    version: Version = Version.V231,
    enc: Enc = Enc.GCM,
    sdk: Sdk | None = None,
    **changes: Json,
) -> Talk:
    """Authenticate in an app and hold the challenge."""
    begun = await authenticate(bench, version, sdk or Sdk(enc=enc), **changes)
    assert begun.ares["transStatus"] == "C", begun.ares.elements
    return await play(bench, begun, script)


def results(bench: Bench) -> list[Mapping[str, Json]]:
    """Give what the Directory Server was told."""
    return list(bench.directory.results)
