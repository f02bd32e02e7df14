"""The payment API over HTTP: tokens, headers, refusals."""

import json
from dataclasses import replace
from typing import Any

import pytest

from sekisho.kernel.errors import Misuse, TheyErred
from sekisho.kernel.secret import Secret
from tests.unit.gateway.browser import Browser
from tests.unit.gateway.scenes import (
    MERCHANT,
    OTHER,
    SEED_PASS_THROUGH,
    SEED_PAYMENT,
    World,
    asked,
    straight,
)

SECRET = MERCHANT.client_secret.reveal()
GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
def browser() -> Browser:
    """Somebody at the gateway's site."""
    return Browser(World())


async def test_a_token_is_given_by_basic_authentication_and_by_form(browser: Browser) -> None:
    """RFC 6749 section 2.3.1: both ways; the answer's four members are what clients need."""
    basic = await browser.http.post(
        "/oauth2/token",
        data={**GRANT, "scope": "jpm:payments:sandbox other"},
        auth=(MERCHANT.client_id, SECRET),
    )
    form = await browser.http.post(
        "/am/oauth2/alpha/access_token",
        data={**GRANT, "client_id": MERCHANT.client_id, "client_secret": SECRET},
    )
    for answer in (basic, form):
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert set(answer.json()) == {"access_token", "token_type", "expires_in", "scope"}
        assert answer.json()["token_type"] == "Bearer"
        assert isinstance(answer.json()["expires_in"], int)
    assert basic.json()["scope"] == "jpm:payments:sandbox other"


@pytest.mark.parametrize(
    ("form", "auth", "status", "error"),
    [
        (GRANT, (MERCHANT.client_id, "wrong"), 401, "invalid_client"),
        (GRANT, ("nobody", SECRET), 401, "invalid_client"),
        (GRANT, None, 400, "invalid_request"),
        ({}, (MERCHANT.client_id, SECRET), 400, "invalid_request"),
        ({"grant_type": "password"}, (MERCHANT.client_id, SECRET), 400, "unsupported_grant_type"),
        ({**GRANT, "scope": 'a"b'}, (MERCHANT.client_id, SECRET), 400, "invalid_scope"),
        ({**GRANT, "client_secret": SECRET}, (MERCHANT.client_id, SECRET), 400, "invalid_request"),
    ],
)
async def test_a_bad_token_request_is_refused_in_the_standards_words(
    browser: Browser, form: dict[str, str], auth: Any, status: int, error: str
) -> None:
    """RFC 6749 section 5.2."""
    answer = await browser.http.post("/oauth2/token", data=form, auth=auth)
    assert answer.status_code == status
    assert answer.json()["error"] == error
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    "body",
    [b"grant_type=client_credentials&grant_type=x", b"\xff\xfe", b"a=1&" * 30, b"x" * 9000],
)
async def test_garbage_at_the_token_address_is_refused(browser: Browser, body: bytes) -> None:
    """No form, too many fields, too large: a refusal and nothing else."""
    answer = await browser.http.post("/oauth2/token", content=body)
    assert 400 <= answer.status_code < 500


async def test_guessing_secrets_is_slowed_down(browser: Browser) -> None:
    """The right secret still works: nobody is locked out by a stranger."""
    for _ in range(20):
        await browser.http.post("/oauth2/token", data=GRANT, auth=(MERCHANT.client_id, "wrong"))
    refused = await browser.http.post(
        "/oauth2/token", data=GRANT, auth=(MERCHANT.client_id, "wrong")
    )
    assert refused.status_code == 429
    assert "retry-after" in refused.headers
    assert await browser.token()


async def test_a_token_opens_its_own_merchant_only(browser: Browser) -> None:
    """401 without, 403 with another's: the two are told apart, as the API's documents do."""
    token = await browser.token(OTHER)
    none = await browser.api("GET", "/payments/x", Authorization="")
    bad = await browser.api("GET", "/payments/x", Authorization="Bearer abc.def")
    others = await browser.api("GET", "/payments/x", Authorization=f"Bearer {token}")
    assert [none.status_code, bad.status_code, others.status_code] == [401, 401, 403]
    assert none.headers["www-authenticate"].startswith("Bearer")
    assert others.json()["validationErrors"][0]["entity"] == "merchant-id"


async def test_a_token_ends_after_its_hour_and_with_its_key(browser: Browser) -> None:
    """Signed by us, and not for ever."""
    token = await browser.token()
    headers = {"Authorization": f"Bearer {token}", "merchant-id": MERCHANT.merchant_id}
    assert (await browser.http.get("/api/v2/payments/x", headers=headers)).status_code == 404
    body, _, signature = token.partition(".")
    for forged in (f"{body}A.{signature}", f"{body}.{signature[:-2]}AA", f".{signature}", body):
        again = await browser.http.get(
            "/api/v2/payments/x", headers={**headers, "Authorization": f"Bearer {forged}"}
        )
        assert again.status_code == 401
    await browser.world.later(hours=1)
    assert (await browser.http.get("/api/v2/payments/x", headers=headers)).status_code == 401


async def test_header_names_are_taken_in_any_case(browser: Browser) -> None:
    """Independent clients send Request-Id and Merchant-Id."""
    token = await browser.token()
    answer = await browser.http.post(
        "/api/v2/payments",
        json=straight(),
        headers={
            "AUTHORIZATION": f"bearer {token}",
            "Merchant-Id": MERCHANT.merchant_id,
            "Request-Id": "r-1",
        },
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("request_id", [None, "", "x" * 41, "a b"])
async def test_a_request_id_is_required_and_short(browser: Browser, request_id: str | None) -> None:
    """1 to 40 characters; the refusal names the header."""
    headers = {} if request_id is None else {"request-id": request_id}
    answer = await browser.api("POST", "/payments", straight(), request_id=None, **headers)
    assert answer.status_code == 400
    assert answer.json()["validationErrors"][0]["entity"] == "request-id"


async def test_the_seeds_own_request_is_refused_for_its_return_address_alone(
    browser: Browser,
) -> None:
    """Seed 002's first example has a return address without a scheme; all else is taken."""
    answer = await browser.api("POST", "/payments", SEED_PAYMENT)
    assert answer.status_code == 400
    said = answer.json()
    assert said["responseStatus"] == "ERROR"
    assert said["responseCode"] == "VALIDATION_ERROR"
    assert [flaw["entity"] for flaw in said["validationErrors"]] == [
        "paymentMethodType.card.paymentAuthenticationRequest.authenticationReturnUrl"
    ]
    mended = json.loads(json.dumps(SEED_PAYMENT))
    wanted = mended["paymentMethodType"]["card"]["paymentAuthenticationRequest"]
    wanted["authenticationReturnUrl"] = "https://shop.example/checkout"
    answer = await browser.api("POST", "/payments", mended)
    assert answer.status_code == 200
    assert answer.json()["responseCode"] == "PERFORM_AUTHENTICATION"


async def test_the_seeds_pass_through_request_is_taken(browser: Browser) -> None:
    """Seed 002's second example as it stands."""
    answer = await browser.api("POST", "/payments", SEED_PASS_THROUGH)
    assert answer.status_code == 200
    assert answer.json()["transactionState"] == "CLOSED"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff", b'{"a": NaN}', b"[" * 5000, b'"' + b"x" * 60000, b"1"],
)
async def test_garbage_is_refused_as_a_bad_request(browser: Browser, content: bytes) -> None:
    """Whatever the bytes: 400 with the API's own form of error."""
    answer = await browser.http.post(
        "/api/v2/payments",
        content=content,
        headers={
            "Authorization": f"Bearer {await browser.token()}",
            "merchant-id": MERCHANT.merchant_id,
            "request-id": "r-1",
        },
    )
    assert answer.status_code == 400
    assert answer.json()["responseStatus"] == "ERROR"


async def test_a_large_body_is_refused_before_it_is_read(browser: Browser) -> None:
    """64 KiB is more than any honest request."""
    body = straight()
    body["filler"] = "x" * 70_000
    answer = await browser.api("POST", "/payments", body)
    assert answer.status_code == 413
    assert answer.json()["responseStatus"] == "ERROR"


async def test_answers_to_a_reused_id_say_which(browser: Browser) -> None:
    """412 for another request; the same one gets the first answer."""
    first = await browser.api("POST", "/payments", straight())
    same = await browser.api("POST", "/payments", straight())
    other = await browser.api("POST", "/payments", asked())
    assert same.json() == first.json()
    assert other.status_code == 412
    assert other.json()["responseCode"] == "DUPLICATE_REQUEST_ID"


async def test_payments_are_found_by_request_identifier(browser: Browser) -> None:
    """GET /payments?requestIdentifier=; empty results are 404, a missing question is named."""
    made = (await browser.api("POST", "/payments", straight())).json()
    found = await browser.api("GET", "/payments?requestIdentifier=r-1")
    assert found.json()["transactionId"] == made["transactionId"]
    assert (await browser.api("GET", "/payments?requestIdentifier=r-2")).status_code == 404
    unasked = await browser.api("GET", "/payments")
    assert unasked.json()["validationErrors"][0]["entity"] == "requestIdentifier"


async def test_a_payment_can_be_voided_over_http(browser: Browser) -> None:
    """PATCH isVoid."""
    made = (await browser.api("POST", "/payments", straight())).json()
    path = f"/payments/{made['transactionId']}"
    answer = await browser.api("PATCH", path, {"isVoid": True}, request_id="v-1")
    assert answer.json()["transactionState"] == "VOIDED"
    refused = await browser.api("PATCH", path, {"amount": 5}, request_id="v-2")
    assert refused.status_code == 400
    assert "amount" in {flaw["entity"] for flaw in refused.json()["validationErrors"]}


async def test_unknown_paths_and_methods_answer_in_the_apis_form(browser: Browser) -> None:
    """A program must not have to read a web page."""
    assert (await browser.api("GET", "/refunds")).json()["responseCode"] == "NOT_FOUND"
    deleted = await browser.api("DELETE", "/payments")
    assert deleted.status_code == 405
    assert deleted.json()["responseStatus"] == "ERROR"


async def test_a_part_out_of_reach_is_a_503_that_says_try_again(browser: Browser) -> None:
    """The id stays free, so the same request may follow."""
    browser.world.vault.unreachable = True
    answer = await browser.api("POST", "/payments", straight())
    assert answer.status_code == 503
    assert answer.headers["retry-after"]


async def test_the_api_answers_without_its_version_too(browser: Browser) -> None:
    """Clients differ in whether /api/v2 is part of their base address: both find us."""
    answer = await browser.http.post(
        "/payments",
        json=straight(),
        headers={
            "Authorization": f"Bearer {await browser.token()}",
            "merchant-id": MERCHANT.merchant_id,
            "request-id": "r-1",
        },
    )
    assert answer.status_code == 200
    made = answer.json()["transactionId"]
    assert (await browser.api("GET", f"/payments/{made}")).json() == answer.json()
    assert (await browser.http.get("/verifications/x")).status_code == 401
    assert (await browser.http.get("/healthcheck/payments")).status_code == 200


async def test_health_is_told_without_a_token(browser: Browser) -> None:
    """For monitors."""
    answer = await browser.http.get("/api/v2/healthcheck/payments")
    assert answer.json()["status"] == "PASS"


async def test_our_own_mistakes_tell_nothing(browser: Browser) -> None:
    """A 500 without a reason; the reason is in the log, for us."""
    answer = await browser.api("POST", "/payments", straight())
    made = answer.json()["transactionId"]
    browser.world.payments._bodies[made] = "{}"  # a record that somebody damaged
    broken = await browser.api("GET", f"/payments/{made}")
    assert broken.status_code == 500
    assert broken.json()["responseCode"] == "SYSTEM_ERROR"
    assert any(level == "error" for level, _, _ in browser.world.log.lines)


def test_settings_refuse_what_cannot_be() -> None:
    """A wrong setting stops the start, not the first payment."""
    good = World().settings
    for bad in (
        {"public_url": "http://pay.example"},
        {"public_url": "https://pay.example/"},
        {"signing_key": Secret(b"short")},
        {"merchants": (MERCHANT, MERCHANT)},
    ):
        with pytest.raises((Misuse, TheyErred)):
            replace(good, **bad)
    for wrong in (
        {"merchant_id": "short"},
        {"client_secret": Secret("short")},
        {"country": "ZZ"},
        {"return_origins": ("https://shop.example/path",)},
    ):
        with pytest.raises(Misuse):
            replace(MERCHANT, **wrong)
