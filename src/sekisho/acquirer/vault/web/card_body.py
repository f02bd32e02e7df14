"""Reads a card from a JSON body and makes the token of it; names bad members, repeats no digit."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
from litestar import Response

from sekisho.acquirer.vault.service import BrandUnknown, CardExpired, MadeToken, Vault
from sekisho.adapters.http.json_fields import BadFields, FieldFault, JsonFields
from sekisho.kernel.brands import BRANDS, brand_of
from sekisho.kernel.cards import Card, Expiry, Pan
from sekisho.kernel.secret import Secret

YEAR_MIN: Final = 2000
YEAR_MAX: Final = 2099
DECEMBER: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class CardMembers:
    """The card of a body, read but not yet known to be all right."""

    digits: str
    month: int
    year: int
    code: str | None

    def card(self) -> Card:
        """Make the card; to be called once the body's `done()` has been passed."""
        return Card(
            pan=Pan(self.digits),
            expiry=Expiry(year=self.year, month=self.month),
            security_code=None if self.code is None else Secret(self.code),
        )


def read_card(fields: JsonFields, *, code_required: bool) -> CardMembers:
    """Read accountNumber, expiry and securityCode."""
    digits = fields.text("accountNumber", most=19, check=Pan)
    expiry = fields.nested("expiry")
    month = expiry.whole("month", least=1, most=DECEMBER)
    year = expiry.whole("year", least=YEAR_MIN, most=YEAR_MAX)
    read_code = fields.text if code_required else fields.optional_text
    code = read_code("securityCode", least=3, most=4, pattern="[0-9]+")
    brand = brand_of(digits)
    if brand and code and len(code) != BRANDS[brand].security_code_digits:
        fields.refuse("securityCode", f"has {BRANDS[brand].security_code_digits} digits")
    return CardMembers(digits=digits, month=month, year=year, code=code)


async def tokenized(vault: Vault, merchant_id: str, members: CardMembers) -> Response[bytes]:
    """Make the token and the answer; a card that is no good is refused by the member's name."""
    try:
        made = await vault.tokenize(merchant_id, members.card())
    except CardExpired as error:
        raise BadFields((FieldFault("expiry", str(error)),)) from error
    except BrandUnknown as error:
        raise BadFields((FieldFault("accountNumber", str(error)),)) from error
    return answered(201, _facts(made))


def answered(status: int, members: dict[str, object]) -> Response[bytes]:
    """Answer with JSON that nobody may keep."""
    return Response(
        msgspec.json.encode(members),
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def _facts(made: MadeToken) -> dict[str, object]:
    return {
        "token": made.token,
        "brand": made.brand.value,
        "lastFour": made.last_four,
        "expiry": {"month": made.expiry.month, "year": made.expiry.year},
        "expiresAt": _moment(made.expires_at),
    }


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
