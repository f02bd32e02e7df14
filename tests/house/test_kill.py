"""The house is killed at every commit of a purchase; what was kept is one story all the same.

What is kept changes only at a commit, and one that was begun by the same commit that died comes to
nothing. So the commits are all the points there are; `killable_house` dies right after the n-th, or
right before it, which differs only in what the browser has been told meanwhile.

Two buyers meet the same kill point, each in a purchase of their own. The first goes on: at odd
points the browser sends the request again that died, wherever it stood (after the commit); at even
points the buyer begins anew at the shop's door (before it). That buyer must get exactly one order.
The second leaves and never comes back: the house alone must bring the purchase to an end. Before
the order is placed there is nothing to bring to an end, and nobody leaves.

A purchase without a challenge makes the same commits until the ACS has answered, and again once
the gateway knows what the bank said: its kill points are those between. Points beyond the last
commit let the purchase end unharmed; they are there because commits that fall together are one, so
that their number differs a little from run to run.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from urllib.error import URLError

import pytest

from sekisho.kernel.brands import Brand
from sekisho.testkit.cards import sandbox_card
from tests.http_buyer import Gone, HttpBuyer
from tests.kept_records import Errand, Kept, Story
from tests.killable_house import AFTER, BEFORE, FOLDER, Nursery, arm, trail
from tests.running_house import Process, RunningHouse, a_house

CHALLENGE_POINTS = range(1, 62)
FRICTIONLESS_POINTS = range(23, 36)
ORDER_PLACED = 7
"""The commit by which the buyer has placed the order."""
WAIT_S = 10
"""What the clock goes on by while a buyer waits."""
CALENDAR_S = (40, 150, 650, 1000, 1500, 2400)
"""Steps by which the clock goes on: a look at the result, the bank's silence, the end of the
challenge, of the orchestration, of the shop's patience, of all that waits for a lost payment."""

QUIET_WITHIN_S = 30.0
POLL_S = 0.05


def at_points(points: range) -> pytest.MarkDecorator:
    """A test for each point; both workers share them."""
    return pytest.mark.parametrize(
        "point",
        [
            pytest.param(n, id=f"commit-{n}", marks=pytest.mark.xdist_group(f"kill-{n // 2 % 2}"))
            for n in points
        ],
    )


pytestmark = [pytest.mark.house, pytest.mark.timeout(120)]


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a house that was set up and has fetched its card ranges."""
    folder = tmp_path_factory.mktemp("prepared")
    with a_house(folder) as house:
        wait_for(lambda: bool(Kept(house.data).records("server", "range_book")))
        wait_for(lambda: ranges_loaded_at(house) is not None)
        until_quiet(house)
        assert house.stop() == 0
    return folder / "var"


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where the killable houses of this worker are born."""
    born_here = Nursery()
    yield born_here
    born_here.close()


class Forking(RunningHouse):
    """A house that is born in a nursery as long as it has one, and is an ordinary one otherwise."""

    nursery: Nursery | None = None

    def launch(self, arguments: list[str], environment: dict[str, str]) -> Process:
        """Begin a process."""
        if self.nursery is None:
            return super().launch(arguments, environment)
        return self.nursery.fork(arguments, environment, Path(environment[FOLDER]) / "printed")


class Stage:
    """A house that can die, and the notes of what happened."""

    def __init__(self, folder: Path, prepared: Path, nursery: Nursery) -> None:
        shutil.copytree(prepared, folder / "var")
        self.house = Forking(folder / "var")
        self._nursery = nursery
        self.notes: list[str] = []
        self._folder = folder
        self._runs = 0
        self._armed = False

    def open(self, *, ordinary: bool = False) -> None:
        """Start the house; an ordinary one cannot be armed."""
        self._runs += 1
        self._armed = False
        self._run.mkdir()
        self.house.nursery = None if ordinary else self._nursery
        before = ranges_loaded_at(self.house)
        self.house.start(environment={} if ordinary else {FOLDER: str(self._run)})
        # What every start asks for: its commits belong to no purchase.
        wait_for(lambda: ranges_loaded_at(self.house) != before)
        until_quiet(self.house)

    def arm(self, *, at: int, side: str) -> None:
        """Let it die at a commit from now."""
        self._armed = True
        arm(self._run, at=at, side=side)
        self.notes.append(f"run {self._runs} is to die {side} commit {at}")

    def reopen(self, *, ordinary: bool = False) -> None:
        """Start the house again after it has died, which it must have."""
        self.house.wait_until_dead()
        kept = trail(self._run)
        self.notes += [*kept[-3:-1], f"{kept[-1]}  <- died here"]
        self.open(ordinary=ordinary)

    def disarm(self, *, ordinary: bool = False) -> None:
        """Have a house that does its errands and will not die: it may have to die first."""
        try:
            until_quiet(self.house)
        except ConnectionError:
            self.reopen(ordinary=ordinary)
            return
        if self._armed or ordinary:
            assert self.house.stop() == 0
            self.notes += [*trail(self._run)[-1:], "lived to the end"]
            self.open(ordinary=ordinary)

    @property
    def _run(self) -> Path:
        return self._folder / f"run-{self._runs}"


@contextmanager
def on_stage(folder: Path, prepared: Path, nursery: Nursery) -> Iterator[Stage]:
    """A stage; when the test fails, the notes and what was kept are told."""
    stage = Stage(folder, prepared, nursery)
    try:
        stage.open()
        yield stage
    except BaseException:
        print("\n".join(stage.notes))
        print("\n".join(Story(Kept(stage.house.data)).lines()))
        raise
    finally:
        if stage.house.process is not None:
            stage.house.kill()


@at_points(CHALLENGE_POINTS)
def test_a_challenge_purchase_survives_a_kill(
    point: int, tmp_path: Path, prepared: Path, nursery: Nursery
) -> None:
    """F7, D1: no second authorization, no order without payment, no payment without order."""
    with on_stage(tmp_path, prepared, nursery) as stage:
        survives(stage, point, sandbox_card(Brand.JCB, "0072").digits)


@at_points(FRICTIONLESS_POINTS)
def test_a_frictionless_purchase_survives_a_kill(
    point: int, tmp_path: Path, prepared: Path, nursery: Nursery
) -> None:
    """F7, D1, A3: the same without a challenge."""
    with on_stage(tmp_path, prepared, nursery) as stage:
        survives(stage, point, sandbox_card(Brand.JCB, "0003").digits)


def survives(stage: Stage, point: int, card: str) -> None:
    """One buyer goes on after the house died at this point, another leaves; all ends well."""
    number = goes_on(stage, point, waiting_buyer(stage, card))
    if point >= ORDER_PLACED:
        stage.disarm()
        leaves(stage, point, waiting_buyer(stage, card))
    stage.disarm(ordinary=True)
    let_time_pass(stage.house)
    assert stage.house.stop() == 0
    story = Story(Kept(stage.house.data))
    assert story.contradictions() == []
    assert number in story.orders
    assert len(story.orders) <= 2


def waiting_buyer(stage: Stage, card: str) -> HttpBuyer:
    """A buyer for whom the house's clock goes on, once the house has done all it can for now."""
    buyer = HttpBuyer(stage.house, card)

    def pass_time() -> None:
        try:
            until_quiet(stage.house)
            stage.house.advance_clock(WAIT_S)
        except (ConnectionError, URLError):
            return  # dead: the buyer finds out at the next look

    buyer.pass_time = pass_time
    return buyer


def goes_on(stage: Stage, point: int, buyer: HttpBuyer) -> str:
    """The buyer does not let go, and gets an order in the end."""
    reloads = point % 2 == 1
    stage.arm(at=point, side=AFTER if reloads else BEFORE)
    if reloads:
        buyer.browser.when_gone = stage.reopen
        return buyer.buy()
    try:
        return buyer.buy()
    except Gone:
        stage.reopen()
        return buyer.buy()


def leaves(stage: Stage, point: int, buyer: HttpBuyer) -> None:
    """The buyer sees that the house is dead, and never comes back."""
    stage.arm(at=point, side=AFTER)
    with suppress(Gone):
        buyer.buy()


def let_time_pass(house: RunningHouse) -> None:
    """Let every limit run out, in steps, the house keeping up with each."""
    for seconds in CALENDAR_S:
        until_quiet(house)
        house.advance_clock(seconds)
    left = until_quiet(house)
    assert left == [], "an errand that is due was not done"


def house_time(house: RunningHouse) -> datetime:
    """Ask the house for its time; ConnectionError when it is dead."""
    try:
        return datetime.fromisoformat(house.json("/lab/clock")["now"])
    except (URLError, HTTPException) as error:
        raise ConnectionError("the house does not answer") from error


def until_quiet(house: RunningHouse) -> list[Errand]:
    """Wait until no errand is due that has not failed before; give those that have."""
    kept = Kept(house.data)
    overdue: list[Errand] = []

    def is_quiet() -> bool:
        overdue[:] = kept.overdue(house_time(house))
        return all(errand.tries for errand in overdue)

    wait_for(is_quiet)
    return overdue


def ranges_loaded_at(house: RunningHouse) -> str | None:
    """When the 3DS Server last had the card ranges from the Directory Server."""
    loaded_at: str | None = Kept(house.data).records("server", "range_book")[0]["loaded_at"]
    return loaded_at


def wait_for(condition: Callable[[], bool]) -> None:
    """Look until something is so that another process brings about."""
    deadline = time.monotonic() + QUIET_WITHIN_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(POLL_S)
