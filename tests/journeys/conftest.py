"""A real browser, a real house, and a buyer who uses both as a person does."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright

from sekisho.testkit.journeys import Journey
from tests.journey_table import PROPERTY
from tests.journeys.buyer import Buyer
from tests.running_house import RunningHouse, a_house

SCREENSHOTS = Path(__file__).resolve().parents[2] / "screenshots"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Secure Payment Confirmation, which Chromium has on Linux but does not offer by itself.
    "--enable-features=SecurePaymentConfirmationBrowser",
]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}


def chromium() -> str:
    """Where the system's browser is."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "the journeys need Chromium"
    return path


@pytest.fixture(scope="module")
def playwright_driver() -> Iterator[Playwright]:
    """The browser driver: for one module, because no asynchronous test can run beside it."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def browser(playwright_driver: Playwright) -> Iterator[Browser]:
    """Chromium, as the system has it."""
    running = playwright_driver.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
    yield running
    running.close()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """The house that the journeys of one worker share."""
    with a_house(tmp_path_factory.mktemp("journeys")) as running:
        yield running


@pytest.fixture(autouse=True)
def walked_journey(request: pytest.FixtureRequest) -> None:
    """Tell the table at the end of the run which journey a test walks."""
    if "journey" in request.fixturenames:
        journey: Journey = request.getfixturevalue("journey")
        request.node.user_properties.append((PROPERTY, journey.name))


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh English-speaking buyer's browser at desktop width."""
    opened = browser.new_context(viewport=DESKTOP, locale="en-GB", timezone_id="Asia/Tokyo")
    yield opened
    opened.close()


@pytest.fixture
def buyer(context: BrowserContext, house: RunningHouse, request: pytest.FixtureRequest) -> Buyer:
    """A buyer at the shop's door; screenshots are named for the test."""
    return Buyer(context.new_page(), house, shots(request))


@pytest.fixture
def phone_buyer(
    browser: Browser, house: RunningHouse, request: pytest.FixtureRequest
) -> Iterator[Buyer]:
    """A Japanese-speaking buyer with a phone."""
    opened = browser.new_context(
        viewport=PHONE, locale="ja-JP", timezone_id="Asia/Tokyo", has_touch=True, is_mobile=True,
        device_scale_factor=2,
    )  # fmt: skip
    yield Buyer(opened.new_page(), house, shots(request))
    opened.close()


def shots(request: pytest.FixtureRequest) -> Path:
    """The folder for a test's screenshots; git ignores it, CI keeps it."""
    folder = Path(os.environ.get("SEKISHO_SCREENSHOTS", SCREENSHOTS)) / request.node.name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
