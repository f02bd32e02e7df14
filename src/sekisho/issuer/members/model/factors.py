"""What a card's holder knows and has: one record a card, its secrets hashed, digested or sealed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPasskey:
    """A passkey, and the last proof that was given with it."""

    credential_id: str
    """base64url without padding."""
    public_key: bytes = field(repr=False)
    """As COSE writes it."""
    sign_count: int
    backed_up: bool
    made_at: datetime
    last_proof_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOption:
    """One of the answers that a question offers."""

    code: str
    texts: Mapping[str, str]
    """By language: `ja` and `en`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptQuestion:
    """A question to the cardholder."""

    question_id: str
    texts: Mapping[str, str]
    several: bool
    """Whether more than one of the options belongs to the right answer."""
    options: tuple[KeptOption, ...]
    right: str = field(repr=False)
    """Keyed digest of the right codes, sorted: whoever reads the database learns none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompted:
    """A prompt went to the cardholder's app."""

    prompt_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Registering:
    """A passkey is about to be registered: the one question that its answer must fit."""

    nonce: str = field(repr=False)
    """base64url."""
    good_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """Everything by which one card's holder can be recognised."""

    card_id: str
    password_hash: str | None = field(default=None, repr=False)
    """argon2id; None: no password."""
    sealed_app_secret: str | None = field(default=None, repr=False)
    last_step: int | None = None
    """The time step of the last app code that was taken: it and all before it are spent."""
    last_proof_id: str | None = None
    """Which proof took that step: the same proof asked for again has the same answer."""
    passkeys: tuple[KeptPasskey, ...] = ()
    registering: Registering | None = None
    questions: tuple[KeptQuestion, ...] = ()
    prompted: tuple[Prompted, ...] = ()
    """Prompts of late, of all purchases together (attack 22)."""
