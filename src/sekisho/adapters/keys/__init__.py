"""Keys: certificates of the rooms, seals for what is stored, codes for what is checked.

A laptop makes everything at first start. In production each file is replaced by your own:

* `ca.pem` holds the authorities that peers are checked against. Where `ca.key.pem` does not lie
  beside it, the authority is not ours and no certificate is ever made or renewed here.
* `tls/<room>.pem` holds the room's private key and its chain, leaf first.
* `symmetric/<name>.keys` holds 32-octet keys in base64, one a line, the newest first. Put a new one
  on top to rotate; what older ones sealed still opens.

Keys that must not leave a hardware module come in as a `KeyPort`: `Seal(port)` and `Mac(port)` ask
it to encrypt and to authenticate, and never see a key (PKCS#11 has both mechanisms: CKM_AES_GCM and
CKM_SHA256_HMAC).
"""

from sekisho.adapters.keys.authority import DevelopmentCa
from sekisho.adapters.keys.files import BadKeyFile
from sekisho.adapters.keys.keyring import Keyring
from sekisho.adapters.keys.seals import KeyPort, Mac, Seal, SealBroken, SoftwareKey

__all__ = [
    "BadKeyFile",
    "DevelopmentCa",
    "KeyPort",
    "Keyring",
    "Mac",
    "Seal",
    "SealBroken",
    "SoftwareKey",
]
