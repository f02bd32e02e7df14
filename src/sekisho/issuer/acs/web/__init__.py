"""How the world reaches the ACS: a site for browsers, a port for the Directory Server."""

from sekisho.issuer.acs.web.peers import peers
from sekisho.issuer.acs.web.site import site
from sekisho.issuer.acs.web.threeds1_port import with_threeds1

__all__ = ["peers", "site", "with_threeds1"]
