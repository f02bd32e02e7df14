"""The `sekisho` command."""

import asyncio
import json
import sys
from pathlib import Path

import click

from sekisho.app.directory_command import directory_command
from sekisho.app.explain_command import explain_command
from sekisho.app.keys_command import keys_command
from sekisho.app.revoke_command import revoke_command
from sekisho.app.sdk_command import sdk_command
from sekisho.kernel.errors import SekishoError

DATA = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("./var"),
    show_default=True,
    help="Folder of the house's databases, keys and credentials.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sekisho")
def main() -> None:
    """Sekisho: the whole of 3-D Secure, from the shop to the bank."""


@main.command()
@click.option("--port", type=click.IntRange(1, 65529), default=8080, show_default=True)
@DATA
@click.option("--database", help="PostgreSQL address for every room, in place of SQLite files.")
@click.option(
    "--via",
    multiple=True,
    metavar="ROOM=ADDRESS",
    help="Reach a room under another address, as through a proxy that looks on or disturbs.",
)
def up(port: int, data: Path, database: str | None, via: tuple[str, ...]) -> None:
    """Start every room in this process, as a sandbox on loopback; Ctrl-C stops it cleanly."""
    from sekisho.app.house import run_house  # noqa: PLC0415 - the web stack loads when needed

    _run(run_house(port=port, data=data.resolve(), database=database, via=via))


@main.command()
@click.argument("room")
@click.option(
    "--settings",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="TOML file; see docs/reference/settings.md.",
)
@click.option("--database", help="Database address; overrides the settings file.")
def serve(room: str, settings: Path, database: str | None) -> None:
    """Run one ROOM from a settings file, against peers of your choice."""
    from sekisho.app.house import run_room  # noqa: PLC0415 - the web stack loads when needed

    _run(run_room(room, settings, database=database))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document, for programs.")
@DATA
def sandbox(data: Path, *, as_json: bool) -> None:
    """Print the addresses and keys that a foreign client needs."""
    from sekisho.adapters.chance import SystemChance  # noqa: PLC0415 - loads when needed
    from sekisho.app.credentials import load_or_make  # noqa: PLC0415 - loads when needed
    from sekisho.app.sdk_trust import sdk_document  # noqa: PLC0415 - loads when needed

    try:
        document = load_or_make(data.resolve(), SystemChance()).as_document()
        document["sdk"] = sdk_document(data.resolve())
    except SekishoError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(document, indent=2))
        return
    for part, facts in document.items():
        click.echo(part)
        for name, value in facts.items():
            first, *more = value.splitlines()
            click.echo(f"  {name:18} {first}{' …' if more else ''}")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document, for programs.")
@click.option("--all", "everything", is_flag=True, help="Every version and 3DS Method as well.")
def cards(*, as_json: bool, everything: bool) -> None:
    """Print the test cards: each outcome is called up by a card's last four digits."""
    from sekisho.app.card_table import (  # noqa: PLC0415 - loads when needed
        card_rows,
        card_table,
        long_table,
    )

    if as_json:
        click.echo(json.dumps(card_rows(everything=everything), indent=2, ensure_ascii=False))
        return
    click.echo(long_table() if everything else card_table())


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document, for programs.")
def mischief(*, as_json: bool) -> None:
    """Print what the sandbox's peers can be made to do wrong, by header or by test card."""
    from sekisho.app.mischief_table import (  # noqa: PLC0415 - loads when needed
        mischief_rows,
        mischief_table,
    )

    if as_json:
        click.echo(json.dumps(mischief_rows(), indent=2, ensure_ascii=False))
        return
    click.echo(mischief_table())


main.add_command(directory_command)
main.add_command(explain_command)
main.add_command(keys_command)
main.add_command(revoke_command)
main.add_command(sdk_command)


def _run(coroutine: object) -> None:
    """Run the house on uvloop; a mistake that a person can mend becomes one line, not a trace."""
    import uvloop  # noqa: PLC0415 - loads when needed

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(coroutine)  # type: ignore[arg-type]  # a coroutine by construction
    except SekishoError as error:
        click.echo(f"sekisho: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
