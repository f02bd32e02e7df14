"""A buyer's browser walks through 3-D Secure, in one process, page by page."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sekisho.acquirer.gateway.flow import AuthenticationFailed
from sekisho.acquirer.gateway.model import State
from sekisho.acquirer.gateway.model.settings import ANY_ORIGIN
from sekisho.acquirer.gateway.service.results import read_answer
from sekisho.kernel.brands import Brand
from sekisho.testkit.payment_peers import ACS_URL, METHOD_URL, PROOF
from tests.unit.gateway.browser import Browser, action, decoded, inputs, policy
from tests.unit.gateway.scenes import (
    GENEROUS,
    MERCHANT,
    NOON,
    RETURN,
    SHOP,
    STRICT,
    World,
    asked,
    verification,
)


@pytest.fixture
def world() -> World:
    """A gateway with its world in memory."""
    return World()


@pytest.fixture
def browser(world: World) -> Browser:
    """A browser at its site."""
    return Browser(world)


async def test_a_frictionless_payment_goes_from_the_shop_to_the_shop(
    world: World, browser: Browser
) -> None:
    """C3, C4, C5, A3: method, authentication, authorization, postback; nobody is asked anything."""
    made = await browser.pay(asked("0003"))
    page = await browser.open(made)
    assert action(page) == METHOD_URL
    assert (await browser.method_notifies(page)).status_code == 200
    end = await browser.press(page)
    assert action(end) == RETURN
    assert inputs(end) == {"paymentRequestId": made["transactionId"], "responseStatus": "SUCCESS"}
    (areq,) = world.server.areqs
    assert areq["threeDSCompInd"] == "Y"
    (request,) = world.bank.requests.values()
    assert request.eci == "05"
    assert request.authentication_value == PROOF
    assert request.ds_trans_id
    assert request.card.security_code is not None


async def test_the_shop_reads_the_whole_result(world: World, browser: Browser) -> None:
    """C5: authentication, authorization, and who bears a fraud."""
    made = await browser.pay(asked("0103"))
    await browser.open(made)
    read = (await browser.api("GET", f"/payments/{made['transactionId']}")).json()
    assert read["transactionState"] == "CLOSED"
    proof = read["paymentAuthenticationResult"]
    assert "threeDomainSecureChallenge" not in proof
    done = proof["threeDomainSecureCompletion"]
    assert done["threeDSTransactionStatus"] == "Y"
    assert done["electronicCommerceIndicator"] == "05"
    assert done["threeDSAuthenticationValue"] == PROOF
    assert done["threeDSVersion"] == "2.3.1"
    assert done["acsTransactionId"]
    assert done["threeDSDirectoryServerTransactionId"]
    card = read["paymentMethodType"]["card"]
    assert card["networkResponse"]["cardAuthenticationVerificationResult"] == "2"
    assert read["fraudLiability"] == {"party": "ISSUER", "reason": "fully authenticated"}


@pytest.mark.parametrize(("ending", "limit"), [("0003", 5), ("2003", 10)])
async def test_the_3ds_method_has_the_time_of_its_version(
    browser: Browser, ending: str, limit: int
) -> None:
    """Section 3: five seconds in 2.3.1, ten before."""
    page = await browser.open(await browser.pay(asked(ending)))
    assert f'data-limit="{limit}"' in page.text


async def test_a_challenged_payment_shows_the_issuers_page_in_the_shops_frame(
    world: World, browser: Browser
) -> None:
    """C4, C12: CReq into an inner frame of the window's size; the result from the RReq."""
    body = asked("0172")
    body["browserInfo"]["challengeWindowSize"] = "500_600"
    made = await browser.pay(body)
    page = await browser.open(made)
    assert action(page) == ACS_URL
    creq = decoded(inputs(page)["creq"])
    assert creq["challengeWindowSize"] == "03"
    assert creq["messageType"] == "CReq"
    assert 'data-width="500"' in page.text
    assert 'data-height="600"' in page.text
    world.server.finish(creq["threeDSServerTransID"], "Y")
    nested = await browser.challenge_returns(page, made["transactionId"])
    assert nested.status_code == 200
    end = await browser.http.get(f"{_own(page)}?returned=1")
    assert inputs(end)["responseStatus"] == "SUCCESS"
    read = (await browser.api("GET", f"/payments/{made['transactionId']}")).json()
    proof = read["paymentAuthenticationResult"]
    assert proof["threeDomainSecureChallenge"]["threeDSAcsUrl"] == ACS_URL
    assert proof["threeDomainSecureCompletion"]["challengeAuthenticationType"] == "DYNAMIC"


@pytest.mark.parametrize(
    ("status", "cancel", "code"),
    [
        ("N", None, "AUTHENTICATION_FAILED"),
        ("N", "01", "CONSUMER_ABORTED"),
        ("N", "04", "AUTHENTICATION_TIMEOUT"),
    ],
)
async def test_a_failed_challenge_never_reaches_the_bank(
    world: World, browser: Browser, status: str, cancel: str | None, code: str
) -> None:
    """A5, D3: DENIED with a reason; attack 4: the CRes in the browser says Y all the time."""
    made = await browser.pay(asked("0172"))
    page = await browser.open(made)
    trans_id = decoded(inputs(page)["creq"])["threeDSServerTransID"]
    world.server.finish(trans_id, status, **({"challengeCancel": cancel} if cancel else {}))
    await browser.challenge_returns(page, made["transactionId"], transStatus="Y")
    end = await browser.http.get(_own(page))
    assert inputs(end)["responseStatus"] == "DENIED"
    read = (await browser.api("GET", f"/payments/{made['transactionId']}")).json()
    assert read["responseCode"] == code
    assert world.bank.calls == []


async def test_a_forged_challenge_answer_changes_nothing(world: World, browser: Browser) -> None:
    """Attack 4: with the session data the gateway looks, finds no result, and waits on."""
    made = await browser.pay(asked("0172"))
    page = await browser.open(made)
    await browser.challenge_returns(page, made["transactionId"], transStatus="Y")
    assert (await world.only()).state is State.CHALLENGING
    assert world.bank.calls == []
    again = await browser.http.get(_own(page))
    assert action(again) == ACS_URL


async def test_a_challenge_answer_without_our_session_data_is_refused(
    world: World, browser: Browser
) -> None:
    """Nobody else can even make the gateway look."""
    made = await browser.pay(asked("0172"))
    await browser.open(made)
    for session_data in ("", "x", "A" * 43):
        answer = await browser.http.post(
            f"/3ds/{made['transactionId']}/challenge",
            data={"cres": "e30", "threeDSSessionData": session_data},
        )
        assert answer.status_code == 400


async def test_a_method_notification_of_another_authentication_is_refused(
    world: World, browser: Browser
) -> None:
    """The indicator in the AReq must be true."""
    made = await browser.pay(asked("0003"))
    page = await browser.open(made)
    said = decoded(inputs(page)["threeDSMethodData"])
    path = said["threeDSMethodNotificationURL"].removeprefix("http://pay.localhost:8080")
    for form in ({"threeDSMethodData": "e30"}, {"threeDSMethodData": "%%%"}, {}):
        assert (await browser.http.post(path, data=form)).status_code == 400
    assert (await browser.http.post(path[:-1] + "A", data={})).status_code == 400
    await browser.press(page)
    assert world.server.areqs[0]["threeDSCompInd"] == "N"


async def test_a_method_that_never_answers_is_told_to_the_issuer(
    world: World, browser: Browser
) -> None:
    """EMV 3DS: N when it did not finish in time, U when the issuer has none."""
    await browser.press(await browser.open(await browser.pay(asked("0203"), "r-1")))
    await browser.open(await browser.pay(asked("0103"), "r-2"))
    assert [areq["threeDSCompInd"] for areq in world.server.areqs] == ["N", "U"]


@pytest.mark.parametrize("brand", Brand)
@pytest.mark.parametrize("ending", ["0103", "0123"])
async def test_every_brand_is_served_both_ways(ending: str, brand: Brand) -> None:
    """C12, C9, D10: full or attempted, the issuer bears the fraud, with the brand's own ECI."""
    world = World()
    browser = Browser(world)
    made = await browser.pay(asked(ending, brand=brand))
    await browser.open(made)
    read = (await browser.api("GET", f"/payments/{made['transactionId']}")).json()
    assert read["transactionState"] == "CLOSED"
    assert read["fraudLiability"]["party"] == "ISSUER"


@pytest.mark.parametrize("ending", ["0113", "0133", "0153"])
async def test_a_denied_payment_ends_without_a_page(ending: str) -> None:
    """B10 at the merchant's side: N, R and (by the usual policy) U are DENIED at once."""
    world = World()
    browser = Browser(world)
    made = await browser.pay(asked(ending))
    end = await browser.open(made)
    assert inputs(end)["responseStatus"] == "DENIED"
    assert world.bank.calls == []


async def test_a_generous_merchant_goes_on_without_authentication() -> None:
    """U by policy: authorized, and the merchant bears the fraud."""
    world = World(GENEROUS)
    browser = Browser(world)
    made = await browser.pay(asked("0153"))
    end = await browser.open(made)
    assert inputs(end)["responseStatus"] == "SUCCESS"
    read = (await browser.api("GET", f"/payments/{made['transactionId']}")).json()
    assert read["fraudLiability"] == {"party": "MERCHANT", "reason": "authentication result U"}


async def test_a_strict_merchant_takes_full_authentication_only() -> None:
    """The policy is the merchant's: here even an attempt is refused."""
    world = World(STRICT)
    browser = Browser(world)
    end = await browser.open(await browser.pay(asked("0123")))
    assert inputs(end)["responseStatus"] == "DENIED"


async def test_a_card_without_3d_secure_counts_as_not_authenticated(
    world: World, browser: Browser
) -> None:
    """A range that no issuer has enrolled: U, by policy refused."""
    body = asked()
    body["paymentMethodType"]["card"]["accountNumber"] = "4112344112344113"
    end = await browser.open(await browser.pay(body))
    assert inputs(end)["responseStatus"] == "DENIED"
    assert (await world.only()).outcome.code == "AUTHENTICATION_UNAVAILABLE"  # type: ignore[union-attr]  # it has ended


async def test_an_error_of_the_network_ends_the_payment(world: World, browser: Browser) -> None:
    """C5: ERROR, with the error's text in the result."""
    made = await browser.pay(asked("0163"))
    end = await browser.open(made)
    assert inputs(end)["responseStatus"] == "ERROR"
    read = (await browser.api("GET", f"/payments/{made['transactionId']}")).json()
    proof = read["paymentAuthenticationResult"]
    assert "402" in proof["threeDomainSecureServerErrorMessageText"]
    assert world.bank.calls == []


async def test_a_result_without_its_proof_is_an_error(world: World, browser: Browser) -> None:
    """Y without an authentication value is worth nothing."""
    world.server.without_proof = True
    world.bank.decline = None
    made = await browser.pay(asked("0172"))
    page = await browser.open(made)
    trans_id = decoded(inputs(page)["creq"])["threeDSServerTransID"]
    asked_of = world.server.asked[trans_id]
    world.server.without_proof = False
    world.server.finish(trans_id, "Y")
    assert asked_of.rreq is not None
    hollow = {k: v for k, v in asked_of.rreq.elements.items() if k != "authenticationValue"}
    asked_of.rreq = type(asked_of.rreq)(
        type=asked_of.rreq.type, version=asked_of.rreq.version,
        elements=hollow, received=hollow,
        channel=asked_of.rreq.channel, category=asked_of.rreq.category,
    )  # fmt: skip
    await browser.http.get(f"{_own(page)}?returned=1")
    assert (await world.only()).state is State.ERROR
    assert world.bank.calls == []


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "http://acs.example/", "//acs.example", "", None,
     "https://user:key@acs.example/", "https://acs.example/a b"],
)  # fmt: skip
def test_an_issuers_address_that_is_none_is_never_opened(address: str | None) -> None:
    """Attack 13: whatever the network says, the browser is sent to web addresses only."""
    answer = {"transStatus": "C", "acsURL": address, "acsTransID": "c-1"}
    event = read_answer(answer, version="2.2.0", at=NOON)
    assert isinstance(event, AuthenticationFailed)


async def test_a_silent_server_makes_the_browser_wait(world: World, browser: Browser) -> None:
    """The page reloads itself; when the server is back, the payment goes on."""
    world.server.unreachable = True
    made = await browser.pay(asked("0103"))
    page = await browser.open(made)
    assert 'http-equiv="refresh"' in page.text
    world.server.unreachable = False
    world.clock.advance(timedelta(seconds=2))
    end = await browser.http.get(_own(page))
    assert inputs(end)["responseStatus"] == "SUCCESS"


async def test_a_lost_answer_is_asked_for_again(world: World, browser: Browser) -> None:
    """The same threeDSServerTransID: the issuer is not asked twice."""
    world.server.lose_answers = True
    page = await browser.open(await browser.pay(asked("0103")))
    world.server.lose_answers = False
    world.clock.advance(timedelta(seconds=2))
    end = await browser.http.get(_own(page))
    assert inputs(end)["responseStatus"] == "SUCCESS"
    assert len(world.server.areqs) == 1


async def test_a_payment_nobody_opens_ends_after_a_quarter_of_an_hour(
    world: World, browser: Browser
) -> None:
    """It must not stay pending for ever, and its address is dead."""
    made = await browser.pay(asked())
    await world.later(minutes=15)
    read = (await browser.api("GET", f"/payments/{made['transactionId']}")).json()
    assert read["responseCode"] == "EXPIRED"
    assert (await browser.open(made)).status_code == 410


async def test_a_challenge_whose_browser_vanished_goes_on_by_itself(
    world: World, browser: Browser
) -> None:
    """The gateway looks every half minute; the cardholder finished on another device, say."""
    made = await browser.pay(asked("0172"))
    page = await browser.open(made)
    await world.later(seconds=30)
    await world.later(seconds=30)
    world.server.finish(decoded(inputs(page)["creq"])["threeDSServerTransID"], "Y")
    await world.later(seconds=30)
    assert (await world.only()).state is State.CLOSED
    moved = await browser.http.get(f"{_own(page)}/state")
    assert moved.json() == {"moved": True}


async def test_a_challenge_without_an_end_is_given_up(world: World, browser: Browser) -> None:
    """25 minutes, also while the 3DS Server does not answer."""
    await browser.open(await browser.pay(asked("0172")))
    for nth in range(50):
        world.server.unreachable = nth % 2 == 0
        await world.later(seconds=30)
    assert (await world.only()).state is State.ERROR
    assert world.bank.calls == []


async def test_the_last_page_posts_again_when_reloaded(world: World, browser: Browser) -> None:
    """Trap 4: merchants take it more than once; the payment stays as it is."""
    made = await browser.pay(asked("0103"))
    end = await browser.open(made)
    again = await browser.http.get(_own(end))
    assert inputs(again) == inputs(end)
    assert len(world.bank.answers) == 1


async def test_a_voided_payment_sends_the_browser_back_with_an_error(
    world: World, browser: Browser
) -> None:
    """The merchant took it back while the buyer was at the issuer; a late Y changes nothing."""
    made = await browser.pay(asked("0172"))
    page = await browser.open(made)
    await browser.api(
        "PATCH", f"/payments/{made['transactionId']}", {"isVoid": True}, request_id="v-1"
    )
    world.server.finish(decoded(inputs(page)["creq"])["threeDSServerTransID"], "Y")
    end = await browser.http.get(f"{_own(page)}?returned=1")
    assert inputs(end)["responseStatus"] == "ERROR"
    assert world.bank.calls == []


async def test_a_verification_walks_the_same_way(world: World, browser: Browser) -> None:
    """C1: NPA, no amount, and a zero-amount check at the bank."""
    made = (await browser.api("POST", "/verifications", verification("0003"))).json()
    page = await browser.open(made, "verificationAuthenticationResult")
    await browser.method_notifies(page)
    await browser.press(page)
    read = (await browser.api("GET", f"/verifications/{made['transactionId']}")).json()
    assert read["transactionState"] == "CLOSED"
    assert world.server.areqs[0]["messageCategory"] == "02"
    (request,) = world.bank.requests.values()
    assert request.amount.minor == 0


async def test_a_challenged_verification_reads_the_result_of_its_category(
    world: World, browser: Browser
) -> None:
    """The RReq of a non-payment authentication has other rules."""
    made = (await browser.api("POST", "/verifications", verification("0172"))).json()
    page = await browser.open(made, "verificationAuthenticationResult")
    world.server.finish(decoded(inputs(page)["creq"])["threeDSServerTransID"], "Y")
    await browser.http.get(f"{_own(page)}?returned=1")
    assert (await world.only()).state is State.CLOSED


async def test_a_token_that_lapses_on_the_way_ends_the_payment(
    world: World, browser: Browser
) -> None:
    """The vault erased the card before the buyer came: nothing can be asked any more."""
    made = await browser.pay(asked("0103"))
    world.vault.expire((await world.only()).card.token)
    end = await browser.open(made)
    assert inputs(end)["responseStatus"] == "ERROR"
    assert world.server.areqs == []


async def test_a_token_that_lapses_before_the_authorization_undoes_everything(
    world: World, browser: Browser
) -> None:
    """The bank was never asked; it is told to refuse, and the payment ends with an error."""
    made = await browser.pay(asked("0172"))
    page = await browser.open(made)
    world.vault.expire((await world.only()).card.token)
    world.server.finish(decoded(inputs(page)["creq"])["threeDSServerTransID"], "Y")
    await browser.http.get(f"{_own(page)}?returned=1")
    payment = await world.only()
    assert payment.state is State.ERROR
    assert payment.outcome is not None
    assert payment.outcome.code == "AUTHORIZATION_ERROR"
    assert world.bank.holding == set()


async def test_a_token_that_lapses_before_the_request_ends_the_payment(
    world: World, browser: Browser
) -> None:
    """Between the 3DS Method and the authentication."""
    page = await browser.open(await browser.pay(asked("0003")))
    world.vault.expire((await world.only()).card.token)
    end = await browser.press(page)
    assert inputs(end)["responseStatus"] == "ERROR"
    assert world.server.areqs == []


async def test_an_error_instead_of_a_result_ends_the_payment(
    world: World, browser: Browser
) -> None:
    """The 3DS Server says that no result will come."""
    page = await browser.open(await browser.pay(asked("0172")))
    world.server.error = "301"
    end = await browser.http.get(f"{_own(page)}?returned=1")
    assert inputs(end)["responseStatus"] == "ERROR"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "http://acs.example/method"])
async def test_a_method_address_that_is_none_is_never_opened(
    world: World, browser: Browser, address: str
) -> None:
    """Attack 12 and 13: the authentication goes on without the 3DS Method."""
    world.server.method_url = address
    end = await browser.open(await browser.pay(asked("0003")))
    assert inputs(end)["responseStatus"] == "SUCCESS"
    assert address not in end.text


async def test_a_lost_reversal_is_repeated(world: World, browser: Browser) -> None:
    """The bank was silent when the undo was sent; half a minute later it hears."""
    world.bank.unreachable = True
    made = await browser.pay(asked("0103"))
    await browser.open(made)
    path = f"/payments/{made['transactionId']}"
    await browser.api("PATCH", path, {"isVoid": True}, request_id="v-1")
    world.bank.unreachable = False
    for _ in range(6):
        await world.later(seconds=30)
    assert (await world.only()).state is State.VOIDED


async def test_a_form_with_too_many_fields_is_refused(world: World, browser: Browser) -> None:
    """Nobody honest sends eleven."""
    made = await browser.pay(asked("0172"))
    await browser.open(made)
    content = "&".join(f"f{nth}=1" for nth in range(11))
    answer = await browser.http.post(f"/3ds/{made['transactionId']}/challenge", content=content)
    assert answer.status_code == 400
    query = "&".join(f"f{nth}=1" for nth in range(11))
    assert (await browser.http.get(f"/3ds/orchestration?{query}")).status_code == 400


async def test_a_sandbox_page_is_framed_by_the_origin_of_its_own_return_address() -> None:
    """Attack 16, F4: every shop may come, but a payment's pages belong to the shop that made it."""
    anywhere = World(replace(MERCHANT, return_origins=(ANY_ORIGIN,)))
    browser = Browser(anywhere)
    wish = asked("0072")
    request = wish["paymentMethodType"]["card"]["paymentAuthenticationRequest"]
    request["authenticationReturnUrl"] = "http://127.0.0.1:9001/back?order=7"
    page = await browser.open(await browser.pay(wish))
    assert policy(page)["frame-ancestors"] == ["http://127.0.0.1:9001"]
    challenge = await browser.press(page)
    assert policy(challenge)["frame-ancestors"] == ["http://127.0.0.1:9001"]
    refusal = await browser.http.get("/3ds/orchestration?Signature=forged")
    assert set(policy(refusal)["frame-ancestors"]) >= {
        "https:", "http://localhost:*", "http://*.localhost:*", "http://127.0.0.1:*",
    }  # fmt: skip


async def test_pages_may_be_framed_by_the_shop_alone(world: World, browser: Browser) -> None:
    """Attack 16, and complaint 2.3: one host for the merchant's frame-src, the issuer's in ours."""
    made = await browser.pay(asked("0072"))
    method = await browser.open(made)
    assert policy(method)["frame-ancestors"] == [SHOP]
    assert policy(method)["frame-src"] == ["'self'", "http://bank.localhost:8080"]
    challenge = await browser.press(method)
    assert policy(challenge)["frame-ancestors"] == [SHOP]
    assert "http://bank.localhost:8080" in policy(challenge)["form-action"]
    nested = await browser.challenge_returns(challenge, made["transactionId"])
    assert set(policy(nested)["frame-ancestors"]) == {
        "'self'", SHOP, "http://bank.localhost:8080",
    }  # fmt: skip
    world.server.finish(decoded(inputs(challenge)["creq"])["threeDSServerTransID"], "Y")
    end = await browser.http.get(f"{_own(method)}?returned=1")
    assert policy(end)["form-action"] == [SHOP]
    for page in (method, challenge, nested, end):
        assert page.headers["cache-control"] == "no-store"
        assert "set-cookie" not in page.headers
        assert "unsafe" not in page.headers["content-security-policy"]


async def test_pages_name_the_shop_and_the_amount(world: World, browser: Browser) -> None:
    """Who is asking, and for how much; in both languages."""
    made = await browser.pay(asked("0003"))
    page = await browser.open(made)
    assert "Hakone Teahouse" in page.text
    assert "$145.00" in page.text
    japanese = await browser.http.get(_own(page), headers={"Accept-Language": "ja"})
    assert "お支払いの確認" in japanese.text


async def test_frames_are_sandboxed(world: World, browser: Browser) -> None:
    """The issuer's page cannot navigate the shop; only a challenge may open the bank's app beside it."""
    made = await browser.pay(asked("0072"))
    method = await browser.open(made)
    challenge = await browser.press(method)
    for page in (method, challenge):
        assert 'sandbox="allow-forms allow-scripts allow-same-origin' in page.text
        assert "allow-top-navigation" not in page.text
    assert "allow-popups" not in method.text


def _own(page: object) -> str:
    """The path of the payment's page, as the page itself knows it."""
    text = str(getattr(page, "text", ""))
    return text.split('data-page="')[1].split('"', maxsplit=1)[0]
