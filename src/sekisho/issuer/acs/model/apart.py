"""A cardholder who is asked outside of the purchase, by the bank's own means (decoupled, F2)."""

from dataclasses import dataclass

from sekisho.issuer.acs.model.challenge import Purchase
from sekisho.issuer.acs.model.question import ChallengeKind
from sekisho.protocol.states.decoupled import Decoupled


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedApart:
    """One decoupled authentication, or a challenge that may go on as one."""

    kind: ChallengeKind
    """PASSES_BY_ITSELF and FAILS_BY_ITSELF need nobody (sandbox); all else is the bank's app."""
    purchase: Purchase
    reaches: bool = True
    """Sandbox: that the cardholder can be reached at all."""
    stage: Decoupled | None = None
    """How it stands: the protocol library's own record; None until the ARes says D."""
    handed_to: str | None = None
    """acsTransID of the 3RI transaction that carries a fallback on: from then on it lives there."""

    @property
    def open_stage(self) -> Decoupled | None:
        """Give the library's record while it is this transaction's own."""
        return self.stage if self.handed_to is None else None
