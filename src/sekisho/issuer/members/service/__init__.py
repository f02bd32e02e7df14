"""What the bank offers: card look-up, messages to cardholders, authorizations."""

from sekisho.issuer.members.flow.authorization import GiveBack
from sekisho.issuer.members.flow.message import EraseMessage, SendMail
from sekisho.issuer.members.flow.prompt import LapsePrompt, TellAnswer
from sekisho.issuer.members.model import MembersSettings
from sekisho.issuer.members.service.accounts import Accounts
from sekisho.issuer.members.service.authorize import AuthorizationHost, AuthorizationRequest
from sekisho.issuer.members.service.cards import Cards
from sekisho.issuer.members.service.factors import Checkers, Proof, Proving, relying_party
from sekisho.issuer.members.service.messages import Messages, ReceivedMessage
from sekisho.issuer.members.service.ports import AcsPort, Keys, Mac, Seal, Stores
from sekisho.issuer.members.service.prompts import PromptFacts, Prompts
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Misuse
from sekisho.kernel.log import Log
from sekisho.kernel.mail import Mailer
from sekisho.kernel.store import Outbox

__all__ = [
    "Accounts",
    "AcsPort",
    "AuthorizationHost",
    "AuthorizationRequest",
    "Cards",
    "Checkers",
    "Keys",
    "Mac",
    "Members",
    "Messages",
    "PromptFacts",
    "Prompts",
    "Proof",
    "Proving",
    "ReceivedMessage",
    "Seal",
    "Stores",
    "relying_party",
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
        checkers: Checkers,
        mailer: Mailer | None = None,
        acs: AcsPort | None = None,
    ) -> None:
        self.settings = settings
        self.cards = Cards(settings, stores=stores, keys=keys, clock=clock, chance=chance)
        self.messages = Messages(
            settings, stores=stores, keys=keys, clock=clock, cards=self.cards, log=log,
            mailer=mailer,
        )  # fmt: skip
        self.proving = Proving(
            settings, stores=stores, keys=keys, checkers=checkers, clock=clock, chance=chance
        )
        self.prompts = Prompts(
            settings, stores=stores, clock=clock, proving=self.proving, acs=acs, log=log
        )
        self.checkers = checkers
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

    @property
    def rp_id(self) -> str | None:
        """The relying party's id of the bank's passkeys; None where it has none."""
        return relying_party(self.settings)

    async def perform(self, key: str, effect: object) -> None:
        """Carry out one effect that a transaction left behind; twice is as good as once."""
        match effect:
            case GiveBack():
                await self.authorizations.give_back(effect)
            case EraseMessage():
                await self.messages.erase(effect)
            case SendMail():
                await self.messages.send(effect)
            case TellAnswer():
                await self.prompts.tell(effect)
            case LapsePrompt():
                await self.prompts.lapse(effect)
            case _:
                raise Misuse(f"the bank has no effect {type(effect).__name__} ({key})")
