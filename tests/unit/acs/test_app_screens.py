"""Every way of asking on every kind of screen: version by version, under both encryptions."""

from dataclasses import dataclass, replace
from itertools import product

import pytest

from sekisho.issuer.acs.model import ChallengeKind as Kind
from sekisho.issuer.acs.model import Outcome as Answer
from sekisho.issuer.acs.model import Verdict
from sekisho.protocol import Version
from sekisho.protocol.elements.screens import UiType
from sekisho.protocol.jose import Enc
from sekisho.protocol.states.sdk_challenge_events import Outcome
from sekisho.testkit.sdk import (
    HTML,
    NATIVE,
    Consent,
    Deed,
    Ended,
    OpenApp,
    Sdk,
    SplitServer,
    screen_text,
)

from .app_bench import (
    SIGNER,
    Decided,
    SiteRoad,
    app_bench,
    asks,
    authenticate,
    play,
    results,
    talk,
)
from .conftest import APP_CODE, PASSWORD, KnownCard

DONE = Ended(outcome=Outcome.COMPLETED, trans_status="Y")
BOTH = list(product(Version, Enc))


@dataclass
class Approving(SiteRoad):
    """A road beside which the cardholder answers every prompt of the bank's app."""

    approved: bool = True

    async def post(self, url: str, body: bytes, *, content_type: str, request_id: str) -> bytes:
        for prompt in self.bench.bank.prompts:
            await self.bench.acs.prompts.answered(prompt.prompt_id, approved=self.approved)
        return await super().post(url, body, content_type=content_type, request_id=request_id)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A way of asking, its screens, and what the right answer is."""

    kind: Kind
    newest: str
    older: str
    method: str
    right: str = ""
    wrong: str | None = None
    html: str = "05"

    def ui(self, version: Version) -> str:
        return self.newest if version >= Version.V231 else self.older


ROWS = (
    Row(kind=Kind.STATIC_PASSWORD, newest="01", older="01", method="01", right=PASSWORD, wrong="x"),
    Row(kind=Kind.APP_CODE, newest="01", older="01", method="04", right=APP_CODE, wrong="000000"),
    Row(kind=Kind.SINGLE_SELECT, newest="02", older="02", method="06", right="b", wrong="a"),
    Row(kind=Kind.MULTI_SELECT, newest="03", older="03", method="06", right="a,c", wrong="a,b"),
    Row(kind=Kind.OUT_OF_BAND, newest="04", older="04", method="09", html="06"),
    Row(kind=Kind.INFORMATION, newest="07", older="04", method="10"),
)


EVERY = [
    pytest.param(row, version, enc, id=f"{row.kind.name}-{version.value}-{enc.value}")
    for row, (version, enc) in product(ROWS, BOTH)
]


def words_for(row: Row, words: str) -> str:
    """Say it as a form takes it: choices by their numbers."""
    if row.kind in (Kind.SINGLE_SELECT, Kind.MULTI_SELECT):
        return ",".join(str("abc".index(code) + 1) for code in words.split(","))
    return words


@pytest.mark.parametrize(("row", "version", "enc"), EVERY)
async def test_every_way_of_asking_has_its_native_screen(
    row: Row, version: Version, enc: Enc
) -> None:
    """A4, F2: 01, 02, 03, 04 and 07; a wrong answer is asked again, the right one passes."""
    bench = app_bench(asks(row.kind))
    begun = await authenticate(bench, version, Sdk(enc=enc))
    said = iter([row.wrong] if row.wrong is not None else [])
    talked = await play(bench, begun, lambda _: next(said, row.right), road=Approving(bench))
    assert talked.ended == DONE
    assert talked.uis == [row.ui(version)] * (1 if row.wrong is None else 2)
    (result,) = results(bench)
    assert result["transStatus"] == "Y"
    rendering = begun.ares["acsRenderingType"]
    assert isinstance(rendering, dict)
    assert (rendering["acsInterface"], rendering["acsUiTemplate"]) == ("01", row.ui(version))
    if version >= Version.V231:
        assert begun.ares["authenticationMethod"] == [row.method]


@pytest.mark.parametrize(("row", "version", "enc"), EVERY)
async def test_every_way_of_asking_can_be_html(row: Row, version: Version, enc: Enc) -> None:
    """Section 5.6: 05, and 06 for an approval elsewhere since 2.3.1; sound documents, same answers."""
    bench = app_bench(asks(row.kind, html=True))
    begun = await authenticate(bench, version, Sdk(enc=enc, interface=HTML))
    said = iter([row.wrong] if row.wrong is not None else [])
    talked = await play(
        bench,
        begun,
        lambda _: words_for(row, next(said, row.right)),
        road=Approving(bench),
    )
    assert talked.ended == DONE
    ui = row.html if version >= Version.V231 else "05"
    assert set(talked.uis) == {ui}
    for screen in talked.cardholder.screens:
        assert screen.form is not None
        assert screen.form.faults == ()
        assert "Tea and Tins" in screen.form.text


@pytest.mark.parametrize("version", list(Version))
async def test_what_was_denied_in_the_banks_app_is_rejected(version: Version) -> None:
    """F2: the cardholder says that it was somebody else; nothing more is asked."""
    bench = app_bench(asks(Kind.OUT_OF_BAND))
    begun = await authenticate(bench, version)
    talked = await play(bench, begun, lambda _: "", road=Approving(bench, approved=False))
    assert talked.ended == Ended(outcome=Outcome.COMPLETED, trans_status="N")
    assert results(bench)[0]["transStatus"] == "R"


async def test_who_comes_back_without_an_approval_is_told_so() -> None:
    """Section 2.6: the same screen with a notice; the number to be matched stands on it."""
    bench = app_bench(asks(Kind.OUT_OF_BAND))
    begun = await authenticate(bench, Version.V231)
    words = iter([":continue", ":cancel"])
    talked = await play(bench, begun, lambda _: next(words))
    assert talked.ended.outcome is Outcome.CANCELLED
    first, second = talked.cardholder.screens
    (prompt,) = bench.bank.prompts
    assert f"number {prompt.number}" in first.text
    assert "has not heard from your app" in second.text


async def test_the_banks_app_is_offered_where_the_device_can_open_it() -> None:
    """Section 2.6, 2.3.1: oobAppURL and its label, if the first CReq says that it can."""
    bench = app_bench(asks(Kind.OUT_OF_BAND), oob_app_url="https://bank.example/app")
    begun = await authenticate(bench, Version.V231, Sdk(opens_apps=True), number=1)
    words = iter([":open", ":return"])
    talked = await play(bench, begun, lambda _: next(words), road=Approving(bench))
    assert OpenApp(url="https://bank.example/app") in talked.cardholder.saw
    assert talked.ended == DONE
    begun = await authenticate(bench, Version.V231, number=2)
    talked = await play(bench, begun, lambda _: "", road=Approving(bench))
    assert Deed.OPEN_APP not in talked.cardholder.screens[0].buttons


async def test_an_app_that_did_not_open_is_no_approval() -> None:
    """Section 2.6, 2.3.1: oobAppStatus 01; the cardholder is asked on."""
    bench = app_bench(asks(Kind.OUT_OF_BAND), oob_app_url="https://bank.example/app")
    words = iter([":failed", ":cancel"])
    talked = await talk(bench, lambda _: next(words), sdk=Sdk(opens_apps=True))
    assert talked.uis == ["04", "04"]


async def test_another_way_can_be_taken() -> None:
    """B5: challengeAddLabel; a password instead of a code, with its own box, hidden."""
    bench = app_bench()
    words = iter([":other", PASSWORD])
    talked = await talk(bench, lambda _: next(words))
    assert talked.ended == DONE
    first, second = talked.cardholder.screens
    assert first.boxes[0].numeric
    assert second.boxes[0].masked
    assert Deed.OTHER in second.buttons


async def test_another_way_can_be_taken_in_html() -> None:
    """The same by a button of the form."""
    bench = app_bench(asks(html=True))
    words = iter(["press=other", PASSWORD])
    talked = await talk(bench, lambda _: next(words))
    assert talked.ended == DONE
    assert talked.uis == ["05", "05"]


@pytest.mark.parametrize("version", list(Version))
async def test_a_passkey_has_no_screen_in_an_app(version: Version) -> None:
    """An SDK has no passkeys: the bank's app approves instead, or a code where there is none."""
    bench = app_bench(asks(Kind.PASSKEY))
    begun = await authenticate(bench, version, number=1)
    assert (await play(bench, begun, lambda _: "", road=Approving(bench))).uis == ["04"]
    bench.bank.card = replace(KnownCard(), methods=("passkey",))
    begun = await authenticate(bench, version, number=2)
    talked = await play(bench, begun, lambda _: bench.bank.last_code)
    assert talked.uis == ["01"]


async def test_what_a_device_cannot_show_is_asked_otherwise() -> None:
    """acsRenderingType follows deviceRenderOptions: another way, before U."""
    bench = app_bench(asks(Kind.SINGLE_SELECT))
    sdk = Sdk(interface=NATIVE, ui_types=(UiType.TEXT, UiType.OOB))
    talked = await talk(bench, lambda _: bench.bank.last_code, sdk=sdk)
    assert talked.uis == ["01"]
    assert talked.ended == DONE


async def test_a_limited_device_is_asked_for_no_password_and_no_question() -> None:
    """Section 2.9: a split SDK with limitedInd; authenticationMethod 01 and 06 are not for it."""
    server = SplitServer(server_id="split-1", signer=SIGNER, limited=True)
    for kind in (Kind.STATIC_PASSWORD, Kind.SINGLE_SELECT):
        bench = app_bench(asks(kind))
        talked = await talk(bench, lambda _: bench.bank.last_code, sdk=Sdk(split=server))  # noqa: B023 - played at once
        assert talked.uis == ["01"]
        assert talked.begun.ares["authenticationMethod"] == ["02"]
        assert Deed.OTHER not in talked.cardholder.screens[0].buttons


async def test_an_sdk_that_names_its_methods_is_asked_by_one_of_them() -> None:
    """deviceRenderOptions.sdkAuthenticationType, 2.3.1."""
    bench = app_bench(asks(Kind.STATIC_PASSWORD))
    sdk = Sdk(authentication_types=("02", "09"))
    talked = await talk(bench, lambda _: bench.bank.last_code, sdk=sdk)
    assert talked.begun.ares["authenticationMethod"] == ["02"]


@pytest.mark.parametrize("version", [Version.V220, Version.V231])
async def test_the_trust_list_is_offered_as_a_toggle(version: Version) -> None:
    """Section 2.7: whitelistingInfoText in 2.2.0, trustListInfoText since; the answer is kept."""
    verdict = Verdict(
        outcome=Answer.CHALLENGE, kind=Kind.ONE_TIME_CODE, offers_trust=True, offers_binding=True
    )
    bench = app_bench(Decided(verdict))
    talked = await talk(bench, lambda _: f"{bench.bank.last_code} +trust", version=version)
    assert talked.ended == DONE
    shown = talked.cardholder.screens[0].consents
    assert set(shown) == set(Consent) if version >= Version.V231 else set(shown) == {Consent.TRUST}
    record = await bench.authentications.get(talked.begun.ares.text("acsTransID"))
    assert record.challenge is not None
    assert record.challenge.question.trusts is True
    assert not record.challenge.question.binds


@pytest.mark.parametrize("kind", list(Kind))
async def test_no_text_is_longer_than_the_protocol_allows(kind: Kind) -> None:
    """Section 5.6: amount and shop whole, whatever their length; what gives way is the own message."""
    bench = app_bench(asks(kind))
    bench.bank.card = replace(KnownCard(), personal_message="言葉" * 200)
    shop = "A shop with a long name, and then some"
    begun = await authenticate(bench, Version.V231, merchantName=shop)
    talked = await play(bench, begun, lambda _: ":cancel")
    text = screen_text(talked.cardholder.screens[0])
    assert shop in text
    assert "14,500 JPY" in text


async def test_an_approval_may_come_later_where_the_requestor_waits_for_it() -> None:
    """Section 2.5, 2.3.1: back without an approval, the challenge falls back: D, reason 29."""
    verdict = Verdict(outcome=Answer.CHALLENGE, kind=Kind.OUT_OF_BAND, falls_back=True)
    bench = app_bench(Decided(verdict))
    begun = await authenticate(
        bench,
        Version.V231,
        threeDSRequestorDecReqInd="F",
        threeDSRequestorDecMaxTime="00060",
    )
    bench.directory.results_status = "04"
    talked = await play(bench, begun, lambda _: ":continue")
    assert talked.ended == Ended(outcome=Outcome.COMPLETED, trans_status="D")
    (result,) = results(bench)
    assert (result["transStatus"], result["transStatusReason"]) == ("D", "29")
