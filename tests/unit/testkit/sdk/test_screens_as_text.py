"""What a person at a terminal sees of a screen, and what their words come to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.secret import Secret
from sekisho.protocol import (
    Category,
    Channel,
    Component,
    Json,
    Message,
    MessageType,
    Version,
    build,
)
from sekisho.protocol.elements.screens import UiType
from sekisho.protocol.forms import base64url
from sekisho.protocol.states.screens import (
    AdditionalChosen,
    Answered,
    Chosen,
    HtmlSubmitted,
    NothingEntered,
    ResendWanted,
    TextEntered,
)
from sekisho.testkit.sdk import (
    NotUnderstood,
    Reply,
    Touch,
    move_of,
    read_screen,
    screen_text,
)
from sekisho.testkit.sdk.html_form import read_form
from tests.unit.testkit.sdk.scripted_acs import ACS_ID, FORM, SDK_ID, SERVER_ID, screen


def cres(ui: str, version: Version = Version.V231, **changes: Json) -> Message:
    return build(
        MessageType.CRES,
        version,
        {
            "threeDSServerTransID": SERVER_ID,
            "acsTransID": ACS_ID,
            "sdkTransID": SDK_ID,
            "acsCounterAtoS": "000",
            "challengeCompletionInd": "N",
            **screen(ui, version, **changes),
        },
        sender=Component.ACS,
        channel=Channel.APP,
        category=Category.PAYMENT,
        fit=True,
    )


def drawn(ui: str, version: Version = Version.V231, **changes: Json) -> str:
    return screen_text(read_screen(cres(ui, version, **changes)))


def test_a_screen_shows_everything_that_the_bank_has_put_on_it() -> None:
    """F2: text, boxes, toggles, buttons, what can be unfolded, in upright order."""
    text = drawn(
        "01",
        challengeInfoTextIndicator="Y",
        challengeEntryBoxTwo={
            "challengeDataEntryLabel": "Password",
            "challengeDataEntryMasking": "Y",
            "challengeDataEntryToggle": "Y",
        },
        resendInformationLabel="Send again",
        challengeAddLabel="Another way",
        trustListInfoText="Trust this shop",
        deviceBindingInfoText="Remember this phone",
        whyInfoLabel="Why am I asked?",
        whyInfoText="Because",
        expandInfoLabel="Help",
        expandInfoText="Call us",
        issuerImage={"default": "https://bank.example/i.png"},
    )
    wanted = [
        "[ Cancel ]",
        "(https://bank.example/i.png)",
        "Confirm your payment",
        "⚠ 14,500 JPY at Tea & Tins",
        "Code: [",
        "Password: [",
        "hidden",
        "[ Go on ]",
        "[ Send again ]   :resend",
        "[ Another way ]   :other",
        "( ) Trust this shop",
        "( ) Remember this phone",
        "Why am I asked?",
        "Help",
    ]
    places = [text.index(part) for part in wanted]
    assert places == sorted(places)


def test_toggles_rise_above_the_buttons_where_the_bank_wants_them() -> None:
    """Section 5.6: togglePositionInd 01."""
    text = drawn("01", trustListInfoText="Trust this shop", togglePositionInd="01")
    assert text.index("Trust this shop") < text.index("[ Go on ]")


@pytest.mark.parametrize("ui", [ui.value for ui in UiType])
@pytest.mark.parametrize("version", list(Version))
def test_every_kind_of_screen_is_drawn(ui: str, version: Version) -> None:
    """F2: all seven, each with its text and what can be done."""
    if UiType(ui).since > version:
        return
    text = drawn(ui, version)
    assert ("Your code, please." if ui in ("05", "06") else "14,500 JPY at Tea & Tins") in text
    assert "E-mail" in text if ui in ("02", "03") else "E-mail" not in text
    assert "color:red" not in text


def test_a_bank_cannot_move_the_cursor() -> None:
    """A terminal obeys what it is shown: escape sequences are shown as what they are, nothing."""
    text = drawn("07", challengeInfoText="before\x1b[2Jafter")
    assert "\x1b" not in text
    assert "before" in text


def test_words_become_answers() -> None:
    """What each screen is there for, and the buttons beside it."""
    text = read_screen(cres("01", resendInformationLabel="Again", challengeAddLabel="Other"))
    listed, both = read_screen(cres("02")), read_screen(cres("03"))
    for shown, words, answer in (
        (text, "1234", TextEntered(entry=Secret("1234"), second=None)),
        (text, "", NothingEntered()),
        (text, ":resend", ResendWanted()),
        (text, ":other", AdditionalChosen()),
        (listed, "1", Chosen(("sms",))),
        (listed, "mail", Chosen(("mail",))),
        (both, "1, mail", Chosen(("sms", "mail"))),
        (listed, "", NothingEntered()),
    ):
        assert move_of(shown, words) == Reply(answered=Answered(answer=answer))
    assert move_of(text, ":cancel") is Touch.CANCEL


@pytest.mark.parametrize(
    ("ui", "words"),
    [
        ("01", ":resend"),
        ("01", ":dance"),
        ("02", "3"),
        ("02", "1,2"),
        ("05", ":open"),
        ("04", ":open"),
    ],
)
def test_words_that_fit_no_button_are_not_sent(ui: str, words: str) -> None:
    """The person is told what would fit, and the bank hears nothing."""
    with pytest.raises(NotUnderstood):
        move_of(read_screen(cres(ui)), words)


def test_a_form_is_filled_in_by_name_or_by_its_one_field() -> None:
    """Section 5.6: the query that a browser would send, hidden fields first."""
    shown = read_screen(cres("05"))
    for words in ("12 34", "code=12 34"):
        move = move_of(shown, words)
        assert move == Reply(
            answered=Answered(answer=HtmlSubmitted(query=Secret("turn=1&code=12+34")))
        )
    two = FORM.replace(
        '<input name="code">',
        '<input name="a"><input name="c"><input type="radio" name="b" value="x">',
    )
    shown = read_screen(cres("05", acsHTML=base64url(two.encode())))
    assert "1. b=x" in screen_text(shown)
    with pytest.raises(NotUnderstood):
        move_of(shown, "z=1")
    move = move_of(shown, "a=1&b=x")
    assert move == Reply(answered=Answered(answer=HtmlSubmitted(query=Secret("turn=1&a=1&b=x"))))


def test_a_document_that_is_not_self_contained_is_named() -> None:
    """Section 5.6: nothing from outside, GET, to the address that the SDK catches."""
    bad = (
        '<form action="https://evil.example" method="post"><input name="code"></form>'
        '<img src="https://evil.example/x.png"><img src="data:image/png;base64,AA==">'
    )
    assert len(read_form(bad).faults) == 3
    assert not read_form(FORM).faults
    assert read_form("<p>nothing</p>").faults
    away = read_form('<a href="https://emv3ds/openoobapp">go</a>')
    assert away.opens_app
    assert not away.faults


@given(st.text())
def test_any_document_is_read(document: str) -> None:
    """Whatever the text: a form, or what is wrong with it."""
    read_form(document).query([])
