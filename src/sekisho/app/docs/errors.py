"""Prints the error codes: those of EMV 3DS, and those of the payment API."""

from collections.abc import Iterator, Mapping
from typing import Final

from sekisho.acquirer.gateway.flow import verdict
from sekisho.acquirer.gateway.model import refusals
from sekisho.acquirer.gateway.model.payment import Outcome
from sekisho.acquirer.gateway.model.reply import SHOWN
from sekisho.acquirer.gateway.web import faults
from sekisho.app.docs.literals import first_line
from sekisho.protocol import ErrorCode
from sekisho.protocol.faults import DESCRIPTIONS, YOUNGER_THAN_220

INTRODUCTION: Final = """# Error codes

<!-- Printed from sekisho.protocol.faults and the gateway by `make docs`; do not edit. -->

## What is guaranteed

- A message that breaks a rule is answered with one Erro that has one code and names every element that the
  code concerns; never with silence, and never with a stack trace.
- An Erro is never answered with an Erro. It carries every transaction identifier that the faulty message had
  in good form, and no other value of it.
- Codes that only 2.3.1 knows are told to older versions by the nearest code that they know.
- An error of the payment API names every member at fault and repeats no value.

## EMV 3-D Secure: errorCode

| Code | Meaning | Since |
|---|---|---|
"""

PAYMENTS: Final = """
## Payment API: requests that are refused

The body is `{responseStatus: "ERROR", responseCode, responseMessage}`, with `validationErrors` (`code`,
`message`, `entity`) where members or headers are at fault.

| HTTP | responseCode | when |
|---|---|---|
"""

FLAWS: Final = """
In `validationErrors`:

| code | meaning |
|---|---|
"""

OUTCOMES: Final = """
## Payment API: how payments stand and end

`responseStatus` and `transactionState` follow from the state of the payment ([states](states.md)):

| state | responseStatus | transactionState | responseCode, where nothing else is said |
|---|---|---|---|
"""

REASONS: Final = """
An end has its own `responseCode`:

| responseCode | responseMessage |
|---|---|
"""

BANK: Final = """
The bank's answer, by its code of ISO 8583 field 39 (any other: `DECLINED`):

| field 39 | responseCode | responseMessage |
|---|---|---|
"""


def errors_page() -> str:
    """Give the page."""
    lines = [
        f"| {code.value} | {DESCRIPTIONS[code]} | {'2.3.1' if code in YOUNGER_THAN_220 else '2.1.0'} |"
        for code in ErrorCode
    ]
    lines += [PAYMENTS.rstrip("\n"), *_refusals(), FLAWS.rstrip("\n"), *_flaws()]
    lines += [OUTCOMES.rstrip("\n"), *_states(), REASONS.rstrip("\n"), *_ends()]
    lines += [BANK.rstrip("\n"), *_bank()]
    return INTRODUCTION + "\n".join([*lines, ""])


def _refusals() -> Iterator[str]:
    yield "| 400 | `VALIDATION_ERROR` | Members are missing or wrong; every one is named. |"
    for kind, refusal in faults.REFUSALS.items():
        words = refusal.words or first_line(kind)
        yield f"| {refusal.status} | `{refusal.code}` | {words} |"
    for status, code in faults.CODES.items():
        yield f"| {status} | `{code}` | {faults.WORDS.get(status, 'The request cannot be read.')} |"
    yield "| 500 | `SYSTEM_ERROR` | The gateway has a disturbance. |"


def _flaws() -> Iterator[str]:
    for flaw, meaning in (
        (refusals.missing(""), "The member, or header, is required and not there."),
        (refusals.malformed("", ""), "It is there, and `message` says what it must be."),
        (refusals.not_offered("", ""), "It is understood, but this gateway does not do it."),
    ):
        yield f"| `{flaw.code}` | {meaning} |"


def _states() -> Iterator[str]:
    for state, (status, shown, usual) in SHOWN.items():
        yield f"| {state.value} | `{status}` | `{shown}` | `{usual.code}` |"


def _ends() -> Iterator[str]:
    seen = set()
    for value in vars(verdict).values():
        outcomes = value.values() if isinstance(value, Mapping) else (value,)
        for outcome in outcomes:
            known = isinstance(outcome, Outcome) and outcome not in seen
            if known and value is not verdict.BANK_CODES:
                seen.add(outcome)
                yield f"| `{outcome.code}` | {outcome.message} |"


def _bank() -> Iterator[str]:
    for code, outcome in verdict.BANK_CODES.items():
        yield f"| {code} | `{outcome.code}` | {outcome.message} |"
