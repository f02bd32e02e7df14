"""Buyers, cards, browsers and checkouts that the shop's tests share."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sekisho.acquirer.storefront.flow import (
    DetailsGiven,
    OrderPressed,
    PaymentSeen,
    Why,
    decide,
)
from sekisho.acquirer.storefront.model import (
    Address,
    Browser,
    Buyer,
    CardChosen,
    Checkout,
    Delivery,
    Line,
    Outcome,
    PaymentFacts,
    Standing,
    State,
    StorefrontSettings,
)

NOON = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SETTINGS = StorefrontSettings(
    origin="http://shop.localhost:8080",
    script_url="http://pay.localhost:8080/vault/js/sekisho.1.js",
    script_integrity="sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC",
    publishable_key="pk_sandbox_shop",
    gateway_origin="http://pay.localhost:8080",
)
TOKYO = Address(
    line1="1-2-3 Hakone",
    line2=None,
    city="Chiyoda-ku",
    state="13",
    postal_code="100-0001",
    country="JP",
)
BUYER = Buyer(
    given_name="太郎",
    family_name="山田",
    email="taro@example.com",
    phone_country="81",
    phone="9012345678",
    address=TOKYO,
)
DELIVERY = Delivery(given_name="太郎", family_name="山田", address=TOKYO)
CARD = CardChosen(
    token="tok_9f8e7d6c5b4a39281706",
    brand="visa",
    last_four="1072",
    expiry_month=12,
    expiry_year=2030,
    holder_given_name="TARO",
    holder_family_name="YAMADA",
)
BROWSER = Browser(
    accept_header="text/html",
    ip_address="127.0.0.1",
    language="ja-JP",
    color_depth="24",
    screen_height="844",
    screen_width="390",
    time_zone_minutes="-540",
    user_agent="Mozilla/5.0 (test)",
    challenge_window="390_400",
    java_enabled=False,
)
KETTLE = Line(
    sku="kettle", name_ja="鉄瓶", name_en="Cast-iron kettle", unit_minor=14_500, quantity=1
)
LINES = (KETTLE,)


def after(seconds: float) -> datetime:
    """So many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


def checkout(state: State = State.OPEN, **changes: object) -> Checkout:
    """A checkout that has got so far."""
    fresh = Checkout(
        number="4829137405",
        cart_key="a" * 64,
        state=State.OPEN,
        started_at=NOON,
        currency="JPY",
        lines=LINES,
    )
    if state is State.OPEN:
        return replace(fresh, **changes)  # type: ignore[arg-type]  # the tests name real fields
    done, _ = decide(fresh, details())
    if state is State.CONFIRMED:
        return done
    done, _ = decide(done, pressed(done))
    if state is State.PAYING:
        return done
    done, _ = decide(done, seen(Standing.APPROVED))
    return done


def details(card: CardChosen = CARD) -> DetailsGiven:
    """The buyer filled in the checkout page."""
    return DetailsGiven(at=NOON, lines=LINES, buyer=BUYER, delivery=DELIVERY, card=card)


def pressed(of: Checkout, attempt_id: str = "attempt-1", at: datetime = NOON) -> OrderPressed:
    """The buyer pressed the button on an up-to-date page."""
    return OrderPressed(
        at=at,
        attempt_id=attempt_id,
        return_key=f"key-of-{attempt_id}",
        language="ja",
        mark=of.mark,
        browser=BROWSER,
    )


def facts(attempt_id: str = "attempt-1", **changes: object) -> PaymentFacts:
    """What the gateway says of the attempt's payment."""
    known = PaymentFacts(
        transaction_id=f"payment-of-{attempt_id}",
        response_code="APPROVED",
        card_brand="visa",
        last_four="1072",
        eci="05",
        trans_status="Y",
        challenged=False,
        authentication_value_result="2",
    )
    return replace(known, **changes)  # type: ignore[arg-type]  # the tests name real fields


def seen(
    standing: Standing,
    attempt_id: str = "attempt-1",
    *,
    at: datetime = NOON,
    outcome: Outcome | None = None,
    why: Why | None = None,
    nth: int = 1,
) -> PaymentSeen:
    """The gateway said how the attempt's payment stands."""
    return PaymentSeen(
        at=at,
        attempt_id=attempt_id,
        standing=standing,
        facts=facts(attempt_id),
        outcome=outcome,
        why=why,
        nth=nth,
    )
