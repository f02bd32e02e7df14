"""Prints the settings of every room: types, defaults, meanings, and the shape of a room's file."""

import dataclasses
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from sekisho.adapters.keystores import ROOM_KEYS
from sekisho.adapters.mail import Smtp
from sekisho.app.docs.literals import field_texts, first_line
from sekisho.app.docs.toml_text import default_of, is_table, value_text
from sekisho.app.settings import NEEDS, ROOM_SETTINGS, Pkcs11, RoomFile
from sekisho.kernel.secret import Secret

INTRODUCTION: Final = """# Settings

<!-- Printed from the settings classes by `make docs`; do not edit. -->

`sekisho up` needs none of this. One room by itself is told everything by one TOML file:

```sh
sekisho serve vault --settings vault.toml
```

## What is guaranteed

- A file is read whole before anything is served. What is missing, of the wrong type, or of a name that no
  setting has, at whatever depth, ends the start with one line that names the place.
- Peers, secrets and listeners that the room needs are asked for at the start, not at the first purchase.
- Secrets are shown nowhere: not in logs, not in error messages, not in what a debugger prints.
- No setting has a default that suits one machine only.

## Values that have to be made

| value | make it with |
|---|---|
| a key of 32 octets (`signing_key`) | `openssl rand -base64 32` |
| an API key or a client secret | `openssl rand -hex 24` |
| `api_key_sha256` of an API key | `printf %s THE_KEY \\| sha256sum` |
| `staff_password_hash` | `python -c 'import argon2, getpass; print(argon2.PasswordHasher().hash(getpass.getpass()))'` |
| `script_integrity` | served by the vault beside its script, under the script's name with `.integrity` behind it |

The folder `keys` is made at first use: an authority (`ca.pem`), a certificate for each room
(`tls/ROOM.pem`), the room's sealing keys (`symmetric/*.keys`) and its working keys (`working/*`). Where
`ca.pem` is somebody else's, put the room's own key and chain into `tls/ROOM.pem`: nothing is made up then.

## Working keys

The keys with which a room does its work (they make authentication values, sign `acsSignedContent`, decrypt
`sdkEncData`) lie in sealed files for development, and in a PKCS#11 token in production: they are made there,
marked sensitive and not extractable, used there, and never leave. The token's library needs the extra `hsm`:
`pip install sekisho[hsm]`.

```toml
[pkcs11]
module = "/usr/lib/softhsm/libsofthsm2.so"
token = "bank"
pin_file = "token.pin"
```

```sh
sekisho keys make acs --settings acs.toml
sekisho keys list acs --settings acs.toml
sekisho keys request acs --settings acs.toml > acs.csr
sekisho keys make acs --settings acs.toml --new authentication-value-visa
```

- The first command makes what the room lacks. A room whose token lacks a key does not start, and names the key.
- The third asks the directory's CA for the certificate of the key that signs `acsSignedContent`.
- The last rotates: the newest key makes values, every older one still verifies. Start members anew before the
  ACS: who verifies must know the key before who makes.
- The bank's two rooms need the same authentication value keys: one token, or one `keys` folder (or the same
  `working/authentication-value-*` and `symmetric/working-keys.keys` in both).
- A PIN is read from a file or an environment variable; one that the token refused is not tried again before the
  next start. A token that was lost is opened anew at the next use; what could not be computed meanwhile fails.

The ACS signs PARes documents of 3-D Secure 1.0.2 (`threeds1`) with a key of its own, `pares-signature`: `sekisho keys make acs`
makes it where the settings speak of it, `sekisho keys request acs --threeds1` asks the scheme for its certificate. Merchants trust `threeds1/roots.pem` in the folder
`keys`, and the chain of the key `pares-signature.1` is `threeds1/pares-signature-1.pem`; both are made at first use unless somebody put a
scheme's own `roots.pem` there.

| room | key | kinds | what it does |
|---|---|---|---|
{keys}
"""

PLAIN: Final[Mapping[object, str]] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    Path: "path",
}
"""Types in the words of TOML."""

EXAMPLES: Final = """
## Example files

Made from the sandbox's settings; together they are a house of eight processes on one machine.
`listen` is plain HTTP on loopback, for a proxy that puts TLS in front and passes paths on as they are.
"""


def settings_page() -> str:
    """Give the page."""
    lines = [INTRODUCTION.format(keys="\n".join(_keys())), *_file(), EXAMPLES]
    lines += [f"- [{room}](../examples/{room}.toml)" for room in ROOM_SETTINGS]
    for room, kind in ROOM_SETTINGS.items():
        lines += ["", f"## {room}", "", f"{first_line(kind)} The table `[settings]` of its file."]
        for part, place, heading in _parts(kind, "settings", "[settings]"):
            if part is not kind:
                lines += ["", f"### `{heading}`", "", first_line(part)]
            lines += ["", *_rows(part, place)]
    return "\n".join([*lines, ""])


def _keys() -> Iterator[str]:
    for room, needs in ROOM_KEYS.items():
        for need in needs:
            kinds = " or ".join(f"`{kind.value}`" for kind in need.kinds)
            yield f"| {room} | `{need.name}` | {kinds} | {need.purpose} |"


def _file() -> Iterator[str]:
    yield "## The file\n"
    yield from _rows(RoomFile, "")
    yield f"\n### `[pkcs11]`\n\n{first_line(Pkcs11)}\n"
    yield from _rows(Pkcs11, "")
    yield f"\n### `[mail]`\n\n{first_line(Smtp)}\n"
    yield from _rows(Smtp, "")
    yield "\n| room | `listen` | `listen_peers` | `[peers]` | `[secrets]` |"
    yield "|---|---|---|---|---|"
    for room, needs in NEEDS.items():
        ports = ["yes" if possible else "no" for possible in (needs.site, needs.port)]
        names = [", ".join(known) or "none" for known in (needs.peers, needs.secrets)]
        yield f"| {room} | {' | '.join([*ports, *names])} |"


def _rows(kind: type, place: str) -> Iterator[str]:
    texts, types = field_texts(kind), get_type_hints(kind)
    yield "| setting | type | default | meaning |"
    yield "|---|---|---|---|"
    for field in dataclasses.fields(kind):
        name = f"{place}.{field.name}" if place.count(".") else field.name
        yield (
            f"| `{name.removeprefix('settings.')}` | {type_words(types[field.name])} "
            f"| {_default(default_of(field))} | {texts[field.name].replace('|', chr(92) + '|')} |"
        )


def _parts(kind: type, place: str, heading: str) -> Iterator[tuple[type, str, str]]:
    """Give a settings class, then the classes of the tables inside it, each with its heading in TOML."""
    yield kind, place, heading
    for name, hint in get_type_hints(kind).items():
        inside = f"{place}.{name}"
        headed = f"[[{inside}]]" if get_origin(hint) is tuple else f"[{inside}]"
        for inner in (hint, *get_args(hint)):
            if isinstance(inner, type) and dataclasses.is_dataclass(inner):
                yield from _parts(inner, inside, headed)


def type_words(hint: Any) -> str:  # Any: a type hint
    """Say a type in the words of TOML."""
    origin, inside = get_origin(hint), [part for part in get_args(hint) if part is not NoneType]
    words = PLAIN.get(hint, "table, see below")
    if origin in {Union, UnionType}:
        words = f"{type_words(inside[0])}, or left out"
    elif origin is tuple:
        words = f"list of {type_words(inside[0])}"
    elif origin is Mapping:
        words = f"table of {type_words(inside[1])} by name"
    elif origin is Secret:
        words = "secret, in base64" if inside == [bytes] else "secret text"
    elif isinstance(hint, type) and issubclass(hint, Enum):
        words = "one of " + ", ".join(f"`{member.value}`" for member in hint)
    return words


def _default(default: object) -> str:
    if default is dataclasses.MISSING:
        return "**required**"
    if default is None:
        return "left out"
    return "built in" if is_table(default) else f"`{value_text(default)}`"
