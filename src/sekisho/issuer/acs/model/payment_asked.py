"""A payment that the cardholder is asked to confirm in the shop's own page, with a passkey of the bank (SPC)."""

from dataclasses import dataclass

from sekisho.protocol.secure_payment_confirmation import PaymentRequest
from sekisho.protocol.states.spc_at_acs import Confirmation


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAsked:
    """What the ARes with S asked to be confirmed, and what is known of it."""

    request: PaymentRequest
    card_id: str
    """The bank's name for the card, whose passkeys were offered."""
    origins: tuple[str, ...]
    """Of the pages that may ask: the requestor's."""
    stage: Confirmation | None = None
    """How it stands: the protocol library's own record; None until the ARes says S."""
