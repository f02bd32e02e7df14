"""Everything the bank must be told to run."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sekisho.issuer.members.model.cards import CardRange, CardStatus
from sekisho.kernel.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultFactors:
    """Sandbox: what every newly seen card's holder knows and has; a real bank enrols each."""

    password: Secret[str]
    """Of the members' web service."""
    app_secret: Secret[str]
    """Of the authenticator app, in base32: 32 characters, which are 160 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersSettings:
    """How the bank is set up."""

    issuer_name: str
    """The bank's name, as cardholders read it."""
    ranges: tuple[CardRange, ...]
    """The cards that this bank issues; a card is registered when it is first seen."""
    credit_limits: Mapping[str, int] = field(default_factory=dict)
    """What may stand authorized on one card, in minor units, by currency code."""
    credit_limit_major_otherwise: int = 1_000_000
    """The limit in major units for a currency that `credit_limits` does not name."""
    personal_message: str
    """The personal message of a card that its holder has not changed (B4)."""
    phone: str
    """The phone number that a newly seen card gets: digits with an optional leading plus."""
    email: str
    """The e-mail address that a newly seen card gets."""
    language: str = "ja"
    """The language that a newly seen card's holder reads: `ja` or `en`."""
    time_zone: str = "Asia/Tokyo"
    """The IANA time zone in which the bank shows times, always named beside them (B14)."""
    status_by_ending: Mapping[str, CardStatus] = field(default_factory=dict)
    """Sandbox: cards that end in these four digits are registered with that status."""
    sandbox_rules: bool
    """Whether amounts and security codes call up answers: see `flow.credit`."""
    sandbox_inbox: bool
    """Whether the site shows what cardholders' phones and mailboxes received, to everybody."""
    message_lifetime_h: int = 24
    """How long a delivered message can be read before its text is erased."""
    sandbox_factors: DefaultFactors | None = None
    """Sandbox: password, app secret and questions that every card has from the start, and a page
    `/app` that stands for the cardholder's phone. None: cards have what their holders enrol."""
    passkey_origin: str | None = None
    """Origin of the pages on which passkeys are made and asked for, the ACS's among them, as
    `https://bank.example`. None: the bank has no passkeys."""
    passkey_rp_id: str | None = None
    """The relying party's id: a host that the origin ends with. None: the origin's own host."""
    prompt_lifetime_s: int = 300
    """Seconds for which a prompt of the bank's app waits, unless the ACS wants less."""
    prompts_max: int = 3
    """Prompts that may reach one card's holder within `prompts_per_s`: more only wear people out
    until they approve (attack 22)."""
    prompts_per_s: int = 600
    """Seconds over which prompts are counted."""
