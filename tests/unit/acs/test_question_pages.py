"""One page for each way of asking, as a browser without scripts and without cookies meets it."""

import json
import re
from html import unescape

import httpx
import pytest

from sekisho.issuer.acs.flow.ways import OTHERS
from sekisho.issuer.acs.model import ChallengeKind
from sekisho.issuer.acs.service import nonce_of
from sekisho.protocol import Json

from .conftest import APP_CODE, PASSWORD, Bench, decoded, passkey_says
from .test_pages import challenged, directives, hidden, visiting
from .test_ways_of_asking import bench_for

K = ChallengeKind
SAID = {
    K.STATIC_PASSWORD: ("Password of the web service", "会員サービスのパスワード"),
    K.APP_CODE: ("Code of your authenticator app", "認証アプリのコード"),
    K.OUT_OF_BAND: ("Open your bank's app", "銀行アプリを開き"),
    K.PASSKEY: ("Use the passkey", "パスキーを使う"),
    K.SINGLE_SELECT: ("Which is your branch?", "branchはどれですか"),
    K.MULTI_SELECT: ("Tick everything that is right.", "あてはまるものをすべて選択"),
    K.INFORMATION: ("Please check this purchase", "お取引内容のご確認"),
}


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("kind", SAID)
async def test_every_page_says_who_asks_for_what_and_how_to_stop(
    kind: ChallengeKind, language: str
) -> None:
    """B4, B14, B15, B17, attack 18: the same on every page, in the cardholder's language."""
    bench = bench_for(kind, help_url="http://bank.localhost:8080/help")
    async with visiting(bench) as browser:
        page = await challenged(bench, browser, browserLanguage=language)
    assert page.status_code == 200
    zone = "Japan Standard Time" if language == "en" else "日本時間"
    for text in ("Sekisho Bank", "Tea and Tins", "14,500", zone, "•••• 0072", "桜の下で"):
        assert text in page.text
    assert SAID[kind][language == "ja"] in page.text
    assert 'href="http://bank.localhost:8080/help"' in page.text
    assert "/acs/challenge/cancel" in page.text
    assert f'<html lang="{language}">' in page.text
    assert "style=" not in page.text
    assert directives(page)["script-src"].startswith("'self' 'nonce-")
    for script in re.findall(r"<script[^>]*>", page.text):
        assert "nonce=" in script


async def post(
    browser: httpx.AsyncClient, page: httpx.Response, what: str, **fields: str
) -> httpx.Response:
    """Press a button of the page."""
    form = {"token": hidden(page, "token"), "lang": "en", **fields}
    return await browser.post(f"/acs/challenge/{what}", data=form)


async def shown(bench: Bench, browser: httpx.AsyncClient, **changes: Json) -> httpx.Response:
    """Come to the page in English."""
    return await challenged(bench, browser, browserLanguage="en", **changes)


@pytest.mark.parametrize(
    ("kind", "what", "wrong", "right", "says"),
    [
        (K.STATIC_PASSWORD, "code", {"code": "x"}, {"code": PASSWORD}, "not your password"),
        (K.APP_CODE, "code", {"code": "000000"}, {"code": APP_CODE}, "wrong or was used already"),
        (K.SINGLE_SELECT, "choose", {"choice": "a"}, {"choice": "b"}, "not the right answer"),
        (
            K.MULTI_SELECT, "choose", {"choice.b": "on"}, {"choice.a": "on", "choice.c": "on"},
            "not the right answer",
        ),
    ],
)  # fmt: skip
async def test_a_wrong_answer_is_said_and_the_right_one_goes_back(
    kind: ChallengeKind, what: str, wrong: dict[str, str], right: dict[str, str], says: str
) -> None:
    """A4, D4: three tries each, and the field is marked."""
    bench = bench_for(kind)
    async with visiting(bench) as browser:
        page = await shown(bench, browser)
        page = await post(browser, page, what, **wrong)
        assert says in page.text
        assert "You can try 2 more times." in page.text
        assert 'aria-invalid="true"' in page.text
        page = await post(browser, page, what, **right)
    assert decoded(hidden(page, "cres"))["transStatus"] == "Y"


@pytest.mark.parametrize(
    ("kind", "what", "fields", "says"),
    [
        (K.STATIC_PASSWORD, "code", {"code": ""}, "Enter your password."),
        (K.APP_CODE, "code", {"code": "12"}, "Enter the six digits"),
        (K.SINGLE_SELECT, "choose", {}, "Choose an answer."),
        (K.MULTI_SELECT, "choose", {}, "Choose an answer."),
        (K.PASSKEY, "passkey", {"response": ""}, "The passkey did not answer."),
    ],
)
async def test_nothing_entered_is_asked_for_again(
    kind: ChallengeKind, what: str, fields: dict[str, str], says: str
) -> None:
    """Every error says what to do next."""
    bench = bench_for(kind)
    async with visiting(bench) as browser:
        page = await post(browser, await shown(bench, browser), what, **fields)
    assert says in page.text


async def test_the_page_shows_the_number_and_notices_the_apps_answer_without_a_script() -> None:
    """A4, attack 22: the page loads itself again; its script only asks whether it should."""
    bench = bench_for(K.OUT_OF_BAND)
    async with visiting(bench) as browser:
        page = await shown(bench, browser)
        [prompt] = bench.bank.prompts
        assert f'<strong id="number">{prompt.number}</strong>' in page.text
        assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page.text
        status = f"/acs/challenge/status/{hidden(page, 'token')}"
        before = (await browser.get(status)).json()
        assert before == {"page": unescape(re.findall(r'data-page="([^"]*)"', page.text)[0])}
        assert (await browser.get(status)).json() == before
        page = await post(browser, page, "approved")
        assert "no answer yet" in page.text
        before = (await browser.get(status)).json()
        await bench.acs.prompts.answered(prompt.prompt_id, approved=True)
        assert (await browser.get(status)).json() != before
        page = await browser.get(str(page.url).split("#")[0])
    assert decoded(hidden(page, "cres"))["transStatus"] == "Y"


async def test_the_number_is_in_no_log_and_no_address() -> None:
    """Attack 35: nor is what was typed."""
    bench = bench_for(K.STATIC_PASSWORD)
    async with visiting(bench) as browser:
        page = await post(browser, await shown(bench, browser), "code", code=PASSWORD + "x")
    assert PASSWORD not in str(page.url)
    assert not any(PASSWORD in line for line in bench.log.lines)
    assert PASSWORD not in page.text
    assert 'type="password"' in page.text


async def test_asking_again_and_in_another_way_are_forms() -> None:
    """B5: no script is needed for either."""
    bench = bench_for(K.OUT_OF_BAND)
    async with visiting(bench) as browser:
        page = await shown(bench, browser)
        page = await post(browser, page, "resend", turn=hidden(page, "turn"))
        assert "asked a moment ago" in page.text
        page = await post(browser, page, "way", turn=hidden(page, "turn"), way="ONE_TIME_CODE")
        assert "One-time password (6 digits)" in page.text
        assert "In your bank's app" in page.text
        again = await post(browser, page, "way", turn="x", way="OUT_OF_BAND")
        assert "One-time password (6 digits)" in again.text
        nowhere = await post(browser, page, "way", turn="2", way="NOTHING")
        assert "One-time password (6 digits)" in nowhere.text


@pytest.mark.parametrize("first", OTHERS)
async def test_every_way_leads_to_every_other_and_back(first: ChallengeKind) -> None:
    """B5: whatever is offered has a name, a page, and a way back."""
    bench = bench_for(first)
    async with visiting(bench) as browser:
        page = await shown(bench, browser)
        for _ in range(4):
            ways = re.findall(r'name="way" value="([A-Z_]+)">[^<]+</button>', page.text)
            assert ways
            page = await post(browser, page, "way", turn=hidden(page, "turn"), way=ways[-1])
            assert page.status_code == 200


async def test_a_passkey_needs_the_script_and_says_so() -> None:
    """B15: without it the other ways remain; with it the browser gets one question."""
    bench = bench_for(K.PASSKEY)
    async with visiting(bench) as browser:
        page = await shown(bench, browser)
        assert "A passkey needs JavaScript" in page.text
        assert re.search(r'<form[^>]*id="passkey"[^>]*hidden', page.text)
        asked = json.loads(unescape(re.findall(r'data-request="([^"]*)"', page.text)[0]))
        assert (asked["rpId"], asked["userVerification"]) == ("bank.localhost", "required")
        assert asked["allowCredentials"] == [{"type": "public-key", "id": "a2V5"}]
        page = await post(browser, page, "passkey", response="another's")
        assert "does not belong to this card" in page.text
        view = await bench.acs.challenges.peek(hidden(page, "token"))
        ceremony = view.challenge.question.ceremony
        assert ceremony is not None
        assert ceremony.nonce not in page.text
        signed = passkey_says(nonce_of(ceremony.nonce), ceremony.facts)
        page = await post(browser, page, "passkey", response=signed)
    assert decoded(hidden(page, "cres"))["transStatus"] == "Y"


@pytest.mark.parametrize(("ticked", "expected"), [(True, True), (False, False)])
async def test_agreements_are_boxes_that_nobody_ticked_beforehand(
    ticked: bool, expected: bool
) -> None:
    """F2: trust list and device binding; a box left alone is a no."""
    bench = bench_for(K.STATIC_PASSWORD, offers=True)
    async with visiting(bench) as browser:
        page = await shown(bench, browser)
        assert "I trust Tea and Tins" in page.text
        assert " checked" not in page.text
        agreed = {"trust": "yes", "bind": "yes"} if ticked else {}
        page = await post(
            browser,
            page,
            "code",
            code=PASSWORD,
            **{"trust-asked": "1", "bind-asked": "1"},
            **agreed,
        )
    view = await bench.acs.challenges.peek(str(page.url).rpartition("/")[2].partition("?")[0])
    question = view.challenge.question
    assert (question.trusts, question.binds) == (expected, expected)


async def test_a_code_typed_in_another_browser_is_sent_to_the_app() -> None:
    """Attack 21: whoever gave a code away is told what to do, in the app and on the page."""
    bench = bench_for(K.ONE_TIME_CODE)
    async with visiting(bench) as browser:
        page = await shown(bench, browser)
        form = {"token": hidden(page, "token"), "lang": "en", "code": bench.bank.last_code}
        page = await browser.post(
            "/acs/challenge/code", data=form, headers={"User-Agent": "somebody else"}
        )
    assert "came from another device" in page.text
    assert len(bench.bank.prompts) == 1


async def test_a_status_that_is_not_ours_is_not_there() -> None:
    """Nobody learns of a challenge without its token."""
    bench = bench_for(K.OUT_OF_BAND)
    async with visiting(bench) as browser:
        assert (await browser.get("/acs/challenge/status/x.y")).status_code == 404
