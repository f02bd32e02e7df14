"""Prints the test cards: the rule and the numbers."""

from inspect import getdoc
from typing import Final

from sekisho.app.card_table import MEANING, outcome_rows
from sekisho.issuer.members.flow import credit
from sekisho.kernel.brands import BRANDS
from sekisho.testkit.card_calls import CALLS
from sekisho.testkit.cards import (
    LAST_FOURS,
    SANDBOX_ANSWERS,
    SANDBOX_APP_SECRET,
    SANDBOX_PASSWORD,
)

INTRODUCTION: Final = """# Test cards

<!-- Printed from sekisho.testkit.cards by `make docs`; do not edit. -->

A test card's last four digits choose what happens. The numbers satisfy the Luhn check and belong to nobody:
the sandbox's bank issues them, and the sandbox listens on loopback only.

## What is guaranteed

- The same number calls up the same outcome, every time.
- Any expiry date to come and any security code of the brand's length are good, except those that call up
  a refusal (see "At the bank").
- A number whose last four digits encode no outcome is decided by the ACS's own risk rules.
- An outcome that a version, channel or request cannot have becomes the nearest one that the protocol allows:
  a card never makes the bank break the protocol, unless it calls up a fault.

## The rule

With last four digits `abcd`. It is the rule that 3dsecure.io publishes for its sandbox, and numbers made for
that one do here what they do there; where that rule leaves digits free, it goes on (marked ours).

| digit | stands for | values |
|---|---|---|
| a | protocol versions of the card | 0 all of EMV 3DS, 1 only 2.1.0, 2 only 2.2.0, 3 only 2.3.1; ours: 9 only 1.0.2 |
| b | 3DS Method | 0 answers, 1 there is none, 2 never answers; an 8 is read as 0 |
| b | ours, after a = 9: is the card enrolled (VERes) | 0 yes, 1 no, 2 cannot be told |
| cd | outcome | the table below |

`8000` is not enrolled at all.

| cd | outcome | since | also in 1.0.2 | |
|---|---|---|---|---|
"""
KNOWN: Final = """
## What the cardholder knows

The same for every card of the sandbox's bank; a real bank enrols each.

| asked for | answer |
|---|---|
| one-time code | in the bank's `/inbox` |
| password of the web service | `{password}` |
| code of the authenticator app | in the bank's `/app`, or any app with the secret `{secret}` |
| choices | {choices} |
| approval in the bank's app | in the bank's `/app`: type the number of the page, approve or deny |
| passkey | register one in the bank's `/app` first; without one a code is asked for |
"""


def known() -> str:
    """Give the section of what challenges ask for."""
    choices = "; ".join(
        ", ".join(f"`{code}`" for code in codes) for codes in SANDBOX_ANSWERS.values()
    )
    return KNOWN.format(password=SANDBOX_PASSWORD, secret=SANDBOX_APP_SECRET, choices=choices)


def cards_page() -> str:
    """Give the page."""
    rows = outcome_rows()
    lines = [
        f"| {last} | {MEANING[call.outcome]} | {call.since} | {'yes' if call.legacy else ''} |"
        f" {'' if last < '73' and last[0] < '8' else 'ours'} |"
        for last, call in CALLS.items()
    ]
    lines += [known(), "## At the bank", "", getdoc(credit) or "", "", "## The numbers", ""]
    lines.append(
        "All versions (`a` = 0) with a 3DS Method that answers (`b` = 0), and those of 1.0.2."
    )
    for place, facts in enumerate(BRANDS.values()):
        lines += ["", f"### {facts.name}", "", "| number | outcome |", "|---|---|"]
        lines += [f"| {row.numbers[place]} | {row.meaning} |" for row in rows]
    lines += ["", f"`sekisho cards --all` prints the {len(LAST_FOURS) * len(BRANDS)} numbers of"]
    lines += ["every version and 3DS Method."]
    return INTRODUCTION + "\n".join([*lines, ""])
