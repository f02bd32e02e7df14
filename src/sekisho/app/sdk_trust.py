"""What the sandbox's Directory Server gives to those who make SDKs: its public key and its root.

An SDK needs both before it knows anything of a transaction: it encrypts what it knows of the device to
the key, and believes an ACS only whose certificate leads to the root (protocol facts, section 5).
"""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)
from cryptography.x509 import load_pem_x509_certificates

from sekisho.adapters.keys import Keyring
from sekisho.adapters.keystores import RoomKeys
from sekisho.adapters.keystores.needs import DEVICE_DATA
from sekisho.app.credentials import BadCredentials
from sekisho.app.working_keys import open_files
from sekisho.kernel.brands import BRANDS
from sekisho.protocol.jose import Roots
from sekisho.testkit.sdk import DirectoryKey, Trust

KID, KEY, ROOT = "directory_kid", "directory_key_pem", "directory_root_pem"


def sdk_document(data: Path) -> dict[str, str]:
    """Give the part of `sekisho sandbox --json` for SDKs; makes the keys that a first start would."""
    keyring = Keyring(data / "keys")
    keys = RoomKeys(open_files(keyring), "directory")
    keys.make_sure()
    name, key = keys.newest(DEVICE_DATA)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return {
        KID: str(name),
        KEY: public.decode("ascii"),
        ROOT: keyring.authority_file.read_text("ascii"),
    }


def trust_of(document: dict[str, str]) -> Trust:
    """Read that part of the document as an SDK does: every brand of the sandbox has the one key."""
    key = load_pem_public_key(document[KEY].encode("ascii"))
    if not isinstance(key, EllipticCurvePublicKey | RSAPublicKey):
        raise BadCredentials(f"{KEY} holds a key of a kind that no SDK encrypts to")
    names = (facts.directory_server_id for facts in BRANDS.values())
    return Trust(
        keys={
            name: DirectoryKey(directory_server_id=name, kid=document[KID], key=key)
            for name in names
        },
        roots=Roots(load_pem_x509_certificates(document[ROOT].encode("ascii"))),
    )
