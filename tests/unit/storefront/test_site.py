"""The shop's site as a buyer, and a forger, meets it."""

import re
from dataclasses import replace

import pytest

from sekisho.acquirer.storefront.model import State

from .browsing import ANSWERS, HTML, SCRIPTED, Browser, text_of, visiting
from .house import Shop
from .peers import APPROVED, CANCELLED, DECLINED
from .purchases import SETTINGS


async def number_of(shop: Shop) -> str:
    """The number of the newest checkout."""
    return (await shop.checkout_store.newest())[0].number


async def return_path(shop: Shop) -> str:
    """Where the gateway sends the browser back."""
    newest = (await shop.checkout_store.newest())[0]
    assert newest.current is not None
    attempt = newest.current
    return f"/checkout/{newest.number}/return?attempt={attempt.id}&key={attempt.return_key}&lang=ja"


async def come_back(shop: Shop, browser: Browser, **said: str) -> str:
    """The gateway's form arrives in the frame: from another site, without a cookie."""
    kept = browser.client.cookies
    browser.client.cookies = type(kept)()
    reply = await browser.client.post(
        await return_path(shop),
        data={"paymentRequestId": "payment-1", "responseStatus": "SUCCESS"} | said,
        headers=HTML | {"Origin": "http://pay.localhost:8080"},
    )
    browser.client.cookies = kept
    assert reply.status_code == 200
    assert "cart=" not in reply.headers.get("set-cookie", "")
    return reply.text


async def newest_attempt(shop: Shop) -> str:
    """The id of the newest attempt."""
    current = (await shop.checkout_store.newest())[0].current
    assert current is not None
    return current.id


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_a_buyer_gets_from_the_front_page_to_an_order(language: str) -> None:
    """D1: cart, details, confirmation, payment, order number."""
    shop = Shop()
    async with visiting(shop) as browser:
        await browser.open(f"/?lang={language}")
        await browser.to_payment()
        number = await number_of(shop)
        assert f"/checkout/{number}/status" in browser.page
        assert "Signature=s" in browser.page
        shop.gateway.settle(await newest_attempt(shop), APPROVED)
        await come_back(shop, browser)
        done = await browser.open(f"/checkout/{number}/outcome")
        assert done.url.path == f"/orders/{number}"
        assert number in browser.page
        assert "14,500" in browser.page
        assert ("ご注文ありがとうございます" in browser.page) is (language == "ja")
        assert list(shop.ledger.orders) == [number]


async def test_the_confirmation_page_says_what_goes_to_the_card_company() -> None:
    """D5: mark, explanation, notice, consent, and the button in the words of the manual."""
    async with visiting(Shop()) as browser:
        await browser.open("/?lang=ja")
        await browser.to_confirmation()
        text = text_of(browser.page)
        assert "個人情報をカード会社に提供します" in text
        assert "3Dセキュア" in text
        assert "この内容で注文する" in text
        assert "￥14,500" in text
        assert 'name="consent"' in browser.page


async def test_without_consent_nothing_is_ordered() -> None:
    """D5: the buyer agrees, or the card is not used."""
    shop = Shop()
    async with visiting(shop) as browser:
        await browser.to_confirmation()
        refused = await browser.send("/checkout/confirm", **SCRIPTED)
        assert refused.status_code == 422
        assert 'role="alert"' in browser.page
        assert shop.gateway.payments == {}


async def test_without_script_nothing_is_ordered() -> None:
    """B15: the page says what to do."""
    shop = Shop()
    async with visiting(shop) as browser:
        await browser.to_confirmation()
        assert "<noscript>" in browser.page
        refused = await browser.send("/checkout/confirm", consent="yes")
        assert refused.status_code == 422
        assert shop.gateway.payments == {}


async def test_the_cart_is_readable_without_script() -> None:
    """B15: goods, cart and checkout are plain pages with plain forms."""
    async with visiting(Shop()) as browser:
        for path in ("/", "/products/kettle", "/cart"):
            await browser.open(path)
            assert "<script" not in browser.page
        await browser.to_checkout()
        assert "<noscript>" in browser.page


async def test_what_the_server_saw_of_the_browser_is_not_taken_from_the_form() -> None:
    """A forged address or header in the form would poison the issuer's analysis."""
    shop = Shop()
    async with visiting(shop) as browser:
        await browser.to_confirmation()
        await browser.send(
            "/checkout/confirm",
            **SCRIPTED,
            consent="yes",
            deviceIPAddress="203.0.113.9",
            browserUserAgent="Forged/1.0",
        )
        (request,) = shop.gateway.asked.values()
        assert "203.0.113.9" not in str(request)
        assert "Forged" not in str(request)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (CANCELLED, "お支払いをキャンセルしました"),
        (DECLINED, "カード会社の承認が得られませんでした"),
        (CANCELLED | {"response_code": "AUTHENTICATION_FAILED"}, "本人認証が完了しませんでした"),
        (CANCELLED | {"response_code": "AUTHENTICATION_TIMEOUT"}, "制限時間を過ぎました"),
        (
            {
                "response_status": "ERROR",
                "transaction_state": "ERROR",
                "response_code": "AUTHENTICATION_ERROR",
            },
            "お支払いを処理できませんでした",
        ),
    ],
)
async def test_a_failure_leads_back_with_its_words_and_the_cart(
    how: dict[str, object], words: str
) -> None:
    """D3: a message for each outcome; details and cart are still there for another card."""
    shop = Shop()
    async with visiting(shop) as browser:
        await browser.open("/?lang=ja")
        await browser.to_payment()
        shop.gateway.settle(await newest_attempt(shop), how)
        await come_back(shop, browser, responseStatus="DENIED")
        back = await browser.open(f"/checkout/{await number_of(shop)}/outcome")
        assert back.url.path == "/checkout"
        assert words in browser.page
        assert 'value="taro@example.com"' in browser.page
        assert "鉄瓶" in browser.page
        again = await browser.send("/checkout", **(ANSWERS | {"token": "tok_another_card_123"}))
        assert again.url.path == "/checkout/confirm"
        await browser.send("/checkout/confirm", **SCRIPTED, consent="yes")
        shop.gateway.settle(await newest_attempt(shop), APPROVED)
        await come_back(shop, browser, paymentRequestId="payment-2")
        await browser.open(f"/checkout/{await number_of(shop)}/outcome")
        assert "ご注文ありがとうございます" in browser.page
        assert len(shop.ledger.orders) == 1


async def test_a_forged_success_makes_no_order() -> None:
    """The buyer posts SUCCESS and another payment's id to the return address."""
    shop = Shop()
    async with visiting(shop) as browser:
        await browser.to_payment()
        for said in ({}, {"paymentRequestId": "payment-of-a-friend"}, {"responseStatus": "DENIED"}):
            await come_back(shop, browser, **said)
        page = await browser.open(f"/checkout/{await number_of(shop)}/outcome")
        assert page.url.path.endswith("/payment")
        assert shop.ledger.orders == {}
        assert (await browser.open(f"/orders/{await number_of(shop)}")).status_code == 404


@pytest.mark.parametrize(
    ("old", "new"),
    [("key=", "key=x"), ("attempt=", "attempt=x"), ("/return?", "/return?lang=ja&none=")],
)
async def test_a_return_without_its_key_is_refused(old: str, new: str) -> None:
    """A stranger cannot even make the shop ask."""
    shop = Shop()
    async with visiting(shop) as browser:
        await browser.to_payment()
        asked_before = len(shop.checkout_store.effects)
        path = (await return_path(shop)).replace(old, new)
        reply = await browser.client.post(path, data={"responseStatus": "SUCCESS"}, headers=HTML)
        assert reply.status_code == 404
        assert len(shop.checkout_store.effects) == asked_before


async def test_the_page_in_the_frame_speaks_to_its_own_site_only() -> None:
    """Exact target origin; framed by the shop and the gateway, by nobody else."""
    shop = Shop()
    async with visiting(shop) as browser:
        await browser.to_payment()
        reply = await browser.client.post(await return_path(shop), headers=HTML)
        assert 'data-origin="http://shop.localhost:8080"' in reply.text
        assert 'target="_top"' in reply.text
        policy = reply.headers["content-security-policy"]
        assert "frame-ancestors 'self' http://pay.localhost:8080" in policy
        assert "x-frame-options" not in reply.headers


async def test_pages_are_framed_by_nobody() -> None:
    """A checkout in somebody else's frame is how clicks are stolen."""
    shop = Shop()
    async with visiting(shop) as browser:
        for step in (browser.to_checkout, browser.to_confirmation, browser.to_payment):
            reply = await step()
            assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]
            assert "unsafe-inline" not in reply.headers["content-security-policy"]


async def test_the_vaults_script_is_pinned() -> None:
    """E5: a changed script does not run, and only the gateway's site may be framed."""
    async with visiting(Shop()) as browser:
        reply = await browser.to_checkout()
        assert re.search(
            r'src="http://pay\.localhost:8080/vault/js/sekisho\.1\.js" integrity="sha384-[^"]+"'
            r' crossorigin="anonymous"',
            browser.page,
        )
        policy = reply.headers["content-security-policy"]
        assert "frame-src 'self' http://pay.localhost:8080;" in policy


async def test_the_shops_form_has_no_field_for_a_card_number_or_code() -> None:
    """E1, D5: number and security code are in the vault's frame."""
    async with visiting(Shop()) as browser:
        await browser.to_checkout()
        assert 'id="card" data-key="pk_sandbox_shop"' in browser.page
        for word in ("cc-number", "cc-csc", "cvv", "cvc"):
            assert word not in browser.page.lower()


@pytest.mark.parametrize("field", ["given_name", "line1", "city", "token", "holder_name", "email"])
async def test_a_card_number_typed_into_the_wrong_field_is_not_kept(field: str) -> None:
    """E1: it is refused before it reaches a record."""
    shop = Shop()
    async with visiting(shop) as browser:
        await browser.to_confirmation(**{field: "4111 1111 1111 1111"})
        assert "/checkout/confirm" not in browser.page
        newest = (await shop.checkout_store.newest())[0]
        assert newest.state is State.OPEN
        assert "1111" not in str(newest)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("family_name", ""),
        ("email", "taro"),
        ("phone", "unknown"),
        ("phone_country", "+"),
        ("postal_code", "12"),
        ("state", ""),
        ("country", "XX"),
        ("city", "x" * 51),
        ("holder_name", "山田太郎"),
        ("holder_name", ""),
        ("holder_name", "TARO"),
        ("token", ""),
        ("brand", "bancontact"),
        ("lastFour", "12345"),
        ("expiryMonth", "13"),
        ("expiryYear", "1999"),
    ],
)
async def test_each_wrong_field_is_named(field: str, value: str) -> None:
    """What was typed is still there, what is wrong is marked, and the reader is told what to do."""
    async with visiting(Shop()) as browser:
        reply = await browser.to_confirmation(**{field: value})
        assert reply.status_code == 422
        assert 'aria-invalid="true"' in browser.page or 'id="card-fault"' in browser.page
        if field not in {"token", "brand", "lastFour", "expiryMonth", "expiryYear"}:
            assert f'id="{field}-fault"' in browser.page
        assert 'value="箱根町1-2-3"' in browser.page or field == "line1"


async def test_full_width_digits_are_read_as_digits() -> None:
    """Japanese keyboards type them."""
    shop = Shop()
    async with visiting(shop) as browser:
        await browser.to_confirmation(
            phone="０９０ー１２３４ー５６７８", postal_code="１００－０００１"
        )
        buyer = (await shop.checkout_store.newest())[0].buyer
        assert buyer is not None
        assert buyer.phone == "9012345678"
        assert buyer.address.postal_code == "100-0001"


async def test_another_delivery_address_is_kept() -> None:
    """A present goes to somebody else."""
    shop = Shop()
    async with visiting(shop) as browser:
        await browser.open("/?lang=ja")
        other = {
            f"to_{name}": ANSWERS[name] for name in ("country", "postal_code", "state", "city")
        }
        await browser.to_confirmation(
            elsewhere="yes", to_family_name="佐藤", to_given_name="花子", to_line1="別荘1", **other
        )
        delivery = (await shop.checkout_store.newest())[0].delivery
        assert delivery is not None
        assert delivery.family_name == "佐藤"
        assert delivery.address.line1 == "別荘1"
        assert "佐藤 花子" in browser.page
        await browser.open("/checkout")
        assert 'value="別荘1"' in browser.page


@pytest.mark.parametrize("action", ["/cart/add", "/cart/change", "/checkout", "/checkout/confirm"])
@pytest.mark.parametrize("token", ["", "0" * 64])
async def test_a_form_of_another_site_is_refused(action: str, token: str) -> None:
    """The cookie comes along with a click from elsewhere; the form's token does not."""
    shop = Shop()
    async with visiting(shop) as browser:
        await browser.to_confirmation()
        reply = await browser.client.post(
            action,
            data=ANSWERS | SCRIPTED | {"form_token": token, "sku": "kettle", "consent": "yes"},
            headers=HTML,
        )
        assert reply.status_code == 403
        assert shop.gateway.payments == {}


async def test_another_site_cannot_cancel_a_payment() -> None:
    """Cancelling moves money back: it needs the form's token too."""
    shop = Shop()
    async with visiting(shop) as browser:
        await browser.to_payment()
        number = await number_of(shop)
        reply = await browser.client.post(
            f"/checkout/{number}/cancel",
            data={"attempt": await newest_attempt(shop)},
            headers=HTML,
        )
        assert reply.status_code == 403
        assert shop.gateway.voids == []


async def test_one_buyers_form_token_does_not_serve_another() -> None:
    """It is made of the session's own secret."""
    shop = Shop()
    async with visiting(shop) as mine, visiting(shop) as theirs:
        await mine.open("/products/kettle")
        await theirs.open("/products/kettle")
        stolen = theirs.form("/cart/add")["form_token"]
        assert stolen != mine.form("/cart/add")["form_token"]
        reply = await mine.client.post(
            "/cart/add", data={"form_token": stolen, "sku": "kettle"}, headers=HTML
        )
        assert reply.status_code == 403


async def test_a_browser_without_cookies_is_told_so() -> None:
    """B15: the cart needs one cookie; the page says what to do."""
    shop = Shop()
    async with visiting(shop) as browser:
        await browser.open("/products/kettle?lang=ja")
        form = browser.form("/cart/add")
        browser.client.cookies.clear()
        reply = await browser.client.post(
            "/cart/add?lang=ja", data=form | {"quantity": "1"}, headers=HTML
        )
        assert reply.status_code == 403
        assert "Cookieを有効にしてください" in reply.text


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites() -> None:
    """HttpOnly, SameSite=Lax; Secure and bound to the host as soon as the shop is on https."""
    async with visiting(Shop()) as browser:
        reply = await browser.open("/")
        (cookie,) = [one for one in reply.headers.get_list("set-cookie") if one.startswith("cart=")]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Secure" not in cookie


async def test_on_https_the_cookie_is_secure() -> None:
    """__Host- binds it to this very host."""
    async with visiting(Shop(replace(SETTINGS, origin="https://shop.example"))) as browser:
        reply = await browser.open("/")
        (cookie,) = [one for one in reply.headers.get_list("set-cookie") if "cart=" in one]
        assert cookie.startswith("__Host-cart=")
        assert "Secure" in cookie


async def test_a_cookie_of_the_forgers_making_is_replaced() -> None:
    """Only a secret of our own length opens a session."""
    async with visiting(Shop()) as browser:
        browser.client.cookies.set("cart", "chosen-by-somebody")
        reply = await browser.open("/")
        assert "cart=" in reply.headers["set-cookie"]


async def test_cancelling_on_the_payment_page_leads_back_with_the_cart() -> None:
    """D3: the button works without script and without the gateway's help."""
    shop = Shop()
    async with visiting(shop) as browser:
        await browser.open("/?lang=ja")
        await browser.to_payment()
        number = await number_of(shop)
        back = await browser.send(f"/checkout/{number}/cancel")
        assert back.url.path == "/checkout"
        assert "お支払いをキャンセルしました" in browser.page
        assert shop.gateway.voids == ["payment-1"]


async def test_the_waiting_page_learns_where_to_go() -> None:
    """Should the message from the frame be lost, the page asks the server."""
    shop = Shop()
    async with visiting(shop) as browser:
        await browser.to_payment()
        number = await number_of(shop)
        waiting = (await browser.client.get(f"/checkout/{number}/status")).json()
        assert waiting["state"] == "paying"
        assert waiting["next"] is None
        assert waiting["url"].startswith("http://pay.localhost:8080/3ds/")
        shop.gateway.settle(await newest_attempt(shop), APPROVED)
        await come_back(shop, browser)
        ended = (await browser.client.get(f"/checkout/{number}/status")).json()
        assert ended == {"state": "ended", "next": f"/orders/{number}", "url": None}


async def test_nobody_else_sees_a_checkout() -> None:
    """An order number in the address opens nothing."""
    shop = Shop()
    async with visiting(shop) as browser, visiting(shop) as other:
        await browser.to_payment()
        number = await number_of(shop)
        await other.open("/")
        for path in ("payment", "status", "outcome"):
            reply = await other.client.get(f"/checkout/{number}/{path}", headers=HTML)
            assert reply.status_code == 404
        shop.gateway.settle(await newest_attempt(shop), APPROVED)
        await come_back(shop, browser)
        assert (await other.client.get(f"/orders/{number}", headers=HTML)).status_code == 404


async def test_a_page_of_an_older_cart_says_so() -> None:
    """Another tab added something: the old button leads back with a message."""
    shop = Shop()
    async with visiting(shop) as browser:
        await browser.to_confirmation()
        stale = browser.form("/checkout/confirm")
        await browser.open("/products/sencha")
        await browser.send("/cart/add", quantity="1")
        reply = await browser.client.post(
            "/checkout/confirm",
            data=stale | SCRIPTED | {"consent": "yes"},
            headers=HTML,
            follow_redirects=True,
        )
        assert reply.url.path == "/checkout"
        assert 'role="alert"' in reply.text
        assert shop.gateway.payments == {}


async def test_the_button_cannot_be_pressed_without_end() -> None:
    """A thief with a list of cards is slowed down at the shop already."""
    shop = Shop()
    async with visiting(shop) as browser:
        statuses = []
        for _ in range(25):
            await browser.to_confirmation()
            reply = await browser.send("/checkout/confirm", **SCRIPTED, consent="yes")
            statuses.append(reply.status_code)
            if reply.status_code != 200:
                break
            shop.gateway.settle(await newest_attempt(shop), DECLINED)
            await come_back(shop, browser)
        assert statuses[-1] == 429


@pytest.mark.parametrize("body", [b"x" * 70_000, b"\xff\xfe=%zz&&&=", b"form_token=" + b"%00" * 50])
async def test_garbage_is_refused(body: bytes) -> None:
    """Limits on everything, and no 500."""
    async with visiting(Shop()) as browser:
        await browser.to_checkout()
        reply = await browser.client.post(
            "/checkout",
            content=body,
            headers=HTML | {"Content-Type": "application/x-www-form-urlencoded"},
        )
        assert reply.status_code in {400, 403, 413}


@pytest.mark.parametrize("quantity", ["-1", "1e9", "999999999999", "", "٣", "two"])
async def test_odd_quantities_are_tamed(quantity: str) -> None:
    """At least nothing, at most twenty, whatever is sent."""
    shop = Shop()
    async with visiting(shop) as browser:
        await browser.open("/products/kettle")
        await browser.send("/cart/add", quantity=quantity)
        cart = (await shop.cart_store.newest())[0]
        assert 0 <= cart.quantity("kettle") <= 20


async def test_markup_in_a_name_is_text() -> None:
    """What a buyer types is shown, never run."""
    async with visiting(Shop()) as browser:
        await browser.to_checkout()
        reply = await browser.client.post(
            "/checkout",
            data=browser.form("/checkout")
            | ANSWERS
            | {"given_name": '"><script>alert(1)</script>'},
            headers=HTML,
            follow_redirects=True,
        )
        assert "<script>alert" not in reply.text
