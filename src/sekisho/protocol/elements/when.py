"""The conditions of the specification that a message or its request can decide, by name.

What only the market, the Directory Server's rules or the sender's knowledge decide ("if available")
is no condition here: such an element may be there or not.
"""

from typing import Final

from sekisho.protocol.elements.element import Condition, Scene
from sekisho.protocol.vocabulary import Category, Channel, Component, Reading, Version


def there(name: str) -> Condition:
    """Hold when the element is in the message (or, for a child, in the same object)."""
    return Condition(f"{name} is present", lambda scene: name in scene.members)


def absent(name: str) -> Condition:
    """Hold when the element is not in the message."""
    return Condition(f"{name} is absent", lambda scene: name not in scene.members)


def valued(name: str, *values: str) -> Condition:
    """Hold when the element has one of the values."""
    listed = frozenset(values)
    return Condition(
        f"{name} is {' or '.join(values)}",
        lambda scene: _text(scene.members.get(name)) in listed,
    )


def true(name: str) -> Condition:
    """Hold when the boolean element is true."""
    return Condition(f"{name} is true", lambda scene: scene.members.get(name) is True)


def since(version: Version) -> Condition:
    """Hold in this version and in all that follow it."""
    return Condition(f"from {version} on", lambda scene: scene.version >= version)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _decoupled_possible(scene: Scene) -> bool:
    """Tell whether the result may come from a decoupled authentication."""
    if scene.asked is None:
        return scene.reading is Reading.LENIENT
    if "acsDecConInd" in scene.asked:
        return scene.asked["acsDecConInd"] == "Y"
    return _text(scene.asked.get("threeDSRequestorDecReqInd")) in {"Y", "F", "B"}


def _buys(scene: Scene) -> bool:
    requestor = _text(scene.members.get("threeDSRequestorAuthenticationInd"))
    if requestor in {"02", "03"}:
        return True
    if scene.version == Version.V210:
        return False
    three_ri = _text(scene.members.get("threeRIInd"))
    if three_ri in {"01", "02", "06", "07", "08", "09", "11"}:
        return True
    return scene.version >= Version.V231 and (requestor in {"07", "08", "09"} or three_ri == "15")


def _fixed_frequency(scene: Scene) -> bool:
    recurring = scene.members.get("recurringInd")
    return isinstance(recurring, dict) and recurring.get("frequencyInd") == "01"


def _second_of_spc(scene: Scene) -> bool:
    infos = scene.members.get("threeDSRequestorAuthenticationInfo")
    by_spc = isinstance(infos, list) and any(
        isinstance(info, dict) and info.get("threeDSReqAuthMethod") == "09" for info in infos
    )
    return by_spc or "spcIncompInd" in scene.members


def _sellers_listed(scene: Scene) -> bool:
    split = scene.whole.get("multiTransaction")
    listed = split.get("merchantList") if isinstance(split, dict) else None
    return isinstance(listed, list) and any(
        isinstance(merchant, dict) and "sellerId" in merchant for merchant in listed
    )


def _unproven(scene: Scene) -> bool:
    """Tell whether the status is one of this message that comes without a proof."""
    status = _text(scene.members.get("transStatus"))
    if status == "N":
        return _text(scene.members.get("transStatusReason")) < "80"
    unproven = "CDRSU" if scene.version >= Version.V231 else "CDRU"
    return status != "" and status in (unproven if scene.form == "ARes" else "RU")


PAYMENT: Final = Condition(
    "the category is payment", lambda scene: scene.category is Category.PAYMENT
)
NON_PAYMENT: Final = Condition(
    "the category is non-payment", lambda scene: scene.category is Category.NON_PAYMENT
)
TO_ACS: Final = Condition("on the way to the ACS", lambda scene: scene.to is Component.ACS)
NOT_TO_DIRECTORY: Final = Condition(
    "not on the way to the Directory Server", lambda scene: scene.to is not Component.DIRECTORY
)
TO_DIRECTORY: Final = Condition(
    "on the way to the Directory Server", lambda scene: scene.to is Component.DIRECTORY
)
NOT_TO_ACS: Final = Condition(
    "not on the way to the ACS", lambda scene: scene.to is not Component.ACS
)
LENIENT: Final = Condition("read leniently", lambda scene: scene.reading is Reading.LENIENT)

DECOUPLED_ASKED: Final = valued("threeDSRequestorDecReqInd", "Y", "F", "B")
BUYS: Final = Condition(
    "threeDSRequestorAuthenticationInd or threeRIInd names a purchase in a series "
    "(2.1.0: Ind 02, 03; 2.2.0: also threeRIInd 01, 02, 06 to 09, 11; "
    "2.3.1: also Ind 07 to 09 and threeRIInd 15)",
    _buys,
)
INSTALMENT: Final = valued("threeDSRequestorAuthenticationInd", "03") | valued("threeRIInd", "02")
SERIES: Final = valued("threeDSRequestorAuthenticationInd", "02", "03") | valued(
    "threeRIInd", "01", "02"
)
SERIES_BEFORE_231: Final = SERIES & Condition(
    "before 2.3.1", lambda scene: scene.version < Version.V231
)
SERIES_FIXED: Final = SERIES & Condition(
    "recurringInd.frequencyInd is 01 (from 2.3.1 on)",
    lambda scene: scene.version < Version.V231 or _fixed_frequency(scene),
)
FIXED_FREQUENCY: Final = Condition("recurringInd.frequencyInd is 01", _fixed_frequency)
JAVASCRIPT: Final = true("browserJavascriptEnabled")
CONTINUES: Final = valued("threeRIInd", "19") | Condition(
    "it is the second AReq of Secure Payment Confirmation", _second_of_spc
)
SPC: Final = valued("threeDSRequestorSpcSupport", "Y")
SELLERS_LISTED: Final = Condition("multiTransaction.merchantList names a sellerId", _sellers_listed)

CHALLENGED: Final = valued("transStatus", "C")
OUTSTANDING: Final = valued("transStatus", "C", "D")
DECOUPLED: Final = valued("transStatus", "D")
SPC_ASKED: Final = valued("transStatus", "S")
PROVEN: Final = PAYMENT & valued("transStatus", "Y", "A")
MAY_BE_PROVEN: Final = NON_PAYMENT | Condition(
    "transStatus is none of C, D, R, S, U, and not N but by the Directory Server's rules "
    "(transStatusReason 80 to 99)",
    lambda scene: not _unproven(scene),
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
    & Condition(
        "the cardholder was there, or the authentication decoupled",
        lambda scene: scene.channel is not Channel.THREE_RI,
    )
)
DECIDED_TO_DIRECTORY: Final = DECIDED & Condition(
    "on the way to the Directory Server (from 2.3.1 on: wherever it goes)",
    lambda scene: scene.version >= Version.V231 or scene.to is Component.DIRECTORY,
)
NOT_DECOUPLED: Final = Condition(
    "the authentication was not decoupled", lambda scene: not _decoupled_possible(scene)
)
TIMED_OUT: Final = valued("transStatusReason", "14")
ERROR_REPORTED: Final = valued("challengeCancel", "09", "10")


def ui(*templates: str, from_231: tuple[str, ...] | None = None) -> Condition:
    """Hold for these `acsUiType`; `from_231` names those that 2.3.1 has instead."""
    newer = templates if from_231 is None else from_231
    old, new = frozenset(templates), frozenset(newer)
    if old == new:
        return valued("acsUiType", *templates)
    words = f"acsUiType is {' or '.join(newer)}"
    words += f" (before 2.3.1: {' or '.join(templates)})" if templates else " (from 2.3.1 on)"
    return Condition(
        words,
        lambda scene: (
            _text(scene.members.get("acsUiType")) in (new if scene.version >= Version.V231 else old)
        ),
    )


def _shown(name: str) -> Condition:
    return Condition(
        f"{name} was in the CRes it answers",
        lambda scene: scene.asked is not None and name in scene.asked,
    )


TRUST_ASKED: Final = _shown("trustListInfoText")
WHITELISTING_ASKED: Final = _shown("whitelistingInfoText")
BINDING_ASKED: Final = _shown("deviceBindingInfoText")
