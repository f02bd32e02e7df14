"""`sdkEncData`: the SDK encrypts what it knows of the device; only the Directory Server reads it.

Protocol facts, section 5.1. Randomness comes in: an ephemeral key or a content key, and the IV. The
one exception is the seed of RSA-OAEP, which OpenSSL does not take from outside.
"""

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from cryptography.hazmat.primitives.asymmetric.ec import (
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from sekisho.kernel.errors import Misuse
from sekisho.protocol.codec import read_object
from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.jose.agreement import agree, derive, jwk_of, read_jwk
from sekisho.protocol.jose.compact import Concern
from sekisho.protocol.jose.content import Enc
from sekisho.protocol.jose.jwe import Jwe, read_jwe, write_jwe
from sekisho.protocol.vocabulary import Json, MessageType, Version

DirectoryKey: TypeAlias = RSAPrivateKey | EllipticCurvePrivateKey

RSA_OAEP_256: Final = "RSA-OAEP-256"
ECDH_ES: Final = "ECDH-ES"
SPARE_OCTETS: Final = 32

CONCERN: Final = Concern(
    code=ErrorCode.DECRYPTION_FAILED,
    subject="sdkEncData",
    message_type=MessageType.AREQ,
    characters_max=64_000,
)
"""Length: from the element table."""


def seal_with_rsa(
    plaintext: bytes, *, key: RSAPublicKey, kid: str, enc: Enc, content_key: bytes, iv: bytes
) -> str:
    """Encrypt device data to an RSA key of the directory, under a fresh random content key."""
    if len(content_key) != enc.key_octets:
        raise Misuse(f"{enc.value} takes a key of {enc.key_octets} octets")
    header: dict[str, Json] = {"alg": RSA_OAEP_256, "enc": enc.value, "kid": kid}
    return _bounded(
        write_jwe(
            header,
            enc=enc,
            key=content_key,
            iv=iv,
            plaintext=plaintext,
            encrypted_key=key.encrypt(content_key, _OAEP),
        )
    )


def seal_with_ec(
    plaintext: bytes,
    *,
    key: EllipticCurvePublicKey,
    kid: str,
    enc: Enc,
    ephemeral: EllipticCurvePrivateKey,
    directory_server_id: str,
    iv: bytes,
) -> str:
    """Encrypt device data to a key of the directory on P-256, by a fresh ephemeral key."""
    derived = derive(agree(ephemeral, key), party_v=directory_server_id).reveal()
    header: dict[str, Json] = {
        "alg": ECDH_ES,
        "kid": kid,
        "epk": jwk_of(ephemeral.public_key()),
        "enc": enc.value,
    }
    content_key = derived[: enc.key_octets]
    return _bounded(write_jwe(header, enc=enc, key=content_key, iv=iv, plaintext=plaintext))


def open_device_data(
    text: str,
    *,
    keys: Mapping[str, DirectoryKey],
    directory_server_id: str,
    version: Version,
    spare: bytes,
) -> bytes:
    """Decrypt sdkEncData with the directory's keys, by kid; give the JSON object as it was written.

    Raises 311 when 2.3.1 finds no key by that kid, 302 for everything else. Before 2.3.1 the kid is
    a hint only: without one that we know, every key of the right kind is tried. `spare` is 32 fresh
    random octets: they stand in for a content key that cannot be unwrapped, so that a forger cannot
    tell a bad key from bad content (RFC 7516, section 11.5).
    """
    if len(spare) != SPARE_OCTETS:
        raise Misuse(f"the spare content key has {SPARE_OCTETS} octets")
    jwe = read_jwe(text, CONCERN)
    if jwe.kid is None or jwe.kid not in keys:
        if version >= Version.V231:
            raise ProtocolFault(
                ErrorCode.KEY_ID_UNKNOWN,
                elements=("sdkEncData",),
                detail="sdkEncData names no key of this directory",
                message_type=MessageType.AREQ,
            )
        candidates = tuple(keys.values())
    else:
        candidates = (keys[jwe.kid],)
    for content_key in _content_keys(jwe, candidates, directory_server_id, spare):
        try:
            plaintext = jwe.open(content_key)
        except ProtocolFault:
            # Another key may be the right one; when none is, the fault below says so.
            continue
        return _object(plaintext)
    raise CONCERN.fault("sdkEncData could not be decrypted")


_OAEP: Final = OAEP(mgf=MGF1(SHA256()), algorithm=SHA256(), label=None)


def _bounded(token: str) -> str:
    if len(token) > CONCERN.characters_max:
        raise Misuse(f"sdkEncData of {len(token)} characters; {CONCERN.characters_max} fit")
    return token


def _content_keys(
    jwe: Jwe, candidates: tuple[DirectoryKey, ...], directory_server_id: str, spare: bytes
) -> Iterator[bytes]:
    """Give the content key under each directory key that fits the token's algorithm."""
    if jwe.alg == RSA_OAEP_256:
        for key in candidates:
            if isinstance(key, RSAPrivateKey):
                yield _unwrapped(jwe, key, spare)
    elif jwe.alg == ECDH_ES and not jwe.encrypted_key:
        epk = read_jwk(jwe.header.get("epk"), element="sdkEncData", code=CONCERN.code)
        for key in candidates:
            if isinstance(key, EllipticCurvePrivateKey):
                derived = derive(agree(key, epk), party_v=directory_server_id).reveal()
                yield derived[: jwe.enc.key_octets]


def _unwrapped(jwe: Jwe, key: RSAPrivateKey, spare: bytes) -> bytes:
    try:
        content_key = key.decrypt(jwe.encrypted_key, _OAEP)
    except ValueError:
        # The spare key makes the tag fail: one way to fail, told at one place.
        content_key = b""
    right = len(content_key) == jwe.enc.key_octets
    return content_key if right else spare[: jwe.enc.key_octets]


def _object(plaintext: bytes) -> bytes:
    try:
        read_object(plaintext)
    except ProtocolFault as fault:
        raise CONCERN.fault("sdkEncData holds no JSON object") from fault
    return plaintext
