"""A challenge in an app: SDK and ACS over HTTP, every version and encryption, and what they agree on."""

import json
from itertools import product

import pytest

from sekisho.issuer.acs.model import ChallengeKind
from sekisho.protocol import Version
from sekisho.protocol.elements.screens import UiType
from sekisho.protocol.jose import Enc
from sekisho.protocol.states.sdk_challenge_events import Outcome
from sekisho.testkit.sdk import HTML, NATIVE, Device, Ended, Sdk, screen_text

from .app_bench import app_bench, asks, authenticate, play, results, talk
from .conftest import make_bench

EVERY = list(product(Version, Enc))
DONE = Ended(outcome=Outcome.COMPLETED, trans_status="Y")


@pytest.mark.parametrize(("version", "enc"), EVERY)
async def test_a_code_is_asked_for_and_the_result_goes_before_the_last_answer(
    version: Version, enc: Enc
) -> None:
    """A4, F2: UI 01; the RReq is delivered before the final CRes, in the same answer."""
    bench = app_bench()
    told: list[int] = []
    begun = await authenticate(bench, version, Sdk(enc=enc))
    talked = await play(bench, begun, lambda _: bench.bank.last_code)
    assert talked.ended == DONE
    assert talked.uis == ["01"]
    told.append(len(results(bench)))
    (result,) = results(bench)
    assert result["transStatus"] == "Y"
    assert result["eci"] == "05"
    assert result["interactionCounter"] == "01"
    rendering = result["acsRenderingType"]
    assert isinstance(rendering, dict)
    assert (rendering["acsInterface"], rendering["acsUiTemplate"]) == ("01", "01")


@pytest.mark.parametrize(("version", "enc"), EVERY)
async def test_a_wrong_code_is_asked_for_again_and_the_last_one_ends_it(
    version: Version, enc: Enc
) -> None:
    """A4: the notice stands on the screen with a sign of warning; three wrong codes are N."""
    bench = app_bench()
    talked = await talk(bench, lambda _: "000000", version=version, enc=enc)
    assert talked.ended == Ended(outcome=Outcome.COMPLETED, trans_status="N")
    assert talked.uis == ["01"] * 3
    first, second, _ = talked.cardholder.screens
    assert not first.attention
    assert second.attention
    assert "2 more tries" in second.text
    (result,) = results(bench)
    assert (result["transStatus"], result["transStatusReason"]) == ("N", "01")
    assert result["interactionCounter"] == "03"


@pytest.mark.parametrize(("version", "html"), list(product(Version, [False, True])))
async def test_a_code_in_html_is_a_form_that_needs_nothing_from_outside(
    version: Version, html: bool
) -> None:
    """Section 5.6: UI 05, where HTML is wanted or where the SDK shows nothing else."""
    bench = app_bench(asks(html=html))
    sdk = Sdk() if html else Sdk(interface=HTML)
    talked = await talk(bench, lambda _: bench.bank.last_code, version=version, sdk=sdk)
    assert talked.ended == DONE
    assert talked.uis == ["05"]
    form = talked.cardholder.screens[0].form
    assert form is not None
    assert form.faults == ()
    assert "14,500 JPY" in form.text


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize(
    ("kind", "status"),
    [(ChallengeKind.PASSES_BY_ITSELF, "Y"), (ChallengeKind.FAILS_BY_ITSELF, "N")],
)
async def test_what_asks_nothing_is_read_and_left(
    version: Version, kind: ChallengeKind, status: str
) -> None:
    """F4: information (07) since 2.3.1, before that an OOB screen, which has a button to go on."""
    bench = app_bench(asks(kind))
    talked = await talk(bench, lambda _: ":continue", version=version)
    assert talked.ended == Ended(outcome=Outcome.COMPLETED, trans_status=status)
    assert talked.uis == ["07" if version >= Version.V231 else "04"]


@pytest.mark.parametrize("version", list(Version))
async def test_another_code_can_be_asked_for(version: Version) -> None:
    """Section 5.5: resendChallenge; the first code is no longer good."""
    bench = app_bench()
    words = iter([":resend", ":resend"])

    def script(_: object) -> str:
        said = next(words, None)
        if said is None:
            return bench.bank.last_code
        return said

    talked = await talk(bench, script, version=version)
    assert talked.ended == DONE
    # Half a minute has not passed: the screen says so, and no second code goes out.
    assert len(bench.bank.sent) == 1
    assert "Wait half a minute" in talked.cardholder.screens[1].text


@pytest.mark.parametrize("version", list(Version))
async def test_cancelling_is_a_result(version: Version) -> None:
    """Section 4: N, challengeCancel 01, and the SDK tells its app."""
    bench = app_bench()
    talked = await talk(bench, lambda _: ":cancel", version=version)
    assert talked.ended.outcome is Outcome.CANCELLED
    (result,) = results(bench)
    assert (result["transStatus"], result["challengeCancel"]) == ("N", "01")


@pytest.mark.parametrize("version", list(Version))
async def test_a_cardholder_who_does_nothing_is_a_result(version: Version) -> None:
    """Section 9: the SDK's own patience; challengeCancel 08."""
    bench = app_bench()
    talked = await talk(bench, lambda _: ":wait", version=version)
    assert talked.ended.outcome is Outcome.TIMED_OUT
    (result,) = results(bench)
    assert result["challengeCancel"] == "08"


async def test_an_empty_field_is_asked_for_again_and_counts_as_no_guess() -> None:
    """Section 5.5: challengeNoEntry."""
    bench = app_bench()
    words = iter(["", ""])
    talked = await talk(bench, lambda _: next(words, bench.bank.last_code))
    assert talked.ended == DONE
    assert talked.uis == ["01"] * 3
    assert results(bench)[0]["interactionCounter"] == "01"


@pytest.mark.parametrize(("locale", "label"), [("ja-JP", "認証する"), ("fr_FR", "Confirm")])
async def test_screens_speak_the_devices_language(locale: str, label: str) -> None:
    """B15: Japanese where the device does, else English."""
    bench = app_bench()
    sdk = Sdk(device=Device(locale=locale))
    talked = await talk(bench, lambda _: bench.bank.last_code, sdk=sdk)
    assert f"[ {label} ]" in screen_text(talked.cardholder.screens[0])


async def test_a_screen_says_who_asks_for_what_and_how_to_know_the_bank() -> None:
    """B4, B14, attack 18: shop, amount, masked card, own message, moment with its zone, help."""
    bench = app_bench()
    talked = await talk(bench, lambda _: bench.bank.last_code)
    screen = talked.cardholder.screens[0]
    for part in ("Tea and Tins", "14,500 JPY", "0072", "桜の下で", "•••-••••-5678"):
        assert part in screen.text
    why, details = screen.notes
    assert why.text
    assert "2026-03-01 18:00 JST" in details.text
    assert all(address.endswith(".png") for address in screen.images)


@pytest.mark.parametrize("version", list(Version))
async def test_an_sdk_that_can_show_nothing_is_told_that_its_device_will_not_do(
    version: Version,
) -> None:
    """Section 7: U, reason 03, and no session is begun."""
    bench = app_bench()
    begun = await authenticate(
        bench, version, Sdk(interface=NATIVE, ui_types=(UiType.MULTI_SELECT,))
    )
    assert (begun.ares["transStatus"], begun.ares["transStatusReason"]) == ("U", "03")
    assert "acsSignedContent" not in begun.ares


async def test_without_a_certificate_nobody_is_asked_in_an_app() -> None:
    """What cannot be signed no SDK believes: U, reason 03."""
    alone = make_bench(asks(), versions=("2.2.0",))
    begun = await authenticate(alone, Version.V220)
    assert (begun.ares["transStatus"], begun.ares["transStatusReason"]) == ("U", "03")


async def test_a_frictionless_answer_in_an_app_says_what_was_understood() -> None:
    """F1, 2.3.1: deviceInfoRecognisedVersion and threeDSRequestorAppURLInd in every ARes."""
    bench = app_bench()
    begun = await authenticate(bench, Version.V231)
    assert begun.ares["deviceInfoRecognisedVersion"] == "1.6"
    assert begun.ares["threeDSRequestorAppURLInd"] == "N"


async def test_the_key_is_nowhere_to_be_read() -> None:
    """Attack 35: what is kept of a session is sealed; a log line tells of none."""
    bench = app_bench()
    begun = await authenticate(bench, Version.V231)
    talked = await play(bench, begun, lambda _: bench.bank.last_code)
    channel = talked.session.channel
    assert channel is not None
    record = await bench.authentications.get(begun.ares.text("acsTransID"))
    kept = repr(record) + "".join(bench.log.lines)
    assert channel.key.reveal().hex() not in kept
    assert record.challenge is not None
    assert record.challenge.app_session is not None
    assert json.dumps(record.challenge.app_session.sealed_key)
