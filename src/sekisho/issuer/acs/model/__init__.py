"""What the Access Control Server remembers, decides upon, and must be told to run."""

from sekisho.issuer.acs.model.authentication import Authentication
from sekisho.issuer.acs.model.challenge import Challenge, Purchase
from sekisho.issuer.acs.model.decision import BankCard, Facts, Outcome, Prior, Verdict
from sekisho.issuer.acs.model.devices import CardGuard, Device, DeviceProfile, Guess
from sekisho.issuer.acs.model.question import (
    ChallengeKind,
    Ending,
    MessageChannel,
    Notice,
    OneTimeCode,
    Question,
)
from sekisho.issuer.acs.model.settings import AcsSettings

__all__ = [
    "AcsSettings",
    "Authentication",
    "BankCard",
    "CardGuard",
    "Challenge",
    "ChallengeKind",
    "Device",
    "DeviceProfile",
    "Ending",
    "Facts",
    "Guess",
    "MessageChannel",
    "Notice",
    "OneTimeCode",
    "Outcome",
    "Prior",
    "Purchase",
    "Question",
    "Verdict",
]
