"""`sekisho revoke ROOM`: a room's certificate is not to be trusted any more."""

import sys
from pathlib import Path

import click

from sekisho.app.settings import ROOM_SETTINGS
from sekisho.kernel.errors import SekishoError


@click.command("revoke")
@click.argument("room", type=click.Choice(tuple(ROOM_SETTINGS)))
@click.option(
    "--keys",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path("./var/keys"),
    show_default=True,
    help="Folder of the keys; the rooms that share it hold to its list.",
)
def revoke_command(room: str, keys: Path) -> None:
    """Revoke the certificate of a ROOM: every mutual-TLS port and caller refuses it within a second.

    The room gets another one at its next start. Where the authority is somebody else's, put its list
    (CRL, PEM) into the folder as revoked.pem.
    """
    from sekisho.adapters.keys import Keyring  # noqa: PLC0415 - loads when needed

    try:
        Keyring(keys.resolve()).revoke(room)
    except SekishoError as error:
        click.echo(f"sekisho: {error}", err=True)
        sys.exit(1)
    click.echo(f"The certificate of {room} is revoked; start the room again to give it another.")
