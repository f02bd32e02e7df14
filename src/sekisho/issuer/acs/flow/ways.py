"""Ways of asking: which a card allows, and what the cardholder may take instead."""

from collections.abc import Collection, Mapping
from typing import Final

from sekisho.issuer.acs.model import ChallengeKind

NEEDS: Final[Mapping[ChallengeKind, str]] = {
    ChallengeKind.STATIC_PASSWORD: "password",
    ChallengeKind.APP_CODE: "app_code",
    ChallengeKind.OUT_OF_BAND: "prompt",
    ChallengeKind.PASSKEY: "passkey",
    ChallengeKind.SINGLE_SELECT: "question",
    ChallengeKind.MULTI_SELECT: "question",
}
"""What the cardholder must have enrolled at the bank; a code needs only a phone or a mailbox."""

OTHERS: Final[Mapping[ChallengeKind, tuple[ChallengeKind, ...]]] = {
    ChallengeKind.ONE_TIME_CODE: (ChallengeKind.STATIC_PASSWORD,),
    ChallengeKind.STATIC_PASSWORD: (ChallengeKind.ONE_TIME_CODE,),
    ChallengeKind.APP_CODE: (ChallengeKind.ONE_TIME_CODE,),
    ChallengeKind.PASSKEY: (ChallengeKind.OUT_OF_BAND, ChallengeKind.ONE_TIME_CODE),
    ChallengeKind.OUT_OF_BAND: (ChallengeKind.ONE_TIME_CODE,),
}
"""What may be taken instead: password or code as the cardholder likes (B5), and for whoever has not
the device at hand, a code. Nothing instead of a question that only the cardholder can answer."""


def offered(
    kind: ChallengeKind, methods: Collection[str], *, passwords: bool = True, in_app: bool = False
) -> tuple[ChallengeKind, tuple[ChallengeKind, ...]]:
    """Give what can be asked of a card, and what instead; a code where the card has not what was meant.

    Without `passwords` a password is asked only where the bank decided for one. An app has no screen
    for passkeys.
    """

    def can(wanted: ChallengeKind) -> bool:
        if in_app and wanted is ChallengeKind.PASSKEY:
            return False
        return wanted not in NEEDS or NEEDS[wanted] in methods

    if not can(kind):
        kind = ChallengeKind.ONE_TIME_CODE
    others = tuple(
        other
        for other in OTHERS.get(kind, ())
        if can(other) and (passwords or other is not ChallengeKind.STATIC_PASSWORD)
    )
    return kind, others
