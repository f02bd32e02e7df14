"""A payment provider nobody here knows drives the raw EMV API with the sandbox document alone."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.foreign_client import Page, decoded
from tests.foreign_payer import (
    SESSION,
    Foreigner,
    a_foreigner,
    authenticate,
    card_of,
    code_from,
    inbox,
    now_at,
    open_challenge,
)
from tests.running_house import RunningHouse

pytestmark = [pytest.mark.house, pytest.mark.xdist_group("house")]


@pytest.fixture
def foreigner(house: RunningHouse) -> Iterator[Foreigner]:
    """A payment provider with keys and addresses from the document."""
    with a_foreigner(house) as running:
        yield running


@pytest.mark.parametrize(
    ("ending", "status", "eci"),
    [("0003", "Y", "05"), ("0013", "N", "07"), ("0023", "A", "06"), ("0033", "R", "07"),
     ("0043", "U", "07"), ("0053", "U", "07")],
)  # fmt: skip
def test_the_last_four_digits_call_up_an_outcome(
    foreigner: Foreigner, ending: str, status: str, eci: str
) -> None:
    """F4, A2, A3, B10, C9: each result without a page, with the scheme's ECI and its proof."""
    prepared, ares = authenticate(foreigner, card_of(ending))
    assert ares["messageType"] == "ARes", ares
    assert ares["transStatus"] == status
    assert ares["threeDSServerTransID"] == prepared["threeDSServerTransID"]
    assert ares.get("eci", "07") == eci
    assert ("authenticationValue" in ares) == (status in {"Y", "A"})
    assert ("transStatusReason" in ares) == (status in {"N", "R", "U"})
    assert "acsURL" not in ares


def test_information_only_is_the_answer_to_who_asks_for_it(foreigner: Foreigner) -> None:
    """F4, F1: I is allowed since 2.2.0 where the requestor wanted no challenge, and nowhere else."""
    card = card_of("0043")
    _, ares = authenticate(foreigner, card, threeDSRequestorChallengeInd="06")
    assert ares["transStatus"] == "I"


def test_a_silent_bank_ends_in_an_error_and_not_in_silence(foreigner: Foreigner) -> None:
    """F4, C12: 402 within the limit of the Directory Server; the client has something to act on."""
    _, erro = authenticate(foreigner, card_of("0063"))
    assert (erro["messageType"], erro["errorCode"]) == ("Erro", "402")


@pytest.mark.parametrize(
    ("ending", "version"),
    [("0003", "2.3.1"), ("1003", "2.1.0"), ("2003", "2.2.0"), ("3003", "2.3.1")],
)
def test_a_card_speaks_the_versions_of_its_first_digit(
    foreigner: Foreigner, ending: str, version: str
) -> None:
    """F1: versions are agreed on in the first call, and the ARes keeps to it."""
    prepared, ares = authenticate(foreigner, card_of(ending))
    assert prepared["highestCommonSupportedProtocolVersion"] == version
    assert ares["messageVersion"] == version
    assert ares["transStatus"] == "Y"


def test_another_version_than_the_cards_is_refused_with_the_possible_ones(
    foreigner: Foreigner,
) -> None:
    """F1, attack 8: no downgrade below what both sides speak."""
    _, erro = authenticate(foreigner, card_of("2003"), messageVersion="2.1.0")
    assert (erro["messageType"], erro["errorCode"]) == ("Erro", "102")
    assert "2.2.0" in erro["errorDetail"]


@pytest.mark.parametrize(
    ("ending", "status"), [("0070", "Y"), ("0071", "N"), ("1070", "Y"), ("2070", "Y")]
)
def test_a_challenge_that_answers_itself(foreigner: Foreigner, ending: str, status: str) -> None:
    """F4: a program can walk through a challenge without typing a code."""
    _, ares = authenticate(foreigner, card_of(ending))
    page = open_challenge(foreigner, ares)
    last = foreigner.surfer.send(page, page.form(ends="/challenge/continue"))
    finish(foreigner, last, ares, status)


@pytest.mark.parametrize("ending", ["0072", "1072", "2072"])
def test_a_code_from_the_inbox_passes_the_challenge(foreigner: Foreigner, ending: str) -> None:
    """A4, B5, F4: CReq by the browser, the code from the inbox, CRes home, the result by /postauth."""
    known = len(inbox(foreigner, ending))
    prepared, ares = authenticate(foreigner, card_of(ending))
    assert ares["transStatus"] == "C"
    asked_early = foreigner.program.call(
        "/postauth", {"threeDSServerTransID": ares["threeDSServerTransID"]}
    )
    assert (asked_early["messageType"], asked_early["errorCode"]) == ("Erro", "305")
    page = open_challenge(foreigner, ares)
    assert "A foreign shop" in page.text, "the bank says who is asking"
    code = code_from(foreigner, ending, known)
    last = foreigner.surfer.send(page, page.form(ends="/challenge/code"), code=code)
    rreq = finish(foreigner, last, ares, "Y")
    assert rreq["authenticationMethod"] in ("02", ["02"])  # a list since 2.3.1
    assert rreq["interactionCounter"] == "01"
    assert prepared["threeDSServerTransID"] == rreq["threeDSServerTransID"]


def test_cancelling_is_told_as_the_cardholders_wish(foreigner: Foreigner) -> None:
    """D3, F4: N with challengeCancel 01, so that a shop can say the right thing."""
    _, ares = authenticate(foreigner, card_of("0072"))
    page = open_challenge(foreigner, ares)
    last = foreigner.surfer.send(page, page.form(ends="/challenge/cancel"))
    rreq = finish(foreigner, last, ares, "N")
    assert rreq["challengeCancel"] == "01"


def test_the_same_request_gets_the_same_answer(foreigner: Foreigner) -> None:
    """Attack 34: a lost answer can be asked for again; another request under the id cannot."""
    card, at = card_of("0003"), now_at(foreigner)
    prepared, ares = authenticate(foreigner, card, purchaseDate=at)
    for amount, expected in (("12300", ares["transStatus"]), ("99900", None)):
        trans_id = prepared["threeDSServerTransID"]
        _, answer = authenticate(
            foreigner,
            card,
            threeDSServerTransID=trans_id,
            purchaseAmount=amount,
            purchaseDate=at,
        )
        assert answer.get("transStatus") == expected
    assert answer["errorCode"] == "305"


def finish(foreigner: Foreigner, last: Page, ares: dict[str, Any], status: str) -> dict[str, Any]:
    """Let the browser go home; hold CRes and RReq against what was agreed; give the RReq."""
    form = last.only_form()
    assert form.action == f"{foreigner.site.url}/done"
    foreigner.surfer.send(last, form)
    (arrival,) = foreigner.site.arrivals
    assert arrival.path == "/done"
    assert arrival.fields["threeDSSessionData"] == SESSION
    cres = decoded(arrival.fields["cres"])
    assert (cres["messageType"], cres["transStatus"]) == ("CRes", status)
    rreq = foreigner.program.call(
        "/postauth", {"threeDSServerTransID": ares["threeDSServerTransID"]}
    )
    assert (rreq["messageType"], rreq["transStatus"]) == ("RReq", status), rreq
    for name in ("threeDSServerTransID", "acsTransID"):
        assert cres[name] == rreq[name] == ares[name]
    assert rreq["dsTransID"] == ares["dsTransID"]
    assert rreq["messageVersion"] == ares["messageVersion"]
    assert ("authenticationValue" in rreq) == (status == "Y")
    return rreq
