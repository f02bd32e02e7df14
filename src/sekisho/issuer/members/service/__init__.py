"""What the bank offers: card look-up, messages to cardholders, authorizations."""

from sekisho.issuer.members.flow.authorization import GiveBack
from sekisho.issuer.members.flow.message import EraseMessage, SendMail
from sekisho.issuer.members.model import MembersSettings
from sekisho.issuer.members.service.accounts import Accounts
from sekisho.issuer.members.service.authorize import AuthorizationHost, AuthorizationRequest
from sekisho.issuer.members.service.cards import Cards
from sekisho.issuer.members.service.messages import Messages, ReceivedMessage
from sekisho.issuer.members.service.ports import Keys, Mac, Seal, Stores
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Misuse
from sekisho.kernel.log import Log
from sekisho.kernel.mail import Mailer
from sekisho.kernel.store import Outbox

__all__ = [
    "Accounts",
    "AuthorizationHost",
    "AuthorizationRequest",
    "Cards",
    "Keys",
    "Mac",
    "Members",
    "Messages",
    "ReceivedMessage",
    "Seal",
    "Stores",
]


class Members:
    """The bank: its use cases by topic, and the effects of all of them."""

    def __init__(
        self,
        settings: MembersSettings,
        *,
        stores: Stores,
        keys: Keys,
        clock: Clock,
        chance: Chance,
        outbox: Outbox,
        log: Log,
        mailer: Mailer | None = None,
    ) -> None:
        self.settings = settings
        self.cards = Cards(settings, stores=stores, keys=keys, clock=clock, chance=chance)
        self.messages = Messages(
            settings, stores=stores, keys=keys, clock=clock, cards=self.cards, log=log,
            mailer=mailer,
        )  # fmt: skip
        self.accounts = Accounts(settings, stores=stores, clock=clock)
        self.authorizations = AuthorizationHost(
            settings,
            cards=self.cards,
            accounts=self.accounts,
            stores=stores,
            keys=keys,
            clock=clock,
            chance=chance,
            outbox=outbox,
            log=log,
        )

    async def perform(self, key: str, effect: object) -> None:
        """Carry out one effect that a transaction left behind; twice is as good as once."""
        match effect:
            case GiveBack():
                await self.authorizations.give_back(effect)
            case EraseMessage():
                await self.messages.erase(effect)
            case SendMail():
                await self.messages.send(effect)
            case _:
                raise Misuse(f"the bank has no effect {type(effect).__name__} ({key})")
