"""Rules across the elements of ARes, RReq, RRes and final CRes, one by one."""

from dataclasses import replace
from typing import Final

import pytest

from sekisho.protocol import Channel, Component, ErrorCode, Json, Reading, Version
from sekisho.protocol.checks.cross import Rule
from sekisho.protocol.checks.result_rules import (
    confirmation_has_a_currency,
    decoupling_is_confirmed,
    fallback_says_why,
    fallback_was_asked,
    limited_device_types_nothing,
    only_a_decoupled_time_runs_out_so,
    receipt_fits_its_result,
    reported_error_is_an_erro,
    result_keeps_its_category,
    result_was_announced,
    status_was_possible,
    template_fits_interface,
    timeout_names_its_kind,
)
from sekisho.protocol.elements import Scene
from sekisho.protocol.scheme_rules import SchemeRules
from sekisho.protocol.vocabulary import Form
from sekisho.testkit import samples
from tests.unit.protocol.checks.noting import SCENE, Found, noted

MISSING, FORMAT, ISO = (
    ErrorCode.ELEMENT_MISSING, ErrorCode.FORMAT_INVALID, ErrorCode.ISO_CODE_INVALID,
)  # fmt: skip
ARES: Final = replace(SCENE, form=Form.ARES, to=Component.SERVER, asked={})
RREQ: Final = replace(ARES, form=Form.RREQ, asked=None)
STATUS: Final[Found] = {FORMAT: ("transStatus",)}


def found(
    rule: Rule, members: dict[str, Json], scene: Scene = RREQ, *, after: Json = None
) -> Found:
    """Give what a rule notes of a message, after the one that it answers or belongs to."""
    if isinstance(after, dict):
        scene = replace(scene, asked=after)
    return noted(rule, members, scene)


def status(said: str, asked: dict[str, Json], scene: Scene = ARES) -> Found:
    return found(status_was_possible, {"transStatus": said}, replace(scene, asked=asked))


WISH: Final = "threeDSRequestorChallengeInd"
DECOUPLED: Final = "threeDSRequestorDecReqInd"


@pytest.mark.parametrize("wish", ["06", ["06"], ["02", "06"]])
def test_nobody_is_challenged_who_only_shares_data(wish: Json) -> None:
    """F1: challenge indicator 06 forbids C, alone or in a list."""
    assert status("C", {WISH: wish}) == STATUS
    assert status("Y", {WISH: wish}) == {}
    for other in ("01", ["01"], ["02", "05"], None, 6):
        assert status("C", {WISH: other}) == {}


def test_a_channel_decides_what_can_be_asked_of_the_cardholder() -> None:
    """F1: no C over 3RI, S in a browser only; known without the AReq too."""
    for channel in Channel:
        scene = replace(ARES, channel=channel, asked=None)
        by_channel = found(status_was_possible, {"transStatus": "C"}, scene)
        assert by_channel == (STATUS if channel is Channel.THREE_RI else {})
        by_channel = found(status_was_possible, {"transStatus": "S"}, scene)
        assert by_channel == ({} if channel is Channel.BROWSER else STATUS)


@pytest.mark.parametrize(
    ("asked", "possible"), [("Y", True), ("B", True), ("F", False), ("N", False)]
)
def test_d_needs_an_areq_that_asks_for_it(asked: str, *, possible: bool) -> None:
    """F1: threeDSRequestorDecReqInd Y or B."""
    assert status("D", {DECOUPLED: asked}) == ({} if possible else STATUS)
    assert status("D", {}) == STATUS


def test_s_needs_an_areq_that_can_do_it() -> None:
    """F1: threeDSRequestorSpcSupport Y."""
    assert status("S", {"threeDSRequestorSpcSupport": "Y"}) == {}
    assert status("S", {}) == status("S", {"threeDSRequestorSpcSupport": "N"}) == STATUS


@pytest.mark.parametrize("wish", ["05", "06", "07", "80", "99", ["02", "07"], ["01", "85"]])
def test_i_answers_who_wants_no_challenge(wish: Json) -> None:
    """F1: challenge indicators 05 to 07, and those of the Directory Server's own."""
    assert status("I", {WISH: wish}) == {}


@pytest.mark.parametrize("wish", ["01", "04", "08", "79", ["02", "03"], None])
def test_i_answers_nobody_else_but_by_the_schemes_rules(wish: Json) -> None:
    """F1: read leniently it may, as nobody told us these rules."""
    assert status("I", {WISH: wish}) == STATUS
    lenient = replace(ARES, reading=Reading.LENIENT)
    assert status("I", {WISH: wish}, lenient) == {}
    scheme = SchemeRules(
        name="s", directory_server_id="A000000000", informed_by=frozenset({"03", "08"})
    )
    told = status("I", {WISH: wish}, replace(lenient, scheme=scheme))
    assert told == ({} if wish in ("08", ["02", "03"]) else STATUS)


@pytest.mark.parametrize(
    ("given", "said", "sound"),
    [
        ("Y", "D", True), ("N", "D", False), (None, "D", True),
        ("Y", "C", False), ("N", "C", True), (None, "C", True),
    ],
)  # fmt: skip
def test_decoupling_is_confirmed_with_d_only(given: str | None, said: str, *, sound: bool) -> None:
    """F1: acsDecConInd."""
    members: dict[str, Json] = {"acsDecConInd": given, "transStatus": said}
    fault = {} if sound else {FORMAT: ("acsDecConInd",)}
    assert found(decoupling_is_confirmed, members, ARES) == fault


@pytest.mark.parametrize(("currency", "known"), [("JPY", True), ("XYZ", False), ("392", True)])
def test_a_confirmation_shows_a_currency_that_exists(currency: str, *, known: bool) -> None:
    """F1: 304; what are no three letters is wrong by its row."""
    members: dict[str, Json] = {"spcTransData": {"currency": currency}}
    fault = {} if known else {ISO: ("spcTransData.currency",)}
    assert found(confirmation_has_a_currency, members, ARES) == fault
    assert found(confirmation_has_a_currency, {"spcTransData": "x"}, ARES) == {}


def test_a_limited_device_is_asked_for_nothing_to_type() -> None:
    """F1: neither static passcode (01) nor knowledge questions (06) after limitedInd Y."""
    limited: Json = {"splitSdkType": {"limitedInd": "Y"}}
    rule, name = limited_device_types_nothing, "authenticationMethod"
    for methods in (["01"], ["06"], ["02", "06"]):
        assert found(rule, {name: methods}, ARES, after=limited) == {FORMAT: (name,)}
        for other in ({"splitSdkType": {"limitedInd": "N"}}, {"splitSdkType": "Y"}, {}):
            assert found(rule, {name: methods}, ARES, after=other) == {}
        assert found(rule, {name: methods}, replace(ARES, asked=None)) == {}
    assert found(rule, {name: ["02", "07"]}, ARES, after=limited) == {}
    assert found(rule, {name: "0106"}, ARES, after=limited) == {}


@pytest.mark.parametrize("template", ["01", "02", "03", "04", "05", "06", "07"])
def test_the_native_interface_has_no_html(template: str) -> None:
    """F1: templates 05 and 06 are HTML."""
    shown: dict[str, Json] = {"acsRenderingType": {"acsInterface": "01", "acsUiTemplate": template}}
    fault = {FORMAT: ("acsRenderingType.acsUiTemplate",)} if template in ("05", "06") else {}
    assert found(template_fits_interface, shown) == fault
    html: dict[str, Json] = {"acsRenderingType": {"acsInterface": "02", "acsUiTemplate": template}}
    assert found(template_fits_interface, html) == {}
    assert found(template_fits_interface, {"acsRenderingType": "01"}) == {}


def announced(said: str) -> Json:
    return {"messageType": "ARes", "transStatus": said}


def test_a_result_follows_an_announcement() -> None:
    """F1: C, D or S; 313 names the transaction."""
    for said in ("C", "D", "S"):
        assert found(result_was_announced, {}, after=announced(said)) == {}
    for said in ("Y", "N", "A", "U", "R", "I"):
        strange = {ErrorCode.RESULT_INCONSISTENT: ("threeDSServerTransID",)}
        assert found(result_was_announced, {}, after=announced(said)) == strange
    assert found(result_was_announced, {}, after={"messageType": "AReq", "transStatus": "Y"}) == {}
    assert found(result_was_announced, {}) == {}


def test_a_result_keeps_the_category_of_its_areq() -> None:
    """F1: a payment does not become something else on the way."""
    rule, areq = result_keeps_its_category, {"messageType": "AReq", "messageCategory": "01"}
    assert found(rule, {"messageCategory": "01"}, after=areq) == {}
    assert found(rule, {"messageCategory": "02"}, after=areq) == {FORMAT: ("messageCategory",)}
    assert found(rule, {}, after=areq) == found(rule, {"messageCategory": ""}, after=areq) == {}
    assert found(rule, {"messageCategory": "02"}, after=announced("C")) == {}


def test_a_challenge_falls_back_if_the_areq_said_so() -> None:
    """F1: threeDSRequestorDecReqInd F or B, and after C only."""
    d: dict[str, Json] = {"transStatus": "D"}
    for wish, possible in (("F", True), ("B", True), ("Y", False), ("N", False), (None, False)):
        areq: Json = {"messageType": "AReq", DECOUPLED: wish}
        assert found(fallback_was_asked, d, after=areq) == ({} if possible else STATUS)
        assert found(fallback_was_asked, {"transStatus": "Y"}, after=areq) == {}
    for said, possible in (("C", True), ("D", False), ("S", False)):
        assert found(fallback_was_asked, d, after=announced(said)) == ({} if possible else STATUS)
    assert found(fallback_was_asked, d) == {}


def test_a_fallback_says_why() -> None:
    """F1: 29, 30 or a reason of the scheme's own."""
    name = "transStatusReason"
    for reason, right in (("29", True), ("30", True), ("80", True), ("99", True), ("01", False),
                          ("79", False), ("28", False)):  # fmt: skip
        told = found(fallback_says_why, {"transStatus": "D", name: reason})
        assert told == ({} if right else {FORMAT: (name,)})
        assert found(fallback_says_why, {"transStatus": "N", name: reason}) == {}
    assert found(fallback_says_why, {"transStatus": "D"}) == {}


def test_a_timeout_says_which_time_ran_out() -> None:
    """F1: challengeCancel 04 or 05 beside reason 14."""
    name = "challengeCancel"
    for cancel, right in (("04", True), ("05", True), ("01", False), ("08", False)):
        told = found(timeout_names_its_kind, {"transStatusReason": "14", name: cancel})
        assert told == ({} if right else {FORMAT: (name,)})
        assert found(timeout_names_its_kind, {"transStatusReason": "01", name: cancel}) == {}
    assert found(timeout_names_its_kind, {"transStatusReason": "14"}) == {}


def test_only_a_decoupled_authentication_times_out_by_03() -> None:
    """F1: where nobody asked for one, or a challenge was announced, it cannot be."""
    rule, name = only_a_decoupled_time_runs_out_so, "challengeCancel"
    wrong: Found = {FORMAT: (name,)}
    for wish, possible in (("Y", True), ("F", True), ("B", True), ("N", False), (None, False)):
        areq: dict[str, Json] = {"messageType": "AReq"} | ({DECOUPLED: wish} if wish else {})
        assert found(rule, {name: "03"}, after=areq) == ({} if possible else wrong)
        assert found(rule, {name: "04"}, after=areq) == {}
    for said, possible in (("D", True), ("C", False), ("S", False)):
        assert found(rule, {name: "03"}, after=announced(said)) == ({} if possible else wrong)
    assert found(rule, {name: "03"}) == {}


def test_a_reported_error_is_a_whole_erro() -> None:
    """F1: what it lacks or has wrong is named inside it."""
    rule, name = reported_error_is_an_erro, "challengeErrorReporting"
    erro = samples.erro(Version.V231)
    assert found(rule, {name: erro}) == found(rule, {name: {}}) == found(rule, {name: "x"}) == {}
    lacking = {key: value for key, value in erro.items() if key != "errorDetail"}
    assert found(rule, {name: lacking}) == {MISSING: (f"{name}.errorDetail",)}
    wrong = {**erro, "errorCode": "?", "errorComponent": "?"}
    names = (f"{name}.errorCode", f"{name}.errorComponent")
    assert found(rule, {name: wrong}) == {FORMAT: names}
    assert found(rule, {name: {**erro, "messageType": "ARes"}}) == {
        FORMAT: (f"{name}.messageType",)
    }


@pytest.mark.parametrize(
    ("said", "result", "strict", "lenient"),
    [
        ("01", "Y", True, True), ("01", "D", True, True), ("02", "N", True, True),
        ("03", "U", True, True), ("02", "Y", False, True), ("03", "Y", False, True),
        ("04", "D", True, True), ("04", "Y", False, False), ("04", "N", False, False),
    ],
)  # fmt: skip
def test_a_receipt_fits_its_result(said: str, result: str, *, strict: bool, lenient: bool) -> None:
    """F1: 04 goes on with a fallback; 02 and 03 find a Y undelivered, which production does say."""
    wrong: Found = {FORMAT: ("resultsStatus",)}
    rreq: Json = {"messageType": "RReq", "transStatus": result}
    rres = replace(RREQ, form=Form.RRES)
    for reading, right in ((Reading.STRICT, strict), (Reading.LENIENT, lenient)):
        scene = replace(rres, reading=reading)
        told = found(receipt_fits_its_result, {"resultsStatus": said}, scene, after=rreq)
        assert told == ({} if right else wrong)
    assert found(receipt_fits_its_result, {"resultsStatus": said}, rres) == {}
