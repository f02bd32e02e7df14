"""The named conditions of the specification: what each says of messages, told from the outside."""

from collections.abc import Mapping
from typing import Final

import pytest

from sekisho.protocol import Category, Channel, Component, Json, Reading, Version
from sekisho.protocol.elements import when
from sekisho.protocol.elements.condition import Condition
from sekisho.protocol.elements.scene import Scene
from sekisho.protocol.vocabulary import Form

V210, V220, V231 = Version
ACS, DIRECTORY, SERVER = Component.ACS, Component.DIRECTORY, Component.SERVER


def holds(
    condition: Condition,
    members: Mapping[str, Json] | None = None,
    *,
    form: Form = Form.AREQ,
    version: Version = V231,
    channel: Channel = Channel.BROWSER,
    category: Category = Category.PAYMENT,
    to: Component | None = None,
    asked: Mapping[str, Json] | None = None,
    reading: Reading = Reading.STRICT,
) -> bool:
    own: Mapping[str, Json] = members or {}
    return condition.holds(
        Scene(
            members=own,
            whole=own,
            form=form,
            version=version,
            channel=channel,
            category=category,
            to=to,
            asked=asked,
            reading=reading,
        )
    )


def those(condition: Condition, name: str, codes: int = 99, **where: object) -> set[str]:
    """Give the two-digit codes of an element with which a condition holds."""
    listed = [f"{code:02}" for code in range(codes + 1)]
    return {code for code in listed if holds(condition, {name: code}, **where)}  # type: ignore[arg-type]


def letters(condition: Condition, name: str = "transStatus", **where: object) -> str:
    """Give the letters of an element with which a condition holds."""
    return "".join(code for code in "YNUACDRSI" if holds(condition, {name: code}, **where))  # type: ignore[arg-type]


def test_small_words_say_what_they_say() -> None:
    """F1: presence, values, truth, versions, messages."""
    assert holds(when.there("a"), {"a": "x"})
    assert not holds(when.there("a"))
    assert holds(when.absent("a"))
    assert not holds(when.absent("a"), {"a": "x"})
    assert when.absent("a").text == "a is absent"
    assert holds(when.valued("a", "x", "y"), {"a": "y"})
    assert not holds(when.valued("a", "x", "y"), {"a": "z"})
    assert holds(when.true("a"), {"a": True})
    assert not holds(when.true("a"), {"a": False})
    for version in Version:
        assert holds(when.since(V220), version=version) is (version >= V220)
        assert holds(when.before(V220), version=version) is (version < V220)
    assert when.since(V220).text == "from 2.2.0 on"
    assert when.before(V220).text == "before 2.2.0"
    assert holds(when.into(Form.AREQ))
    assert not holds(when.into(Form.ARES))
    assert when.into(Form.ARES).text == "in ARes"


@pytest.mark.parametrize("category", list(Category))
def test_a_category_is_payment_or_not(category: Category) -> None:
    """F1: messageCategory."""
    payment = category is Category.PAYMENT
    assert holds(when.PAYMENT, category=category) is payment
    assert holds(when.NON_PAYMENT, category=category) is not payment
    assert when.PAYMENT.text == "the category is payment"
    assert when.NON_PAYMENT.text == "the category is non-payment"


@pytest.mark.parametrize("to", list(Component))
def test_some_elements_are_for_one_reader(to: Component) -> None:
    """F1: the same message has other rules on its next leg."""
    assert holds(when.TO_ACS, to=to) is (to is ACS)
    assert holds(when.NOT_TO_ACS, to=to) is (to is not ACS)
    assert holds(when.TO_DIRECTORY, to=to) is (to is DIRECTORY)
    assert holds(when.NOT_TO_DIRECTORY, to=to) is (to is not DIRECTORY)
    assert when.NOT_TO_ACS.text == "not on the way to the ACS"
    assert when.NOT_TO_DIRECTORY.text == "not on the way to the Directory Server"


def test_a_lenient_reader_and_one_who_does_not_know_the_request() -> None:
    """F1: what cannot be told is not held against anybody."""
    assert holds(when.LENIENT, reading=Reading.LENIENT)
    assert not holds(when.LENIENT)
    assert holds(when.REQUEST_UNKNOWN)
    assert not holds(when.REQUEST_UNKNOWN, asked={})


def test_decoupled_authentication_is_asked_for() -> None:
    """F1: threeDSRequestorDecReqInd."""
    for said, asked in (("Y", True), ("F", True), ("B", True), ("N", False)):
        assert holds(when.DECOUPLED_ASKED, {"threeDSRequestorDecReqInd": said}) is asked


IND, RI = "threeDSRequestorAuthenticationInd", "threeRIInd"


def test_what_names_a_purchase_in_a_series_has_grown() -> None:
    """F1: by version, as the element table has it."""
    assert those(when.BUYS, IND, version=V210) == {"02", "03"}
    assert those(when.BUYS, RI, version=V210) == set()
    assert those(when.BUYS, IND, version=V220) == {"02", "03"}
    older = {"01", "02", "06", "07", "08", "09", "11"}
    assert those(when.BUYS, RI, version=V220) == older
    assert those(when.BUYS, IND) == {"02", "03", "07", "08", "09"}
    assert those(when.BUYS, RI) == {*older, "15"}


def test_instalments_and_series() -> None:
    """F1: an instalment is a series; one of fixed frequency says so since 2.3.1."""
    assert those(when.INSTALMENT, IND) == {"03"}
    assert those(when.INSTALMENT, RI) == {"02"}
    assert those(when.SERIES, IND) == {"02", "03"}
    assert those(when.SERIES, RI) == {"01", "02"}
    for version in Version:
        series = {RI: "01"}
        assert holds(when.SERIES_BEFORE_231, series, version=version) is (version < V231)
        assert holds(when.SERIES_FIXED, series, version=version) is (version < V231)
        fixed: dict[str, Json] = {**series, "recurringInd": {"frequencyInd": "01"}}
        assert holds(when.SERIES_FIXED, fixed, version=version)
        free: dict[str, Json] = {**series, "recurringInd": {"frequencyInd": "02"}}
        assert holds(when.SERIES_FIXED, free, version=version) is (version < V231)
    assert not holds(when.SERIES_FIXED, {"recurringInd": {"frequencyInd": "01"}})
    assert holds(when.FIXED_FREQUENCY, {"recurringInd": {"frequencyInd": "01"}})
    assert not holds(when.FIXED_FREQUENCY, {"frequencyInd": "01"})


def test_what_carries_on_an_authentication() -> None:
    """F1: after a fallback, or as the second AReq of Secure Payment Confirmation."""
    info = "threeDSRequestorAuthenticationInfo"
    assert those(when.CONTINUES, RI) == {"19"}
    assert holds(when.CONTINUES, {"spcIncompInd": "01"})
    assert holds(when.CONTINUES, {info: [{"threeDSReqAuthMethod": "09"}]})
    assert not holds(when.CONTINUES, {info: [{"threeDSReqAuthMethod": "02"}]})
    assert not holds(when.CONTINUES)


def test_other_words_of_an_areq() -> None:
    """F1: scripts, Secure Payment Confirmation, sellers, the security code."""
    assert holds(when.JAVASCRIPT, {"browserJavascriptEnabled": True})
    assert not holds(when.JAVASCRIPT, {"browserJavascriptEnabled": False})
    assert holds(when.SPC, {"threeDSRequestorSpcSupport": "Y"})
    assert not holds(when.SPC, {"threeDSRequestorSpcSupport": "N"})
    listed: dict[str, Json] = {"multiTransaction": {"merchantList": [{"sellerId": "1"}]}}
    assert holds(when.SELLERS_LISTED, listed)
    assert not holds(when.SELLERS_LISTED, {"multiTransaction": {"merchantList": [{"a": "1"}]}})
    assert not holds(when.SELLERS_LISTED, {"sellerId": "1"})
    for sent in ("cardSecurityCode", "cardSecurityCodeStatus"):
        assert holds(when.CODE_SENT, asked={sent: "1"})
        assert not holds(when.CODE_SENT, {sent: "1"}, asked={})
    assert not holds(when.CODE_SENT)


def test_an_app_to_open_has_a_label_since_231() -> None:
    """F1: screen 04 with oobAppURL."""
    shown = {"acsUiType": "04", "oobAppURL": "https://bank.example/app"}
    assert holds(when.LABELS_OOB_APP, shown)
    assert not holds(when.LABELS_OOB_APP, shown, version=V220)
    assert not holds(when.LABELS_OOB_APP, {**shown, "acsUiType": "01"})
    assert not holds(when.LABELS_OOB_APP, {"acsUiType": "04"})


def test_whole_files_of_card_ranges() -> None:
    """F1: a file's address for who downloads; every range in the message for who asked for all."""
    assert holds(when.UNKNOWN_OR_DOWNLOADS)
    assert holds(when.UNKNOWN_OR_DOWNLOADS, asked={"cardRangeDataDownloadInd": "Y"})
    assert not holds(when.UNKNOWN_OR_DOWNLOADS, asked={})
    assert holds(when.EVERYTHING_ASKED, asked={})
    assert not holds(when.EVERYTHING_ASKED, asked={"serialNum": "1"})
    assert not holds(when.EVERYTHING_ASKED, {"cardRangeDataFileURL": "u"}, asked={})
    assert not holds(when.EVERYTHING_ASKED)


def test_who_answers_a_notice() -> None:
    """F1: the ACS names itself in an ORes; the 3DS Server does not."""
    assert holds(when.NO_ACS_ANSWERS)
    for name in ("acsTransID", "acsReferenceNumber"):
        assert not holds(when.NO_ACS_ANSWERS, {name: "x"})


def test_what_a_status_announces() -> None:
    """F1: transStatus."""
    assert letters(when.CHALLENGED) == "C"
    assert letters(when.OUTSTANDING) == "CD"
    assert letters(when.DECOUPLED) == "D"
    assert letters(when.SPC_ASKED) == "S"
    assert letters(when.PROVEN) == "YA"
    assert letters(when.PROVEN, category=Category.NON_PAYMENT) == ""
    assert letters(when.UNFINISHED) == "NUCDRSI"
    assert letters(when.REFUSED) == "NUR"
    assert letters(when.REFUSED, category=Category.NON_PAYMENT) == ""
    assert letters(when.REFUSED_OR_FALLBACK) == "NUDR"
    assert letters(when.REFUSED_OR_FALLBACK, version=V220) == "NUR"
    assert letters(when.REFUSED_OR_FALLBACK, category=Category.NON_PAYMENT) == ""
    assert letters(when.REFUSED_OR_LENIENT) == "NUDR"
    assert letters(when.OUTSTANDING_OR_LENIENT) == "CD"
    for condition in (when.REFUSED_OR_LENIENT, when.OUTSTANDING_OR_LENIENT):
        assert letters(condition, reading=Reading.LENIENT) == "YNUACDRSI"
    assert letters(when.REFUSED_OR_LENIENT, category=Category.NON_PAYMENT) == "YNUACDRSI"
    assert letters(when.DECOUPLED_CONFIRMED, "acsDecConInd") == "Y"


def test_what_may_bring_an_authentication_value() -> None:
    """F1: by message and version; N with a reason of the Directory Server's own."""
    assert letters(when.MAY_BE_PROVEN, form=Form.ARES) == "YAI"
    assert letters(when.MAY_BE_PROVEN, form=Form.ARES, version=V220) == "YASI"
    assert letters(when.MAY_BE_PROVEN, form=Form.RREQ) == "YACDSI"
    everything = letters(when.MAY_BE_PROVEN, category=Category.NON_PAYMENT)
    assert everything == "YNUACDRSI"
    for reason in range(100):
        members = {"transStatus": "N", "transStatusReason": f"{reason:02}"}
        assert holds(when.MAY_BE_PROVEN, members, form=Form.ARES) is (reason >= 80)
    proven: dict[str, Json] = {"transStatus": "Y"}
    assert holds(when.MAY_BE_PROVEN_AT_THE_END, proven, form=Form.RREQ)
    given_up = {**proven, "challengeCancel": "01"}
    assert not holds(when.MAY_BE_PROVEN_AT_THE_END, given_up, form=Form.RREQ)


@pytest.mark.parametrize(
    ("condition", "lenient"),
    [(when.DECIDED, False), (when.DECIDED_OR_LENIENT, True), (when.METHOD_OR_LENIENT, True)],
)
def test_what_was_decided_says_how(condition: Condition, *, lenient: bool) -> None:
    """F1: Y and N that nobody cancelled."""
    assert letters(condition) == "YN"
    assert not holds(condition, {"transStatus": "Y", "challengeCancel": "01"})
    assert holds(condition, {"transStatus": "U"}, reading=Reading.LENIENT) is lenient


def test_who_was_not_there_decided_nothing() -> None:
    """F1: no method over 3RI; before 2.3.1 the method is not for the 3DS Server."""
    decided: dict[str, Json] = {"transStatus": "Y"}
    for channel in Channel:
        there = channel is not Channel.THREE_RI
        assert holds(when.DECIDED, decided, channel=channel) is there
        assert holds(when.DECIDED_TO_DIRECTORY, decided, channel=channel) is there
    for version in Version:
        new = version is V231
        assert holds(when.METHOD_OR_LENIENT, decided, version=version, to=SERVER) is new
        assert holds(when.METHOD_OR_LENIENT, decided, version=version, to=DIRECTORY)
        assert holds(when.DECIDED_TO_DIRECTORY, decided, version=version, to=SERVER) is new
        assert holds(when.DECIDED_TO_DIRECTORY, decided, version=version, to=DIRECTORY)


def test_an_error_is_reported_with_its_cause() -> None:
    """F1: challengeCancel 09 and 10; 14 is a timeout."""
    assert those(when.ERROR_REPORTED, "challengeCancel") == {"09", "10"}
    assert those(when.REPORTED_OR_LENIENT, "challengeCancel") == {"09", "10"}
    assert holds(when.REPORTED_OR_LENIENT, reading=Reading.LENIENT)
    assert those(when.TIMED_OUT, "transStatusReason") == {"14"}


def test_an_authentication_was_decoupled_or_not() -> None:
    """F1: the ARes says so; where only the AReq is known, its wish counts."""
    confirmed, denied = {"acsDecConInd": "Y"}, {"acsDecConInd": "N"}
    assert not holds(when.NOT_DECOUPLED, asked=confirmed)
    assert holds(when.NOT_DECOUPLED, asked=denied)
    wish = "threeDSRequestorDecReqInd"
    for said in ("Y", "F", "B"):
        assert not holds(when.NOT_DECOUPLED, asked={wish: said})
        assert holds(when.NOT_DECOUPLED, asked={wish: said, **denied})
    assert holds(when.NOT_DECOUPLED, asked={wish: "N"})
    assert holds(when.NOT_DECOUPLED)
    assert not holds(when.NOT_DECOUPLED, reading=Reading.LENIENT)
    assert not holds(when.NOT_DECOUPLED_OR_LENIENT, asked=confirmed)
    assert holds(when.NOT_DECOUPLED_OR_LENIENT, asked=denied)
    assert holds(when.NOT_DECOUPLED_OR_LENIENT, asked=confirmed, reading=Reading.LENIENT)


SCREENS: Final = tuple(f"{number:02}" for number in range(1, 8))


def shown(condition: Condition, version: Version) -> set[str]:
    return {ui for ui in SCREENS if holds(condition, {"acsUiType": ui}, version=version)}


@pytest.mark.parametrize(
    ("name", "older", "newer"),
    [
        ("challengeSelectInfo", {"02", "03"}, {"02", "03"}),
        ("acsHTML", {"05"}, {"05", "06"}),
        ("challengeInfoHeader", set(), {"01", "02", "03", "04", "07"}),
        ("submitAuthenticationLabel", {"01", "02", "03"}, {"01", "02", "03"}),
    ],
)
def test_a_screen_must_show_its_parts(name: str, older: set[str], newer: set[str]) -> None:
    """F1: by UI type (sections 5.5 and 5.6)."""
    for version in (V210, V220):
        assert shown(when.must_show(name), version) & {*SCREENS[:5]} == older
    assert shown(when.must_show(name), V231) == newer


@pytest.mark.parametrize(
    ("name", "older", "newer"),
    [
        ("acsHTML", {"05"}, {"05", "06"}),
        ("challengeSelectInfo", {"02", "03"}, {"02", "03"}),
        ("challengeInfoHeader", {*SCREENS[:5]}, {"01", "02", "03", "04", "07"}),
    ],
)
def test_a_screen_has_room_for_its_parts_only(name: str, older: set[str], newer: set[str]) -> None:
    """F1: a lenient reader looks over what an app will not show."""
    for version in (V210, V220):
        assert shown(when.may_show(name), version) & {*SCREENS[:5]} == older
    assert shown(when.may_show(name), V231) == newer
    assert holds(when.may_show(name), {"acsUiType": "01"}, reading=Reading.LENIENT)
