"""What elements mean: the wire's digits and letters as amounts, cards, moments and yes or no."""

from datetime import UTC, date, datetime
from typing import Final

from sekisho.kernel.cards import Expiry, Pan
from sekisho.kernel.currencies import CURRENCIES_BY_NUMBER
from sekisho.kernel.money import Amount
from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.messages import Message

_FORMATS: Final = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
"""By length: a day, a minute, a second. All are UTC on the wire."""


def purchase_amount(message: Message) -> Amount | None:
    """Give what the purchase costs; None when the message does not say.

    Raises kernel.money.BadAmount for more than twelve digits, which the protocol allows and no
    payment can carry.
    """
    return _amount(message, "purchase")


def recurring_amount(message: Message) -> Amount | None:
    """Give what each payment of a series costs, as `purchase_amount` does; since 2.3.1."""
    return _amount(message, "recurring")


def card_number(message: Message) -> Pan:
    """Give the card of an AReq; KeyError for another message.

    Raises kernel.cards.BadCard when the check digit is wrong, which the protocol does not look at.
    """
    return Pan(message.text("acctNumber"))


def card_expiry(message: Message) -> Expiry | None:
    """Give the last month that the card is good for; None when the message does not say."""
    text = message.text_or_none("cardExpiryDate")
    return None if text is None else Expiry.from_yymm(text)


def purchase_moment(message: Message) -> datetime | None:
    """Give the moment of the purchase in UTC; None when the message does not say."""
    return moment(message, "purchaseDate")


def moment(message: Message, name: str) -> datetime | None:
    """Give an element of YYYYMMDD, with hours, minutes and seconds or without, as a moment in UTC.

    None when the message does not carry it. Raises ProtocolFault 203 for the year 0000, which has
    the right form and is in no calendar.
    """
    text = message.text_or_none(name)
    if text is None:
        return None
    try:
        return datetime.strptime(text, _FORMATS[len(text)]).replace(tzinfo=UTC)
    except ValueError as error:
        raise ProtocolFault(
            ErrorCode.FORMAT_INVALID,
            elements=(name,),
            message_type=message.type,
            version=message.version,
        ) from error


def day(message: Message, name: str) -> date | None:
    """Give an element of YYYYMMDD as a day, on the same terms as `moment`."""
    found = moment(message, name)
    return None if found is None else found.date()


def is_yes(message: Message, name: str) -> bool | None:
    """Tell whether an element says Y (true) or N (false); None for absent and for anything else."""
    return {"Y": True, "N": False}.get(message.text_or_none(name) or "")


def _amount(message: Message, of: str) -> Amount | None:
    digits = message.text_or_none(f"{of}Amount")
    number = message.text_or_none(f"{of}Currency")
    if digits is None or number is None:
        return None
    return Amount(minor=int(digits), currency=CURRENCIES_BY_NUMBER[number].code)
