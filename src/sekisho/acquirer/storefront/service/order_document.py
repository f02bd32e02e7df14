"""What the ledger is told of an order: the facts as they stood when it was placed."""

from sekisho.acquirer.storefront.model import Address, AttemptState, Checkout, Line
from sekisho.acquirer.storefront.model.places import state_name
from sekisho.kernel.errors import Misuse
from sekisho.protocol import Json


def order_document(checkout: Checkout) -> dict[str, Json]:
    """Write an order for the ledger; the same checkout gives the same document, always."""
    paid = next((one for one in checkout.attempts if one.state is AttemptState.APPROVED), None)
    buyer, delivery = checkout.buyer, checkout.delivery
    if paid is None or paid.payment is None or checkout.placed_at is None:
        raise Misuse("an order has one approved payment")
    if buyer is None or delivery is None:
        raise Misuse("an order has a buyer and a delivery")
    facts = paid.payment
    return {
        "orderId": checkout.number,
        "placedAt": checkout.placed_at.isoformat(),
        "language": paid.language,
        "amount": {"minor": checkout.amount.minor, "currency": checkout.currency},
        "lines": [_line(line) for line in checkout.lines],
        "buyer": {
            "givenName": buyer.given_name,
            "familyName": buyer.family_name,
            "email": buyer.email,
            "phone": f"+{buyer.phone_country} {buyer.phone}",
            "address": _address(buyer.address, paid.language),
        },
        "delivery": {
            "givenName": delivery.given_name,
            "familyName": delivery.family_name,
            "address": _address(delivery.address, paid.language),
        },
        "payment": {
            "transactionId": facts.transaction_id,
            "brand": facts.card_brand or paid.card.brand,
            "lastFour": facts.last_four or paid.card.last_four,
            "transStatus": facts.trans_status,
            "eci": facts.eci,
            "challenged": facts.challenged,
            "authenticationValueResult": facts.authentication_value_result,
        },
    }


def _line(line: Line) -> Json:
    return {
        "sku": line.sku,
        "nameJa": line.name_ja,
        "nameEn": line.name_en,
        "unitMinor": line.unit_minor,
        "quantity": line.quantity,
    }


def _address(address: Address, language: str) -> Json:
    return {
        "line1": address.line1,
        "line2": address.line2,
        "city": address.city,
        "state": address.state,
        "stateName": state_name(address.country, address.state, language) or None,
        "postalCode": address.postal_code,
        "country": address.country,
    }
