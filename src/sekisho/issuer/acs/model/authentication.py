"""One authentication as the bank sees it: what was asked, what was answered, what came of it."""

from dataclasses import dataclass
from datetime import datetime

from sekisho.issuer.acs.model.apart import AskedApart
from sekisho.issuer.acs.model.challenge import Challenge
from sekisho.issuer.acs.model.payment_asked import PaymentAsked
from sekisho.protocol.states import acs_authentication
from sekisho.protocol.states.acs_authentication import State
from sekisho.protocol.states.challenge_result import ChallengeResult
from sekisho.protocol.states.result_delivery import ResultDelivery
from sekisho.protocol.states.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """One authentication, found by its acsTransID.

    How far it has come stands in the protocol library's own records, moved by its tables.
    """

    id: str
    """acsTransID: a keyed digest of threeDSServerTransID and dsTransID, so that a repeated AReq finds
    it."""
    stage: acs_authentication.Authentication
    """An authentication that gives no answer at all (sandbox) never leaves DECIDING."""
    ds_url: str
    """Where the result goes: dsURL of the AReq, one of the Directory Servers we were told of."""
    brand: str
    """`kernel.brands.Brand` by value."""
    asked_at: datetime
    card_key: str
    """Keyed digest of the card number: counts guesses and knows devices without the number."""
    masked_number: str
    requestor_id: str
    """threeDSRequestorID: who may build upon this authentication, and whom the cardholder may trust."""
    device_id: str | None = None
    """The device that the 3DS Method saw, when it could be told apart."""
    reasons: tuple[str, ...] = ()
    """Why the decision fell as it did, in the words of the rules."""
    ares: str | None = None
    """The answer as sent, for whoever asks again."""
    challenge: Challenge | None = None
    decoupled: AskedApart | None = None
    """Its cardholder asked outside of the purchase, at once or as the fallback of the challenge."""
    confirmation: PaymentAsked | None = None
    """What the requestor's page asks the cardholder's passkey."""
    delivery: ResultDelivery | None = None
    """The RReq on its way."""
    sealed_number: str | None = None
    """The card number, sealed for this record; only while a challenge may end well."""
    amount_minor: int = 0
    currency_number: str = ""
    acquirer_merchant_id: str = ""
    settled_at: datetime | None = None

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.stage.state

    @property
    def transaction(self) -> Transaction:
        """Give what every message of it must agree with."""
        return self.stage.transaction

    @property
    def trans_status(self) -> str | None:
        """transStatus of the ARes, later of the result."""
        return self.stage.trans_status

    @property
    def result(self) -> ChallengeResult | None:
        """Give what the RReq says."""
        return self.stage.result
