"""Writes what the ACS says: ARes, RReq, final CRes, each built from what was decided. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sekisho.issuer.acs.model import (
    AcsSettings,
    AskedApart,
    Authentication,
    Challenge,
    Outcome,
    PaymentAsked,
    Verdict,
)
from sekisho.issuer.acs.service.app_channel.asking import session_elements, shown_elements
from sekisho.issuer.acs.service.app_channel.device import recognised
from sekisho.issuer.acs.service.consents import reported
from sekisho.issuer.acs.service.informing import APART_TYPE, apart_method, information
from sekisho.issuer.acs.service.methods import Method, method_of
from sekisho.issuer.acs.service.ports import Keys
from sekisho.issuer.acs.service.proving import Proofs
from sekisho.kernel.errors import Misuse
from sekisho.protocol import (
    Channel,
    Component,
    Message,
    MessageType,
    build,
)
from sekisho.protocol.announcement import announcing_ares
from sekisho.protocol.states.challenge_result import final_status
from sekisho.protocol.vocabulary import Json

PERFORMED: Final = frozenset({"Y", "N"})
"""transStatus of a result that names how the cardholder was asked."""

INTERACTIONS_MAX: Final = 99
"""interactionCounter has two digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was decided, and what is asked thereby: at most one of the three."""

    verdict: Verdict
    challenge: Challenge | None = None
    apart: AskedApart | None = None
    confirmation: PaymentAsked | None = None
    consents: Mapping[str, Json] = field(default_factory=dict)
    """What is said of trust list and device binding."""


class Writer:
    """Builds the messages of one ACS."""

    def __init__(self, settings: AcsSettings, keys: Keys) -> None:
        self._settings = settings
        self._keys = keys
        self._proofs = Proofs(keys)

    def ares(self, areq: Message, record: Authentication, answer: Answer) -> Message:
        """Answer an AReq as decided."""
        verdict, status = answer.verdict, answer.verdict.outcome.value
        elements: dict[str, Json] = {
            **record.transaction.ids,
            "dsReferenceNumber": areq.text("dsReferenceNumber"),
            "acsReferenceNumber": self._settings.reference_number,
            "acsOperatorID": self._settings.operator_id,
            "transStatus": status,
            "transStatusReason": verdict.reason,
            "transChallengeExemption": verdict.exemption,
            **answer.consents,
            **self._proofs.elements(
                record, status, areq.text("acctNumber"), asked=verdict.is_confirmed
            ),
        }
        if answer.confirmation is not None:
            elements |= answer.confirmation.request.elements()
        if answer.apart is not None:
            elements |= {
                "acsChallengeMandated": "Y" if verdict.mandated else "N",
                "acsDecConInd": "Y",
                "cardholderInfo": information(areq, answer.apart.purchase.bank_name),
                "authenticationType": APART_TYPE,
                "authenticationMethod": apart_method(areq.version),
            }
        if verdict.outcome is Outcome.CHALLENGE:
            method = method_of(verdict.kind, None, areq.version)
            elements |= {
                "acsChallengeMandated": "Y" if verdict.mandated else "N",
                "acsURL": f"{self._settings.public_url}/challenge",
                "authenticationType": method.authentication_type,
                "authenticationMethod": method.authentication_method,
            }
        if areq.channel is Channel.APP:
            elements |= {**recognised(areq), **session_elements(answer.challenge, areq.version)}
        return build(
            MessageType.ARES,
            areq.version,
            elements,
            sender=Component.ACS,
            channel=areq.channel,
            category=areq.category,
            request=areq,
            fit=True,
        )

    def rreq(self, record: Authentication) -> Message:
        """Report how it ended; the same record gives the same message, letter by letter."""
        transaction, result = record.transaction, record.result
        if result is None:
            raise Misuse("a result is owed that never came about")
        acct_number = ""
        if record.sealed_number is not None:
            acct_number = self._keys.seal.open(record.sealed_number, bound_to=record.id).decode()
        elements: dict[str, Json] = {
            **transaction.ids,
            "messageCategory": transaction.category.value,
            "transStatus": result.trans_status,
            "transStatusReason": result.reason,
            "challengeCancel": result.challenge_cancel,
            "challengeErrorReporting": dict(result.erro.elements) if result.erro else None,
            **self._proofs.elements(record, result.trans_status, acct_number, asked=True),
            **reported(record),
        }
        challenge, apart = record.challenge, record.decoupled
        if challenge is not None or apart is None:
            made = challenge.question.attempts_made if challenge else 0
            elements["interactionCounter"] = f"{min(made, INTERACTIONS_MAX):02d}"
        if result.trans_status in PERFORMED and result.challenge_cancel is None:
            method = _method(record)
            elements |= {
                "authenticationType": method.authentication_type,
                "authenticationMethod": method.authentication_method,
            }
        if transaction.channel is Channel.APP:
            elements |= shown_elements(record.challenge, transaction.version)
        return build(
            MessageType.RREQ,
            transaction.version,
            elements,
            sender=Component.ACS,
            channel=transaction.channel,
            category=transaction.category,
            request=announcing_ares(
                version=transaction.version,
                channel=transaction.channel,
                category=transaction.category,
                ids=transaction.ids,
                decoupled=challenge is None and apart is not None,
            ),
            fit=True,
        )

    def final_cres(self, record: Authentication) -> Message:
        """Tell the requestor through the browser that the challenge is over."""
        transaction = record.transaction
        elements: dict[str, Json] = {
            "threeDSServerTransID": transaction.server_trans_id,
            "acsTransID": record.id,
            # The CRes knows success and everything else; the whole truth is in the RReq.
            "transStatus": final_status(record.result),
        }
        return build(
            MessageType.CRES,
            transaction.version,
            elements,
            sender=Component.ACS,
            channel=transaction.channel,
            category=transaction.category,
            fit=True,
        )


def _method(record: Authentication) -> Method:
    """Say how the cardholder was asked."""
    if record.challenge is None:
        return Method(APART_TYPE, apart_method(record.transaction.version))
    question = record.challenge.question
    return method_of(question.kind, question.last_channel, record.transaction.version)
