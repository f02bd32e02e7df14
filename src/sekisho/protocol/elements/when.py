"""The conditions of the specification that a message or its request can decide, by name.

What only the market, the Directory Server's rules or the sender's knowledge decide ("if available")
is no condition here: such an element may be there or not.
"""

from typing import Final

from sekisho.protocol.elements.condition import (
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
TIMED_OUT: Final = valued("transStatusReason", "14")
ERROR_REPORTED: Final = valued("challengeCancel", "09", "10")


def ui(*templates: str, from_231: tuple[str, ...] | None = None) -> Condition:
    """Hold for these `acsUiType`; `from_231` names those that 2.3.1 has instead."""
    newer = templates if from_231 is None else from_231
    if newer == templates:
        return valued("acsUiType", *templates)
    words = f"acsUiType is {' or '.join(newer)}"
    words += f" (before 2.3.1: {' or '.join(templates)})" if templates else " (from 2.3.1 on)"
    return Worded(
        words,
        before(Version.V231) & valued("acsUiType", *templates)
        | since(Version.V231) & valued("acsUiType", *newer),
    )


def _shown(name: str) -> Condition:
    return Worded(f"{name} was in the CRes it answers", InRequest(there(name)))


TRUST_ASKED: Final = _shown("trustListInfoText")
WHITELISTING_ASKED: Final = _shown("whitelistingInfoText")
BINDING_ASKED: Final = _shown("deviceBindingInfoText")
