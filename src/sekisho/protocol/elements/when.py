"""The conditions of the specification that a message or its request can decide, by name.

What only the market, the Directory Server's rules or the sender's knowledge decide ("if available")
is no condition here: such an element may be there or not.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from sekisho.protocol.elements.condition import (
    All,
    Any,
    At,
    Condition,
    InMessage,
    InRequest,
    Inside,
    IsTrue,
    Not,
    RequestKnown,
    Sent,
    There,
    Valued,
    Worded,
)
from sekisho.protocol.elements.screens import PARTS, UiType
from sekisho.protocol.vocabulary import Category, Channel, Component, Form, Reading, Version


def there(name: str) -> Condition:
    """Hold when the element is in the message (or, for a child, in the same object)."""
    return There(name)


def absent(name: str) -> Condition:
    """Hold when the element is not in the message."""
    return Not(There(name), f"{name} is absent")


def valued(name: str, *values: str) -> Condition:
    """Hold when the element has one of the values."""
    return Valued(name, values)


def true(name: str) -> Condition:
    """Hold when the boolean element is true."""
    return IsTrue(name)


def since(version: Version) -> Condition:
    """Hold in this version and in all that follow it."""
    later = frozenset(each for each in Version if each >= version)
    return At(f"from {version} on", versions=later)


def before(version: Version) -> Condition:
    """Hold in the versions that come before this one."""
    earlier = frozenset(each for each in Version if each < version)
    return At(f"before {version}", versions=earlier)


def into(form: Form) -> Condition:
    """Hold in this message only."""
    return At(f"in {form}", forms=frozenset({form}))


PAYMENT: Final = At("the category is payment", categories=frozenset({Category.PAYMENT}))
NON_PAYMENT: Final = At("the category is non-payment", categories=frozenset({Category.NON_PAYMENT}))
TO_ACS: Final = Sent(Component.ACS, "ACS")
TO_DIRECTORY: Final = Sent(Component.DIRECTORY, "Directory Server")
NOT_TO_ACS: Final = Not(TO_ACS, "not on the way to the ACS")
NOT_TO_DIRECTORY: Final = Not(TO_DIRECTORY, "not on the way to the Directory Server")
LENIENT: Final = At("read leniently", readings=frozenset({Reading.LENIENT}))
REQUEST_UNKNOWN: Final = Not(RequestKnown(), "the message it answers is not known")

DECOUPLED_ASKED: Final = valued("threeDSRequestorDecReqInd", "Y", "F", "B")
BUYS: Final = Worded(
    "threeDSRequestorAuthenticationInd or threeRIInd names a purchase in a series "
    "(2.1.0: Ind 02, 03; 2.2.0: also threeRIInd 01, 02, 06 to 09, 11; "
    "2.3.1: also Ind 07 to 09 and threeRIInd 15)",
    valued("threeDSRequestorAuthenticationInd", "02", "03")
    | since(Version.V220) & valued("threeRIInd", "01", "02", "06", "07", "08", "09", "11")
    | since(Version.V231) & valued("threeDSRequestorAuthenticationInd", "07", "08", "09")
    | since(Version.V231) & valued("threeRIInd", "15"),
)
INSTALMENT: Final = valued("threeDSRequestorAuthenticationInd", "03") | valued("threeRIInd", "02")
SERIES: Final = valued("threeDSRequestorAuthenticationInd", "02", "03") | valued(
    "threeRIInd", "01", "02"
)
SERIES_BEFORE_231: Final = SERIES & before(Version.V231)
FIXED_FREQUENCY: Final = Worded(
    "recurringInd.frequencyInd is 01", Inside("recurringInd", valued("frequencyInd", "01"))
)
SERIES_FIXED: Final = SERIES & Worded(
    "recurringInd.frequencyInd is 01 (from 2.3.1 on)", before(Version.V231) | FIXED_FREQUENCY
)
JAVASCRIPT: Final = true("browserJavascriptEnabled")
CONTINUES: Final = valued("threeRIInd", "19") | Worded(
    "it is the second AReq of Secure Payment Confirmation",
    Inside("threeDSRequestorAuthenticationInfo", valued("threeDSReqAuthMethod", "09"))
    | there("spcIncompInd"),
)
SPC: Final = valued("threeDSRequestorSpcSupport", "Y")
SELLERS_LISTED: Final = Worded(
    "multiTransaction.merchantList names a sellerId",
    InMessage(Inside("multiTransaction", Inside("merchantList", there("sellerId")))),
)

LABELS_OOB_APP: Final = Worded(
    "acsUiType is 04 (from 2.3.1 on), and oobAppURL is present",
    since(Version.V231) & valued("acsUiType", "04") & there("oobAppURL"),
)
UNKNOWN_OR_DOWNLOADS: Final = REQUEST_UNKNOWN | InRequest(there("cardRangeDataDownloadInd"))
EVERYTHING_ASKED: Final = (
    absent("cardRangeDataFileURL") & RequestKnown() & InRequest(absent("serialNum"))
)
NO_ACS_ANSWERS: Final = Worded(
    "neither acsTransID nor acsReferenceNumber is present: the 3DS Server answers",
    absent("acsTransID") & absent("acsReferenceNumber"),
)
CODE_SENT: Final = InRequest(there("cardSecurityCode") | there("cardSecurityCodeStatus"))

CHALLENGED: Final = valued("transStatus", "C")
OUTSTANDING: Final = valued("transStatus", "C", "D")
DECOUPLED: Final = valued("transStatus", "D")
SPC_ASKED: Final = valued("transStatus", "S")
PROVEN: Final = PAYMENT & valued("transStatus", "Y", "A")
DS_REASONS: Final = tuple(str(code) for code in range(80, 100))
MAY_BE_PROVEN: Final = NON_PAYMENT | Worded(
    "transStatus is none of C, D, R, S, U, and not N but by the Directory Server's rules "
    "(transStatusReason 80 to 99)",
    Not(
        valued("transStatus", "R", "U")
        | into(Form.ARES) & valued("transStatus", "C", "D")
        | into(Form.ARES) & since(Version.V231) & valued("transStatus", "S")
        | valued("transStatus", "N") & Not(valued("transStatusReason", *DS_REASONS))
    ),
)
REFUSED: Final = PAYMENT & valued("transStatus", "N", "U", "R")
REFUSED_OR_FALLBACK: Final = PAYMENT & (
    valued("transStatus", "N", "U", "R") | (since(Version.V231) & valued("transStatus", "D"))
)
REFUSED_OR_LENIENT: Final = LENIENT | NON_PAYMENT | valued("transStatus", "N", "U", "R", "D")
OUTSTANDING_OR_LENIENT: Final = LENIENT | OUTSTANDING
DECOUPLED_CONFIRMED: Final = valued("acsDecConInd", "Y")
DECIDED: Final = (
    valued("transStatus", "Y", "N")
    & absent("challengeCancel")
    & At(
        "the cardholder was there, or the authentication decoupled",
        channels=frozenset({Channel.APP, Channel.BROWSER}),
    )
)
DECIDED_OR_LENIENT: Final = LENIENT | valued("transStatus", "Y", "N") & absent("challengeCancel")
METHOD_OR_LENIENT: Final = LENIENT | valued("transStatus", "Y", "N") & absent("challengeCancel") & (
    since(Version.V231)
    | Not(Sent(Component.SERVER, "3DS Server"), "not on the way to the 3DS Server")
)
MAY_BE_PROVEN_AT_THE_END: Final = MAY_BE_PROVEN & absent("challengeCancel")
UNFINISHED: Final = Not(valued("transStatus", "Y", "A"), "transStatus is neither Y nor A")
REPORTED_OR_LENIENT: Final = LENIENT | valued("challengeCancel", "09", "10")
DECIDED_TO_DIRECTORY: Final = DECIDED & Worded(
    "on the way to the Directory Server (from 2.3.1 on: wherever it goes)",
    since(Version.V231) | TO_DIRECTORY,
)
NOT_DECOUPLED: Final = Worded(
    "the authentication was not decoupled",
    Not(
        REQUEST_UNKNOWN & LENIENT
        | InRequest(valued("acsDecConInd", "Y"))
        | InRequest(absent("acsDecConInd") & valued("threeDSRequestorDecReqInd", "Y", "F", "B"))
    ),
)
NOT_DECOUPLED_OR_LENIENT: Final = LENIENT | Not(
    InRequest(valued("acsDecConInd", "Y")), "the authentication was not decoupled"
)
TIMED_OUT: Final = valued("transStatusReason", "14")
ERROR_REPORTED: Final = valued("challengeCancel", "09", "10")


def must_show(name: str) -> Condition:
    """Hold for the screens that must show the element (`screens.PARTS`)."""
    return _any(condition for condition, _ in _screens(name, "M"))


def may_show(name: str) -> Condition:
    """Hold but for screens without room for the element; a lenient reader looks over it."""
    strict = [Not(condition, words) for condition, words in _screens(name, "-")]
    return LENIENT | (All(tuple(strict)) if len(strict) > 1 else strict[0])


_PARTS: Final = {part.name: part for part in PARTS}


def _screens(name: str, letter: str) -> Iterator[tuple[Condition, str]]:
    """Give the UI types that have the letter, of old and of new, and the words for all others."""
    part = _PARTS[name]
    older, newer = (
        tuple(
            ui.value for ui in UiType if part.letter(ui, version) == letter and ui.since <= version
        )
        for version in (Version.V220, Version.V231)
    )
    if part.until < Version.V231 or newer == older:
        yield valued("acsUiType", *older), f"acsUiType is not {' or '.join(older)}"
    elif part.since >= Version.V231:
        yield valued("acsUiType", *newer), f"acsUiType is not {' or '.join(newer)}"
    else:
        for age, listed in ((before(Version.V231), older), (since(Version.V231), newer)):
            if listed:
                ui = valued("acsUiType", *listed)
                yield (
                    Worded(f"{ui.text} ({age.text})", age & ui),
                    f"acsUiType is not {' or '.join(listed)} ({age.text})",
                )


def _any(conditions: Iterable[Condition]) -> Condition:
    first, *others = conditions
    return Any((first, *others)) if others else first
