"""Where everything is found in the one-process house: one public port, six mutual-TLS ports."""

from dataclasses import dataclass
from typing import Final

PEER_PORTS: Final = {
    "vault": 1,
    "server": 2,
    "directory": 3,
    "acs": 4,
    "members": 5,
    "ledger": 6,
}
"""Each room's mutual-TLS port, counted from the public one. Fixed, because stored messages name
them (dsURL, threeDSServerURL) and a restart must find them where they were."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses that follow from the public port."""

    port: int

    def site(self, name: str) -> str:
        """The origin of a browser-facing site: shop, pay, bank or lab."""
        return f"http://{name}.localhost:{self.port}"

    def program(self, prefix: str) -> str:
        """The address that programs use, since most cannot resolve names under .localhost."""
        return f"http://localhost:{self.port}/{prefix}"

    def peer(self, room: str) -> str:
        """The room's mutual-TLS address."""
        return f"https://localhost:{self.peer_port(room)}"

    def peer_port(self, room: str) -> int:
        """The room's mutual-TLS port."""
        return self.port + PEER_PORTS[room]
