"""What proves a cardholder: neither keys nor facts of a purchase stand in a log by accident."""

import pytest

from sekisho.kernel.factors import Ceremony, Passkey

PASSKEY = Passkey(credential_id="abc", public_key=b"secret-key", sign_count=3, backed_up=False)
CEREMONY = Ceremony(nonce=b"secret-nonce", facts=("secret-payee", "100 JPY"))


@pytest.mark.parametrize("thing", [PASSKEY, CEREMONY])
def test_what_is_not_for_logs_is_not_printed(thing: object) -> None:
    """A nonce that is known beforehand could be answered beforehand."""
    assert "secret" not in repr(thing)
    assert "100 JPY" not in repr(thing)


def test_a_passkey_shows_which_one_it_is() -> None:
    """Its name and its counter tell a reader enough."""
    assert repr(PASSKEY) == "Passkey(credential_id='abc', sign_count=3, backed_up=False)"
