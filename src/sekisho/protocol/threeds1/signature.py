"""The signature of a PARes: made by the ACS, verified by the MPI (section 12.3).

A signature says something about bytes, not about what a program reads out of them. So its shape is
looked at first, down to the last element; the PARes must be the only thing in the document with the
id that the one reference names; and what `verify` gives is read from the octets that were signed.
"""

import base64
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509 import Certificate, InvalidVersion, load_der_x509_certificate
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException

from sekisho.kernel.errors import Misuse
from sekisho.protocol.jose.trust import Roots, Untrusted
from sekisho.protocol.threeds1.envelopes import envelopes_in
from sekisho.protocol.threeds1.faults import BadSignature
from sekisho.protocol.threeds1.findings import has_text
from sekisho.protocol.threeds1.messages import Message, message_in, only, tree_of, write_xml
from sekisho.protocol.threeds1.records import PARes
from sekisho.protocol.threeds1.safe_xml import read_xml
from sekisho.protocol.threeds1.signed_xml import (
    CANONICAL,
    DIGEST_METHODS,
    DSIG,
    ENVELOPED,
    SIGNATURE_METHODS,
    signature_over,
    verified,
)
from sekisho.protocol.threeds1.translation import record_from
from sekisho.protocol.threeds1.vocabulary import Status

CERTIFICATES_MAX: Final = 5
"""Signer, root, and three between them: more than any scheme used."""


class Hash(Enum):
    """With what a PARes is digested and signed."""

    SHA1 = (SignatureMethod.RSA_SHA1, DigestAlgorithm.SHA1)
    """As 1.0.2 demands. Broken against whoever may choose what is signed; for legacy peers only."""
    SHA256 = (SignatureMethod.RSA_SHA256, DigestAlgorithm.SHA256)


@dataclass(frozen=True, slots=True, kw_only=True)
class PAResSigner:
    """The ACS as signer: its key, and its certificate first, then the intermediates and the root."""

    key: RSAPrivateKey = field(repr=False)
    chain: Sequence[Certificate]
    hash: Hash = Hash.SHA1

    def __post_init__(self) -> None:
        if not 1 <= len(self.chain) <= CERTIFICATES_MAX:
            raise Misuse(f"a chain of 1 to {CERTIFICATES_MAX} certificates")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Whom an MPI believes."""

    roots: Roots
    vouched_for: Collection[Certificate] = ()
    """Signers believed whoever issued them, as long as they are valid. The allowance for the legacy
    world: `Roots` never follows a certificate that was itself signed with SHA-1, for such a one can
    be forged; whoever holds one for genuine names it here, or its issuer among the roots."""

    def check(self, chain: Sequence[Certificate], *, at: datetime) -> None:
        """Raise BadSignature unless the first certificate was to be believed at that time."""
        signer = chain[0]
        if signer in self.vouched_for:
            if not signer.not_valid_before_utc <= at <= signer.not_valid_after_utc:
                raise BadSignature("the certificate was not valid at that time")
            return
        try:
            self.roots.check(chain, at=at)
        except Untrusted as error:
            raise BadSignature("the certificate is not trusted") from error


def sign(message: Message[PARes], signer: PAResSigner) -> bytes:
    """Write a document of one signed PARes.

    Raises Misuse for a message that breaks a rule, for an id of the PARes that something else in the
    document has too, and for a key that is not that of the first certificate.
    """
    root = tree_of(message)
    chain = tuple(signer.chain)
    try:
        _refuse_ambiguity(root, message.body.id)
        method, digest = signer.hash.value
        signature = signature_over(
            root, message.body.id, key=signer.key, chain=chain, method=method, digest=digest
        )
        root[0].append(signature)
        _signed_octets(root, chain[0], at=chain[0].not_valid_before_utc)
    except BadSignature as fault:
        raise Misuse(f"our own signature does not hold: {fault.reason}") from fault
    except etree.LxmlError as error:
        raise Misuse("our own message has namespaces that cannot be canonicalised") from error
    return write_xml(root)


def verify(
    data: bytes,
    *,
    trust: Trust,
    at: datetime,
    understood: Collection[str] = (),
    unsigned_u: bool = False,
) -> Message[PARes]:
    """Read a document of one PARes, and believe it: the body given is what was signed.

    `at` is when the certificates must have been valid. With `unsigned_u`, a PARes of status U needs no
    signature, as some ACSs send it; it then proves nothing, not even that it came from an ACS.
    The id of the message stands outside of what is signed: `check_pares` compares it.

    Raises ThreeDS1Fault for what is no such message, BadSignature for what is not signed as it must be.
    """
    if at.tzinfo is None:
        raise Misuse("a moment without a time zone")
    root = read_xml(data)
    envelopes = envelopes_in(root, understood)
    message = only(PARes, tuple(message_in(each) for each in envelopes))
    signature = envelopes[0].signature
    if signature is None:
        if unsigned_u and message.body.tx.status is Status.UNABLE:
            return message
        raise BadSignature("not signed", message_id=message.id)
    certificates = _certificates(signature, message.body.id)
    _refuse_ambiguity(root, message.body.id)
    trust.check(certificates, at=at)
    signed = _signed_octets(root, certificates[0], at=at)
    return Message(id=message.id, body=record_from(PARes, signed), signed=True)


def _certificates(signature: etree._Element, id: str) -> list[Certificate]:
    """Look at the whole shape of a Signature; give its certificates."""
    info, value, key_info = _children(signature, "SignedInfo", "SignatureValue", "KeyInfo")
    canonicalization, method, reference = _children(
        info, "CanonicalizationMethod", "SignatureMethod", "Reference"
    )
    _algorithm(canonicalization, {CANONICAL.value})
    _algorithm(method, {each.value for each in SIGNATURE_METHODS})
    if reference.get("URI") != f"#{id}":
        raise BadSignature("the reference names something else than the PARes")
    _check_reference(reference)
    _octets(value)
    (x509_data,) = _children(key_info, "X509Data")
    count = len(x509_data)
    if not 1 <= count <= CERTIFICATES_MAX:
        raise BadSignature(f"{count} certificates; 1 to {CERTIFICATES_MAX} are read")
    return [_certificate(each) for each in _children(x509_data, *["X509Certificate"] * count)]


def _check_reference(reference: etree._Element) -> None:
    """Allow no transform that could make something else of the PARes than what stands there."""
    if len(reference) and reference[0].tag == f"{{{DSIG}}}Transforms":
        transforms, digest_method, digest = _children(
            reference, "Transforms", "DigestMethod", "DigestValue"
        )
        for transform in _children(transforms, *["Transform"] * len(transforms)):
            _algorithm(transform, {CANONICAL.value, ENVELOPED.value})
    else:
        digest_method, digest = _children(reference, "DigestMethod", "DigestValue")
    _algorithm(digest_method, {each.value for each in DIGEST_METHODS})
    _octets(digest)


def _children(element: etree._Element, *names: str) -> list[etree._Element]:
    tags = [child.tag for child in element]
    if tags != [f"{{{DSIG}}}{name}" for name in names] or has_text(element):
        raise BadSignature(f"{etree.QName(element).localname} is not of the expected shape")
    return list(element)


def _algorithm(element: etree._Element, allowed: Collection[str]) -> None:
    if element.get("Algorithm") not in allowed or len(element):
        raise BadSignature(f"{etree.QName(element).localname} names another algorithm")


def _octets(element: etree._Element) -> bytes:
    """Read base64 in lines; nothing at all is none either."""
    text = "".join((element.text or "").split())
    try:
        octets = base64.b64decode(text, validate=True)
    except ValueError as error:
        # Of which binascii.Error is one; the other is for characters beyond ASCII.
        raise BadSignature(f"{etree.QName(element).localname} is not base64") from error
    if not octets or len(element):
        raise BadSignature(f"{etree.QName(element).localname} is not base64")
    return octets


def _certificate(element: etree._Element) -> Certificate:
    """Read one certificate whose key is of RSA, whatever it is then worth."""
    try:
        certificate = load_der_x509_certificate(_octets(element))
        key = certificate.public_key()
    except _NO_CERTIFICATE as error:
        raise BadSignature("what is no certificate") from error
    if not isinstance(key, RSAPublicKey):
        raise BadSignature("a certificate without an RSA key")
    return certificate


# Beside ValueError: InvalidVersion is of no family, and a serial number that is not positive is only
# warned about, which is an error where warnings are errors.
_NO_CERTIFICATE: Final = (
    ValueError,
    UnsupportedAlgorithm,
    InvalidVersion,
    CryptographyDeprecationWarning,
)


def _refuse_ambiguity(root: etree._Element, id: str) -> None:
    """Refuse a document in which the reference could mean anything else, however it is resolved."""
    bearers = [
        value
        for element in root.iter()
        for name, value in element.attrib.items()
        if etree.QName(name).localname.lower() == "id" and value == id
    ]
    if len(bearers) != 1:
        raise BadSignature("another element has the id of the PARes")


def _signed_octets(
    root: etree._Element, certificate: Certificate, *, at: datetime
) -> etree._Element:
    try:
        return verified(root, certificate, at=at)
    except (SignXMLException, etree.LxmlError, ValueError) as error:
        # LxmlError: namespaces that cannot be canonicalised.
        raise BadSignature("the signature is not genuine") from error
