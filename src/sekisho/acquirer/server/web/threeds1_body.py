"""Bodies of the 1.0.2 API: JSON in the names of the wire, each held against its row of the table."""

from typing import Any, Final

from sekisho.acquirer.server.service.threeds1 import Bought, Enquiry, EnrolmentTold, ResultTold
from sekisho.adapters.http.json_fields import JsonFields
from sekisho.kernel.brands import Brand
from sekisho.kernel.cards import BadCard, Pan
from sekisho.kernel.countries import COUNTRIES_BY_NUMBER
from sekisho.kernel.currencies import CURRENCIES_BY_NUMBER
from sekisho.kernel.errors import TheyErred
from sekisho.kernel.money import Amount
from sekisho.protocol.threeds1 import Outcome
from sekisho.protocol.threeds1.forms import FIELD_CHARACTERS_MAX, MD_CHARACTERS_READ
from sekisho.protocol.threeds1.records import (
    AskedCardholder,
    Browser,
    Record,
    Recur,
    RequestingMerchant,
    ShownMerchant,
    ShownPurchase,
)
from sekisho.protocol.threeds1.rows import Row, rows_of
from sekisho.protocol.threeds_method import is_safe_url

TERM_URL_CHARACTERS_MAX: Final = 2048
OURS: Final = frozenset({"xid", "date"})
"""What of a purchase is for us to say."""

Members = dict[str, Any]  # Any: what a row makes of a text: text, enum or secret


def read_enquiry(body: bytes) -> Enquiry:
    """Read what `/mpi/enrolment` is asked; raises BadFields with everything that is wrong."""
    fields = JsonFields.of(body)
    fields.only("pan", "expiry", "merchant", "purchase", "browser", "termUrl")
    card = _card(fields)
    expiry = _elements(fields, AskedCardholder, leaving=frozenset({"acctID"}))
    merchant = fields.nested("merchant")
    merchant.only("acqBIN", "merID", "password", "name", "country", "url")
    asking, shown = _elements(merchant, RequestingMerchant), _elements(merchant, ShownMerchant)
    if shown.get("country", "392") not in COUNTRIES_BY_NUMBER:
        merchant.refuse("country", "must be a country of ISO 3166-1, in digits")
    bought = _bought(fields.nested("purchase"))
    browser = _browser(fields)
    term_url = fields.text("termUrl", most=TERM_URL_CHARACTERS_MAX, check=_safe)
    fields.done()
    pan, brand = card
    return Enquiry(
        pan=pan,
        brand=brand,
        expiry=expiry["expiry"],
        asking=RequestingMerchant(**asking),
        shown=ShownMerchant(**shown),
        bought=Bought(**bought),
        term_url=term_url,
        browser=browser,
    )


def read_result(body: bytes) -> tuple[str, str]:
    """Read the PaRes and the MD that `/mpi/result` is given; raises BadFields."""
    fields = JsonFields.of(body)
    fields.only("PaRes", "MD")
    pares = fields.text("PaRes", most=FIELD_CHARACTERS_MAX)
    merchant_data = fields.text("MD", most=MD_CHARACTERS_READ)
    fields.done()
    return pares, merchant_data


def enrolment_members(told: EnrolmentTold) -> dict[str, object]:
    """Write the answer to an enquiry."""
    members: dict[str, object] = {
        "transactionID": told.id,
        "enrolled": told.enrolled.value,
        "iReqCode": told.i_req_code,
    }
    if told.to_post is not None:
        members |= {
            "acsURL": told.to_post.acs_url,
            "PaReq": told.to_post.pareq,
            "TermUrl": told.to_post.term_url,
            "MD": told.to_post.md,
            "xid": told.to_post.xid,
        }
    if told.outcome is not None:
        members |= _outcome(told.outcome)
    return {name: value for name, value in members.items() if value is not None}


def result_members(told: ResultTold) -> dict[str, object]:
    """Write what came of an authentication."""
    members: dict[str, object] = {
        "transactionID": told.id,
        "xid": told.xid,
        "verified": told.result is not None,
        "errorDetail": told.fault,
        **_outcome(told.outcome),
    }
    if told.result is not None:
        members |= {
            "status": told.result.status,
            "cavv": told.result.cavv,
            "cavvAlgorithm": told.result.cavv_algorithm,
        }
    return {name: value for name, value in members.items() if value is not None}


def _outcome(outcome: Outcome) -> dict[str, object]:
    liability = outcome.liability
    return {
        "eci": outcome.eci,
        "liability": None if liability is None else liability.value,
        "mayAuthorise": outcome.may_authorise,
    }


NO_CARD: Final = (Pan("4111111111111111"), Brand.VISA)
"""What stands for a card that was refused, until everything that is wrong is told."""


def _card(fields: JsonFields) -> tuple[Pan, Brand]:
    number = fields.text("pan", most=19, least=13, check=Pan)
    try:
        pan = Pan(number)
    except BadCard:
        return NO_CARD
    if pan.brand is None:
        fields.refuse("pan", "is of no brand that takes part")
        return NO_CARD
    return pan, pan.brand


def _bought(fields: JsonFields) -> Members:
    names = {row.name for row in rows_of(ShownPurchase)} - OURS
    fields.only(*names)
    optional = frozenset({"amount", "exponent"})
    bought = _elements(fields, ShownPurchase, leaving=OURS, optional=optional)
    if fields.given("Recur"):
        recur = _elements(fields.nested("Recur"), Recur)
        whole = len(recur) == len(rows_of(Recur))
        bought["recur"] = Recur(**recur) if whole else None
    currency = CURRENCIES_BY_NUMBER.get(bought.get("currency", ""))
    if currency is None:
        fields.refuse("currency", "must be a currency of ISO 4217, in digits")
        return bought
    exponent = str(currency.exponent)
    if bought.setdefault("exponent", exponent) != exponent:
        fields.refuse("exponent", "must be that of the currency")
    minor = int(bought.get("purch_amount", "0"))
    bought.setdefault("amount", str(Amount(minor=minor, currency=currency.code)))
    return bought


def _browser(fields: JsonFields) -> Browser | None:
    if not fields.given("browser"):
        return None
    inside = fields.nested("browser")
    inside.only("deviceCategory", "accept", "userAgent")
    return Browser(**_elements(inside, Browser))


def _elements(
    fields: JsonFields,
    kind: type[Record],
    *,
    leaving: frozenset[str] = frozenset(),
    optional: frozenset[str] = frozenset(),
) -> Members:
    """Read the texts of a record; what is wrong or absent is left out."""
    found: Members = {}
    for row in rows_of(kind):
        if row.is_object or row.name in leaving:
            continue
        needed = row.required and row.name not in optional
        text = _text(fields, row, needed=needed)
        if text:
            found[row.field] = row.value_of(text)
    return found


def _text(fields: JsonFields, row: Row, *, needed: bool) -> str | None:
    def fits(text: str) -> None:
        if not row.element.fits(text):
            raise TheyErred(f"must be {row.element.rule}")

    most = row.element.size[1]
    if needed:
        return fields.text(row.name, most=most, check=fits)
    return fields.optional_text(row.name, most=most, check=fits)


def _safe(url: str) -> None:
    if not is_safe_url(url):
        raise TheyErred("must be https, or http to this machine")
