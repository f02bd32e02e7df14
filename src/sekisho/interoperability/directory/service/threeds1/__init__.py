"""3-D Secure 1.0.2 at the Directory Server: is a card enrolled, and which card ranges take part."""

from sekisho.interoperability.directory.service.threeds1.desk import (
    BYTES_MAX,
    OldStores,
    ThreeDS1,
    too_large,
)

__all__ = ["BYTES_MAX", "OldStores", "ThreeDS1", "too_large"]
