"""A challenge: what is asked, for what purchase, and how it stands in the browser or the app."""

from dataclasses import dataclass
from datetime import datetime

from sekisho.issuer.acs.model.app_session import AppSession
from sekisho.issuer.acs.model.question import Question
from sekisho.kernel.money import Amount
from sekisho.protocol.states.app_challenge_table import AppChallenge
from sekisho.protocol.states.browser_challenge import BrowserChallenge


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What the cardholder is asked to confirm, and by whom (B4, B14)."""

    merchant_name: str | None
    """None only where no payment is made and the shop gave no name."""
    amount: Amount | None
    """None only where no payment is made."""
    made_at: datetime
    bank_name: str
    card_id: str | None
    """The bank's name for the card; None when the bank does not know the card."""
    card_name: str
    masked_number: str
    personal_message: str
    phone_masked: str
    email_masked: str
    card_language: str
    """The language of messages to the cardholder's phone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """One challenge; it lives inside its authentication and ends with exactly one result."""

    question: Question
    browser: BrowserChallenge | None = None
    """How it stands in the browser: the protocol library's own record."""
    app: AppChallenge | None = None
    """How it stands in the app: the protocol library's own record."""
    app_session: AppSession | None = None
    """What is shared with the SDK of an app."""
    purchase: Purchase
    notification_url: str
    """Empty in an app, which has none."""
    requestor_url: str
    language: str
    """The language of the page: browserLanguage, `ja` or `en`."""
    user_agent: str
    """browserUserAgent: whether the browser that comes is the one described."""
    network: str | None = None
    """Keyed digest of the network that browserIP belongs to; None: there is nothing to compare."""
    falls_back: bool = False
    """It may go on outside of the purchase: the bank wants to, and the requestor allows it."""
    browser_differs: bool = False
    """The browser that came is not the one the AReq described."""
    erro: str | None = None
    """What is posted back instead of a CRes when the first CReq was faulty."""
