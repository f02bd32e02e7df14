"""The bank's pages as browsers and shops meet them, in process."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from html import unescape

import httpx
import pytest

from sekisho.adapters.http.sites import Paths
from sekisho.issuer.acs.web import site
from sekisho.issuer.acs.web.framing import origin_of
from sekisho.kernel.brands import Brand
from sekisho.protocol import Json
from sekisho.testkit.cards import sandbox_card

from .conftest import AGENT, NOTIFICATION_URL, Bench, KnownCard, creq, decoded, make_bench
from .test_device import METHOD_NOTIFICATION_URL, TRANS_ID, method_data

HTML = {"Accept": "text/html", "User-Agent": AGENT}


@asynccontextmanager
async def visiting(bench: Bench) -> AsyncIterator[httpx.AsyncClient]:
    """Open a browser without scripts and without cookies."""
    app = Paths({"/acs": site(bench.acs, clock=bench.clock, log=bench.log)})
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url="http://bank.localhost:8080",
        headers=HTML,
        follow_redirects=True,
        event_hooks={"response": [_without_cookies]},
    ) as client:
        yield client


async def _without_cookies(response: httpx.Response) -> None:
    response.headers.pop("set-cookie", None)


async def challenged(bench: Bench, browser: httpx.AsyncClient, **changes: Json) -> httpx.Response:
    """Bring the browser to the page of a challenge, as the shop's form does."""
    form = {"creq": creq(await bench.ask(**changes)), "threeDSSessionData": "c2Vzc2lvbg"}
    return await browser.post("/acs/challenge", data=form)


def hidden(page: httpx.Response, name: str) -> str:
    """Read a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, f"no field {name}"
    return unescape(found[1])


def directives(page: httpx.Response) -> dict[str, str]:
    """Read a page's content security policy."""
    policy = page.headers["content-security-policy"]
    return dict(part.strip().split(" ", 1) for part in policy.split(";"))


def wrong(bench: Bench) -> str:
    return f"{(int(bench.bank.last_code) + 1) % 1_000_000:06d}"


async def test_the_page_says_who_asks_for_what_and_how_to_stop(bench: Bench) -> None:
    """B4, B14, D2, attack 18: bank, shop, amount, date and zone, masked card, own words."""
    async with visiting(bench) as browser:
        page = await challenged(bench, browser)
    assert page.status_code == 200
    for text in (
        "Sekisho Bank",
        "Visa Secure",
        "Tea and Tins",
        "￥14,500",
        "2026年3月1日 18:00（日本時間）",
        "•••• 0072",
        "桜の下で",
        "何も入力せずに中止してください",
        "•••-••••-5678",
        "中止する",
        "ヘルプ",
    ):
        assert text in page.text
    actions = re.findall(r'<form[^>]* action="([^"]*)"', page.text)
    assert actions == [f"/acs/challenge/{what}" for what in ("code", "resend", "cancel", "way")]
    assert 'inputmode="numeric"' in page.text
    assert 'autocomplete="one-time-code"' in page.text
    assert "<script" not in page.text
    assert sandbox_card(Brand.VISA, "0072").digits not in page.text


@pytest.mark.parametrize(
    ("spoken", "title"),
    [("ja", "ご本人確認"), ("ja-JP", "ご本人確認"), ("en", "Confirm that"), ("fr", "Confirm")],
)
async def test_the_page_speaks_the_browsers_language(bench: Bench, spoken: str, title: str) -> None:
    """B15: Japanese where the AReq said so, else English."""
    async with visiting(bench) as browser:
        page = await challenged(bench, browser, browserLanguage=spoken)
    assert title in page.text


async def test_the_language_can_be_switched_and_stays(bench: Bench) -> None:
    """B15: also without cookies, through everything that follows."""
    async with visiting(bench) as browser:
        page = await challenged(bench, browser)
        link = re.search(r'href="([^"]*lang=en)"', page.text)
        assert link
        page = await browser.get(unescape(link[1]))
        assert "Confirm that it is you" in page.text
        form = {name: hidden(page, name) for name in ("token", "lang")}
        page = await browser.post("/acs/challenge/code", data=form | {"code": wrong(bench)})
    assert "You can try 2 more times." in page.text


async def test_gmt_is_said_where_the_bank_writes_gmt() -> None:
    """B14."""
    bench = make_bench(time_zone="UTC")
    async with visiting(bench) as browser:
        page = await challenged(bench, browser, browserLanguage="en")
    assert "1 March 2026, 09:00 (GMT)" in page.text


async def test_a_non_payment_says_that_nothing_is_paid(bench: Bench) -> None:
    """A2, NPA: registering a card is not a purchase."""
    async with visiting(bench) as browser:
        page = await challenged(
            bench,
            browser,
            messageCategory="02",
            purchaseAmount=None,
            purchaseCurrency=None,
            purchaseExponent=None,
            purchaseDate=None,
            browserLanguage="en",
        )
    assert "No payment is made now" in page.text


async def test_only_the_requestor_may_frame_a_challenge(bench: Bench) -> None:
    """Attack 16: the two origins of the AReq, and no others."""
    async with visiting(bench) as browser:
        page = await challenged(bench, browser)
    policy = directives(page)
    assert policy["frame-ancestors"] == "http://pay.localhost:8080 http://shop.localhost:8080"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert "x-frame-options" not in page.headers


async def test_the_right_code_takes_the_result_back_to_the_requestor(bench: Bench) -> None:
    """A4: without a script there is a button; session data go back unchanged."""
    async with visiting(bench) as browser:
        page = await challenged(bench, browser)
        page = await browser.post(
            "/acs/challenge/code",
            data={"token": hidden(page, "token"), "code": bench.bank.last_code},
        )
        again = await browser.get(str(page.url))
    assert f'action="{NOTIFICATION_URL}"' in page.text
    assert decoded(hidden(page, "cres"))["transStatus"] == "Y"
    assert hidden(page, "threeDSSessionData") == "c2Vzc2lvbg"
    assert '<button class="button button--wide" type="submit">' in page.text
    policy = directives(page)
    assert "http://pay.localhost:8080" in policy["form-action"]
    assert policy["frame-ancestors"] == "http://pay.localhost:8080 http://shop.localhost:8080"
    assert hidden(again, "cres") == hidden(page, "cres")
    assert len(bench.directory.results) == 1


async def test_session_data_are_not_invented(bench: Bench) -> None:
    """Section 4: absent stays absent."""
    async with visiting(bench) as browser:
        page = await browser.post("/acs/challenge", data={"creq": creq(await bench.ask())})
        page = await browser.post("/acs/challenge/cancel", data={"token": hidden(page, "token")})
    assert "threeDSSessionData" not in page.text


async def test_wrong_codes_look_alike_and_the_third_ends_it(bench: Bench) -> None:
    """Attack 20: one page for every wrong code; a reload repeats no guess."""
    async with visiting(bench) as browser:
        page = await challenged(bench, browser)
        form = {"token": hidden(page, "token"), "lang": "ja", "code": wrong(bench)}
        first = await browser.post("/acs/challenge/code", data=form)
        assert "あと2回入力できます" in first.text
        assert (await browser.get(str(first.url))).text.count("あと2回入力できます") == 1
        second = await browser.post("/acs/challenge/code", data=form)
        assert "あと1回入力できます" in second.text
        third = await browser.post("/acs/challenge/code", data=form)
    assert "ご本人であることを確認できませんでした" in third.text
    assert decoded(hidden(third, "cres"))["transStatus"] == "N"


async def test_what_cannot_be_a_code_is_asked_for_again(bench: Bench) -> None:
    """Every error says what to do next."""
    async with visiting(bench) as browser:
        page = await challenged(bench, browser)
        page = await browser.post(
            "/acs/challenge/code",
            data={"token": hidden(page, "token"), "lang": "ja", "code": "12"},
        )
    assert "6桁の数字を入力してください" in page.text
    assert 'aria-invalid="true"' in page.text


async def test_another_code_comes_after_half_a_minute(bench: Bench) -> None:
    """D4: by SMS or by e-mail; too early a press sends nothing."""
    async with visiting(bench) as browser:
        page = await challenged(bench, browser)
        form = {name: hidden(page, name) for name in ("token", "lang", "turn")}
        form["channel"] = "email"
        page = await browser.post("/acs/challenge/resend", data=form)
        assert "送信したばかりです" in page.text
        bench.clock.advance(timedelta(seconds=30))
        page = await browser.post("/acs/challenge/resend", data=form)
        assert "新しいワンタイムパスワードを送信しました" in page.text
        assert "t•••@example.jp にメールで送信しました" in page.text
        page = await browser.post("/acs/challenge/resend", data=form)
    assert len(bench.bank.sent) == 2, "the second tab's button belongs to an earlier page"


async def test_cancelling_goes_back_at_once(bench: Bench) -> None:
    """D3."""
    async with visiting(bench) as browser:
        page = await challenged(bench, browser)
        form = {name: hidden(page, name) for name in ("token", "lang")}
        page = await browser.post("/acs/challenge/cancel", data=form)
    assert "認証を中止しました" in page.text
    assert 'data-submit-after-s="0"' in page.text
    assert bench.directory.results[0]["challengeCancel"] == "01"


async def test_a_page_left_alone_shows_by_itself_that_its_time_is_over(bench: Bench) -> None:
    """Section 4: ten minutes; no script is needed for that."""
    async with visiting(bench) as browser:
        page = await challenged(bench, browser)
        after, _, address = page.headers["refresh"].partition("; url=")
        assert after == "602"
        bench.clock.advance(timedelta(seconds=602))
        page = await browser.get(address)
    assert "時間切れになりました" in page.text
    assert 'data-submit-after-s="4"' in page.text
    assert decoded(hidden(page, "cres"))["transStatus"] == "N"
    assert bench.directory.results[0]["challengeCancel"] == "04"


@pytest.mark.parametrize(("ending", "text"), [("0070", "成功します"), ("0071", "失敗します")])
async def test_a_challenge_that_goes_by_itself_says_so(
    bench: Bench, ending: str, text: str
) -> None:
    """F4: with a button where scripts are off, and a nonce for the script."""
    async with visiting(bench) as browser:
        page = await challenged(bench, browser, acctNumber=sandbox_card(Brand.VISA, ending).digits)
        assert text in page.text
        nonce = re.search(r'<script nonce="([^"]+)"', page.text)
        assert nonce
        assert f"'nonce-{nonce[1]}'" in directives(page)["script-src"]
        page = await browser.post("/acs/challenge/continue", data={"token": hidden(page, "token")})
    assert hidden(page, "cres")


@pytest.mark.parametrize("field", ["merchantName", "threeDSRequestorName"])
async def test_what_a_shop_says_is_text_and_stays_text(bench: Bench, field: str) -> None:
    """Attack 14: no name of a shop runs as a script or breaks the policy."""
    mark = "<script>alert(1)</script>\"'>"
    bench.bank.card = KnownCard(personal_message=mark, product_name=mark, issuer_name=mark)
    async with visiting(bench) as browser:
        page = await challenged(bench, browser, **{field: mark})
    assert "<script>" not in page.text


async def test_a_shops_address_cannot_end_a_directive(bench: Bench) -> None:
    """Attack 16: what is no plain origin frames nothing."""
    async with visiting(bench) as browser:
        page = await challenged(bench, browser, threeDSRequestorURL="https://a;script-src*/x")
    assert directives(page)["frame-ancestors"] == "http://pay.localhost:8080"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://shop.example/a?b#c", "https://shop.example"),
        ("https://SHOP.example:8443/", "https://shop.example:8443"),
        ("https://ショップ.example/", "https://xn--xckya1d0c.example"),
        ("https://a;b/", None),
        ("https://*.example/", None),
        ("https://a.example:99999/", None),
        ("ftp://a.example/", None),
        ("https:///x", None),
        ("https://'self'/", None),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, origin: str | None) -> None:
    """Attack 16."""
    assert origin_of(url) == origin


async def test_a_creq_that_nobody_knows_is_refused_in_words(bench: Bench) -> None:
    """Section 8, attack 1: code 301 for the technician, advice for the person, no form at all."""
    async with visiting(bench) as browser:
        page = await browser.post(
            "/acs/challenge",
            data={"creq": creq(await bench.ask(), threeDSServerTransID=TRANS_ID[:-1] + "2")},
        )
    assert page.status_code == 400
    assert "301 threeDSServerTransID,acsTransID" in page.text
    assert "<form" not in page.text
    assert NOTIFICATION_URL not in page.text


async def test_a_faulty_creq_goes_back_as_an_erro(bench: Bench) -> None:
    """Section 4: in the field that a CRes would be in."""
    async with visiting(bench) as browser:
        page = await browser.post(
            "/acs/challenge", data={"creq": creq(await bench.ask(), challengeWindowSize="77")}
        )
    assert decoded(hidden(page, "cres"))["errorCode"] == "203"
    assert f'action="{NOTIFICATION_URL}"' in page.text


@pytest.mark.parametrize(
    ("path", "body", "kind", "status"),
    [
        ("/acs/challenge", b"", "application/x-www-form-urlencoded", 400),
        ("/acs/challenge", b"creq=e30&creq=e30", "application/x-www-form-urlencoded", 400),
        ("/acs/challenge", b"creq=%ff", "application/x-www-form-urlencoded", 400),
        ("/acs/challenge", b"{}", "application/json", 400),
        ("/acs/challenge", b"creq=" + b"x" * 200_000, "application/x-www-form-urlencoded", 413),
        ("/acs/challenge/code", b"code=1", "application/x-www-form-urlencoded", 400),
        ("/acs/challenge/code", b"token=x&code=1", "application/x-www-form-urlencoded", 404),
        ("/acs/challenge/cancel", b"token=", "application/x-www-form-urlencoded", 404),
        ("/acs/method", b"", "application/x-www-form-urlencoded", 400),
        ("/acs/method", b"threeDSMethodData=%25", "application/x-www-form-urlencoded", 400),
        ("/acs/method/profile", b"{", "application/json", 400),
        ("/acs/method/profile", b'{"token":"x.y","facts":{}}', "application/json", 400),
    ],
)
async def test_bad_input_is_refused_at_every_door(
    bench: Bench, path: str, body: bytes, kind: str, status: int
) -> None:
    """Attack 11: a clear refusal, never a 500."""
    async with visiting(bench) as browser:
        reply = await browser.post(path, content=body, headers={"Content-Type": kind})
    assert reply.status_code == status, reply.text
    assert not any(line.startswith("error") for line in bench.log.lines)


async def test_refusals_can_be_seen_in_a_frame(bench: Bench) -> None:
    """D2: a blank frame helps nobody; a page without data may be framed by any shop."""
    async with visiting(bench) as browser:
        page = await browser.get("/acs/challenge/page/nobody.nothing")
    assert page.status_code == 404
    assert directives(page)["frame-ancestors"].startswith("https: http://localhost:*")


async def test_one_card_cannot_be_hammered() -> None:
    """Attack 19: the limit goes by the card too."""
    bench = make_bench(requests_per_minute_for_card=8)
    async with visiting(bench) as browser:
        page = await challenged(bench, browser)
        form = {"token": hidden(page, "token"), "code": "12"}
        statuses = [
            (await browser.post("/acs/challenge/code", data=form)).status_code for _ in range(9)
        ]
    assert statuses[-1] == 429


async def test_one_source_cannot_hammer_the_pages() -> None:
    """Attack 39: too many requests are refused with 429."""
    bench = make_bench(requests_per_minute_from_source=5)
    async with visiting(bench) as browser:
        statuses = [(await browser.get("/acs/challenge/page/x.y")).status_code for _ in range(7)]
    assert statuses == [404] * 5 + [429] * 2


async def test_the_method_page_collects_and_then_notifies(bench: Bench) -> None:
    """Section 3: a form to the notification address, a script with a nonce, any ancestors."""
    async with visiting(bench) as browser:
        page = await browser.post("/acs/method", data={"threeDSMethodData": method_data()})
        token = re.search(r'data-token="([^"]+)"', page.text)
        assert token
        kept = await browser.post(
            "/acs/method/profile", json={"token": token[1], "facts": {"userAgent": AGENT}}
        )
    assert page.status_code == 200
    assert f'action="{METHOD_NOTIFICATION_URL}"' in page.text
    assert decoded(hidden(page, "threeDSMethodData")) == {"threeDSServerTransID": TRANS_ID}
    policy = directives(page)
    assert policy["form-action"] == "http://pay.localhost:8080"
    assert policy["frame-ancestors"].startswith("https:")
    assert kept.status_code == 204
    assert (await bench.profiles.get(TRANS_ID)).facts == {"userAgent": AGENT}


async def test_the_silent_method_never_notifies(bench: Bench) -> None:
    """F4: a page without form and script."""
    async with visiting(bench) as browser:
        page = await browser.post("/acs/method/silent", data={"threeDSMethodData": method_data()})
    assert page.status_code == 200
    assert "<form" not in page.text
    assert "<script" not in page.text


async def test_a_result_on_its_way_keeps_the_page_and_no_longer_than_five_seconds() -> None:
    """Section 9: the CRes waits for the RRes, the cardholder sees what is waited for."""
    bench = make_bench(result_wait_s=0.01)
    takes, answering = bench.directory.send, asyncio.Event()

    async def dawdle(
        message: bytes, *, read_s: float, to: str, request_id: str | None = None
    ) -> bytes:
        await answering.wait()
        return await takes(message, read_s=read_s, to=to, request_id=request_id)

    bench.directory.send = dawdle  # type: ignore[method-assign]  # the same peer, slower
    async with visiting(bench) as browser:
        page = await challenged(bench, browser)
        form = {name: hidden(page, name) for name in ("token", "lang")}
        page = await browser.post("/acs/challenge/cancel", data=form)
        assert "少々お待ちください" in page.text
        after, _, address = page.headers["refresh"].partition("; url=")
        assert after == "1"
        bench.clock.advance(timedelta(seconds=5))
        page = await browser.get(address)
    assert decoded(hidden(page, "cres"))["transStatus"] == "N"
    answering.set()
    await bench.acs.close()


async def test_a_creq_that_comes_after_the_end_takes_an_erro_to_the_shop(bench: Bench) -> None:
    """Section 8: the form goes where the AReq said, and nowhere else."""
    form = {"creq": creq(await bench.ask())}
    async with visiting(bench) as browser:
        page = await browser.post("/acs/challenge", data=form)
        await browser.post("/acs/challenge/cancel", data={"token": hidden(page, "token")})
        page = await browser.post("/acs/challenge", data=form)
    assert f'action="{NOTIFICATION_URL}"' in page.text
    assert decoded(hidden(page, "cres"))["messageType"] == "Erro"
