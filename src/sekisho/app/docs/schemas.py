"""Prints the JSON Schemas of the messages, one file for each message and version, and their page."""

import json
from collections.abc import Iterator
from typing import Final

from sekisho.protocol import Json, MessageType, Version
from sekisho.protocol.schemas import DIALECT, identifier, kinds, schema

WIDTH: Final = 100
"""Longer lines are broken, so that a change of one value is a change of few lines."""

INTRODUCTION: Final = f"""# JSON Schemas

<!-- Printed from sekisho.protocol.schemas by `make docs`; do not edit. -->

A schema for each message of EMV 3-D Secure in each version, in the dialect
[2020-12]({DIALECT}), written from the same table that Sekisho checks
messages with ([reference/elements.md](../reference/elements.md)). The files are of use without Sekisho: in a gateway, in a
contract test, in an editor.

## What they guarantee

- A schema takes every message that the strict reading takes. It is never stricter.
- It refuses a wrong JSON type, a wrong length (in characters), form, code or ISO code, a null, an empty
  value, an item that stands twice, too few and too many items, a missing required element, and
  everything whose condition the message itself decides: there without it, or missing with it.
- Members that the table does not know are allowed, as everywhere in the protocol.
- Expressions are those of ECMA 262 and mean the same there as in Sekisho. `format` is not used: whether it
  is checked depends on the validator.

## What they cannot say

Each schema lists in `$comment` what it leaves out: duplicates of a member (gone before a schema sees the
object), the length of an object as JSON, rules across elements, and conditions that rest on the
request or on who reads. Sizes in octets, too, are nobody's here. For those use `sekisho.protocol.parse`.

## Channels and categories

What a message holds depends on its channel and category: a column of the table. An AReq says its own
and is held to it. Every other message must fit one of the columns; who knows which one refers to it by
its anchor, and learns more:

```json
{{"$ref": "{identifier(MessageType.ARES, Version.V231, "browser-payment")}"}}
```

`sekisho.protocol.schemas.schema_at` writes the schema of one column for one receiver; `schema` takes the
lenient reading, too.

## The files
"""


def schemas_page() -> str:
    """Give the page that says what the schemas are good for, and lists them."""
    return "\n".join([INTRODUCTION, *_table(), ""])


def schema_text(kind: MessageType, version: Version) -> str:
    """Give one schema as a file."""
    return _written(schema(kind, version), 0) + "\n"


def schema_path(kind: MessageType, version: Version) -> str:
    """Tell where the file of a schema stands under docs/."""
    return f"schemas/{version.value}/{kind.value}.json"


def _table() -> Iterator[str]:
    yield f"| Message | {' | '.join(version.value for version in Version)} | columns in the newest |"
    yield f"|---|{'---|' * len(Version)}---|"
    for kind in MessageType:
        cells = [
            f"[{kind.value}]({schema_path(kind, version).removeprefix('schemas/')})"
            if kind in kinds(version)
            else "–"
            for version in Version
        ]
        yield f"| {kind.value} | {' | '.join(cells)} | {', '.join(_columns(kind)) or 'one'} |"


def _columns(kind: MessageType) -> Iterator[str]:
    definitions = schema(kind, Version.V231)["$defs"]
    for name, definition in definitions.items() if isinstance(definitions, dict) else ():
        if isinstance(definition, dict) and "$anchor" in definition:
            yield name


def _written(value: Json, depth: int) -> str:
    """Write JSON so that short things stand on one line and lists of codes fill theirs."""
    flat = json.dumps(value, ensure_ascii=False)
    pad = "  " * (depth + 1)
    if not isinstance(value, dict | list) or len(pad) + len(flat) <= WIDTH or not value:
        return flat
    if isinstance(value, dict):
        parts = [
            f"{pad}{json.dumps(name)}: {_written(each, depth + 1)}" for name, each in value.items()
        ]
        return "{\n" + ",\n".join(parts) + "\n" + "  " * depth + "}"
    if all(isinstance(each, str) for each in value):
        return "[\n" + "\n".join(_filled(value, pad)) + "\n" + "  " * depth + "]"
    parts = [pad + _written(each, depth + 1) for each in value]
    return "[\n" + ",\n".join(parts) + "\n" + "  " * depth + "]"


def _filled(texts: list[Json], pad: str) -> Iterator[str]:
    line = pad
    for at, text in enumerate(texts):
        part = json.dumps(text, ensure_ascii=False) + ("," if at < len(texts) - 1 else "")
        if len(line) + len(part) > WIDTH and line.strip():
            yield line.rstrip()
            line = pad
        line += part + " "
    yield line.rstrip()
