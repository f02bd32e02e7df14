"""What proves a cardholder: neither keys nor facts of a purchase stand in a log by accident."""

import pytest

from sekisho.kernel.errors import Misuse
from sekisho.kernel.factors import Ceremony, Passkey, challenge_of

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


def test_no_two_questions_have_one_challenge() -> None:
    """Each part is digested behind its length: facts cannot be shifted into one another."""
    nonce = bytes(16)
    facts = [("a", "b"), ("ab",), ("", "ab"), ("ab", ""), ()]
    challenges = {challenge_of(Ceremony(nonce=nonce, facts=each)) for each in facts}
    assert len(challenges) == len(facts)
    assert {len(challenge) for challenge in challenges} == {32}
    with pytest.raises(Misuse, match="16 octets"):
        challenge_of(Ceremony(nonce=bytes(15), facts=()))
