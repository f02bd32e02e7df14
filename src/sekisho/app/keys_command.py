"""`sekisho keys`: see, make and have certified the working keys of a room."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from sekisho.adapters.keystores import (
    KEYS_OF_1_0_2,
    PARES_SIGNATURE,
    ROOM_KEYS,
    SIGNED_CONTENT,
    HeldKey,
    KeyKind,
    KeyNeed,
    KeyStore,
    RoomKeys,
)
from sekisho.kernel.errors import SekishoError

ACTIONS: Final = ("list", "make", "request")
KINDS: Final = tuple(kind.value for kind in KeyKind)


@click.command("keys")
@click.argument("action", type=click.Choice(ACTIONS))
@click.argument("room", type=click.Choice(tuple(ROOM_KEYS)))
@click.option(
    "--settings",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The room's TOML file; without one, the house in --data.",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("./var"),
    show_default=True,
    help="Folder of the house, where there is no settings file.",
)
@click.option(
    "--on",
    type=click.Choice(("files", "pkcs11")),
    help="Where the keys are; otherwise as the settings say.",
)
@click.option(
    "--new",
    metavar="NAME",
    help="Make a new key under the next number of this name: it works from the next start on.",
)
@click.option(
    "--threeds1",
    is_flag=True,
    help="Of 3-D Secure 1.0.2: its keys, which settings that speak of it call for by themselves, or "
    "the request for them.",
)
@click.option("--kind", type=click.Choice(KINDS), help="With --new: another kind than is usual.")
def keys_command(
    action: str,
    room: str,
    *,
    settings: Path | None,
    data: Path,
    on: str | None,
    new: str | None,
    kind: str | None,
    threeds1: bool,
) -> None:
    """List or make the keys that a ROOM works with, or request a certificate for them.

    `make` makes what the room lacks. The PIN of a token is read from the file or the environment
    variable that the settings name. `request` prints a PEM request for the newest key that signs
    acsSignedContent; the directory's CA answers it.
    """
    try:
        with _store(settings, data, room, on) as (store, speaks_it):
            threeds1 = threeds1 or (action == "make" and speaks_it)
            match action:
                case "list":
                    _list(store, room)
                case "make":
                    _make(store, room, new, kind, threeds1=threeds1)
                case _:
                    _request(store, room, threeds1=threeds1)
    except SekishoError as error:
        click.echo(f"sekisho: {error}", err=True)
        sys.exit(1)


@contextmanager
def _store(
    settings: Path | None, data: Path, room: str, on: str | None
) -> Iterator[tuple[KeyStore, bool]]:
    """Open the store; tell whether the settings speak of 3-D Secure 1.0.2."""
    from sekisho.adapters.keys import Keyring  # noqa: PLC0415 - loads when needed
    from sekisho.app.settings import BadSettings, read_room_file  # noqa: PLC0415 - loads when needed
    from sekisho.app.working_keys import open_store  # noqa: PLC0415 - loads when needed

    file = None if settings is None else read_room_file(settings, room, database=None)
    token = None if file is None else file.pkcs11
    if on == "pkcs11" and token is None:
        raise BadSettings("--on pkcs11 takes --settings with a table [pkcs11]")
    folder = data.resolve() / "keys" if file is None else file.keys
    store = open_store(None if on == "files" else token, Keyring(folder))
    try:
        yield store, file is not None and getattr(file.settings, "threeds1", None) is not None
    finally:
        store.close()


def _list(store: KeyStore, room: str) -> None:
    held = store.held()
    for need in _needs(room):
        keys = [key for key in held if key.name.name == need.name]
        for key in keys:
            click.echo(_line(str(key.name), key.kind.value, need.purpose))
        if not keys and need in ROOM_KEYS[room]:
            click.echo(_line(need.name, "missing", need.purpose))


def _make(store: KeyStore, room: str, new: str | None, kind: str | None, *, threeds1: bool) -> None:
    if new is None:
        if kind is not None:
            raise click.UsageError("--kind goes with --new")
        more = KEYS_OF_1_0_2.get(room, ()) if threeds1 else ()
        made = RoomKeys(store, room, more=more).make_missing()
        if not made:
            click.echo(f"{room} has every key that it needs; --new NAME makes another")
    else:
        need = _need(room, new)
        chosen = need.kinds[0] if kind is None else KeyKind(kind)
        if chosen not in need.kinds:
            fit = ", ".join(each.value for each in need.kinds)
            raise click.UsageError(f"{new} may be {fit}")
        made = [store.make(new, chosen)]
    for key in made:
        click.echo(f"made {_said(key)}")


def _needs(room: str) -> tuple[KeyNeed, ...]:
    return (*ROOM_KEYS[room], *KEYS_OF_1_0_2.get(room, ()))


def _need(room: str, name: str) -> KeyNeed:
    for need in _needs(room):
        if need.name == name:
            return need
    names = ", ".join(need.name for need in _needs(room))
    raise click.UsageError(f"{room} needs no key {name}; it needs {names}")


def _request(store: KeyStore, room: str, *, threeds1: bool) -> None:
    from sekisho.app.working_keys import certificate_request  # noqa: PLC0415 - loads when needed

    if SIGNED_CONTENT not in ROOM_KEYS[room]:
        raise click.UsageError(f"{room} has no key that needs a certificate")
    need = PARES_SIGNATURE if threeds1 else SIGNED_CONTENT
    name, key = RoomKeys(store, room).newest(need)
    click.echo(certificate_request(f"{room} {name}", key), nl=False)


def _line(key: str, kind: str, purpose: str) -> str:
    return f"{key:34} {kind:14} {purpose}"


def _said(key: HeldKey) -> str:
    return f"{key.name} ({key.kind.value})"
