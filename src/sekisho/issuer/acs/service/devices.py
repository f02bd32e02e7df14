"""The 3DS Method: the browser shows itself to the bank before the AReq (protocol.md section 3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sekisho.issuer.acs.flow import remembered
from sekisho.issuer.acs.flow.remembered import ForgetProfile
from sekisho.issuer.acs.model import DeviceProfile
from sekisho.issuer.acs.service.digests import Digests
from sekisho.issuer.acs.service.ports import Surroundings
from sekisho.kernel.effects import Later
from sekisho.kernel.errors import Conflict, TheyErred
from sekisho.protocol import ErrorCode, ProtocolFault
from sekisho.protocol.checks.shapes import well_formed
from sekisho.protocol.elements import Shape
from sekisho.protocol.forms import decode_form_json, encode_form_json

PROFILE_FIELDS: Final = frozenset(
    {
        "userAgent",
        "language",
        "languages",
        "platform",
        "screen",
        "colorDepth",
        "pixelRatio",
        "timeZone",
        "timeZoneOffset",
        "processors",
        "memory",
        "touchPoints",
        "cookies",
    }
)
"""What a profile may say; anything else is dropped."""

VALUE_CHARACTERS_MAX: Final = 512
TOKEN_PURPOSE: Final = "3DS Method"
URL_CHARACTERS_MAX: Final = 2048


class TokenUnknown(TheyErred):
    """The token is not one that we gave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodCall:
    """A good call of the 3DS Method: what its page needs."""

    token: str
    """Lets the page leave its profile, for this transaction only."""
    notification_url: str
    notification: str
    """threeDSMethodData as the requestor expects it back."""


class Devices:
    """Serves the hidden frame."""

    def __init__(self, around: Surroundings) -> None:
        self._kept_for = timedelta(seconds=around.settings.profile_s)
        self._store = around.stores.device_profiles
        self._digests = Digests(around.keys.digest)
        self._clock = around.clock

    def begin(self, method_data: str) -> MethodCall:
        """Read threeDSMethodData; raises ProtocolFault for what is not good."""
        members = decode_form_json(method_data)
        trans_id = members.get("threeDSServerTransID")
        url = members.get("threeDSMethodNotificationURL")
        wrong = []
        if not (isinstance(trans_id, str) and well_formed(Shape.UUID, trans_id)):
            wrong.append("threeDSServerTransID")
        # The browser is sent there with a form: only https, or this machine in development.
        if not (
            isinstance(url, str) and len(url) <= URL_CHARACTERS_MAX and well_formed(Shape.URL, url)
        ):
            wrong.append("threeDSMethodNotificationURL")
        if wrong:
            raise ProtocolFault(ErrorCode.FORMAT_INVALID, elements=wrong)
        return MethodCall(
            token=self._digests.token(TOKEN_PURPOSE, str(trans_id)),
            notification_url=str(url),
            notification=encode_form_json({"threeDSServerTransID": trans_id}),
        )

    async def keep(self, token: str, facts: Mapping[str, object]) -> None:
        """Keep what a browser says of itself, for ten minutes; what it said first stands.

        Raises TokenUnknown: only the page that the 3DS Method showed may leave a profile.
        """
        trans_id = self._digests.holder_of(TOKEN_PURPOSE, token)
        if trans_id is None:
            raise TokenUnknown("the device profile comes without a token of ours")
        now = self._clock.now()
        profile = DeviceProfile(id=trans_id, seen_at=now, facts=_told(facts))
        try:
            await self._store.add(profile, (Later(now + self._kept_for, ForgetProfile()),))
        except Conflict:
            return  # a second profile might be a stolen page's (attack 25)

    async def forget(self, id: str) -> None:
        """Empty a profile whose time is over."""
        await self._store.advance(id, remembered.forget)


def _told(facts: Mapping[str, object]) -> dict[str, str]:
    return {
        name: value[:VALUE_CHARACTERS_MAX]
        for name, value in facts.items()
        if name in PROFILE_FIELDS and isinstance(value, str) and value
    }
