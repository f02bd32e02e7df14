"""Access tokens by OAuth 2.0 client credentials (RFC 6749 section 4.4), signed, expiring."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sekisho.acquirer.gateway.model.refusals import Forbidden, NotAuthorized
from sekisho.acquirer.gateway.model.settings import GatewaySettings, MerchantProfile
from sekisho.acquirer.gateway.service.signing import ACCESS, BadSignature, Signer
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.secret import Secret

SCOPE_CHARACTERS_MAX: Final = 200
SCOPE: Final = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+(?: [\x21\x23-\x5B\x5D-\x7E]+)*")
TOKEN_CHARACTERS_MAX: Final = 1000
DEFAULT_SCOPE: Final = "jpm:payments:sandbox"
_NOBODY: Final = Secret("no client has this secret")


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """An access token and what it is good for."""

    access_token: str
    expires_in: int
    scope: str


class Access:
    """Gives access tokens out and reads them back."""

    def __init__(
        self, settings: GatewaySettings, signer: Signer, clock: Clock, chance: Chance
    ) -> None:
        self._settings = settings
        self._signer = signer
        self._clock = clock
        self._chance = chance

    def grant(self, client_id: str, client_secret: str, scope: str | None) -> Granted:
        """Give a client a token. Raises NotAuthorized, the same for every kind of wrong guess."""
        merchant = self._settings.client(client_id)
        secret = merchant.client_secret if merchant else _NOBODY
        # Compared also for an unknown client: otherwise the time taken would tell which ids exist.
        if not secret.matches(client_secret) or merchant is None:
            raise NotAuthorized("the client is unknown or its secret is wrong")
        life = timedelta(seconds=self._settings.token_life_s)
        until = self._clock.now() + life
        token = self._signer.seal(
            ACCESS,
            {
                "merchant": merchant.merchant_id,
                "until": int(until.timestamp()),
                "nonce": self._chance.token(9),
            },
        )
        return Granted(
            access_token=token,
            expires_in=self._settings.token_life_s,
            scope=scope or DEFAULT_SCOPE,
        )

    def admit(self, authorization: str | None, merchant_id: str | None) -> MerchantProfile:
        """Tell whose request it is, by its `Authorization` and `merchant-id` headers.

        Raises NotAuthorized without a good token, Forbidden when it is not that merchant's.
        """
        scheme, _, token = (authorization or "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not 0 < len(token) <= TOKEN_CHARACTERS_MAX:
            raise NotAuthorized("an access token is required: Authorization: Bearer …")
        try:
            facts = self._signer.unseal(ACCESS, token)
        except BadSignature as error:
            raise NotAuthorized("the access token is not one of ours") from error
        if int(facts.get("until", 0)) <= self._clock.now().timestamp():
            raise NotAuthorized("the access token has expired; ask for a new one")
        merchant = self._settings.merchant(str(facts.get("merchant")))
        if merchant is None:
            raise NotAuthorized("the access token's merchant is not served any more")
        if merchant_id != merchant.merchant_id:
            raise Forbidden("the access token is not for this merchant-id")
        return merchant


def scope_is_well_formed(scope: str) -> bool:
    """Tell whether a scope is one of RFC 6749's form, since it is echoed."""
    return len(scope) <= SCOPE_CHARACTERS_MAX and SCOPE.fullmatch(scope) is not None
