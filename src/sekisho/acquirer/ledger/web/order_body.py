"""An order as the storefront sends it, read member by member; every fault is named."""

from datetime import datetime
from typing import Final

import msgspec

from sekisho.acquirer.ledger.model import Buyer, Delivery, Goods, OrderPlaced, PaidBy, Place
from sekisho.adapters.http.json_fields import BadFields, FieldFault, JsonFields
from sekisho.kernel.countries import COUNTRIES
from sekisho.kernel.currencies import CURRENCIES
from sekisho.kernel.errors import TheyErred
from sekisho.kernel.money import MINOR_MAX, Amount

NUMBER: Final = r"[0-9A-Za-z-]{1,40}"
LINES_MAX: Final = 200
QUANTITY_MAX: Final = 9_999
TEXT_MAX: Final = 200


class NotAMoment(TheyErred):
    """Not a timestamp with its time zone."""


def read_order(body: bytes) -> OrderPlaced:
    """Read an order. Raises BadFields with everything that was wrong."""
    faults: list[FieldFault] = []
    try:
        members = msgspec.json.decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise BadFields((FieldFault("", "is not JSON"),)) from error
    if not isinstance(members, dict):
        raise BadFields((FieldFault("", "must be a JSON object"),))
    fields = JsonFields(members, faults=faults)
    number = fields.text("orderId", most=40, pattern=NUMBER)
    placed_at = fields.text("placedAt", most=40, check=_moment)
    language = fields.one_of("language", ("en", "ja"))
    amount = fields.nested("amount")
    minor = amount.whole("minor", most=MINOR_MAX)
    currency = amount.one_of("currency", tuple(CURRENCIES))
    lines = _lines(fields, members.get("lines"), faults)
    buyer = _buyer(fields.nested("buyer"))
    delivery = _delivery(fields.nested("delivery"))
    payment = _payment(fields.nested("payment"), members.get("payment"))
    fields.done()
    return OrderPlaced(
        order_id=number,
        placed_at=_moment(placed_at),
        language=language,
        amount=Amount(minor=minor, currency=currency),
        lines=lines,
        buyer=buyer,
        delivery=delivery,
        payment=payment,
    )


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise NotAMoment("must be a timestamp of RFC 3339") from error
    if moment.tzinfo is None:
        raise NotAMoment("must say its time zone")
    return moment


def _lines(fields: JsonFields, value: object, faults: list[FieldFault]) -> tuple[Goods, ...]:
    if not (isinstance(value, list) and 1 <= len(value) <= LINES_MAX):
        fields.refuse("lines", f"must be a list of 1 to {LINES_MAX} lines")
        return ()
    goods = []
    for place, item in enumerate(value):
        if not isinstance(item, dict):
            fields.refuse(f"lines[{place}]", "must be a JSON object")
            continue
        line = JsonFields(item, path=f"lines[{place}].", faults=faults)
        goods.append(
            Goods(
                sku=line.text("sku", most=40),
                name_ja=line.text("nameJa", most=TEXT_MAX),
                name_en=line.text("nameEn", most=TEXT_MAX),
                unit_minor=line.whole("unitMinor", most=MINOR_MAX),
                quantity=line.whole("quantity", least=1, most=QUANTITY_MAX),
            )
        )
    return tuple(goods)


def _buyer(fields: JsonFields) -> Buyer:
    return Buyer(
        given_name=fields.text("givenName", most=TEXT_MAX),
        family_name=fields.text("familyName", most=TEXT_MAX),
        email=fields.text("email", most=254),
        phone=fields.text("phone", most=30),
        address=_place(fields.nested("address")),
    )


def _delivery(fields: JsonFields) -> Delivery:
    return Delivery(
        given_name=fields.text("givenName", most=TEXT_MAX),
        family_name=fields.text("familyName", most=TEXT_MAX),
        address=_place(fields.nested("address")),
    )


def _place(fields: JsonFields) -> Place:
    return Place(
        line1=fields.text("line1", most=TEXT_MAX),
        line2=fields.optional_text("line2", most=TEXT_MAX),
        city=fields.text("city", most=TEXT_MAX),
        state=fields.optional_text("state", most=TEXT_MAX),
        state_name=fields.optional_text("stateName", most=TEXT_MAX),
        postal_code=fields.text("postalCode", most=16),
        country=fields.one_of("country", tuple(COUNTRIES)),
    )


def _payment(fields: JsonFields, members: object) -> PaidBy:
    # Not there: there was no authentication in which anybody could have been challenged.
    told = isinstance(members, dict) and members.get("challenged") is not None
    return PaidBy(
        transaction_id=fields.text("transactionId", most=64),
        brand=fields.text("brand", most=40),
        # Exactly four: a whole card number must not find its way into the ledger.
        last_four=fields.text("lastFour", most=4, pattern=r"[0-9]{4}"),
        trans_status=fields.optional_text("transStatus", most=1),
        eci=fields.optional_text("eci", most=2),
        challenged=fields.flag("challenged") if told else None,
        authentication_value_result=fields.optional_text("authenticationValueResult", most=2),
    )
