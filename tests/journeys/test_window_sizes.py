"""The bank's page in each of the five challenge window sizes, in both languages."""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bench.areq import AREQ
from sekisho.kernel.brands import Brand
from tests.foreign_client import EmvProgram, encoded
from tests.journeys.buyer import number_of
from tests.journeys.conftest import shots
from tests.running_house import RunningHouse

pytestmark = [pytest.mark.browser, pytest.mark.house, pytest.mark.timeout(240)]

SIZES = {
    "01": (250, 400),
    "02": (390, 400),
    "03": (500, 600),
    "04": (600, 400),
    "05": (1280, 800),
}
OWN = {"messageExtension", "threeDSServerRefNumber", "threeDSServerOperatorID", "threeDSServerURL"}


def open_challenge(page: Page, house: RunningHouse, size: str, language: str) -> None:
    """Authenticate as a payment provider does and carry the CReq as a browser does."""
    program = EmvProgram(house.credentials())
    card = number_of(Brand.JCB, "0072")
    prepared = program.call("/preauth", {"acctNumber": card})
    elements: dict[str, Any] = {name: value for name, value in AREQ.items() if name not in OWN}
    ares = program.call(
        "/auth",
        {
            **elements,
            "acctNumber": card,
            "threeDSServerTransID": prepared["threeDSServerTransID"],
            "browserLanguage": language,
            "notificationURL": "https://merchant.example/3ds",
        },
    )
    assert ares["transStatus"] == "C", ares
    creq = encoded(
        {
            "messageType": "CReq",
            "messageVersion": "2.2.0",
            "threeDSServerTransID": ares["threeDSServerTransID"],
            "acsTransID": ares["acsTransID"],
            "challengeWindowSize": size,
        }
    )
    page.set_content(
        f'<form method="post" action={json.dumps(ares["acsURL"])}>'
        f'<input type="hidden" name="creq" value="{creq}"></form>'
    )
    page.evaluate("document.forms[0].submit()")
    expect(page.locator("#code")).to_be_visible()


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("size", SIZES)
def test_the_banks_page_fits_the_window(
    browser: Browser, house: RunningHouse, request: pytest.FixtureRequest, size: str, language: str
) -> None:
    """D2, B4, B14, B15, B17: nothing sticks out sideways, and everything is there."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale=language, java_script_enabled=True
    )
    try:
        page = context.new_page()
        open_challenge(page, house, size, language)
        page.screenshot(path=shots(request) / "01-window.png")
        page.screenshot(path=shots(request) / "02-whole.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        main = page.locator("main")
        for text in ("14,500", "0072", "箱根の山は天下の嶮"):
            expect(main).to_contain_text(text)
        expect(main).to_contain_text("Japan Standard Time" if language == "en" else "日本時間")
        for action in ("code", "resend", "cancel"):
            expect(
                page.locator(f"form[action$='/challenge/{action}'] button").first
            ).to_be_visible()
        box = page.locator("form[action$='/challenge/code'] button").bounding_box()
        assert box
        assert box["height"] >= 24
        assert box["x"] + box["width"] <= width
    finally:
        context.close()
