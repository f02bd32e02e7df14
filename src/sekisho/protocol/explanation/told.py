"""Puts together what was found: every fault under either reading, and what a receiver reports."""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from sekisho.protocol.explanation.explained import ExplainedFault, Reported
from sekisho.protocol.explanation.judging import Noted, Verdict
from sekisho.protocol.explanation.masking import masked
from sekisho.protocol.explanation.tokens import Mismatch
from sekisho.protocol.explanation.wording import Words
from sekisho.protocol.faults import ErrorCode, ProtocolFault
from sekisho.protocol.vocabulary import Reading

Told: TypeAlias = tuple[Noted, str]
"""A fault, and the errorDetail of it alone."""


class Judgement(NamedTuple):
    """What one reading finds."""

    found: list[Told]
    verdict: Verdict
    detail: str = ""
    """errorDetail, where it is not the names of the elements."""


class Findings(NamedTuple):
    """What was found before, while and after the elements were looked at."""

    first: list[Told]
    """Whatever the reading, and before all else: a receiver goes no further."""
    judged: Mapping[Reading, Judgement]
    last: list[Told]
    """Whatever the reading, in what elements hold inside."""

    def faults(self) -> tuple[ExplainedFault, ...]:
        """Give every fault once, with the readings under which it is one."""
        readings: dict[tuple[ErrorCode, str], list[Reading]] = {}
        words: dict[tuple[ErrorCode, str], Told] = {}
        by_reading = (
            *((reading, self.first) for reading in Reading),
            *((reading, judgement.found) for reading, judgement in self.judged.items()),
            *((reading, self.last) for reading in Reading),
        )
        for reading, found in by_reading:
            for noted, detail in found:
                key = (noted.code, noted.path)
                words.setdefault(key, (noted, detail))
                if reading not in readings.setdefault(key, []):
                    readings[key].append(reading)
        return tuple(
            _explained(noted, detail, tuple(readings[key]))
            for key, (noted, detail) in words.items()
        )

    def reported(self) -> dict[Reading, Reported]:
        """Give what the receiver would answer under each reading that finds anything."""
        answers = {reading: self._reported(reading) for reading in Reading}
        return {reading: answer for reading, answer in answers.items() if answer is not None}

    def _reported(self, reading: Reading) -> Reported | None:
        judgement = self.judged.get(reading)
        if not self.first and judgement is not None and judgement.verdict is not None:
            code, names = judgement.verdict
            fault = ProtocolFault(code, elements=names, detail=judgement.detail)
            return Reported(error_code=code, error_detail=masked(fault.error_detail))
        for noted, detail in (*self.first, *self.last):
            return Reported(error_code=noted.code, error_detail=masked(detail))
        return None


def as_noted(wrong: Mismatch) -> Told:
    """Word what is wrong with a token, or with what it holds."""
    words = Words(wrong.expected, masked(wrong.found))
    noted = Noted(wrong.code, wrong.element, words, "keys and signatures")
    return noted, wrong.element or wrong.found


def _explained(noted: Noted, detail: str, readings: tuple[Reading, ...]) -> ExplainedFault:
    return ExplainedFault(
        error_code=noted.code,
        error_detail=masked(detail),
        element=masked(noted.path),
        expected=noted.words.expected,
        found=noted.words.found,
        rule=masked(noted.rule),
        readings=readings,
    )
