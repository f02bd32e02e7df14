"""Every text of the gateway's pages in both languages."""

from sekisho.testkit.translations import untranslated


def test_every_text_has_its_japanese_and_none_is_stale() -> None:
    """B15: Japanese and English throughout."""
    found = untranslated("sekisho.acquirer.gateway")
    assert found.missing == ()
    assert found.stale == ()
