"""Prints the journeys: which transactions exist, and the card that leads along each."""

from collections.abc import Iterator
from typing import Final

from sekisho.app.card_table import MEANING
from sekisho.protocol import Category, Channel, Version
from sekisho.testkit.card_calls import CALLS
from sekisho.testkit.journeys import CROSSINGS, JOURNEYS, OUTCOMES, Gap, Journey, gap_in

HEADINGS: Final = {
    Channel.BROWSER: "In a browser (channel 02)",
    Channel.APP: "In an app (channel 01)",
    Channel.THREE_RI: "Asked by the shop alone, 3RI (channel 03)",
}
CATEGORIES: Final = {Category.PAYMENT: "PA", Category.NON_PAYMENT: "NPA"}

INTRODUCTION: Final = """# Journeys

<!-- Printed from sekisho.testkit.journeys by `make docs`; do not edit. -->

Every transaction that EMV 3DS knows, as channel × category × outcome × version. `make test` walks each of them against a
running house, over real sockets and mutual TLS, in Chromium where a page is shown and with the SDK emulator in apps; the
table of what was walked stands at the end of its output.

## What is guaranteed

- A cell with four digits exists: a test card that ends in them leads along it (see [test cards](test-cards.md); here
  `a` is the version and `b` = 1, no 3DS Method).
- A cell without digits does not exist in the protocol; its letter says why. Which cells exist is computed from the
  element table and from what an answer may say to a question.
"""


def journeys_page() -> str:
    """Give the page."""
    return "\n".join([INTRODUCTION, *_sections(), *_gaps(), ""])


def _sections() -> Iterator[str]:
    for channel, heading in HEADINGS.items():
        columns = [(category, version) for category in Category for version in Version]
        heads = [f"{CATEGORIES[category]} {version.value}" for category, version in columns]
        yield f"## {heading}\n"
        yield "| outcome | " + " | ".join(heads) + " |"
        yield "|---" * (len(columns) + 1) + "|"
        for last in OUTCOMES:
            cells = [
                _cell(Journey(channel=channel, category=category, version=version, last=last))
                for category, version in columns
            ]
            yield f"| {MEANING[CALLS[last].outcome]} | " + " | ".join(cells) + " |"
        yield ""


def _cell(journey: Journey) -> str:
    gap = gap_in(journey)
    return journey.ending if gap is None else f"– {_letter(gap)}"


def _letter(gap: Gap) -> str:
    return "abcdefghijklmnopqrstuvwxyz"[list(Gap).index(gap)]


def _gaps() -> Iterator[str]:
    yield f"## Why a cell is empty\n\n{len(JOURNEYS)} of {len(CROSSINGS)} cells exist.\n"
    for gap in Gap:
        yield f"- {_letter(gap)}: {gap.value}"
