"""How each way of asking is called in messages: authenticationType and authenticationMethod."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sekisho.issuer.acs.model import ChallengeKind, MessageChannel
from sekisho.protocol import Version


@dataclass(frozen=True, slots=True)
class Method:
    """How a way of asking is called in messages."""

    authentication_type: str
    authentication_method: str


STATIC: Final = "01"
DYNAMIC: Final = "02"
OUT_OF_BAND: Final = "03"
BY_SMS: Final = Method(DYNAMIC, "02")
BY_OTHER_CODE: Final = Method(DYNAMIC, "05")
OTHERWISE: Final = Method(DYNAMIC, "10")

METHODS: Final[Mapping[tuple[ChallengeKind, MessageChannel | None], Method]] = {
    (ChallengeKind.ONE_TIME_CODE, None): BY_SMS,
    (ChallengeKind.ONE_TIME_CODE, MessageChannel.SMS): BY_SMS,
    (ChallengeKind.ONE_TIME_CODE, MessageChannel.EMAIL): BY_OTHER_CODE,
    (ChallengeKind.STATIC_PASSWORD, None): Method(STATIC, "01"),
    (ChallengeKind.APP_CODE, None): Method(DYNAMIC, "04"),
    (ChallengeKind.OUT_OF_BAND, None): Method(OUT_OF_BAND, "09"),
    (ChallengeKind.PASSKEY, None): Method(DYNAMIC, "13"),
    (ChallengeKind.SINGLE_SELECT, None): Method(STATIC, "06"),
    (ChallengeKind.MULTI_SELECT, None): Method(STATIC, "06"),
    (ChallengeKind.INFORMATION, None): OTHERWISE,
    (ChallengeKind.PASSES_BY_ITSELF, None): OTHERWISE,
    (ChallengeKind.FAILS_BY_ITSELF, None): OTHERWISE,
}
"""A new way of asking is a row here, a row of its flow and a page."""

NEWEST_METHODS: Final = frozenset({"13"})
"""WebAuthn has a code of its own since 2.3.1; before, it is a method like others."""


def method_of(kind: ChallengeKind, channel: MessageChannel | None, version: Version) -> Method:
    """Tell how a way of asking is called in messages of a version."""
    is_code = kind is ChallengeKind.ONE_TIME_CODE
    method = METHODS[kind, channel if is_code else None]
    if version < Version.V231 and method.authentication_method in NEWEST_METHODS:
        return Method(method.authentication_type, OTHERWISE.authentication_method)
    return method
