"""What the app channel adds to the ARes and the RReq, and what it takes away: ways that no screen shows."""

from dataclasses import replace
from typing import Final

from sekisho.issuer.acs.flow.ways import OTHERS, offered
from sekisho.issuer.acs.model import (
    AppSession,
    BankCard,
    Challenge,
    ChallengeKind,
    Outcome,
    Verdict,
)
from sekisho.issuer.acs.service.app_channel.rendering import first_shown, renders_of, shown_as
from sekisho.issuer.acs.service.app_channel.sessions import Sessions
from sekisho.protocol import Channel, Message, Version
from sekisho.protocol.vocabulary import Json

DEVICE_UNSUPPORTED: Final = "03"
"""transStatusReason."""

INSTEAD: Final = (ChallengeKind.ONE_TIME_CODE, ChallengeKind.OUT_OF_BAND, ChallengeKind.APP_CODE)
"""What is asked where neither the first choice will do nor what is usual beside it, in this order."""


class AppAsking:
    """Fits challenges to devices, and begins their sessions."""

    def __init__(self, sessions: Sessions | None) -> None:
        self._sessions = sessions

    def fitted(self, areq: Message, verdict: Verdict, card: BankCard | None) -> Verdict:
        """Bend a challenge to what the SDK can show: another method, or U with reason 03."""
        if areq.channel is not Channel.APP or verdict.outcome is not Outcome.CHALLENGE:
            return verdict
        if self._sessions is None:
            return _unsupported(verdict, "nothing can sign for an SDK")
        methods = card.methods if card else ()
        ways = (verdict.kind, *OTHERS.get(verdict.kind, ()), *INSTEAD)
        enrolled = [way for way in ways if offered(way, methods, in_app=True)[0] is way]
        kind = first_shown(enrolled, renders_of(areq, html=verdict.html), areq.version)
        if kind is None:
            return _unsupported(verdict, "the SDK shows no way of asking")
        if kind is verdict.kind:
            return verdict
        because = (*verdict.because, f"the SDK cannot show {verdict.kind.value}")
        return replace(verdict, kind=kind, because=because)

    def session(self, areq: Message, verdict: Verdict, *, acs_trans_id: str) -> AppSession | None:
        """Agree on the keys; None in a browser. Raises ProtocolFault for a key that is none."""
        if self._sessions is None or areq.channel is not Channel.APP:
            return None
        renders = renders_of(areq, html=verdict.html)
        return self._sessions.begin(areq, acs_trans_id=acs_trans_id, renders=renders)


def session_elements(challenge: Challenge | None, version: Version) -> dict[str, Json]:
    """Give what an ARes with C says to the SDK; acsURL is inside of what is signed."""
    session = challenge.app_session if challenge is not None else None
    if challenge is None or session is None:
        return {}
    signed: dict[str, Json] = {"acsURL": None, "acsSignedContent": session.signed_content}
    return signed | shown_elements(challenge, version)


def shown_elements(challenge: Challenge | None, version: Version) -> dict[str, Json]:
    """Give acsRenderingType: how the question is shown, in the ARes and in the RReq."""
    session = challenge.app_session if challenge is not None else None
    if challenge is None or session is None:
        return {}
    rendering = shown_as(challenge.question.kind, session.renders, version)
    return {"acsRenderingType": rendering.element(version)}


def _unsupported(verdict: Verdict, because: str) -> Verdict:
    return replace(
        verdict,
        outcome=Outcome.UNAVAILABLE,
        reason=DEVICE_UNSUPPORTED,
        because=(*verdict.because, because),
    )
