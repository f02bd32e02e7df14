"""Writes settings as TOML that reads like a page: the sentence of each field above its value."""

import base64
import dataclasses
import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

from sekisho.app.docs.literals import field_texts
from sekisho.kernel.secret import Secret

COLUMNS = 110


def table_text(record: object, name: str) -> Iterator[str]:
    """Write a dataclass as the table of that name: plain values first, then tables below it.

    A value that is the default stands behind a `#`: to change it, change the line.
    """
    yield from _table(record, name, explained=set())


def value_text(value: object) -> str:
    """Write a plain value; secrets are written out, so give placeholders."""
    plain = _plain(value)
    match plain:
        case bool():
            return "true" if plain else "false"
        case str():
            return json.dumps(plain, ensure_ascii=False)
        case int() | float():
            return repr(plain)
        case Mapping():
            inside = ", ".join(f"{key} = {value_text(item)}" for key, item in plain.items())
            return f"{{ {inside} }}" if inside else "{}"
        case Sequence():
            return f"[{', '.join(map(value_text, plain))}]"
    raise TypeError(f"TOML has no {type(value).__name__}")


def is_table(value: object) -> bool:
    """Tell whether a value is written as a table, or several, of its own."""
    return dataclasses.is_dataclass(value) or (
        isinstance(value, tuple) and any(dataclasses.is_dataclass(item) for item in value)
    )


def comment(text: str) -> Iterator[str]:
    """Write a sentence as comment lines."""
    for line in textwrap.wrap(text, COLUMNS - 2, break_long_words=False, break_on_hyphens=False):
        yield f"# {line}"


def default_of(field: dataclasses.Field[Any]) -> object:  # Any: a field of any type
    """Give a field's default; MISSING when it has none."""
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def _table(record: object, name: str, *, explained: set[type]) -> Iterator[str]:
    kind = type(record)
    texts = {} if kind in explained else field_texts(kind)
    explained.add(kind)
    fields = dataclasses.fields(record)  # type: ignore[arg-type]  # a dataclass by construction
    below = []
    for field in fields:
        value, default = getattr(record, field.name), default_of(field)
        if is_table(value) and value != default:
            below.append((field.name, value))
            continue
        if not texts and value == default:
            continue
        yield from comment(texts.get(field.name, ""))
        if is_table(value):
            yield f"# [[{name}.{field.name}]]: left out, as built in"
        elif value is None:
            yield f"# {field.name} = …"
        else:
            yield f"{'# ' if value == default else ''}{field.name} = {value_text(value)}"
    for field_name, value in below:
        place = f"{name}.{field_name}"
        text = texts.get(field_name, "")
        for item in value if isinstance(value, tuple) else (value,):
            yield ""
            yield from comment(text)
            text = ""
            yield f"[[{place}]]" if isinstance(value, tuple) else f"[{place}]"
            yield from _table(item, place, explained=explained)


def _plain(value: object) -> object:
    match value:
        case Secret():
            return _plain(value.reveal())
        case bytes():
            return base64.b64encode(value).decode()
        case Enum():
            return value.value
        case Path():
            return str(value)
    return value
