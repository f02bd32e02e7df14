"""An explanation as text for a terminal, as wide as the terminal is."""

import json
import shutil
import unicodedata
from collections.abc import Iterator
from typing import Final

import click

from sekisho.protocol import Channel, Explanation, Json, Reading
from sekisho.protocol.explanation import ExplainedElement, ExplainedFault

WIDTH_ELSEWHERE: Final = 100
"""Columns where the output is no terminal."""

WIDTH_LEAST: Final = 40


def explanation_text(explanation: Explanation, reading: Reading, width: int | None = None) -> str:
    """Write an explanation: what it is, its elements, its faults. Styled; `click.echo` unstyles."""
    columns = width or shutil.get_terminal_size((WIDTH_ELSEWHERE, 24)).columns
    columns = max(columns, WIDTH_LEAST)
    lines = [click.style(_heading(explanation), bold=True), *_facts(explanation), ""]
    lines += _elements(explanation.elements, columns)
    lines += ["", *_verdict(explanation, reading)]
    for fault in explanation.faults:
        lines += _fault(fault, reading)
    return "\n".join(lines)


def _heading(explanation: Explanation) -> str:
    version = _plain(explanation.message_version or "")
    return f"{explanation.subject} {version}".strip()


def _facts(explanation: Explanation) -> Iterator[str]:
    yield f"  came as  {explanation.came_as}"
    if explanation.channel is not None and explanation.category is not None:
        category = explanation.category.name.replace("_", "-").lower()
        yield f"  read as  {_CHANNELS[explanation.channel]}, {category}"
    if explanation.receiver is not None:
        yield f"  read by  {explanation.receiver.name}"


_CHANNELS: Final = {Channel.APP: "app", Channel.BROWSER: "browser", Channel.THREE_RI: "3RI"}


def _elements(
    elements: tuple[ExplainedElement, ...], columns: int, level: int = 0
) -> Iterator[str]:
    indent = "  " * (level + 1)
    widest = max((_columns_of(_plain(element.name)) for element in elements), default=0)
    for element in elements:
        name = _plain(element.name)
        start = f"{indent}{element.inclusion or ' '} {name}{' ' * (widest - _columns_of(name))}  "
        about = " · ".join(_about(element))
        if element.children:
            yield _cut(f"{start}{about}".rstrip(), columns)
            yield from _elements(element.children, columns, level + 1)
            continue
        value = _value(element.value)
        whole = f"{start}{value}  {about}".rstrip()
        if _columns_of(whole) <= columns:
            yield whole
            continue
        yield _cut(f"{start}{value}", columns)
        if about:
            yield _cut(f"{indent}    {about}", columns)


def _about(element: ExplainedElement) -> Iterator[str]:
    if element.meaning is not None and element.meaning != element.value:
        yield f"= {element.meaning}"
    if element.title:
        yield element.title
    if element.remark:
        yield f"({element.remark})"


def _verdict(explanation: Explanation, reading: Reading) -> Iterator[str]:
    found = explanation.faults_in(reading)
    if not found:
        yield click.style(f"No faults in the {reading.value} reading.", fg="green")
    else:
        count = "1 fault" if len(found) == 1 else f"{len(found)} faults"
        reported = explanation.reported[reading]
        told = _plain(f"{reported.error_code.value} {reported.error_detail}")
        yield click.style(f"{count} in the {reading.value} reading; reported: {told}", fg="red")


def _fault(fault: ExplainedFault, reading: Reading) -> Iterator[str]:
    only = "" if len(fault.readings) > 1 else f" ({fault.readings[0].value} reading only)"
    name = fault.element or fault.error_detail
    colour = "red" if reading in fault.readings else "yellow"
    yield click.style(_plain(f"  {fault.error_code.value} {name}{only}"), fg=colour)
    yield _plain(f"      expected  {fault.expected}")
    yield _plain(f"      found     {fault.found}")
    yield _plain(f"      rule      {fault.rule}")


def _value(value: Json) -> str:
    return _plain(
        value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
    )


def _plain(text: str) -> str:
    """Write out what would steer a terminal or turn the text around; letters stay what they are."""
    return "".join(
        f"\\u{ord(each):04x}" if unicodedata.category(each) in _STEERING else each for each in text
    )


_STEERING: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def _columns_of(text: str) -> int:
    """Count the columns of a text: Japanese letters take two."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def _cut(text: str, columns: int) -> str:
    if _columns_of(text) <= columns:
        return text
    text = text[:columns]
    while _columns_of(text) > columns - 1:
        text = text[:-1]
    return f"{text}…"
