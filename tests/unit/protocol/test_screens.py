"""The screens of an app challenge: what each shows, and which answers it takes (sections 5.5, 5.6)."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.protocol import Category, Channel, Json, Reading, Version
from sekisho.protocol.elements import BY_NAME, elements_of
from sekisho.protocol.elements.screens import (
    PARTS,
    REPLIES,
    UiType,
    chosen_codes,
    offered_codes,
    parts_missing,
    parts_of,
    parts_unwanted,
    replies_to,
    reply_misfits,
    ui_type,
)
from sekisho.protocol.vocabulary import Form

V210, V220, V231 = Version
TEXT, SINGLE, MULTI, OOB, HTML, HTML_OOB, INFO = UiType
COLUMNS = (TEXT, SINGLE, MULTI, OOB, INFO)

TEMPLATES = """
issuerImage                C C C C C  1  1
psImage                    C C C C C  1  1
challengeInfoHeader        M M M M M  2  2
challengeInfoText          M M M M M  3  3
challengeInfoTextIndicator O O O O O  3  3
challengeInfoLabel         - M M O O  4  4
challengeEntryBox          M - - - -  5  5
challengeEntryBoxTwo       O - - - -  6  6
challengeSelectInfo        - M M - -  5  5
trustListInfoText          O O O O O 12 10
deviceBindingInfoText      O O O O O 13 12
togglePositionInd          O O O O O  0  0
submitAuthenticationLabel  M M M - -  9  9
oobAppLabel                - - - C -  9  9
oobAppURL                  - - - C -  0  0
oobContinueLabel           - - - C - 10  9
resendInformationLabel     O - - - - 10  9
infoContinueLabel          - - - - M 10  9
challengeAddLabel          O O O O O 11  9
whyInfoLabel               O O O O O 14 10
whyInfoText                O O O O O 15 11
expandInfoLabel            O O O O O 16 12
expandInfoText             O O O O O 17 13
acsHTML                    - - - - -  0  0
"""
"""Section 5.6 for 2.3.1, written down anew: 01 02 03 04 07, then upright and lying."""

OLDER = {
    TEXT: {"challengeInfoLabel", "submitAuthenticationLabel"},
    SINGLE: {"challengeInfoLabel", "challengeSelectInfo", "submitAuthenticationLabel"},
    MULTI: {"challengeInfoLabel", "challengeSelectInfo", "submitAuthenticationLabel"},
    OOB: {"oobContinueLabel"},
    HTML: {"acsHTML"},
}
"""What 2.1.0 and 2.2.0 demand of each screen."""

OLDER_MAY = {
    "challengeInfoHeader",
    "challengeInfoText",
    "challengeInfoTextIndicator",
    "challengeAddInfo",
    "issuerImage",
    "psImage",
    "whyInfoLabel",
    "whyInfoText",
    "expandInfoLabel",
    "expandInfoText",
}
"""What they allow on every screen; 2.2.0 also whitelistingInfoText."""


def rows() -> list[tuple[str, str, int, int]]:
    found = []
    for line in TEMPLATES.strip().splitlines():
        name, *letters, upright, lying = line.split()
        found.append((name, "".join(letters), int(upright), int(lying)))
    return found


@pytest.mark.parametrize(("name", "letters", "upright", "lying"), rows())
def test_a_part_stands_where_the_templates_have_it(
    name: str, letters: str, upright: int, lying: int
) -> None:
    """F1: letters of 2.3.1 and the order of both ways to hold a device."""
    (part,) = (part for part in PARTS if part.name == name)
    assert "".join(part.letter(ui, V231) for ui in COLUMNS) == letters
    assert (part.portrait, part.landscape) == (upright, lying)


def test_the_templates_are_all_there_is() -> None:
    """Two more belong to older versions, and the older name of the trust list."""
    told = {name for name, *_ in rows()}
    older = {"challengeAddInfo", "acsHTMLRefresh", "whitelistingInfoText"}
    assert {part.name for part in PARTS} == told | older
    assert {part.name for part in PARTS if part.until < V231} == older


def test_the_zones_of_a_screen() -> None:
    """Branding above, information below, everything else between."""
    zones = {part.name: part.zone for part in PARTS}
    assert {name for name, zone in zones.items() if zone == 2} == {"issuerImage", "psImage"}
    assert {name for name, zone in zones.items() if zone == 4} == {
        "whyInfoLabel",
        "whyInfoText",
        "expandInfoLabel",
        "expandInfoText",
    }
    assert set(zones.values()) == {2, 3, 4}


def test_only_the_toggles_can_be_raised() -> None:
    """togglePositionInd 01 moves them above the buttons: 7 and 8."""
    raised = {part.name: part.raised for part in PARTS if part.raised}
    assert raised == {"trustListInfoText": 7, "deviceBindingInfoText": 8}


@pytest.mark.parametrize("ui", COLUMNS)
def test_parts_are_listed_from_top_to_bottom(ui: UiType) -> None:
    """A room lays a screen out in the order of the table, toggles raised."""
    parts = {part.name: part.raised or part.portrait for part in PARTS}
    places = [parts[name] for name in parts_of(ui, V231) if parts[name]]
    assert places == sorted(places)
    assert len(places) > 10


def test_html_screens_are_html() -> None:
    """05 and 06 show a document of the ACS and nothing beside it; 06 may name an app."""
    assert parts_of(HTML, V231) == {"acsHTML": "M"}
    assert parts_of(HTML_OOB, V231) == {"oobAppURL": "C", "acsHTML": "M"}


@pytest.mark.parametrize("version", [V210, V220])
@pytest.mark.parametrize("ui", OLDER)
def test_older_screens(ui: UiType, version: Version) -> None:
    """2.1.0 and 2.2.0 have no boxes as objects, and their tables demand less."""
    parts = parts_of(ui, version)
    also = {"whitelistingInfoText"} if version is V220 else set()
    extra = {
        TEXT: {"resendInformationLabel"},
        OOB: {"challengeInfoLabel", "oobAppLabel", "oobAppURL"},
        HTML: {
            "challengeInfoLabel",
            "submitAuthenticationLabel",
            "resendInformationLabel",
            "acsHTMLRefresh",
        },
    }.get(ui, set())
    assert {name for name, letter in parts.items() if letter == "M"} == OLDER[ui]
    assert set(parts) == OLDER[ui] | OLDER_MAY | also | extra
    assert {name for name, letter in parts.items() if letter == "C"} == (
        set() if ui is HTML else {"issuerImage", "psImage"}
    )


@pytest.mark.parametrize("version", [V210, V220])
@pytest.mark.parametrize("ui", [HTML_OOB, INFO])
def test_older_versions_have_no_such_screens(ui: UiType, version: Version) -> None:
    """06 and 07 are of 2.3.1."""
    assert parts_of(ui, version) == {}


def test_screens_are_as_old_as_they_are() -> None:
    """The element table says the same of the codes."""
    table = BY_NAME["acsUiType"]
    assert {ui.value: ui.since for ui in UiType} == {
        code: table.codes_since.get(code, V210) for code in table.codes
    }


@pytest.mark.parametrize("version", Version)
def test_every_part_and_reply_is_an_element_of_its_message(version: Version) -> None:
    """F1: one name for one thing, and in the same versions."""
    for form, names in (
        (Form.CRES, [part.name for part in PARTS if part.since <= version <= part.until]),
        (Form.CREQ, [reply.name for reply in REPLIES if reply.since <= version <= reply.until]),
    ):
        known = elements_of(form, version, Channel.APP, Category.PAYMENT, Reading.LENIENT)
        assert set(names) <= set(known)


@pytest.mark.parametrize("given", [None, 1, "1", "08", "80", ["01"]])
def test_a_screen_of_no_listed_kind_has_no_kind(given: Json) -> None:
    """What a Directory Server defines for itself is its own affair, and nothing is held against it."""
    shown: dict[str, Json] = {"acsUiType": given, "challengeSelectInfo": []}
    assert ui_type(shown) is None
    assert parts_missing(shown, V231) == ()
    assert parts_unwanted({**shown, "acsHTML": "x"}, V231) == ()
    assert reply_misfits(shown, {"oobContinue": "01", "challengeNoEntry": "Y"}, V231) == ()


@pytest.mark.parametrize("empty", [None, "", [], {}])
def test_what_a_screen_lacks_is_named(empty: Json) -> None:
    """201; absent, null and empty are alike."""
    shown: dict[str, Json] = {
        "acsUiType": "02",
        "challengeInfoHeader": "Header",
        "challengeInfoText": empty,
        "challengeInfoLabel": "Label",
        "challengeSelectInfo": [{"1": "one"}],
    }
    assert parts_missing(shown, V231) == ("challengeInfoText", "submitAuthenticationLabel")
    assert parts_missing(shown, V220) == ("submitAuthenticationLabel",)


def test_what_a_screen_has_no_place_for_is_named() -> None:
    """203; what is there but empty is no part."""
    shown: dict[str, Json] = {
        "acsUiType": "02",
        "challengeEntryBox": {"challengeDataEntryLabel": "x"},
        "resendInformationLabel": "Again",
        "acsHTML": "",
        "oobAppURL": "https://bank.example",
        "challengeInfoHeader": "Header",
    }
    assert parts_unwanted(shown, V231) == (
        "challengeEntryBox",
        "oobAppURL",
        "resendInformationLabel",
    )


def test_a_part_of_another_version_has_no_place() -> None:
    """2.2.0 has no additional choice, and 2.3.1 no refreshed HTML."""
    assert parts_unwanted({"acsUiType": "01", "challengeAddLabel": "x"}, V220) == (
        "challengeAddLabel",
    )
    assert parts_unwanted({"acsUiType": "05", "acsHTMLRefresh": "x"}, V231) == ("acsHTMLRefresh",)
    assert parts_unwanted({"acsUiType": "05", "acsHTMLRefresh": "x"}, V220) == ()
    assert parts_unwanted({"acsUiType": "01", "whitelistingInfoText": "x"}, V210) == (
        "whitelistingInfoText",
    )


SOLE = {
    TEXT: ("challengeDataEntry", "challengeDataEntryTwo", "resendChallenge"),
    SINGLE: ("challengeDataEntry",),
    MULTI: ("challengeDataEntry",),
    OOB: ("oobContinue",),
    HTML: ("challengeHTMLDataEntry",),
    HTML_OOB: ("oobContinue", "challengeHTMLDataEntry"),
    INFO: ("infoContinueIndicator",),
}
TYPED = (TEXT, SINGLE, MULTI)


@pytest.mark.parametrize("ui", UiType)
def test_the_answers_that_each_screen_takes(ui: UiType) -> None:
    """Section 5.5, for 2.3.1."""
    native = ui not in (HTML, HTML_OOB)
    expected = {"challengeCancel", *SOLE[ui]}
    expected |= {"challengeNoEntry"} if ui in TYPED else set()
    expected |= {"oobAppStatus"} if ui in (OOB, HTML_OOB) else set()
    consents = {"challengeAddCode", "trustListDataEntry", "deviceBindingDataEntry"}
    expected |= consents if native else set()
    assert set(replies_to(ui, V231)) == expected


def test_the_answers_that_older_screens_take() -> None:
    """2.1.0 has no word for an empty field, and 2.2.0 its own for the trust list."""
    assert replies_to(TEXT, V210) == ("challengeCancel", "challengeDataEntry", "resendChallenge")
    assert replies_to(TEXT, V220) == (
        "challengeCancel",
        "challengeDataEntry",
        "challengeNoEntry",
        "resendChallenge",
        "whitelistingDataEntry",
    )
    assert replies_to(HTML, V220) == (
        "challengeCancel",
        "challengeHTMLDataEntry",
        "whitelistingDataEntry",
    )


SHOWN: dict[str, Json] = {
    "challengeEntryBoxTwo": {"challengeDataEntryLabel": "x"},
    "resendInformationLabel": "Again",
    "challengeAddLabel": "Otherwise",
    "oobAppURL": "https://bank.example/app",
    "trustListInfoText": "Trust?",
    "deviceBindingInfoText": "Bind?",
    "challengeSelectInfo": [{"a": "One"}, {"b": "Two"}, {"c": "Three"}],
}
SAID: dict[str, Json] = {
    "challengeCancel": "01",
    "challengeDataEntry": "a",
    "challengeDataEntryTwo": "b",
    "challengeNoEntry": "Y",
    "resendChallenge": "Y",
    "challengeAddCode": "Y",
    "oobContinue": "02",
    "oobAppStatus": "01",
    "challengeHTMLDataEntry": "a=b",
    "infoContinueIndicator": True,
    "trustListDataEntry": "Y",
    "deviceBindingDataEntry": "N",
}


def screen(ui: UiType, *without: str, **changes: Json) -> dict[str, Json]:
    """Give a screen that shows all that can be answered."""
    parts = {name: value for name, value in SHOWN.items() if name not in without}
    return {"acsUiType": ui.value, **parts, **changes}


def said(*names: str, **changes: Json) -> dict[str, Json]:
    return {**{name: SAID[name] for name in names}, **changes}


@pytest.mark.parametrize("ui", UiType)
@pytest.mark.parametrize("name", SAID)
def test_one_element_alone(ui: UiType, name: str) -> None:
    """An answer that the screen takes is right; any other is named; consent alone is no answer."""
    usual = {
        OOB: ("oobContinue",),
        HTML: ("challengeHTMLDataEntry",),
        HTML_OOB: ("oobContinue", "challengeHTMLDataEntry"),
        INFO: ("infoContinueIndicator",),
    }.get(ui, ("challengeDataEntry",))
    misfits = reply_misfits(screen(ui), said(name), V231)
    if name in ("trustListDataEntry", "deviceBindingDataEntry"):
        assert set(misfits) == set(usual)
    elif name in replies_to(ui, V231):
        assert misfits == ()
    else:
        assert misfits == (name,)


@pytest.mark.parametrize("ui", UiType)
def test_no_answer_at_all(ui: UiType) -> None:
    """The one that the screen is there for is named."""
    assert set(reply_misfits(screen(ui), {}, V231)) == set(SOLE[ui]) - {
        "challengeDataEntryTwo",
        "resendChallenge",
    }


@pytest.mark.parametrize("version", [V210, V220])
@pytest.mark.parametrize("ui", TYPED)
def test_before_231_an_empty_field_may_go_unmentioned(ui: UiType, version: Version) -> None:
    """Custom of older SDKs: the ACS asks again (section 5.5)."""
    assert reply_misfits(screen(ui), {}, version) == ()
    assert reply_misfits(screen(ui), {"challengeDataEntry": ""}, version) == ()
    assert reply_misfits(screen(ui), {"resendChallenge": "N"}, version) == ()


@pytest.mark.parametrize("version", [V210, V220])
@pytest.mark.parametrize(("ui", "missed"), [(OOB, "oobContinue"), (HTML, "challengeHTMLDataEntry")])
def test_other_screens_always_want_an_answer(ui: UiType, missed: str, version: Version) -> None:
    """There is no field that could be empty."""
    assert reply_misfits(screen(ui), {}, version) == (missed,)


@pytest.mark.parametrize(
    ("ui", "name", "shown"),
    [
        (TEXT, "challengeDataEntryTwo", "challengeEntryBoxTwo"),
        (TEXT, "resendChallenge", "resendInformationLabel"),
        (TEXT, "challengeAddCode", "challengeAddLabel"),
        (OOB, "challengeAddCode", "challengeAddLabel"),
        (OOB, "oobAppStatus", "oobAppURL"),
        (HTML_OOB, "oobAppStatus", "oobAppURL"),
    ],
)
def test_what_was_not_shown_cannot_be_answered(ui: UiType, name: str, shown: str) -> None:
    """A button that was not there was not pressed."""
    assert reply_misfits(screen(ui, shown), said(name), V231) == (name,)
    assert reply_misfits(screen(ui), said(name), V231) == ()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("trustListDataEntry", "trustListInfoText"),
        ("deviceBindingDataEntry", "deviceBindingInfoText"),
    ],
)
def test_consent_that_was_not_asked_for_is_named(name: str, shown: str) -> None:
    """Section 2.7: beside the answer, and only when asked."""
    reply = said("challengeDataEntry", name)
    assert reply_misfits(screen(TEXT, shown), reply, V231) == (name,)
    assert reply_misfits(screen(TEXT), reply, V231) == ()


def test_whitelisting_is_answered_in_220_only() -> None:
    """The older name of the trust list."""
    shown = screen(TEXT, whitelistingInfoText="Trust?")
    reply = {"challengeDataEntry": "1", "whitelistingDataEntry": "N"}
    assert reply_misfits(shown, reply, V220) == ()
    assert reply_misfits(shown, reply, V231) == ("whitelistingDataEntry",)
    assert reply_misfits(shown, reply, V210) == ("whitelistingDataEntry",)


@pytest.mark.parametrize(
    "names",
    [
        ("challengeCancel", "resendChallenge"),
        ("challengeCancel", "challengeDataEntry"),
        ("challengeDataEntry", "challengeNoEntry"),
        ("challengeDataEntryTwo", "challengeNoEntry"),
        ("challengeDataEntry", "challengeDataEntryTwo", "resendChallenge"),
        ("challengeNoEntry", "resendChallenge", "challengeAddCode"),
    ],
)
def test_two_answers_at_once_are_both_named(names: tuple[str, ...]) -> None:
    """203 with all of them, in the order of the table."""
    assert reply_misfits(screen(TEXT), said(*reversed(names)), V231) == names


def test_two_answers_are_named_before_those_that_do_not_fit() -> None:
    """challengeCancel,resendChallenge where nothing was to be resent (vectors: CReq combination)."""
    reply = said("challengeCancel", "resendChallenge")
    shown = screen(TEXT, "resendInformationLabel")
    assert reply_misfits(shown, reply, V220) == ("challengeCancel", "resendChallenge")


def test_two_boxes_are_one_answer() -> None:
    """Both, or the second alone."""
    assert (
        reply_misfits(screen(TEXT), said("challengeDataEntry", "challengeDataEntryTwo"), V231) == ()
    )
    assert reply_misfits(screen(TEXT), said("challengeDataEntryTwo"), V231) == ()


@pytest.mark.parametrize(
    ("reply", "misfits"),
    [
        ({"oobContinue": "02"}, ()),
        ({"challengeHTMLDataEntry": "a=b"}, ()),
        ({"oobContinue": "01", "challengeHTMLDataEntry": "a=b"}, ()),
        ({"oobContinue": "01"}, ("challengeHTMLDataEntry", "oobContinue")),
        (
            {"oobContinue": "02", "challengeHTMLDataEntry": "a=b"},
            ("oobContinue", "challengeHTMLDataEntry"),
        ),
        ({"oobContinue": "02", "challengeCancel": "01"}, ("challengeCancel", "oobContinue")),
        ({"oobAppStatus": "01"}, ()),
        ({"oobContinue": "02", "oobAppStatus": "01"}, ()),
    ],
)
def test_a_html_oob_screen_is_answered_by_its_form_or_by_coming_back(
    reply: Mapping[str, Json], misfits: tuple[str, ...]
) -> None:
    """06: the form, with or without "pressed"; or the return to the app by itself."""
    assert reply_misfits(screen(HTML_OOB), reply, V231) == misfits


def test_pressed_is_an_answer_on_a_native_oob_screen() -> None:
    """04 has a button for it, and older versions a boolean."""
    assert reply_misfits(screen(OOB), {"oobContinue": "01"}, V231) == ()
    assert reply_misfits(screen(OOB), {"oobContinue": True}, V220) == ()
    both = {"oobContinue": "01", "challengeAddCode": "Y"}
    assert reply_misfits(screen(OOB), both, V231) == ("challengeAddCode", "oobContinue")


@pytest.mark.parametrize(
    ("ui", "entry", "fits"),
    [
        (SINGLE, "a", True),
        (SINGLE, "c", True),
        (SINGLE, "d", False),
        (SINGLE, "a,b", False),
        (MULTI, "a", True),
        (MULTI, "b,a", True),
        (MULTI, "a,b,c", True),
        (MULTI, "a,d", False),
        (MULTI, "a,a", False),
        (MULTI, "a,", False),
        (TEXT, "anything, at all", True),
    ],
)
def test_only_offered_codes_can_be_chosen(ui: UiType, entry: str, *, fits: bool) -> None:
    """One for 02, several for 03, none twice."""
    expected = () if fits else ("challengeDataEntry",)
    assert reply_misfits(screen(ui), {"challengeDataEntry": entry}, V231) == expected


def test_a_code_with_a_comma_can_be_the_single_choice() -> None:
    """Before 2.3.1 codes are free texts; only 03 splits."""
    shown = screen(SINGLE, challengeSelectInfo=[{"a,b": "Both"}])
    assert reply_misfits(shown, {"challengeDataEntry": "a,b"}, V220) == ()
    assert chosen_codes(SINGLE, "a,b") == ("a,b",)
    assert chosen_codes(MULTI, "a,b") == ("a", "b")


def test_choices_are_listed_in_the_order_of_the_screen() -> None:
    """What is no list of pairs offers nothing."""
    assert offered_codes(SHOWN) == ("a", "b", "c")
    assert offered_codes({"challengeSelectInfo": ["a", {"b": "B"}]}) == ("b",)
    assert offered_codes({"challengeSelectInfo": "a"}) == ()
    assert offered_codes({}) == ()


def test_the_first_creq_answers_nothing_but_may_cancel() -> None:
    """Nothing was shown yet."""
    assert reply_misfits(None, {}, V231) == ()
    assert reply_misfits(None, said("challengeCancel"), V231) == ()
    assert reply_misfits(None, said("oobContinue", "challengeDataEntry"), V231) == (
        "challengeDataEntry",
        "oobContinue",
    )


REPLY = st.dictionaries(
    st.sampled_from([reply.name for reply in REPLIES]),
    st.sampled_from(["", "Y", "N", "01", "02", "a", "a,b", True, None]),
)
SCREEN = st.builds(
    lambda ui, parts: {**({"acsUiType": ui} if ui else {}), **parts},
    st.sampled_from([None, *(ui.value for ui in UiType)]),
    st.dictionaries(
        st.sampled_from(list(SHOWN)), st.sampled_from(["x", "", [{"a": "A"}], {"b": "B"}])
    ),
)


@settings(max_examples=300)
@given(shown=SCREEN | st.none(), reply=REPLY, version=st.sampled_from(Version))
def test_misfits_are_named_once_in_one_order_and_exist(
    shown: dict[str, Json] | None, reply: dict[str, Json], version: Version
) -> None:
    """Whatever is said to whatever screen: element names, each once, all of them of a CReq."""
    misfits = reply_misfits(shown, reply, version)
    assert len(set(misfits)) == len(misfits)
    assert set(misfits) <= {each.name for each in REPLIES}


@settings(max_examples=300)
@given(shown=SCREEN, reply=REPLY, version=st.sampled_from(Version))
def test_a_fitting_answer_says_one_thing(
    shown: dict[str, Json], reply: dict[str, Json], version: Version
) -> None:
    """What passes holds no two of cancel, resend, nothing entered and additional choice."""
    if ui_type(shown) is None or reply_misfits(shown, reply, version):
        return
    buttons = ("challengeCancel", "resendChallenge", "challengeNoEntry", "challengeAddCode")
    pressed = [name for name in buttons if reply.get(name) not in (None, "")]
    pressed = [name for name in pressed if (name, reply[name]) != ("resendChallenge", "N")]
    assert len(pressed) <= 1
