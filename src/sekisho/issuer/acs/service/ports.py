"""What the Access Control Server needs of the world, in its own words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from sekisho.issuer.acs.model import (
    AcsSettings,
    Authentication,
    BankCard,
    CardGuard,
    DeviceProfile,
    Facts,
    Verdict,
)
from sekisho.kernel.brands import Brand
from sekisho.kernel.cards import Pan
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.log import Log
from sekisho.kernel.money import Amount
from sekisho.kernel.secret import Secret
from sekisho.kernel.store import Outbox, Store
from sekisho.protocol.authentication_value import KeyRing
from sekisho.protocol.jose import Signer

ProofKind: TypeAlias = Literal["password", "app_code", "answer"]


class KnowledgeOption(Protocol):
    """One of the answers that a question offers."""

    @property
    def code(self) -> str:
        """The bank's name for it."""
        ...

    @property
    def texts(self) -> Mapping[str, str]:
        """By language, `ja` and `en`."""
        ...


class KnowledgeQuestion(Protocol):
    """A question to which the cardholder knows the answer."""

    @property
    def question_id(self) -> str:
        """The bank's name for it."""
        ...

    @property
    def texts(self) -> Mapping[str, str]:
        """By language, `ja` and `en`."""
        ...

    @property
    def several(self) -> bool:
        """Whether more than one option may belong to the answer."""
        ...

    @property
    def options(self) -> Sequence[KnowledgeOption]:
        """What there is to choose from."""
        ...


class KnownPasskey(Protocol):
    """A passkey as the bank keeps it."""

    @property
    def credential_id(self) -> str:
        """base64url without padding."""
        ...

    @property
    def public_key(self) -> bytes:
        """As COSE writes it."""
        ...

    @property
    def sign_count(self) -> int:
        """What it counted last."""
        ...


class PasskeyFacts(Protocol):
    """The passkeys of a card."""

    @property
    def rp_id(self) -> str | None:
        """The relying party's id; None: the bank has no passkeys."""
        ...

    @property
    def origin(self) -> str | None:
        """Of the pages that may ask for them."""
        ...

    @property
    def passkeys(self) -> Sequence[KnownPasskey]:
        """Those that the cardholder registered."""
        ...


class Bank(Protocol):
    """The bank that issued the cards.

    Beside what each says, every call raises Unreachable when the bank does not answer, NotThere for
    a card that it does not know, TheyErred when it finds the request wrong.
    """

    async def lookup_card(self, pan: Pan) -> BankCard:
        """Find a card; NotThere when the number is none of the bank's, Unreachable at times."""
        ...

    async def deliver(
        self, card_id: str, *, message_id: str, channel: Literal["sms", "email"], text: str
    ) -> None:
        """Send a message to the cardholder, once for every message id."""
        ...

    async def prove(
        self,
        card_id: str,
        *,
        proof_id: str,
        kind: ProofKind,
        typed: Secret[str],
        question_id: str | None = None,
    ) -> bool:
        """Ask whether what was typed proves it; the same proof id gets the same answer."""
        ...

    async def questions(self, card_id: str) -> Sequence[KnowledgeQuestion]:
        """List what the cardholder can be asked."""
        ...

    async def passkeys(self, card_id: str) -> PasskeyFacts:
        """List the card's passkeys."""
        ...

    async def prove_passkey(
        self, card_id: str, *, proof_id: str, nonce: bytes, facts: tuple[str, ...], response: str
    ) -> bool:
        """Ask whether one of the card's passkeys answered this question."""
        ...

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
        """Have the bank's app ask, once for each id; False: the cardholder was asked too often."""
        ...

    async def withdraw_prompt(self, card_id: str, prompt_id: str) -> None:
        """Take a prompt back; safe to repeat."""
        ...


class Directory(Protocol):
    """The way to Directory Servers, over mutual TLS."""

    async def send(
        self, message: bytes, *, read_s: float, to: str, request_id: str | None = None
    ) -> bytes:
        """Post a message to an address and give the answer; `request_id` is X-Request-ID of 2.3.1.

        Raises TimedOut when the answer did not come in time, Unreachable when there was no
        connection, after one immediate second try.
        """
        ...


class Decision(Protocol):
    """How the bank decides."""

    def decide(self, facts: Facts) -> Verdict:
        """Say what to answer, and why. Pure: the same facts give the same verdict."""
        ...


class Seal(Protocol):
    """Makes text unreadable to whoever has the database but not the key."""

    def seal(self, plaintext: bytes, *, bound_to: str) -> str:
        """Seal it so that it opens only together with the same `bound_to`."""
        ...

    def open(self, sealed: str, *, bound_to: str) -> bytes:
        """Open what `seal` made."""
        ...


class Mac(Protocol):
    """A keyed digest: equal for equal data, and nobody else can compute it."""

    def mac(self, data: bytes) -> bytes:
        """Compute HMAC-SHA-256 under the key."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """The records of the ACS, one store a kind."""

    authentications: Store[Authentication]
    device_profiles: Store[DeviceProfile]
    card_guards: Store[CardGuard]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys of the ACS, one use each."""

    seal: Seal
    """Seals card numbers, and codes on their way to the cardholder."""
    digest: Mac
    """Makes identifiers, page tokens and fingerprints, each under a word of its own."""
    authentication_value: Mapping[Brand, KeyRing]
    """Each brand's keys, shared with the bank's authorization host and with nobody else."""
    signer: Signer | None = None
    """Signs acsSignedContent; without one nobody can be asked in an app."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What every use case of the ACS stands in."""

    settings: AcsSettings
    stores: Stores
    keys: Keys
    clock: Clock
    chance: Chance
    outbox: Outbox
    log: Log
