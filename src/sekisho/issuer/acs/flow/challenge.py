"""A challenge: the question bound to the protocol library's table of the browser, or of the app.

What the cardholder does goes to the question; that the table hears of it, and of its end, is the
matter of this module. What ends the table (silence, a cancellation, a faulty message) ends the
question too. Whatever comes after its time was over counts as silence, for the question as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias

from sekisho.issuer.acs.flow import question as asked
from sekisho.issuer.acs.model import Challenge, Ending
from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import Misuse, OutOfTurn
from sekisho.protocol.jose.secure_channel import EITHER, SPLIT_SDK
from sekisho.protocol.messages import Message
from sekisho.protocol.states import app_challenge, browser_challenge, browser_events
from sekisho.protocol.states.app_challenge_events import OutcomeReached
from sekisho.protocol.states.browser_challenge import State as InBrowser
from sekisho.protocol.states.challenge_result import (
    CANCELLED,
    LEFT_ALONE,
    NEVER_OPENED,
    ChallengeResult,
)
from sekisho.protocol.states.exchange import AnswerErro, ResultDelivered
from sekisho.protocol.states.transaction import Transaction
from sekisho.protocol.states.waiting import TimeRanOut
from sekisho.protocol.vocabulary import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserCame:
    """The browser brings a CReq that is sound by itself."""

    at: datetime
    message: Message
    session_data: str | None
    began: asked.Began
    """What the question needs, should this be the first CReq."""
    differs: bool = False
    """It is not the browser that the AReq described."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FellBack:
    """The challenge is given up within the purchase, to go on outside of it (2.3.1)."""

    at: datetime


Staged: TypeAlias = browser_challenge.Event | app_challenge.Event | TimeRanOut
"""What the library's tables are told."""
Event: TypeAlias = BrowserCame | FellBack | asked.Event | Staged
EVENTS: Final = (
    BrowserCame,
    FellBack,
    *asked.EVENTS,
    *browser_challenge.EVENTS,
    *app_challenge.EVENTS,
)
EFFECTS: Final = asked.EFFECTS

Decision: TypeAlias = tuple[Challenge, tuple[Effect, ...]]

CARD_AUTHENTICATION_FAILED: Final = "01"
SUSPECTED_FRAUD: Final = "11"
TOO_MANY_CHALLENGES: Final = "19"
FALLBACK_INSTEAD: Final = "29"

RESULTS: Final[Mapping[Ending, ChallengeResult]] = {
    Ending.PASSED: ChallengeResult(trans_status="Y"),
    Ending.WRONG_ANSWERS: ChallengeResult(trans_status="N", reason=CARD_AUTHENTICATION_FAILED),
    Ending.LOCKED: ChallengeResult(trans_status="N", reason=TOO_MANY_CHALLENGES),
    Ending.OTHER_DEVICE: ChallengeResult(trans_status="N", reason=SUSPECTED_FRAUD),
    Ending.DENIED: ChallengeResult(trans_status="R", reason=SUSPECTED_FRAUD),
    Ending.FALLS_BACK: ChallengeResult(trans_status="D", reason=FALLBACK_INSTEAD),
}
"""What the RReq says of each ending that the question finds (protocol.md sections 2.5 and 7)."""

ENDINGS: Final[Mapping[str | None, Ending]] = {
    CANCELLED: Ending.CANCELLED,
    LEFT_ALONE: Ending.LEFT_ALONE,
    NEVER_OPENED: Ending.NEVER_OPENED,
}
"""Which ending of the question each challengeCancel is; any other: FAULTED."""


def open_challenge(
    challenge: Challenge, transaction: Transaction, *, at: datetime, refuses_repeats: bool
) -> Decision:
    """Begin to wait for the browser, or for the app: what is kept before the ARes leaves."""
    if transaction.channel is Channel.APP:
        session = challenge.app_session
        allowed = SPLIT_SDK if session is not None and session.is_split else EITHER
        app, effects = app_challenge.begin(transaction, at=at, allowed=allowed)
        return replace(challenge, app=app), effects
    browser, effects = browser_challenge.begin(transaction, at=at, refuses_repeats=refuses_repeats)
    return replace(challenge, browser=browser), effects


def decide(challenge: Challenge, event: Event) -> Decision:
    """Apply one event; give the challenge as it now stands and what must be done about it.

    Raises ProtocolFault for a CReq that is refused, OutOfTurn for what cannot be meant now.
    """
    if isinstance(event, BrowserCame):
        return _come(challenge, event)
    if isinstance(event, (FellBack, *asked.EVENTS)):
        return _ask(challenge, event)
    if isinstance(event, browser_events.Cancelled) and not is_asking(challenge):
        _require_begun(challenge)
    return _stage(challenge, event)


def silence(challenge: Challenge, at: datetime) -> TimeRanOut | None:
    """Give the silence that was over at that moment; None: what is waited for may still come."""
    stage = challenge.browser or challenge.app
    if stage is None or stage.until is None or at < stage.until:
        return None
    silences = browser_challenge.SILENCE if challenge.browser else app_challenge.SILENCE
    found = silences.get(stage.state)
    return None if found is None else found(at=stage.until)  # type: ignore[return-value]  # a silence


def is_asking(challenge: Challenge) -> bool:
    """Tell whether the question is before the cardholder, or was just answered."""
    if challenge.browser is not None:
        return challenge.browser.state is InBrowser.ASKING
    app = challenge.app
    return app is not None and app.state in (
        app_challenge.State.CHOOSING,
        app_challenge.State.SHOWING,
    )


def _come(challenge: Challenge, event: BrowserCame) -> Decision:
    came = browser_events.CReqReceived(
        at=event.at, message=event.message, session_data=event.session_data
    )
    opened, effects = _stage(challenge, came)
    if not is_asking(opened) or is_asking(challenge):
        return opened, effects
    question, more = asked.decide(opened.question, event.began)
    return replace(opened, question=question, browser_differs=event.differs), (*more, *effects)


def _ask(challenge: Challenge, event: asked.Event | FellBack) -> Decision:
    over = silence(challenge, event.at)
    if over is not None:
        return _stage(challenge, over)
    if challenge.question.ending is not None:
        return challenge, ()
    if not is_asking(challenge):
        _require_begun(challenge)
    if isinstance(event, FellBack):
        return _tell(challenge, _fallen_back(challenge), event)
    question, effects = asked.decide(challenge.question, event)
    if question is challenge.question:
        return challenge, effects
    after, more = _tell(challenge, replace(challenge, question=question), event)
    return after, (*effects, *more)


def _fallen_back(challenge: Challenge) -> Challenge:
    if not challenge.falls_back:
        raise OutOfTurn("nobody asked for a fallback")
    return replace(challenge, question=asked.ended(challenge.question, Ending.FALLS_BACK))


def _tell(before: Challenge, after: Challenge, event: asked.Event | FellBack) -> Decision:
    """Tell the table what the cardholder's deed means to it."""
    ending = after.question.ending
    if ending is not None:
        if after.app is not None and after.app.state is not app_challenge.State.CHOOSING:
            # The app is not waiting for an answer: it is told when it comes for one.
            return after, ()
        return _stage(after, OutcomeReached(at=event.at, result=RESULTS[ending]))
    moved = after.question.turn > before.question.turn and not isinstance(event, asked.Began)
    if moved and after.browser is not None:
        return _stage(after, browser_events.Acted(at=event.at))
    return after, ()


def _stage(challenge: Challenge, event: Staged) -> Decision:
    if challenge.browser is not None:
        browser, effects = browser_challenge.decide(challenge.browser, event)  # type: ignore[arg-type]  # by channel
        if browser is challenge.browser:
            return challenge, effects
        return _note(replace(challenge, browser=browser), browser.result, effects)
    if challenge.app is not None:
        app, effects = app_challenge.decide(challenge.app, event)  # type: ignore[arg-type]  # by channel
        if app is challenge.app:
            return challenge, effects
        return _note(replace(challenge, app=app), app.result, effects)
    raise Misuse("a challenge that was never opened")


def _note(
    challenge: Challenge, result: ChallengeResult | None, effects: tuple[Effect, ...]
) -> Decision:
    """End the question with the table, and keep the Erro that a browser takes back."""
    if result is None or challenge.question.ending is not None:
        return challenge, effects
    ending = ENDINGS.get(result.challenge_cancel, Ending.FAULTED)
    ended = asked.ended(challenge.question, ending)
    erro = next((each.message for each in effects if isinstance(each, AnswerErro)), None)
    written = None if erro is None or challenge.browser is None else erro.encode().decode()
    taken_back = asked.left_behind(challenge.question)
    return replace(challenge, question=ended, erro=written), (*effects, *taken_back)


def _require_begun(challenge: Challenge) -> None:
    if challenge.question.ending is None:
        raise OutOfTurn("nothing was shown to the cardholder yet")


def delivered(challenge: Challenge, event: ResultDelivered) -> Decision:
    """Tell the table what became of the RReq."""
    return _stage(challenge, event)
