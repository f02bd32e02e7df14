"""What every test shares: which tests this machine must do without, and says so."""

import os

import pytest
from hypothesis import settings
from playwright.sync_api import expect

from tests.journey_table import table, walked

# A deadline is a timing assert: it fails when the machine is busy, not when the code is wrong.
# EXAMPLES: fewer for a run that only counts lines (`make coverage`).
settings.register_profile(
    "house", deadline=None, max_examples=int(os.environ.get("EXAMPLES", "100"))
)
settings.load_profile("house")

# Patience of a person, not of a stop-watch: what is expected of a page may take its time.
expect.set_options(timeout=30_000)

WITHOUT = frozenset(os.environ.get("SEKISHO_WITHOUT", "").split())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a tool that could not be installed; the summary says what and why."""
    for item in items:
        if item.get_closest_marker("browser") and not item.get_closest_marker("xdist_group"):
            # A browser lives as long as its module: the module's tests stay on one worker.
            item.add_marker(pytest.mark.xdist_group(item.location[0]))
    left_out = [item for item in items if any(item.get_closest_marker(name) for name in WITHOUT)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    config.stash[LEFT_OUT] = len(left_out)


LEFT_OUT = pytest.StashKey[int]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which tests were left out for want of a tool, and which journeys were walked."""
    told = walked(terminalreporter.stats)
    if told:
        terminalreporter.section("journeys")
        for line in table(told):
            terminalreporter.write_line(line)
    if WITHOUT:
        terminalreporter.write_line(
            f"LEFT OUT for want of a tool on this machine: every test that needs {', '.join(sorted(WITHOUT))}"
        )
