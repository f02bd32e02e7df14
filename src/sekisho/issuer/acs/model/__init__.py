"""What the Access Control Server remembers, decides upon, and must be told to run."""

from sekisho.issuer.acs.model.authentication import (
    FINAL_STATES,
    Authentication,
    AuthenticationState,
    Result,
)
from sekisho.issuer.acs.model.challenge import (
    Challenge,
    ChallengeKind,
    ChallengeState,
    Ending,
    MessageChannel,
    Notice,
    OneTimeCode,
    Purchase,
)
from sekisho.issuer.acs.model.decision import BankCard, Facts, Outcome, Verdict
from sekisho.issuer.acs.model.devices import CardGuard, Device, DeviceProfile, Guess
from sekisho.issuer.acs.model.settings import AcsSettings

__all__ = [
    "FINAL_STATES",
    "AcsSettings",
    "Authentication",
    "AuthenticationState",
    "BankCard",
    "CardGuard",
    "Challenge",
    "ChallengeKind",
    "ChallengeState",
    "Device",
    "DeviceProfile",
    "Ending",
    "Facts",
    "Guess",
    "MessageChannel",
    "Notice",
    "OneTimeCode",
    "Outcome",
    "Purchase",
    "Result",
    "Verdict",
]
