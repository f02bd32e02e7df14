"""Of several faults one code is reported, and always the same."""

import pytest

from sekisho.protocol import ErrorCode
from sekisho.protocol.checks.findings import REPORTED_FIRST, Findings


def test_what_is_missing_is_told_before_what_is_wrong() -> None:
    """Section 8: a sender mends first what the rest may hang on."""
    assert [code.value for code in REPORTED_FIRST] == [
        "201", "203", "204", "207", "304", "202", "301", "313",
    ]  # fmt: skip


@pytest.mark.parametrize("at", range(len(REPORTED_FIRST)))
def test_the_first_of_the_codes_is_reported_with_all_its_names(at: int) -> None:
    """Whatever was noted first; each name once, in the order of the table."""
    findings = Findings()
    for code in reversed(REPORTED_FIRST[at:]):
        findings.note(code, f"{code.value}.b", f"{code.value}.a")
        findings.note(code, f"{code.value}.b")
    first = REPORTED_FIRST[at]
    assert findings.verdict() == (first, (f"{first.value}.b", f"{first.value}.a"))
    assert list(findings.everything()) == [*reversed(REPORTED_FIRST[at:])]


def test_nothing_wrong_is_no_verdict() -> None:
    """And what is noted without a name still counts."""
    findings = Findings()
    assert not findings
    assert findings.verdict() is None
    assert findings.everything() == {}
    findings.note(ErrorCode.DUPLICATE)
    assert findings
    assert findings.verdict() == (ErrorCode.DUPLICATE, ())
