"""The bank's site for people, in this process."""

import re
from dataclasses import replace
from typing import Any

import httpx
import pytest

from sekisho.issuer.members.model import MessageChannel
from sekisho.issuer.members.service import Members
from sekisho.issuer.members.web import site
from sekisho.kernel.brands import Brand
from sekisho.testkit.cards import sandbox_card

Room = Any  # the fixture's class lives in conftest


def _browser(members: Members, log: Any, language: str = "en") -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=site(members, log=log)),
        base_url="http://bank.localhost",
        headers={"accept-language": language, "accept": "text/html"},
    )


@pytest.fixture
async def told(bank: Room) -> Room:
    """A bank that has sent an SMS and an e-mail to two cards."""
    for ending, channel, text in (
        ("0172", MessageChannel.SMS, "Sakura Books ￥14,500 code 123456"),
        ("0103", MessageChannel.EMAIL, "<b>code</b> 654321"),
    ):
        card = await bank.members.cards.look_up(sandbox_card(Brand.JCB, ending))
        await bank.members.messages.deliver(card, message_id=ending, channel=channel, text=text)
    return bank


async def test_the_inbox_shows_sms_and_mail_apart(told: Room) -> None:
    """D4: masked recipient, card, time with its zone, and the whole text."""
    async with _browser(told.members, told.log) as browser:
        page = (await browser.get("/inbox")).text
    sms, mail = re.findall(r'<ol class="inbox__messages".*?</ol>', page, re.DOTALL)
    assert "code 123456" in sms
    assert "654321" not in sms
    assert "•••-••••-5678" in sms
    assert "2026-03-01 18:00:00 JST" in sms
    assert "&lt;b&gt;code&lt;/b&gt; 654321" in mail
    assert 'aria-live="polite"' in page


async def test_the_inbox_can_be_filtered(told: Room) -> None:
    """By the last four digits; anything else is explained and shows everything."""
    async with _browser(told.members, told.log) as browser:
        one = (await browser.get("/inbox", params={"last4": "0172"})).text
        bad = (await browser.get("/inbox", params={"last4": "17"})).text
    assert "123456" in one
    assert "654321" not in one
    assert "Type exactly four digits" in bad
    assert 'aria-invalid="true"' in bad


async def test_programs_read_the_inbox_as_json(told: Room) -> None:
    """Newest first, so that the first match is the latest code."""
    async with _browser(told.members, told.log) as browser:
        everything = (await browser.get("/inbox.json")).json()["messages"]
        one = (await browser.get("/inbox.json", params={"last4": "0172"})).json()["messages"]
    assert [message["lastFour"] for message in everything] == ["0103", "0172"]
    assert one == [
        {
            "messageId": "0172",
            "channel": "sms",
            "lastFour": "0172",
            "recipientMasked": "•••-••••-5678",
            "deliveredAt": "2026-03-01T09:00:00Z",
            "text": "Sakura Books ￥14,500 code 123456",
        }
    ]


@pytest.mark.parametrize("path", ["/inbox", "/inbox.json"])
async def test_a_bank_that_is_no_sandbox_shows_no_inbox(told: Room, path: str) -> None:
    """Codes are for their recipients' eyes: outside a sandbox the page does not exist."""
    told.members.settings = replace(told.settings, sandbox_inbox=False)
    async with _browser(told.members, told.log) as browser:
        assert (await browser.get(path)).status_code == 404
        assert "inbox" not in (await browser.get("/")).text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("What is the personal message?", "press Cancel and type nothing")),
        ("ja", ("パーソナルメッセージとは", "「キャンセル」を押してください")),
    ],
)
async def test_help_explains_the_challenge(bank: Room, language: str, words: tuple[str]) -> None:
    """B17, B4: reachable from the bank's home page, in both languages."""
    async with _browser(bank.members, bank.log, language) as browser:
        home = (await browser.get("/")).text
        page = (await browser.get("/help")).text
    assert 'href="/help"' in home
    assert all(word in page for word in words)
    assert f'lang="{language}"' in page


async def test_pages_may_not_be_framed(bank: Room) -> None:
    """The bank's own site is nobody's frame; its challenge pages belong to the ACS."""
    async with _browser(bank.members, bank.log) as browser:
        policy = (await browser.get("/")).headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
