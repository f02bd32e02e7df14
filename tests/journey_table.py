"""The table of walked journeys at the end of a test run: every cell of channel × category × outcome × version."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sekisho.protocol import Category, Channel, Version
from sekisho.testkit.card_calls import CALLS
from sekisho.testkit.journeys import JOURNEYS, OUTCOMES, Journey, gap_in

PROPERTY: Final = "journey"
WALKED, FAILED, HOLE, NONE = "+", "!", "?", "."


def walked(reports: Mapping[str, list[Any]]) -> dict[str, bool]:
    """Read from pytest's reports which journeys were walked, by name, and whether all went well."""
    told: dict[str, bool] = {}
    for report in [
        *reports.get("passed", ()),
        *reports.get("failed", ()),
        *reports.get("error", ()),
    ]:
        for name, value in getattr(report, "user_properties", ()):
            if name == PROPERTY:
                told[value] = told.get(value, True) and report.outcome == "passed"
    return told


def table(told: Mapping[str, bool]) -> list[str]:
    """Draw the table: one line an outcome, one sign a cell."""
    columns = [(channel, category) for channel in Channel for category in Category]
    words = {Channel.APP: "app", Channel.BROWSER: "browser", Channel.THREE_RI: "3RI"}
    heads = [
        f"{words[channel]} {'PA' if category is Category.PAYMENT else 'NPA'}"
        for channel, category in columns
    ]
    lines = [" " * 26 + "".join(f"{head:13}" for head in heads)]
    lines.append(" " * 26 + f"{'2.1 2.2 2.3':13}" * len(columns))
    for last in OUTCOMES:
        signs = (
            "   ".join(
                _sign(Journey(channel=channel, category=category, version=version, last=last), told)
                for version in Version
            )
            for channel, category in columns
        )
        name = CALLS[last].outcome.name.lower().replace("_", " ")
        lines.append(f"{last} {name:23}" + "".join(f"{each:13}" for each in signs).rstrip())
    return [*lines, "", summary(told)]


def summary(told: Mapping[str, bool]) -> str:
    """Count what was walked."""
    well = sum(told.get(journey.name, False) for journey in JOURNEYS)
    return (
        f"{well} of {len(JOURNEYS)} journeys walked "
        f"({WALKED} walked, {FAILED} failed, {HOLE} not walked, {NONE} does not exist)"
    )


def holes(names: Iterable[str]) -> list[str]:
    """List the journeys that exist and that none of these walks."""
    known = set(names)
    return [journey.name for journey in JOURNEYS if journey.name not in known]


def _sign(journey: Journey, told: Mapping[str, bool]) -> str:
    if gap_in(journey) is not None:
        return NONE
    well = told.get(journey.name)
    return HOLE if well is None else WALKED if well else FAILED
