"""The bank's pages in a real browser: the inbox keeps up, and everybody can use it."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from sekisho.adapters.http.sites import Sites
from sekisho.issuer.members.model import MessageChannel
from sekisho.issuer.members.web import site
from sekisho.kernel.brands import Brand
from sekisho.testkit.cards import sandbox_card

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("members-browser")]

Room = Any  # the fixture's class lives in conftest
SCREENSHOTS = Path(__file__).resolve().parents[3] / "screenshots" / "members"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        yield opened
        opened.close()


@pytest.fixture
def address(bank: Room) -> Iterator[str]:
    """The bank's site on a free port of this machine."""
    app = Sites({"bank.localhost": site(bank.members, log=bank.log)})
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, ws="none"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(
            target=lambda: asyncio.run(server.serve(sockets=[listening])), daemon=True
        )
        thread.start()
        yield f"http://bank.localhost:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


def _deliver(bank: Room, number: int, channel: MessageChannel = MessageChannel.SMS) -> None:
    """Send a message; in a thread, for the browser's driver has this one's loop."""

    async def deliver() -> None:
        card = await bank.members.cards.look_up(sandbox_card(Brand.JCB, "0172"))
        await bank.members.messages.deliver(
            card,
            message_id=f"m-{number}",
            channel=channel,
            text=f"【Sekisho Bank】Sakura Books ￥14,500\n認証コード: 12345{number}\n"
            "このコードは誰にも教えないでください。",
        )

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, deliver()).result()


def _page(browser: Browser, width: int = 390, **options: Any) -> Page:
    return browser.new_context(viewport={"width": width, "height": 844}, **options).new_page()


def test_a_code_appears_without_taking_the_focus(
    bank: Room, address: str, browser: Browser
) -> None:
    """Somebody types into the filter while the message arrives: neither disturbs the other."""
    page = _page(browser)
    page.goto(address + "/inbox?lang=en")
    filter_field = page.get_by_label("Last four digits of the card")
    filter_field.press_sequentially("01")
    _deliver(bank, 6)
    expect(page.get_by_text("認証コード: 123456")).to_be_visible()
    expect(filter_field).to_be_focused()
    expect(filter_field).to_have_value("01")
    _deliver(bank, 7)
    expect(page.locator("[data-channel=sms] .inbox__message")).to_have_count(2)
    expect(page.locator("[data-channel=sms] .inbox__message").first).to_contain_text("123457")
    page.context.close()


def test_without_javascript_the_page_loads_itself_anew(
    bank: Room, address: str, browser: Browser
) -> None:
    """B15: it works without script; it only blinks."""
    page = _page(browser, java_script_enabled=False)
    page.goto(address + "/inbox")
    expect(page.locator("head noscript meta[http-equiv=refresh]")).to_have_count(1)
    page.context.close()


@pytest.mark.parametrize("view", ["ja-320", "en-390", "ja-1280"])
@pytest.mark.parametrize("path", ["/", "/help", "/inbox"])
def test_the_banks_pages_are_accessible_and_fit(
    bank: Room, address: str, browser: Browser, path: str, view: str
) -> None:
    """WCAG 2.2 AA by axe; no sideways scrolling on the smallest phone."""
    _deliver(bank, 1)
    _deliver(bank, 2, MessageChannel.EMAIL)
    lang, _, width = view.partition("-")
    page = _page(browser, int(width))
    page.goto(f"{address}{path}?lang={lang}")
    name = f"{path.strip('/') or 'home'}-{view}.png"
    page.screenshot(path=SCREENSHOTS / name, full_page=True)
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    page.context.close()
