"""`sekisho explain`: a captured message in words, for whoever has to find out what went wrong."""

import json
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final, Generic, TypeVar

import click

from sekisho.adapters.clock import WallClock
from sekisho.app.explanation_text import explanation_text
from sekisho.protocol import (
    Category,
    Channel,
    Component,
    Explanation,
    NoMessage,
    Reading,
    explain,
)
from sekisho.protocol.codec import RANGES_BYTES_MAX
from sekisho.protocol.explanation import ExplainedElement, NoKey
from sekisho.protocol.explanation.keys import KEY_FILE_BYTES_MAX
from sekisho.protocol.vocabulary import Json

NO_MESSAGE: Final = 2
"""Exit status when there is nothing to explain."""

Word = TypeVar("Word", bound=StrEnum)


class Named(click.ParamType[Word], Generic[Word]):
    """One word of a closed list, by its code or a name that people use for it."""

    def __init__(self, words: type[Word], names: Mapping[str, Word]) -> None:
        self._names = {**names, **{word.value.lower(): word for word in words}}
        self.name = "|".join(names)

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Word:
        """Read `S` or `server`, and so on."""
        word = self._names.get(str(value).lower())
        if word is None:
            known = ", ".join(f"{code} ({name})" for name, code in self._listed())
            return self.fail(f"{value!r}: {known}", param, ctx)
        return word

    def _listed(self) -> list[tuple[str, str]]:
        return [(name, word) for name, word in self._names.items() if name != word.lower()]


_COMPONENT: Final = Named(Component, {each.name.lower(): each for each in Component})
_CHANNEL: Final = Named(
    Channel, {"app": Channel.APP, "browser": Channel.BROWSER, "3ri": Channel.THREE_RI}
)
_CATEGORY: Final = Named(
    Category, {"payment": Category.PAYMENT, "non-payment": Category.NON_PAYMENT}
)
_READING: Final = click.Choice([each.value for each in Reading])
_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


class Moment(click.ParamType[datetime]):
    """A moment in ISO 8601; UTC unless it says otherwise."""

    name = "TIME"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read `2026-11-23` or `2026-11-23T09:00:00+09:00`."""
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            return self.fail(f"{value!r}: a moment such as 2026-11-23T09:00:00Z", param, ctx)
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


@click.command("explain")
@click.argument("file", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="One JSON document, for programs.")
@click.option("--from", "sender", type=_COMPONENT, help="Who sent it.")
@click.option("--to", "receiver", type=_COMPONENT, help="Who reads it; else by its type.")
@click.option("--reply-to", type=_FILE, help="The message that it answers or belongs to.")
@click.option("--channel", type=_CHANNEL, help="The channel, where the message does not say.")
@click.option("--category", type=_CATEGORY, help="The category, where the message does not say.")
@click.option("--reading", type=_READING, default=Reading.STRICT.value, help="Default: strict.")
@click.option("--lenient", is_flag=True, help="The same as --reading lenient.")
@click.option("--key", type=_FILE, help="Opens a JWE: session key, content key, or the DS's.")
@click.option("--root", type=_FILE, help="Certificates that signatures must lead to.")
@click.option("--at", type=Moment(), help="When certificates must be valid; else now.")
@click.option("--directory-server-id", metavar="RID", help="Of the DS whose key it is.")
def explain_command(
    *,
    file: BinaryIO,
    sender: Component | None,
    receiver: Component | None,
    reply_to: Path | None,
    channel: Channel | None,
    category: Category | None,
    reading: str,
    key: Path | None,
    root: Path | None,
    at: datetime | None,
    directory_server_id: str | None,
    as_json: bool,
    lenient: bool,
) -> None:
    """Explain the captured message in FILE (- for standard input).

    Takes EMV 3DS and 3-D Secure 1.0.2: JSON, base64url of it, XML, deflated PaReq and PaRes, forms,
    pages, whole HTTP requests and responses; JWE with --key, JWS with --root. Exits with 0 if the
    message is sound, 1 if it has faults, 2 if it is no message. No card number is shown.
    """
    judged = Reading.LENIENT if lenient else Reading(reading)
    try:
        explanation = explain(
            file.read(RANGES_BYTES_MAX + 1),
            from_component=sender,
            to_component=receiver,
            reply_to=None if reply_to is None else _head(reply_to, RANGES_BYTES_MAX),
            channel=channel,
            category=category,
            reading=judged,
            key=None if key is None else _head(key, KEY_FILE_BYTES_MAX),
            root=None if root is None else _head(root, KEY_FILE_BYTES_MAX),
            at=at or WallClock().now(),
            directory_server_id=directory_server_id,
        )
    except NoKey as nothing:
        raise click.ClickException(f"--key or --root: {nothing}") from nothing
    except NoMessage as nothing:
        _say(_json(_nothing(nothing)) if as_json else f"No message: {nothing.saw}.")
        sys.exit(NO_MESSAGE)
    _say(_json(document(explanation, judged)) if as_json else explanation_text(explanation, judged))
    sys.exit(1 if explanation.faults_in(judged) else 0)


def _say(text: str) -> None:
    """Write to standard output, in colour only on a terminal whose user wants it (no-color.org)."""
    click.echo(text, color=False if os.environ.get("NO_COLOR") else None)


def _head(path: Path, most: int) -> bytes:
    """Read a file, and one byte more than any honest one has."""
    with path.open("rb") as file:
        return file.read(most + 1)


def document(explanation: Explanation, reading: Reading) -> dict[str, Json]:
    """Give the explanation as plain JSON types."""
    reported = explanation.reported.get(reading)
    return {
        "messageType": explanation.message_type,
        "messageVersion": explanation.message_version,
        "subject": explanation.subject,
        "cameAs": explanation.came_as,
        "readAs": explanation.read_as,
        "listedBy": explanation.listed_by,
        "deviceChannel": explanation.channel,
        "messageCategory": explanation.category,
        "receiver": explanation.receiver,
        "reading": reading,
        "reported": None
        if reported is None
        else {"errorCode": reported.error_code, "errorDetail": reported.error_detail},
        "faults": [
            {
                "errorCode": fault.error_code,
                "errorDetail": fault.error_detail,
                "element": fault.element,
                "expected": fault.expected,
                "found": fault.found,
                "rule": fault.rule,
                "readings": list(fault.readings),
            }
            for fault in explanation.faults_in(reading)
        ],
        "elements": [_element(element) for element in explanation.elements],
    }


def _element(element: ExplainedElement) -> Json:
    inside: dict[str, Json] = (
        {"children": [_element(child) for child in element.children]}
        if element.children
        else {"value": element.value}
    )
    return {
        "name": element.name,
        "title": element.title,
        "inclusion": element.inclusion,
        "meaning": element.meaning,
        "remark": element.remark,
        **inside,
    }


def _nothing(nothing: NoMessage) -> dict[str, Json]:
    code, detail = nothing.error_code, nothing.error_detail
    return {
        "messageType": None,
        "messageVersion": None,
        "saw": nothing.saw,
        "reported": {"errorCode": code, "errorDetail": detail},
        "faults": [{"errorCode": code, "errorDetail": detail, "element": ""}],
        "elements": [],
    }


def _json(members: dict[str, Json]) -> str:
    return json.dumps(members, indent=2, ensure_ascii=False)
