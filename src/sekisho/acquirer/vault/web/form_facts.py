"""What the card form's script must know: brands by prefix, and its words in the page's language."""

from collections.abc import Callable, Mapping
from typing import Final

from sekisho.kernel.brands import BRANDS, Brand, BrandFacts

GROUPS: Final[Mapping[Brand, tuple[int, ...]]] = {
    Brand.AMEX: (4, 6, 5),
    Brand.DINERS: (4, 6, 4, 5),
}
"""How a number stands on the card where it is not in fours."""

FOURS: Final = (4, 4, 4, 4, 3)


def brand_facts() -> list[dict[str, object]]:
    """Describe every brand to the script, from the one table of brands."""
    return [_facts(brand, facts) for brand, facts in BRANDS.items()]


def words(_: Callable[[str], str]) -> dict[str, str]:
    """Say everything that the script may have to say; each tells what to do next."""
    return {
        "number_missing": _("Enter the card number."),
        "number_incomplete": _("Not complete. Compare it with your card."),
        "number_wrong": _("There is a slip in it. Compare it with your card."),
        "brand_unknown": _("We do not take this brand. Use another card."),
        "expiry_missing": _("Enter the expiry date."),
        "expiry_wrong": _("Enter month and year, as 04/29."),
        "expiry_past": _("Expired. Use another card."),
        "expiry_refused": _("Check the expiry date."),
        "code_missing": _("Enter the security code."),
        "code_three": _("Enter the 3 digits on the back."),
        "code_four": _("Enter the 4 digits on the front."),
        "securityCode_refused": _("Check the security code."),
        "check_fields": _("Check the marked card fields."),
        "busy": _("The card is being sent. Wait a moment."),
        "too_many": _("Too many tries. Wait a minute, then try again."),
        "form_expired": _("The card form was open for too long. Reload the page."),
        "refused": _("The card could not be taken. Reload the page and try again."),
        "unreachable": _("We could not be reached. Check your connection and try again."),
    }


def _facts(brand: Brand, facts: BrandFacts) -> dict[str, object]:
    return {
        "id": brand.value,
        "name": facts.name,
        "prefixes": facts.prefixes,
        "lengths": facts.lengths,
        "code": facts.security_code_digits,
        "groups": GROUPS.get(brand, FOURS),
    }
