"""A file of card ranges on its way in: part by part, judged line by line, taken whole or not at all."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from sekisho.interoperability.directory.model import RangeBook, Road
from sekisho.interoperability.directory.model.ranges import Row
from sekisho.kernel.errors import OutOfTurn, TheyErred
from sekisho.protocol.card_ranges import BadRanges
from sekisho.protocol.card_ranges.spans import Spans, checked_digits

BAD_LINES_TOLD: Final = 100
"""How many bad lines a report lists; it counts them all."""
RANGES_MAX: Final = 4_000_000
"""More than all card ranges of the world; 80 MB of memory."""
FORGOTTEN_AFTER: Final = timedelta(minutes=30)
"""An import that nobody goes on with makes room for the next one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """One member of one line, and what is wrong with it."""

    line: int
    field: str
    message: str


class LineRefused(TheyErred):
    """A line that is no card range; says of each bad member what is wrong."""

    def __init__(self, faults: tuple[tuple[str, str], ...]) -> None:
        super().__init__("; ".join(f"{name}: {message}" for name, message in faults))
        self.faults = faults


class ImportRefused(TheyErred):
    """A whole file is not taken: the report says why, and nothing has changed."""

    def __init__(self, report: "Report") -> None:
        super().__init__(f"{report.bad} of {report.lines} lines are bad; nothing was changed")
        self.report = report


ReadLine: TypeAlias = Callable[[bytes], Row]
"""Reads a line; raises LineRefused."""


@dataclass(slots=True, kw_only=True)
class Report:
    """What was found in the file so far."""

    lines: int = 0
    ranges: int = 0
    bad: int = 0
    told: list[BadLine] = field(default_factory=list)

    def refuse(self, faults: tuple[tuple[str, str], ...]) -> None:
        """Take down what is wrong with the line that was counted last."""
        self.bad += 1
        room = BAD_LINES_TOLD - len(self.told)
        self.told += [
            BadLine(line=self.lines, field=name, message=message) for name, message in faults[:room]
        ]


class RangeImport:
    """One import. Holds twenty octets for each range, and each different road once."""

    def __init__(self, name: str, by: str, *, at: datetime) -> None:
        self.name = name
        self.by = by
        self.report = Report()
        self.touched_at = at
        self._next = 0
        self._busy = asyncio.Lock()
        self._spans: dict[int, Spans] = {}
        self._places: dict[Road, int] = {}

    async def take(self, number: int, part: bytes, read: ReadLine, *, at: datetime) -> Report:
        """Take the next part, whole lines of it; the last one may come again.

        Raises OutOfTurn for any other part.
        """
        async with self._busy:
            if number == self._next - 1:
                return self.report
            if number != self._next:
                raise OutOfTurn(f"part {self._next} is the next, not {number}")
            self.touched_at = at
            await asyncio.to_thread(self._read, part, read)
            self._next += 1
            return self.report

    async def finish(self) -> RangeBook:
        """Put all ranges together. Raises ImportRefused when any line was bad or ranges overlap."""
        async with self._busy:
            if self.report.bad:
                raise ImportRefused(self.report)
            try:
                return await asyncio.to_thread(self._gathered)
            except BadRanges as error:
                self.report.refuse((("", str(error)),))
                raise ImportRefused(self.report) from error

    def _read(self, part: bytes, read: ReadLine) -> None:
        for line in part.split(b"\n"):
            if not line:
                continue  # the end of the last line
            self.report.lines += 1
            try:
                self._add(*read(line))
            except LineRefused as refused:
                self.report.refuse(refused.faults)
            except BadRanges as error:
                self.report.refuse((("endRange", str(error)),))

    def _add(self, start: str, end: str, road: Road) -> None:
        digits = checked_digits(start, end)
        if self.report.ranges == RANGES_MAX:
            raise BadRanges(f"more than {RANGES_MAX} card ranges")
        spans = self._spans.get(digits)
        if spans is None:
            spans = self._spans[digits] = Spans(digits=digits)
        spans.starts.append(int(start))
        spans.ends.append(int(end))
        spans.owners.append(self._places.setdefault(road, len(self._places)))
        self.report.ranges += 1

    def _gathered(self) -> RangeBook:
        spans = {digits: self._spans[digits].sorted().checked() for digits in sorted(self._spans)}
        return RangeBook.over(spans, tuple(self._places))
