"""Prints the mischief that peers can be up to, and what must come of each."""

from typing import Final

from sekisho.app.mischief_table import legs_in_words
from sekisho.kernel.brands import Brand
from sekisho.testkit.cards import sandbox_card
from sekisho.testkit.mischief import FAULTS, LEGS, REACTIONS, Leg, card_with_mischief

INTRODUCTION: Final = """# Mischief

<!-- Printed from sekisho.testkit.mischief by `make docs`; do not edit. -->

Peers that misbehave on purpose: every fault is a switch, with the reason for which a real system does it. Yours is
the system under test; ours is the 3DS Server, the Directory Server or the ACS that plays the fool.

## What is guaranteed

- The sandbox (`sekisho up`) does nothing of this by itself, and `sekisho serve` cannot do it at all.
- Each row below happens as it says, every time: a test calls up every fault at every leg, over mutual TLS,
  and compares what the other side says.
- Whatever was done to it, a transaction comes to a final state, and no card number gets into logs or Erros.

## How to ask for it

**By header**, at the raw EMV API (`POST /3dss/auth`). It goes with the transaction to the role that is to misbehave:

```text
X-Sekisho-Mischief: acs=late, directory.RReq=twice:1
```

A switch is `ROLE[.MESSAGE]=FAULT[:TIMES]`: roles are `server`, `directory` and `acs`; without a message it is the
role's first leg at which the fault can be done, in the order of the tables below; without a number, every time.
A switch that is not in the table is answered with HTTP status 400.

**By test card**: the fault's number as digits 9 and 10 of a [test card](test-cards.md) with 16 digits, the check digit to fit.
The last four digits keep their meaning. It happens at the fault's first leg: """

EXAMPLE: Final = ("late", "0072")


def mischief_page() -> str:
    """Give the page."""
    name, ending = EXAMPLE
    card = card_with_mischief(sandbox_card(Brand.VISA, ending).digits, FAULTS[name])
    lines = [
        f"`{card}` is challenged after an answer that comes too late.",
        "",
        "**In a test**: `sekisho.testkit.mischief.Mischief` stands around a real room's calls (`road`) and around its",
        "mutual-TLS port (`spoilt_port`), and makes it its own misbehaving twin.",
        "",
        "## The faults",
        "",
        "| number | name | the message … | as happens with | where |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {each.number} | `{each.name}` | {each.what} | {each.why} | {legs_in_words(each)} |"
        for each in FAULTS.values()
    ]
    lines += [
        "",
        "## What must come of them",
        "",
        "Seen with a browser, 2.2.0, and a card that is challenged by a bank whose cardholder does not come (a frictionless one",
        "for `unannounced-result`). *Told* is what the role that misbehaves hears about it, *read* what the requestor learns.",
    ]
    for leg in LEGS:
        lines += ["", *_section(leg)]
    return INTRODUCTION + "\n".join([*lines, ""])


def _section(leg: Leg) -> list[str]:
    kind = "answer" if leg.is_answer else "request"
    lines = [
        f"### {leg}",
        "",
        f"The {leg.role.value}'s {kind} to the {leg.to.value}.",
        "",
        "| fault | told | read |",
        "|---|---|---|",
    ]
    faults = [fault for fault in FAULTS.values() if leg in fault.legs]
    for fault in faults:
        reaction = REACTIONS[leg, fault.name]
        lines.append(f"| `{fault.name}` | {reaction.told} | {reaction.read} |")
    return lines
