"""What test cards call up: the table of a card number's last two digits (see `cards` for the rule)."""

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Outcome(Enum):
    """What a card calls up."""

    AUTHENTICATED = "Y"
    DENIED = "N"
    ATTEMPTED = "A"
    REJECTED = "R"
    INFORMATIONAL = "I"
    UNAVAILABLE = "U"
    SILENT = "no answer"
    CHALLENGE_PASSES = "C, passes by itself"
    CHALLENGE_FAILS = "C, fails by itself"
    CHALLENGE = "C, the cardholder acts"
    STATIC_PASSWORD = "C, static password"
    APP_CODE = "C, code of an authenticator app"
    OUT_OF_BAND = "C, out of band"
    PASSKEY = "C, passkey"
    SINGLE_SELECT = "C, one choice"
    MULTI_SELECT = "C, several choices"
    INFORMATION = "C, information only"
    DECOUPLED_PASSES = "D, approves by itself"
    DECOUPLED_FAILS = "D, denies by itself"
    DECOUPLED = "D, the cardholder acts"
    DECOUPLED_SILENT = "D, nobody acts"
    PAYMENT_CONFIRMATION = "S, Secure Payment Confirmation"
    FALLS_BACK = "C, goes on decoupled"
    HTML = "C, HTML in the app"
    HTML_OUT_OF_BAND = "C, HTML in the app, out of band"
    TRUST_LIST = "C, offers the trust list"
    DEVICE_BINDING = "C, offers device binding"
    LATE = "fault: ARes too late"
    CUT_OFF = "fault: ARes cut off"
    OTHER_VERSION = "fault: ARes of another version"
    NO_DS_TRANS_ID = "fault: ARes without dsTransID"
    NO_ACS_URL = "fault: ARes without acsURL"
    BAD_SIGNATURE = "fault: signature does not hold"
    CRITICAL_EXTENSION = "fault: unknown critical extension"
    EXTRA_MEMBERS = "fault: members added and in another order"
    RESULT_TWICE = "fault: RReq twice"
    RESULT_NEVER = "fault: RReq never"
    NOT_ENROLLED = "not enrolled"


class Asks(Enum):
    """What a challenge asks of the cardholder; the names are those of the ACS's ChallengeKind."""

    PASSES_BY_ITSELF = "nothing: passes by itself"
    FAILS_BY_ITSELF = "nothing: fails by itself"
    ONE_TIME_CODE = "one-time code"
    STATIC_PASSWORD = "static password"
    APP_CODE = "code of an authenticator app"
    OUT_OF_BAND = "approval in the bank's app"
    PASSKEY = "passkey"
    SINGLE_SELECT = "one choice"
    MULTI_SELECT = "several choices"
    INFORMATION = "nothing: information only"


class Offers(Enum):
    """What the cardholder is asked to agree to, beside the challenge."""

    TRUST_LIST = "trust list"
    DEVICE_BINDING = "device binding"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What the last two digits of a test card call up, in the protocol's words."""

    outcome: Outcome
    status: str | None
    """transStatus of the ARes (of the PARes in 1.0.2); None: no sound answer comes."""
    asks: Asks | None = None
    """What is asked, where status is C; how it ends, where it is D; what is asked instead, after S."""
    acts: bool = True
    """False: nobody is reached in a decoupled authentication, and its time runs out."""
    falls_back: bool = False
    """The challenge is broken off and goes on decoupled, where the shop allows that."""
    html: bool = False
    """The app shows the bank's HTML instead of its own screens."""
    offers: Offers | None = None
    fault: str | None = None
    """The mischief that befalls the answer, else sound: role, message and fault."""
    since: str = "2.1.0"
    """The first version that has it; before, the answer is the nearest that the protocol has."""
    legacy: bool = False
    """1.0.2 has it as well."""


_PASSES: Final = Asks.PASSES_BY_ITSELF
CALLS: Final = {
    "03": Call(outcome=Outcome.AUTHENTICATED, status="Y", legacy=True),
    "13": Call(outcome=Outcome.DENIED, status="N", legacy=True),
    "23": Call(outcome=Outcome.ATTEMPTED, status="A", legacy=True),
    "33": Call(outcome=Outcome.REJECTED, status="R"),
    "43": Call(outcome=Outcome.INFORMATIONAL, status="I", since="2.2.0"),
    "53": Call(outcome=Outcome.UNAVAILABLE, status="U", legacy=True),
    "63": Call(outcome=Outcome.SILENT, status=None, legacy=True),
    "70": Call(outcome=Outcome.CHALLENGE_PASSES, status="C", asks=_PASSES, legacy=True),
    "71": Call(outcome=Outcome.CHALLENGE_FAILS, status="C", asks=Asks.FAILS_BY_ITSELF, legacy=True),
    "72": Call(outcome=Outcome.CHALLENGE, status="C", asks=Asks.ONE_TIME_CODE, legacy=True),
    "73": Call(outcome=Outcome.STATIC_PASSWORD, status="C", asks=Asks.STATIC_PASSWORD, legacy=True),
    "74": Call(outcome=Outcome.APP_CODE, status="C", asks=Asks.APP_CODE),
    "75": Call(outcome=Outcome.OUT_OF_BAND, status="C", asks=Asks.OUT_OF_BAND),
    "76": Call(outcome=Outcome.PASSKEY, status="C", asks=Asks.PASSKEY),
    "77": Call(outcome=Outcome.SINGLE_SELECT, status="C", asks=Asks.SINGLE_SELECT),
    "78": Call(outcome=Outcome.MULTI_SELECT, status="C", asks=Asks.MULTI_SELECT),
    "79": Call(outcome=Outcome.INFORMATION, status="C", asks=Asks.INFORMATION),
    "80": Call(outcome=Outcome.DECOUPLED_PASSES, status="D", asks=_PASSES, since="2.2.0"),
    "81": Call(
        outcome=Outcome.DECOUPLED_FAILS, status="D", asks=Asks.FAILS_BY_ITSELF, since="2.2.0"
    ),
    "82": Call(outcome=Outcome.DECOUPLED, status="D", asks=Asks.OUT_OF_BAND, since="2.2.0"),
    "83": Call(
        outcome=Outcome.DECOUPLED_SILENT,
        status="D",
        asks=Asks.OUT_OF_BAND,
        acts=False,
        since="2.2.0",
    ),
    "84": Call(outcome=Outcome.PAYMENT_CONFIRMATION, status="S", asks=Asks.PASSKEY, since="2.3.1"),
    "85": Call(
        outcome=Outcome.FALLS_BACK,
        status="C",
        asks=Asks.OUT_OF_BAND,
        falls_back=True,
        since="2.3.1",
    ),
    "86": Call(outcome=Outcome.HTML, status="C", asks=Asks.ONE_TIME_CODE, html=True),
    "87": Call(
        outcome=Outcome.HTML_OUT_OF_BAND,
        status="C",
        asks=Asks.OUT_OF_BAND,
        html=True,
        since="2.3.1",
    ),
    "88": Call(
        outcome=Outcome.TRUST_LIST,
        status="C",
        asks=Asks.ONE_TIME_CODE,
        offers=Offers.TRUST_LIST,
        since="2.2.0",
    ),
    "89": Call(
        outcome=Outcome.DEVICE_BINDING,
        status="C",
        asks=Asks.ONE_TIME_CODE,
        offers=Offers.DEVICE_BINDING,
        since="2.3.1",
    ),
    "90": Call(outcome=Outcome.LATE, fault="acs.ARes=late", status="Y"),
    "91": Call(outcome=Outcome.CUT_OFF, fault="acs.ARes=truncated", status="Y"),
    "92": Call(outcome=Outcome.OTHER_VERSION, fault="acs.ARes=wrong-version", status="Y"),
    "93": Call(outcome=Outcome.NO_DS_TRANS_ID, fault="acs.ARes=missing-ds-trans-id", status="Y"),
    "94": Call(
        outcome=Outcome.NO_ACS_URL, fault="acs.ARes=missing-acs-url", status="C", asks=_PASSES
    ),
    "95": Call(
        outcome=Outcome.BAD_SIGNATURE,
        fault="acs.ARes=bad-signature",
        status="C",
        asks=_PASSES,
        legacy=True,
    ),
    "96": Call(outcome=Outcome.CRITICAL_EXTENSION, fault="acs.ARes=critical-extension", status="Y"),
    "97": Call(outcome=Outcome.EXTRA_MEMBERS, fault="acs.ARes=extra-members", status="Y"),
    "98": Call(outcome=Outcome.RESULT_TWICE, fault="acs.RReq=twice", status="C", asks=_PASSES),
    "99": Call(outcome=Outcome.RESULT_NEVER, fault="acs.RReq=never", status="C", asks=_PASSES),
}
"""What the last two digits call up. A fault is the named one of an answer that was else sound."""
