"""An explanation as text for a terminal, as wide as the terminal is."""

import json
import re
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

ROOM_LEAST: Final = 16
"""Columns that a text has at least behind its name; else it begins below."""


def explanation_text(explanation: Explanation, reading: Reading, width: int | None = None) -> str:
    """Write an explanation: what it is, its elements, its faults. Styled; `click.echo` unstyles."""
    columns = width or shutil.get_terminal_size((WIDTH_ELSEWHERE, 24)).columns
    columns = max(columns, WIDTH_LEAST)
    lines = [click.style(_heading(explanation), bold=True), *_facts(explanation, columns), ""]
    lines += _elements(explanation.elements, columns)
    lines += ["", *_verdict(explanation, reading, columns)]
    for fault in explanation.faults:
        lines += _fault(fault, reading, columns)
    return "\n".join(lines)


def _heading(explanation: Explanation) -> str:
    version = _plain(explanation.message_version or "")
    return f"{explanation.subject} {version}".strip()


def _facts(explanation: Explanation, columns: int) -> Iterator[str]:
    yield from _wrapped(_plain(explanation.came_as), columns, "  came as  ")
    if explanation.channel is not None and explanation.category is not None:
        category = explanation.category.name.replace("_", "-").lower()
        yield f"  read as  {_CHANNELS[explanation.channel]}, {category}"
    elif explanation.read_as is None and explanation.listed_by is not None:
        yield f"  read as  elements only, as {explanation.listed_by.value} has them"
    if explanation.receiver is not None:
        yield f"  read by  {explanation.receiver.name}"


_CHANNELS: Final = {Channel.APP: "app", Channel.BROWSER: "browser", Channel.THREE_RI: "3RI"}


def _elements(
    elements: tuple[ExplainedElement, ...], columns: int, level: int = 0
) -> Iterator[str]:
    """Write elements below one another, values aligned; what is too wide goes on below itself."""
    indent = "  " * (level + 1)
    widest = max((_columns_of(_plain(element.name)) for element in elements), default=0)
    widest = min(widest, columns // 2)
    for element in elements:
        name = _plain(element.name)
        start = f"{indent}{element.inclusion or ' '} {name}{' ' * (widest - _columns_of(name))}  "
        about = " · ".join(_about(element))
        value = "" if element.children else _value(element.value)
        whole = f"{start}{'  '.join(filter(None, (value, about)))}".rstrip()
        if _columns_of(whole) <= columns:
            yield whole
        else:
            yield from _wrapped(value, columns, start)
            yield from _wrapped(about, columns, f"{indent}    ") if about else ()
        yield from _elements(element.children, columns, level + 1)


def _about(element: ExplainedElement) -> Iterator[str]:
    if element.meaning is not None and element.meaning != element.value:
        yield f"= {element.meaning}"
    if element.title:
        yield element.title
    if element.remark:
        yield f"({element.remark})"


def _verdict(explanation: Explanation, reading: Reading, columns: int) -> Iterator[str]:
    found = explanation.faults_in(reading)
    if not found:
        yield click.style(f"No faults in the {reading.value} reading.", fg="green")
    else:
        count = "1 fault" if len(found) == 1 else f"{len(found)} faults"
        reported = explanation.reported[reading]
        told = _plain(f"{reported.error_code.value} {reported.error_detail}")
        line = f"{count} in the {reading.value} reading; reported: {told}"
        yield from (click.style(each, fg="red") for each in _wrapped(line, columns, "", "    "))


def _fault(fault: ExplainedFault, reading: Reading, columns: int) -> Iterator[str]:
    only = "" if len(fault.readings) > 1 else f" ({fault.readings[0].value} reading only)"
    name = fault.element or fault.error_detail
    colour = "red" if reading in fault.readings else "yellow"
    line = _plain(f"{fault.error_code.value} {name}{only}")
    yield from (click.style(each, fg=colour) for each in _wrapped(line, columns, "  ", "    "))
    for label, text in (
        ("expected", fault.expected), ("found", fault.found), ("rule", fault.rule),
    ):  # fmt: skip
        yield from _wrapped(_plain(text), columns, f"      {label:10}")


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


def _wrapped(text: str, columns: int, start: str, below: str | None = None) -> Iterator[str]:
    """Break a text into lines behind `start`, between words where there are any."""
    margin = " " * _columns_of(start) if below is None else below
    if _columns_of(start) > columns - ROOM_LEAST:
        yield start.rstrip()
        start = margin = "        "
    line, used = start, _columns_of(start)
    for word in re.findall(r"\S+\s*|\s+", text):
        if used + _columns_of(word.rstrip()) > columns and line not in (start, margin):
            yield line.rstrip()
            line, used = margin, _columns_of(margin)
        for each in word:
            if used + _columns_of(each) > columns and each != " ":
                yield line.rstrip()
                line, used = margin, _columns_of(margin)
            line, used = line + each, used + _columns_of(each)
    yield line.rstrip()
