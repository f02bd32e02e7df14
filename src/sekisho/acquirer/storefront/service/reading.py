"""How the gateway's answer is read: the one place that says what counts as paid.

Only SUCCESS together with AUTHORIZED or CLOSED is paid. A combination that contradicts itself is
waited out as pending, and given back when it does not clear up.
"""

from collections.abc import Mapping
from typing import Final

from sekisho.acquirer.storefront.model import Outcome, PaymentFacts, Standing
from sekisho.acquirer.storefront.service.ports import PaymentView
from sekisho.kernel.brands import BRANDS, Brand
from sekisho.kernel.money import Amount

STANDINGS: Final[Mapping[tuple[str, str], Standing]] = {
    ("SUCCESS", "PENDING"): Standing.PENDING,
    ("SUCCESS", "AUTHORIZED"): Standing.APPROVED,
    ("SUCCESS", "CLOSED"): Standing.APPROVED,
    ("SUCCESS", "VOIDED"): Standing.VOIDED,
    ("DENIED", "DECLINED"): Standing.REFUSED,
    ("DENIED", "ERROR"): Standing.REFUSED,
    ("DENIED", "VOIDED"): Standing.VOIDED,
    ("ERROR", "ERROR"): Standing.REFUSED,
    ("ERROR", "DECLINED"): Standing.REFUSED,
    ("ERROR", "VOIDED"): Standing.VOIDED,
}

FAILED: Final = frozenset({"N", "R"})
"""Results of an authentication after which no authorization may be sent (A5, D10)."""

UNFINISHED: Final = frozenset({"C", "D"})
"""An authentication that had not ended yet."""

_OUTCOMES: Final[Mapping[str, Outcome]] = {
    "CONSUMER_ABORTED": Outcome.CANCELLED,
    "EXPIRED": Outcome.TIMED_OUT,
    "AUTHENTICATION_TIMEOUT": Outcome.TIMED_OUT,
    "AUTHENTICATION_FAILED": Outcome.AUTHENTICATION_FAILED,
    "AUTHENTICATION_REJECTED": Outcome.AUTHENTICATION_FAILED,
    "AUTHENTICATION_UNAVAILABLE": Outcome.AUTHENTICATION_FAILED,
    "AUTHENTICATION_INSUFFICIENT": Outcome.AUTHENTICATION_FAILED,
}
"""What the gateway's response codes mean to a buyer; other codes are told by the status."""

_BRANDS: Final[Mapping[str, Brand]] = {
    word.casefold(): brand
    for brand, facts in BRANDS.items()
    for word in (brand.value, facts.api_code, facts.api_name)
}


def read_view(view: PaymentView, asked: Amount) -> tuple[Standing, PaymentFacts, Outcome | None]:
    """Read one answer: how the payment stands, what to keep of it, and why it failed if it did.

    `asked` is what the payment is for: an authorization of anything else is not wanted.
    """
    standing = STANDINGS.get((view.response_status, view.transaction_state), Standing.PENDING)
    facts = PaymentFacts(
        transaction_id=view.transaction_id,
        response_code=view.response_code,
        response_message=view.response_message,
        orchestration_url=view.orchestration_url,
        card_brand=brand_word(view.card_brand),
        last_four=view.last_four,
        eci=view.eci,
        trans_status=view.trans_status,
        challenged=view.challenged,
        authentication_value_result=view.authentication_value_result,
    )
    if standing is Standing.APPROVED and view.trans_status in FAILED | UNFINISHED:
        return Standing.UNWANTED, facts, Outcome.AUTHENTICATION_FAILED
    if standing is Standing.APPROVED and not _is_for(asked, view):
        return Standing.UNWANTED, facts, Outcome.SYSTEM_ERROR
    if standing in {Standing.REFUSED, Standing.VOIDED}:
        return standing, facts, _outcome(view)
    return standing, facts, None


def _is_for(asked: Amount, view: PaymentView) -> bool:
    """A genuine payment of one yen must not pay for a folding screen."""
    said = (view.raw.get("amount"), view.raw.get("currency"))
    return said == (asked.minor, asked.currency)


def brand_word(said: str | None) -> str | None:
    """Our word for a brand, whichever of its names the gateway uses; unknown ones stay as said."""
    if said is None:
        return None
    brand = _BRANDS.get(said.casefold())
    return brand.value if brand else said


def _outcome(view: PaymentView) -> Outcome:
    known = _OUTCOMES.get(view.response_code)
    if known is not None:
        return known
    if view.trans_status in FAILED:
        return Outcome.AUTHENTICATION_FAILED
    if view.response_status == "DENIED":
        return Outcome.DECLINED
    return Outcome.SYSTEM_ERROR
