"""3-D Secure 1.0.2 at the ACS: VERes, the page in a whole window or a pop-up, the signed PARes."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from html import unescape

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.adapters.http.sites import Paths
from sekisho.issuer.acs.model import ChallengeKind
from sekisho.issuer.acs.model.threeds1 import OldAcsSettings, OldAuthentication
from sekisho.issuer.acs.service.ports import Stores as AcsStores
from sekisho.issuer.acs.service.ports import Surroundings
from sekisho.issuer.acs.service.threeds1 import OldAcs, OldRules, OldSurroundings, is_ours
from sekisho.issuer.acs.store import OLD_AUTHENTICATIONS
from sekisho.issuer.acs.web import peers, site, with_threeds1
from sekisho.kernel.brands import Brand
from sekisho.kernel.cards import Pan
from sekisho.kernel.secret import Secret
from sekisho.protocol.authentication_value import LAYOUTS, Facts, prove
from sekisho.protocol.threeds1 import (
    BadSignature,
    ErrorCode,
    Message,
    build,
    check_pares,
    deflated,
    encode,
    inflated,
    parse_as,
    sign,
    verify,
)
from sekisho.protocol.threeds1.merchant_plug_in import moment_text
from sekisho.protocol.threeds1.records import (
    AskedCardholder,
    ErrorMessage,
    PAReq,
    PARes,
    RequestingMerchant,
    ShownMerchant,
    ShownPurchase,
    VEReq,
    VERes,
)
from sekisho.protocol.threeds1.vocabulary import Enrolled, IReqCode, Status
from sekisho.testkit.asgi_peer import Asgi
from sekisho.testkit.cards import sandbox_card
from sekisho.testkit.chance import SeededChance
from sekisho.testkit.memory import MemoryOutbox, MemoryRecords
from sekisho.testkit.sandbox_old import OldSandboxDecision, SpoiltSigning
from tests.unit.protocol.threeds1.material import NOW, SIGNER, TRUST

from .conftest import AGENT, PASSWORD, Bench, KnownCard, make_bench

SHOP = RequestingMerchant(acq_bin="412345", mer_id="SHOP-1")
TERM_URL = "https://shop.example/back"
XID = "MDAwMDAwMDAwMDAwMDAwMDAwMDE="
SETTINGS = OldAcsSettings()


class Signing:
    """Signs with a key that guards nothing."""

    def sign(self, message: Message[PARes]) -> bytes:
        return sign(message, SIGNER)


class OldBench:
    """An ACS that speaks 1.0.2, and everything a test looks at from outside."""

    def __init__(self, *, sandbox: bool = True) -> None:
        self.bench: Bench = make_bench()
        bench = self.bench
        bench.clock.advance(NOW - bench.clock.now())
        self.outbox = MemoryOutbox(self._perform, bench.clock)
        self.store: MemoryRecords[OldAuthentication] = MemoryRecords(
            OLD_AUTHENTICATIONS, self.outbox
        )
        rules = OldRules(SETTINGS)
        self.old = OldAcs(
            OldSurroundings(
                around=Surroundings(
                    settings=bench.settings,
                    stores=AcsStores(
                        authentications=bench.authentications,
                        device_profiles=bench.profiles,
                        card_guards=bench.guards,
                    ),
                    keys=bench.keys,
                    clock=bench.clock,
                    chance=SeededChance(7),
                    outbox=self.outbox,
                    log=bench.log,
                ),
                settings=SETTINGS,
                store=self.store,
                bank=bench.bank,
                decision=OldSandboxDecision(rules) if sandbox else rules,
                signing=SpoiltSigning(Signing()) if sandbox else Signing(),
            )
        )

    async def ask(
        self, ending: str = "9073", *, peer: str | None = "directory", brand: Brand = Brand.VISA
    ) -> VERes:
        """Ask about a test card."""
        vereq = VEReq(pan=Secret(sandbox_card(brand, ending).digits), merchant=SHOP)
        answer = await self.old.receive(peer, encode(build("v1", vereq)))
        assert answer is not None
        return parse_as(VERes, answer).body

    def pareq(
        self, veres: VERes, *, mer_id: str = "SHOP-1", country: str = "392"
    ) -> Message[PAReq]:
        """Make the PAReq that follows."""
        return build(
            "m1",
            PAReq(
                merchant=ShownMerchant(
                    acq_bin="412345",
                    mer_id=mer_id,
                    name="Toge Chaya",
                    country=country,
                    url="https://shop.example",
                ),
                purchase=ShownPurchase(
                    xid=XID,
                    date=moment_text(self.bench.clock.now()),
                    amount="cheap",
                    purch_amount="14500",
                    currency="392",
                    exponent="0",
                ),
                ch=AskedCardholder(acct_id=veres.ch.acct_id or "", expiry="2812"),
            ),
        )

    @asynccontextmanager
    async def visiting(self) -> AsyncIterator[httpx.AsyncClient]:
        """Open a browser without scripts and without cookies."""
        bench = self.bench
        app = Paths({"/acs": site(bench.acs, clock=bench.clock, log=bench.log, threeds1=self.old)})
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app),
            base_url="http://bank.localhost:8080",
            headers={"Accept": "text/html", "User-Agent": AGENT, "Accept-Language": "en"},
            follow_redirects=True,
        ) as client:
            yield client

    async def _perform(self, key: str, effect: object) -> None:
        assert is_ours(key, effect)
        await self.old.perform(key, effect)


async def opened(
    bench: OldBench, browser: httpx.AsyncClient, ending: str = "9073", **fields: str
) -> tuple[Message[PAReq], httpx.Response]:
    """Bring the browser to the page, as the shop's form does."""
    veres = await bench.ask(ending)
    pareq = bench.pareq(veres)
    assert veres.url == "http://bank.localhost:8080/acs/threeds1/pareq"
    form = {"PaReq": deflated(encode(pareq)), "TermUrl": TERM_URL, "MD": "their data", **fields}
    return pareq, await browser.post(veres.url, data=form)


def hidden(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, f"no field {name} in {page.text}"
    return unescape(found[1])


async def press(
    browser: httpx.AsyncClient, page: httpx.Response, path: str, **fields: str
) -> httpx.Response:
    form = {"token": hidden(page, "token"), "lang": "en", **fields}
    return await browser.post(f"/acs/threeds1/challenge/{path}", data=form)


def believed(
    page: httpx.Response, pareq: Message[PAReq], *, ending: str = "9073", brand: Brand = Brand.VISA
) -> PARes:
    """Take the PARes that the page would post, as the merchant plug-in does."""
    assert f'action="{TERM_URL}"' in page.text
    assert hidden(page, "MD") == "their data"
    message = verify(inflated(hidden(page, "PaRes")), trust=TRUST, at=NOW)
    check_pares(message, pareq, pan=sandbox_card(brand, ending), brand=brand)
    return message.body


async def test_who_knows_the_password_is_authenticated() -> None:
    """A1: the page says who asks for what; the signed answer has a CAVV that the bank proves."""
    bench = OldBench()
    async with bench.visiting() as browser:
        pareq, page = await opened(bench, browser)
        for text in ("Sekisho Bank", "Toge Chaya", "¥14,500", "•••• 0072", "桜の下で"):
            assert text in page.text
        assert "cheap" not in page.text
        end = await press(browser, page, "code", code=PASSWORD)
    pares = believed(end, pareq)
    assert (pares.tx.status, pares.tx.eci) == (Status.AUTHENTICATED, "05")
    facts = Facts(
        acct_number=sandbox_card(Brand.VISA, "9073").digits,
        ds_trans_id=XID,
        amount_minor=14500,
        currency_number="392",
        acquirer_merchant_id="SHOP-1",
    )
    keys = bench.bench.keys.authentication_value[Brand.VISA]
    assert prove(keys, pares.tx.cavv or "", facts, layout=LAYOUTS[Brand.VISA]) == "full"


async def test_who_knows_the_code_is_authenticated() -> None:
    """A1, B5: a one-time code, as in EMV 3DS; or instead of it the password."""
    bench = OldBench()
    async with bench.visiting() as browser:
        pareq, page = await opened(bench, browser, "9072")
        end = await press(browser, page, "code", code=bench.bench.bank.last_code)
        assert believed(end, pareq, ending="9072").tx.status is Status.AUTHENTICATED
        pareq, page = await opened(bench, browser, "9072")
        turn = hidden(page, "turn")
        other = await press(browser, page, "way", way="STATIC_PASSWORD", turn=turn)
        end = await press(browser, other, "code", code=PASSWORD)
    assert believed(end, pareq, ending="9072").tx.status is Status.AUTHENTICATED


async def test_another_code_is_sent_when_it_is_asked_for() -> None:
    bench = OldBench()
    async with bench.visiting() as browser:
        pareq, page = await opened(bench, browser, "9072")
        bench.bench.clock.advance(timedelta(seconds=31))
        page = await press(browser, page, "resend", turn=hidden(page, "turn"), channel="email")
        assert [each.channel for each in bench.bench.bank.sent] == ["sms", "email"]
        end = await press(browser, page, "code", code=bench.bench.bank.last_code)
    assert believed(end, pareq, ending="9072").tx.status is Status.AUTHENTICATED


async def test_a_code_that_cannot_be_sent_is_told() -> None:
    bench = OldBench()
    bench.bench.bank.delivers = False
    async with bench.visiting() as browser:
        _, page = await opened(bench, browser, "9072")
    assert "could not be sent" in page.text


async def test_three_wrong_answers_are_an_n() -> None:
    """A1, D10: no CAVV, no ECI, and no further try under this acctID."""
    bench = OldBench()
    async with bench.visiting() as browser:
        pareq, page = await opened(bench, browser)
        for _ in range(3):
            page = (
                await press(browser, page, "code", code="wrong") if "token" in page.text else page
            )
        pares = believed(page, pareq)
        assert (pares.tx.status, pares.tx.cavv, pares.tx.eci) == (Status.FAILED, None, None)


async def test_who_cancels_is_not_authenticated() -> None:
    bench = OldBench()
    async with bench.visiting() as browser:
        pareq, page = await opened(bench, browser)
        end = await press(browser, page, "cancel")
    assert believed(end, pareq).tx.status is Status.FAILED
    assert "You cancelled" in end.text


async def test_a_page_left_alone_ends_in_n_whatever_comes_later() -> None:
    bench = OldBench()
    async with bench.visiting() as browser:
        pareq, page = await opened(bench, browser)
        bench.bench.clock.advance(timedelta(seconds=SETTINGS.page_s))
        end = await press(browser, page, "code", code=PASSWORD)
        assert believed(end, pareq).tx.status is Status.FAILED
        assert "The time to answer is over" in end.text
        await bench.outbox.run_due()
        again = await browser.get(str(end.url))
    assert hidden(again, "PaRes") == hidden(end, "PaRes")


@pytest.mark.parametrize(
    ("ending", "status", "eci"),
    [
        ("9003", Status.AUTHENTICATED, "05"),
        ("9013", Status.FAILED, None),
        ("9023", Status.ATTEMPTED, "06"),
        ("9053", Status.UNABLE, None),
    ],
)
async def test_some_cards_are_answered_without_asking(
    ending: str, status: Status, eci: str | None
) -> None:
    """D10, F4: each status of a PARes by a number."""
    bench = OldBench()
    async with bench.visiting() as browser:
        pareq, end = await opened(bench, browser, ending)
    pares = believed(end, pareq, ending=ending)
    assert (pares.tx.status, pares.tx.eci) == (status, eci)


@pytest.mark.parametrize(("ending", "status"), [("9070", "Y"), ("9071", "N")])
async def test_some_pages_go_on_by_themselves(ending: str, status: str) -> None:
    """F4: nothing to type."""
    bench = OldBench()
    async with bench.visiting() as browser:
        pareq, page = await opened(bench, browser, ending)
        end = await press(browser, page, "continue")
    assert believed(end, pareq, ending=ending).tx.status == status


async def test_a_test_card_calls_up_a_signature_that_does_not_hold() -> None:
    """F4: for whoever wants to know what their merchant plug-in does."""
    bench = OldBench()
    async with bench.visiting() as browser:
        pareq, page = await opened(bench, browser, "9095")
        end = await press(browser, page, "continue")
    with pytest.raises(BadSignature):
        believed(end, pareq, ending="9095")


async def test_mastercard_has_its_own_eci_and_algorithm() -> None:
    bench = OldBench()
    veres = await bench.ask("9023", brand=Brand.MASTERCARD)
    pareq = bench.pareq(veres)
    form = {"PaReq": deflated(encode(pareq)), "TermUrl": TERM_URL, "MD": "their data"}
    async with bench.visiting() as browser:
        end = await browser.post(str(veres.url), data=form)
    pares = believed(end, pareq, ending="9023", brand=Brand.MASTERCARD)
    assert (pares.tx.eci, pares.tx.cavv_algorithm) == ("01", "3")


@pytest.mark.parametrize(("ending", "enrolled"), [("9103", "N"), ("9203", "U")])
async def test_enrolment_by_number(ending: str, enrolled: str) -> None:
    """F4: VERes N and U."""
    assert (await OldBench().ask(ending)).ch.enrolled == enrolled


async def test_the_rules_know_who_is_enrolled() -> None:
    """A card that the bank does not know is not; of one that it does not let in nothing is told."""
    bench = OldBench(sandbox=False)
    assert (await bench.ask()).ch.enrolled is Enrolled.YES
    bench.bench.bank.card = KnownCard(status="suspended")
    assert (await bench.ask()).ch.enrolled is Enrolled.UNABLE
    bench.bench.bank.card = None
    assert (await bench.ask()).ch.enrolled is Enrolled.NO
    bench.bench.bank.answers = False
    veres = await bench.ask()
    assert veres.ch.enrolled is Enrolled.UNABLE
    assert veres.i_req is not None


async def test_only_the_directory_server_may_ask() -> None:
    bench = OldBench()
    for peer in (None, "server"):
        veres = await bench.ask(peer=peer)
        assert veres.ch.enrolled is Enrolled.UNABLE
        assert veres.i_req is not None
        assert veres.i_req.i_req_code is IReqCode.ACCESS_DENIED
    assert await bench.store.newest() == []


async def test_the_same_form_shows_the_page_again_and_another_is_refused() -> None:
    """A browser reloads; but an acctID is good for one PAReq."""
    bench = OldBench()
    async with bench.visiting() as browser:
        veres = await bench.ask()
        pareq = bench.pareq(veres)
        form = {"PaReq": deflated(encode(pareq)), "TermUrl": TERM_URL, "MD": "their data"}
        first = await browser.post(str(veres.url), data=form)
        second = await browser.post(str(veres.url), data=form)
        assert hidden(first, "token") == hidden(second, "token")
        other = replace(pareq.body, merchant=replace(pareq.body.merchant, name="Other"))
        form["PaReq"] = deflated(encode(build("m1", other)))
        refused = await browser.post(str(veres.url), data=form)
        assert refused.status_code == 400
        end = await press(browser, first, "code", code=PASSWORD)
        again = await browser.post(str(veres.url), data={**form, "PaReq": deflated(encode(pareq))})
    assert hidden(again, "PaRes") == hidden(end, "PaRes")


async def test_a_stranger_is_posted_nowhere() -> None:
    """Attack: an acctID of nobody's must not make the bank's page post to any address."""
    bench = OldBench()
    veres = await bench.ask()
    unknown = replace(veres, ch=replace(veres.ch, acct_id="1-nobody"))
    foreign = replace(veres, ch=replace(veres.ch, acct_id="nobody"))
    async with bench.visiting() as browser:
        for shown in (unknown, foreign):
            form = {"PaReq": deflated(encode(bench.pareq(shown))), "TermUrl": TERM_URL, "MD": ""}
            page = await browser.post(str(veres.url), data=form)
            assert page.status_code == 400
            assert TERM_URL not in page.text
        bench.bench.clock.advance(timedelta(seconds=SETTINGS.browser_s))
        form = {"PaReq": deflated(encode(bench.pareq(veres))), "TermUrl": TERM_URL, "MD": ""}
        assert (await browser.post(str(veres.url), data=form)).status_code == 400


@pytest.mark.parametrize("term_url", ["http://shop.example", "javascript:alert(1)", "", "ftp://x"])
async def test_the_answer_goes_to_https_or_to_this_machine_only(term_url: str) -> None:
    bench = OldBench()
    async with bench.visiting() as browser:
        _, page = await opened(bench, browser, TermUrl=term_url)
    assert page.status_code == 400


async def test_another_merchant_cannot_use_the_acct_id() -> None:
    """The PAReq must be of the merchant whose VEReq was answered: else U with IReq 55, signed."""
    bench = OldBench()
    veres = await bench.ask()
    async with bench.visiting() as browser:
        for changed, code in (
            (bench.pareq(veres, mer_id="SHOP-2"), IReqCode.TRANSACTION_DATA_INVALID),
            (bench.pareq(await bench.ask(), country="999"), IReqCode.ISO_CODE_INVALID),
        ):
            form = {"PaReq": deflated(encode(changed)), "TermUrl": TERM_URL, "MD": "their data"}
            pares = believed(await browser.post(str(veres.url), data=form), changed)
            assert pares.tx.status is Status.UNABLE
            assert pares.i_req is not None
            assert pares.i_req.i_req_code is code


async def test_the_page_is_framed_by_nobody_and_keeps_its_opener() -> None:
    """B16: in a pop-up, the shop's next page must still reach the window that opened it."""
    bench = OldBench()
    async with bench.visiting() as browser:
        _, page = await opened(bench, browser)
        end = await press(browser, page, "cancel")
    for each in (page, end):
        assert "frame-ancestors 'none'" in each.headers["content-security-policy"]
        assert "cross-origin-opener-policy" not in each.headers
    assert "form-action 'self' https://shop.example" in end.headers["content-security-policy"]
    assert "shop.example" not in page.headers["content-security-policy"]


async def test_a_locked_card_is_not_guessed_further() -> None:
    """Attack 19: guesses count across transactions, 1.0.2 included."""
    bench = OldBench()
    async with bench.visiting() as browser:
        for _ in range(2):
            pareq, page = await opened(bench, browser)
            while "PaRes" not in page.text:
                page = await press(browser, page, "code", code="wrong")
        pareq, page = await opened(bench, browser)
        end = await press(browser, page, "code", code=PASSWORD)
    assert believed(end, pareq).tx.status is Status.FAILED


async def test_the_card_number_is_sealed_and_never_logged() -> None:
    bench = OldBench()
    number = sandbox_card(Brand.VISA, "9073").digits
    async with bench.visiting() as browser:
        _, page = await opened(bench, browser)
        await press(browser, page, "code", code=PASSWORD)
    (record,) = await bench.store.newest()
    for kept in (repr(record), "\n".join(bench.bench.log.lines)):
        assert number not in kept
        assert PASSWORD not in kept
    assert Pan(number).masked not in record.sealed_number


async def test_the_port_answers_stays_silent_or_says_error() -> None:
    """F4: one card gets no answer; rubbish gets an Error."""
    bench = OldBench()
    app = with_threeds1(peers(bench.bench.acs), bench.old)
    caller = Asgi(app=app, caller="directory")

    def vereq(ending: str) -> bytes:
        number = Secret(sandbox_card(Brand.VISA, ending).digits)
        return encode(build("v1", VEReq(pan=number, merchant=SHOP)))

    reply = await caller.send("POST", "/3ds1", vereq("9073"))
    assert reply is not None
    assert parse_as(VERes, reply.body).body.ch.enrolled is Enrolled.YES
    error = await caller.send("POST", "/3ds1", b"<rubbish/>")
    assert error is not None
    assert parse_as(ErrorMessage, error.body).body.error_code is ErrorCode.ROOT_INVALID
    large = await caller.send("POST", "/3ds1", b"x" * 100_000)
    assert large is not None
    assert large.status == 413
    other = await caller.send("POST", "/other", b"")
    assert other is not None
    assert other.status == 404
    assert await bench.old.receive("directory", vereq("9063")) is None
    assert with_threeds1(app, None) is app


async def test_a_deed_after_the_end_or_under_a_strange_token_changes_nothing() -> None:
    bench = OldBench()
    async with bench.visiting() as browser:
        pareq, page = await opened(bench, browser)
        end = await press(browser, page, "code", code=PASSWORD)
        for path, fields in (
            ("cancel", {}),
            ("code", {"code": "wrong"}),
            ("resend", {"turn": "1"}),
            ("way", {"turn": "1", "way": "ONE_TIME_CODE"}),
        ):
            after = await press(browser, page, path, **fields)
            assert hidden(after, "PaRes") == hidden(end, "PaRes")
        strange = {"token": "1-x.y", "lang": "en"}
        response = await browser.post("/acs/threeds1/challenge/cancel", data=strange)
        assert response.status_code == 404
    assert believed(end, pareq).tx.status is Status.AUTHENTICATED


def test_a_card_is_asked_as_the_settings_say() -> None:
    assert OldAcsSettings(asks=ChallengeKind.ONE_TIME_CODE).asks is ChallengeKind.ONE_TIME_CODE


@given(st.binary(max_size=300))
async def test_whatever_the_bytes_the_port_says_error(body: bytes) -> None:
    answer = await OldBench().old.receive("directory", body)
    assert answer
    assert parse_as(ErrorMessage, answer)


@given(
    st.fixed_dictionaries(
        {
            "PaReq": st.text(max_size=80) | st.binary(max_size=80).map(deflated),
            "TermUrl": st.sampled_from([TERM_URL, "x"]),
            "MD": st.text(max_size=20),
        }
    )
)
async def test_whatever_the_browser_brings_it_is_shown_a_page(form: dict[str, str]) -> None:
    bench = OldBench()
    async with bench.visiting() as browser:
        page = await browser.post("/acs/threeds1/pareq", data=form)
    assert page.status_code == 400
