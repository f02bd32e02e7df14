"""What the gateway needs of the other rooms, in its own words."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from sekisho.kernel.cards import Card
from sekisho.kernel.money import Amount
from sekisho.protocol import Category, Json


class KeptCard(Protocol):
    """The vault's receipt for a card."""

    @property
    def token(self) -> str:
        """What stands for the card from now on."""
        ...


class Vault(Protocol):
    """Keeps cards.

    `claim` binds a token to the first payment that claims it. It raises NotThere for a token that
    is unknown or another merchant's, Conflict for one that another payment claimed, and TheyErred
    for one that has expired; both raise Unreachable.
    """

    async def tokenize(self, merchant_id: str, card: Card) -> KeptCard:
        """Take a card in."""
        ...

    async def claim(
        self, token: str, *, merchant_id: str, payment_id: str, with_security_code: bool
    ) -> Card:
        """Give the card out, once with its security code, any number of times without."""
        ...


class CardRange(Protocol):
    """What the 3DS Server knows of a card before an authentication."""

    @property
    def three_ds_server_trans_id(self) -> str:
        """threeDSServerTransID of the authentication to come."""
        ...

    @property
    def versions(self) -> tuple[str, ...]:
        """Message versions common to all."""
        ...

    @property
    def three_ds_method_url(self) -> str | None:
        """Address of the issuer's 3DS Method; None when there is none."""
        ...


@runtime_checkable
class ErrorMessage(Protocol):
    """What the error for an Erro of EMV 3DS tells."""

    @property
    def error_code(self) -> str:
        """Its errorCode."""
        ...


class Elements(Protocol):
    """A message of EMV 3DS as far as its elements are read."""

    def get(self, name: str, /) -> Json:
        """Give an element's value; None when it is not there."""
        ...


class ThreeDSServer(Protocol):
    """Speaks EMV 3DS for us, idempotent by threeDSServerTransID.

    Each raises TheyErred when the answer is an error message, and Unreachable.
    """

    async def preauth(self, acct_number: str) -> CardRange:
        """Ask about a card; TheyErred with an errorCode of 305 when its range is not known."""
        ...

    async def auth(self, elements: Mapping[str, Json]) -> Elements:
        """Send the authentication request; give the ARes."""
        ...

    async def postauth(self, trans_id: str, *, category: Category) -> Elements | None:
        """Give the RReq of a challenge; None while the issuer has not sent it."""
        ...


class BankAnswer(Protocol):
    """The authorization host's answer."""

    @property
    def approved(self) -> bool:
        """Whether the amount is granted."""
        ...

    @property
    def response_code(self) -> str:
        """ISO 8583 field 39."""
        ...

    @property
    def approval_code(self) -> str | None:
        """ISO 8583 field 38."""
        ...

    @property
    def authentication_value_result(self) -> str:
        """What verifying the authentication value found."""
        ...

    @property
    def security_code_result(self) -> str:
        """What verifying the security code found."""
        ...


class Bank(Protocol):
    """The issuer's authorization host, idempotent by authorization id."""

    async def authorize(
        self,
        authorization_id: str,
        card: Card,
        amount: Amount,
        *,
        merchant_id: str,
        merchant_name: str,
        merchant_category: str,
        capture: bool,
        eci: str | None,
        authentication_value: str | None,
        ds_trans_id: str | None,
    ) -> BankAnswer:
        """Ask for the money. Conflict: the id was used for another request. May be Unreachable."""
        ...

    async def reverse(self, authorization_id: str, reason: str) -> None:
        """Undo, or refuse in advance. Returns when acknowledged. May be Unreachable."""
        ...
