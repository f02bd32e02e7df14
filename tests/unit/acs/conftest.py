"""An ACS in memory: real seals and codes, a bank and a Directory Server that do as they are told."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

import pytest

from sekisho.adapters.keys import Mac, Seal
from sekisho.clients.members_factors import (
    KnowledgeOption,
    KnowledgeQuestion,
    KnownPasskey,
    PasskeyFacts,
)
from sekisho.issuer.acs.model import (
    AcsSettings,
    Authentication,
    CardGuard,
    DeviceProfile,
)
from sekisho.issuer.acs.service import Acs, Decision, Keys, RuleSet, Stores, View
from sekisho.issuer.acs.service.ports import ProofKind
from sekisho.issuer.acs.store import AUTHENTICATIONS, CARD_GUARDS, DEVICE_PROFILES
from sekisho.kernel.brands import Brand
from sekisho.kernel.cards import Pan
from sekisho.kernel.errors import NotThere, TimedOut, Unreachable
from sekisho.kernel.factors import Ceremony, challenge_of
from sekisho.kernel.money import Amount
from sekisho.kernel.secret import Secret
from sekisho.protocol import Channel, Component, Json, MessageType, Version, build, erro_for, parse
from sekisho.protocol.authentication_value import KeyRing
from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.jose import Signer
from sekisho.protocol.states.screens import Answer, Answered, NothingEntered, TextEntered
from sekisho.testkit.cards import sandbox_card
from sekisho.testkit.chance import SeededChance
from sekisho.testkit.clock import SteppedClock
from sekisho.testkit.memory import MemoryOutbox, MemoryRecords
from sekisho.testkit.sandbox_decision import SandboxDecision

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
DS_URL = "https://localhost:8083/3ds"
NOTIFICATION_URL = "http://pay.localhost:8080/3ds/notification"
REQUESTOR_URL = "http://shop.localhost:8080/"
AGENT = "Mozilla/5.0 (X11; Linux x86_64) Sekisho"

SETTINGS = AcsSettings(
    reference_number="3DS_LOA_ACS_SEKI_020200_00001",
    operator_id="SEKISHO-ACS",
    public_url="http://bank.localhost:8080/acs",
    issuer_name="Sekisho Bank",
    small_amounts={"JPY": 10_000},
    large_amounts={"JPY": 100_000},
    versions=("2.1.0", "2.2.0", "2.3.1"),
    result_wait_s=0.5,
    silence_s=0.05,
    requests_per_minute_from_source=10_000,
    requests_per_minute_for_card=1000,
)

NEWEST: dict[str, Json] = {
    "acquirerCountryCode": "392",
    "acquirerCountryCodeSource": "01",
    "acceptLanguage": ["ja"],
}
"""What an AReq of 2.3.1 must have besides."""


@dataclass
class Lines:
    """A log that keeps its lines, to look for what must not be in them."""

    lines: list[str] = field(default_factory=list)

    def info(self, event: str, **facts: object) -> None:
        self.lines.append(f"info {event} {facts}")

    def warning(self, event: str, **facts: object) -> None:
        self.lines.append(f"warning {event} {facts}")

    def error(self, event: str, **facts: object) -> None:
        self.lines.append(f"error {event} {facts}")


@dataclass(frozen=True, kw_only=True)
class KnownCard:
    """A card as the bank describes it."""

    card_id: str = "card-1"
    masked_number: str = "•••• •••• •••• 0072"
    status: Literal["active", "suspended", "not_registrable"] = "active"
    personal_message: str = "桜の下で"
    language: str = "ja"
    phone_masked: str = "•••-••••-5678"
    email_masked: str = "t•••@example.jp"
    product_name: str = "Sandbox Visa"
    issuer_name: str = "Sekisho Bank"
    methods: tuple[str, ...] = ("password", "app_code", "question", "prompt", "passkey")


@dataclass(frozen=True, kw_only=True)
class Prompted:
    """A question that the bank's app shows."""

    card_id: str
    prompt_id: str
    shop: str | None
    amount: Amount | None
    number: str | None
    expires_at: datetime


QUESTIONS = tuple(
    KnowledgeQuestion(
        question_id=name,
        texts={"ja": f"{name}はどれですか", "en": f"Which is your {name}?"},
        several=several,
        options=tuple(
            KnowledgeOption(code=code, texts={"ja": f"選択肢{code}", "en": f"Option {code}"})
            for code in ("a", "b", "c")
        ),
    )
    for name, several in (("branch", False), ("payments", True))
)
PASSWORD, APP_CODE, ANSWERS = "hakone-1619", "314159", {"branch": "b", "payments": "a,c"}


@dataclass
class Sent:
    """A message that reached the cardholder."""

    card_id: str
    message_id: str
    channel: str
    text: str


@dataclass
class FakeBank:
    """The bank: knows every card alike until told otherwise."""

    card: KnownCard | None = field(default_factory=KnownCard)
    answers: bool = True
    delivers: bool = True
    judges: bool = True
    shows_prompts: bool = True
    """Whether it shows prompts, or finds that there were too many."""
    rp_id: str | None = "bank.localhost"
    known_passkeys: list[KnownPasskey] = field(
        default_factory=lambda: [
            KnownPasskey(credential_id="a2V5", public_key=b"cose", sign_count=0)
        ]
    )
    sent: list[Sent] = field(default_factory=list)
    prompts: list[Prompted] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    proofs: list[tuple[str, str]] = field(default_factory=list)
    """What was asked of it, by kind and proof id: one question, one judgement."""

    async def lookup_card(self, pan: Pan) -> KnownCard:
        if not self.answers:
            raise Unreachable("the bank is closed")
        if self.card is None:
            raise NotThere("no such card")
        return self.card

    async def deliver(
        self, card_id: str, *, message_id: str, channel: Literal["sms", "email"], text: str
    ) -> None:
        if not self.delivers:
            raise Unreachable("the bank is closed")
        if all(message.message_id != message_id for message in self.sent):
            self.sent.append(Sent(card_id, message_id, channel, text))

    async def prove(
        self,
        card_id: str,
        *,
        proof_id: str,
        kind: ProofKind,
        typed: Secret[str],
        question_id: str | None = None,
    ) -> bool:
        if not self.judges:
            raise Unreachable("the bank is closed")
        self.proofs.append((kind, proof_id))
        right = {
            "password": PASSWORD,
            "app_code": APP_CODE,
            "answer": ANSWERS.get(question_id or ""),
        }
        return typed.reveal() == right[kind]

    async def questions(self, card_id: str) -> tuple[KnowledgeQuestion, ...]:
        if not self.judges:
            raise Unreachable("the bank is closed")
        return QUESTIONS

    async def passkeys(self, card_id: str) -> PasskeyFacts:
        if not self.judges:
            raise Unreachable("the bank is closed")
        return PasskeyFacts(
            rp_id=self.rp_id, origin="http://bank.localhost", passkeys=tuple(self.known_passkeys)
        )

    async def prove_passkey(
        self, card_id: str, *, proof_id: str, nonce: bytes, facts: tuple[str, ...], response: str
    ) -> bool:
        if not self.judges:
            raise Unreachable("the bank is closed")
        self.proofs.append(("passkey", proof_id))
        return response == passkey_says(nonce, facts)

    async def prompt(
        self,
        card_id: str,
        *,
        prompt_id: str,
        shop: str | None,
        amount: Amount | None,
        number: str | None,
        expires_at: datetime,
    ) -> bool:
        if not self.delivers:
            raise Unreachable("the bank is closed")
        if self.shows_prompts and all(each.prompt_id != prompt_id for each in self.prompts):
            self.prompts.append(
                Prompted(
                    card_id=card_id,
                    prompt_id=prompt_id, shop=shop, amount=amount, number=number,
                    expires_at=expires_at,
                )
            )  # fmt: skip
        return self.shows_prompts

    async def withdraw_prompt(self, card_id: str, prompt_id: str) -> None:
        if not self.delivers:
            raise Unreachable("the bank is closed")
        self.withdrawn.append(prompt_id)

    @property
    def last_code(self) -> str:
        """The code in the message that came last."""
        digits = "".join(
            character if character.isascii() and character.isdigit() else " "
            for character in self.sent[-1].text
        )
        return next(word for word in digits.split() if len(word) == 6)


def passkey_says(nonce: bytes, facts: tuple[str, ...]) -> str:
    """What a passkey of this bank answers to a question."""
    return f"{challenge_of(Ceremony(nonce=nonce, facts=facts)).hex()} signed"


@dataclass
class FakeDirectory:
    """The Directory Server: takes every result, or behaves as its `mood` says."""

    results_status: str = "01"
    mood: Literal["takes", "unreachable", "silent", "refuses", "passing", "nonsense"] = "takes"
    received: list[bytes] = field(default_factory=list)
    request_ids: list[str | None] = field(default_factory=list)

    async def send(
        self, message: bytes, *, read_s: float, to: str, request_id: str | None = None
    ) -> bytes:
        assert to == DS_URL
        self.received.append(message)
        self.request_ids.append(request_id)
        members = json.loads(message)
        if members["messageType"] == "Erro":
            return b""
        match self.mood:
            case "unreachable":
                raise Unreachable("nobody there")
            case "silent":
                raise TimedOut("no answer")
            case "nonsense":
                return b"{}"
            case "refuses" | "passing":
                code = ErrorCode.TRANSACTION_UNKNOWN
                if self.mood == "passing":
                    code = ErrorCode.TIMED_OUT
                fault = ProtocolFault(
                    code, message_type=MessageType.RREQ, version=members["messageVersion"]
                )
                return erro_for(fault, component=Component.DIRECTORY).encode()
        channel = Channel.APP if "sdkTransID" in members else None
        rreq = parse(message, receiver=Component.DIRECTORY, channel=channel)
        names = ("threeDSServerTransID", "dsTransID", "acsTransID", "sdkTransID")
        ids: dict[str, Json] = {name: rreq[name] for name in names if name in rreq}
        return build(
            MessageType.RRES,
            rreq.version,
            {**ids, "resultsStatus": self.results_status},
            sender=Component.DIRECTORY,
            request=rreq,
        ).encode()

    @property
    def results(self) -> list[dict[str, str]]:
        """The RReqs that came, in order."""
        every = [json.loads(message) for message in self.received]
        return [members for members in every if members["messageType"] == "RReq"]

    @property
    def erros(self) -> list[dict[str, str]]:
        """The Erros that came, in order."""
        every = [json.loads(message) for message in self.received]
        return [members for members in every if members["messageType"] == "Erro"]


@dataclass
class Bench:
    """An ACS and everything a test looks at from outside."""

    acs: Acs
    bank: FakeBank
    directory: FakeDirectory
    authentications: MemoryRecords[Authentication]
    profiles: MemoryRecords[DeviceProfile]
    guards: MemoryRecords[CardGuard]
    outbox: MemoryOutbox
    clock: SteppedClock
    keys: Keys
    log: Lines
    settings: AcsSettings

    async def ask(self, **changes: Json) -> dict[str, str]:
        """Send an AReq as the Directory Server does; give what came back."""
        answer = await self.acs.receive("directory", areq(**changes))
        assert answer is not None
        members: dict[str, str] = json.loads(answer)
        return members

    async def enter_code(
        self, token: str, typed: str, *, agent: str = AGENT, address: str | None = None
    ) -> View:
        """Type a code or a password on the page."""
        entry = TextEntered(entry=Secret(typed), second=None) if typed else NothingEntered()
        return await self.answer(token, entry, agent=agent, address=address)

    async def answer(
        self, token: str, answer: Answer, *, agent: str = AGENT, address: str | None = None,
        trusts: bool | None = None, binds: bool | None = None,
    ) -> View:  # fmt: skip
        """Do something on the page."""
        answered = Answered(answer=answer, trusts=trusts, binds=binds)
        return await self.acs.challenges.answer(token, answered, agent=agent, address=address)


def areq(**changes: Json) -> bytes:
    """Write an AReq as it comes from the Directory Server; None takes an element out."""
    members: dict[str, Json] = {
        "messageType": "AReq",
        "messageVersion": "2.2.0",
        "deviceChannel": "02",
        "messageCategory": "01",
        "threeDSCompInd": "U",
        "threeDSRequestorID": "shop-1",
        "threeDSRequestorName": "Tea and Tins",
        "threeDSRequestorURL": REQUESTOR_URL,
        "threeDSRequestorAuthenticationInd": "01",
        "threeDSServerRefNumber": "3DS_LOA_SER_SEKI_020200_00001",
        "threeDSServerOperatorID": "SEKISHO-SRV",
        "threeDSServerTransID": "11111111-1111-4111-8111-111111111111",
        "threeDSServerURL": "https://localhost:8082/3ds",
        "acquirerBIN": "411111",
        "acquirerMerchantID": "990000000001",
        "acctNumber": sandbox_card(Brand.VISA, "0072").digits,
        "cardExpiryDate": "3012",
        "browserAcceptHeader": "text/html",
        "browserIP": "127.0.0.1",
        "browserJavaEnabled": False,
        "browserJavascriptEnabled": True,
        "browserLanguage": "ja",
        "browserColorDepth": "24",
        "browserScreenHeight": "900",
        "browserScreenWidth": "1440",
        "browserTZ": "-540",
        "browserUserAgent": AGENT,
        "dsReferenceNumber": "DS_LOA_DIS_SEKI_020200_00001",
        "dsTransID": "22222222-2222-4222-8222-222222222222",
        "dsURL": DS_URL,
        "mcc": "5499",
        "merchantCountryCode": "392",
        "merchantName": "Tea and Tins",
        "notificationURL": NOTIFICATION_URL,
        "purchaseAmount": "14500",
        "purchaseCurrency": "392",
        "purchaseExponent": "0",
        "purchaseDate": "20260301090000",
        "transType": "01",
    }
    if changes.get("messageVersion") == "2.3.1":
        members |= NEWEST
    members |= changes
    kept = {name: value for name, value in members.items() if value is not None}
    return json.dumps(kept).encode()


def creq(ares: Mapping[str, str], **changes: Json) -> str:
    """Write the CReq that follows an ARes, as a form field."""
    members: dict[str, Json] = {
        "messageType": "CReq",
        "messageVersion": ares["messageVersion"],
        "threeDSServerTransID": ares["threeDSServerTransID"],
        "acsTransID": ares["acsTransID"],
        "challengeWindowSize": "02",
    }
    members |= changes
    kept = {name: value for name, value in members.items() if value is not None}
    return base64.urlsafe_b64encode(json.dumps(kept).encode()).rstrip(b"=").decode()


def decoded(field_text: str) -> dict[str, str]:
    """Read a form field of base64url JSON."""
    members: dict[str, str] = json.loads(
        base64.urlsafe_b64decode(field_text + "=" * (-len(field_text) % 4))
    )
    return members


def rings(octets: bytes) -> dict[Brand, KeyRing]:
    """One key for every brand."""
    return {brand: KeyRing(keys={1: Mac(octets)}, current=1) for brand in Brand}


def make_bench(
    decision: Decision | None = None, *, signer: Signer | None = None, **changes: object
) -> Bench:
    """Open an ACS that nobody has been to; with a signer it holds challenges in apps."""
    settings = replace(SETTINGS, **changes)  # type: ignore[arg-type]  # fields by name
    clock = SteppedClock(START)
    log = Lines()
    keys = Keys(
        seal=Seal(b"s" * 32),
        digest=Mac(b"d" * 32),
        authentication_value=rings(b"v" * 32),
        signer=signer,
    )
    bank, directory = FakeBank(), FakeDirectory()

    async def perform(key: str, effect: object) -> None:
        await acs.perform(key, effect)

    outbox = MemoryOutbox(perform, clock)
    authentications = MemoryRecords(AUTHENTICATIONS, outbox)
    profiles = MemoryRecords(DEVICE_PROFILES, outbox)
    guards = MemoryRecords(CARD_GUARDS, outbox)
    acs = Acs(
        settings,
        stores=Stores(
            authentications=authentications, device_profiles=profiles, card_guards=guards
        ),
        keys=keys,
        bank=bank,
        directory=directory,
        decision=decision or SandboxDecision(RuleSet(settings)),
        ds_urls=(DS_URL,),
        clock=clock,
        chance=SeededChance("acs"),
        outbox=outbox,
        log=log,
    )
    return Bench(
        acs=acs,
        bank=bank,
        directory=directory,
        authentications=authentications,
        profiles=profiles,
        guards=guards,
        outbox=outbox,
        clock=clock,
        keys=keys,
        log=log,
        settings=settings,
    )


@pytest.fixture
def bench() -> Bench:
    """An ACS in its sandbox."""
    return make_bench()


SPOKEN = (Version.V210, Version.V220)
