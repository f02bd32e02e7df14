"""The staff's pages: who gets in, and what they show."""

import re
from datetime import timedelta
from html import unescape

import pytest
from httpx import ASGITransport, AsyncClient

from sekisho.acquirer.ledger.web import hash_password, password_check
from sekisho.adapters.http.sites import Paths

from .house import HTML, PASSWORD, Office, sign_in, visiting
from .orders import placed


async def test_nobody_sees_orders_without_signing_in() -> None:
    """Buyers' names and addresses are for the staff."""
    office = Office()
    await office.orders.record(placed())
    async with visiting(office) as client:
        for path in ("/", "/orders/4829137405", "/orders/none"):
            reply = await client.get(path, headers=HTML, follow_redirects=False)
            assert reply.status_code == 303
            assert reply.headers["location"] == "/sign-in"


async def test_the_password_opens_the_list() -> None:
    """D6: the list, with payment icon and authentication icon side by side."""
    office = Office()
    await office.orders.record(placed())
    async with visiting(office) as client:
        assert await sign_in(client) == 303
        page = unescape((await client.get("/?lang=ja", headers=HTML)).text)
        assert "4829137405" in page
        assert "￥14,500" in page
        marks = page.split('class="payment-marks"')[1].split("</td>")[0]
        assert "Visa" in marks
        assert "proof--shifted" in marks
        assert "aria-label=" in marks


async def test_an_order_without_a_shift_has_no_icon() -> None:
    """D6: no icon is drawn for what was not authenticated."""
    office = Office()
    await office.orders.record(
        placed(trans_status="U", eci="07", authentication_value_result=None, challenged=False)
    )
    async with visiting(office) as client:
        await sign_in(client)
        page = (await client.get("/", headers=HTML)).text
        assert "proof--" not in page.split('class="payment-marks"')[1].split("</td>")[0]


@pytest.mark.parametrize(("pattern", "design"), [(1, "shield"), (2, "seal")])
async def test_there_are_two_designs_to_choose_from(pattern: int, design: str) -> None:
    """D6: the shop's setting decides."""
    office = Office(icon_pattern=pattern)
    await office.orders.record(placed())
    async with visiting(office) as client:
        await sign_in(client)
        assert f"proof--{design}" in (await client.get("/", headers=HTML)).text


@pytest.mark.parametrize(
    ("payment", "words"),
    [
        ({}, ["認証済", "チャレンジ", "カード発行会社が本人を認証し", "05"]),
        ({"challenged": False}, ["認証済", "フリクションレス"]),
        (
            {"trans_status": "A", "eci": "06", "authentication_value_result": "3"},
            ["認証済（アテンプト）", "免責されます"],
        ),
        (
            {"trans_status": "U", "eci": "05", "authentication_value_result": None},
            ["未認証", "ECIが認証結果の裏付けを超えています", "店舗"],
        ),
        (
            {
                "brand": "mastercard",
                "trans_status": None,
                "eci": None,
                "challenged": None,
                "authentication_value_result": None,
            },
            ["Mastercard", "未認証", "本人認証は行われていません"],
        ),
        ({"brand": "bancontact"}, ["bancontact", "判定規則がありません"]),
    ],
)
async def test_an_order_says_how_it_was_authenticated_and_who_bears_fraud(
    payment: dict[str, object], words: list[str]
) -> None:
    """D7, C11: brand, authenticated or not, ECI, frictionless or challenged, liability and why."""
    office = Office()
    await office.orders.record(placed(**payment))
    async with visiting(office) as client:
        await sign_in(client)
        page = unescape((await client.get("/orders/4829137405?lang=ja", headers=HTML)).text)
        for word in words:
            assert word in page
        assert "taro@example.com" in page
        assert "1072" in page


async def test_the_list_is_paged_newest_first() -> None:
    """Each page begins where the one before ended, whatever came in meanwhile."""
    office = Office()
    for number in range(1, 8):
        await office.orders.record(placed(f"order-{number}"))
    async with visiting(office) as client:
        await sign_in(client)
        found, path = [], "/"
        while path:
            page = (await client.get(path, headers=HTML)).text
            found += [piece.split('"')[0] for piece in page.split('href="/orders/')[1:]]
            await office.orders.record(placed(f"late-{len(found)}"))
            older = re.search(r'href="(/\?after=[^"&]+)"', page)
            path = older[1] if older else ""
        assert found == [f"order-{number}" for number in range(7, 0, -1)]


async def test_a_place_that_is_not_in_the_list_is_not_there() -> None:
    """Neither a number nor its shape is taken on trust."""
    office = Office()
    async with visiting(office) as client:
        await sign_in(client)
        for path in ("/?after=nobody", "/?after=%27--", "/orders/nobody", "/orders/%27--"):
            assert (await client.get(path, headers=HTML)).status_code == 404


async def test_a_wrong_password_opens_nothing() -> None:
    """And is logged without the password."""
    office = Office()
    async with visiting(office) as client:
        assert await sign_in(client, "sesame") == 403
        assert (await client.get("/", headers=HTML, follow_redirects=False)).status_code == 303
    assert [line[1] for line in office.log.said] == ["staff sign-in refused"]
    assert "sesame" not in str(office.log.said)


async def test_guessing_is_slowed_down() -> None:
    """After five tries not even the right password is looked at, until time has passed."""
    office = Office()
    async with visiting(office) as client:
        assert [await sign_in(client, "guess") for _ in range(5)] == [403] * 5
        assert await sign_in(client) == 429
        office.clock.advance(timedelta(minutes=5))
        assert await sign_in(client) == 303


async def test_an_endless_password_is_not_hashed() -> None:
    """Hashing is slow on purpose: its length is limited first."""
    office = Office()
    async with visiting(office) as client:
        assert await sign_in(client, "x" * 5000) == 403


async def test_signing_in_gives_a_new_secret() -> None:
    """Session fixation: what the browser showed before opens nothing afterwards."""
    office = Office()
    async with visiting(office) as client:
        await client.get("/sign-in", headers=HTML)
        before = client.cookies["ledger"]
        await sign_in(client)
        assert client.cookies["ledger"] != before
        assert not await office.staff.is_in(before)


async def test_the_store_does_not_hold_what_opens_a_session() -> None:
    """Whoever reads the database cannot sign in with it."""
    office = Office()
    async with visiting(office) as client:
        await sign_in(client)
        secret = client.cookies["ledger"]
        assert secret not in str(await office.session_store.newest())


async def test_signing_out_ends_the_session_everywhere() -> None:
    """A copied cookie is worth nothing afterwards."""
    office = Office()
    async with visiting(office) as client:
        await sign_in(client)
        secret = client.cookies["ledger"]
        page = (await client.get("/", headers=HTML)).text
        token = page.split('name="form_token" value="')[1].split('"')[0]
        await client.post("/sign-out", data={"form_token": token}, headers=HTML)
        assert not await office.staff.is_in(secret)


async def test_signing_out_twice_is_no_error() -> None:
    """The second tab has the button too."""
    await Office().staff.sign_out("unknown")


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out"])
async def test_a_form_of_another_site_is_refused(path: str) -> None:
    """Also the sign-in: nobody is to be signed in as somebody else unawares."""
    office = Office()
    async with visiting(office) as client:
        await sign_in(client)
        secret = client.cookies["ledger"]
        reply = await client.post(
            path, data={"password": PASSWORD, "form_token": "0" * 64}, headers=HTML
        )
        assert reply.status_code == 403
        assert await office.staff.is_in(secret)
        client.cookies.clear()
        reply = await client.post(path, data={"password": PASSWORD}, headers=HTML)
        assert reply.status_code == 403


async def test_the_session_ends_when_nobody_clicks() -> None:
    """A browser left open in the shop does not stay open all night."""
    office = Office()
    async with visiting(office) as client:
        await sign_in(client)
        for _ in range(3):
            office.clock.advance(timedelta(minutes=25))
            assert (await client.get("/", headers=HTML, follow_redirects=False)).status_code == 200
        office.clock.advance(timedelta(minutes=31))
        assert (await client.get("/", headers=HTML, follow_redirects=False)).status_code == 303


async def test_the_cookie_is_out_of_reach() -> None:
    """HttpOnly, SameSite=Strict, for the ledger's path alone; Secure on https."""
    async with visiting(Office(path="/ledger")) as client:
        cookie = (await client.get("/sign-in", headers=HTML)).headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Path=/ledger" in cookie
        assert "Secure" not in cookie
    async with visiting(Office(origin="https://shop.example")) as client:
        cookie = (await client.get("/sign-in", headers=HTML)).headers["set-cookie"]
        assert cookie.startswith("__Secure-ledger=")
        assert "Secure;" in cookie or cookie.endswith("Secure")


async def test_markup_in_a_buyers_name_is_text() -> None:
    """The buyer writes it, the staff read it: the oldest attack on a back office."""
    office = Office()
    order = placed(transaction_id="<script>alert(1)</script>", brand="<b>x</b>")
    await office.orders.record(order)
    async with visiting(office) as client:
        await sign_in(client)
        for path in ("/", "/orders/4829137405"):
            page = (await client.get(path, headers=HTML)).text
            assert "<script>alert" not in page
            assert "<b>x</b>" not in page


def test_the_settings_hash_is_made_of_the_password_and_opens_for_it_alone() -> None:
    """What the house writes into the settings is what the sign-in compares with."""
    known = hash_password("sesame")
    assert known.reveal().startswith("$argon2id$")
    fits = password_check(known)
    assert fits("sesame")
    assert not fits("Sesame")


async def test_the_ledger_works_under_its_path() -> None:
    """Mounted at /ledger, every address it gives lies below that: links, forms, redirects, files."""
    office = Office(path="/ledger")
    await office.orders.record(placed())
    app = Paths({"/ledger": office.site})
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url=office.settings.origin) as client:
        reply = await client.get("/ledger/", headers=HTML, follow_redirects=False)
        assert reply.headers["location"] == "/ledger/sign-in"
        page = (await client.get("/ledger/sign-in", headers=HTML)).text
        addresses = re.findall(r'(?:href|action)="(/[^"]*)"', page)
        assert addresses
        assert all(address.startswith("/ledger") for address in addresses)
        for address in re.findall(r'href="(/[^"]*\.css)"', page):
            assert (await client.get(address)).status_code == 200
        token = page.split('name="form_token" value="')[1].split('"')[0]
        signed_in = await client.post(
            "/ledger/sign-in",
            data={"form_token": token, "password": PASSWORD},
            headers=HTML,
            follow_redirects=True,
        )
        assert signed_in.url.path == "/ledger/"
        assert 'href="/ledger/orders/4829137405"' in signed_in.text
