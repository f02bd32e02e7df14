"""How a challenge ended: what its one RReq says, by the rules that every kind of challenge shares.

Protocol facts, sections 7 to 9. What only a payment has (authentication value, ECI, methods) is added
by whoever builds the message; which codes were wrong, and how often, is the room's own business.
"""

from dataclasses import dataclass
from typing import Final

from sekisho.protocol.messages import Message
from sekisho.protocol.vocabulary import Version

NOT_AUTHENTICATED: Final = "01"
TIMED_OUT: Final = "14"
TECHNICAL: Final = "22"
INVALID_TRANSACTION: Final = "07"
"""transStatusReason: the cardholder gave up, or let time pass, or a system failed (22 since 2.2.0)."""

CANCELLED: Final = "01"
LEFT_ALONE: Final = "04"
NEVER_OPENED: Final = "05"
TRANSACTION_ERROR: Final = "06"
CRES_REFUSED: Final = "09"
CREQ_REFUSED: Final = "10"
"""challengeCancel; the last two since 2.3.1, before that both are 06."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeResult:
    """What the RReq of a challenge says of how it went."""

    trans_status: str
    reason: str | None = None
    """transStatusReason; needed for N, U, R and D."""
    challenge_cancel: str | None = None
    """Why it did not end as it should; None: it did."""
    erro: Message | None = None
    """The Erro that ended it, ours or theirs (challengeErrorReporting, since 2.3.1)."""


def technical_reason(version: Version) -> str:
    """Give the transStatusReason of trouble on our side: 2.1.0 has no word for it."""
    return INVALID_TRANSACTION if version is Version.V210 else TECHNICAL


def final_status(result: ChallengeResult | None) -> str:
    """Give the transStatus of the final CRes, which says no more than yes, later (D) or no."""
    return result.trans_status if result and result.trans_status in ("Y", "D") else "N"


def left_waiting(*, opened: bool) -> ChallengeResult:
    """Give the result of silence: before the first CReq, or after a screen."""
    return ChallengeResult(
        trans_status="N",
        reason=TIMED_OUT,
        challenge_cancel=LEFT_ALONE if opened else NEVER_OPENED,
    )


def cancelled(reason: str) -> ChallengeResult:
    """Give the result of a CReq with challengeCancel, which the RReq repeats."""
    return ChallengeResult(trans_status="N", reason=NOT_AUTHENTICATED, challenge_cancel=reason)


def broken_off(version: Version, *, cancel: str, erro: Message | None) -> ChallengeResult:
    """Give the result of an error: `cancel` is 09 or 10, which older versions say as 06."""
    newest = version >= Version.V231
    return ChallengeResult(
        trans_status="U",
        reason=technical_reason(version),
        challenge_cancel=cancel if newest else TRANSACTION_ERROR,
        erro=erro if newest else None,
    )
