"""`sekisho sdk`: pays in the running sandbox as a shop's app does, with an emulated 3DS SDK."""

import asyncio
import json
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from sekisho.kernel.brands import BRANDS, brand_of
from sekisho.kernel.cards import BadCard, Pan
from sekisho.kernel.errors import SekishoError
from sekisho.kernel.money import Amount, BadAmount
from sekisho.protocol import Message, Version
from sekisho.protocol.jose import Enc
from sekisho.protocol.vocabulary import Json

if TYPE_CHECKING:
    from sekisho.adapters.http.client import Peer
    from sekisho.app.sdk_terminal import TerminalCardholder
    from sekisho.testkit.sdk import Paid, PayingApp, Screen, Sdk

ENCS: Final = {"gcm": Enc.GCM, "cbc": Enc.CBC}
INTERFACES: Final = {"native": "01", "html": "02", "both": "03"}
PROVEN: Final = ("Y", "A")
"""transStatus with which a shop goes on to authorization."""


@click.group("sdk")
def sdk_command() -> None:
    """Play a shop's app with its 3DS SDK against the running sandbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be paid, and as whom."""

    card: str
    expiry: str
    amount: Amount
    version: Version | None
    sdk: "Sdk"


@sdk_command.command("pay")
@click.option("--card", required=True, help="A test card's number; see `sekisho cards`.")
@click.option("--expiry", default="3412", show_default=True, metavar="YYMM")
@click.option("--amount", required=True, help="In the currency's main unit, as 145.00 or 14500.")
@click.option("--currency", default="JPY", show_default=True)
@click.option("--version", type=click.Choice([each.value for each in Version]))
@click.option(
    "--answer", "answers", multiple=True, metavar="WORDS", help="For each screen, in turn."
)
@click.option("--enc", type=click.Choice(tuple(ENCS)), default="gcm", show_default=True)
@click.option(
    "--interface", type=click.Choice(tuple(INTERFACES)), default="both", show_default=True
)
@click.option("--locale", default="en-GB", show_default=True, help="The device's language.")
@click.option("--opens-apps", is_flag=True, help="The device can open the bank's app (2.3.1).")
@click.option("--json", "as_json", is_flag=True, help="One JSON document, for programs.")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("./var"),
    show_default=True,
    help="Folder of the running house.",
)
def pay(
    *,
    card: str,
    expiry: str,
    amount: str,
    currency: str,
    version: str | None,
    answers: tuple[str, ...],
    enc: str,
    interface: str,
    locale: str,
    opens_apps: bool,
    as_json: bool,
    data: Path,
) -> None:
    """Pay through the app channel, printing each screen; the words for it come from --answer or you.

    Words are what is typed, a choice's number, name=value of a form, :cancel, :resend, :other, :open,
    :return, :continue, :inbox for the newest code in the sandbox bank's inbox, :approve or :deny for an
    answer in its app. Exits with 0 if the
    shop may go on (Y or A), else with 1.
    """
    from sekisho.testkit.sdk import Device, Sdk  # noqa: PLC0415 - loads when needed

    try:
        order = Order(
            card=card.replace(" ", ""),
            expiry=expiry,
            amount=amount_of(amount, currency),
            version=None if version is None else Version(version),
            sdk=Sdk(
                device=Device(locale=locale),
                enc=ENCS[enc],
                interface=INTERFACES[interface],
                opens_apps=opens_apps,
            ),
        )
        paid, cardholder = asyncio.run(_paid(order, answers, data.resolve(), quiet=as_json))
    except SekishoError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        document = document_of(paid, cardholder.screens)
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        click.echo(summary(paid))
    sys.exit(0 if paid.trans_status in PROVEN else 1)


def amount_of(text: str, currency: str) -> Amount:
    """Read an amount in major units. Raises BadAmount."""
    whole, point, part = text.strip().partition(".")
    digits = Amount(minor=0, currency=currency.upper()).unit.exponent
    plain = whole.isascii() and whole.isdigit() and part.isascii() and (part.isdigit() or not point)
    if not plain or len(part) > digits:
        raise BadAmount(f"{text!r} is no amount of {currency} with at most {digits} decimals")
    return Amount(minor=int(whole + part.ljust(digits, "0")), currency=currency.upper())


async def _paid(
    order: Order, answers: tuple[str, ...], data: Path, *, quiet: bool
) -> "tuple[Paid, TerminalCardholder]":
    from sekisho.adapters.chance import SystemChance  # noqa: PLC0415 - loads when needed
    from sekisho.adapters.clock import WallClock  # noqa: PLC0415 - loads when needed
    from sekisho.adapters.http.client import Peer  # noqa: PLC0415 - loads when needed
    from sekisho.app.addresses import Addresses  # noqa: PLC0415 - loads when needed
    from sekisho.app.credentials import load_or_make  # noqa: PLC0415 - loads when needed
    from sekisho.app.sdk_trust import sdk_document, trust_of  # noqa: PLC0415 - loads when needed
    from sekisho.clients.server import ThreeDSServer  # noqa: PLC0415 - loads when needed
    from sekisho.kernel.secret import Secret  # noqa: PLC0415 - loads when needed
    from sekisho.testkit.sdk import HttpRoad, PayingApp, Player  # noqa: PLC0415 - loads when needed

    chance, clock = SystemChance(), WallClock()
    credentials = load_or_make(data, chance)
    house = Peer(f"http://localhost:{credentials.port}", identity=None)
    road = HttpRoad()
    bank = Peer(Addresses(credentials.port).site("bank"), identity=None)
    cardholder = _cardholder(order, answers, bank, quiet=quiet)
    app = PayingApp(
        server=ThreeDSServer(house, Secret(credentials.api_key)),
        sdk=order.sdk,
        trust=trust_of(sdk_document(data)),
        player=Player(road=road, cardholder=cardholder, clock=clock, chance=chance),
        chance=chance,
    )
    try:
        return await _ordered(app, order, at=clock.now()), cardholder
    finally:
        for each in (road, house, bank):
            await each.close()


async def _ordered(app: "PayingApp", order: Order, *, at: datetime) -> "Paid":
    from sekisho.testkit.sdk import purchase_elements  # noqa: PLC0415 - loads when needed

    brand = brand_of(Pan(order.card).digits)
    if brand is None:
        raise BadCard("the card number is of no brand that Sekisho knows")
    purchase = purchase_elements(
        card=order.card,
        expiry=order.expiry,
        amount=order.amount,
        shop="Toge Chaya",
        at=at,
        version=order.version,
    )
    return await app.pay(
        purchase,
        directory_server_id=BRANDS[brand].directory_server_id,
        version=order.version,
    )


def _cardholder(
    order: Order, answers: tuple[str, ...], bank: "Peer", *, quiet: bool
) -> "TerminalCardholder":
    """Give the prepared answers, and whoever sits at the terminal after them."""
    from sekisho.app.sdk_terminal import (  # noqa: PLC0415 - loads when needed
        Inbox,
        TerminalCardholder,
        ask_at_terminal,
        welcome,
    )

    say = _nothing if quiet else click.echo
    asks = sys.stdin.isatty() and not quiet
    if asks:
        welcome(say)
    inbox = Inbox(bank, last_four=order.card[-4:])
    return TerminalCardholder(answers, inbox=inbox, say=say, ask=ask_at_terminal if asks else None)


def _nothing(_: str) -> None:
    """Say nothing: a program reads the document at the end."""


def summary(paid: "Paid") -> str:
    """Say what the shop reads."""
    lines = [f"ARes: transStatus {paid.ares.text_or_none('transStatus')}"]
    if paid.ended is not None:
        told = "has not come" if paid.result is None else _facts(paid.result)
        lines.append(f"RReq, as the shop reads it: {told}")
    verdict = "may go on" if paid.trans_status in PROVEN else "must not go on"
    return "\n".join([*lines, f"The shop {verdict}."])


def _facts(result: Message) -> str:
    names = ("transStatus", "transStatusReason", "challengeCancel", "eci", "interactionCounter")
    return ", ".join(f"{name} {result[name]}" for name in names if name in result)


def document_of(paid: "Paid", screens: "list[Screen]") -> dict[str, Json]:
    """Give everything as plain JSON types."""
    from sekisho.testkit.sdk import screen_text  # noqa: PLC0415 - loads when needed

    ended = paid.ended
    return {
        "messageVersion": paid.ares.version.value,
        "transStatus": paid.trans_status,
        "ares": dict(paid.ares.elements),
        "screens": [
            {"acsUiType": screen.ui.value, "text": screen_text(screen)} for screen in screens
        ],
        "sdk": None
        if ended is None
        else {"outcome": ended.outcome.value, "transStatus": ended.trans_status},
        "result": None if paid.result is None else dict(paid.result.elements),
    }
