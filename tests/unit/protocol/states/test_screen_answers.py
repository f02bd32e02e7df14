"""What a CReq answered, and how an answer is said: the same thing from both ends."""

import pytest

from sekisho.kernel.secret import Secret
from sekisho.protocol import ErrorCode, Json, MessageType, ProtocolFault, Version
from sekisho.protocol.elements.screens import reply_misfits
from sekisho.protocol.states.screens import (
    AdditionalChosen,
    Answer,
    Answered,
    Cancelled,
    Chosen,
    HtmlSubmitted,
    InfoContinued,
    NothingEntered,
    OobAppFailed,
    OobContinued,
    Opened,
    ResendWanted,
    TextEntered,
    Unlisted,
    answer_to,
    spoken,
)
from sekisho.testkit.samples import ACS_ID, SDK_ID, SERVER_ID
from tests.unit.protocol.states.app_messages import creq, cres
from tests.unit.protocol.states.transactions import message

V210, V220, V231 = Version
TWO_BOXES: dict[str, Json] = {"challengeEntryBoxTwo": {"challengeDataEntryLabel": "PIN"}}
ALSO: dict[str, Json] = {
    "challengeAddLabel": "Otherwise",
    "trustListInfoText": "Trust?",
    "deviceBindingInfoText": "Bind?",
}
APP: dict[str, Json] = {"oobAppURL": "https://bank.example/app", "oobAppLabel": "Open"}


def text(entry: str | None, second: str | None = None) -> TextEntered:
    return TextEntered(
        entry=None if entry is None else Secret(entry),
        second=None if second is None else Secret(second),
    )


ANSWERS: list[tuple[str, Version, dict[str, Json], Answer, dict[str, Json]]] = [
    ("01", V210, {}, text("123456"), {"challengeDataEntry": "123456"}),
    ("01", V231, {}, text("123456"), {"challengeDataEntry": "123456"}),
    (
        "01",
        V231,
        TWO_BOXES,
        text("1", "2"),
        {"challengeDataEntry": "1", "challengeDataEntryTwo": "2"},
    ),
    ("01", V231, TWO_BOXES, text(None, "2"), {"challengeDataEntryTwo": "2"}),
    ("01", V210, {}, NothingEntered(), {}),
    ("01", V220, {}, NothingEntered(), {"challengeNoEntry": "Y"}),
    ("02", V231, {}, NothingEntered(), {"challengeNoEntry": "Y"}),
    ("01", V220, {"resendInformationLabel": "Again"}, ResendWanted(), {"resendChallenge": "Y"}),
    ("01", V231, {"resendInformationLabel": "Again"}, ResendWanted(), {"resendChallenge": "Y"}),
    ("02", V210, {}, Chosen(("mail",)), {"challengeDataEntry": "mail"}),
    ("03", V231, {}, Chosen(("sms", "call")), {"challengeDataEntry": "sms,call"}),
    ("03", V220, {}, Chosen(("call",)), {"challengeDataEntry": "call"}),
    ("04", V210, {}, OobContinued(automatic=False), {"oobContinue": True}),
    ("04", V220, {}, OobContinued(automatic=False), {"oobContinue": True}),
    ("04", V231, {}, OobContinued(automatic=False), {"oobContinue": "01"}),
    ("04", V231, {}, OobContinued(automatic=True), {"oobContinue": "02"}),
    ("06", V231, {}, OobContinued(automatic=True), {"oobContinue": "02"}),
    ("04", V231, ALSO, AdditionalChosen(), {"challengeAddCode": "Y"}),
    ("07", V231, ALSO, AdditionalChosen(), {"challengeAddCode": "Y"}),
    (
        "05",
        V220,
        {},
        HtmlSubmitted(query=Secret("code=1&go=")),
        {"challengeHTMLDataEntry": "code=1&go="},
    ),
    ("06", V231, {}, HtmlSubmitted(query=Secret("a=b")), {"challengeHTMLDataEntry": "a=b"}),
    ("07", V231, {}, InfoContinued(), {"infoContinueIndicator": True}),
    ("05", V231, {}, Cancelled("01"), {"challengeCancel": "01"}),
    ("01", V210, {}, Cancelled("08"), {"challengeCancel": "08"}),
]


@pytest.mark.parametrize(("ui", "version", "also", "answer", "said"), ANSWERS)
def test_an_answer_is_read_as_it_was_said(
    ui: str, version: Version, also: dict[str, Json], answer: Answer, said: dict[str, Json]
) -> None:
    """A1: every answer of section 5.5, to its screen, in its version."""
    screen = cres(0, ui, version, **also)
    assert answer_to(screen, creq(1, version, **said)) == Answered(answer=answer)


@pytest.mark.parametrize(("ui", "version", "also", "answer", "said"), ANSWERS)
def test_an_answer_is_said_as_it_is_read(
    ui: str, version: Version, also: dict[str, Json], answer: Answer, said: dict[str, Json]
) -> None:
    """The SDK's half; before 2.2.0 an empty field has no word."""
    answered = Answered(answer=answer)
    words = spoken(answered, version)
    assert words == said
    assert answer_to(cres(0, ui, version, **also), creq(1, version, **words)) == answered


@pytest.mark.parametrize("trusts", [None, True, False])
@pytest.mark.parametrize("binds", [None, True, False])
def test_consent_stands_beside_an_answer(*, trusts: bool | None, binds: bool | None) -> None:
    """Section 2.7: asked, given, refused, or not asked at all."""
    also = {
        **({} if trusts is None else {"trustListInfoText": "Trust?"}),
        **({} if binds is None else {"deviceBindingInfoText": "Bind?"}),
    }
    answered = Answered(answer=text("1"), trusts=trusts, binds=binds)
    words = spoken(answered, V231)
    assert answer_to(cres(0, **also), creq(1, **words)) == answered
    assert reply_misfits(cres(0, **also).elements, words, V231) == ()


@pytest.mark.parametrize("trusts", [True, False])
def test_consent_has_another_name_in_220(*, trusts: bool) -> None:
    """whitelistingDataEntry there, trustListDataEntry since 2.3.1."""
    answered = Answered(answer=text("1"), trusts=trusts)
    screen = cres(0, "01", V220, whitelistingInfoText="Trust?")
    words = spoken(answered, V220)
    word = "Y" if trusts else "N"
    assert words == {"challengeDataEntry": "1", "whitelistingDataEntry": word}
    assert answer_to(screen, creq(1, V220, **words)) == answered


def test_what_a_version_cannot_say_is_not_said_otherwise() -> None:
    """An additional choice in 2.2.0 must not become an empty field."""
    words = spoken(Answered(answer=AdditionalChosen(), binds=True), V220)
    assert words == {"challengeAddCode": "Y", "deviceBindingDataEntry": "Y"}
    assert reply_misfits(cres(0, "01", V220).elements, words, V220) == (
        "challengeAddCode",
        "deviceBindingDataEntry",
    )


def test_an_app_that_cannot_be_opened_is_told_alone_or_beside() -> None:
    """oobAppStatus 01: an answer by itself, or the reason of another."""
    screen = cres(0, "04", **APP)
    alone = answer_to(screen, creq(1, oobAppStatus="01"))
    assert alone == Answered(answer=OobAppFailed(), oob_app_failed=True)
    beside = answer_to(screen, creq(1, oobAppStatus="01", oobContinue="01"))
    assert beside == Answered(answer=OobContinued(automatic=False), oob_app_failed=True)
    assert spoken(alone, V231) == {"oobAppStatus": "01"}
    assert spoken(Answered(answer=OobAppFailed()), V231) == {"oobAppStatus": "01"}
    assert spoken(beside, V231) == {"oobAppStatus": "01", "oobContinue": "01"}
    assert "oobAppStatus" not in spoken(Answered(answer=InfoContinued()), V231)


def test_the_first_creq_opens_or_cancels() -> None:
    """There is no screen yet."""
    assert answer_to(None, creq(0)) == Answered(answer=Opened())
    assert answer_to(None, creq(0, challengeCancel="08")) == Answered(answer=Cancelled("08"))
    assert spoken(Answered(answer=Opened()), V231) == {}


def test_an_answer_to_a_directory_servers_own_screen_is_left_to_the_room() -> None:
    """acsUiType 80 to 99 mean what that scheme says."""
    screen = message(MessageType.CRES, V231, acsUiType="80")
    assert answer_to(screen, creq(1, oobContinue="01")) == Answered(answer=Unlisted())
    assert spoken(Answered(answer=Unlisted()), V231) == {}


def test_a_misfit_is_203_with_every_name_and_the_ids() -> None:
    """The Erro says which elements, and of which transaction."""
    said = creq(1, oobContinue="01")
    with pytest.raises(ProtocolFault) as caught:
        answer_to(cres(0), said)
    fault = caught.value
    assert (fault.error_code, fault.elements) == (ErrorCode.FORMAT_INVALID, ("oobContinue",))
    assert (fault.message_type, fault.version) == (MessageType.CREQ, "2.3.1")
    assert fault.ids == {
        "threeDSServerTransID": SERVER_ID,
        "acsTransID": ACS_ID,
        "sdkTransID": SDK_ID,
    }


def test_an_older_sdk_may_say_that_nothing_is_to_be_resent() -> None:
    """resendChallenge N beside the code, in 2.1.0 and 2.2.0."""
    screen = cres(0, "01", V210, resendInformationLabel="Again")
    said = creq(1, V210, challengeDataEntry="1", resendChallenge="N")
    assert answer_to(screen, said) == Answered(answer=text("1"))


def test_the_fields_of_a_form_are_read_once_each() -> None:
    """Percent, plus and empty values; of a field that comes twice, the first."""
    form = HtmlSubmitted(query=Secret("code=12%2034&hint=&name=a+b&code=99&lonely"))
    assert form.fields() == {"code": "12 34", "hint": "", "name": "a b", "lonely": ""}


@pytest.mark.parametrize("query", ["", "&&&", "=", "%", "%ff=%zz", "a" * 256, "&".join("abc" * 60)])
def test_no_form_is_too_strange_to_be_read(query: str) -> None:
    """Whoever writes the page and whatever an SDK makes of it: fields or none."""
    fields = HtmlSubmitted(query=Secret(query)).fields()
    assert all(isinstance(value, str) for value in fields.values())


def test_what_was_typed_does_not_print() -> None:
    """A log of events must not hold passwords (F1: secrets cannot print)."""
    shown = repr((text("hunter2", "hunter3"), HtmlSubmitted(query=Secret("code=hunter4"))))
    assert "hunter" not in shown
