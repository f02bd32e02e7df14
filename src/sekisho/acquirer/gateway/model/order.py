"""A merchant's request, read: what to pay, with which card, and what 3-D Secure is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sekisho.acquirer.gateway.model.authentication_fields import WantedAuthentication, read_wanted
from sekisho.acquirer.gateway.model.members import Members, check_containers
from sekisho.acquirer.gateway.model.payment import Capture, Kind, PassedThrough
from sekisho.acquirer.gateway.model.refusals import Refused, malformed, missing, not_offered
from sekisho.acquirer.gateway.model.rules import Bad, Code, Digits, Text, as_number, as_text
from sekisho.acquirer.gateway.model.settings import MerchantProfile
from sekisho.kernel.brands import BRANDS, Brand
from sekisho.kernel.cards import BadCard, Card, Expiry, Pan
from sekisho.kernel.money import Amount, BadAmount
from sekisho.kernel.secret import Secret
from sekisho.protocol import Json

CARD = "paymentMethodType.card"
REQUEST_OBJECTS = {
    Kind.PAYMENT: "paymentAuthenticationRequest",
    Kind.VERIFICATION: "verificationAuthenticationRequest",
}
CONTAINERS = (
    "merchant", "paymentMethodType", CARD, "accountHolder", "browserInfo", "shipTo",
    "accountHolder.billingAddress", "accountHolder.phone", "accountHolder.mobile",
)  # fmt: skip
ECI_VALUES = frozenset({"00", "01", "02", "05", "06", "07"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A request without a flaw. Lives in memory only: it may hold a card."""

    kind: Kind
    amount: Amount
    capture: Capture
    card: Card | str
    """A card as typed, or the vault's token for one."""
    wanted: WantedAuthentication | None = None
    passed_through: PassedThrough | None = None
    software: Mapping[str, str] = field(default_factory=dict)


def read_order(
    body: Mapping[str, Json], *, kind: Kind, merchant: MerchantProfile, today: date
) -> Order:
    """Read a request's body. Raises Refused, naming every member at fault, and nothing else."""
    members = Members(body)
    check_containers(members, CONTAINERS)
    amount = _amount(members, kind)
    capture = _capture(members, kind)
    card = _card(members, today)
    software = _software(members)
    request_object = REQUEST_OBJECTS[kind]
    wanted = None
    # Without a return address there is no orchestration: straight to authorization (C1).
    if (
        members.object_at(f"{CARD}.{request_object}")
        and members.find(f"{CARD}.{request_object}.authenticationReturnUrl") is not None
    ):
        wanted = read_wanted(members, request_object, merchant, amount, kind)
    passed_through = _passed_through(members, also_wanted=wanted is not None)
    if members.flaws or amount is None or card is None:
        raise Refused(*members.flaws)
    return Order(
        kind=kind,
        amount=amount,
        capture=capture,
        card=card,
        wanted=wanted,
        passed_through=passed_through,
        software=software,
    )


def check_brand(order: Order, brand: Brand) -> None:
    """Check what depends on the card's brand, known once the vault has opened the token.

    Raises Refused: an ECI of another brand (C9) would buy a liability shift that nobody granted.
    """
    facts = BRANDS[brand]
    known = {facts.eci_full, facts.eci_attempt, facts.eci_none}
    if order.passed_through and order.passed_through.eci not in known:
        raise Refused(
            malformed(
                f"{CARD}.authentication.electronicCommerceIndicator",
                f"must be one of {', '.join(sorted(known))} for {facts.name}",
            )
        )
    prepaid = order.wanted is not None and order.wanted.elements.get("acctType") == "80"
    if prepaid and brand is not Brand.JCB:
        entity = f"{CARD}.{REQUEST_OBJECTS[order.kind]}.accountType"
        raise Refused(malformed(entity, "JCB_PREPAID is for JCB cards only"))


def _amount(members: Members, kind: Kind) -> Amount | None:
    currency = members.find("currency")
    if currency is None:
        members.flaws.append(missing("currency"))
    value = members.find("amount")
    if value is None and kind is Kind.PAYMENT:
        members.flaws.append(missing("amount"))
    try:
        minor = as_number(0 if value is None else value)
    except Bad as bad:
        members.note("amount", f"{bad}, in minor units")
        return None
    if kind is Kind.VERIFICATION and minor:
        members.note("amount", "must be absent or 0: a verification takes no money")
    if kind is Kind.PAYMENT and value is not None and minor < 1:
        members.note("amount", "must be 1 or more; use /verifications to check a card")
        minor = 0  # what is wrong with the currency is told as well
    try:
        return Amount(minor=minor, currency=currency if isinstance(currency, str) else "")
    except BadAmount as bad:
        if currency is not None:
            entity = "currency" if "currency" in str(bad) else "amount"
            members.note(entity, str(bad) if entity == "amount" else "must be of ISO 4217")
        return None


def _capture(members: Members, kind: Kind) -> Capture:
    value = members.find("captureMethod")
    if value is None or kind is Kind.VERIFICATION:
        return Capture.NOW
    if value == Capture.DELAYED.value:
        members.flaws.append(not_offered("captureMethod", "delayed capture: use NOW or MANUAL"))
        return Capture.NOW
    try:
        return Capture(value)
    except ValueError:
        members.note("captureMethod", "must be NOW or MANUAL")
        return Capture.NOW


def _software(members: Members) -> dict[str, str]:
    if not members.object_at("merchant") and members.find("merchant") is None:
        members.flaws.append(missing("merchant"))
    found = {}
    for name in ("companyName", "productName", "version"):
        value = members.read(f"merchant.merchantSoftware.{name}", Text(most=100))
        if isinstance(value, str):
            found[name] = value
    return found


def _card(members: Members, today: date) -> Card | str | None:
    number = members.find(f"{CARD}.accountNumber")
    if number is None:
        members.flaws.append(missing(f"{CARD}.accountNumber"))
        return None
    match members.find(f"{CARD}.accountNumberType"):
        case None | "PAN":
            return _typed_card(members, number, today)
        case "SAFETECH_TOKEN":
            return _token(members, number)
        case _:
            members.flaws.append(
                not_offered(f"{CARD}.accountNumberType", "must be PAN or SAFETECH_TOKEN")
            )
            return None


def _token(members: Members, value: Json) -> str | None:
    if members.find(f"{CARD}.cvv") is not None:
        members.note(f"{CARD}.cvv", "travels inside the token, never beside it")
    try:
        return Text(most=200)(value)
    except Bad as bad:
        members.note(f"{CARD}.accountNumber", str(bad))
        return None


def _typed_card(members: Members, number: Json, today: date) -> Card | None:
    month = members.read(f"{CARD}.expiry.month", Digits(most=2), required=True)
    year = members.read(f"{CARD}.expiry.year", Digits(least=4, most=4), required=True)
    code = members.read(f"{CARD}.cvv", Digits(least=3, most=4))
    pan = expiry = None
    try:
        pan = Pan(as_text(number).replace(" ", ""))
        if pan.brand is None:
            members.note(f"{CARD}.accountNumber", "is of no card brand that this gateway serves")
    except (BadCard, Bad) as bad:
        members.note(f"{CARD}.accountNumber", str(bad))
    if isinstance(month, str) and isinstance(year, str):
        try:
            expiry = Expiry(year=int(year), month=int(month))
            if expiry.is_past(today):
                members.note(f"{CARD}.expiry", "the card has expired")
        except BadCard as bad:
            members.note(f"{CARD}.expiry", str(bad))
    if pan is None or expiry is None:
        return None
    return Card(
        pan=pan, expiry=expiry, security_code=Secret(code) if isinstance(code, str) else None
    )


def _passed_through(members: Members, *, also_wanted: bool) -> PassedThrough | None:
    entity = f"{CARD}.authentication"
    if not members.object_at(entity):
        return None
    if members.find(f"{entity}.SCAExemptionReason") is not None:
        members.flaws.append(
            not_offered(f"{entity}.SCAExemptionReason", "exemptions are not offered")
        )
        return None
    if also_wanted:
        members.note(entity, "cannot stand beside an authenticationReturnUrl: choose one")
        return None
    eci = members.read(
        f"{entity}.electronicCommerceIndicator",
        Code({value: value for value in sorted(ECI_VALUES)}),
        required=True,
    )
    value = members.read(f"{entity}.threeDS.authenticationValue", Text(most=4000, plain=True))
    ds_trans_id = members.read(
        f"{entity}.threeDS.authenticationTransactionId", Text(most=36, plain=True)
    )
    protocol = members.read(f"{entity}.threeDS.threeDSProgramProtocol", Digits(most=1))
    return PassedThrough(
        eci=str(eci),
        authentication_value=None if value is None else str(value),
        ds_trans_id=None if ds_trans_id is None else str(ds_trans_id),
        program_protocol=None if protocol is None else str(protocol),
    )
