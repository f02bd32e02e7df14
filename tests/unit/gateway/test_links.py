"""Signed addresses: any order, no change, one purpose, one time, some minutes."""

from datetime import timedelta
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.acquirer.gateway.service.links import Links
from sekisho.acquirer.gateway.service.signing import BadSignature, Lapsed, Signer
from sekisho.kernel.secret import Secret
from tests.unit.gateway.browser import Browser, action
from tests.unit.gateway.scenes import NOON, PAY, World, asked

SIGNER = Signer(Secret(b"k" * 32))
UNTIL = NOON + timedelta(minutes=15)
ADDRESS = SIGNER.orchestration_address(f"{PAY}/3ds/orchestration", "payment-1", UNTIL)
PARAMETERS = parse_qsl(urlsplit(ADDRESS).query)


@given(st.permutations(PARAMETERS))
def test_the_order_of_parameters_does_not_matter(parameters: list[tuple[str, str]]) -> None:
    """Trap 5: merchants send the parameters on through a form."""
    assert SIGNER.read_orchestration(parameters, NOON) == "payment-1"


@given(st.lists(st.booleans(), min_size=200, max_size=200))
def test_the_encoding_of_parameters_does_not_matter(choices: list[bool]) -> None:
    """A browser may write %41 for A: what counts is what is meant."""
    pick = iter(choices)
    query = "&".join(
        f"{name}=" + "".join(f"%{ord(c):02X}" if next(pick, False) else quote(c) for c in value)
        for name, value in PARAMETERS
    )
    assert SIGNER.read_orchestration(parse_qsl(query), NOON) == "payment-1"


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=10))
def test_nothing_but_our_own_address_is_taken(parameters: list[tuple[str, str]]) -> None:
    """Whatever the parameters: BadSignature, and nothing else."""
    with pytest.raises(BadSignature):
        SIGNER.read_orchestration(parameters, NOON)


@pytest.mark.parametrize(
    "changed",
    [
        [(n, "payment-2" if n == "paymentRequestId" else v) for n, v in PARAMETERS],
        [(n, str(int(v) + 1) if n == "Expires" else v) for n, v in PARAMETERS],
        [(n, v + "A" if n == "Signature" else v) for n, v in PARAMETERS],
        [(n, "é" if n == "Signature" else v) for n, v in PARAMETERS],
        [pair for pair in PARAMETERS if pair[0] != "Expires"],
        [pair for pair in PARAMETERS if pair[0] != "Signature"],
        [*PARAMETERS, ("more", "1")],
        [*PARAMETERS, PARAMETERS[0]],
        [],
    ],
)
def test_a_changed_address_is_refused(changed: list[tuple[str, str]]) -> None:
    """One more, one less, one changed."""
    with pytest.raises(BadSignature):
        SIGNER.read_orchestration(changed, NOON)


def test_an_address_lapses() -> None:
    """To the second."""
    assert SIGNER.read_orchestration(PARAMETERS, UNTIL - timedelta(seconds=1)) == "payment-1"
    with pytest.raises(Lapsed):
        SIGNER.read_orchestration(PARAMETERS, UNTIL)


def test_a_signature_serves_one_purpose() -> None:
    """A page's token does not open a method notification, nor the other way round."""
    links = Links(PAY, SIGNER)
    page = links.page("payment-1").rpartition("/")[2]
    method = links.method_notification("payment-1").rpartition("/")[2]
    session = links.session_data("payment-1")
    links.check_page("payment-1", page)
    links.check_method("payment-1", method)
    links.check_session_data("payment-1", session)
    for token in (method, session, page[:-1], ""):
        with pytest.raises(BadSignature):
            links.check_page("payment-1", token)
    with pytest.raises(BadSignature):
        links.check_page("payment-2", page)


def test_parts_cannot_run_into_each_other() -> None:
    """`ab` + `c` is not `a` + `bc`."""
    assert SIGNER.sign("p", "ab", "c") != SIGNER.sign("p", "a", "bc")
    assert SIGNER.sign("p", "a") != SIGNER.sign("pa")


def test_another_key_signs_otherwise() -> None:
    """What one gateway signed is worth nothing at another."""
    with pytest.raises(BadSignature):
        Signer(Secret(b"x" * 32)).read_orchestration(PARAMETERS, NOON)


async def test_an_address_opens_once() -> None:
    """C3: a replay is refused with a page that says what to do; the payment is unharmed."""
    browser = Browser(World())
    made = await browser.pay(asked("0172"))
    page = await browser.open(made)
    replayed = await browser.open(made)
    assert replayed.status_code == 410
    assert "opened before" in replayed.text
    own = page.text.split('data-page="')[1].split('"', maxsplit=1)[0]
    assert action(await browser.http.get(own)) == action(page)


async def test_a_tampered_address_is_refused_with_a_page() -> None:
    """And the frame it stands in shows it."""
    browser = Browser(World())
    made = await browser.pay(asked())
    made["paymentAuthenticationResult"]["authenticationOrchestrationUrl"] += "&amount=1"
    answer = await browser.open(made)
    assert answer.status_code == 400
    assert "Go back to the shop" in answer.text
    assert "http://shop.localhost:8080" in answer.headers["content-security-policy"]


async def test_an_expired_address_is_refused_with_a_page() -> None:
    """The buyer is told to order again."""
    world = World()
    browser = Browser(world)
    made = await browser.pay(asked())
    world.clock.advance(timedelta(minutes=15))
    answer = await browser.open(made)
    assert answer.status_code == 410
    assert "expired" in answer.text


async def test_a_page_of_another_payment_stays_shut() -> None:
    """The token in a page's address is that payment's own."""
    browser = Browser(World())
    first = await browser.open(await browser.pay(asked("0172"), "r-1"))
    second = await browser.pay(asked("0172"), "r-2")
    await browser.open(second)
    own = first.text.split('data-page="')[1].split('"', maxsplit=1)[0]
    token = own.rpartition("/")[2]
    for suffix in ("", "/state"):
        answer = await browser.http.get(f"/3ds/{second['transactionId']}/{token}{suffix}")
        assert answer.status_code == 400
    pushed = await browser.http.post(f"/3ds/{second['transactionId']}/{token}/continue")
    assert pushed.status_code == 400
