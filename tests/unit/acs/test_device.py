"""The 3DS Method: the browser shows itself, for ten minutes, once."""

import base64
import json
from datetime import timedelta

import pytest

from sekisho.issuer.acs.service import MethodCall, TokenUnknown
from sekisho.protocol import ProtocolFault

from .conftest import AGENT, Bench, decoded

TRANS_ID = "11111111-1111-4111-8111-111111111111"
METHOD_NOTIFICATION_URL = "http://pay.localhost:8080/3ds/method-notification"
FACTS: dict[str, object] = {"userAgent": AGENT, "language": "ja", "timeZone": "Asia/Tokyo"}


def method_data(**changes: object) -> str:
    """Write threeDSMethodData; None takes a member out."""
    members: dict[str, object] = {
        "threeDSServerTransID": TRANS_ID,
        "threeDSMethodNotificationURL": METHOD_NOTIFICATION_URL,
    }
    members |= changes
    kept = {name: value for name, value in members.items() if value is not None}
    return base64.urlsafe_b64encode(json.dumps(kept).encode()).rstrip(b"=").decode()


async def leave_profile(bench: Bench, facts: dict[str, object] = FACTS) -> MethodCall:
    """Do what the hidden frame does."""
    call = bench.acs.devices.begin(method_data())
    await bench.acs.devices.keep(call.token, facts)
    return call


async def test_a_profile_is_kept_for_ten_minutes(bench: Bench) -> None:
    """B9, section 3: then its facts are gone."""
    await leave_profile(bench)
    assert (await bench.profiles.get(TRANS_ID)).facts == FACTS
    bench.clock.advance(timedelta(minutes=10))
    await bench.outbox.run_due()
    assert (await bench.profiles.get(TRANS_ID)).facts == {}


async def test_the_notification_names_the_transaction_and_nothing_else(bench: Bench) -> None:
    """Section 3, step 3."""
    call = await leave_profile(bench)
    assert call.notification_url == METHOD_NOTIFICATION_URL
    assert decoded(call.notification) == {"threeDSServerTransID": TRANS_ID}


async def test_the_first_profile_stands(bench: Bench) -> None:
    """Attack 25: a second one, from whichever page, changes nothing."""
    call = await leave_profile(bench)
    await bench.acs.devices.keep(call.token, {"userAgent": "another"})
    assert (await bench.profiles.get(TRANS_ID)).facts == FACTS


async def test_a_profile_needs_the_pages_token(bench: Bench) -> None:
    """Attack 25: knowing the transaction is not enough."""
    with pytest.raises(TokenUnknown):
        await bench.acs.devices.keep(f"{TRANS_ID}.x", FACTS)


async def test_a_profile_says_only_what_it_may(bench: Bench) -> None:
    """Bounded fields of bounded length: nobody stores a library with us."""
    await leave_profile(
        bench, {"userAgent": "x" * 10_000, "password": "secret", "memory": 8, "language": ""}
    )
    assert (await bench.profiles.get(TRANS_ID)).facts == {"userAgent": "x" * 512}


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"threeDSServerTransID": None}, "threeDSServerTransID"),
        ({"threeDSServerTransID": "1"}, "threeDSServerTransID"),
        ({"threeDSMethodNotificationURL": None}, "threeDSMethodNotificationURL"),
        (
            {"threeDSMethodNotificationURL": "http://shop.example/n"},
            "threeDSMethodNotificationURL",
        ),
        (
            {"threeDSMethodNotificationURL": "javascript:alert(1)"},
            "threeDSMethodNotificationURL",
        ),
        (
            {"threeDSMethodNotificationURL": "https://x/" + "y" * 2048},
            "threeDSMethodNotificationURL",
        ),
        ({"threeDSServerTransID": None, "threeDSMethodNotificationURL": 1}, "TransID,threeDSM"),
    ],
)
def test_bad_method_data_are_refused_by_name(
    bench: Bench, changes: dict[str, object], detail: str
) -> None:
    """Attack 13: a form is sent to that address; only https, or this machine."""
    with pytest.raises(ProtocolFault) as caught:
        bench.acs.devices.begin(method_data(**changes))
    assert detail in caught.value.error_detail


@pytest.mark.parametrize("text", ["", "%%", "e30x", "W10"])
def test_rubbish_is_no_method_data(bench: Bench, text: str) -> None:
    """Attack 11."""
    with pytest.raises(ProtocolFault):
        bench.acs.devices.begin(text)
