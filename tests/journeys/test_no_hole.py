"""The table of journeys has no hole: each that exists is walked by exactly one test."""

from tests.journey_table import holes
from tests.journeys.test_every_app_journey import IN_APP
from tests.journeys.test_every_browser_journey import CHALLENGES, CONFIRMED
from tests.journeys.test_every_decoupled_journey import DECOUPLED
from tests.journeys.test_every_silent_journey import SILENT


def test_every_journey_that_exists_is_walked_once() -> None:
    """F1, F2: app, browser and 3RI, PA and NPA, each outcome, each version that has it."""
    walked = [each.name for each in (*IN_APP, *CHALLENGES, *CONFIRMED, *DECOUPLED, *SILENT)]
    assert holes(walked) == []
    assert len(set(walked)) == len(walked)
