"""What the one RReq of a challenge says, by version and by what ended it."""

import pytest

from sekisho.protocol import MessageType, Version
from sekisho.protocol.elements import BY_NAME
from sekisho.protocol.states.challenge_result import (
    CANCELLED,
    CREQ_REFUSED,
    CRES_REFUSED,
    ChallengeResult,
    broken_off,
    cancelled,
    final_status,
    left_waiting,
)
from sekisho.protocol.vocabulary import Form
from tests.unit.protocol.states.transactions import erro

V210, V220, V231 = Version


@pytest.mark.parametrize(("opened", "cancel"), [(False, "05"), (True, "04")])
def test_silence_says_which_silence(*, opened: bool, cancel: str) -> None:
    """Section 9: reason 14 with 05 for the first CReq, 04 for every later one."""
    assert left_waiting(opened=opened) == ChallengeResult(
        trans_status="N", reason="14", challenge_cancel=cancel
    )


@pytest.mark.parametrize("reason", ["01", "08"])
def test_a_cancelled_challenge_repeats_who_cancelled(reason: str) -> None:
    """Section 4: N, reason 01."""
    assert cancelled(reason) == ChallengeResult(
        trans_status="N", reason="01", challenge_cancel=reason
    )


@pytest.mark.parametrize("cancel", [CRES_REFUSED, CREQ_REFUSED])
def test_an_error_is_reported_in_the_words_of_its_version(cancel: str) -> None:
    """Section 8: 09 and 10 with the Erro since 2.3.1, before that 06 without it."""
    told = erro("203", V231)
    assert broken_off(V231, cancel=cancel, erro=told) == ChallengeResult(
        trans_status="U", reason="22", challenge_cancel=cancel, erro=told
    )
    assert broken_off(V220, cancel=cancel, erro=told) == ChallengeResult(
        trans_status="U", reason="22", challenge_cancel="06"
    )
    assert broken_off(V210, cancel=cancel, erro=told) == ChallengeResult(
        trans_status="U", reason="07", challenge_cancel="06"
    )


def test_the_codes_are_those_of_the_table() -> None:
    """01: the cardholder gave up; 09: the answer to a CRes was an error; 10: to a CReq."""
    assert (CANCELLED, CRES_REFUSED, CREQ_REFUSED) == ("01", "09", "10")


@pytest.mark.parametrize("version", Version)
def test_every_result_is_in_the_lists_of_its_version(version: Version) -> None:
    """No code that the version does not know."""
    results = [
        left_waiting(opened=True),
        left_waiting(opened=False),
        cancelled("01"),
        cancelled("08"),
        broken_off(version, cancel=CRES_REFUSED, erro=None),
        broken_off(version, cancel=CREQ_REFUSED, erro=None),
    ]
    for result in results:
        assert result.reason in BY_NAME["transStatusReason"].codes_for(Form.RREQ, version)
        assert result.challenge_cancel in BY_NAME["challengeCancel"].codes_for(Form.RREQ, version)
        assert result.trans_status in BY_NAME["transStatus"].codes_for(Form.RREQ, version)


@pytest.mark.parametrize(
    ("status", "final"), [("Y", "Y"), ("D", "D"), ("N", "N"), ("U", "N"), ("A", "N"), ("R", "N")]
)
def test_the_final_cres_says_yes_no_or_later(status: str, final: str) -> None:
    """Section 7: nothing else may stand in it."""
    assert final_status(ChallengeResult(trans_status=status)) == final


def test_without_a_result_the_answer_is_no() -> None:
    """Nobody was authenticated."""
    assert final_status(None) == "N"


def test_the_erro_is_a_message() -> None:
    """challengeErrorReporting holds it whole."""
    result = broken_off(V231, cancel=CREQ_REFUSED, erro=erro("302", V231))
    assert result.erro is not None
    assert result.erro.type is MessageType.ERRO
