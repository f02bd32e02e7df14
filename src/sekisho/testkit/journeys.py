"""Every road a transaction can take: channel, category, version and outcome, from the protocol.

What can be is computed from the element table and from what an answer may say to a question; a
test walks every journey against a running house, and the reference page prints them. The outcomes
are those of the test cards, without faults (those are mischief's) and without silence.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Final

from sekisho.protocol import Category, Channel, Reading, Version
from sekisho.protocol.elements import BY_NAME, elements_of
from sekisho.protocol.elements.screens import UiType
from sekisho.protocol.states.transaction import Transaction
from sekisho.protocol.vocabulary import Form
from sekisho.testkit.card_calls import CALLS, Asks, Call, Offers


class Gap(Enum):
    """Why there is no such journey."""

    NO_SUCH_REQUEST = "3RI payments came with 2.2.0."
    NOBODY_THERE = "In 3RI no cardholder is present: nobody can be challenged."
    NO_SUCH_ANSWER = "The version does not know this answer."
    BROWSERS_ONLY = (
        "Only a browser has passkeys and Secure Payment Confirmation; an app goes out of band."
    )
    APPS_ONLY = "In a browser every page of a bank is HTML: there is nothing to tell apart."
    NO_SUCH_SCREEN = "The version has no such screen in an app."
    NOT_ASKED_FOR = "In 3RI only 2.3.1 can ask for information alone."
    NO_SUCH_OFFER = "The version does not know such an offer."


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """One road, and the test card that leads along it."""

    channel: Channel
    category: Category
    version: Version
    last: str
    """The last two digits of the card."""

    @property
    def call(self) -> Call:
        """What the card calls up."""
        return CALLS[self.last]

    @property
    def ending(self) -> str:
        """The card's last four digits: of this version alone, without a 3DS Method."""
        return f"{_VERSION_DIGITS[self.version]}1{self.last}"

    @property
    def name(self) -> str:
        """The journey in a few words, for the table's rows and a test's name."""
        words = (_CHANNEL_WORDS[self.channel], _CATEGORY_WORDS[self.category], self.version.value)
        return f"{' '.join(words)} {self.call.outcome.name.lower().replace('_', ' ')}"


OUTCOMES: Final = tuple(
    last for last, call in CALLS.items() if call.status is not None and call.fault is None
)
"""The outcomes that journeys lead to, by the last two digits of the card."""

_VERSION_DIGITS: Final = {Version.V210: "1", Version.V220: "2", Version.V231: "3"}
_CHANNEL_WORDS: Final = {Channel.APP: "app", Channel.BROWSER: "browser", Channel.THREE_RI: "3RI"}
_CATEGORY_WORDS: Final = {Category.PAYMENT: "PA", Category.NON_PAYMENT: "NPA"}

SCREENS: Final = {
    Asks.ONE_TIME_CODE: UiType.TEXT,
    Asks.STATIC_PASSWORD: UiType.TEXT,
    Asks.APP_CODE: UiType.TEXT,
    Asks.OUT_OF_BAND: UiType.OOB,
    Asks.SINGLE_SELECT: UiType.SINGLE_SELECT,
    Asks.MULTI_SELECT: UiType.MULTI_SELECT,
    Asks.INFORMATION: UiType.INFORMATION,
}
"""How an app shows what is asked, in screens of its own; a passkey has none."""

NOTHING_ASKED: Final = frozenset({Asks.PASSES_BY_ITSELF, Asks.FAILS_BY_ITSELF})
"""In an app these end with the first CRes, without a screen."""


def gap_in(journey: Journey) -> Gap | None:
    """Say why the protocol has no such journey; None: it has."""
    return _gap_in_question(journey) or _gap_in_answer(journey) or _gap_in_screens(journey)


def asked(journey: Journey) -> Transaction:
    """Give the transaction as its AReq begins it, open to everything that its version has."""
    return Transaction(
        version=journey.version,
        channel=journey.channel,
        category=journey.category,
        server_trans_id="",
        decoupled="B" if journey.version >= Version.V231 else "Y",
        decoupled_time=timedelta(minutes=1),
        spc_supported=True,
    )


def _gap_in_question(journey: Journey) -> Gap | None:
    payment_by_3ri = (Channel.THREE_RI, Category.PAYMENT, Version.V210)
    if (journey.channel, journey.category, journey.version) == payment_by_3ri:
        return Gap.NO_SUCH_REQUEST
    if journey.call.status == "I" and not _knows(journey, "threeDSRequestorChallengeInd"):
        return Gap.NOT_ASKED_FOR
    return None


def _gap_in_answer(journey: Journey) -> Gap | None:
    question, call = asked(journey), journey.call
    codes = BY_NAME["transStatus"].codes_for(Form.ARES, journey.version)
    if call.status not in codes or (call.falls_back and not question.falls_back):
        return Gap.NO_SUCH_ANSWER
    if not question.allows(call.status):
        return Gap.NOBODY_THERE if call.status == "C" else Gap.BROWSERS_ONLY
    offers = call.offers
    return None if offers is None or _offered(journey, offers) else Gap.NO_SUCH_OFFER


def _gap_in_screens(journey: Journey) -> Gap | None:
    call, is_app = journey.call, journey.channel is Channel.APP
    if call.html and not is_app:
        return Gap.APPS_ONLY
    if call.asks in {None, *NOTHING_ASKED} or call.status != "C" or not is_app:
        return None
    screen = screen_of(call)
    if screen is None:
        return Gap.BROWSERS_ONLY
    return None if screen.since <= journey.version else Gap.NO_SUCH_SCREEN


def screen_of(call: Call) -> UiType | None:
    """Tell how an app shows what is asked; None: it cannot, or there is nothing to show."""
    if call.html:
        return UiType.HTML_OOB if call.asks is Asks.OUT_OF_BAND else UiType.HTML
    return SCREENS.get(call.asks) if call.asks is not None else None


def _offered(journey: Journey, offers: Offers) -> bool:
    names = {
        Offers.TRUST_LIST: ("whiteListStatus", "trustListStatus"),
        Offers.DEVICE_BINDING: ("deviceBindingStatus",),
    }
    return any(_knows(journey, name) for name in names[offers])


def _knows(journey: Journey, name: str) -> bool:
    where = (journey.version, journey.channel, journey.category, Reading.STRICT)
    return name in elements_of(Form.AREQ, *where)


def _crossings() -> Iterator[Journey]:
    for last in OUTCOMES:
        for channel in Channel:
            for category in Category:
                for version in Version:
                    yield Journey(channel=channel, category=category, version=version, last=last)


CROSSINGS: Final = tuple(_crossings())
"""Everything crossed with everything, whether it exists or not."""

JOURNEYS: Final = tuple(journey for journey in CROSSINGS if gap_in(journey) is None)
"""The journeys that exist."""
