"""The shared look in a real browser, and its colours by arithmetic."""

import re
import shutil
from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from litestar import Litestar
from litestar.testing import TestClient
from playwright.sync_api import Browser, Page, Route, sync_playwright

from sekisho.adapters.pages import Pages

Scheme = Literal["light", "dark"]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
TEXT_PAIRS = [
    ("ink", ("paper", "surface", "sunken", "accent-soft")),
    ("ink-quiet", ("paper", "surface", "sunken")),
    ("link", ("paper", "surface")),
    ("on-accent", ("accent", "accent-strong")),
    ("error", ("surface", "error-soft")),
    ("warning", ("surface", "warning-soft")),
    ("success", ("surface", "success-soft")),
]
SIGN_PAIRS = [("line-strong", ("paper", "surface", "sunken")), ("focus", ("paper", "surface"))]


def _tokens(sheet: str, scheme: Scheme) -> dict[str, str]:
    light, dark = re.findall(r":root \{(.*?)\n\s*\}", sheet, re.DOTALL)[:2]
    tokens = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    return tokens | (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark)) if scheme == "dark" else {}
    )


def _luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_pair_of_text_and_ground_can_be_read(pages: Pages, scheme: Scheme) -> None:
    """WCAG 1.4.3 and 1.4.11, over every pair that the stylesheet uses."""
    tokens = _tokens(pages.static.file("style.css").body.decode(), scheme)
    for pairs, least in ((TEXT_PAIRS, 4.5), (SIGN_PAIRS, 3.0)):
        for text, grounds in pairs:
            for ground in grounds:
                contrast = _contrast(tokens[text], tokens[ground])
                assert contrast >= least, f"{text} on {ground}: {contrast:.2f}"


@pytest.mark.parametrize("state", ["shifted", "was_shifted", "subscription"])
def test_an_icon_differs_in_shape_and_says_so_in_words(pages: Pages, state: str) -> None:
    """Two designs to choose from (D6); whoever sees no colour, or no picture, knows it too."""
    marks = pages._environments["ja"].get_template("marks.html").module
    drawn = {
        (other, design): str(marks.authentication_icon(other, design=design))  # type: ignore[attr-defined]  # a macro
        for other in ("shifted", "was_shifted", "subscription")
        for design in ("shield", "seal")
    }
    for design in ("shield", "seal"):
        icon = drawn[state, design]
        assert 'role="img" aria-label="' in icon
        shapes = [re.findall(r' d="([^"]+)"', text)[-1] for text in drawn.values()]
        assert shapes.count(re.findall(r' d="([^"]+)"', icon)[-1]) == 2
    assert not str(marks.authentication_icon("none")).strip()  # type: ignore[attr-defined]  # a macro


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Chromium, as the system has it."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "these tests need Chromium"
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()


def _opened(
    chromium: Browser, room: TestClient[Litestar], path: str, *, scheme: Scheme, width: int
) -> tuple[Page, list[str]]:
    """Open a page of the room, answered without a socket, and listen for the browser's complaints."""
    context = chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def answer(route: Route) -> None:
        reply = room.get(route.request.url, headers={"Accept": route.request.headers["accept"]})
        route.fulfill(status=reply.status_code, headers=dict(reply.headers), body=reply.content)

    page.route("**/*", answer)
    page.goto(f"http://paper.localhost{path}")
    return page, complaints


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "language"), [(320, "ja"), (1280, "en")])
def test_everything_we_draw_is_accessible(
    chromium: Browser, browser: TestClient[Litestar], scheme: Scheme, width: int, language: str
) -> None:
    """WCAG 2.2 AA as far as a program can tell, at phone width without sideways scrolling."""
    for path in ("/everything", "/framed", "/fails/not-there"):
        page, complaints = _opened(
            chromium, browser, f"{path}?lang={language}", scheme=scheme, width=width
        )
        rules = {
            "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        }
        found = Axe().run(page, options=rules)
        assert found.response["passes"]
        assert not found.response["violations"], found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert [text for text in complaints if "404" not in text] == []
        page.context.close()


@pytest.mark.browser
def test_no_amount_is_cut_at_phone_width(chromium: Browser, browser: TestClient[Litestar]) -> None:
    """A truncated amount is a wrong amount."""
    page, _ = _opened(chromium, browser, "/everything", scheme="light", width=320)
    total = page.locator(".total > :last-child")
    assert total.inner_text() == "¥123,456,789"
    box = total.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    page.context.close()


@pytest.mark.browser
def test_the_keyboard_reaches_the_content_first_and_everything_after(
    chromium: Browser, browser: TestClient[Litestar]
) -> None:
    """The skip link comes first, is seen when it has the focus, and leads to the main part."""
    page, _ = _opened(chromium, browser, "/everything", scheme="light", width=390)
    page.keyboard.press("Tab")
    link = page.locator(".skip-link")
    assert link.evaluate("it => it === document.activeElement")
    box = link.bounding_box()
    assert box is not None
    assert box["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.context.close()
