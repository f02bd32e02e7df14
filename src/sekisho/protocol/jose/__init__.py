"""The cryptography of EMV 3DS, pure: keys, time and randomness come in as arguments.

Small compact JWE and JWS on `cryptography` rather than a JOSE library: EMV's KDF, its halved keys
and its counted IVs fit no ready-made ECDH-ES, and what is left of JOSE then is two screens of code.
Whatever the bytes of a peer: a result or a ProtocolFault. What we do wrong ourselves is Misuse.
"""

from sekisho.protocol.jose.agreement import (
    KEY_SEED_OCTETS,
    Jwk,
    agree,
    derive,
    ephemeral_key,
    jwk_of,
    read_jwk,
)
from sekisho.protocol.jose.content import Enc
from sekisho.protocol.jose.device_data import (
    DirectoryKey,
    open_device_data,
    seal_with_ec,
    seal_with_rsa,
)
from sekisho.protocol.jose.jws import Signer, SigningKey
from sekisho.protocol.jose.secure_channel import (
    EITHER,
    SPLIT_SDK,
    SecureChannel,
    Side,
    agree_channel,
    open_message,
    seal,
    transaction_of,
)
from sekisho.protocol.jose.signed_content import (
    AcsContent,
    SdkServerContent,
    sign_acs_content,
    sign_sdk_server_content,
    verify_acs_content,
    verify_sdk_server_content,
)
from sekisho.protocol.jose.trust import Roots

__all__ = [
    "EITHER",
    "KEY_SEED_OCTETS",
    "SPLIT_SDK",
    "AcsContent",
    "DirectoryKey",
    "Enc",
    "Jwk",
    "Roots",
    "SdkServerContent",
    "SecureChannel",
    "Side",
    "Signer",
    "SigningKey",
    "agree",
    "agree_channel",
    "derive",
    "ephemeral_key",
    "jwk_of",
    "open_device_data",
    "open_message",
    "read_jwk",
    "seal",
    "seal_with_ec",
    "seal_with_rsa",
    "sign_acs_content",
    "sign_sdk_server_content",
    "transaction_of",
    "verify_acs_content",
    "verify_sdk_server_content",
]
