"""The sandbox's app: prompts answered, codes read, by people and by programs."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from sekisho.issuer.members.model import PromptState
from sekisho.issuer.members.service import PromptFacts
from sekisho.issuer.members.web import site
from sekisho.kernel.brands import Brand
from sekisho.kernel.money import Amount
from sekisho.testkit.cards import sandbox_card
from tests.unit.members.conftest import SETTINGS, make_bank
from tests.unit.members.test_factors import app_code

Room = Any  # the fixture's class lives in conftest
PAN = sandbox_card(Brand.VISA, "0072")


def _browser(bank: Room, language: str = "en", **headers: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=site(bank.members, log=bank.log)),
        base_url="http://bank.localhost",
        headers={"accept-language": language, "accept": "text/html", **headers},
        follow_redirects=True,
    )


async def prompted(bank: Room, *, number: str | None = "47", shop: str = "Toge & <Chaya>") -> None:
    """Ask the holder of a card."""
    card = await bank.members.cards.look_up(PAN)
    facts = PromptFacts(
        shop=shop, amount=Amount(minor=14500, currency="JPY"), number=number,
        expires_at=bank.clock.now() + timedelta(minutes=5),
    )  # fmt: skip
    await bank.members.prompts.ask(card, prompt_id="t:1", facts=facts)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Did you order this?", "14,500")),
        ("ja", ("このご注文に心当たりはありますか", "14,500")),
    ],
)
async def test_a_prompt_says_what_is_approved(bank: Room, language: str, words: Any) -> None:
    """B15, attack 18: shop, amount and card, escaped, in both languages."""
    await prompted(bank)
    async with _browser(bank, language) as browser:
        page = (await browser.get("/app")).text
    for word in (*words, "Toge &amp; &lt;Chaya&gt;", "0072"):
        assert word in page
    assert ">47<" not in page
    assert "<Chaya>" not in page


@pytest.mark.parametrize(
    ("form", "state", "said"),
    [
        ({"answer": "approve", "number": "47"}, PromptState.APPROVED, "Approved."),
        ({"answer": "approve", "number": "12"}, PromptState.WAITING, "not the number"),
        ({"answer": "deny"}, PromptState.DENIED, "Denied."),
        ({}, PromptState.DENIED, "Denied."),
    ],
)
async def test_the_buttons_do_what_they_say(
    bank: Room, form: dict[str, str], state: PromptState, said: str
) -> None:
    """Attack 22: a number that is not the shop's approves nothing, a form without a button neither."""
    await prompted(bank)
    async with _browser(bank) as browser:
        page = await browser.post("/app/prompts/t:1", data=form)
    assert said in page.text
    assert (await bank.prompts.get("t:1")).state is state


async def test_a_form_of_another_site_is_refused(bank: Room) -> None:
    """Attack 17: whoever makes the cardholder's browser post something approves nothing."""
    await prompted(bank)
    async with _browser(bank, **{"sec-fetch-site": "cross-site"}) as browser:
        answer = await browser.post("/app/prompts/t:1", data={"answer": "approve", "number": "47"})
    assert answer.status_code == 403
    assert (await bank.prompts.get("t:1")).state is PromptState.WAITING


async def test_programs_read_prompts_and_codes(bank: Room) -> None:
    """F4: journeys and SDK emulators approve as a person does; the number they must see elsewhere."""
    await prompted(bank)
    async with _browser(bank) as browser:
        found = (await browser.get("/app.json", params={"last4": "0072"})).json()
        none = (await browser.get("/app.json", params={"last4": "0001"})).json()
    [prompt] = found["prompts"]
    assert (prompt["promptId"], prompt["amount"], prompt["needsNumber"]) == (
        "t:1", "14500 JPY", True,
    )  # fmt: skip
    assert "47" not in str(prompt)
    assert found["codes"] == [{"lastFour": "0072", "code": app_code(bank)}]
    assert none == {"prompts": [], "codes": []}


async def test_a_card_is_found_by_its_number(bank: Room) -> None:
    """Its page shows the code of its app and the sandbox's password; another bank's is not found."""
    async with _browser(bank) as browser:
        page = (
            await browser.post("/app/cards", data={"number": f" {PAN.digits[:4]} {PAN.digits[4:]}"})
        ).text
        other = (await browser.post("/app/cards", data={"number": "3566003566003566"})).text
        rubbish = (await browser.post("/app/cards", data={"number": "x"})).text
        gone = await browser.get("/app/cards/none")
    assert app_code(bank) in page
    assert "hakone-1619" in page
    assert PAN.digits not in page
    assert "not a card of this bank" in other
    assert "not a card of this bank" in rubbish
    assert gone.status_code == 404


async def test_a_passkey_that_is_none_is_not_kept(bank: Room) -> None:
    """The page says so, and another try is possible."""
    card = await bank.members.cards.look_up(PAN)
    async with _browser(bank) as browser:
        page = await browser.get(f"/app/cards/{card.card_id}")
        assert "data-options" in page.text
        said = await browser.post(f"/app/cards/{card.card_id}/passkey", data={"response": "{}"})
    assert "could not be registered" in said.text
    assert (await bank.members.proving.of(card)).passkeys == ()


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/app"), ("GET", "/app.json"), ("POST", "/app/cards"), ("POST", "/app/prompts/t:1")],
)
async def test_a_real_bank_has_no_such_page(method: str, path: str) -> None:
    """Nobody logs in there: it is for sandboxes only."""
    bank = make_bank(replace(SETTINGS, sandbox_factors=None))
    async with _browser(bank) as browser:
        assert (await browser.request(method, path)).status_code == 404
