"""How the world reaches the bank: a site for people, a port for machines."""

from sekisho.issuer.members.web.peers import peers
from sekisho.issuer.members.web.site import site

__all__ = ["peers", "site"]
