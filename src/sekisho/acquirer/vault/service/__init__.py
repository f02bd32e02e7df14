"""What the vault offers: tokens for cards, cards for payments."""

from sekisho.acquirer.vault.service.ports import Mac, Seal
from sekisho.acquirer.vault.service.security_codes import SecurityCodes
from sekisho.acquirer.vault.service.tickets import Tickets
from sekisho.acquirer.vault.service.vault import Claim, MadeToken, Vault

__all__ = ["Claim", "Mac", "MadeToken", "Seal", "SecurityCodes", "Tickets", "Vault"]
