"""Japanese and English throughout."""

from sekisho.testkit.translations import untranslated


def test_every_text_of_the_bank_s_pages_is_japanese_too() -> None:
    """B15: nothing missing, nothing stale."""
    assert untranslated("sekisho.issuer.acs") == ((), ())
