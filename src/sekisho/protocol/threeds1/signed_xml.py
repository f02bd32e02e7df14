"""What signxml is asked to do, and nothing else of all that XML signatures could do.

Canonical XML 1.0 of 15 March 2001, RSA with SHA-1 as 1.0.2 demands or with SHA-256, one reference.
"""

from datetime import datetime
from typing import Final, cast

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.x509 import Certificate
from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from sekisho.protocol.threeds1.safe_xml import safe_parser

DSIG: Final = "http://www.w3.org/2000/09/xmldsig#"
CANONICAL: Final = CanonicalizationMethod.CANONICAL_XML_1_0
ENVELOPED: Final = SignatureConstructionMethod.enveloped
SIGNATURE_METHODS: Final = frozenset({SignatureMethod.RSA_SHA1, SignatureMethod.RSA_SHA256})
DIGEST_METHODS: Final = frozenset({DigestAlgorithm.SHA1, DigestAlgorithm.SHA256})


def signature_over(
    root: etree._Element,
    id: str,
    *,
    key: RSAPrivateKey,
    chain: tuple[Certificate, ...],
    method: SignatureMethod,
    digest: DigestAlgorithm,
) -> etree._Element:
    """Make the Signature over the element with that id."""
    signer = _Signer(
        method=SignatureConstructionMethod.detached,
        signature_algorithm=method,
        digest_algorithm=digest,
        c14n_algorithm=CANONICAL,
    )
    return signer.sign(root, key=key, cert=list(chain), reference_uri=f"#{id}", id_attribute="id")


def verified(root: etree._Element, certificate: Certificate, *, at: datetime) -> etree._Element:
    """Give the element that the document's one Signature covers, as it was signed.

    Raises what signxml and lxml raise: SignXMLException, LxmlError, ValueError.
    """
    result = _Verifier().verify(
        root,
        x509_cert=certificate,
        id_attribute="id",
        validate_schema=False,  # stricter than the schema, and looked at before
        expect_config=SignatureConfiguration(
            location="./Message/",
            expect_references=1,
            signature_methods=SIGNATURE_METHODS,
            digest_algorithms=DIGEST_METHODS,
            verification_time=at,
        ),
    )
    one = cast("VerifyResult", result)  # a list only where more than one reference is expected
    return etree.fromstring(one.signed_data, safe_parser())


def canonical(element: etree._Element) -> bytes:
    """Write an element in Canonical XML 1.0.

    It is read again by itself first: lxml undeclares the default namespace (`xmlns=""`) on some
    descendants when it canonicalises an element inside a tree, and no other party does.
    """
    alone = etree.fromstring(etree.tostring(element, with_tail=False), safe_parser())
    return etree.tostring(alone, method="c14n")


class _Canonical:
    """Canonicalises in the one way of 1.0.2, and writes nothing of what is signed into a log."""

    def _c14n(
        self,
        nodes: etree._Element,
        algorithm: CanonicalizationMethod,
        inclusive_ns_prefixes: None = None,
    ) -> bytes:
        return canonical(nodes)


class _Signer(_Canonical, XMLSigner):
    def check_deprecated_methods(self) -> None:
        """Allow SHA-1: 1.0.2 knows nothing else, and the caller chose it."""


class _Verifier(_Canonical, XMLVerifier):
    pass
