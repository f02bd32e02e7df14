"""The back office's doors: pages for the staff, one address for the storefront."""

from sekisho.acquirer.ledger.web.passwords import hash_password, password_check
from sekisho.acquirer.ledger.web.peers import peers
from sekisho.acquirer.ledger.web.site import site

__all__ = ["hash_password", "password_check", "peers", "site"]
