"""Composes a CRes for the question as it stands: native or HTML, in the device's language. Pure."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sekisho.issuer.acs.model import AcsSettings, AppSession, Challenge, ChallengeKind
from sekisho.issuer.acs.service.app_channel.html import html_screen
from sekisho.issuer.acs.service.app_channel.images import images_for
from sekisho.issuer.acs.service.app_channel.rendering import (
    HTML,
    rendering_of,
    shown_as,
)
from sekisho.issuer.acs.service.app_channel.screens import Asked, native_screen
from sekisho.kernel.errors import Misuse
from sekisho.protocol import Component, Message, MessageType, build
from sekisho.protocol.states.app_challenge_table import AppChallenge
from sekisho.protocol.states.transaction import Transaction
from sekisho.protocol.vocabulary import Json


class Composer:
    """Writes what the SDK is sent."""

    def __init__(self, settings: AcsSettings) -> None:
        self._settings = settings
        self._zone = ZoneInfo(settings.time_zone)

    def screen(self, challenge: Challenge) -> Message:
        """Give the CRes that shows the question as it stands."""
        app = app_of(challenge)
        asked = self._asked(challenge, app)
        in_html = asked.rendering.interface == HTML
        shown = html_screen(asked) if in_html else native_screen(asked)
        return _cres(app.transaction, app.counter, {"challengeCompletionInd": "N", **shown})

    def final(self, transaction: Transaction, *, counter: str, trans_status: str) -> Message:
        """Give the last CRes."""
        last: dict[str, Json] = {"challengeCompletionInd": "Y", "transStatus": trans_status}
        return _cres(transaction, counter, last)

    def _asked(self, challenge: Challenge, app: AppChallenge) -> Asked:
        version = app.transaction.version
        session = session_of(challenge)
        return Asked(
            question=challenge.question,
            purchase=challenge.purchase,
            language=challenge.language,
            version=version,
            rendering=shown_as(challenge.question.kind, session.renders, version),
            made_at_text=self._moment(challenge.purchase.made_at),
            images=images_for(self._settings.public_url, version),
            ways=ways_of(challenge),
            oob_app_url=self._settings.oob_app_url if session.opens_apps else None,
        )

    def _moment(self, at: datetime) -> str:
        local = at.astimezone(self._zone)
        return f"{local:%Y-%m-%d %H:%M} {local.tzname()}"


def app_of(challenge: Challenge) -> AppChallenge:
    """Give how the challenge stands in the app."""
    if challenge.app is None:
        raise Misuse("this challenge is not held in an app")
    return challenge.app


def session_of(challenge: Challenge) -> AppSession:
    """Give what is shared with the SDK."""
    if challenge.app_session is None:
        raise Misuse("this challenge is not held in an app")
    return challenge.app_session


def ways_of(challenge: Challenge) -> tuple[ChallengeKind, ...]:
    """Give the other ways to confirm that this device can show."""
    session = challenge.app_session
    if session is None:
        return ()
    version = app_of(challenge).transaction.version
    others = challenge.question.others
    return tuple(kind for kind in others if rendering_of(kind, session.renders, version))


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
