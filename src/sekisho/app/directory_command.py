"""`sekisho directory`: what the operator of a Directory Server does, from a shell."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

import click

from sekisho.kernel.errors import SekishoError, TheyErred
from sekisho.protocol import Json

if TYPE_CHECKING:
    from sekisho.clients.directory import DirectoryOperator

Result = TypeVar("Result")
Use = Callable[["DirectoryOperator"], Awaitable[Result]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Which Directory Server is called, and who calls."""

    data: Path
    url: str | None
    keys: Path | None
    certificate: str


@click.group("directory")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("./var"),
    show_default=True,
    help="Folder of a house whose Directory Server is meant.",
)
@click.option("--url", help="Mutual-TLS address of another Directory Server.")
@click.option(
    "--keys",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the keys and certificates to call it with; by default the house's.",
)
@click.option(
    "--certificate",
    default="operator",
    show_default=True,
    help="Name of the operator's certificate.",
)
@click.pass_context
def directory_command(
    context: click.Context, data: Path, url: str | None, keys: Path | None, certificate: str
) -> None:
    """Enrol members and card ranges at a running Directory Server."""
    context.obj = Where(data=data.resolve(), url=url, keys=keys, certificate=certificate)


@directory_command.group()
def members() -> None:
    """3DS Servers and ACSs."""


@directory_command.group()
def ranges() -> None:
    """Card ranges."""


@members.command("list")
@click.pass_obj
def list_members(where: Where) -> None:
    """Print the members, one JSON document a line."""
    for member in _call(where, lambda operator: operator.members()):
        _print(member)


@members.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(["3DS Server", "ACS"]), required=True)
@click.option("--certificate-name", "certificates", multiple=True, required=True)
@click.option("--reference-number", "references", multiple=True, required=True)
@click.option("--operator-id", "operators", multiple=True, required=True)
@click.option("--url", "urls", multiple=True, required=True)
@click.pass_obj
def add_member(
    where: Where,
    *,
    name: str,
    role: str,
    certificates: tuple[str, ...],
    references: tuple[str, ...],
    operators: tuple[str, ...],
    urls: tuple[str, ...],
) -> None:
    """Enrol the member NAME, or change it; options may be given several times."""
    member: dict[str, Json] = {
        "role": role,
        "certificateNames": [*certificates],
        "referenceNumbers": [*references],
        "operatorIDs": [*operators],
        "urls": [*urls],
    }
    _call(where, lambda operator: operator.put_member(name, member))


@members.command("remove")
@click.argument("name")
@click.pass_obj
def remove_member(where: Where, name: str) -> None:
    """End the membership of NAME at once."""
    _call(where, lambda operator: operator.remove_member(name))


@ranges.command("list")
@click.option("--after", help="Begin after this card number.")
@click.option("--limit", type=click.IntRange(1, 1000), default=1000, show_default=True)
@click.pass_obj
def list_ranges(where: Where, after: str | None, limit: int) -> None:
    """Print card ranges in order, one JSON document a line, as `import` reads them."""
    for each in _call(where, lambda operator: operator.ranges(after=after, limit=limit)):
        _print(each)


@ranges.command("add")
@click.argument("document")
@click.pass_obj
def add_range(where: Where, document: str) -> None:
    """Enrol the card range that DOCUMENT describes, a line of JSON as `list` prints it."""
    try:
        members_of = json.loads(document)
    except ValueError as error:
        raise click.BadParameter("is not JSON", param_hint="DOCUMENT") from error
    click.echo(_call(where, lambda operator: operator.add_range(members_of)))


@ranges.command("remove")
@click.argument("start")
@click.argument("end")
@click.pass_obj
def remove_range(where: Where, start: str, end: str) -> None:
    """Take the card range from START to END out."""
    click.echo(_call(where, lambda operator: operator.remove_range(start, end)))


@ranges.command("import")
@click.argument("file", type=click.File("rb"))
@click.pass_obj
def import_ranges(where: Where, file: BinaryIO) -> None:
    """Let FILE take the place of all card ranges, if every line of it is good."""
    _print(_call(where, lambda operator: operator.import_ranges(file)))


@directory_command.group()
def notices() -> None:
    """Operational notices (OReq) to members."""


@notices.command("list")
@click.pass_obj
def list_notices(where: Where) -> None:
    """Print the last sequences and what became of them."""
    for each in _call(where, lambda operator: operator.sequences()):
        _print(each)


@notices.command("send")
@click.argument("name")
@click.argument("file", type=click.File("rb"))
@click.pass_obj
def send_notices(where: Where, name: str, file: BinaryIO) -> None:
    """Send the notices in FILE, a JSON list, to the member NAME and wait for its verdict."""
    try:
        listed = json.loads(file.read())
    except ValueError as error:
        raise click.BadParameter("is not JSON", param_hint="FILE") from error
    _print(_call(where, lambda operator: operator.send_notices(name, listed)))


def _print(document: dict[str, Json]) -> None:
    click.echo(json.dumps(document, ensure_ascii=False))


def _call(where: Where, use: Use[Result]) -> Result:
    """Call the Directory Server; what it refuses becomes one line."""
    try:
        return asyncio.run(_called(where, use))
    except SekishoError as error:
        raise click.ClickException(str(error)) from error


async def _called(where: Where, use: Use[Result]) -> Result:
    from sekisho.adapters.http.client import Peer  # noqa: PLC0415 - loads when needed
    from sekisho.adapters.keys import Keyring  # noqa: PLC0415 - loads when needed
    from sekisho.clients.directory import DirectoryOperator  # noqa: PLC0415 - loads when needed

    url, keys = _address(where), where.keys or where.data / "keys"
    if not keys.is_dir():
        raise TheyErred(f"there are no keys in {keys}: name a house with --data, or --keys")
    peer = Peer(url, identity=Keyring(keys).client_tls(where.certificate))
    try:
        return await use(DirectoryOperator(peer))
    finally:
        await peer.close()


def _address(where: Where) -> str:
    from sekisho.adapters.chance import SystemChance  # noqa: PLC0415 - loads when needed
    from sekisho.app.addresses import Addresses  # noqa: PLC0415 - loads when needed
    from sekisho.app.credentials import FILE, load_or_make  # noqa: PLC0415 - loads when needed

    if where.url is not None:
        return where.url
    if not (where.data / FILE).exists():
        raise TheyErred(f"no house lives in {where.data}: name one with --data, or --url")
    return Addresses(load_or_make(where.data, SystemChance()).port).peer("directory")
