"""What the Access Control Server remembers, decides upon, and must be told to run."""

from sekisho.issuer.acs.model.apart import AskedApart
from sekisho.issuer.acs.model.app_session import AppSession, Renders
from sekisho.issuer.acs.model.authentication import Authentication
from sekisho.issuer.acs.model.challenge import Challenge, Purchase
from sekisho.issuer.acs.model.decision import BankCard, Facts, Outcome, Prior, Verdict
from sekisho.issuer.acs.model.devices import CardGuard, Device, DeviceProfile, Guess
from sekisho.issuer.acs.model.payment_asked import PaymentAsked
from sekisho.issuer.acs.model.question import (
    GUESSABLE,
    SELECTS,
    TYPED,
    ChallengeKind,
    Choice,
    Choices,
    Ending,
    MessageChannel,
    Notice,
    OneTimeCode,
    PasskeyCeremony,
    Prompt,
    Question,
)
from sekisho.issuer.acs.model.settings import AcsSettings

__all__ = [
    "GUESSABLE",
    "SELECTS",
    "TYPED",
    "AcsSettings",
    "AppSession",
    "AskedApart",
    "Authentication",
    "BankCard",
    "CardGuard",
    "Challenge",
    "ChallengeKind",
    "Choice",
    "Choices",
    "Device",
    "DeviceProfile",
    "Ending",
    "Facts",
    "Guess",
    "MessageChannel",
    "Notice",
    "OneTimeCode",
    "Outcome",
    "PasskeyCeremony",
    "PaymentAsked",
    "Prior",
    "Prompt",
    "Purchase",
    "Question",
    "Renders",
    "Verdict",
]
