"""Orders that the ledger's tests share."""

from datetime import UTC, datetime

import msgspec

from sekisho.acquirer.ledger.model import Buyer, Delivery, Goods, OrderPlaced, PaidBy, Place
from sekisho.kernel.money import Amount

NOON = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
PLACE = Place(
    line1="1-2-3 Hakone", city="Chiyoda-ku", state="13", postal_code="100-0001", country="JP"
)
PAID = PaidBy(
    transaction_id="payment-1",
    brand="visa",
    last_four="1072",
    trans_status="Y",
    eci="05",
    challenged=True,
    authentication_value_result="2",
)


def placed(number: str = "4829137405", **payment: object) -> OrderPlaced:
    """An order of one kettle, its payment changed as wished."""
    return OrderPlaced(
        order_id=number,
        placed_at=NOON,
        language="ja",
        amount=Amount(minor=14_500, currency="JPY"),
        lines=(
            Goods(
                sku="kettle",
                name_ja="鉄瓶",
                name_en="Cast-iron kettle",
                unit_minor=14_500,
                quantity=1,
            ),
        ),
        buyer=Buyer(
            given_name="太郎",
            family_name="山田",
            email="taro@example.com",
            phone="+81 9012345678",
            address=PLACE,
        ),
        delivery=Delivery(given_name="太郎", family_name="山田", address=PLACE),
        payment=msgspec.structs.replace(PAID, **payment),
    )
