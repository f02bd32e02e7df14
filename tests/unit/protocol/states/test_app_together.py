"""An SDK and an ACS together, over a network with every trouble, under real encryption.

They always end; the ACS reports once; and an SDK that says "completed" says what was reported.
"""

from dataclasses import dataclass
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.protocol import Version
from sekisho.protocol.jose.content import Enc
from sekisho.protocol.states import app_challenge, sdk_challenge
from sekisho.protocol.states import app_challenge_events as on_acs
from sekisho.protocol.states import sdk_challenge_events as on_sdk
from sekisho.protocol.states.challenge_result import ChallengeResult, final_status
from sekisho.protocol.states.exchange import Delivery, ResultDelivered
from sekisho.protocol.states.screens import Answered, NothingEntered
from sekisho.protocol.states.sdk_challenge_events import Outcome, TellApp
from tests.unit.protocol.states.app_messages import app_transaction, cres, final_cres
from tests.unit.protocol.states.app_parties import Bank, Phone
from tests.unit.protocol.states.network import Dice, World
from tests.unit.protocol.states.transactions import NOON, after


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What became of one challenge."""

    phone: Phone
    bank: Bank

    @property
    def told(self) -> TellApp:
        """The one word to the app."""
        (told,) = self.phone.told
        return told

    @property
    def result(self) -> ChallengeResult:
        """The one result."""
        (result,) = self.bank.results
        return result


def told(
    chance: Dice,
    *,
    troubled: bool,
    version: Version = Version.V231,
    enc: Enc = Enc.GCM,
    screens: list[str],
    outcome: str,
) -> Story:
    """Let one challenge happen."""
    world = World(chance, troubled=troubled)
    phone, bank = Phone(world, version, enc), Bank(world, version, screens, outcome)
    phone.acs, bank.phone = bank, phone
    bank.start()
    world.after(world.between(0.1, 20 if troubled else 3), phone.start)
    world.run()
    return Story(phone=phone, bank=bank)


def screens_of(version: Version) -> list[str]:
    return [f"0{number}" for number in range(1, 8 if version >= Version.V231 else 6)]


@st.composite
def stories(draw: st.DrawFn, *, troubled: bool) -> Story:
    version = draw(st.sampled_from(Version))
    return told(
        draw(st.randoms(use_true_random=True)),
        troubled=troubled,
        version=version,
        enc=draw(st.sampled_from(Enc)),
        screens=draw(st.lists(st.sampled_from(screens_of(version)), max_size=5)),
        outcome=draw(st.sampled_from("YNURA")),
    )


@settings(max_examples=60, deadline=None)
@given(story=stories(troubled=False))
def test_without_trouble_the_result_is_the_banks(story: Story) -> None:
    """A1: every kind of screen, both encryptions, every version; the SDK hears the same."""
    assert story.told == TellApp(outcome=Outcome.COMPLETED, trans_status=final_status(story.result))
    assert story.result.trans_status == story.bank.outcome
    assert story.bank.party.record.state is app_challenge.State.COMPLETED


@settings(max_examples=400, deadline=None)
@given(story=stories(troubled=True))
def test_with_any_trouble_both_end_and_agree_or_know_that_they_do_not(story: Story) -> None:
    """Lost, late, doubled, garbled and overtaken; timers late and twice; effects performed twice."""
    phone, bank = story.phone.party.record, story.bank.party.record
    assert phone.state in sdk_challenge.TABLE.final
    assert bank.state in app_challenge.TABLE.final
    assert story.result == bank.result
    assert story.told.outcome.value == phone.state.value
    match story.told.outcome:
        case Outcome.COMPLETED:
            # The ACS said so itself, after the RRes; nothing that came later has changed it.
            assert bank.state is app_challenge.State.COMPLETED
            assert story.told.trans_status == final_status(story.result)
        case Outcome.CANCELLED | Outcome.TIMED_OUT:
            # Whoever gave up on a screen was not authenticated, heard or not.
            assert story.result.trans_status in ("N", "U")
        case Outcome.PROTOCOL_ERROR | Outcome.RUNTIME_ERROR:
            # The app knows that it does not know: the RReq tells.
            assert story.told.trans_status is None


@settings(max_examples=100, deadline=None)
@given(story=stories(troubled=True))
def test_an_authenticated_cardholder_has_answered_every_screen(story: Story) -> None:
    """No trouble leads past a screen: Y only if the room was asked as often as it had screens."""
    if story.result.trans_status == "Y":
        bank = story.bank.party.record
        assert bank.received == len(story.bank.screens) + 1


def test_the_longest_challenge_ends_with_the_last_counter() -> None:
    """255 screens, then the final CRes: 256 messages each way, 000 to 255 (section 5.4)."""
    version = Version.V231
    sdk, _ = sdk_challenge.begin(app_transaction(version), at=NOON, max_time=timedelta(minutes=5))
    acs, _ = app_challenge.begin(app_transaction(version), at=NOON)
    sdk, effects = sdk_challenge.decide(sdk, on_sdk.SignatureVerified(at=NOON))
    typed = Answered(answer=NothingEntered())
    for turn in range(255):
        at = after(turn)
        (asked,) = (each.message for each in effects if isinstance(each, on_sdk.SendCReq))
        acs, _ = app_challenge.decide(acs, on_acs.CReqReceived(at=at, message=asked, enc=Enc.GCM))
        screen = cres(turn)
        acs, _ = app_challenge.decide(acs, on_acs.ScreenChosen(at=at, message=screen))
        sdk, _ = sdk_challenge.decide(sdk, on_sdk.CResReceived(at=at, message=screen))
        sdk, effects = sdk_challenge.decide(sdk, on_sdk.Replied(at=at, answered=typed))
    (asked,) = (each.message for each in effects if isinstance(each, on_sdk.SendCReq))
    assert asked["sdkCounterStoA"] == "255"
    at = after(256)
    acs, _ = app_challenge.decide(acs, on_acs.CReqReceived(at=at, message=asked, enc=Enc.GCM))
    assert acs.must_end
    yes = ChallengeResult(trans_status="Y")
    acs, _ = app_challenge.decide(acs, on_acs.OutcomeReached(at=at, result=yes))
    acs, last = app_challenge.decide(acs, ResultDelivered(at=at, how=Delivery.TAKEN))
    assert last == (on_acs.SendFinalCRes(trans_status="Y", counter="255"),)
    event = on_sdk.CResReceived(at=at, message=final_cres(255))
    _, told_at_last = sdk_challenge.decide(sdk, event)
    assert told_at_last == (TellApp(outcome=Outcome.COMPLETED, trans_status="Y"),)
