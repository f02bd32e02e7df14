"""How the world reaches the ACS: a site for browsers, a port for the Directory Server."""

from sekisho.issuer.acs.web.peers import peers
from sekisho.issuer.acs.web.site import site

__all__ = ["peers", "site"]
