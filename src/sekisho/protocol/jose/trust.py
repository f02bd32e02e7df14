"""Which certificates a component trusts: those that lead to the directory's own CA."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cryptography.x509 import BasicConstraints, Certificate, ExtensionType, KeyUsage
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from sekisho.kernel.errors import Misuse

DEPTH_MAX: Final = 3
"""How many intermediates may stand between the signer and the root."""


class Untrusted(Exception):
    """The certificates do not lead to a root; turned into a ProtocolFault by whoever asked."""


class Roots:
    """The CA certificates that a directory gives to SDKs and to its members."""

    def __init__(self, certificates: Sequence[Certificate]) -> None:
        if not certificates:
            raise Misuse("without a root nothing can be trusted")
        self._policy = (
            PolicyBuilder()
            .store(Store(list(certificates)))
            .max_chain_depth(DEPTH_MAX)
            .extension_policies(ca_policy=_AUTHORITY, ee_policy=_SIGNER)
        )

    def check(self, chain: Sequence[Certificate], *, at: datetime) -> None:
        """Raise Untrusted unless the first certificate was valid and led to a root at that time."""
        if at.tzinfo is None:
            raise Misuse("a moment without a time zone")
        if not chain:
            raise Untrusted
        verifier = self._policy.time(at).build_client_verifier()
        try:
            verifier.verify(chain[0], list(chain[1:]))
        except (VerificationError, ValueError) as error:
            # ValueError: a certificate may be well formed and still hold what cannot be read.
            raise Untrusted from error


def _signs_certificates(
    _policy: Policy, _certificate: Certificate, found: ExtensionType | None
) -> None:
    if isinstance(found, KeyUsage) and not found.key_cert_sign:
        raise ValueError("a key that may not sign certificates")


def _signs(_policy: Policy, _certificate: Certificate, found: ExtensionType | None) -> None:
    if isinstance(found, KeyUsage) and not found.digital_signature:
        raise ValueError("a key that may not sign")


# That an issuer is an authority (basicConstraints) is asked by the verifier itself; without it,
# whoever holds any certificate of the directory could issue others. The directory's own CA is no web CA: names and identifiers of keys are not asked for, the published
# examples of EMVCo carry none.
_AUTHORITY: Final = (
    ExtensionPolicy.permit_all()
    .require_present(BasicConstraints, Criticality.AGNOSTIC, None)
    .may_be_present(KeyUsage, Criticality.AGNOSTIC, _signs_certificates)
)
_SIGNER: Final = ExtensionPolicy.permit_all().may_be_present(KeyUsage, Criticality.AGNOSTIC, _signs)
