"""Which network an address belongs to, coarse enough for a phone that changes its address."""

import ipaddress
from typing import Final

PREFIX_BITS: Final = {4: 16, 6: 32}
"""What one provider holds at least: a buyer who changes between its cells stays inside."""


def network_of(address: str) -> str | None:
    """Give the network of a public address; None for any other text: there is nothing to compare."""
    try:
        found = ipaddress.ip_address(address.strip())
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if not found.is_global:
        return None
    bits = PREFIX_BITS[found.version]
    return str(ipaddress.ip_network((found, bits), strict=False))
