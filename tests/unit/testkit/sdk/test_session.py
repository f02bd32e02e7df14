"""The SDK emulator against an ACS of the library: every screen, version and encryption, and every fault."""

import json
from datetime import timedelta
from itertools import product

import pytest

from sekisho.protocol import Component, Version, parse
from sekisho.protocol.elements.screens import UiType
from sekisho.protocol.forms import base64url, from_base64url
from sekisho.protocol.jose import Enc, Roots, open_device_data, sign_acs_content
from sekisho.protocol.jose.jws import Signer
from sekisho.protocol.jose.signed_content import AcsContent, verify_sdk_server_content
from sekisho.protocol.states.sdk_challenge_events import Outcome
from sekisho.testkit import samples
from sekisho.testkit.sdk import HTML, NATIVE, Ended, OpenApp, Sdk, SplitServer
from sekisho.testkit.sdk.session import ShowAgain
from tests.unit.testkit.sdk.scripted_acs import (
    ACS_KEY,
    DIRECTORY_PRIVATE,
    NOON,
    RID,
    ROOT_KEY,
    ROOTS,
    SDK_ID,
    SDK_KEY,
    SIGNER,
    SIGNING_KEY,
    URL,
    ScriptedAcs,
    certificate,
    screen,
    story,
    transaction_of,
)

ANSWERS = {
    "01": "123456",
    "02": "2",
    "03": "1,2",
    "04": "",
    "05": "123456",
    "06": "123456",
    "07": "",
}
SAID = {
    "01": {"challengeDataEntry": "123456"},
    "02": {"challengeDataEntry": "mail"},
    "03": {"challengeDataEntry": "sms,mail"},
    "04": {"oobContinue": "01"},
    "05": {"challengeHTMLDataEntry": "turn=1&code=123456"},
    "06": {"challengeHTMLDataEntry": "turn=1&code=123456"},
    "07": {"infoContinueIndicator": True},
}
DONE = Ended(outcome=Outcome.COMPLETED, trans_status="Y")


def shown_in(version: Version) -> list[str]:
    return [ui.value for ui in UiType if ui.since <= version]


@pytest.mark.parametrize(("version", "enc"), list(product(Version, Enc)))
async def test_every_screen_is_shown_and_answered(version: Version, enc: Enc) -> None:
    """F2: the whole way through with real keys; each CReq says what was done on its screen."""
    kinds = shown_in(version)
    acs = ScriptedAcs(version=version, screens=[screen(ui, version) for ui in kinds])
    told = await story(acs, lambda shown: ANSWERS[shown.ui.value], enc=enc)
    assert told.ended == DONE
    assert [each.ui.value for each in told.cardholder.screens] == kinds
    for ui, creq in zip(kinds, acs.creqs[1:], strict=True):
        said = dict(SAID[ui])
        if ui == "04" and version < Version.V231:
            said = {"oobContinue": True}
        assert {name: creq[name] for name in said} == said
    counted = [creq["sdkCounterStoA"] for creq in acs.creqs]
    assert counted == [f"{count:03d}" for count in range(len(kinds) + 1)]


@pytest.mark.parametrize("version", list(Version))
async def test_its_part_of_the_areq_is_sound(version: Version) -> None:
    """F1: what the emulator gives its app passes every rule of the element table."""
    for sdk in (Sdk(), Sdk(interface=NATIVE), Sdk(interface=HTML)):
        areq = samples.app_areq(version, **transaction_of(sdk, version).elements)
        parse(json.dumps(areq).encode(), receiver=Component.DIRECTORY)


@pytest.mark.parametrize("version", list(Version))
def test_only_the_directory_reads_what_the_device_says(version: Version) -> None:
    """Section 5.1: data and withheld data of the device, under the directory's key and its kid."""
    sealed = transaction_of(Sdk(), version).elements["sdkEncData"]
    assert isinstance(sealed, str)
    plain = open_device_data(
        sealed,
        keys={"ds.1": DIRECTORY_PRIVATE},
        directory_server_id=RID,
        version=version,
        spare=bytes(32),
    )
    told = json.loads(plain)
    assert told["DD"]["C005"] == "en-GB"
    assert told["DD"]["C018"] == SDK_ID
    assert told["DPNA"] == {"C011": "RE03", "C012": "RE03"}


def test_a_split_sdk_is_vouched_for_by_its_server() -> None:
    """Section 2.9: sdkType 02, signed content that leads to the directory's root, A128GCM only."""
    sdk = Sdk(split=SplitServer(server_id="split-1", signer=SIGNER, limited=True))
    elements = transaction_of(sdk, Version.V231).elements
    assert elements["splitSdkType"] == {"sdkVariant": "01", "limitedInd": "Y"}
    areq = samples.app_areq(Version.V231, defaultSdkType=None, **elements)
    parse(json.dumps(areq).encode(), receiver=Component.DIRECTORY)
    content = verify_sdk_server_content(
        str(elements["sdkServerSignedContent"]),
        roots=ROOTS,
        at=NOON,
        sdk_trans_id=SDK_ID,
        sdk_reference_number=sdk.reference_number,
    )
    assert content.split_sdk_server_id == "split-1"
    with pytest.raises(ValueError, match="A128GCM"):
        Sdk(enc=Enc.CBC, split=sdk.split)


async def test_nothing_is_sent_where_the_signature_leads_elsewhere() -> None:
    """Attack 8: a chain to another root; the app is told that the challenge could not begin."""
    foreign = Roots([certificate("Other CA", SIGNING_KEY, by=SIGNING_KEY, ca=True)])
    acs = ScriptedAcs()
    told = await story(acs, lambda _: "", roots=foreign)
    assert told.ended.outcome is Outcome.RUNTIME_ERROR
    assert not acs.creqs


async def test_nothing_is_sent_where_the_signed_content_is_anothers() -> None:
    """Attack 9: an old content, a swapped acsURL, a swapped key: none of them is believed."""
    fresh = AcsContent(acs_key=ACS_KEY.public_key(), sdk_key=ACS_KEY.public_key(), acs_url=URL)
    old = sign_acs_content(fresh, SIGNER)
    own = AcsContent(acs_key=ACS_KEY.public_key(), sdk_key=SDK_KEY.public_key(), acs_url=URL)
    head, body, sign = sign_acs_content(own, SIGNER).split(".")
    payload = json.loads(from_base64url(body))
    swaps = [old, "", f"{head}.{old.split('.')[1]}.{sign}"]
    for name, value in (
        ("acsURL", "https://evil.example"),
        ("acsEphemPubKey", payload["sdkEphemPubKey"]),
    ):
        forged = json.dumps({**payload, name: value}).encode()
        swaps.append(f"{head}.{base64url(forged)}.{sign}")
    for content in swaps:
        acs = ScriptedAcs()
        told = await story(acs, lambda _: "", acsSignedContent=content)
        assert told.ended.outcome is Outcome.RUNTIME_ERROR
        assert told.session.refusal is not None
        assert not acs.creqs


async def test_a_signer_without_a_right_to_sign_is_not_believed() -> None:
    """Attack 8: a certificate that the directory's CA never made."""
    self_made = certificate("acs", SIGNING_KEY, by=SIGNING_KEY, ca=False)
    content = AcsContent(acs_key=ACS_KEY.public_key(), sdk_key=SDK_KEY.public_key(), acs_url=URL)
    signed = sign_acs_content(content, Signer(key=SIGNING_KEY, chain=(self_made,)))
    told = await story(ScriptedAcs(), lambda _: "", acsSignedContent=signed)
    assert told.ended.outcome is Outcome.RUNTIME_ERROR
    assert ROOT_KEY is not SIGNING_KEY


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize("enc", list(Enc))
async def test_a_cres_that_was_touched_ends_it_with_an_erro(version: Version, enc: Enc) -> None:
    """Attack 1: one bit of the JWE; the ACS is told in plain JSON, 302."""
    acs = ScriptedAcs(version=version, screens=[screen("01", version)])

    def flipped(answer: bytes) -> bytes:
        at = answer.rindex(b".") - 5
        other = b"A" if answer[at : at + 1] != b"A" else b"B"
        return answer[:at] + other + answer[at + 1 :]

    acs.mangle = flipped
    told = await story(acs, lambda _: "123456", enc=enc)
    assert told.ended.outcome is Outcome.PROTOCOL_ERROR
    (erro,) = acs.erros
    assert (erro["errorCode"], erro["errorComponent"]) == ("302", "C")


async def test_a_cres_that_came_before_ends_it() -> None:
    """Attack 2: the ACS's counter and the IV that counts with it."""
    acs = ScriptedAcs(screens=[screen("01", Version.V231)])
    kept: list[bytes] = []

    def repeated(answer: bytes) -> bytes:
        kept.append(answer)
        return kept[0]

    acs.mangle = repeated
    told = await story(acs, lambda _: "123456")
    assert told.ended.outcome is Outcome.PROTOCOL_ERROR
    assert [erro["errorCode"] for erro in acs.erros] == ["302"]


async def test_an_erro_in_plain_json_ends_it() -> None:
    """Section 5.4: what the ACS cannot answer comes unencrypted, and is not answered."""
    acs = ScriptedAcs(reference="3DS_LOA_SDK_OF_SOMEBODY_ELSE")
    told = await story(acs, lambda _: "")
    assert told.ended.outcome is Outcome.PROTOCOL_ERROR
    assert not acs.erros


@pytest.mark.parametrize(
    "answer", [b"", b"{}", b"not a token", b'{"messageType":"CRes"}', b"\xff\xfe"]
)
async def test_what_is_no_answer_ends_it_with_an_erro(answer: bytes) -> None:
    """Whatever the bytes: an end that the app is told, never a crash."""
    acs = ScriptedAcs()
    acs.mangle = lambda _: answer
    told = await story(acs, lambda _: "")
    assert told.ended.outcome is Outcome.PROTOCOL_ERROR
    assert len(acs.erros) == 1


async def test_cancel_says_so_to_the_acs_and_to_the_app() -> None:
    """Section 5.5: challengeCancel 01; what the ACS says to that is not waited for."""
    acs = ScriptedAcs(screens=[screen("01", Version.V231)])
    told = await story(acs, lambda _: ":cancel")
    assert told.ended.outcome is Outcome.CANCELLED
    assert acs.creqs[-1]["challengeCancel"] == "01"


async def test_a_cardholder_who_does_nothing_is_not_waited_for() -> None:
    """Section 9: sdkMaxTimeout; challengeCancel 08."""
    acs = ScriptedAcs(screens=[screen("01", Version.V231)])
    told = await story(acs, lambda _: ":wait")
    assert told.ended.outcome is Outcome.TIMED_OUT
    assert acs.creqs[-1]["challengeCancel"] == "08"
    late = ScriptedAcs(screens=[screen("01", Version.V231)])

    def slow(_: object) -> str:
        late.clock.advance(timedelta(minutes=6))
        return "123456"

    assert (await story(late, slow)).ended.outcome is Outcome.TIMED_OUT
    assert late.creqs[-1]["challengeCancel"] == "08"


async def test_an_acs_that_says_nothing_is_told_so() -> None:
    """Section 9: ten seconds, then Erro C/402."""
    acs = ScriptedAcs()
    acs.silent()
    told = await story(acs, lambda _: "")
    assert told.ended.outcome is Outcome.PROTOCOL_ERROR
    assert [erro["errorCode"] for erro in acs.erros] == ["402"]


async def test_one_refused_connection_is_tried_again_with_the_same_octets() -> None:
    """Section 9: a second try; to encrypt anew would use the counter twice. Two refusals end it."""
    acs = ScriptedAcs()
    acs.unreachable()
    assert (await story(acs, lambda _: "")).ended == DONE
    assert len(acs.creqs) == 1
    gone = ScriptedAcs()
    gone.unreachable(2)
    assert (await story(gone, lambda _: "")).ended.outcome is Outcome.RUNTIME_ERROR


async def test_the_banks_app_is_opened_and_the_return_is_told() -> None:
    """Section 2.6, 2.3.1: oobAppURL opened, then oobContinue 02 when the app comes back."""
    away = screen("04", Version.V231, oobAppURL="https://bank.example/app", oobAppLabel="Open")
    acs = ScriptedAcs(screens=[away])
    words = iter([":open", ":return"])
    told = await story(
        acs, lambda _: next(words), sdk=Sdk(opens_apps=True, app_url="https://shop.example")
    )
    assert told.ended == DONE
    assert told.cardholder.saw[0] == OpenApp(url="https://bank.example/app")
    assert acs.creqs[1]["oobContinue"] == "02"
    assert (acs.creqs[0]["oobAppURLInd"], acs.creqs[0]["threeDSRequestorAppURL"]) == (
        "01",
        "https://shop.example",
    )


async def test_an_app_that_does_not_open_is_told() -> None:
    """Section 2.6: oobAppStatus 01."""
    away = screen("04", Version.V231, oobAppURL="https://bank.example/app", oobAppLabel="Open")
    acs = ScriptedAcs(screens=[away])
    await story(acs, lambda _: ":failed")
    assert acs.creqs[1]["oobAppStatus"] == "01"


async def test_who_comes_back_in_older_versions_is_shown_what_is_there_for_them() -> None:
    """Section 2.6, 2.1.0: challengeAddInfo; the cardholder still presses the button."""
    version = Version.V210
    acs = ScriptedAcs(
        version=version, screens=[screen("04", version, challengeAddInfo="Approved?")]
    )
    words = iter([":return", ":continue"])
    told = await story(acs, lambda _: next(words))
    assert told.cardholder.saw[0] == ShowAgain()
    assert acs.creqs[1]["oobContinue"] is True


async def test_consents_stand_beside_the_answer() -> None:
    """Section 2.7: off unless the cardholder turns them on; not said where nobody asked."""
    asked = screen("01", Version.V231, trustListInfoText="Trust?", deviceBindingInfoText="Bind?")
    acs = ScriptedAcs(screens=[asked, asked, screen("01", Version.V231)])
    words = iter(["123456 +trust", "123456", "123456"])
    await story(acs, lambda _: next(words))
    said = [
        (creq.get("trustListDataEntry"), creq.get("deviceBindingDataEntry"))
        for creq in acs.creqs[1:]
    ]
    assert said == [("Y", "N"), ("N", "N"), (None, None)]


async def test_two_boxes_are_two_entries() -> None:
    """Section 5.5, 2.3.1."""
    two = screen("01", Version.V231, challengeEntryBoxTwo={"challengeDataEntryLabel": "Second"})
    acs = ScriptedAcs(screens=[two])
    await story(acs, lambda _: "123456 | hakone")
    creq = acs.creqs[1]
    assert (creq["challengeDataEntry"], creq["challengeDataEntryTwo"]) == ("123456", "hakone")
