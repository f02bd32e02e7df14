"""The card goes from the browser to the vault; the shop hears, says, keeps and logs none of it.

A challenged purchase in Chromium. Everything that reaches or leaves the shop passes a wire tap: the
browser's connections to its site, its own calls to the payment API, and its private line to the
order ledger, through the TLS of both. Beside that stand its databases and every room's log.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Request, sync_playwright

from sekisho.adapters.keys import Keyring
from sekisho.app.addresses import PEER_PORTS
from sekisho.kernel.brands import Brand
from sekisho.testkit.canary import code_beside_its_name, traces_of
from sekisho.testkit.cards import sandbox_card
from sekisho.testkit.tap import Tap
from tests.journeys.buyer import Buyer
from tests.journeys.conftest import CHROMIUM_FLAGS, DESKTOP, chromium
from tests.running_house import RunningHouse

pytestmark = [
    pytest.mark.house,
    pytest.mark.browser,
    pytest.mark.xdist_group("house"),
    pytest.mark.timeout(300),
]

PAN = sandbox_card(Brand.JCB, "0072").digits
CODE = "737"
"""Not the code of other tests: a security code is known by its name and its value together."""
ROOMS = ("storefront", "ledger", "gateway", "vault", "server", "directory", "acs", "members")
SHOP = ("storefront", "ledger")


@dataclass(frozen=True)
class Evidence:
    """What a purchase left behind, each part by its name."""

    traffic: dict[str, bytes]
    requests: dict[str, bytes]
    """What the browser sent, by site, as the browser itself tells it."""
    files: dict[str, bytes]
    log: bytes
    order: str


@contextmanager
def taps(house: RunningHouse) -> Iterator[dict[str, Tap]]:
    """Run the taps in a loop of their own, in front of the sites and between the rooms."""
    keys = Keyring(house.data / "keys")
    ledger = house.port + PEER_PORTS["ledger"]
    wanted = {
        "browser to shop": Tap(house.port),
        "browser to payment provider": Tap(house.port),
        "shop to payment API": Tap(house.port),
        "shop to ledger": Tap(
            ledger, front=keys.server_tls("ledger"), back=keys.client_tls("storefront")
        ),
    }
    listening, done = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def listen() -> None:
        async with AsyncExitStack() as stack:
            for tap in wanted.values():
                await stack.enter_async_context(tap.open())
            listening.set()
            await done.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(listen(),))
    thread.start()
    try:
        assert listening.wait(timeout=30)
        yield wanted
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join()
        loop.close()


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evidence]:
    """Buy something with a challenge and gather what is left of it while the house still runs."""
    folder = tmp_path_factory.mktemp("canary")
    house = RunningHouse(folder / "var")
    with taps(house) as wires:
        house.options = (
            "--via", f"gateway=http://localhost:{wires['shop to payment API'].port}/pay",
            "--via", f"ledger=https://localhost:{wires['shop to ledger'].port}",
        )  # fmt: skip
        try:
            house.start()
            order, requests = buy(house, wires, folder)
            files = {
                path.name: path.read_bytes()
                for path in sorted(house.data.glob("*.db*"))
                if path.is_file()
            }
            yield Evidence(
                traffic={name: tap.heard for name, tap in wires.items()},
                requests=requests,
                files=files,
                log=house.log().encode(),
                order=order,
            )
        finally:
            house.kill()


def buy(house: RunningHouse, wires: dict[str, Tap], folder: Path) -> tuple[str, dict[str, bytes]]:
    """Make a challenged purchase; give the order's number and what the browser sent to whom."""
    rules = ", ".join(
        f"MAP {site}.localhost 127.0.0.1:{wires[name].port}"
        for site, name in (("shop", "browser to shop"), ("pay", "browser to payment provider"))
    )
    sent: dict[str, bytes] = {}

    def keep(request: Request) -> None:
        site = request.url.split("/")[2].split(".")[0]
        parts = [request.url, *(f"{k}: {v}" for k, v in request.headers.items())]
        whole = "\n".join(parts).encode() + b"\n" + (request.post_data_buffer or b"")
        sent[site] = sent.get(site, b"") + whole + b"\n"

    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium(), args=[*CHROMIUM_FLAGS, f"--host-resolver-rules={rules}"]
        )
        context = browser.new_context(viewport=DESKTOP, locale="en-GB", timezone_id="Asia/Tokyo")
        context.on("request", keep)
        buyer = Buyer(context.new_page(), house, folder)
        buyer.put_in_cart().go_to_checkout().fill_in_details().type_card(PAN)
        buyer.card_form().locator("#security-code").fill(CODE)
        buyer.go_on_to_confirmation().place_order().wait_for_challenge()
        buyer.enter_code(buyer.code_from_inbox("0072"))
        order = buyer.wait_for_order()
        browser.close()
    return order, sent


def clean(data: bytes) -> bool:
    """Tell whether some octets hold neither the card number nor the security code."""
    return traces_of(PAN, data) == [] and not code_beside_its_name(CODE, data)


def test_the_browser_tells_the_vault_the_number_and_nobody_else(evidence: Evidence) -> None:
    """E1: and this shows that the search finds a number where there is one (the control)."""
    assert "digits" in traces_of(PAN, evidence.requests["pay"])
    assert code_beside_its_name(CODE, evidence.requests["pay"])
    assert "digits" in traces_of(PAN, evidence.traffic["browser to payment provider"])
    assert code_beside_its_name(CODE, evidence.traffic["browser to payment provider"])
    assert clean(evidence.requests["shop"])
    assert clean(evidence.requests["bank"])


@pytest.mark.parametrize("wire", ["browser to shop", "shop to payment API", "shop to ledger"])
def test_nothing_that_the_shop_hears_or_says_holds_the_card(evidence: Evidence, wire: str) -> None:
    """E1, E4, E7: the merchant sends buyer data and a token, and gets a result."""
    heard = evidence.traffic[wire]
    assert b"content-encoding:" not in heard.lower(), "what is packed could not be searched"
    assert clean(heard)


def test_the_taps_heard_the_whole_purchase(evidence: Evidence) -> None:
    """A tap that hears nothing would prove everything."""
    assert b"POST /checkout" in evidence.traffic["browser to shop"]
    assert evidence.order.encode() in evidence.traffic["browser to shop"]
    api = evidence.traffic["shop to payment API"]
    assert b"POST /pay/oauth2/token" in api
    assert b"POST /pay/api/v2/payments" in api
    assert b"accountNumber" in api, "the token stands where a card number would"
    assert b"POST /orders" in evidence.traffic["shop to ledger"]
    assert evidence.order.encode() in evidence.traffic["shop to ledger"]


@pytest.mark.parametrize("room", ROOMS)
def test_no_database_holds_the_number_in_clear_or_the_security_code(
    evidence: Evidence, room: str
) -> None:
    """E1, attack 35: the vault and the bank seal it, and nobody else has it at all."""
    files = {name: data for name, data in evidence.files.items() if name.startswith(f"{room}.db")}
    assert f"{room}.db" in files
    assert any(name.endswith("-wal") for name in files), "what is not checkpointed counts too"
    for name, data in files.items():
        assert clean(data), name


def test_the_databases_hold_the_purchase(evidence: Evidence) -> None:
    """A search through empty files would prove nothing."""
    for room in SHOP:
        kept = b"".join(data for name, data in evidence.files.items() if name.startswith(room))
        assert evidence.order.encode() in kept
        assert b"hanako@example.com" in kept


def test_no_log_holds_the_card(evidence: Evidence) -> None:
    """Attack 35: every room writes to one log here."""
    for room in ("gateway", "vault", "server", "acs", "ledger"):
        assert f'"room":"{room}"'.encode() in evidence.log, "the rooms have had something to say"
    assert clean(printed_by_the_rooms(evidence.log))


def printed_by_the_rooms(log: bytes) -> bytes:
    """Leave out the table of test cards that `sekisho up` prints for people: it is no log."""
    return b"\n".join(line for line in log.splitlines() if line.startswith(b"{"))
