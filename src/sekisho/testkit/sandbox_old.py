"""The test-card rule in 1.0.2: the last four digits call up VERes and PARes, a forged one included."""

import re
from typing import Final, Protocol

from sekisho.issuer.acs.model import BankCard, ChallengeKind
from sekisho.issuer.acs.model.threeds1 import OldVerdict
from sekisho.kernel.secret import Secret
from sekisho.protocol.threeds1 import Message
from sekisho.protocol.threeds1.records import PARes
from sekisho.testkit import cards
from sekisho.testkit.card_calls import Call, Outcome

ASKED: Final = "C"
"""transStatus of a call whose cardholder is asked: in 1.0.2 by the page of the PAReq."""


class Decision(Protocol):
    """A bank's decision."""

    def decide(self, acct_number: Secret[str], card: BankCard | None) -> OldVerdict:
        """Say what to answer."""
        ...


class Signing(Protocol):
    """An ACS's signature."""

    def sign(self, message: Message[PARes]) -> bytes:
        """Give the signed document."""
        ...


class OldSandboxDecision:
    """Lets the last four digits decide, and a real decision where they say nothing."""

    def __init__(self, otherwise: Decision) -> None:
        self._otherwise = otherwise

    def decide(self, acct_number: Secret[str], card: BankCard | None) -> OldVerdict:
        """Say what the test card calls for, where 1.0.2 has it."""
        rule = cards.rule_of(acct_number.reveal())
        standing = card.status if card is not None else "active"
        if rule is None or standing != "active":
            return self._otherwise.decide(acct_number, card)
        if rule.enrolled != "Y":
            return OldVerdict(enrolled=rule.enrolled)
        if not rule.call.legacy:
            return self._otherwise.decide(acct_number, card)
        return _called_up(rule.call)


def _called_up(call: Call) -> OldVerdict:
    if call.status is None:
        return OldVerdict(enrolled=None)
    if call.status != ASKED or call.asks is None:
        return OldVerdict(enrolled="Y", status=call.status)
    return OldVerdict(enrolled="Y", kind=ChallengeKind[call.asks.name])


class SpoiltSigning:
    """Signs as it should, but for the one test card whose signature does not hold."""

    def __init__(self, signing: Signing) -> None:
        self._signing = signing

    def sign(self, message: Message[PARes]) -> bytes:
        """Give the signed document; its digest spoilt where the card calls for that."""
        document = self._signing.sign(message)
        rule = cards.rule_of(message.body.pan)
        if rule is None or rule.outcome is not Outcome.BAD_SIGNATURE:
            return document
        return _DIGEST.sub(rb"\g<1>AAAA", document)


_DIGEST: Final = re.compile(rb"(<(?:\w+:)?DigestValue>)[^<]{4}")
