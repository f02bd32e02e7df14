"""The state table of a message."""

from datetime import UTC, datetime, timedelta

from sekisho.issuer.members.flow.message import FINAL, NEXT, START, TimeUp, decide, timer
from sekisho.issuer.members.model import CardId, Message, MessageChannel, MessageState
from sekisho.testkit.playbook import Play, holes

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
MESSAGE = Message(
    message_id="m-1", state=START, card_id=CardId("c"), last_four="0172",
    channel=MessageChannel.SMS, recipient_masked="•", sealed_text="sealed", delivered_at=AT,
    expires_at=AT + timedelta(hours=24),
)  # fmt: skip


def test_the_table_is_whole() -> None:
    """The only way is out."""
    assert holes(NEXT, final=FINAL, events=[TimeUp]) == []


def test_a_timer_that_rings_early_is_set_again() -> None:
    """A clock that was put right must not erase what can still be read."""
    Play(decide, MESSAGE).on(TimeUp(at=AT), timer(MESSAGE)).ends(MessageState.DELIVERED)


def test_an_erased_message_stays_erased() -> None:
    """Twice is as good as once."""
    over = TimeUp(at=MESSAGE.expires_at)
    play = Play(decide, MESSAGE).on(over).ends(MessageState.ERASED).on(over)
    assert play.record.sealed_text is None
