"""Passkeys: answers of an authenticator checked by py_webauthn, for one origin and one question."""

from collections.abc import Callable
from typing import Final, TypeVar

from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException

from sekisho.kernel.errors import Misuse
from sekisho.kernel.factors import Ceremony, NotProven, Passkey, challenge_of

Checked = TypeVar("Checked")

RESPONSE_CHARACTERS_MAX: Final = 16_384
"""Of JSON: an attestation with its certificates is a quarter of that."""
ALGORITHMS: Final = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]


class WebAuthnPasskeys:
    """`Passkeys` of one relying party; the cardholder is always verified, not just present."""

    def __init__(self, *, rp_id: str, origin: str) -> None:
        scheme, _, place = origin.partition("://")
        host = place.partition(":")[0]
        if scheme != "https" and not (scheme == "http" and _loopback(host)):
            raise Misuse("the origin is https://, or http:// and a host of this machine")
        if not f".{host}".endswith(f".{rp_id}"):
            raise Misuse("the origin is a host of the relying party")
        self._rp_id = rp_id
        self._origin = origin

    def challenge(self, ceremony: Ceremony) -> bytes:
        """Give the challenge for one question."""
        return challenge_of(ceremony)

    def register(self, ceremony: Ceremony, response: str) -> Passkey:
        """Check a registration; give the passkey. Raises NotProven, whatever the response."""
        challenge = self.challenge(ceremony)
        made = _checked(
            response,
            lambda: verify_registration_response(
                credential=response,
                expected_challenge=challenge,
                expected_rp_id=self._rp_id,
                expected_origin=self._origin,
                require_user_verification=True,
                supported_pub_key_algs=ALGORITHMS,
            ),
        )
        return Passkey(
            credential_id=bytes_to_base64url(made.credential_id),
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            backed_up=made.credential_backed_up,
        )

    def prove(self, passkey: Passkey, ceremony: Ceremony, response: str) -> Passkey:
        """Check an answer; give the passkey as it must be kept now. Raises NotProven."""
        challenge = self.challenge(ceremony)
        answer = _checked(response, lambda: parse_authentication_credential_json(response))
        if answer.id != passkey.credential_id:
            raise NotProven("another passkey answered")
        proven = _checked(
            response,
            lambda: verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self._rp_id,
                expected_origin=self._origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            ),
        )
        return Passkey(
            credential_id=passkey.credential_id,
            public_key=passkey.public_key,
            sign_count=proven.new_sign_count,
            backed_up=proven.credential_backed_up,
        )


def _loopback(host: str) -> bool:
    """Tell whether browsers trust a host without TLS: its name never leaves the machine."""
    return f".{host}".endswith(".localhost")


def _checked(response: str, check: Callable[[], Checked]) -> Checked:
    """Run a check of the library's; whatever it stumbles over is the sender's fault."""
    if len(response) > RESPONSE_CHARACTERS_MAX:
        raise NotProven(f"a response of {len(response)} characters")
    try:
        return check()
    except WebAuthnException as error:
        # Its words may quote what was sent; the kind says which step of the check it was.
        raise NotProven(type(error).__name__) from error
    except Exception as error:
        raise NotProven(f"a response that cannot be read: {type(error).__name__}") from error
