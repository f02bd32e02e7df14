"""`sekisho explain`: a captured message in words, for whoever has to find out what went wrong."""

import json
import sys
from pathlib import Path
from typing import BinaryIO, Final

import click

from sekisho.app.explanation_text import explanation_text
from sekisho.protocol import Component, Explanation, Json, NoMessage, Reading, explain
from sekisho.protocol.codec import RANGES_BYTES_MAX
from sekisho.protocol.explanation import ExplainedElement

NO_MESSAGE: Final = 2
"""Exit status when there is nothing to explain."""


class ComponentName(click.ParamType[Component]):
    """A component, by its letter or its name."""

    name = "S|D|A|C"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Component:
        """Read `S` or `server`, and so on."""
        text = str(value).upper()
        for component in Component:
            if text in (component.value, component.name):
                return component
        return self.fail(f"{value!r}: S (server), D (directory), A (acs) or C (sdk)", param, ctx)


@click.command("explain")
@click.argument("file", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="One JSON document, for programs.")
@click.option("--from", "sender", type=ComponentName(), help="Who sent it.")
@click.option("--to", "receiver", type=ComponentName(), help="Who reads it; else by its type.")
@click.option(
    "--reply-to",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The message that it answers or belongs to, in a file.",
)
@click.option("--lenient", is_flag=True, help="Forgive where sources of the protocol disagree.")
def explain_command(
    file: BinaryIO,
    sender: Component | None,
    receiver: Component | None,
    reply_to: Path | None,
    *,
    as_json: bool,
    lenient: bool,
) -> None:
    """Explain the captured EMV 3DS message in FILE (- for standard input).

    Takes JSON, base64url of it, or a form or URL with creq, cres or threeDSMethodData. Exits with 0
    if the message is sound, 1 if it has faults, 2 if it is no message. No card number is shown.
    """
    reading = Reading.LENIENT if lenient else Reading.STRICT
    try:
        earlier = None if reply_to is None else _earlier(reply_to)
        explanation = explain(
            file.read(RANGES_BYTES_MAX + 1),
            from_component=sender,
            to_component=receiver,
            reply_to=earlier,
            reading=reading,
        )
    except NoMessage as nothing:
        click.echo(_json(_nothing(nothing)) if as_json else f"No message: {nothing.saw}.")
        sys.exit(NO_MESSAGE)
    if as_json:
        click.echo(_json(document(explanation, reading)))
    else:
        click.echo(explanation_text(explanation, reading))
    sys.exit(1 if explanation.faults_in(reading) else 0)


def document(explanation: Explanation, reading: Reading) -> dict[str, Json]:
    """Give the explanation as plain JSON types."""
    reported = explanation.reported.get(reading)
    return {
        "messageType": explanation.message_type,
        "messageVersion": explanation.message_version,
        "subject": explanation.subject,
        "cameAs": explanation.came_as,
        "readAs": explanation.read_as,
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


def _earlier(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(RANGES_BYTES_MAX + 1)
    try:
        explain(data)
    except NoMessage as nothing:
        raise NoMessage(f"the earlier one is {nothing.saw}") from nothing
    return data


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
