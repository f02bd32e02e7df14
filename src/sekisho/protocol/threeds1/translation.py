"""Turns elements into records and back, along the rows of the table."""

from collections.abc import Callable
from typing import TypeVar

from lxml import etree

from sekisho.protocol.threeds1.records import Record
from sekisho.protocol.threeds1.rows import Row, rows_of
from sekisho.protocol.threeds1.safe_xml import inner_xml, read_xml

RecordT = TypeVar("RecordT", bound=Record)


def record_from(kind: type[RecordT], element: etree._Element) -> RecordT:
    """Give an element in which nothing was found wrong as a record."""
    make: Callable[..., RecordT] = kind
    return make(**{row.field: _value(row, element) for row in rows_of(kind)})


def write_record(element: etree._Element, record: Record) -> None:
    """Write a record into an element; raises ValueError for what XML cannot hold.

    Content that is not well-formed raises the ThreeDS1Fault of whoever would read it.
    """
    for row in rows_of(type(record)):
        value = getattr(record, row.field)
        if row.element.attribute:
            element.set(row.name, row.text_of(value))
        elif row.is_content:
            _write_content(element, value)
        else:
            for each in value if row.many else () if value is None else (value,):
                _write_child(etree.SubElement(element, row.name), row, each)


def _value(row: Row, element: etree._Element) -> object:
    if row.element.attribute:
        return row.value_of(element.get(row.name, ""))
    if row.is_content:
        return inner_xml(element)
    values = tuple(_child(row, each) for each in element.iterchildren(row.name))
    if row.many:
        return values
    return values[0] if values else None


def _child(row: Row, child: etree._Element) -> object:
    return record_from(row.kind, child) if row.is_object else row.value_of(child.text or "")


def _write_child(child: etree._Element, row: Row, value: object) -> None:
    if isinstance(value, Record):
        write_record(child, value)
    else:
        child.text = row.text_of(value)


def _write_content(element: etree._Element, content: str) -> None:
    read = read_xml(f"<x>{content}</x>".encode())
    element.text = read.text
    element.extend(list(read))
