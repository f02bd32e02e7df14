"""How the world reaches the vault: a site for browsers, a port for the gateway."""

from sekisho.acquirer.vault.web.peers import peers
from sekisho.acquirer.vault.web.site import site

__all__ = ["peers", "site"]
