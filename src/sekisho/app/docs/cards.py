"""Prints the test cards: the rule and the numbers."""

from inspect import getdoc
from typing import Final

from sekisho.app.card_table import outcome_rows
from sekisho.issuer.members.flow import credit
from sekisho.kernel.brands import BRANDS
from sekisho.testkit.cards import LAST_FOURS

INTRODUCTION: Final = """# Test cards

<!-- Printed from sekisho.testkit.cards by `make docs`; do not edit. -->

A test card's last four digits choose what happens. The numbers satisfy the Luhn check and belong to nobody:
the sandbox's bank issues them, and the sandbox listens on loopback only.

## What is guaranteed

- The same number calls up the same outcome, every time.
- Any expiry date to come and any security code of the brand's length are good, except those that call up
  a refusal (see "At the bank").
- A number whose last four digits encode no outcome is decided by the ACS's own risk rules.

## The rule

With last four digits `abcd`:

| digit | stands for | values |
|---|---|---|
| a | protocol versions of the card | 0 all, 1 only 2.1.0, 2 only 2.2.0, 3 only 2.3.1 |
| b | 3DS Method | 0 answers, 1 there is none, 2 never answers |
| cd | outcome | the table below |

| cd | outcome |
|---|---|
"""


def cards_page() -> str:
    """Give the page."""
    rows = outcome_rows()
    lines = [f"| {ending[2:]} | {meaning} |" for ending, meaning, _ in rows]
    lines += ["", "## At the bank", "", getdoc(credit) or "", "", "## The numbers", ""]
    lines.append("All versions (`a` = 0), the 3DS Method answers (`b` = 0).")
    for place, facts in enumerate(BRANDS.values()):
        lines += ["", f"### {facts.name}", "", "| number | outcome |", "|---|---|"]
        lines += [f"| {numbers[place]} | {meaning} |" for _, meaning, numbers in rows]
    lines += ["", f"`sekisho cards --all` prints the {len(LAST_FOURS) * len(BRANDS)} numbers of"]
    lines += ["every version and 3DS Method."]
    return INTRODUCTION + "\n".join([*lines, ""])
