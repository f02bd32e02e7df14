"""Trust list and device binding in messages: what the cardholder agreed to, and since when. Pure.

Protocol facts, section 2.7. Whoever sets a status names its source: here always the ACS, which knows
it from the cardholder and not from the shop (attack 30).
"""

from typing import Final

from sekisho.issuer.acs.model import Authentication, Facts, Outcome, Verdict
from sekisho.protocol import Message
from sekisho.protocol.vocabulary import Json

BY_ACS: Final = "03"
TRUSTED, NOT_TRUSTED, PENDING, REJECTED = "Y", "N", "P", "R"
BOUND, NOT_BOUND, BINDING_PENDING, BINDING_REJECTED = "14", "01", "03", "04"
TRUST_CHECK: Final = "10"
BINDING_CHECK: Final = "13"
"""threeRIInd: the requestor asks for the status and nothing else."""


def announced(areq: Message, facts: Facts, verdict: Verdict) -> dict[str, Json]:
    """Give the statuses of an ARes; nothing is said where nobody asked and nothing is known."""
    asks = verdict.outcome is Outcome.CHALLENGE
    trust = binding = None
    if asks and verdict.offers_trust:
        trust = PENDING
    elif facts.is_trusted:
        trust = TRUSTED
    elif (
        facts.three_ri_ind == TRUST_CHECK or "whiteListStatus" in areq or "trustListStatus" in areq
    ):
        trust = NOT_TRUSTED
    if asks and verdict.offers_binding:
        binding = BINDING_PENDING
    elif facts.is_bound:
        binding = BOUND
    elif facts.three_ri_ind == BINDING_CHECK or "deviceBindingStatus" in areq:
        binding = NOT_BOUND
    return _elements(trust, binding)


def reported(record: Authentication) -> dict[str, Json]:
    """Give the statuses of an RReq: what the cardholder said, if the challenge was passed."""
    if record.challenge is None:
        return {}
    question = record.challenge.question
    trust = binding = None
    if question.offers_trust:
        trust = {True: TRUSTED, False: REJECTED, None: NOT_TRUSTED}[
            _said(record, answer=question.trusts)
        ]
    if question.offers_binding:
        said = _said(record, answer=question.binds)
        binding = {True: BOUND, False: BINDING_REJECTED, None: NOT_BOUND}[said]
    return _elements(trust, binding)


def _said(record: Authentication, *, answer: bool | None) -> bool | None:
    """Take a yes only from whoever proved to be the cardholder."""
    passed = record.trans_status == Outcome.AUTHENTICATED.value
    return answer if passed or answer is False else None


def _elements(trust: str | None, binding: str | None) -> dict[str, Json]:
    """Write them under the names of every version; the message keeps what its own has."""
    found: dict[str, Json] = {}
    if trust is not None:
        for name in ("whiteListStatus", "trustListStatus"):
            found |= {name: trust, f"{name}Source": BY_ACS}
    if binding is not None:
        found |= {"deviceBindingStatus": binding, "deviceBindingStatusSource": BY_ACS}
    return found
