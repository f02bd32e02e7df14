"""Composes a CRes for the question as it stands: native or HTML, in the device's language. Pure."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sekisho.issuer.acs.model import AcsSettings, Challenge, ChallengeKind
from sekisho.issuer.acs.service.app_channel.html import html_screen
from sekisho.issuer.acs.service.app_channel.images import images_for
from sekisho.issuer.acs.service.app_channel.rendering import (
    HTML,
    Rendering,
    rendering_of,
    shown_as,
)
from sekisho.issuer.acs.service.app_channel.screens import WAY, Asked, native_screen
from sekisho.kernel.errors import Misuse
from sekisho.protocol import Component, Message, MessageType, build
from sekisho.protocol.elements.screens import offered_codes
from sekisho.protocol.forms import from_base64url
from sekisho.protocol.states.app_challenge_table import AppChallenge
from sekisho.protocol.states.transaction import Transaction
from sekisho.protocol.vocabulary import Json

WAYS_SCREEN = ChallengeKind.SINGLE_SELECT
"""What a list of ways to confirm is shown as."""


class Composer:
    """Writes what the SDK is sent."""

    def __init__(self, settings: AcsSettings) -> None:
        self._settings = settings
        self._zone = ZoneInfo(settings.time_zone)

    def screen(self, challenge: Challenge, *, choosing_way: bool = False) -> Message:
        """Give the CRes that shows the question, or the ways to confirm that there are beside it."""
        app = app_of(challenge)
        asked = self._asked(challenge, app, choosing_way=choosing_way)
        in_html = asked.rendering.interface == HTML
        shown = html_screen(asked) if in_html else native_screen(asked)
        return _cres(app.transaction, app.counter, {"challengeCompletionInd": "N", **shown})

    def final(self, transaction: Transaction, *, counter: str, trans_status: str) -> Message:
        """Give the last CRes."""
        last: dict[str, Json] = {"challengeCompletionInd": "Y", "transStatus": trans_status}
        return _cres(transaction, counter, last)

    def _asked(self, challenge: Challenge, app: AppChallenge, *, choosing_way: bool) -> Asked:
        version = app.transaction.version
        kind = WAYS_SCREEN if choosing_way else challenge.question.kind
        return Asked(
            question=challenge.question,
            purchase=challenge.purchase,
            language=challenge.language,
            version=version,
            rendering=rendering_in(challenge, kind),
            made_at_text=self._moment(challenge.purchase.made_at),
            images=images_for(self._settings.public_url, version),
            ways=ways_of(challenge),
            oob_app_url=self._settings.oob_app_url,
            choosing_way=choosing_way,
        )

    def _moment(self, at: datetime) -> str:
        local = at.astimezone(self._zone)
        return f"{local:%Y-%m-%d %H:%M} {local.tzname()}"


def app_of(challenge: Challenge) -> AppChallenge:
    """Give how the challenge stands in the app."""
    if challenge.app is None:
        raise Misuse("this challenge is not held in an app")
    return challenge.app


def rendering_in(challenge: Challenge, kind: ChallengeKind) -> Rendering:
    """Give how a kind of question is shown on this device."""
    session = challenge.app_session
    if session is None:
        raise Misuse("this challenge is not held in an app")
    return shown_as(kind, session.renders, app_of(challenge).transaction.version)


def ways_of(challenge: Challenge) -> tuple[ChallengeKind, ...]:
    """Give the other ways to confirm that this device can show."""
    session = challenge.app_session
    if session is None:
        return ()
    version = app_of(challenge).transaction.version
    others = challenge.question.others
    return tuple(kind for kind in others if rendering_of(kind, session.renders, version))


def is_choosing_way(challenge: Challenge) -> bool:
    """Tell whether the last screen was the list of ways to confirm."""
    shown = app_of(challenge).screen
    if shown is None:
        return False
    codes = offered_codes(shown.elements)
    if codes:
        return codes[0].startswith(WAY)
    html = shown.text_or_none("acsHTML")
    return html is not None and _lists_ways(html)


def _lists_ways(html: str) -> bool:
    return f'value="{WAY}'.encode() in from_base64url(html)


def _cres(transaction: Transaction, counter: str, elements: Mapping[str, Json]) -> Message:
    return build(
        MessageType.CRES,
        transaction.version,
        {**transaction.ids, "acsCounterAtoS": counter, **elements},
        sender=Component.ACS,
        receiver=Component.SDK,
        channel=transaction.channel,
        category=transaction.category,
        fit=True,
    )
