"""Prints the error table of the protocol."""

from typing import Final

from sekisho.protocol import ErrorCode
from sekisho.protocol.faults import DESCRIPTIONS, YOUNGER_THAN_220

INTRODUCTION: Final = """# Error codes

<!-- Printed from sekisho.protocol.faults by tools/reference; do not edit. -->

What an Erro message says. An Erro is never answered with an Erro; it carries every transaction
identifier that the faulty message had in good form, and no other value of it. Codes that only 2.3.1 knows
are told to older versions by the nearest code that they know.

| Code | Meaning | Since |
|---|---|---|
"""


def errors_page() -> str:
    """Give the page."""
    return INTRODUCTION + "".join(
        f"| {code.value} | {DESCRIPTIONS[code]} | {'2.3.1' if code in YOUNGER_THAN_220 else '2.1.0'} |\n"
        for code in ErrorCode
    )
