"""What the vault offers: tokens for cards, cards for payments."""

from sekisho.acquirer.vault.service.ports import Mac, Seal
from sekisho.acquirer.vault.service.security_codes import SecurityCodes
from sekisho.acquirer.vault.service.tickets import Tickets
from sekisho.acquirer.vault.service.vault import BrandUnknown, CardExpired, Claim, MadeToken, Vault

__all__ = [
    "BrandUnknown",
    "CardExpired",
    "Claim",
    "Mac",
    "MadeToken",
    "Seal",
    "SecurityCodes",
    "Tickets",
    "Vault",
]
