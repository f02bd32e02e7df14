"""Messages to cardholders: delivered once, readable for a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sekisho.issuer.members.flow.message import EraseMessage, TimeUp, decide, timer
from sekisho.issuer.members.model import (
    CardRecord,
    MembersSettings,
    Message,
    MessageChannel,
    MessageState,
)
from sekisho.issuer.members.service.ports import Keys, Stores
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Conflict

INBOX_MAX = 50
"""Messages that the inbox shows: more than a day of testing by hand leaves behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMessage:
    """A message as its recipient's phone or mailbox shows it."""

    message_id: str
    channel: MessageChannel
    last_four: str
    recipient_masked: str
    delivered_at: datetime
    text: str


class Messages:
    """Delivers messages into what stands for phones and mailboxes, and shows them."""

    def __init__(
        self, settings: MembersSettings, *, stores: Stores, keys: Keys, clock: Clock
    ) -> None:
        self._lifetime = timedelta(hours=settings.message_lifetime_h)
        self._messages = stores.messages
        self._seal = keys.seal
        self._clock = clock

    async def deliver(
        self, card: CardRecord, *, message_id: str, channel: MessageChannel, text: str
    ) -> None:
        """Deliver a message once, however often it is asked for.

        Raises Conflict when another message went out under that id.
        """
        now = self._clock.now()
        message = Message(
            message_id=message_id,
            state=MessageState.DELIVERED,
            card_id=card.card_id,
            last_four=card.last_four,
            channel=channel,
            recipient_masked=card.recipient_masked(channel),
            sealed_text=self._seal.seal(text.encode(), bound_to=_place(message_id)),
            delivered_at=now,
            expires_at=now + self._lifetime,
        )
        try:
            await self._messages.add(message, (timer(message),))
        except Conflict:
            await self._require_same(message, text)

    async def inbox(self, *, last_four: str | None = None) -> list[ReceivedMessage]:
        """List what can still be read, newest first; of one card's ending if asked."""
        found = (
            await self._messages.find("last_four", last_four, limit=INBOX_MAX)
            if last_four
            else await self._messages.newest(limit=INBOX_MAX)
        )
        return self._readable(found)

    async def erase(self, effect: EraseMessage) -> None:
        """Erase the text of a message whose time is up."""
        rang = TimeUp(at=self._clock.now())
        await self._messages.advance(effect.message_id, lambda message: decide(message, rang))

    async def _require_same(self, message: Message, text: str) -> None:
        kept = await self._messages.get(message.message_id)
        other = (kept.card_id, kept.channel) != (message.card_id, message.channel)
        if other or (kept.sealed_text is not None and self._text(kept) != text):
            raise Conflict("another message was delivered under that id")

    def _readable(self, messages: Sequence[Message]) -> list[ReceivedMessage]:
        now = self._clock.now()
        return [
            ReceivedMessage(
                message_id=message.message_id,
                channel=message.channel,
                last_four=message.last_four,
                recipient_masked=message.recipient_masked,
                delivered_at=message.delivered_at,
                text=self._text(message),
            )
            for message in messages
            if message.sealed_text is not None and now < message.expires_at
        ]

    def _text(self, message: Message) -> str:
        if message.sealed_text is None:
            return ""
        return self._seal.open(message.sealed_text, bound_to=_place(message.message_id)).decode()


def _place(message_id: str) -> str:
    return f"message:{message_id}"
