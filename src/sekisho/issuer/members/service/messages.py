"""Messages to cardholders: delivered once, readable for a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sekisho.issuer.members.flow.message import (
    EraseMessage,
    SendMail,
    TimeUp,
    decide,
    timer,
)
from sekisho.issuer.members.model import (
    CardRecord,
    MembersSettings,
    Message,
    MessageChannel,
    MessageState,
)
from sekisho.issuer.members.service.cards import Cards
from sekisho.issuer.members.service.mails import written
from sekisho.issuer.members.service.ports import Keys, Stores
from sekisho.kernel.clock import Clock
from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import Conflict, TheyErred
from sekisho.kernel.log import Log
from sekisho.kernel.mail import Mailer

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
    """Delivers messages into what stands for phones and mailboxes, and shows them.

    With a mailer, e-mails go to the cardholder's real mailbox as well.
    """

    def __init__(
        self,
        settings: MembersSettings,
        *,
        stores: Stores,
        keys: Keys,
        clock: Clock,
        cards: Cards,
        log: Log,
        mailer: Mailer | None = None,
    ) -> None:
        self._bank_name = settings.issuer_name
        self._lifetime = timedelta(hours=settings.message_lifetime_h)
        self._messages = stores.messages
        self._seal = keys.seal
        self._clock = clock
        self._cards = cards
        self._log = log
        self._mailer = mailer

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
        effects: list[Effect] = [timer(message)]
        if self._mailer is not None and channel is MessageChannel.EMAIL:
            effects.append(SendMail(message_id=message_id))
        try:
            await self._messages.add(message, effects)
        except Conflict:
            await self._require_same(message, text)

    async def send(self, effect: SendMail) -> None:
        """Hand a message to the mail server; Unreachable when that is to be tried again.

        What was erased is not sent: a code that nobody can read any more would only alarm.
        """
        message = await self._messages.get(effect.message_id)
        over = message.sealed_text is None or self._clock.now() >= message.expires_at
        if self._mailer is None or over:
            return
        card = await self._cards.by_id(message.card_id)
        mail = written(
            card, mail_id=message.message_id, bank=self._bank_name, text=self._text(message),
            at=message.delivered_at,
        )  # fmt: skip
        try:
            await self._mailer.send(mail)
        except TheyErred as error:
            # The same mail would be refused again. The page offers the cardholder another way.
            self._log.error(
                "mail refused for good", message_id=message.message_id, error=str(error)
            )

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
