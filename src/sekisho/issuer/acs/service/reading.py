"""Reads an AReq: what is decided upon, what the cardholder is shown, what is remembered. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sekisho.issuer.acs.flow.remembered import binds, failed_codes, knows, trusts
from sekisho.issuer.acs.model import (
    AcsSettings,
    Authentication,
    BankCard,
    CardGuard,
    Facts,
    Prior,
    Purchase,
)
from sekisho.issuer.acs.service.app_channel.device import LOCALE, device_facts
from sekisho.issuer.acs.service.refusals import about
from sekisho.kernel.brands import Brand, brand_of
from sekisho.kernel.cards import mask_digits
from sekisho.kernel.currencies import CURRENCIES_BY_NUMBER
from sekisho.kernel.money import Amount, BadAmount
from sekisho.kernel.secret import Secret
from sekisho.protocol import Category, ErrorCode, Message
from sekisho.protocol.states import acs_authentication
from sekisho.protocol.states.transaction import Transaction


def amount_of(areq: Message) -> Amount | None:
    """Give the amount to be paid; None where none is named.

    Raises ProtocolFault 305 for an amount beyond what any purchase here can have: a page that
    could not show it exactly must not ask for it.
    """
    minor = areq.text_or_none("purchaseAmount")
    number = areq.text_or_none("purchaseCurrency")
    if minor is None or number is None:
        return None
    try:
        return Amount(minor=int(minor), currency=CURRENCIES_BY_NUMBER[number].code)
    except BadAmount as error:
        raise about(areq, ErrorCode.TRANSACTION_DATA_INVALID, "purchaseAmount") from error


def brand_in(areq: Message) -> Brand:
    """Tell the card's brand; raises ProtocolFault 305 for a number of no brand of ours."""
    brand = brand_of(areq.text("acctNumber"))
    if brand is None:
        raise about(areq, ErrorCode.TRANSACTION_DATA_INVALID, "acctNumber")
    return brand


def facts_of(
    areq: Message,
    *,
    card: BankCard | None,
    guard: CardGuard,
    profile: Mapping[str, str],
    device_id: str | None,
    prior: Prior,
    at: datetime,
    settings: AcsSettings,
) -> Facts:
    """Collect what the decision may rest on."""
    failed = failed_codes(guard, at=at, settings=settings)
    account = areq.get("acctInfo")
    age = account.get("chAccAgeInd") if isinstance(account, dict) else None
    return Facts(
        acct_number=Secret(areq.text("acctNumber")),
        transaction=Transaction.of(areq),
        wishes=_wishes(areq),
        three_ri_ind=areq.text_or_none("threeRIInd"),
        prior=prior,
        is_trusted=trusts(guard, areq.text("threeDSRequestorID")),
        is_bound=binds(guard, device_id),
        card=card,
        amount=amount_of(areq),
        merchant_country=areq.text_or_none("merchantCountryCode"),
        method_completed=areq.text_or_none("threeDSCompInd") or "U",
        browser_language=spoken_in(areq),
        browser_user_agent=areq.text_or_none("browserUserAgent") or "",
        browser_time_zone=_minutes_ahead(areq.text_or_none("browserTZ")),
        account_age=age if isinstance(age, str) else None,
        profile=profile or None,
        device_known=knows(guard, device_id) or binds(guard, device_id),
        failed_codes=failed,
        locked=failed >= settings.failed_codes,
    )


def record_of(
    areq: Message, *, id: str, at: datetime, digest: str, card_key: str, device_id: str | None
) -> Authentication:
    """Begin the record of an authentication."""
    amount = amount_of(areq)
    return Authentication(
        id=id,
        stage=acs_authentication.begin(areq, acs_trans_id=id, digest=digest),
        ds_url=areq.text("dsURL"),
        brand=brand_in(areq).value,
        asked_at=at,
        card_key=card_key,
        masked_number=mask_digits(areq.text("acctNumber")),
        device_id=device_id,
        requestor_id=areq.text("threeDSRequestorID"),
        amount_minor=amount.minor if amount else 0,
        currency_number=areq.text_or_none("purchaseCurrency") or "",
        acquirer_merchant_id=areq.text_or_none("acquirerMerchantID") or "",
    )


def purchase_of(
    areq: Message, *, card: BankCard | None, at: datetime, settings: AcsSettings
) -> Purchase:
    """Collect what the cardholder is shown. A payment always has a shop and an amount."""
    payment = areq.category is Category.PAYMENT
    written = areq.text_or_none("purchaseDate")
    made_at = datetime.strptime(written, "%Y%m%d%H%M%S").replace(tzinfo=UTC) if written else at
    return Purchase(
        merchant_name=areq.text_or_none("merchantName"),
        amount=amount_of(areq) if payment else None,
        made_at=made_at,
        bank_name=card.issuer_name if card else settings.issuer_name,
        card_id=card.card_id if card else None,
        card_name=card.product_name if card else "",
        masked_number=card.masked_number if card else mask_digits(areq.text("acctNumber")),
        personal_message=card.personal_message if card else "",
        phone_masked=card.phone_masked if card else "",
        email_masked=card.email_masked if card else "",
        card_language=card.language if card else "en",
    )


def language_of(areq: Message) -> str:
    """Tell the language of page or screen: Japanese where the device speaks it, else English (B15)."""
    spoken = spoken_in(areq).replace("_", "-").partition("-")[0].lower()
    return "ja" if spoken == "ja" else "en"


def spoken_in(areq: Message) -> str:
    """Give the language of the browser, or of the app's device."""
    in_browser = areq.text_or_none("browserLanguage")
    return device_facts(areq).get(LOCALE, "") if in_browser is None else in_browser


def _wishes(areq: Message) -> frozenset[str]:
    given = areq.get("threeDSRequestorChallengeInd")
    listed = given if isinstance(given, list) else [given]
    return frozenset(wish for wish in listed if isinstance(wish, str))


def _minutes_ahead(browser_tz: str | None) -> int | None:
    """Read browserTZ, which counts the minutes from local time to UTC."""
    return None if browser_tz is None else -int(browser_tz)
