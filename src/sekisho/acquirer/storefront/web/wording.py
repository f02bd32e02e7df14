"""Names of places as the reader's language has them."""

from babel import Locale

from sekisho.acquirer.storefront.model.places import state_name

__all__ = ["country_name", "state_name"]


def country_name(code: str, language: str) -> str:
    """Name a country by its two letters."""
    return str(Locale.parse(language).territories.get(code, code))
